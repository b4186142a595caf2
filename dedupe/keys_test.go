package dedupe_test

import (
	"fmt"
	"strings"
	"testing"

	"mediawatch/dedupe"
	"mediawatch/news"
)

// filler is a body of n words.
func filler(n int) string {
	words := strings.Fields("the pier was quiet and boats lay at anchor while two gulls slept upon a crate of rope near old lamps")
	out := make([]string, n)
	for i := range out {
		out[i] = words[i%len(words)]
	}
	return strings.Join(out, " ")
}

func item(title, html string) *news.Item {
	it := &news.Item{}
	it.Title, it.Content = title, html
	return it
}

func TestContentUnderSixtyTokensHoldsTheHeadline(t *testing.T) {
	for _, tt := range []struct {
		tokens int
		same   bool
	}{{1, false}, {59, false}, {60, true}, {200, true}} {
		body := "<p>" + filler(tt.tokens) + "</p>"
		a, b := dedupe.KeysOf(item("One headline", body)), dedupe.KeysOf(item("Another headline", body))
		if (a.Content == b.Content) != tt.same {
			t.Errorf("%d tokens under two headlines: same key %v, want %v", tt.tokens, a.Content == b.Content, tt.same)
		}
	}
}

func TestContentKeepsHeadlineAndBodyApart(t *testing.T) {
	a, b := dedupe.KeysOf(item("one two", "three")), dedupe.KeysOf(item("one", "two three"))
	if a.Content == b.Content {
		t.Error("words moved from headline to body give the same key")
	}
}

func TestKeysUseTheFullestText(t *testing.T) {
	it := item("T", "<p>"+filler(70)+"</p>")
	it.Summary = "Something else"
	other := item("T", "")
	other.Summary = "<div>" + filler(70) + "</div>"
	if dedupe.KeysOf(it) != dedupe.KeysOf(other) {
		t.Error("content and summary with the same words give different keys")
	}
}

func TestKeysAreOfDifferentKinds(t *testing.T) {
	it := item("T", "<p>"+filler(20)+". "+filler(25)+". "+filler(30)+".</p>")
	it.URL = "https://news.example/a"
	k := dedupe.KeysOf(it)
	if k.URL.IsZero() || k.Content.IsZero() || k.Gist.IsZero() || k.URL == k.Content || k.Content == k.Gist || dedupe.StateOf(it) == k.Content {
		t.Errorf("keys %+v", k)
	}
}

func TestDigitsCount(t *testing.T) {
	a := dedupe.KeysOf(item("Quarter", filler(80)+" profit of 12 million"))
	b := dedupe.KeysOf(item("Quarter", filler(80)+" profit of 13 million"))
	if a.Content == b.Content {
		t.Error("two earnings reports have one key")
	}
}

func TestGist(t *testing.T) {
	const (
		one   = "The council counted every berth and every single boat in the harbour."
		two   = "Workers had asked the council for another year of careful preparation."
		three = "The line will open in the spring of the coming year at last."
		four  = "It will run three times each day in summer."
		short = "It sails soon."
	)
	gist := func(parts ...string) news.Hash {
		n := dedupe.Normal("", strings.Join(parts, "\n"), dedupe.Boilerplate{})
		return n.Gist()
	}
	want := gist(one, two, three)
	same := map[string]news.Hash{
		"another order":        gist(three, one, two),
		"a short sentence":     gist(one, short, two, three),
		"a shorter one":        gist(one, four, two, three),
		"one of them twice":    gist(one, two, one, three, two),
		"in one paragraph":     gist(one + " " + two + " " + three),
		"other full stops":     gist(strings.ReplaceAll(one+"\n"+two+"\n"+three, ".", "!")),
		"quoted":               gist("“"+one+"”", two, three),
		"a full stop in quote": gist("“" + strings.TrimSuffix(one, ".") + ".” " + two + " " + three),
	}
	for name, got := range same {
		if got != want || got.IsZero() {
			t.Errorf("%s: gist %s, want %s", name, got, want)
		}
	}
	if got := gist(one, two, four); got == want || got.IsZero() {
		t.Errorf("other sentences: gist %s", got)
	}
	for name, got := range map[string]news.Hash{"two sentences": gist(one, two), "two and short ones": gist(one, two, short, short), "the same twice": gist(one, two, two), "none": gist("")} {
		if !got.IsZero() {
			t.Errorf("%s: gist %s, want none", name, got)
		}
	}
}

