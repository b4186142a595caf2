package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// parser is a recursive descent over the grammar of docs/query.md, one function a rule. A function that met a mistake it can not go on
// after records it and returns nil; mistakes in values are recorded and a stand-in is returned, so that more can be found.
type parser struct {
	o     Options
	lx    lexer
	peek  token
	ahead bool // peek holds the next token

	in      *field // whose group is being read; nil outside
	depth   int
	shared  *shared
	watches []string // being read, outermost first
	lists   []string

	wrong []mistake
	warns []mistake
}

// shared is what a query and the watches and lists it refers to count together.
type shared struct {
	terms, regexes int
	over           bool // the limit of terms was reported
	parsed         map[string]parsedWatch
}

// parsedWatch is a watch that was already read for this query.
type parsedWatch struct {
	root  node
	terms int
	wrong *mistake // nil when it is sound
}

func newParser(src string, o Options) *parser {
	return &parser{o: o, lx: lexer{src: src}, shared: &shared{parsed: map[string]parsedWatch{}}}
}

// sub returns a parser for a text that this query refers to.
func (p *parser) sub(src string) *parser {
	return &parser{o: p.o, lx: lexer{src: src}, shared: p.shared, in: p.in,
		depth: p.depth + 1, watches: p.watches, lists: p.lists}
}

func (p *parser) mode() lexMode {
	if p.in == nil {
		return lexMode{}
	}
	return lexMode{raw: p.in.takes == takesNumber || p.in.takes == takesTime,
		plain: p.in.takes == takesSite || p.in.id == fieldURL || p.in.id == fieldFeed}
}

func (p *parser) look() token {
	if !p.ahead {
		p.peek, p.ahead = p.lx.next(p.mode()), true
	}
	return p.peek
}

func (p *parser) take() token {
	t := p.look()
	p.ahead = false
	return t
}

// fail records a mistake; its nil is what the caller returns.
func (p *parser) fail(at int, msg, hint string) node {
	p.wrong = append(p.wrong, mistake{at, msg, hint})
	return nil
}

func (p *parser) warn(at int, msg, hint string) {
	p.warns = append(p.warns, mistake{at, msg, hint})
}

// query reads the whole source.
func (p *parser) query() node {
	if len(p.lx.src) > MaxBytes {
		return p.fail(0, fmt.Sprintf("the query has %d bytes", len(p.lx.src)), fmt.Sprintf("at most %d are read; keep names in lists", MaxBytes))
	}
	if !utf8.ValidString(p.lx.src) {
		at := 0
		for r, n := utf8.DecodeRuneInString(p.lx.src); r != utf8.RuneError || n > 1; r, n = utf8.DecodeRuneInString(p.lx.src[at:]) {
			at += n
		}
		return p.fail(at, "the query is not valid UTF-8", "save the file as UTF-8")
	}
	if t := p.look(); t.kind == tokEnd {
		return p.fail(t.start, "the query is empty", "write at least one word")
	}
	n := p.or()
	if n == nil {
		return nil
	}
	switch t := p.look(); t.kind {
	case tokEnd:
	case tokClose:
		return p.fail(t.start, "a closing parenthesis has no opening one", "take it out, or add ( before")
	default:
		return p.unexpected(t)
	}
	if len(p.wrong) == 0 && negative(n) {
		return p.fail(p.firstToken(), "the query only says what must be absent", "add what must be present: word -other")
	}
	return n
}

// firstToken returns where the query begins, behind comments.
func (p *parser) firstToken() int {
	lx := lexer{src: p.lx.src}
	lx.skip()
	return lx.at
}

