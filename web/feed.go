package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/news"
)

// What a published feed holds: the newest entries and all of the last days, up to a most. Backlog only fills up to the newest.
const (
	feedNewest = 100
	feedMost   = 500
	feedRecent = 48 * time.Hour
)

// feed answers GET /feeds/{watch}.atom.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	watch, ok := strings.CutSuffix(r.PathValue("file"), ".atom")
	if !ok || !s.hasWatch(watch) {
		http.Error(w, "no such feed; the overview lists them", http.StatusNotFound)
		return
	}
	doc, err := s.rendered(r.Context(), watch)
	if err != nil {
		http.Error(w, "the feed cannot be read just now", http.StatusInternalServerError)
		return
	}
	doc.serve(w, r)
}

// document is a rendered feed with its validators.
type document struct {
	head     news.Seq
	config   *config.Config
	body     []byte
	packed   []byte // gzip
	etag     string
	modified time.Time
}

// serve answers from memory: 304 to a reader that has it, the packed form to one that takes it. http.ServeContent does the validators (RFC 9110 section 13).
func (d *document) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", feeds.ContentTypeAtom)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	body, etag := d.body, d.etag
	if acceptsGzip(r) {
		body, etag = d.packed, strings.TrimSuffix(d.etag, `"`)+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if strings.Contains(r.Header.Get("If-None-Match"), strings.Trim(d.etag, `"`)) { // either form of these bytes is still the newest
		r.Header.Set("If-None-Match", etag)
	}
	r.Header.Del("Range") // parts of a packed feed are of no use to anybody
	http.ServeContent(w, r, "", d.modified, bytes.NewReader(body))
}

// acceptsGzip reports whether the client takes gzip (RFC 9110 section 12.5.3).
func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.ReplaceAll(params, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

// feedCache keeps each watch's feed as last rendered.
type feedCache struct {
	mu   sync.Mutex
	docs map[string]*document
}

func (c *feedCache) get(watch string) *document {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.docs[watch]
}

func (c *feedCache) put(watch string, d *document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.docs == nil {
		c.docs = make(map[string]*document)
	}
	c.docs[watch] = d
}

// rendered returns a watch's feed, from the cache as long as nothing happened in the journal.
func (s *Server) rendered(ctx context.Context, watch string) (*document, error) {
	head, err := s.store.Head(ctx)
	if err != nil {
		return nil, err
	}
	cfg := s.o.Config()
	if d := s.cache.get(watch); d != nil && d.head == head && d.config == cfg {
		return d, nil
	}
	pub, err := s.published(ctx, cfg, watch)
	if err != nil {
		return nil, err
	}
	d, err := renderFeed(pub)
	if err != nil {
		return nil, err
	}
	d.head, d.config = head, cfg
	s.cache.put(watch, d)
	return d, nil
}

func renderFeed(pub feeds.Published) (*document, error) {
	var body bytes.Buffer
	if err := feeds.WriteAtom(&body, pub); err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	if _, err := zw.Write(body.Bytes()); err != nil {
		return nil, err
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body.Bytes())
	return &document{body: body.Bytes(), packed: packed.Bytes(), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, modified: pub.Updated}, nil
}

// entriesOf returns what the feed of a watch shows, in its order.
func (s *Server) entriesOf(ctx context.Context, watch string) ([]news.Entry, error) {
	entries, err := s.store.Entries(ctx, watch, 0, feedMost)
	if err != nil {
		return nil, err
	}
	recent := s.o.Now().Add(-feedRecent)
	for i, e := range entries {
		if i >= feedNewest && (e.Backlog || e.Published.Before(recent)) {
			return entries[:i], nil
		}
	}
	return entries, nil
}

// published puts a watch's feed together.
func (s *Server) published(ctx context.Context, cfg *config.Config, watch string) (feeds.Published, error) {
	entries, err := s.entriesOf(ctx, watch)
	if err != nil {
		return feeds.Published{}, err
	}
	pub := feeds.Published{
		ID: s.feedUUID(watch), Title: watchTitle(cfg, watch), Self: FeedURL(cfg, watch), Alternate: BaseURL(cfg) + "/watches/" + watch,
		Generator: "mediawatch", Author: "mediawatch",
	}
	if watch == allWatch {
		pub.Alternate = BaseURL(cfg) + "/"
	}
	w := entryWriter{server: s, config: cfg, watch: watch}
	if pub.Entries, err = w.entries(ctx, entries); err != nil {
		return pub, err
	}
	for _, e := range pub.Entries {
		if e.Updated.After(pub.Updated) {
			pub.Updated = e.Updated
		}
	}
	if pub.Updated.IsZero() { // RFC 4287 section 4.1.1 asks for one even of an empty feed; the clock must not be it
		pub.Updated = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return pub, nil
}

// feedUUID is the id of a published feed: made from the store's own id, so that it survives a new address.
func (s *Server) feedUUID(watch string) string {
	id := s.store.ID()
	sum := sha256.Sum256(append(id[:], "feed "+watch...))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80 // RFC 9562 section 5.8: a version of our own making
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// watchTitle is what people call a watch.
func watchTitle(cfg *config.Config, watch string) string {
	if watch == allWatch {
		return "Everything"
	}
	if w, ok := cfg.Watch(watch); ok && w.Title != "" {
		return w.Title
	}
	return watch
}
