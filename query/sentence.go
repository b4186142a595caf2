package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mediawatch/news"
)

// Sentence returns the sentence of the field's plain text that holds the hit, and the hit's byte offsets in it. A hit that runs over the
// end of a sentence gets all sentences it touches. Evidence about a value (lang:en) returns the value.
func (d *Document) Sentence(ev news.Evidence) (sentence string, start, end int) {
	plain := d.Field(ev.Field)
	if ev.Start < 0 || ev.End < ev.Start || ev.End > len(plain) {
		return ev.Words, 0, len(ev.Words)
	}
	if f := fieldByName[ev.Field]; f != nil && f.id >= textFields {
		return plain, ev.Start, ev.End
	}
	from, to := 0, sentenceEnd(plain)
	for to <= ev.Start && to < len(plain) {
		from, to = to, to+sentenceEnd(plain[to:])
	}
	for to < ev.End {
		to += sentenceEnd(plain[to:])
	}
	from = leadingSpace(plain, from, ev.Start)
	sentence = strings.TrimRightFunc(plain[from:to], unicode.IsSpace)
	return plain[from:max(from+len(sentence), ev.End)], ev.Start - from, ev.End - from
}

// leadingSpace returns the first place from from that is no white space, at most limit.
func leadingSpace(s string, from, limit int) int {
	for from < limit {
		r, n := utf8.DecodeRuneInString(s[from:])
		if !unicode.IsSpace(r) {
			break
		}
		from += n
	}
	return from
}

// sentenceEnd returns where the first sentence of s ends, more than 0 unless s is empty. A line end ends a sentence, too.
func sentenceEnd(s string) int {
	begun := false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == '\n':
			if begun {
				return i
			}
		case strings.ContainsRune("。！？", r):
			return i + closers(s[i:])
		case strings.ContainsRune(".!?…؟۔", r):
			end := i + closers(s[i:])
			if begins(s[end:]) && !(r == '.' && abbreviates(s[:i-n])) {
				return end
			}
		}
		begun = begun || !unicode.IsSpace(r)
	}
	return len(s)
}

// closers returns the length of the closing quotes and brackets, and further full stops, that s begins with.
func closers(s string) int {
	for i, r := range s {
		if !strings.ContainsRune(`"'”’»›)]」』.!?…`, r) {
			return i
		}
	}
	return len(s)
}

// begins reports whether a new sentence may begin with s: white space, then anything but a small letter.
func begins(s string) bool {
	for i, r := range s {
		if !unicode.IsSpace(r) {
			return i > 0 && !unicode.IsLower(r)
		}
	}
	return true
}

// abbreviations end with a full stop that ends no sentence, mostly before a capital.
var abbreviations = map[string]bool{"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "gen": true, "col": true,
	"lt": true, "sgt": true, "capt": true, "gov": true, "sen": true, "rep": true, "rev": true, "hon": true, "vs": true, "no": true, "jr": true,
	"e.g": true, "i.e": true, "mt": true, "ft": true, "approx": true, "z.b": true, "bzw": true, "nr": true}

// abbreviates reports whether the last word of s, before a full stop, is an initial or a known abbreviation.
func abbreviates(s string) bool {
	word := s
	if at := strings.LastIndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' }); at >= 0 {
		_, n := utf8.DecodeRuneInString(s[at:])
		word = s[at+n:]
	}
	letters := []rune(word)
	if len(letters) == 1 || len(letters) > 1 && letters[len(letters)-2] == '.' {
		return unicode.IsUpper(letters[len(letters)-1])
	}
	return abbreviations[strings.ToLower(word)]
}
