package feeds

import (
	"slices"
	"strings"
)

// captured is what is inside an element that holds text.
type captured struct {
	value  string
	markup bool // it had elements: value is markup, text beside them is escaped
}

// textTag is the element a text is in. Tokens share their attributes, so what is needed of them is taken first.
type textTag struct {
	name    string
	el      element
	foreign bool // it declares that it has elements of other vocabularies
	xhtml   bool
}

// capture reads the element whose start tag was just entered up to its end, which may have been forgotten. Its text is
// decoded; when there are elements in it, it is read again as markup.
func (b *builder) capture(g tag) captured {
	if g.empty {
		return captured{}
	}
	typ, _ := g.attr("type")
	t := textTag{name: g.name, el: g.el, xhtml: strings.Contains(typ, "xhtml")}
	t.foreign = t.xhtml || strings.Contains(typ, "xml") || t.el == elBody
	start := b.x.pos
	b.text = b.text[:0]
	first, used := "", false
	for {
		t2 := b.scan()
		switch t2.kind {
		case tokenEnd:
			b.cut, b.item.cut = true, true
			b.pop()
			return captured{value: b.plain(first, used)}
		case tokenText, tokenCDATA:
			if !used && first == "" && (t2.kind == tokenCDATA || strings.IndexByte(t2.text, '&') < 0) {
				first = t2.text
				continue
			}
			if !used {
				b.text, used = append(b.text, firstBytes(first)...), true
			}
			if len(b.text) > MaxText {
				continue
			}
			if len(t2.text) > maxChunk {
				b.long = true
				t2.text = t2.text[:maxChunk]
			}
			if t2.kind == tokenCDATA {
				b.text = append(b.text, firstBytes(t2.text)...)
			} else {
				b.text = slices.Grow(b.text, len(firstBytes(t2.text)))
				b.text = appendDecoded(b.text, t2.text, b.x.entities, MaxText+1)
			}
		case tokenStart:
			if b.endsText(&t2, &t) {
				return captured{value: b.plain(first, used)}
			}
			b.x.pos = start
			return b.captureMarkup(&t)
		case tokenClose:
			if b.closesText(&t2, &t) {
				return captured{value: b.plain(first, used)}
			}
		}
	}
}

// plain is the text capture collected.
func (b *builder) plain(first string, used bool) string {
	if used {
		return b.bounded(b.text)
	}
	if len(first) > MaxText {
		b.long = true
		first = strings.ToValidUTF8(first[:MaxText], "")
	}
	return strings.TrimSpace(first)
}

// firstBytes are those of s that can be part of a text, and one to show that there are more.
func firstBytes(s string) string { return s[:min(len(s), MaxText+1)] }

// maxChunk is how much of one run of text is decoded: the rest could only add to what is cut off.
const maxChunk = 3 * MaxText

// bounded is a text up to MaxText.
func (b *builder) bounded(text []byte) string {
	if len(text) > MaxText {
		b.long = true
		return strings.TrimSpace(strings.ToValidUTF8(string(text[:MaxText]), ""))
	}
	return strings.TrimSpace(string(text))
}

// endsText reports whether a start tag shows that the end tag of the text t was forgotten, and closes t then.
func (b *builder) endsText(start *token, t *textTag) bool {
	if t.foreign {
		return false
	}
	sp, local := b.scope.resolve(start.name)
	el := classify(sp, local)
	if el == elUnknown || sp == spaceXHTML || !closesText(t.el, el) {
		return false
	}
	b.unread(*start)
	b.unreadAttrs()
	b.x.repaired = true
	b.pop()
	return true
}

// closesText reports whether an end tag ends the text t, its own or one around it, and closes what has to be closed.
func (b *builder) closesText(end *token, t *textTag) bool {
	if sameName(end.name, t.name) {
		b.pop()
		return true
	}
	if !b.closesAncestor(end.name) {
		return false
	}
	b.x.repaired = true
	b.unread(*end)
	b.pop()
	return true
}

// markup writes the elements inside a text as HTML.
type markup struct {
	b      *builder
	name   string // of the element that holds the text
	base   string
	nested int // elements of that name inside
	depth  int // of elements that need an end tag
	roots  int // elements directly inside
	stray  bool
	inner  [2]int // what is inside the only root, when that is a div
	div    bool
}

// captureMarkup reads the element t as markup.
func (b *builder) captureMarkup(t *textTag) captured {
	m := markup{b: b, name: t.name, base: b.scope.base()}
	b.text = b.text[:0]
	floor := len(b.open)
	for done := false; !done; {
		t2 := b.scan()
		switch t2.kind {
		case tokenEnd:
			b.cut, b.item.cut = true, true
			b.pop()
			done = true
		case tokenText:
			m.stray = m.stray || m.depth == 0 && strings.TrimSpace(t2.text) != ""
			m.chars(t2.text)
		case tokenCDATA:
			m.stray = m.stray || m.depth == 0
			if len(b.text) > MaxText {
				continue
			}
			t2.text = firstBytes(t2.text)
			if m.depth > 0 && t.foreign {
				m.escaped(t2.text)
			} else {
				b.text = append(b.text, t2.text...)
			}
		case tokenStart:
			if done = b.endsText(&t2, t); !done {
				m.start(&t2, floor)
			}
		case tokenClose:
			if m.nested > 0 && sameName(t2.name, t.name) {
				m.nested--
				m.close(&t2, floor)
			} else if b.closesText(&t2, t) {
				done = true
			} else {
				m.close(&t2, floor)
			}
		}
	}
	b.scope.leave(len(b.open))
	return captured{value: m.result(t), markup: true}
}

