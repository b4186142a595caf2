package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"mediawatch/fetch"
)

// truncatedIs gets and checks that the answer is flagged, has want as its body and does not change the validators.
func truncatedIs(t *testing.T, talk func(net.Conn), want string) {
	t.Helper()
	r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: rawServer(t, talk), ETag: `"old"`})
	if !r.Truncated || r.Cut == nil || r.ETag != `"old"` {
		t.Errorf("truncated %v (%v), etag %q", r.Truncated, r.Cut, r.ETag)
	}
	if string(r.Body) != want {
		t.Errorf("%d bytes came, want %d", len(r.Body), len(want))
	}
}

func TestN03_TruncatedByLength(t *testing.T) {
	truncatedIs(t, say("HTTP/1.1 200 OK\r\nETag: \"new\"\r\nContent-Length: 1000\r\n\r\n"+body), body)
}

func TestN04_TruncatedInChunks(t *testing.T) {
	truncatedIs(t, say("HTTP/1.1 200 OK\r\nETag: \"new\"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n9\r\n<cha"), "<rss><cha")
	truncatedIs(t, say("HTTP/1.1 200 OK\r\nETag: \"new\"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"), "<rss>")
	truncatedIs(t, say("HTTP/1.1 200 OK\r\nETag: \"new\"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\nzz\r\n"), "<rss>")
}

func TestN05_TruncatedGzip(t *testing.T) {
	var long strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&long, "<item><title>Item %d of the day</title></item>\n", i*i)
	}
	whole := zipped(t, long.String())
	head := "HTTP/1.1 200 OK\r\nETag: \"new\"\r\nContent-Encoding: gzip\r\nConnection: close\r\n"
	for _, tt := range []struct{ name, raw string }{
		{"close-delimited", head + "\r\n" + whole[:len(whole)/2]},
		{"with its length", head + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(whole)/2) + whole[:len(whole)/2]},
		{"short of its length", head + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(whole)) + whole[:len(whole)/2]},
		{"without the checksum", head + "\r\n" + whole[:len(whole)-8]},
		{"wrong checksum", head + "\r\n" + whole[:len(whole)-8] + "\x00\x00\x00\x00" + whole[len(whole)-4:]},
		{"garbled", head + "\r\n" + whole[:len(whole)/2] + strings.Repeat("\xff", 100) + whole[len(whole)/2:]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: rawServer(t, say(tt.raw)), ETag: `"old"`})
			if !r.Truncated || r.ETag != `"old"` {
				t.Fatalf("truncated %v, etag %q", r.Truncated, r.ETag)
			}
			const least = 1000
			if len(r.Body) < least || !strings.HasPrefix(long.String(), string(r.Body[:least])) {
				t.Errorf("%d bytes of the document came", len(r.Body))
			}
		})
	}
}

// TestN06_CloseDelimited: a body that ends with the connection cannot be told from a whole one here; the reader of the document tells.
func TestN06_CloseDelimited(t *testing.T) {
	r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: rawServer(t, say("HTTP/1.0 200 OK\r\n\r\n"+body[:30]))})
	if r.Truncated || string(r.Body) != body[:30] {
		t.Errorf("%+v", r)
	}
}

func TestN08_ConnectionsThatBreakBeforeTheAnswer(t *testing.T) {
	c := newClient(t, fetch.Options{})
	mustFail(t, c, fetch.Request{URL: rawServer(t, func(net.Conn) {})}, fetch.KindRefused)
	mustFail(t, c, fetch.Request{URL: rawServer(t, func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) })}, fetch.KindRefused)
	mustFail(t, c, fetch.Request{URL: rawServer(t, say("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"))}, fetch.KindRefused)
	mustFail(t, c, fetch.Request{URL: rawServer(t, say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"))}, fetch.KindRefused)
	mustFail(t, c, fetch.Request{URL: rawServer(t, say("HTTP/1.1 200 OK\r\nContent-Ty"))}, fetch.KindProto)
	mustFail(t, c, fetch.Request{URL: rawServer(t, say("SSH-2.0-OpenSSH_9.2\r\n"))}, fetch.KindProto)
	mustFail(t, c, fetch.Request{URL: rawServer(t, say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456"))}, fetch.KindProto)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	mustFail(t, c, fetch.Request{URL: "http://" + l.Addr().String()}, fetch.KindRefused)
}

// TestN09_GzipBomb sends 1 GiB that compresses to 1 MiB, and counts every byte that is ever allocated.
func TestN09_GzipBomb(t *testing.T) {
	var member bytes.Buffer
	z, err := gzip.NewWriterLevel(&member, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	bomb := strings.Repeat(member.String(), 16)
	for _, header := range []string{"Content-Encoding: gzip", "Content-Type: application/xml"} {
		s := serve(t, answer(200, bomb, header))
		c := newClient(t, fetch.Options{})
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		mustFail(t, c, fetch.Request{URL: s.URL}, fetch.KindTooLarge)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
			t.Errorf("%s: %d MiB allocated", header, grown>>20)
		}
	}
}

func TestN10_EndlessHeaders(t *testing.T) {
	wrote := make(chan int, 2)
	url := rawServer(t, func(c net.Conn) {
		n, total := 0, 0
		var err error
		for _, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n")); err == nil; total += n {
			n, err = c.Write([]byte("X-Padding: " + strings.Repeat("x", 1000) + "\r\n"))
		}
		wrote <- total
	})
	mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: url}, fetch.KindTooLarge)
	if total := <-wrote; total > 32<<20 {
		t.Errorf("%d bytes of header were taken", total)
	}
}

func TestN10_OneEndlessHeader(t *testing.T) {
	url := rawServer(t, func(c net.Conn) {
		var err error
		for _, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nETag: ")); err == nil; {
			_, err = c.Write(bytes.Repeat([]byte("x"), 1000))
		}
	})
	mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: url}, fetch.KindTooLarge)
}

