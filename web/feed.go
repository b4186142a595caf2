package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/news"
	"mediawatch/text"
)

// What a published feed holds: the newest entries and all of the last days, up to a most. Backlog only fills up to the newest.
const (
	feedNewest = 100
	feedMost   = 500
	feedRecent = 48 * time.Hour
)

// healthFeed is the name of the feed of feeds in trouble; no watch can have it.
const healthFeed = "health"

// generator is what published feeds say they were made by.
const generator = "mediawatch"

// feed answers GET /feeds/{watch}.atom and /feeds/health.atom.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".atom")
	switch {
	case ok && name == healthFeed:
		s.serveFeed(w, r, source{key: "health", build: s.publishedHealth})
	case ok && s.hasWatch(name):
		s.serveFeed(w, r, source{key: "watch " + name, journal: true, build: func(ctx context.Context, cfg *config.Config) (feeds.Published, error) {
			return s.published(ctx, cfg, name)
		}})
	default:
		http.Error(w, "no such feed; the overview lists them", http.StatusNotFound)
	}
}

// digestFeed answers GET /digests/{name}.atom: one entry an edition.
func (s *Server) digestFeed(w http.ResponseWriter, r *http.Request, name string) {
	d, ok := s.o.Config().Digest(name)
	if !ok {
		http.Error(w, "no such feed; the page of digests lists them", http.StatusNotFound)
		return
	}
	s.serveFeed(w, r, source{key: "digest " + name, build: func(ctx context.Context, cfg *config.Config) (feeds.Published, error) {
		return s.publishedEditions(ctx, cfg, d)
	}})
}

func (s *Server) serveFeed(w http.ResponseWriter, r *http.Request, src source) {
	doc, err := s.cache.get(src.key).document(r.Context(), s, src)
	if err != nil {
		http.Error(w, "the feed cannot be read just now", http.StatusInternalServerError)
		return
	}
	doc.serve(w, r, s.o.Now())
}

// source is how a feed comes about.
type source struct {
	key     string
	journal bool // it depends on nothing but the journal and the configuration
	build   func(context.Context, *config.Config) (feeds.Published, error)
}

// document is a rendered feed with its validators.
type document struct {
	head     news.Seq
	config   *config.Config
	at       time.Time // when it was rendered
	body     []byte
	packed   []byte // gzip
	etag     string
	modified time.Time // since when it has these bytes
}

// serve answers from memory: 304 to a reader that has it, the packed form to one that takes it. http.ServeContent does
// the validators (RFC 9110 section 13).
func (d *document) serve(w http.ResponseWriter, r *http.Request, now time.Time) {
	h := w.Header()
	h.Set("Content-Type", feeds.ContentTypeAtom)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", d.etag)
	body := d.body
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body = d.packed
		h.Set("Content-Encoding", "gzip")
	}
	modified := d.modified
	if modified.After(now) { // several changes within a second; the section 8.8.2.1 forbids a date in the future
		modified = time.Time{}
	}
	r.Header.Del("Range") // parts of a feed are of no use to anybody
	http.ServeContent(noRanges{w}, r, "", modified, bytes.NewReader(body))
}

// noRanges says that parts are not answered; http.ServeContent says that they are.
type noRanges struct{ http.ResponseWriter }

// Unwrap serves http.ResponseController.
func (n noRanges) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (n noRanges) WriteHeader(status int) {
	n.Header().Set("Accept-Ranges", "none")
	n.ResponseWriter.WriteHeader(status)
}

