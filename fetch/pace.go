package fetch

import (
	"errors"
	"net/http"
	"time"
)

// The numbers of the pace; docs/politeness.md has the reasons.
const (
	DefaultInterval = time.Hour
	MinInterval     = 15 * time.Minute
	MaxInterval     = 4 * time.Hour
	SilentInterval  = 24 * time.Hour     // of a feed without anything new for silentAfter
	BusyBackoff     = 4 * time.Hour      // at least, after 429 and 503 without Retry-After
	MaxBackoff      = 24 * time.Hour     // ± backoffJitter
	WeeklyBackoff   = 7 * 24 * time.Hour // after weeklyAfter of failing
	MaxRetryAfter   = 7 * 24 * time.Hour // what a server may ask for
	MaxPublisherGap = 24 * time.Hour     // what max-age, Expires, ttl and updatePeriod may ask for
	FullEvery       = 8 * 24 * time.Hour // between answers with a body, even from a server that says 304 for ever
	ReportAfter     = 3                  // failures in a row
	silentAfter     = 30 * 24 * time.Hour
	weeklyAfter     = 30 * 24 * time.Hour
	offlineRetry    = 10 * time.Minute
	punctual        = 5 * time.Minute // what a tick and a host's turn may take
	confirmCount    = 3
	confirmAfter    = 24 * time.Hour

	paceJitter    = 0.10
	wideJitter    = 0.50
	backoffJitter = 0.20
	faster        = 0.5  // times the interval, when less than a third was known
	slower        = 1.25 // times the interval, when more than two thirds were known
)

// Pace is what is kept of a URL between requests to know when to ask again. The zero Pace is that of a URL never asked.
type Pace struct {
	Interval   time.Duration // the adaptive pace; 0 not known yet
	Due        time.Time     // ask no sooner; zero: at once
	MinGap     time.Duration // as the publisher states in the document (ttl, updatePeriod); 0 none
	SkipHours  uint32        // bit h: not in hour h, GMT
	SkipDays   uint8         // bit d: not on time.Weekday d, GMT
	FirstRead  time.Time     // first time the document could be read
	LastNew    time.Time     // last time it held something new
	LastFull   time.Time     // last complete answer with a body
	Rhythm     Rhythm        // of its news
	Failures   int           // in a row
	FailSince  time.Time     // zero when the last request went well
	MovedTo    string        // a permanent redirect that waits for confirmation
	MovedCount int           // identical answers in a row
	MovedSince time.Time
	Location   string // set by Next when a permanent redirect is confirmed: ask there from now on. The caller takes it and clears it
	Gone       bool   // 410: not to be asked again until a person says so
}

// WantsFull reports whether the next request should go without validators, because no body has come for FullEvery.
func (p Pace) WantsFull(now time.Time) bool {
	return !p.LastFull.IsZero() && now.Sub(p.LastFull) >= FullEvery
}

// Report reports whether this failure is the one to tell people about: the third in a row, not each.
func (p Pace) Report() bool { return p.Failures == ReportAfter }

// Reading is what was found in a document.
type Reading struct {
	Items int // listed
	New   int // of these not known before
	TTL   time.Duration
	// SkipHours (0–23) and SkipDays are GMT.
	SkipHours []int
	SkipDays  []time.Weekday
}

// Outcome is what one request came to. OutcomeOf fills in what Get knows; the caller adds Reading and Fixed, and sets
// Err when the document cannot be read.
type Outcome struct {
	At         time.Time
	Err        error // an *Error, or why the document cannot be read; nil when all went well
	Status     int   // of the answer; 0 none
	Truncated  bool
	Fresh      time.Duration
	RetryAfter time.Duration
	Moved      string
	Reading    *Reading      // nil when there was nothing to read: 304, or a body with the hash of the last one
	Fixed      time.Duration // a configured interval in place of the adaptive pace; 0 none
	Default    time.Duration // where the adaptive pace begins; 0 is DefaultInterval
	Roll       float64       // in [0,1): the chance that spreads repeats
}

