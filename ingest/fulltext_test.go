package ingest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/text"
)

const story = `<p>The council of Saltmere agreed on Monday evening on the plan for three new cranes, which arrive in spring.</p>
<p>The old ones go to a museum across the river, where visitors have asked for years to see how ships were unloaded before containers came.</p>
<p>Work along the northern quay begins in April, the harbour master said, and will take about eleven months, or twelve if the winter is a hard one.</p>`

// articlePage is a page as publishers make them.
func articlePage(head, body string) string {
	return htmlType + `<!DOCTYPE html><html lang="en"><head><title>Harbour plan agreed | The Gazette</title>` + head + `</head><body><nav><a href="/">Home</a><a href="/sport">Sport</a></nav>
<article><h1>Harbour plan agreed</h1>` + body + `</article><footer>About us</footer></body></html>`
}

// fullDesk is a desk that reads pages, with a publisher who already has one old item.
func fullDesk(t *testing.T, pages map[string]string) (*desk, *site) {
	s := newSite(t, pages)
	st := openStore(t)
	d := &desk{t: t, store: st, r: reader(t, st), sub: ingest.Subscription{ID: news.NewFeedID(news.KindFeed, s.URL+"/feed"), URL: s.URL + "/feed", FullText: true}}
	d.r.Pages = ingest.NewPageReader(d.r.Client, "mediawatch", d.r.Now)
	s.pages["/feed"] = rssPage("The Gazette", link(s, "old", "Old news", "/old", "It was long ago."))
	d.poll()
	s.visited()
	return d, s
}

func link(s *site, guid, title, path, text string) string {
	return fmt.Sprintf(`<item><guid isPermaLink="false">%s</guid><title>%s</title><link>%s%s</link><description>%s</description></item>`, guid, title, s.URL, path, text)
}

// next polls a document with one new item and returns that item.
func (d *desk) next(s *site, item string) news.Item {
	d.t.Helper()
	s.mu.Lock()
	s.pages["/feed"] = rssPage("The Gazette", item)
	s.mu.Unlock()
	r := d.poll()
	switch {
	case len(r.New) == 1:
		return r.New[0]
	case len(r.Revised) == 1:
		return r.Revised[0]
	}
	d.t.Fatalf("%d new and %d revised items, want one", len(r.New), len(r.Revised))
	return news.Item{}
}

func TestFullText(t *testing.T) {
	meta := `<link rel="canonical" href="/2026/harbour"><script type="application/ld+json">{"@type":"NewsArticle","headline":"Harbour plan agreed","datePublished":"2026-11-19T18:30:00+01:00","author":{"name":"Mara Lind"}}</script>`
	d, s := fullDesk(t, map[string]string{"/harbour": articlePage(meta, story)})
	it := d.next(s, link(s, "1", "Harbour plan agreed", "/harbour?utm_source=rss", "The council agreed."))
	if plain := text.Plain(it.Content); !strings.Contains(plain, "eleven months") || strings.Contains(plain, "About us") || strings.Contains(plain, "Sport") {
		t.Errorf("text: %q", plain)
	}
	if got := text.Plain(it.Summary); got != "The council agreed." {
		t.Errorf("the feed's own text became %q", got)
	}
	if it.URL != s.URL+"/2026/harbour" {
		t.Errorf("address %s, want the canonical one", it.URL)
	}
	if want := time.Date(2026, 11, 19, 17, 30, 0, 0, time.UTC); !it.Published.Time.Equal(want) || it.Published.Certainty != news.CertaintyExact {
		t.Errorf("published %v", it.Published)
	}
	if len(it.Authors) != 1 || it.Authors[0].Name != "Mara Lind" || it.Outlet != "The Gazette" || it.Backlog {
		t.Errorf("authors %v, outlet %q, backlog %v", it.Authors, it.Outlet, it.Backlog)
	}
	if diff := cmp.Diff([]string{"/feed", "/robots.txt", "/harbour"}, cutQueries(s.visited())); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if w := d.state().Warnings; len(w) != 0 {
		t.Errorf("warnings %q", w)
	}
	d.poll() // nothing changed: no page is asked again
	if diff := cmp.Diff([]string{"/feed"}, s.visited()); diff != "" {
		t.Errorf("asked again (-want +got):\n%s", diff)
	}
}

func cutQueries(addresses []string) []string {
	for i, a := range addresses {
		addresses[i], _, _ = strings.Cut(a, "?")
	}
	return addresses
}

