package text

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Drawings (SVG) and formulas (MathML) are foreign content: within them a browser reads by other rules than in HTML,
// and most ways to smuggle something past a sanitiser use the border between the two. So nothing of what a publisher
// wrote is copied. A drawing is read into elements and written anew from the lists in foreignlists.go, in a form that
// has no border in it:
//
//   - every element is in the root's namespace, and none has a name that ends foreign content (HTML, 13.2.6.5);
//   - the elements within which a browser reads HTML again (title, desc, mi, mo, mn, ms, mtext) hold characters and nothing else; the others of that kind
//     (foreignObject, annotation-xml) go with their content;
//   - there are no comments and no CDATA; characters and values are escaped;
//   - no element has an id, a class or a style, and no value refers to anything but a link to the web.
//
// However the source is misread, what is written is of this form. The tests hold the output to it as x/net/html reads it.

// figure is a drawing or formula as it is written; html is "" if nothing of it can be seen.
type figure struct {
	html  string
	depth int // how deep its elements nest
}

// figure reads the drawing or formula whose start tag t was just read, up to its end, the start of a block of HTML or
// the end of the document.
func (r *reader) figure(t token) figure {
	w := figureWriter{v: vocabularies()[t.name], open: make(map[string]int), stated: make(map[string]bool)}
	w.start(t, false)
	for len(w.stack) > 0 {
		t, ok := r.lexer.next()
		if !ok {
			break
		}
		switch t.kind {
		case startToken:
			empty := strings.HasSuffix(t.raw, "/>")
			if r.raw != "" && (empty || t.name == "plaintext" || !r.closed(t.name)) {
				r.raw = ""
			}
			if elements[t.name] != 0 && w.islands == 0 { // as for reader, a block of HTML ends foreign content
				r.at, r.raw = r.at-len(t.raw), ""
				w.closeDownTo(0)
				break
			}
			w.start(t, empty)
		case endToken:
			w.end(t.name)
		case textToken:
			w.text(html.UnescapeString(t.raw))
		case commentToken:
			w.text(r.cdata(t))
		}
	}
	w.closeDownTo(0)
	if !w.seen || t.name == "svg" && icon(t) {
		return figure{}
	}
	return figure{html: w.out.String(), depth: w.deepest}
}

// iconSide is up to what side, in pixels, a drawing is an icon: of a button to share, to play. Its size is mostly a
// style's, without which it would fill the page.
const iconSide = 64

// icon reports whether the start tag of a drawing says that it is an icon, by its size or by its own units.
func icon(t token) bool {
	side := make(map[string]string)
	for a := (attrs{s: t.raw, at: 1 + len(t.name)}); ; {
		at, ok := a.next()
		if !ok {
			break
		}
		side[strings.ToLower(at.name)] = strings.TrimSpace(t.raw[at.start:at.end])
	}
	box := strings.FieldsFunc(side["viewbox"], func(r rune) bool { return r == ' ' || r == ',' })
	if len(box) != 4 {
		box = make([]string, 4)
	}
	return smallSide(side["width"], box[2]) && smallSide(side["height"], box[3])
}

// smallSide reports whether the first of the lengths that is a number of pixels is that of an icon.
func smallSide(lengths ...string) bool {
	for _, l := range lengths {
		if n, err := strconv.ParseFloat(strings.TrimSuffix(l, "px"), 64); err == nil {
			return n <= iconSide
		}
	}
	return false
}

// cdata returns the characters of a CDATA section, which the lexer, reading HTML, takes for a comment, and passes over the section.
func (r *reader) cdata(t token) string {
	const opening, closing = "<![CDATA[", "]]>"
	at := r.at - len(t.raw)
	if !strings.HasPrefix(t.raw, opening) || !r.follows(at, closing) {
		return ""
	}
	chars, _, _ := strings.Cut(r.s[at+len(opening):], closing)
	r.at = at + len(opening) + len(chars) + len(closing)
	return chars
}

// figureWriter writes the elements of a drawing or formula that are kept.
type figureWriter struct {
	v       *vocabulary
	out     strings.Builder
	stack   []foreignElement
	open    map[string]int // how often a name is in stack
	kept    int            // of stack: the first ones; those within one that goes go, too
	labels  int            // of those kept, the ones that hold characters only
	worded  int            // of those kept, the ones whose characters are shown
	islands int            // of those that go, the ones that hold HTML
	deepest int
	stated  map[string]bool // the attributes of a start tag so far
	seen    bool            // there is something to see
}

// foreignElement is an element that is open.
type foreignElement struct {
	name string // in lower case
	content
}

