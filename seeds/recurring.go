package seeds

import (
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"mediawatch/page"
	"mediawatch/text"
)

const (
	closing      = 15   // how many lines from the end of a file may be appended matter
	longCompared = 1000 // how many of the lines that carry the text are compared
)

// Ending is what Recurring compares of a file: a few kilobytes, whatever the file's size.
type Ending struct {
	long    []uint64          // hashes of the lines that carry the text, sorted
	closing map[string]string // the short lines behind the last paragraph, by key
}

// EndingOf reads the ending of a file, decoded as Read decodes it. It is empty for what is no text, and for a web page,
// whose lines are not those of its text.
func EndingOf(name string, data []byte) Ending {
	if len(data) > MaxSize || binaryKind(data) != "" {
		return Ending{}
	}
	src := text.Clean(page.Decode(data, "").Text)
	if formatOf(name, src) == "html" {
		return Ending{}
	}
	var lines []string
	for _, l := range splitLines(src) {
		if !l.blank {
			lines = append(lines, l.text)
		}
	}
	return Ending{long: longLines(lines), closing: closingLines(lines)}
}

// Recurring returns the lines of fewer than 12 words that close at least two different articles of a folder, for
// Options.Boilerplate. A longer line stays, however often it recurs: stock sentences belong to the article. Two files
// that share half of their long lines are one article, so that a copy does not make a story's last words recur. The
// result is sorted and does not depend on the order of the files.
func Recurring(files []Ending) []string {
	spelling := map[string]string{}
	in := map[string][]int{}
	for i := range files {
		for k, s := range files[i].closing {
			in[k] = append(in[k], i)
			if old, ok := spelling[k]; !ok || s < old {
				spelling[k] = s
			}
		}
	}
	var out []string
	for k, at := range in {
		if len(at) >= 2 && different(files, at) {
			out = append(out, spelling[k])
		}
	}
	slices.Sort(out)
	return out
}

// longLines returns the hashes of the first lines that are too long for boilerplate, sorted, each once.
func longLines(lines []string) []uint64 {
	var long []uint64
	for _, s := range lines {
		if len(long) == longCompared {
			break
		}
		if n := words(s); n > longestStock || n >= longestClosing && phraseOf(s) == phraseNone {
			long = append(long, xxh3.HashString(key(s)))
		}
	}
	slices.Sort(long)
	return slices.Compact(long)
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
			out[k] = strings.Clone(s) // of its own, so that the text does not stay because of it
		}
	}
	return out
}

// different reports whether two of the files at the given places are different articles.
func different(files []Ending, at []int) bool {
	for n, i := range at {
		for _, j := range at[:n] {
			if !sameArticle(&files[i], &files[j]) {
				return true
			}
		}
	}
	return false
}

func sameArticle(a, b *Ending) bool {
	if len(a.long) > len(b.long) {
		a, b = b, a
	}
	if slices.Equal(a.long, b.long) {
		return len(a.long) > 0
	}
	shared := 0
	for _, k := range a.long {
		if _, ok := slices.BinarySearch(b.long, k); ok {
			shared++
		}
	}
	return len(a.long) > 0 && shared*2 >= len(a.long)
}
