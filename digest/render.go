package digest

import (
	"fmt"
	"strconv"
	"strings"

	"mediawatch/text"
)

// Rendered is an edition as it is kept and sent.
type Rendered struct {
	Subject string // one line
	Text    []byte // UTF-8, lines end in \n, at most 72 columns but for addresses
	HTML    []byte // a whole document with inline styles and nothing remote
}

// Render writes an edition. The same Composed gives the same bytes. An error can only come from the HTML template and
// means a mistake in it.
func Render(c Composed) (Rendered, error) {
	html, err := renderHTML(&c)
	if err != nil {
		return Rendered{}, fmt.Errorf("render digest %s: %w", c.Digest, err)
	}
	return Rendered{Subject: c.Subject(), Text: renderText(&c), HTML: html}, nil
}

// Subject returns the line that a reader sees in a list: "Morning briefing: 12 stories, 37 articles — Fri 20 Nov 2026".
func (c *Composed) Subject() string {
	title := c.Title
	switch c.Kind {
	case Welcome:
		title = "Welcome to " + title
	case Preview:
		title = "Preview of " + title
	}
	return title + ": " + c.gist() + " — " + c.Now.Format("Mon 2 Jan 2006")
}

// gist says in a few words what the edition brings.
func (c *Composed) gist() string {
	if c.Counts.Stories > 0 {
		return text.Count(c.Counts.Stories, "story") + ", " + text.Count(c.Counts.Articles, "article")
	}
	parts := []string{"nothing new"}
	if n := c.Counts.Spreading; n > 0 {
		parts = append(parts, text.Number(n)+" still spreading")
	}
	if n := c.Counts.Changed; n > 0 {
		parts = append(parts, text.Number(n)+" changed")
	}
	return strings.Join(parts, ", ")
}

// figures returns the counts in the head of an edition.
func (c *Composed) figures() []string {
	out := []string{text.Count(c.Counts.Stories, "story"), text.Count(c.Counts.Articles, "article")}
	if c.Folded > 0 {
		out = append(out, text.Count(c.Folded, "duplicate")+" folded")
	}
	if n := c.Counts.Spreading; n > 0 {
		out = append(out, text.Number(n)+" still spreading")
	}
	if n := c.Counts.Changed; n > 0 {
		out = append(out, text.Number(n)+" changed")
	}
	if n := len(c.Silent); n > 0 {
		out = append(out, text.Count(n, "silent source"))
	}
	return out
}

// notices stand above the stories: what a reader must know about this edition itself.
func (c *Composed) notices() []string {
	var out []string
	switch c.Kind {
	case Welcome:
		out = append(out, "Your first edition. It shows the newest of what is already there; from now on an edition brings only what is new.")
	case Preview:
		out = append(out, "A preview: nothing was sent and nothing is marked as reported.")
	}
	if c.Capped {
		out = append(out, fmt.Sprintf("%s are more than an edition holds: here are the %d that most outlets carry, the others are counted by section%s.",
			text.Count(c.Counts.Stories, "story"), Top, map[bool]string{true: " and on this edition's page", false: ""}[c.Links.Edition != ""]))
	}
	return out
}

// remarks stand below the stories: what was counted and not told.
func (c *Composed) remarks() []string {
	var out []string
	switch n := c.Counts.Backlog; {
	case n > 0 && c.Kind == Welcome:
		out = append(out, "+"+text.Number(n)+" older: kept and searchable; no edition tells them.")
	case n > 0:
		out = append(out, "+"+text.Number(n)+" older: what a source held at its first reading, an archive, an import, or what a new query found; kept and searchable.")
	}
	if n := c.QuietEdits; n > 0 {
		out = append(out, text.Count(n, "edit")+" of articles that no edition has told.")
	}
	if n := c.Withdrawn; n > 0 {
		out = append(out, text.Count(n, "article")+" withdrawn, or edited so that nothing matches any more.")
	}
	if len(c.Quiet) > 0 && !c.Empty {
		out = append(out, "Nothing new: "+strings.Join(c.Quiet, ", ")+".")
	}
	return out
}

// contents reports whether a list of contents helps: with few stories it only stands in the way.
func (c *Composed) contents() bool {
	n := 0
	for _, s := range c.Sections {
		n += len(s.Stories)
	}
	return n >= 8
}

// spread says how far a story went: "4 articles, 3 outlets"; "" for a story of one.
func (s *Story) spread() string {
	if s.Articles <= 1 {
		return ""
	}
	if s.Outlets <= 1 {
		return text.Count(s.Articles, "article")
	}
	return text.Count(s.Articles, "article") + ", " + text.Count(s.Outlets, "outlet")
}

// outsideNote tells of copies that no watch of the digest matches.
func (s *Story) outsideNote() string {
	if s.Outside == 0 {
		return ""
	}
	return "+" + text.Count(s.Outside, "copy") + " outside this watch"
}

// line says how a story of an earlier edition grew: "+8, now 11 outlets, told in no. 6".
func (g *Growth) line() string {
	s := "+" + text.Number(g.Plus) + ", now " + text.Count(g.Outlets, "outlet")
	if g.Number > 0 {
		s += ", told in no. " + strconv.Itoa(g.Number)
	}
	return s
}

// what says what an edit changed, before the headlines: "edited 09:12", "text edited 09:12".
func (e *Edit) what() string {
	s := "edited " + e.When
	if e.Old == "" {
		s = "text " + s
	}
	if e.Times > 1 {
		s += fmt.Sprintf(" (%d times)", e.Times)
	}
	return s
}

// line tells of an edition that did not arrive.
func (f *Earlier) line() string {
	s := fmt.Sprintf("No. %d of %s could not be delivered", f.Number, f.Date.Format("Mon 2 Jan 2006"))
	if f.Answer != "" {
		s += " (" + f.Answer + ")"
	}
	return s
}

// chartLine says in words what the chart shows.
func (c *Composed) chartLine() string {
	if len(c.Chart) == 0 {
		return ""
	}
	most, total := c.Chart[0], 0
	for _, b := range c.Chart {
		total += b.Count
		if b.Count > most.Count {
			most = b
		}
	}
	if total == 0 {
		return fmt.Sprintf("No article in the last %d days.", len(c.Chart))
	}
	return fmt.Sprintf("%s in %d days, most on %s (%s), today %s",
		text.Count(total, "article"), len(c.Chart), most.Label, text.Number(most.Count), text.Number(c.Chart[len(c.Chart)-1].Count))
}

// contact says whom a reader asks.
func (c *Composed) contact() string {
	if c.Links.Contact == "" {
		return ""
	}
	return "Questions, or you no longer want this? Write to " + text.Line(c.Links.Contact) + "."
}
