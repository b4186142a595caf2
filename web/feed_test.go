package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"
	"pgregory.net/rapid"

	"mediawatch/feeds"
	"mediawatch/news"
)

func exact(t time.Time) news.Stamp { return news.Stamp{Time: t, Certainty: news.CertaintyExact} }

func TestA05_FeedIsWhatReadersExpect(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1", title: "Harbour <b>plan</b> & costs", published: exact(start.Add(-time.Hour)), edit: func(it *news.Item) {
		it.Authors = []news.Person{{Name: "Ada Quay"}}
		it.Categories = []string{"Ports"}
		it.Enclosures = []news.Enclosure{{URL: "https://gazette.example/a.mp3", Type: "audio/mpeg", Length: 7}}
	}})
	feed := w.atom("/feeds/ports.atom")
	if got := feed.text("title"); got != "Ports & docks" {
		t.Errorf("title %q", got)
	}
	e := feed.entry(t, "Harbour <b>plan</b> & costs")
	for name, want := range map[string]string{"published": "2026-11-20T08:00:00Z", "updated": "2026-11-20T09:00:00Z"} {
		if got := e.text(name); got != want {
			t.Errorf("%s %s, want %s", name, got, want)
		}
	}
	if got := e.all("author")[0].text("name"); got != "Harbour Gazette (Ada Quay)" {
		t.Errorf("author %q names no outlet", got)
	}
	src := e.all("source")[0]
	if src.text("title") != "Gazette & news" || src.all("link")[0].attr("href") != "https://gazette.example/" {
		t.Errorf("source %+v", src)
	}
	wants(t, "content", e.text("content"), "<blockquote><p>The council of the <b>harbour</b> town met")
	lacks(t, "feed", w.body("/feeds/ports.atom"), "secret", "hidden")

	parsed := must(gofeed.NewParser().ParseString(w.body("/feeds/ports.atom")))(t)
	if len(parsed.Items) != 1 || parsed.Items[0].GUID != e.text("id") || parsed.Items[0].Link != "https://gazette.example/1" {
		t.Errorf("gofeed reads %+v", parsed.Items)
	}
	own := must(feeds.Parse([]byte(w.body("/feeds/ports.atom")), feeds.Options{Now: w.now}))(t)
	if it := own.Entries[0].Item(); it.Title != "Harbour <b>plan</b> & costs" {
		t.Errorf("our own reader reads the headline %q", it.Title)
	}
}

