package text

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// class is what a character does to a word.
type class uint8

const (
	separates  class = iota
	letter           // begins or continues a word
	single           // is a word
	mark             // continues a word or a single, else separates
	joins            // invisible: continues a word if a letter follows
	apostrophe       // continues a word between two letters
)

// unit is a character: what it does to a word and what it is folded to.
type unit struct {
	class class
	known bool // fold is right whatever stands beside the character
	fold  string
}

// tableSize covers Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic.
const tableSize = 0x0700

// The characters most texts are made of. All but ASCII is computed when a text first has it.
var (
	asciiUnits  = newUnits(0, utf8.RuneSelf)
	letters     = lazyUnits(0, tableSize)
	thai        = lazyUnits(0x0E00, 0x0F00) // and Lao
	vietnamese  = lazyUnits(0x1E00, 0x1F00)
	punctuation = lazyUnits(0x2000, 0x2070)
	kana        = lazyUnits(0x3000, 0x3100) // and CJK punctuation
)

func lazyUnits(first, end rune) func() []unit {
	return sync.OnceValue(func() []unit { return newUnits(first, end) })
}

func newUnits(first, end rune) []unit {
	units := make([]unit, 0, end-first)
	var buf, out []byte
	for r := first; r < end; r++ {
		buf = buf[:0]
		for _, d := range norm.NFKD.String(string(r)) {
			buf = appendFoldRune(buf, d)
		}
		out = norm.NFC.Append(out[:0], buf...)
		c := classOf(r)
		units = append(units, unit{c, c != mark || first == 0 || first == 0x0E00, amForms.Replace(string(out))})
	}
	return units
}

// unitOf returns the first character of s, which is not empty, and its size. Only what is known may be folded by itself.
func unitOf(s string) (unit, int) {
	if c := s[0]; c < utf8.RuneSelf {
		return asciiUnits[c], 1
	}
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r < tableSize:
		return letters()[r], n
	case r >= 0x4E00 && r <= 0x9FFF:
		return unit{single, true, s[:n]}, n
	case r >= 0xAC00 && r <= 0xD7A3 && !jamo(s[n:]):
		return unit{letter, true, s[:n]}, n
	case r >= 0x2000 && r < 0x2070:
		return punctuation()[r-0x2000], n
	case r >= 0x3000 && r < 0x3100:
		return kana()[r-0x3000], n
	case r >= 0x0E00 && r < 0x0F00:
		return thai()[r-0x0E00], n
	case r >= 0x1E00 && r < 0x1F00:
		return vietnamese()[r-0x1E00], n
	}
	return unit{class: classOf(r)}, n
}

// jamo reports whether s begins with a part of a Hangul syllable.
func jamo(s string) bool { return strings.HasPrefix(s, "\xE1\x86") || strings.HasPrefix(s, "\xE1\x87") }

func classOf(r rune) class {
	switch {
	case isApostrophe(r):
		return apostrophe
	case ignorable(r):
		return joins
	case r == 0xFF9E || r == 0xFF9F: // halfwidth voicing marks
		return mark
	case r == 0x30FC || r == 0xFF70: // prolonged sound mark
		return single
	case r >= 0x3200 && r <= 0x33FF: // words and units in one character
		return single
	case unicode.IsMark(r):
		return mark
	case unicode.IsLetter(r), unicode.Is(unicode.Nl, r):
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
			return single
		}
		return letter
	case unicode.Is(unicode.No, r):
		if strings.ContainsRune(norm.NFKD.String(string(r)), 0x2044) { // a fraction
			return single
		}
		return letter
	case unicode.Is(unicode.Nd, r):
		return letter
	}
	return separates
}
