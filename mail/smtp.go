package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Security says how the connection is protected.
type Security string

// The kinds of protection.
const (
	StartTLS Security = "starttls" // begin in clear, insist on STARTTLS (RFC 3207); never falls back
	TLS      Security = "tls"      // TLS from the first byte (RFC 8314)
	NoTLS    Security = "none"     // only to this machine
)

// Options say how to reach the server. Zero values take the defaults.
type Options struct {
	Host     string
	Port     int      // 0: 587, 465 with TLS, 25 with NoTLS
	Security Security // "": StartTLS
	From     string   // the sender of a test message
	Username string   // "": no login
	Password string
	Hello    string         // name to introduce ourselves with; "": localhost
	RootCAs  *x509.CertPool // nil: the machine's
	Timeouts Timeouts
	Dial     func(ctx context.Context, network, addr string) (net.Conn, error) // nil: net.Dialer
	Now      func() time.Time                                                  // for the Date of a test message; nil: time.Now
}

// Timeouts are how long each stage may take; zero takes the default, which is RFC 5321 section 4.5.3.2's.
type Timeouts struct {
	Connect time.Duration // TCP and TLS; 30 s
	Command time.Duration // greeting and each command; 5 min
	Block   time.Duration // each block of data; 3 min
	Final   time.Duration // reply to the final dot; 10 min. Shorter ones make duplicates
}

// SMTP hands messages to a mail server. It holds no connection: each message has its own.
type SMTP struct {
	o    Options
	addr string
}

// NewSMTP checks the options.
func NewSMTP(o Options) (*SMTP, error) {
	if o.Host == "" || strings.ContainsAny(o.Host, " \r\n\t/@") {
		return nil, fmt.Errorf("smtp: %q is no host name", o.Host)
	}
	port := 587
	switch o.Security {
	case "", StartTLS:
		o.Security = StartTLS
	case TLS:
		port = 465
	case NoTLS:
		port = 25
		if !loopback(o.Host) {
			return nil, fmt.Errorf("smtp: tls = \"none\" is only for this machine, and %s is another: use \"starttls\" or \"tls\"", o.Host)
		}
	default:
		return nil, fmt.Errorf("smtp: tls = %q: use \"starttls\", \"tls\" or \"none\"", o.Security)
	}
	if o.Port == 0 {
		o.Port = port
	}
	if o.Port < 0 || o.Port > 65535 {
		return nil, fmt.Errorf("smtp: %d is no port", o.Port)
	}
	if strings.ContainsAny(o.Hello, " \r\n\t") {
		return nil, fmt.Errorf("smtp: %q is no name to introduce ourselves with", o.Hello)
	}
	if o.Hello == "" {
		o.Hello = "localhost"
	}
	o.Timeouts = o.Timeouts.orDefault()
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &SMTP{o: o, addr: net.JoinHostPort(o.Host, strconv.Itoa(o.Port))}, nil
}

func (t Timeouts) orDefault() Timeouts {
	for _, d := range []struct {
		value *time.Duration
		or    time.Duration
	}{{&t.Connect, 30 * time.Second}, {&t.Command, 5 * time.Minute}, {&t.Block, 3 * time.Minute}, {&t.Final, 10 * time.Minute}} {
		if *d.value <= 0 {
			*d.value = d.or
		}
	}
	return t
}

// loopback reports whether host is this machine, by name or number.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

// Send hands eml, a message as Build made it, to the server for one recipient and says what became of it. The bytes go
// out unchanged but for the transparency of RFC 5321 section 4.5.2, which the receiver takes back. A cancelled context
// ends the attempt: as Retry before the final dot, as Unknown after it.
func (s *SMTP) Send(ctx context.Context, from, to string, eml []byte) Outcome {
	sender, err := ParseAddress(from)
	if err != nil {
		return Outcome{State: StateFailed, Answer: "sender: " + err.Error()}
	}
	recipient, err := ParseAddress(to)
	if err != nil {
		return Outcome{State: StateFailed, Answer: "recipient: " + err.Error()}
	}
	if err := wire(eml); err != nil {
		return Outcome{State: StateFailed, Answer: err.Error()}
	}
	c := &conversation{smtp: s}
	defer c.close()
	return c.run(ctx, sender.Addr, recipient.Addr, eml)
}

// wire reports why eml cannot go over SMTP unchanged: every line ends in CRLF, there is no other CR or LF, none is
// longer than 998 (RFC 5321 section 4.5.3.1.6).
func wire(eml []byte) error {
	if !bytes.HasSuffix(eml, []byte("\r\n")) {
		return errors.New("the message does not end in CRLF")
	}
	for line := range bytes.SplitSeq(eml[:len(eml)-2], []byte("\r\n")) {
		if bytes.ContainsAny(line, "\r\n\x00") {
			return errors.New("the message has a bare CR or LF, or NUL")
		}
		if len(line) > 998 {
			return errors.New("the message has a line of more than 998 bytes")
		}
	}
	return nil
}

// Step is one stage of a test and what the server answered.
type Step struct {
	Name   string // "connect", "STARTTLS", "AUTH", ...
	OK     bool
	Code   int
	Answer string
}

// Test sends a short message to an address and reports each stage with the server's answer, up to the first that fails.
func (s *SMTP) Test(ctx context.Context, to string) []Step {
	from, now := s.o.From, s.o.Now()
	body := fmt.Sprintf("This is a test message from mediawatch, handed to %s on %s.\r\nIf you can read it, digests will reach you.\r\n", s.o.Host, now.UTC().Format(time.RFC1123))
	eml, err := Build(Message{
		From: from, To: to, Subject: "mediawatch: test message", Date: now,
		MessageID: MessageID([16]byte{}, "test", int(now.Unix()), from+" "+to+" "+now.UTC().Format(time.RFC3339Nano)),
		Text:      []byte(body), HTML: []byte("<p>" + strings.ReplaceAll(strings.TrimSpace(body), "\r\n", "<br>\r\n") + "</p>\r\n"),
	})
	if err != nil {
		return []Step{{Name: "message", Answer: err.Error()}}
	}
	sender, err := ParseAddress(from)
	if err != nil {
		return []Step{{Name: "sender", Answer: err.Error()}}
	}
	recipient, err := ParseAddress(to)
	if err != nil {
		return []Step{{Name: "recipient", Answer: err.Error()}}
	}
	c := &conversation{smtp: s}
	defer c.close()
	c.run(ctx, sender.Addr, recipient.Addr, eml)
	return c.steps
}

// Test checks the options and sends a test message; see SMTP.Test.
func Test(ctx context.Context, o Options, to string) []Step {
	s, err := NewSMTP(o)
	if err != nil {
		return []Step{{Name: "configuration", Answer: err.Error()}}
	}
	return s.Test(ctx, to)
}

func (o *Options) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: o.Host, RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12}
}
