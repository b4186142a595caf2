package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const hintShapes = `for example "weekdays 07:00", "mon,thu 08:00", "every 15m", "hourly" or the cron line "0 7 * * mon-fri"`

func quote(s string) string { return strconv.Quote(s) }

// parse reads expr, which is in lower case with single spaces.
func (s *Schedule) parse(expr string) *Error {
	switch {
	case expr == "":
		return &Error{Msg: "empty", Hint: hintShapes}
	case strings.HasPrefix(expr, "tz=") || strings.HasPrefix(expr, "cron_tz="):
		return &Error{Msg: "a schedule does not name its zone", Hint: "write the zone under the key timezone"}
	case expr[0] == '@':
		return s.parseDescriptor(expr)
	case expr[0] >= 'a' && expr[0] <= 'z':
		return s.parseWords(expr)
	default:
		return s.parseCron(expr)
	}
}

func (s *Schedule) parseDescriptor(expr string) *Error {
	switch name, rest, _ := strings.Cut(expr, " "); {
	case name == "@every":
		return s.parseEvery(rest)
	case rest != "":
	case name == "@hourly":
		return s.parseCron("0 * * * *")
	case name == "@daily" || name == "@midnight":
		return s.parseCron("0 0 * * *")
	case name == "@weekly":
		return s.parseCron("0 0 * * 0")
	case name == "@monthly":
		return s.parseCron("0 0 1 * *")
	case name == "@yearly" || name == "@annually":
		return s.parseCron("0 0 1 1 *")
	}
	return &Error{Msg: "unknown name " + quote(expr), Hint: "known are @hourly @daily @weekly @monthly @yearly and @every 15m"}
}

// parseWords reads: [every] DAYS [at] TIMES | hourly [[at] :MM] | every DURATION.
func (s *Schedule) parseWords(expr string) *Error {
	expr = strings.ReplaceAll(expr, " and ", ",")
	expr = strings.ReplaceAll(strings.ReplaceAll(expr, " ,", ","), ", ", ",")
	words := slices.DeleteFunc(strings.Fields(expr), func(w string) bool { return w == "at" || w == "on" || w == "the" })
	if len(words) == 0 {
		return &Error{Msg: "not a schedule", Hint: hintShapes}
	}
	if words[0] == "every" {
		words = words[1:]
		if len(words) == 0 {
			return &Error{Msg: "every what?", Hint: "every 15m, every monday 08:00"}
		}
		if c := words[0][0]; c >= '0' && c <= '9' || c == '-' || c == '+' {
			return s.parseEvery(strings.Join(words, " "))
		}
		if _, ok := ordinals[words[0]]; ok && len(words) > 1 {
			return &Error{Msg: "every other one, or that one of the month?", Hint: `"second monday 08:00" is the second Monday of each month`}
		}
		switch words[0] {
		case "second", "minute":
			if len(words) == 1 {
				return s.parseEvery("1 " + words[0])
			}
		case "hour":
			words[0] = "hourly"
		case "day":
			words[0] = "daily"
		case "month":
			words[0] = "monthly"
		}
	}
	if words[0] == "hourly" {
		return s.parseHourly(words[1:])
	}
	d, rest, err := parseDays(words)
	if err != nil {
		return err
	}
	times, err := parseTimes(rest)
	if err != nil {
		return err
	}
	s.calendar(d, times)
	return nil
}

func (s *Schedule) parseHourly(rest []string) *Error {
	minute := 0
	if len(rest) > 0 {
		digits, ok := strings.CutPrefix(rest[0], ":")
		m, err := strconv.Atoi(digits)
		if len(rest) > 1 || !ok || len(digits) != 2 || err != nil || m < 0 || m > 59 {
			return &Error{Msg: "unexpected " + quote(strings.Join(rest, " ")) + " after hourly", Hint: "hourly, or hourly :15"}
		}
		minute = m
	}
	return s.parseCron(strconv.Itoa(minute) + " * * * *")
}

// The longest and shortest interval.
const (
	minEvery = time.Second
	maxEvery = 366 * 24 * time.Hour
)

// parseEvery reads "15m", "1h30m", "7d", "15 minutes".
func (s *Schedule) parseEvery(expr string) *Error {
	const hint = "a positive duration of whole seconds: 30s, 15m, 6h, 7d"
	d, err := parseDuration(expr)
	if err != nil {
		return &Error{Msg: quote(expr) + " is not a duration", Hint: hint}
	}
	if d < minEvery || d > maxEvery || d%time.Second != 0 {
		return &Error{Msg: "an interval is between 1s and 366d", Hint: hint}
	}
	s.every = d
	return nil
}

var units = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
}

func parseDuration(expr string) (time.Duration, error) {
	number := strings.TrimRight(expr, "abcdefghijklmnopqrstuvwxyz")
	unit := units[expr[len(number):]]
	n, err := strconv.ParseInt(strings.TrimSuffix(number, " "), 10, 64)
	if err == nil && unit > 0 && n > 0 && n <= int64(maxEvery/unit) {
		return time.Duration(n) * unit, nil
	}
	return time.ParseDuration(expr) // 1h30m
}

