package ingest_test

import (
	"fmt"
	"testing"
	"time"

	"mediawatch/news"
)

// dated is an item of RSS that states a date.
func dated(guid string, at time.Time) string {
	return fmt.Sprintf(`<item><guid isPermaLink="false">%s</guid><title>%s</title><pubDate>%s</pubDate></item>`, guid, guid, at.Format(time.RFC1123Z))
}

// TestT08B19_WhatIsNewInAKnownFeedIsNews whatever date it states, unless the feed sends an archive.
func TestT08B19_WhatIsNewInAKnownFeedIsNews(t *testing.T) {
	day := 24 * time.Hour
	// many are entries so many days apart, the first at an age.
	many := func(n int, age, apart time.Duration) (out []string) {
		for i := range n {
			out = append(out, dated(fmt.Sprintf("old %d", i), now.Add(-age-time.Duration(i)*apart)))
		}
		return out
	}
	recent := func(n int) (out []string) {
		for i := range n {
			out = append(out, dated(fmt.Sprintf("recent %d", i), now.Add(-time.Duration(i)*time.Hour)))
		}
		return out
	}
	for _, tt := range []struct {
		name    string
		entries []string
		all     bool
		backlog int
	}{
		{"one of 11 days ago", many(1, 11*day, 0), false, 0},
		{"one of three years ago", many(1, 1100*day, 0), false, 0},
		{"19 over a year", many(19, 8*day, 20*day), false, 0},
		{"20 over more than 30 days", many(20, 8*day, 2*day), false, 20},
		{"20 over 30 days and a second less", many(20, 8*day, 30*day/19-time.Second), false, 0},
		{"300 of one day", many(300, 11*day, time.Minute), false, 0},
		{"20 of 40", append(many(20, 8*day, 2*day), recent(20)...), false, 0},
		{"21 of 40 and the rest is news", append(many(21, 8*day, 2*day), recent(19)...), false, 21},
		{"20 of up to 7 days ago", many(20, time.Hour, 8*time.Hour), false, 0},
		{"an archive, announced", many(40, 8*day, 2*day), true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPublisher(t)
			d := newDesk(t, p)
			d.sub.AnnounceAll = tt.all
			p.serve(`"1"`)
			d.poll()
			p.serve(`"2"`, tt.entries...)
			r := d.poll()
			if len(r.New) != len(tt.entries) {
				t.Fatalf("%d new items, want %d", len(r.New), len(tt.entries))
			}
			got := 0
			for _, it := range r.New {
				if it.Backlog {
					got++
				}
				if it.Backlog != (it.BacklogWhy == news.WhyArchive) || it.Backlog && it.Published.Time.After(now.Add(-7*day)) {
					t.Errorf("%s: backlog %v because of %q", it.Title, it.Backlog, it.BacklogWhy)
				}
			}
			if got != tt.backlog {
				t.Errorf("%d of %d are backlog, want %d", got, len(r.New), tt.backlog)
			}
		})
	}
}

func TestT08B19_WhatAFeedHeldAtItsFirstReadingIsBacklog(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	p.serve(`"1"`, dated("yesterday", now.AddDate(0, 0, -1)), dated("old", now.AddDate(0, -1, 0)))
	d.poll()
	p.serve(`"2"`, dated("yesterday", now.AddDate(0, 0, -1)), dated("old", now.AddDate(0, -1, 0)), dated("late", now.AddDate(0, 0, -11)))
	d.poll()
	items, err := d.store.Recent(t.Context(), 0, 10)
	if err != nil || len(items) != 3 {
		t.Fatalf("%d items (%v)", len(items), err)
	}
	for _, it := range items {
		if want := map[bool]string{true: "", false: news.WhyFirst}[it.Title == "late"]; it.BacklogWhy != want || it.Backlog != (want != "") {
			t.Errorf("%s: backlog %v because of %q, want %q", it.Title, it.Backlog, it.BacklogWhy, want)
		}
	}
}
