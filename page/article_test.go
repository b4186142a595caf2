package page

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mediawatch/news"
	"mediawatch/text"
)

const para = "<p>The ferry company has apologised to its passengers after the new ship reached the island early on five days running, to the surprise of everybody on the quay.</p>"

func doc(head, body string) string {
	return "<!DOCTYPE html><html lang=\"en\"><head>" + head + "</head><body>" + body + "</body></html>"
}

func read(t *testing.T, src string, o Options) *Article {
	t.Helper()
	a, err := Read([]byte(src), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestMetadata(t *testing.T) {
	const ld = `<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebSite","name":"Packet"},{"@type":["NewsArticle"],"headline":"Ferry &amp; quay",
"datePublished":"2026-11-03T18:20:00+01:00","dateModified":"2026-11-04T07:05:00+01:00","author":[{"@type":"Person","name":"Jo Hale"},{"name":"Per Lind"}],
"publisher":{"name":"The Karsholm Packet"},"articleSection":["Transport"],"keywords":"ferries, quay","inLanguage":"en-GB","image":{"url":"/quay.jpg"},"description":"Early again."}]}</script>`
	og := `<meta property="og:title" content="Ferry at the quay | The Karsholm Packet"><meta property="og:site_name" content="The Karsholm Packet"><meta property="article:published_time" content="2026-11-03T18:20:00Z"><meta name="author" content="By Jo Hale"><meta property="article:section" content="Transport"><meta property="article:tag" content="ferries"><meta property="article:tag" content="quay">`
	for _, c := range []struct {
		name, head, body, field, want, how string
		get                                func(a *Article) string
	}{
		{name: "headline of the island", head: ld, field: "title", want: "Ferry & quay", how: "JSON-LD headline"},
		{name: "headline without the site", head: og, field: "title", want: "Ferry at the quay", how: "og:title"},
		{name: "headline of the title", head: `<title>Ferry late | Packet</title>`, field: "title", want: "Ferry late", how: "title"},
		{name: "headline that is not the site's name", head: `<meta property="og:site_name" content="The Packet">`, body: "<h1>The Packet</h1><h1>Ferry late</h1>", field: "title", want: "Ferry late", how: "h1"},
		{name: "published, island first", head: og + ld, field: "published", want: "2026-11-03T17:20:00Z exact", how: "JSON-LD datePublished"},
		{name: "published, meta", head: og, field: "published", want: "2026-11-03T18:20:00Z exact", how: "article:published_time"},
		{name: "published, time element", body: `<time datetime="2026-11-03 18:20">today</time>`, field: "published", want: "2026-11-03T15:20:00Z zone assumed", how: "time element"},
		{name: "published, itemprop", body: `<span itemprop="datePublished">3 November 2026</span>`, field: "published", want: "2026-11-03T00:00:00Z day", how: "itemprop datePublished"},
		{name: "not published, only changed", body: `<time class="updated" datetime="2026-11-03T18:20Z">x</time>`, field: "published", want: "none"},
		{name: "authors", head: ld, field: "authors", want: "Jo Hale, Per Lind", how: "JSON-LD author"},
		{name: "author without by", head: og, field: "authors", want: "Jo Hale", how: "meta author"},
		{name: "author in the byline", body: `<p class="byline">Von Jo Hale</p>`, field: "authors", want: "Jo Hale", how: "byline"},
		{name: "section", head: og, field: "section", want: "Transport", how: "article:section"},
		{name: "section from the path", head: ld, body: `<ul class="breadcrumbs"><li><a href="/">Home</a></li><li><a href="/n">News</a></li><li><a href="/n/t">Transport</a></li></ul>`, field: "section", want: "News › Transport", how: "breadcrumbs"},
		{name: "site", head: ld, field: "site", want: "The Karsholm Packet", how: "JSON-LD publisher"},
		{name: "canonical", head: `<link rel="canonical" href="/ferry?utm_source=x">`, field: "canonical", want: "https://packet.example/ferry", how: "link canonical"},
		{name: "canonical is not the front page", head: `<link rel="canonical" href="https://packet.example/">`, field: "canonical", want: "https://packet.example/news/a", how: "the address it was read from"},
		{name: "image", head: ld, field: "image", want: "https://packet.example/quay.jpg", how: "JSON-LD image"},
		{name: "language", head: ld, field: "lang", want: "en-gb", how: "JSON-LD inLanguage"},
		{name: "categories", head: og, field: "categories", want: "ferries, quay"},
		{name: "description", head: ld, field: "description", want: "Early again.", how: "JSON-LD description"},
		{name: "a broken island is left out", head: `<script type="application/ld+json">{"@type":"NewsArticle","headline":"A` + "\n" + `B",}</script><title>Plain title</title>`, field: "title", want: "Plain title", how: "title"},
		{name: "an island with raw line breaks", head: `<script type="application/ld+json">{"@type":"NewsArticle","headline":"A` + "\n" + `B"}</script>`, field: "title", want: "A B", how: "JSON-LD headline"},
		{name: "teasers are not the article", head: `<script type="application/ld+json">[{"@type":"NewsArticle","headline":"First","datePublished":"2026-11-03"},{"@type":"NewsArticle","headline":"Second","author":"X"}]</script>`, field: "title", want: "First", how: "JSON-LD headline"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := read(t, doc(c.head, "<main><article>"+c.body+strings.Repeat(para, 3)+"</article></main>"), Options{URL: "https://packet.example/news/a", Location: time.FixedZone("", 3*3600)})
			if got := field(a, c.field); got != c.want {
				t.Errorf("%s = %q, want %q", c.field, got, c.want)
			}
			if a.Evidence[c.field] != c.how {
				t.Errorf("evidence %q, want %q", a.Evidence[c.field], c.how)
			}
		})
	}
}

func field(a *Article, name string) string {
	switch name {
	case "title":
		return a.Title
	case "published":
		if a.Published.IsZero() {
			return "none"
		}
		return a.Published.Time.Format(time.RFC3339) + " " + a.Published.Certainty.String()
	case "authors":
		var names []string
		for _, p := range a.Authors {
			names = append(names, p.Name)
		}
		return strings.Join(names, ", ")
	case "section":
		return strings.Join(a.Section, " › ")
	case "categories":
		return strings.Join(a.Categories, ", ")
	}
	return map[string]string{"site": a.Site, "canonical": a.Canonical, "image": a.Image, "lang": a.Lang, "description": a.Description}[name]
}

// What readability does not find is found by the second pass, each way once.
func TestSecondPass(t *testing.T) {
	short := "<p>A ship came early.</p><p>It left late.</p>"
	for _, c := range []struct{ name, body, how, want string }{
		{"articleBody", `<div itemprop="articleBody">` + short + `</div>`, "", "A ship came early."},
		{"entry content", `<div class="x"><div class="entry-content">` + short + `</div></div>`, "", "A ship came early."},
		{"island", `<div id="app"></div><script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry","articleBody":"` + strings.Repeat("A ship came early, and the quay was empty but for a dog. ", 8) + `\n\nIt left late."}</script>`, "JSON-LD articleBody", "It left late."},
		{"loose text between breaks", `<nav><a href="/">Home</a></nav><div><div><font>` + strings.Repeat("A ship came early, said the harbour master, who had seen it from his window. ", 2) + `<br><br>It left late.</font></div></div>`, "", "It left late."},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := read(t, doc("<title>Ferry</title>", c.body), Options{URL: "https://packet.example/a"})
			if !strings.Contains(strings.Join(a.Paragraphs, "\n"), c.want) {
				t.Errorf("paragraphs %q by %s", a.Paragraphs, a.Evidence["text"])
			}
			if c.how != "" && a.Evidence["text"] != c.how {
				t.Errorf("by %q, want %q", a.Evidence["text"], c.how)
			}
		})
	}
}

