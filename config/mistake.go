package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mediawatch/text"
)

// Mistake is one thing that is wrong, and where. Line and Col count from 1, Col in characters; both are 0 when File is not a file but an
// environment variable, or when the mistake is in the file as a whole.
type Mistake struct {
	File string
	Line int
	Col  int
	Msg  string
	Hint string // what to do; may be ""
}

// String returns "mediawatch.toml:12:3: unknown key "tittle" (did you mean "title"?)".
func (m Mistake) String() string {
	s := m.File + ": "
	if m.Line > 0 {
		s = fmt.Sprintf("%s:%d:%d: ", m.File, m.Line, m.Col)
	}
	s += m.Msg
	if m.Hint != "" {
		s += " (" + m.Hint + ")"
	}
	return s
}

// Errors are all the mistakes of a configuration, file by file in order of their positions.
type Errors struct {
	List []Mistake
}

// Error returns the mistakes, one a line.
func (e *Errors) Error() string {
	lines := make([]string, len(e.List))
	for i, m := range e.List {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// place is a position in a file, or with line 0 a file or an environment variable as a whole.
type place struct {
	file      string
	line, col int
}

// String returns "mediawatch.toml:12".
func (p place) String() string {
	if p.line == 0 {
		return p.file
	}
	return fmt.Sprintf("%s:%d", p.file, p.line)
}

// collector gathers mistakes. Files sort in the order in which they were first read.
type collector struct {
	files   []string
	list    []Mistake
	warned  []Mistake      // what is legal and probably not meant
	spoiled map[place]bool // what stands there is of the wrong type, so no check can say anything about it
}

func newCollector(first string) *collector {
	return &collector{files: []string{first}, spoiled: map[place]bool{}}
}

func (c *collector) file(name string) {
	if !slices.Contains(c.files, name) {
		c.files = append(c.files, name)
	}
}

// add records a mistake; one without a place is about the first file.
func (c *collector) add(at place, hint, format string, args ...any) {
	if at.file == "" && len(c.files) > 0 {
		at.file = c.files[0]
	}
	if c.spoiled[at] {
		return
	}
	c.list = append(c.list, Mistake{File: at.file, Line: at.line, Col: at.col, Msg: text.HideSecrets(fmt.Sprintf(format, args...)), Hint: hint})
}

// warn records what is legal and probably not meant.
func (c *collector) warn(at place, hint, format string, args ...any) {
	mistakes := c.list
	c.list = c.warned
	c.add(at, hint, format, args...)
	c.list, c.warned = mistakes, c.list
}

// warnings returns what was warned of, in the order of the files.
func (c *collector) warnings() []Mistake { return c.sorted(c.warned) }

// err returns the mistakes as an error, or nil when there are none.
func (c *collector) err() error {
	if len(c.list) == 0 {
		return nil
	}
	return &Errors{List: c.sorted(c.list)}
}

// sorted returns mistakes file by file in the order of their positions, each once.
func (c *collector) sorted(list []Mistake) []Mistake {
	rank := func(m Mistake) int {
		if i := slices.Index(c.files, m.File); i >= 0 {
			return i
		}
		return len(c.files)
	}
	slices.SortStableFunc(list, func(a, b Mistake) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(a.File, b.File), a.Line-b.Line, a.Col-b.Col)
	})
	return slices.Compact(list)
}

// nearest returns the candidate closest to name when it is close enough to be meant, else "".
func nearest(name string, candidates []string) string {
	limit := 1
	if len(name) > 3 {
		limit = 2
	}
	best, bestAt := "", limit+1
	for _, c := range candidates {
		if d := edits(strings.ToLower(name), c); d < bestAt {
			best, bestAt = c, d
		}
	}
	return best
}

// edits counts the insertions, deletions, substitutions and swaps of neighbours between a and b; strings longer than 64
// bytes are far from everything.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var two, one, row [65]int
	for j := range len(b) + 1 {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one = one, row
	}
	return one[len(b)]
}