// OutcomeOf turns what Get returned into an Outcome.
func OutcomeOf(r *Response, err error, at time.Time) Outcome {
	o := Outcome{At: at, Err: err}
	var e *Error
	switch {
	case errors.As(err, &e):
		o.Status, o.RetryAfter = e.Status, e.RetryAfter
	case r != nil:
		o.Status, o.Truncated, o.Fresh, o.RetryAfter, o.Moved = r.Status, r.Truncated, r.Fresh, r.RetryAfter, r.Moved
	}
	return o
}

// Next returns the pace after an outcome. It is pure.
func Next(p Pace, o Outcome) Pace {
	var e *Error
	isFetch := errors.As(o.Err, &e)
	switch {
	case isFetch && e.Kind == KindCanceled:
		return p
	case isFetch && e.Kind == KindOffline:
		p.Due = o.At.Add(jitter(min(offlineRetry, p.interval(o)), backoffJitter, o.Roll))
		return p
	case o.Err != nil:
		return p.failed(o)
	}
	return p.succeeded(o)
}

// interval returns the pace in force: configured, else adaptive, else the default.
func (p Pace) interval(o Outcome) time.Duration {
	switch {
	case o.Fixed > 0:
		return o.Fixed
	case p.Interval > 0:
		return p.Interval
	}
	return o.begin()
}

// begin returns where the adaptive pace begins.
func (o Outcome) begin() time.Duration {
	if o.Default > 0 {
		return o.Default
	}
	return DefaultInterval
}

func (p Pace) succeeded(o Outcome) Pace {
	// A poll far from when it was due (the first one, after downtime, forced) shared its minute with many others: the
	// next one is spread widely.
	wide := p.FirstRead.IsZero() || p.Due.IsZero() || o.At.Sub(p.Due).Abs() > max(p.interval(o)/4, punctual)
	p.Failures, p.FailSince, p.Gone = 0, time.Time{}, false
	p = p.moved(o)
	p = p.adapt(o)
	if o.Status != http.StatusNotModified && !o.Truncated {
		p.LastFull = o.At
	}
	interval := p.interval(o)
	share := paceJitter
	if wide {
		share = wideJitter
	}
	floor := max(min(p.MinGap, MaxPublisherGap), min(o.RetryAfter, MaxRetryAfter))
	if o.Fixed == 0 { // what a person wrote counts more than what caches are told
		floor = max(floor, min(o.Fresh, MaxPublisherGap))
	}
	least := max(jitter(interval, share, 0), floor)
	d := least + time.Duration(o.Roll*2*share*float64(interval))
	p.Due = p.allowed(o.At.Add(d), time.Duration(o.Roll*float64(min(interval/10, 10*time.Minute))))
	return p
}

// adapt takes over what a document says about its pace and moves the interval by how much of it was new.
func (p Pace) adapt(o Outcome) Pace {
	first := p.FirstRead.IsZero()
	known := 1.0
	if r := o.Reading; r != nil {
		p.MinGap = max(0, r.TTL)
		p.SkipHours, p.SkipDays = skips(r)
		if r.Items > 0 {
			known = 1 - float64(r.New)/float64(r.Items)
		}
		if r.New > 0 {
			if !p.LastNew.IsZero() && o.At.Sub(p.Due) < mostUnwatched {
				p.Rhythm = p.Rhythm.Beat(o.At.Sub(p.LastNew))
			}
			p.LastNew = o.At
		}
		if first {
			p.FirstRead = o.At
		}
	}
	was := p.Interval
	if was <= 0 || (was >= SilentInterval && known < 1) { // it spoke again
		was = o.begin()
	}
	switch {
	case first, o.Truncated: // says nothing about how often there is something new
		p.Interval = was
	case known < 1.0/3:
		p.Interval = min(was, max(MinInterval, time.Duration(float64(was)*faster))) // a default below MinInterval stays
	case known > 2.0/3:
		p.Interval = max(was, min(MaxInterval, time.Duration(float64(was)*slower)))
	default:
		p.Interval = was
	}
	if p.silent(o.At) {
		p.Interval = SilentInterval
	}
	return p
}

