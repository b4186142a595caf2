package query

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// listNode stands for the entries of a list of the configuration.
type listNode struct {
	in    fieldID
	name  string
	parts []positional
}

func (n *listNode) field() fieldID { return n.in }
func (n *listNode) kids() []node   { return nil }

func (n *listNode) eval(d *Document) bool {
	for _, p := range n.parts {
		if p.eval(d) {
			return true
		}
	}
	return false
}

func (n *listNode) spans(d *Document, f fieldID, want extent) []span {
	return unionSpans(n.parts, d, f, want)
}

// unionSpans merges the hits of several terms.
func unionSpans(parts []positional, d *Document, f fieldID, want extent) []span {
	var out []span
	for _, p := range parts {
		out = append(out, p.spans(d, f, want)...)
		if want == firstHit && len(out) > 0 {
			return out[:1]
		}
	}
	slices.SortFunc(out, func(a, b span) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return a.to - b.to
	})
	return slices.Compact(out)
}

func (n *listNode) collect(d *Document, c *collector) {
	clause := nodeString(n, bindsOr)
	for _, f := range d.fields(n.in) {
		found := 0
		for _, p := range n.parts {
			if found == hitsPerField {
				break
			}
			for _, s := range p.spans(d, f, allHits) {
				if found == hitsPerField {
					break
				}
				found++
				c.hit(d, hit{clause: clause, field: f, span: s, variant: d.text(f).exactly(s)})
			}
		}
	}
}

func (n *listNode) write(b *strings.Builder, _ int) {
	b.WriteString(n.in.prefix() + "@" + n.name)
}

func (n *listNode) key() string {
	parts := make([]node, len(n.parts))
	for i, p := range n.parts {
		parts[i] = p
	}
	return (&orNode{parts: parts}).key()
}

func (n *listNode) why(d *Document) string { return whyTerm(n, n.in, d) }

// list puts the entries of a list in place of @name.
func (p *parser) list(t token) node {
	if slices.Contains(p.lists, t.text) {
		return p.bad(t.start, &mistake{0, "the lists refer to each other in a circle: @" + strings.Join(append(p.lists, t.text), " → @"), ""})
	}
	entries, ok := p.o.Lists[t.text]
	if !ok {
		hint := "lists are kept under [lists] in the configuration"
		if near := nearest(t.text, slices.Sorted(maps.Keys(p.o.Lists))); near != "" {
			hint = "did you mean @" + near + "?"
		}
		return p.bad(t.start, &mistake{0, "there is no list @" + t.text, hint})
	}
	if len(entries) == 0 {
		return p.bad(t.start, &mistake{0, "the list @" + t.text + " is empty", ""})
	}
	n := &listNode{in: p.field(), name: t.text}
	for i, entry := range entries {
		part, m := p.entry(t.text, entry)
		if m != nil {
			return p.bad(t.start, &mistake{0, fmt.Sprintf("entry %d of the list @%s, %q: %s", i+1, t.text, entry, m.msg), m.hint})
		}
		n.parts = append(n.parts, part)
	}
	return n
}

// entry reads an entry of a list: words as they stand are a phrase.
func (p *parser) entry(name, entry string) (positional, *mistake) {
	entry = strings.TrimSpace(entry)
	sub := p.sub(entry)
	sub.lists = append(slices.Clone(p.lists), name)
	if sub.depth > maxDepth {
		return nil, &mistake{0, "lists in lists go too deep", ""}
	}
	var n node
	if entry != "" && strings.ContainsRune(`~=@"/“„«`, []rune(entry)[0]) {
		n = sub.value()
		if t := sub.look(); n != nil && t.kind != tokEnd {
			n = sub.unexpected(t)
		}
	} else if sub.count(0) {
		n = sub.term(token{}, &term{raw: entry, quoted: true})
	}
	if len(sub.wrong) > 0 {
		return nil, &sub.wrong[0]
	}
	part, ok := n.(positional)
	if !ok {
		return nil, &mistake{0, "it is neither words nor a phrase", `entries are words, ~names, ="exact" ones and @lists`}
	}
	return part, nil
}
