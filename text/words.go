package text

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Word is a word of a text as queries see it.
type Word struct {
	Text       string // folded; never empty
	Start, End int    // byte offsets in the text it was found in: s[Start:End] are the exact words
}

// Words splits s into words as queries see them. A word is a run of letters, digits and their marks, with apostrophes
// between letters ("O’Brien" is "o'brien"). A possessive is dropped: "Trump’s" is "trump", "workers’" is "workers".
// Hyphens and all other punctuation split. Chinese, Japanese, Thai, Lao, Khmer and Burmese are one word a character. A
// character that stands for several words gives several with the same offsets.
func Words(s string) []Word {
	return AppendWords(nil, s)
}

// AppendWords appends the words of s to words, for callers that read many texts one after the other.
func AppendWords(words []Word, s string) []Word {
	if s == "" {
		return words
	}
	words = slices.Grow(words, len(s)/5+4)
	lower := lowerASCII(s)
	t := wordScanner{s: s, lower: lower}
	for i := 0; i < len(s); {
		if !asciiLetter[s[i]] {
			if s[i] < utf8.RuneSelf {
				i++
				continue
			}
		} else {
			j := i + 1
			for j < len(s) && asciiLetter[s[j]] {
				j++
			}
			if j == len(s) || s[j] < utf8.RuneSelf && s[j] != '\'' {
				words = append(words, Word{lower[i:j], i, j})
				i = j
				continue
			}
		}
		t.at = i
		if t.next() {
			words = t.append(words)
		}
		i = t.at
	}
	return words
}

// lowerASCII returns s with its ASCII letters in lower case and every byte in its place.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if c := b[i]; 'A' <= c && c <= 'Z' {
					b[i] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// asciiLetter tells letters and digits.
var asciiLetter = func() (t [256]bool) {
	for c := range byte(utf8.RuneSelf) {
		t[c] = '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
	}
	return t
}()

// wordScanner finds the words of s one after the other.
type wordScanner struct {
	s          string
	lower      string // s in lower case as far as it is ASCII
	at         int    // read up to here
	start, end int    // of the word that was found
	plain      bool   // it is ASCII
	buf        []byte
}

// next reads one word, or one character that is none, and reports whether it found a word.
func (t *wordScanner) next() bool {
	u, n := unitOf(t.s[t.at:])
	switch u.class {
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
	return false
}

// marks passes what belongs to the character before.
func (t *wordScanner) marks() {
	t.end = t.at
	for i := t.at; i < len(t.s); {
		u, n := unitOf(t.s[i:])
		if u.class != mark && u.class != joins {
			return
		}
		i += n
		if u.class == mark {
			t.at, t.end = i, i
		}
	}
}

// word passes a run of letters that begins at t.at.
func (t *wordScanner) word() {
	s, i := t.s, t.at
	t.plain, t.end = true, i
	for i < len(s) {
		if asciiLetter[s[i]] {
			i++
			t.end = i
			continue
		}
		u, n := unitOf(s[i:])
		switch u.class {
		case letter, mark:
			t.plain = false
			i += n
			t.end = i
			continue
		case joins:
			t.plain = false
			i += n
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
	t.at = t.end
}

// continues reports whether a letter stands at i.
func (t *wordScanner) continues(i int) bool {
	if i >= len(t.s) {
		return false
	}
	u, _ := unitOf(t.s[i:])
	return u.class == letter
}

// possessive reports whether the letter at i, after an apostrophe, is an s that ends the word.
func (t *wordScanner) possessive(i int) bool {
	if t.s[i]|0x20 != 's' {
		return false
	}
	if i+1 >= len(t.s) {
		return true
	}
	u, n := unitOf(t.s[i+1:])
	switch u.class {
	case letter, mark, joins:
		return false
	case apostrophe:
		return !t.continues(i + 1 + n)
	}
	return true
}

// append adds the word that was found, folded.
func (t *wordScanner) append(words []Word) []Word {
	if t.plain {
		return append(words, Word{t.lower[t.start:t.end], t.start, t.end})
	}
	raw := t.s[t.start:t.end]
	if u, n := unitOf(raw); n == len(raw) && u.class == single && u.known && u.fold == raw {
		return append(words, Word{raw, t.start, t.end})
	}
	t.buf = appendFold(t.buf[:0], raw)
	folded := string(t.buf)
	if !strings.Contains(folded, "'") && isWord(folded) {
		return append(words, Word{folded, t.start, t.end})
	}
	inner := wordScanner{s: folded}
	for inner.at < len(folded) {
		if inner.next() {
			words = append(words, Word{folded[inner.start:inner.end], t.start, t.end})
		}
	}
	return words
}

// isWord reports whether the folded word is one word still: compatibility forms such as U+FDFA or U+337F hold several, and some hold none.
func isWord(folded string) bool {
	first := separates
	for i := 0; i < len(folded); {
		u, n := unitOf(folded[i:])
		switch {
		case i == 0 && (u.class == letter || u.class == single):
			first = u.class
		case u.class == separates, u.class == joins, first == separates:
			return false
		case u.class == single || first == single && u.class != mark:
			return false
		}
		i += n
	}
	return first != separates
}
