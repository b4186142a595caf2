package query

import (
	"fmt"
	"slices"
	"strings"
)

// Clause is one line of an explanation: a part of the query, whether it is true of the item, and why.
type Clause struct {
	Text string // the part, as a query
	True bool
	Why  string // for people; "" for a group, whose parts follow
	// Depth is 0 for the outermost clauses; parts of a group are one deeper than the group and follow it.
	Depth int
	// Decides is set on the clauses that alone, or together with others so marked, make the whole what it is: for an item that does
	// not match, the clauses to blame.
	Decides bool
}

// Explain returns all clauses of the query with their answers, in the order of the query.
func (q *Query) Explain(d *Document) []Clause {
	e := explainer{d: d, known: make(map[node]bool)}
	if top, ok := q.root.(*andNode); ok {
		is := e.eval(top)
		for _, p := range top.parts {
			e.add(p, Clause{Decides: is || !e.eval(p)})
		}
		return e.out
	}
	e.add(q.root, Clause{Decides: true})
	return e.out
}

type explainer struct {
	d     *Document
	out   []Clause
	known map[node]bool // a group is asked once for each of its parts
}

func (e *explainer) eval(n node) bool {
	is, ok := e.known[n]
	if !ok {
		is = n.eval(e.d)
		e.known[n] = is
	}
	return is
}

// add adds a clause and its parts. Of c only Depth and Decides are set.
func (e *explainer) add(n node, c Clause) {
	c.Text, c.True = nodeString(n, bindsOr), e.eval(n)
	parts := n.kids()
	if not, ok := n.(*notNode); ok && not.part.kids() == nil {
		c.Why = not.part.why(e.d)
		parts = nil
	}
	if parts == nil && c.Why == "" {
		c.Why = n.why(e.d)
	}
	e.out = append(e.out, c)
	for _, p := range parts {
		e.add(p, Clause{Depth: c.Depth + 1, Decides: c.Decides && e.deciding(n, p)})
	}
}

// deciding reports whether a part is one that makes its group what it is.
func (e *explainer) deciding(group, part node) bool {
	switch group.(type) {
	case *andNode, *orNode:
		return e.eval(group) == e.eval(part)
	}
	return true
}

// whyTerm tells where a clause on text hit, or where it was looked for in vain.
func whyTerm(n node, in fieldID, d *Document) string {
	if !n.eval(d) {
		if in != fieldAny && d.plain(in).plain == "" {
			return "it has no " + in.name()
		}
		return notIn(in)
	}
	c := &collector{}
	n.collect(d, c)
	var parts []string
	for _, ev := range c.found {
		part := fmt.Sprintf("“%s” in %s", ev.Words, ev.Field)
		if len(parts) < hitsPerField && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

func notIn(in fieldID) string {
	if in == fieldAny {
		return "not in title, lead, body or caption"
	}
	return "not in " + in.name()
}
