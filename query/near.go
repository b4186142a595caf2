package query

import (
	"fmt"
	"slices"
	"strings"
)

// link stands between two operands of a chain of NEARs.
type link struct {
	ordered bool
	within  int // words between
}

func (l link) String() string {
	name := "NEAR"
	if l.ordered {
		name = "ONEAR"
	}
	if l.within == defaultNear {
		return name
	}
	return fmt.Sprintf("%s/%d", name, l.within)
}

// fits reports whether two hits are close enough. Hits that share words are two names of one thing, not near each other.
func (l link) fits(a, b span) bool {
	if b.from >= a.to {
		return b.from-a.to <= l.within
	}
	return !l.ordered && a.from >= b.to && a.from-b.to <= l.within
}

// nearNode is a chain: each neighbouring pair of operands stands close together in one field.
type nearNode struct {
	in    fieldID
	parts []positional
	links []link // one fewer than parts
}

func (n *nearNode) kids() []node { return nil }

func (n *nearNode) eval(d *Document) bool {
	for _, f := range d.fields(n.in) {
		if len(n.chain(d, f)) > 0 {
			return true
		}
	}
	return false
}

// chain returns for each operand the hit it has in the first complete chain of field f; nil when there is none.
func (n *nearNode) chain(d *Document, f fieldID) []span {
	if d.over() {
		return nil
	}
	hits := make([][]span, len(n.parts))
	for i, p := range n.parts {
		if hits[i] = p.spans(d, f, allHits); len(hits[i]) == 0 {
			return nil
		}
	}
	from := make([][]int, len(n.parts)) // for each hit that a chain reaches, the hit before it
	reached := hits[0]
	for i, l := range n.links {
		var next []span
		ft := d.text(f)
		longest := longestSpan(reached)
		for _, h := range hits[i+1] {
			if d.over() {
				return nil
			}
			if at := l.before(reached, h, longest, ft); at >= 0 {
				next = append(next, h)
				from[i+1] = append(from[i+1], at)
			}
		}
		if len(next) == 0 {
			return nil
		}
		hits[i+1] = next
		reached = next
	}
	out := make([]span, len(n.parts))
	for i, at := len(n.parts)-1, 0; i >= 0; i-- {
		out[i] = hits[i][at]
		if i > 0 {
			at = from[i][at]
		}
	}
	return out
}

func longestSpan(spans []span) int {
	longest := 0
	for _, s := range spans {
		longest = max(longest, s.to-s.from)
	}
	return longest
}

// before returns the first of the reached hits that is close enough to h; -1 when there is none.
func (l link) before(reached []span, h span, longest int, ft *fieldText) int {
	least := h.from - l.within - longest
	i, _ := slices.BinarySearchFunc(reached, least, func(s span, from int) int { return s.from - from })
	for ; i < len(reached) && reached[i].from <= h.to+l.within; i++ {
		if l.fits(reached[i], h) && ft.together(reached[i].from, h.from) {
			return i
		}
	}
	return -1
}

func (n *nearNode) collect(d *Document, c *collector) {
	clause := nodeString(n, bindsOr)
	for _, f := range d.fields(n.in) {
		for _, s := range n.chain(d, f) {
			c.hit(d, hit{clause: clause, field: f, span: s})
		}
	}
}

func (n *nearNode) write(b *strings.Builder, min int) {
	grouped := n.in != fieldAny
	if grouped || min > bindsUnary {
		b.WriteString(n.in.prefix())
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, p := range n.parts {
		if i > 0 {
			b.WriteString(" " + n.links[i-1].String() + " ")
		}
		writeBare(b, p)
	}
}

// writeBare writes an operand of NEAR or ATLEAST without the field, which stands before the whole.
func writeBare(b *strings.Builder, p positional) {
	switch p := p.(type) {
	case *term:
		p.writeBare(b)
	case *listNode:
		b.WriteString("@" + p.name)
	case *anyOf:
		b.WriteByte('(')
		for i, part := range p.parts {
			if i > 0 {
				b.WriteString(" OR ")
			}
			writeBare(b, part)
		}
		b.WriteByte(')')
	}
}

func (n *nearNode) key() string {
	var b strings.Builder
	b.WriteString("n(")
	for i, p := range n.parts {
		if i > 0 {
			fmt.Fprintf(&b, " %v%d ", n.links[i-1].ordered, n.links[i-1].within)
		}
		b.WriteString(p.key())
	}
	return b.String() + ")"
}

func (n *nearNode) why(d *Document) string {
	if n.eval(d) {
		return whyTerm(n, n.in, d)
	}
	for _, p := range n.parts {
		if !p.eval(d) {
			var b strings.Builder
			writeBare(&b, p)
			return b.String() + ": " + notIn(n.in)
		}
	}
	return "the words are there, but nowhere close enough to each other in one field"
}

// anyOf is an OR-group as an operand of NEAR or ATLEAST.
type anyOf struct {
	orNode
	in    fieldID
	parts []positional
}

func newAnyOf(in fieldID, parts []positional) *anyOf {
	nodes := make([]node, len(parts))
	for i, p := range parts {
		nodes[i] = p
	}
	return &anyOf{orNode: *newOr(nodes), in: in, parts: parts}
}

func (n *anyOf) field() fieldID { return n.in }

func (n *anyOf) spans(d *Document, f fieldID, want extent) []span {
	return unionSpans(n.parts, d, f, want)
}

// asPositional turns what NEAR and ATLEAST may have as an operand into one: terms, phrases, lists, and OR-groups of those in one field.
func asPositional(n node) (positional, bool) {
	if p, ok := n.(positional); ok {
		return p, true
	}
	group, ok := n.(*orNode)
	if !ok {
		return nil, false
	}
	var parts []positional
	for _, part := range group.parts {
		p, ok := asPositional(part)
		if !ok || len(parts) > 0 && p.field() != parts[0].field() {
			return nil, false
		}
		parts = append(parts, p)
	}
	return newAnyOf(parts[0].field(), parts), true
}

// atLeast asks for a number of hits, all fields together.
type atLeast struct {
	in   fieldID
	n    int
	part positional
}

func (n *atLeast) kids() []node { return nil }

func (n *atLeast) count(d *Document) int {
	count := 0
	for _, f := range d.fields(n.in) {
		count += len(n.part.spans(d, f, allHits))
	}
	return count
}

func (n *atLeast) eval(d *Document) bool { return n.count(d) >= n.n }

func (n *atLeast) collect(d *Document, c *collector) {
	clause := nodeString(n, bindsOr)
	for _, f := range d.fields(n.in) {
		for i, s := range n.part.spans(d, f, allHits) {
			if i == hitsPerField {
				break
			}
			c.hit(d, hit{clause: clause, field: f, span: s})
		}
	}
}

func (n *atLeast) write(b *strings.Builder, _ int) {
	if n.in != fieldAny {
		b.WriteString(n.in.prefix() + "(")
		defer b.WriteByte(')')
	}
	fmt.Fprintf(b, "ATLEAST/%d(", n.n)
	writeBare(b, n.part)
	b.WriteByte(')')
}

func (n *atLeast) key() string { return fmt.Sprintf("a%d(%s)", n.n, n.part.key()) }

func (n *atLeast) why(d *Document) string {
	if n.eval(d) {
		return whyTerm(n, n.in, d)
	}
	return fmt.Sprintf("found %d times, not %d", n.count(d), n.n)
}
