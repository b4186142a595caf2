package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/store"
)

// picky is a journal over a real store that refuses what a test says.
type picky struct {
	store.Store
	refuse func(store.Document) error

	mu      sync.Mutex
	batches []int // documents of each Append
}

func (p *picky) Append(ctx context.Context, batch store.Batch) (store.Receipt, error) {
	p.mu.Lock()
	p.batches = append(p.batches, len(batch.Documents))
	p.mu.Unlock()
	for _, d := range batch.Documents {
		if err := p.refuse(d); err != nil {
			return store.Receipt{}, fmt.Errorf("append: %w", err)
		}
	}
	return p.Store.Append(ctx, batch)
}

// sheet is a document of one feed with items of these titles.
func sheet(feed string, titles ...string) store.Document {
	id := news.NewFeedID(news.KindFeed, feed)
	d := store.Document{Feed: news.Feed{ID: id, Address: feed, Location: feed, ETag: `"new"`}}
	for _, title := range titles {
		it := news.Item{ID: news.NewItemID(id, title), Feed: id, Identity: title, Seen: now, Revision: news.Revision{At: now, Title: title}}
		d.Items = append(d.Items, store.News{Item: it, State: news.Hash{1}})
	}
	return d
}

// putAll hands documents to a writer as one batch and returns what each was answered.
func putAll(journal ingest.Appender, docs ...store.Document) []error {
	w := ingest.NewWriter(journal, nil)
	answers := make([]error, len(docs))
	for i, d := range docs {
		w.Put(d, func(err error) { answers[i] = err })
	}
	w.Stop()
	return answers
}

// TestT08A1_C27_ARefusedDocumentTakesNoOtherWithIt holds the writer's way from a batch to single documents.
func TestT08A1_C27_ARefusedDocumentTakesNoOtherWithIt(t *testing.T) {
	broken := errors.New("this one breaks the transaction")
	s := &picky{Store: openStore(t), refuse: func(d store.Document) error {
		if strings.Contains(d.Feed.Address, "bad") {
			return broken
		}
		return nil
	}}
	answers := putAll(s, sheet("http://one.example", "First"), sheet("http://bad.example", "Second"), sheet("http://three.example", "Third"))
	if answers[0] != nil || !errors.Is(answers[1], broken) || answers[2] != nil {
		t.Errorf("answers %v, want only the second refused", answers)
	}
	if s.batches[0] != 3 {
		t.Fatalf("batches of %v documents: the three did not come as one", s.batches)
	}
	items, err := s.Recent(t.Context(), 0, 10)
	if err != nil || len(items) != 2 || items[0].Title != "Third" || items[1].Title != "First" {
		t.Errorf("%d items kept (%v), want those of the first and the third document", len(items), err)
	}
}

// TestT08A1_ARefusedItemIsLeftOutAndNamed: also when only the store knows why, such as a damaged record of its own.
func TestT08A1_ARefusedItemIsLeftOutAndNamed(t *testing.T) {
	s := &picky{Store: openStore(t), refuse: func(d store.Document) error {
		for _, n := range d.Items {
			if n.Item.Title == "Second" {
				return &store.Refusal{Item: n.Item.ID, Title: n.Item.Title, Err: fmt.Errorf("its head: %w", store.ErrDamaged)}
			}
		}
		return nil
	}}
	endless := sheet("http://two.example", "Fine", "")
	endless.Items[1].Item.ID = news.ItemID{}
	answers := putAll(s, sheet("http://one.example", "First", "Second", "Third"), endless)
	for i, want := range []string{"Second", "no id"} {
		var part *ingest.LeftOut
		if !errors.As(answers[i], &part) || len(part.Lines) != 1 || !strings.Contains(part.Lines[0], want) {
			t.Errorf("document %d was answered %v, want one item left out: %s", i, answers[i], want)
		}
	}
	items, err := s.Recent(t.Context(), 0, 10)
	if err != nil || len(items) != 3 {
		t.Errorf("%d items kept (%v), want the three good ones", len(items), err)
	}
	f, err := s.Feed(t.Context(), news.NewFeedID(news.KindFeed, "http://one.example"))
	if err != nil || len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0], `left out: "Second"`) || f.ETag != `"new"` {
		t.Errorf("the feed's state says %q with validator %s (%v)", f.Warnings, f.ETag, err)
	}
}

