package feeds

import (
	"fmt"
	"strings"
	"time"

	"mediawatch/news"
)

// read makes a date of the parts.
func (p *dateParts) read() readDate {
	p.y, p.m, p.d, p.hh = -1, -1, -1, -1
	for i := 0; i < p.n; {
		var used int
		switch x := p.parts[i]; x.kind {
		case '0':
			used = p.number(i)
		case 'a':
			used = p.letters(i)
		case '+', '-':
			used = p.sign(i)
		default:
			used = 1
		}
		if used == 0 {
			return readDate{}
		}
		i += used
	}
	if !p.assign() || !validDay(p.y, p.m, p.d) {
		return readDate{}
	}
	return p.finish()
}

// finish puts the parts together.
func (p *dateParts) finish() readDate {
	if p.hh < 0 {
		return readDate{news.Stamp{Time: time.Date(p.y, time.Month(p.m), p.d, 0, 0, 0, 0, time.UTC), Certainty: news.CertaintyDay}, p.note}
	}
	switch {
	case p.half == 1 && p.hh == 12:
		p.hh = 0
	case p.half == 2 && p.hh < 12:
		p.hh += 12
	}
	if p.hh > 24 || p.mm > 59 || p.ss > 60 || p.hh == 24 && (p.mm > 0 || p.ss > 0) {
		return readDate{}
	}
	st := news.Stamp{Time: time.Date(p.y, time.Month(p.m), p.d, p.hh, p.mm-p.offset, p.ss, p.ns, time.UTC), Certainty: news.CertaintyExact}
	switch {
	case p.unknown != "":
		st.Certainty = news.CertaintyZone
		p.note = fmt.Sprintf("the zone %q is unknown: read as UTC", p.unknown)
	case !p.zoned:
		st.Certainty = news.CertaintyZone
		if p.note == "" {
			p.note = "dates have no zone: read as UTC"
		}
	case p.note != "":
		st.Certainty = news.CertaintyZone
	}
	return readDate{st, p.note}
}

// number reads what starts with the number at i and returns how many parts that took, 0 when it makes no sense.
func (p *dateParts) number(i int) int {
	x := p.parts[i]
	next, after := p.at(i+1), p.at(i+2)
	switch {
	case next.kind == ':' && after.kind == '0' && x.width <= 2 && p.hh < 0:
		return p.clock(i)
	case next.kind == 'a' && isUnit(first(next.word)):
		return p.unit(i)
	case next.kind == 'a' && next.glued && strings.EqualFold(next.word, "h") && p.hh < 0 && x.width <= 2 && (after.kind == '0' || p.at(i+2).kind == 0):
		p.hh, p.mm, p.ss = x.n, 0, 0
		if after.kind == '0' && after.glued && after.width == 2 {
			p.mm = after.n
			return 3
		}
		return 2
	case p.hh < 0 && p.m >= 0 && p.nLoose == 2 && x.width == 4 && p.loose[0].width <= 2 && p.loose[1].width <= 2: // "03 Apr 02 1500 GMT"
		p.clockDigits(x)
		return 1
	case p.y < 0 && p.m < 0 && (x.width == 8 || x.width == 12 || x.width == 14):
		return p.compact(x)
	case p.hh < 0 && p.at(i-1).kind == 'a' && strings.EqualFold(p.at(i-1).word, "t") && p.at(i-1).glued && (x.width == 4 || x.width == 6):
		p.clockDigits(x)
		return p.fraction(i, 1)
	case p.hh < 0 && p.m >= 0 && (p.y >= 0 && p.d >= 0 || p.nLoose >= 2) && next.kind == '.' && after.kind == '0' && x.width <= 2 && after.width == 2:
		return p.clock(i) // 15.04
	case next.kind == '-' || next.kind == '/' || next.kind == '.':
		if n := p.triple(i, next.kind); n > 0 {
			return n
		}
	}
	if p.hh < 0 && x.width <= 2 && p.half == 0 && (p.y >= 0 && p.d > 0 || p.nLoose >= 2) && p.m > 0 {
		if halfDay(next.low) > 0 || p.dottedHalf(i+1) > 0 { // "3 PM"
			p.hh, p.mm, p.ss = x.n, 0, 0
			return 1
		}
	}
	return p.loosely(x)
}

// loosely keeps a number until it is clear what it is.
func (p *dateParts) loosely(x part) int {
	if p.nLoose >= len(p.loose) {
		return 0
	}
	p.loose[p.nLoose] = x
	p.nLoose++
	return 1
}

// clock reads 15:04, 15:04:05 and 15:04:05.999 at i, also with dots.
func (p *dateParts) clock(i int) int {
	mark := p.parts[i+1].kind
	if p.at(i+2).width > 2 {
		return 0
	}
	p.hh, p.mm, p.ss = p.parts[i].n, p.at(i+2).n, 0
	used := 3
	if p.at(i+3).kind == mark && p.at(i+4).kind == '0' && p.at(i+4).width <= 2 {
		p.ss = p.at(i + 4).n
		used = 5
	}
	return p.fraction(i, used)
}

