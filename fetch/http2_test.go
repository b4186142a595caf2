package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// TestHTTP2 asks over TLS with a server that speaks HTTP/2: the same answers, echoes and limits as over HTTP/1.1.
func TestHTTP2(t *testing.T) {
	const tag = `W/"a  b` + "\xe9" + `"`
	var echoed []string
	protos := map[string]bool{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protos[r.Proto] = true
		echoed = r.Header["If-None-Match"]
		w.Header()["Etag"] = []string{tag}
		switch {
		case r.URL.Path == "/cut":
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "<rss>")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case r.URL.Path == "/headers":
			for range 2 * maxHeader >> 10 {
				w.Header().Add("X-Padding", strings.Repeat("x", 1<<10))
			}
		case r.URL.Path == "/big":
			_, _ = io.WriteString(w, strings.Repeat("x", 2000))
		case len(echoed) > 0:
			w.WriteHeader(http.StatusNotModified)
		default:
			_, _ = io.WriteString(w, "<rss/>")
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	c, err := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, MaxBody: 1500})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c.transport.TLSClientConfig = &tls.Config{RootCAs: roots}

	first, err := c.Get(t.Context(), Request{URL: s.URL})
	if err != nil || first.ETag != tag || string(first.Body) != "<rss/>" {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := c.Get(t.Context(), Request{URL: s.URL, ETag: first.ETag})
	if err != nil || !second.NotModified || len(echoed) != 1 || echoed[0] != tag {
		t.Errorf("%+v, %v; echoed %q", second, err, echoed)
	}
	cut, err := c.Get(t.Context(), Request{URL: s.URL + "/cut"})
	if err != nil || !cut.Truncated || string(cut.Body) != "<rss>" || cut.ETag != "" {
		t.Errorf("%+v, %v", cut, err)
	}
	for path, want := range map[string]Kind{"/headers": KindTooLarge, "/big": KindTooLarge} {
		if _, err := c.Get(t.Context(), Request{URL: s.URL + path}); kindOf(err) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if !protos["HTTP/2.0"] || len(protos) != 1 {
		t.Errorf("spoke %v", protos)
	}
}