func TestFeedOfNothing(t *testing.T) {
	w := newWorld(t, basicConfig)
	for _, path := range []string{"/feeds/ports.atom", "/feeds/all.atom", "/feeds/health.atom", "/digests/morning.atom"} {
		feed := w.atom(path)
		if len(feed.all("entry")) != 0 || feed.text("updated") != "2000-01-01T00:00:00Z" {
			t.Errorf("%s: %d entries, updated %s", path, len(feed.all("entry")), feed.text("updated"))
		}
	}
	for _, path := range []string{"/feeds/other.atom", "/feeds/ports", "/feeds/ports.rdf", "/digests/other.atom"} {
		if rec := w.get(path); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

// TestA06 is: ids stable over restart, rebuild, later copies and edits; A07: updated never goes back.
func TestA06_IdsAreForEver(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "old", backlog: true}, article{guid: "1"}, article{guid: "2"})
	paths := []string{"/feeds/ports.atom", "/feeds/all.atom", "/feeds/single.atom", "/feeds/gazette.atom"}
	want := make(map[string]element)
	for _, p := range paths {
		want[p] = w.atom(p)
	}
	same := func(when string) {
		t.Helper()
		for _, p := range paths {
			got := w.atom(p)
			if got.text("id") != want[p].text("id") {
				t.Errorf("after %s: %s has another id", when, p)
			}
			if diff := cmp.Diff(want[p].ids(), got.ids()); diff != "" {
				t.Errorf("after %s: %s (-before +after)\n%s", when, p, diff)
			}
			for i, e := range got.all("entry") {
				if before := want[p].all("entry")[i]; stampOf(e.text("updated")).Before(stampOf(before.text("updated"))) {
					t.Errorf("after %s: %s: updated went back from %s to %s", when, p, before.text("updated"), e.text("updated"))
				}
			}
			want[p] = got
		}
	}
	w.now = w.now.Add(time.Hour)
	w.restart()
	same("a restart")
	w.reindex()
	same("a reindex")

	w.now = w.now.Add(time.Hour)
	w.read(article{guid: "1", title: "Harbour plan 1, corrected", html: "<p>" + prose("1") + " The dock stays.</p>"})
	edited := "Harbour plan 1, corrected"
	if got := w.atom("/feeds/ports.atom").entry(t, edited).text("updated"); got != "2026-11-20T11:00:00Z" {
		t.Errorf("an edit gives updated %s", got)
	}
	if got := w.atom("/feeds/ports.atom").entry(t, "Harbour plan 2").text("updated"); got != "2026-11-20T09:00:00Z" {
		t.Errorf("an edit of another item moves updated to %s", got)
	}
	same("an edit")

	w.now = w.now.Add(time.Hour)
	w.read(article{feed: courierFeed, guid: "copy", outlet: "Courier", url: "https://courier.example/c", title: "Plan for the harbour", html: "<p>" + prose("2") + "</p>"})
	delete(want, "/feeds/single.atom") // each item is an entry of its own there
	paths = slices.DeleteFunc(paths, func(p string) bool { return p == "/feeds/single.atom" })
	same("a copy")
	w.reindex()
	w.restart()
	same("another reindex and restart")

	w.configure(strings.Replace(basicConfig, `listen = "127.0.0.1:8087"`, "listen = \"127.0.0.1:8087\"\npublic_url = \"https://news.example.org/mw\"", 1))
	same("a public address")
	for _, l := range w.atom("/feeds/ports.atom").all("link") {
		if !strings.HasPrefix(l.attr("href"), "https://news.example.org/mw/") {
			t.Errorf("link %s still leads to %s", l.attr("rel"), l.attr("href"))
		}
	}
}

func TestA07_FeedNeverReordersNorGoesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, basicConfig)
		var before []string
		updated := make(map[string]time.Time)
		made := 0
		for range rapid.IntRange(2, 6).Draw(rt, "steps") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 100_000).Draw(rt, "seconds")) * time.Second)
			n := rapid.IntRange(0, made).Draw(rt, "which")
			made = max(made, n+1)
			w.read(article{
				guid: fmt.Sprint(n), title: fmt.Sprintf("Harbour %d %d", n, rapid.IntRange(0, 2).Draw(rt, "edition")), html: "<p>" + prose(fmt.Sprint(n)) + "</p>",
				published: exact(w.now.Add(-time.Duration(rapid.IntRange(-1000, 1000).Draw(rt, "hours")) * time.Hour)),
			})
			if rapid.Bool().Draw(rt, "reindex") {
				w.reindex()
			}
			feed := w.atom("/feeds/ports.atom")
			for _, e := range append(feed.all("entry"), feed) {
				id, at := e.text("id"), stampOf(e.text("updated"))
				if at.Before(updated[id]) {
					rt.Fatalf("updated of %s goes back from %s to %s", id, updated[id], at)
				}
				updated[id] = at
			}
			ids := feed.ids()
			if !slices.Equal(ids[len(ids)-len(before):], before) {
				rt.Fatalf("%v became %v", before, ids)
			}
			before = ids
		}
		_ = w.store.Close()
	})
}

