package text

import (
	stdhtml "html"
	"net/url"
	"strings"
)

// Resolve returns src with the relative URLs of its links, images and other loads made absolute against base. Without a
// usable base it returns src as it is. What has no relative URL stays as it was, byte by byte.
func Resolve(src, base string) string {
	if !strings.Contains(src, "<") {
		return src
	}
	b, err := url.Parse(strings.TrimSpace(base))
	if err != nil || !b.IsAbs() || b.Host == "" {
		return src
	}
	var out strings.Builder
	l := lexer{s: src}
	done := 0 // src is written up to here
	for t, ok := l.next(); ok; t, ok = l.next() {
		if t.kind != startToken {
			continue
		}
		if l.raw != "script" && l.raw != "style" || strings.HasSuffix(t.raw, "/>") {
			l.raw = "" // as for reader, such an element swallows nothing
		}
		from := l.at - len(t.raw)
		for a := (attrs{s: t.raw, at: 1 + len(t.name)}); ; {
			at, ok := a.next()
			if !ok {
				break
			}
			raw := t.raw[at.start:at.end]
			v, changed := resolveAttr(strings.ToLower(at.name), raw, b)
			if !changed {
				continue
			}
			v = stdhtml.EscapeString(v)
			if at.quote == 0 {
				v = `"` + v + `"`
			}
			out.WriteString(src[done : from+at.start])
			out.WriteString(v)
			done = from + at.end
		}
	}
	if done == 0 {
		return src
	}
	out.WriteString(src[done:])
	return out.String()
}

// resolveAttr returns the value of an attribute, given as it is written, with absolute URLs and unescaped, and whether it changed.
func resolveAttr(name, raw string, base *url.URL) (string, bool) {
	var resolve func(string, *url.URL) string
	switch name {
	case "href", "src", "cite", "poster", "action", "longdesc", "background", "data", "xlink:href":
		resolve = resolveURL
	case "srcset":
		resolve = resolveSet
	default:
		return "", false
	}
	val := stdhtml.UnescapeString(raw)
	v := resolve(val, base)
	return v, v != val
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
