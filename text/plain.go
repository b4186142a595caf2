package text

import (
	stdhtml "html"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Plain returns the text of an HTML fragment as a reader sees it: paragraphs apart by an empty line, lines by "\n", list items begin with "- ", cells are
// apart by a tab. Scripts, styles, drawings, forms' choices and comments are gone, references decoded, white space collapsed except in <pre>.
func Plain(src string) string {
	if !strings.ContainsAny(src, "<&") {
		p := plainer{}
		p.b.Grow(len(src))
		p.text(Clean(src))
		return p.b.String()
	}
	p := plainer{}
	p.b.Grow(len(src) * 3 / 4)
	p.run(Clean(src), nil)
	return p.b.String()
}

// FirstParagraph returns the plain text of the first paragraph that has any, "" when none has. Its lines are joined.
func FirstParagraph(src string) string {
	p := plainer{}
	p.run(Clean(src), func() bool { return p.b.Len() > 0 && p.breaks >= 2 })
	first, _, _ := strings.Cut(p.b.String(), "\n\n")
	return Line(first)
}

// Paragraphs returns plain paragraphs as HTML: each non-empty one escaped in a <p>, line breaks within as <br>. A string may hold several paragraphs
// apart by empty lines.
func Paragraphs(plain ...string) string {
	var b strings.Builder
	for _, s := range plain {
		for part := range strings.SplitSeq(Clean(s), "\n\n") {
			lines := strings.FieldsFunc(part, func(r rune) bool { return r == '\n' })
			open := false
			for _, line := range lines {
				line = Line(line)
				if line == "" {
					continue
				}
				if open {
					b.WriteString("<br>")
				} else {
					b.WriteString("<p>")
				}
				open = true
				b.WriteString(stdhtml.EscapeString(line))
			}
			if open {
				b.WriteString("</p>")
			}
		}
	}
	return b.String()
}

// plainer writes the text of a stream of HTML tokens.
type plainer struct {
	b      strings.Builder
	breaks int    // line ends to write before the next text
	space  bool   // a space to write before the next text
	bullet bool   // a "- " to write before the next text
	tab    bool   // a tab to write before the next text
	pre    int    // depth of <pre>
	skip   string // the element whose content is not text, "" none
	depth  int    // of skip within itself
}

// run writes the text of src until done says so, if it is given.
func (p *plainer) run(src string, done func() bool) {
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			if p.skip == "" {
				p.bytes(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			p.start(name)
		case html.SelfClosingTagToken:
			name, _ := z.TagName()
			if p.skip == "" && !skipped(atom.Lookup(name)) {
				p.start(name)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			p.end(name)
		}
		if done != nil && done() {
			return
		}
	}
}

func (p *plainer) bytes(s []byte) {
	p.text(string(s))
}

// text writes character data.
func (p *plainer) text(s string) {
	if p.pre > 0 {
		p.preformatted(s)
		return
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' {
			p.space = true
			i++
			continue
		}
		if r, n := utf8.DecodeRuneInString(s[i:]); r >= utf8.RuneSelf && (unicode.IsSpace(r) || !legal(r)) || c < ' ' || c == 0x7F {
			p.space = p.space || r >= utf8.RuneSelf && unicode.IsSpace(r)
			i += n
			continue
		}
		j := i + 1
		for j < len(s) && s[j] > ' ' && s[j] < 0x7F || j < len(s) && s[j] >= 0xC4 && s[j] <= 0xDF || j < len(s) && s[j]&0xC0 == 0x80 {
			j++
		}
		p.flush()
		p.b.WriteString(s[i:j])
		i = j
	}
}

// preformatted writes character data whose white space counts.
func (p *plainer) preformatted(s string) {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			p.line(1)
			if line == "" {
				continue
			}
		}
		line = strings.TrimRight(line, " \t\r")
		if line == "" {
			continue
		}
		p.flush()
		p.b.WriteString(line)
	}
}

// flush writes what stands before text.
func (p *plainer) flush() {
	if p.b.Len() > 0 {
		switch {
		case p.breaks >= 2:
			p.b.WriteString("\n\n")
		case p.breaks == 1:
			p.b.WriteByte('\n')
		case p.tab:
			p.b.WriteByte('\t')
		case p.space:
			p.b.WriteByte(' ')
		}
	}
	if p.bullet {
		p.b.WriteString("- ")
	}
	p.breaks, p.space, p.tab, p.bullet = 0, false, false, false
}

// line asks for at least n line ends before the next text.
func (p *plainer) line(n int) { p.breaks = max(p.breaks, n) }

func (p *plainer) start(name []byte) {
	a := atom.Lookup(name)
	if p.skip != "" {
		if string(name) == p.skip {
			p.depth++
			return
		}
		if (p.skip != "svg" && p.skip != "math") || breakOf(a) == 0 {
			return
		}
		p.skip = "" // HTML 13.2.6.5: a block element ends foreign content
	}
	if skipped(a) {
		p.skip, p.depth = string(name), 1
		return
	}
	switch a {
	case atom.Br:
		p.breaks++
		return
	case atom.Li:
		p.line(1)
		p.bullet = true
		return
	case atom.Td, atom.Th:
		p.tab = true
		return
	case atom.Pre:
		p.pre++
	}
	p.line(breakOf(a))
}

func (p *plainer) end(name []byte) {
	if p.skip != "" {
		if string(name) == p.skip {
			if p.depth--; p.depth == 0 {
				p.skip = ""
			}
		}
		return
	}
	a := atom.Lookup(name)
	if a == atom.Pre && p.pre > 0 {
		p.pre--
	}
	if a == atom.Li {
		p.line(1)
		p.bullet = false
	}
	p.line(breakOf(a))
}

// skipped reports whether the content of an element is not text of the document.
func skipped(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Svg, atom.Math, atom.Template, atom.Head, atom.Title, atom.Iframe, atom.Noembed, atom.Noframes,
		atom.Noscript, atom.Textarea, atom.Select:
		return true
	}
	return false
}

// breakOf returns the line ends that stand before and after an element.
func breakOf(a atom.Atom) int {
	switch a {
	case atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Ul, atom.Ol, atom.Dl, atom.Table,
		atom.Figure, atom.Figcaption, atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Form, atom.Fieldset,
		atom.Address, atom.Hr, atom.Details, atom.Body, atom.Center, atom.Caption, atom.Hgroup, atom.Dir, atom.Menu, atom.Search, atom.Dialog:
		return 2
	case atom.Tr, atom.Dt, atom.Dd, atom.Li, atom.Summary, atom.Thead, atom.Tbody, atom.Tfoot, atom.Legend, atom.Option, atom.Optgroup:
		return 1
	}
	return 0
}
