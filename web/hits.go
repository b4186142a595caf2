package web

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/text"
)

const (
	maxHits   = 2   // sentences quoted of one item
	maxQuoted = 300 // bytes of a sentence that are quoted, about
)

// piece is a part of a text. Hit marks words that made a query true.
type piece struct {
	Text string
	Hit  bool
}

// span is a part of a text in bytes.
type span struct{ start, end int }

// sentence is a sentence in which words were found.
type sentence struct {
	text  string
	field string
	at    int // where it begins in its field
	spans []span
}

// prose are the fields that are made of sentences; the headline is one, too, but a reader has seen it.
var prose = map[string]bool{"body": true, "lead": true, "caption": true}

// quotes returns the sentences in which the evidence was found, with the words marked, at most maxHits. Evidence that
// does not fit the text, which may have been edited since, is left out.
func quotes(doc *query.Document, title string, evidence []news.Evidence) [][]piece {
	var found []*sentence
	for _, ev := range evidence {
		if !prose[ev.Field] || !fits(doc.Field(ev.Field), span{ev.Start, ev.End}, ev.Words) {
			continue
		}
		text, start, end := doc.Sentence(ev)
		if text == title {
			continue
		}
		i := slices.IndexFunc(found, func(s *sentence) bool { return s.text == text })
		if i < 0 {
			found = append(found, &sentence{text: text, field: ev.Field, at: ev.Start - start})
			i = len(found) - 1
		}
		found[i].spans = append(found[i].spans, span{start, end})
	}
	found = found[:min(len(found), maxHits)]
	slices.SortStableFunc(found, func(a, b *sentence) int {
		if a.field != b.field {
			return 0
		}
		return cmp.Compare(a.at, b.at)
	})
	out := make([][]piece, len(found))
	for i, s := range found {
		out[i] = s.quote()
	}
	return out
}

// fits reports whether words stand at a place in text.
func fits(text string, at span, words string) bool {
	return at.start >= 0 && at.start < at.end && at.end <= len(text) && text[at.start:at.end] == words
}

// quote is the sentence with its words marked; a long one is cut around the first of them.
func (s *sentence) quote() []piece {
	spans := tidy(s.spans)
	if len(s.text) <= maxQuoted {
		return mark(s.text, spans)
	}
	from := wordStart(s.text, max(0, spans[0].start-maxQuoted/3), spans[0].start)
	to := wordEnd(s.text, max(spans[0].end, min(len(s.text), from+maxQuoted)), spans[0].end)
	var inside []span
	for _, sp := range spans {
		if sp.start >= from && sp.end <= to {
			inside = append(inside, span{sp.start - from, sp.end - from})
		}
	}
	out := mark(s.text[from:to], inside)
	if from > 0 {
		out = slices.Insert(out, 0, piece{Text: "… "})
	}
	if to < len(s.text) {
		out = append(out, piece{Text: " …"})
	}
	return out
}

// wordStart moves at forward to the beginning of a word, or of a character where no word begins before limit.
func wordStart(s string, at, limit int) int {
	if at == 0 {
		return 0
	}
	if i := strings.IndexFunc(s[at:limit], unicode.IsSpace); i >= 0 {
		at += i
		return limit - len(strings.TrimLeftFunc(s[at:limit], unicode.IsSpace))
	}
	for at < limit && !utf8.RuneStart(s[at]) {
		at++
	}
	return at
}

// wordEnd moves at back to the end of a word, or of a character where no word ends after limit.
func wordEnd(s string, at, limit int) int {
	if at == len(s) {
		return at
	}
	if i := strings.LastIndexFunc(s[limit:at], unicode.IsSpace); i >= 0 {
		return limit + i
	}
	for at > limit && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}

// tidy sorts spans and joins those that overlap.
func tidy(spans []span) []span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
	out := spans[:0]
	for _, sp := range spans {
		if n := len(out); n > 0 && sp.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, sp.end)
			continue
		}
		out = append(out, sp)
	}
	return out
}

// mark cuts a text at tidy spans. One whose directions are not balanced is shown balanced, and without marks: the spans do not fit it.
func mark(body string, spans []span) []piece {
	if b := text.Balanced(body); b != body {
		return []piece{{Text: b}}
	}
	var out []piece
	at := 0
	for _, sp := range spans {
		if sp.start > at {
			out = append(out, piece{Text: body[at:sp.start]})
		}
		out = append(out, piece{body[sp.start:sp.end], true})
		at = sp.end
	}
	if at < len(body) {
		out = append(out, piece{Text: body[at:]})
	}
	return out
}

// markField returns a field of an item with everything marked that the matches found in it.
func markField(doc *query.Document, field string, matches []news.Match) []piece {
	text := doc.Field(field)
	return mark(text, spansIn(text, field, matches))
}

// spansIn returns where the evidence of matches stands in a field's text. The lead is the beginning of the body, so its
// evidence counts there.
func spansIn(text, field string, matches []news.Match) []span {
	var spans []span
	for _, m := range matches {
		for _, ev := range m.Evidence {
			here := ev.Field == field || field == "body" && ev.Field == "lead"
			if sp := (span{ev.Start, ev.End}); here && fits(text, sp, ev.Words) {
				spans = append(spans, sp)
			}
		}
	}
	return tidy(spans)
}

// paragraphs cuts a marked text at its empty lines.
func paragraphs(pieces []piece) [][]piece {
	var out [][]piece
	var current []piece
	flush := func() {
		if len(current) > 0 {
			out = append(out, current)
		}
		current = nil
	}
	for _, p := range pieces {
		for i, part := range strings.Split(p.Text, "\n\n") {
			if i > 0 {
				flush()
			}
			if strings.TrimSpace(part) != "" || part != "" && len(current) > 0 {
				current = append(current, piece{part, p.Hit})
			}
		}
	}
	flush()
	return out
}

// writePieces writes pieces as HTML, hits in bold.
func writePieces(b *strings.Builder, pieces []piece) {
	for _, p := range pieces {
		if p.Hit {
			b.WriteString("<b>" + html.EscapeString(p.Text) + "</b>")
			continue
		}
		b.WriteString(html.EscapeString(p.Text))
	}
}

// plainPieces is the text of pieces.
func plainPieces(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.Text)
	}
	return b.String()
}
