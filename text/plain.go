package text

import (
	stdhtml "html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain returns the text of an HTML fragment as a reader sees it: paragraphs apart by an empty line, lines by "\n",
// list items begin with "- ", cells are apart by a tab. Scripts, styles, drawings, forms' choices and comments are
// gone, references decoded, white space collapsed except in <pre>.
func Plain(src string) string {
	src = validUTF8(src)
	p := plainer{}
	p.b.Grow(len(src))
	if strings.ContainsAny(src, "<&") {
		p.run(src, nil)
	} else {
		p.text(src)
	}
	return p.b.String()
}

// FirstParagraph returns the plain text of the first paragraph that has any, "" when none has. Its lines are joined.
// The caption of a figure is the first paragraph only where there is nothing else.
func FirstParagraph(src string) string {
	src = validUTF8(src)
	for _, except := range []string{"figcaption", ""} {
		p := plainer{except: except}
		p.run(src, func() bool { return p.b.Len() > 0 && p.breaks >= 2 })
		first, _, _ := strings.Cut(p.b.String(), "\n\n")
		if first = Line(first); first != "" {
			return first
		}
	}
	return ""
}

// Paragraphs returns plain paragraphs as HTML: each non-empty one escaped in a <p>, line breaks within as <br>. A
// string may hold several paragraphs apart by empty lines.
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
	except string // an element that is left out, "" none
}

// run writes the text of src until done says so, if it is given.
func (p *plainer) run(src string, done func() bool) {
	r := reader{lexer: lexer{s: src}, except: p.except}
	for t, ok := r.next(); ok; t, ok = r.next() {
		switch t.kind {
		case textToken:
			p.text(stdhtml.UnescapeString(t.raw))
		case rawToken:
			p.text(t.raw)
		case startToken:
			p.start(t.name)
		case endToken:
			p.end(t.name)
		}
		if done != nil && done() {
			return
		}
	}
}

// text writes character data, which is valid UTF-8.
func (p *plainer) text(s string) {
	if p.pre > 0 {
		p.preformatted(s)
		return
	}
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && (ink[s[i]] || i > start && s[i] == ' ' && i+1 < len(s) && ink[s[i+1]]) {
			i++
		}
		if i > start {
			p.flush()
			p.b.WriteString(s[start:i])
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(r):
			p.space = true
		case legal(r):
			p.flush()
			p.b.WriteString(s[i : i+n])
		}
		i += n
	}
}

// ink tells the bytes that are, in valid UTF-8, certainly part of a character that is neither white space nor illegal.
var ink = func() (t [256]bool) {
	for i := range t {
		c := byte(i)
		t[i] = c > ' ' && c < 0x7F || // ASCII
			c >= 0xC3 && c <= 0xE0 || c >= 0xE4 && c <= 0xEE || // first bytes but of U+0080–00BF, U+1000–3FFF and U+F000 and up
			c >= 0x80 && c <= 0xBF // further bytes
	}
	return t
}()

// preformatted writes character data whose white space counts.
func (p *plainer) preformatted(s string) {
	for i, line := range strings.Split(Clean(s), "\n") {
		if i > 0 {
			p.breaks++
		}
		if line = strings.TrimRightFunc(line, unicode.IsSpace); line == "" {
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

func (p *plainer) start(name string) {
	switch name {
	case "br":
		p.breaks++
	case "li":
		p.bullet = true
	case "td", "th":
		p.tab = true
	case "pre":
		p.pre++
	}
	p.line(elements[name])
}

func (p *plainer) end(name string) {
	switch name {
	case "pre":
		p.pre = max(p.pre-1, 0)
	case "li":
		p.bullet = false
	}
	p.line(elements[name])
}
