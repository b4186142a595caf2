package feeds

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// byLanguage is the encoding a language was usually written in before UTF-8.
var byLanguage = map[string]string{
	"ja": "shift_jis", "ko": "euc-kr", "zh": "gbk", "zh-tw": "big5", "zh-hk": "big5", "el": "windows-1253", "he": "windows-1255",
	"iw": "windows-1255", "ar": "windows-1256", "fa": "windows-1256", "ur": "windows-1256", "th": "windows-874", "tr": "windows-1254",
	"pl": "windows-1250", "cs": "windows-1250", "sk": "windows-1250", "hu": "windows-1250", "hr": "windows-1250", "sl": "windows-1250",
	"ro": "windows-1250", "lt": "windows-1257", "lv": "windows-1257", "et": "windows-1257", "vi": "windows-1258",
}

// guessSample is how much of a document the guess looks at, in bytes.
const guessSample = 256 << 10

// likelyCharset guesses a legacy encoding: by the letters of a script when they are clear, else from the language the
// document states, else Western.
func likelyCharset(data []byte) string {
	data = data[:min(len(data), guessSample)]
	if name := likelyMultibyte(data); name != "" {
		return name
	}
	if name := likelyScript(data); name != "" {
		return name
	}
	lang := statedLanguage(data)
	primary, _, _ := strings.Cut(lang, "-")
	for _, l := range []string{lang, primary} {
		if name, ok := byLanguage[l]; ok {
			return name
		}
	}
	return "windows-1252"
}

// statedLanguage finds <language>xx</language> or xml:lang="xx".
func statedLanguage(data []byte) string {
	head := data[:min(len(data), 8192)]
	for _, mark := range []string{"<language>", "<dc:language>", `xml:lang="`, `xml:lang='`} {
		if _, rest, ok := bytes.Cut(head, []byte(mark)); ok {
			rest = rest[:min(len(rest), 16)]
			if end := bytes.IndexAny(rest, "<\"'"); end >= 0 {
				return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(string(rest[:end]))), "_", "-")
			}
		}
	}
	return ""
}

// likelyMultibyte tries the encodings of East Asia: the text has to decode without faults and to consist of what their
// languages consist of: kana, Hangul, or the most frequent Chinese characters, simplified or traditional.
func likelyMultibyte(data []byte) string {
	for _, c := range [...]struct {
		name  string
		share float64 // of the characters beyond ASCII that has to be usual
		usual func(rune) bool
	}{
		{"shift_jis", 0.35, isKana}, {"euc-jp", 0.35, isKana}, {"euc-kr", 0.7, isHangul}, {"gbk", 0.12, isFrequentHan("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经")},
		{"big5", 0.12, isFrequentHan("的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經")},
	} {
		body, err := decodeAs(data, c.name)
		if err != nil {
			continue
		}
		high, usual, bad := 0, 0, 0
		for _, r := range body {
			switch {
			case r < utf8.RuneSelf:
			case r == utf8.RuneError:
				bad++
			default:
				high++
				if c.usual(r) {
					usual++
				}
			}
		}
		if high >= 6 && bad*200 <= high && float64(usual) >= c.share*float64(high) {
			return c.name
		}
	}
	return ""
}

// isKana leaves out the half-width forms, single bytes that any legacy text has.
func isKana(r rune) bool { return r >= 0x3041 && r <= 0x30FF }

func isHangul(r rune) bool { return unicode.Is(unicode.Hangul, r) }

func isFrequentHan(set string) func(rune) bool {
	return func(r rune) bool { return strings.ContainsRune(set, r) }
}

// scripts are single-byte encodings with the letters that make most of a text in their languages. Small letters of one
// Cyrillic encoding are capitals or signs in the others, so the same letters tell them apart.
var scripts = [...]struct {
	name    string
	charset *charmap.Charmap
	letters string
}{
	{"windows-1251", charmap.Windows1251, "оеаинтсрвлікд"},
	{"koi8-r", charmap.KOI8R, "оеаинтсрвлкд"},
	{"ibm866", charmap.CodePage866, "оеаинтсрвлкд"},
	{"iso-8859-5", charmap.ISO8859_5, "оеаинтсрвлкд"},
	{"windows-1253", charmap.Windows1253, "αιοεστνηυρπκμλςόίάέήύώ"},
	{"windows-1255", charmap.Windows1255, "יוהלאתרמבשנ"},
	{"windows-1256", charmap.Windows1256, "اليمونترهبةدسع"},
	{"windows-874", charmap.Windows874, "านรอกเงมยล่วด้ีทสตะปั"},
}

// likelyScript finds the encoding under which most letters are frequent ones. Western letters beyond ASCII stand alone;
// the words of other scripts are runs of them.
func likelyScript(data []byte) string {
	var count [256]int
	high, runs, prev := 0, 0, false
	for _, c := range data {
		now := c >= 0x80
		if now {
			count[c]++
			high++
			if !prev {
				runs++
			}
		}
		prev = now
	}
	if high < 12 || high < runs*3 {
		return ""
	}
	best, name := 0, ""
	for _, s := range scripts {
		n := 0
		for c := 0x80; c < 0x100; c++ {
			if count[c] > 0 && strings.ContainsRune(s.letters, s.charset.DecodeByte(byte(c))) {
				n += count[c]
			}
		}
		if n > best {
			best, name = n, s.name
		}
	}
	if best*2 < high {
		return ""
	}
	return name
}
