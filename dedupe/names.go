package dedupe

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Templates (weather, market, earnings reports) share their sentences and differ in figures and names. So names and
// figures are looked at apart. Letter case is gone from the normal form; capitalised words are therefore taken from the
// text itself.

// maxNames bounds how many different names or figures of a text count.
const maxNames = 512

// namesOf returns the hashes of the different capitalised words of texts that do not begin a sentence, folded as tokens
// are, rising. Scripts without letter case have none.
func namesOf(texts ...string) []uint64 {
	var out []uint64
	var t tokens
	for _, s := range texts {
		begins := true // a sentence begins here
		for i := 0; i < len(s); {
			r, n := utf8.DecodeRuneInString(s[i:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				switch r {
				case '.', '!', '?', '\n', ':', '"', '“', '”', '«', '»', '„', '…', '·', '•', '—', '–', '|':
					begins = true
				}
				i += n
				continue
			}
			end := i
			for end < len(s) {
				w, size := utf8.DecodeRuneInString(s[end:])
				if !unicode.IsLetter(w) && !unicode.IsDigit(w) && !unicode.IsMark(w) && !joiner(w) {
					break
				}
				end += size
			}
			if unicode.IsUpper(r) && !begins && len(out) < 4*maxNames {
				t.reset(position{})
				t.add(s[i:end])
				for h := range t.hashes() {
					out = append(out, h)
				}
			}
			begins = false
			i = end
		}
	}
	return distinct(out)
}

// figures returns the hashes of the different tokens that hold a digit, rising.
func figures(t *tokens) []uint64 {
	var out []uint64
	for i := 0; i < len(t.buf) && len(out) < 4*maxNames; i++ {
		if c := t.buf[i]; c < '0' || c > '9' {
			continue
		}
		start := bytes.LastIndexByte(t.buf[:i], ' ') + 1
		for t.buf[i] != ' ' {
			i++
		}
		out = append(out, hashOf(t.buf[start:i]))
	}
	return distinct(out)
}

// distinct sorts hashes and drops what is there twice.
func distinct(v []uint64) []uint64 {
	const few = 64
	if len(v) > few {
		v = spread(v)
	} else {
		slices.Sort(v)
	}
	return slices.Compact(v)
}

// spread returns hashes in rising order: they are even enough to be dealt by their first byte, which leaves little to sort.
func spread(v []uint64) []uint64 {
	var ends [256]int
	for _, h := range v {
		ends[h>>56]++
	}
	n := 0
	for i, count := range ends {
		ends[i] = n
		n += count
	}
	out := make([]uint64, len(v))
	for _, h := range v {
		out[ends[h>>56]] = h
		ends[h>>56]++
	}
	start := 0
	for _, end := range ends {
		slices.Sort(out[start:end])
		start = end
	}
	return out
}

// shared counts what two rising lists have in common.
func shared(a, b []uint64) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n++
			i++
			j++
		}
	}
	return n
}
