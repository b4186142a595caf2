package fetch_test

import (
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"mediawatch/fetch"
)

const body = "<rss><channel><title>The Harbour Gazette</title></channel></rss>"

// oddTags are entity tags as real servers send them; each must come back byte for byte.
func oddTags() []string {
	return []string{
		`"abc"`, `W/"abc"`, `w/"abc"`, `W/""`, `""`, `abc`, `"a b  c"`, `a b c`, `W/abc`, `"unclosed`, `"a"b"`, `"a","b"`, `*`, `"\"quoted\""`, `'single'`,
		`"caf` + "\xc3\xa9" + `"`, `"latin ` + "\xe9" + `"`, `"tab` + "\t" + `inside"`, `"` + strings.Repeat("x", 8<<10) + `"`, `W/"5f3-` + strings.Repeat("é", 100) + `"`,
	}
}

func TestP01_IfNoneMatchIsAnExactEcho(t *testing.T) {
	for i, tag := range oddTags() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var echoed []string
			// Raw on both sides: net/http's own server and header code must not be the judge of itself.
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				conn, out, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				fmt.Fprintf(out, "HTTP/1.1 200 OK\r\nETag: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", tag, len(body), body)
				_ = out.Flush()
			}, func(w http.ResponseWriter, r *http.Request) {
				echoed = r.Header["If-None-Match"]
				w.WriteHeader(http.StatusNotModified)
			})
			c := newClient(t, fetch.Options{})
			first := mustGet(t, c, fetch.Request{URL: s.URL})
			if first.ETag != tag {
				t.Fatalf("kept %q of %q", first.ETag, tag)
			}
			second := mustGet(t, c, fetch.Request{URL: s.URL, ETag: first.ETag})
			if len(echoed) != 1 || echoed[0] != tag {
				t.Errorf("sent %q for %q", echoed, tag)
			}
			if !second.NotModified || second.ETag != tag {
				t.Errorf("after the 304: %+v", second)
			}
		})
	}
}

func TestP02_IfModifiedSinceIsAnExactEcho(t *testing.T) {
	dates := []string{
		"Tue, 03 Feb 2026 10:00:00 GMT", "Tuesday, 03-Feb-26 10:00:00 GMT", "Tue Feb  3 10:00:00 2026", "Tue, 03 Feb 2026 11:00:00 +0100",
		"2026-02-03T10:00:00Z", "Tue, 03 Feb 2026 10:00:00 UTC", "yesterday", "0", "Tue, 3 Feb 2026  10:00:00  GMT",
	}
	for _, date := range dates {
		s := serve(t, answer(200, body, "Last-Modified: "+date), answer(304, ""))
		c := newClient(t, fetch.Options{})
		first := mustGet(t, c, fetch.Request{URL: s.URL})
		mustGet(t, c, fetch.Request{URL: s.URL, LastModified: first.LastModified})
		if got := s.request(t, 1).Header["If-Modified-Since"]; len(got) != 1 || got[0] != date {
			t.Errorf("sent %q for %q", got, date)
		}
	}
}

func TestP03_BothValidatorsAreSent(t *testing.T) {
	s := serve(t, answer(304, ""))
	mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL, ETag: `"a"`, LastModified: "Tue, 03 Feb 2026 10:00:00 GMT"})
	h := s.request(t, 0).Header
	if h.Get("If-None-Match") != `"a"` || h.Get("If-Modified-Since") != "Tue, 03 Feb 2026 10:00:00 GMT" {
		t.Errorf("sent %v", h)
	}
}

func TestP04_NoIfModifiedSinceWithoutLastModified(t *testing.T) {
	s := serve(t, answer(200, body, `ETag: "a"`, "Date: Tue, 03 Feb 2026 10:00:00 GMT"), answer(304, ""))
	c := newClient(t, fetch.Options{})
	r := mustGet(t, c, fetch.Request{URL: s.URL})
	mustGet(t, c, fetch.Request{URL: s.URL, ETag: r.ETag, LastModified: r.LastModified})
	for n, want := range []bool{false, true} {
		h := s.request(t, n).Header
		if _, sent := h["If-Modified-Since"]; sent {
			t.Errorf("request %d has If-Modified-Since", n)
		}
		if _, sent := h["If-None-Match"]; sent != want {
			t.Errorf("request %d: If-None-Match sent is %v", n, sent)
		}
	}
}

