package digest

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mediawatch/news"
	"mediawatch/text"
)

// maxSentence is how many characters of a sentence are quoted.
const maxSentence = 300

// hits returns the sentences of it in which ev was found, at most MaxHits, in the order of the text; when the words hit
// elsewhere (in the headline, a section, a tag) the first sentence, so that a reader knows what it is about.
func hits(it *news.Item, ev []news.Evidence) []Hit {
	body := text.Plain(it.HTML())
	sentences := split(body)
	title := text.Line(it.Title)
	var chosen []Span
	for _, e := range ev {
		if e.Field == "title" || len(chosen) == MaxHits {
			continue
		}
		at, ok := locate(body, e)
		if !ok {
			continue
		}
		i := slices.IndexFunc(sentences, func(s Span) bool { return s.Start <= at.Start && at.Start < s.End })
		if i >= 0 && !slices.Contains(chosen, sentences[i]) && line(body, sentences[i]) != title {
			chosen = append(chosen, sentences[i])
		}
	}
	if len(chosen) == 0 {
		for _, s := range sentences {
			if t := line(body, s); t != title && utf8.RuneCountInString(t) > 1 {
				chosen = append(chosen, s)
				break
			}
		}
	}
	slices.SortFunc(chosen, func(x, y Span) int { return cmp.Compare(x.Start, y.Start) })
	var out []Hit
	for _, s := range chosen {
		out = append(out, quote(line(body, s), ev))
	}
	return out
}

func line(body string, s Span) string { return text.Line(body[s.Start:s.End]) }

// locate finds the words of e in body: where e says, else where they occur first.
func locate(body string, e news.Evidence) (Span, bool) {
	if e.Words == "" {
		return Span{}, false
	}
	if e.Start >= 0 && e.End <= len(body) && e.Start < e.End && body[e.Start:e.End] == e.Words {
		return Span{e.Start, e.End}, true
	}
	if i := indexWord(body, e.Words); i >= 0 {
		return Span{i, i + len(e.Words)}, true
	}
	return Span{}, false
}

// quote makes a hit of sentence: the words of ev are marked wherever they stand, and a long sentence is cut around the first.
func quote(sentence string, ev []news.Evidence) Hit {
	spans := mark(sentence, ev)
	if utf8.RuneCountInString(sentence) <= maxSentence {
		return Hit{Text: sentence, Spans: spans}
	}
	cut := text.Balanced(window(sentence, spans))
	return Hit{Text: cut, Spans: mark(cut, ev)}
}

// mark returns where the words of ev stand in s, rising and without overlap.
func mark(s string, ev []news.Evidence) []Span {
	var spans []Span
	for _, e := range ev {
		words := text.Line(e.Words)
		if words == "" {
			continue
		}
		for from := 0; from < len(s); {
			i := indexWord(s[from:], words)
			if i < 0 {
				break
			}
			spans = append(spans, Span{from + i, from + i + len(words)})
			from += i + len(words)
		}
	}
	slices.SortFunc(spans, func(x, y Span) int { return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(y.End, x.End)) })
	var out []Span
	for _, sp := range spans {
		if n := len(out); n > 0 && sp.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, sp.End)
			continue
		}
		out = append(out, sp)
	}
	return out
}

// window cuts s to about maxSentence characters around its first span, at white space, with "…" where something is missing.
func window(s string, spans []Span) string {
	runes := []rune(s)
	first := 0
	if len(spans) > 0 {
		first = utf8.RuneCountInString(s[:spans[0].Start])
	}
	start := 0
	if first > maxSentence*2/3 {
		start = first - maxSentence/3
		for start < first && !unicode.IsSpace(runes[start]) {
			start++
		}
		if start == first { // no white space: a script that uses none
			start = first - maxSentence/3
		}
	}
	end := min(len(runes), start+maxSentence)
	if end < len(runes) {
		cut := end
		for cut > start+maxSentence/2 && !unicode.IsSpace(runes[cut]) {
			cut--
		}
		if cut > start+maxSentence/2 {
			end = cut
		}
	}
	out := strings.TrimSpace(string(runes[start:end]))
	if start > 0 {
		out = "…" + out
	}
	if end < len(runes) {
		out = strings.TrimRightFunc(out, func(r rune) bool { return unicode.IsPunct(r) && r != '…' || unicode.IsSpace(r) }) + "…"
	}
	return out
}

