package feeds

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mediawatch/news"
)

// dateReader reads dates as publishers write them. It needs no clock of its own but to recognise what cannot be true.
type dateReader struct {
	now time.Time
}

// readDate is a date with what had to be assumed about it; "" nothing.
type readDate struct {
	stamp news.Stamp
	note  string
}

// earliestYear is the first year that is believed. 1970 is what programs say who do not know.
const earliestYear = 1971

// maxDate is the longest text that can be a date, in bytes.
const maxDate = 200

// ParseDate reads a date in any of the shapes found in feeds and pages: RFC 3339 and ISO 8601, RFC 822 and 2822, asctime, with names of
// months in some twenty languages, zones by name or offset, seconds since 1970. A date without a zone is read as UTC with
// CertaintyZone, one without a time of day gets CertaintyDay. The zero Stamp: it is no date, or one that cannot be
// true. The note says, for people, what had to be assumed.
func ParseDate(s string, now time.Time) (stamp news.Stamp, note string) {
	d := dateReader{now: now}.parse(s)
	return d.stamp, d.note
}

// parse is ParseDate.
func (r dateReader) parse(s string) readDate {
	s = strings.TrimSpace(s)
	if len(s) < 4 || len(s) > maxDate {
		return readDate{}
	}
	if t, ok := parseRFC3339(s); ok {
		return r.plausible(readDate{stamp: news.Stamp{Time: t, Certainty: news.CertaintyExact}}, s)
	}
	if t, ok := epoch(s); ok {
		return r.plausible(readDate{stamp: news.Stamp{Time: t, Certainty: news.CertaintyExact}}, s)
	}
	var p dateParts
	if !p.split(s) {
		return readDate{}
	}
	return r.plausible(p.read(), s)
}

// plausible drops a date that cannot be true and says so.
func (r dateReader) plausible(d readDate, s string) readDate {
	if d.stamp.Certainty == news.CertaintyNone {
		return d
	}
	d.stamp.Time = d.stamp.Time.UTC()
	year, latest := d.stamp.Time.Year(), 2100
	if !r.now.IsZero() {
		latest = r.now.Year() + 10
	}
	if year < earliestYear || year > latest {
		return readDate{note: fmt.Sprintf("the date %q is not believed", s)}
	}
	return d
}

// parseRFC3339 reads "2006-01-02T15:04:05Z" with fraction and offset, the shape of most dates (RFC 3339, section 5.6).
func parseRFC3339(s string) (time.Time, bool) {
	if len(s) < 20 || s[4] != '-' || s[7] != '-' || s[10]|0x20 != 't' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, false
	}
	y, ok1 := number(s[0:4])
	m, ok2 := number(s[5:7])
	d, ok3 := number(s[8:10])
	hh, ok4 := number(s[11:13])
	mm, ok5 := number(s[14:16])
	ss, ok6 := number(s[17:19])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || !validDay(y, m, d) || hh > 23 || mm > 59 || ss > 60 {
		return time.Time{}, false
	}
	i, ns := 19, 0
	if s[i] == '.' {
		i++
		scale := 100_000_000
		for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
			ns += int(s[i]-'0') * scale
			scale /= 10
		}
	}
	off := 0
	switch rest := s[i:]; {
	case rest == "Z" || rest == "z":
	case len(rest) == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':':
		oh, ok1 := number(rest[1:3])
		om, ok2 := number(rest[4:6])
		if !ok1 || !ok2 || oh > 14 || om > 59 {
			return time.Time{}, false
		}
		if off = oh*60 + om; rest[0] == '-' {
			off = -off
		}
	default:
		return time.Time{}, false
	}
	return time.Date(y, time.Month(m), d, hh, mm-off, ss, ns, time.UTC), true
}

// number reads s, all of it digits.
func number(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	return n, s != ""
}

// epoch reads seconds, or milliseconds, since 1970.
func epoch(s string) (time.Time, bool) {
	if len(s) != 9 && len(s) != 10 && len(s) != 13 {
		return time.Time{}, false
	}
	n, ok := number(s)
	if !ok {
		return time.Time{}, false
	}
	if len(s) == 13 {
		return time.UnixMilli(int64(n)), true
	}
	return time.Unix(int64(n), 0), true
}

