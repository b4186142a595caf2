package query

import (
	"slices"
	"strings"
)

// node is a part of a query. Nodes never change once they are parsed, so a Query may be used by many goroutines.
type node interface {
	// eval decides. It is the reference: Set answers the same.
	eval(d *Document) bool
	// collect adds the evidence of a node that eval found true.
	collect(d *Document, c *collector)
	// write writes the node as a query, in parentheses when it binds weaker than min.
	write(b *strings.Builder, min int)
	// key returns the meaning: equal for nodes that match the same items by construction.
	key() string
	// kids returns the parts that are clauses of their own; nil for a leaf.
	kids() []node
	// why tells in words why a leaf is true or false of d; "" for what has kids.
	why(d *Document) string
}

// How strongly nodes bind, for write.
const (
	bindsOr = iota + 1
	bindsAnd
	bindsUnary
	bindsAtom
)

func nodeString(n node, min int) string {
	var b strings.Builder
	n.write(&b, min)
	return b.String()
}

type andNode struct {
	parts   []node
	quick   []node // parts, the cheap ones first: what eval asks
	grouped bool   // written in parentheses
}

func newAnd(parts []node) *andNode {
	return &andNode{parts: parts, quick: byCost(parts)}
}

// byCost returns parts in the order of the work they are.
func byCost(parts []node) []node {
	type priced struct {
		n    node
		cost int
	}
	all := make([]priced, len(parts))
	for i, p := range parts {
		all[i] = priced{p, cost(p)}
	}
	slices.SortStableFunc(all, func(a, b priced) int { return a.cost - b.cost })
	out := make([]node, len(parts))
	for i, p := range all {
		out[i] = p.n
	}
	return out
}

// cost orders nodes by the work they are.
func cost(n node) int {
	const word, name, chain, regex = 1, 8, 4, 100
	sum := 0
	switch n := n.(type) {
	case *term:
		sum = word
		if n.kind == termVariant {
			sum = name
		}
	case *listNode:
		sum = len(n.parts)
	case *nearNode, *atLeast:
		sum = chain
	case *regexTerm:
		sum = regex
	}
	for _, k := range n.kids() {
		sum += cost(k)
	}
	return sum
}

func (n *andNode) eval(d *Document) bool {
	for _, p := range n.quick {
		if !p.eval(d) {
			return false
		}
	}
	return true
}

func (n *andNode) collect(d *Document, c *collector) {
	for _, p := range n.parts {
		p.collect(d, c)
	}
}

func (n *andNode) write(b *strings.Builder, min int) { writeJoined(b, n.parts, " ", bindsAnd, min) }
func (n *andNode) key() string                       { return setKey('&', flatten[*andNode](n.parts)) }
func (n *andNode) kids() []node                      { return n.parts }
func (n *andNode) why(*Document) string              { return "" }

type orNode struct {
	parts []node
	quick []node // parts, the cheap ones first: what eval asks
}

func newOr(parts []node) *orNode { return &orNode{parts: parts, quick: byCost(parts)} }

func (n *orNode) eval(d *Document) bool {
	for _, p := range n.quick {
		if p.eval(d) {
			return true
		}
	}
	return false
}

func (n *orNode) collect(d *Document, c *collector) {
	for _, p := range n.parts {
		if !c.full() && p.eval(d) {
			p.collect(d, c)
		}
	}
}

func (n *orNode) write(b *strings.Builder, min int) { writeJoined(b, n.parts, " OR ", bindsOr, min) }
func (n *orNode) key() string                       { return setKey('|', flatten[*orNode](n.parts)) }
func (n *orNode) kids() []node                      { return n.parts }
func (n *orNode) why(*Document) string              { return "" }

type notNode struct {
	part node
	sign string // NOT, - or !, as written
}

func (n *notNode) eval(d *Document) bool         { return !n.part.eval(d) }
func (n *notNode) collect(*Document, *collector) {} // what is absent has no place
func (n *notNode) key() string                   { return "!(" + n.part.key() + ")" }
func (n *notNode) kids() []node                  { return []node{n.part} }
func (n *notNode) why(*Document) string          { return "" }

func (n *notNode) write(b *strings.Builder, min int) {
	if min > bindsUnary {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	b.WriteString(n.sign)
	if n.sign == "NOT" {
		b.WriteByte(' ')
	}
	n.part.write(b, bindsAtom)
}

func writeJoined(b *strings.Builder, parts []node, between string, binds, min int) {
	if min > binds {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, p := range parts {
		if i > 0 {
			b.WriteString(between)
		}
		p.write(b, binds+1)
	}
}

// flatten opens parts that are of the same kind as their parent, so that (a b) c means a b c.
func flatten[T node](parts []node) []node {
	var out []node
	for _, p := range parts {
		if w, ok := p.(*watchNode); ok {
			p = w.part
		}
		if inner, ok := p.(T); ok {
			out = append(out, flatten[T](inner.kids())...)
			continue
		}
		out = append(out, p)
	}
	return out
}

// setKey is the key of parts whose order and repetition mean nothing.
func setKey(op byte, parts []node) string {
	keys := make([]string, len(parts))
	for i, p := range parts {
		keys[i] = p.key()
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 1 {
		return keys[0]
	}
	return string(op) + "(" + strings.Join(keys, ",") + ")"
}

// watchNode stands for the query of another watch.
type watchNode struct {
	name string
	part node
}

func (n *watchNode) eval(d *Document) bool             { return n.part.eval(d) }
func (n *watchNode) collect(d *Document, c *collector) { n.part.collect(d, c) }
func (n *watchNode) write(b *strings.Builder, _ int)   { b.WriteString("watch:" + n.name) }
func (n *watchNode) key() string                       { return n.part.key() }
func (n *watchNode) kids() []node                      { return []node{n.part} }
func (n *watchNode) why(*Document) string              { return "" }

// negative reports whether nothing in n says what an item must have, so that it would match nearly everything.
func negative(n node) bool {
	switch n := n.(type) {
	case *notNode:
		return !negative(n.part)
	case *watchNode:
		return negative(n.part)
	case *andNode:
		return !slices.ContainsFunc(n.parts, func(p node) bool { return !negative(p) })
	case *orNode:
		return !slices.ContainsFunc(n.parts, func(p node) bool { return !negative(p) })
	}
	return false
}

// walk calls f for n and all below it.
func walk(n node, f func(node)) {
	f(n)
	for _, k := range n.kids() {
		walk(k, f)
	}
}

// badNode stands in for a value with a mistake, so that the rest can be checked, too. No Query has one.
type badNode struct{ in fieldID }

func (n *badNode) field() fieldID                        { return n.in }
func (*badNode) spans(*Document, fieldID, extent) []span { return nil }
func (*badNode) eval(*Document) bool                     { return false }
func (*badNode) collect(*Document, *collector)           {}
func (*badNode) write(b *strings.Builder, _ int) {
	b.WriteString("…")
}
func (*badNode) key() string          { return "" }
func (*badNode) kids() []node         { return nil }
func (*badNode) why(*Document) string { return "" }
