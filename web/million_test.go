package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"mediawatch/config"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// BenchmarkMillion measures what a page costs when very much is kept: MILLION articles of about 1.2 KB that arrived
// over 400 days, eight watches. Each request goes to a server that has just begun, as after a start.
// docs/performance.md has its figures.
//
//	MILLION=1000000 go test ./web -run '^$' -bench Million -benchtime 20x -timeout 2h
//
// MILLION_STORE names a file that keeps the store for the next time.
func BenchmarkMillion(b *testing.B) {
	most, err := strconv.Atoi(os.Getenv("MILLION"))
	if err != nil || most < 1 {
		b.Skip("MILLION is not set to a number of articles: a measurement")
	}
	w := newMillion(b, most)
	b.Run("quiet/feeds/all.atom", func(b *testing.B) { // nothing arrived for days, or all of it is an archive: 100 entries instead of 500
		defer func(now time.Time) { w.now = now }(w.now)
		w.now = w.now.Add(100 * time.Hour)
		w.measure(b, "/feeds/all.atom")
	})
	for _, path := range []string{"/", "/feeds/all.atom", "/feeds/harbour.atom", "/watches/all", "/watches/harbour", "/api/v1/items", "/api/v1/items?watch=all", "/outlets", "/subscriptions"} {
		b.Run(path, func(b *testing.B) { w.measure(b, path) })
	}
	b.Run("changed/feeds/all.atom", func(b *testing.B) { // the server runs, and an article arrives before each request
		for b.Loop() {
			b.StopTimer()
			w.arrive(b, w.made, 1)
			b.StartTimer()
			w.web.Owner().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/feeds/all.atom", nil))
		}
	})
}

// measure asks a server that has just begun.
func (w *million) measure(b *testing.B, path string) {
	for b.Loop() {
		b.StopTimer()
		fresh := w.server()
		b.StartTimer()
		rec := httptest.NewRecorder()
		fresh.Owner().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != http.StatusOK {
			b.Fatalf("status %d: %s", rec.Code, rec.Body)
		}
	}
}

// million is a world with very much in it.
type million struct {
	*world
	random *rand.Rand
	words  []string
	every  time.Duration
	cursor store.Cursor
	made   int // articles so far
}

var millionWatches = []string{"harbour", "strike", "vaccine", "windfarm", "election", "tariff", "flood", "railway"}

func newMillion(b *testing.B, most int) *million {
	conf := "[store]\npath = \"store.db\"\n"
	if kept := os.Getenv("MILLION_STORE"); kept != "" {
		conf = fmt.Sprintf("[store]\npath = %q\n", kept)
	}
	for _, name := range millionWatches {
		conf += fmt.Sprintf("[[watch]]\nname = %q\nquery = %q\n", name, name)
	}
	w := &million{world: newWorld(b, conf), random: rand.New(rand.NewPCG(8, 28)), every: 400 * 24 * time.Hour / time.Duration(most)}
	for range 5000 {
		var word strings.Builder
		for range 2 + w.random.IntN(3) {
			word.WriteByte("bcdfghjklmnprstvwz"[w.random.IntN(18)])
			word.WriteByte("aeiou"[w.random.IntN(5)])
		}
		w.words = append(w.words, word.String())
	}
	stats, err := w.store.Stats(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	if w.cursor, err = w.store.Cursor(context.Background(), "million"); err != nil {
		b.Fatal(err)
	}
	for w.made = int(stats.Items); w.made < most; {
		w.arrive(b, w.made, min(1000, most-w.made))
	}
	w.now = start.Add(time.Duration(w.made) * w.every)
	return w
}

// server is one that has just begun.
func (w *million) server() *web.Server {
	return web.New(web.Options{
		Store: w.store, Config: func() *config.Config { return w.cfg }, Facts: facts{}, Version: "test", Now: w.clock,
		Status: func(context.Context) web.Status { return w.status },
	})
}

// arrive appends articles and matches them.
func (w *million) arrive(b *testing.B, from, n int) {
	b.Helper()
	ctx := context.Background()
	d := store.Document{Feed: news.Feed{ID: news.NewFeedID(news.KindFeed, courierFeed), Kind: news.KindFeed, Address: courierFeed, Location: courierFeed}}
	var matches []store.Matched
	for i := from; i < from+n; i++ {
		seen := start.Add(time.Duration(i) * w.every)
		var text strings.Builder
		first := w.words[w.random.IntN(len(w.words))]
		which := w.random.IntN(400)
		if which < 36 {
			for which = 0; w.random.IntN(3) > 0 && which < len(millionWatches)-1; which++ {
			}
			first = millionWatches[which]
		}
		text.WriteString(first)
		for range 170 {
			text.WriteByte(' ')
			text.WriteString(w.words[w.random.IntN(len(w.words))])
		}
		guid := strconv.Itoa(i)
		a := article{feed: courierFeed, guid: guid, outlet: "Outlet " + strconv.Itoa(i%240), title: "Headline " + guid + " " + first, html: "<p>" + text.String() + "</p>"}
		a.published = news.Stamp{Time: seen.Add(-time.Duration(w.random.IntN(7200)) * time.Second), Certainty: news.CertaintyExact}
		one := a.news(seen)
		d.Items = append(d.Items, one)
		for _, watch := range []string{"all", first} {
			if watch != "all" && which >= len(millionWatches) {
				continue
			}
			m := store.Matched{UUID: fmt.Sprintf("urn:uuid:%s-%d", watch, i), Time: seen, Match: news.Match{Watch: watch, Item: one.Item.ID, Group: one.Item.ID, At: seen, Rev: 1}}
			if watch != "all" {
				m.Match.Evidence = []news.Evidence{{Clause: watch, Field: "body", Start: 0, End: len(watch), Words: watch}}
			}
			matches = append(matches, m)
		}
	}
	if _, err := w.store.Append(ctx, store.Batch{Documents: []store.Document{d}}); err != nil {
		b.Fatal(err)
	}
	to := store.Cursor{Seq: w.cursor.Seq + 1}
	if err := w.store.Commit(ctx, store.Derivation{Follower: "million", From: w.cursor, To: to, Matches: matches}); err != nil {
		b.Fatal(err)
	}
	w.cursor, w.made = to, from+n
}
