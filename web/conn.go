package web

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// The limits of a connection. docs/api.md names them.
const (
	headerWithin = 10 * time.Second // a request's head has arrived by then
	readWithin   = 30 * time.Second // and the whole request
	idleWithin   = 2 * time.Minute  // between two requests
	headerMost   = 64 << 10         // bytes of a request's head
)

// NewHTTPServer returns a server for l, and l as it must be served: with limits for slow clients, and with the same
// security headers on the answers that net/http gives by itself, which no handler sees (400, 417, 431, 501, 505).
func NewHTTPServer(h http.Handler, l net.Listener, errorLog *slog.Logger) (*http.Server, net.Listener) {
	return &http.Server{
		Handler: h, ErrorLog: slog.NewLogLogger(errorLog.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: headerWithin, ReadTimeout: readWithin, IdleTimeout: idleWithin, MaxHeaderBytes: headerMost,
		DisableGeneralOptionsHandler: true, // OPTIONS * is answered as everything else is
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
		ConnState: func(c net.Conn, state http.ConnState) {
			if own, ok := c.(*conn); ok && state == http.StateIdle {
				own.handled.Store(false)
			}
		},
	}, listener{l}
}

// listener wraps what it accepts.
type listener struct{ net.Listener }

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

type connKey struct{}

// conn adds the security headers to an answer that no handler gave. Such an answer is the first write after a request
// that no handler was asked about.
type conn struct {
	net.Conn
	handled atomic.Bool // a handler answers
}

// Write implements net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	if c.handled.Load() || !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return c.Conn.Write(p)
	}
	c.handled.Store(true) // what follows is the rest of this answer
	line := bytes.Index(p, []byte("\r\n")) + 2
	if line < 2 {
		return c.Conn.Write(p)
	}
	var b bytes.Buffer
	b.Write(p[:line])
	h := make(http.Header)
	secure(h)
	_ = h.Write(&b) // a bytes.Buffer takes everything
	b.Write(p[line:])
	if _, err := c.Conn.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite lets net/http end a connection so that the client reads the last answer.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}

// handles notes that a handler answers a request.
func handles(r *http.Request) {
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		c.handled.Store(true)
	}
}

// secure sets the headers of every answer: nothing in it is to be run or guessed.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}
