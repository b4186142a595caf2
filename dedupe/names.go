package dedupe

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// Templates (weather, market, earnings reports) share their sentences and differ in figures and names. So names and figures are looked at apart.
// Letter case is gone from the normal form; capitalised words are therefore taken from the text itself.

// maxNames bounds how many different names or figures of a text count.
const maxNames = 512

// names returns the hashes of the different capitalised words of texts that do not begin a sentence, folded as tokens are, rising. Scripts without letter case have none.
func names(texts ...string) []uint64 {
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
func figures(list ...*tokens) []uint64 {
	var out []uint64
	for _, t := range list {
		h, digits := uint64(fnvOffset), false
		for _, c := range t.buf {
			if c != ' ' {
				digits = digits || '0' <= c && c <= '9'
				h = (h ^ uint64(c)) * fnvPrime
				continue
			}
			if digits && len(out) < 4*maxNames {
				out = append(out, h)
			}
			h, digits = fnvOffset, false
		}
	}
	return distinct(out)
}

// distinct sorts values and drops what is there twice.
func distinct(v []uint64) []uint64 {
	slices.Sort(v)
	return slices.Compact(v)
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
