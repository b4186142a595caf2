package fetch_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"mediawatch/fetch"
)

const hour = time.Hour

// beats plays a source that speaks at the given hours of each day from Monday on, so many days, and returns its rhythm and its last news.
func beats(days int, weekend bool, hours ...int) (r fetch.Rhythm, first, last time.Time) {
	first = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) // a Monday
	for d := range days {
		day := first.AddDate(0, 0, d)
		if wd := day.Weekday(); !weekend && (wd == time.Saturday || wd == time.Sunday) {
			continue
		}
		for _, h := range hours {
			at := day.Add(time.Duration(h) * hour)
			if !last.IsZero() {
				r = r.Beat(at.Sub(last))
			}
			last = at
		}
	}
	return r, first, last
}

func TestSilenceIsMeasuredByTheSourcesOwnRhythm(t *testing.T) {
	for _, tt := range []struct {
		name    string
		days    int
		weekend bool
		hours   []int
		usual   time.Duration // after the last news: not told
		unusual time.Duration // told
	}{
		{"an agency, every two hours", 20, true, []int{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22}, 23 * hour, 25 * hour},
		{"office hours, weekdays only", 26, false, []int{9, 12, 17}, 64 * hour, 6 * 24 * hour},      // ends on a Friday evening
		{"the first week: no weekend seen yet", 5, false, []int{9, 12, 17}, 64 * hour, 85 * hour},   // Monday morning is no silence
		{"once a week", 70, true, nil, 13 * 24 * hour, 43 * 24 * hour},                              // set below
		{"too little known", 1, true, []int{1, 2, 3}, 24 * 300 * hour, 0},                           // never told
		{"a daily column", 30, true, []int{7}, 47 * hour, 145 * hour},                               //
		{"bursts: ten at once, then a day", 30, true, []int{7, 8, 9, 10}, 41 * hour, 7 * 24 * hour}, //
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, first, last := beats(tt.days, tt.weekend, tt.hours...)
			if tt.hours == nil {
				first = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
				last = first
				for range 10 {
					r, last = r.Beat(7*24*hour), last.AddDate(0, 0, 7)
				}
			}
			if d := r.Silence(first, last, last.Add(tt.usual)); d != 0 {
				t.Errorf("%v after its last news it is called silent for %v; rhythm %+v", tt.usual, d, r)
			}
			if d := r.Silence(first, last, last.Add(tt.unusual)); tt.unusual > 0 && d != tt.unusual {
				t.Errorf("%v after its last news the silence is %v; rhythm %+v", tt.unusual, d, r)
			}
		})
	}
}

func TestALongPauseIsForgotten(t *testing.T) {
	var r fetch.Rhythm
	for range 50 {
		r = r.Beat(hour)
	}
	r = r.Beat(30 * 24 * hour) // a holiday
	holiday := r.Quiet(365 * 24 * hour)
	for range 180 * 24 {
		r = r.Beat(hour)
	}
	if later := r.Quiet(365 * 24 * hour); later > holiday/4 {
		t.Errorf("half a year after a pause %v is still usual, then it was %v", later, holiday)
	}
}

func TestRhythmProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r fetch.Rhythm
		var longest time.Duration
		for _, s := range rapid.SliceOfN(rapid.Int64Range(1, 400*24*3600), 1, 40).Draw(t, "seconds") {
			d := time.Duration(s) * time.Second
			r = r.Beat(d)
			longest = max(longest, d)
			if r.Longest < d || r.Longest > longest || r.Mean <= 0 || r.Mean > longest {
				t.Fatalf("%+v after an interval of %v, longest %v", r, d, longest)
			}
			if q := r.Quiet(400 * 24 * hour); q != 0 && q < 2*d {
				t.Fatalf("a pause like the last one, %v, would be told: %v", d, q)
			}
		}
	})
}

// TestThePaceKeepsTheRhythm: only intervals in which somebody asked count.
func TestThePaceKeepsTheRhythm(t *testing.T) {
	at := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	var p fetch.Pace
	poll := func(after time.Duration, fresh int) {
		at = at.Add(after)
		p = fetch.Next(p, fetch.Outcome{At: at, Status: 200, Reading: &fetch.Reading{Items: 10, New: fresh}, Fixed: hour, Roll: 0.5})
	}
	poll(0, 10)
	poll(hour, 0)
	poll(hour, 2)
	if p.Rhythm.Count != 1 || p.Rhythm.Mean != 2*hour {
		t.Errorf("after news two hours apart the rhythm is %+v", p.Rhythm)
	}
	poll(21*24*hour, 10) // the machine was off
	if p.Rhythm.Count != 1 {
		t.Errorf("downtime counts as silence of the source: %+v", p.Rhythm)
	}
	poll(hour, 1)
	if p.Rhythm.Count != 2 {
		t.Errorf("after downtime the rhythm stands still: %+v", p.Rhythm)
	}
}
