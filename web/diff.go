package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// edit is a part of a comparison of two texts: in both, only in the new, or only in the old one.
type edit struct {
	Text           string
	Added, Removed bool
}

const (
	diffWork    = 4_000_000 // pairs of words compared at most
	diffContext = 8         // words shown around a change
)

// compare returns how old became new, word by word, with unchanged stretches cut short; nil when they are equal. Texts
// that differ over a very long stretch are told as replaced.
func compare(old, new string) []edit {
	a, b := tokens(old), tokens(new)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	midA, midB := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(midA)+len(midB) == 0 {
		return nil
	}
	var e edits
	e.same(a[:head], at{first: true})
	if len(midA)*len(midB) <= diffWork {
		e.between(midA, midB)
	} else {
		e.add(edit{Text: strings.Join(midA, ""), Removed: true})
		e.add(edit{Text: strings.Join(midB, ""), Added: true})
	}
	e.same(a[len(a)-tail:], at{last: true})
	return e.list
}

// tokens cuts a text into words, each with a space after it; scripts that put none between words are cut at every character.
func tokens(s string) []string {
	var out []string
	for _, field := range strings.Fields(s) {
		start := 0
		for i, r := range field {
			if unicode.In(r, unspaced...) {
				if i > start {
					out = append(out, field[start:i])
				}
				start = i + utf8.RuneLen(r)
				out = append(out, field[i:start])
			}
		}
		if start < len(field) {
			out = append(out, field[start:])
		}
		out[len(out)-1] += " "
	}
	return out
}

// unspaced are scripts without spaces between words.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// edits is a comparison in the making.
type edits struct{ list []edit }

// at says whether a stretch is at the beginning or end of the text.
type at struct{ first, last bool }

func (e *edits) add(x edit) {
	if x.Text == "" {
		return
	}
	if n := len(e.list); n > 0 && e.list[n-1].Added == x.Added && e.list[n-1].Removed == x.Removed {
		e.list[n-1].Text += x.Text
		return
	}
	e.list = append(e.list, x)
}

// same adds an unchanged stretch, of which only the words next to changes are shown.
func (e *edits) same(words []string, where at) {
	before, after := diffContext, diffContext // words kept at the beginning and end of the stretch
	if where.first {
		before = 0
	}
	if where.last {
		after = 0
	}
	if len(words) <= before+after+1 {
		e.add(edit{Text: strings.Join(words, "")})
		return
	}
	e.add(edit{Text: strings.Join(words[:before], "") + "… " + strings.Join(words[len(words)-after:], "")})
}

// between compares by the longest common subsequence of words.
func (e *edits) between(a, b []string) {
	width := len(b) + 1
	length := make([]uint32, (len(a)+1)*width) // of the longest common subsequence of a[i:] and b[j:]
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		from := i
		for i < len(a) && j < len(b) && a[i] == b[j] {
			i, j = i+1, j+1
		}
		e.same(a[from:i], at{})
		var gone, come []string
		for (i < len(a) || j < len(b)) && !(i < len(a) && j < len(b) && a[i] == b[j]) {
			if j == len(b) || i < len(a) && length[(i+1)*width+j] >= length[i*width+j+1] {
				gone = append(gone, a[i])
				i++
			} else {
				come = append(come, b[j])
				j++
			}
		}
		e.add(edit{Text: strings.Join(gone, ""), Removed: true})
		e.add(edit{Text: strings.Join(come, ""), Added: true})
	}
}
