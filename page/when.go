package page

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"mediawatch/news"
)

// When is a date as somebody wrote it, before a zone is assumed. Month and Day are from 1.
type When struct {
	Year, Month, Day int
	Hour, Min, Sec   int
	HasTime          bool           // a time of day is stated
	Zone             *time.Location // nil: no zone is stated
	Ambiguous        bool           // written as 03/04/2025 without a hint which of the two is the month; day first was taken
	Updated          bool           // a word beside it says that it is the time of a change, not of publication
	Labelled         bool           // a word beside it says what it is the time of
}

// IsZero reports whether w states nothing.
func (w When) IsZero() bool { return w.Year == 0 }

// Stamp turns w into UTC, taking assumed (nil: UTC) where no zone is stated. A day alone is 00:00 UTC of that very day, so
// that no zone moves it to another one; a day whose month could be its day is inferred.
func (w When) Stamp(assumed *time.Location) news.Stamp {
	if w.IsZero() {
		return news.Stamp{}
	}
	if !w.HasTime {
		s := news.Stamp{Time: time.Date(w.Year, time.Month(w.Month), w.Day, 0, 0, 0, 0, time.UTC), Certainty: news.CertaintyDay}
		if w.Ambiguous {
			s.Certainty = news.CertaintyInferred
		}
		return s
	}
	zone, certainty := w.Zone, news.CertaintyExact
	if zone == nil {
		zone, certainty = assumed, news.CertaintyZone
	}
	if zone == nil {
		zone = time.UTC
	}
	if w.Ambiguous {
		certainty = news.CertaintyInferred
	}
	return news.Stamp{Time: time.Date(w.Year, time.Month(w.Month), w.Day, w.Hour, w.Min, w.Sec, 0, zone).UTC(), Certainty: certainty}
}

// SameDay reports whether both state the same calendar day.
func (w When) SameDay(o When) bool {
	return w.Year == o.Year && w.Month == o.Month && w.Day == o.Day
}

// longestWhen is the length in bytes beyond which a string is no date but prose.
const longestWhen = 240

// ParseWhen reads s if all of it is one date: day, month and year, perhaps with a time, a zone, the day of the week and the
// words that introduce a date ("Published:", "Stand:", "Mis à jour le"). Prose that merely contains a date is refused, and so is
// a date without a year. Understood are ISO 8601, RFC 5322, RFC 850 and the ways of about twenty languages, Jalali years and Japanese
// eras included.
func ParseWhen(s string) (When, bool) {
	if len(s) > longestWhen {
		return When{}, false
	}
	f := foldDate(s)
	if f == "" || !strings.ContainsAny(f, "0123456789") {
		return When{}, false
	}
	p := &whenParser{rest: f}
	p.hijri()
	p.numericDate()
	p.timeOfDay()
	if !p.words() || !p.valid() {
		return When{}, false
	}
	return p.w, true
}

// whenParser takes recognised parts out of rest, order-free, until only introductory words may remain.
type whenParser struct {
	rest    string
	w       When
	bad     bool
	pm, am  bool
	numeric bool // the date was written in digits
}

// foldDate lower-cases, decomposes and drops marks, brings all digits to ASCII and all spaces to one.
func foldDate(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsSpace(r), r == '\u00a0':
			space = true
			continue
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), r == '\u0640':
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(foldRune(r))
	}
	return norm.NFC.String(b.String())
}

func foldRune(r rune) rune {
	switch {
	case r >= '\u0660' && r <= '\u0669':
		return r - '\u0660' + '0'
	case r >= '\u06f0' && r <= '\u06f9':
		return r - '\u06f0' + '0'
	case r >= '\u0966' && r <= '\u096f':
		return r - '\u0966' + '0'
	case r >= '\u0e50' && r <= '\u0e59':
		return r - '\u0e50' + '0'
	}
	switch r {
	case 'ي', 'ى', 'ئ':
		return 'ی'
	case 'ك':
		return 'ک'
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ة':
		return 'ه'
	case 'ı':
		return 'i'
	case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212':
		return '-'
	case '،':
		return ','
	}
	return unicode.ToLower(r)
}

