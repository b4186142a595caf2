package main

import (
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"mediawatch/text"
	"mediawatch/web"
)

// column is a column of a listing of values of type T.
type column[T any] struct {
	head   string // of the table; the head of a CSV file is the same in small letters, with _
	value  func(T) string
	short  func(T) string // on a terminal; nil: value
	exact  func(T) string // in CSV; nil: value
	least  int            // on a terminal that is too narrow the column shrinks to this width; 0: it does not
	extra  bool           // left out on a terminal when it is empty, or when there is no room
	below  bool           // on a terminal it stands below the line, where it is not empty
	right  bool           // numbers
	day    func(T) string // on a terminal a line heads the rows of one day
	colour func(T) colour
}

// gap is what stands between two columns.
const gap = "  "

// id is the column of an item's, story's or feed's id: its first digits on a terminal, whole anywhere else.
func id[T any](of func(T) string) column[T] {
	return column[T]{head: "ID", value: of, short: func(v T) string { return of(v)[:min(8, len(of(v)))] }}
}

// when is the column of a time.
func when[T any](head string, of func(T) *time.Time) column[T] {
	layout := func(layout, none string) func(T) string {
		return func(v T) string {
			t := of(v)
			if t == nil || t.IsZero() {
				return none
			}
			return t.Format(layout)
		}
	}
	return column[T]{head: head, value: layout(clockLayout, "–"), exact: layout(time.RFC3339, "")}
}

// byTime is the column of an item's time in a list by time: on a terminal below its day, with a date only where it is of another one.
func byTime[T any](of func(T) *web.ItemView) column[T] {
	c := when("TIME", func(v T) *time.Time { return &of(v).Time })
	c.day = func(v T) string {
		if of(v).Listed.IsZero() {
			return ""
		}
		return of(v).Listed.UTC().Format("Monday 2 January 2006")
	}
	c.short = func(v T) string {
		it := of(v)
		if it.Time.UTC().Format(time.DateOnly) == it.Listed.UTC().Format(time.DateOnly) {
			return it.Time.UTC().Format("15:04")
		}
		return c.value(v)
	}
	return c
}

// briefly is a time without its year on a terminal.
func (c column[T]) briefly() column[T] {
	of := c.value
	c.short = func(v T) string {
		if s := of(v); len(s) == len(clockLayout) {
			return s[len("2006-"):]
		}
		return of(v)
	}
	return c
}

// writeCSV writes a listing as CSV (RFC 4180), whole.
func writeCSV[T any](w io.Writer, columns []column[T], rows []T) error {
	out := csv.NewWriter(w)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = strings.ReplaceAll(strings.ToLower(c.head), " ", "_")
	}
	if err := out.Write(cells); err != nil {
		return err
	}
	for _, v := range rows {
		for i, c := range columns {
			of := c.value
			if c.exact != nil {
				of = c.exact
			}
			cells[i] = harmless(text.Line(of(v)))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// harmless keeps a spreadsheet from running a headline as a formula, which is a known attack: an apostrophe before it makes it text.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// writeTable writes a listing for people: as wide as it is into a file or pipe, and fitted to a terminal.
func writeTable[T any](w world, columns []column[T], rows []T) error {
	var beside, below []column[T]
	for _, c := range columns {
		if c.below && w.term.columns > 0 {
			below = append(below, c)
		} else {
			beside = append(beside, c)
		}
	}
	cells := make([][]string, len(rows))
	for i, v := range rows {
		cells[i] = cellsOf(w, beside, v)
	}
	widths := naturalWidths(beside, cells)
	if w.term.columns > 0 {
		beside, cells, widths = fit(w.term.columns, beside, cells, widths)
	}
	var b strings.Builder
	for i, c := range beside {
		pad(&b, layout{text: c.head, width: widths[i], right: c.right, last: i == len(beside)-1})
	}
	lines, day := []string{w.paint(bold, b.String())}, ""
	for i, v := range rows {
		if now := dayOf(w, beside, v); now != day {
			lines, day = append(lines, w.paint(bold, now)), now
		}
		lines = append(lines, tableLine(w, beside, cells[i], widths, v))
		for _, c := range below {
			if s := text.Line(c.value(v)); s != "" {
				lines = append(lines, "    "+w.paint(tint(c, v), cut(s, w.term.columns-4)))
			}
		}
	}
	_, err := io.WriteString(w.stdout, strings.Join(lines, "\n")+"\n")
	return err
}

// dayOf is the day that heads a row on a terminal; "" in a listing without days.
func dayOf[T any](w world, columns []column[T], v T) string {
	for _, c := range columns {
		if c.day != nil && w.term.columns > 0 {
			return c.day(v)
		}
	}
	return ""
}

func cellsOf[T any](w world, columns []column[T], v T) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		of := c.value
		if c.short != nil && w.term.columns > 0 {
			of = c.short
		}
		cells[i] = text.Line(of(v))
	}
	return cells
}

