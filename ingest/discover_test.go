package ingest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/store"
)

// site is a publisher's server: pages by path, each "type\nbody"; what is not there is 404.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]string
	asked []string
}

func newSite(t *testing.T, pages map[string]string) *site {
	s := &site{pages: pages}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, r.URL.RequestURI())
		page, ok := s.pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		kind, body, _ := strings.Cut(page, "\n")
		if status, ok := strings.CutPrefix(kind, "status "); ok {
			code := 0
			fmt.Sscan(status, &code)
			w.WriteHeader(code)
			return
		}
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

// visited returns what was asked since the last call.
func (s *site) visited() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

func rssPage(title string, items ...string) string {
	return fmt.Sprintf("application/rss+xml\n<rss version=\"2.0\"><channel><title>%s</title><link>https://gazette.example/</link>%s</channel></rss>", title, strings.Join(items, ""))
}

const htmlType = "text/html; charset=utf-8\n"

func TestDiscover(t *testing.T) {
	one := rssItem("1", "First", "Words")
	for _, tt := range []struct {
		name  string
		pages map[string]string
		at    string
		found []string // "path title", read ones with a star
		best  int
		asked []string
	}{
		{"the address is a feed: one GET", map[string]string{"/": rssPage("Gazette", one)}, "/", []string{"*/ Gazette"}, 0, []string{"/"}},
		{"a page that declares one: one GET", map[string]string{"/": htmlType + `<link rel=alternate type=application/rss+xml title=News href=/n>`}, "/", []string{"/n News"}, 0, []string{"/"}},
		{"several: a matter of taste", map[string]string{"/": htmlType + `<link rel=alternate type=application/rss+xml title=World href=/w><link rel=alternate type=application/rss+xml title=Sport href=/s>`},
			"/", []string{"/w World", "/s Sport"}, -1, []string{"/"}},
		{"a link that turns out to be a feed", map[string]string{"/": htmlType + `<a href="/rss.xml">RSS</a><a href="/about">About</a>`, "/rss.xml": rssPage("Gazette", one)},
			"/", []string{"*/rss.xml Gazette"}, 0, []string{"/", "/rss.xml"}},
		{"a page that lists feeds", map[string]string{"/": htmlType + `<a href="/rss/">RSS</a>`, "/rss/": htmlType + `<a href="/rss/world.xml">World</a><a href="/rss/sport.rss">Sport</a>`},
			"/", []string{"/rss/world.xml World", "/rss/sport.rss Sport"}, -1, []string{"/", "/rss/"}},
		{"a common path, in order, and no further", map[string]string{"/": htmlType + `<p>Hello</p>`, "/atom.xml": rssPage("Gazette", one), "/feed.xml": rssPage("Other")},
			"/", []string{"*/atom.xml Gazette"}, 0, []string{"/", "/feed", "/rss", "/rss.xml", "/atom.xml"}},
		{"a section of a site first below itself", map[string]string{"/blog/": htmlType + `<p>Hello</p>`, "/blog/feed": rssPage("Blog", one), "/feed": rssPage("All")},
			"/blog/", []string{"*/blog/feed Blog"}, 0, []string{"/blog/", "/blog/feed"}},
		{"nothing anywhere", map[string]string{"/a/b.html": htmlType + `<p>Hello</p>`}, "/a/b.html", nil, -1,
			[]string{"/a/b.html", "/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feed.json"}},
		{"no page: nothing is guessed", map[string]string{}, "/x", nil, -1, []string{"/x"}},
		{"neither feed nor page", map[string]string{"/x": "application/pdf\n%PDF-1.7"}, "/x", nil, -1, []string{"/x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, tt.pages)
			d, err := reader(t, openStore(t)).Discover(context.Background(), ingest.Subscription{URL: s.URL + tt.at})
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, f := range d.Found {
				star := ""
				if f.Read != nil {
					star = "*"
				}
				found = append(found, star+strings.TrimPrefix(f.URL, s.URL)+" "+f.Title)
			}
			if diff := cmp.Diff(tt.found, found); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			if d.Best != tt.best {
				t.Errorf("best is %d, want %d", d.Best, tt.best)
			}
			if (d.Problem() == nil) != (len(tt.found) > 0) {
				t.Errorf("problem: %v", d.Problem())
			}
			got := s.visited()
			if diff := cmp.Diff(tt.asked, got); diff != "" || d.Asked != len(got) {
				t.Errorf("asked %d (-want +got):\n%s", d.Asked, diff)
			}
		})
	}
}

