package digest

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"mediawatch/news"
)

func TestTextWidth(t *testing.T) {
	r, err := Render(week(t).compose())
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(r.Text)) {
		line = strings.TrimRight(line, "\n")
		if n := cells(line); n > columns && !strings.Contains(line, "://") {
			t.Errorf("%d columns: %q", n, line)
		}
		if line != strings.TrimRight(line, " ") {
			t.Errorf("trailing space: %q", line)
		}
	}
	long := "https://www.ostra-valley.example/bridge?id=12&lang=en&long=a-rather-long-address-that-must-not-be-broken-in-the-plain-text\n"
	if !strings.Contains(string(r.Text), long) {
		t.Error("a long address is broken")
	}
}

func TestWrap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("ab cdé  漢字かな。\tn\u0301ا "))).Draw(rt, "s")
		limit := rapid.IntRange(4, 40).Draw(rt, "limit")
		lines := wrap(s, limit)
		for _, l := range lines {
			if cells(l) > limit && strings.ContainsRune(l, ' ') {
				rt.Fatalf("%q is wider than %d", l, limit)
			}
		}
		flat := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if flat(strings.Join(lines, " ")) != flat(s) {
			rt.Fatalf("%q became %q", s, lines)
		}
	})
}

// A mark without a letter takes no room, and is still there.
func TestWrapKeepsMarks(t *testing.T) {
	if got := wrap("aa漢 \u0301", 4); strings.Join(got, "|") != "aa漢|\u0301" {
		t.Errorf("got %q", got)
	}
}

func TestSubjects(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		counts news.EditionCounts
		want   string
	}{
		{Regular, news.EditionCounts{Stories: 12, Articles: 37}, "Morning briefing: 12 stories, 37 articles — Fri 20 Nov 2026"},
		{Regular, news.EditionCounts{Stories: 1, Articles: 1}, "Morning briefing: 1 story, 1 article — Fri 20 Nov 2026"},
		{Regular, news.EditionCounts{Stories: 1200, Articles: 13700}, "Morning briefing: 1,200 stories, 13,700 articles — Fri 20 Nov 2026"},
		{Regular, news.EditionCounts{Spreading: 2, Changed: 1}, "Morning briefing: nothing new, 2 still spreading, 1 changed — Fri 20 Nov 2026"},
		{Welcome, news.EditionCounts{Stories: 20, Articles: 20}, "Welcome to Morning briefing: 20 stories, 20 articles — Fri 20 Nov 2026"},
		{Preview, news.EditionCounts{Stories: 2, Articles: 3}, "Preview of Morning briefing: 2 stories, 3 articles — Fri 20 Nov 2026"},
	} {
		e := Composed{Title: "Morning briefing", Kind: c.kind, Counts: c.counts, Now: now}
		if got := e.Subject(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// hostile is put wherever a publisher's words go.
const hostile = `</title><script>alert(1)</script>"'><img src=x onerror=alert(2)>` + "\r\nBcc: x@example.org\x00\u202e"

func TestX02_NothingExecutes(t *testing.T) {
	d := newDesk(t)
	d.in.Title = hostile
	for i, u := range []string{"javascript:alert(1)", "data:text/html,x", "//host.example/x", "https://a.example/\"onclick=alert(1)", "vbscript:x", " https://b.example"} {
		name := string(rune('a' + i))
		d.add(article{name: name, title: hostile + name, body: "The " + hostile + " end.", outlet: hostile + name, url: u})
		d.match("energy", name, "end")
	}
	d.section("energy").Title = hostile
	d.in.Silent, d.in.Trouble = []string{hostile}, []string{hostile}
	d.in.Failed = []Earlier{{Number: 1, Date: now, Answer: hostile, URL: "javascript:alert(1)"}}
	d.in.Links = Links{Edition: "javascript:alert(1)", Home: "javascript:x", Feed: "data:x", Contact: hostile}
	d.in.Version = hostile
	r, err := Render(d.compose())
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(r.Subject, "\r\n\x00") {
		t.Errorf("subject has line breaks: %q", r.Subject)
	}
	checkHTML(t, r.HTML)
}

// checkHTML holds a document to what a mail may be: nothing executes, nothing remote is loaded, links go to the web or within.
func checkHTML(t testing.TB, doc []byte) {
	t.Helper()
	if !utf8.Valid(doc) {
		t.Error("not UTF-8")
	}
	for z := html.NewTokenizer(bytes.NewReader(doc)); ; {
		if z.Next() == html.ErrorToken {
			return
		}
		tok := z.Token()
		if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
			continue
		}
		switch tok.Data {
		case "script", "img", "iframe", "object", "embed", "link", "svg", "form", "input", "base", "video", "audio":
			t.Errorf("has %s", tok)
		}
		for _, a := range tok.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "background" || a.Key == "style" && strings.Contains(a.Val, "url(") {
				t.Errorf("has %s=%q", a.Key, a.Val)
			}
			if a.Key == "href" && !regexp.MustCompile(`^(https?://|#)`).MatchString(a.Val) && a.Val != "#ZgotmplZ" {
				t.Errorf("leads to %q", a.Val)
			}
		}
	}
}

