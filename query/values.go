package query

import (
	"fmt"
	"slices"
	"strings"

	"mediawatch/text"
)

// value reads a word, a phrase, a name, a list, a regular expression, or what the field takes.
func (p *parser) value() node {
	t := p.look()
	switch t.kind {
	case tokBad, tokEnd, tokClose, tokAnd, tokOr, tokNear, tokSlop, tokNot, tokOpen, tokField, tokAtLeast:
		return p.unexpected(t)
	}
	p.take()
	if !p.count(t.start) {
		return &badNode{p.field()}
	}
	if p.in != nil && p.in.takes != takesText {
		return p.plainValue(t)
	}
	switch t.kind {
	case tokExact, tokVariant:
		return p.marked(t)
	case tokList:
		return p.list(t)
	case tokRegex:
		return p.regex(t)
	case tokPhrase:
		return p.phrase(t)
	}
	p.lintWord(t)
	return p.term(t, &term{raw: t.text})
}

func (p *parser) field() fieldID {
	if p.in == nil {
		return fieldAny
	}
	return p.in.id
}

// bad records a mistake in a value and stands in for it.
func (p *parser) bad(at int, m *mistake) node {
	p.fail(at+m.at, m.msg, m.hint)
	return &badNode{p.field()}
}

// term fills in a term from its token.
func (p *parser) term(t token, n *term) node {
	n.in = p.field()
	if strings.Contains(n.raw, "*") && (n.kind == termExact || n.kind == termVariant) {
		return p.bad(t.start, &mistake{0, "a * can not be combined with = or ~", ""})
	}
	words, m := newTermWords(n.raw)
	if m != nil {
		if t.kind == tokPhrase {
			m.at = 0 // escapes make offsets within the quotes differ
		}
		return p.bad(t.start, m)
	}
	n.words = words
	return n
}

// phrase reads "a b", "a b"~n.
func (p *parser) phrase(t token) node {
	n := &term{raw: t.text, quoted: true}
	if slop, ok := p.lx.slop(); ok {
		if slop.kind == tokBad {
			return p.unexpected(slop)
		}
		n.kind, n.slop = termSlop, slop.n
	}
	made := p.term(t, n)
	switch {
	case n.kind == termSlop && len(n.words) == 1:
		return p.bad(t.end, &mistake{0, "a distance needs at least two words", `write "a b"~10; ~name finds the spellings of a name`})
	case n.kind == termSlop && len(n.words) > maxSlopWords:
		return p.bad(t.start, &mistake{0, fmt.Sprintf("a phrase with a distance has more than %d words", maxSlopWords), ""})
	}
	return made
}

const maxSlopWords = 20

// marked reads what = or ~ stands before.
func (p *parser) marked(mark token) node {
	p.peek, p.ahead = p.lx.next(lexMode{direct: true, plain: true}), true
	t := p.look()
	if t.kind != tokPhrase && t.kind != tokWord {
		return p.unexpected(t)
	}
	p.take()
	n := &term{raw: t.text, quoted: t.kind == tokPhrase, kind: termExact}
	if mark.kind == tokVariant {
		n.kind = termVariant
	}
	if t.kind == tokPhrase && p.lx.rune(p.lx.at) == '~' {
		return p.fail(p.lx.at, "a distance can not be combined with = or ~", "")
	}
	made := p.term(t, n)
	if made != node(n) {
		return made
	}
	if n.kind == termExact {
		for _, w := range text.Words(n.raw) {
			n.exact = append(n.exact, n.raw[w.Start:w.End])
		}
		return n
	}
	name, m := newNameForm(n.raw)
	if m != nil {
		return p.bad(t.start, m)
	}
	n.name = name
	return n
}

// plainValue reads the value of a field that takes no text.
func (p *parser) plainValue(t token) node {
	var n *condition
	var m *mistake
	switch {
	case t.kind != tokWord && t.kind != tokPhrase && t.kind != tokRaw:
		return p.bad(t.start, &mistake{0, fmt.Sprintf("%s: takes a plain value", p.in.name), "write " + p.in.example})
	case p.in.takes == takesWatch:
		return p.watch(t)
	case p.in.takes == takesSite:
		n, m = newSite(t.text)
	case p.in.takes == takesNumber:
		n, m = newNumber(p.in.id, t.text)
	case p.in.takes == takesTime:
		n, m = newTime(p.in.id, t.text, p.o)
	default:
		n, m = newName(p.in.id, t.text)
	}
	if m != nil {
		m.at = 0
		return p.bad(t.start, m)
	}
	return n
}

// newSite makes a clause on the domain of the item's address: the domain itself or anything below it.
func newSite(raw string) (*condition, *mistake) {
	address := "http://" + raw
	if strings.Contains(raw, "://") {
		address = raw
	}
	canonical, err := text.CanonicalURL(address)
	_, host, _ := strings.Cut(canonical, "://")
	host, path, _ := strings.Cut(host, "/")
	if err != nil || strings.ContainsAny(host, `*%"' `) {
		return nil, &mistake{0, fmt.Sprintf("%q is not a domain", raw), "write site:example.org"}
	}
	if path != "" {
		return nil, &mistake{0, fmt.Sprintf("%q is more than a domain", raw), "write site:" + host + ` url:"` + path + `"`}
	}
	host = strings.TrimPrefix(host, "www.")
	test := func(d *Document) bool {
		at := d.hostName()
		return at == host || strings.HasSuffix(at, host) && at[len(at)-len(host)-1] == '.'
	}
	return &condition{in: fieldSite, raw: raw, mean: host, test: test}, nil
}

// watch puts the query of another watch in place of watch:NAME.
func (p *parser) watch(t token) node {
	name := t.text
	if slices.Contains(p.watches, name) {
		return p.bad(t.start, &mistake{0, "the watches refer to each other in a circle: " + strings.Join(append(p.watches, name), " → "), ""})
	}
	var src string
	ok := false
	if p.o.Watch != nil {
		src, ok = p.o.Watch(name)
	}
	if !ok {
		return p.bad(t.start, &mistake{0, fmt.Sprintf("there is no watch %q", name), ""})
	}
	if known, ok := p.shared.parsed[name]; ok {
		if known.wrong != nil {
			return p.bad(t.start, known.wrong)
		}
		p.shared.terms += known.terms - 1
		p.count(t.start)
		return &watchNode{name, known.root}
	}
	sub := p.sub(src)
	sub.in = nil
	sub.watches = append(slices.Clone(p.watches), name)
	sub.lists = nil
	if sub.depth > maxDepth {
		return p.bad(t.start, &mistake{0, "watches in watches go too deep", ""})
	}
	before := p.shared.terms
	root := sub.query()
	if len(sub.wrong) > 0 {
		first := asErrors(src, sub.wrong).List[0]
		m := &mistake{0, fmt.Sprintf("the query of the watch %q is wrong: %s", name, first.Error()), ""}
		p.shared.parsed[name] = parsedWatch{wrong: m}
		return p.bad(t.start, m)
	}
	p.shared.parsed[name] = parsedWatch{root: root, terms: p.shared.terms - before}
	return &watchNode{name, root}
}
