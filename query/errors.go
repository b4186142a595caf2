package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Error is one mistake in a query.
type Error struct {
	Line int    // from 1
	Col  int    // in characters, from 1
	Msg  string // what is wrong
	Hint string // what to write instead; "" when there is nothing to say
}

// Error returns "line 1, column 5: message (hint)".
func (e Error) Error() string {
	s := fmt.Sprintf("line %d, column %d: %s", e.Line, e.Col, e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Errors are all mistakes found in a query, in the order of their positions. It is what Parse returns as its error.
type Errors struct {
	List []Error
}

// Error returns the mistakes, one a line.
func (e *Errors) Error() string {
	lines := make([]string, len(e.List))
	for i, one := range e.List {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// mistake is an Error whose position is still a byte offset.
type mistake struct {
	at        int
	msg, hint string
}

// asErrors turns byte offsets in src into lines and columns.
func asErrors(src string, found []mistake) *Errors {
	slices.SortStableFunc(found, func(a, b mistake) int { return a.at - b.at })
	out := &Errors{}
	for _, m := range found {
		line, col := position(src, m.at)
		out.List = append(out.List, Error{Line: line, Col: col, Msg: m.msg, Hint: m.hint})
	}
	return out
}

// position returns the line and the column, in characters, of byte offset at in src, both from 1.
func position(src string, at int) (line, col int) {
	before := src[:min(at, len(src))]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

// nearest returns the candidate that differs from name by the fewest edits, at most two and fewer than half its letters; "" when none does.
func nearest(name string, candidates []string) string {
	best, bestAt := "", min(3, (utf8.RuneCountInString(name)+1)/2)
	for _, c := range candidates {
		if d := edits(name, c); d < bestAt || d == bestAt && best != "" && c < best {
			best, bestAt = c, d
		}
	}
	return best
}

// edits counts the letters to insert, delete, replace or swap with their neighbour to turn a into b (optimal string alignment).
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j-1]+cost, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(x)][len(y)]
}
