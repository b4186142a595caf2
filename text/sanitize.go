package text

import (
	stdhtml "html"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// Sanitize returns the HTML of a news text with nothing in it that could execute, load anything but images, or leave its place: paragraphs, headings,
// lists, quotes, tables, figures, images and links stay; scripts, styles, handlers, drawings, frames, forms and all URLs that are not
// absolute http, https (or mailto in links) go. It is idempotent.
func Sanitize(src string) string {
	src = Clean(src)
	if !strings.ContainsAny(src, "<&") {
		return stdhtml.EscapeString(src)
	}
	return newsPolicy.Sanitize(src)
}

var newsPolicy = newNewsPolicy()

func newNewsPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "figure", "figcaption",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "pre", "code", "kbd", "samp", "em", "strong", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small",
		"mark", "time", "q", "cite", "abbr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^[0-9]{1,5}$`)).OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[0-9]{1,3}$`)).OnElements("td", "th")
	p.AllowAttrs("datetime").Matching(regexp.MustCompile(`^[0-9A-Za-z:+. -]{1,40}$`)).OnElements("time")
	p.AllowAttrs("title").OnElements("abbr")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.SkipElementsContent("svg", "math", "template", "head", "title", "iframe", "noembed", "noframes", "noscript", "textarea", "select", "script", "style", "object", "embed", "applet", "xmp", "plaintext")
	return p
}