func TestBlocks(t *testing.T) {
	a := read(t, doc("<title>Ferry</title>", `<article><h1>Ferry</h1>
<figure><img src="/q.jpg"><figcaption>The quay. Photo: Jo Hale</figcaption></figure>`+para+`<h3>Why it hurries</h3>`+para+`<ul><li>Monday</li><li>Tuesday</li></ul><blockquote><p>No tide.</p></blockquote>
<p>Read <a href="/more" onclick="x()">more</a><script>alert(1)</script>.</p><p><math><mi>v</mi></math></p>`+para+`</article>`), Options{URL: "https://packet.example/a"})
	var got []string
	for _, b := range a.Blocks {
		got = append(got, map[BlockKind]string{Paragraph: "p ", Heading: "h ", ListItem: "li ", Other: "o "}[b.Kind]+text.Truncate(b.Plain, 20))
	}
	want := []string{"o ", "p The ferry company…", "h Why it hurries", "p The ferry company…", "li Monday", "li Tuesday", "o No tide.", "p Read more.", "o ", "p The ferry company…"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if a.Caption != "The quay. Photo: Jo Hale" {
		t.Errorf("caption %q", a.Caption)
	}
	for _, s := range []string{"<h2>Why it hurries</h2>", "<ul><li>Monday</li><li>Tuesday</li></ul>", `href="https://packet.example/more"`, "<mi>v</mi></math>"} {
		if !strings.Contains(a.Text, s) {
			t.Errorf("text lacks %s: %s", s, a.Text)
		}
	}
	for _, s := range []string{"onclick", "script", "<h1"} {
		if strings.Contains(a.Text, s) {
			t.Errorf("text holds %s: %s", s, a.Text)
		}
	}
	a.Blocks = a.Blocks[:2]
	if a.Render(); len(a.Paragraphs) != 1 || strings.Contains(a.Text, "Monday") {
		t.Errorf("rendered again: %q", a.Text)
	}
}

func TestWalls(t *testing.T) {
	for body, want := range map[string]string{
		`<h1>Before you continue</h1><p>We and our 812 partners use cookies to store data.</p><button>Accept all</button><button>Reject all</button>`: "consent",
		`<p>Wir verwenden Cookies und ähnliche Techniken.</p><p>Alle akzeptieren</p>`:                                                                 "consent",
		`<h2>Checking your browser before you enter</h2><p>Just a moment...</p>`:                                                                      "robots",
		`<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>`:                                                    "scripts",
		`<p>Subscribe to continue reading this article.</p><p>Already a subscriber? Log in.</p>`:                                                      "subscribe",
	} {
		_, err := Read([]byte(doc("<title>Page</title>", body)), Options{})
		if !errors.Is(err, ErrWall) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
	// An article about cookies, and one above which a banner stands, are no walls.
	for _, body := range []string{
		"<article>" + strings.Repeat("<p>The bakery says that cookies are its best trade, and that it will accept all orders until Christmas, which nobody in the street has any reason to doubt this year.</p>", 6) + "</article>",
		`<div class="cookie-banner"><p>We use cookies.</p></div><article>` + strings.Repeat(para, 4) + "</article>",
	} {
		if _, err := Read([]byte(doc("<title>Page</title>", body)), Options{}); err != nil {
			t.Errorf("%.60s: %v", body, err)
		}
	}
}

func TestNoArticle(t *testing.T) {
	for _, src := range []string{"", "<html></html>", doc("<title>x</title>", "<nav><a href=/>Home</a></nav>"), "\x00\x00"} {
		if _, err := Read([]byte(src), Options{}); !errors.Is(err, ErrNoArticle) {
			t.Errorf("%q: %v", src, err)
		}
	}
	if _, err := Read([]byte(strings.Repeat("<div>", 5000)+"deep"), Options{}); !errors.Is(err, ErrNested) {
		t.Errorf("deep: %v", err)
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, data, contentType, want, enc string }{
		{"utf-8", "früh", "", "früh", "utf-8"},
		{"utf-8 beats a declaration", "früh", "text/html; charset=iso-8859-1", "früh", "utf-8"},
		{"mark", "\xef\xbb\xbffr\xc3\xbch", "", "früh", "utf-8"},
		{"utf-16 with mark", "\xff\xfea\x00b\x00", "", "ab", "utf-16le"},
		{"utf-16 without", "\x00a\x00b\x00c\x00d\x00e\x00f", "", "abcdef", "utf-16be"},
		{"header", "fr\xfch", "text/html; charset=iso-8859-15", "früh", "iso-8859-15"},
		{"meta", "<meta charset=windows-1251>\xcf\xee\xf0\xf2", "", "<meta charset=windows-1251>Порт", "windows-1251"},
		{"cp1252", "\x93fr\xfch\x94", "", "“früh”", "windows-1252"},
		{"a few damaged bytes", strings.Repeat("früh ", 20) + "\xff", "", strings.Repeat("früh ", 20) + "\ufffd", "utf-8"},
		{"windows-1251 undeclared", "\xcf\xee\xf0\xf2 \xee\xf2\xea\xf0\xfb\xeb\xe8 \xe2 \xef\xee\xed\xe5\xe4\xe5\xeb\xfc\xed\xe8\xea", "", "Порт открыли в понедельник", "windows-1251"},
		{"koi8-r undeclared", "\xf0\xcf\xd2\xd4 \xcf\xd4\xcb\xd2\xd9\xcc\xc9 \xd7 \xd0\xcf\xce\xc5\xc4\xc5\xcc\xd8\xce\xc9\xcb", "", "Порт открыли в понедельник", "koi8-r"},
		{"shift_jis undeclared", "\x8d`\x82\xaa\x8c\x8e\x97j\x93\xfa\x82\xc9\x8aJ\x82\xa2\x82\xbd\x82\xc6\x8es\x82\xaa\x94\xad\x95\\\x82\xb5\x82\xbd\x81B", "", "港が月曜日に開いたと市が発表した。", "shift_jis"},
	} {
		if got := Decode([]byte(c.data), c.contentType); got.Text != c.want || got.Encoding != c.enc {
			t.Errorf("%s: %q (%s), want %q (%s)", c.name, got.Text, got.Encoding, c.want, c.enc)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(doc("<title>x</title>", strings.Repeat(para, 3))), "text/html")
	f.Add([]byte(doc(`<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","author":[[{"name":[1]}]],"articleBody":"<p>x"}]}</script>`, "<table><tr><td>"+para)), "")
	f.Add([]byte("<li><li><p><figure><figcaption>x<table><p>"+para), "text/html; charset=utf-16")
	if data, err := os.ReadFile("../seeds/samples/glacier-survey.html"); err == nil {
		f.Add(data, "text/html; charset=utf-8")
	}
	f.Fuzz(func(t *testing.T, data []byte, contentType string) {
		a, err := Read(data, Options{URL: "https://packet.example/a", ContentType: contentType})
		if err != nil {
			return
		}
		if a.Title == "" || len(a.Paragraphs) == 0 {
			t.Fatalf("an article without title or text: %+v", a)
		}
		if low := strings.ToLower(a.Text); strings.Contains(low, "<script") || strings.Contains(low, "javascript:") && strings.Contains(low, "href=\"javascript") {
			t.Fatalf("not sanitised: %q", a.Text)
		}
		if (a.Published.Certainty == news.CertaintyNone) != a.Published.IsZero() {
			t.Fatalf("stamp %v", a.Published)
		}
	})
}

func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{"2025-02-09 18:03 UTC", "Sunday, 09 February 2025 6:03 PM", "۲۱ بهمن ۱۴۰۳ - ۱۸:۰۳", "令和元年5月1日 午後6時", "9 h 5 2 mai 2025 +99:99", "9 Feb 2025 18h03 GMT-7"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, ok := ParseWhen(s)
		if !ok {
			return
		}
		st := w.Stamp(time.UTC)
		if y := st.Time.Year(); y < 1899 || y > 2101 || st.Certainty == news.CertaintyNone {
			t.Fatalf("%q: %v", s, st)
		}
		if w.Hour > 23 || w.Min > 59 || w.Day < 1 || w.Day > 31 {
			t.Fatalf("%q: %+v", s, w)
		}
	})
}
