package fetch

import (
	"context"
	"net/http"
)

type proxyKey struct{}

// WithProxy returns a context in which everything is got through a proxy of its own instead of the client's: pages,
// robots.txt and redirects on behalf of a feed go the feed's way, too. "" changes nothing.
func WithProxy(ctx context.Context, proxy string) context.Context {
	if proxy == "" {
		return ctx
	}
	return context.WithValue(ctx, proxyKey{}, proxy)
}

// transportFor returns what the requests of a context go through, and whether that is a proxy. The guard is the same.
func (c *Client) transportFor(ctx context.Context) (*http.Transport, bool, error) {
	raw, ok := ctx.Value(proxyKey{}).(string)
	if !ok || raw == c.o.Proxy {
		return c.transport, c.o.Proxy != "", nil
	}
	if t, ok := c.proxied.Load(raw); ok {
		return t.(*http.Transport), true, nil
	}
	proxy, err := parseProxy(raw)
	if err != nil {
		return nil, false, err
	}
	o := TransportOptions{Proxy: proxy, MaxIdle: c.o.MaxIdle, HostConns: c.o.HostConns, HeaderTimeout: min(headerTimeout, c.o.Timeout)}
	t, _ := c.proxied.LoadOrStore(raw, NewTransport(c.guard, o))
	return t.(*http.Transport), true, nil
}

// CheckProxy returns what is wrong with the address of a proxy; nil when nothing is.
func CheckProxy(raw string) error {
	_, err := parseProxy(raw)
	return err
}
