package daemon

import (
	"slices"
	"sync/atomic"

	"mediawatch/config"
	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/search"
)

// facts is what a configuration knows about feeds and outlets, ready to be looked up.
type facts struct {
	feeds   map[news.FeedID]query.Facts
	outlets map[string]config.Outlet // by name
	sites   map[string]string        // registrable domain → outlet's name
}

func newFacts(cfg *config.Config) *facts {
	f := &facts{feeds: make(map[news.FeedID]query.Facts), outlets: make(map[string]config.Outlet), sites: make(map[string]string)}
	for _, o := range cfg.Outlets {
		f.outlets[o.Name] = o
		for _, site := range o.Sites {
			f.sites[site] = o.Name
		}
	}
	for _, s := range cfg.Feeds {
		f.feeds[news.NewFeedID(news.KindFeed, s.URL)] = query.Facts{FeedAddress: s.URL, FeedTitle: s.Title, Tags: s.Tags}
	}
	for _, s := range cfg.Seeds {
		f.feeds[news.NewFeedID(news.KindSeed, s.Dir)] = query.Facts{FeedAddress: s.Dir, FeedTitle: s.Dir, Tags: s.Tags}
	}
	return f
}

// liveFacts answers from the configuration in force.
type liveFacts struct{ at *atomic.Pointer[facts] }

func factsOf(p *atomic.Pointer[facts]) search.Facts     { return liveFacts{p} }
func outletsOf(p *atomic.Pointer[facts]) ingest.Outlets { return liveFacts{p} }

// Facts implements search.Facts.
func (l liveFacts) Facts(it *news.Item) query.Facts {
	f := l.at.Load()
	facts := f.feeds[it.Feed]
	if o, ok := f.outlets[it.Outlet]; ok {
		facts.Country = o.Country
		facts.Tags = slices.Concat(facts.Tags, o.Tags)
	}
	return facts
}

// OutletOf implements ingest.Outlets.
func (l liveFacts) OutletOf(site string) string { return l.at.Load().sites[site] }
