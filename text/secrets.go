package text

import (
	"net/url"
	"strings"
)

// HideSecrets returns s without what may open a door in the addresses in it: the user and password before a host are
// gone, and the values of query parameters that are known to be keys ("?token=…") are "hidden". s may be an address or
// a text with addresses in it, such as an error. Everything that leaves the program over HTTP or into a log about where
// it reads passes through here.
func HideSecrets(s string) string {
	var b strings.Builder
	for {
		at := strings.Index(s, "://")
		if at < 0 {
			if b.Len() == 0 {
				return s
			}
			b.WriteString(s)
			return b.String()
		}
		at += len("://")
		b.WriteString(s[:at])
		s = s[at:]
		end := strings.IndexFunc(s, endsAddress)
		if end < 0 {
			end = len(s)
		}
		if next := strings.Index(s[:end], "://"); next >= 0 { // an address within an address
			end = next
		}
		b.WriteString(hideInAddress(s[:end]))
		s = s[end:]
	}
}

// endsAddress reports whether an address in a text ends before r.
func endsAddress(r rune) bool { return r <= ' ' || strings.ContainsRune("\"<>`|^", r) }

// hideInAddress hides the secrets of an address behind its "://".
func hideInAddress(s string) string {
	authority := strings.IndexAny(s, `/?#\`)
	if authority < 0 {
		authority = len(s)
	}
	if i := strings.LastIndexByte(s[:authority], '@'); i >= 0 {
		s = s[i+1:]
	}
	if !strings.Contains(s, "=") {
		return s
	}
	const between = "?&;#"
	var b strings.Builder
	for {
		end := strings.IndexAny(s, between)
		if end < 0 {
			b.WriteString(hideParameter(s))
			return b.String()
		}
		b.WriteString(hideParameter(s[:end]))
		b.WriteByte(s[end])
		s = s[end+1:]
	}
}

// hideParameter hides the value of a parameter that is a key, or an address with a login.
func hideParameter(s string) string {
	name, value, ok := strings.Cut(s, "=")
	switch {
	case !ok || value == "":
		return s
	case isSecretName(name):
		return name + "=" + hidden
	}
	if plain, err := url.QueryUnescape(value); err == nil && strings.Contains(plain, "://") {
		if without := HideSecrets(plain); without != plain {
			return name + "=" + url.QueryEscape(without)
		}
	}
	return s
}

// hidden stands for a secret.
const hidden = "hidden"

// isSecretName reports whether a query parameter of that name holds a key: api_key, access-token, X-Amz-Signature, pwd.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	name = strings.NewReplacer("-", "", "_", "", ".", "", "%5b", "", "%5d", "", "[", "", "]", "", "%2d", "", "%5f", "").Replace(name)
	for _, end := range []string{"key", "token", "secret", "password", "passwd", "signature", "credential", "credentials", "sessionid"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	switch name {
	case "pass", "pwd", "pw", "auth", "authorization", "sig", "sid", "session", "jwt", "bearer", "hmac":
		return true
	}
	return false
}
