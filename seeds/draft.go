package seeds

import (
	"slices"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/page"
	"mediawatch/text"
)

// blockKind is what a piece of the body is.
type blockKind uint8

const (
	blockPara blockKind = iota
	blockHead
	blockItem // of a list
	blockHTML // markup that is kept as it is
)

// block is one piece of the body.
type block struct {
	kind  blockKind
	text  string // plain
	html  string // of blockHTML
	first int    // line it starts on, from 1; 0 when the format has no lines
}

// cutLine is a line that was taken for boilerplate.
type cutLine struct {
	n    int // line or block, from 1
	text string
}

// draft gathers what is found while a file is read.
type draft struct {
	options   Options
	format    string
	title     string
	section   []string
	published page.When
	updated   page.When
	stamps    [2]news.Stamp // published, updated, where the source states them absolutely (metadata)
	inferred  bool          // published comes from a dateline
	captions  []string
	body      []block
	cut       []cutLine
	summary   string
	url       string
	authors   []news.Person
	lang      string
	tags      []string
	ownTags   []string // of the side-car
	image     string
	outlet    string
	evidence  string
	clues     []clue // text that may name the outlet
	warnings  []string
}

func (d *draft) warn(s string) { d.warnings = append(d.warnings, s) }

// article turns the draft into its final form.
func (d *draft) article() (*Article, error) {
	if d.title == "" && len(d.body) == 0 {
		return nil, ErrEmpty
	}
	d.findOutlet()
	d.settleOrder()
	loc := d.location()
	a := &Article{
		Title: text.Line(d.title), Section: d.section, Caption: strings.Join(d.captions, "\n"), Cut: d.cutLines(),
		Outlet: text.Line(d.outlet), OutletEvidence: d.evidence, Authors: d.authors, Image: d.image,
		Categories: d.tags, Tags: d.ownTags, Format: d.format, Warnings: d.warnings, URL: d.url, Summary: d.summary,
		Content: d.render(), Lang: strings.ToLower(strings.ReplaceAll(d.lang, "_", "-")),
	}
	a.Published, a.Updated = d.stamp(0, d.published, loc), d.stamp(1, d.updated, loc)
	if d.inferred && !a.Published.IsZero() {
		a.Published.Certainty = news.CertaintyInferred
	}
	for _, b := range d.body {
		if b.kind == blockHead {
			a.Subheadings = append(a.Subheadings, b.text)
		}
	}
	if a.Title == "" {
		a.Title = text.Truncate(text.Line(d.body[0].text), 90)
		a.Warnings = append(a.Warnings, "no headline found: the first words of the text stand in for it")
	}
	if d.published.Ambiguous && d.stamps[0].IsZero() {
		a.Warnings = append(a.Warnings, "the date can be read with the day or the month first: the day was taken")
	}
	return a, nil
}

// settleOrder decides what 03/04/2025 means: only English is written with either order, so the text's language tells.
// It is found here when nothing states it.
func (d *draft) settleOrder() {
	if d.lang == "" {
		d.lang = text.Language(d.plain())
	}
	if d.lang != "" && !strings.HasPrefix(strings.ToLower(d.lang), "en") {
		d.published.Ambiguous, d.updated.Ambiguous = false, false
	}
}

// cutLines returns what was cut, in the order of the file.
func (d *draft) cutLines() []string {
	slices.SortStableFunc(d.cut, func(a, b cutLine) int { return a.n - b.n })
	var out []string
	for _, c := range d.cut {
		out = append(out, c.text)
	}
	return out
}

// location is the zone to assume: the outlet's own, else the folder's.
func (d *draft) location() *time.Location {
	for _, o := range d.options.Outlets {
		if o.Location != nil && d.outlet != "" && o.Name == d.outlet {
			return o.Location
		}
	}
	return d.options.Location
}

func (d *draft) stamp(i int, w page.When, loc *time.Location) news.Stamp {
	if !d.stamps[i].IsZero() {
		return d.stamps[i]
	}
	return w.Stamp(loc)
}

// plain returns headline and body, for telling the language.
func (d *draft) plain() string {
	var b strings.Builder
	b.WriteString(d.title)
	for _, p := range d.body {
		b.WriteString("\n\n")
		b.WriteString(p.text)
	}
	return b.String()
}

// render writes the body as HTML.
func (d *draft) render() string {
	var b strings.Builder
	list := false
	for _, p := range d.body {
		if (p.kind == blockItem) != list {
			b.WriteString(map[bool]string{true: "</ul>", false: "<ul>"}[list])
			list = !list
		}
		switch p.kind {
		case blockHead:
			b.WriteString("<h2>" + escape(p.text) + "</h2>")
		case blockItem:
			b.WriteString("<li>" + escape(p.text) + "</li>")
		case blockHTML:
			b.WriteString(p.html)
		default:
			b.WriteString("<p>" + escape(p.text) + "</p>")
		}
		if !list {
			b.WriteByte('\n')
		}
	}
	if list {
		b.WriteString("</ul>")
	}
	return strings.TrimSpace(b.String())
}

// addStamp takes a stated date: what is labelled as a change is the update; of two for one day the one with a time of
// day; of two others the earlier is the publication.
func (d *draft) addStamp(w page.When) {
	switch {
	case w.Updated:
		if d.updated.IsZero() || w.HasTime {
			d.updated = w
		}
	case d.published.IsZero(), w.Labelled && !d.published.Labelled && !d.published.SameDay(w):
		d.published = w
	case d.published.SameDay(w):
		if w.HasTime && !d.published.HasTime {
			d.published = w
		}
	case d.updated.IsZero() && w.Stamp(nil).Time.After(d.published.Stamp(nil).Time):
		d.updated = w
	}
}

// addAuthors takes the people of a byline, each once.
func (d *draft) addAuthors(names ...string) {
	for _, n := range names {
		n = text.Line(strings.Trim(n, " ,;.:|-–—"))
		if n == "" || slices.ContainsFunc(d.authors, func(p news.Person) bool { return p.Name == n }) {
			continue
		}
		d.authors = append(d.authors, news.Person{Name: n})
	}
}

// escape writes plain text as HTML text. Quotes stay: they mean nothing outside attributes.
func escape(s string) string { return textEscaper.Replace(s) }

var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
