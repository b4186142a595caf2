package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mediawatch/news"
)

// CountView is how many items fall under one key.
type CountView struct {
	Key   string `json:"key"`
	Items int    `json:"items"`
}

// countKey returns what items are counted by.
func countKey(by string) (func(*news.Item) string, error) {
	if p, ok := periods[by]; ok {
		return func(it *news.Item) string { return p.key(it.Time().UTC()) }, nil
	}
	switch by {
	case "outlet":
		return func(it *news.Item) string { return cmp.Or(it.Outlet, "unknown") }, nil
	case "lang":
		return func(it *news.Item) string { return cmp.Or(it.Lang, "unknown") }, nil
	}
	return nil, BadRequest("by %q: day, week, month, outlet or lang expected", by)
}

// period is a span of the calendar that items are counted by.
type period struct {
	key   func(time.Time) string
	begin func(time.Time) time.Time
	next  func(time.Time) time.Time
}

// periods are in UTC; weeks are those of ISO 8601, from Monday on.
var periods = map[string]period{
	"day": {
		key:   func(t time.Time) string { return t.Format(time.DateOnly) },
		begin: midnight,
		next:  func(t time.Time) time.Time { return t.AddDate(0, 0, 1) },
	},
	"week": {
		key: func(t time.Time) string {
			year, week := t.ISOWeek()
			return fmt.Sprintf("%04d-W%02d", year, week)
		},
		begin: func(t time.Time) time.Time { return midnight(t).AddDate(0, 0, -(int(t.Weekday())+6)%7) },
		next:  func(t time.Time) time.Time { return t.AddDate(0, 0, 7) },
	},
	"month": {
		key:   func(t time.Time) string { return t.Format("2006-01") },
		begin: func(t time.Time) time.Time { return midnight(t).AddDate(0, 0, 1-t.Day()) },
		next:  func(t time.Time) time.Time { return t.AddDate(0, 1, 0) },
	},
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// maxPeriods is how many periods of a count are filled up with zeros: a century of days.
const maxPeriods = 36525

// covered is what a count covers; a zero end is where the items end.
type covered struct{ from, to time.Time }

// hold extends the span to a time.
func (s *covered) hold(t time.Time) {
	if s.from.IsZero() || t.Before(s.from) {
		s.from = t
	}
	if t.After(s.to) {
		s.to = t
	}
}

// withZeros adds the periods of a span in which nothing was counted.
func withZeros(counts map[string]int, by string, s covered) {
	p, ok := periods[by]
	if !ok || s.from.IsZero() {
		return
	}
	n := 0
	for t := p.begin(s.from.UTC()); !t.After(s.to) && n < maxPeriods; t = p.next(t) {
		counts[p.key(t)] += 0
		n++
	}
}

// countViews returns counts in the order of their keys.
func countViews(counts map[string]int) []CountView {
	out := make([]CountView, 0, len(counts))
	for k, n := range counts {
		out = append(out, CountView{k, n})
	}
	slices.SortFunc(out, func(a, b CountView) int { return strings.Compare(a.Key, b.Key) })
	return out
}
