package feeds

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decoded is a document as UTF-8 text without characters XML forbids.
type decoded struct {
	text     string
	name     string // of the encoding
	warnings []string
}

// warn notes what a person should know about the document's encoding.
func (d *decoded) warn(format string, args ...any) {
	d.warnings = append(d.warnings, fmt.Sprintf(format, args...))
}

// decodeText turns a document into UTF-8. In this order: a byte order mark, Options.Charset, the zero pattern of UTF-16
// and UTF-32, valid UTF-8 (which beats a single-byte declaration), the Content-Type header, the XML declaration, and
// where nothing is declared or what is declared does not fit, what the bytes look like.
func decodeText(data []byte, o Options) decoded {
	d := decoded{name: "utf-8"}
	if body, ok := d.marked(data); ok {
		d.text = cleanText(body)
		return d
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if o.Charset != "" {
		if body, err := decodeAs(data, o.Charset); err == nil {
			d.name = canonicalName(o.Charset)
			d.text = cleanText(body)
			return d
		}
		d.warn("the configured charset %q is unknown", o.Charset)
	}
	d.text = cleanText(d.unmarked(data, o))
	return d
}

// marked decodes a document whose first bytes say what it is: UTF-16 or UTF-32 with or without a mark, or EBCDIC.
func (d *decoded) marked(data []byte) (string, bool) {
	var enc encoding.Encoding
	wide := func(name string, e encoding.Encoding) { d.name, enc = name, e }
	little16, big16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	little32, big32 := utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	if len(data) < 4 {
		return "", false
	}
	a, b, c, e := data[0], data[1], data[2], data[3]
	switch {
	case a == 0xFF && b == 0xFE && c == 0 && e == 0:
		wide("utf-32le", little32)
	case a == 0 && b == 0 && c == 0xFE && e == 0xFF:
		wide("utf-32be", big32)
	case a == 0xFF && b == 0xFE:
		wide("utf-16le", little16)
	case a == 0xFE && b == 0xFF:
		wide("utf-16be", big16)
	case a == 0 && b == 0 && c == 0 && e != 0:
		wide("utf-32be", big32)
	case a != 0 && b == 0 && c == 0 && e == 0:
		wide("utf-32le", little32)
	case a == 0 && b != 0 && c == 0 && e != 0:
		wide("utf-16be", big16)
	case a != 0 && b == 0 && c != 0 && e == 0:
		wide("utf-16le", little16)
	case binary.BigEndian.Uint32(data) == 0x4C6FA794: // "<?xm"
		wide("ibm037", charmap.CodePage037)
	default:
		return "", false
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		d.name = "utf-8"
		return "", false
	}
	return string(out), true
}

// unmarked decodes a document that ASCII bytes can be found in.
func (d *decoded) unmarked(data []byte, o Options) string {
	header, declared := headerCharset(o.ContentType), declaredCharset(data)
	for _, name := range []string{header, declared} {
		if _, err := lookup(name); name != "" && err != nil {
			d.warn("the declared encoding %q is unknown", name)
		}
	}
	if utf8.Valid(data) {
		if other := canonicalName(declared); header == "" && (other == "" || other == "utf-8") {
			return string(data)
		}
		runes := countRunes(data)
		for _, name := range []string{header, declared} {
			if body, ok := multibyte(data, name, runes); ok {
				d.name = canonicalName(name)
				return body
			}
		}
		if runes > 0 && declared != "" && canonicalName(declared) != "utf-8" {
			d.warn("the document says %s but is UTF-8", declared)
		}
		return string(data)
	}
	for _, name := range []string{header, declared} {
		if name == "" || canonicalName(name) == "utf-8" {
			continue
		}
		if body, err := decodeAs(data, name); err == nil && !strings.ContainsRune(body, utf8.RuneError) {
			d.name = canonicalName(name)
			return body
		}
	}
	return d.guess(data, header, declared)
}

// guess decodes what is neither UTF-8 nor what it says it is.
func (d *decoded) guess(data []byte, header, declared string) string {
	bad, good := mixture(data)
	if good*4 >= bad || bad <= 2 && canonicalName(orElse(header, declared)) == "utf-8" {
		d.warn("%d bytes are not UTF-8 and were read as windows-1252", bad)
		return repairUTF8(data)
	}
	for _, name := range []string{header, declared} {
		if name == "" || canonicalName(name) == "utf-8" {
			continue
		}
		if body, err := decodeAs(data, name); err == nil {
			d.name = canonicalName(name)
			d.warn("some bytes are not %s", name)
			return body
		}
	}
	name := likelyCharset(data)
	d.name = name
	d.warn("the document does not say how it is encoded; it was read as %s", name)
	body, err := decodeAs(data, name)
	if err != nil {
		return repairUTF8(data)
	}
	return body
}

// multibyte decodes valid UTF-8 as another multi-byte encoding when that is declared and the bytes leave room for it:
// the seven-bit ones where their escapes occur, the others when there are too few characters to be sure of UTF-8.
func multibyte(data []byte, name string, runes int) (string, bool) {
	switch canonicalName(name) {
	case "iso-2022-jp":
		if runes > 0 || bytes.IndexByte(data, 0x1B) < 0 {
			return "", false
		}
	case "gbk", "gb18030", "big5", "euc-jp", "euc-kr", "shift_jis":
		if runes == 0 || runes > 2 {
			return "", false
		}
	default:
		return "", false
	}
	body, err := decodeAs(data, name)
	return body, err == nil && !strings.ContainsRune(body, utf8.RuneError)
}

// lookup finds an encoding by any of its names: WHATWG's first, then IANA's.
func lookup(name string) (encoding.Encoding, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if enc, err := htmlindex.Get(name); err == nil {
		return enc, nil
	}
	enc, err := ianaindex.IANA.Encoding(name)
	if err == nil && enc == nil {
		err = fmt.Errorf("the encoding %q is not supported", name)
	}
	return enc, err
}

// canonicalName is WHATWG's name of an encoding, or the name itself.
func canonicalName(name string) string {
	if name == "" {
		return ""
	}
	if enc, err := lookup(name); err == nil {
		if n, err := htmlindex.Name(enc); err == nil {
			return n
		}
	}
	return strings.ToLower(strings.TrimSpace(name))
}

// decodeAs decodes data by the name of its encoding.
func decodeAs(data []byte, name string) (string, error) {
	enc, err := lookup(name)
	if err != nil {
		return "", err
	}
	switch canonicalName(name) {
	case "utf-8":
		return repairUTF8(data), nil
	case "utf-16le", "utf-16be", "utf-16", "replacement":
		// A document that ASCII can be found in is not UTF-16, whatever it says.
		return "", fmt.Errorf("the document is not %s", name)
	}
	out, err := enc.NewDecoder().Bytes(data)
	return string(out), err
}

// headerCharset is the charset parameter of a Content-Type header.
func headerCharset(contentType string) string {
	if contentType == "" {
		return ""
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return params["charset"]
	}
	_, rest, ok := cutFold(contentType, "charset=")
	if !ok {
		return ""
	}
	return strings.Trim(firstWord(rest), `"';,`)
}

// declaredCharset is the encoding of the XML declaration (XML 1.0, section 2.8), wherever in the first kilobyte it is.
func declaredCharset(data []byte) string {
	head := string(data[:min(len(data), 1024)])
	start := strings.Index(head, "<?xml")
	if start < 0 {
		return ""
	}
	head = head[start:]
	if end := strings.Index(head, "?>"); end >= 0 {
		head = head[:end]
	}
	_, rest, ok := strings.Cut(head, "encoding")
	if !ok {
		return ""
	}
	rest = strings.TrimLeft(rest, " \t\r\n=")
	if rest == "" {
		return ""
	}
	if quote := rest[0]; quote == '"' || quote == '\'' {
		name, _, ok := strings.Cut(rest[1:], string(quote))
		if ok {
			return strings.TrimSpace(name)
		}
		rest = rest[1:]
	}
	return strings.Trim(firstWord(rest), `"'?`)
}

// countRunes counts the characters beyond ASCII, up to a thousand.
func countRunes(data []byte) int {
	n := 0
	for _, c := range data {
		if c >= 0xC0 {
			if n++; n >= 1000 {
				break
			}
		}
	}
	return n
}

// mixture counts the bytes that are not UTF-8 and the characters beyond ASCII that are.
func mixture(data []byte) (bad, good int) {
	for len(data) > 0 {
		if data[0] < utf8.RuneSelf {
			data = data[1:]
			continue
		}
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			good++
		}
		data = data[size:]
	}
	return bad, good
}