func TestP05_BothValidatorsAreUpdatedOn200(t *testing.T) {
	s := serve(t, answer(200, body, `ETag: "new"`, "Last-Modified: Wed, 04 Feb 2026 10:00:00 GMT"))
	r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL, ETag: `"old"`, LastModified: "Tue, 03 Feb 2026 10:00:00 GMT"})
	if r.ETag != `"new"` || r.LastModified != "Wed, 04 Feb 2026 10:00:00 GMT" {
		t.Errorf("keeps %q and %q", r.ETag, r.LastModified)
	}
	if r.NotModified || string(r.Body) != body || r.Raw != sha256.Sum256([]byte(body)) {
		t.Errorf("body %q", r.Body)
	}
}

func TestP06_ValidatorsOn304(t *testing.T) {
	old := fetch.Request{ETag: `"old"`, LastModified: "Tue, 03 Feb 2026 10:00:00 GMT"}
	for _, tt := range []struct {
		name           string
		header         []string
		etag, modified string
	}{
		{"none stated: kept", nil, old.ETag, old.LastModified},
		{"both stated: updated", []string{`ETag: "new"`, "Last-Modified: Wed, 04 Feb 2026 10:00:00 GMT"}, `"new"`, "Wed, 04 Feb 2026 10:00:00 GMT"},
		{"one stated", []string{`ETag: "new"`}, `"new"`, old.LastModified},
	} {
		s := serve(t, answer(304, "", tt.header...))
		r := old
		r.URL = s.URL
		got := mustGet(t, newClient(t, fetch.Options{}), r)
		if got.ETag != tt.etag || got.LastModified != tt.modified || !got.NotModified || got.Body != nil {
			t.Errorf("%s: %q, %q, %+v", tt.name, got.ETag, got.LastModified, got)
		}
	}
}

func TestP07_ValidatorsAreUpdatedWhenTheBodyIsTheSame(t *testing.T) {
	s := serve(t, answer(200, body, `ETag: "1"`), answer(200, body, `ETag: "2"`))
	c := newClient(t, fetch.Options{})
	a := mustGet(t, c, fetch.Request{URL: s.URL})
	b := mustGet(t, c, fetch.Request{URL: s.URL, ETag: a.ETag})
	if a.Raw != b.Raw || b.ETag != `"2"` {
		t.Errorf("raw equal %v, etag %q", a.Raw == b.Raw, b.ETag)
	}
}

func TestP08_NewETagWithTheSameLastModified(t *testing.T) {
	const date = "Tue, 03 Feb 2026 10:00:00 GMT"
	s := serve(t, answer(200, body, `ETag: "2"`, "Last-Modified: "+date))
	r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL, ETag: `"1"`, LastModified: date})
	if r.ETag != `"2"` || r.LastModified != date {
		t.Errorf("keeps %q and %q", r.ETag, r.LastModified)
	}
}

func TestP09_ValidatorsAreDroppedWhenTheServerStopsSendingThem(t *testing.T) {
	s := serve(t, answer(200, body))
	r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL, ETag: `"1"`, LastModified: "Tue, 03 Feb 2026 10:00:00 GMT"})
	if r.ETag != "" || r.LastModified != "" {
		t.Errorf("keeps %q and %q", r.ETag, r.LastModified)
	}
}

