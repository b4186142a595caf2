package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFeedLinks(t *testing.T) {
	for _, tt := range []struct {
		name, html string
		want       []string // "type url title", declared ones with a star
	}{
		{"rss and atom", `<head><link rel=alternate type="application/rss+xml" title="News (RSS)" href="/rss.xml"><link rel="alternate" type="application/atom+xml" href="atom.xml"></head>`,
			[]string{"*rss https://news.example/rss.xml News (RSS)", "*atom https://news.example/a/atom.xml "}},
		{"json feed", `<link rel="alternate" type="application/feed+json" title="J" href="/feed.json">`, []string{"*json https://news.example/feed.json J"}},
		{"wordpress's api is none", `<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7"><link rel="alternate" type="application/json+oembed" href="/oembed?x">`, nil},
		{"old json feed", `<link rel="alternate" type="application/json" href="/feed.json">`, []string{"*json https://news.example/feed.json "}},
		{"xml that is a feed by its address", `<link rel="alternate" type="text/xml" href="/rss.xml"><link rel="alternate" type="text/xml" href="/data.xml">`, []string{"*rss https://news.example/rss.xml "}},
		{"parameters, case, several rel", `<LINK REL="ALTERNATE home" TYPE="Application/RSS+XML; charset=utf-8" HREF="//other.example/f">`, []string{"*rss https://other.example/f "}},
		{"languages and style sheets are none", `<link rel="alternate" hreflang="fr" href="/fr/"><link rel="alternate stylesheet" type="application/rss+xml" href="/x">`, nil},
		{"base", `<base href="https://cdn.example/x/"><base href="https://ignored.example/"><link rel="alternate" type="application/rss+xml" href="f">`, []string{"*rss https://cdn.example/x/f "}},
		{"entities and white space", "<link rel=alternate type=application/rss+xml title='A &amp; B\n C' href=' /f?a=1&amp;b=2#top '>", []string{"*rss https://news.example/f?a=1&b=2 A & B C"}},
		{"twice", `<link rel=alternate type=application/rss+xml href=/f><a href="/f">RSS</a>`, []string{"*rss https://news.example/f "}},
		{"the pseudo-scheme", `<a href="feed://news.example/x">x feed</a><a href="feed:https://news.example/rss">y</a>`, []string{"rss https://news.example/rss y"}},
		{"anchors by address, the likeliest first", `<a href="/rss/">RSS</a> <a href="/about">About</a> <a href="/world/index.rdf">World</a><a href="https://feeds.news.example/top">Top</a>`,
			[]string{"rss https://news.example/rss/ RSS", "rss https://news.example/world/index.rdf World", " https://feeds.news.example/top Top"}},
		{"an anchor by its words", `<a href="/syndication"><img alt="RSS feed" src="x.png"></a><a href="https://elsewhere.example/">RSS</a>`, []string{" https://news.example/syndication RSS feed"}},
		{"readers' buttons are none", `<a href="https://reader.example/add/feed/https://news.example/rss.xml">RSS</a><a href="https://my.example/?rss=http%3A%2F%2Fnews.example%2Frss.xml">RSS</a>`, nil},
		{"what cannot be fetched", `<link rel=alternate type=application/rss+xml href="javascript:x"><link rel=alternate type=application/rss+xml href="ftp://x.example/f"><a href="mailto:rss@news.example">rss</a>`, nil},
		{"no words of ours are in a sentence", `<a href="/story">How an atom works</a><a href="/xmlrpc.php">XML</a>`, nil},
		{"unclosed", `<a href="/rss.xml">All news`, []string{"rss https://news.example/rss.xml All news"}},
		{"empty", ``, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, l := range FeedLinks([]byte(tt.html), Options{URL: "https://news.example/a/b"}) {
				star := ""
				if l.Declared {
					star = "*"
				}
				got = append(got, star+l.Type+" "+l.URL+" "+l.Title)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFeedLinksAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, `<a href="/rss/%d.xml">`, i)
	}
	if n := len(FeedLinks([]byte(b.String()), Options{URL: "https://news.example/"})); n != mostFeedLinks {
		t.Errorf("%d links, want %d", n, mostFeedLinks)
	}
}

func TestBestFeed(t *testing.T) {
	link := func(kind, path, title string) FeedLink {
		return FeedLink{URL: "https://news.example" + path, Title: title, Type: kind, Declared: true}
	}
	for _, tt := range []struct {
		name  string
		links []FeedLink
		want  int
	}{
		{"none", nil, -1},
		{"one", []FeedLink{link("rss", "/x", "")}, 0},
		{"comments do not count", []FeedLink{link("rss", "/a/feed", "Saltmere » Feed"), link("rss", "/comments/feed", "Saltmere » Comments Feed")}, 0},
		{"only comments", []FeedLink{link("rss", "/comments/feed", "Comments")}, -1},
		{"formats of one feed", []FeedLink{link("rss", "/a.rss", "News RSS"), link("atom", "/a.atom", "News Atom 1.0"), link("json", "/a.json", "News (JSON Feed)")}, 1},
		{"formats without titles", []FeedLink{link("json", "/a.json", ""), link("rss", "/a", "")}, 1},
		{"two of one format are two feeds", []FeedLink{link("rss", "/world.rss", "RSS"), link("rss", "/sport.rss", "RSS")}, -1},
		{"parts of a site", []FeedLink{link("rss", "/world/x", "World"), link("rss", "/sport/x", "Sport")}, -1},
		{"the whole site before its parts", []FeedLink{link("rss", "/category/world/feed/", "World"), link("rss", "/feed/", "Saltmere")}, 1},
		{"two whole sites", []FeedLink{link("rss", "/feed", "All"), link("rss", "/rss.xml", "Top")}, -1},
	} {
		if got := BestFeed(tt.links); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func FuzzFeedLinks(f *testing.F) {
	f.Add(`<base href="//x"><link rel=alternate type=application/rss+xml href="\"><a href=/rss>RSS`)
	f.Add("<a href='feed:///rss'><a href=\"http://[::1\">rss</a><link rel=feed href=%zz>")
	f.Fuzz(func(t *testing.T, src string) {
		links := FeedLinks([]byte(src), Options{URL: "https://news.example/"})
		for _, l := range links {
			if !strings.HasPrefix(l.URL, "http://") && !strings.HasPrefix(l.URL, "https://") || strings.ContainsAny(l.Title, "\r\n\x00") {
				t.Errorf("%q %q", l.URL, l.Title)
			}
		}
		if i := BestFeed(links); i >= len(links) {
			t.Errorf("best is %d of %d", i, len(links))
		}
	})
}
