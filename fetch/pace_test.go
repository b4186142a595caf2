package fetch_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mediawatch/fetch"
)

const day = 24 * time.Hour

// settled is the pace of a feed that is read since long and polled when it was due.
func settled() fetch.Pace {
	return fetch.Pace{Interval: time.Hour, Due: noon, FirstRead: noon.Add(-90 * day), LastNew: noon.Add(-day), LastFull: noon.Add(-day)}
}

// middling is an outcome that moves the interval nowhere.
func middling() fetch.Outcome {
	return fetch.Outcome{At: noon, Status: 200, Reading: &fetch.Reading{Items: 20, New: 10}, Roll: 0.5}
}

func status(code int, retryAfter time.Duration) fetch.Outcome {
	err := &fetch.Error{Op: "get", URL: "https://news.example/", Kind: fetch.KindStatus, Status: code, RetryAfter: retryAfter}
	o := fetch.OutcomeOf(nil, err, noon)
	o.Roll = 0.5
	return o
}

// wait returns how long after its outcome the next request is due.
func wait(p fetch.Pace) time.Duration { return p.Due.Sub(noon) }

// rolls are the extremes and the middle of chance.
var rolls = []float64{0, 0.5, 0.999999}

func within(t *testing.T, what string, got, low, high time.Duration) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: %v, want %v to %v", what, got, low, high)
	}
}

func TestP13_P14_FreshIsAFloor(t *testing.T) {
	for _, roll := range rolls {
		for _, code := range []int{200, 304} {
			o := fetch.Outcome{At: noon, Status: code, Fresh: 6 * time.Hour, Roll: roll}
			within(t, "max-age of 6 h", wait(fetch.Next(settled(), o)), 6*time.Hour, 6*time.Hour+30*time.Minute)
			o.Fresh = time.Minute
			within(t, "max-age of a minute", wait(fetch.Next(settled(), o)), 54*time.Minute, 83*time.Minute)
			o.Fresh = 365 * day
			within(t, "max-age of a year", wait(fetch.Next(settled(), o)), day, day+30*time.Minute)
		}
	}
}

func TestP18_P22_RetryAfterIsAFloor(t *testing.T) {
	for _, roll := range rolls {
		for _, code := range []int{429, 503} {
			for _, asked := range []time.Duration{2 * time.Hour, 12 * time.Hour, 48 * time.Hour, 7 * day} {
				o := status(code, asked)
				o.Roll = roll
				within(t, fmt.Sprint(code, asked), wait(fetch.Next(settled(), o)), asked, asked+10*time.Minute)
			}
			o := status(code, 300*day)
			o.Roll = roll
			within(t, "absurd", wait(fetch.Next(settled(), o)), 7*day, 7*day+10*time.Minute)
			o = status(code, time.Second)
			o.Roll = roll
			within(t, "a second", wait(fetch.Next(settled(), o)), 48*time.Minute, 72*time.Minute)
		}
		o := middling()
		o.RetryAfter, o.Roll = 5*time.Hour, roll
		within(t, "on success", wait(fetch.Next(settled(), o)), 5*time.Hour, 5*time.Hour+15*time.Minute)
	}
}

func TestP23_BusyWithoutRetryAfter(t *testing.T) {
	for _, roll := range rolls {
		for _, code := range []int{429, 503} {
			for _, fixed := range []time.Duration{0, time.Minute} {
				o := status(code, 0)
				o.Roll, o.Fixed = roll, fixed
				within(t, fmt.Sprint(code), wait(fetch.Next(settled(), o)), 4*time.Hour, 5*time.Hour)
			}
		}
	}
}

func TestP24_APermanentRedirectIsConfirmed(t *testing.T) {
	answer := func(p fetch.Pace, after time.Duration, moved string) fetch.Pace {
		o := middling()
		o.At, o.Moved = noon.Add(after), moved
		return fetch.Next(p, o)
	}
	const a, b = "https://news.example/a", "https://news.example/b"
	p := answer(settled(), 0, a)
	p = answer(p, time.Hour, a)
	if p.Location != "" || p.MovedTo != a || p.MovedCount != 2 || !p.MovedSince.Equal(noon) {
		t.Fatalf("after two answers: %+v", p)
	}
	if got := answer(p, 2*time.Hour, a); got.Location != a || got.MovedTo != "" {
		t.Errorf("after three answers: %+v", got)
	}
	if got := answer(p, 2*time.Hour, b); got.Location != "" || got.MovedTo != b || got.MovedCount != 1 {
		t.Errorf("after another answer: %+v", got)
	}
	if got := answer(p, 2*time.Hour, ""); got.Location != "" || got.MovedTo != "" || got.MovedCount != 0 {
		t.Errorf("after an answer without one: %+v", got)
	}
	if got := answer(answer(settled(), 0, a), day, a); got.Location != a {
		t.Errorf("two answers a day apart: %+v", got)
	}
	failing := fetch.Next(p, status(500, 0))
	if failing.MovedCount != 2 || failing.Location != "" {
		t.Errorf("a failure says nothing about the redirect: %+v", failing)
	}
}

