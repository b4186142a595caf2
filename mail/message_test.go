package mail

import (
	"bytes"
	"flag"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sample() Message {
	store := [16]byte{1, 2, 3}
	return Message{
		From: "Media watch <mediawatch@example.org>", To: "desk@example.org",
		Subject: "Morning briefing: 12 stories, 37 articles — Fri 20 Nov 2026",
		Text:    []byte("MORNING BRIEFING\n\n1. البرلمان يناقش\n   .a line that begins with a dot\nFrom here on: https://news.example/" + strings.Repeat("long/", 40) + "\n"),
		HTML:    []byte("<!DOCTYPE html>\n<p>1. <b>铁路公司</b> " + strings.Repeat("a very long line ", 100) + "</p>\n"),
		Date:    time.Date(2026, 11, 20, 7, 0, 0, 0, time.FixedZone("CET", 3600)), MessageID: MessageID(store, "morning", 7, "mailto:desk@example.org"),
		ListName: "Morning briefing", ListID: "morning.mediawatch.example.org", ListUnsubscribe: "desk+stop@example.org",
	}
}

// The bytes must not change with a new version of Go, of a library or of this program: a delivery may be repeated after an upgrade.
func TestGoldenMessage(t *testing.T) {
	got, err := Build(sample())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "edition.eml")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the bytes of a message changed (-want +got):\n%s", diff)
	}
}

func TestG09_BuildIsDeterministic(t *testing.T) {
	first := message(t)
	for range 20 {
		if !bytes.Equal(first, message(t)) {
			t.Fatal("two builds differ")
		}
	}
	elsewhere := sample()
	elsewhere.Date = elsewhere.Date.In(time.UTC) // as it comes back from the store
	if again, err := Build(elsewhere); err != nil || !bytes.Equal(first, again) {
		t.Errorf("the zone of the date changes the bytes (%v)", err)
	}
}

// parsed is a message as a mail program reads it.
type parsed struct {
	header     mail.Header
	kinds      []string
	text, html string
}

func parse(t testing.TB, eml []byte) parsed {
	t.Helper()
	if err := wire(eml); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(eml))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s: %v", kind, err)
	}
	p := parsed{header: m.Header}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		p.kinds = append(p.kinds, part.Header.Get("Content-Type"))
		if len(p.kinds) == 1 {
			p.text = string(body)
		} else {
			p.html = string(body)
		}
	}
	return p
}

