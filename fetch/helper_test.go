package fetch_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"mediawatch/fetch"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// newClient returns a client that may ask this machine.
func newClient(t testing.TB, o fetch.Options) *fetch.Client {
	t.Helper()
	if o.Allow == nil {
		o.Allow = loopback
	}
	c, err := fetch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// script is a server that answers each request with the next step, the last one again and again, and remembers what it was asked.
type script struct {
	*httptest.Server
	mu    sync.Mutex
	steps []http.HandlerFunc
	asked []*http.Request
}

func serve(t testing.TB, steps ...http.HandlerFunc) *script {
	t.Helper()
	s := &script{steps: steps}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		step := s.steps[min(len(s.asked), len(s.steps)-1)]
		s.asked = append(s.asked, r.Clone(context.Background()))
		s.mu.Unlock()
		step(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// request returns the n-th request, from 0.
func (s *script) request(t testing.TB, n int) *http.Request {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if n >= len(s.asked) {
		t.Fatalf("the server was asked %d times, not %d", len(s.asked), n+1)
	}
	return s.asked[n]
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// answer is a step: status, header lines "Name: value", body.
func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, line := range header {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func mustGet(t testing.TB, c *fetch.Client, r fetch.Request) *fetch.Response {
	t.Helper()
	resp, err := c.Get(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// mustFail gets and returns the error, which must be of the kind.
func mustFail(t testing.TB, c *fetch.Client, r fetch.Request, kind fetch.Kind) *fetch.Error {
	t.Helper()
	resp, err := c.Get(t.Context(), r)
	var e *fetch.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %+v, %v; want an error of kind %s", resp, err, kind)
	}
	if e.Kind != kind {
		t.Fatalf("kind %s of %v; want %s", e.Kind, err, kind)
	}
	if strings.ContainsAny(e.Error(), "\r\n\x00") {
		t.Errorf("the message %q has more than one line", e.Error())
	}
	return e
}

// rawServer accepts connections, reads a request's header and hands the connection over; it is closed afterwards.
func rawServer(t testing.TB, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					talk(conn)
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	return "http://" + l.Addr().String() + "/"
}

// say is a talk that writes a fixed answer.
func say(text string) func(net.Conn) {
	return func(c net.Conn) { _, _ = c.Write([]byte(text)) }
}

func zipped(t testing.TB, data string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// quiet is a log for servers whose clients misbehave on purpose.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