func TestP27_GoneStops(t *testing.T) {
	p := fetch.Next(settled(), status(410, 0))
	if !p.Gone || !p.Due.IsZero() {
		t.Errorf("%+v", p)
	}
	if p.FirstRead.IsZero() || p.LastNew.IsZero() {
		t.Error("its history is lost")
	}
	if back := fetch.Next(p, middling()); back.Gone || back.Due.IsZero() {
		t.Errorf("asked again by hand, and there: %+v", back)
	}
}

func TestP28_TTLIsAFloor(t *testing.T) {
	for _, roll := range rolls {
		o := middling()
		o.Roll = roll
		o.Reading.TTL = 3 * time.Hour
		p := fetch.Next(settled(), o)
		within(t, "ttl of 3 h", wait(p), 3*time.Hour, 3*time.Hour+15*time.Minute)
		p.Due = noon
		within(t, "still on a 304", wait(fetch.Next(p, fetch.Outcome{At: noon, Status: 304, Roll: roll})), 3*time.Hour, 3*time.Hour+15*time.Minute)
		within(t, "no longer stated", wait(fetch.Next(p, middling())), 54*time.Minute, 66*time.Minute)
		o.Reading.TTL = 3600 * time.Minute // seconds taken for minutes by its publisher
		within(t, "ttl of 60 h", wait(fetch.Next(settled(), o)), day, day+15*time.Minute)
		o.Reading.TTL, o.Fixed = 3*time.Hour, 15*time.Minute
		within(t, "ttl against a configured interval", wait(fetch.Next(settled(), o)), 3*time.Hour, 3*time.Hour+15*time.Minute)
	}
}

// TestT08C29_AConfiguredIntervalCountsMoreThanMaxAge, but not more than what a server asks of us.
func TestT08C29_AConfiguredIntervalCountsMoreThanMaxAge(t *testing.T) {
	for _, roll := range rolls {
		o := middling()
		o.Roll, o.Fresh = roll, 6*time.Hour
		within(t, "max-age of 6 h", wait(fetch.Next(settled(), o)), 6*time.Hour, 6*time.Hour+15*time.Minute)
		o.Fixed = 15 * time.Minute
		within(t, "against a configured interval", wait(fetch.Next(settled(), o)), 7*time.Minute, 23*time.Minute)
		o.RetryAfter = 2 * time.Hour
		within(t, "with Retry-After", wait(fetch.Next(settled(), o)), 2*time.Hour, 2*time.Hour+15*time.Minute)
		busy := status(429, 0)
		busy.Roll, busy.Fixed = roll, 15*time.Minute
		within(t, "429", wait(fetch.Next(settled(), busy)), 4*time.Hour, 5*time.Hour)
	}
}

