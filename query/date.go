package query

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const dateHint = "write 2026, 2026-11, 2026-11-20, 2026-11-01/2026-11-20, 2026-11-01/P1W, /2026-11 or 2026-11/"

// parseInterval reads a date, an ISO 8601 interval (ISO 8601-1, section 5.5), a relative time, or a comparison with a
// date. An interval that ends with a date holds that whole day, month or year.
func parseInterval(raw string, o Options) (interval, *mistake) {
	op, rest := cutComparison(raw)
	start, end, slash := strings.Cut(rest, "/")
	var r interval
	var m *mistake
	switch {
	case op != "" && slash:
		return r, &mistake{0, fmt.Sprintf("%q compares with an interval", raw), "compare with a date: date:>=2026-11"}
	case op != "":
		r, m = compared(op, rest, o)
	case !slash && isDuration(rest):
		r, m = relative(rest, o)
	case !slash:
		r, m = period(rest, o)
	default:
		r, m = fromTo(start, end, o)
	}
	if m == nil && !r.from.IsZero() && !r.to.IsZero() && !r.from.Before(r.to) {
		m = &mistake{0, fmt.Sprintf("%q ends before it begins", raw), ""}
	}
	return r, m
}

func compared(op, rest string, o Options) (interval, *mistake) {
	p, m := period(rest, o)
	if m != nil {
		return p, m
	}
	switch op {
	case ">=":
		return interval{from: p.from}, nil
	case ">":
		return interval{from: p.to}, nil
	case "<":
		return interval{to: p.from}, nil
	}
	return interval{to: p.to}, nil
}

func relative(rest string, o Options) (interval, *mistake) {
	if o.InWatch {
		return interval{}, &mistake{0, fmt.Sprintf("%q moves with the clock, which a watch must not", rest),
			"a watch looks at what arrives; write a fixed date, or ask in a search"}
	}
	d, ok := parseDuration(rest)
	if !ok {
		return interval{}, &mistake{0, fmt.Sprintf("%q is not a duration", rest), "write P7D, P2W, P1M or PT6H"}
	}
	return interval{from: d.add(o.now(), -1)}, nil
}

func fromTo(start, end string, o Options) (interval, *mistake) {
	var r interval
	if start == "" && end == "" || isDuration(start) && (end == "" || isDuration(end)) || start == "" && isDuration(end) {
		return r, &mistake{0, "the interval has no date", dateHint}
	}
	if start != "" && !isDuration(start) {
		p, m := period(start, o)
		if m != nil {
			return r, m
		}
		r.from = p.from
	}
	if end != "" && !isDuration(end) {
		p, m := period(end, o)
		if m != nil {
			return r, m
		}
		r.to = p.to
	}
	written := start
	if isDuration(end) {
		written = end
	}
	if !isDuration(written) {
		return r, nil
	}
	d, ok := parseDuration(written)
	switch {
	case !ok:
		return r, &mistake{0, fmt.Sprintf("%q is not a duration", written), "write P7D, P2W, P1M or PT6H"}
	case isDuration(end):
		r.to = d.add(r.from, 1)
	default:
		r.from = d.add(r.to, -1)
	}
	return r, nil
}

// dateForm is a way to write a date, and what one unit of it spans.
type dateForm struct {
	layout              string
	years, months, days int
	length              time.Duration
	zoned               bool
}

var dateForms = []dateForm{
	{layout: "2006", years: 1},
	{layout: "2006-01", months: 1},
	{layout: "2006-01-02", days: 1},
	{layout: "2006-01-02T15", length: time.Hour},
	{layout: "2006-01-02T15:04", length: time.Minute},
	{layout: "2006-01-02T15:04:05", length: time.Second},
	{layout: "2006-01-02T15:04Z07:00", length: time.Minute, zoned: true},
	{layout: "2006-01-02T15:04:05Z07:00", length: time.Second, zoned: true},
}

// period reads a date as the span of time it names.
func period(s string, o Options) (interval, *mistake) {
	for _, f := range dateForms {
		t, err := time.ParseInLocation(f.layout, s, o.location())
		if err != nil || !f.zoned && len(s) != len(f.layout) {
			continue
		}
		if t.Year() < 1 {
			break
		}
		return interval{t, t.AddDate(f.years, f.months, f.days).Add(f.length)}, nil
	}
	if strings.Contains(s, "W") && !strings.HasPrefix(s, "P") {
		return interval{}, &mistake{0, fmt.Sprintf("the week date %q is not built yet", s), "write an interval: date:2026-11-16/P1W"}
	}
	return interval{}, &mistake{0, fmt.Sprintf("%q is not a date", s), dateHint}
}

// duration is an ISO 8601 duration; years to days follow the calendar.
type duration struct {
	years, months, days int
	rest                time.Duration
}

func (d duration) add(t time.Time, sign int) time.Time {
	return t.AddDate(sign*d.years, sign*d.months, sign*d.days).Add(time.Duration(sign) * d.rest)
}

var durationForm = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?$`)

func isDuration(s string) bool { return strings.HasPrefix(s, "P") }

func parseDuration(s string) (duration, bool) {
	m := durationForm.FindStringSubmatch(s)
	if m == nil || s == "P" || strings.HasSuffix(s, "T") {
		return duration{}, false
	}
	n := make([]int, len(m))
	for i := 1; i < len(m); i++ {
		n[i], _ = strconv.Atoi(m[i]) // "" is 0; digits are bounded by the form
	}
	d := duration{years: n[1], months: n[2], days: 7*n[3] + n[4]}
	d.rest = time.Duration(n[5])*time.Hour + time.Duration(n[6])*time.Minute + time.Duration(n[7])*time.Second
	return d, d != duration{}
}
