package text

import (
	"strings"
	"unicode/utf8"
)

// The characters that change the direction of what follows them (Unicode Standard Annex #9, section 2).
const (
	popDirection = '\u202C' // PDF: ends an embedding or override
	popIsolate   = '\u2069' // PDI: ends an isolate, and the embeddings in it
)

// maxDirections is how deep directions may nest; Unicode ends at 125, and no text in earnest needs more than a few.
const maxDirections = 32

// Balanced returns s with every change of direction ended where its line ends, at the latest, and without ends of what
// did not begin. What is written behind s on the same line then keeps its own direction, whatever s holds. A string
// without such characters comes back as it is; in another, invalid UTF-8 becomes U+FFFD, or what is taken out would
// leave bytes together that were apart.
func Balanced(s string) string {
	if !hasDirections(s) {
		return s
	}
	s = validUTF8(s)
	var b strings.Builder
	b.Grow(len(s) + 3)
	var open []rune // what ends each change that is open
	closeTo := func(n int) {
		for len(open) > n {
			b.WriteRune(open[len(open)-1])
			open = open[:len(open)-1]
		}
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch end := endOf(r); {
		case end != 0:
			if len(open) == maxDirections {
				break
			}
			b.WriteRune(r)
			open = append(open, end)
		case r == popDirection:
			if len(open) > 0 && open[len(open)-1] == popDirection {
				closeTo(len(open) - 1)
			}
		case r == popIsolate:
			for j := len(open) - 1; j >= 0; j-- {
				if open[j] == popIsolate {
					closeTo(j)
					break
				}
			}
		default:
			if endsLine(r) {
				closeTo(0)
			}
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	closeTo(0)
	return b.String()
}

// endOf returns the character that ends the change of direction that r begins; 0 when it begins none.
func endOf(r rune) rune {
	switch r {
	case '\u202A', '\u202B', '\u202D', '\u202E': // LRE, RLE, LRO, RLO
		return popDirection
	case '\u2066', '\u2067', '\u2068': // LRI, RLI, FSI
		return popIsolate
	}
	return 0
}

// endsLine reports whether r ends what the bidirectional algorithm takes as one paragraph (type B), or a line of a terminal.
func endsLine(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return r >= 0x1C && r <= 0x1E
}

// hasDirections reports whether s may hold a character that Balanced looks at: U+202A to U+202E are E2 80 AA to AE,
// U+2066 to U+2069 are E2 81 A6 to A9.
func hasDirections(s string) bool {
	for {
		i := strings.IndexByte(s, 0xE2)
		if i < 0 || i+2 >= len(s) {
			return false
		}
		second, third := s[i+1], s[i+2]
		if second == 0x80 && third >= 0xAA && third <= 0xAE || second == 0x81 && third >= 0xA6 && third <= 0xA9 {
			return true
		}
		s = s[i+1:]
	}
}