func TestGistDoesNotEndSentencesInNumbers(t *testing.T) {
	n := dedupe.Normal("", "The profit of the harbour rose by 4.5 percent to 12.7 million in the year.\n"+filler(9)+"\n"+filler(10), dedupe.Boilerplate{})
	m := dedupe.Normal("", "The profit of the harbour rose by 4,5 percent to 12,7 million in the year.\n"+filler(9)+"\n"+filler(10), dedupe.Boilerplate{})
	if n.Gist() != m.Gist() || n.Gist().IsZero() {
		t.Error("a point within a number ends a sentence")
	}
}

func TestStateOf(t *testing.T) {
	base := item("Ferry’s line", "<p>NORWICK (HNA) — It sails on Monday.</p><p>Read more</p>")
	same := []*news.Item{
		item("FERRY'S LINE", "<div>Norwick (HNA) -- it&nbsp;sails on\n<b>Monday</b>!</div><div>Read more…</div>"),
		item("Ferry's  line", "Norwick HNA it sails on Monday<br>read more"),
	}
	for _, it := range same {
		if dedupe.StateOf(it) != dedupe.StateOf(base) {
			t.Errorf("%q is a revision of the other", it.Content)
		}
	}
	changed := []*news.Item{
		item("Ferry’s lines", base.Content),
		item("Ferry’s line", "<p>NORWICK (HNA) — It sails on Tuesday.</p><p>Read more</p>"),
		item("Ferry’s line", "<p>It sails on Monday.</p><p>Read more</p>"),
		item("Ferry’s line", ""),
		item("", base.Content),
		item("Ferry’s", "line "+base.Content),
	}
	for _, it := range changed {
		if dedupe.StateOf(it) == dedupe.StateOf(base) {
			t.Errorf("%q, %q is no revision", it.Title, it.Content)
		}
	}
	if (dedupe.StateOf(&news.Item{})).IsZero() {
		t.Error("the state of an empty item is zero")
	}
}

func TestKeysDependOnTheWordsOnly(t *testing.T) {
	a := item("T", "<p>"+filler(70)+"</p>")
	a.URL = "https://news.example/a"
	b := *a
	b.Kind, b.Identity, b.Outlet, b.Backlog, b.N, b.Lang, b.Caption = news.KindSeed, "x.txt", "Harbour News", true, 7, "en", "a pier"
	b.Feed = news.NewFeedID(news.KindSeed, "seeds")
	if dedupe.KeysOf(a) != dedupe.KeysOf(&b) || dedupe.StateOf(a) != dedupe.StateOf(&b) {
		t.Error("keys depend on more than URL, headline and text")
	}
}

// The trap of items without a body: hashing bodies alone would fold them all into one.
func TestTrapNoBody(t *testing.T) {
	seen := map[news.Hash]int{}
	for i := range 50 {
		for _, body := range []string{"", "<p></p>", "<img src='https://news.example/a.png'>", "<p>Read more</p>", "…", "<script>x</script>"} {
			k := dedupe.KeysOf(item(fmt.Sprint("Headline ", i), body))
			if !k.Content.IsZero() || !k.Gist.IsZero() {
				t.Fatalf("%q has a content key", body)
			}
			seen[k.Content]++
		}
	}
	if len(seen) != 1 {
		t.Errorf("%d different keys of nothing", len(seen))
	}
}