// A feed shows nothing of what its watch does not match: neither articles that nothing matches nor those of other
// watches, in none of its forms.
func TestA10_AFeedShowsOnlyWhatItsWatchMatches(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(
		article{guid: "1", title: "Harbour plan", html: "<p>The harbour is extended.</p>"},
		article{guid: "2", title: "Budget secretly agreed", html: "<p>The mayor agreed to the budget in private.</p>"},
		article{guid: "3", title: "Dockers meet", html: "<p>The dockers met on Monday.</p>"},
	)
	for watch, shown := range map[string][]string{"ports": {"Harbour plan", "Dockers meet"}, "single": {"Harbour plan"}, "gazette": {"Harbour plan"}} {
		doc := w.body("/feeds/" + watch + ".atom")
		for _, title := range []string{"Harbour plan", "Budget secretly agreed", "Dockers meet"} {
			if want := slices.Contains(shown, title); strings.Contains(doc, title) != want {
				t.Errorf("the feed of %s has %q: %t, want %t", watch, title, !want, want)
			}
		}
		lacks(t, "the feed of "+watch, doc, "Budget", "mayor", "gazette.example/2")
	}
}

func TestPublishedDateIsTheFirst(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1", published: exact(start.Add(-24 * time.Hour))})
	w.now = w.now.Add(time.Hour)
	w.read(article{guid: "1", title: "Harbour plan 1, dated anew", published: exact(start.Add(30 * time.Minute))})
	e := w.atom("/feeds/ports.atom").entry(t, "Harbour plan 1, dated anew")
	if e.text("published") != "2026-11-19T09:00:00Z" || e.text("updated") != "2026-11-20T10:00:00Z" {
		t.Errorf("published %s, updated %s", e.text("published"), e.text("updated"))
	}
}

// An entry says when the article was edited last, and what became of its headline.
func TestEditedEntrySaysHow(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"}, article{guid: "2"})
	content := func(title string) string { return w.atom("/feeds/ports.atom").entry(t, title).text("content") }
	lacks(t, "new", content("Harbour plan 1"), "dited")
	w.now = w.now.Add(12 * time.Minute)
	w.read(article{guid: "1", html: "<p>" + prose("1") + " The dock stays.</p>"}, article{guid: "2", title: "Harbour plan 2 <corrected>"})
	wants(t, "text", content("Harbour plan 1"), "<p>Text edited 20 Nov 2026 09:12 UTC</p>")
	wants(t, "headline", content("Harbour plan 2 <corrected>"), "<p>Edited 20 Nov 2026 09:12 UTC: Harbour plan 2 → Harbour plan 2 &lt;corrected&gt;</p>")
	w.now = w.now.Add(time.Hour)
	w.read(article{guid: "1", title: "Harbour plan 1, again"})
	wants(t, "twice", content("Harbour plan 1, again"), "<p>Edited 20 Nov 2026 10:12 UTC (2 times): Harbour plan 1 → Harbour plan 1, again</p>")
}

// An entry says who was first, among those whose times are exact.
func TestEntrySaysWhoWasFirst(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1", published: exact(start.Add(-time.Hour))})
	copied := article{feed: courierFeed, guid: "c", outlet: "Courier", url: "https://courier.example/c", title: "Plan for the harbour", html: "<p>" + prose("1") + "</p>", published: exact(start.Add(-2 * time.Hour))}
	w.read(copied)
	content := func() string { return w.atom("/feeds/ports.atom").entry(t, "Harbour plan 1").text("content") }
	wants(t, "both exact", content(), "<p>First by stated time: Courier, 20 Nov 2026 07:00 UTC.</p>")
	undated := copied
	undated.guid, undated.outlet, undated.url, undated.published = "d", "Herald", "https://herald.example/d", news.Stamp{}
	w.read(undated)
	wants(t, "one undated", content(), "<p>First by stated time: Courier, 20 Nov 2026 07:00 UTC. 1 of the 3 states no exact time and may be earlier.</p>")
}

