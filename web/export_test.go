package web

import (
	"time"

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

// Hurry makes a server impatient: with those who wait for a turn, and with readers.
func (s *Server) Hurry(d time.Duration) { s.turns.within, s.turns.write = d, d }

// Occupy takes all turns until the function it returns is called.
func (s *Server) Occupy() (free func()) {
	for _, of := range []chan struct{}{s.turns.answers, s.turns.searches} {
		for range cap(of) {
			of <- struct{}{}
		}
	}
	return func() {
		for _, of := range []chan struct{}{s.turns.answers, s.turns.searches} {
			for range cap(of) {
				<-of
			}
		}
	}
}

// Waiting is how many bytes of whole answers wait for their readers, and how many turns are taken.
func (s *Server) Waiting() (bytes int64, turns int) {
	return s.turns.pending.Load(), len(s.turns.answers) + len(s.turns.searches)
}

// Patterns returns every address that is answered.
func (s *Server) Patterns() []string { return s.patterns }
