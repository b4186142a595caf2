package feeds

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// legalRune returns the width of the first rune of s, which is not ASCII, and whether XML 1.0 (section 2.2) allows it.
func legalRune(s string) (int, bool) {
	r, size := utf8.DecodeRuneInString(s)
	return size, (r != utf8.RuneError || size == 3) && r != 0xFFFE && r != 0xFFFF
}

// legalChar reports whether XML 1.0 allows r.
func legalChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xD800:
		return true
	}
	return r >= 0xE000 && r <= 0x10FFFF && r != 0xFFFE && r != 0xFFFF
}

// cleanText leaves out what XML 1.0 forbids and reads C1 control characters as windows-1252, which is what was meant.
func cleanText(s string) string {
	i := firstUnclean(s)
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	out = append(out, s[:i]...)
	for _, r := range s[i:] {
		switch {
		case r >= 0x80 && r < 0xA0:
			out = utf8.AppendRune(out, fromC1(r))
		case r == 0xFEFF:
		case legalChar(r):
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}

// firstUnclean is the offset of the first character cleanText would change, or -1.
func firstUnclean(s string) int {
	const ones = 0x0101010101010101
	for i := 0; i < len(s); i++ {
		for i+8 <= len(s) { // eight bytes at once, when none is a control or beyond ASCII
			w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
				uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
			if (w|(w-0x20*ones))&(0x80*ones) != 0 {
				break
			}
			i += 8
		}
		if i == len(s) {
			break
		}
		switch c := s[i]; {
		case c >= 0x20 && c < 0xC2:
		case c < 0x20:
			if c != '\n' && c != '\t' && c != '\r' {
				return i
			}
		case c == 0xC2:
			if i+1 < len(s) && s[i+1] < 0xA0 {
				return i
			}
		case c == 0xEF:
			if i+2 < len(s) && (s[i+1] == 0xBF && s[i+2] >= 0xBE || s[i+1] == 0xBB && s[i+2] == 0xBF) {
				return i
			}
		}
	}
	return -1
}

// fromC1 is the character a C1 control stands for in windows-1252; those it leaves undefined become a space.
func fromC1(r rune) rune {
	if m := charmap.Windows1252.DecodeByte(byte(r)); m != utf8.RuneError && m >= 0xA0 {
		return m
	}
	return ' '
}
