package digest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"mediawatch/text"
)

// columns is how wide the plain text is; only addresses are longer.
const columns = 72

// renderText writes the edition as plain text.
func renderText(c *Composed) []byte {
	w := &textWriter{}
	w.head(c)
	w.contents(c)
	for i := range c.Sections {
		w.section(c, &c.Sections[i])
	}
	w.spreading(c)
	w.changed(c)
	for _, r := range c.remarks() {
		w.blank()
		w.para("", r)
	}
	w.foot(c)
	return []byte(strings.TrimLeft(w.b.String(), "\n"))
}

// textWriter writes wrapped paragraphs.
type textWriter struct{ b strings.Builder }

func (w *textWriter) blank() { w.b.WriteByte('\n') }

// para writes s with every line behind indent.
func (w *textWriter) para(indent, s string) { w.hang(indent, indent, s) }

// hang writes s behind first, and further lines behind rest. Each line is balanced: a direction that begins in one does
// not go on in the next.
func (w *textWriter) hang(first, rest, s string) {
	for i, line := range wrap(s, columns-cells(rest)) {
		if i == 0 {
			w.b.WriteString(first)
		} else {
			w.b.WriteString(rest)
		}
		w.b.WriteString(text.Balanced(line))
		w.b.WriteByte('\n')
	}
}

// units writes short pieces one after the other, breaking lines only between them.
func (w *textWriter) units(pieces []string) {
	line := ""
	for _, p := range pieces {
		switch {
		case line == "":
			line = p
		case cells(line+" · "+p) > columns:
			w.para("", line)
			line = p
		default:
			line += " · " + p
		}
	}
	w.para("", line)
}

// address writes a URL on a line of its own, never broken.
func (w *textWriter) address(indent, url string) {
	if url != "" {
		w.b.WriteString(indent + url + "\n")
	}
}

// rule writes a heading over a line of dashes.
func (w *textWriter) rule(title, note string) {
	w.b.WriteString("\n\n")
	if note != "" {
		title += "  ·  " + note
	}
	w.para("", title)
	w.b.WriteString(strings.Repeat("─", columns) + "\n")
}

func (w *textWriter) head(c *Composed) {
	title := strings.ToUpper(c.Title)
	if c.Number > 0 {
		title += fmt.Sprintf("  ·  No. %d", c.Number)
	}
	w.para("", title)
	w.para("", c.Date)
	w.b.WriteString(strings.Repeat("═", columns) + "\n")
	w.para("", c.Window)
	w.units(c.figures())
	if len(c.Chart) > 0 {
		w.blank()
		w.para("", blocks(c.Chart))
		w.para("", c.chartLine())
	}
	for _, n := range c.notices() {
		w.blank()
		w.para("", n)
		if c.Capped {
			w.address("", c.Links.Edition)
		}
	}
	for i := range c.Failed {
		w.blank()
		w.para("", c.Failed[i].line()+".")
		w.address("", c.Failed[i].URL)
	}
	if c.Empty {
		w.blank()
		w.para("", "Nothing new.")
	}
}

// blocks draws the chart with block characters, one a day.
func blocks(chart []Bar) string {
	var b strings.Builder
	for _, bar := range chart {
		b.WriteRune([]rune("·▁▂▃▄▅▆▇█")[bar.Level])
	}
	return b.String()
}

func (w *textWriter) contents(c *Composed) {
	if !c.contents() {
		return
	}
	w.rule("In this edition", "")
	for _, s := range c.Sections {
		w.para("", s.Title+"  ·  "+text.Count(s.Total, "story"))
		for _, st := range s.Stories {
			first := fmt.Sprintf("%4d. ", st.Index)
			w.hang(first, strings.Repeat(" ", len(first)), st.Headline)
		}
	}
}

func (w *textWriter) section(c *Composed, s *ComposedSection) {
	w.rule(strings.ToUpper(s.Title), text.Count(s.Total, "story")+", "+text.Count(s.Articles, "article"))
	for i := range s.Stories {
		if i > 0 {
			w.blank()
		}
		w.story(&s.Stories[i])
	}
	if left := s.Total - len(s.Stories); left > 0 {
		w.blank()
		w.para("", "+"+text.Count(left, "further story")+" in this section.")
		w.address("", c.Links.Edition)
	}
}

func (w *textWriter) story(s *Story) {
	first := fmt.Sprintf("%d. ", s.Index)
	in := strings.Repeat(" ", len(first))
	w.hang(first, in, s.Headline)
	meta := s.Outlet + " · " + s.When
	if n := s.spread(); n != "" {
		meta += " · " + n
	}
	w.para(in, meta)
	for _, h := range s.Hits {
		w.para(in+"  ", h.starred())
	}
	if len(s.Also) > 0 {
		w.para(in, "also: "+alsoNames(s))
	}
	if n := s.outsideNote(); n != "" {
		w.para(in, n)
	}
	for i := range s.Edits {
		w.para(in, editText(&s.Edits[i]))
	}
	if len(s.AlsoIn) > 0 {
		w.para(in, "also in "+strings.Join(s.AlsoIn, ", "))
	}
	w.address(in, s.URL)
}

