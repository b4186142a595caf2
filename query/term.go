package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"mediawatch/text"
)

// span is a hit: words from up to, not including, to of a field.
type span struct{ from, to int }

// positional is a node whose hits have places, so that NEAR and ATLEAST can use it.
type positional interface {
	node
	// spans returns the hits in field f in order of from. With first, it may stop after one.
	spans(d *Document, f fieldID, want extent) []span
	field() fieldID
}

// extent says how many hits are wanted.
type extent bool

const (
	allHits  extent = false
	firstHit extent = true
)

// termKind tells the sorts of a term.
type termKind uint8

const (
	termWords   termKind = iota // a word or a phrase, perhaps with prefixes
	termSlop                    // "a b"~n
	termExact                   // ="Exact"
	termVariant                 // ~name
)

// term is a word, a phrase or a name to look for.
type term struct {
	kind   termKind
	in     fieldID
	raw    string // as written, without quotes
	quoted bool
	words  []termWord
	slop   int
	exact  []string  // for termExact: the words as written
	name   *nameForm // for termVariant
}

// termWord is one word of a term, folded.
type termWord struct {
	text   string
	prefix bool
}

func (w termWord) fits(s string) bool {
	if w.prefix {
		return strings.HasPrefix(s, w.text)
	}
	return s == w.text
}

func (t *term) field() fieldID { return t.in }
func (t *term) kids() []node   { return nil }

func (t *term) eval(d *Document) bool {
	for _, f := range d.fields(t.in) {
		if len(t.spans(d, f, firstHit)) > 0 {
			return true
		}
	}
	return false
}

func (t *term) spans(d *Document, f fieldID, want extent) []span {
	if d.over() {
		return nil
	}
	ft := d.text(f)
	switch t.kind {
	case termSlop:
		return t.slopSpans(ft, want)
	case termVariant:
		return t.name.spans(ft, want)
	case termExact:
		return slices.DeleteFunc(t.phraseSpans(ft, allHits), func(s span) bool { return !t.isExact(ft, s) })
	}
	return t.phraseSpans(ft, want)
}

// phraseSpans finds the words one after the other.
func (t *term) phraseSpans(ft *fieldText, want extent) []span {
	var out []span
	if t.words[0].prefix {
		if places, ok := ft.beginning(t.words[0].text); ok {
			for _, i := range places {
				if !t.continues(ft, int(i)) {
					continue
				}
				if out = append(out, span{int(i), int(i) + len(t.words)}); want == firstHit {
					break
				}
			}
			return out
		}
	} else {
		ft.search()
	}
	for i := t.firstFrom(ft, 0); i >= 0; i = t.firstFrom(ft, i+1) {
		if !t.continues(ft, i) {
			continue
		}
		out = append(out, span{i, i + len(t.words)})
		if want == firstHit {
			break
		}
	}
	return out
}

// firstFrom returns where the first word of the term stands at or after i; -1 nowhere.
func (t *term) firstFrom(ft *fieldText, i int) int {
	w := t.words[0]
	if !w.prefix {
		return ft.from(w.text, i)
	}
	for ; i < len(ft.words); i++ {
		if strings.HasPrefix(ft.words[i].Text, w.text) {
			return i
		}
	}
	return -1
}

func (t *term) continues(ft *fieldText, i int) bool {
	last := i + len(t.words) - 1
	if last >= len(ft.words) || !ft.together(i, last) {
		return false
	}
	for k, w := range t.words[1:] {
		if !w.fits(ft.words[i+1+k].Text) {
			return false
		}
	}
	return true
}

// isExact reports whether the words of a hit are letter by letter those of the query.
func (t *term) isExact(ft *fieldText, s span) bool {
	for k, w := range t.exact {
		at := ft.words[s.from+k]
		if ft.plain[at.Start:at.End] != w {
			return false
		}
	}
	return true
}

// slopSpans finds the words in any order with at most t.slop other words among them.
func (t *term) slopSpans(ft *fieldText, want extent) []span {
	for _, w := range t.words {
		one := term{words: []termWord{w}}
		if len(one.phraseSpans(ft, firstHit)) == 0 {
			return nil
		}
	}
	var out []span
	for i := range ft.words {
		if ft.doc.over() {
			return nil
		}
		end := min(i+len(t.words)+t.slop, len(ft.words))
		for end > i && !ft.together(i, end-1) {
			end--
		}
		last := t.assign(ft, i, end)
		if last < 0 {
			continue
		}
		out = append(out, span{i, last + 1})
		if want == firstHit {
			break
		}
	}
	return out
}

// assign gives each word of the term a place of its own in [i, end), place i among them, and returns the last place used in the
// shortest such window; -1 when there is none.
func (t *term) assign(ft *fieldText, i, end int) int {
	if !slices.ContainsFunc(t.words, func(w termWord) bool { return w.fits(ft.words[i].Text) }) {
		return -1
	}
	of := make(map[int]int, len(t.words)) // place → word of the term
	matched := 0
	for place := i; place < end; place++ {
		if t.augment(ft, place, of, make([]bool, len(t.words))) {
			matched++
		} else if place == i {
			return -1
		}
		if matched == len(t.words) {
			return place
		}
	}
	return -1
}

