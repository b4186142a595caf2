package text

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// ErrNotWeb is what CanonicalURL returns, wrapped, for what is not an absolute http or https URL with a host.
var ErrNotWeb = errors.New("not an absolute http or https URL")

// CanonicalURL returns the form of a URL by which pages are compared: scheme and host lower case, the host in ASCII
// (RFC 5891), no user, no default port, dot segments removed, percent-encoding normalised (RFC 3986, section 6.2.2),
// tracking parameters gone, the rest sorted by name, no fragment.
func CanonicalURL(raw string) (string, error) {
	u, err := parseWeb(raw)
	if err != nil {
		return "", err
	}
	host, err := canonicalHost(u)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(u.Scheme)
	b.WriteString("://")
	b.WriteString(host)
	b.WriteString(canonicalPath(u.EscapedPath()))
	if q := canonicalQuery(u.RawQuery); q != "" {
		b.WriteByte('?')
		b.WriteString(q)
	}
	return b.String(), nil
}

// PageURL returns a link as it may be shown and followed: absolute http or https, without white space, user and
// tracking parameters, otherwise as the publisher wrote it, fragment included. It returns "" for anything else.
func PageURL(raw string) string {
	u, err := parseWeb(raw)
	if err != nil {
		return ""
	}
	host, err := canonicalHost(u)
	if err != nil {
		return ""
	}
	page := u.Scheme + "://" + host + normalEscapes(u.EscapedPath())
	if q := strings.Join(ownParameters(u.RawQuery), "&"); q != "" {
		page += "?" + q
	}
	if f := u.EscapedFragment(); f != "" {
		page += "#" + normalEscapes(f)
	}
	return page
}

// Site returns the registrable domain of a URL's host by the public suffix list, in ASCII, or "" when there is none (an
// address, "localhost").
func Site(rawURL string) string {
	u, err := parseWeb(rawURL)
	if err != nil {
		return ""
	}
	if _, err := canonicalHost(u); err != nil {
		return ""
	}
	host := asciiHost(u.Hostname())
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") {
		return ""
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return site
}

// stripURL removes what browsers remove from a URL before they read it (URL standard, 4.4): outer controls and spaces,
// inner tabs and line ends.
func stripURL(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || r == 0xA0 })
	if strings.ContainsAny(s, "\t\r\n") {
		s = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(s)
	}
	return s
}

// parseWeb parses an absolute http or https URL.
func parseWeb(raw string) (*url.URL, error) {
	u, err := url.Parse(stripURL(Clean(raw)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotWeb, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("%q: %w", raw, ErrNotWeb)
	}
	return u, nil
}

// canonicalHost returns host and, unless it is the scheme's own, port.
func canonicalHost(u *url.URL) (string, error) {
	host := asciiHost(u.Hostname())
	if host == "" {
		return "", fmt.Errorf("host %q: %w", u.Host, ErrNotWeb)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if u.Port() == "" {
		return host, nil
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		return "", fmt.Errorf("port %q: %w", u.Port(), ErrNotWeb)
	}
	if u.Scheme == "http" && port == 80 || u.Scheme == "https" && port == 443 {
		return host, nil
	}
	return host + ":" + strconv.FormatUint(port, 10), nil
}

// asciiHost returns a host name in lower case ASCII without the root's dot, or an address in its shortest form; "" when it can be neither.
func asciiHost(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.WithZone("").String()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" {
			return ""
		}
	}
	for i := range len(host) { // "_" works in a name, though not in a host name
		if c := host[i]; !asciiLetter[c] && c != '-' && c != '_' && c != '.' {
			return ""
		}
	}
	return host
}

// canonicalPath removes dot segments and normalises percent-encoding.
func canonicalPath(p string) string {
	if p == "" {
		return "/"
	}
	p = normalEscapes(p)
	if !strings.Contains(p, "/.") {
		return p
	}
	var out []string
	segs := strings.Split(p, "/")[1:]
	for i, seg := range segs {
		last := i == len(segs)-1
		switch seg {
		case ".", "..":
			if seg == ".." && len(out) > 0 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, seg)
		}
	}
	return "/" + strings.Join(out, "/")
}

// canonicalQuery drops tracking parameters and sorts the rest by name; values of one name keep their order.
func canonicalQuery(q string) string {
	kept := ownParameters(q)
	slices.SortStableFunc(kept, func(a, b string) int {
		a, _, _ = strings.Cut(a, "=")
		b, _, _ = strings.Cut(b, "=")
		return strings.Compare(a, b)
	})
	return strings.Join(kept, "&")
}

// ownParameters returns the parameters of a query that are not tracking, with normal escapes.
func ownParameters(q string) []string {
	if q == "" {
		return nil
	}
	var kept []string
	for p := range strings.SplitSeq(q, "&") {
		if p = normalEscapes(p); p != "" && !tracks(p) {
			kept = append(kept, p)
		}
	}
	return kept
}

// normalEscapes decodes escapes of unreserved characters, writes the others in upper case and encodes what may not stand in a URL.
func normalEscapes(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%' && i+2 < len(s) && unhex(s[i+1]) < 16 && unhex(s[i+2]) < 16:
			d := unhex(s[i+1])<<4 | unhex(s[i+2])
			if unreserved(d) {
				b.WriteByte(d)
			} else {
				b.Write([]byte{'%', hex[d>>4], hex[d&15]})
			}
			i += 2
		case c == '%' || c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// tracks reports whether a query parameter says where a reader came from and nothing about the page.
func tracks(param string) bool {
	name, _, _ := strings.Cut(param, "=")
	name = strings.ToLower(name)
	for _, prefix := range trackingPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return trackingNames[name]
}

// The parameters that newsletters, advertisers and analytics add to links.
var (
	trackingPrefixes = []string{"utm_", "at_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "stm_", "itm_"}
	trackingNames    = setOf("fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ymclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid mkt_tok " +
		"_hsenc _hsmi __hssc __hstc __hsfp hsctatracking vero_id vero_conv oly_anon_id oly_enc_id wickedid rb_clickid s_cid ml_subscriber " +
		"ml_subscriber_hash _openstat ncid cmpid cmp ns_mchannel ns_source ns_campaign ns_linkname ns_fee xtor wt_mc wt.mc_id " +
		"ocid smid smtyp guccounter guce_referrer guce_referrer_sig soc_src soc_trk __twitter_impression ref_src ref_url " +
		"feature_source sc_cid srnd taid trk trkcampaign epik _ga _gl _ke dm_i ef_id s_kwcid elqtrackid elqtrack assetid asid " +
		"fb_action_ids fb_action_types fb_source fb_ref action_object_map action_type_map action_ref_map tblci tduid cvid sr_share")
)

func setOf(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}
