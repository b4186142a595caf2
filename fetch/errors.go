package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// Kind says what went wrong, in one word.
type Kind string

// The kinds of error.
const (
	KindOffline  Kind = "offline"  // this machine has no way out: nothing counts as the server's failure
	KindDNS      Kind = "dns"      // the name has no address
	KindBlocked  Kind = "blocked"  // the guard refuses scheme, port or address
	KindTLS      Kind = "tls"      // no trusted connection
	KindTimeout  Kind = "timeout"  // connecting, header, body or all together took too long
	KindRefused  Kind = "refused"  // no connection, or it broke before the answer
	KindStatus   Kind = "status"   // an answer other than 2xx and 304
	KindTooLarge Kind = "toolarge" // the body or header exceeds its limit
	KindRedirect Kind = "redirect" // too many, in a circle, or leading nowhere
	KindProto    Kind = "proto"    // not HTTP, or an encoding that was not asked for
	KindURL      Kind = "url"      // the address is not one
	KindCanceled Kind = "canceled" // the caller gave up
)

// NoAnswer reports whether k means that no host answered. A pass in which every error is of such a kind, and no request was
// answered, was made by a machine that is offline.
func (k Kind) NoAnswer() bool {
	return k == KindOffline || k == KindDNS || k == KindTimeout || k == KindRefused
}

// Error is why a URL could not be got.
type Error struct {
	Op, URL    string // "get", and the URL of the hop that failed, without user name and password
	Kind       Kind
	Status     int           // for KindStatus
	RetryAfter time.Duration // as asked for by the server; 0 none
	Hint       string        // what to do about it; "" nothing
	Err        error
}

// Error returns one line without control characters: what was tried, what went wrong, and the hint.
func (e *Error) Error() string {
	s := e.Op + " " + e.URL + ": "
	if e.Err != nil {
		s += e.Err.Error()
	} else {
		s += string(e.Kind)
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail makes an error of the present hop.
func (f *flight) fail(kind Kind, err error) *Error {
	return &Error{Op: "get", URL: showURL(f.url), Kind: kind, Err: err}
}

// explain classifies an error of the transport.
func (f *flight) explain(ctx context.Context, err error) *Error {
	if cause := context.Cause(ctx); cause != nil {
		switch {
		case errors.Is(cause, errOverall), errors.Is(cause, errStalled):
			return f.fail(KindTimeout, cause)
		case errors.Is(cause, context.DeadlineExceeded):
			return f.fail(KindTimeout, errOverall)
		default:
			return f.fail(KindCanceled, cause)
		}
	}
	kind, hint := classify(err, f.c.routed)
	e := f.fail(kind, err)
	e.Hint = hint
	var blocked *BlockedError
	if errors.As(err, &blocked) {
		e.Err = fmt.Errorf("%s resolves to %w", f.url.Hostname(), blocked)
	}
	return e
}

// classify finds the kind of a transport's error and what to say about it. Routed tells whether the machine has any way out; it is asked
// only when the error leaves that open.
func classify(err error, routed func() bool) (Kind, string) {
	var (
		blocked *BlockedError
		dns     *net.DNSError
	)
	switch {
	case errors.As(err, &blocked):
		return KindBlocked, blocked.hint()
	case errors.As(err, &dns):
		return classifyDNS(dns, routed)
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.ENETDOWN):
		if !routed() {
			return KindOffline, "this machine has no network"
		}
		return KindRefused, "this machine has no route to that network"
	case isTLS(err):
		return KindTLS, tlsHint(err)
	case isTimeout(err):
		return KindTimeout, ""
	case isNetwork(err):
		return KindRefused, ""
	case strings.Contains(err.Error(), "response headers exceeded"), strings.Contains(err.Error(), "header list larger"):
		return KindTooLarge, ""
	}
	return KindProto, ""
}

// classifyDNS tells a name without an address from a machine without name servers.
func classifyDNS(dns *net.DNSError, routed func() bool) (Kind, string) {
	switch {
	case dns.IsNotFound:
		return KindDNS, "is the address spelled right, and has this machine a network?"
	case strings.Contains(dns.Err, "connection refused"), strings.Contains(dns.Err, "network is unreachable"), !routed():
		return KindOffline, "this machine reaches no name server"
	case dns.IsTimeout:
		return KindDNS, "the name servers did not answer in time"
	}
	return KindDNS, ""
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

func isNetwork(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func isTLS(err error) bool {
	var (
		verify *tls.CertificateVerificationError
		record tls.RecordHeaderError
		alert  tls.AlertError
	)
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) || strings.Contains(err.Error(), "tls: ")
}

func tlsHint(err error) string {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &unknown):
		return "no authority this machine trusts has signed the certificate; the system's CA certificates may be missing"
	case errors.As(err, &host):
		return "the certificate belongs to another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has run out, or this machine's clock is wrong"
	case errors.As(err, &record):
		return "the server does not speak TLS there; is the address http:// and not https://?"
	}
	return ""
}

func statusHint(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "the server does not let us in"
	case http.StatusNotFound:
		return "has the address changed?"
	case http.StatusGone:
		return "the publisher has ended it"
	case http.StatusTooManyRequests:
		return "the server asks for fewer requests"
	}
	return ""
}

// stripURL takes the URL out of a *url.Error: it may hold a password, and it is told elsewhere.
func stripURL(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

// showURL returns u without user name and password.
func showURL(u *url.URL) string {
	if u.User == nil {
		return u.String()
	}
	shown := *u
	shown.User = nil
	return shown.String()
}

// shortURL makes a URL that cannot be parsed fit for a message: no user name and password, no more than a line.
func shortURL(raw string) string {
	const most = 200
	if i := strings.Index(raw, "://"); i >= 0 {
		if at := strings.LastIndexByte(raw, '@'); at > i {
			raw = raw[:i+3] + raw[at+1:]
		}
	}
	if len(raw) > most {
		raw = strings.ToValidUTF8(raw[:most], "") + "…"
	}
	return raw
}

// validValue reports whether s can be sent as a header's value (RFC 9110 5.5): no control characters but tab.
func validValue(s string) bool {
	for i := range len(s) {
		if b := s[i]; b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}
