package schedule

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// starBit marks a day field of robfig/cron as unrestricted; with it, both day fields must hold instead of either.
const starBit = 1 << 63

// neverFrom is where the search for the first slot of a new schedule starts. The 28 years after it contain every combination
// of weekday and leap year.
var neverFrom = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)

// part is one cron schedule on the clock without zones, optionally restricted to the last of its kind in the month.
type part struct {
	spec *cron.SpecSchedule
	last lastOf
}

type lastOf uint8

const (
	anyDay      lastOf = iota
	lastDay            // the last day of the month
	lastWeekday        // the last such weekday of the month
)

// next returns the first wall time after w, or the zero time when none comes within 50 years.
func (p part) next(w time.Time) time.Time {
	for range 10 {
		from := w
		for {
			next := p.spec.Next(from)
			if next.IsZero() {
				break // robfig/cron gives up at the end of the fifth year
			}
			if p.keeps(next) {
				return next
			}
			from = next
		}
		w = time.Date(from.Year()+5, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	return time.Time{}
}

func (p part) keeps(w time.Time) bool {
	switch p.last {
	case lastDay:
		return w.AddDate(0, 0, 1).Month() != w.Month()
	case lastWeekday:
		return w.AddDate(0, 0, 7).Month() != w.Month()
	}
	return true
}

func (s *Schedule) nextWall(w time.Time) time.Time {
	var first time.Time
	for _, p := range s.parts {
		if next := p.next(w); !next.IsZero() && (first.IsZero() || next.Before(first)) {
			first = next
		}
	}
	return first
}

// parseCron reads a cron line: minute hour day-of-month month day-of-week.
func (s *Schedule) parseCron(expr string) *Error {
	fields := strings.Fields(expr)
	if len(fields) != 5 {
		hint := "minute hour day-of-month month day-of-week, for example 0 7 * * mon-fri"
		if len(fields) == 6 {
			hint = "there is no field for seconds: " + hint
		}
		return &Error{Msg: "a cron line has five fields", Hint: hint}
	}
	for _, f := range fields {
		if bad := strings.Trim(f, "0123456789abcdefghijklmnopqrstuvwxyz*?,-/"); bad != "" {
			return &Error{Msg: "unexpected " + quote(bad) + " in " + quote(f), Hint: "a field is *, a number, a range 1-5, a list 1,3 or a step */15"}
		}
		for _, piece := range strings.Split(f, ",") {
			if piece == "" {
				return &Error{Msg: "empty element in the list " + quote(f)}
			}
		}
	}
	fields[4] = sunday7(fields[4])
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(strings.Join(fields, " "))
	if err != nil {
		return &Error{Msg: err.Error(), Hint: "minute 0-59, hour 0-23, day 1-31, month 1-12 or jan-dec, weekday 0-6 or sun-sat"}
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return &Error{Msg: "not a cron line", Hint: hintShapes}
	}
	spec.Location = time.UTC
	s.parts = []part{{spec: spec}}
	return nil
}

// sunday7 rewrites the 7 that other crons take for Sunday.
func sunday7(field string) string {
	pieces := strings.Split(field, ",")
	for i, p := range pieces {
		if p == "7" {
			pieces[i] = "0"
		} else if from, ok := strings.CutSuffix(p, "-7"); ok && from != "" {
			pieces[i] = from + "-6,0"
		}
	}
	return strings.Join(pieces, ",")
}

// clock is a time of day.
type clock struct{ hour, minute int }

// days are the days of a month and of a week on which something is due; both must hold.
type days struct {
	dom, dow uint64
	last     lastOf
}

const (
	everyDom uint64 = (1<<32 - 1) &^ 1
	everyDow uint64 = 1<<7 - 1
)

// calendar makes a schedule of days and times of day.
func (s *Schedule) calendar(d days, times []clock) {
	for _, c := range times {
		s.parts = append(s.parts, part{last: d.last, spec: &cron.SpecSchedule{
			Second: 1, Minute: 1 << c.minute, Hour: 1 << c.hour,
			Dom: d.dom | starBit, Month: (1<<13 - 1) &^ 1, Dow: d.dow, Location: time.UTC,
		}})
	}
}
