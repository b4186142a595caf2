package text

import (
	"slices"
	"strings"
)

// maxDepth is how deep the elements of sanitised HTML may nest; tags beyond it are dropped, their content stays.
const maxDepth = 64

// balance returns sanitised HTML with every element closed, where a browser would close it, and no end tag without its element.
func balance(src string) string {
	b := newBalancer(len(src))
	b.run(src)
	return b.finish()
}

// balancer knows which elements are open.
type balancer struct {
	out   strings.Builder
	stack []string
	open  map[string]int // how often a name is in stack
	lost  map[string]int // start tags beyond maxDepth whose end tags are to come
}

// newBalancer returns one for about size bytes of HTML.
func newBalancer(size int) *balancer {
	b := &balancer{open: make(map[string]int, 8)}
	b.out.Grow(size + 16)
	return b
}

// run adds HTML.
func (b *balancer) run(src string) {
	l := lexer{s: src}
	for t, ok := l.next(); ok; t, ok = l.next() {
		switch t.kind {
		case startToken:
			b.start(t)
		case endToken:
			b.end(t.name)
		case textToken, rawToken:
			b.out.WriteString(t.raw)
		}
	}
}

// figure adds a drawing or formula, which is balanced. Of one that nests too deep nothing can be left.
func (b *balancer) figure(f figure) {
	if len(b.stack)+f.depth <= maxDepth {
		b.out.WriteString(f.html)
	}
}

// finish closes what is open and returns everything.
func (b *balancer) finish() string {
	b.closeDownTo(0)
	return b.out.String()
}

func (b *balancer) start(t token) {
	if r, ok := implied[t.name]; ok {
		b.imply(r)
	}
	if void(t.name) {
		b.out.WriteString(t.raw)
		return
	}
	if strings.HasSuffix(t.raw, "/>") { // empty, as in XHTML
		b.out.WriteString(t.raw[:len(t.raw)-2])
		b.out.WriteString("></" + t.name + ">")
		return
	}
	if len(b.stack) >= maxDepth {
		if b.lost == nil {
			b.lost = make(map[string]int)
		}
		b.lost[t.name]++
		return
	}
	b.stack = append(b.stack, t.name)
	b.open[t.name]++
	b.out.WriteString(t.raw)
}

func (b *balancer) end(name string) {
	if b.lost[name] > 0 {
		b.lost[name]--
		return
	}
	if b.open[name] == 0 {
		return
	}
	i := len(b.stack) - 1
	for b.stack[i] != name {
		i--
	}
	b.closeDownTo(i)
}

// closeDownTo closes the elements from the innermost to the one at stack[i].
func (b *balancer) closeDownTo(i int) {
	for n := len(b.stack) - 1; n >= i; n-- {
		name := b.stack[n]
		b.open[name]--
		b.out.WriteString("</")
		b.out.WriteString(name)
		b.out.WriteByte('>')
	}
	b.stack = b.stack[:i]
	clear(b.lost)
}

// imply closes the outermost open element that r ends, if there is one within r's bounds.
func (b *balancer) imply(r rule) {
	if !slices.ContainsFunc(r.ends, func(name string) bool { return b.open[name] > 0 }) {
		return
	}
	found := -1
	for i := len(b.stack) - 1; i >= 0; i-- {
		if slices.Contains(r.within, b.stack[i]) {
			break
		}
		if slices.Contains(r.ends, b.stack[i]) {
			found = i
		}
	}
	if found >= 0 {
		b.closeDownTo(found)
	}
}

func void(name string) bool { return name == "br" || name == "hr" || name == "img" }

// rule says which open elements a start tag ends (HTML, 13.1.2.4 and 13.2.6.4), looking outwards up to certain others.
type rule struct{ ends, within []string }

var implied = newImplied()

func newImplied() map[string]rule {
	m := make(map[string]rule)
	add := func(names, ends, within string) {
		for name := range strings.FieldsSeq(names) {
			m[name] = rule{strings.Fields(ends), strings.Fields(within)}
		}
	}
	add("p h1 h2 h3 h4 h5 h6 hr ul ol dl blockquote figure figcaption table pre", "p", "td th caption li dd dt blockquote figure figcaption")
	add("li", "li", "ul ol td th caption")
	add("dt dd", "dt dd", "dl td th caption")
	add("td th", "td th", "tr table")
	add("tr", "tr td th caption", "table")
	add("thead tbody tfoot", "thead tbody tfoot tr td th caption", "table")
	add("a", "a", "td th caption")
	return m
}