func TestP11_ATruncatedAnswerDoesNotChangeTheValidators(t *testing.T) {
	cut := "HTTP/1.1 200 OK\r\nETag: \"new\"\r\nLast-Modified: Wed, 04 Feb 2026 10:00:00 GMT\r\nContent-Length: 5000\r\n\r\n" + body
	for _, old := range []fetch.Request{{}, {ETag: `"old"`, LastModified: "Tue, 03 Feb 2026 10:00:00 GMT"}} {
		old.URL = rawServer(t, say(cut))
		r := mustGet(t, newClient(t, fetch.Options{}), old)
		if !r.Truncated || r.Cut == nil || string(r.Body) != body || r.ETag != old.ETag || r.LastModified != old.LastModified {
			t.Errorf("after %q: truncated %v (%v), keeps %q and %q", old.ETag, r.Truncated, r.Cut, r.ETag, r.LastModified)
		}
	}
}

func TestP17_NoStoreAndNoCacheAreStillConditional(t *testing.T) {
	for _, control := range []string{"no-store", "no-cache", "private, no-cache, no-store, max-age=0, must-revalidate"} {
		s := serve(t, answer(200, body, `ETag: "1"`, "Cache-Control: "+control, "Expires: 0"), answer(304, ""))
		c := newClient(t, fetch.Options{})
		r := mustGet(t, c, fetch.Request{URL: s.URL})
		if r.Fresh != 0 {
			t.Errorf("%s: fresh for %v", control, r.Fresh)
		}
		mustGet(t, c, fetch.Request{URL: s.URL, ETag: r.ETag})
		if got := s.request(t, 1).Header.Get("If-None-Match"); got != `"1"` {
			t.Errorf("%s: sent If-None-Match %q", control, got)
		}
	}
}

func TestP30_OnePlainGET(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	s := serve(t, answer(200, body, "Set-Cookie: id=1"))
	c := newClient(t, fetch.Options{UserAgent: "mediawatch/1.2 (+https://news.example/bot)"})
	for n := range 2 {
		mustGet(t, c, fetch.Request{URL: s.URL + "/feed?a=1&b=%20x&c", Accept: "application/atom+xml", Urgent: true})
		if s.count() != n+1 {
			t.Fatalf("asked %d times", s.count())
		}
		r := s.request(t, n)
		if r.Method != "GET" || r.RequestURI != "/feed?a=1&b=%20x&c" || r.ContentLength != 0 {
			t.Errorf("asked %s %s", r.Method, r.RequestURI)
		}
		want := http.Header{
			"User-Agent": {"mediawatch/1.2 (+https://news.example/bot)"}, "Accept": {"application/atom+xml"}, "Accept-Encoding": {"gzip"},
		}
		if fmt.Sprint(r.Header) != fmt.Sprint(want) {
			t.Errorf("sent %v, want %v and nothing else", r.Header, want)
		}
	}
}

func TestNotModifiedWithoutAQuestionIsNoAnswer(t *testing.T) {
	s := serve(t, answer(304, ""))
	if e := mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL}, fetch.KindStatus); e.Status != 304 {
		t.Errorf("status %d", e.Status)
	}
}

func TestAValidatorThatCannotBeSentIsNotSent(t *testing.T) {
	s := serve(t, answer(200, body))
	mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL, ETag: "a\r\nX-Evil: 1", LastModified: "x\x00"})
	h := s.request(t, 0).Header
	if h.Get("If-None-Match")+h.Get("If-Modified-Since")+h.Get("X-Evil") != "" {
		t.Errorf("sent %v", h)
	}
}

