package mail

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The widths of a header line, which RFC 2047 section 2 limits to 76 where it has an encoded word, and of an encoded
// word: at most 75, and so short that the longest of our field names fits before it.
const (
	headerLine  = 76
	encodedWord = headerLine - len("Subject: ")
)

// plainWords reports whether s may stand in a header as it is: printable ASCII, nothing that looks like an encoded
// word, no word that cannot be folded.
func plainWords(s string) bool {
	if strings.Contains(s, "=?") {
		return false
	}
	word := 0
	for _, r := range s {
		if r < ' ' || r > '~' {
			return false
		}
		if word++; r == ' ' {
			word = 0
		}
		if word > headerLine-2 {
			return false
		}
	}
	return true
}

// unstructured returns one clean line of text as a header value (RFC 2047 section 5 where it is not plain ASCII).
func unstructured(s string) string {
	if plainWords(s) {
		return s
	}
	return encodeWords(s)
}

// encodeWords writes s as encoded words separated by spaces: Q where most of it is ASCII, else B. Words end between characters.
func encodeWords(s string) string {
	ascii := 0
	for _, r := range s {
		if r < utf8.RuneSelf {
			ascii++
		}
	}
	encode, room := encodeQ, encodedWord-len("=?utf-8?q??=")
	head := "=?utf-8?q?"
	if 2*ascii < utf8.RuneCountInString(s) {
		encode, head = encodeB, "=?utf-8?b?"
		room = room / 4 * 3 // bytes; as many characters of base64
	}
	var words []string
	var chunk, coded strings.Builder
	flush := func() {
		if head == "=?utf-8?b?" {
			words = append(words, head+base64.StdEncoding.EncodeToString([]byte(chunk.String()))+"?=")
		} else {
			words = append(words, head+coded.String()+"?=")
		}
		chunk.Reset()
		coded.Reset()
	}
	used := 0
	for _, r := range s {
		e := encode(r)
		if used > 0 && used+len(e) > room {
			flush()
			used = 0
		}
		chunk.WriteRune(r)
		coded.WriteString(e)
		used += len(e)
	}
	if used > 0 {
		flush()
	}
	return strings.Join(words, " ")
}

// encodeQ writes r in the Q encoding as it is safe in a phrase, too (RFC 2047 sections 4.2 and 5).
func encodeQ(r rune) string {
	switch {
	case r == ' ':
		return "_"
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '!', r == '*', r == '+', r == '-', r == '/':
		return string(r)
	}
	var b strings.Builder
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(&b, "=%02X", c)
	}
	return b.String()
}

// encodeB returns r's own bytes: base64 is applied to whole words.
func encodeB(r rune) string { return string(r) }

// field returns a folded header field with its line end. Value has no line breaks and is folded at single spaces.
func field(name, value string) string {
	var b strings.Builder
	b.WriteString(name + ":")
	used := len(name) + 1
	for i, word := range strings.Split(value, " ") {
		if i > 0 && used+1+len(word) > headerLine {
			b.WriteString("\r\n")
			used = 0
		}
		b.WriteString(" " + word)
		used += 1 + len(word)
	}
	b.WriteString("\r\n")
	return b.String()
}
