package dedupe_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mediawatch/dedupe"
	"mediawatch/news"
)

// entry is an item as it comes from a feed, with its keys.
func entry(feed, identity, url, title, html string) *news.Item {
	it := item(title, html)
	it.Feed, it.Identity, it.URL = news.NewFeedID(news.KindFeed, feed), identity, url
	it.ID = news.NewItemID(it.Feed, identity)
	it.Keys = dedupe.KeysOf(it)
	return it
}

func TestSameText(t *testing.T) {
	long, short := "<p>"+filler(80)+"</p>", "<p>"+filler(20)+"</p>"
	tests := []struct {
		name string
		a, b *news.Item
		want bool
	}{
		{"two feeds", entry("f", "1", "", "Ferry", long), entry("g", "1", "", "Other headline", long), true},
		{"two feeds, short", entry("f", "1", "", "Ferry", short), entry("g", "1", "", "FERRY", short), true},
		{"two feeds, short, other headline", entry("f", "1", "", "Ferry", short), entry("g", "1", "", "Other headline", short), false},
		{"two feeds, no body", entry("f", "1", "", "Ferry", ""), entry("g", "1", "", "Ferry", ""), false},
		{"other words", entry("f", "1", "", "Ferry", long), entry("g", "1", "", "Ferry", long+"and more boats"), false},
		{"one feed", entry("f", "1", "", "Ferry", long), entry("f", "2", "", "“Ferry”", long), true},
		{"one feed, other headline", entry("f", "1", "", "Ferry", long), entry("f", "2", "", "Ferries", long), false},
		{"one feed, short", entry("f", "1", "", "Ferry", short), entry("f", "2", "", "Ferry", short), false},
		{"one entry", entry("f", "1", "", "Ferry", short), entry("f", "1", "", "Ferry", short), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := dedupe.SameText(tt.a, tt.b); got != tt.want {
				t.Errorf("SameText = %v, want %v", got, tt.want)
			}
			if got := dedupe.SameText(tt.b, tt.a); got != tt.want {
				t.Errorf("the other way round %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSameTextOfOtherVersions(t *testing.T) {
	a, b := entry("f", "1", "https://news.example/a", "Ferry", filler(80)), entry("g", "1", "https://news.example/a", "Ferry", filler(80))
	b.Keys.Version = 2
	if dedupe.SameText(a, b) || dedupe.SamePage(a, b) {
		t.Error("keys of two versions were compared")
	}
}

func TestSamePage(t *testing.T) {
	const url = "https://news.example/ferry"
	tests := []struct {
		name string
		a, b *news.Item
		want bool
	}{
		{"two feeds", entry("f", "1", url, "Ferry opens", "a"), entry("g", "2", url+"?utm_source=rss#top", "FERRY opens!", "b"), true},
		{"other headline", entry("f", "1", url, "Ferry opens", ""), entry("g", "2", url, "Ferry closes", ""), false},
		{"no headline", entry("f", "1", url, "", "a"), entry("g", "2", url, "…", "b"), false},
		{"one feed", entry("f", "1", url, "Ferry opens", ""), entry("f", "2", url, "Ferry opens", ""), false},
		{"home page", entry("f", "1", "https://news.example/", "Ferry opens", ""), entry("g", "2", "https://news.example/", "Ferry opens", ""), false},
		{"no URL", entry("f", "1", "", "Ferry opens", ""), entry("g", "2", "", "Ferry opens", ""), false},
		{"other page", entry("f", "1", url, "Ferry opens", ""), entry("g", "2", url+"/2", "Ferry opens", ""), false},
		{"two places of a page", entry("f", "1", url+"#n1", "Update", ""), entry("g", "2", url+"#n2", "Update", ""), false},
		{"one place of a page", entry("f", "1", url+"#n1", "Update", ""), entry("g", "2", url+"#n1", "Update", ""), true},
		{"fragments that are no places", entry("f", "1", url+"#xtor=RSS-1", "Update", ""), entry("g", "2", url+"#:~:text=x", "Update", ""), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := dedupe.SamePage(tt.a, tt.b); got != tt.want {
				t.Errorf("SamePage = %v, want %v", got, tt.want)
			}
			if got := dedupe.SamePage(tt.b, tt.a); got != tt.want {
				t.Errorf("the other way round %v, want %v", got, tt.want)
			}
		})
	}
}

// none reports a pair of different entries of one feed that is taken for one.
func none(t *testing.T, items []*news.Item) {
	t.Helper()
	for i, a := range items {
		for _, b := range items[i+1:] {
			if dedupe.SameText(a, b) || dedupe.SamePage(a, b) {
				t.Fatalf("taken for one: %q %q %q and %q %q %q", a.URL, a.Title, a.Content, b.URL, b.Title, b.Content)
			}
		}
	}
}

// The measured traps of real feeds: within one feed the publisher's identities decide.
func TestTrapsWithinOneFeed(t *testing.T) {
	var noBody, onePage, fragments, shortBody, home, oneHeadline []*news.Item
	for i := range 30 {
		id := fmt.Sprint(i)
		noBody = append(noBody, entry("f", id, "https://news.example/"+id, "Headline "+id, ""))
		onePage = append(onePage, entry("f", id, "https://news.example/weather", "Weather at "+id+" o'clock", "<p>Rain "+id+"</p>"))
		fragments = append(fragments, entry("f", id, "https://news.example/changes#v"+id, "Release", "<p>Bugs were fixed in "+id+".</p>"))
		shortBody = append(shortBody, entry("f", id, "https://news.example/"+id, "Build passed", "<p>All checks have passed.</p>"))
		home = append(home, entry("f", id, "https://news.example/", "Headline "+id, "<p>Visit us.</p>"))
		oneHeadline = append(oneHeadline, entry("f", id, "", "Daily note", "<p>"+filler(60+i)+"</p>"))
	}
	for name, items := range map[string][]*news.Item{"no body": noBody, "one page": onePage, "fragments": fragments, "short body": shortBody, "home page": home, "one headline": oneHeadline} {
		t.Run(name, func(t *testing.T) { none(t, items) })
	}
}

// The same traps between feeds: what is not the same text or the same page under the same headline stays apart.
func TestTrapsBetweenFeeds(t *testing.T) {
	var noBody, onePage, fragments, home []*news.Item
	for i := range 30 {
		id := fmt.Sprint(i)
		noBody = append(noBody, entry("f"+id, "1", "https://news.example/"+id, "Headline", ""))
		onePage = append(onePage, entry("f"+id, "1", "https://news.example/weather", "Weather at "+id+" o'clock", "<p>Rain "+id+"</p>"))
		fragments = append(fragments, entry("f"+id, "1", "https://news.example/changes#v"+id, "Release", "<p>Bugs were fixed in "+id+".</p>"))
		home = append(home, entry("f"+id, "1", "https://news.example/", "News", "<p>Visit us, "+id+".</p>"))
	}
	for name, items := range map[string][]*news.Item{"no body": noBody, "one page": onePage, "fragments": fragments, "home page": home} {
		t.Run(name, func(t *testing.T) { none(t, items) })
	}
}

func TestVerdictsAreSymmetric(t *testing.T) {
	pick := func(t *rapid.T, name string) *news.Item {
		of := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name+label) }
		return entry(of("feed", "f", "g"), of("identity", "1", "2"), of("url", "", "https://news.example/a", "https://news.example/a#n1", "https://news.example/a#n2", "https://news.example/"),
			of("title", "", "Ferry", "FERRY", "Pier"), of("body", "", "x", filler(59), filler(60), filler(61)))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := pick(t, "a"), pick(t, "b")
		if dedupe.SameText(a, b) != dedupe.SameText(b, a) || dedupe.SamePage(a, b) != dedupe.SamePage(b, a) {
			t.Fatalf("%+v and %+v", a, b)
		}
		if dedupe.SamePage(a, a) || dedupe.SameText(a, a) == a.Keys.Content.IsZero() {
			t.Fatalf("%+v and itself", a)
		}
	})
}

func TestASeedFolderHoldsNothingApart(t *testing.T) {
	wire := "The repair of the seabed cable will take until Sunday, the operator said on Tuesday. " + strings.Repeat("A storm kept the ship in harbour. ", 12)
	a := news.Item{Kind: news.KindSeed, Identity: "a.txt", Revision: news.Revision{Title: "Island on a farm track", Content: "<p>" + wire + "</p>"}}
	b := news.Item{Kind: news.KindSeed, Identity: "b.txt", Revision: news.Revision{Title: "Karsholm waits for its cable", Content: "<p>" + wire + "</p>"}}
	a.Keys, b.Keys = dedupe.KeysOf(&a), dedupe.KeysOf(&b)
	if !dedupe.SameText(&a, &b) {
		t.Error("two files of a seed folder with one wire text under two headlines are not the same text")
	}
	a.Kind, b.Kind = news.KindFeed, news.KindFeed
	if dedupe.SameText(&a, &b) {
		t.Error("two entries that one feed holds apart under different headlines are the same text")
	}
}