// alsoNames joins the other outlets: "A, B (shortened), C (+5)".
func alsoNames(s *Story) string {
	var names []string
	for _, a := range s.Also {
		name := a.Outlet
		if a.Note != "" {
			name += " (" + a.Note + ")"
		}
		names = append(names, name)
	}
	out := strings.Join(names, ", ")
	if s.MoreAlso > 0 {
		out += fmt.Sprintf(" (+%d)", s.MoreAlso)
	}
	return out
}

func editText(e *Edit) string {
	if e.Old == "" {
		return e.what()
	}
	return e.what() + ": " + e.Old + " → " + e.New
}

// starred returns the sentence with stars around what hit.
func (h *Hit) starred() string {
	var b strings.Builder
	at := 0
	for _, s := range h.Spans {
		b.WriteString(h.Text[at:s.Start] + "*" + h.Text[s.Start:s.End] + "*")
		at = s.End
	}
	b.WriteString(h.Text[at:])
	return b.String()
}

func (w *textWriter) spreading(c *Composed) {
	if len(c.Spreading) == 0 {
		return
	}
	w.rule("STILL SPREADING", "")
	for i := range c.Spreading {
		g := &c.Spreading[i]
		w.hang("- ", "  ", g.Headline+" ("+g.line()+")")
		w.address("  ", g.URL)
	}
	if c.MoreSpreading > 0 {
		w.para("", "+"+text.Number(c.MoreSpreading)+" further.")
		w.address("", c.Links.Edition)
	}
}

func (w *textWriter) changed(c *Composed) {
	if len(c.Changed) == 0 {
		return
	}
	w.rule("CHANGED", "")
	for i := range c.Changed {
		e := &c.Changed[i]
		line := e.Outlet + " · " + editText(e)
		if e.Old == "" {
			line += ": " + e.New
		}
		w.hang("- ", "  ", line)
		w.address("  ", e.URL)
	}
	if c.MoreChanged > 0 {
		w.para("", "+"+text.Number(c.MoreChanged)+" further.")
		w.address("", c.Links.Edition)
	}
}

func (w *textWriter) foot(c *Composed) {
	w.b.WriteString("\n\n" + strings.Repeat("─", columns) + "\n")
	if len(c.Trouble) > 0 {
		w.para("", "Feeds in trouble:")
		for _, t := range c.Trouble {
			w.hang("- ", "  ", t)
		}
		w.blank()
	}
	if len(c.Silent) > 0 {
		w.para("", "Silent for unusually long: "+strings.Join(c.Silent, ", ")+".")
		w.blank()
	}
	for _, l := range [][2]string{{"This edition: ", c.Links.Edition}, {"All editions: ", c.Links.Home}, {"Atom feed:    ", c.Links.Feed}} {
		if l[1] != "" {
			w.address("", l[0]+l[1])
		}
	}
	if ask := c.contact(); ask != "" {
		w.para("", ask)
	}
	w.para("", strings.TrimSpace("mediawatch "+c.Version))
}

// wrap breaks s at white space, and inside scripts that use none, into lines of at most limit cells. A word longer than that, such as an
// address, stays whole on its own line.
func wrap(s string, limit int) []string {
	var lines []string
	var b strings.Builder
	used := 0
	space := false
	for _, chunk := range chunks(s) {
		n := cells(chunk.text)
		gap := 0
		if chunk.space || space {
			gap = 1
		}
		space = false
		if b.Len() > 0 && used+gap+n > limit {
			lines = append(lines, b.String())
			b.Reset()
			used = 0
		}
		if b.Len() > 0 && gap > 0 {
			b.WriteByte(' ')
			used++
		}
		b.WriteString(chunk.text)
		used += n
	}
	if b.Len() > 0 || len(lines) == 0 {
		lines = append(lines, b.String())
	}
	return lines
}

// chunk is text that is not broken; space tells that white space stands before it.
type chunk struct {
	text  string
	space bool
}

func chunks(s string) []chunk {
	var out []chunk
	for i, word := range strings.Fields(s) {
		first := i > 0
		start := 0
		for at, r := range word {
			// Between two characters of a script without spaces a line may break, but not before closing punctuation.
			if at > start && wide(r) && unicode.IsLetter(r) {
				out = append(out, chunk{word[start:at], first})
				first, start = false, at
			}
		}
		out = append(out, chunk{word[start:], first})
	}
	return out
}

// cells returns how many columns s takes on a terminal: two for East Asian wide characters, none for marks.
func cells(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || unicode.Is(unicode.Cf, r):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

func wide(r rune) bool {
	if r < utf8.RuneSelf {
		return false
	}
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}