// validDay reports whether a day exists.
func validDay(y, m, d int) bool {
	if m < 1 || m > 12 || d < 1 || y < 0 || y > 9999 {
		return false
	}
	return d <= time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// part is a number, a word or a mark of a date.
type part struct {
	kind  byte // '0' number, 'a' word, else the mark itself
	n     int
	width int    // digits of a number
	word  string // as written
	low   string // in lower case
	glued bool   // nothing stands between this part and the one before
}

// maxParts is the most parts a date can have.
const maxParts = 40

// dateParts are the parts of a date and what has been made of them.
type dateParts struct {
	parts [maxParts]part
	n     int

	y, m, d        int // -1 unknown
	hh, mm, ss, ns int
	offset         int // minutes east
	zoned          bool
	unknown        string // a zone nobody knows
	half           int    // 1 am, 2 pm
	note           string
	loose          [6]part // numbers without a role yet
	nLoose         int
	yearWidth      int
}

// split cuts a date into parts. Digits of other scripts count, comments in brackets do not, unless there is nothing else.
func (p *dateParts) split(s string) bool {
	glued := false
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			start, n := i, 0
			for i < len(s) && '0' <= s[i] && s[i] <= '9' {
				if i-start < 17 {
					n = n*10 + int(s[i]-'0')
				}
				i++
			}
			if i-start > 17 || !p.add(part{kind: '0', n: n, width: i - start, glued: glued}) {
				return false
			}
			glued = true
		case c == '(' && p.n > 3:
			end := strings.IndexByte(s[i:], ')')
			if end < 0 {
				return true
			}
			i += end + 1
			glued = false
		case 'a' <= c|0x20 && c|0x20 <= 'z', c >= 0x80:
			next, ok := p.word(s, i, glued)
			if !ok {
				return false
			}
			glued = next > i && p.n > 0
			i = next
		case c <= ' ':
			glued = false
			i++
		default:
			if !p.add(part{kind: c, glued: glued}) {
				return false
			}
			glued = true
			i++
		}
	}
	return p.n > 0
}

// word cuts a word at i; digits, spaces and marks of other scripts are what they are in ours.
func (p *dateParts) word(s string, i int, glued bool) (int, bool) {
	start := i
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.Nd, r) {
			if i > start {
				break
			}
			n, width := 0, 0
			for i < len(s) && width < 17 {
				r, size := utf8.DecodeRuneInString(s[i:])
				if r < 0x80 || !unicode.Is(unicode.Nd, r) {
					break
				}
				n = n*10 + decimal(r)
				width++
				i += size
			}
			return i, p.add(part{kind: '0', n: n, width: width, glued: glued})
		}
		if i > start && isUnit(r) != isUnit(first(s[start:])) {
			break
		}
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\u200c' {
			if i == start { // a space or mark of another script
				if r == '–' || r == '−' {
					return i + size, p.add(part{kind: '-', glued: glued})
				}
				return i + size, true
			}
			break
		}
		i += size
	}
	return i, p.add(part{kind: 'a', word: s[start:i], low: lower(s[start:i]), glued: glued})
}

// isUnit reports whether r is one of the characters East Asian dates put behind numbers.
func isUnit(r rune) bool {
	switch r {
	case '年', '月', '日', '時', '时', '点', '分', '秒', '년', '월', '일', '시', '분', '초', '號', '号':
		return true
	}
	return false
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// decimal is the value of a digit of any script: every script has its ten digits in a row.
func decimal(r rune) int {
	zero := r
	for zero > r-9 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return int(r-zero) % 10
}

func (p *dateParts) add(x part) bool {
	if p.n >= maxParts {
		return false
	}
	p.parts[p.n] = x
	p.n++
	return true
}

// at is the part at i, an empty one outside.
func (p *dateParts) at(i int) part {
	if i < 0 || i >= p.n {
		return part{}
	}
	return p.parts[i]
}