// start writes a start tag, or opens an element that goes.
func (w *figureWriter) start(t token, empty bool) {
	kind, known := w.v.elements[t.name]
	switch {
	case w.kept < len(w.stack): // within one that goes
		known = false
	case len(w.stack) == 0: // the root
	case w.labels > 0:
		if allowed[t.name] || wrappers[t.name] {
			return // HTML in a label: its words stay
		}
		known = false
	case t.name == "math", len(w.stack) >= maxDepth:
		known = false
	}
	if !known {
		if !empty && !htmlVoid[t.name] {
			w.push(foreignElement{name: t.name})
		}
		return
	}
	w.out.WriteByte('<')
	w.out.WriteString(t.name)
	if len(w.stack) == 0 {
		writeAttr(&w.out, "xmlns", w.v.namespace)
	}
	w.attrs(t)
	w.deepest = max(w.deepest, len(w.stack)+1)
	w.seen = w.seen || kind == shape
	if empty && kind == shape {
		w.out.WriteString("/>") // which counts in foreign content
		return
	}
	w.out.WriteByte('>')
	w.push(foreignElement{t.name, kind})
	if empty {
		w.closeDownTo(len(w.stack) - 1)
	}
}

// push opens an element.
func (w *figureWriter) push(e foreignElement) {
	if w.kept == len(w.stack) && e.content != dropped {
		w.kept++
	}
	w.stack = append(w.stack, e)
	w.open[e.name]++
	w.count(e, 1)
}

// count adds an element to those open, or takes it from them.
func (w *figureWriter) count(e foreignElement, n int) {
	switch e.content {
	case dropped:
		if e.name == "foreignobject" || e.name == "annotation-xml" {
			w.islands += n
		}
	case worded:
		w.worded += n
	case label, note:
		w.worded += n
		w.labels += n
	}
}

// end closes the innermost element of the name, if one is open, and all within it.
func (w *figureWriter) end(name string) {
	if w.open[name] == 0 {
		return
	}
	i := len(w.stack) - 1
	for w.stack[i].name != name {
		i--
	}
	w.closeDownTo(i)
}

// closeDownTo closes the elements from the innermost to the one at stack[i].
func (w *figureWriter) closeDownTo(i int) {
	for n := len(w.stack) - 1; n >= i; n-- {
		e := w.stack[n]
		w.open[e.name]--
		w.count(e, -1)
		if e.content != dropped {
			w.kept--
			w.out.WriteString("</")
			w.out.WriteString(e.name)
			w.out.WriteByte('>')
		}
	}
	w.stack = w.stack[:i]
}

// text writes characters where they are shown.
func (w *figureWriter) text(s string) {
	if s == "" || w.kept < len(w.stack) {
		return
	}
	blank := strings.TrimSpace(s) == ""
	if w.worded == 0 && (blank || !w.v.loose) {
		return
	}
	if !blank && w.stack[len(w.stack)-1].content != note {
		w.seen = true
	}
	w.out.WriteString(html.EscapeString(Clean(s)))
}

// attrs writes the attributes of a start tag that the vocabulary has, with the values it allows.
func (w *figureWriter) attrs(t token) {
	clear(w.stated)
	linked := false
	for a := (attrs{s: t.raw, at: 1 + len(t.name)}); ; {
		at, ok := a.next()
		if !ok {
			return
		}
		name := strings.ToLower(at.name)
		r, ok := w.v.attrs[name]
		if !ok || w.stated[name] || strings.HasSuffix(name, "href") && w.v.link != "" && w.v.link != t.name {
			continue
		}
		w.stated[name] = true
		v, ok := r.value(strings.TrimSpace(Clean(html.UnescapeString(t.raw[at.start:at.end]))))
		if !ok {
			continue
		}
		if !linked && strings.HasPrefix(r.name, "xlink:") {
			linked = true
			writeAttr(&w.out, "xmlns:xlink", "http://www.w3.org/1999/xlink")
		}
		writeAttr(&w.out, r.name, v)
	}
}

func writeAttr(out *strings.Builder, name, value string) {
	out.WriteByte(' ')
	out.WriteString(name)
	out.WriteString(`="`)
	out.WriteString(html.EscapeString(value))
	out.WriteByte('"')
}

// webLink returns v as net/url writes it, if it is an absolute http or https URL.
func webLink(v string) (string, bool) {
	u, err := url.Parse(v)
	if err != nil || !onWeb(u) {
		return "", false
	}
	v = u.String()
	u = settledURL(html.EscapeString(v))
	return v, u != nil && onWeb(u)
}
