package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
)

// maxLayers is how many times a body is decompressed: once as the header says, and once more for servers that serve a
// compressed file compressed.
const maxLayers = 2

// keepScratch is the size in bytes up to which a buffer goes back to the pool.
const keepScratch = 1 << 20

// read takes in the body of a 2xx answer. One that ends early is a truncated response as long as any of it came.
func (f *flight) read(ctx context.Context, cancel context.CancelCauseFunc, got *http.Response) (*Response, error) {
	limit := f.c.o.MaxBody
	encoding := contentEncoding(got.Header)
	if got.ContentLength > limit {
		return nil, f.tooLarge()
	}
	w := watch(got.Body, cancel)
	body, cut, err := f.c.slurp(w, encoding, limit)
	w.stop()
	switch {
	case errors.Is(err, errTooLarge):
		return nil, f.tooLarge()
	case err != nil:
		return nil, f.fail(KindProto, err)
	case cut != nil && context.Cause(ctx) != nil, cut != nil && w.err != nil && len(body) == 0:
		return nil, f.explain(ctx, cut)
	case cut != nil && len(body) == 0:
		return nil, f.fail(KindProto, cut)
	}
	r := f.respond(got)
	r.Body = body
	r.Raw = sha256.Sum256(body)
	if cut == nil && got.StatusCode == http.StatusPartialContent {
		cut = errPartial
	}
	if cut != nil {
		r.Truncated, r.Cut = true, cut
		r.ETag, r.LastModified = f.req.ETag, f.req.LastModified
	}
	return r, nil
}

var (
	errTooLarge = errors.New("too large")
	errPartial  = errors.New("the server sent a part, which was not asked for")
)

func (f *flight) tooLarge() *Error {
	return f.fail(KindTooLarge, fmt.Errorf("the body is larger than %d bytes", f.c.o.MaxBody))
}

// slurp reads and decompresses a body of at most limit bytes. Cut is why it ended early; err is why there is no body.
//
// The header's word on compression is not trusted (many servers state it wrongly, both ways): bytes that begin like
// gzip are gzip, others are not.
func (c *Client) slurp(body io.Reader, encoding string, limit int64) (_ []byte, cut, err error) {
	pooled := c.scratch.Get().(*[]byte)
	raw, cut, err := fill((*pooled)[:0], body, limit)
	if err != nil || len(raw) == 0 {
		c.scratch.Put(pooled)
		return nil, cut, err
	}
	if !isGzip(raw) {
		raw = c.detach(raw, pooled)
		if encoding != "" && encoding != "gzip" && !looksPlain(raw) {
			return nil, nil, fmt.Errorf("the server encodes as %q, which was not asked for", encoding)
		}
		return raw, cut, nil
	}
	data := raw
	for layer := 0; layer < maxLayers && isGzip(data); layer++ {
		out, broken, err := c.gunzip(data, limit)
		if layer == 0 {
			c.scratch.Put(pooled)
		}
		if err != nil {
			return nil, nil, err
		}
		if cut == nil {
			cut = broken
		}
		data = out
	}
	return data, cut, nil
}

// detach gives a buffer that began as pooled to the caller: a copy of the right size, or a big one itself.
func (c *Client) detach(buf []byte, pooled *[]byte) []byte {
	if cap(buf) > keepScratch {
		c.scratch.Put(pooled)
		return buf
	}
	own := bytes.Clone(buf)
	*pooled = buf[:0]
	c.scratch.Put(pooled)
	return own
}

// fill appends everything from r to buf until its end, an error or more than limit bytes.
func fill(buf []byte, r io.Reader, limit int64) (_ []byte, cut, err error) {
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, int(min(max(int64(cap(buf)), 4<<10), limit+1-int64(len(buf)))))
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return buf, nil, errTooLarge
		case err == io.EOF:
			return buf, nil, nil
		case err != nil:
			return buf, err, nil
		}
	}
}

// gunzip decompresses all members of data (RFC 1952 2.2). What follows the last member without being one is ignored.
func (c *Client) gunzip(data []byte, limit int64) (_ []byte, cut, err error) {
	z := c.unzippers.Get().(*gzip.Reader)
	defer c.unzippers.Put(z)
	src := bytes.NewReader(data) // an io.ByteReader, so that the decompressor stops at a member's end
	pooled := c.scratch.Get().(*[]byte)
	out := (*pooled)[:0]
	for first := true; ; first = false {
		if err := z.Reset(src); err != nil {
			if first {
				cut = err
			}
			break
		}
		z.Multistream(false)
		if out, cut, err = fill(out, z, limit); cut != nil || err != nil {
			break
		}
	}
	if err != nil {
		c.scratch.Put(pooled)
		return nil, nil, err
	}
	return c.detach(out, pooled), cut, nil
}

func isGzip(b []byte) bool { return len(b) >= 3 && b[0] == 0x1f && b[1] == 0x8b && b[2] == 8 }

// looksPlain reports whether b begins like a text document, whatever encoding its header claims.
func looksPlain(b []byte) bool {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(b) > 0 && (b[0] == '<' || b[0] == '{' || b[0] == '[')
}

// contentEncoding returns the one encoding a header states, "" for none or a word that means none.
func contentEncoding(h http.Header) string {
	e := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding")))
	switch e {
	case "identity", "none", "utf-8", "utf8", "binary", "text":
		return ""
	case "x-gzip":
		return "gzip"
	}
	return e
}

// watched is a body that must keep coming: stallBytes in each stallWindow, else its request is canceled.
type watched struct {
	body   io.Reader
	came   atomic.Int64 // since the window began
	err    error        // of the connection, other than the end
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

func watch(body io.Reader, cancel context.CancelCauseFunc) *watched {
	w := &watched{body: body, cancel: cancel}
	w.timer = time.AfterFunc(stallWindow, w.check)
	return w
}

func (w *watched) check() {
	if w.came.Swap(0) < stallBytes {
		w.cancel(errStalled)
		return
	}
	w.timer.Reset(stallWindow)
}

func (w *watched) stop() { w.timer.Stop() }

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	w.came.Add(int64(n))
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
