package query

import (
	"fmt"
	"strconv"
	"strings"
)

// signMistake says what is wrong with a sign that means nothing here, often one of another query language.
func signMistake(r rune) (msg, hint string) {
	switch r {
	case '=':
		return "= needs a phrase in quotes", `write ="WHO" for exactly these letters`
	case '~':
		return "~ needs a name", `write ~Raisi for its spellings, "a b"~10 for a distance`
	case '@':
		return "@ needs the name of a list", "lists are kept under [lists] in the configuration"
	case '+':
		return "+ has no meaning here", "words are required anyway; leave it out"
	case '*':
		return "a * may only stand at the end of a word", "write the beginning of a word, at least 3 letters: helicopter*"
	case '<', '>':
		return fmt.Sprintf("%c compares nothing", r), "comparisons belong to a field: words:>200, date:>=2026-11"
	case '[', '{':
		return "[a TO b] has no meaning here", "write an interval: date:2026-11-01/2026-11-20"
	case '^':
		return "^ has no meaning here", "matches are not weighted"
	}
	return fmt.Sprintf("%q is a dash, not a hyphen", r), "to exclude a word write -word with the plain hyphen"
}

// foreign finds what other query languages mean by a sign inside a word, so that it is never dropped silently.
func foreign(text string) (msg, hint string, at int) {
	inside := func(sign string) int {
		i := strings.Index(text, sign)
		if i > 0 && i+len(sign) < len(text) {
			return i
		}
		return -1
	}
	switch i := strings.IndexAny(text, "|^~"); {
	case strings.HasPrefix(text, "&&"):
		return "&& has no meaning here", "write AND", 0
	case i >= 0 && text[i] == '|':
		return "| has no meaning here", "write OR", i
	case i >= 0 && text[i] == '~':
		return "~ stands inside a word", "there is no fuzzy search; ~Raisi finds the spellings of a name", i
	case i >= 0:
		return "^ has no meaning here", "matches are not weighted", i
	}
	if i := inside("?"); i > 0 {
		return "? has no meaning inside a word", "only a * at the end of a word stands for other letters", i
	}
	return "", "", 0
}

// operator reads the operators that are words in capitals.
func (l *lexer) operator(text string, start int) (token, bool) {
	t := token{text: text, start: start, end: l.at}
	name, number, numbered := strings.Cut(text, "/")
	switch name {
	case "AND", "OR", "NOT":
		if numbered {
			return t, false
		}
		t.kind = map[string]tokenKind{"AND": tokAnd, "OR": tokOr, "NOT": tokNot}[name]
		return t, true
	case "NEAR", "ONEAR", "ATLEAST":
	default:
		return t, false
	}
	t.kind, t.n, t.ordered = tokNear, defaultNear, name == "ONEAR"
	least, most, example := 0, maxNear, name+"/5"
	if name == "ATLEAST" {
		t.kind, least, most, example = tokAtLeast, 1, maxAtLeast, "ATLEAST/3(word)"
	}
	if numbered || name == "ATLEAST" {
		n, err := strconv.Atoi(number)
		if err != nil || n < least || n > most {
			return l.bad(start, fmt.Sprintf("%s needs a number from %d to %d after a slash", name, least, most),
				"write "+example+`, or put the word in quotes`), true
		}
		t.n = n
	}
	return t, true
}