func decoded(t testing.TB, h mail.Header, name string) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(h.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBuildReadsBack(t *testing.T) {
	m := sample()
	p := parse(t, message(t))
	if want := []string{"text/plain; charset=utf-8", "text/html; charset=utf-8"}; !slices.Equal(p.kinds, want) {
		t.Errorf("parts %q", p.kinds)
	}
	if got := decoded(t, p.header, "Subject"); got != m.Subject {
		t.Errorf("subject %q", got)
	}
	if got := strings.ReplaceAll(p.text, "\r\n", "\n"); got != string(m.Text) {
		t.Errorf("text %q", got)
	}
	if got := strings.ReplaceAll(p.html, "\r\n", "\n"); got != string(m.HTML) {
		t.Errorf("html %q", got)
	}
	for name, want := range map[string]string{
		"Message-Id":       "<" + m.MessageID + ">",
		"List-Id":          "Morning briefing <morning.mediawatch.example.org>",
		"List-Unsubscribe": "<mailto:desk%2Bstop@example.org?subject=unsubscribe%20morning.mediawatch.example.org>",
		"Auto-Submitted":   "auto-generated",
		"Mime-Version":     "1.0",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if date, err := p.header.Date(); err != nil || !date.Equal(m.Date) {
		t.Errorf("date %v %v", date, err)
	}
	for name, want := range map[string]string{"From": "mediawatch@example.org", "To": "desk@example.org"} {
		if list, err := p.header.AddressList(name); err != nil || len(list) != 1 || list[0].Address != want {
			t.Errorf("%s: %v %v", name, list, err)
		}
	}
}

func TestHeaderScripts(t *testing.T) {
	for _, s := range []string{
		"plain",
		"Morgenüberblick: 3 Geschichten — Fr 20. Nov. 2026",
		"موجز الصباح: ١٢ خبرا و٣٧ مقالا في يوم الجمعة العشرين من نوفمبر عام ألفين وستة وعشرين",
		"早间简报：12个故事，37篇文章，以及更多关于碳税的内容和关于新的夜间列车线路的内容",
		"Утренний обзор: 12 историй",
		"सुबह का सार: 12 ख़बरें",
		"สรุปข่าวเช้า 12 เรื่อง",
		"😀 emoji 👩‍👩‍👧 " + strings.Repeat("🇩🇪", 40),
		"=?utf-8?q?not_an_encoded_word?=",
		strings.Repeat("x", 2000),
		strings.Repeat("ab ", 600) + "end",
		`quotes " and \ backslash, commas; <angles> (parens) @`,
		"e\u0301 combining " + strings.Repeat("a\u0301", 80),
	} {
		m := sample()
		m.Subject, m.ListName = s, s
		m.From = (&mail.Address{Name: s, Address: "a@example.org"}).String()
		eml, err := Build(m)
		if err != nil {
			t.Errorf("%.20q: %v", s, err)
			continue
		}
		p := parse(t, eml)
		if got := decoded(t, p.header, "Subject"); got != s {
			t.Errorf("subject %q came back as %q", s, got)
		}
		from, err := mail.ParseAddress(p.header.Get("From"))
		if err != nil || from.Name != s {
			t.Errorf("name %q came back as %v (%v)", s, from, err)
		}
		head, _, _ := bytes.Cut(eml, []byte("\r\n\r\n"))
		for l := range bytes.SplitSeq(head, []byte("\r\n")) {
			if len(l) > headerLine && !bytes.HasPrefix(l, []byte("List-Unsubscribe: <mailto:")) && !bytes.HasPrefix(l, []byte("Message-ID: <")) {
				t.Errorf("%.20q: a header line of %d bytes: %q", s, len(l), l)
			}
		}
	}
}

// X: nothing that is given to Build adds a header, a recipient or a part.
func TestX10_CRLFInjection(t *testing.T) {
	tails := []string{
		"\r\nBcc: victim@example.org", "\nBcc: victim@example.org", "\rBcc: victim@example.org", "\r\n\r\n<script>", "\r\n Bcc: x@example.org",
		"\x00", "\x0b", "\u0085Bcc: x@example.org", "\u2028Bcc: x@example.org", "=?utf-8?q?=0D=0ABcc:_x@example.org?=", "%0d%0aBcc:%20x@example.org",
	}
	for name, set := range map[string]func(*Message, string){
		"from":             func(m *Message, s string) { m.From = "a@example.org" + s },
		"from name":        func(m *Message, s string) { m.From = "A" + s + " <a@example.org>" },
		"from quoted name": func(m *Message, s string) { m.From = `"A` + s + `" <a@example.org>` },
		"from local part":  func(m *Message, s string) { m.From = `"a` + s + `"@example.org` },
		"to":               func(m *Message, s string) { m.To = "b@example.org" + s },
		"to inside":        func(m *Message, s string) { m.To = "<b@example.org" + s + ">" },
		"to list":          func(m *Message, s string) { m.To = "b@example.org, c@example.org" + s },
		"subject":          func(m *Message, s string) { m.Subject += s },
		"message id":       func(m *Message, s string) { m.MessageID += s },
		"list id":          func(m *Message, s string) { m.ListID += s },
		"list name":        func(m *Message, s string) { m.ListName += s },
		"unsubscribe":      func(m *Message, s string) { m.ListUnsubscribe += s },
		"unsubscribe uri":  func(m *Message, s string) { m.ListUnsubscribe = "mailto:x@example.org?subject=" + s },
		"unsubscribe addr": func(m *Message, s string) { m.ListUnsubscribe = "mailto:x@example.org" + s },
		"text":             func(m *Message, s string) { m.Text = []byte(s + "\r\n--" + boundaryOf(m.MessageID) + "--\r\n.\r\n") },
		"html":             func(m *Message, s string) { m.HTML = []byte(s + "\n--" + boundaryOf(m.MessageID) + "\n\n.\n") },
	} {
		for _, tail := range tails {
			m := sample()
			set(&m, tail)
			eml, err := Build(m)
			if err != nil {
				continue
			}
			fields(t, name+" "+tail, eml)
		}
	}
}

// fields checks that eml has the headers of a message of ours, each once, and two parts.
func fields(t testing.TB, what string, eml []byte) {
	t.Helper()
	p := parse(t, eml)
	allowed := []string{"Date", "From", "To", "Message-Id", "Subject", "List-Id", "List-Unsubscribe", "Auto-Submitted", "Mime-Version", "Content-Type"}
	for name, values := range p.header {
		if !slices.Contains(allowed, name) || len(values) != 1 {
			t.Fatalf("%q: has %s %q", what, name, values)
		}
		if got := decoded(t, p.header, name); strings.ContainsAny(got, "\r\n\x00") {
			t.Fatalf("%q: %s decodes to %q", what, name, got)
		}
	}
	for _, name := range []string{"From", "To"} {
		if list, err := p.header.AddressList(name); err != nil || len(list) != 1 {
			t.Fatalf("%q: %s has %v (%v)", what, name, list, err)
		}
	}
	if len(p.kinds) != 2 {
		t.Fatalf("%q: %d parts", what, len(p.kinds))
	}
}

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"desk@example.org":                       "desk@example.org",
		"  desk@EXAMPLE.org ":                    "desk@example.org",
		"News desk <desk@example.org>":           "desk@example.org",
		"desk@bücher.example":                    "desk@xn--bcher-kva.example",
		"first.last+tag@sub.example.org":         "first.last+tag@sub.example.org",
		"desk@localhost":                         "desk@localhost",
		"":                                       "",
		"desk":                                   "",
		"@example.org":                           "",
		"desk@":                                  "",
		"desk@exa mple.org":                      "",
		`"a b"@example.org`:                      "",
		`"a\r\nRCPT TO:<x>"@example.org`:         "",
		"schloß@example.org":                     "",
		"desk@[127.0.0.1]":                       "",
		"a@example.org, b@example.org":           "",
		"desk@example.org\r\nBcc: x@y.example":   "",
		"=?utf-8?q?=0D=0ABcc:x?= <a@b.example>":  "",
		strings.Repeat("a", 65) + "@example.org": "",
		"a@" + strings.Repeat("a.", 130) + "org": "",
	} {
		got, err := ParseAddress(in)
		if (err == nil) != (want != "") || got.Addr != want {
			t.Errorf("%q: got %q, %v; want %q", in, got.Addr, err, want)
		}
	}
}

