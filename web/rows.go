package web

import (
	"bytes"
	"encoding/json"
	"iter"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// The size of listings.
const (
	defaultLimit = 50       // rows when not told
	mostRows     = 1000     // rows of a listing in JSON over the network; JSON lines may have all
	rowsRead     = 50       // rows read from the store at once
	rowsWritten  = 16 << 10 // bytes gathered before they are written
)

// rows is a listing that is read while it is written, so that its length costs no memory.
type rows struct {
	turn *turn // given back when all is written; nil: none
	each iter.Seq2[any, error]
	tail tail // filled in by each
}

// tail is what stands behind the rows of a listing.
type tail struct {
	Next      string `json:"next,omitempty"`      // where the next page begins
	Complete  *bool  `json:"complete,omitempty"`  // false: not everything was looked at
	Costliest string `json:"costliest,omitempty"` // the clause that took most of the time
	Looked    int    `json:"looked,omitempty"`    // at so many items
}

// wantsLines reports whether a client asks for one object a line.
func wantsLines(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/jsonl")
}

// limitOf reads the limit of a listing; 0 means all. Over the network an answer in JSON has at most 1,000 rows.
func limitOf(r *http.Request) (int, error) {
	v := r.FormValue("limit")
	if v == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, BadRequest("limit %q: a number from 0 (all) expected", v)
	}
	if n == 0 {
		n = math.MaxInt
	}
	if !isOwner(r) && !wantsLines(r) {
		n = min(n, mostRows)
	}
	return n, nil
}

// placeOf reads which page of a list is asked for: from which of its elements, and how many.
func placeOf(r *http.Request) (from, limit int, err error) {
	if limit, err = limitOf(r); err != nil {
		return 0, 0, err
	}
	if v := r.FormValue("after"); v != "" {
		if from, err = strconv.Atoi(v); err != nil || from < 0 {
			return 0, 0, BadRequest("after %q: the next of the page before expected", v)
		}
	}
	return from, limit, nil
}

// part returns the page of a list that a request asks for; a list of the configuration goes on after its n-th element.
func part[T any](r *http.Request, list []T) (Page[T], error) {
	from, limit, err := placeOf(r)
	if err != nil {
		return Page[T]{}, err
	}
	list = list[min(from, len(list)):]
	page := Page[T]{Items: append([]T{}, list[:min(limit, len(list))]...)}
	if len(page.Items) < len(list) {
		page.Next = strconv.Itoa(from + len(page.Items))
	}
	return page, nil
}

// write writes a listing: as one JSON object, or one object a line. An error before anything was written is answered as
// such; a later one breaks the connection, so that nobody takes a part for the whole.
func (l *rows) write(w http.ResponseWriter, r *http.Request) {
	if l.turn != nil {
		defer l.turn.end()
	}
	out := rowWriter{w: w, rows: l, lines: wantsLines(r)}
	for row, err := range l.each {
		if err == nil {
			err = out.add(row)
		}
		if err != nil {
			out.fail(err)
			return
		}
	}
	out.end()
}

// rowWriter gathers rows and writes them when there are enough.
type rowWriter struct {
	w       http.ResponseWriter
	rows    *rows
	lines   bool
	b       bytes.Buffer
	n       int
	started bool // something was written
}

// add adds a row.
func (o *rowWriter) add(row any) error {
	switch {
	case o.lines:
	case o.n == 0:
		o.b.WriteString(`{"items":[`)
	default:
		o.b.WriteByte(',')
	}
	o.n++
	if err := encode(&o.b, row); err != nil {
		return err
	}
	if o.b.Len() < rowsWritten {
		return nil
	}
	return o.flush()
}

// flush writes what was gathered; meanwhile others have the turn.
func (o *rowWriter) flush() error {
	if !o.started {
		o.started = true
		kind := "application/json; charset=utf-8"
		if o.lines {
			kind = "application/jsonl; charset=utf-8"
		}
		o.w.Header().Set("Content-Type", kind)
	}
	t := o.rows.turn
	if t != nil {
		t.pause()
	}
	_, err := o.w.Write(o.b.Bytes())
	o.b.Reset()
	if t == nil {
		return err
	}
	again := t.resume()
	if err == nil && again != nil && !t.late() {
		err = again
	}
	return err
}

// end writes what stands behind the rows. A listing in JSON lines has nothing there, unless it is not complete.
func (o *rowWriter) end() {
	t := o.rows.tail
	switch {
	case !o.lines:
		if o.n == 0 {
			o.b.WriteString(`{"items":[`)
		}
		o.b.WriteByte(']')
		var rest bytes.Buffer
		_ = encode(&rest, t) // it has nothing that cannot be encoded
		if fields := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(rest.String()), "{"), "}"); fields != "" {
			o.b.WriteString("," + fields)
		}
		o.b.WriteString("}\n")
	case t.Complete != nil && !*t.Complete:
		_ = encode(&o.b, t)
	}
	_ = o.flush() // the client is gone
}

// fail ends an answer with an error.
func (o *rowWriter) fail(err error) {
	if !o.started {
		WriteError(o.w, err)
		return
	}
	panic(http.ErrAbortHandler)
}

// encode adds v as a line of JSON.
func encode(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