// TestWhatWasReadOnTheWayIsKept: the items of a feed that was found come with the very request that found it.
func TestWhatWasReadOnTheWayIsKept(t *testing.T) {
	s := newSite(t, map[string]string{"/": htmlType + `<a href=/rss.xml>RSS</a>`, "/rss.xml": rssPage("Gazette", rssItem("1", "First", "Words"))})
	st := openStore(t)
	d, err := reader(t, st).Discover(context.Background(), ingest.Subscription{URL: s.URL, Outlet: "The Gazette"})
	if err != nil || len(d.Found) != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	doc := d.Found[0].Read.Document
	if doc.Feed.ID != news.NewFeedID(news.KindFeed, s.URL+"/rss.xml") || len(doc.Items) != 1 || doc.Items[0].Item.Outlet != "The Gazette" {
		t.Errorf("feed %s with %d items", doc.Feed.Address, len(doc.Items))
	}
	if r, err := st.Append(context.Background(), store.Batch{Documents: []store.Document{doc}}); err != nil || len(r.New) != 1 {
		t.Errorf("kept %d items (%v)", len(r.New), err)
	}
}

// TestAFeedThatIsGoneIsLookedForOnItsSite: what is found is proposed; nothing is switched.
func TestAFeedThatIsGoneIsLookedForOnItsSite(t *testing.T) {
	s := newSite(t, nil)
	s.pages = map[string]string{"/old.xml": "application/rss+xml\n<rss version=\"2.0\"><channel><title>G</title><link>" + s.URL + "/</link>" + rssItem("1", "First", "Words") + "</channel></rss>"}
	st := openStore(t)
	d := &desk{t: t, store: st, r: reader(t, st), sub: ingest.Subscription{ID: news.NewFeedID(news.KindFeed, s.URL+"/old.xml"), URL: s.URL + "/old.xml"}}
	clock := now
	d.r.Now = func() time.Time { return clock }
	d.poll()
	s.visited()
	s.pages = map[string]string{
		"/": htmlType + `<link rel=alternate type=application/rss+xml href=/old.xml><link rel=alternate type=application/atom+xml title=New href=/new.xml>`, "/old.xml": "status 410\n",
		"/new.xml": rssPage("Gazette", rssItem("1", "First", "Words")),
	}
	clock = clock.Add(time.Hour)
	d.poll()
	got := d.state()
	if got.Proposed != s.URL+"/new.xml" || got.Location != s.URL+"/old.xml" || !got.Gone {
		t.Errorf("proposed %q, asked at %s, gone %v", got.Proposed, got.Location, got.Gone)
	}
	if diff := cmp.Diff([]string{"/old.xml", "/", "/new.xml"}, s.visited()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestAFailingFeedIsLookedForAfterThreeDaysAndOncePerMonth(t *testing.T) {
	s := newSite(t, map[string]string{"/": htmlType + "<p>Nothing</p>", "/old.xml": "status 404\n"})
	st := openStore(t)
	d := &desk{t: t, store: st, r: reader(t, st), sub: ingest.Subscription{ID: news.NewFeedID(news.KindFeed, s.URL+"/old.xml"), URL: s.URL + "/old.xml"}}
	clock := now
	d.r.Now = func() time.Time { return clock }
	var searched []int // days on which the site's page was asked
	for day := range 70 {
		d.poll()
		if slices.Contains(s.visited(), "/") {
			searched = append(searched, day)
		}
		clock = clock.Add(24 * time.Hour)
	}
	if diff := cmp.Diff([]int{3, 33, 63}, searched); diff != "" {
		t.Errorf("days of a search (-want +got):\n%s", diff)
	}
	s.pages["/rss"] = rssPage("Gazette", rssItem("1", "First", "Words"))
	clock = clock.Add(24 * 30 * time.Hour)
	d.poll()
	if got := d.state(); got.Proposed != s.URL+"/rss" {
		t.Errorf("proposed %q", got.Proposed)
	}
	s.pages["/old.xml"] = rssPage("Back", rssItem("1", "First", "Words"))
	d.poll()
	if got := d.state(); got.Proposed != "" || !got.Searched.IsZero() || got.Error != "" {
		t.Errorf("after it came back: proposed %q, searched %v, error %q", got.Proposed, got.Searched, got.Error)
	}
}

// TestASiteThatDoesNotAnswerIsSearchedAgainSooner: a publisher whose whole server was away comes back with other addresses.
func TestASiteThatDoesNotAnswerIsSearchedAgainSooner(t *testing.T) {
	s := newSite(t, map[string]string{"/": "status 503\n", "/old.xml": "status 503\n"})
	st := openStore(t)
	d := &desk{t: t, store: st, r: reader(t, st), sub: ingest.Subscription{ID: news.NewFeedID(news.KindFeed, s.URL+"/old.xml"), URL: s.URL + "/old.xml"}}
	clock := now
	d.r.Now = func() time.Time { return clock }
	var searched []int
	for day := range 12 {
		d.poll()
		if slices.Contains(s.visited(), "/") {
			searched = append(searched, day)
		}
		clock = clock.Add(24 * time.Hour)
	}
	if diff := cmp.Diff([]int{3, 6, 9}, searched); diff != "" {
		t.Errorf("days of a search (-want +got):\n%s", diff)
	}
}

func TestAPossibleGapIsTold(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	p.serve(`"1"`, rssItem("1", "A", "a"), rssItem("2", "B", "b"))
	if res := d.read(); res.Gap {
		t.Error("a first reading is no gap")
	}
	d.poll()
	p.serve(`"2"`, rssItem("2", "B", "b"), rssItem("3", "C", "c"))
	if res := d.read(); res.Gap || len(res.Document.Feed.Warnings) != 0 {
		t.Errorf("a shared entry is a gap: %q", res.Document.Feed.Warnings)
	}
	d.poll()
	p.serve(`"3"`, rssItem("7", "G", "g"), rssItem("8", "H", "h"))
	res := d.read()
	if w := res.Document.Feed.Warnings; !res.Gap || len(w) != 1 || !strings.HasPrefix(w[0], "possible gap: none of the 2 entries was known") {
		t.Errorf("gap %v, warnings %q", res.Gap, w)
	}
	d.keep(res)
	if res := d.read(); res.Gap || !res.Unchanged || len(d.state().Warnings) != 1 {
		t.Errorf("the warning goes before there is a document without a gap: %q", d.state().Warnings)
	}
	p.serve(`"4"`, rssItem("9", "I", "i"))
	if res := d.read(); res.Gap {
		t.Error("a feed of one entry tells nothing about gaps")
	}
	p.answer = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>G</title>%s%s<item><guid>30</guid><ti`, rssItem("10", "J", "j"), rssItem("11", "K", "k"))
	}
	if res := d.read(); res.Gap {
		t.Error("a truncated document is no gap")
	}
}

func TestTheRhythmIsKept(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	clock := now
	d.r.Now = func() time.Time { return clock }
	for i := range 12 {
		p.serve(fmt.Sprintf(`"%d"`, i), rssItem(fmt.Sprint(i), "T", "t"), rssItem(fmt.Sprint(i+1), "T", "t"))
		d.poll()
		clock = clock.Add(2 * time.Hour)
	}
	if got := d.state().Rhythm; got.Count != 11 || got.Mean != 2*time.Hour {
		t.Errorf("rhythm %+v, want 11 intervals of two hours", got)
	}
}
