package web_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mediawatch/config"
	"mediawatch/dedupe"
	"mediawatch/follow"
	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/store"
	"mediawatch/store/bolt"
	"mediawatch/web"
)

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// TestMain asks for fewer checks of a property than usual, since each opens a store on disk; the flag on the command line wins.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const basicConfig = `
[store]
path = "s.db"
[web]
listen = "127.0.0.1:8087"
[[seeds]]
dir = "seeds"
[[outlet]]
name = "Harbour Gazette"
sites = ["gazette.example"]
country = "GB"
tags = ["regional"]
[[feed]]
url = "https://reader:secret@gazette.example/feed?key=hidden"
[[feed]]
url = "https://courier.example/feed"
[[watch]]
name = "ports"
title = "Ports & docks"
query = "harbour OR dock*"
[[watch]]
name = "single"
query = "harbour"
group = "item"
content = "full"
[[watch]]
name = "gazette"
query = 'harbour outlet:"Harbour Gazette"'
content = "none"
[[digest]]
name = "morning"
title = "Morning briefing"
watches = ["ports"]
at = "daily 07:00"
timezone = "UTC"
dir = "out"
`

// feeds of the fixture, as configured.
const (
	gazetteFeed = "https://reader:secret@gazette.example/feed?key=hidden"
	courierFeed = "https://courier.example/feed"
)

// world is a store with its followers and a web server over it.
type world struct {
	t       testing.TB
	dir     string
	now     time.Time
	cfg     *config.Config
	store   *bolt.Store
	linker  *follow.Linker
	matcher *follow.Matcher
	web     *web.Server
	status  web.Status
}

func newWorld(t testing.TB, conf string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), now: start, status: web.Status{Started: start, Ready: true}}
	if err := os.Mkdir(filepath.Join(w.dir, "seeds"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.configure(conf)
	w.open()
	t.Cleanup(func() { _ = w.store.Close() })
	return w
}

// configure takes over another configuration, as a reload does.
func (w *world) configure(conf string) {
	w.t.Helper()
	file := filepath.Join(w.dir, "mediawatch.toml")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		w.t.Fatal(err)
	}
	cfg, err := config.Load(file, config.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.cfg = cfg
	if w.matcher != nil {
		w.setWatches()
	}
}

// open opens the store and makes new followers and a new server over it: what a start of the program does.
func (w *world) open() {
	w.t.Helper()
	s, err := bolt.Open(w.cfg.Store.Path, bolt.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = s
	items := follow.NewItems(s)
	w.linker = follow.NewLinker(s, items, dedupe.Window{})
	w.matcher = follow.NewMatcher(s, items, facts{}, w.clock)
	w.setWatches()
	w.web = web.New(web.Options{
		Store: s, Config: func() *config.Config { return w.cfg }, Facts: facts{}, Version: "test", Now: w.clock,
		Status: func(context.Context) web.Status { return w.status },
	})
}

func (w *world) restart() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

func (w *world) cfgNow() *config.Config { return w.cfg }

func (w *world) clock() time.Time { return w.now }

func (w *world) setWatches() {
	watches := []follow.Watch{{Name: follow.All, Version: "all"}}
	for _, c := range w.cfg.Watches {
		watches = append(watches, follow.Watch{Name: c.Name, Query: c.Query, ByItem: c.Group == config.GroupItem, Version: c.Query.Hash()})
	}
	w.matcher.SetWatches(watches)
}

type facts struct{}

func (facts) Facts(*news.Item) query.Facts { return query.Facts{} }

// article is what a test says about an item.
type article struct {
	feed      string // configured address; gazetteFeed when ""
	guid      string
	outlet    string // "-" is none
	title     string // "-" is none
	html      string
	url       string // "-" is none
	published news.Stamp
	backlog   bool
	edit      func(*news.Item)
}

func (a article) feedID() news.FeedID {
	if a.feed == "" {
		a.feed = gazetteFeed
	}
	return news.NewFeedID(news.KindFeed, a.feed)
}

func (a article) id() news.ItemID { return news.NewItemID(a.feedID(), a.guid) }

// or returns the value, its stand-in when it is empty, and nothing for "-".
func or(value, standIn string) string {
	switch value {
	case "":
		return standIn
	case "-":
		return ""
	}
	return value
}

func (a article) news(now time.Time) store.News {
	it := news.Item{
		ID: a.id(), Feed: a.feedID(), Identity: a.guid, URL: or(a.url, "https://gazette.example/"+a.guid), Outlet: or(a.outlet, "Harbour Gazette"),
		OutletEvidence: "the site of its link", Seen: now, Backlog: a.backlog,
		Origin: news.Origin{Raw: news.Hash{1, 2, 3}, At: now, FinalURL: "https://gazette.example/feed", Status: 200},
		Revision: news.Revision{
			At: now, Title: or(a.title, "Harbour plan "+a.guid), Content: or(a.html, "<p>"+prose(a.guid)+"</p>"), Lang: "en", Published: a.published,
		},
	}
	if a.edit != nil {
		a.edit(&it)
	}
	it.Keys = dedupe.KeysOf(&it)
	return store.News{Item: it, State: dedupe.StateOf(&it)}
}

// prose is a text of about 90 words about a topic; equal topics give equal words.
func prose(topic string) string {
	var b strings.Builder
	for i := range 5 {
		fmt.Fprintf(&b, "The council of the harbour town met on monday evening and discussed at length how to pay for %s in year %d. ", topic, 2020+i)
	}
	return strings.TrimSpace(b.String())
}

// read appends articles, each as a document of its feed, and lets the followers catch up.
func (w *world) read(articles ...article) {
	w.t.Helper()
	var batch store.Batch
	for _, a := range articles {
		f := news.Feed{ID: a.feedID(), Kind: news.KindFeed, Address: or(a.feed, gazetteFeed), Title: "Gazette & news", Link: "https://gazette.example/", LastOK: w.now, FirstRead: start}
		f.Location = f.Address
		batch.Documents = append(batch.Documents, store.Document{Feed: f, Items: []store.News{a.news(w.now)}})
	}
	if _, err := w.store.Append(context.Background(), batch); err != nil {
		w.t.Fatal(err)
	}
	w.follow()
}

func (w *world) follow() {
	w.t.Helper()
	if err := follow.CatchUp(context.Background(), w.linker, w.matcher); err != nil {
		w.t.Fatal(err)
	}
}

// reindex rebuilds everything that can be rebuilt, as the command does.
func (w *world) reindex() {
	w.t.Helper()
	ctx := context.Background()
	if err := w.store.Reindex(ctx); err != nil {
		w.t.Fatal(err)
	}
	names := []string{follow.All}
	for _, c := range w.cfg.Watches {
		names = append(names, c.Name)
	}
	if err := follow.Reset(ctx, w.store, names); err != nil {
		w.t.Fatal(err)
	}
	w.follow()
}

// get asks for a path; header are names and values in turn.
func (w *world) get(path string, header ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.ask(http.MethodGet, path, header...)
}

func (w *world) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Host = "127.0.0.1:8087"
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.web.ServeHTTP(rec, r)
	return rec
}

// body asks for a path that must answer 200.
func (w *world) body(path string) string {
	w.t.Helper()
	rec := w.get(path)
	if rec.Code != http.StatusOK {
		w.t.Fatalf("GET %s: %d %s", path, rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// must takes the value of a call that must not fail.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wants reports each text that a page lacks.
func wants(t testing.TB, where, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%s lacks %q", where, text)
		}
	}
}

// lacks reports each text that a page should not have.
func lacks(t testing.TB, where, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("%s has %q", where, text)
		}
	}
}
