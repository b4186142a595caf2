package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// htmlPage is a page with what a browser would make of it.
type htmlPage struct {
	t    testing.TB
	path string
	src  string
	doc  *html.Node
}

func parsePage(t testing.TB, path, src string) htmlPage {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	return htmlPage{t, path, src, doc}
}

// page asks for a page that must answer 200 and checks what holds for all pages.
func (w *world) page(path string) htmlPage {
	w.t.Helper()
	rec := w.get(path)
	if rec.Code != http.StatusOK {
		w.t.Fatalf("GET %s: %d", path, rec.Code)
	}
	p := parsePage(w.t, path, rec.Body.String())
	p.sound(rec.Header())
	return p
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// elements returns all elements of these names.
func (p htmlPage) elements(names ...string) []*html.Node {
	var out []*html.Node
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(names, n.Data) {
			out = append(out, n)
		}
	}
	return out
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// text is what a reader sees of the page below its head.
func (p htmlPage) text() string { return textOf(p.elements("main")[0]) }

// addresses are what the page links to or loads.
func (p htmlPage) addresses() []string {
	var out []string
	for _, n := range p.elements("a", "link", "iframe", "img", "form", "script", "source", "area") {
		for _, key := range []string{"href", "src", "action"} {
			if v := attr(n, key); v != "" {
				out = append(out, v)
			}
		}
	}
	return out
}

// sound checks a page: nothing runs, nothing is loaded from elsewhere, its own links are relative, and it is usable
// without eyes and without a mouse.
func (p htmlPage) sound(h http.Header) {
	p.t.Helper()
	for key, want := range map[string]string{"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if got := h.Get(key); got != want {
			p.t.Errorf("%s: %s %q", p.path, key, got)
		}
	}
	p.policy(h.Get("Content-Security-Policy"))
	if n := p.elements("script", "img", "object", "embed", "svg", "base"); len(n) > 0 {
		p.t.Errorf("%s has a <%s>", p.path, n[0].Data)
	}
	for _, a := range p.addresses() {
		u, err := url.Parse(a)
		if err != nil || u.IsAbs() && u.Scheme != "http" && u.Scheme != "https" || !u.IsAbs() && (u.Host != "" || strings.HasPrefix(a, "/")) {
			p.t.Errorf("%s links to %q", p.path, a)
		}
	}
	ids := make(map[string]bool)
	for n := range p.doc.Descendants() {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
				p.t.Errorf("%s: <%s %s>", p.path, n.Data, a.Key)
			}
			if a.Key == "id" && ids[a.Val] {
				p.t.Errorf("%s: id %q is there twice", p.path, a.Val)
			} else if a.Key == "id" {
				ids[a.Val] = true
			}
		}
	}
	p.accessible(ids)
}

// policy checks that the page's one stylesheet is the one its policy allows.
func (p htmlPage) policy(csp string) {
	p.t.Helper()
	styles := p.elements("style")
	if len(styles) != 1 {
		p.t.Fatalf("%s: %d stylesheets", p.path, len(styles))
	}
	sum := sha256.Sum256([]byte(styles[0].FirstChild.Data))
	if !strings.Contains(csp, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';") || strings.Contains(csp, "unsafe") {
		p.t.Errorf("%s: policy %q does not fit the stylesheet", p.path, csp)
	}
}

// accessible checks headings, labels, languages and directions.
func (p htmlPage) accessible(ids map[string]bool) {
	p.t.Helper()
	if n := len(p.elements("h1")); n != 1 {
		p.t.Errorf("%s: %d h1", p.path, n)
	}
	if attr(p.elements("html")[0], "lang") != "en" || len(p.elements("title")) != 1 {
		p.t.Errorf("%s: no language or title", p.path)
	}
	for _, n := range p.elements("input", "select", "iframe", "nav") {
		if attr(n, "aria-label") == "" && attr(n, "title") == "" {
			p.t.Errorf("%s: a <%s> without a label", p.path, n.Data)
		}
	}
	for n := range p.doc.Descendants() {
		for _, key := range []string{"aria-labelledby", "aria-describedby"} {
			if v := attr(n, key); v != "" && !ids[v] {
				p.t.Errorf("%s: %s=%q leads nowhere", p.path, key, v)
			}
		}
	}
	for _, n := range p.elements("a") {
		if textOf(n) == "" {
			p.t.Errorf("%s: a link to %s without words", p.path, attr(n, "href"))
		}
	}
	for _, n := range p.elements("time") {
		v := attr(n, "datetime")
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			if _, err := time.Parse(time.DateOnly, v); err != nil {
				p.t.Errorf("%s: datetime %q", p.path, v)
			}
		}
	}
}

