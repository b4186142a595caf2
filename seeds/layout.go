package seeds

import (
	"regexp"
	"strings"
	"unicode"

	"mediawatch/page"
	"mediawatch/text"
)

// reader walks once through the lines of a text: head, then the end, then what is between.
type reader struct {
	d         *draft
	lines     []line
	titleKey  string
	repeated  string // key of a headline that stands twice
	recurring map[string]bool
	kinds     map[string]phraseKind // of lines that were looked at: head, end and middle ask for the same ones
}

// readText reads a plain text.
func (d *draft) readText(src string) {
	r := &reader{d: d, recurring: map[string]bool{}}
	for _, s := range d.options.Boilerplate {
		r.recurring[key(s)] = true
	}
	r.lines = unwrap(splitLines(src), r.standsAlone)
	start := r.head()
	end := r.tail(start)
	r.middle(start, end)
	if d.published.IsZero() {
		r.dateline()
	}
}

// standsAlone reports whether a line is something that nobody wraps together with its neighbours.
func (r *reader) standsAlone(s string) bool {
	if words(s) > 14 {
		return false
	}
	if _, ok := page.ParseWhen(s); ok {
		return true
	}
	if _, ok := bylineNames(s); ok {
		return true
	}
	return isRule(s) || strings.HasPrefix(s, "http") || strings.HasPrefix(s, "www.") || r.recurring[key(s)]
}

func (r *reader) cutLine(l line) { r.d.cut = append(r.d.cut, cutLine{l.first, l.text}) }

// longestClosing is the number of words from which a line that recurs is text, not boilerplate.
const longestClosing = 12

// boilerplate tells what kind of stock line l is, by its words or because it recurs in the folder.
func (r *reader) boilerplate(l line) phraseKind {
	if len(r.recurring) > 0 && words(l.text) < longestClosing && r.recurring[key(l.text)] {
		return phraseTail
	}
	return r.phrase(l.text)
}

// phrase is phraseOf, each line once.
func (r *reader) phrase(s string) phraseKind {
	if kind, ok := r.kinds[s]; ok {
		return kind
	}
	kind := phraseOf(s)
	if r.kinds == nil {
		r.kinds = map[string]phraseKind{}
	}
	if len(r.kinds) < 2*checkedLines {
		r.kinds[s] = kind
	}
	return kind
}

// underlined marks the line above a rule of = or - as a heading, as plain-text writers do.
func (r *reader) underlined(body []line, i int) {
	l := r.lines[i]
	if l.blank || len(body) == 0 || i == 0 || body[len(body)-1].last != r.lines[i-1].last {
		return
	}
	last := &body[len(body)-1]
	if words(last.text) <= 14 && !ended(last.text) && strings.Trim(l.text, "=-~") == "" {
		last.text = "## " + last.text
	}
}

// headings tells which lines of the body are sub-headings: short, no sentence, between paragraphs that are.
func (r *reader) headings(body []line) map[int]bool {
	heads, sentences := map[int]bool{}, 0
	for _, l := range body {
		if ended(l.text) {
			sentences++
		}
	}
	for i, l := range body {
		if strings.HasPrefix(l.text, "##") {
			heads[i] = true
			continue
		}
		if (i == 0 && len(r.d.body) == 0) || i == len(body)-1 || sentences*2 < len(body) {
			continue
		}
		if heads[i-1] || !headingLike(l.text) && !r.bracketed(body, i) {
			continue
		}
		prev, next := r.before(body, i), body[i+1].text
		if (ended(prev) || isItem(prev)) && (ended(next) && words(next) >= min(words(l.text), 8) || words(next) > 2*words(l.text)) {
			heads[i] = true
		}
	}
	if len(heads)*2 > len(body) {
		return map[int]bool{}
	}
	return heads
}

func (r *reader) before(body []line, i int) string {
	if i > 0 {
		return body[i-1].text
	}
	return r.d.body[len(r.d.body)-1].text
}

// bracketed reports whether line i is a sub-heading in corner brackets: set flush where the paragraphs beside it are
// indented. What somebody says is indented as they are.
func (r *reader) bracketed(body []line, i int) bool {
	s := body[i].text
	inner, opens := strings.CutPrefix(s, "「")
	inner, closes := strings.CutSuffix(inner, "」")
	if !opens || !closes || strings.ContainsAny(inner, "。「」") || width(s) > 48 || i == 0 || i+1 >= len(body) {
		return false
	}
	return body[i].indent == 0 && body[i-1].indent > 0 && body[i+1].indent > 0
}

// headingLike reports whether s by itself could be a sub-heading.
func headingLike(s string) bool {
	n := words(s)
	if n == 0 || n > 14 || width(s) > 110 || isItem(s) || !upperStart(s) {
		return false
	}
	for _, quote := range []string{"“", "\"", "„", "«", "「"} {
		if strings.HasPrefix(s, quote) && strings.LastIndexAny(s, "”\"“»」") > len(s)-5 {
			return false // a quotation that stands alone
		}
	}
	for _, dash := range []string{"—", "–", "-", "(", "["} {
		if strings.HasPrefix(s, dash) {
			return false // an attribution, an aside
		}
	}
	if ended(s) {
		return asks(s) && n <= 12
	}
	return !strings.HasSuffix(s, ",") && !strings.HasSuffix(s, "،") && !strings.HasSuffix(s, "、")
}

// reDateline is the place and the day an agency's text begins with: "PORT AMSEL, 9 November 2026 (Agency) -".
var reDateline = regexp.MustCompile(`^(\p{Lu}[\pL .'’/-]{1,40}),\s+([^()–—]{6,40}?)\s*(?:\([^)]{2,40}\)\s*)?[-–—:]{1,2}\s`)

// dateline takes the day of a dateline when nothing else states a time. It says when the text was filed, so it is only
// inferred to be the publication.
func (r *reader) dateline() {
	if len(r.d.body) == 0 {
		return
	}
	m := reDateline.FindStringSubmatch(r.d.body[0].text)
	if m == nil || strings.IndexFunc(m[1], unicode.IsUpper) < 0 {
		return
	}
	if w, ok := page.ParseWhen(m[2]); ok {
		r.d.published, r.d.inferred = w, true
		r.d.warn("the day is that of the dateline: " + text.Line(m[1]+", "+m[2]))
	}
}
