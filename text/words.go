package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Word is a word of a text as queries see it.
type Word struct {
	Text       string // folded; never empty
	Start, End int    // byte offsets in the text it was found in: s[Start:End] are the exact words
}

// Words splits s into words as queries see them. A word is a run of letters, digits and their marks, with apostrophes between letters ("O’Brien" is
// "o'brien"). A possessive is dropped: "Trump’s" is "trump", "workers’" is "workers". Hyphens and all other punctuation split.
// Chinese, Japanese, Thai, Lao, Khmer and Burmese are one word a character. A character that stands for several words gives several with the same offsets.
func Words(s string) []Word {
	if s == "" {
		return nil
	}
	words := make([]Word, 0, len(s)/6+1)
	t := wordScanner{s: s}
	for t.next() {
		words = t.append(words)
	}
	return words
}

// class is what a character does to a word.
type class uint8

const (
	separates  class = iota
	letter           // begins or continues a word
	single           // is a word
	mark             // continues a word, or a single; else separates
	joins            // invisible: continues a word if a letter follows
	apostrophe       // continues a word between two letters
)

var classTable = newClassTable()

func newClassTable() [tableSize]class {
	var t [tableSize]class
	for r := rune(0); r < tableSize; r++ {
		t[r] = slowClass(r)
	}
	return t
}

func classOf(r rune) class {
	switch {
	case r < tableSize:
		return classTable[r]
	case r >= 0x4E00 && r <= 0x9FFF:
		return single
	case r >= 0xAC00 && r <= 0xD7A3:
		return letter
	}
	return slowClass(r)
}

func slowClass(r rune) class {
	switch {
	case isApostrophe(r):
		return apostrophe
	case ignorable(r):
		return joins
	case r == 0xFF9E || r == 0xFF9F: // halfwidth voicing marks
		return mark
	case r == 0x30FC || r == 0xFF70: // prolonged sound mark
		return single
	case unicode.IsMark(r):
		return mark
	case unicode.IsLetter(r), unicode.Is(unicode.Nl, r):
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
			return single
		}
		return letter
	case unicode.Is(unicode.No, r):
		if strings.ContainsRune(Fold(string(r)), 0x2044) { // a fraction
			return single
		}
		return letter
	case unicode.Is(unicode.Nd, r):
		return letter
	}
	return separates
}

// wordScanner finds the words of s one after the other.
type wordScanner struct {
	s          string
	at         int // read up to here
	start, end int // of the word that was found
	plain      bool
	buf        []byte
}

// next finds the next word and reports whether there is one.
func (t *wordScanner) next() bool {
	s := t.s
	for t.at < len(s) {
		r, n := t.rune(t.at)
		switch classOf(r) {
		case letter:
			t.start = t.at
			t.word()
			return true
		case single:
			t.start, t.plain = t.at, false
			t.at += n
			t.marks()
			return true
		}
		t.at += n
	}
	return false
}

func (t *wordScanner) rune(i int) (rune, int) {
	if c := t.s[i]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(t.s[i:])
}

// marks passes what belongs to the character before.
func (t *wordScanner) marks() {
	t.end = t.at
	for i := t.at; i < len(t.s); {
		r, n := t.rune(i)
		switch classOf(r) {
		case mark:
			i += n
			t.at, t.end = i, i
			continue
		case joins:
			i += n
			continue
		}
		return
	}
}

// word passes a run of letters that begins at t.at.
func (t *wordScanner) word() {
	s := t.s
	i := t.at
	t.plain = true
	t.end = i
	for i < len(s) {
		r, n := t.rune(i)
		switch classOf(r) {
		case letter:
			t.plain = t.plain && n == 1
			i += n
			t.end = i
			continue
		case mark:
			t.plain = false
			i += n
			t.end = i
			continue
		case joins:
			i += n
			t.plain = false
			continue
		case apostrophe:
			if i == t.end && t.continues(i+n) {
				if t.possessive(i + n) {
					t.at = i + n + 1
					return
				}
				t.plain = t.plain && n == 1
				i += n
				continue
			}
		}
		break
	}
	t.at = max(i, t.end)
}

// continues reports whether a letter stands at i.
func (t *wordScanner) continues(i int) bool {
	if i >= len(t.s) {
		return false
	}
	r, _ := t.rune(i)
	return classOf(r) == letter
}

// possessive reports whether the s at i, after an apostrophe, ends the word.
func (t *wordScanner) possessive(i int) bool {
	if t.s[i]|0x20 != 's' {
		return false
	}
	if i+1 >= len(t.s) {
		return true
	}
	r, n := t.rune(i + 1)
	switch classOf(r) {
	case letter, mark, joins:
		return false
	case apostrophe:
		return !t.continues(i + 1 + n)
	}
	return true
}

// append adds the word that was found, folded.
func (t *wordScanner) append(words []Word) []Word {
	raw := t.s[t.start:t.end]
	if t.plain {
		folded, _ := foldASCII(raw)
		return append(words, Word{folded, t.start, t.end})
	}
	t.buf = appendFold(t.buf[:0], raw)
	if !utf8.Valid(t.buf) || len(t.buf) == 0 {
		return words
	}
	folded := string(t.buf)
	if whole(folded) {
		return append(words, Word{folded, t.start, t.end})
	}
	inner := wordScanner{s: folded}
	for inner.next() {
		words = append(words, Word{folded[inner.start:inner.end], t.start, t.end})
	}
	return words
}

// whole reports whether the folded word is one word.
func whole(folded string) bool {
	n := 0
	for _, r := range folded {
		switch classOf(r) {
		case separates:
			return false
		case single:
			n++
		}
	}
	return n == 0 || n == 1 && utf8.RuneCountInString(folded) <= 3
}
