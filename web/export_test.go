package web

import (
	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/news"
)

// RenderItems is the feed that holds one entry: an item whose text others carry, too.
func RenderItems(it *news.Item, others ...*news.Item) ([]byte, error) {
	t := told{item: it, first: it, others: others, entry: news.Entry{UUID: "urn:uuid:00000000-0000-8000-8000-000000000001", Updated: it.Seen}}
	w := entryWriter{config: &config.Config{Web: config.Web{Listen: "127.0.0.1:8087"}}, watch: allWatch}
	e := w.entry(&t)
	var d document
	err := d.render(feeds.Published{
		ID: "urn:uuid:00000000-0000-8000-8000-000000000000", Title: it.Title, Self: "http://127.0.0.1:8087/feeds/all.atom", Alternate: "http://127.0.0.1:8087/", Updated: e.Updated,
		Entries: []feeds.PublishedEntry{e},
	}, nil)
	return d.body, err
}

// Patterns returns every address that is answered.
func (s *Server) Patterns() []string { return s.patterns }
