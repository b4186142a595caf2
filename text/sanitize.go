package text

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// Sanitize returns the HTML of a news text with nothing in it that could execute, load anything but images, or leave
// its place: paragraphs, headings, lists, quotes, tables, figures, images and links stay, and what is safe of drawings
// (SVG) and formulas (MathML); scripts, styles, handlers, frames, forms and all URLs that are not absolute http, https
// or, in links, mailto go. Elements are closed where a browser would close them, and nested at most 64 deep. It is
// idempotent, and cheap on its own output.
func Sanitize(src string) string {
	src = Clean(src)
	if !strings.Contains(src, "<") {
		if strings.Contains(src, "&") {
			src = Clean(html.UnescapeString(src))
		}
		return html.EscapeString(src)
	}
	if out, ok := settle(src); ok {
		return out
	}
	return applyPolicy(src)
}

// applyPolicy is Sanitize without its quick paths, for clean src. Drawings and formulas are read and written apart;
// what is between them is the policy's.
func applyPolicy(src string) string {
	b := newBalancer(len(src))
	var between strings.Builder
	between.Grow(len(src))
	pass := func() {
		if between.Len() == 0 {
			return
		}
		out := newsPolicy().Sanitize(between.String())
		out = strings.ReplaceAll(out, "&#13;", "\n") // how x/net/html writes a carriage return that came as a reference
		b.run(Clean(out))
		between.Reset()
	}
	strip(src, &between, func(f figure) {
		if f.html != "" {
			pass()
			b.figure(f)
		}
	})
	pass()
	return b.finish()
}

// strip writes src without comments and the elements that go with their content, and without drawings and formulas,
// which drawn gets in their place. The policy would remove them, too, but drops everything behind one that is not
// closed or has a stray end tag.
func strip(src string, out *strings.Builder, drawn func(figure)) {
	r := reader{lexer: lexer{s: src}, drawn: drawn}
	for t, ok := r.next(); ok; t, ok = r.next() {
		if t.kind == rawToken {
			out.WriteString(html.EscapeString(t.raw))
			continue
		}
		out.WriteString(t.raw)
	}
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

// settle is applyPolicy for the HTML that most feeds publish: allowed elements, in their one spelling where their
// attributes are kept, and wrappers without a meaning. Only references and quotes in the text and the attributes that
// go are rewritten. Anything else is for the policy; ok is false.
func settle(src string) (out string, ok bool) {
	var b strings.Builder // holds src[:done] as rewritten; unused while nothing had to be
	done, at := 0, 0
	l := lexer{s: src}
	for t, more := l.next(); more; t, more = l.next() {
		piece, known := settled(t)
		if !known {
			return "", false
		}
		if piece != t.raw {
			if done == 0 {
				b.Grow(len(src) + len(src)/16)
			}
			b.WriteString(src[done:at])
			b.WriteString(piece)
			done = at + len(t.raw)
		}
		at += len(t.raw)
	}
	if at != len(src) {
		return "", false
	}
	if done > 0 {
		b.WriteString(src[done:])
		src = b.String()
	}
	return balance(src), true
}

// settled returns what the policy writes for a token; ok is false where only the policy can tell.
func settled(t token) (out string, ok bool) {
	switch t.kind {
	case textToken:
		if escaped(t.raw) {
			return t.raw, true
		}
		plain := html.UnescapeString(t.raw)
		if strings.Contains(t.raw, "<") || strings.Contains(plain, "\r") || Clean(plain) != plain {
			return "", false
		}
		return html.EscapeString(plain), true
	case startToken:
		switch {
		case wrappers[t.name]:
			return "", true
		case attributed[t.name]:
			return settledTag(t)
		case !allowed[t.name]:
			return "", false
		case len(t.raw) == len(t.name)+2 && t.raw[1:len(t.raw)-1] == t.name:
			return t.raw, true
		case strings.HasSuffix(t.raw, "/>"): // what it ends, an attribute or the tag, the policy knows, if it is not alone
			return "<" + t.name + "/>", strings.Trim(t.raw[1+len(t.name):len(t.raw)-2], " ") == ""
		}
		return "<" + t.name + ">", true
	case endToken:
		switch {
		case wrappers[t.name]:
			return "", true
		case !allowed[t.name]:
			return "", false
		case len(t.raw) == len(t.name)+3 && t.raw[2:len(t.raw)-1] == t.name:
			return t.raw, true
		}
		return "</" + t.name + ">", true
	}
	return "", false
}

var (
	allowed    = setOf(simpleElements + " a img")
	attributed = setOf("a img td th time abbr")                     // those some attributes of which are kept
	wrappers   = setOf("div span section article main font center") // those that go without their content
)

// settledTag returns the start tag of an attributed element as the policy writes it, if it says nothing the policy forbids.
func settledTag(t token) (out string, ok bool) {
	at := 1 + len(t.name)
	if t.raw[1:at] != t.name {
		return "", false
	}
	stated := false // an attribute that the element is nothing without
	names := " "    // of the attributes so far: one stated twice is for the policy
	for a := (attrs{s: t.raw, at: at}); ; {
		v, ok := a.next()
		if !ok {
			break
		}
		// A space, the name, an equals sign, the quoted value and nothing else.
		if v.quote != '"' || v.none || v.start != at+1+len(v.name)+2 || t.raw[at] != ' ' || strings.Contains(names, " "+v.name+" ") {
			return "", false
		}
		names += v.name + " "
		at = v.end + 1
		value := t.raw[v.start:v.end]
		if !escaped(value) || !canonicalAttr(t.name, v.name, value) {
			return "", false
		}
		stated = stated || t.name == "img" || v.name == "href"
	}
	if !stated && (t.name == "a" || t.name == "img") {
		return "", false
	}
	switch end := t.raw[at:]; {
	case end == ">", end == "/>" && void(t.name):
		return t.raw, true
	case end == " />" && void(t.name):
		return t.raw[:at] + "/>", true
	}
	return "", false
}

// canonicalAttr reports whether the policy allows an attribute with this value.
func canonicalAttr(element, name, value string) bool {
	switch element + " " + name {
	case "a href":
		u := settledURL(value)
		return u != nil && (u.Scheme == "mailto" || onWeb(u))
	case "img src":
		u := settledURL(value)
		return u != nil && onWeb(u)
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

// onWeb reports whether u is an absolute http or https URL.
func onWeb(u *url.URL) bool { return (u.Scheme == "https" || u.Scheme == "http") && hasHost(u) }

// settledURL returns the URL that v is, as it stands in an attribute, if v is how net/url writes it: what the policy would write. Else nil.
func settledURL(v string) *url.URL {
	plain := html.UnescapeString(v)
	u, err := url.Parse(plain)
	if err != nil || u.String() != plain || strings.ContainsAny(plain, " \t\n") { // the last are legal in a query for net/url, and not for the policy
		return nil
	}
	return u
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
