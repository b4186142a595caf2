package feeds

import (
	"fmt"
	"strings"
)

// document looks for the root and reads it. What stands before it is of no interest.
func (b *builder) document() {
	for {
		t := b.scan()
		if t.kind == tokenEnd {
			return
		}
		if t.kind != tokenStart {
			continue
		}
		if strings.EqualFold(t.name, "html") {
			b.html = true
		}
		if b.root(&t) {
			return
		}
	}
}

// root reads the document if t is the start tag of a feed's root, or of a lonely channel, entry or item.
func (b *builder) root(t *token) bool {
	_, local, ok := strings.Cut(t.name, ":")
	if !ok {
		local = t.name
	}
	local = strings.ToLower(local)
	switch local {
	case "rss":
		b.format, b.scope.rssRoot = "rss", true
	case "rdf":
		b.format, b.scope.rssRoot = "rdf", true
	case "feed":
		b.format, b.scope.root = "atom", spaceAtom
	case "channel":
		b.format, b.scope.rssRoot = "rss", true
	case "entry":
		b.format, b.scope.root = "atom", spaceAtom
	case "item":
		b.format, b.scope.rssRoot = "rss", true
	default:
		return false
	}
	if b.html && local != "rss" && local != "rdf" && local != "feed" {
		b.format = ""
		return false
	}
	if local == "channel" {
		b.format = "cdf"
		if _, ok := attrFold(t, "href"); !ok && t.name != strings.ToUpper(t.name) {
			b.format = "rss"
		}
	}
	b.feed.reset()
	g := b.enter(t)
	if g.el != elFeed && g.el != elItem { // "foo:rss" of a vocabulary of its own
		g.el = elFeed
		if local == "entry" || local == "item" {
			g.el = elItem
		}
	}
	switch {
	case t.empty:
		b.feedAttrs(g)
		b.pop()
	case g.el == elItem:
		b.readItem(g)
	default:
		b.feedAttrs(g)
		b.children(b.feedChild)
	}
	return true
}

// feedAttrs takes what the start tags of rss, RDF, channel and feed say.
func (b *builder) feedAttrs(g tag) {
	if v, ok := g.attr("rdf:about"); ok && g.local == "channel" {
		b.feed.add(cand{el: elID, sp: spaceRDF, value: b.decode(v)})
	}
	if lang := b.scope.lang(); lang != "" {
		b.feed.lang = lang
	}
	if b.format == "cdf" {
		b.cdfAttrs(&b.feed, g)
	}
}

// cdfAttrs takes what CDF says in attributes.
func (b *builder) cdfAttrs(g *bag, t tag) {
	if v, ok := attrFold(&t.token, "base"); ok {
		b.scope.bases = append(b.scope.bases, inherited{resolveURL(b.scope.base(), b.decode(v)), len(b.open)})
	}
	if v, ok := attrFold(&t.token, "href"); ok {
		g.addLink(linkCand{href: b.decode(v), base: b.scope.base()})
	}
	if v, ok := attrFold(&t.token, "lastmod"); ok {
		g.add(cand{el: elUpdated, value: b.decode(v)})
	}
}

// attrFold finds an attribute in any case.
func attrFold(t *token, name string) (string, bool) {
	for i := range t.attrs {
		if strings.EqualFold(t.attrs[i].name, name) {
			return t.attrs[i].value, true
		}
	}
	return "", false
}

// feedChild reads a child of rss, RDF, channel or feed.
func (b *builder) feedChild(t tag) {
	switch t.el {
	case elItem:
		b.readItem(t)
	case elFeed:
		b.feedAttrs(t)
		if !t.empty {
			b.children(b.feedChild)
		}
	case elUnknown:
		if !t.empty && (t.space == spaceNative || t.space == spaceAtom) && !strings.EqualFold(t.local, "textinput") && b.inItem == 0 {
			b.children(b.wrapped)
		}
	default:
		b.field(&b.feed, t)
	}
}

// wrapped reads items inside an element nobody knows.
func (b *builder) wrapped(t tag) {
	switch {
	case t.el == elItem, t.el == elFeed:
		b.feedChild(t)
	case t.el == elUnknown && !t.empty:
		b.children(b.wrapped)
	}
}

// readItem reads an item and, when it is complete, keeps it.
func (b *builder) readItem(t tag) {
	g := &b.item
	g.reset()
	g.lang = b.scope.lang()
	if v, ok := t.attr("rdf:about"); ok {
		g.add(cand{el: elID, sp: spaceRDF, value: b.decode(v), base: b.scope.base()})
	}
	if v, ok := t.attr("about"); ok && b.format == "rdf" {
		g.add(cand{el: elID, sp: spaceRDF, value: b.decode(v), base: b.scope.base()})
	}
	if b.format == "cdf" {
		b.cdfAttrs(g, t)
	}
	if !t.empty {
		before := b.inItem
		b.inItem = len(b.open)
		b.children(b.itemChild)
		b.inItem = before
	}
	if b.cut && !b.worthKeeping() {
		return
	}
	if !b.cut && b.unreads == 0 {
		b.closed++
	}
	b.keepItem()
}

// worthKeeping reports whether the item a document ends in may be complete: only where no item has an end tag at all.
func (b *builder) worthKeeping() bool {
	return !b.late && !b.x.truncated && !b.item.cut && b.closed == 0 && len(b.items) > 0
}

// itemChild reads a child of an item.
func (b *builder) itemChild(t tag) {
	if t.el != elUnknown && t.el != elFeed {
		b.field(&b.item, t)
	}
}

// warnings says what was met on the way.
func (b *builder) warnings() []string {
	var list []string
	add := func(on bool, format string, args ...any) {
		if on {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	add(b.truncated(), "the document ends early: what was complete is kept")
	add(b.x.repaired, "the document is not well-formed XML and was repaired")
	add(b.x.crowded, "an element has more than %d attributes: the rest is left out", MaxAttributes)
	add(b.scope.crowded, "more than %d namespaces are declared at once: the rest is left out", MaxNamespaces)
	add(b.deep, "elements are nested more than %d deep: what is deeper is left out", MaxDepth)
	add(b.long, "a text is longer than %d MiB: the rest is left out", MaxText>>20)
	add(b.dropped > 0, "more than %d items: the newest are kept, %d are left out", MaxItems, b.dropped)
	return list
}

// truncated reports whether the document ends before its root does.
func (b *builder) truncated() bool { return b.x.truncated || b.cut }
