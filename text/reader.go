package text

import "strings"

// reader gives the tokens of a document that a person sees: no comments, and nothing of the elements that are removed
// whole. Unlike a browser it does not let an element that is never closed, or that is closed XHTML's way ("<iframe/>"),
// swallow the article behind it.
type reader struct {
	lexer
	except string         // one more element that goes with its content, "" none
	drawn  func(figure)   // gets what stays of the drawings and formulas, which are else removed; nil where nothing does
	skip   string         // the element that is being passed over, "" none
	lower  string         // the document in lower case as far as it is ASCII; "" until needed
	last   map[string]int // where something is for the last time, -1 nowhere
}

// next returns the next visible token; ok is false at the end.
func (r *reader) next() (t token, ok bool) {
	for {
		t, ok = r.lexer.next()
		if !ok {
			return t, false
		}
		switch t.kind {
		case startToken:
			if r.visible(t) {
				return t, true
			}
		case endToken:
			if r.skip == t.name {
				r.skip = ""
			}
			if r.skip == "" && !removed[t.name] {
				return t, true
			}
		case textToken, rawToken:
			if r.skip == "" {
				return t, true
			}
		}
	}
}

// visible decides about a start tag.
func (r *reader) visible(t token) bool {
	empty := strings.HasSuffix(t.raw, "/>")
	if r.raw != "" && !r.swallows(t.name, empty, strings.Contains(t.raw, "src")) {
		r.raw = ""
		return !removed[t.name]
	}
	if r.skip != "" {
		if r.skip != "svg" && r.skip != "math" && r.skip != "head" || elements[t.name] == 0 {
			return false
		}
		r.skip = "" // a block element ends foreign content (HTML, 13.2.6.5) and a head that was left open
	}
	if !removed[t.name] && (t.name != r.except || r.except == "") {
		return true
	}
	switch {
	case r.raw == "" && (empty || !r.closed(t.name)):
	case r.drawn != nil && (t.name == "svg" || t.name == "math"):
		r.drawn(r.figure(t))
	default:
		r.skip = t.name
	}
	return false
}

// swallows reports whether an element of characters holds what follows its start tag. Scripts and styles do, unless the
// tag says that it is empty and that its content is elsewhere.
func (r *reader) swallows(name string, empty, elsewhere bool) bool {
	switch name {
	case "script":
		return !empty || !elsewhere
	case "style":
		return true
	case "plaintext":
		return false
	}
	return !empty && r.closed(name)
}

// closed reports whether an end tag of the element follows.
func (r *reader) closed(name string) bool { return r.follows(r.at, "</"+name) }

// follows reports whether s, in lower case, is at or behind a place.
func (r *reader) follows(place int, s string) bool {
	if r.lower == "" {
		r.lower, r.last = lowerASCII(r.s), make(map[string]int)
	}
	at, ok := r.last[s]
	if !ok {
		at = strings.LastIndex(r.lower, s)
		r.last[s] = at
	}
	return at >= place
}

// removed are the elements whose content goes with their tags.
var removed = setOf("script style svg math template head title iframe frameset noembed noframes noscript textarea select object embed applet audio video canvas")

// elements tells the elements that stand apart in plain text, and by how many line ends.
var elements = newElements()

func newElements() map[string]int {
	m := make(map[string]int)
	for name := range strings.FieldsSeq(`p div h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table figure figcaption section article aside header footer main nav
		form fieldset address hr details body center caption hgroup dir menu search dialog xmp plaintext listing`) {
		m[name] = 2
	}
	for name := range strings.FieldsSeq("tr dt dd li summary thead tbody tfoot legend option optgroup") {
		m[name] = 1
	}
	return m
}
