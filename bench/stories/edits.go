package main

import (
	"fmt"
	"strings"
	"unicode"
)

// edit is what another outlet does to a text.
type edit struct {
	name   string
	reach  float64 // share of the copies that must be found
	rework func(w writer, a article) article
}

// edits are the fourteen operations.
var edits = []edit{
	{"typography", 1, func(w writer, a article) article { return a.each(typeset) }},
	{"headline", 1, func(w writer, a article) article {
		a.title = w.headline(w.subject())
		return a
	}},
	{"dateline", 1, func(w writer, a article) article {
		a.paragraphs[0] = strings.ToUpper(w.invented()) + ", Nov 12 (" + w.invented() + ") — " + a.paragraphs[0]
		return a
	}},
	{"boilerplate", 1, surround},
	{"paragraph order", 1, func(w writer, a article) article {
		w.Shuffle(len(a.paragraphs), func(i, j int) { a.paragraphs[i], a.paragraphs[j] = a.paragraphs[j], a.paragraphs[i] })
		return a
	}},
	{"cut to 75 %", 1, func(w writer, a article) article { return a.first(len(a.words()) * 3 / 4) }},
	{"cut to 50 %", 1, func(w writer, a article) article { return a.first(len(a.words()) / 2) }},
	{"cut to 25 %", 1, func(w writer, a article) article { return a.first(len(a.words()) / 4) }},
	{"first 40-80 words", 1, func(w writer, a article) article { return a.first(40 + w.IntN(41)) }},
	{"added paragraphs", 1, func(w writer, a article) article {
		extra := w.article(w.subject(), len(a.words())/3).paragraphs
		a.paragraphs = append(a.paragraphs, extra...)
		return a
	}},
	{"updated figures", 1, func(w writer, a article) article { return a.each(func(p string) string { return w.recount(p) }) }},
	{"5 % of words", 1, func(w writer, a article) article { return w.reword(a, .05) }},
	{"10 % of words", 1, func(w writer, a article) article { return w.reword(a, .10) }},
	{"20 % of words", .8, func(w writer, a article) article { return w.reword(a, .20) }},
}

// each changes every paragraph.
func (a article) each(change func(string) string) article {
	for i, p := range a.paragraphs {
		a.paragraphs[i] = change(p)
	}
	return a
}

// first is the text up to a number of words.
func (a article) first(n int) article {
	var out []string
	for _, p := range a.paragraphs {
		words := strings.Fields(p)
		if len(words) >= n {
			out = append(out, strings.Join(words[:n], " "))
			break
		}
		out = append(out, p)
		n -= len(words)
	}
	a.paragraphs = out
	return a
}

// typeset sets a text in other characters.
func typeset(p string) string {
	p = strings.NewReplacer(" a ", "\u00a0a ", "ff", "ﬀ", "-", "‐", "'", "’", ", ", ",  ", "ch", "c\u00adh").Replace(p)
	return strings.ReplaceAll(p, "per cent", "PER CENT")
}

// surround puts the lines of a site around a text.
func surround(w writer, a article) article {
	before := []string{"Share this article", "Read more", w.invented() + " Daily", "Home News World"}
	after := []string{"Sign up for our newsletter", "Follow us on Telegram", "© 2026 " + w.invented() + " Media. All rights reserved.", "Most read"}
	a.paragraphs = append(append(before, a.paragraphs...), after...)
	return a
}

// recount changes the numbers below 1,000 of a text, as an update does.
func (w writer) recount(p string) string {
	words := strings.Fields(p)
	for i, word := range words {
		digits := strings.TrimRight(word, ".,")
		if digits != "" && len(digits) <= 3 && strings.IndexFunc(digits, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
			words[i] = fmt.Sprint(2+w.IntN(900)) + word[len(digits):]
		}
	}
	return strings.Join(words, " ")
}

// reword replaces phrases of one to four words until a share of the words is changed.
func (w writer) reword(a article, share float64) article {
	var at [][2]int // paragraph, word
	lines := make([][]string, len(a.paragraphs))
	for i, p := range a.paragraphs {
		lines[i] = strings.Fields(p)
		for j := range lines[i] {
			at = append(at, [2]int{i, j})
		}
	}
	changed := make(map[[2]int]bool)
	for want := int(share * float64(len(at))); len(changed) < want; {
		from := w.IntN(len(at))
		for _, pos := range at[from:min(len(at), from+1+w.IntN(4))] {
			if len(changed) < want {
				changed[pos] = true
				lines[pos[0]][pos[1]] = pick(w, pick(w, [][]string{nouns, adjectives, verbs, adverbs}))
			}
		}
	}
	for i := range lines {
		a.paragraphs[i] = strings.Join(lines[i], " ")
	}
	return a
}
