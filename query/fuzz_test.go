package query

import (
	"errors"
	"testing"
	"unicode/utf8"

	"mediawatch/news"
)

func addQueries(f *testing.F) {
	for _, src := range []string{
		`"climate summit" lang:en`, `(~Raisi OR "Iranian president") NEAR/10 (crash OR helicopter*) -site:example-tabloid.com`,
		`title:(apple ONEAR watch) NOT ("apple juice" OR "apple orchard*")`, `(@ministers OR @agencies) AND (resign* OR "steps down") outlets:>=3`,
		`="WHO" NEAR/6 (vaccine OR outbreak) -lead:"world cup"`, `ATLEAST/3("carbon tax") words:>150 is:original`, `watch:nested -watch:sports country:DE`,
		"date:2026-11-01/P1W seen:P7D published:>=2026 # note\n#MeToo", `/a\/b/ims "a \"b\" \\"~3 «x» “y”`, "a && b || (c", "NOT -!x)", "date:(P1D OR -/2026)",
		"url:(http://a OR https://b)", "~\"عبد الرحمن\" ~Зеленский", "東京* ½ ﷺ* ߋ", "\ufeffa\u200b", "a\x00b", "watch:loop @circle",
	} {
		f.Add(src)
	}
}

// FuzzParse: no source makes the parser panic; mistakes have positions inside the source; what is read can be written
// and read again with the same meaning.
func FuzzParse(f *testing.F) {
	addQueries(f)
	f.Fuzz(func(t *testing.T, src string) {
		q, err := Parse(src, testOptions())
		if err != nil {
			checkErrors(t, src, err)
			return
		}
		again, err := Parse(q.String(), testOptions())
		if err != nil {
			t.Fatalf("%q is written as %q, which is wrong: %v", src, q, err)
		}
		if again.Hash() != q.Hash() {
			t.Fatalf("%q is written as %q, which means something else: %q", src, q, again)
		}
	})
}

func checkErrors(t *testing.T, src string, err error) {
	t.Helper()
	var all *Errors
	if !errors.As(err, &all) || len(all.List) == 0 {
		t.Fatalf("%q: %v is no list of mistakes", src, err)
	}
	for _, e := range all.List {
		if e.Line < 1 || e.Col < 1 || e.Col > utf8.RuneCountInString(src)+1 || e.Msg == "" {
			t.Fatalf("%q: bad mistake %+v", src, e)
		}
	}
}

// FuzzMatch: no query and no text make the matcher panic; a set answers like the query alone; the evidence stands in the text.
func FuzzMatch(f *testing.F) {
	for _, src := range []string{"tax*", "~Raisi OR ~\"al-Aqsa\"", "a NEAR b OR \"b a\"~3", "½ OR \"1 2\"", "/x+/ -y", "ATLEAST/2(a)", "lead:a OR ﷺ", `="½"`} {
		f.Add(src, "<p>a b a’s ½ ﷺ</p>", "Raeisi al Aqsa رئیسی 東京. Next\n\nb")
	}
	f.Fuzz(func(t *testing.T, src, html, title string) {
		q, err := Parse(src, testOptions())
		if err != nil || !utf8.ValidString(title) || !utf8.ValidString(html) {
			return
		}
		it := &news.Item{Outlet: title}
		it.Title, it.Content, it.Summary, it.Caption = title, html, title, title
		it.Section = []string{title, html}
		d := NewDocument(it, Facts{})
		ok, found := q.Match(d)
		hits := NewSet(map[string]*Query{"w": q}).Match(NewDocument(it, Facts{}))
		if ok != (len(hits) == 1) || ok && len(hits[0].Evidence) != len(found) {
			t.Fatalf("%q: alone %v, in a set %v", src, ok, hits)
		}
		for _, ev := range found {
			if d.Field(ev.Field)[ev.Start:ev.End] != ev.Words {
				t.Fatalf("%q: %+v does not stand in %q", src, ev, d.Field(ev.Field))
			}
			if s, start, end := d.Sentence(ev); s[start:end] != ev.Words {
				t.Fatalf("%q: the sentence %q does not hold %+v", src, s, ev)
			}
		}
		q.Explain(d)
	})
}
