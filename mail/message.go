package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime/quotedprintable"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"mediawatch/text"
)

// Message is what Build makes a mail of.
type Message struct {
	From      string // "mediawatch@example.org" or with a name
	To        string // one recipient
	Subject   string // any script; line breaks become spaces
	Text      []byte // UTF-8
	HTML      []byte // UTF-8
	Date      time.Time
	MessageID string // without angle brackets

	ListName        string // the digest's title; may be ""
	ListID          string // RFC 2919: dotted, such as "morning.mediawatch.example.org"; "" leaves the header out
	ListUnsubscribe string // RFC 2369: a mail address or a mailto: URI; "" leaves the header out
}

// ErrMessage is wrapped by what Build refuses, beside ErrAddress.
var ErrMessage = errors.New("not a message that can be sent")

// MessageID returns the Message-ID of an edition on its way to a recipient, without angle brackets. It depends on
// nothing but its arguments, so that every attempt has the same, and every store its own.
func MessageID(storeID [16]byte, digest string, number int, recipient string) string {
	h := sha256.New()
	h.Write([]byte("mediawatch message 1\n"))
	h.Write(storeID[:])
	for _, s := range []string{digest, strconv.Itoa(number), recipient} {
		h.Write([]byte(strconv.Itoa(len(s)) + ":" + s + "\n"))
	}
	// .invalid is reserved for names that nobody owns (RFC 2606 section 2): two stores never share one.
	return hex.EncodeToString(h.Sum(nil)[:16]) + "@" + hex.EncodeToString(storeID[:8]) + ".mediawatch.invalid"
}

// Build writes m as an RFC 5322 message: multipart/alternative, text first, both quoted-printable, all lines ended by
// CRLF and at most 998 long. The same Message gives the same bytes in every version of this program: an attempt after
// an upgrade must not differ under the same Message-ID, and a test holds it to that. Nothing in m can add a header. It
// wraps ErrAddress or ErrMessage.
func Build(m Message) ([]byte, error) {
	from, err := ParseAddress(m.From)
	if err != nil {
		return nil, fmt.Errorf("build mail: from: %w", err)
	}
	to, err := ParseAddress(m.To)
	if err != nil {
		return nil, fmt.Errorf("build mail: to: %w", err)
	}
	if !msgID(m.MessageID) {
		return nil, fmt.Errorf("build mail: %w: %q is no message id", ErrMessage, m.MessageID)
	}
	if m.Date.IsZero() {
		return nil, fmt.Errorf("build mail: %w: it has no date", ErrMessage)
	}
	var b bytes.Buffer
	b.WriteString(field("Date", m.Date.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700")))
	b.WriteString(field("From", from.header()))
	b.WriteString(field("To", to.header()))
	b.WriteString("Message-ID: <" + m.MessageID + ">\r\n")
	b.WriteString(field("Subject", unstructured(clean(m.Subject))))
	if err := m.list(&b); err != nil {
		return nil, err
	}
	// RFC 3834 section 5: vacation programs leave it alone.
	b.WriteString("Auto-Submitted: auto-generated\r\n")
	boundary := boundaryOf(m.MessageID)
	b.WriteString("MIME-Version: 1.0\r\n")
	b.WriteString("Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n")
	for _, part := range []struct {
		kind string
		body []byte
	}{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		b.WriteString("--" + boundary + "\r\n")
		b.WriteString("Content-Type: " + part.kind + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
		q := quotedprintable.NewWriter(&b)
		if _, err := q.Write(bytes.ToValidUTF8(part.body, []byte("\uFFFD"))); err != nil {
			return nil, fmt.Errorf("build mail: %w", err)
		}
		if err := q.Close(); err != nil {
			return nil, fmt.Errorf("build mail: %w", err)
		}
		b.WriteString("\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")
	return b.Bytes(), nil
}

// list writes the headers of a mailing list.
func (m *Message) list(b *bytes.Buffer) error {
	if m.ListID != "" {
		if !dotAtom(m.ListID) {
			return fmt.Errorf("build mail: %w: %q is no list id", ErrMessage, m.ListID)
		}
		value := "<" + m.ListID + ">"
		if m.ListName != "" {
			// RFC 2919 takes a phrase: an encoded word, or a quoted string.
			value = (Address{Name: clean(m.ListName), Addr: m.ListID}).header()
		}
		b.WriteString(field("List-Id", value))
	}
	if m.ListUnsubscribe != "" {
		uri, err := mailto(m.ListUnsubscribe, m.ListID)
		if err != nil {
			return err
		}
		b.WriteString(field("List-Unsubscribe", "<"+uri+">"))
	}
	return nil
}

// clean makes one line of s, that turns nothing around that stands beside it.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return text.Balanced(strings.Join(strings.Fields(s), " "))
}

// mailto returns the URI to unsubscribe with (RFC 6068): s itself, or one made of the address s with the list in the subject.
func mailto(s, list string) (string, error) {
	if strings.HasPrefix(strings.ToLower(s), "mailto:") {
		rest, query, _ := strings.Cut(s[len("mailto:"):], "?")
		addr, err := url.PathUnescape(rest)
		if err != nil {
			return "", fmt.Errorf("build mail: %w: list-unsubscribe %q", ErrMessage, s)
		}
		a, err := ParseAddress(addr)
		if err != nil {
			return "", fmt.Errorf("build mail: list-unsubscribe: %w", err)
		}
		if !safeQuery(query) {
			return "", fmt.Errorf("build mail: %w: list-unsubscribe %q", ErrMessage, s)
		}
		if query != "" {
			query = "?" + query
		}
		return "mailto:" + escapeAddr(a.Addr) + query, nil
	}
	a, err := ParseAddress(s)
	if err != nil {
		return "", fmt.Errorf("build mail: list-unsubscribe: %w", err)
	}
	subject := "unsubscribe"
	if list != "" {
		subject += " " + list
	}
	return "mailto:" + escapeAddr(a.Addr) + "?subject=" + url.PathEscape(subject), nil
}

// safeQuery reports whether the query of a mailto URI can stand in a header: printable, no encoded word, no escaped
// line break, not too long.
func safeQuery(q string) bool {
	lower := strings.ToLower(q)
	for _, bad := range []string{"=?", "%0a", "%0d", "%00"} {
		if strings.Contains(lower, bad) {
			return false
		}
	}
	return len(q) <= 600 && strings.IndexFunc(q, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>"`, r) }) < 0
}

// escapeAddr escapes what an address may hold and a mailto URI may not.
func escapeAddr(addr string) string {
	local, domain, _ := strings.Cut(addr, "@")
	return strings.NewReplacer("&", "%26", "=", "%3D", "+", "%2B").Replace(url.PathEscape(local)) + "@" + domain
}

// msgID reports whether s is dot-atom "@" dot-atom of a length that fits a line (RFC 5322 section 3.6.4).
func msgID(s string) bool {
	left, right, ok := strings.Cut(s, "@")
	return ok && len(s) <= 250 && dotAtom(left) && dotAtom(right)
}

func dotAtom(s string) bool {
	if s == "" || len(s) > 250 {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.IndexFunc(part, func(r rune) bool { return !atext(r) }) >= 0 {
			return false
		}
	}
	return true
}

// boundaryOf derives the boundary from the message id. "=_" never occurs in quoted-printable, so no body can contain it
// (RFC 2045 section 6.7).
func boundaryOf(id string) string {
	sum := sha256.Sum256([]byte("mediawatch boundary 1\n" + id))
	return "=_" + hex.EncodeToString(sum[:14])
}
