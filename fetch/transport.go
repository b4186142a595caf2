package fetch

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"
)

// TransportOptions configure NewTransport.
type TransportOptions struct {
	Proxy         *url.URL      // nil none
	MaxIdle       int           // kept connections; 0 is DefaultMaxIdle
	HostConns     int           // kept connections to one host; 0 is 1
	HeaderTimeout time.Duration // until the end of the response's header; 0 is 30 seconds
}

// NewTransport returns a transport whose every connection g has allowed, so that all outbound HTTP obeys one guard. It takes no proxy
// from the environment and does not decompress. When there is a proxy, the guard sees only connections that do not go to it.
func NewTransport(g *Guard, o TransportOptions) *http.Transport {
	if o.MaxIdle <= 0 {
		o.MaxIdle = DefaultMaxIdle
	}
	if o.HostConns <= 0 {
		o.HostConns = 1
	}
	if o.HeaderTimeout <= 0 {
		o.HeaderTimeout = headerTimeout
	}
	guarded := &net.Dialer{Timeout: connectTimeout, Control: g.Control}
	t := &http.Transport{
		DialContext:            guarded.DialContext,
		DisableCompression:     true, // body.go decompresses, within limits
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           o.MaxIdle,
		MaxIdleConnsPerHost:    o.HostConns,
		IdleConnTimeout:        idleTimeout,
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  o.HeaderTimeout,
		MaxResponseHeaderBytes: maxHeader,
		WriteBufferSize:        2 << 10, // requests are small; the default doubles what a kept connection costs
	}
	if o.Proxy != nil {
		// The proxy is the operator's choice and may be anywhere; nothing else is.
		direct := &net.Dialer{Timeout: connectTimeout}
		proxy := proxyAddress(o.Proxy)
		t.Proxy = http.ProxyURL(o.Proxy)
		t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if address == proxy {
				return direct.DialContext(ctx, network, address)
			}
			return guarded.DialContext(ctx, network, address)
		}
	}
	return t
}

// proxyAddress returns host and port of a proxy as the transport will dial it.
func proxyAddress(u *url.URL) string {
	port := u.Port()
	if port == "" {
		switch u.Scheme {
		case "https":
			port = "443"
		case "socks5", "socks5h":
			port = "1080"
		default:
			port = "80"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// hasRoute reports whether this machine has a route to the Internet, by IPv4 or IPv6. Connecting a UDP socket looks up
// the route and sends nothing.
func hasRoute() bool {
	for _, address := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		conn, err := net.Dial("udp", address)
		if err == nil {
			_ = conn.Close()
			return true
		}
	}
	return false
}