func TestP29_SkipHoursAndDays(t *testing.T) {
	next := func(r fetch.Reading, at time.Time) time.Time {
		p := settled()
		p.Due = at
		o := middling()
		o.At, o.Roll = at, 0
		r.Items, r.New = 20, 10
		o.Reading = &r
		return fetch.Next(p, o).Due
	}
	for _, tt := range []struct {
		name string
		r    fetch.Reading
		want time.Time // for noon on Tuesday, 3 February 2026; 12:54 when nothing is skipped
	}{
		{"none", fetch.Reading{}, noon.Add(54 * time.Minute)},
		{"other hours", fetch.Reading{SkipHours: []int{11, 13, 14}}, noon.Add(54 * time.Minute)},
		{"this hour", fetch.Reading{SkipHours: []int{12}}, noon.Add(time.Hour)},
		{"until the evening", fetch.Reading{SkipHours: []int{12, 13, 14, 15, 16, 17}}, noon.Add(6 * time.Hour)},
		{"over midnight", fetch.Reading{SkipHours: []int{12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 1, 2}}, noon.Add(15 * time.Hour)},
		{"today", fetch.Reading{SkipDays: []time.Weekday{time.Tuesday}}, noon.Add(12 * time.Hour)},
		{"hours and days", fetch.Reading{SkipDays: []time.Weekday{time.Tuesday, time.Wednesday}, SkipHours: []int{0, 1}}, noon.Add(38 * time.Hour)},
		{"everything: not believed", fetch.Reading{SkipDays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}, noon.Add(54 * time.Minute)},
		{"out of range", fetch.Reading{SkipHours: []int{-1, 25, 99}, SkipDays: []time.Weekday{-1, 7, 60}}, noon.Add(54 * time.Minute)},
	} {
		if got := next(tt.r, noon); !got.Equal(tt.want) {
			t.Errorf("%s: due %v, want %v", tt.name, got, tt.want)
		}
	}
	east := time.FixedZone("east", 9*3600) // 12 o'clock GMT is 21 o'clock there
	if got := next(fetch.Reading{SkipHours: []int{12}}, noon.In(east)); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("the hours are GMT: due %v", got)
	}
	p := fetch.Next(settled(), fetch.Outcome{At: noon, Status: 200, Reading: &fetch.Reading{SkipHours: []int{13}}, Roll: 0})
	p.Due = noon
	if got := fetch.Next(p, fetch.Outcome{At: noon, Status: 304, Roll: 0}).Due; got.UTC().Hour() == 13 {
		t.Errorf("forgotten on a 304: due %v", got)
	}
}

func TestP31_WhatWasNotAskedChangesNothing(t *testing.T) {
	p := settled()
	p.Due = noon.Add(40 * time.Minute)
	for range 20 { // a stop cancels the running fetches
		p = fetch.Next(p, fetch.Outcome{At: noon, Err: &fetch.Error{Kind: fetch.KindCanceled, Err: errors.New("stopped")}, Roll: 0.5})
	}
	want := settled()
	want.Due = noon.Add(40 * time.Minute)
	if p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
}

// TestP32_PollsAreSpread polls 1,000 feeds for two days, all first read in the same minute and all overdue in one minute after
// half a day's downtime, and counts the polls of each minute after.
func TestP32_PollsAreSpread(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	outcome := func(at time.Time, fresh time.Duration) fetch.Outcome {
		return fetch.Outcome{At: at, Status: 304, Fresh: fresh, Roll: chance.Float64()}
	}
	for _, fresh := range []time.Duration{0, time.Hour, 5 * time.Hour} {
		paces := make([]fetch.Pace, 1000)
		for i := range paces {
			o := outcome(noon, fresh)
			o.Status, o.Reading = 200, &fetch.Reading{Items: 20, New: 20}
			paces[i] = fetch.Next(fetch.Pace{Due: noon}, o) // due at once, as a store keeps it
		}
		worst := 0
		for now := noon.Add(time.Minute); now.Before(noon.Add(2 * day)); now = now.Add(time.Minute) {
			if since := now.Sub(noon); since > 12*time.Hour && since < 24*time.Hour {
				continue // not running
			}
			polls := 0
			for i := range paces {
				if !now.Before(paces[i].Due) {
					paces[i] = fetch.Next(paces[i], outcome(now, fresh))
					polls++
				}
			}
			if now.Sub(noon) != day { // the restart finds all of them overdue
				worst = max(worst, polls)
			}
		}
		t.Logf("max-age %v: at most %d of 1,000 polls in one minute", fresh, worst)
		if worst > 50 {
			t.Errorf("max-age %v: %d of 1,000 polls in one minute", fresh, worst)
		}
	}
}

