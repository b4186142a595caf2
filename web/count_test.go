package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
)

func TestT08B21_CountsByPeriod(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d.Add(23 * time.Hour)
	}
	for _, c := range []struct{ by, from, to, items, want string }{
		{"day", "2026-02-27", "2026-03-02", "2026-02-27 2026-03-02", "2026-02-27=1 2026-02-28=0 2026-03-01=0 2026-03-02=1"},
		{"week", "2026-12-20", "2027-01-11", "2026-12-20 2027-01-01 2027-01-03", "2026-W51=1 2026-W52=0 2026-W53=2 2027-W01=0 2027-W02=0"},
		{"month", "2026-10-31", "2027-01-31", "2026-12-31", "2026-10=0 2026-11=0 2026-12=1 2027-01=0"},
		{"day", "", "", "", ""},
		{"outlet", "2026-02-27", "2026-03-02", "2026-02-27", "unknown=1"},
	} {
		keyOf, err := countKey(c.by)
		if err != nil {
			t.Fatal(err)
		}
		counts, span := map[string]int{}, covered{}
		for _, s := range strings.Fields(c.items) {
			it := &news.Item{Seen: day(s)}
			counts[keyOf(it)]++
			span.hold(it.Time())
		}
		if c.from != "" {
			span.hold(day(c.from))
			span.hold(day(c.to))
		}
		withZeros(counts, c.by, span)
		var got []string
		for _, v := range countViews(counts) {
			got = append(got, fmt.Sprintf("%s=%d", v.Key, v.Items))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("by %s: %q, want %q", c.by, got, c.want)
		}
	}
	if _, err := countKey("year"); err == nil {
		t.Error("by year is answered")
	}
}

// TestT08B21_ZerosEnd: a range of all time does not fill the memory.
func TestT08B21_ZerosEnd(t *testing.T) {
	counts := map[string]int{}
	withZeros(counts, "day", covered{from: time.Unix(-1<<36, 0), to: time.Unix(1<<36, 0)})
	if len(counts) > maxPeriods {
		t.Errorf("%d periods", len(counts))
	}
}