// says checks what a reader sees.
func (p htmlPage) says(texts ...string) {
	p.t.Helper()
	seen := p.text()
	for _, text := range texts {
		if !strings.Contains(seen, text) {
			p.t.Errorf("%s does not say %q:\n%s", p.path, text, seen)
		}
	}
}

func (p htmlPage) doesNotSay(texts ...string) {
	p.t.Helper()
	lacks(p.t, p.path, p.text(), texts...)
}

// edition commits an edition of the digest with its deliveries.
func (w *world) edition(e news.Edition, deliveries ...news.Delivery) {
	w.t.Helper()
	from, err := w.store.Digest(context.Background(), e.Digest)
	if err != nil {
		w.t.Fatal(err)
	}
	to := from
	to.Number, to.Welcomed, to.LastSlot = e.Number, true, e.Date
	for i := range deliveries {
		deliveries[i].Digest, deliveries[i].Number, deliveries[i].Created = e.Digest, e.Number, e.Date
	}
	if err := w.store.CommitEdition(context.Background(), store.EditionCommit{From: from, To: to, Edition: &e, Deliveries: deliveries}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) sampleEdition(number int, stories ...news.ItemID) {
	e := news.Edition{
		Digest: "morning", Number: number, Date: w.now, MessageID: fmt.Sprintf("e%d@test", number), Subject: fmt.Sprintf("Morning briefing %d", number), Text: []byte("plain"),
		HTML: []byte(`<!DOCTYPE html><html><head><style>p{color:red}</style></head><body><p style="color:red">Edition ` + fmt.Sprint(number) + `</p><a href="https://gazette.example/1">one</a></body></html>`),
	}
	for _, id := range stories {
		e.Stories = append(e.Stories, news.Reported{Group: id, Number: number, Items: 2})
	}
	w.edition(e, news.Delivery{Recipient: "mailto:desk@example.org", State: news.DeliveryPending, NextTry: w.now}, news.Delivery{Recipient: "dir:out", State: news.DeliverySent, Attempts: 1, Answer: "3 files written", Settled: w.now})
}

// filled is a world with something of everything.
func filled(t testing.TB) *world {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1", published: exact(start.Add(-time.Hour))}, article{guid: "2", title: "-", backlog: true})
	w.read(article{feed: courierFeed, guid: "c", outlet: "-", url: "https://courier.example/c", title: "Plan for the harbour", html: "<p>" + prose("1") + "</p>"})
	w.now = w.now.Add(time.Hour)
	w.read(article{guid: "1", title: "Harbour plan 1, edited", html: "<p>" + strings.Replace(prose("1"), "monday", "tuesday", 1) + "</p>", published: exact(start.Add(-time.Hour))})
	w.sampleEdition(1, article{guid: "1"}.id())
	w.sampleEdition(2, article{guid: "1"}.id(), article{guid: "2"}.id())
	return w
}

// TestEveryLinkLeadsSomewhere walks all pages, below the root and below the address a proxy gives them.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	for _, prefix := range []string{"", "/news/desk"} {
		w := filled(t)
		handler := http.StripPrefix(prefix, w.web)
		seen := map[string]bool{prefix + "/": true}
		for queue := []string{prefix + "/"}; len(queue) > 0; queue = queue[1:] {
			at := queue[0]
			rec := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, at, nil)
			r.Host = "localhost"
			handler.ServeHTTP(rec, r)
			if rec.Code != http.StatusOK {
				t.Errorf("%s answers %d", at, rec.Code)
				continue
			}
			if !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") || strings.HasSuffix(at, "/raw") {
				continue
			}
			base := must(url.Parse(at))(t)
			for _, a := range parsePage(t, at, rec.Body.String()).addresses() {
				u := base.ResolveReference(must(url.Parse(a))(t))
				u.Fragment = ""
				if to := u.String(); u.Host == "" && !seen[to] {
					seen[to] = true
					queue = append(queue, to)
					if !strings.HasPrefix(to, prefix+"/") {
						t.Errorf("%s leads out of %s to %s", at, prefix, to)
					}
				}
			}
		}
		for _, want := range []string{"/", "/watches/", "/watches/ports", "/watches/all", "/search", "/subscriptions", "/outlets", "/digests/", "/digests/morning", "/digests/morning/1", "/digests/morning/2/raw",
			"/digests/morning.atom", "/feeds/ports.atom", "/feeds/all.atom", "/icon.svg", "/items/" + article{guid: "1"}.id().String(), "/stories/" + article{guid: "1"}.id().String(), "/api/v1/subscriptions.opml"} {
			if !seen[prefix+want] {
				t.Errorf("no page below %q leads to %s", prefix, want)
			}
		}
	}
}

