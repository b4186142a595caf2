package digest

import (
	"fmt"
	"strconv"
	"strings"
)

// Rendered is an edition as it is kept and sent.
type Rendered struct {
	Subject string // one line
	Text    []byte // UTF-8, lines end in \n, at most 72 columns but for addresses
	HTML    []byte // a whole document with inline styles and nothing remote
}

// Render writes an edition. The same Composed gives the same bytes. An error can only come from the HTML template and means a mistake in it.
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
		return count(c.Counts.Stories, "story", "stories") + ", " + count(c.Counts.Articles, "article", "articles")
	}
	parts := []string{"nothing new"}
	if n := c.Counts.Spreading; n > 0 {
		parts = append(parts, number(n)+" still spreading")
	}
	if n := c.Counts.Changed; n > 0 {
		parts = append(parts, number(n)+" changed")
	}
	return strings.Join(parts, ", ")
}

// figures returns the counts in the head of an edition.
func (c *Composed) figures() []string {
	out := []string{count(c.Counts.Stories, "story", "stories"), count(c.Counts.Articles, "article", "articles")}
	if c.Folded > 0 {
		out = append(out, count(c.Folded, "duplicate", "duplicates")+" folded")
	}
	if n := c.Counts.Spreading; n > 0 {
		out = append(out, number(n)+" still spreading")
	}
	if n := c.Counts.Changed; n > 0 {
		out = append(out, number(n)+" changed")
	}
	if n := len(c.Silent); n > 0 {
		out = append(out, count(n, "silent source", "silent sources"))
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
			count(c.Counts.Stories, "story", "stories"), Top, map[bool]string{true: " and on this edition's page", false: ""}[c.Links.Edition != ""]))
	}
	return out
}

// remarks stand below the stories: what was counted and not told.
func (c *Composed) remarks() []string {
	var out []string
	if n := c.Counts.Backlog; n > 0 {
		out = append(out, "+"+number(n)+" older: already there when a source or a query was new, kept and searchable.")
	}
	if n := c.QuietEdits; n > 0 {
		out = append(out, count(n, "edit", "edits")+" of articles that no edition has told.")
	}
	if n := c.Withdrawn; n > 0 {
		out = append(out, count(n, "article was", "articles were")+" withdrawn, or edited so that nothing matches any more.")
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
		return count(s.Articles, "article", "articles")
	}
	return count(s.Articles, "article", "articles") + ", " + count(s.Outlets, "outlet", "outlets")
}

// outsideNote tells of copies that no watch of the digest matches.
func (s *Story) outsideNote() string {
	if s.Outside == 0 {
		return ""
	}
	return "+" + count(s.Outside, "copy", "copies") + " outside this watch"
}

// line says how a story of an earlier edition grew: "+8, now 11 outlets, told in no. 6".
func (g *Growth) line() string {
	s := "+" + number(g.Plus) + ", now " + count(g.Outlets, "outlet", "outlets")
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
		count(total, "article", "articles"), len(c.Chart), most.Label, number(most.Count), number(c.Chart[len(c.Chart)-1].Count))
}

// stop says how to stop receiving this.
func (c *Composed) stop() string {
	how := fmt.Sprintf("remove the recipient from the digest %q in mediawatch.toml", c.Digest)
	if c.Links.Stop != "" {
		return "To stop this digest, write to " + c.Links.Stop + ", or " + how + "."
	}
	return "To stop this digest, " + how + "."
}

// count joins a number and its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// number groups the thousands of n with commas.
func number(n int) string {
	s := strconv.Itoa(n)
	if n < 0 {
		return s
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