func tableLine[T any](w world, columns []column[T], cells []string, widths []int, v T) string {
	var b strings.Builder
	for i, c := range columns {
		s := cells[i]
		if w.term.columns > 0 {
			s = cut(s, widths[i])
		}
		pad(&b, layout{text: s, shown: w.paint(tint(c, v), s), width: widths[i], right: c.right, last: i == len(columns)-1})
	}
	return b.String()
}

func tint[T any](c column[T], v T) colour {
	if c.colour == nil {
		return plain
	}
	return c.colour(v)
}

// layout is a cell to be written.
type layout struct {
	text  string
	shown string // the text with colours; "": the text
	width int
	right bool
	last  bool // of its line
}

func pad(b *strings.Builder, l layout) {
	if l.shown == "" {
		l.shown = l.text
	}
	space := strings.Repeat(" ", max(0, l.width-width(l.text)))
	switch {
	case l.right:
		b.WriteString(space + l.shown)
	case l.last:
		b.WriteString(l.shown)
	default:
		b.WriteString(l.shown + space)
	}
	if !l.last {
		b.WriteString(gap)
	}
}

func naturalWidths[T any](columns []column[T], rows [][]string) []int {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = width(c.head)
		for _, cells := range rows {
			widths[i] = max(widths[i], width(cells[i]))
		}
	}
	return widths
}

// fit leaves out the extra columns that are empty or have no room, and narrows the others, the widest first, until a line has room.
func fit[T any](room int, columns []column[T], rows [][]string, widths []int) ([]column[T], [][]string, []int) {
	for i := len(columns) - 1; i >= 0; i-- {
		if columns[i].extra && (empty(rows, i) || leastWidth(columns, widths) > room) {
			columns = append(columns[:i:i], columns[i+1:]...)
			widths = append(widths[:i:i], widths[i+1:]...)
			for r := range rows {
				rows[r] = append(rows[r][:i:i], rows[r][i+1:]...)
			}
		}
	}
	for total(widths) > room {
		widest := -1
		for i, c := range columns {
			if c.least > 0 && widths[i] > c.least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return columns, rows, widths
}

// empty reports that a column has nothing in any row.
func empty(rows [][]string, i int) bool {
	for _, cells := range rows {
		if cells[i] != "" {
			return false
		}
	}
	return true
}

// leastWidth is how wide a line is when every column is as narrow as it gets.
func leastWidth[T any](columns []column[T], widths []int) int {
	narrow := make([]int, len(widths))
	for i, c := range columns {
		narrow[i] = widths[i]
		if c.least > 0 {
			narrow[i] = min(narrow[i], c.least)
		}
	}
	return total(narrow)
}

func total(widths []int) int {
	sum := max(0, len(widths)-1) * len(gap)
	for _, n := range widths {
		sum += n
	}
	return sum
}

// width is how many columns of a terminal a text takes: two for a wide East Asian character or an emoji, none for a mark.
func width(s string) int { return uniseg.StringWidth(s) }

// cut shortens a text to a width, with an ellipsis, and never within a character and its marks.
func cut(s string, room int) string {
	if width(s) <= room {
		return s
	}
	if room < 1 {
		return ""
	}
	var b strings.Builder
	used := 0
	for state, rest := -1, s; rest != ""; {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > room-1 {
			break
		}
		b.WriteString(cluster)
		used += w
	}
	return strings.TrimRight(b.String(), " ") + "…"
}