func TestOverview(t *testing.T) {
	w := filled(t)
	w.status.LastPass, w.status.LastPassAt = "pass: 2 feeds asked, nothing new, in 1s", w.now.Add(-3*time.Minute)
	w.status.Problems = []string{"no space left"}
	p := w.page("/")
	p.says("What is new", "articles3watches3feeds2folder1", "Last pass 3 minutes ago: 2 feeds asked, nothing new, in 1s.", "no space left", "Ports & docks", "Harbour plan 1, edited",
		"Harbour Gazette · 08:00 · also covered by 1 outlet · edited", "Morning briefing", "No. 2", "next 21 Nov, 07:00", "None.")
	if n := len(p.elements("article")); n != 2 {
		t.Errorf("%d stories, want 2: copies and watches fold", n)
	}
	var marks []string
	for _, m := range p.elements("mark") {
		marks = append(marks, textOf(m))
	}
	if !slices.Contains(marks, "Harbour") || !slices.Contains(marks, "harbour") { // in the headline and in the sentence
		t.Errorf("marked: %q", marks)
	}
	var alternates []string
	for _, l := range p.elements("link") {
		if attr(l, "rel") == "alternate" && attr(l, "type") == "application/atom+xml" {
			alternates = append(alternates, attr(l, "href"))
		}
	}
	if want := []string{"./feeds/all.atom", "./feeds/ports.atom", "./feeds/single.atom", "./feeds/gazette.atom"}; !slices.Equal(alternates, want) {
		t.Errorf("autodiscovery %q", alternates)
	}
}

func TestEmptyPagesHelp(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.status.Queued = 2
	w.page("/").says("No stories yet.", "Feeds are read every hour", "The first pass is under way: 2 feeds still to be read.", "nothing yet")
	w.page("/watches/ports").says("No stories yet.", "0 articles so far")
	w.page("/digests/").says("Morning briefing", "No edition yet.", "daily 07:00 (UTC), next 21 Nov, 07:00")
	w.page("/outlets").says("Harbour Gazette", "gazette.example", "GB, regional")
	w.page("/subscriptions").says("not read yet")
	w.page("/search").says("How to ask")
	w.page("/search?q=harbour").says("Nothing found.")
	bare := newWorld(t, "[store]\npath = \"s.db\"\n")
	bare.page("/").says("Nothing is watched yet.", "Nothing is read yet: add a feed", "None is set up.")
	bare.page("/subscriptions").says("Nothing is read yet.")
	bare.page("/digests/").says("No digest is set up.")
	bare.page("/outlets").says("No outlets yet.")
}

func TestOverviewWithoutAMatch(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1", title: "Weather", html: "<p>Rain.</p>"})
	w.page("/").says("of everything; no watch matched yet", "Weather")
}