func TestHowMuchAFeedHolds(t *testing.T) {
	w := newWorld(t, basicConfig)
	batch := func(prefix string, n int, backlog bool) {
		var list []article
		for i := range n {
			list = append(list, article{guid: fmt.Sprintf("%s%03d", prefix, i), html: fmt.Sprintf("<p>Harbour %s %d.</p>", prefix, i), backlog: backlog})
		}
		w.read(list...)
	}
	holds := func(want int, newest string) {
		t.Helper()
		w.now = w.now.Add(2 * time.Minute)
		entries := w.atom("/feeds/ports.atom").all("entry")
		if len(entries) != want {
			t.Errorf("%d entries, want %d", len(entries), want)
		}
		if got := entries[0].text("title"); got != newest {
			t.Errorf("newest is %q, want %q", got, newest)
		}
	}
	batch("back", 130, true)
	if n := len(w.atom("/feeds/ports.atom").all("entry")); n != 100 {
		t.Errorf("%d entries of backlog, want 100", n)
	}
	batch("a", 60, false)
	holds(100, "Harbour plan a059")
	w.now = w.now.Add(24 * time.Hour)
	batch("b", 70, false)
	holds(130, "Harbour plan b069") // all of the last 48 hours
	w.now = w.now.Add(30 * time.Hour)
	holds(100, "Harbour plan b069") // the first sixty are older now
	batch("c", 450, false)
	holds(500, "Harbour plan c449")
}

func TestA09_Validators(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	const path = "/feeds/ports.atom"
	first := w.get(path)
	etag, modified := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
	if etag == "" || modified == "" || first.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" || !strings.Contains(first.Header().Get("Vary"), "Accept-Encoding") {
		t.Fatalf("headers %v", first.Header())
	}
	later := start.Add(time.Hour).Format(http.TimeFormat)
	earlier := start.Add(-time.Hour).Format(http.TimeFormat)
	for name, c := range map[string]struct {
		header []string
		want   int
	}{
		"etag":                 {[]string{"If-None-Match", etag}, 304},
		"etag, packed":         {[]string{"If-None-Match", etag, "Accept-Encoding", "gzip"}, 304},
		"strong form":          {[]string{"If-None-Match", strings.TrimPrefix(etag, "W/")}, 304},
		"list":                 {[]string{"If-None-Match", `"a", W/"b,c", ` + etag}, 304},
		"star":                 {[]string{"If-None-Match", "*"}, 304},
		"other":                {[]string{"If-None-Match", `"x` + strings.Trim(etag, `W/"`) + `"`}, 200},
		"without quotes":       {[]string{"If-None-Match", strings.Trim(etag, `W/"`)}, 200},
		"date":                 {[]string{"If-Modified-Since", modified}, 304},
		"later date":           {[]string{"If-Modified-Since", later}, 304},
		"earlier date":         {[]string{"If-Modified-Since", earlier}, 200},
		"no date":              {[]string{"If-Modified-Since", "yesterday"}, 200},
		"both":                 {[]string{"If-None-Match", etag, "If-Modified-Since", modified}, 304},
		"etag wins, same":      {[]string{"If-None-Match", etag, "If-Modified-Since", earlier}, 304},
		"etag wins, different": {[]string{"If-None-Match", `"x"`, "If-Modified-Since", later}, 200},
		"a range is ignored":   {[]string{"Range", "bytes=0-3"}, 200},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			rec := w.ask(method, path, c.header...)
			if rec.Code != c.want {
				t.Errorf("%s %s: %d, want %d", method, name, rec.Code, c.want)
			}
			if rec.Header().Get("ETag") != etag {
				t.Errorf("%s %s: ETag %s", method, name, rec.Header().Get("ETag"))
			}
			if (rec.Code == 304 || method == http.MethodHead) && rec.Body.Len() > 0 {
				t.Errorf("%s %s: a body of %d bytes", method, name, rec.Body.Len())
			}
		}
	}
}

