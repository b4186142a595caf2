package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// TestT08A4_FeedListSaysNoNetwork: the health of a daemon is told in its own lines, and feed list has the banner in front.
func TestT08A4_FeedListSaysNoNetwork(t *testing.T) {
	const banner = "no network since 30 Nov 20:53: no server answers"
	body, code := banner+"\nthe store: full\n", http.StatusServiceUnavailable
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}))
	defer srv.Close()
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
	}}
	defer transport.CloseIdleConnections()
	conn := &client{http: &http.Client{Transport: transport}, live: true}
	if got, err := conn.healthz(t.Context()); err != nil || !slices.Equal(got, []string{banner, "the store: full"}) {
		t.Errorf("healthz: %q, %v", got, err)
	}
	var said bytes.Buffer
	a := &app{world: world{stderr: &said}}
	if err := a.networkBanner(t.Context())(conn); err != nil || said.String() != banner+"\n" {
		t.Errorf("the banner: %q, %v", said.String(), err)
	}
	said.Reset()
	body, code = "ok\n", http.StatusOK
	if err := a.networkBanner(t.Context())(conn); err != nil || said.Len() > 0 {
		t.Errorf("with a network: %q, %v", said.String(), err)
	}
	if got, err := conn.healthz(t.Context()); err != nil || got != nil {
		t.Errorf("healthz of a healthy daemon: %q, %v", got, err)
	}
}

// TestT08D_AddressesWithoutScheme: what people leave out of an address, a port or not.
func TestT08D_AddressesWithoutScheme(t *testing.T) {
	for address, want := range map[string]string{
		"news.example.org":        "https://news.example.org/",
		"news.example.org:8080/x": "https://news.example.org:8080/x",
		"127.0.0.1:8199":          "https://127.0.0.1:8199/",
		"http://a.example/":       "http://a.example/",
		"mailto:me@example.org":   "mailto:me@example.org",
		"a.example:secret@b":      "a.example:secret@b",
		"word":                    "word",
	} {
		if got := withScheme(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
