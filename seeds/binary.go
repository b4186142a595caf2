package seeds

import (
	"bytes"
	"unicode/utf8"

	"mediawatch/page"
)

// magics are the first bytes of files that people drop into a folder by mistake.
var magics = []struct{ prefix, kind string }{
	{"%PDF-", "a PDF document"},
	{"PK\x03\x04", "a ZIP archive or office document"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document of the old format"},
	{"{\\rtf", "a rich-text document"},
	{"\x89PNG\r\n", "a picture"}, {"\xff\xd8\xff", "a picture"}, {"GIF8", "a picture"}, {"RIFF", "a picture or sound"},
	{"\x1f\x8b", "a compressed file"}, {"BZh", "a compressed file"}, {"\xfd7zXZ\x00", "a compressed file"}, {"7z\xbc\xaf\x27\x1c", "a compressed file"}, {"\x28\xb5\x2f\xfd", "a compressed file"}, {"Rar!", "a compressed file"},
	{"\x7fELF", "a program"}, {"MZ\x90", "a program"}, {"SQLite format 3\x00", "a database"}, {"OggS", "a sound file"}, {"ID3", "a sound file"},
}

// binaryKind says what kind of binary data it is, "" for text. Text may be in any encoding; UTF-16 has zero bytes, other text has none.
func binaryKind(data []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(data, []byte(m.prefix)) {
			return m.kind
		}
	}
	sample := data[:min(len(data), 32<<10)]
	if utf8.Valid(sample) && bytes.IndexByte(sample, 0) < 0 && controls(string(sample))*50 <= len(sample) {
		return ""
	}
	decoded := page.Decode(sample, "")
	if decoded.Encoding != "utf-16le" && decoded.Encoding != "utf-16be" && bytes.IndexByte(sample, 0) >= 0 {
		return "binary data (zero bytes)"
	}
	bad := controls(decoded.Text)
	if n := utf8.RuneCountInString(decoded.Text); n > 0 && bad*25 > n {
		return "binary data"
	}
	return ""
}

// controls counts characters that no text holds.
func controls(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r == '\t', r == '\n', r == '\r', r == '\f', r == 0x1b, r == 0x1a:
		case r < 0x20, r == 0x7f, r >= 0x80 && r < 0xa0 && r != 0x85, r == utf8.RuneError, r >= 0xe000 && r <= 0xf8ff:
			n++
		}
	}
	return n
}
