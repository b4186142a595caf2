package query

import (
	"strings"
	"testing"

	"mediawatch/news"
)

func TestT08B15_Never(t *testing.T) {
	for _, src := range []string{
		"ferries -ferries", "ferries AND NOT Ferries", "(ferries harbour) -harbour", `"carbon tax" -carbon`, `"carbon tax" -tax*`, "title:ferries -ferries",
		"ferries (harbour OR port) -(harbour OR port)", "(a1 OR b1) -a1 -b1", "a1 (b1 -a1 OR c1 -c1)", "a1 -(b1 OR (a1 OR c1))", "a1 -(-b1) -b1", "watch:w -ferries",
		"ferries kind:feed kind:seed", "ferries lang:en lang:de", "ferries lang:en-gb -lang:en", "ferries country:DE country:FR",
		"ferries site:a.example site:b.example", "ferries site:news.a.example -site:a.example", "ferries words:>200 words:<100", "ferries outlets:0", "ferries words:<0",
		"ferries published:2026-01 published:2026-03", "ferries seen:2026 seen:2027", "(ferries -ferries) OR (harbour kind:feed kind:seed)",
	} {
		q, err := Parse(src, Options{Watch: func(string) (string, bool) { return "ferries harbour", true }})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := strings.Join(q.Lint(), "; "); strings.Count(got, "it can never match: ") != 1 {
			t.Errorf("%s: %q, want that it can never match", src, got)
		}
	}
}

func TestT08B15_NotNever(t *testing.T) {
	for _, src := range []string{
		"ferries -harbour", `carbon -"carbon tax"`, "heat* -heat", "ferries -title:ferries", "ferries (harbour OR port) -harbour", "(a1 OR b1) -a1", "lead:ferries -title:ferries",
		"ferries lang:en lang:en-gb", "ferries site:a.example site:news.a.example", "ferries words:>100 words:<200", "ferries words:0", "ferries outlets:1", "ferries -(ferries harbour)",
		"ferries published:2026 published:2026-03", "ferries is:original is:syndicated", "ferries -site:a.example site:b.example", `ferries -="Ferries"`, "outlet:wire -wire",
		"ferries published:2026-01 seen:2026-03", `"x y z" -"x z"`,
	} {
		q, err := Parse(src, Options{})
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := strings.Join(q.Lint(), "; "); strings.Contains(got, "never") {
			t.Errorf("%s: %q", src, got)
		}
	}
}

// TestT08B15_NeverOfALargeQuery: the largest query that may be written does not take for ever.
func TestT08B15_NeverOfALargeQuery(t *testing.T) {
	var b strings.Builder
	for i := range 600 {
		b.WriteString("y" + itoa(i) + " -n" + itoa(i) + " ")
	}
	b.WriteString("(a0")
	for i := range 700 {
		b.WriteString(" OR a" + itoa(i+1))
	}
	b.WriteString(")")
	if q, err := Parse(b.String(), Options{}); err != nil || len(q.Lint()) > 0 {
		t.Fatalf("%v %v", err, q.Lint())
	}
}

func FuzzNever(f *testing.F) {
	f.Add("a (b OR -c) -(d OR e) lang:en words:>3", "a b c d e")
	f.Fuzz(func(t *testing.T, src, words string) {
		q, err := Parse(src, Options{})
		if err != nil || never(q.root) == "" {
			return
		}
		it := &news.Item{}
		it.Title, it.Lang = words, "en"
		if yes, _ := q.Match(NewDocument(it, Facts{Outlets: 1})); yes {
			t.Errorf("%q is said to never match, and matches %q", src, words)
		}
	})
}
