package page

import "unicode"

// words checks that what is left are words that belong to a date, and reads the month if it is one of them.
func (p *whenParser) words() bool {
	if p.bad {
		return false
	}
	var numbers []string
	month := 0
	for _, tok := range dateTokens(p.rest) {
		if tok[0] >= '0' && tok[0] <= '9' {
			numbers = append(numbers, tok)
			continue
		}
		if m, ok := monthNames[tok]; ok && !p.numeric {
			if month != 0 && month != m {
				return false
			}
			month = m
			continue
		}
		if !p.filler(tok) {
			return false
		}
	}
	if p.numeric {
		return len(numbers) == 0
	}
	return p.dayAndYear(numbers, month)
}

// filler accepts a word that may stand in a date without being part of its value.
func (p *whenParser) filler(tok string) bool {
	if z, ok := zoneNames[tok]; ok {
		if p.w.Zone == nil {
			p.w.Zone = z.location()
		}
		return true
	}
	switch dateWords[tok] {
	case wordUpdate:
		p.w.Updated, p.w.Labelled = true, true
	case wordPublish:
		p.w.Labelled = true
	case wordFiller:
	default:
		return false
	}
	return true
}

func (p *whenParser) dayAndYear(numbers []string, month int) bool {
	if month == 0 || len(numbers) != 2 {
		return false
	}
	day, year := numbers[0], numbers[1]
	if len(day) == 4 {
		day, year = year, day
	}
	if len(day) > 2 || len(year) != 4 {
		return false
	}
	y, m, d := atoi(year), month, atoi(day)
	if month > 12 { // a month of the Jalali calendar
		if y < 1300 || y > 1499 {
			return false
		}
		y, m, d = jalali(y, month-12, d)
	}
	p.w.Year, p.w.Month, p.w.Day = y, m, d
	return true
}

// dateTokens splits into runs of digits and runs of letters; marks between them are separators. An ordinal's ending is a run of letters.
func dateTokens(s string) []string {
	var out []string
	start, kind := -1, 0
	flush := func(end int) {
		if start >= 0 {
			out = append(out, s[start:end])
		}
		start = -1
	}
	for i, r := range s {
		k := 0
		switch {
		case r >= '0' && r <= '9':
			k = 1
		case unicode.IsLetter(r):
			k = 2
		}
		if k != kind {
			flush(i)
			kind = k
		}
		if k != 0 && start < 0 {
			start = i
		}
	}
	flush(len(s))
	return out
}