// fraction reads ".123" or ",123" behind the used parts of a clock at i.
func (p *dateParts) fraction(i, used int) int {
	mark, f := p.at(i+used), p.at(i+used+1)
	if (mark.kind == '.' || mark.kind == ',') && mark.glued && f.kind == '0' && f.glued && f.width <= 9 {
		p.ns = f.n
		for w := f.width; w < 9; w++ {
			p.ns *= 10
		}
		used += 2
	} else if mark.kind == ':' && f.kind == '0' && f.width == 3 { // 15:04:05:123
		p.ns = f.n * 1_000_000
		used += 2
	}
	return used
}

// compact reads 20060102, 200601021504 and 20060102150405.
func (p *dateParts) compact(x part) int {
	n := x.n
	switch x.width {
	case 14:
		p.ss = n % 100
		n /= 100
		fallthrough
	case 12:
		p.hh, p.mm = n/100%100, n%100
		n /= 10000
	}
	p.y, p.m, p.d = n/10000, n/100%100, n%100
	p.yearWidth = 4
	return 1
}

// clockDigits reads 1504 and 150405 behind a "T".
func (p *dateParts) clockDigits(x part) {
	n := x.n
	p.ss = 0
	if x.width == 6 {
		p.ss = n % 100
		n /= 100
	}
	p.hh, p.mm = n/100, n%100
}

// unit reads a number with an East Asian unit behind it.
func (p *dateParts) unit(i int) int {
	n := p.parts[i].n
	switch first(p.at(i + 1).word) {
	case '年', '년':
		p.y, p.yearWidth = n, p.parts[i].width
	case '月', '월':
		p.m = n
	case '日', '일', '號', '号':
		p.d = n
	case '時', '时', '点', '시':
		p.hh = n
	case '分', '분':
		p.mm = n
	case '秒', '초':
		p.ss = n
	}
	return 2
}

// triple reads a date of three parts with one mark between them, and ISO's shorter shapes, at i. 0: it is none.
func (p *dateParts) triple(i int, mark byte) int {
	if p.m >= 0 && p.d >= 0 {
		return 0
	}
	a, b, c := p.parts[i], p.at(i+2), p.at(i+4)
	full := p.at(i+3).kind == mark && c.kind == '0'
	switch {
	case b.kind == 'a' && full: // 02-Jan-2006, 2004-július-13
		m, ok := month(b.low)
		if !ok {
			return 0
		}
		p.m = m
		return p.dayYear(a, c, 5)
	case b.kind == 'a' && mark == '-' && len(b.word) == 1 && b.word[0]|0x20 == 'w' && a.width == 4:
		return p.week(i)
	case b.kind != '0':
		return 0
	case full && a.width == 4: // 2006-01-02
		p.y, p.m, p.d, p.yearWidth = a.n, b.n, c.n, 4
		if p.m > 12 && p.d <= 12 {
			p.m, p.d = p.d, p.m
		}
		return 5
	case full && a.width <= 2 && b.width <= 2 && (c.width == 4 || c.width == 2):
		return p.numeric(a, b, c, mark)
	case !b.glued || p.m >= 0:
		return 0
	case a.width == 4 && b.width == 3 && mark == '-': // 2003-335, day of the year
		t := time.Date(a.n, 1, b.n, 0, 0, 0, 0, time.UTC)
		if b.n < 1 || t.Year() != a.n {
			return 0
		}
		p.y, p.m, p.d, p.yearWidth = a.n, int(t.Month()), t.Day(), 4
		return 3
	case a.width == 4 && b.width == 2 && mark == '-' && p.at(i+3).kind != mark: // 2003-12
		p.y, p.m, p.d, p.yearWidth = a.n, b.n, 1, 4
		return 3
	}
	return 0
}

// numeric reads day, month and year as numbers. Which comes first depends on the mark, unless one number is too large
// for a month. With a slash it is America's order, which is said when it cannot be seen.
func (p *dateParts) numeric(a, b, c part, mark byte) int {
	day, mon := a.n, b.n
	switch {
	case c.width == 2 && a.width == 2 && a.n > 31: // 04-01-02
		p.y, p.m, p.d, p.yearWidth = a.n, b.n, c.n, 2
		return 5
	case mark == '/' && b.n > 12, mark != '/' && b.n > 12:
		day, mon = b.n, a.n
	case mark == '/' && a.n <= 12:
		day, mon = b.n, a.n
		if a.n != b.n {
			p.note = "dates with slashes are read as month/day"
		}
	}
	p.d, p.m, p.y, p.yearWidth = day, mon, c.n, c.width
	return 5
}

// dayYear sorts the two numbers around a month's name.
func (p *dateParts) dayYear(a, b part, used int) int {
	if a.width == 4 || a.n > 31 {
		a, b = b, a
	}
	p.d, p.y, p.yearWidth = a.n, b.n, b.width
	return used
}

