package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// flight is one fetch under way, from its first request to the end of its redirects.
type flight struct {
	c         *Client
	transport *http.Transport
	proxied   bool // somebody else resolves names
	req       *Request
	url       *url.URL // of the present hop
	origin    *url.URL // of the first hop

	carry     bool // validators, further headers and credentials still go along: every hop was the first one's host
	permanent bool // every redirect so far was 301 or 308
	moved     string
	seen      []string // URLs that redirected
	left      time.Duration
}

// The causes a flight cancels its own request with.
var (
	errOverall = errors.New("it took too long as a whole")
	errStalled = fmt.Errorf("less than %d bytes in %v", stallBytes, stallWindow)
)

// run makes the hops. A host's turn is held from request to the end of the body; a redirect within the host keeps it.
func (f *flight) run(ctx context.Context) (*Response, error) {
	name := hostOf(f.url)
	h, err := f.c.hosts.acquire(ctx, name, f.req.Urgent)
	if err != nil {
		return nil, f.fail(KindCanceled, err)
	}
	defer func() {
		if h != nil {
			f.c.hosts.release(h)
		}
	}()
	for {
		resp, next, err := f.hop(ctx)
		if err != nil || next == nil {
			return resp, err
		}
		if to := hostOf(next); to != name {
			f.c.hosts.release(h)
			name = to
			if h, err = f.c.hosts.acquire(ctx, name, f.req.Urgent); err != nil {
				return nil, f.fail(KindCanceled, err)
			}
		}
		f.url = next
	}
}

// hop makes one request. It returns a response, or the URL to go on with, or an *Error.
func (f *flight) hop(ctx context.Context) (*Response, *url.URL, error) {
	if f.left <= 0 {
		return nil, nil, f.fail(KindTimeout, errOverall)
	}
	start := time.Now()
	defer func() { f.left -= time.Since(start) }()
	limited, stop := context.WithTimeoutCause(ctx, f.left, errOverall)
	defer stop()
	hopCtx, cancel := context.WithCancelCause(limited)
	defer cancel(nil)

	sent := f.request(hopCtx)
	got, err := f.transport.RoundTrip(sent)
	if err != nil {
		return nil, nil, f.explain(hopCtx, err)
	}
	defer got.Body.Close()
	switch {
	case got.StatusCode == http.StatusNotModified && (sent.Header["If-None-Match"] != nil || sent.Header["If-Modified-Since"] != nil):
		return f.notModified(got), nil, nil
	case isRedirect(got.StatusCode):
		next, err := f.redirect(got)
		drain(got.Body)
		return nil, next, err
	case got.StatusCode < 200 || got.StatusCode > 299:
		drain(got.Body)
		return nil, nil, f.refused(got)
	}
	resp, err := f.read(hopCtx, cancel, got)
	return resp, nil, err
}

