package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
)

// network is the addresses the farm listens on: one port on 127.77.0.1 and those after it.
type network struct {
	listeners []net.Listener
	port      int
}

// listen opens all addresses on one free port.
func listen(hosts int) (*network, error) {
	var err error
	for range 10 { // the port that is free on the first address may be taken on another
		n := new(network)
		for host := range hosts {
			var l net.Listener
			if l, err = net.Listen("tcp4", fmt.Sprintf("127.77.0.%d:%d", host+1, n.port)); err != nil {
				break
			}
			n.listeners = append(n.listeners, l)
			n.port = l.Addr().(*net.TCPAddr).Port
		}
		if err == nil {
			return n, nil
		}
		n.close()
	}
	return nil, fmt.Errorf("listen on %d loopback addresses: %w", hosts, err)
}

func (n *network) close() {
	for _, l := range n.listeners {
		_ = l.Close() // it may be closed already
	}
}

func (n *network) url(host int) string { return fmt.Sprintf("http://127.77.0.%d:%d", host+1, n.port) }

// serve answers on all addresses until ctx ends.
func (n *network) serve(ctx context.Context, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, len(n.listeners))
	for _, l := range n.listeners {
		go func() { failed <- s.Serve(l) }()
	}
	defer s.Close()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// farm serves the documents.
type farm struct {
	docs    [][2]document // by feed: as in the cold pass, and after the change
	bytes   int64
	changed atomic.Bool // the second ones are served
	statsMu sync.Mutex
	stats   Stats
}

// document is a feed as it is sent.
type document struct {
	gz                []byte
	etag, modified    string
	modifiedAt        time.Time
	contentType, size string
}

// Stats counts requests since the pass was last set.
type Stats struct {
	Pass        string         `json:"pass"`
	Requests    int            `json:"requests"`
	Status      map[string]int `json:"status"`
	Conditional int            `json:"conditional"` // requests with a validator
	Gzip        int            `json:"gzip"`        // requests that take gzip
}

// newFarm renders and compresses all documents.
func newFarm(p Plan, c *corpus) *farm {
	f := &farm{docs: make([][2]document, p.Feeds), stats: Stats{Pass: "cold", Status: make(map[string]int)}}
	var wg sync.WaitGroup
	var next, total atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < p.Feeds; i = int(next.Add(1)) - 1 {
				fd := &c.feeds[i]
				f.docs[i][0] = c.prepare(fd, fd.items, &total)
				f.docs[i][1] = f.docs[i][0]
				if len(fd.news) > 0 { // the oldest make room
					items := append(append([]int(nil), fd.items[len(fd.news):]...), fd.news...)
					f.docs[i][1] = c.prepare(fd, items, new(atomic.Int64))
				}
			}
		})
	}
	wg.Wait()
	f.bytes = total.Load()
	return f
}

// prepare makes a document ready to be sent.
func (c *corpus) prepare(f *feed, items []int, total *atomic.Int64) document {
	raw := c.document(f, items)
	total.Add(int64(len(raw)))
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(raw)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		panic(err) // into memory: cannot happen
	}
	h := fnv.New64a()
	h.Write(raw)
	d := document{gz: bytes.Clone(b.Bytes()), etag: fmt.Sprintf(`"%016x"`, h.Sum64()), modifiedAt: c.items[items[len(items)-1]].published, contentType: f.format.contentType()}
	d.modified = d.modifiedAt.Format(http.TimeFormat)
	d.size = strconv.Itoa(len(d.gz))
	return d
}

// ServeHTTP implements http.Handler.
func (f *farm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/feeds/")
	if !ok {
		f.control(w, r)
		return
	}
	number, _, _ := strings.Cut(name, ".")
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(f.docs) {
		http.NotFound(w, r)
		return
	}
	d := &f.docs[i][0]
	if f.changed.Load() {
		d = &f.docs[i][1]
	}
	f.count(r, f.send(w, r, d))
}

// send answers with a document, or that the client has it (RFC 9110 section 13.1).
func (f *farm) send(w http.ResponseWriter, r *http.Request, d *document) int {
	h := w.Header()
	h["Etag"], h["Last-Modified"], h["Vary"] = []string{d.etag}, []string{d.modified}, []string{"Accept-Encoding"}
	if d.has(r) {
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	h["Content-Type"] = []string{d.contentType}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h["Content-Encoding"], h["Content-Length"] = []string{"gzip"}, []string{d.size}
		_, _ = w.Write(d.gz) // the client is gone
		return http.StatusOK
	}
	z, err := gzip.NewReader(bytes.NewReader(d.gz))
	if err == nil {
		_, err = io.Copy(w, z)
	}
	if err != nil {
		return 0
	}
	return http.StatusOK
}

// has reports whether the request's validators say that the client has the document.
func (d *document) has(r *http.Request) bool {
	if match := r.Header.Get("If-None-Match"); match != "" {
		return strings.Contains(match, d.etag) || match == "*"
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !d.modifiedAt.Truncate(time.Second).After(since)
}

func (f *farm) count(r *http.Request, status int) {
	f.statsMu.Lock()
	defer f.statsMu.Unlock()
	f.stats.Requests++
	f.stats.Status[strconv.Itoa(status)]++
	if r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "" {
		f.stats.Conditional++
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		f.stats.Gzip++
	}
}

// control answers /stats and sets the pass: cold and changed choose the documents, unchanged leaves them as they are;
// each begins to count anew.
func (f *farm) control(w http.ResponseWriter, r *http.Request) {
	f.statsMu.Lock()
	defer f.statsMu.Unlock()
	switch {
	case r.URL.Path == "/stats":
	case r.URL.Path == "/control/pass" && r.Method == http.MethodPost:
		pass := r.URL.Query().Get("name")
		switch pass {
		case "cold", "changed":
			f.changed.Store(pass == "changed")
		case "unchanged":
		default:
			http.Error(w, "name is cold, unchanged or changed", http.StatusBadRequest)
			return
		}
		f.stats = Stats{Pass: pass, Status: make(map[string]int)}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(f.stats) // the client is gone
}