var weekdays = map[string]int{
	"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6,
	"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
	"sundays": 0, "mondays": 1, "tuesdays": 2, "wednesdays": 3, "thursdays": 4, "fridays": 5, "saturdays": 6,
	"tues": 2, "thur": 4, "thurs": 4,
}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

// parseDays reads the days at the start of words and returns what follows them.
func parseDays(words []string) (days, []string, *Error) {
	all := days{dom: everyDom, dow: everyDow}
	switch w, rest := words[0], words[1:]; w {
	case "daily":
		return all, rest, nil
	case "weekday", "weekdays":
		all.dow = 0b0111110
		return all, rest, nil
	case "weekend", "weekends":
		all.dow = 0b1000001
		return all, rest, nil
	case "weekly":
		if len(rest) == 0 {
			return all, nil, &Error{Msg: "weekly on which day?", Hint: "monday 08:00"}
		}
		return parseWeekdays(rest)
	case "monthly":
		return parseMonthly(rest)
	case "last":
		return parseNth(rest, -1)
	}
	if n, ok := ordinals[words[0]]; ok {
		return parseNth(words[1:], n)
	}
	return parseWeekdays(words)
}

func parseWeekdays(words []string) (days, []string, *Error) {
	d := days{dom: everyDom}
	for _, piece := range strings.Split(words[0], ",") {
		from, to, ranged := strings.Cut(piece, "-")
		a, ok := weekdays[from]
		b := a
		if ok && ranged {
			b, ok = weekdays[to]
		}
		if !ok {
			return d, nil, &Error{Msg: quote(piece) + " is not a day", Hint: hintShapes}
		}
		for i := a; ; i = (i + 1) % 7 {
			d.dow |= 1 << i
			if i == b {
				break
			}
		}
	}
	return d, words[1:], nil
}

// parseMonthly reads an optional day of the month.
func parseMonthly(words []string) (days, []string, *Error) {
	d := days{dom: 1 << 1, dow: everyDow}
	if len(words) == 0 {
		return d, nil, nil
	}
	n, err := strconv.Atoi(words[0])
	if err != nil {
		return d, words, nil
	}
	if n < 1 || n > 28 {
		return d, nil, &Error{Msg: fmt.Sprintf("not every month has a day %d", n), Hint: `"monthly 28 08:00", or "last day 08:00"`}
	}
	d.dom = 1 << n
	return d, words[1:], nil
}

// parseNth reads the weekday, or "day", after an ordinal; n is -1 for the last.
func parseNth(words []string, n int) (days, []string, *Error) {
	const hint = `"first monday 09:00", "last friday 16:00", "last day 18:00"`
	if len(words) == 0 {
		return days{}, nil, &Error{Msg: "which day of the month?", Hint: hint}
	}
	d := days{dow: everyDow}
	weekday, isWeekday := weekdays[words[0]]
	switch {
	case words[0] == "day" && n > 0:
		d.dom = 1 << n
	case words[0] == "day":
		d.dom, d.last = everyDom, lastDay
	case isWeekday && n > 0:
		d.dow = 1 << weekday
		d.dom = 0b1111111 << (7*(n-1) + 1)
	case isWeekday:
		d.dow = 1 << weekday
		d.dom, d.last = everyDom, lastWeekday
	default:
		return d, nil, &Error{Msg: quote(words[0]) + " is not a day", Hint: hint}
	}
	rest := words[1:]
	if len(rest) > 2 && rest[0] == "of" && (rest[1] == "month" || rest[1] == "each") {
		rest = rest[2:]
	}
	return d, rest, nil
}

// parseTimes reads one or more times of day, separated by commas or spaces.
func parseTimes(words []string) ([]clock, *Error) {
	if len(words) == 0 {
		return nil, &Error{Msg: "at what time?", Hint: `add a time of day, for example 07:00`}
	}
	var times []clock
	for _, piece := range strings.Split(strings.Join(words, ","), ",") {
		c, ok := parseClock(piece)
		if !ok {
			return nil, &Error{Msg: quote(piece) + " is not a time of day", Hint: "00:00 to 23:59, for example 07:00"}
		}
		if !slices.Contains(times, c) {
			times = append(times, c)
		}
	}
	return times, nil
}

func parseClock(s string) (clock, bool) {
	switch s {
	case "noon":
		return clock{12, 0}, true
	case "midnight":
		return clock{0, 0}, true
	}
	body, half := s, 24
	if b, ok := strings.CutSuffix(s, "am"); ok {
		body, half = b, 0
	} else if b, ok := strings.CutSuffix(s, "pm"); ok {
		body, half = b, 12
	}
	hh, mm, colon := strings.Cut(body, ":")
	if !colon && half < 24 {
		mm = "00"
	}
	if len(hh) < 1 || len(hh) > 2 || len(mm) != 2 || strings.Trim(hh+mm, "0123456789") != "" {
		return clock{}, false
	}
	h, _ := strconv.Atoi(hh) // digits only, checked above
	m, _ := strconv.Atoi(mm)
	if half < 24 {
		if h < 1 || h > 12 {
			return clock{}, false
		}
		h = h%12 + half
	}
	return clock{h, m}, h <= 23 && m <= 59
}
