package seeds

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxPath is the longest path below a folder that is read, in bytes as KeptPath writes it: the store keeps a little more.
const MaxPath = 8000

const upperHex = "0123456789ABCDEF"

// KeptPath renders a file's path so that it can be kept and shown: valid UTF-8 in one line. Bytes that are not UTF-8
// (the names of an old ZIP archive), control characters, line separators and marks that turn the direction of writing
// stand as \xHH, each byte for itself. A path that holds none of them stays as it is, and no two paths have the same
// rendering: what looks like \xHH already has its backslash written \x5C.
func KeptPath(raw string) string {
	at := 0
	for at < len(raw) {
		n, plain := plainAt(raw[at:])
		if !plain {
			break
		}
		at += n
	}
	if at == len(raw) {
		return raw
	}
	var b strings.Builder
	b.WriteString(raw[:at])
	for at < len(raw) {
		n, plain := plainAt(raw[at:])
		if plain {
			b.WriteString(raw[at : at+n])
		} else {
			for _, c := range []byte(raw[at : at+n]) {
				b.WriteString(`\x`)
				b.WriteByte(upperHex[c>>4])
				b.WriteByte(upperHex[c&15])
			}
		}
		at += n
	}
	return b.String()
}

// plainAt returns the length of the first character of s, which is not empty, and whether it stands for itself.
func plainAt(s string) (n int, plain bool) {
	if _, escaped := escapedByte(s); escaped {
		return 1, false
	}
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1, unicode.IsControl(r):
		return n, false
	case r == '\u2028', r == '\u2029', '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
		return n, false
	case r&0xfffe == 0xfffe, 0xfdd0 <= r && r <= 0xfdef: // no characters
		return n, false
	}
	return n, true
}

// rawPath is the inverse of KeptPath.
func rawPath(kept string) string {
	if !strings.Contains(kept, `\x`) {
		return kept
	}
	var b strings.Builder
	for i := 0; i < len(kept); {
		if c, ok := escapedByte(kept[i:]); ok {
			b.WriteByte(c)
			i += len(`\xHH`)
			continue
		}
		b.WriteByte(kept[i])
		i++
	}
	return b.String()
}

// escapedByte reads the \xHH that s begins with.
func escapedByte(s string) (byte, bool) {
	if len(s) < len(`\xHH`) || s[0] != '\\' || s[1] != 'x' {
		return 0, false
	}
	high, low := strings.IndexByte(upperHex, s[2]), strings.IndexByte(upperHex, s[3])
	if high < 0 || low < 0 {
		return 0, false
	}
	return byte(high<<4 | low), true
}

// Rendered reports whether the file has another name than File.Path says, because that one could not be kept or shown.
func (f *File) Rendered() bool { return rawPath(f.Path) != f.Path }