// result is the markup; of Atom's xhtml what is inside the div, which is not part of it (RFC 4287, section 3.1.1.3).
func (m *markup) result(t *textTag) string {
	text := m.b.text
	if t.xhtml && m.roots == 1 && m.div && !m.stray && m.inner[1] > m.inner[0] {
		text = text[m.inner[0]:m.inner[1]]
	}
	return m.b.bounded(text)
}

// chars copies text with its references, which HTML understands, too; only the document's own entities are replaced.
func (m *markup) chars(s string) {
	if len(m.b.text) > MaxText {
		return
	}
	s = firstBytes(s)
	if m.b.x.entities != nil && strings.IndexByte(s, '&') >= 0 {
		m.escaped(decodeReferences(s, m.b.x.entities))
		return
	}
	m.b.text = append(m.b.text, s...)
}

// escaped copies text that is no markup, as long as what escaping adds stays within bounds.
func (m *markup) escaped(s string) {
	before := len(m.b.text)
	if m.b.grown+4*len(s) > maxGrowth && m.b.grown+len(s) > maxGrowth/4 {
		m.b.x.repaired = true
		return
	}
	m.b.text = appendEscaped(m.b.text, s)
	m.b.grown += len(m.b.text) - before - len(s)
}

// maxGrowth is what escaping may add to a document, in bytes.
const maxGrowth = 4 << 20

// start copies a start tag.
func (m *markup) start(t *token, floor int) {
	b := m.b
	level := floor + m.depth + 1
	b.scope.enter(t, level, b.x.entities)
	name := m.local(t.name)
	lower := strings.ToLower(name)
	if m.depth == 0 {
		m.roots++
	}
	if len(b.text) > MaxText {
		t.attrs = nil
		m.track(t, lower, level)
		return
	}
	b.text = append(b.text, '<')
	b.text = append(b.text, firstBytes(name)...)
	for i := range t.attrs {
		m.attr(&t.attrs[i])
	}
	b.text = append(b.text, '>')
	if m.depth == 0 && m.roots == 1 && lower == "div" {
		m.div = true
		m.inner[0] = len(b.text)
	}
	if t.empty && !voidElements[lower] {
		b.text = append(b.text, "</"...)
		b.text = append(b.text, firstBytes(name)...)
		b.text = append(b.text, '>')
	}
	m.track(t, lower, level)
}

// track counts the element that was started.
func (m *markup) track(t *token, lower string, level int) {
	if voidElements[lower] || t.empty {
		m.b.scope.leave(level - 1)
		return
	}
	if sameName(t.name, m.name) {
		m.nested++
	}
	m.depth++
}

// close copies an end tag.
func (m *markup) close(t *token, floor int) {
	b := m.b
	name := m.local(t.name)
	if voidElements[strings.ToLower(name)] {
		return
	}
	if m.depth > 0 {
		m.depth--
	}
	if m.depth == 0 {
		m.inner[1] = len(b.text)
	}
	if len(b.text) > MaxText {
		b.scope.leave(floor + m.depth)
		return
	}
	b.text = append(b.text, "</"...)
	b.text = append(b.text, firstBytes(name)...)
	b.text = append(b.text, '>')
	b.scope.leave(floor + m.depth)
}

// local drops the prefix of an element of HTML, or of SVG and MathML, which HTML takes in by name.
func (m *markup) local(name string) string {
	if strings.IndexByte(name, ':') < 0 {
		return name
	}
	if sp, local := m.b.scope.resolve(name); local != "" && (sp == spaceXHTML || sp == spaceSVG || sp == spaceMath) {
		return local
	}
	return name
}

// urlAttributes are resolved where xml:base says something else than around the text.
var urlAttributes = []string{"href", "src", "cite", "action", "longdesc", "poster", "background", "data", "usemap", "codebase", "classid", "profile", "xlink:href"}

// attr copies an attribute. Namespaces go, xml:base is applied.
func (m *markup) attr(a *rawAttr) {
	name, value := a.name, a.value
	switch {
	case strings.HasPrefix(name, "xmlns"), name == "xml:base", strings.IndexByte(name, '<') >= 0:
		return
	case name == "xml:lang":
		name = "lang"
	case strings.IndexByte(name, ':') > 0:
		if sp, local := m.b.scope.resolve(name); sp == spaceXLink {
			name = "xlink:" + local // the one spelling that HTML knows
		}
	}
	if base := m.b.scope.base(); base != m.base && len(value) <= maxURL && slices.Contains(urlAttributes, strings.ToLower(name)) {
		value = resolveURL(base, decodeReferences(value, m.b.x.entities))
		value = string(appendEscaped(nil, value))
	}
	m.b.text = append(m.b.text, ' ')
	m.b.text = append(m.b.text, firstBytes(name)...)
	quote := byte('"')
	if strings.IndexByte(value, '"') >= 0 {
		quote = '\''
		if strings.IndexByte(value, '\'') >= 0 {
			value = ""
		}
	}
	m.b.text = append(m.b.text, '=', quote)
	m.b.text = append(m.b.text, firstBytes(value)...)
	m.b.text = append(m.b.text, quote)
}

// appendEscaped appends s with "&", "<" and ">" escaped.
func appendEscaped(out []byte, s string) []byte {
	for i := range len(s) {
		switch s[i] {
		case '&':
			out = append(out, "&amp;"...)
		case '<':
			out = append(out, "&lt;"...)
		case '>':
			out = append(out, "&gt;"...)
		default:
			out = append(out, s[i])
		}
	}
	return out
}
