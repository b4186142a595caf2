package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxExpr is the longest expression that is read, in bytes.
const MaxExpr = 300

// MaxSlots is the largest number of slots that Between returns: the newest ones.
const MaxSlots = 10_000

// Error says what is wrong with an expression and, in Hint, what to write instead. Hint may be empty.
type Error struct {
	Expr string
	Msg  string
	Hint string
}

// Error returns message and hint in one line.
func (e *Error) Error() string {
	s := fmt.Sprintf("schedule %q: %s", e.Expr, e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Slot is one moment at which something is due. Key names it: the local date and time asked for ("2026-11-20T07:00"),
// also when a gap moved At to a later instant. The key of an "every" slot ends with the offset from UTC, because such
// slots go on through a repeated hour.
type Slot struct {
	Key string
	At  time.Time // in the schedule's zone
}

// Schedule is a parsed expression in a zone. It is immutable and safe for concurrent use.
type Schedule struct {
	expr  string
	loc   *time.Location
	parts []part        // of a calendar schedule
	every time.Duration // of an interval schedule: instants that are multiples of it since 1970-01-01T00:00:00Z
}

// Parse reads plain words ("weekdays 07:00", "mon,thu 08:00", "first monday 09:00", "every 15m", "hourly"; the whole list is
// in docs/schedules.md) or a cron line of five fields. A nil loc means UTC. The error is an *Error; nothing
// panics, and an expression whose time never comes is an error.
func Parse(expr string, loc *time.Location) (s *Schedule, err error) {
	if loc == nil {
		loc = time.UTC
	}
	if len(expr) > MaxExpr {
		return nil, &Error{Expr: expr[:40] + "…", Msg: fmt.Sprintf("longer than %d bytes", MaxExpr)}
	}
	clean := strings.Join(strings.Fields(expr), " ")
	defer func() { // robfig/cron panics on some expressions
		if r := recover(); r != nil {
			s, err = nil, &Error{Expr: clean, Msg: fmt.Sprintf("not a schedule: %v", r), Hint: hintShapes}
		}
	}()
	s = &Schedule{expr: clean, loc: loc}
	if err := s.parse(strings.ToLower(clean)); err != nil {
		err.Expr = clean
		return nil, err
	}
	if s.every == 0 && s.nextWall(neverFrom).IsZero() {
		return nil, &Error{Expr: clean, Msg: "this time never comes", Hint: "there is no such day in any year"}
	}
	return s, nil
}

// String returns the expression as written, with white space collapsed.
func (s *Schedule) String() string { return s.expr }

// Location returns the zone of the schedule.
func (s *Schedule) Location() *time.Location { return s.loc }

// Next returns the first instant after the given one at which the schedule is due, in its zone; the zero time when there is none.
func (s *Schedule) Next(after time.Time) time.Time { return s.NextSlot(after).At }

// NextSlot is Next with the slot's key. The zero Slot means never.
func (s *Schedule) NextSlot(after time.Time) Slot {
	if y := after.Year(); y < 0 || y > 9000 {
		return Slot{}
	}
	if s.every > 0 {
		return s.everySlot(after)
	}
	return s.calendarSlot(after)
}

// Between returns the slots with after < At <= upto, oldest first. Of more than MaxSlots it returns the newest.
func (s *Schedule) Between(after, upto time.Time) []Slot {
	return s.newest(after, upto, MaxSlots)
}

// Latest returns the newest slot with after < At <= upto, and whether there is one. It is what to run after downtime.
func (s *Schedule) Latest(after, upto time.Time) (Slot, bool) {
	slots := s.newest(after, upto, 1)
	if len(slots) == 0 {
		return Slot{}, false
	}
	return slots[0], true
}

// newest collects up to n slots of (after, upto] in growing windows backwards from upto, so that neither a long
// downtime nor a dense schedule costs much.
func (s *Schedule) newest(after, upto time.Time, n int) []Slot {
	var out []Slot
	window := 2 * time.Hour
	for hi := upto; hi.After(after) && len(out) < n; window *= 2 {
		lo := hi.Add(-window)
		if lo.Before(after) || window > 1<<61 {
			lo = after
		}
		out = append(s.slots(lo, hi), out...)
		hi = lo
	}
	if len(out) > n {
		out = slices.Clone(out[len(out)-n:])
	}
	return out
}

func (s *Schedule) slots(after, upto time.Time) []Slot {
	var out []Slot
	for {
		next := s.NextSlot(after)
		if next.At.IsZero() || next.At.After(upto) {
			return out
		}
		out = append(out, next)
		after = next.At
	}
}

// everySlot returns the slot of an interval schedule: the next multiple of the interval.
func (s *Schedule) everySlot(after time.Time) Slot {
	d := int64(s.every / time.Second)
	n := after.Unix() / d
	if after.Unix()%d < 0 {
		n--
	}
	at := time.Unix((n+1)*d, 0).In(s.loc)
	layout := "2006-01-02T15:04Z07:00"
	if s.every%time.Minute != 0 {
		layout = "2006-01-02T15:04:05Z07:00"
	}
	return Slot{Key: at.Format(layout), At: at}
}

// calendarSlot walks the days and times on a clock without zones and asks for each when the zone's clock shows it. Later
// times never map to earlier instants (see instant), so the first instant after the given one is the answer.
func (s *Schedule) calendarSlot(after time.Time) Slot {
	w := wallOf(after.In(s.loc))
	for {
		if w = s.nextWall(w); w.IsZero() {
			return Slot{}
		}
		at, how := instant(w, s.loc)
		if how == noSuchDay || !at.After(after) {
			continue
		}
		if how == inGap {
			w = s.lastAt(w, at)
		}
		return Slot{Key: w.Format("2006-01-02T15:04"), At: at}
	}
}

// lastAt returns the last wall time from w on that is due at the instant at: the times a gap swallows are one slot,
// named by the last of them.
func (s *Schedule) lastAt(w, at time.Time) time.Time {
	for next := s.nextWall(w); !next.IsZero(); next = s.nextWall(next) {
		then, how := instant(next, s.loc)
		if !then.Equal(at) {
			break
		}
		if how != noSuchDay {
			w = next
		}
	}
	return w
}