func TestTheIntervalAdapts(t *testing.T) {
	for _, tt := range []struct {
		name       string
		items, new int
		was, want  time.Duration
	}{
		{"all new: faster", 20, 20, time.Hour, 30 * time.Minute},
		{"32 % known: faster", 100, 68, time.Hour, 30 * time.Minute},
		{"34 % known: stays", 100, 66, time.Hour, time.Hour},
		{"half: stays", 20, 10, time.Hour, time.Hour},
		{"66 % known: stays", 100, 34, time.Hour, time.Hour},
		{"68 % known: slower", 100, 32, time.Hour, 75 * time.Minute},
		{"all known: slower", 20, 0, time.Hour, 75 * time.Minute},
		{"empty: slower", 0, 0, time.Hour, 75 * time.Minute},
		{"no faster than 15 minutes", 20, 20, 20 * time.Minute, 15 * time.Minute},
		{"no slower than 4 hours", 20, 0, 4 * time.Hour, 4 * time.Hour},
		{"awake after a long silence", 20, 1, day, 75 * time.Minute},
		{"a default beyond the bounds stays: 2 minutes, all new", 20, 20, 2 * time.Minute, 2 * time.Minute},
		{"a default beyond the bounds stays: 6 hours, all known", 20, 0, 6 * time.Hour, 6 * time.Hour},
	} {
		p := settled()
		p.Interval = tt.was
		o := middling()
		o.Reading = &fetch.Reading{Items: tt.items, New: tt.new}
		if got := fetch.Next(p, o).Interval; got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := fetch.Next(settled(), fetch.Outcome{At: noon, Status: 304, Roll: 0.5}).Interval; got != 75*time.Minute {
		t.Errorf("304: %v", got)
	}
	o := middling()
	o.Default = 2 * time.Hour
	if got := fetch.Next(fetch.Pace{}, o).Interval; got != 2*time.Hour {
		t.Errorf("first reading with a default: %v", got)
	}
	p := settled()
	p.Interval, p.LastNew = day, noon.Add(-40*day)
	if got := fetch.Next(p, o).Interval; got != 2*time.Hour {
		t.Errorf("awake with a default: %v", got)
	}
	o = middling()
	o.Reading.New = 20
	if got := fetch.Next(fetch.Pace{}, o); got.Interval != fetch.DefaultInterval || !got.FirstRead.Equal(noon) || !got.LastNew.Equal(noon) || !got.LastFull.Equal(noon) {
		t.Errorf("first reading: %+v", got)
	}
	o.Truncated = true
	if got := fetch.Next(settled(), o); got.Interval != time.Hour || got.LastFull.Equal(noon) {
		t.Errorf("truncated: %+v", got)
	}
	o.Truncated, o.Fixed = false, 10*time.Minute
	within(t, "configured", wait(fetch.Next(settled(), o)), 9*time.Minute, 11*time.Minute)
}

func TestASilentFeedIsPolledDaily(t *testing.T) {
	p := settled()
	p.LastNew = noon.Add(-30 * day)
	p = fetch.Next(p, fetch.Outcome{At: noon, Status: 304, Roll: 0})
	within(t, "silent for 30 days", wait(p), 21*time.Hour, 24*time.Hour)
	p = settled()
	p.LastNew = noon.Add(-29 * day)
	within(t, "silent for 29 days", wait(fetch.Next(p, fetch.Outcome{At: noon, Status: 304, Roll: 0})), time.Hour, 2*time.Hour)
}

func TestAFailingFeedIsNeverAbandoned(t *testing.T) {
	p := settled()
	now := noon
	reports := 0
	var waits []time.Duration
	for now.Before(noon.Add(365 * day)) {
		o := status(500, 0)
		o.At = now
		p = fetch.Next(p, o)
		if p.Report() {
			reports++
		}
		if p.Due.Sub(now) <= 0 {
			t.Fatalf("due %v at %v", p.Due, now)
		}
		waits = append(waits, p.Due.Sub(now))
		now = p.Due
	}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 24, 24} {
		if waits[i] != want*time.Hour {
			t.Errorf("wait %d: %v, want %v", i, waits[i], want*time.Hour)
		}
	}
	if last := waits[len(waits)-1]; last != 7*day {
		t.Errorf("after a year: %v", last)
	}
	if reports != 1 {
		t.Errorf("%d reports", reports)
	}
	o := middling()
	o.At = now
	p = fetch.Next(p, o)
	if p.Failures != 0 || !p.FailSince.IsZero() || p.Interval != time.Hour {
		t.Errorf("back again: %+v", p)
	}
	for _, roll := range rolls {
		o := status(500, 0)
		o.Roll = roll
		q := settled()
		q.Failures, q.FailSince = 9, noon.Add(-9*day)
		within(t, "a day ± 20 %", wait(fetch.Next(q, o)), 19*time.Hour, 29*time.Hour)
	}
}

func TestOfflineIsNobodysFailure(t *testing.T) {
	p := fetch.Next(settled(), fetch.Outcome{At: noon, Err: &fetch.Error{Kind: fetch.KindOffline}, Roll: 0.5})
	if p.Failures != 0 || !p.FailSince.IsZero() {
		t.Errorf("%+v", p)
	}
	within(t, "retry", wait(p), 8*time.Minute, 12*time.Minute)
}