// acceptsGzip reports whether an Accept-Encoding takes gzip (RFC 9110 section 12.5.3).
func acceptsGzip(accept string) bool {
	for _, part := range strings.Split(accept, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		name, value, _ := strings.Cut(params, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			return true
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return err == nil && q > 0
	}
	return false
}

// feedCache keeps each feed as last rendered.
type feedCache struct {
	mu    sync.Mutex
	slots map[string]*slot
}

// slot holds one feed. Its lock is held while the feed is rendered, so that many readers cost one rendering.
type slot struct {
	mu  sync.Mutex
	doc *document
}

func (c *feedCache) get(key string) *slot {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.slots == nil {
		c.slots = make(map[string]*slot)
	}
	if c.slots[key] == nil {
		c.slots[key] = new(slot)
	}
	return c.slots[key]
}

// feedAge is how long a rendered feed is good for when nothing happens in the journal: entries grow old, and what a
// changed query no longer matches leaves no trace there.
const feedAge = time.Minute

// document returns the feed, rendered anew when something may have changed.
func (c *slot) document(ctx context.Context, s *Server, src source) (*document, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	head, err := s.store.Head(ctx)
	if err != nil {
		return nil, err
	}
	cfg, now, old := s.o.Config(), s.o.Now(), c.doc
	if old != nil && src.journal && old.head == head && old.config == cfg && now.Sub(old.at) < feedAge {
		return old, nil
	}
	pub, err := src.build(ctx, cfg)
	if err != nil {
		return nil, err
	}
	d := &document{head: head, config: cfg, at: now, modified: now.UTC().Truncate(time.Second)}
	if err := d.render(pub, old); err != nil {
		return nil, err
	}
	c.doc = d
	return d, nil
}

// render fills in the bytes and their validators. The ETag is weak because it stands for the packed form, too (RFC 9110
// section 8.8.3.3); bytes that are the old ones keep the old date, others get a later one even within the same second.
func (d *document) render(pub feeds.Published, old *document) error {
	var body bytes.Buffer
	if err := feeds.WriteAtom(&body, pub); err != nil {
		return err
	}
	if old != nil && bytes.Equal(old.body, body.Bytes()) {
		d.body, d.packed, d.etag, d.modified = old.body, old.packed, old.etag, old.modified
		return nil
	}
	if old != nil && !d.modified.After(old.modified) {
		d.modified = old.modified.Add(time.Second)
	}
	var packed bytes.Buffer
	zw, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // a third of the cost of rendering otherwise
	if err != nil {
		return err
	}
	if _, err := zw.Write(body.Bytes()); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return err
	}
	sum := sha256.Sum256(body.Bytes())
	d.body, d.packed, d.etag = body.Bytes(), packed.Bytes(), `W/"`+hex.EncodeToString(sum[:12])+`"`
	return nil
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
	pub := feeds.Published{
		ID: s.uuid("feed " + watch), Title: watchTitle(cfg, watch), Self: FeedURL(cfg, watch), Alternate: BaseURL(cfg) + "/watches/" + watch, Generator: generator, Author: generator,
	}
	entries, err := s.entriesOf(ctx, watch)
	if err != nil {
		return pub, err
	}
	all, err := s.tell(ctx, entries)
	if err != nil {
		return pub, err
	}
	w, err := s.entryWriter(ctx, watch, all)
	if err != nil {
		return pub, err
	}
	for i := range all {
		pub.Entries = append(pub.Entries, w.entry(&all[i]))
	}
	pub.Updated = latest(pub.Entries)
	return pub, nil
}

// noUpdate is the date of a feed without entries: RFC 4287 section 4.1.1 asks for one, and the clock must not be it.
var noUpdate = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// latest is when a feed with these entries changed last.
func latest(entries []feeds.PublishedEntry) time.Time {
	t := noUpdate
	for i := range entries {
		if entries[i].Updated.After(t) {
			t = entries[i].Updated
		}
	}
	return t
}

// feedEditions is how many editions the feed of a digest holds.
const feedEditions = 20

// publishedEditions puts the feed of a digest together: what was sent, as it was sent.
func (s *Server) publishedEditions(ctx context.Context, cfg *config.Config, d config.Digest) (feeds.Published, error) {
	pub := feeds.Published{
		ID: s.uuid("digest " + d.Name), Title: digestTitle(d), Self: BaseURL(cfg) + "/digests/" + d.Name + ".atom", Alternate: BaseURL(cfg) + "/digests/" + d.Name,
		Generator: generator, Author: generator,
	}
	editions, err := s.store.Editions(ctx, d.Name, 0, feedEditions)
	if err != nil {
		return pub, err
	}
	for _, e := range editions {
		if e, err = s.store.Edition(ctx, e.Digest, e.Number); err != nil {
			return pub, err
		}
		pub.Entries = append(pub.Entries, feeds.PublishedEntry{
			ID: s.uuid("edition " + EditionID(e.Digest, e.Number)), Title: e.Subject, Link: EditionURL(cfg, e.Digest, e.Number), Published: e.Date, Updated: e.Date,
			Content: text.Sanitize(string(e.HTML)),
		})
	}
	pub.Updated = latest(pub.Entries)
	return pub, nil
}

// publishedHealth puts the feed of feeds in trouble together: one entry each time one fails for long.
func (s *Server) publishedHealth(ctx context.Context, cfg *config.Config) (feeds.Published, error) {
	pub := feeds.Published{
		ID: s.uuid("feed " + healthFeed), Title: "Feeds in trouble", Self: FeedURL(cfg, healthFeed), Alternate: BaseURL(cfg) + "/subscriptions", Generator: generator, Author: generator,
	}
	states, err := s.subscriptionStates(ctx)
	if err != nil {
		return pub, err
	}
	for _, f := range states {
		problem := FeedProblem(f)
		if problem == "" {
			continue
		}
		since := f.FailSince
		if since.IsZero() {
			since = cmp.Or(f.LastOK, f.FirstRead, noUpdate)
		}
		pub.Entries = append(pub.Entries, feeds.PublishedEntry{
			ID: s.uuid(fmt.Sprintf("trouble %s %d", f.ID, since.Unix())), Title: cmp.Or(f.Title, f.Address), Link: pub.Alternate, Published: since, Updated: since,
			Content: text.Paragraphs(problem, f.Address),
		})
	}
	pub.Updated = latest(pub.Entries)
	return pub, nil
}

// uuid is the id of something published: made from the store's own id, so that it survives a new address.
func (s *Server) uuid(what string) string {
	id := s.store.ID()
	sum := sha256.Sum256(append(id[:], what...))
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
