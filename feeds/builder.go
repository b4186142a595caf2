package feeds

import (
	"fmt"
	"strings"
	"time"
)

// builder walks a document once. It keeps what is said about the feed and each item in bags, and at the end of each item
// writes it for gofeed, well formed, and notes beside it what gofeed would drop.
type builder struct {
	x        scanner
	scope    scope
	open     []frame
	text     []byte // scratch of capture
	hash     []byte // scratch of fingerprint
	pending  token  // unread
	unreads  int
	dates    dateReader
	format   string // rss, rdf, atom, cdf; "" no root was found yet
	feed     bag
	item     bag
	closed   int    // items that had an end tag
	inItem   int    // the depth of the item that is open, 0 none
	out      []byte // the items for gofeed, one after the other
	items    []side
	deadline time.Time
	tokens   int
	late     bool
	cut      bool // the document ends inside an element
	deep     bool // something was nested too deeply
	long     bool // a text was too long
	dropped  int  // items beyond MaxItems
	grown    int  // bytes that escaping added
	terms    int  // categories written
	html     bool // a web page was seen before any feed
}

// frame is an open element.
type frame struct {
	name string
	sum  uint32 // of the name
}

// nameSum is a cheap hash of a name without regard to case: a document full of stray end tags is compared by it.
func nameSum(s string) uint32 {
	sum := uint32(2166136261)
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		sum = (sum ^ uint32(c)) * 16777619
	}
	return sum
}

// tag is a start tag with what it is to us.
type tag struct {
	*token
	space space
	local string
	el    element
}

// newBuilder prepares the walk over a document from base.
func newBuilder(s, base string, dates dateReader) *builder {
	b := &builder{x: scanner{s: s}, dates: dates, deadline: time.Now().Add(MaxTime)}
	b.scope.root = spaceNative
	if base != "" {
		b.scope.bases = append(b.scope.bases, inherited{base, 0})
	}
	return b
}

// scan returns the next token, or the one that was unread.
func (b *builder) scan() token {
	if b.unreads > 0 {
		b.unreads--
		return b.pending
	}
	if b.tokens++; b.tokens&0xFFFF == 0 && time.Now().After(b.deadline) {
		b.late = true
	}
	if b.late {
		return token{kind: tokenEnd}
	}
	return b.x.next()
}

// unread makes scan return t again.
func (b *builder) unread(t token) { b.pending, b.unreads = t, 1 }

// pop closes the innermost open element.
func (b *builder) pop() { b.popDepth(len(b.open) - 1) }

// popDepth closes all elements but the outer depth ones.
func (b *builder) popDepth(depth int) {
	b.open = b.open[:max(depth, 0)]
	b.scope.leave(len(b.open))
}

// close handles an end tag: it closes the nearest open element of that name and all inside it. Without one it means nothing.
func (b *builder) close(name string) {
	n, sum := len(b.open), nameSum(name)
	for i := n - 1; i >= 0; i-- {
		if b.open[i].sum == sum && sameName(b.open[i].name, name) {
			if i < n-1 {
				b.x.repaired = true
			}
			b.popDepth(i)
			return
		}
	}
	b.x.repaired = true
}

// sameName compares names as HTML does, since people do.
func sameName(a, b string) bool { return a == b || len(a) == len(b) && strings.EqualFold(a, b) }

// closesAncestor reports whether an end tag belongs to an element around the innermost one.
func (b *builder) closesAncestor(name string) bool {
	sum := nameSum(name)
	for i := len(b.open) - 2; i >= 0; i-- {
		if b.open[i].sum == sum && sameName(b.open[i].name, name) {
			return true
		}
	}
	return false
}

// enter opens the element of a start tag.
func (b *builder) enter(t *token) tag {
	depth := len(b.open) + 1
	b.scope.enter(t, depth, b.x.entities)
	sp, local := b.scope.resolve(t.name)
	g := tag{token: t, space: sp, local: local, el: classify(sp, local)}
	b.open = append(b.open, frame{t.name, nameSum(t.name)})
	return g
}

// children calls visit for each child of the innermost open element and returns when that is closed.
func (b *builder) children(visit func(tag)) {
	depth := len(b.open)
	for {
		t := b.scan()
		switch t.kind {
		case tokenEnd:
			b.cut = true
			b.popDepth(depth - 1)
			return
		case tokenClose:
			b.close(t.name)
		case tokenStart:
			b.child(&t, visit)
		}
		if len(b.open) < depth {
			return
		}
	}
}

// child opens one element, has it visited, and skips what the visit left.
func (b *builder) child(t *token, visit func(tag)) {
	depth := len(b.open)
	if depth >= MaxDepth {
		b.deep = true
		b.skipDeep(t)
		return
	}
	if b.inItem > 0 && depth >= b.inItem && b.startsItem(t) {
		b.unread(*t) // the end tag of the item before was forgotten
		b.unreadAttrs()
		b.x.repaired = true
		b.popDepth(b.inItem - 1)
		return
	}
	g := b.enter(t)
	if t.empty {
		visit(g)
		b.popDepth(min(depth, len(b.open)))
		return
	}
	visit(g)
	if len(b.open) > depth {
		b.skip(t.name)
	}
}

// unreadAttrs gives the attributes of an unread token a place of their own.
func (b *builder) unreadAttrs() { b.pending.attrs = append([]rawAttr(nil), b.pending.attrs...) }

// startsItem reports whether t is the start of an item.
func (b *builder) startsItem(t *token) bool {
	sp, local := b.scope.resolve(t.name)
	return (sp == spaceNative || sp == spaceAtom) && classify(sp, local) == elItem
}

// skip reads on to the end of the innermost open element, whose name is given.
func (b *builder) skip(name string) {
	depth, nested := len(b.open), 0
	for len(b.open) >= depth {
		t := b.scan()
		switch t.kind {
		case tokenEnd:
			b.cut = true
			b.popDepth(depth - 1)
		case tokenStart:
			if sameName(t.name, name) && !t.empty {
				nested++
			}
			if b.inItem > 0 && b.startsItem(&t) {
				b.unread(t)
				b.unreadAttrs()
				b.pop()
			}
		case tokenClose:
			switch {
			case sameName(t.name, name) && nested > 0:
				nested--
			case sameName(t.name, name):
				b.pop()
			case b.closesAncestor(t.name):
				b.close(t.name)
			}
		}
	}
}

// skipDeep skips an element that is nested too deeply, by counting.
func (b *builder) skipDeep(t *token) {
	if t.empty {
		return
	}
	for depth := 1; depth > 0; {
		switch t := b.scan(); t.kind {
		case tokenEnd:
			b.cut = true
			return
		case tokenStart:
			if !t.empty {
				depth++
			}
		case tokenClose:
			depth--
		}
	}
}

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
	if v, ok := attrFold(t.token, "base"); ok {
		b.scope.bases = append(b.scope.bases, inherited{resolveURL(b.scope.base(), b.decode(v)), len(b.open)})
	}
	if v, ok := attrFold(t.token, "href"); ok {
		g.addLink(linkCand{href: b.decode(v), base: b.scope.base()})
	}
	if v, ok := attrFold(t.token, "lastmod"); ok {
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

// decode replaces the references in an attribute's value.
func (b *builder) decode(v string) string {
	return strings.TrimSpace(decodeReferences(v, b.x.entities))
}

// value is the decoded value of an attribute, "" when it is not there.
func (b *builder) value(t tag, name string) string {
	v, _ := t.attr(name)
	return b.decode(v)
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