func TestOutcomeOf(t *testing.T) {
	r := &fetch.Response{Status: 200, Truncated: true, Fresh: time.Hour, RetryAfter: time.Minute, Moved: "https://news.example/new"}
	want := fetch.Outcome{At: noon, Status: 200, Truncated: true, Fresh: time.Hour, RetryAfter: time.Minute, Moved: "https://news.example/new"}
	if got := fetch.OutcomeOf(r, nil, noon); got != want {
		t.Errorf("%+v", got)
	}
	bad := errors.New("no feed")
	want.Err = bad
	if got := fetch.OutcomeOf(r, bad, noon); got != want {
		t.Errorf("%+v", got)
	}
}

func TestADocumentThatCannotBeReadIsAFailure(t *testing.T) {
	o := middling()
	o.Err, o.Reading = errors.New("no feed"), nil
	p := fetch.Next(settled(), o)
	if p.Failures != 1 || !p.FailSince.Equal(noon) || p.LastFull.Equal(noon) {
		t.Errorf("%+v", p)
	}
}

func TestAFullAnswerEveryEightDays(t *testing.T) {
	p := settled()
	p.LastFull = time.Time{}
	if p.WantsFull(noon) {
		t.Error("before there was one")
	}
	p.LastFull = noon.Add(-8*day + time.Second)
	if p.WantsFull(noon) {
		t.Error("too early")
	}
	p.LastFull = noon.Add(-8 * day)
	if !p.WantsFull(noon) {
		t.Error("not asked for")
	}
	if fetch.Next(p, middling()).WantsFull(noon) {
		t.Error("asked for after it came")
	}
	if !fetch.Next(p, fetch.Outcome{At: noon, Status: 304}).WantsFull(noon) {
		t.Error("not asked for after a 304")
	}
}

// TestNextProperties: whatever comes, the next request is neither in the past nor sooner than anybody asked, nor out of reach.
func TestNextProperties(t *testing.T) {
	duration := func(most time.Duration) *rapid.Generator[time.Duration] {
		return rapid.Map(rapid.Int64Range(0, int64(most)), func(n int64) time.Duration { return time.Duration(n) })
	}
	rapid.Check(t, func(t *rapid.T) {
		p := fetch.Pace{}
		now := noon
		for range rapid.IntRange(1, 40).Draw(t, "polls") {
			o := fetch.Outcome{
				At: now, Roll: rapid.Float64Range(0, 0.999999).Draw(t, "roll"), Fresh: duration(400*day).Draw(t, "fresh"),
				RetryAfter: duration(400*day).Draw(t, "retry"), Fixed: rapid.SampledFrom([]time.Duration{0, 0, 5 * time.Minute, 3 * day}).Draw(t, "fixed"),
				Status: rapid.SampledFrom([]int{200, 304, 404, 410, 429, 503}).Draw(t, "status"), Truncated: rapid.Bool().Draw(t, "truncated"),
			}
			switch {
			case o.Status >= 400:
				o.Err = &fetch.Error{Kind: fetch.KindStatus, Status: o.Status}
			case o.Status == 200:
				items := rapid.IntRange(0, 50).Draw(t, "items")
				o.Reading = &fetch.Reading{
					Items: items, New: rapid.IntRange(0, items).Draw(t, "new"), TTL: duration(90*day).Draw(t, "ttl"),
					SkipHours: rapid.SliceOf(rapid.IntRange(-2, 30)).Draw(t, "hours"),
				}
			}
			p = fetch.Next(p, o)
			if o.Status == 410 {
				if !p.Gone {
					t.Fatal("410 does not stop")
				}
				continue
			}
			wait := p.Due.Sub(now)
			least := min(o.RetryAfter, 7*day)
			if o.Err == nil {
				least = max(least, min(p.MinGap, day))
				if o.Fixed == 0 {
					least = max(least, min(o.Fresh, day))
				}
			}
			if wait <= 0 || wait < least || wait > 20*day {
				t.Fatalf("wait %v, asked for %v: %+v after %+v", wait, least, p, o)
			}
			if p.Interval != 0 && p.Interval != 24*time.Hour && (p.Interval < fetch.MinInterval || p.Interval > fetch.MaxInterval) {
				t.Fatalf("interval %v", p.Interval)
			}
			now = now.Add(rapid.SampledFrom([]time.Duration{wait, wait, wait / 2, wait + 3*day}).Draw(t, "until"))
		}
	})
}