// repairUTF8 reads every byte that is not part of a UTF-8 character as windows-1252.
func repairUTF8(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	out := make([]byte, 0, len(data)+len(data)/16)
	for len(data) > 0 {
		if data[0] < utf8.RuneSelf {
			out = append(out, data[0])
			data = data[1:]
			continue
		}
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			r = charmap.Windows1252.DecodeByte(data[0])
		}
		out = utf8.AppendRune(out, r)
		data = data[size:]
	}
	return string(out)
}

// byLanguage is the encoding a language was usually written in before UTF-8.
var byLanguage = map[string]string{
	"ja": "shift_jis", "ko": "euc-kr", "zh": "gbk", "zh-tw": "big5", "zh-hk": "big5", "el": "windows-1253", "he": "windows-1255",
	"iw": "windows-1255", "ar": "windows-1256", "fa": "windows-1256", "ur": "windows-1256", "th": "windows-874", "tr": "windows-1254",
	"pl": "windows-1250", "cs": "windows-1250", "sk": "windows-1250", "hu": "windows-1250", "hr": "windows-1250", "sl": "windows-1250",
	"ro": "windows-1250", "lt": "windows-1257", "lv": "windows-1257", "et": "windows-1257", "vi": "windows-1258",
}

// likelyCharset guesses a legacy encoding from the language the document states and from its letters.
func likelyCharset(data []byte) string {
	lang := statedLanguage(data)
	primary, _, _ := strings.Cut(lang, "-")
	for _, l := range []string{lang, primary} {
		name, ok := byLanguage[l]
		if !ok {
			continue
		}
		if l == "ja" {
			if body, err := decodeAs(data, "euc-jp"); err == nil && !strings.ContainsRune(body, utf8.RuneError) {
				return "euc-jp"
			}
		}
		return name
	}
	return likelyCyrillic(data)
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

// likelyCyrillic tells Cyrillic from Western text, and windows-1251 from KOI8-R, by letters. Western letters beyond ASCII
// stand alone, Cyrillic words are runs of them; the frequent small letters of one encoding are capitals in the other.
func likelyCyrillic(data []byte) string {
	const frequent = "оеаинтсрвл"
	data = data[:min(len(data), 256<<10)]
	var high, runs int
	var win, koi int
	prev := false
	for _, c := range data {
		now := c >= 0xC0
		if now {
			high++
			if !prev {
				runs++
			}
			if strings.ContainsRune(frequent, charmap.Windows1251.DecodeByte(c)) {
				win++
			}
			if strings.ContainsRune(frequent, charmap.KOI8R.DecodeByte(c)) {
				koi++
			}
		}
		prev = now
	}
	if high < 12 || high < runs*3 || max(win, koi)*5 < high*2 {
		return "windows-1252"
	}
	if koi > win {
		return "koi8-r"
	}
	return "windows-1251"
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
			if (w|w-0x20*ones)&(0x80*ones) != 0 {
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

// cutFold is strings.Cut without regard to ASCII case; sep is lower case.
func cutFold(s, sep string) (before, after string, found bool) {
	i := strings.Index(strings.ToLower(s), sep)
	if i < 0 || i+len(sep) > len(s) {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// firstWord is s up to its first white space.
func firstWord(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \t\r\n"); i >= 0 {
		return s[:i]
	}
	return s
}