// week reads 2003-W01-1 (ISO 8601) at i.
func (p *dateParts) week(i int) int {
	w, mark, day := p.at(i+3), p.at(i+4), p.at(i+5)
	if w.kind != '0' || w.n < 1 || w.n > 53 {
		return 0
	}
	used, d := 4, 1
	if mark.kind == '-' && day.kind == '0' && day.n >= 1 && day.n <= 7 && day.width == 1 {
		used, d = 6, day.n
	}
	jan4 := time.Date(p.parts[i].n, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7)
	t := monday.AddDate(0, 0, (w.n-1)*7+d-1)
	p.y, p.m, p.d, p.yearWidth = t.Year(), int(t.Month()), t.Day(), 4
	return used
}

// letters reads the word at i.
func (p *dateParts) letters(i int) int {
	x := p.parts[i]
	if used := p.zone(i); used > 0 {
		return used
	}
	if m, ok := month(x.low); ok {
		if p.m < 0 || p.nLoose > 0 || !weekdays[x.low] {
			p.m = m // "mar" is a day in some languages: the later name counts
		}
		return 1
	}
	if h := p.dottedHalf(i); h > 0 {
		p.half = h
		return 3
	}
	if h := halfDay(x.low); h > 0 {
		p.half = h
		return 1
	}
	if weekdays[x.low] {
		return 1
	}
	if p.hh >= 0 && !p.zoned && p.unknown == "" && looksZone(x.word) && !fillers[x.low] {
		p.unknown = x.word
	}
	return 1
}

// zone reads a zone's name at i, with an offset behind it as in "GMT+2". 0: it is none.
func (p *dateParts) zone(i int) int {
	x := p.parts[i]
	off, ok := offsets[x.low]
	if !ok || p.hh < 0 || p.zoned && p.offset != 0 {
		if ok && p.hh >= 0 {
			return 1
		}
		return 0
	}
	if len(x.word) < 3 && x.low != "z" && !looksZone(x.word) {
		return 0
	}
	mark, n := p.at(i+1), p.at(i+2)
	if off == 0 && (mark.kind == '+' || mark.kind == '-') && n.kind == '0' {
		if used := p.sign(i + 1); p.zoned {
			return used + 1
		}
	}
	p.offset, p.zoned, p.unknown = off, true, ""
	if ambiguous[x.low] {
		p.note = fmt.Sprintf("the zone %s is read as %s", strings.ToUpper(x.low), offsetName(off))
	}
	return 1
}

// sign reads an offset at i: +0200, +02:00, +02, +2, +530. Elsewhere a sign is only a mark.
func (p *dateParts) sign(i int) int {
	x, n := p.parts[i], p.at(i+1)
	if p.hh < 0 || p.zoned && p.offset != 0 || n.kind != '0' || n.width > 6 || n.width == 5 {
		return 1
	}
	if (p.y < 0 && p.m < 0 || !n.glued) && n.width > 2 && n.width != 4 {
		return 1
	}
	h, m, used := n.n, 0, 2
	switch {
	case n.width == 6: // +023000
		h, m = n.n/10000, n.n/100%100
	case n.width >= 3:
		h, m = n.n/100, n.n%100
	case p.at(i+2).kind == ':' && p.at(i+3).kind == '0' && p.at(i+3).width <= 2:
		m, used = p.at(i+3).n, 4
		if p.at(i+4).kind == ':' && p.at(i+5).kind == '0' {
			used = 6
		}
	}
	if h > 14 || m > 59 {
		p.unknown = fmt.Sprintf("%c%0*d", x.kind, n.width, n.n)
		return used
	}
	p.offset, p.zoned, p.unknown = h*60+m, true, ""
	if x.kind == '-' {
		p.offset = -p.offset
	}
	return used
}

// assign gives the loose numbers their roles and completes the year.
func (p *dateParts) assign() bool {
	for _, x := range p.loose[:p.nLoose] {
		switch {
		case p.y < 0 && (x.width >= 3 && x.width <= 4 || x.n > 31 && x.width == 2):
			p.y, p.yearWidth = x.n, x.width
		case p.d < 0 && x.width <= 2 && p.m >= 0:
			p.d = x.n
		case p.m < 0 && x.width <= 2 && p.y >= 0:
			p.m = x.n
		case p.y < 0 && x.width == 2:
			p.y, p.yearWidth = x.n, 2
		case p.hh < 0 && x.width == 2 && p.d >= 0 && p.y >= 0 && p.zoned:
			p.hh = x.n
		default:
			return false
		}
	}
	if p.y >= 0 && p.m < 0 && p.d < 0 && p.n == 1 && p.yearWidth == 4 { // "2003"
		p.m, p.d = 1, 1
	}
	if p.y >= 0 && p.m >= 0 && p.d < 0 && p.hh < 0 { // "January 2003"
		p.d = 1
	}
	if p.y < 0 || p.m < 0 || p.d < 0 {
		return false
	}
	switch p.yearWidth { // RFC 2822, section 4.3
	case 2:
		if p.y += 1900; p.y < 1950 {
			p.y += 100
		}
	case 3:
		p.y += 1900
	}
	return true
}
