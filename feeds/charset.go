package feeds

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
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
	out, err := convert(enc.NewDecoder(), data)
	if err != nil {
		d.name = "utf-8"
		return "", false
	}
	return out, true
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
			return share(data)
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
		return share(data)
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
	return convert(enc.NewDecoder(), data)
}

// convert decodes data in small pieces and stops where the text is beyond MaxBody, which Parse refuses.
func convert(dec transform.Transformer, data []byte) (string, error) {
	dec.Reset()
	var out strings.Builder
	out.Grow(min(len(data)+len(data)/8, MaxBody+4096))
	var piece [4096]byte
	for len(data) > 0 && out.Len() <= MaxBody {
		n, used, err := dec.Transform(piece[:], data, true)
		out.Write(piece[:n])
		data = data[used:]
		if err != nil && !errors.Is(err, transform.ErrShortDst) {
			return out.String(), err
		}
	}
	return out.String(), nil
}

// headerCharset is the charset parameter of a Content-Type header.
func headerCharset(contentType string) string {
	if contentType == "" {
		return ""
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return strings.Trim(params["charset"], `'" `)
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
		return share(data)
	}
	var out strings.Builder
	out.Grow(min(len(data)+len(data)/16, MaxBody+4))
	for len(data) > 0 && out.Len() <= MaxBody { // beyond it Parse refuses the document
		if data[0] < utf8.RuneSelf {
			out.WriteByte(data[0])
			data = data[1:]
			continue
		}
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			r = charmap.Windows1252.DecodeByte(data[0])
		}
		out.WriteRune(r)
		data = data[size:]
	}
	return out.String()
}

// share is data as a string without a copy: a document may be large, and nobody changes it once it is here (see Parse).
func share(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) }

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
