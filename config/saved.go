package config

import (
	"slices"
	"strings"
	"time"

	"mediawatch/news"
)

// This file lays what people saved in the store over the configuration file.

// savedTree parses a saved record, or returns nil after adding the mistake. Mistakes in it name it as people do.
func (k *checker) savedTree(r *news.Saved) *node {
	src := newSource("saved "+string(r.Kind), r.Data)
	k.file(src.name)
	root, fault := parseTree(src)
	if fault != nil {
		k.list = append(k.list, *fault)
	}
	return root
}

// savedFeeds returns the subscriptions of the store, then those that lie in feeds.d still.
func (k *checker) savedFeeds() []Feed {
	var out []Feed
	there := map[string]bool{}
	for i := range k.saved {
		r := &k.saved[i]
		if r.Kind != news.SavedFeed {
			continue
		}
		root := k.savedTree(r)
		if root == nil {
			continue
		}
		var doc rawSaved
		root.src.name = "saved feed " + redacted(root.first("feed", "url"))
		k.file(root.src.name)
		bind(k.collector, root, &doc)
		for j := range doc.Feed {
			f := k.feed(&doc.Feed[j], SourceSaved)
			f.Author, f.Time, f.Version = r.Author, r.Time, r.Version
			there[f.URL] = true
			out = append(out, f)
		}
	}
	k.folder(feedsFolder, func(path string, root *node) {
		var doc rawFeeds
		bind(k.collector, root, &doc)
		for i := range doc.Feed {
			f := k.feed(&doc.Feed[i], path)
			if there[f.URL] {
				continue
			}
			there[f.URL] = true
			out = append(out, f)
			k.lies(f.record())
		}
	})
	slices.SortFunc(out, func(a, b Feed) int { return strings.Compare(a.URL, b.URL) })
	return out
}

// savedWatches returns the watches of the store, then those that lie in watches.d still.
func (k *checker) savedWatches() []foundWatch {
	var out []foundWatch
	there := map[string]bool{}
	for i := range k.saved {
		r := &k.saved[i]
		if r.Kind != news.SavedWatch {
			continue
		}
		root := k.savedTree(r)
		if root == nil {
			continue
		}
		var doc rawSaved
		root.src.name = "saved watch " + r.Name
		k.file(root.src.name)
		bind(k.collector, root, &doc)
		for j := range doc.Watch {
			w := &doc.Watch[j]
			w.Author, w.Time = r.Author, r.Time
			there[w.Name] = true
			out = append(out, foundWatch{rawWatch: w, file: SourceSaved, version: r.Version})
		}
	}
	k.folder(watchesFolder, func(path string, root *node) {
		var doc rawWatches
		bind(k.collector, root, &doc)
		for i := range doc.Watch {
			w := &doc.Watch[i]
			if there[w.Name] {
				continue
			}
			there[w.Name] = true
			out = append(out, foundWatch{rawWatch: w, file: path})
			k.lies(watchRecord(*w))
		}
	})
	return out
}

// lies notes what is to be taken into the store. What cannot be encoded was a mistake already.
func (k *checker) lies(r news.Saved, err error) {
	if err != nil {
		k.add(place{}, "", "%v", err)
		return
	}
	k.cfg.Lying = append(k.cfg.Lying, r)
}

// first returns a text of the first element of a list of tables, or "".
func (n *node) first(list, key string) string {
	l := n.kids[list]
	if l == nil || l.kind != kindArray || len(l.items) == 0 || l.items[0].kids[key] == nil {
		return ""
	}
	return l.items[0].kids[key].text
}

// record is the saved record of a subscription.
func (f Feed) record() (news.Saved, error) {
	raw := f.raw()
	r := news.Saved{Kind: news.SavedFeed, Name: news.NewFeedID(news.KindFeed, f.URL).String(), Version: f.Version, Author: raw.Author, Time: savedTime(raw.Time)}
	raw.Author, raw.Time = "", time.Time{}
	var err error
	r.Data, err = encode(rawSaved{Feed: []rawFeed{raw}})
	return r, err
}

// watchRecord is the saved record of a watch.
func watchRecord(raw rawWatch) (news.Saved, error) {
	r := news.Saved{Kind: news.SavedWatch, Name: raw.Name, Author: raw.Author, Time: savedTime(raw.Time)}
	raw.Author, raw.Time = "", time.Time{}
	var err error
	r.Data, err = encode(rawSaved{Watch: []rawWatch{raw}})
	return r, err
}

// savedTime is when something was saved, as people read it.
func savedTime(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
