package page

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

// Decoded is a document as UTF-8, with the encoding it was in.
type Decoded struct {
	Text     string // valid UTF-8, without a byte-order mark
	Encoding string // canonical name, as of the WHATWG encoding standard
}

// Decode brings a document to UTF-8. The order: byte-order mark; the zero bytes of UTF-16 without one; valid UTF-8, which beats any
// declaration of a single-byte encoding; the encoding that contentType or the document's own <meta> declares (WHATWG HTML, 13.2.3); the
// scripts of legacy encodings by what their letters look like; windows-1252.
func Decode(data []byte, contentType string) Decoded {
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		return Decoded{strings.ToValidUTF8(string(data[3:]), "\ufffd"), "utf-8"}
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return decodeUTF16(data, data[0] == 0xfe)
	}
	if big, ok := looksUTF16(data); ok {
		return decodeUTF16(data, big)
	}
	if utf8.Valid(data) {
		if !bytes.ContainsRune(data, 0x1b) {
			return Decoded{string(data), "utf-8"}
		}
		if _, name, _ := charset.DetermineEncoding(data, contentType); name != "iso-2022-jp" {
			return Decoded{string(data), "utf-8"}
		}
		return decodeWith(data, japanese.ISO2022JP, "iso-2022-jp")
	}
	enc, name, certain := charset.DetermineEncoding(data, contentType)
	// DetermineEncoding falls back to windows-1252 without being asked to; only a declaration counts here.
	if (certain || name != "windows-1252") && name != "utf-8" && name != "replacement" {
		return decodeWith(data, enc, name)
	}
	if mostlyUTF8(data) {
		return Decoded{strings.ToValidUTF8(string(data), "\ufffd"), "utf-8"}
	}
	return byScript(data)
}

func decodeUTF16(data []byte, big bool) Decoded {
	end, name := xunicode.LittleEndian, "utf-16le"
	if big {
		end, name = xunicode.BigEndian, "utf-16be"
	}
	return decodeWith(data, xunicode.UTF16(end, xunicode.UseBOM), name)
}

func decodeWith(data []byte, enc encoding.Encoding, name string) Decoded {
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil || len(out) == 0 {
		return Decoded{strings.ToValidUTF8(string(data), "\ufffd"), "utf-8"}
	}
	return Decoded{strings.TrimPrefix(strings.ToValidUTF8(string(out), "\ufffd"), "\ufeff"), name}
}

// looksUTF16 recognises UTF-16 without a mark: nearly all zero bytes lie on one side of the pairs, and there are many.
func looksUTF16(data []byte) (big, ok bool) {
	n := min(len(data), 4096) &^ 1
	if n < 8 {
		return false, false
	}
	var zeros [2]int
	for i, c := range data[:n] {
		if c == 0 {
			zeros[i&1]++
		}
	}
	half := n / 2
	switch {
	case zeros[0]*10 > half*4 && zeros[1]*20 < half:
		return true, true
	case zeros[1]*10 > half*4 && zeros[0]*20 < half:
		return false, true
	}
	return false, false
}

// mostlyUTF8 holds for UTF-8 with a few damaged bytes: at least ten whole sequences for each broken one.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		i += n
	}
	return good >= 10*bad
}

// candidate is a legacy encoding with the letters that its texts consist of.
type candidate struct {
	name   string
	enc    encoding.Encoding
	letter func(r rune) bool // of its script
	common string            // its frequent letters, in lower case
}

func scripts() []candidate {
	in := func(t ...*unicode.RangeTable) func(rune) bool {
		return func(r rune) bool { return unicode.In(r, t...) }
	}
	kana := in(unicode.Hiragana, unicode.Katakana, unicode.Han)
	const cyrillic, arabic, greek, hebrew = "оеаинтсрвл", "اليمنرتبو", "αοιετσνηυρ", "יוהלארמתבש"
	return []candidate{
		{"shift_jis", japanese.ShiftJIS, kana, "のにはをたがでとしる"},
		{"euc-jp", japanese.EUCJP, kana, "のにはをたがでとしる"},
		{"euc-kr", korean.EUCKR, in(unicode.Hangul), "이다는을의에가한고지"},
		{"gb18030", simplifiedchinese.GB18030, in(unicode.Han), "的一是在不了有和人这"},
		{"windows-1251", charmap.Windows1251, in(unicode.Cyrillic), cyrillic},
		{"koi8-r", charmap.KOI8R, in(unicode.Cyrillic), cyrillic},
		{"iso-8859-5", charmap.ISO8859_5, in(unicode.Cyrillic), cyrillic},
		{"windows-1256", charmap.Windows1256, in(unicode.Arabic), arabic},
		{"windows-1253", charmap.Windows1253, in(unicode.Greek), greek},
		{"windows-1255", charmap.Windows1255, in(unicode.Hebrew), hebrew},
	}
}

// byScript chooses among the legacy encodings: in a text of another script than Latin the bytes above 0x7f stand in rows. The one wins
// whose reading gives most letters of its script and most of its frequent ones.
func byScript(data []byte) Decoded {
	sample := data[:min(len(data), 16<<10)]
	if highRun(sample) < 2.2 {
		return decodeWith(data, charmap.Windows1252, "windows-1252")
	}
	best, bestScore := candidate{"windows-1252", charmap.Windows1252, nil, ""}, 0.75
	for _, c := range scripts() {
		if s := c.score(sample); s > bestScore {
			best, bestScore = c, s
		}
	}
	return decodeWith(data, best.enc, best.name)
}

// highRun is the mean length of the rows of bytes above 0x7f.
func highRun(data []byte) float64 {
	runs, high, in := 0, 0, false
	for _, c := range data {
		if c >= 0x80 {
			high++
			if !in {
				runs++
			}
		}
		in = c >= 0x80
	}
	if runs == 0 {
		return 0
	}
	return float64(high) / float64(runs)
}

// score is the share of the script's letters among all characters beyond ASCII, plus the share of frequent ones among
// those; damage costs double.
func (c candidate) score(sample []byte) float64 {
	out, err := c.enc.NewDecoder().Bytes(sample)
	if err != nil {
		return 0
	}
	var letters, common, all, bad float64
	for _, r := range string(out) {
		if r < 0x80 {
			continue
		}
		all++
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Co, r), r < 0xa0:
			bad++
		case c.letter(r):
			letters++
			if strings.ContainsRune(c.common, r) {
				common++
			}
		}
	}
	if all == 0 || letters == 0 {
		return 0
	}
	return letters/all + common/letters - 2*bad/all
}
