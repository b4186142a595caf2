package digest

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mediawatch/text"
)

// TestT08A9_NothingIsTurnedAround puts changes of direction without an end wherever a publisher's words go: our own
// words beside them stay as they are.
func TestT08A9_NothingIsTurnedAround(t *testing.T) {
	for _, mark := range []string{"\u202E", "\u202B", "\u202D", "\u202A", "\u2066", "\u2067", "\u2068", "\u202C", "\u2069"} {
		d := newDesk(t)
		d.in.Title = "Morning" + mark
		for _, name := range []string{"a", "b", "c"} {
			words := "The " + mark + "council met and " + strings.Repeat("spoke of the tax and ", 20) + mark + "went home. " + mark + "Then more."
			d.add(article{name: name, title: "Council" + mark + " meets " + name, body: words, outlet: "Post" + mark + name, url: "https://p.example/" + name})
			d.match("energy", name, "council")
		}
		d.section("energy").Title = "Energy" + mark
		d.in.Silent, d.in.Trouble = []string{"x" + mark}, []string{"y" + mark}
		d.in.Failed = []Earlier{{Number: 1, Date: now, Answer: "no" + mark}}
		r, err := Render(d.compose())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(r.Subject + "\n" + string(r.Text)) {
			if line != text.Balanced(line) {
				t.Errorf("%+q: a line is not balanced: %+q", mark, line)
			}
		}
		for _, block := range blocksOf(r.HTML) {
			if block != text.Balanced(block) {
				t.Errorf("%+q: a block of the HTML is not balanced: %+q", mark, block)
			}
		}
		if want := text.Balanced("Morning"+mark) + ": 3 stories"; !strings.HasPrefix(r.Subject, want) {
			t.Errorf("%+q: subject %+q, want it to begin %+q", mark, r.Subject, want)
		}
		if want := text.Balanced("Post"+mark+"a") + " · "; !strings.Contains(string(r.Text), want) {
			t.Errorf("%+q: no line has the outlet and what we say of it, %+q:\n%s", mark, want, r.Text)
		}
	}
}

// blocksOf returns the text of a document's blocks: what the bidirectional algorithm takes as paragraphs.
func blocksOf(doc []byte) []string {
	inline := map[string]bool{"b": true, "span": true, "a": true, "bdi": true, "s": true}
	var out []string
	var b strings.Builder
	for z := html.NewTokenizer(bytes.NewReader(doc)); ; {
		kind := z.Next()
		if kind == html.TextToken {
			b.Write(z.Text())
			continue
		}
		if kind == html.ErrorToken {
			return append(out, html.UnescapeString(b.String()))
		}
		if name, _ := z.TagName(); !inline[string(name)] {
			out = append(out, html.UnescapeString(b.String()))
			b.Reset()
		}
	}
}
