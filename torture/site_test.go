package torture_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// article is what a feed carries. Its title names its feed, its number and its edition, so that the store can be
// compared with what was served.
type article struct {
	feed, n int
	edition int
	since   int // version of the feed that brought this edition
}

func (a article) title() string {
	return fmt.Sprintf("Report %d-%d, edition %d", a.feed, a.n, a.edition)
}

// copied reports whether other feeds carry the same words.
func (a article) copied() bool { return a.n%4 == 0 }

// words is the text: long enough to be compared word by word, the same in all feeds when it is copied.
func (a article) words() string {
	key := fmt.Sprintf("%d-%d", a.feed, a.n)
	if a.copied() {
		key = fmt.Sprintf("wire-%d", a.n)
	}
	return prose(key, a.n%3 == 0) + strings.Repeat(" This was corrected.", a.edition-1)
}

// prose writes some ninety words that no other key has in this order.
func prose(key string, harbour bool) string {
	vocabulary := strings.Fields(`bridge council market station river meadow library engine orchard teacher winter lantern valley summer garden
		village ferry island castle harvest tailor weather railway baker painter theatre museum cottage captain forest`)
	rng := rand.New(rand.NewPCG(uint64(len(key)), hashOf(key)))
	var b strings.Builder
	fmt.Fprintf(&b, "Under the mark %s people spoke about this.", key)
	for range 10 {
		b.WriteString(" The " + vocabulary[rng.IntN(len(vocabulary))])
		for range 7 {
			b.WriteString(" " + vocabulary[rng.IntN(len(vocabulary))])
		}
		b.WriteString(" came first.")
	}
	if harbour {
		b.WriteString(" All of it happened at the harbour.")
	}
	return b.String()
}

func hashOf(s string) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(s) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// growing is a feed that gets longer, and sometimes corrects itself, whenever it is asked for.
type growing struct {
	articles []article
	version  int
	echoed   int // the newest version that a client said it has: what it holds must be kept
	served   int // the newest version that was sent whole
}

// upto is the state of the feed at a version: the editions a client must have, by number.
func (g *growing) upto(version int) map[int]int {
	editions := make(map[int]int)
	for _, a := range g.articles {
		if a.since <= version {
			editions[a.n] = max(editions[a.n], a.edition)
		}
	}
	return editions
}

// newest returns the articles in their last editions, in order of number.
func (g *growing) newest() []article {
	var list []article
	for _, a := range g.articles {
		if a.n < len(list) {
			list[a.n] = a
			continue
		}
		list = append(list, a)
	}
	return list
}

// point is where a request stands when a test looks at it.
type point string

// The points of a request.
const (
	pointAsked point = "the request has come, nothing was answered"
	pointHalf  point = "half of the document was sent"
	pointSent  point = "the document was sent"
	pointHave  point = "not modified was answered"
)

// site serves growing feeds with validators, and remembers what clients said they have.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	rng    *rand.Rand
	feeds  []*growing
	frozen bool
	most   int                        // articles a feed grows to
	asked  map[string]int             // requests by path
	at     func(p point, path string) // called, without the lock, at each point of a request; may be nil
}