func TestWatchPage(t *testing.T) {
	w := newWorld(t, basicConfig)
	var list []article
	for i := range 130 {
		list = append(list, article{guid: fmt.Sprintf("%03d", i), html: fmt.Sprintf("<p>Harbour %d.</p>", i), backlog: true, published: exact(start.Add(time.Duration(i-200) * time.Minute))})
	}
	w.read(list...)
	first := w.page("/watches/ports")
	first.says("130 articles so far · last hit just now · copies folded into one story", "http://127.0.0.1:8087/feeds/ports.atom", "harbour OR dock*", "Harbour plan 129", "Harbour plan 090", "newest first")
	first.doesNotSay("Harbour plan 089", "Newest")
	last := w.page(first.older()) // and on to what the feed has no room for
	last = w.page(w.page(last.older()).older())
	last.says("Harbour plan 009", "Harbour plan 000", "Newest")
	last.doesNotSay("Harbour plan 010", "Older")
	for path, want := range map[string]int{"/watches/ports?before=x": http.StatusBadRequest, "/watches/ports?before=1-x": http.StatusBadRequest, "/watches/none": http.StatusNotFound} {
		if rec := w.get(path); rec.Code != want {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	w.page("/watches/single").says("each article by itself")
	w.page("/watches/all").says("Everything that arrives")
	w.page("/watches/").says("Ports & docks", "130", "Everything")
}

func TestWatchPageShowsLint(t *testing.T) {
	w := newWorld(t, strings.Replace(basicConfig, `"harbour OR dock*"`, `"the OR harbour"`, 1))
	lint := w.cfg.Watches[0].Query.Lint()
	if len(lint) == 0 {
		t.Skip("the query language finds nothing odd in the example")
	}
	w.page("/watches/ports").says(lint[0])
}

func TestStoryPage(t *testing.T) {
	w := newWorld(t, basicConfig)
	copyOf := func(guid, outlet string, published news.Stamp) article {
		return article{feed: courierFeed, guid: guid, outlet: outlet, url: "https://courier.example/" + guid, title: "Plan " + guid, html: "<p>" + prose("1") + "</p>", published: published}
	}
	w.read(article{guid: "1", published: news.Stamp{Time: start.Add(-50 * time.Hour).Truncate(24 * time.Hour), Certainty: news.CertaintyDay}})
	path := "/stories/" + article{guid: "1"}.id().String()
	w.page(path).says("One article; nobody else has been seen with its text.")
	w.read(copyOf("a", "-", news.Stamp{}))
	w.page(path).says("The same text in 2 articles of 2 outlets.", "First seen by us: Harbour Gazette", "who was first is not known", "18 Nov 2026day only", "not stated", "arrived first", "same text as Harbour Gazette")
	w.read(copyOf("b", "Courier", exact(start.Add(-time.Hour))), copyOf("c", "Herald", exact(start.Add(-2*time.Hour))), copyOf("d", "Oracle", exact(start.Add(time.Hour))))
	w.page(path).says("The same text in 5 articles of 5 outlets.", "First by stated time: Herald, 07:00. 3 of the 5 state no exact time and may be earlier.", "Ports & docks")
	w.page("/stories/" + copyOf("b", "", news.Stamp{}).id().String()).says("5 articles")
	edited := copyOf("b", "Courier", exact(start.Add(-time.Hour)))
	edited.title = "Plan b, corrected"
	w.now = w.now.Add(12 * time.Minute)
	w.read(edited)
	w.page(path).says("Plan b, corrected", "edited 09:12, was: Plan b")
	for _, path := range []string{"/stories/ffffffffffffffffffffffffffffffff", "/stories/x"} {
		if rec := w.get(path); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

func TestItemPage(t *testing.T) {
	w := newWorld(t, basicConfig)
	a := article{guid: "1", published: exact(start.Add(-time.Hour)), html: "<p>The <b>harbour</b> opens.</p><p>A dockyard follows.</p>", edit: func(it *news.Item) {
		it.Section, it.Authors, it.Caption, it.Cut = []string{"News", "World"}, []news.Person{{Name: "Ada Quay"}}, "The pier", []string{"Subscribe now"}
	}}
	w.read(a)
	w.read(article{feed: courierFeed, guid: "c", outlet: "Courier", url: "https://courier.example/c", title: "Harbour plan 1", html: a.html})
	w.now = w.now.Add(time.Hour)
	a.html, a.title = "<p>The <b>harbour</b> closes.</p><p>A dockyard follows.</p>", "Harbour plan 1, second thoughts"
	w.read(a)
	p := w.page("/items/" + a.id().String())
	p.says("Harbour Gazette · News / World", "08:00 · Ada Quay · original page · also covered by 1 outlet", "The harbour closes.", "Picture: The pier", "1 line left out as boilerplate", "Subscribe now",
		"Ports & docks", "in the headline: Harbour", "in the text: harbour, dockyard", "by the site of its link", "certainty: exact", "Gazette & news", "https://gazette.example/feed status 200",
		"0102030000000000000000000000000000000000000000000000000000000000", "journal 1, version 2", "How it changed 1 revision", "Version 2, 10:00", "opens.", "closes.")
	var marks, gone, come []string
	for _, n := range p.elements("mark", "del", "ins") {
		switch n.Data {
		case "mark":
			marks = append(marks, textOf(n))
		case "del":
			gone = append(gone, textOf(n))
		case "ins":
			come = append(come, textOf(n))
		}
	}
	if !slices.Equal(marks[:3], []string{"Harbour", "harbour", "dockyard"}) {
		t.Errorf("marked %q", marks)
	}
	if !slices.Equal(gone, []string{"1", "opens."}) || !slices.Equal(come, []string{"1, second thoughts", "closes."}) {
		t.Errorf("gone %q, come %q", gone, come)
	}
	if n := len(p.elements("p")); n < 2 {
		t.Errorf("%d paragraphs", n)
	}
	if rec := w.get("/items/ffffffffffffffffffffffffffffffff"); rec.Code != http.StatusNotFound {
		t.Errorf("unknown item: %d", rec.Code)
	}
	b := article{guid: "bare", title: "-", html: "-", outlet: "-", url: "-"}
	w.read(b)
	w.page("/items/"+b.id().String()).says("without a headline", "This article came without a text.", "unknown outlet", "no time stated", "No watch matches it.")
}

func TestSearchPage(t *testing.T) {
	w := filled(t)
	p := w.page("/search?q=" + url.QueryEscape("tuesday OR dock*"))
	p.says("Results 1", "Harbour plan 1, edited", "tuesday")
	if got := attr(p.elements("input")[0], "value"); got != "tuesday OR dock*" {
		t.Errorf("the box holds %q", got)
	}
	wrong := w.page("/search?q=" + url.QueryEscape("harbour AND (dock"))
	wrong.says("column 13")
	if pre := textOf(wrong.elements("pre")[0]); !strings.HasSuffix(pre, "^") {
		t.Errorf("nothing is pointed at: %q", pre)
	}
	w.page("/search?q=harbour&since=24h").says("Results 3", "1 copy")
	w.page("/search?q=harbour&since=2026-11-01").says("since 2026-11-01", "Results 3")
	w.page("/search?q=watch:ports").says("Results 3")
	if rec := w.get("/search?q=harbour&since=soon"); rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), "Back to the overview") {
		t.Errorf("a bad span: %d", rec.Code)
	}
	var list []article
	for i := range 40 {
		list = append(list, article{guid: fmt.Sprint("m", i), title: fmt.Sprint("Ferry ", i), html: fmt.Sprintf("<p>Ferry %d.</p>", i)})
	}
	w.read(list...)
	p = w.page("/search?q=ferry")
	p.says("the newest 30", "More results")
	if n := len(p.elements("article")); n != 30 {
		t.Errorf("%d results", n)
	}
	for _, a := range p.elements("a") {
		if textOf(a) == "More results →" {
			w.page("/" + strings.TrimPrefix(attr(a, "href"), "./")).says("Results 40")
			return
		}
	}
	t.Error("no way to more results")
}

func TestSubscriptionsPage(t *testing.T) {
	w := newWorld(t, basicConfig)
	set := func(kind news.Kind, address string, change func(*news.Feed)) {
		t.Helper()
		err := w.store.UpdateFeed(t.Context(), news.NewFeedID(kind, address), func(f *news.Feed) error {
			f.Kind, f.Address, f.Location, f.LastOK = kind, address, address, start
			change(f)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	set(news.KindFeed, courierFeed, func(f *news.Feed) {
		f.Title, f.Failures, f.FailSince, f.Error, f.NextDue = "Courier", 4, start.Add(-48*time.Hour), "get "+courierFeed+": connection refused", start.Add(time.Hour)
	})
	p := w.page("/subscriptions")
	p.says("Of 3: 1 failing, 2 not read yet.", "failing: 4 times in a rowconnection refusedsince 18 Nov, 09:00", "10:00", "every minute", "gazette.example/feed?key=hidden")
	p.doesNotSay("secret")
	if first := textOf(p.elements("tr")[1]); !strings.HasPrefix(first, "Courier") {
		t.Errorf("what fails is not on top: %q", first)
	}
	w.page("/").says("Courier has failed 4 times since 18 Nov 09:00")
	p.doesNotSay("no network")
	w.status.NoNetwork = "no network since 20 Nov 08:00"
	w.page("/subscriptions").says("no network since 20 Nov 08:00") // issue 8, A4: the states do not show it
	health := w.atom("/feeds/health.atom")
	e := health.entry(t, "Courier")
	wants(t, "health feed", e.text("content"), "Courier has failed 4 times")
	set(news.KindFeed, courierFeed, func(f *news.Feed) { f.Failures = 5 })
	if got := w.atom("/feeds/health.atom").entry(t, "Courier"); got.text("id") != e.text("id") || got.text("updated") != e.text("updated") {
		t.Error("a feed that goes on failing is told of again")
	}
	set(news.KindFeed, courierFeed, func(f *news.Feed) { f.Failures, f.Error, f.FailSince = 0, "", time.Time{} })
	set(news.KindFeed, gazetteFeed, func(f *news.Feed) { f.Gone, f.LastNew = true, start })
	w.page("/subscriptions").says("gone", "its server says that it will not come back (410)", "09:00")
	if n := len(w.atom("/feeds/health.atom").all("entry")); n != 1 {
		t.Errorf("%d entries in the health feed", n)
	}
	seeds := news.NewFeedID(news.KindSeed, "seeds")
	doc := store.Document{Feed: news.Feed{ID: seeds, Kind: news.KindSeed, Address: "seeds", LastOK: start}, Files: []news.File{{Feed: seeds, Path: "a/b.txt", Error: "is a directory"}, {Feed: seeds, Path: "c.txt"}}}
	if _, err := w.store.Append(t.Context(), store.Batch{Documents: []store.Document{doc}}); err != nil {
		t.Fatal(err)
	}
	p = w.page("/subscriptions")
	p.says("Files that could not be read", "seeds/a/b.txt", "is a directory")
	p.doesNotSay("c.txt")
}

func TestOutletsPage(t *testing.T) {
	w := filled(t)
	w.page("/outlets").says("The newest 3 articles are counted.", "Harbour Gazette", "gazette.example", "unknown outlet")
}

func TestDigestPages(t *testing.T) {
	w := filled(t)
	for n := 3; n <= 45; n++ {
		w.now = w.now.Add(time.Hour)
		w.sampleEdition(n)
	}
	all := w.page("/digests/")
	all.says("Morning briefing 45", "Morning briefing 41", "No. 45", "delivered 1 time, 1 on the way", "All editions")
	all.doesNotSay("Morning briefing 40")
	list := w.page("/digests/morning")
	list.says("Morning briefing 45", "Morning briefing 6", "Older")
	list.doesNotSay("Morning briefing 5 ")
	w.page("/digests/morning?before=6").says("Morning briefing 5", "Morning briefing 1")
	p := w.page("/digests/morning/2")
	p.says("Morning briefing 2", "No. 2", "desk@example.org", "waiting", "folder out", "delivered", "3 files written", "Its stories 2", "Harbour plan 1, edited", "2 articles", "Show the list")
	frame := p.elements("iframe")[0]
	if attr(frame, "src") != "../../digests/morning/2/raw" || strings.Contains(attr(frame, "sandbox"), "script") || strings.Contains(attr(frame, "sandbox"), "same-origin") || attr(frame, "sandbox") == "" {
		t.Errorf("frame %v", frame.Attr)
	}
	raw := w.get("/digests/morning/2/raw")
	csp := raw.Header().Get("Content-Security-Policy")
	if raw.Code != 200 || !strings.Contains(raw.Body.String(), "Edition 2") || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "; sandbox") || strings.Contains(csp, "allow-scripts") || strings.Contains(csp, "allow-same-origin") {
		t.Errorf("raw: %d %q", raw.Code, csp)
	}
	feed := w.atom("/digests/morning.atom")
	if n := len(feed.all("entry")); n != 20 {
		t.Errorf("%d editions in the feed", n)
	}
	e := feed.entry(t, "Morning briefing 45")
	wants(t, "edition", e.text("content"), "Edition 45", "https://gazette.example/1")
	for _, path := range []string{"/digests/none", "/digests/morning/99", "/digests/morning/x", "/digests/morning/99/raw", "/digests/morning?before=0"} {
		if rec := w.get(path); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

func TestLongEditionIsListedWhole(t *testing.T) {
	w := newWorld(t, basicConfig)
	var list []article
	var ids []news.ItemID
	for i := range 230 {
		a := article{guid: fmt.Sprintf("%03d", i), html: fmt.Sprintf("<p>Harbour %d.</p>", i)}
		list = append(list, a)
		ids = append(ids, a.id())
	}
	w.read(list...)
	w.sampleEdition(1, ids...)
	p := w.page("/digests/morning/1")
	p.says("Its stories 230", "Harbour plan 000", "Harbour plan 229")
	p.doesNotSay("Show the list")
}

func TestErrorsArePages(t *testing.T) {
	w := newWorld(t, basicConfig)
	for _, path := range []string{"/nothing", "/watches/none", "/items/x/y/z", "/digests/a/b/c/d"} {
		rec := w.get(path)
		if rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
		p := parsePage(t, path, rec.Body.String())
		p.sound(rec.Header())
		p.says("There is nothing at this address", "Back to the overview")
	}
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	rec := w.get("/")
	p := parsePage(t, "/", rec.Body.String())
	p.sound(rec.Header())
	if rec.Code != http.StatusInternalServerError {
		t.Errorf("over a closed store: %d", rec.Code)
	}
}

// TestHostIsNotTrusted asks with foreign Host headers, and under one of our names with a foreign one forwarded: nothing
// that is answered repeats them.
func TestHostIsNotTrusted(t *testing.T) {
	w := filled(t)
	for _, p := range []string{"/", "/watches/ports", "/items/" + article{guid: "1"}.id().String(), "/feeds/ports.atom", "/digests/morning.atom", "/api/v1/watches", "/nothing", "//evil.example/", "/digests/morning/1"} {
		for _, host := range []string{"evil.example", "localhost:666"} {
			r := httptest.NewRequest(http.MethodGet, "http://"+host+path.Clean(p), nil)
			r.Header.Set("X-Forwarded-Host", "evil.example")
			rec := httptest.NewRecorder()
			w.web.ServeHTTP(rec, r)
			lacks(t, p, rec.Body.String()+rec.Header().Get("Location"), "evil.example", "localhost:666")
			if bad := host == "evil.example"; bad != (rec.Code == http.StatusMisdirectedRequest) {
				t.Errorf("%s of %s: %d", p, host, rec.Code)
			}
		}
	}
}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'-alert(3)-'{{.}}</style></title></textarea>` + "\u202e\u0000\ufffe]]>"

// TestX02_HostileWords puts hostile text wherever a publisher or a configuration can put any.
func TestX02_HostileWords(t *testing.T) {
	w := newWorld(t, strings.NewReplacer(`"Ports & docks"`, `'''"><script>alert(9)</script> docks'''`, `"Morning briefing"`, `'''<script>alert(9)</script>'''`).Replace(basicConfig))
	evil := func(guid, address string) article {
		clean := strings.NewReplacer("\u0000", "", "\ufffe", "").Replace(hostile) // the store takes no such characters; ingest drops them
		return article{guid: guid, outlet: clean, title: "Harbour " + clean, url: address, html: `<p>The harbour ` + clean + `</p><a href="javascript:alert(4)">x</a><svg onload=alert(5)><p style="x:url(javascript:alert(6))">dock</p>` +
			`<svg onload=alert(12)><a xlink:href="javascript:alert(13)"><circle r="1" fill="url(javascript:alert(14))"/></a><use href="data:x"/><style>x</style></svg>`,
			edit: func(it *news.Item) {
				it.Section, it.Categories, it.Authors = []string{clean}, []string{clean}, []news.Person{{Name: clean, URI: "javascript:alert(7)"}}
				it.Caption, it.Cut, it.OutletEvidence, it.Origin.FinalURL = clean, []string{clean}, clean, "javascript:alert(8)"
				it.Image, it.Enclosures, it.Lang, it.Rights = "javascript:alert(10)", []news.Enclosure{{URL: "javascript:alert(11)", Type: clean}}, clean, clean
			}}
	}
	w.read(evil("1", "javascript:alert(1)"))
	second := evil("2", "https://gazette.example/\"><script>alert(1)</script>")
	second.feed = courierFeed
	w.read(second)
	w.now = w.now.Add(time.Hour)
	third := evil("1", "JaVaScRiPt:alert(1)")
	third.title += " again"
	w.read(third)
	err := w.store.UpdateFeed(t.Context(), news.NewFeedID(news.KindFeed, courierFeed), func(f *news.Feed) error {
		f.Title, f.Link, f.Error, f.Failures, f.Warnings = "<script>alert(1)</script>", "javascript:alert(1)", "<img src=x onerror=alert(1)>", 5, []string{"<b>warning</b>"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.sampleEdition(1, evil("1", "").id())
	w.status.Problems, w.status.LastPass, w.status.LastPassAt = []string{"<script>alert(1)</script>"}, "<script>alert(1)</script>", w.now
	id := evil("1", "").id().String()
	for _, p := range []string{"/", "/watches/", "/watches/ports", "/watches/single?page=1", "/items/" + id, "/stories/" + id, "/subscriptions", "/outlets", "/digests/", "/digests/morning", "/digests/morning/1",
		"/search?q=harbour", "/search?q=" + url.QueryEscape("("+hostile), "/search?q=harbour&since=2026-11-01"} {
		page := w.page(p) // checks elements, attributes and addresses
		for _, n := range page.elements("a", "iframe", "form", "link") {
			for _, a := range n.Attr {
				if strings.Contains(strings.ToLower(a.Val), "javascript:") || strings.Contains(a.Val, "ZgotmplZ") {
					t.Errorf("%s: <%s %s=%q>", p, n.Data, a.Key, a.Val)
				}
			}
		}
	}
	for _, p := range []string{"/feeds/ports.atom", "/feeds/single.atom", "/feeds/gazette.atom", "/feeds/all.atom", "/feeds/health.atom", "/digests/morning.atom"} {
		w.atom(p) // checks links and content
	}
	for _, p := range []string{"/search?q=harbour&since=" + url.QueryEscape(hostile), "/" + url.PathEscape(hostile), "/watches/" + url.PathEscape(hostile), "/items/" + url.PathEscape(hostile), "/digests/" + url.PathEscape(hostile)} {
		rec := w.get(p)
		if rec.Code != http.StatusBadRequest && rec.Code != http.StatusNotFound {
			t.Errorf("%q: %d", p, rec.Code)
		}
		parsePage(t, p, rec.Body.String()).sound(rec.Header())
	}
}

// FuzzFeedIsAlwaysValid holds the published feeds to RFC 4287 whatever an item says.
func FuzzFeedIsAlwaysValid(f *testing.F) {
	f.Add("Harbour", "<p>harbour</p>", "https://gazette.example/1", "Gazette", int64(1_700_000_000))
	f.Add("]]>&", "<![CDATA[harbour]]><script>x</script>", "javascript:x", "", int64(-62_135_596_800))
	f.Add(" ", "<a href='//x'>harbour</a><img src=data:x>", "http://[::1", "\u200b", int64(253_402_300_799))
	f.Add("<title>\x00\xff", "harbour <b", "https://a/%zz", "&amp;\ufffe", int64(0))
	f.Add("Harbour", "<p>harbour <math><mi>x</mi></math></p><svg><a xlink:href='https://gazette.example/1'><circle r=1 /></a><foreignObject><p>x</foreignObject></svg>", "https://gazette.example/1", "Gazette", int64(1_700_000_000))
	f.Add("", "<svg><a xlink:href='javascript:x'>", "HTTPS://A:0/ \u202e", "\r\n", int64(1)<<40)
	f.Fuzz(func(t *testing.T, title, body, address, outlet string, published int64) {
		a := article{guid: "1", edit: func(it *news.Item) {
			it.Title, it.Content, it.URL, it.Outlet, it.Published = title, body, address, outlet, exact(time.Unix(published, 0).UTC())
			it.Categories, it.Rights, it.Image, it.Enclosures = []string{title}, outlet, address, []news.Enclosure{{URL: address, Type: outlet, Length: published}}
		}}
		b := article{guid: "2", edit: func(it *news.Item) { it.Title, it.Summary, it.URL, it.Outlet = body, title, address, title }}
		one, two := a.news(start).Item, b.news(start).Item
		parseAtom(t, string(must(web.RenderItems(&one, &two))(t)))
	})
}
