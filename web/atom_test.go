package web_test

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// element is an XML element with its children.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Nodes   []element  `xml:",any"`
	Text    string     `xml:",chardata"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e element) all(name string) []element {
	var out []element
	for _, n := range e.Nodes {
		if n.XMLName.Local == name && n.XMLName.Space == atomSpace {
			out = append(out, n)
		}
	}
	return out
}

// text is the text of the child of that name.
func (e element) text(name string) string {
	if list := e.all(name); len(list) > 0 {
		return list[0].Text
	}
	return ""
}

const atomSpace = "http://www.w3.org/2005/Atom"

// validator collects what is wrong with an Atom document by RFC 4287.
type validator struct{ wrong []string }

func (v *validator) errorf(format string, args ...any) {
	v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
}

// parseAtom reads an Atom document strictly and fails the test for everything RFC 4287 does not allow.
func parseAtom(t testing.TB, doc string) element {
	t.Helper()
	var feed element
	if err := xml.Unmarshal([]byte(doc), &feed); err != nil {
		t.Fatalf("not well-formed: %v\n%s", err, doc)
	}
	var v validator
	v.feed(feed)
	for _, w := range v.wrong {
		t.Errorf("invalid Atom: %s", w)
	}
	return feed
}

// feed checks section 4.1.1.
func (v *validator) feed(f element) {
	if f.XMLName.Space != atomSpace || f.XMLName.Local != "feed" {
		v.errorf("the root is %v", f.XMLName)
	}
	v.counts("feed", f, [][3]any{{"id", 1, 1}, {"title", 1, 1}, {"updated", 1, 1}, {"generator", 0, 1}, {"icon", 0, 1}, {"logo", 0, 1}, {"rights", 0, 1}, {"subtitle", 0, 1}, {"author", 1, 99}})
	v.common("feed", f)
	rels := v.links("feed", f)
	if rels["self"] != 1 || rels["alternate"] != 1 {
		v.errorf("feed: links %v, want one self and one alternate", rels)
	}
	ids := make(map[string]bool)
	for i, e := range f.all("entry") {
		where := fmt.Sprintf("entry %d (%s)", i, e.text("title"))
		v.entry(where, e)
		if id := e.text("id"); ids[id] {
			v.errorf("%s: id %s is there twice", where, id)
		} else {
			ids[id] = true
		}
	}
}

// entry checks section 4.1.2.
func (v *validator) entry(where string, e element) {
	v.counts(where, e, [][3]any{{"id", 1, 1}, {"title", 1, 1}, {"updated", 1, 1}, {"published", 0, 1}, {"content", 0, 1}, {"summary", 0, 1}, {"rights", 0, 1}, {"source", 0, 1}, {"author", 1, 99}})
	v.common(where, e)
	rels := v.links(where, e)
	if rels["alternate"] != 1 {
		v.errorf("%s: %d alternate links", where, rels["alternate"])
	}
	if p := e.text("published"); p != "" && stampOf(p).After(stampOf(e.text("updated"))) {
		v.errorf("%s: published %s after updated %s", where, p, e.text("updated"))
	}
	for _, c := range e.all("category") {
		if c.attr("term") == "" {
			v.errorf("%s: a category without a term", where)
		}
	}
	for _, s := range e.all("source") {
		v.counts(where+" source", s, [][3]any{{"id", 1, 1}, {"title", 1, 1}, {"updated", 1, 1}})
		v.common(where+" source", s)
		v.links(where+" source", s)
	}
	for _, name := range []string{"content", "summary"} {
		for _, c := range e.all(name) {
			if c.attr("type") != "html" {
				v.errorf("%s: %s of type %q", where, name, c.attr("type"))
			}
			v.content(where, c.Text)
		}
	}
}

// counts checks how often elements occur.
func (v *validator) counts(where string, e element, bounds [][3]any) {
	for _, b := range bounds {
		if n := len(e.all(b[0].(string))); n < b[1].(int) || n > b[2].(int) {
			v.errorf("%s: %d %s", where, n, b[0])
		}
	}
}

// common checks ids (section 4.2.6), dates (section 3.3), titles and people (section 3.2).
func (v *validator) common(where string, e element) {
	for _, id := range e.all("id") {
		if u, err := url.Parse(id.Text); err != nil || !u.IsAbs() {
			v.errorf("%s: id %q is no absolute IRI", where, id.Text)
		}
	}
	for _, name := range []string{"updated", "published"} {
		for _, d := range e.all(name) {
			if stampOf(d.Text).IsZero() {
				v.errorf("%s: %s %q is no date of RFC 3339", where, name, d.Text)
			}
		}
	}
	if strings.TrimSpace(e.text("title")) == "" {
		v.errorf("%s: no title", where)
	}
	for _, p := range append(e.all("author"), e.all("contributor")...) {
		if strings.TrimSpace(p.text("name")) == "" || len(p.all("name")) != 1 {
			v.errorf("%s: an author without a name", where)
		}
	}
}

// links checks section 4.2.7 and counts relations.
func (v *validator) links(where string, e element) map[string]int {
	rels := make(map[string]int)
	for _, l := range e.all("link") {
		rels[l.attr("rel")]++
		if u, err := url.Parse(l.attr("href")); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			v.errorf("%s: link %s to %q", where, l.attr("rel"), l.attr("href"))
		}
	}
	return rels
}

// content checks that nothing in HTML executes and that every address in it is absolute.
func (v *validator) content(where, src string) {
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		v.errorf("%s: content: %v", where, err)
		return
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "style", "iframe", "object", "embed", "form", "base", "meta", "link", "foreignObject", "annotation-xml", "use", "image", "animate", "set":
			if n.Parent == nil || n.Parent.Data != "html" && n.Data != "head" {
				v.errorf("%s: content has <%s>", where, n.Data)
			}
		}
		for _, a := range n.Attr {
			v.attribute(where, n.Data, a)
		}
	}
}

func (v *validator) attribute(where, element string, a html.Attribute) {
	switch {
	case strings.HasPrefix(a.Key, "on"), a.Key == "srcdoc", a.Key == "style":
		v.errorf("%s: content has <%s %s>", where, element, a.Key)
	case a.Key == "href", a.Key == "src", a.Key == "cite", a.Key == "poster":
		u, err := url.Parse(a.Val)
		if err != nil || !u.IsAbs() || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
			v.errorf("%s: content has <%s %s=%q>", where, element, a.Key, a.Val)
		}
	}
}

// stampOf reads a date construct; zero when it is none.
func stampOf(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || strings.ToUpper(s) != s {
		return time.Time{}
	}
	return t
}

// atom asks for a feed and reads it.
func (w *world) atom(path string) element {
	w.t.Helper()
	return parseAtom(w.t, w.body(path))
}

// ids are the ids of a feed's entries, in its order.
func (e element) ids() []string {
	var out []string
	for _, entry := range e.all("entry") {
		out = append(out, entry.text("id"))
	}
	return out
}

// entry returns the entry with that title.
func (e element) entry(t testing.TB, title string) element {
	t.Helper()
	for _, entry := range e.all("entry") {
		if entry.text("title") == title {
			return entry
		}
	}
	t.Fatalf("no entry %q in the feed", title)
	return element{}
}