func (p *parser) or() node {
	first := p.look().start
	parts, joined := []node{}, false
	for {
		n := p.and()
		if n == nil {
			return nil
		}
		parts = append(parts, n)
		if and, ok := n.(*andNode); ok && !and.grouped {
			joined = true
		}
		if p.look().kind != tokOr {
			break
		}
		if !p.followed(p.take()) {
			return nil
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	n := newOr(parts)
	if joined {
		p.warn(first, "AND and OR are mixed without parentheses; it is read as "+shorten(showGroups(n)), "write the parentheses")
	}
	for _, part := range parts {
		if negative(part) {
			p.warn(first, nodeString(part, bindsOr)+" as an alternative matches nearly everything", "")
		}
	}
	return n
}

// and reads operands joined by AND or by nothing.
func (p *parser) and() node {
	var parts []node
	for {
		n := p.unary()
		if n == nil {
			return nil
		}
		parts = append(parts, n)
		t := p.look()
		if t.kind == tokAnd {
			if !p.followed(p.take()) {
				return nil
			}
			continue
		}
		if t.kind == tokEnd || t.kind == tokClose || t.kind == tokOr {
			break
		}
		if t.kind == tokBad || t.kind == tokNear || t.kind == tokSlop {
			return p.unexpected(t)
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return newAnd(parts)
}

// followed checks that something follows an operator.
func (p *parser) followed(operator token) bool {
	switch t := p.look(); t.kind {
	case tokEnd, tokClose, tokAnd, tokOr, tokNear:
		p.fail(operator.start, operator.text+" has nothing after it", hintQuote)
		return false
	}
	return true
}

const hintQuote = "put it in quotes to search for the word"

func (p *parser) unary() node {
	t := p.look()
	if t.kind != tokNot {
		return p.near()
	}
	if !p.followed(p.take()) {
		return nil
	}
	if again := p.look(); again.kind == tokNot {
		return p.fail(again.start, fmt.Sprintf("%s %s is a double negation", t.text, again.text), "take both out")
	}
	n := p.near()
	if n == nil {
		return nil
	}
	return &notNode{part: n, sign: t.text}
}

// near reads a chain of NEAR and ONEAR, or one atom.
func (p *parser) near() node {
	first := p.look().start
	n := p.atom()
	if n == nil || p.look().kind != tokNear {
		return n
	}
	chain := &nearNode{}
	if !p.operand(chain, n, first) {
		return nil
	}
	for p.look().kind == tokNear {
		t := p.take()
		if !p.followed(t) {
			return nil
		}
		chain.links = append(chain.links, link{t.ordered, t.n})
		at := p.look().start
		if not := p.look(); not.kind == tokNot {
			return p.fail(not.start, "NEAR can not have a negation as its operand", "write a NEAR b -c, or a -(a NEAR b)")
		}
		n := p.atom()
		if n == nil || !p.operand(chain, n, at) {
			return nil
		}
	}
	return chain
}

// operand adds an operand to a chain of NEARs.
func (p *parser) operand(chain *nearNode, n node, at int) bool {
	part, ok := asPositional(n)
	if !ok {
		p.fail(at, nodeString(n, bindsOr)+" can not be an operand of NEAR", "NEAR takes words, phrases, lists and OR-groups of them")
		return false
	}
	if len(chain.parts) > 0 && part.field() != chain.in {
		p.fail(at, "both sides of NEAR must be in one field", "write title:(a NEAR b)")
		return false
	}
	if len(chain.parts) == maxChain {
		p.fail(at, fmt.Sprintf("a chain of NEARs has more than %d operands", maxChain), "write AND between parts of it")
		return false
	}
	chain.in = part.field()
	chain.parts = append(chain.parts, part)
	return true
}

// atom reads a group, a field with its value, ATLEAST, or a value.
func (p *parser) atom() node {
	t := p.look()
	switch t.kind {
	case tokOpen:
		return p.group()
	case tokField:
		p.take()
		return p.fieldValue(t)
	case tokAtLeast:
		p.take()
		return p.atLeast(t)
	}
	return p.value()
}

// group reads an expression in parentheses.
func (p *parser) group() node {
	open := p.take()
	if p.depth++; p.depth > maxDepth {
		return p.fail(open.start, fmt.Sprintf("more than %d parentheses inside each other", maxDepth), "")
	}
	defer func() { p.depth-- }()
	if t := p.look(); t.kind == tokClose {
		return p.fail(t.start, "the parentheses are empty", "")
	}
	n := p.or()
	if n == nil {
		return nil
	}
	if t := p.look(); t.kind != tokClose {
		if t.kind == tokEnd {
			return p.fail(open.start, "the parenthesis is never closed", "add )")
		}
		return p.unexpected(t)
	}
	p.take()
	if and, ok := n.(*andNode); ok {
		and.grouped = true
	}
	return n
}

// fieldValue reads what stands after name:.
func (p *parser) fieldValue(name token) node {
	if p.in != nil {
		return p.fail(name.start, fmt.Sprintf("%s: stands inside a group of %s:", name.text, p.in.name), "close the group first")
	}
	f := fieldByName[strings.ToLower(name.text)]
	if f == nil {
		p.fail(name.start, fmt.Sprintf("%s: is no field", name.text), fieldHint(strings.ToLower(name.text)))
		f = &field{id: fieldAny, name: name.text, takes: takesText}
	}
	p.in = f
	defer func() { p.in = nil }()
	if ends(p.lx.rune(p.lx.at)) && p.lx.rune(p.lx.at) != '(' {
		return p.fail(name.start, fmt.Sprintf("%s: has no value", name.text), "write it without a space: "+exampleOf(f))
	}
	mode := p.mode()
	mode.direct, mode.plain = true, true
	p.peek, p.ahead = p.lx.next(mode), true
	if p.peek.kind == tokOpen {
		return p.group()
	}
	return p.value()
}

func exampleOf(f *field) string {
	if f.example != "" {
		return f.example
	}
	return f.name + ":word"
}

func fieldHint(name string) string {
	if near := nearest(name, fieldNames()); near != "" {
		return "did you mean " + near + ":? To search for a word with a colon put it in quotes"
	}
	var names []string
	for _, f := range fieldTable {
		names = append(names, f.name)
	}
	return "put words with a colon in quotes; the fields are " + strings.Join(names, ", ")
}

// atLeast reads the group after ATLEAST/n.
func (p *parser) atLeast(t token) node {
	open := p.look()
	if open.kind != tokOpen {
		return p.fail(open.start, "ATLEAST needs a group", "write "+t.text+`("carbon tax")`)
	}
	n := p.group()
	if n == nil {
		return nil
	}
	part, ok := asPositional(n)
	if !ok {
		return p.fail(open.start, "ATLEAST can not count "+shorten(nodeString(n, bindsOr)), "it takes words, phrases, lists and OR-groups of them")
	}
	return &atLeast{in: part.field(), n: t.n, part: part}
}

// unexpected records that a token can not stand where it does.
func (p *parser) unexpected(t token) node {
	switch t.kind {
	case tokBad:
		return p.fail(t.wrong.at, t.wrong.msg, t.wrong.hint)
	case tokEnd:
		return p.fail(t.start, "the query ends where a word or a group is expected", "")
	case tokClose:
		return p.fail(t.start, "a closing parenthesis stands where a word or a group is expected", "")
	case tokAnd, tokOr, tokNear:
		return p.fail(t.start, t.text+" has nothing before it", hintQuote)
	}
	return p.fail(t.start, fmt.Sprintf("%q can not stand here", p.lx.src[t.start:t.end]), "")
}

// count takes one term of the query's limit; it reports false when there is none left.
func (p *parser) count(at int) bool {
	p.shared.terms++
	if p.shared.terms > MaxTerms && !p.shared.over {
		p.shared.over = true
		p.fail(at, fmt.Sprintf("the query has more than %d terms", MaxTerms), "entries of lists and of other watches count, too")
	}
	return p.shared.terms <= MaxTerms
}
