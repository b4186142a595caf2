package text

import (
	"unicode"

	"github.com/abadojack/whatlanggo"
)

// minLetters is how much text a language can be told from.
const minLetters = 60

// maxLanguageBytes is how much of a text is looked at.
const maxLanguageBytes = 4096

// Language returns the language of a plain text as a BCP 47 tag ("en", "fa"), or "" when the text has fewer than 60 letters or
// the answer is not reliable.
func Language(plain string) string {
	if len(plain) > maxLanguageBytes {
		plain = Clean(plain[:maxLanguageBytes])
	}
	letters := 0
	for _, r := range plain {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < minLetters {
		return ""
	}
	info := whatlanggo.Detect(plain)
	if !info.IsReliable() {
		return ""
	}
	return info.Lang.Iso6391()
}
