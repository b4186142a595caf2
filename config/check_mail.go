package config

import (
	"net/mail"
	"strings"
)

// address parses one mail address (RFC 5322, section 3.4). Control characters are refused first: net/mail lets some through.
func address(s string) (*mail.Address, bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || strings.ContainsFunc(a.Name+a.Address, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, false
	}
	return a, true
}

// recipients returns the addresses of a digest, and those among them that look after the program.
func (k *checker) recipients(r *rawDigest) (to, admins []string) {
	seen := map[string]place{}
	for i, entry := range r.To {
		written, admin := entry, false
		if one, ok := entry.(rawRecipient); ok {
			written, admin = one.To, one.Admin
		}
		a, ok := address(written.(string))
		if !ok {
			k.add(r.item("to", i), "for example desk@example.org", "to: %q is not a mail address", written)
			continue
		}
		k.unique(seen, strings.ToLower(a.Address), r.item("to", i), "the address")
		to = append(to, a.Address)
		if admin {
			admins = append(admins, a.Address)
		}
	}
	if len(r.To) > 0 && k.raw.SMTP == nil {
		k.add(r.at("to"), "add [smtp], or write to a folder with dir", "to needs [smtp]")
	}
	return to, admins
}

// defaultPorts are where mail servers listen (RFC 6409, RFC 8314 section 3.3).
var defaultPorts = map[string]int{TLSStart: 587, TLSFull: 465, TLSNone: 587}

func (k *checker) smtp() {
	r := k.raw.SMTP
	if r == nil {
		return
	}
	s := &SMTP{Host: r.Host, Port: int(r.Port), Username: r.Username, From: r.From}
	if k.required(&r.table, "host", r.Host) && strings.ContainsAny(r.Host, " \t\r\n/@") {
		k.add(r.at("host"), "for example mail.example.org; the port has a key of its own", "host: %q is not a host name", r.Host)
	}
	s.TLS = k.oneOf(&r.table, "tls", r.TLS, TLSStart, TLSFull, TLSNone)
	if !r.has("port") {
		s.Port = defaultPorts[s.TLS]
	} else if r.Port < 1 || r.Port > 65535 {
		k.add(r.at("port"), "587 for starttls, 465 for tls, 25 within one machine", "port: %d is not a port", r.Port)
	}
	if s.TLS == TLSNone && !isLoopback(r.Host) {
		k.add(r.at("tls"), `write "starttls" or "tls"`, "tls: without encryption mail only goes to this machine, and %q is not", r.Host)
	}
	s.Password = k.secret("smtp_password", r.Password, r.PasswordFile, r.at("password_file"))
	switch {
	case s.Username != "" && s.Password == "" && !r.has("password_file"):
		k.add(r.at("username"), "password_file, MEDIAWATCH_SMTP_PASSWORD or the systemd credential smtp_password", "username without a password")
	case s.Username == "" && s.Password != "":
		k.add(r.at("password_file"), "", "a password without a username")
	}
	if strings.ContainsAny(s.Username+s.Password, "\r\n\x00") {
		k.add(r.at("password_file"), "", "username or password has a line break in it")
	}
	if k.required(&r.table, "from", r.From) {
		if _, ok := address(r.From); !ok {
			k.add(r.at("from"), "for example mediawatch@example.org", "from: %q is not a mail address", r.From)
		}
	}
	if r.has("contact") && k.required(&r.table, "contact", r.Contact) {
		if a, ok := address(r.Contact); ok {
			s.Contact = a.Address
		} else {
			k.add(r.at("contact"), "for example press@example.org", "contact: %q is not a mail address", r.Contact)
		}
	}
	k.cfg.SMTP = s
}

// links warns of mail whose links lead to the reader's own machine.
func (k *checker) links() {
	if k.cfg.SMTP == nil || k.cfg.Web.PublicURL != "" {
		return
	}
	for i := range k.cfg.Digests {
		if len(k.cfg.Digests[i].To) > 0 {
			at := k.raw.Web.at("public_url")
			if at == (place{}) {
				at = k.raw.SMTP.node.place()
			}
			k.warn(at, `set [web] public_url, for example "https://news.example.org"`, "digests are mailed without public_url: their links lead to %s, which only this machine can open", k.cfg.Web.Listen)
			return
		}
	}
}

// ReaderContact returns the bare address that readers of digests write to: Contact, or the address that the mails come from.
func (s *SMTP) ReaderContact() string {
	if a, ok := address(s.From); ok && s.Contact == "" {
		return a.Address
	}
	return s.Contact
}
