package dedupe

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// IMPORTANT: this file is part of normal form version 1. The keys in every store depend on it: it may become faster, never different.
// Package text folds for matching, may change at any time and is therefore not used here.

// tableSize covers Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic.
const tableSize = 0x0700

// kind is what a character does to a token.
type kind uint8

const (
	separates kind = iota
	letter         // begins or continues a token
	single         // is a token
	mark           // continues a token or a single, else separates
	joins          // vanishes: apostrophes, soft hyphen, joiners, tatweel, direction marks
	stops          // ends a sentence when something else than a letter follows
	stopsHere      // ends a sentence
)

// unit is a character of a text: its kind and what it is folded to.
type unit struct {
	kind kind
	fold string
}

// block is a table of units for a range of characters.
type block struct {
	first rune
	units []unit
}

// The blocks that texts are made of, each computed when a text first needs it. IMPORTANT: a block must not hold
// characters that NFKC composes with their neighbours; unitAt skips those of kind mark, which leaves letters, and none
// of these is the second half of a composition.
var (
	letters     = lazyBlock(0, tableSize)
	punctuation = lazyBlock(0x2000, 0x2070)
	kana        = lazyBlock(0x3000, 0x3100)
	thai        = lazyBlock(0x0E00, 0x0F00) // and Lao
	indic       = lazyBlock(0x0900, 0x0E00)
	mainland    = lazyBlock(0x1000, 0x10A0) // Burmese
	khmer       = lazyBlock(0x1780, 0x1800)
)

func (b block) of(r rune) unit { return b.units[r-b.first] }

// asciiUnits are the characters nearly all texts have.
var asciiUnits = newBlock(0, utf8.RuneSelf).units

func lazyBlock(first, end rune) func() block {
	return sync.OnceValue(func() block { return newBlock(first, end) })
}

func newBlock(first, end rune) block {
	b := block{first, make([]unit, end-first)}
	for i := range b.units {
		r := first + rune(i)
		b.units[i] = unit{kindOf(r), foldRune(r)}
		if composed := norm.NFKC.String(string(r)); !strings.ContainsFunc(composed, func(c rune) bool { return kindOf(c) != joins }) {
			b.units[i].kind = joins // several primes in one character
		}
	}
	return b
}

// kindOf returns the kind of a character of an NFKC form.
func kindOf(r rune) kind {
	switch r {
	case '.', 0x2024, 0x2025, 0x2026:
		return stops
	case '!', '?', 0x203C, 0x2047, 0x2048, 0x2049, 0x061F, 0x06D4, 0x0964, 0x0965, 0x0589, 0x3002, 0x104A, 0x104B, 0x17D4, 0x17D5:
		return stopsHere
	case 0x30FC: // prolonged sound mark
		return single
	}
	switch {
	case joiner(r):
		return joins
	case unicode.IsMark(r):
		return mark
	case unicode.IsLetter(r), unicode.Is(unicode.Nl, r):
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
			return single
		}
		return letter
	case unicode.Is(unicode.Nd, r), unicode.Is(unicode.No, r):
		return letter
	}
	return separates
}

// joiner reports whether r vanishes within a token.
func joiner(r rune) bool {
	switch r {
	case '\'', '`', 0xB4, 0x02B9, 0x02BB, 0x02BC, 0x02BD, 0x02BE, 0x02BF, 0x2018, 0x2019, 0x201B, 0x2032, 0xFF07, // apostrophes
		0xAD, 0x034F, 0x061C, 0x0640, 0x180E, 0xFEFF:
		return true
	}
	return r >= 0x200C && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x2064 || r >= 0x2066 && r <= 0x206F ||
		r >= 0xE0000 && r <= 0xE0FFF
}

// foldRune returns what is left of a character: compatibility form, case folded, diacritics removed, letters and digits
// of one meaning unified.
func foldRune(r rune) string {
	if r < utf8.RuneSelf {
		return string(unicode.ToLower(r))
	}
	if joiner(r) {
		return ""
	}
	var buf []byte
	for _, d := range norm.NFKD.String(string(r)) {
		buf = appendFolded(buf, d)
	}
	return string(norm.NFC.Bytes(buf))
}

// appendFolded appends what is left of r, a character of an NFKD form.
func appendFolded(dst []byte, r rune) []byte {
	if diacritic(r) {
		return dst
	}
	switch r {
	case 'ß', 'ẞ':
		return append(dst, "ss"...)
	case 'ø', 'Ø':
		return append(dst, 'o')
	case 'ł', 'Ł':
		return append(dst, 'l')
	case 'đ', 'Đ':
		return append(dst, 'd')
	case 'ħ', 'Ħ':
		return append(dst, 'h')
	case 'ŧ', 'Ŧ':
		return append(dst, 't')
	case 'ı':
		return append(dst, 'i')
	case 'æ', 'Æ':
		return append(dst, "ae"...)
	case 'œ', 'Œ':
		return append(dst, "oe"...)
	case 0x0671: // alef wasla
		return append(dst, "\u0627"...)
	case 0x06CC, 0x0649, 0x06D2: // Farsi yeh, alef maksura, yeh barree
		return append(dst, "\u064A"...)
	case 0x06A9, 0x06AA: // keheh, swash kaf
		return append(dst, "\u0643"...)
	case 0x0629, 0x06D5, 0x06C1, 0x06BE, 0x06C3: // teh marbuta, ae, heh goal, heh doachashmee, teh marbuta goal
		return append(dst, "\u0647"...)
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

// diacritic reports whether a combining mark is a mere addition to its letter. Voicing marks of Kana and the vowel
// signs of Indic and South-East Asian scripts are not: without them words that differ would be equal.
func diacritic(r rune) bool {
	if r < 0x0300 || r == 0x3099 || r == 0x309A || !unicode.In(r, unicode.Mn, unicode.Me) {
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Common, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew, unicode.Syriac)
}
