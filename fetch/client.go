package fetch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Defaults and fixed limits. They are the numbers of docs/politeness.md.
const (
	DefaultUserAgent = "mediawatch"     // callers add their version and an address
	DefaultTimeout   = 60 * time.Second // of one fetch, redirects included, waiting for the host's turn not
	DefaultMaxBody   = 15 << 20         // bytes after decompression
	DefaultHostGap   = 2 * time.Second  // what the configuration sets unless told otherwise
	DefaultMaxIdle   = 1024             // kept connections, all hosts together

	MaxRedirects = 5

	maxURL         = 16 << 10         // bytes
	maxHeader      = 256 << 10        // bytes, informational responses included
	headerTimeout  = 30 * time.Second // from request to the end of the response's header, at most
	connectTimeout = 15 * time.Second
	tlsTimeout     = 15 * time.Second
	idleTimeout    = 90 * time.Second // of a kept connection
	stallWindow    = 10 * time.Second // a body must bring stallBytes in each
	stallBytes     = 1 << 10
	drainBytes     = 64 << 10 // read of a body nobody wants, to keep the connection
)

// Options configure a Client. The zero value is a guarded client without a gap between requests to one host.
type Options struct {
	UserAgent string           // "" is DefaultUserAgent
	Timeout   time.Duration    // of one fetch, waiting for the host's turn not included; 0 is DefaultTimeout
	MaxBody   int64            // bytes after decompression; 0 is DefaultMaxBody
	Allow     []netip.Prefix   // networks the guard lets through although they are special
	Proxy     string           // http, https, socks5 or socks5h URL; "" none. Nothing is taken from the environment
	HostGap   time.Duration    // from the end of a request to the start of the next one to the same host; 0 none
	HostConns int              // requests to one host at a time; 0 is 1
	MaxIdle   int              // kept connections; at least the number of hosts, or reconnecting costs more than fetching. 0 is DefaultMaxIdle
	Now       func() time.Time // for stamps, never for timers; nil is time.Now
	Rand      func() float64   // in [0,1), for jitter; safe for concurrent use; nil is math/rand/v2
}

// Client gets URLs. It is safe for concurrent use.
type Client struct {
	o         Options
	guard     *Guard
	transport *http.Transport
	hosts     *hosts
	userAgent []string
	proxied   sync.Map    // proxy's URL → *http.Transport, of requests with one of their own
	routed    func() bool // reports whether the machine has any way out
	scratch   sync.Pool   // *[]byte
	unzippers sync.Pool   // *gzip.Reader
}

