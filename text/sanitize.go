package text

import (
	stdhtml "html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// Sanitize returns the HTML of a news text with nothing in it that could execute, load anything but images, or leave its place: paragraphs, headings,
// lists, quotes, tables, figures, images and links stay; scripts, styles, handlers, drawings, frames, forms and all URLs that are not absolute http, https
// or, in links, mailto go. Elements are closed where a browser would close them, and nested at most 64 deep. It is idempotent, and cheap on its own output.
func Sanitize(src string) string {
	src = Clean(src)
	if !strings.Contains(src, "<") {
		if strings.Contains(src, "&") {
			src = Clean(stdhtml.UnescapeString(src))
		}
		return stdhtml.EscapeString(src)
	}
	if isSanitized(src) {
		return src
	}
	return applyPolicy(src)
}

// applyPolicy is Sanitize without its quick paths, for clean src.
func applyPolicy(src string) string {
	out := newsPolicy().Sanitize(strip(src))
	out = strings.ReplaceAll(out, "&#13;", "\n") // how x/net/html writes a carriage return that came as a reference
	return balance(Clean(out))
}

// strip removes comments and the elements that go with their content. The policy would do it, too, but drops everything behind one that is not closed or has
// a stray end tag.
func strip(src string) string {
	var out strings.Builder
	out.Grow(len(src))
	r := reader{lexer: lexer{s: src}}
	for t, ok := r.next(); ok; t, ok = r.next() {
		if t.kind == rawToken {
			out.WriteString(stdhtml.EscapeString(t.raw))
			continue
		}
		out.WriteString(t.raw)
	}
	return out.String()
}

var newsPolicy = sync.OnceValue(newNewsPolicy)

// simpleElements are kept without attributes, or with those newNewsPolicy names.
const simpleElements = "p br h1 h2 h3 h4 h5 h6 hr ul ol li dl dt dd blockquote figure figcaption table caption thead tbody tfoot tr td th " +
	"pre code kbd samp em strong b i u s del ins sub sup small mark time q cite abbr"

var (
	wholePixels = regexp.MustCompile(`^[0-9]{1,5}$`)
	wholeSpans  = regexp.MustCompile(`^[0-9]{1,3}$`)
	webPrefix   = regexp.MustCompile(`^\s*(?i:https?)://`)
	timeShape   = regexp.MustCompile(`^[0-9A-Za-z:+. -]{1,40}$`)
)

func newNewsPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(strings.Fields(simpleElements)...)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src").Matching(webPrefix).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(wholePixels).OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(wholeSpans).OnElements("td", "th")
	p.AllowAttrs("datetime").Matching(timeShape).OnElements("time")
	p.AllowAttrs("title").OnElements("abbr")
	p.AllowURLSchemes("mailto")
	p.AllowURLSchemeWithCustomPolicy("http", hasHost)
	p.AllowURLSchemeWithCustomPolicy("https", hasHost)
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.SkipElementsContent(slices.Sorted(maps.Keys(removed))...)
	return p
}

// hasHost keeps "https:path", which a browser reads as relative, from passing for absolute.
func hasHost(u *url.URL) bool { return u.Host != "" }

// isSanitized reports whether src can only be what Sanitize returned: the allowed tags in their one spelling, balanced, and text with everything escaped.
func isSanitized(src string) bool {
	l := lexer{s: src}
	for t, ok := l.next(); ok; t, ok = l.next() {
		switch t.kind {
		case textToken:
			if !escaped(t.raw) {
				return false
			}
		case startToken:
			if !canonicalTag(t) {
				return false
			}
		case endToken:
			if len(t.raw) != len(t.name)+3 || t.raw[2:len(t.raw)-1] != t.name || !allowed[t.name] {
				return false
			}
		default:
			return false
		}
	}
	return balance(src) == src
}

var allowed = setOf(simpleElements + " a img")

// canonicalTag reports whether a start tag is spelled as the policy spells it and says nothing the policy forbids.
func canonicalTag(t token) bool {
	if !allowed[t.name] {
		return false
	}
	at := 1 + len(t.name)
	if t.raw[1:at] != t.name {
		return false
	}
	stated := false // an attribute that the element is nothing without
	for a := (attrs{s: t.raw, at: at}); ; {
		v, ok := a.next()
		if !ok {
			break
		}
		// A space, the name, an equals sign, the quoted value and nothing else.
		if v.quote != '"' || v.none || v.start != at+1+len(v.name)+2 || t.raw[at] != ' ' {
			return false
		}
		at = v.end + 1
		value := t.raw[v.start:v.end]
		if !escaped(value) || !canonicalAttr(t.name, v.name, value) {
			return false
		}
		stated = stated || t.name == "img" || v.name == "href"
	}
	if end := t.raw[at:]; end != ">" && (end != "/>" || !void(t.name)) {
		return false
	}
	return stated || t.name != "a" && t.name != "img"
}

// canonicalAttr reports whether the policy allows an attribute with this value.
func canonicalAttr(element, name, value string) bool {
	switch element + " " + name {
	case "a href":
		return webURL(value) || strings.HasPrefix(value, "mailto:") && settledURL(value)
	case "img src":
		return webURL(value)
	case "img alt", "abbr title":
		return true
	case "img width", "img height":
		return wholePixels.MatchString(value)
	case "td colspan", "td rowspan", "th colspan", "th rowspan":
		return wholeSpans.MatchString(value)
	case "time datetime":
		return timeShape.MatchString(value)
	}
	return false
}

// webURL reports whether v is an absolute http or https URL that the policy would leave as it is.
func webURL(v string) bool {
	return (strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "http://")) && settledURL(v)
}

// settledURL reports whether v, as it stands in an attribute, is how net/url writes the URL: what the policy would write.
func settledURL(v string) bool {
	plain := stdhtml.UnescapeString(v)
	u, err := url.Parse(plain)
	return err == nil && u.String() == plain
}

// escaped reports whether s is escaped as html.EscapeString does it.
func escaped(s string) bool {
	if strings.ContainsAny(s, "<>\"'") {
		return false
	}
	for i := strings.IndexByte(s, '&'); i >= 0; {
		s = s[i:]
		n := 0
		for _, ref := range [...]string{"&amp;", "&#39;", "&#34;", "&lt;", "&gt;"} {
			if strings.HasPrefix(s, ref) {
				n = len(ref)
			}
		}
		if n == 0 {
			return false
		}
		s = s[n:]
		i = strings.IndexByte(s, '&')
	}
	return true
}