var (
	reHijri    = regexp.MustCompile(`\d{1,2}\s+[\p{Arabic}]+(?:\s+[\p{Arabic}]+)?\s+1[34]\d\d\s*(?:هـ|ه)(?:$|[\s,/|()-])`)
	reISO      = regexp.MustCompile(`(?:^|[^\d])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:$|[^\d])`)
	reCompact  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?)?`)
	reEast     = regexp.MustCompile(`(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?`)
	reEra      = regexp.MustCompile(`(令和|平成|昭和)\s*(\d{1,2}|元)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日`)
	reDMY      = regexp.MustCompile(`(?:^|[^\d])(\d{1,2})([-/.])\s?(\d{1,2})[-/.]\s?(\d{4}|\d{2})(?:$|[^\d:])`)
	reViet     = regexp.MustCompile(`(\d{1,2})\s+thang\s+(\d{1,2})\s*,?\s*(?:nam\s+)?(\d{4})`)
	reClock    = regexp.MustCompile(`(?:^|[^\d+:.-])t?(\d{1,2})\s?[:：]\s?(\d{2})(?:\s?:\s?(\d{2})(?:[.,]\d{1,9})?)?`)
	reClockDot = regexp.MustCompile(`(?:^|[^\d+.-])(\d{1,2})(?:\.|\s?h\s?|\s?時\s?|\s?时\s?|\s?點\s?|\s?点\s?|\s?시\s?)(\d{1,2})(?:\s?(?:分|분|min))?(?:[\s.]?(\d{2})\s?[秒초])?`)
	reHourOnly = regexp.MustCompile(`(?:^|[^\d+.-])(\d{1,2})\s?(a\.?m\.?|p\.?m\.?|uhr|h|時|时|点|點|시)(?:$|[\s,.)|])`)
	reHourMin  = regexp.MustCompile(`(?:^|[^\d])\d{1,2}\s?h\s?\d{2}(?:$|[^\d])`)
	reMeridiem = regexp.MustCompile(`(?:^|[\s\d,(.])(a\.?\s?m\.?|p\.?\s?m\.?)(?:$|[\s,.);|/-])`)
	reMeriAny  = regexp.MustCompile(`(下午|午後|오후|晚上|上午|午前|오전|早上|凌晨|مساء|بعد از ظهر|بعدازظهر|صباحا|قبل از ظهر|öğleden sonra|μμ|πμ|μ\.μ\.|π\.μ\.)`)
	reMeriArab = regexp.MustCompile(`(?:^|\s)([مص])(?:$|[\s,.)|])`)
	reOffset   = regexp.MustCompile(`(?:^|[\s(\d␟])\(?(?:utc|gmt|z)?\s?([+-])(\d{1,2})(?::?(\d{2}))?\)?$`)
	reOffsetIn = regexp.MustCompile(`\(?(?:utc|gmt)\s?([+-])\s?(\d{1,2})(?::?(\d{2}))?\)?`)
)

func (p *whenParser) cut(loc []int) {
	p.rest = p.rest[:loc[0]] + " ␟ " + p.rest[loc[1]:]
}

// hijri drops an Islamic date that stands beside the civil one: its calendar is not computable from the outside.
func (p *whenParser) hijri() {
	if loc := reHijri.FindStringIndex(p.rest); loc != nil {
		p.cut(loc)
	}
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// group returns submatch n of s, "" when it did not take part.
func group(s string, loc []int, n int) string {
	if loc[2*n] < 0 {
		return ""
	}
	return s[loc[2*n]:loc[2*n+1]]
}

// span narrows a match to its groups first..last, so that a neighbouring character that only served as a border stays.
func span(loc []int, first, last int) []int { return []int{loc[2*first], loc[2*last+1]} }

func (p *whenParser) numericDate() {
	s := p.rest
	if loc := reEra.FindStringSubmatchIndex(s); loc != nil {
		base := map[string]int{"令和": 2018, "平成": 1988, "昭和": 1925}[group(s, loc, 1)]
		n := atoi(group(s, loc, 2))
		if n == 0 {
			n = 1
		}
		p.set(base+n, atoi(group(s, loc, 3)), atoi(group(s, loc, 4)))
		p.cut(loc[:2])
		return
	}
	for _, re := range []*regexp.Regexp{reEast, reISO} {
		if loc := re.FindStringSubmatchIndex(s); loc != nil {
			p.set(atoi(group(s, loc, 1)), atoi(group(s, loc, 2)), atoi(group(s, loc, 3)))
			end := loc[7]
			if re == reEast {
				end = loc[1]
			}
			p.rest = s[:loc[2]] + " ␟" + s[end:]
			return
		}
	}
	if loc := reViet.FindStringSubmatchIndex(s); loc != nil {
		p.set(atoi(group(s, loc, 3)), atoi(group(s, loc, 2)), atoi(group(s, loc, 1)))
		p.cut(loc[:2])
		return
	}
	if loc := reDMY.FindStringSubmatchIndex(s); loc != nil {
		p.dayMonthYear(s, loc)
		return
	}
	p.compact()
}

// compact reads 20250209 and 20250209T180300.
func (p *whenParser) compact() {
	s := p.rest
	loc := reCompact.FindStringSubmatchIndex(s)
	if loc == nil {
		return
	}
	y, m, d := atoi(group(s, loc, 1)), atoi(group(s, loc, 2)), atoi(group(s, loc, 3))
	rest := s[loc[1]:]
	if y < 1900 || y > 2100 || m < 1 || m > 12 || d < 1 || d > 31 || (rest != "" && rest[0] >= '0' && rest[0] <= '9') {
		return
	}
	p.set(y, m, d)
	if group(s, loc, 4) != "" {
		p.w.HasTime, p.w.Hour, p.w.Min, p.w.Sec = true, atoi(group(s, loc, 4)), atoi(group(s, loc, 5)), atoi(group(s, loc, 6))
	}
	p.rest = " ␟" + rest
}

func (p *whenParser) dayMonthYear(s string, loc []int) {
	a, b, y := atoi(group(s, loc, 1)), atoi(group(s, loc, 3)), atoi(group(s, loc, 4))
	if y < 100 {
		y += 2000
		if y > 2079 {
			y -= 100
		}
	}
	day, month := a, b
	switch {
	case b > 12 && a <= 12: // 02/28/2025 can only be the American order
		day, month = b, a
	case a <= 12 && a != b && group(s, loc, 2) != ".":
		p.w.Ambiguous = true
	}
	p.set(y, month, day)
	p.cut(span(loc, 1, 4))
}

func (p *whenParser) set(y, m, d int) {
	if y >= 1300 && y < 1500 {
		y, m, d = jalali(y, m, d)
	}
	p.w.Year, p.w.Month, p.w.Day, p.numeric = y, m, d, true
}

func (p *whenParser) timeOfDay() {
	if p.w.HasTime { // compact ISO
		p.zone()
		return
	}
	p.meridiem()
	s := p.rest
	if loc := reClock.FindStringSubmatchIndex(s); loc != nil {
		p.clock(s, loc)
	} else if loc := reHourOnly.FindStringSubmatchIndex(s); loc != nil && !reHourMin.MatchString(s) {
		p.w.HasTime, p.w.Hour = true, atoi(group(s, loc, 1))
		p.meridiemWord(group(s, loc, 2))
		p.cut(span(loc, 1, 2))
	} else if loc := reClockDot.FindStringSubmatchIndex(s); loc != nil {
		p.clock(s, loc)
	}
	if !p.w.HasTime {
		p.bad = p.bad || p.am || p.pm
		return
	}
	if p.pm && p.w.Hour < 12 {
		p.w.Hour += 12
	}
	if p.am && p.w.Hour == 12 {
		p.w.Hour = 0
	}
	p.zone()
}

func (p *whenParser) clock(s string, loc []int) {
	p.w.HasTime, p.w.Hour, p.w.Min, p.w.Sec = true, atoi(group(s, loc, 1)), atoi(group(s, loc, 2)), atoi(group(s, loc, 3))
	start := loc[2]
	if start > 0 && s[start-1] == 't' {
		start--
	}
	p.rest = s[:start] + " ␟" + s[loc[1]:]
}

func (p *whenParser) meridiemWord(w string) {
	switch {
	case strings.HasPrefix(w, "p"):
		p.pm = true
	case strings.HasPrefix(w, "a"):
		p.am = true
	}
}

// meridiem takes the mark of the half of the day out of rest, in whichever language it is.
func (p *whenParser) meridiem() {
	if loc := reMeridiem.FindStringSubmatchIndex(p.rest); loc != nil && strings.ContainsAny(p.rest[:loc[0]+1], "0123456789") {
		p.meridiemWord(group(p.rest, loc, 1))
		if !reHourOnly.MatchString(p.rest) || reClock.MatchString(p.rest) {
			p.cut(span(loc, 1, 1))
		}
		return
	}
	if loc := reMeriAny.FindStringSubmatchIndex(p.rest); loc != nil {
		switch group(p.rest, loc, 1) {
		case "上午", "午前", "오전", "早上", "凌晨", "صباحا", "قبل از ظهر", "πμ", "π.μ.":
			p.am = true
		default:
			p.pm = true
		}
		p.cut(loc[:2])
		return
	}
	if loc := reMeriArab.FindStringSubmatchIndex(p.rest); loc != nil {
		p.pm, p.am = group(p.rest, loc, 1) == "م", group(p.rest, loc, 1) == "ص"
		p.cut(span(loc, 1, 1))
	}
}

// zone takes an offset or the name of a zone out of rest.
func (p *whenParser) zone() {
	s := strings.TrimSpace(p.rest)
	for _, re := range []*regexp.Regexp{reOffsetIn, reOffset} {
		loc := re.FindStringSubmatchIndex(s)
		if loc == nil {
			continue
		}
		h, m := atoi(group(s, loc, 2)), atoi(group(s, loc, 3))
		if h > 14 || m > 59 {
			continue
		}
		off := h*3600 + m*60
		if group(s, loc, 1) == "-" {
			off = -off
		}
		p.w.Zone = fixedZone(off)
		p.rest = s[:loc[0]] + " ␟ " + s[loc[1]:]
		return
	}
	if strings.HasSuffix(s, "␟z") || strings.Contains(s, "␟z ") {
		p.w.Zone = time.UTC
		p.rest = strings.Replace(s, "␟z", "␟ ", 1)
	}
}

func fixedZone(seconds int) *time.Location {
	if seconds == 0 {
		return time.UTC
	}
	return time.FixedZone("", seconds)
}

func (p *whenParser) valid() bool {
	w := &p.w
	if w.Year < 1900 || w.Year > 2100 || w.Month < 1 || w.Month > 12 || w.Day < 1 {
		return false
	}
	if w.Hour == 24 && w.Min == 0 && w.Sec == 0 {
		next := time.Date(w.Year, time.Month(w.Month), w.Day+1, 0, 0, 0, 0, time.UTC)
		w.Year, w.Month, w.Day, w.Hour = next.Year(), int(next.Month()), next.Day(), 0
	}
	if w.Hour > 23 || w.Min > 59 || w.Sec > 60 {
		return false
	}
	return w.Day <= time.Date(w.Year, time.Month(w.Month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// jalali converts a date of the Solar Hijri calendar to the civil one. Valid for 1178–1633; the arithmetic of leap
// years is K. M. Borkowski's 33-year cycle, which is right within that span. A month or day out of range gives month 0,
// which no date accepts.
func jalali(jy, jm, jd int) (y, m, d int) {
	if jm < 1 || jm > 12 || jd < 1 || jd > 31 || (jm > 6 && jd > 30) {
		return jy, 0, 0
	}
	jy -= 979
	days := 365*jy + jy/33*8 + (jy%33+3)/4 + jd - 1
	if jm < 8 {
		days += (jm - 1) * 31
	} else {
		days += (jm-7)*30 + 186
	}
	t := time.Date(1600, 3, 20, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
	return t.Year(), int(t.Month()), t.Day()
}
