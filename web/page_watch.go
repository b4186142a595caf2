package web

import (
	"net/http"
	"net/url"
	"strings"

	"mediawatch/config"
	"mediawatch/store"
	"mediawatch/text"
)

// pageStories is how many stories a page lists.
const pageStories = 40

type watchBody struct {
	watchRef
	Summary       string
	Feed          string
	Query         string
	Lint          []string
	Stories       []line
	Waiting       string
	Newest, Older string // addresses below watches/
}

func (s *Server) watchPage(r *http.Request) (page, error) {
	ctx, cfg, name := r.Context(), s.o.Config(), r.PathValue("name")
	if !s.hasWatch(name) {
		return page{}, store.ErrNotFound
	}
	behind, err := spotOf(r)
	if err != nil {
		return page{}, err
	}
	b := watchBody{watchRef: watchRef{name, watchTitle(cfg, name)}, Feed: FeedURL(cfg, name), Waiting: s.waiting()}
	if err := s.matchesOf(r, &b); err != nil {
		return page{}, err
	}
	all, err := s.stories(ctx, listOf{watches: []string{name}, behind: behind, limit: pageStories + 1})
	if err != nil {
		return page{}, err
	}
	if behind != (store.Spot{}) {
		b.Newest = url.PathEscape(name)
	}
	if len(all) > pageStories {
		all = all[:pageStories]
		b.Older = url.PathEscape(name) + "?before=" + spotText(store.SpotOf(all[pageStories-1].item))
	}
	for i := range all {
		b.Stories = append(b.Stories, s.lineOf(&all[i], rootOf(r.URL.Path), name))
	}
	s.byDay(b.Stories)
	return page{Title: b.Title, Section: "watches/", Feeds: []alternate{{b.Title, "feeds/" + name + ".atom"}}, Body: b}, nil
}

// matchesOf fills in what a watch asks, and how many articles match.
func (s *Server) matchesOf(r *http.Request, b *watchBody) error {
	w, ok := s.o.Config().Watch(b.Name)
	if !ok {
		b.Summary = "Everything that arrives, whatever it is about."
		return nil
	}
	b.Query, b.Lint = strings.TrimSpace(w.Source), w.Query.Lint()
	tallies, err := s.store.Tallies(r.Context(), []string{b.Name})
	if err != nil {
		return err
	}
	c := tallies[0]
	parts := []string{text.Count(int(c.Matches), "article") + " so far"}
	if !c.Last.IsZero() {
		parts = append(parts, "last hit "+ago(c.Last, s.o.Now()))
	}
	if w.Group == config.GroupItem {
		parts = append(parts, "each article by itself")
	} else {
		parts = append(parts, "copies folded into one story")
	}
	b.Summary = strings.Join(parts, " · ")
	return nil
}
