package page

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"mediawatch/text"
)

// captioned is a block that may be a picture's caption.
type captioned struct {
	Block
	caption bool
}

// blocksOf cuts an extract into blocks in reading order: sanitised, addresses absolute.
func blocksOf(src, base string) []captioned {
	if src == "" {
		return nil
	}
	ctx := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(src), ctx)
	if err != nil {
		return nil
	}
	s := &splitter{base: base}
	for _, n := range nodes {
		s.node(n)
	}
	s.flush()
	return s.out
}

// splitter gathers loose inline content into paragraphs between the block elements.
type splitter struct {
	base  string
	loose strings.Builder
	out   []captioned
}

func (s *splitter) node(n *html.Node) {
	if n.Type == html.TextNode {
		s.loose.WriteString(html.EscapeString(n.Data))
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Form, atom.Button, atom.Iframe:
		return
	case atom.P:
		s.flush()
		s.emit(Paragraph, n, "p")
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		s.flush()
		s.emit(Heading, n, "h2")
	case atom.Li:
		s.flush()
		s.emit(ListItem, n, "li")
	case atom.Figcaption, atom.Caption:
		s.flush()
		s.caption(n)
	case atom.Blockquote, atom.Table, atom.Pre, atom.Dl:
		s.flush()
		s.emit(Other, n, n.Data)
	case atom.Br:
		if strings.HasSuffix(strings.TrimSpace(s.loose.String()), "<br>") {
			s.flush()
			return
		}
		s.loose.WriteString("<br>")
	case atom.Hr:
		s.flush()
	default:
		s.other(n)
	}
}

// other goes into containers and leaves inline elements in the flow.
func (s *splitter) other(n *html.Node) {
	if captionClass(n) {
		s.flush()
		s.caption(n)
		return
	}
	if !container(n) {
		s.loose.WriteString(render(n))
		return
	}
	s.flush()
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s.node(c)
	}
	s.flush()
}

// container reports whether an element lays out blocks.
func container(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Figure, atom.Ul, atom.Ol, atom.Body, atom.Html, atom.Center, atom.Details, atom.Summary, atom.Address, atom.Picture, atom.Aside, atom.Footer, atom.Dd, atom.Dt:
		return true
	}
	return false
}

func captionClass(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "class" && (strings.Contains(a.Val, "caption") || strings.Contains(a.Val, "Caption") || strings.Contains(a.Val, "bildunterschrift") || strings.Contains(a.Val, "legende")) {
			return true
		}
	}
	return false
}

func (s *splitter) caption(n *html.Node) {
	if plain := text.Line(text.Plain(render(n))); plain != "" {
		s.out = append(s.out, captioned{Block: Block{Kind: Paragraph, Plain: plain}, caption: true})
	}
}

// emit adds one element as a block under the given tag. A list item with blocks inside is cut into those.
func (s *splitter) emit(kind BlockKind, n *html.Node, tag string) {
	if kind == ListItem && hasBlocks(n) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			s.node(c)
		}
		s.flush()
		return
	}
	s.add(kind, tag, inner(n))
}

func hasBlocks(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (c.DataAtom == atom.P || c.DataAtom == atom.Div || c.DataAtom == atom.Ul || c.DataAtom == atom.Ol || container(c)) {
			return true
		}
	}
	return false
}

func (s *splitter) add(kind BlockKind, tag, inside string) {
	markup := text.Sanitize(text.Resolve("<"+tag+">"+inside+"</"+tag+">", s.base))
	plain := strings.TrimSpace(text.Plain(markup))
	if kind != Other {
		plain = text.Line(plain)
	}
	if kind == ListItem {
		plain = strings.TrimPrefix(plain, "- ")
	}
	if plain == "" && !strings.Contains(markup, "<img") && !strings.Contains(markup, "<math ") {
		return
	}
	if plain == "" {
		kind = Other
	}
	s.out = append(s.out, captioned{Block: Block{Kind: kind, Plain: plain, HTML: strings.TrimSpace(markup)}})
}

// flush makes a paragraph of what stood loose between blocks.
func (s *splitter) flush() {
	loose := strings.TrimSpace(s.loose.String())
	s.loose.Reset()
	for strings.HasSuffix(loose, "<br>") {
		loose = strings.TrimSpace(strings.TrimSuffix(loose, "<br>"))
	}
	if loose != "" {
		s.add(Paragraph, "p", loose)
	}
}

func render(n *html.Node) string {
	var b strings.Builder
	if html.Render(&b, n) != nil {
		return ""
	}
	return b.String()
}

func inner(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(render(c))
	}
	return b.String()
}
