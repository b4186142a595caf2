package page

import (
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"

	readability "codeberg.org/readeck/go-readability"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"mediawatch/text"
)

// extract is one way's idea of the article.
type extract struct {
	html string
	how  string
}

func (e extract) chars() int {
	if e.html == "" {
		return 0
	}
	return runes(text.Line(text.Plain(e.html)))
}

// mostElements is the number of elements beyond which a page is left to the second pass, whose cost is linear.
const mostElements = 60000

// byReadability asks go-readability. It changes the tree it is given, so it gets one of its own.
func byReadability(src string, base *url.URL) (e extract) {
	defer func() {
		// The library walks hostile trees with unchecked pointers: a panic there means that it found nothing.
		if recover() != nil {
			e = extract{}
		}
	}()
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		return extract{}
	}
	p := readability.NewParser()
	p.MaxElemsToParse = mostElements
	p.CharThresholds = shortText
	p.DisableJSONLD = true // read by ourselves
	p.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	art, err := p.ParseAndMutate(doc, base)
	if err != nil || art.Node == nil {
		return extract{}
	}
	return extract{html: art.Content, how: "readability"}
}

// bodySelectors are where pages that readability does not understand mark their text, most telling first.
var bodySelectors = []struct{ how, css string }{
	{"itemprop articleBody", `[itemprop~="articleBody"]`},
	{"entry content", `.entry-content, .post-content, .article-content, .article-body, .article__body, .story-body, .story__body, .post__content, .article-text, .news-text, .content__article-body, [class*="articleBody"], [class*="ArticleBody"]`},
	{"article element", `article, [role="article"]`},
	{"main element", `main, [role="main"]`},
}

var compiledSelectors = compileSelectors()

func compileSelectors() []cascadia.Selector {
	out := make([]cascadia.Selector, 0, len(bodySelectors))
	for _, s := range bodySelectors {
		out = append(out, cascadia.MustCompile(s.css))
	}
	return out
}

// secondPass tries what is left when readability found hardly anything: the marked body, JSON-LD's copy of it, the
// usual classes, the densest block.
func secondPass(doc *html.Node, m *meta) extract {
	best := extract{}
	if m.body != "" {
		best = extract{html: bodyHTML(m.body), how: "JSON-LD articleBody"}
	}
	for i, sel := range compiledSelectors {
		for n, node := range sel.MatchAll(doc) {
			if n >= 20 {
				break
			}
			best = bestOf(best, extract{html: cleaned(node), how: bodySelectors[i].how})
		}
		if best.chars() >= shortText {
			return best
		}
	}
	return bestOf(best, densest(doc))
}

// bestOf keeps the first unless the second has clearly more text.
func bestOf(a, b extract) extract {
	if ca, cb := a.chars(), b.chars(); cb > ca+ca/4 || (ca == 0 && cb > 0) {
		return b
	}
	return a
}

// bodyHTML turns JSON-LD's articleBody into paragraphs; some put HTML into it.
func bodyHTML(body string) string {
	if reTag.MatchString(body) {
		return body
	}
	return text.Paragraphs(strings.FieldsFunc(body, func(r rune) bool { return r == '\n' })...)
}

var reTag = regexp.MustCompile(`(?i)</?(?:p|br|div|h[1-6]|strong|em|a|ul|li)\b[^>]*>`)

// densest finds the element whose own paragraphs and loose text hold most characters outside links.
func densest(doc *html.Node) extract {
	weight := map[*html.Node]int{}
	var best *html.Node
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && unwanted(n) {
			return
		}
		if n.Type == html.TextNode && n.Parent != nil {
			t := strings.TrimSpace(n.Data)
			if len(t) >= 20 && !within(n, atom.A, 4) {
				holder := blockParent(n)
				gain := len(t) + 40*strings.Count(t, ", ") + 40*strings.Count(t, ". ")
				for up := 0; holder != nil && up < 3; up++ {
					weight[holder] += gain >> up
					if best == nil || weight[holder] > weight[best] {
						best = holder
					}
					holder = holder.Parent
				}
			}
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	if best == nil {
		return extract{}
	}
	return extract{html: cleaned(best), how: "densest block"}
}

func within(n *html.Node, a atom.Atom, levels int) bool {
	for p := n.Parent; p != nil && levels > 0; p, levels = p.Parent, levels-1 {
		if p.DataAtom == a {
			return true
		}
	}
	return false
}

// blockParent is the element that holds the paragraph n stands in.
func blockParent(n *html.Node) *html.Node {
	for p := n.Parent; p != nil; p = p.Parent {
		switch p.DataAtom {
		case atom.P, atom.Span, atom.B, atom.I, atom.Em, atom.Strong, atom.Font, atom.A, atom.Small:
			continue
		}
		if p.Type == html.ElementNode {
			return p
		}
	}
	return nil
}

var reUnwanted = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:nav|navbar|menu|sidebar|footer|breadcrumbs?|share|sharing|social|related|recommend(?:ed|ations)?|newsletter|subscribe|subscription|comments?|disqus|promo|advert(?:isement)?|ads?|cookies?|consent|gdpr|banner|popup|modal|paywall|teaser|toolbar|tags|pagination|hidden|sr-only|visually-hidden|screen-reader)(?:$|[\s_-])`)

// unwanted reports whether an element is no part of any article: navigation, forms, what is hidden, what readers or advertisers say.
func unwanted(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Nav, atom.Aside, atom.Footer, atom.Form, atom.Button, atom.Iframe, atom.Svg, atom.Template, atom.Select, atom.Input, atom.Textarea, atom.Head, atom.Dialog, atom.Object, atom.Embed, atom.Canvas:
		return true
	case atom.Html, atom.Body, atom.Article, atom.Main:
		return false
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			if a.Val == "true" {
				return true
			}
		case "role":
			switch a.Val {
			case "navigation", "complementary", "banner", "contentinfo", "dialog", "search":
				return true
			}
		case "class", "id":
			if len(a.Val) < 300 && reUnwanted.MatchString(a.Val) {
				return true
			}
		case "style":
			if s := strings.ReplaceAll(strings.ToLower(a.Val), " ", ""); strings.Contains(s, "display:none") || strings.Contains(s, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

// cleaned renders a copy of the element without what is unwanted in it.
func cleaned(n *html.Node) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			b.WriteString(html.EscapeString(n.Data))
			return
		case html.ElementNode:
			if unwanted(n) {
				return
			}
		default:
			return
		}
		void := voidElement[n.DataAtom]
		b.WriteByte('<')
		b.WriteString(n.Data)
		for _, a := range n.Attr {
			switch a.Key {
			case "href", "src", "alt", "title", "datetime", "srcset", "data-src", "colspan", "rowspan", "class":
				b.WriteString(" " + a.Key + `="` + html.EscapeString(a.Val) + `"`)
			}
		}
		b.WriteByte('>')
		if void {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		b.WriteString("</" + n.Data + ">")
	}
	walk(n)
	return b.String()
}

var voidElement = map[atom.Atom]bool{atom.Br: true, atom.Hr: true, atom.Img: true, atom.Source: true, atom.Wbr: true, atom.Col: true, atom.Link: true, atom.Meta: true, atom.Track: true, atom.Area: true, atom.Base: true}
