package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"mediawatch/text"
)

// Address is a mailbox that is safe to write into headers and SMTP commands: no control characters, ASCII only but for the display name.
type Address struct {
	Name string // display name; may be in any script
	Addr string // local@domain, the domain lower case and as A-labels
}

// ErrAddress is wrapped by all that ParseAddress refuses.
var ErrAddress = errors.New("not a usable mail address")

// ParseAddress reads "desk@example.org" or "News desk <desk@example.org>". It refuses control characters anywhere, also
// where an encoded word hides them (net/mail's Address.String would let them through into the header), local parts
// outside ASCII (RFC 6531 is not spoken) and quoted ones, domains that are no host name, and more than 254 characters
// (RFC 5321 section 4.5.3.1.3).
func ParseAddress(s string) (Address, error) {
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 {
		return Address{}, fmt.Errorf("%w: %q has a control character", ErrAddress, s)
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil {
		return Address{}, fmt.Errorf("%w: %q: %s", ErrAddress, s, strings.TrimPrefix(err.Error(), "mail: "))
	}
	if strings.IndexFunc(parsed.Name+parsed.Address, unicode.IsControl) >= 0 {
		return Address{}, fmt.Errorf("%w: %q has a control character", ErrAddress, s)
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	local, domain := parsed.Address[:at], parsed.Address[at+1:]
	if local == "" || len(local) > 64 || strings.IndexFunc(local, func(r rune) bool { return !atext(r) && r != '.' }) >= 0 {
		return Address{}, fmt.Errorf("%w: %q: only plain ASCII is allowed before the @", ErrAddress, s)
	}
	domain, err = idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil || domain == "" || strings.IndexFunc(domain, func(r rune) bool { return r > '~' || !atext(r) && r != '.' }) >= 0 {
		return Address{}, fmt.Errorf("%w: %q: the part after the @ is no host name", ErrAddress, s)
	}
	a := Address{Name: strings.Join(strings.Fields(parsed.Name), " "), Addr: local + "@" + strings.ToLower(domain)}
	if len(a.Addr) > 254 {
		return Address{}, fmt.Errorf("%w: %q is longer than 254 characters", ErrAddress, s)
	}
	return a, nil
}

// atext is RFC 5322's atext.
func atext(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r))
}

// header returns a as it stands in From and To, unfolded.
func (a Address) header() string {
	if a.Name == "" {
		return a.Addr
	}
	if plainWords(a.Name) && strings.IndexFunc(a.Name, func(r rune) bool { return !atext(r) && r != ' ' }) < 0 {
		return a.Name + " <" + a.Addr + ">"
	}
	if plainWords(a.Name) {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.Name) + `" <` + a.Addr + ">"
	}
	return encodeWords(text.Balanced(a.Name)) + " <" + a.Addr + ">"
}
