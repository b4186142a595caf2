package query

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// literals are texts of which at least one stands in everything that a regular expression matches. To look for them
// costs a thousandth of running the expression.
type literals struct {
	any    []string
	folded bool // they are case folded, as the text must be
}

const (
	leastLiteral = 2  // bytes: a shorter one is nearly everywhere
	mostLiterals = 64 // alternatives
	mostRequired = 4  // literals that are looked for one after the other, the longest
)

// in reports whether one of them stands in a field.
func (l literals) in(ft *fieldText) bool {
	plain := ft.plain
	if l.folded {
		if ft.folded == "" {
			ft.folded = foldCase(ft.plain)
		}
		plain = ft.folded
	}
	return slices.ContainsFunc(l.any, func(s string) bool { return strings.Contains(plain, s) })
}

// worth is the length of the shortest: the longer, the rarer.
func (l literals) worth() int {
	least := len(l.any[0])
	for _, s := range l.any {
		least = min(least, len(s))
	}
	return least
}

// needsOf returns what every match of a valid regular expression has in it, the rarest first.
func needsOf(expr string) []literals {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	all := required(parsed)
	slices.SortStableFunc(all, func(a, b literals) int { return b.worth() - a.worth() })
	return all[:min(len(all), mostRequired)]
}

// required walks down to the literals that no way through an expression leaves out.
func required(re *syntax.Regexp) []literals {
	switch re.Op {
	case syntax.OpLiteral:
		s, folded := string(re.Rune), re.Flags&syntax.FoldCase != 0
		if folded {
			s = foldCase(s)
		}
		if len(s) < leastLiteral || strings.ContainsRune(s, utf8.RuneError) {
			return nil
		}
		return []literals{{any: []string{s}, folded: folded}}
	case syntax.OpConcat:
		var all []literals
		for _, sub := range re.Sub {
			all = append(all, required(sub)...)
		}
		return all
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpAlternate:
		return oneOfEach(re.Sub)
	}
	return nil
}

// oneOfEach returns the best literals of each alternative as one choice, if each has some.
func oneOfEach(alternatives []*syntax.Regexp) []literals {
	var any []literals
	folded := false
	for _, sub := range alternatives {
		of := required(sub)
		if len(of) == 0 {
			return nil
		}
		best := slices.MaxFunc(of, func(a, b literals) int { return a.worth() - b.worth() })
		any = append(any, best)
		folded = folded || best.folded
	}
	all := literals{folded: folded}
	for _, l := range any {
		for _, s := range l.any {
			if folded {
				s = foldCase(s)
			}
			all.any = append(all.any, s)
		}
	}
	if len(all.any) > mostLiterals || all.worth() < leastLiteral {
		return nil
	}
	return []literals{all}
}

// foldCase returns s with each letter in the form that all its cases share, as regular expressions fold them.
func foldCase(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}
