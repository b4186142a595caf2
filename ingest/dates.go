package ingest

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"mediawatch/feeds"
	"mediawatch/news"
)

// DateOrder says which number of a date such as 1/10/2026 is the day. "": what cannot be told is refused.
type DateOrder string

// The orders of dates that are written in digits.
const (
	DayFirst   DateOrder = "day-first"
	MonthFirst DateOrder = "month-first"
)

// other is the order that o is not.
func (o DateOrder) other() DateOrder {
	if o == DayFirst {
		return MonthFirst
	}
	return DayFirst
}

// reDigits finds a date of three numbers that does not begin with its year.
var reDigits = regexp.MustCompile(`(?:^|[^0-9/.\-])([0-9]{1,2}) ?([/.\-]) ?([0-9]{1,2}) ?[/.\-] ?([0-9]{4}|[0-9]{2})(?:$|[^0-9])`)

// reYearFirst finds the month of a date of three numbers that begins with its year.
var reYearFirst = regexp.MustCompile(`(?:^|[^0-9])[0-9]{4} ?[/.\-] ?([0-9]{1,2}) ?[/.\-] ?[0-9]{1,2}(?:$|[^0-9])`)

// dateColumn reads the dates of one import, all in one order.
type dateColumn struct {
	order DateOrder // as the user says; "": nothing
	seen  DateOrder // what a date has shown that can be read in one way only
	line  int       // where that was
}

// read reads a date. The zero Stamp without an error: it is none, or one that cannot be true. The error says what a person has to decide.
func (c *dateColumn) read(s string, line int, now time.Time) (news.Stamp, error) {
	plain := plainDigits(s)
	at := reDigits.FindStringSubmatchIndex(plain)
	if at == nil {
		if m := reYearFirst.FindStringSubmatch(plain); m != nil && numberOf(m[1]) > 12 {
			return news.Stamp{}, nil // 2026-13-10 beside 2026-01-10 would be a column read in two ways
		}
		stamp, _ := feeds.ParseDate(s, now)
		return stamp, nil
	}
	a, b, y := numberOf(plain[at[2]:at[3]]), numberOf(plain[at[6]:at[7]]), numberOf(plain[at[8]:at[9]])
	order, err := c.orderOf(a, b, at[9]-at[8] == 2, plain[at[4]:at[5]] == ".")
	if err != nil {
		return news.Stamp{}, fmt.Errorf("published %q %w", s, err)
	}
	if c.seen == "" && a != b && (a > 12 || b > 12) {
		c.seen, c.line = order, line
	}
	day, month := a, b
	if order == MonthFirst {
		day, month = b, a
	}
	switch {
	case at[9]-at[8] == 4:
	case y < 70:
		y += 2000
	default:
		y += 1900
	}
	stamp, _ := feeds.ParseDate(strings.TrimSpace(fmt.Sprintf("%04d-%02d-%02d %s %s", y, month, day, plain[at[9]:], plain[:at[2]])), now)
	return stamp, nil
}

// orderOf tells in which order two numbers stand, of which one is the day and one the month.
func (c *dateColumn) orderOf(a, b int, shortYear, dots bool) (DateOrder, error) {
	order, shown := c.order, c.order != ""
	switch {
	case shown || a == b && !shortYear:
	case dots:
		order = DayFirst // nobody puts dots behind months
	case shortYear, a <= 12 && b <= 12:
		return "", fmt.Errorf("can be read day first or month first: say --dates %s or --dates %s", DayFirst, MonthFirst)
	case a > 12:
		order = DayFirst
	default:
		order = MonthFirst
	}
	if order == "" {
		order = DayFirst // both numbers are the same
	}
	if month := map[DateOrder]int{DayFirst: b, MonthFirst: a}[order]; month > 12 && (shown || dots) {
		return "", fmt.Errorf("has no month %d when it is read %s", month, strings.ReplaceAll(string(order), "-", " "))
	}
	if !shown && !dots && a != b && c.seen == order.other() {
		return "", fmt.Errorf("is %s, and that of line %d is %s: say which is right with --dates %s or --dates %s",
			strings.ReplaceAll(string(order), "-", " "), c.line, strings.ReplaceAll(string(c.seen), "-", " "), DayFirst, MonthFirst)
	}
	return order, nil
}

// plainDigits writes the digits of all scripts as ours and leaves out marks that cannot be seen.
func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Nd, r):
			zero := r
			for zero > r-9 && unicode.Is(unicode.Nd, zero-1) {
				zero--
			}
			return '0' + (r-zero)%10
		case unicode.Is(unicode.Cf, r):
			return -1
		case r == '／':
			return '/'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
}

// numberOf is the value of a few digits.
func numberOf(s string) int {
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}