// indexWord returns where words stands in s as a whole word, or -1. Scripts that put no space between words have no word boundaries.
func indexWord(s, words string) int {
	first, _ := utf8.DecodeRuneInString(words)
	last, _ := utf8.DecodeLastRuneInString(words)
	for from := 0; from < len(s); {
		i := strings.Index(s[from:], words)
		if i < 0 {
			return -1
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(words):])
		if !joined(before, first) && !joined(last, after) {
			return i
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		from = i + n
	}
	return -1
}

// joined reports whether x and y, side by side, belong to one word.
func joined(x, y rune) bool {
	return letter(x) && letter(y) && !unspaced(x) && !unspaced(y)
}

func letter(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// split returns the sentences of plain text, in order; a line break always ends one.
func split(s string) []Span {
	var out []Span
	start := 0
	flush := func(end int) {
		if strings.TrimSpace(s[start:end]) != "" {
			out = append(out, Span{start, end})
		}
		start = end
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == '\n':
			flush(i)
		case strings.ContainsRune("。！？", r):
			i = closers(s, i)
			flush(i)
		case strings.ContainsRune(".!?…؟۔।", r):
			end := closers(s, i)
			if ends(s, start, i, end) {
				flush(end)
			}
			i = end
		}
	}
	flush(len(s))
	return out
}

// closers returns the offset after further terminators, quotes and brackets that close the sentence.
func closers(s string, i int) int {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !strings.ContainsRune(".!?…؟。！？\"'”’»)]」』）", r) {
			break
		}
		i += n
	}
	return i
}

// ends reports whether the terminator before mark, with what closes it up to end, ends the sentence that began at start.
func ends(s string, start, mark, end int) bool {
	rest := s[end:]
	next, _ := utf8.DecodeRuneInString(rest)
	if rest != "" && !unicode.IsSpace(next) {
		return false // 3.5, example.org
	}
	after, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(rest, unicode.IsSpace))
	if unicode.IsLower(after) {
		return false
	}
	if s[mark-1] != '.' || end > mark {
		return true
	}
	words := strings.Fields(s[start : mark-1])
	if len(words) == 0 {
		return true
	}
	last := strings.TrimLeft(words[len(words)-1], "(\"'“‘«")
	if utf8.RuneCountInString(last) == 1 {
		r, _ := utf8.DecodeRuneInString(last)
		return !unicode.IsUpper(r) && !unicode.IsDigit(r) // an initial, an ordinal
	}
	return !abbreviated(last)
}

// abbreviated reports whether a full stop after word is rather a part of it.
func abbreviated(word string) bool {
	if len(word) <= 2 && strings.Trim(word, "0123456789") == "" {
		return true // an ordinal: 3. Oktober
	}
	letters := strings.Split(word, ".")
	if len(letters) > 1 && !slices.ContainsFunc(letters, func(l string) bool { return utf8.RuneCountInString(l) != 1 }) {
		return true // U.S., e.g.
	}
	switch strings.ToLower(word) {
	case "mr", "mrs", "ms", "dr", "prof", "st", "sen", "rep", "gov", "gen", "col", "lt", "sgt", "capt", "rev", "hon", "jr", "sr", "vs", "no", "nos",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mt", "ft", "approx", "etc",
		"bzw", "ca", "nr", "hr", "fr", "mme", "mlle", "sra", "dra", "av":
		return true
	}
	return false
}
