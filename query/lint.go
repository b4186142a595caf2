package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lintWord warns of words that were probably meant to be something else.
func (p *parser) lintWord(t token) {
	switch upper := strings.ToUpper(t.text); upper {
	case "AND", "OR", "NOT", "NEAR", "ONEAR", "ATLEAST":
		p.warn(t.start, fmt.Sprintf("%q is looked for as a word", t.text), "operators are written in capitals: "+upper)
		return
	}
	last, _ := utf8.DecodeLastRuneInString(t.text)
	if words, m := newTermWords(t.text); m == nil && len(words) == 1 && utf8.RuneCountInString(words[0].text) == 1 &&
		(unicode.IsSymbol(last) || last == '#') {
		p.warn(t.start, fmt.Sprintf("%q is looked for as %q: signs are not part of words", t.text, words[0].text), "use a /regular expression/")
	}
}

// lintNodes warns of groups that say something twice, or can never be true.
func lintNodes(root node, at int) []mistake {
	var out []mistake
	walk(root, func(n node) {
		switch n := n.(type) {
		case *orNode:
			out = append(out, twice(n.parts, map[string]node{}, at)...)
		case *andNode:
			out = append(out, twice(n.parts, map[string]node{}, at)...)
		}
	})
	return append(out, lintNever(root, at)...)
}

// lintNever warns of what can never match: the whole, else each alternative of it.
func lintNever(n node, at int) []mistake {
	if why := never(n); why != "" {
		return []mistake{{at, "it can never match: " + why, ""}}
	}
	or, ok := n.(*orNode)
	if !ok {
		return nil
	}
	var out []mistake
	for _, p := range or.parts {
		if why := never(p); why != "" {
			out = append(out, mistake{at, fmt.Sprintf("%s can never match: %s", nodeString(p, bindsOr), why), "take it out"})
		}
	}
	return out
}

// twice warns of parts that repeat another one, and records the meaning of each in seen.
func twice(parts []node, seen map[string]node, at int) []mistake {
	var out []mistake
	for _, part := range parts {
		key := part.key()
		if seen[key] != nil {
			out = append(out, mistake{at, nodeString(part, bindsOr) + " says the same as " + nodeString(seen[key], bindsOr), "take one out"})
			continue
		}
		seen[key] = part
	}
	return out
}

// lints returns the warnings in the order of their positions, each once.
func (p *parser) lints(root node) []Error {
	p.warns = append(p.warns, p.lx.warns...)
	p.warns = append(p.warns, lintNodes(root, p.firstToken())...)
	var out []Error
	for _, e := range asErrors(p.lx.src, p.warns).List {
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// shorten cuts a part of a query for a message.
func shorten(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// showGroups writes an OR with parentheses around each AND.
func showGroups(n *orNode) string {
	parts := make([]string, len(n.parts))
	for i, p := range n.parts {
		parts[i] = nodeString(p, bindsOr)
		if _, ok := p.(*andNode); ok {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, " OR ")
}