// TestT08A1_OddValuesCostNothing polls the documents of the issue: values that the store refused, for ever.
func TestT08A1_OddValuesCostNothing(t *testing.T) {
	second := `<item><guid isPermaLink="false">2</guid><title>Other</title></item></channel></rss>`
	for name, answer := range map[string]http.HandlerFunc{
		"a date after the year 9999 in UTC": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title><id>urn:g</id><entry><id>1</id><title>Odd</title>`+
				`<published>9999-12-31T23:59:59-05:00</published><updated>9999-12-31T23:59:59-05:00</updated></entry><entry><id>2</id><title>Other</title></entry></feed>`)
		},
		"the same in RSS": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `<rss version="2.0"><channel><title>G</title><item><guid isPermaLink="false">1</guid><title>Odd</title><pubDate>Fri, 31 Dec 9999 23:59:59 -0500</pubDate></item>`+second)
		},
		"a redirect with bytes of Latin-1": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/w\xe4rme" {
				w.Header()["Location"] = []string{"/w\xe4rme?q=w\xe4rme\xff"}
				w.WriteHeader(http.StatusMovedPermanently)
				return
			}
			fmt.Fprint(w, `<rss version="2.0"><channel><title>G</title><item><guid isPermaLink="false">1</guid><title>Odd</title></item>`+second)
		},
		"NUL in a JSON Feed": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"version": "https://jsonfeed.org/version/1.1", "title": "G\u0000", "home_page_url": "https://g.example/\u0000", "items": [`+
				`{"id": "1\u0000", "title": "Odd", "url": "https://g.example/\u0000a", "image": "\u0000", "tags": ["\u0000"], "authors": [{"url": "\u0000"}], "language": "e\u0000n",`+
				`"attachments": [{"url": "https://g.example/\u0000b", "mime_type": "\u0000"}]}, {"id": "2", "title": "Other"}]}`)
		},
		"validators of any bytes": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Etag"], w.Header()["Last-Modified"] = []string{"\"\xff\xe4\""}, []string{"\xfe"}
			fmt.Fprint(w, `<rss version="2.0"><channel><title>G</title><item><guid isPermaLink="false">1</guid><title>Odd</title></item>`+second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPublisher(t)
			p.answer = answer
			d := newDesk(t, p)
			receipt, err := ingest.Keep(t.Context(), d.store, d.read().Document)
			if err != nil || len(receipt.New) != 2 {
				t.Fatalf("%d items kept (%v), want both", len(receipt.New), err)
			}
			if f := d.state(); f.Error != "" || !f.NextDue.After(now) {
				t.Errorf("error %q, next %v", f.Error, f.NextDue)
			}
		})
	}
}

// TestT08A1_WhatTheStoreRefusesIsPutOff: each time for longer, with the reason, and what was known of the feed stays.
func TestT08A1_WhatTheStoreRefusesIsPutOff(t *testing.T) {
	p := newPublisher(t)
	p.serve(`"one"`, rssItem("1", "First", "Words"))
	d := newDesk(t, p)
	d.poll()
	clock := now
	d.r.Now = func() time.Time { return clock }
	var last time.Duration
	for i := range 5 {
		if err := d.r.PutOff(t.Context(), d.sub, errors.New("append: no room\nfor it")); err != nil {
			t.Fatal(err)
		}
		f := d.state()
		wait := f.NextDue.Sub(clock)
		if f.Failures != i+1 || f.Error != "no room for it" || f.ETag != `"one"` || f.Items != 1 || wait < last {
			t.Fatalf("after %d refusals: %d failures, %q, validator %s, %d items, next after %v (before %v)", i+1, f.Failures, f.Error, f.ETag, f.Items, wait, last)
		}
		last, clock = wait, f.NextDue
	}
	if last < 8*time.Hour {
		t.Errorf("after five refusals the feed waits %v", last)
	}
}
