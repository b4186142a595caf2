package feeds

import "unicode/utf8"

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