// New returns a client, or an error that says which option is wrong.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	if !validValue(o.UserAgent) {
		return nil, errors.New("fetch: the user agent must be one line of visible characters")
	}
	proxy, err := parseProxy(o.Proxy)
	if err != nil {
		return nil, err
	}
	guard := NewGuard(o.Allow)
	c := &Client{
		o:         o,
		guard:     guard,
		transport: NewTransport(guard, TransportOptions{Proxy: proxy, MaxIdle: o.MaxIdle, HostConns: o.HostConns, HeaderTimeout: min(headerTimeout, o.Timeout)}),
		hosts:     newHosts(o.HostConns, o.HostGap, o.Rand),
		userAgent: []string{o.UserAgent},
		routed:    hasRoute,
	}
	c.scratch.New = func() any { b := make([]byte, 0, 64<<10); return &b }
	c.unzippers.New = func() any { return new(gzip.Reader) }
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.UserAgent == "" {
		o.UserAgent = DefaultUserAgent
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.HostConns <= 0 {
		o.HostConns = 1
	}
	if o.MaxIdle <= 0 {
		o.MaxIdle = DefaultMaxIdle
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	return o
}

// parseProxy checks the configured proxy; nil when there is none.
func parseProxy(raw string) (*url.URL, error) {
	if raw == "" {
		return nil, nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("fetch: proxy: %w", stripURL(err))
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return nil, fmt.Errorf("fetch: proxy %s: the scheme must be http, https, socks5 or socks5h", u.Redacted())
	}
	if u.Hostname() == "" {
		return nil, fmt.Errorf("fetch: proxy %s has no host", u.Redacted())
	}
	return u, nil
}

// Guard returns the guard of this client, for further transports that must obey the same rules.
func (c *Client) Guard() *Guard { return c.guard }

// Close closes kept connections that are not in use. The client can still be used.
func (c *Client) Close() {
	c.transport.CloseIdleConnections()
	c.proxied.Range(func(_, t any) bool {
		t.(*http.Transport).CloseIdleConnections()
		return true
	})
}

// Request is one thing to get.
type Request struct {
	URL          string
	ETag         string      // as it was received, byte for byte; "" none
	LastModified string      // as it was received, byte for byte; "" none
	Accept       string      // "" is */*
	Header       http.Header // further headers, for the host of URL only
	Urgent       bool        // does not wait for the host's gap (a first fetch); it still waits for a running request
}

// Response is what a server answered, 2xx or 304. ETag, LastModified, ContentType and FinalURL may be kept as they are.
type Response struct {
	Status      int
	NotModified bool        // 304: Body is nil
	Body        []byte      // decompressed; the caller's
	Raw         [32]byte    // SHA-256 of Body; zero when NotModified
	Header      http.Header // of the last hop

	// ETag and LastModified are what to send next time, by rules that need no further thought: of a complete answer what it
	// stated (nothing when it stopped stating any), of a 304 what it stated or else what was sent, of a truncated answer what
	// was sent. Keep them in the transaction that keeps what Body held, and not at all when Body could not be read.
	ETag, LastModified string

	ContentType string
	FinalURL    string        // of the last hop, without user name and password
	Moved       string        // where the permanent prefix (301, 308) of the redirect chain leads, with the user name and password it needs; "" none
	At          time.Time     // when the header had come
	Fresh       time.Duration // for how long asking again is pointless: max-age less Age, else Expires; 0 none
	RetryAfter  time.Duration // as asked for by the server; 0 none
	Truncated   bool          // the body ended early; Body is what came
	Cut         error         // why it did; nil unless Truncated
}

// Get gets one URL. It waits for its host's turn, follows at most MaxRedirects redirects, each to the turn of its host, and
// answers with a Response for 2xx and 304, else with an *Error. ctx ends waiting and reading.
func (c *Client) Get(ctx context.Context, r Request) (*Response, error) {
	defer answered(ctx)
	t, proxied, err := c.transportFor(ctx)
	if err != nil {
		return nil, &Error{Op: "get", URL: shortURL(r.URL), Kind: KindURL, Err: err}
	}
	u, e := c.parse(r.URL, proxied)
	if e != nil {
		return nil, e
	}
	f := &flight{c: c, transport: t, proxied: proxied, req: &r, url: u, origin: u, carry: true, permanent: true, left: c.o.Timeout}
	return f.run(ctx)
}

// parse turns a URL into one that may be asked: absolute, http or https, to a port and, for literal addresses, an address the guard allows.
func (c *Client) parse(raw string, proxied bool) (*url.URL, *Error) {
	if len(raw) > maxURL {
		return nil, &Error{Op: "get", URL: shortURL(raw), Kind: KindURL, Err: errors.New("the address is too long")}
	}
	u, err := parseAddress(raw)
	if err != nil {
		return nil, &Error{Op: "get", URL: shortURL(raw), Kind: KindURL, Err: err}
	}
	if e := c.permit(u, proxied); e != nil {
		return nil, e
	}
	return u, nil
}

// permit applies what can be decided before a connection is made. What a name resolves to is decided by Guard.Control.
func (c *Client) permit(u *url.URL, proxied bool) *Error {
	refuse := func(kind Kind, err error) *Error {
		return &Error{Op: "get", URL: showURL(u), Kind: kind, Err: err, Hint: hintOf(err)}
	}
	switch {
	case u.Scheme == "" || (u.Host == "" && (u.Scheme == "http" || u.Scheme == "https")):
		return refuse(KindURL, errors.New("the address is not absolute: http:// or https:// and a host are needed"))
	case u.Scheme != "http" && u.Scheme != "https":
		return refuse(KindBlocked, fmt.Errorf("only http and https are fetched, not %s", u.Scheme))
	case u.Hostname() == "":
		return refuse(KindURL, errors.New("the address has no host"))
	}
	if err := checkPort(u.Port()); err != nil {
		return refuse(KindBlocked, err)
	}
	name := asciiHost(u.Hostname()) // so that ① is 1 here as it is for whoever resolves it
	if addr, err := netip.ParseAddr(name); err == nil {
		if err := c.guard.Check(addr); err != nil {
			return refuse(KindBlocked, err)
		}
		return nil
	}
	if proxied { // the proxy resolves names, so the connected address says nothing
		if err := c.guard.checkName(name); err != nil {
			return refuse(KindBlocked, err)
		}
	}
	return nil
}