func newSite(t *testing.T, feeds int, seed uint64) *site {
	s := &site{rng: rand.New(rand.NewPCG(seed, 1)), most: 120, asked: make(map[string]int)}
	for range feeds {
		s.feeds = append(s.feeds, &growing{})
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// address is the URL of a feed.
func (s *site) address(feed int) string { return fmt.Sprintf("%s/%d.xml", s.URL, feed) }

// config subscribes to all feeds.
func (s *site) config() string {
	var b strings.Builder
	for i := range s.feeds {
		fmt.Fprintf(&b, "[[feed]]\nurl = %q\noutlet = \"Outlet %d\"\nannounce = \"all\"\n\n", s.address(i), i)
	}
	return b.String()
}

// grow adds up to three articles, or corrects one.
func (s *site) grow(g *growing, feed int) {
	if s.frozen {
		return
	}
	n := len(g.newest())
	add := s.rng.IntN(4)
	if n >= s.most {
		add = 0
	}
	if n == 0 {
		add = 5
	}
	if add == 0 && s.rng.IntN(2) == 0 {
		return
	}
	g.version++
	for i := range add {
		g.articles = append(g.articles, article{feed: feed, n: n + i, edition: 1, since: g.version})
	}
	if add > 0 {
		return
	}
	old := g.newest()[s.rng.IntN(n)]
	if old.copied() { // an edit would leave the story as it is, but a store that saw only the edit would make another
		old = g.newest()[max(1, old.n-1)]
	}
	old.edition++
	old.since = g.version
	g.articles = append(g.articles, old)
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	feed, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".xml"))
	if err != nil || feed < 0 || feed >= len(s.feeds) {
		http.NotFound(w, r)
		return
	}
	s.reached(pointAsked, r.URL.Path)
	said := r.Header.Get("If-None-Match")
	version, articles := s.request(feed, r.URL.Path, said)
	tag := fmt.Sprintf(`"v%d"`, version)
	w.Header().Set("ETag", tag)
	if said == tag {
		w.WriteHeader(http.StatusNotModified)
		s.reached(pointHave, r.URL.Path)
		return
	}
	body := document(feed, articles)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body[:len(body)/2]) // the client may be dead: that is the test
	_ = http.NewResponseController(w).Flush()
	s.reached(pointHalf, r.URL.Path)
	_, _ = w.Write(body[len(body)/2:])
	_ = http.NewResponseController(w).Flush()
	s.sent(feed, version)
	s.reached(pointSent, r.URL.Path)
}

// request notes what a client says it has, lets the feed grow, and returns its present state.
func (s *site) request(feed int, path, said string) (int, []article) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.feeds[feed]
	s.asked[path]++
	if v, err := strconv.Atoi(strings.Trim(said, `"v`)); err == nil {
		g.echoed = max(g.echoed, v)
	}
	s.grow(g, feed)
	return g.version, g.newest()
}

// sent notes that a version was sent whole.
func (s *site) sent(feed, version int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feeds[feed].served = max(s.feeds[feed].served, version)
}

// look sets what is called at each point of a request; nil for nothing.
func (s *site) look(at func(p point, path string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = at
}

func (s *site) reached(p point, path string) {
	s.mu.Lock()
	at := s.at
	s.mu.Unlock()
	if at != nil {
		at(p, path)
	}
}

func document(feed int, articles []article) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed %d</title><link>https://outlet%d.example/</link><description>x</description>`, feed, feed)
	for _, a := range articles {
		fmt.Fprintf(&b, "\n<item><guid isPermaLink=\"false\">%d-%d</guid><title>%s</title><link>https://outlet%d.example/%d</link><description>%s</description></item>",
			a.feed, a.n, html.EscapeString(a.title()), a.feed, a.n, html.EscapeString(a.words()))
	}
	b.WriteString("\n</channel></rss>\n")
	return []byte(b.String())
}

// must returns the editions that the store has to hold, by feed and number: those of versions that a client said it has.
func (s *site) must() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	editions := make(map[string]int)
	for i, g := range s.feeds {
		for n, edition := range g.upto(g.echoed) {
			editions[fmt.Sprintf("%d-%d", i, n)] = edition
		}
	}
	return editions
}

// everything returns the editions that exist.
func (s *site) everything() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	editions := make(map[string]int)
	for i, g := range s.feeds {
		for n, edition := range g.upto(g.version) {
			editions[fmt.Sprintf("%d-%d", i, n)] = edition
		}
	}
	return editions
}

// acknowledge notes that a client said, in its own words, that it kept the version it was sent last.
func (s *site) acknowledge(feed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feeds[feed].echoed = max(s.feeds[feed].echoed, s.feeds[feed].served)
}

// freeze ends all growing.
func (s *site) freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frozen = true
}