func TestA09_Gzip(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	plain := w.get("/feeds/ports.atom")
	for accept, packed := range map[string]bool{
		"gzip": true, "GZIP": true, "deflate, gzip;q=0.5": true, "br;q=1.0, gzip; q=0.8, *;q=0.1": true, "gzip;q=0": false, "gzip;q=0.000": false, "gzip; q=x": false,
		"": false, "identity": false, "x-gzipped": false, "deflate": false,
	} {
		rec := w.get("/feeds/ports.atom", "Accept-Encoding", accept)
		if got := rec.Header().Get("Content-Encoding") == "gzip"; got != packed {
			t.Errorf("%q: packed %v", accept, got)
			continue
		}
		body := rec.Body.Bytes()
		if packed {
			body = must(io.ReadAll(must(gzip.NewReader(rec.Body))(t)))(t)
		}
		if !bytes.Equal(body, plain.Body.Bytes()) {
			t.Errorf("%q: other bytes", accept)
		}
	}
}

// TestLastModifiedIsTrue asks as readers do that know dates only.
func TestLastModifiedIsTrue(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	ask := func(since string) (int, string) {
		rec := w.get("/feeds/ports.atom", "If-Modified-Since", since)
		return rec.Code, rec.Header().Get("Last-Modified")
	}
	_, first := ask("")
	w.now = w.now.Add(10 * time.Minute)
	if code, _ := ask(first); code != 304 {
		t.Errorf("unchanged: %d", code)
	}
	if _, again := ask(""); again != first {
		t.Errorf("unchanged: %s became %s", first, again)
	}
	// A copy changes the bytes, though no entry's updated moves.
	w.read(article{feed: courierFeed, guid: "c", outlet: "Courier", url: "https://courier.example/c", html: "<p>" + prose("1") + "</p>"})
	code, second := ask(first)
	if code != 200 || second == first {
		t.Errorf("a copy: %d, %s became %q", code, first, second)
	}
	// Another change within the same second must not hide behind the date of the first.
	w.read(article{guid: "2"})
	if code, third := ask(second); code != 200 || third != "" {
		t.Errorf("twice in a second: %d %q, want 200 without a date, which would be in the future", code, third)
	}
	w.now = w.now.Add(2 * time.Second)
	if code, third := ask(second); code != 200 || third == "" || third == second {
		t.Errorf("a moment later: %d %q", code, third)
	}
}

func TestGroupAndContent(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1", html: `<p>First the harbour.</p><p>Then a <a href="https://gazette.example/x">link</a><script>alert(1)</script>.</p>`, edit: func(it *news.Item) { it.Summary = "<p>In short: docks.</p>" }})
	w.read(article{feed: courierFeed, guid: "c", outlet: "Courier", url: "https://courier.example/c", title: "Harbour plan 1", html: `<p>First the harbour.</p><p>Then a link.</p>`})
	content := func(watch string) string {
		return w.atom("/feeds/"+watch+".atom").entry(t, "Harbour plan 1").text("content")
	}
	if n := len(w.atom("/feeds/ports.atom").all("entry")); n != 1 {
		t.Errorf("group = story gives %d entries", n)
	}
	if n := len(w.atom("/feeds/single.atom").all("entry")); n != 2 {
		t.Errorf("group = item gives %d entries", n)
	}
	wants(t, "excerpt", content("ports"), "In short: docks.", "First the <b>harbour</b>.", "Also covered by 1 outlet:", `<a href="https://courier.example/c">Courier</a>, 20 Nov 2026 09:00 UTC (same text)`)
	lacks(t, "excerpt", content("ports"), "<script", "gazette.example/x")
	full := w.atom("/feeds/single.atom").all("entry")[1].text("content")
	wants(t, "full", full, `<a href="https://gazette.example/x"`, "First the harbour.")
	lacks(t, "full", full, "<script", "Also")
	none := content("gazette")
	wants(t, "none", none, "<b>harbour</b>", "+1 copy outside this watch")
	lacks(t, "none", none, "In short", "Then a", "Courier", "courier.example") // A10: a filtered feed leaks nothing
}

