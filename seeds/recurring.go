package seeds

import (
	"sort"

	"mediawatch/page"
	"mediawatch/text"
)

// ClosingLines returns the lines of a text file that Recurring compares: those with text, decoded as Read decodes them. It is nil for what is no text.
func ClosingLines(data []byte) []string {
	if len(data) > MaxSize || binaryKind(data) != "" {
		return nil
	}
	var out []string
	for _, l := range splitLines(text.Clean(page.Decode(data, "").Text)) {
		if !l.blank {
			out = append(out, l.text)
		}
	}
	return out
}

// closing is how many lines from the end of a file may be appended matter.
const closing = 15

// fileEnd is one file as Recurring sees it.
type fileEnd struct {
	long map[string]bool // keys of the lines that carry the text
}

// Recurring returns the lines of fewer than 12 words that close at least two different articles of a folder, for Options.Boilerplate. files holds the
// lines of each file, as ClosingLines returns them. A longer line stays, however often it recurs: stock sentences belong to the article. Two files that share
// half of their long lines are one article, so that a copy does not make a story's last words recur. The result is sorted and does not depend on any order.
func Recurring(files map[string][]string) []string {
	paths := make([]string, 0, len(files))
	for p := range files {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	ends := make([]fileEnd, len(paths))
	spelling := map[string]string{}
	in := map[string][]int{}
	for i, p := range paths {
		ends[i] = fileEnd{long: longLines(files[p])}
		for k, s := range closingLines(files[p]) {
			in[k] = append(in[k], i)
			if old, ok := spelling[k]; !ok || s < old {
				spelling[k] = s
			}
		}
	}
	var out []string
	for k, at := range in {
		if len(at) >= 2 && different(ends, at) {
			out = append(out, spelling[k])
		}
	}
	sort.Strings(out)
	return out
}

// longLines returns the keys of the lines that are too long for boilerplate.
func longLines(lines []string) map[string]bool {
	long := map[string]bool{}
	for _, s := range lines {
		if words(s) >= longestClosing && phraseOf(s) == phraseNone {
			long[key(s)] = true
		}
	}
	return long
}

// closingLines returns the short lines behind the last paragraph, by key; stock phrases among them may be long.
func closingLines(lines []string) map[string]string {
	out := map[string]string{}
	for i := len(lines) - 1; i >= 1 && i >= len(lines)-closing; i-- {
		s := lines[i]
		if words(s) >= longestClosing {
			if phraseOf(s) == phraseNone {
				break
			}
			continue
		}
		if k := key(s); k != "" {
			out[k] = s
		}
	}
	return out
}

// different reports whether two of the files at the given places are different articles.
func different(ends []fileEnd, at []int) bool {
	for _, i := range at[1:] {
		if !sameArticle(ends[at[0]], ends[i]) {
			return true
		}
	}
	return false
}

func sameArticle(a, b fileEnd) bool {
	if len(a.long) > len(b.long) {
		a, b = b, a
	}
	shared := 0
	for k := range a.long {
		if b.long[k] {
			shared++
		}
	}
	return len(a.long) > 0 && shared*2 >= len(a.long)
}
