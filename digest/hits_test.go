package digest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"mediawatch/news"
	"mediawatch/text"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"One. Two! Three? Four", []string{"One.", "Two!", "Three?", "Four"}},
		{"Mr. A. Lind paid 3.5 crowns to example.org. He left.", []string{"Mr. A. Lind paid 3.5 crowns to example.org.", "He left."}},
		{"The U.S. Senate voted. It was late.", []string{"The U.S. Senate voted.", "It was late."}},
		{"“It is over.” She left… and came back.", []string{"“It is over.”", "She left… and came back."}},
		{"铁路公司宣布。票价尚未公布！", []string{"铁路公司宣布。", "票价尚未公布！"}},
		{"هل انتهى؟ نعم. حقا", []string{"هل انتهى؟", "نعم.", "حقا"}},
		{"यह एक वाक्य है। यह दूसरा है।", []string{"यह एक वाक्य है।", "यह दूसरा है।"}},
		{"A heading\n\nA line\nAnother", []string{"A heading", "A line", "Another"}},
		{"Das war am 3. Oktober. Dann nichts.", []string{"Das war am 3. Oktober.", "Dann nichts."}},
	} {
		var got []string
		for _, s := range split(c.in) {
			got = append(got, strings.TrimSpace(c.in[s.Start:s.End]))
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%q:\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestHits(t *testing.T) {
	body := "The chamber met. A carbon tax was adopted. Nobody spoke.\n\nThe tax on carbon starts soon. The end."
	item := func(title string) *news.Item {
		return &news.Item{Revision: news.Revision{Title: title, Content: text.Paragraphs(strings.Split(body, "\n\n")...)}}
	}
	for _, c := range []struct {
		name  string
		title string
		ev    []news.Evidence
		want  []string
	}{
		{"first and second", "T", []news.Evidence{{Field: "body", Words: "carbon tax"}, {Field: "body", Words: "starts"}}, []string{"A *carbon tax* was adopted.", "The tax on carbon *starts* soon."}},
		{"order of the text", "T", []news.Evidence{{Field: "body", Words: "starts"}, {Field: "body", Words: "adopted"}}, []string{"A carbon tax was *adopted*.", "The tax on carbon *starts* soon."}},
		{"one sentence twice", "T", []news.Evidence{{Field: "body", Words: "carbon"}, {Field: "body", Words: "tax"}}, []string{"A *carbon* *tax* was adopted."}},
		{"overlapping", "T", []news.Evidence{{Field: "body", Words: "carbon tax"}, {Field: "body", Words: "tax was"}}, []string{"A *carbon tax was* adopted."}},
		{"headline only", "Chamber", []news.Evidence{{Field: "title", Words: "Chamber"}}, []string{"The chamber met."}},
		{"a tag", "T", []news.Evidence{{Field: "tag", Words: "politics"}}, []string{"The chamber met."}},
		{"first sentence is the headline", "The chamber met.", nil, []string{"A carbon tax was adopted."}},
		{"words of an earlier revision", "T", []news.Evidence{{Field: "body", Start: 3, End: 900, Words: "spoke"}}, []string{"Nobody *spoke*."}},
		{"no part of a word", "T", []news.Evidence{{Field: "body", Words: "arb"}}, []string{"The chamber met."}},
	} {
		var got []string
		for _, h := range hits(item(c.title), c.ev) {
			got = append(got, h.starred())
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := hits(&news.Item{Revision: news.Revision{Title: "T"}}, nil); got != nil {
		t.Errorf("an item without a text has hits: %v", got)
	}
}

func TestLongSentenceIsCutAroundTheHit(t *testing.T) {
	filler := strings.Repeat("and so it went on through the day ", 30)
	for _, script := range []string{"needle", "針"} {
		s := "Once " + filler + script + " " + filler + "."
		if script == "針" {
			s = strings.Repeat("長", 700) + script + strings.Repeat("文", 700)
		}
		h := quote(s, []news.Evidence{{Field: "body", Words: script}})
		if n := utf8.RuneCountInString(h.Text); n > maxSentence+2 {
			t.Errorf("%d characters are left", n)
		}
		if !strings.HasPrefix(h.Text, "…") || !strings.HasSuffix(h.Text, "…") || len(h.Spans) != 1 {
			t.Errorf("%q %v", h.Text, h.Spans)
		}
	}
}

func TestHitsProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		body := rapid.String().Draw(rt, "body")
		words := rapid.SliceOf(rapid.String()).Draw(rt, "words")
		it := &news.Item{Revision: news.Revision{Content: text.Paragraphs(body)}}
		var ev []news.Evidence
		for _, w := range words {
			ev = append(ev, news.Evidence{Field: "body", Words: w, Start: rapid.IntRange(-5, 50).Draw(rt, "start"), End: rapid.IntRange(-5, 50).Draw(rt, "end")})
		}
		got := hits(it, ev)
		if len(got) > MaxHits {
			rt.Fatalf("%d hits", len(got))
		}
		for _, h := range got {
			at := 0
			for _, s := range h.Spans {
				if s.Start < at || s.End <= s.Start || s.End > len(h.Text) || !utf8.ValidString(h.Text[s.Start:s.End]) {
					rt.Fatalf("bad span %v in %q", s, h.Text)
				}
				at = s.End
			}
		}
	})
}