func TestLongListOfCopies(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	for i := range 14 {
		w.read(article{feed: courierFeed, guid: fmt.Sprint("c", i), outlet: fmt.Sprint("Courier ", i%12), url: fmt.Sprintf("https://courier.example/%d", i), title: "Harbour plan 1", html: "<p>" + prose("1") + "</p>"})
	}
	e := w.atom("/feeds/ports.atom").entry(t, "Harbour plan 1")
	wants(t, "content", e.text("content"), "Also covered by 12 outlets:", `http://127.0.0.1:8087/stories/`, ">4 more</a>")
	related := 0
	for _, l := range e.all("link") {
		if l.attr("rel") == "related" {
			related++
		}
	}
	if related != 10 {
		t.Errorf("%d related links", related)
	}
}

func TestItemWithoutAddressLinksToOurPage(t *testing.T) {
	w := newWorld(t, basicConfig)
	for guid, address := range map[string]string{"a": "-", "b": "javascript:alert(1)", "c": "file:///etc/passwd", "d": "//evil.example/x"} {
		w.read(article{guid: guid, url: address, title: "Harbour " + guid})
		e := w.atom("/feeds/ports.atom").entry(t, "Harbour "+guid)
		var link string
		for _, l := range e.all("link") {
			if l.attr("rel") == "alternate" {
				link = l.attr("href")
			}
		}
		path, ok := strings.CutPrefix(link, "http://127.0.0.1:8087")
		if !ok {
			t.Errorf("an item at %s links to %s", address, link)
			continue
		}
		wants(t, path, w.body(path), "Harbour "+guid)
	}
}

func TestForgottenItemLeavesTheFeed(t *testing.T) {
	w := newWorld(t, basicConfig)
	a := article{guid: "1"}
	w.read(a, article{guid: "2"})
	if err := w.store.Forget(t.Context(), a.id(), "asked for", w.now); err != nil {
		t.Fatal(err)
	}
	if feed := w.atom("/feeds/ports.atom"); len(feed.all("entry")) != 1 {
		t.Errorf("%d entries", len(feed.all("entry")))
	}
	if rec := w.get("/items/" + a.id().String()); rec.Code != http.StatusNotFound {
		t.Errorf("its page answers %d", rec.Code)
	}
}

func TestChangedQueryShowsWithinAMinute(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"}, article{guid: "2", title: "Nothing", html: "<p>A dockyard.</p>"})
	if n := len(w.atom("/feeds/ports.atom").all("entry")); n != 2 {
		t.Fatalf("%d entries", n)
	}
	w.configure(strings.Replace(basicConfig, `query = "harbour OR dock*"`, `query = "dock*"`, 1))
	w.body("/feeds/ports.atom") // rendered between the reload and the matcher
	w.follow()
	w.now = w.now.Add(time.Minute)
	if ids := w.atom("/feeds/ports.atom").ids(); len(ids) != 1 {
		t.Errorf("%d entries after the query was narrowed", len(ids))
	}
}

// TestManyReadersAtOnce is for the race detector: readers while things arrive. Every answer is a whole feed.
func TestManyReadersAtOnce(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "0"})
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			for range 10 {
				for _, path := range []string{"/feeds/ports.atom", "/feeds/health.atom", "/", "/api/v1/watches"} {
					if rec := w.get(path); rec.Code != http.StatusOK || rec.Body.Len() == 0 {
						t.Errorf("reader %d: %s: %d", i, path, rec.Code)
					}
				}
			}
		})
	}
	for i := range 10 {
		w.read(article{guid: fmt.Sprint(i)})
	}
	readers.Wait()
	if n := len(w.atom("/feeds/ports.atom").all("entry")); n != 10 {
		t.Errorf("%d entries in the end", n)
	}
}
