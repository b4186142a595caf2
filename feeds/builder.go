package feeds

import (
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
	parts    pieces // of what is being written, before out
	out      []byte // scratch of emit
	side     side   // scratch of keepItem
	items    []*side
	full     bool      // MaxItems items were kept after newer ones were preferred
	oldest   time.Time // of these
	deadline time.Time
	tokens   int
	late     bool
	cut      bool // the document ends inside an element
	deep     bool // something was nested too deeply
	long     bool // a text was too long
	dropped  int  // items beyond MaxItems
	grown    int  // bytes that escaping added
	terms    int  // categories written
	searches int  // of endOf
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
	token
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
	g := tag{token: *t, space: sp, local: local, el: classify(sp, local)}
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
	depth, nested, end := len(b.open), 0, -1
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
				if end < 0 {
					end = b.endOf(name)
				}
				if end >= b.x.pos { // an item inside
					b.x.pos = end
					continue
				}
				b.unread(t) // the end tag was forgotten: this is the next item
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

// maxSearches and searchWindow bound how often and how far, in bytes, endOf looks ahead.
const (
	maxSearches  = 1000
	searchWindow = 256 << 10
)

// endOf looks ahead for the end tag of an element and returns its offset, or -1.
func (b *builder) endOf(name string) int {
	if b.searches++; b.searches > maxSearches {
		return -1
	}
	window := b.x.s[b.x.pos:min(len(b.x.s), b.x.pos+searchWindow)]
	if i := strings.Index(window, "</"+name); i >= 0 {
		return b.x.pos + i
	}
	return -1
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

// decode replaces the references in an attribute's value.
func (b *builder) decode(v string) string {
	return strings.TrimSpace(decodeReferences(v, b.x.entities))
}

// value is the decoded value of an attribute, "" when it is not there.
func (b *builder) value(t tag, name string) string {
	v, _ := t.attr(name)
	return b.decode(v)
}
