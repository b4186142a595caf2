package ingest

import (
	"context"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

func TestT08B17_ItemsOfADocumentAreJournalledOldestFirst(t *testing.T) {
	seen := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		hours []int // before they were seen, in document order; 0 is undated, negative in the future
		want  string
	}{
		"newest first":           {[]int{1, 2, 3}, "cba"},
		"oldest first":           {[]int{3, 2, 1}, "abc"},
		"mixed":                  {[]int{2, 5, 1, 9}, "dbac"},
		"undated":                {[]int{0, 0, 0}, "cba"},
		"undated among dated":    {[]int{1, 0, 3}, "cab"},
		"undated, oldest first":  {[]int{3, 2, 0, 0}, "abcd"},
		"of one time":            {[]int{2, 2, 2, 3}, "dcba"},
		"the future counts less": {[]int{-5, 1, -2}, "bca"},
		"one":                    {[]int{1}, "a"},
		"none":                   {nil, ""},
	} {
		var items []store.News
		for i, h := range c.hours {
			n := store.News{Item: news.Item{Identity: string(rune('a' + i)), Seen: seen}}
			if h != 0 {
				n.Item.Published = news.Stamp{Time: seen.Add(-time.Duration(h) * time.Hour), Certainty: news.CertaintyExact}
			}
			items = append(items, n)
		}
		got := ""
		for _, n := range oldestFirst(news.KindFeed, items) {
			got += n.Item.Identity
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	undated := []store.News{{Item: news.Item{Identity: "a"}}, {Item: news.Item{Identity: "b"}}}
	if got := oldestFirst(news.KindSeed, undated); got[0].Item.Identity != "a" {
		t.Error("the lines of an import were turned round")
	}
}

// recorder is a journal that only keeps what it is given.
type recorder struct{ batch store.Batch }

func (r *recorder) Append(_ context.Context, batch store.Batch) (store.Receipt, error) {
	r.batch = batch
	return store.Receipt{}, nil
}

// TestT08B17_WhatIsKeptIsInThatOrder: the one place through which documents are kept brings them into it, and leaves the caller's alone.
func TestT08B17_WhatIsKeptIsInThatOrder(t *testing.T) {
	seen := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	doc := store.Document{Feed: news.Feed{ID: news.FeedID{1}, Kind: news.KindFeed}}
	for i := range 3 {
		n := store.News{Item: news.Item{ID: news.ItemID{byte(i + 1)}, Feed: doc.Feed.ID, Identity: string(rune('a' + i)), Seen: seen}}
		n.Item.Published = news.Stamp{Time: seen.Add(-time.Duration(i) * time.Hour), Certainty: news.CertaintyExact}
		doc.Items = append(doc.Items, n)
	}
	var r recorder
	if _, err := Keep(t.Context(), &r, doc); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, n := range r.batch.Documents[0].Items {
		got += n.Item.Identity
	}
	if got != "cba" || doc.Items[0].Item.Identity != "a" {
		t.Errorf("kept %s, the document begins with %s", got, doc.Items[0].Item.Identity)
	}
}
