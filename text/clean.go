package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns s as valid UTF-8 that may stand in an XML 1.0 document (section 2.2, production Char): each run of invalid bytes becomes
// one U+FFFD; control characters but tab and line feed, and noncharacters, are gone. Line ends become "\n".
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	bad := false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			if !bad {
				b.WriteRune(utf8.RuneError)
			}
		case r == '\r':
			if i+1 >= len(s) || s[i+1] != '\n' {
				b.WriteByte('\n')
			}
		case legal(r):
			b.WriteString(s[i : i+n])
		}
		bad = r == utf8.RuneError && n == 1
		i += n
	}
	return b.String()
}

// validUTF8 returns s with each run of invalid bytes replaced by U+FFFD.
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// isClean reports whether Clean has nothing to do.
func isClean(s string) bool {
	for i := 0; i < len(s); {
		for i+8 <= len(s) && printable(s[i:i+8]) {
			i += 8
		}
		if i == len(s) {
			break
		}
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' || c == 0x7F {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !legal(r) {
			return false
		}
		i += n
	}
	return true
}

// printable reports whether the first eight bytes of s are printable ASCII, space included.
func printable(s string) bool {
	_ = s[7]
	w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	const ones, high = 0x0101010101010101, 0x8080808080808080
	return (w|(w-' '*ones)|(w+ones))&high == 0 // no byte is 0x80 or more, less than a space, or a delete
}

// legal reports whether r may stand in our texts: the production Char of XML 1.0 without the control characters it discourages.
func legal(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n'
	case r < 0x7F:
		return true
	case r < 0xA0:
		return r == 0x85
	case r >= 0xFDD0 && r <= 0xFDEF:
		return false
	}
	return r&0xFFFE != 0xFFFE
}

// Line returns s as one line of plain text: valid UTF-8, control characters gone, white space collapsed to single
// spaces and trimmed, and directions Balanced: what is written beside it cannot be turned around.
func Line(s string) string {
	if isLine(s) {
		return s
	}
	s = Clean(s)
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) || r == '\u2028' || r == '\u2029' {
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return Balanced(b.String())
}

// isLine reports whether s is an ASCII line that Line would return as it is.
func isLine(s string) bool {
	prev := byte(' ')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c >= 0x7F || c == ' ' && prev == ' ' {
			return false
		}
		prev = c
	}
	return prev != ' ' || s == ""
}

// Truncate returns s when it has at most runes characters, else its beginning with "…" in at most runes characters,
// cut between words where there is a space in the last third of it. With runes below 1 it returns "". Directions are Balanced, by
// characters that nobody sees and that are not counted.
func Truncate(s string, runes int) string {
	if runes < 1 {
		return ""
	}
	if len(s) <= runes || utf8.RuneCountInString(s) <= runes {
		return Balanced(s)
	}
	cut, n := 0, 0 // cut: where the last character that fits ends, which leaves one for the ellipsis
	for i := range s {
		if n == runes-1 {
			cut = i
			break
		}
		n++
	}
	head := s[:cut]
	if next, _ := utf8.DecodeRuneInString(s[cut:]); !unicode.IsSpace(next) {
		if i := strings.LastIndexFunc(head, unicode.IsSpace); i > 0 && utf8.RuneCountInString(head[:i]) >= runes*2/3 {
			head = head[:i]
		}
	}
	head = strings.TrimRightFunc(head, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Mn, r) || strings.ContainsRune(",;:-–—", r)
	})
	return Balanced(head + "…")
}
