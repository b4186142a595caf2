package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s as it is compared: Unicode NFKC (UAX #15), case folded, diacritics and invisible characters removed,
// Arabic and Persian letter forms and all decimal digits unified, curly quotes and dashes made straight. White space
// and punctuation stay. It is idempotent. Vowel signs of Indic and South-East Asian scripts and the voicing marks of
// Kana are letters, not diacritics, and stay.
func Fold(s string) string {
	if folded, ok := foldASCII(s); ok {
		return folded
	}
	return string(appendFold(make([]byte, 0, len(s)+8), s))
}

// foldASCII lowers s when it is pure ASCII without control characters.
func foldASCII(s string) (string, bool) {
	upper := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return "", false
		}
		upper = upper || 'A' <= c && c <= 'Z'
	}
	if !upper {
		return s, true
	}
	return strings.ToLower(s), true
}

// appendFold appends the folded form of s to dst.
func appendFold(dst []byte, s string) []byte {
	start, marks := len(dst), 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i, marks = i+1, 0
			continue
		}
		u, n := unitOf(s[i:])
		switch {
		case u.class != mark:
			marks = 0
		case u.fold != "":
			marks++
		}
		if !u.known || marks > 1 {
			return appendFoldSlow(dst[:start], s)
		}
		dst = append(dst, u.fold...)
		i += n
	}
	return dst
}

// appendFoldSlow is appendFold for texts where characters combine.
func appendFoldSlow(dst []byte, s string) []byte {
	buf := make([]byte, 0, len(s)+len(s)/2)
	for _, r := range norm.NFKD.String(validUTF8(s)) {
		buf = appendFoldRune(buf, r)
	}
	start := len(dst)
	dst = norm.NFC.Append(dst, buf...)
	if !bytes.Contains(dst[start:], nikhahit) {
		return dst
	}
	// IMPORTANT: NFKC takes the Thai and Lao vowel "am" apart, which would give it two words.
	return append(dst[:start], amForms.Replace(string(dst[start:]))...)
}

var (
	nikhahit = []byte("\u0E4D")
	amForms  = strings.NewReplacer("\u0E4D\u0E32", "\u0E33")
)

// appendFoldRune appends what is left of r, a character of an NFKD form.
func appendFoldRune(dst []byte, r rune) []byte {
	if ignorable(r) || diacritic(r) {
		return dst
	}
	if r < utf8.RuneSelf {
		return append(dst, byte(unicode.ToLower(r)))
	}
	if f, ok := foldSpecial(r); ok {
		return append(dst, f...)
	}
	if unicode.Is(unicode.Nd, r) {
		return append(dst, '0'+digit(r))
	}
	return utf8.AppendRune(dst, unicode.ToLower(unicode.ToUpper(r)))
}

// digit returns the value of a decimal digit: each range of category Nd begins with a zero and holds whole tens.
func digit(r rune) byte {
	for _, x := range unicode.Nd.R16 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return byte((r - rune(x.Lo)) % 10)
		}
	}
	for _, x := range unicode.Nd.R32 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return byte((r - rune(x.Lo)) % 10)
		}
	}
	return 0
}

// foldSpecial folds what Unicode's own decompositions and case pairs leave apart.
func foldSpecial(r rune) (string, bool) {
	switch r {
	case 'ß', 'ẞ':
		return "ss", true
	case 'ø', 'Ø':
		return "o", true
	case 'ł', 'Ł':
		return "l", true
	case 'đ', 'Đ':
		return "d", true
	case 'ħ', 'Ħ':
		return "h", true
	case 'ŧ', 'Ŧ':
		return "t", true
	case 'ı':
		return "i", true
	case 'æ', 'Æ':
		return "ae", true
	case 'œ', 'Œ':
		return "oe", true
	case 'ٱ': // alef wasla
		return "ا", true
	case 'ی', 'ى', 'ے': // Farsi yeh, alef maksura, yeh barree
		return "ي", true
	case 'ک', 'ڪ': // keheh, swash kaf
		return "ك", true
	case 'ة', 'ە', 'ہ', 'ھ', 'ۃ': // teh marbuta, ae, heh goal, heh doachashmee
		return "ه", true
	}
	switch {
	case isApostrophe(r):
		return "'", true
	case r >= 0x201C && r <= 0x201F, r == '«', r == '»', r == 0x301D, r == 0x301E, r == 0x301F:
		return `"`, true
	case r == 0x201A:
		return "'", true
	case unicode.Is(unicode.Pd, r) && r < 0x3000, r == 0x2212:
		return "-", true
	case unicode.Is(unicode.Zs, r):
		return " ", true
	}
	return "", false
}

// isApostrophe reports whether r is used as an apostrophe: straight, curly, modifier letters, okina, fullwidth.
func isApostrophe(r rune) bool {
	switch r {
	case '\'', 0x2018, 0x2019, 0x201B, 0x02BB, 0x02BC, 0xFF07:
		return true
	}
	return false
}

// ignorable reports whether r is invisible within a word: soft hyphen, joiners, tatweel, direction marks, word joiner, byte order mark.
// The zero width space is not among them: it separates words.
func ignorable(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x034F, r == 0x061C, r == 0x0640, r == 0x180E, r == 0xFEFF:
		return true
	case r >= 0x200C && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2064, r >= 0x2066 && r <= 0x206F:
		return true
	}
	return r >= 0xE0000 && r <= 0xE0FFF
}

// diacritic reports whether the combining mark r is a mere addition to its letter: accents, points, harakat, variation selectors.
func diacritic(r rune) bool {
	if r < 0x0300 || !unicode.In(r, unicode.Mn, unicode.Me) || r == 0x3099 || r == 0x309A {
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Cyrillic, unicode.Greek, unicode.Latin, unicode.Common)
}
