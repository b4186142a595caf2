package web_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
)

// older is the address behind the link to older stories.
func (p htmlPage) older() string {
	p.t.Helper()
	for _, a := range p.elements("a") {
		if attr(a, "rel") == "next" {
			return "/watches/" + strings.TrimPrefix(attr(a, "href"), "../watches/")
		}
	}
	p.t.Fatalf("%s leads to nothing older", p.path)
	return ""
}

// headings are the days and headlines of a page's list, in order.
func (p htmlPage) headings() (out []string) {
	for _, h := range p.elements("h3", "h4") {
		out = append(out, textOf(h))
	}
	return out
}

// arrivals makes a world in which what arrives last is not always what is newest.
func arrivals(t *testing.T) *world {
	w := newWorld(t, basicConfig)
	w.now = start.Add(-24 * time.Hour)
	w.read(article{guid: "y", title: "Harbour yesterday", published: exact(w.now.Add(-time.Hour))})
	w.now = start
	w.read(article{guid: "a", title: "Harbour at noon", published: exact(start.Add(-2 * time.Hour))})
	w.now = start.Add(30 * time.Minute)
	w.read(
		article{guid: "b", title: "Harbour before noon", published: exact(start.Add(-4 * time.Hour)), outlet: "Dock Times"},
		article{guid: "c", title: "Harbour last week", published: exact(start.Add(-7 * 24 * time.Hour)), outlet: "Dock Times"},
	)
	w.now = start.Add(40 * time.Minute)
	w.read(
		article{guid: "d", title: "Harbour without a date"},
		article{guid: "e", title: "Harbour archive", published: exact(start.Add(-6 * 24 * time.Hour)), backlog: true},
		article{guid: "f", title: "Harbour of the day before", published: exact(start.Add(-20 * time.Hour))},
	)
	return w
}

// inOrder is how a list shows what arrivals brought. start is a Friday at 09:00 UTC.
var inOrder = []string{
	"Harbour without a date", "Harbour last week", "Harbour at noon", "Harbour before noon", "Harbour of the day before", "Harbour yesterday", "Harbour archive",
}

func TestT08B17_PagesListByTimeUnderDays(t *testing.T) {
	w := arrivals(t)
	want := slices.Concat([]string{"Today, Friday 20 November"}, inOrder[:4], []string{"Yesterday, Thursday 19 November"}, inOrder[4:6], []string{"Saturday 14 November"}, inOrder[6:])
	for _, path := range []string{"/", "/watches/ports", "/watches/all", "/search?q=harbour"} {
		if got := w.page(path).headings(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	p := w.page("/watches/all")
	p.says("13 Nov, 09:00", "07:00", "seen 09:40") // with its date where it does not stand on its day
	p.doesNotSay("20 Nov, 07:00", "19 Nov, 13:00")
	w.page("/outlets").says("Dock Times2 Harbour last week", "regional5 Harbour without a date")
}

func TestT08B17_ItemsAndSearchListByTime(t *testing.T) {
	w := arrivals(t)
	for _, path := range []string{"/api/v1/items?", "/api/v1/items?watch=ports&", "/api/v1/items?watch=all&", "/api/v1/search?q=harbour&"} {
		var got []string
		limit := "3"
		if strings.Contains(path, "search") {
			limit = "0"
		}
		for next := ""; ; {
			var page struct {
				Items []struct{ Title string }
				Next  string
			}
			if err := json.Unmarshal([]byte(w.body(path+"limit="+limit+"&before="+url.QueryEscape(next))), &page); err != nil {
				t.Fatal(err)
			}
			for _, it := range page.Items {
				got = append(got, it.Title)
			}
			if next = page.Next; next == "" {
				break
			}
		}
		if !slices.Equal(got, inOrder) {
			t.Errorf("%s: %q", path, got)
		}
	}
	// Published feeds keep the order of the journal.
	feed := w.body("/feeds/all.atom")
	if a, b := strings.Index(feed, "Harbour before noon"), strings.Index(feed, "Harbour at noon"); a < 0 || b < a {
		t.Error("the feed is not in the order of arrival")
	}
}

// TestT08B17_AStoryStandsOnce: where the member stands that a watch knew first, whatever joins it later.
func TestT08B17_AStoryStandsOnce(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1", title: "Harbour first", html: "<p>" + prose("harbour one") + "</p>", published: exact(start.Add(-3 * time.Hour))})
	w.read(article{guid: "2", title: "Harbour other", html: "<p>Nothing of that.</p>", published: exact(start.Add(-2 * time.Hour))})
	w.read(article{feed: courierFeed, guid: "3", title: "Harbour first", outlet: "Copyist", url: "https://courier.example/3", html: "<p>" + prose("harbour one") + "</p>", published: exact(start.Add(-1 * time.Hour))})
	for _, path := range []string{"/", "/watches/ports"} {
		p := w.page(path)
		if got := p.headings()[1:]; !slices.Equal(got, []string{"Harbour other", "Harbour first"}) {
			t.Errorf("%s: %q", path, got)
		}
		p.says("also covered by 1 outlet")
	}
	if got := w.page("/watches/single").headings()[1:]; !slices.Equal(got, []string{"Harbour first", "Harbour other", "Harbour first"}) { // each article by itself
		t.Errorf("single: %q", got)
	}
}

// TestT08B17_WhereAnItemStands is the rule itself.
func TestT08B17_WhereAnItemStands(t *testing.T) {
	for name, c := range map[string]struct {
		published time.Duration // before its arrival; 0: not stated
		backlog   bool
		want      time.Duration
	}{
		"undated":             {want: 0},
		"an hour ago":         {published: time.Hour, want: time.Hour},
		"a day ago":           {published: 24 * time.Hour, want: 24 * time.Hour},
		"more than a day ago": {published: 24*time.Hour + time.Microsecond, want: 0},
		"in the future":       {published: -time.Hour, want: 0},
		"backlog":             {published: 1000 * time.Hour, backlog: true, want: 1000 * time.Hour},
	} {
		it := news.Item{Seen: start, Backlog: c.backlog}
		if c.published != 0 {
			it.Published = exact(start.Add(-c.published))
		}
		if got := start.Sub(it.Listed()); got != c.want {
			t.Errorf("%s: %v before its arrival, want %v", name, got, c.want)
		}
	}
}