// augment finds a word of the term for a place, moving earlier places to other words where that helps (bipartite matching).
func (t *term) augment(ft *fieldText, place int, of map[int]int, tried []bool) bool {
	for k, w := range t.words {
		if tried[k] || !w.fits(ft.words[place].Text) {
			continue
		}
		tried[k] = true
		holder := -1
		for p, word := range of {
			if word == k {
				holder = p
			}
		}
		if holder < 0 || t.augment(ft, holder, of, tried) {
			of[place] = k
			return true
		}
	}
	return false
}

func (t *term) write(b *strings.Builder, _ int) {
	b.WriteString(t.in.prefix())
	t.writeBare(b)
}

// writeBare writes the term without its field.
func (t *term) writeBare(b *strings.Builder) {
	switch t.kind {
	case termExact:
		b.WriteString("=")
	case termVariant:
		b.WriteString("~")
	}
	if !t.quoted && plainWord(t.raw) {
		b.WriteString(t.raw)
	} else {
		writeQuoted(b, t.raw)
	}
	if t.kind == termSlop {
		fmt.Fprintf(b, "~%d", t.slop)
	}
}

// plainWord reports whether raw reads as one word wherever it is put.
func plainWord(raw string) bool {
	switch raw {
	case "AND", "OR", "NOT", "NEAR", "ONEAR", "ATLEAST":
		return false
	}
	for i, r := range raw {
		star := r == '*' && i > 0 && i == len(raw)-1
		if !isNameRune(r) && r != '\'' && r != '’' && r != '.' && !star || i == 0 && (r == '-' || r == '_') {
			return false
		}
	}
	return raw != ""
}

func writeQuoted(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range []byte(s) {
		if r == '"' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(r)
	}
	b.WriteByte('"')
}

func (t *term) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "t%d/%s/%d", t.kind, t.in.name(), t.slop)
	switch t.kind {
	case termExact:
		fmt.Fprintf(&b, "%q", t.exact)
	case termVariant:
		fmt.Fprintf(&b, "%q", t.name.key())
	default:
		keys := make([]string, len(t.words))
		for i, w := range t.words {
			keys[i] = fmt.Sprintf("%q%v", w.text, w.prefix)
		}
		if t.kind == termSlop { // the order means nothing
			slices.Sort(keys)
		}
		b.WriteString(strings.Join(keys, ""))
	}
	return b.String()
}

func (t *term) collect(d *Document, c *collector) {
	clause := nodeString(t, bindsOr)
	for _, f := range d.fields(t.in) {
		for i, s := range t.spans(d, f, allHits) {
			if i == hitsPerField {
				break
			}
			c.hit(d, hit{clause: clause, field: f, span: s, variant: t.variant(d, f, s)})
		}
	}
}

// variant returns the spelling that hit, if the term has several.
func (t *term) variant(d *Document, f fieldID, s span) string {
	if t.kind != termVariant {
		return ""
	}
	found := d.text(f).exactly(s)
	if text.Fold(found) == text.Fold(t.raw) {
		return ""
	}
	return found
}

// exactly returns the words of a hit as they stand in the text.
func (t *fieldText) exactly(s span) string {
	start, end := t.bounds(s)
	return t.plain[start:end]
}

// bounds returns the byte offsets of a hit.
func (t *fieldText) bounds(s span) (start, end int) {
	return t.words[s.from].Start, t.words[s.to-1].End
}

// newTermWords cuts raw into the words of a term. The mistake, if any, has its place in raw.
func newTermWords(raw string) ([]termWord, *mistake) {
	words := text.Words(raw)
	if len(words) == 0 {
		return nil, &mistake{0, fmt.Sprintf("%q has no letters or digits to look for", raw), "take it out, or use a /regular expression/"}
	}
	out := make([]termWord, len(words))
	for i, w := range words {
		out[i].text = w.Text
	}
	for at := range len(raw) {
		if raw[at] != '*' {
			continue
		}
		i := slices.IndexFunc(words, func(w text.Word) bool { return w.End == at })
		if i < 0 || strings.HasPrefix(raw[at+1:], "*") || slices.ContainsFunc(words, func(w text.Word) bool { return w.Start == at+1 }) {
			return nil, &mistake{at, "a * may only stand at the end of a word", `write helicopter*, or "carbon tax"~5 to leave words open`}
		}
		for i+1 < len(words) && words[i+1].End == at { // one character that stands for several words
			i++
		}
		if utf8.RuneCountInString(out[i].text) < 3 {
			return nil, &mistake{at, "a * needs at least 3 letters before it", ""}
		}
		out[i].prefix = true
	}
	return out, nil
}
