package feeds

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// now is Options.Now, else the present.
func (o *Options) now() time.Time {
	if o.Now.IsZero() {
		return time.Now()
	}
	return o.Now
}

// Parse reads a feed document: Normalize, then gofeed, then the map. The error wraps ErrEmpty, ErrTooLarge, ErrNotFeed or
// ErrTooSlow. A document that had to be repaired, ends early or has no items is no error but says so in its Warnings.
// The result shares memory with data, which must not be changed any more.
func Parse(data []byte, o Options) (*Document, error) {
	n, err := Normalize(data, o)
	if err != nil {
		return nil, err
	}
	return n.Document(o)
}

// Normalize makes a clean document of what a publisher sent: UTF-8, well formed, within the limits of this package, with
// the dialects' variants brought into the form gofeed reads, and what gofeed has no place for noted beside it. The
// result shares memory with data, which must not be changed any more.
func Normalize(data []byte, o Options) (*Normalized, error) {
	if len(data) > MaxBody {
		return nil, ErrTooLarge
	}
	d := decodeText(data, o)
	if len(d.text) > MaxBody {
		return nil, ErrTooLarge
	}
	body := strings.TrimLeft(d.text, " \t\r\n")
	switch {
	case body == "":
		return nil, ErrEmpty
	case startsJSON(body):
		return normalizeJSON(d, o)
	}
	return normalizeXML(d, o)
}

// Document has gofeed parse the clean document, which is forgotten on the way, and joins the result with what was noted.
func (n *Normalized) Document(o Options) (doc *Document, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, fmt.Errorf("%w: gofeed: %v", ErrNotFeed, r)
		}
	}()
	in := &timedReader{r: n.Reader(), until: time.Now().Add(MaxTime)}
	for _, s := range n.sides {
		s.clean = nil
	}
	m := mapper{n: n, now: o.now(), doc: &Document{Format: n.Format, Charset: n.Charset, Warnings: n.Warnings, Truncated: n.Truncated}}
	switch {
	case n.Format == "json":
		err = m.json(in)
	case n.tail == atomTail:
		err = m.atom(in)
	default:
		err = m.rss(in)
	}
	if in.late {
		return nil, ErrTooSlow
	}
	if err != nil {
		return nil, fmt.Errorf("%w: gofeed: %w", ErrNotFeed, err)
	}
	m.finish(o)
	return m.doc, nil
}

// timedReader stops a parser that reads from it when its time is up.
type timedReader struct {
	r     io.Reader
	until time.Time
	late  bool
}

func (t *timedReader) Read(p []byte) (int, error) {
	if time.Now().After(t.until) {
		t.late = true
		return 0, ErrTooSlow
	}
	return t.r.Read(p)
}
