package digest

import (
	"bytes"
	_ "embed" // the template is part of the program
	"html/template"
	"strconv"
	"strings"

	"mediawatch/text"
)

//go:embed edition.html.tmpl
var editionSource string

// edition is the parsed template; it is never changed.
var edition = template.Must(template.New("edition").Funcs(template.FuncMap{
	"count":  text.Count,
	"number": text.Number,
	"upper":  strings.ToUpper,
}).Parse(editionSource))

// view is what the template sees: the edition and what is worded the same way in text and HTML.
type view struct {
	*Composed
	Subject  string
	Preview  string // what a mail program shows beside the subject
	Figures  []figure
	Notices  []string
	Remarks  []string
	Contents bool
	ChartSum string
	Bars     []barView
	Contact  string
	Groups   []sectionView
	Growths  []growthView
	Edits    []editView
	Failures []failureView
}

type (
	figure  struct{ N, Noun string }
	barView struct {
		Bar
		Height, Rest int // pixels
	}
	sectionView struct {
		ComposedSection
		Anchor string
		Left   int
		Views  []storyView
	}
	storyView struct {
		Story
		Anchor  string
		Spread  string
		Outside string
		Pieces  [][]piece
		Changes []editView
		AlsoIn  string
	}
	piece struct {
		Text string
		Hit  bool
	}
	editView struct {
		Edit
		What string
	}
	growthView struct {
		Growth
		Plus, Rest string
	}
	failureView struct{ Line, URL string }
)

// barHeight is how many pixels the highest bar has.
const barHeight = 40

// renderHTML writes the edition as one HTML document.
func renderHTML(c *Composed) ([]byte, error) {
	v := view{
		Composed: c, Subject: c.Subject(), Notices: c.notices(), Remarks: c.remarks(), Contents: c.contents(),
		ChartSum: c.chartLine(), Contact: c.contact(),
	}
	v.Preview = strings.Join(c.figures(), " · ")
	for _, f := range c.figures() {
		n, noun, _ := strings.Cut(f, " ")
		v.Figures = append(v.Figures, figure{n, noun})
	}
	for _, b := range c.Chart {
		h := b.Level * barHeight / 8
		v.Bars = append(v.Bars, barView{Bar: b, Height: max(h, 1), Rest: barHeight - max(h, 1)})
	}
	for i, s := range c.Sections {
		sv := sectionView{ComposedSection: s, Anchor: "w" + strconv.Itoa(i+1), Left: s.Total - len(s.Stories)}
		for j := range s.Stories {
			sv.Views = append(sv.Views, viewOf(&s.Stories[j]))
		}
		v.Groups = append(v.Groups, sv)
	}
	for _, g := range c.Spreading {
		plus, rest, _ := strings.Cut(g.line(), ", ")
		v.Growths = append(v.Growths, growthView{g, plus, rest})
	}
	for _, e := range c.Changed {
		v.Edits = append(v.Edits, editView{e, e.what()})
	}
	for _, f := range c.Failed {
		v.Failures = append(v.Failures, failureView{f.line(), f.URL})
	}
	var b bytes.Buffer
	if err := edition.Execute(&b, &v); err != nil {
		return nil, err
	}
	return squeeze(b.Bytes()), nil
}

func viewOf(s *Story) storyView {
	v := storyView{
		Story: *s, Anchor: "s" + strconv.Itoa(s.Index), Spread: s.spread(), Outside: s.outsideNote(), AlsoIn: strings.Join(s.AlsoIn, ", "),
	}
	for _, h := range s.Hits {
		var ps []piece
		at := 0
		for _, sp := range h.Spans {
			if sp.Start > at {
				ps = append(ps, piece{Text: h.Text[at:sp.Start]})
			}
			ps = append(ps, piece{h.Text[sp.Start:sp.End], true})
			at = sp.End
		}
		if at < len(h.Text) {
			ps = append(ps, piece{Text: h.Text[at:]})
		}
		v.Pieces = append(v.Pieces, ps)
	}
	for _, e := range s.Edits {
		v.Changes = append(v.Changes, editView{e, e.what()})
	}
	return v
}

// squeeze drops the blank lines and the indentation that the template's actions leave.
func squeeze(b []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(b) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			out.Write(line)
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}
