package schedule

import "time"

// A wall time is a date and time of day without a zone, carried in a time.Time in UTC.

// wallOf returns what the clock of t's zone shows at t.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// shown says how the clock of a zone shows a wall time.
type shown uint8

const (
	exact     shown = iota // once or twice; the instant is the first
	inGap                  // never, but its day exists; the instant is the first after the gap
	noSuchDay              // the zone has left out the whole day (Samoa, 30 December 2011)
)

// instant returns when the clock of loc first shows the wall time w, or first shows a later one. For a later w it never
// returns an earlier instant.
func instant(w time.Time, loc *time.Location) (time.Time, shown) {
	// No offset exceeds 48 hours. Take the periods of equal offset in order of time; each shows the wall times [start+offset, end+offset).
	t := w.Add(-48 * time.Hour).In(loc)
	var before time.Time // the last wall time shown before the current period
	for {
		_, seconds := t.Zone()
		offset := time.Duration(seconds) * time.Second
		start, end := t.ZoneBounds()
		if !start.IsZero() && !before.IsZero() {
			if first := start.UTC().Add(offset); w.Before(first) {
				how := inGap
				if day := dayOf(w); day != dayOf(before) && day != dayOf(first) {
					how = noSuchDay
				}
				return start, how
			}
		}
		if end.IsZero() || w.Before(end.UTC().Add(offset)) {
			return w.Add(-offset).In(loc), exact
		}
		before = end.UTC().Add(offset - time.Second)
		t = end
	}
}

func dayOf(w time.Time) int { return w.Year()*1000 + w.YearDay() }