// TestWhatTheFeedSaysCounts: the page fills in, it does not overrule.
func TestWhatTheFeedSaysCounts(t *testing.T) {
	meta := `<meta property="article:published_time" content="2019-01-01T00:00:00Z"><meta name="author" content="Somebody Else">`
	d, s := fullDesk(t, map[string]string{"/harbour": articlePage(meta, story)})
	it := d.next(s, `<item><guid>1</guid><title>Harbour plan agreed tonight</title><link>`+s.URL+`/harbour</link><pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate><author>Mara Lind</author></item>`)
	if it.Title != "Harbour plan agreed tonight" || it.Authors[0].Name != "Mara Lind" || it.Published.Time.Year() != 2026 || it.Backlog {
		t.Errorf("%q by %v at %v, backlog %v", it.Title, it.Authors, it.Published, it.Backlog)
	}
	if !strings.Contains(it.Content, "eleven months") || it.Summary != "" {
		t.Errorf("content %.60q, summary %q", it.Content, it.Summary)
	}
}

// TestT08B19_AnEntryWhosePageStatesAnOldDateIsNews, as one that states it itself.
func TestT08B19_AnEntryWhosePageStatesAnOldDateIsNews(t *testing.T) {
	d, s := fullDesk(t, map[string]string{"/harbour": articlePage(`<meta property="article:published_time" content="2019-01-01T00:00:00Z">`, story)})
	if it := d.next(s, link(s, "1", "Harbour plan agreed", "/harbour", "")); it.Backlog || it.Published.Time.Year() != 2019 {
		t.Errorf("backlog %v, dated %v", it.Backlog, it.Published.Time)
	}
}

// TestAPageThatGivesNoArticle: whatever comes in its place, the feed's text stays, the reason is told and the validators are kept.
func TestAPageThatGivesNoArticle(t *testing.T) {
	wall := htmlType + `<html><body><p>We value your privacy.</p><p>We and our 812 partners use cookies.</p><button>Accept all</button></body></html>`
	for _, tt := range []struct {
		name, page, why string
	}{
		{"a cookie wall", wall, "asks for consent to cookies"},
		{"a login", htmlType + `<html><body><h1>Harbour plan agreed</h1><p>Subscribe to continue reading. Already a subscriber?</p></body></html>`, "log in or subscribe"},
		{"a robot check", htmlType + `<html><head><title>Just a moment...</title></head><body><p>Checking your browser before accessing the site.</p></body></html>`, "robots"},
		{"gone", "status 404\n", "404"},
		{"forbidden", "status 403\n", "403"},
		{"a PDF", "application/pdf\n%PDF-1.7", "not a web page"},
		{"something else entirely", htmlType + `<html><body><article><p>` + strings.Repeat("Our shop sells umbrellas, boots and raincoats in many colours. ", 20) + `</p></article></body></html>`, "speaks of something else"},
		{"less than the feed has", articlePage("", "<p>The council agreed on the harbour plan.</p>"), "the feed has more"},
		{"empty", htmlType, "no article"},
		{"huge", htmlType + strings.Repeat("<p>harbour plan agreed</p>", 200_000), "too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, s := fullDesk(t, map[string]string{"/harbour": tt.page})
			own := "The council agreed on the plan for the harbour, with three new cranes, on Monday evening in the town hall."
			it := d.next(s, link(s, "1", "Harbour plan agreed", "/harbour", own))
			if it.Content != "" && text.Plain(it.Content) != own || text.Plain(it.HTML()) != own || it.URL != s.URL+"/harbour" {
				t.Errorf("content %.80q, summary %.80q, address %s", it.Content, it.Summary, it.URL)
			}
			w := strings.Join(d.state().Warnings, "\n")
			if !strings.Contains(w, "full text: 1 of 1 new articles keep the feed's text; "+s.URL+"/harbour: ") || !strings.Contains(w, tt.why) {
				t.Errorf("warnings %q, want %q", w, tt.why)
			}
			if d.state().Body.IsZero() || d.state().Error != "" {
				t.Errorf("the failure of a page is one of its feed: %q", d.state().Error)
			}
		})
	}
}