// request builds the request of the present hop. Headers of the caller, validators and credentials go to the first host only.
func (f *flight) request(ctx context.Context) *http.Request {
	h := make(http.Header, 6)
	if f.carry {
		for k, v := range f.req.Header {
			if k = http.CanonicalHeaderKey(k); !ownHeader(k) {
				h[k] = v
			}
		}
		// IMPORTANT: byte for byte as received (RFC 9110 8.8.3 gives us no licence to re-quote): servers compare strings.
		if validValue(f.req.ETag) && f.req.ETag != "" {
			h["If-None-Match"] = []string{f.req.ETag}
		}
		if validValue(f.req.LastModified) && f.req.LastModified != "" {
			h["If-Modified-Since"] = []string{f.req.LastModified}
		}
	}
	h["User-Agent"] = f.c.userAgent
	h["Accept-Encoding"] = acceptEncoding
	if f.req.Accept != "" && validValue(f.req.Accept) {
		h["Accept"] = []string{f.req.Accept}
	} else if h["Accept"] == nil {
		h["Accept"] = acceptAll
	}
	req := &http.Request{Method: http.MethodGet, URL: f.url, Host: f.url.Host, Header: h, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if u := f.url.User; u != nil {
		if password, _ := u.Password(); h["Authorization"] == nil {
			req.SetBasicAuth(u.Username(), password)
		}
	}
	return req.WithContext(ctx)
}

// The values of headers that never change; nobody writes to them.
var (
	acceptEncoding = []string{"gzip"}
	acceptAll      = []string{"*/*"}
)

// ownHeader reports whether a header is this package's to set, or the transport's.
func ownHeader(canonical string) bool {
	switch canonical {
	case "Accept-Encoding", "Connection", "Content-Length", "Host", "If-Modified-Since", "If-None-Match", "Keep-Alive", "Proxy-Authorization",
		"Proxy-Connection", "Range", "If-Range", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent":
		return true
	}
	return false
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirect decides where to go on (RFC 9110 15.4), and notes how far the chain is permanent.
func (f *flight) redirect(got *http.Response) (*url.URL, error) {
	f.seen = append(f.seen, showURL(f.url))
	if len(f.seen) > MaxRedirects {
		return nil, f.fail(KindRedirect, fmt.Errorf("more than %d redirects", MaxRedirects))
	}
	location := got.Header.Get("Location")
	if location == "" {
		return nil, f.fail(KindRedirect, fmt.Errorf("status %d without a Location", got.StatusCode))
	}
	if len(location) > maxURL {
		return nil, f.fail(KindRedirect, errors.New("the Location is too long"))
	}
	ref, err := parseAddress(location)
	if err != nil {
		return nil, f.fail(KindRedirect, fmt.Errorf("bad Location: %w", err))
	}
	next := f.url.ResolveReference(ref)
	next.User = nil // a server does not choose the name we log in with
	same := f.carry && sameAuthority(f.origin, next)
	if same {
		next.User = f.origin.User
	}
	if e := f.c.permit(next, f.proxied); e != nil {
		return nil, e
	}
	if slices.Contains(f.seen, showURL(next)) {
		return nil, f.fail(KindRedirect, errors.New("the redirects go in a circle"))
	}
	f.carry = same
	f.permanent = f.permanent && (got.StatusCode == http.StatusMovedPermanently || got.StatusCode == http.StatusPermanentRedirect)
	if f.permanent {
		f.moved = next.String()
	}
	return next, nil
}

// sameAuthority reports whether what was meant for a may be sent to b: the same host and port, or the step from plain http to https on it.
func sameAuthority(a, b *url.URL) bool {
	if hostOf(a) != hostOf(b) {
		return false
	}
	return a.Scheme == b.Scheme || b.Scheme == "https"
}

// notModified makes the response of a 304. Validators it states replace the ones sent (RFC 9110 15.4.5).
func (f *flight) notModified(got *http.Response) *Response {
	drain(got.Body)
	r := f.respond(got)
	r.NotModified = true
	if r.ETag == "" {
		r.ETag = f.req.ETag
	}
	if r.LastModified == "" {
		r.LastModified = f.req.LastModified
	}
	return r
}

// respond fills in what the header of an answer tells.
func (f *flight) respond(got *http.Response) *Response {
	now := f.c.o.Now()
	return &Response{
		Status:       got.StatusCode,
		Header:       got.Header,
		ETag:         got.Header.Get("ETag"),
		LastModified: got.Header.Get("Last-Modified"),
		ContentType:  got.Header.Get("Content-Type"),
		FinalURL:     showURL(f.url),
		Moved:        f.moved,
		At:           now,
		Fresh:        freshness(got.Header, now),
		RetryAfter:   retryAfter(got.Header, now),
	}
}

// refused makes the error of a status that is not an answer.
func (f *flight) refused(got *http.Response) *Error {
	e := f.fail(KindStatus, fmt.Errorf("status %d %s", got.StatusCode, http.StatusText(got.StatusCode)))
	e.Status = got.StatusCode
	e.RetryAfter = retryAfter(got.Header, f.c.o.Now())
	e.Hint = statusHint(got.StatusCode)
	return e
}

// drain reads what is left of a short body, so that the connection can be used again.
func drain(body io.Reader) { _, _ = io.CopyN(io.Discard, body, drainBytes) }
