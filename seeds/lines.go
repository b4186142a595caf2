package seeds

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mediawatch/text"
)

// line is a logical line: one line of the file, or several that were one before somebody wrapped them.
type line struct {
	first, last int    // lines of the file, from 1
	raw         string // the first line as written
	text        string // trimmed, wrapped lines joined
	blank       bool
	indent      int // columns of white space before the text
}

// splitLines cuts at every kind of line end and trims; what is inside a line stays as it was published.
func splitLines(src string) []line {
	src = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n").Replace(src)
	parts := strings.Split(src, "\n")
	out := make([]line, len(parts))
	for i, raw := range parts {
		t := trim(raw)
		out[i] = line{first: i + 1, last: i + 1, raw: raw, text: t, blank: t == "", indent: indentOf(raw)}
	}
	return out
}

// trim takes white space and invisible characters off both ends.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || (unicode.Is(unicode.Cf, r) && r != '\u200d') || r == '\u3164' || unicode.IsControl(r)
	})
}

func indentOf(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r == '\t':
			n += 8 - n%8
		case r == '\u3000':
			n += 2
		case unicode.IsSpace(r):
			n++
		default:
			return n
		}
	}
	return 0
}

// words counts words; in scripts without spaces two characters count for one word.
func words(s string) int {
	const firstEast = '\u0e00' // Thai is the first of these scripts
	n, east, in := 0, 0, false
	for _, r := range s {
		switch {
		case r >= firstEast && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer):
			east++
			in = false
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if !in {
				n++
			}
			in = true
		case unicode.IsSpace(r):
			in = false
		}
	}
	return n + (east+1)/2
}

// key is the form under which lines are compared: folded letters and digits alone.
func key(s string) string {
	var b strings.Builder
	for _, r := range text.Fold(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

const closers = "\"'”’‘“)]}»«›‹」』】）\u00a0 "

// ended reports whether s ends like a sentence, closing quotes and brackets aside.
func ended(s string) bool {
	s = strings.TrimRight(s, closers)
	r, _ := utf8.DecodeLastRuneInString(s)
	return r != utf8.RuneError && strings.ContainsRune(".!?…。！？؟۔।;；:：॥⋯", r)
}

// asks reports whether s ends like a question.
func asks(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, closers))
	return r != utf8.RuneError && strings.ContainsRune("?？؟;", r)
}

// firstRune returns the first letter or digit of s, and whether anything stood before it.
func firstRune(s string) rune {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
	}
	return 0
}

// isRule reports whether s only draws a line: ----, ====, * * *, ______.
func isRule(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsSpace(r) {
			continue
		}
		if !strings.ContainsRune("-=_*~#–—─━═·•.+", r) {
			return false
		}
		n++
	}
	return n >= 3
}

// width of a line in characters; the wide ones of the east count twice.
func width(s string) int {
	n := 0
	for _, r := range s {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || (r >= 0xff00 && r <= 0xff60) || (r >= 0x3000 && r <= 0x303f) {
			n++
		}
		n++
	}
	return n
}

// longestWrap is the widest column that is taken for hard wrapping; longer lines are paragraphs.
const longestWrap = 110

// unwrap joins the lines of a file that was wrapped at a column. A line continues on the next when the next one's first
// word would not have fitted any more.
func unwrap(in []line, standsAlone func(string) bool) []line {
	column := wrapColumn(in)
	if column == 0 {
		return in
	}
	whole := lowerWords(in)
	var out []line
	for i := 0; i < len(in); i++ {
		l := in[i]
		var joined strings.Builder
		for !l.blank && i+1 < len(in) && continues(in[i], in[i+1], column) && !standsAlone(in[i].text) && !standsAlone(in[i+1].text) {
			joined.WriteString(lineBreak(in[i].text, in[i+1].text, whole))
			i++
			l.last = in[i].last
		}
		if l.last > l.first {
			joined.WriteString(in[i].text)
			l.text = joined.String()
		}
		out = append(out, l)
	}
	return out
}

// wrapColumn returns the column a file is wrapped at, 0 when it is not: of the pairs of adjoining lines most must break
// where the next word would not fit, without ending a sentence.
func wrapColumn(in []line) int {
	widest := 0
	for i, l := range in {
		if i+1 < len(in) && !in[i+1].blank {
			widest = max(widest, width(l.text))
		}
		if width(l.text) > longestWrap {
			return 0
		}
	}
	if widest < 30 {
		return 0
	}
	pairs, full, open := 0, 0, 0
	for i := 0; i+1 < len(in); i++ {
		a, b := in[i], in[i+1]
		if a.blank || b.blank {
			continue
		}
		pairs++
		if continues(a, b, widest) {
			full++
			if !ended(a.text) {
				open++
			}
		}
	}
	if full >= 3 && full*2 >= pairs && open*2 >= full {
		return widest
	}
	return 0
}

// continues reports whether b goes on with the sentence of a in a file wrapped at column.
func continues(a, b line, column int) bool {
	if a.blank || b.blank || b.indent > a.indent+1 || isItem(b.text) {
		return false
	}
	first, _, _ := strings.Cut(b.text, " ")
	need := width(a.text) + 1 + width(first)
	if isEast(a.text) {
		need = width(a.text) + 4
	}
	// Some wrap a column or two early: an open sentence going on in lower case is a wrap, too.
	slack := 0
	if !ended(a.text) && unicode.IsLower(firstRune(b.text)) {
		slack = column / 5
	}
	return need > column-slack
}

func isEast(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || (r >= 0x3000 && r <= 0x303f) || (r >= 0xff00 && r <= 0xff60)
}

// lineBreak returns a with what stands between it and b once they are one line. A hyphen at the break stays unless the
// file has the word without it.
func lineBreak(a, b string, whole map[string]bool) string {
	if isEast(a) {
		return a
	}
	if strings.HasSuffix(a, "\u00ad") {
		return strings.TrimSuffix(a, "\u00ad")
	}
	if strings.HasSuffix(a, "-") && unicode.IsLower(firstRune(b)) && !strings.HasSuffix(a, " -") {
		left, right := lastWord(strings.TrimSuffix(a, "-")), firstWord(b)
		if whole[strings.ToLower(left+right)] {
			return strings.TrimSuffix(a, "-")
		}
		return a
	}
	return a + " "
}

func firstWord(s string) string {
	return strings.TrimFunc(strings.SplitN(s, " ", 2)[0], func(r rune) bool { return !unicode.IsLetter(r) })
}

func lastWord(s string) string {
	return strings.TrimFunc(s[strings.LastIndexByte(s, ' ')+1:], func(r rune) bool { return !unicode.IsLetter(r) })
}

func lowerWords(in []line) map[string]bool {
	set := map[string]bool{}
	for _, l := range in {
		for _, w := range strings.FieldsFunc(l.text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			set[strings.ToLower(w)] = true
		}
	}
	return set
}

// isItem reports whether s begins like an item of a list.
func isItem(s string) bool {
	_, ok := itemText(s)
	return ok
}

// itemText returns the text of a list's item without its mark.
func itemText(s string) (string, bool) {
	for _, mark := range []string{"• ", "- ", "* ", "· ", "‣ ", "▪ ", "● ", "◦ ", "・", "•"} {
		if rest, ok := strings.CutPrefix(s, mark); ok && trim(rest) != "" {
			return trim(rest), true
		}
	}
	return "", false
}
