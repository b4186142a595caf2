package feeds

import (
	"net/url"
	"strings"
)

// webSchemes are the schemes a link of an item may have.
var webSchemes = makeSet("http https ftp ftps sftp feed gopher gemini mailto news nntp magnet rtsp mms webcal xmpp irc ircs tel itms itms-apps ipfs")

// hasWebScheme reports whether s starts like an absolute address of the web.
func hasWebScheme(s string) bool {
	return len(s) > 8 && (s[0]|0x20) == 'h' && (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") ||
		strings.EqualFold(s[:7], "http://") || strings.EqualFold(s[:8], "https://"))
}

// scheme is the scheme of an address in lower case, "" for a relative one (RFC 3986, section 3.1).
func scheme(s string) string {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(s[:i])
		default:
			return ""
		}
	}
	return ""
}

// maxURL is the longest address that is kept, in bytes.
const maxURL = 8 << 10

// webURL is u when a browser may follow it, else "". Scripts, data and local files are not to be linked.
func webURL(u string) string {
	if len(u) > maxURL {
		return ""
	}
	if hasWebScheme(u) {
		return u
	}
	if s := scheme(u); s != "" && !webSchemes[s] {
		return ""
	}
	return u
}

// tidyURL takes off what people and programs put around and into addresses: white space, line breaks, tabs.
func tidyURL(s string) string {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "\n\r\t") {
		s = strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(s)
	}
	return s
}

// resolveURL makes ref absolute against base (RFC 3986, section 5). An absolute ref stays as published; without a base
// ref stays relative, but for "//host/…".
func resolveURL(base, ref string) string {
	ref = tidyURL(ref)
	if hasWebScheme(ref) {
		return ref
	}
	if s := scheme(ref); s != "" {
		// "http:foo" is relative to a base of the same scheme (section 5.2.2)
		if rest := ref[len(s)+1:]; (s != "http" && s != "https") || strings.HasPrefix(rest, "//") || base == "" {
			return ref
		} else if strings.HasPrefix(strings.ToLower(base), s+":") {
			ref = rest
		} else {
			return ref
		}
	}
	if base == "" {
		if strings.HasPrefix(ref, "//") && len(ref) > 4 {
			return "https:" + ref
		}
		return ref
	}
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	r, err := url.Parse(ref)
	if err != nil {
		if r, err = url.Parse(strings.ReplaceAll(ref, "%", "%25")); err != nil {
			return ref
		}
	}
	if ref == "" && b.Fragment != "" {
		b.Fragment = ""
	}
	if b.Opaque != "" {
		return ref
	}
	return b.ResolveReference(r).String()
}
