package search_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/search"
	"mediawatch/store"
	"mediawatch/store/bolt"
)

var start = time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC)

// desk knows one tag.
type desk struct{}

func (desk) Facts(*news.Item) query.Facts { return query.Facts{Tags: []string{"coast"}} }

// fill keeps n items, one an hour; every tenth speaks of a harbour.
func fill(t *testing.T, n int) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "s.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	feed := news.NewFeedID(news.KindFeed, "f")
	doc := store.Document{Feed: news.Feed{ID: feed, Address: "f"}}
	for i := range n {
		at := start.Add(time.Duration(i) * time.Hour)
		it := news.Item{ID: news.NewItemID(feed, fmt.Sprint(i)), Feed: feed, Identity: fmt.Sprint(i), Seen: at, Revision: news.Revision{At: at, Title: fmt.Sprintf("Report %d", i), Content: "<p>Nothing to see.</p>"}}
		if i%10 == 0 {
			it.Content = "<p>The harbour is open.</p>"
		}
		it.Keys = dedupe.KeysOf(&it)
		doc.Items = append(doc.Items, store.News{Item: it, State: dedupe.StateOf(&it)})
	}
	if _, err := s.Append(context.Background(), store.Batch{Documents: []store.Document{doc}}); err != nil {
		t.Fatal(err)
	}
	return s
}

func scan(t *testing.T, s *bolt.Store, src string, o search.Options, most int) ([]string, int) {
	t.Helper()
	q, err := query.Parse(src, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o.Query, o.Facts = q, desk{}
	var titles []string
	res, err := search.Scan(context.Background(), s, o, func(h search.Hit) bool {
		titles = append(titles, h.Item.Title)
		return len(titles) < most
	})
	if err != nil {
		t.Fatal(err)
	}
	return titles, res.Looked
}

func TestScanFindsAllOverManyPagesNewestFirst(t *testing.T) {
	s := fill(t, 450)
	titles, looked := scan(t, s, "harbour tag:coast", search.Options{}, 1000)
	if len(titles) != 45 || looked != 450 || titles[0] != "Report 440" || titles[44] != "Report 0" {
		t.Errorf("%d hits of %d, first %q, last %q", len(titles), looked, titles[0], titles[len(titles)-1])
	}
}

func TestScanStopsWhenTold(t *testing.T) {
	s := fill(t, 450)
	titles, looked := scan(t, s, "harbour", search.Options{}, 2)
	if len(titles) != 2 || looked > 20 {
		t.Errorf("%d hits after looking at %d items, want 2 and no more than 20", len(titles), looked)
	}
}

func TestScanHasABoundInTime(t *testing.T) {
	s := fill(t, 100)
	titles, looked := scan(t, s, "harbour", search.Options{Since: start.Add(80 * time.Hour)}, 1000)
	if len(titles) != 2 || looked != 20 {
		t.Errorf("hits %q of %d items, want reports 90 and 80 of 20", titles, looked)
	}
}

// A scan whose context ends looks at no further item, though the page it has read holds more; what it found by then stays.
func TestT08A7_AScanEndsWithItsContext(t *testing.T) {
	s := fill(t, 100)
	q, err := query.Parse("report", query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	found := 0
	res, err := search.Scan(ctx, s, search.Options{Query: q, Facts: desk{}}, func(search.Hit) bool {
		if found++; found == 3 {
			cancel()
		}
		return true
	})
	if !errors.Is(err, context.Canceled) || found != 3 || res.Looked != 3 || res.Done {
		t.Errorf("error %v after %d hits of %d items, done %t; want it to end at the third", err, found, res.Looked, res.Done)
	}
}

func TestAddStoryCountsOutlets(t *testing.T) {
	a, b, c := news.ItemID{1}, news.ItemID{2}, news.ItemID{3}
	story := news.Story{ID: a, Members: []news.Member{
		{Item: a, Outlet: "Gazette", Relation: news.Original}, {Item: b, Outlet: "Gazette", Relation: news.SameText}, {Item: c, Relation: news.SameText},
	}}
	got := search.AddStory(query.Facts{}, b, story)
	if got.Outlets != 2 || got.Relation != news.SameText {
		t.Errorf("%+v, want two outlets (an unknown one is no other) and the relation of the member", got)
	}
	if alone := search.AddStory(query.Facts{}, a, news.Story{}); alone.Outlets != 1 {
		t.Errorf("an item alone has %d outlets, want 1", alone.Outlets)
	}
}
