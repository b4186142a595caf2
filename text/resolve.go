package text

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Resolve returns src with the relative URLs of its links, images and other loads made absolute against base. Without a usable base it returns src
// as it is. What has no relative URL stays as it was, byte by byte.
func Resolve(src, base string) string {
	if !strings.Contains(src, "<") {
		return src
	}
	b, err := url.Parse(strings.TrimSpace(base))
	if err != nil || !b.IsAbs() || b.Host == "" {
		return src
	}
	var out strings.Builder
	out.Grow(len(src) + 64)
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			out.Write(z.Raw())
			return out.String()
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			out.Write(z.Raw())
			continue
		}
		raw := string(z.Raw())
		t := z.Token()
		if resolveAttrs(t.Attr, b) {
			out.WriteString(t.String())
		} else {
			out.WriteString(raw)
		}
	}
}

// resolveAttrs makes the URLs among attrs absolute and reports whether one changed.
func resolveAttrs(attrs []html.Attribute, base *url.URL) bool {
	changed := false
	for i := range attrs {
		a := &attrs[i]
		var v string
		switch a.Key {
		case "href", "src", "cite", "poster", "action", "longdesc", "background", "data":
			v = resolveURL(a.Val, base)
		case "srcset":
			v = resolveSet(a.Val, base)
		default:
			continue
		}
		if v != a.Val {
			a.Val, changed = v, true
		}
	}
	return changed
}

// resolveURL makes one reference absolute (RFC 3986, section 5); what does not parse stays.
func resolveURL(ref string, base *url.URL) string {
	s := stripURL(ref)
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() {
		return ref
	}
	return base.ResolveReference(u).String()
}

// resolveSet makes the candidates of a srcset absolute (HTML, 4.8.4.2.1).
func resolveSet(set string, base *url.URL) string {
	parts := strings.Split(set, ",")
	for i, part := range parts {
		f := strings.Fields(part)
		if len(f) == 0 {
			continue
		}
		f[0] = resolveURL(f[0], base)
		parts[i] = strings.Join(f, " ")
	}
	return strings.Join(parts, ", ")
}
