package feeds

import (
	"html"
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxReference is the longest reference that is looked for, in bytes from "&" to ";". HTML's longest name has 31.
const maxReference = 64

// entitySet are the entities a document type declares. What they expand to is bounded for the whole document, since a
// reference of three bytes may stand for a thousand.
type entitySet struct {
	values map[string]string
	left   int // bytes they may still expand to
}

// maxExpansion is what all references to a document's own entities may expand to, in bytes.
const maxExpansion = 1 << 20

// expand returns what an entity stands for.
func (e *entitySet) expand(name string) (string, bool) {
	if e == nil || e.values == nil {
		return "", false
	}
	v, ok := e.values[name]
	if ok && e.left < len(v) {
		return "", true
	}
	e.left -= len(v)
	return v, ok
}

// decodeReferences replaces character references, XML's and HTML's named ones, and those of entities. What is no
// reference stays as it is: "AT&T", "?a=1&copy=2". The result has no character XML forbids.
func decodeReferences(s string, entities *entitySet) string {
	amp := strings.IndexByte(s, '&')
	if amp < 0 {
		return s
	}
	return string(appendDecoded(make([]byte, 0, len(s)), s, entities, math.MaxInt))
}

// appendDecoded is decodeReferences into out, which grows to limit and not much further.
func appendDecoded(out []byte, s string, entities *entitySet, limit int) []byte {
	for {
		amp := strings.IndexByte(s, '&')
		if amp < 0 {
			amp = len(s)
		}
		amp = min(amp, limit-len(out))
		out = append(out, s[:amp]...)
		if s = s[amp:]; s == "" || len(out) >= limit {
			return out
		}
		n := 0
		if out, n = appendReference(out, s, entities); n == 0 {
			out = append(out, '&')
			n = 1
		}
		s = s[n:]
	}
}

// appendReference decodes the reference s starts with and returns its width, 0 when it is none.
func appendReference(out []byte, s string, entities *entitySet) ([]byte, int) {
	if len(s) > 3 {
		switch { // by far the most frequent
		case s[1] == 'l' && s[2] == 't' && s[3] == ';':
			return append(out, '<'), 4
		case s[1] == 'g' && s[2] == 't' && s[3] == ';':
			return append(out, '>'), 4
		case s[1] == '#':
			return appendNumeric(out, s)
		case strings.HasPrefix(s, "&amp;"):
			return append(out, '&'), 5
		case strings.HasPrefix(s, "&quot;"):
			return append(out, '"'), 6
		}
	}
	end := 1
	for end < len(s) && end < maxReference && (nameByte(s[end])) && s[end] != ':' {
		end++
	}
	if end == 1 || end >= len(s) || s[end] != ';' {
		return out, 0
	}
	name := s[1:end]
	if v, ok := entities.expand(name); ok {
		return append(out, v...), end + 1
	}
	if name == "apos" {
		return append(out, '\''), end + 1
	}
	ref := s[:end+1]
	if v := html.UnescapeString(ref); v != ref && v != html.UnescapeString(ref[:end])+";" {
		return append(out, v...), end + 1
	}
	return out, 0
}

// appendNumeric decodes "&#233;" or "&#xE9;". Two surrogates make one character, C1 controls are windows-1252, and what
// XML forbids is left out.
func appendNumeric(out []byte, s string) ([]byte, int) {
	r, n := numeric(s)
	if n == 0 {
		return out, 0
	}
	if utf16.IsSurrogate(r) {
		low, m := numeric(s[n:])
		if c := utf16.DecodeRune(r, low); m > 0 && c != utf8.RuneError {
			return utf8.AppendRune(out, c), n + m
		}
		return utf8.AppendRune(out, utf8.RuneError), n
	}
	if r >= 0x80 && r < 0xA0 {
		r = fromC1(r)
	}
	if !legalChar(r) {
		return out, n
	}
	return utf8.AppendRune(out, r), n
}

// numeric reads a numeric reference and returns its width, 0 when s starts with none. A missing ";" is forgiven where
// something that is no digit follows. Numbers beyond Unicode become 0.
func numeric(s string) (rune, int) {
	if len(s) < 3 || s[0] != '&' || s[1] != '#' {
		return 0, 0
	}
	i, base := 2, rune(10)
	if s[2]|0x20 == 'x' {
		i, base = 3, 16
	}
	start := i
	var r rune
	for ; i < len(s) && i < maxReference; i++ {
		d := digit(s[i])
		if d < 0 || d >= base {
			break
		}
		if r <= 0x10FFFF {
			r = r*base + d
		}
	}
	if i == start {
		return 0, 0
	}
	if r > 0x10FFFF {
		r = 0
	}
	if i < len(s) && s[i] == ';' {
		return r, i + 1
	}
	return r, i
}

// digit is the value of a hexadecimal digit, -1 for other bytes.
func digit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return -1
}
