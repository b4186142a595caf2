package fetch

import (
	"net/url"
	"strings"
)

// parseAddress reads an address as people, feeds and servers write it. What may not stand in one (RFC 3986: spaces,
// quotes, bytes beyond ASCII in whatever encoding, a lone %) is percent-encoded byte for byte, as browsers do, so that
// all that is asked, shown and kept is plain ASCII but for the host's name. Every address that this package asks,
// redirects included, comes from here.
func parseAddress(raw string) (*url.URL, error) {
	u, err := url.Parse(encodeAddress(strings.TrimSpace(raw)))
	if err != nil {
		return nil, stripURL(err)
	}
	u.Fragment, u.RawFragment = "", "" // it is nobody's but the reader's
	return u, nil
}

// Address returns an address as it is asked, which is how it is best kept: see parseAddress. User name and password stay.
func Address(raw string) (string, error) {
	u, err := parseAddress(raw)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// encodeAddress encodes what may not stand in an address. Tabs and line ends inside go, as in browsers (URL standard,
// 4.4); other controls stay, and make it none.
func encodeAddress(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s))
	query := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		query = query || c == '?'
		switch {
		case c == '\t', c == '\r', c == '\n':
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(c)
		case c == ' ', c > 0x7f, strings.IndexByte("%\"<>^`{|}\\", c) >= 0, query && (c == '[' || c == ']'): // outside a query they enclose IPv6 addresses
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
