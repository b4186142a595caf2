package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

func TestClassify(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	lookup := func(d net.DNSError) error { return &net.OpError{Op: "dial", Net: "tcp", Err: &d} }
	for _, tt := range []struct {
		name            string
		err             error
		online, offline Kind
	}{
		{"no route for one family", dial(syscall.ENETUNREACH), KindRefused, KindOffline},
		{"network down", dial(syscall.ENETDOWN), KindRefused, KindOffline},
		{"nobody listens", dial(syscall.ECONNREFUSED), KindRefused, KindRefused},
		{"no such host there", dial(syscall.EHOSTUNREACH), KindRefused, KindRefused},
		{"connecting took too long", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, KindTimeout, KindTimeout},
		{"name does not exist", lookup(net.DNSError{Err: "no such host", IsNotFound: true}), KindDNS, KindDNS},
		{"no name server listens", lookup(net.DNSError{Err: "read udp 127.0.0.1:40000->127.0.0.1:53: read: connection refused"}), KindOffline, KindOffline},
		{"no route to the name server", lookup(net.DNSError{Err: "dial udp 192.0.2.53:53: connect: network is unreachable"}), KindOffline, KindOffline},
		{"name server says nothing", lookup(net.DNSError{Err: "i/o timeout", IsTimeout: true, IsTemporary: true}), KindDNS, KindOffline},
		{"name server fails", lookup(net.DNSError{Err: "server misbehaving", IsTemporary: true}), KindDNS, KindOffline},
		{"guard", &net.OpError{Op: "dial", Err: &BlockedError{What: "x"}}, KindBlocked, KindBlocked},
		{"certificate", fmt.Errorf("x: %w", tlsError()), KindTLS, KindTLS},
		{"end of file", io.EOF, KindRefused, KindRefused},
		{"other", errors.New("malformed HTTP response"), KindProto, KindProto},
	} {
		for _, routed := range []bool{true, false} {
			want := tt.online
			if !routed {
				want = tt.offline
			}
			if got, _ := classify(tt.err, func() bool { return routed }); got != want {
				t.Errorf("%s, routed %v: %s, want %s", tt.name, routed, got, want)
			}
		}
	}
}

func tlsError() error {
	return fmt.Errorf("tls: failed to verify certificate: %w", x509.UnknownAuthorityError{})
}

// TestNoNameServer asks for a name with a resolver that nobody answers, as on a machine without a network.
func TestNoNameServer(t *testing.T) {
	dead, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := dead.LocalAddr().String()
	_ = dead.Close()
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", address)
	}}
	c.transport.DialContext = (&net.Dialer{Resolver: resolver, Control: c.guard.Control}).DialContext
	_, err = c.Get(t.Context(), Request{URL: "https://news.example/feed"})
	if kindOf(err) != KindOffline {
		t.Errorf("kind %q: %v", kindOf(err), err)
	}
	if !KindOffline.NoAnswer() || !KindDNS.NoAnswer() || KindStatus.NoAnswer() || KindBlocked.NoAnswer() {
		t.Error("NoAnswer")
	}
}

func TestErrorsAreOneLine(t *testing.T) {
	e := &Error{Op: "get", URL: "https://a.example/\r\nX: 1", Err: errors.New("bad\x1b[31m\xff\x00"), Hint: "do\nthis"}
	if got, want := e.Error(), "get https://a.example/  X: 1: bad [31m   (do this)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestProxyAddress(t *testing.T) {
	for raw, want := range map[string]string{
		"http://proxy.example": "proxy.example:80", "https://proxy.example": "proxy.example:443", "socks5://proxy.example": "proxy.example:1080",
		"socks5h://10.0.0.1:9050": "10.0.0.1:9050", "http://[::1]": "[::1]:80",
	} {
		u, err := parseProxy(raw)
		if err != nil || proxyAddress(u) != want {
			t.Errorf("%s: %q, %v; want %q", raw, proxyAddress(u), err, want)
		}
	}
}

// TestProxyIsTheOnlyUnguardedAddress: a transport with a proxy inside connects to it, and to nothing else inside.
func TestProxyIsTheOnlyUnguardedAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	u, err := parseProxy("http://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tr := NewTransport(NewGuard(nil), TransportOptions{Proxy: u})
	conn, err := tr.DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	var blocked *BlockedError
	if _, err := tr.DialContext(t.Context(), "tcp", "127.0.0.1:8087"); !errors.As(err, &blocked) {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{UserAgent: "a\r\nb"}, {Proxy: "gopher://x"}} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