func TestN11_FloodOf1xx(t *testing.T) {
	url := rawServer(t, func(c net.Conn) {
		var err error
		for err == nil {
			_, err = c.Write([]byte("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"))
		}
	})
	mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: url}, fetch.KindTooLarge)
	some := rawServer(t, say(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 3)+fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
	if r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: some}); string(r.Body) != body {
		t.Errorf("%q", r.Body)
	}
}

func TestN12_RedirectLoop(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			to(301, "/b")(w, r)
			return
		}
		to(302, "/a")(w, r)
	})
	e := mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL + "/a", ETag: `"old"`}, fetch.KindRedirect)
	if !strings.Contains(e.Error(), "circle") || s.count() != 2 {
		t.Errorf("%v after %d requests", e, s.count())
	}
	self := serve(t, to(302, "/"))
	mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: self.URL + "/"}, fetch.KindRedirect)
	if self.count() != 1 {
		t.Errorf("asked %d times", self.count())
	}
}

func TestN13_RedirectWithoutLocation(t *testing.T) {
	for _, code := range []int{301, 302, 303, 307, 308} {
		s := serve(t, answer(code, "somewhere else"))
		e := mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL}, fetch.KindRedirect)
		if !strings.Contains(e.Error(), "Location") {
			t.Error(e)
		}
	}
}

func TestN14_TheErrorOfABadCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(answer(200, body))
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	e := mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL}, fetch.KindTLS)
	if e.Hint == "" {
		t.Error("no hint")
	}
	plain := serve(t, answer(200, body))
	e = mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: strings.Replace(plain.URL, "http:", "https:", 1)}, fetch.KindTLS)
	if !strings.Contains(e.Hint, "http://") {
		t.Error(e)
	}
	old := httptest.NewUnstartedServer(answer(200, body))
	old.Config.ErrorLog = quiet()
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS10, MinVersion: tls.VersionTLS10} //nolint:gosec // that is what is refused
	old.StartTLS()
	defer old.Close()
	mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: old.URL}, fetch.KindTLS)
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := newClient(t, fetch.Options{}).Get(ctx, fetch.Request{URL: s.URL})
	var e *fetch.Error
	if !errors.As(err, &e) || e.Kind != fetch.KindCanceled || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := newClient(t, fetch.Options{}).Get(ctx, fetch.Request{URL: s.URL}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestConnectionsAreKept: a pass must not reconnect, whatever the answers were.
func TestConnectionsAreKept(t *testing.T) {
	connections := map[string]bool{}
	note := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			connections[r.RemoteAddr] = true
			next(w, r)
		}
	}
	s := serve(t, note(answer(200, body)), note(answer(304, "")), note(answer(404, strings.Repeat("x", 5000))), note(to(302, "/x")), note(answer(200, zipped(t, body), "Content-Encoding: gzip")),
		note(answer(500, "sorry")), note(answer(200, body)))
	c := newClient(t, fetch.Options{})
	for range 6 {
		_, _ = c.Get(t.Context(), fetch.Request{URL: s.URL, ETag: `"1"`})
	}
	if s.count() != 7 || len(connections) != 1 {
		t.Errorf("%d requests over %d connections", s.count(), len(connections))
	}
}

// FuzzAnswer: whatever a server sends, there is an answer within the limits or an error, never both.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<rss>", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00", "HTTP/1.1 304 Not Modified\r\n\r\n",
		"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", "HTTP/1.1 429 Slow down\r\nRetry-After: 5\r\n\r\n", "\x00",
		"HTTP/1.1 200 OK\r\nCache-Control: max-age=,no-cache=\"\r\nExpires: x\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	const limit = 4096
	c := newClient(f, fetch.Options{MaxBody: limit, Timeout: 5 * time.Second})
	answers := make(chan []byte, 16)
	url := rawServer(f, func(conn net.Conn) {
		select {
		case data := <-answers:
			_, _ = conn.Write(data)
		default: // a further hop
		}
	})
	f.Fuzz(func(t *testing.T, data []byte) {
		for len(answers) > 0 {
			<-answers
		}
		answers <- data
		r, err := c.Get(t.Context(), fetch.Request{URL: url, ETag: `"1"`})
		var e *fetch.Error
		switch {
		case err != nil && (r != nil || !errors.As(err, &e) || e.Kind == ""):
			t.Errorf("%v, %v", r, err)
		case err == nil && (r == nil || len(r.Body) > limit || r.Fresh < 0 || r.RetryAfter < 0 || r.Truncated != (r.Cut != nil)):
			t.Errorf("%+v", r)
		}
	})
}
