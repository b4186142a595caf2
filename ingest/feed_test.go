package ingest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/store"
)

// publisher is a scripted server of one feed.
type publisher struct {
	*httptest.Server
	answer http.HandlerFunc
	link   string // of the site, as the feed states it
	asked  []http.Header
}

func newPublisher(t *testing.T) *publisher {
	p := &publisher{link: "https://gazette.example/"}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked = append(p.asked, r.Header.Clone())
		p.answer(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// serve answers with items under an ETag.
func (p *publisher) serve(etag string, items ...string) {
	p.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>The Gazette</title><link>%s</link>%s</channel></rss>`, p.link, strings.Join(items, ""))
	}
}

func rssItem(guid, title, text string) string {
	return fmt.Sprintf(`<item><guid isPermaLink="false">%s</guid><title>%s</title><link>https://gazette.example/%s</link><description>%s</description></item>`, guid, title, guid, text)
}

// desk reads one publisher into a store.
type desk struct {
	t     *testing.T
	store store.Store
	r     *ingest.FeedReader
	sub   ingest.Subscription
}

func newDesk(t *testing.T, p *publisher) *desk {
	s := openStore(t)
	return &desk{t: t, store: s, r: reader(t, s), sub: ingest.Subscription{ID: news.NewFeedID(news.KindFeed, p.URL), URL: p.URL}}
}

// read reads without keeping.
func (d *desk) read() ingest.FeedResult {
	d.t.Helper()
	res, err := d.r.Read(context.Background(), d.sub)
	if err != nil {
		d.t.Fatal(err)
	}
	return res
}

// poll reads and keeps.
func (d *desk) poll() store.Receipt {
	d.t.Helper()
	return d.keep(d.read())
}

func (d *desk) keep(res ingest.FeedResult) store.Receipt {
	d.t.Helper()
	r, err := d.store.Append(context.Background(), store.Batch{Documents: []store.Document{res.Document}})
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d *desk) state() news.Feed {
	d.t.Helper()
	f, err := d.store.Feed(context.Background(), d.sub.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return f
}

func TestP10_ValidatorsAreSavedWithTheItemsAndNotBefore(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	p.serve(`W/"one"`, rssItem("1", "First", "Some words."))
	res := d.read() // read, and the process dies before it is kept
	if len(res.Document.Items) != 1 {
		t.Fatalf("%d items read, want 1", len(res.Document.Items))
	}
	if r := d.poll(); len(r.New) != 1 || p.asked[1].Get("If-None-Match") != "" {
		t.Errorf("the second process asked with %q and got %d items, want none and 1", p.asked[1].Get("If-None-Match"), len(r.New))
	}
	if r := d.poll(); len(r.New) != 0 || p.asked[2].Get("If-None-Match") != `W/"one"` {
		t.Errorf("the third poll asked with %q, want the validator byte for byte", p.asked[2].Get("If-None-Match"))
	}
}

func TestP11_NoValidatorsAfterAParseErrorOrTruncation(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	for _, body := range []string{"<html><body>Maintenance</body></html>", `<rss version="2.0"><channel><title>G</title>` + rssItem("1", "First", "Words") + `<item><guid>2</guid><ti`} {
		p.answer = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"bad"`)
			fmt.Fprint(w, body)
		}
		d.poll()
		if got := d.state(); got.ETag != "" || !got.Body.IsZero() {
			t.Errorf("after %.30q: validators %q and body hash %v were kept", body, got.ETag, got.Body)
		}
	}
	if items, err := d.store.Recent(context.Background(), 0, 10); err != nil || len(items) != 1 {
		t.Errorf("%d items (%v), want the complete item of the truncated document", len(items), err)
	}
}

func TestP12_AConfirmedMoveResetsValidators(t *testing.T) {
	target := newPublisher(t)
	target.serve(`"new"`, rssItem("1", "First", "Words"))
	p := newPublisher(t)
	d := newDesk(t, p)
	p.answer = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target.URL+"/feed", http.StatusMovedPermanently)
	}
	for range 3 {
		d.poll()
	}
	if got := d.state(); got.Location != target.URL+"/feed" || got.ETag != "" {
		t.Fatalf("location %s with ETag %q, want the new address without validators", got.Location, got.ETag)
	}
	before := len(p.asked)
	if r := d.poll(); len(r.New) != 0 || len(p.asked) != before {
		t.Errorf("the old address was asked again, or %d items came twice", len(r.New))
	}
}

func TestAnEditIsARevisionAndOtherMarkupIsNot(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	p.serve(`"1"`, rssItem("1", "Harbour opens", "&lt;p&gt;The harbour opens.&lt;/p&gt;"))
	d.poll()
	p.serve(`"2"`, rssItem("1", "Harbour opens", "&lt;p&gt;The  harbour&lt;br&gt; opens.&lt;/p&gt;"))
	if r := d.poll(); len(r.New)+len(r.Revised) != 0 {
		t.Errorf("other markup made %d new and %d revised items", len(r.New), len(r.Revised))
	}
	p.serve(`"3"`, rssItem("1", "Harbour stays closed", "&lt;p&gt;The harbour does not open.&lt;/p&gt;"))
	if r := d.poll(); len(r.New) != 0 || len(r.Revised) != 1 || r.Revised[0].N != 2 {
		t.Errorf("an edit made %d new and %d revised items, want one revision", len(r.New), len(r.Revised))
	}
}

func TestAFailingFeedBacksOffAndIsNeverAbandoned(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	p.answer = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }
	clock := now
	d.r.Now = func() time.Time { return clock }
	var gap time.Duration
	for i := range 12 {
		d.poll()
		state := d.state()
		if state.Failures != i+1 || state.Error == "" || !state.NextDue.After(clock) {
			t.Fatalf("after failure %d: %d failures, error %q, next %s", i+1, state.Failures, state.Error, state.NextDue)
		}
		gap = state.NextDue.Sub(clock)
		clock = state.NextDue
	}
	if gap < 15*time.Hour || gap > 30*time.Hour {
		t.Errorf("after twelve failures the feed waits %s, want about a day", gap)
	}
	p.serve(`"1"`, rssItem("1", "Back", "Words"))
	if r := d.poll(); len(r.New) != 1 || d.state().Failures != 0 {
		t.Errorf("the feed came back with %d items and %d failures counted", len(r.New), d.state().Failures)
	}
}

func TestTheOutletOfAnItem(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	p.serve(`"1"`,
		rssItem("1", "Own", "Words"),
		`<item><guid>2</guid><title>Other site</title><link>https://news.courier.example/x</link></item>`,
		`<item><guid>3</guid><title>Stated</title><link>https://news.other.example/x</link><source url="https://wire.example/f">The Wire</source></item>`)
	d.poll()
	items, err := d.store.Recent(context.Background(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, it := range items {
		got[it.Title] = it.Outlet + ": " + it.OutletEvidence
	}
	want := map[string]string{
		"Own": "The Gazette: title of the feed", "Other site": "courier.example: site of the link", "Stated": "The Wire: source stated by the entry",
	}
	for title, outlet := range want {
		if got[title] != outlet {
			t.Errorf("%s: %q, want %q", title, got[title], outlet)
		}
	}
}

// TestAnUnconditionalGETEveryEightDays: a server that says 304 for ever while its page changes is caught.
func TestAnUnconditionalGETEveryEightDays(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	clock := now
	d.r.Now = func() time.Time { return clock }
	p.serve(`"stuck"`, rssItem("1", "First", "Words"))
	d.poll()
	p.serve(`"stuck"`, rssItem("2", "Second", "Words")) // the tag stays, the page does not
	fresh := map[int]int{}                              // day → new items
	for day := 1; day <= 20; day++ {
		clock = now.AddDate(0, 0, day)
		if r := d.poll(); len(r.New) > 0 {
			fresh[day] = len(r.New)
		}
	}
	if len(fresh) != 1 || fresh[8] != 1 {
		t.Errorf("new items on days %v, want one on day 8", fresh)
	}
	var bare []int
	for i, h := range p.asked[1:] {
		if h.Get("If-None-Match") == "" {
			bare = append(bare, i+1)
		}
	}
	if len(bare) != 2 || bare[0] != 8 || bare[1] != 16 {
		t.Errorf("asked without validators on days %v, want 8 and 16", bare)
	}
}

// TestP24_AMoveIsConfirmedBeforeItIsBelieved: a hotel's login page is not where a newspaper moved.
func TestP24_AMoveIsConfirmedBeforeItIsBelieved(t *testing.T) {
	target := newPublisher(t)
	target.serve(`"new"`, rssItem("1", "First", "Words"))
	for _, tt := range []struct {
		name    string
		status  int
		polls   int
		apart   time.Duration
		between bool // an answer of its own in between
		moved   bool
	}{
		{"two within a day", 301, 2, time.Hour, false, false},
		{"three", 301, 3, time.Hour, false, true},
		{"two, a day apart", 308, 2, 25 * time.Hour, false, true},
		{"interrupted", 301, 4, time.Hour, true, false},
		{"temporary", 302, 6, 25 * time.Hour, false, false},
		{"temporary, keeping the method", 307, 6, 25 * time.Hour, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPublisher(t)
			d := newDesk(t, p)
			clock := now
			d.r.Now = func() time.Time { return clock }
			for i := range tt.polls {
				p.answer = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target.URL+"/feed", tt.status) }
				if tt.between && i%2 == 1 {
					p.serve(`"own"`, rssItem("1", "First", "Words"))
				}
				d.poll()
				clock = clock.Add(tt.apart)
			}
			if got := d.state().Location == target.URL+"/feed"; got != tt.moved {
				t.Errorf("moved to %s: %v, want %v", d.state().Location, got, tt.moved)
			}
			if d.state().Address != p.URL {
				t.Errorf("the configured address became %s", d.state().Address)
			}
		})
	}
}

func TestP27_GoneKeepsTheHistory(t *testing.T) {
	p := newPublisher(t)
	p.link = p.URL + "/"
	d := newDesk(t, p)
	p.serve(`"1"`, rssItem("1", "First", "Words"))
	d.poll()
	p.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }
	res := d.read()
	d.keep(res)
	if got := d.state(); !got.Gone || !res.Report || got.Items != 1 {
		t.Errorf("gone %v, told %v, %d items", got.Gone, res.Report, got.Items)
	}
	due, err := d.store.Due(context.Background(), now.AddDate(10, 0, 0), 10)
	if err != nil || len(due) != 0 {
		t.Errorf("due again: %v (%v)", due, err)
	}
	if items, err := d.store.Recent(context.Background(), 0, 10); err != nil || len(items) != 1 {
		t.Errorf("%d items left (%v)", len(items), err)
	}
}