// silent reports whether nothing new has come for silentAfter.
func (p Pace) silent(now time.Time) bool {
	last := p.LastNew
	if last.Before(p.FirstRead) {
		last = p.FirstRead
	}
	return !last.IsZero() && now.Sub(last) >= silentAfter
}

// moved counts identical permanent redirects and confirms the third, or one that has held for a day.
func (p Pace) moved(o Outcome) Pace {
	switch {
	case o.Moved == "":
		p.MovedTo, p.MovedCount, p.MovedSince = "", 0, time.Time{}
		return p
	case o.Moved != p.MovedTo:
		p.MovedTo, p.MovedCount, p.MovedSince = o.Moved, 1, o.At
		return p
	}
	p.MovedCount++
	if p.MovedCount >= confirmCount || o.At.Sub(p.MovedSince) >= confirmAfter {
		p.Location = p.MovedTo
		p.MovedTo, p.MovedCount, p.MovedSince = "", 0, time.Time{}
	}
	return p
}

func (p Pace) failed(o Outcome) Pace {
	p.Failures++
	if p.FailSince.IsZero() {
		p.FailSince = o.At
	}
	if o.Status == http.StatusGone {
		p.Gone, p.Due = true, time.Time{}
		return p
	}
	d := jitter(p.backoff(o), backoffJitter, o.Roll)
	busy := o.Status == http.StatusTooManyRequests || o.Status == http.StatusServiceUnavailable
	switch asked := min(o.RetryAfter, MaxRetryAfter); {
	case asked > 0:
		if d < asked { // a little later than asked, never sooner
			d = asked + time.Duration(o.Roll*float64(min(asked/10, 10*time.Minute)))
		}
	case busy && d < BusyBackoff:
		d = jitter(BusyBackoff, backoffJitter, o.Roll/2+0.5)
	}
	p.Due = p.allowed(o.At.Add(d), 0)
	return p
}

// backoff returns the wait after p.Failures failures: doubling to a day, after a month weekly, never giving up.
func (p Pace) backoff(o Outcome) time.Duration {
	if o.At.Sub(p.FailSince) >= weeklyAfter {
		return WeeklyBackoff
	}
	d := p.interval(o)
	for range p.Failures - 1 {
		if d *= 2; d >= MaxBackoff {
			return MaxBackoff
		}
	}
	return min(d, MaxBackoff)
}

// jitter returns d spread evenly over ± share of itself.
func jitter(d time.Duration, share, roll float64) time.Duration {
	return time.Duration(float64(d) * (1 - share + 2*share*roll))
}

// allowed moves t, when it lies in an hour or day the publisher asks to skip, to the beginning of the next one that is not, plus spread.
func (p Pace) allowed(t time.Time, spread time.Duration) time.Time {
	const hoursAWeek = 7 * 24
	at := t.UTC()
	for i := range hoursAWeek + 1 {
		if p.SkipHours&(1<<at.Hour()) == 0 && p.SkipDays&(1<<at.Weekday()) == 0 {
			if i == 0 {
				return t
			}
			return at.Add(spread)
		}
		at = at.Truncate(time.Hour).Add(time.Hour)
	}
	return t // everything is to be skipped: meant otherwise, or not at all
}

// skips turns lists into bits; what is out of range is left out. Hour 24 is how some publishers write midnight.
func skips(r *Reading) (hours uint32, days uint8) {
	for _, h := range r.SkipHours {
		if h == 24 {
			h = 0
		}
		if h >= 0 && h < 24 {
			hours |= 1 << h
		}
	}
	for _, d := range r.SkipDays {
		if d >= time.Sunday && d <= time.Saturday {
			days |= 1 << d
		}
	}
	return hours, days
}
