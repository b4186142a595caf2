package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// never says why nothing can match n; "" when something may. It finds what is asked for and excluded, and values that
// no item has at once; it is not complete.
func never(n node) string {
	switch n := n.(type) {
	case *watchNode:
		return never(n.part)
	case *orNode:
		return neverAny(n)
	case *andNode:
		var f facts
		f.add(n)
		return f.contradiction(0, 0)
	case *condition:
		return neverValue(n)
	}
	return ""
}

// neverAny returns why none of the alternatives can match.
func neverAny(n *orNode) string {
	first := ""
	for _, p := range n.parts {
		why := never(p)
		if why == "" {
			return ""
		}
		if first == "" {
			first = why
		}
	}
	return first
}

// neverValue says why a condition alone is never true.
func neverValue(n *condition) string {
	switch n.in {
	case fieldWords, fieldOutlets:
		least := 0
		if n.in == fieldOutlets {
			least = 1 // an item has its own outlet, known or not
		}
		if from, to := numbers(n); max(from, least) > to {
			return "no item has " + nodeString(n, bindsOr)
		}
	}
	return ""
}

// fact is a part of a query and its meaning.
type fact struct {
	node
	mean string
}

// facts are what a conjunction asks for, what it excludes, and the choices it leaves.
type facts struct {
	yes, no []fact
	choices []*orNode
}

func (f *facts) add(n node) {
	switch n := n.(type) {
	case *watchNode:
		f.add(n.part)
	case *andNode:
		for _, p := range n.parts {
			f.add(p)
		}
	case *orNode:
		f.choices = append(f.choices, n)
	case *notNode:
		f.exclude(n.part)
	default:
		f.yes = append(f.yes, fact{n, n.key()})
	}
}

func (f *facts) exclude(n node) {
	switch n := n.(type) {
	case *watchNode:
		f.exclude(n.part)
	case *notNode:
		f.add(n.part)
	case *orNode: // not any of them
		f.no = append(f.no, fact{n, n.key()})
		for _, p := range n.parts {
			f.exclude(p)
		}
	default:
		f.no = append(f.no, fact{n, n.key()})
	}
}

// contradiction says why the facts cannot all be true, when those before the numbers given are known to agree.
func (f *facts) contradiction(yes, no int) string {
	for i, a := range f.yes {
		if c, ok := a.node.(*condition); ok && i >= yes {
			if why := neverValue(c); why != "" {
				return why
			}
		}
		excluded := f.no
		if i < yes {
			excluded = f.no[no:]
		}
		for _, b := range excluded {
			if implies(a, b) {
				return fmt.Sprintf("it asks for %s and excludes %s", shorten(nodeString(a, bindsOr)), shorten(nodeString(b, bindsOr)))
			}
		}
		for _, b := range f.yes[max(i+1, yes):] {
			if apart(a.node, b.node) {
				return fmt.Sprintf("no item is both %s and %s", nodeString(a, bindsOr), nodeString(b, bindsOr))
			}
		}
	}
	for _, choice := range f.choices {
		if why := f.without(choice); why != "" {
			return why
		}
	}
	return ""
}

// without says why no alternative of a choice is left beside the other facts, which agree.
func (f *facts) without(choice *orNode) string {
	mean := choice.key()
	for _, b := range f.no {
		if b.mean == mean {
			return fmt.Sprintf("it asks for %s and excludes it", shorten(nodeString(choice, bindsOr)))
		}
	}
	first := ""
	for _, p := range choice.parts {
		with := facts{yes: slices.Clip(f.yes), no: slices.Clip(f.no)}
		with.add(p)
		why := with.contradiction(len(f.yes), len(f.no))
		if why == "" {
			return ""
		}
		if first == "" {
			first = why
		}
	}
	return first
}

// implies reports that what matches a matches b, as far as it can be told without a text.
func implies(a, b fact) bool {
	if a.mean == b.mean {
		return true
	}
	switch b := b.node.(type) {
	case *term:
		t, ok := a.node.(*term)
		return ok && t.kind == termWords && b.kind == termWords && covers(b.in, t.in) && b.within(t)
	case *condition:
		c, ok := a.node.(*condition)
		return ok && c.in == b.in && (c.in == fieldLang && speaks(c.mean, b.mean) || c.in == fieldSite && strings.HasSuffix(c.mean, "."+b.mean))
	}
	return false
}

// covers reports that what stands in one field is looked for in the other.
func covers(wide, one fieldID) bool {
	if wide == one {
		return true
	}
	return wide == fieldAny && (one == fieldTitle || one == fieldLead || one == fieldBody || one == fieldCaption)
}

// within reports that the words of t stand, one after the other, among those of other.
func (t *term) within(other *term) bool {
	for i := 0; i+len(t.words) <= len(other.words); i++ {
		all := true
		for j, w := range t.words {
			o := other.words[i+j]
			all = all && w.fits(o.text) && (w.prefix || !o.prefix)
		}
		if all {
			return true
		}
	}
	return false
}

// apart reports that no item has both values.
func apart(x, y node) bool {
	a, ok := x.(*condition)
	b, both := y.(*condition)
	if !ok || !both || a.in != b.in {
		return false
	}
	switch a.in {
	case fieldKind, fieldCountry:
		return a.mean != b.mean
	case fieldLang:
		return !speaks(a.mean, b.mean) && !speaks(b.mean, a.mean)
	case fieldSite:
		return a.mean != b.mean && !strings.HasSuffix(a.mean, "."+b.mean) && !strings.HasSuffix(b.mean, "."+a.mean)
	case fieldWords, fieldOutlets:
		from, to := numbers(a)
		least, most := numbers(b)
		return max(from, least) > min(to, most)
	case fieldDate, fieldPublished, fieldSeen:
		return times(a).misses(times(b))
	}
	return false
}

// numbers returns the least and the greatest number that a condition allows.
func numbers(c *condition) (least, most int) {
	const any = int(^uint(0) >> 1)
	op, digits := cutComparison(c.mean)
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0, any
	}
	switch op {
	case ">=":
		return n, any
	case ">":
		return min(n, any-1) + 1, any
	case "<=":
		return 0, n
	case "<":
		return 0, n - 1
	}
	return n, n
}

// times is the inverse of interval.String.
func times(c *condition) interval {
	from, to, _ := strings.Cut(c.mean, "/")
	a, _ := time.Parse(time.RFC3339, from) // written by us
	b, _ := time.Parse(time.RFC3339, to)
	return interval{a, b}
}

// misses reports that no time lies in both.
func (r interval) misses(other interval) bool {
	return !r.to.IsZero() && !other.from.IsZero() && !other.from.Before(r.to) || !other.to.IsZero() && !r.from.IsZero() && !r.from.Before(other.to)
}