func TestRobotsTxt(t *testing.T) {
	for _, tt := range []struct {
		name, robots string
		read         bool
	}{
		{"none", "", true},
		{"empty", "text/plain\n", true},
		{"everything is permitted", "text/plain\nUser-agent: *\nDisallow:\n", true},
		{"nothing is permitted", "text/plain\nUser-agent: *\nDisallow: /\n", false},
		{"us alone not", "text/plain\nUser-agent: *\nDisallow:\n\nUser-agent: Mediawatch/2.0\nDisallow: /\n", false},
		{"us alone", "text/plain\r\nUser-agent: *\r\nDisallow: /\r\n\r\nUser-agent: mediawatch\r\nAllow: /\r\n", true},
		{"another path", "text/plain\nUser-agent: *\nDisallow: /private/\n", true},
		{"a pattern", "text/plain\nUser-agent: *\nDisallow: /*bour$\n", false},
		{"the longest rule counts", "text/plain\nUser-agent: *\nDisallow: /\nAllow: /harbour\n", true},
		{"faults are skipped", "text/plain\nnonsense\nCrawl-delay: soon\n<html>\nUser-agent: *\nCrawl-delay: -3\nDisallow: /har\n", false},
		{"a page in its place", htmlType + "<html><body>Not found</body></html>", true},
		{"behind a login", "status 403\n", true},
		{"a server in trouble", "status 503\n", false},
		{"too many requests", "status 429\n", false},
		{"a mark first", "text/plain\n\xef\xbb\xbfUser-agent: *\nDisallow: /\n", false},
		{"an hour between requests", "text/plain\nUser-agent: *\nCrawl-delay: 3600\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pages := map[string]string{"/harbour": articlePage("", story)}
			if tt.robots != "" {
				pages["/robots.txt"] = tt.robots
			}
			d, s := fullDesk(t, pages)
			it := d.next(s, link(s, "1", "Harbour plan agreed", "/harbour", "The council agreed."))
			if got := strings.Contains(it.Content, "eleven months"); got != tt.read {
				t.Errorf("the page was read: %v, want %v; %q", got, tt.read, d.state().Warnings)
			}
			want := []string{"/feed", "/robots.txt"}
			if tt.read {
				want = append(want, "/harbour")
			}
			if diff := cmp.Diff(want, s.visited()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRobotsTxtIsAskedOnceADay: for as many articles and polls as there are.
func TestRobotsTxtIsAskedOnceADay(t *testing.T) {
	pages := map[string]string{"/robots.txt": "text/plain\nUser-agent: *\nDisallow: /x\n"}
	for i := range 24 {
		pages[fmt.Sprintf("/harbour%d", i)] = articlePage("", story)
	}
	d, s := fullDesk(t, pages)
	clock := now
	d.r.Now = func() time.Time { return clock }
	d.r.Pages = ingest.NewPageReader(d.r.Client, "mediawatch", d.r.Now)
	var asked []int
	for i := range 24 {
		d.next(s, link(s, fmt.Sprint(i), "Harbour plan agreed", fmt.Sprintf("/harbour%d", i), "The council agreed."))
		if strings.Contains(strings.Join(s.visited(), " "), "/robots.txt") {
			asked = append(asked, i*2)
		}
		clock = clock.Add(2 * time.Hour)
	}
	if diff := cmp.Diff([]int{0, 24}, asked); diff != "" {
		t.Errorf("hours in which robots.txt was asked (-want +got):\n%s", diff)
	}
}

// TestAPageInAnotherEncoding: the page's own declaration counts.
func TestAPageInAnotherEncoding(t *testing.T) {
	russian := `<p>Совет города согласился в понедельник вечером с планом новых портовых кранов, которые прибудут весной и заменят старые.</p>`
	page := `<html><head><meta charset="windows-1251"><title>План порта</title></head><body><article><h1>План порта</h1>` + strings.Repeat(russian, 4) + `</article></body></html>`
	encoded, err := charmap.Windows1251.NewEncoder().String(page)
	if err != nil {
		t.Fatal(err)
	}
	d, s := fullDesk(t, map[string]string{"/port": "text/html\n" + encoded})
	if it := d.next(s, link(s, "1", "План нового порта", "/port", "Совет согласился.")); !strings.Contains(it.Content, "портовых кранов") || it.Lang != "ru" {
		t.Errorf("lang %q, content %.100q", it.Lang, it.Content)
	}
}

// TestAnEditKeepsTheFullText: an edit reads the page again; when that fails, the text of before stays.
func TestAnEditKeepsTheFullText(t *testing.T) {
	d, s := fullDesk(t, map[string]string{"/harbour": articlePage("", story)})
	d.next(s, link(s, "1", "Harbour plan agreed", "/harbour", "The council agreed."))
	s.pages["/harbour"] = articlePage("", strings.Replace(story, "eleven", "fourteen", 1))
	if it := d.next(s, link(s, "1", "Harbour plan agreed at last", "/harbour", "The council agreed.")); !strings.Contains(it.Content, "fourteen months") || it.N != 2 {
		t.Errorf("revision %d: %.80q", it.N, it.Content)
	}
	s.pages["/harbour"] = "status 500\n"
	it := d.next(s, link(s, "1", "Harbour plan agreed, finally", "/harbour", "The council agreed."))
	if !strings.Contains(it.Content, "fourteen months") || it.Title != "Harbour plan agreed, finally" || it.N != 3 {
		t.Errorf("revision %d %q: %.80q", it.N, it.Title, it.Content)
	}
	// Only the fingerprint changes: the same words are no revision.
	s.pages["/harbour"] = articlePage("", strings.Replace(story, "eleven", "fourteen", 1))
	s.pages["/feed"] = rssPage("The Gazette", strings.Replace(link(s, "1", "Harbour plan agreed, finally", "/harbour", "The council agreed."), "<title>", "<category>ports</category><title>", 1))
	if r := d.poll(); len(r.New)+len(r.Revised) != 0 {
		t.Errorf("%d new, %d revised, want neither", len(r.New), len(r.Revised))
	}
}

// TestTheBacklogIsNotAskedFor: neither the first reading nor an edit of one of its items costs a page.
func TestTheBacklogIsNotAskedFor(t *testing.T) {
	d, s := fullDesk(t, map[string]string{"/old": articlePage("", story)})
	d.next(s, link(s, "old", "Old news, edited", "/old", "It was long ago."))
	if diff := cmp.Diff([]string{"/feed"}, s.visited()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// TestManyNewArticlesAtOnce: a limited number of pages is read, every item is kept, and so are the validators.
func TestManyNewArticlesAtOnce(t *testing.T) {
	pages := map[string]string{}
	for i := range 40 {
		pages[fmt.Sprintf("/harbour%d", i)] = articlePage("", strings.Replace(story, "Monday", fmt.Sprintf("day %d", i), 1))
	}
	d, s := fullDesk(t, pages)
	var items []string
	for i := range 40 {
		items = append(items, link(s, fmt.Sprint(i), "Harbour plan agreed", fmt.Sprintf("/harbour%d", i), "The council agreed."))
	}
	s.pages["/feed"] = rssPage("The Gazette", items...)
	res := d.read()
	r := d.keep(res)
	full := 0
	for _, it := range r.New {
		if it.Content != "" {
			full++
		}
	}
	if len(r.New) != 40 || full != 30 || res.Pages != 30 || res.PagesFailed != 10 || d.state().Body.IsZero() {
		t.Errorf("%d items, %d with their page's text; %d pages read, %d not", len(r.New), full, res.Pages, res.PagesFailed)
	}
	if w := strings.Join(d.state().Warnings, ""); !strings.Contains(w, "10 of 40 new articles keep the feed's text") || !strings.Contains(w, "more than 30") {
		t.Errorf("warnings %q", w)
	}
}

// TestALinkThroughSomebodyElsesServer: the item gets the address and the outlet of where the link leads.
func TestALinkThroughSomebodyElsesServer(t *testing.T) {
	d, s := fullDesk(t, map[string]string{"/harbour": articlePage("", story)})
	through := newPublisher(t)
	through.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)+"/harbour", http.StatusFound)
	}
	it := d.next(s, `<item><guid>1</guid><title>Harbour plan agreed</title><link>`+through.URL+`/click?id=7</link></item>`)
	if !strings.HasSuffix(it.URL, "/harbour") || !strings.Contains(it.URL, "localhost") || !strings.Contains(it.Content, "eleven months") {
		t.Errorf("address %s, content %.60q, warnings %q", it.URL, it.Content, d.state().Warnings)
	}
}

// TestStoppingDuringThePagesKeepsTheFeed: what was fetched is not fetched twice, and a stop does not wait for pages.
func TestStoppingDuringThePagesKeepsTheFeed(t *testing.T) {
	d, s := fullDesk(t, map[string]string{})
	ctx, stop := context.WithCancel(context.Background())
	hang := make(chan struct{})
	defer close(hang)
	slow := newPublisher(t)
	slow.answer = func(http.ResponseWriter, *http.Request) {
		stop()
		<-hang
	}
	s.pages["/feed"] = rssPage("The Gazette", `<item><guid>1</guid><title>Harbour plan agreed</title><link>`+slow.URL+`/harbour</link></item>`)
	res, err := d.r.Read(ctx, d.sub)
	if err != nil {
		t.Fatal(err)
	}
	if r := d.keep(res); len(r.New) != 1 || r.New[0].Content != "" || d.state().Body.IsZero() {
		t.Errorf("%d items kept", len(r.New))
	}
}