func TestHTMLIsFitForMail(t *testing.T) {
	for _, d := range []*desk{week(t), many(t, 30), many(t, MaxFull+1)} {
		r, err := Render(d.compose())
		if err != nil {
			t.Fatal(err)
		}
		checkHTML(t, r.HTML)
		balanced(t, r.HTML)
		if n := len(r.HTML); n > 400_000 {
			t.Errorf("%d bytes", n)
		}
		for _, want := range []string{`name="viewport"`, "prefers-color-scheme: dark", `dir="auto"`, `name="color-scheme"`} {
			if !bytes.Contains(r.HTML, []byte(want)) {
				t.Errorf("%s is missing", want)
			}
		}
	}
}

// balanced checks that every element that is opened is closed, in order: mail programs repair less than browsers.
func balanced(t testing.TB, doc []byte) {
	t.Helper()
	void := map[string]bool{"meta": true, "br": true}
	var open []string
	for z := html.NewTokenizer(bytes.NewReader(doc)); ; {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("left open: %v", open)
			}
			return
		case html.StartTagToken:
			if name := z.Token().Data; !void[name] {
				open = append(open, name)
			}
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestLinkSchemes(t *testing.T) {
	b := newBuilder(&Input{Links: Links{Items: "http://127.0.0.1:8087/items/"}})
	id := news.NewItemID(news.FeedID{}, "x")
	for in, want := range map[string]string{
		"https://a.example/x":   "https://a.example/x",
		"javascript:alert(1)":   "http://127.0.0.1:8087/items/" + id.String(),
		"":                      "http://127.0.0.1:8087/items/" + id.String(),
		"file:///etc/passwd":    "http://127.0.0.1:8087/items/" + id.String(),
		"https:///nowhere":      "http://127.0.0.1:8087/items/" + id.String(),
		"HTTPS://A.example/%zz": "http://127.0.0.1:8087/items/" + id.String(),
	} {
		if got := b.address(&news.Item{ID: id, URL: in}); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}

func TestRenderIsDeterministic(t *testing.T) {
	first, err := Render(week(t).compose())
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		again, err := Render(week(t).compose())
		if err != nil {
			t.Fatal(err)
		}
		if again.Subject != first.Subject || !bytes.Equal(again.Text, first.Text) || !bytes.Equal(again.HTML, first.HTML) {
			t.Fatal("two renderings differ")
		}
	}
}

func BenchmarkEdition(b *testing.B) {
	d := many(b, MaxFull)
	d.load()
	for b.Loop() {
		if _, err := Render(Compose(d.in)); err != nil {
			b.Fatal(err)
		}
	}
}