func TestBuildErrors(t *testing.T) {
	for name, spoil := range map[string]func(*Message){
		"no date":                         func(m *Message) { m.Date = time.Time{} },
		"unsubscribe with a header in it": func(m *Message) { m.ListUnsubscribe = "mailto:x@example.org?subject=a%0D%0Ab" },
		"no id":                           func(m *Message) { m.MessageID = "" },
		"id in brackets":                  func(m *Message) { m.MessageID = "<" + m.MessageID + ">" },
		"list id":                         func(m *Message) { m.ListID = "two words" },
		"unsubscribe":                     func(m *Message) { m.ListUnsubscribe = "https://example.org/stop" },
	} {
		m := sample()
		spoil(&m)
		if _, err := Build(m); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMessageID(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	first := MessageID(a, "morning", 7, "mailto:x@example.org")
	if first != MessageID(a, "morning", 7, "mailto:x@example.org") {
		t.Error("not deterministic")
	}
	if want := "@01000000000000000000000000000000"[:17] + ".mediawatch.invalid"; !strings.HasSuffix(first, want) || !msgID(first) {
		t.Errorf("%q", first)
	}
	seen := map[string]bool{first: true}
	for _, id := range []string{
		MessageID(b, "morning", 7, "mailto:x@example.org"), MessageID(a, "evening", 7, "mailto:x@example.org"), MessageID(a, "morning", 8, "mailto:x@example.org"),
		MessageID(a, "morning", 7, "mailto:y@example.org"), MessageID(a, "morning7", 0, ""), MessageID(a, "morning", 70, ""),
	} {
		if seen[id] {
			t.Errorf("%s twice", id)
		}
		seen[id] = true
	}
}

func TestBuildProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := sample()
		m.Subject = rapid.String().Draw(rt, "subject")
		m.ListName = rapid.String().Draw(rt, "list")
		m.Text = rapid.SliceOf(rapid.Byte()).Draw(rt, "text")
		m.HTML = []byte(rapid.String().Draw(rt, "html"))
		eml, err := Build(m)
		if err != nil {
			rt.Fatal(err)
		}
		p := parse(t, eml)
		if got := decoded(t, p.header, "Subject"); got != clean(m.Subject) {
			rt.Fatalf("subject %q came back as %q", m.Subject, got)
		}
		if !utf8.ValidString(p.text) {
			rt.Fatal("the text is not UTF-8")
		}
	})
}

func FuzzBuild(f *testing.F) {
	m := sample()
	f.Add(m.From, m.To, m.Subject, m.MessageID, m.ListID, m.ListUnsubscribe, m.Text)
	f.Add("a\r\nb@example.org", `"x" <y@example.org>`, "=?utf-8?b?DQo=?=", "a@b", "a.b", "mailto:x@example.org?subject=%0d%0a", []byte("\r\n.\r\n"))
	f.Add("=?utf-8?q?=0D?= <a@b>", "a@b(c)", "\x00", "x", "", "", []byte{0xff, '\r', '\n', '.', '='})
	f.Fuzz(func(t *testing.T, from, to, subject, id, list, stop string, body []byte) {
		eml, err := Build(Message{From: from, To: to, Subject: subject, MessageID: id, ListID: list, ListName: subject, ListUnsubscribe: stop, Text: body, HTML: body, Date: sample().Date})
		if err != nil {
			return
		}
		fields(t, "fuzz", eml)
		again, err := Build(Message{From: from, To: to, Subject: subject, MessageID: id, ListID: list, ListName: subject, ListUnsubscribe: stop, Text: body, HTML: body, Date: sample().Date})
		if err != nil || !bytes.Equal(eml, again) {
			t.Fatal("two builds differ")
		}
	})
}

func TestT08A9_HeadersAreNotTurnedAround(t *testing.T) {
	m := sample()
	m.Subject, m.ListName, m.From = "Port\u202E strike: 3 stories", "Morning\u2067", "\"Media\u202E watch\" <mediawatch@example.org>"
	data, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"Subject": "Port\u202E strike: 3 stories\u202C", "List-Id": "Morning\u2067\u2069 <morning.mediawatch.example.org>", "From": "Media\u202E watch\u202C <mediawatch@example.org>",
	} {
		words, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get(header))
		if err != nil || words != want {
			t.Errorf("%s: %+q (%v), want %+q", header, words, err, want)
		}
	}
}