func TestBodies(t *testing.T) {
	long := strings.Repeat(body, 50000) // 3 MB
	head := "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	length := func(b string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(b), b) }
	for _, tt := range []struct {
		name, raw, want string
	}{
		{"plain", head + length(body), body},
		{"close-delimited", head + "\r\n" + body, body},
		{"chunked", head + "Transfer-Encoding: chunked\r\n\r\n4\r\n<rss\r\n1\r\n>\r\n0\r\n\r\n", "<rss>"},
		{"long", head + length(long), long},
		{"empty", head + length(""), ""},
		{"gzip", head + "Content-Encoding: gzip\r\n" + length(zipped(t, long)), long},
		{"x-gzip", head + "Content-Encoding: x-gzip\r\n" + length(zipped(t, body)), body},
		{"gzip in capitals", head + "Content-Encoding: GZIP\r\n" + length(zipped(t, body)), body},
		{"gzip without the header", head + length(zipped(t, body)), body},
		{"gzip header on plain text", head + "Content-Encoding: gzip\r\n" + length(body), body},
		{"gzip twice", head + "Content-Encoding: gzip, gzip\r\n" + length(zipped(t, zipped(t, body))), body},
		{"gzip in two members", head + "Content-Encoding: gzip\r\n" + length(zipped(t, body[:9])+zipped(t, body[9:])), body},
		{"gzip and something behind", head + "Content-Encoding: gzip\r\n" + length(zipped(t, body)+"\r\n\r\n"), body},
		{"gzip of nothing", head + "Content-Encoding: gzip\r\n" + length(zipped(t, "")), ""},
		{"gzip header on nothing", head + "Content-Encoding: gzip\r\n" + length(""), ""},
		{"br header on plain text", head + "Content-Encoding: br\r\n" + length(" \n"+body), " \n" + body},
		{"charset as encoding", head + "Content-Encoding: UTF-8\r\n" + length(body), body},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: rawServer(t, say(tt.raw))})
			if string(r.Body) != tt.want || r.Truncated {
				t.Errorf("got %d bytes, truncated %v (%v), want %d", len(r.Body), r.Truncated, r.Cut, len(tt.want))
			}
			if r.Raw != sha256.Sum256([]byte(tt.want)) {
				t.Error("the hash is not of the decompressed body")
			}
		})
	}
}

func TestAnEncodingNobodyAskedFor(t *testing.T) {
	c := newClient(t, fetch.Options{})
	url := rawServer(t, say("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\n\x8b\x01\x80\x61"))
	if e := mustFail(t, c, fetch.Request{URL: url}, fetch.KindProto); !strings.Contains(e.Error(), `"br"`) {
		t.Error(e)
	}
}

func TestMaxBody(t *testing.T) {
	text := strings.Repeat("x", 1000)
	for _, tt := range []struct {
		name  string
		limit int64
		talk  func(net.Conn)
		fits  bool
	}{
		{"exactly, stated", 1000, say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + text), true},
		{"exactly, not stated", 1000, say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + text), true},
		{"one more, stated", 999, say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + text), false},
		{"one more, not stated", 999, say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + text), false},
		{"exactly, gzip", 1000, say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + zipped(t, text)), true},
		{"one more, gzip", 999, say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + zipped(t, text)), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, fetch.Options{MaxBody: tt.limit})
			r := fetch.Request{URL: rawServer(t, tt.talk)}
			if !tt.fits {
				mustFail(t, c, r, fetch.KindTooLarge)
				return
			}
			if got := mustGet(t, c, r); len(got.Body) != 1000 {
				t.Errorf("%d bytes", len(got.Body))
			}
		})
	}
}

func TestStatuses(t *testing.T) {
	for _, tt := range []struct {
		status int
		ok     bool
	}{{200, true}, {203, true}, {204, true}, {300, false}, {305, false}, {400, false}, {401, false}, {403, false}, {404, false}, {410, false}, {418, false}, {429, false}, {500, false}, {503, false}} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status) })
		c := newClient(t, fetch.Options{})
		if tt.ok {
			if r := mustGet(t, c, fetch.Request{URL: s.URL}); r.Status != tt.status {
				t.Errorf("status %d for %d", r.Status, tt.status)
			}
			continue
		}
		if e := mustFail(t, c, fetch.Request{URL: s.URL}, fetch.KindStatus); e.Status != tt.status || !strings.Contains(e.Error(), fmt.Sprint(tt.status)) {
			t.Errorf("error %v for %d", e, tt.status)
		}
	}
}

func TestAPartNobodyAskedForIsTruncated(t *testing.T) {
	s := serve(t, answer(206, body[:20], `ETag: "new"`))
	r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL, ETag: `"old"`})
	if !r.Truncated || r.ETag != `"old"` || string(r.Body) != body[:20] {
		t.Errorf("%+v", r)
	}
}
