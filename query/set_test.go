package query

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/news"
)

// vocabulary is small, so that random queries match random items now and then. It has words that begin alike, that differ in case and by
// possessives, names with variants, and characters that are words.
var vocabulary = []string{"tax", "Tax", "taxes", "taxation", "carbon", "carbons", "Iran", "Iran’s", "Iranian", "WHO", "who", "Raisi", "Raeisi", "رئیسی", "al-Aqsa",
	"Alaqsa", "AFP-style", "東京", "京", "the", "ßtrasse", "½", "Mohammed"}

func genWord(t *rapid.T) string { return rapid.SampledFrom(vocabulary).Draw(t, "word") }

func genText(t *rapid.T, most int) string {
	words := rapid.SliceOfN(rapid.Custom(genWord), 0, most).Draw(t, "text")
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w + rapid.SampledFrom([]string{" ", " ", " ", ". ", "-", ", ", "\n"}).Draw(t, "gap"))
	}
	return b.String()
}

func genItem(t *rapid.T) (*news.Item, Facts) {
	it := &news.Item{Outlet: genText(t, 2), URL: "https://a.example.org/" + rapid.SampledFrom([]string{"", "tax", "iran/who"}).Draw(t, "url")}
	it.Title = genText(t, 4)
	for range rapid.IntRange(0, 3).Draw(t, "paragraphs") {
		it.Content += "<p>" + genText(t, 10) + "</p>"
	}
	if rapid.Bool().Draw(t, "hasSummary") {
		it.Summary = "<p>" + genText(t, 5) + "</p>"
	}
	it.Caption = genText(t, 3)
	it.Section = []string{genText(t, 1), genText(t, 2)}
	it.Lang = rapid.SampledFrom([]string{"", "en", "fa"}).Draw(t, "lang")
	return it, Facts{Outlets: rapid.IntRange(0, 3).Draw(t, "outlets"), Tags: []string{genText(t, 1)}}
}

func genTerm(t *rapid.T) string {
	switch rapid.IntRange(0, 9).Draw(t, "term") {
	case 0:
		return `"` + genWord(t) + " " + genWord(t) + `"`
	case 1:
		return rapid.SampledFrom([]string{"tax*", "carb*", "ira*", `"carbon tax*"`}).Draw(t, "prefix")
	case 2:
		return `="` + genWord(t) + `"`
	case 3:
		return rapid.SampledFrom([]string{"~Raisi", "~al-Aqsa", "~Mohamed"}).Draw(t, "name")
	case 4:
		return fmt.Sprintf(`"%s %s"~%d`, genWord(t), genWord(t), rapid.IntRange(0, 4).Draw(t, "slop"))
	case 5:
		return rapid.SampledFrom([]string{"@ministers", "@agencies", "@all"}).Draw(t, "list")
	}
	return genWord(t)
}

func genOperand(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "group") == 0 {
		return "(" + genTerm(t) + " OR " + genTerm(t) + ")"
	}
	return genTerm(t)
}

func genAtom(t *rapid.T, depth int) string {
	most := 8
	if depth <= 0 {
		most = 5
	}
	switch rapid.IntRange(0, most).Draw(t, "atom") {
	case 0:
		return genOperand(t) + rapid.SampledFrom([]string{" NEAR ", " ONEAR ", " NEAR/1 ", " ONEAR/0 "}).Draw(t, "near") + genOperand(t)
	case 1:
		return rapid.SampledFrom([]string{"title:", "lead:", "body:", "caption:", "section:", "outlet:", "url:", "tag:"}).Draw(t, "field") + genTerm(t)
	case 2:
		return rapid.SampledFrom([]string{"lang:en", "words:>5", "outlets:>=2", "is:syndicated", "site:example.org", "/carb.n/i", "kind:seed", "date:2026", "watch:energy"}).Draw(t, "condition")
	case 3:
		return fmt.Sprintf("ATLEAST/%d(%s)", rapid.IntRange(1, 3).Draw(t, "n"), genTerm(t))
	case 4, 5:
		return genTerm(t)
	case 6:
		return rapid.SampledFrom([]string{"title:", "lead:", "body:"}).Draw(t, "field") + "(" + genTerm(t) + " OR " + genTerm(t) + ")"
	}
	return "(" + genQuery(t, depth-1) + ")"
}

func genQuery(t *rapid.T, depth int) string {
	var b strings.Builder
	for i := range rapid.IntRange(1, 3).Draw(t, "parts") {
		if i > 0 {
			b.WriteString(rapid.SampledFrom([]string{" ", " AND ", " OR ", " OR ", " -", " NOT "}).Draw(t, "operator"))
		}
		b.WriteString(genAtom(t, depth))
	}
	return b.String()
}

// mustParse parses a generated query.
func mustParse(t *rapid.T, src string) *Query {
	q, err := Parse(src, testOptions())
	if err != nil {
		t.Fatalf("Parse(%s): %v", src, err)
	}
	return q
}

// TestSetEqualsMatch: a Set answers what each of its queries answers alone, evidence included.
func TestSetEqualsMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qs := map[string]*Query{}
		for i := range rapid.IntRange(0, 6).Draw(t, "queries") {
			qs[fmt.Sprint("watch", i)] = mustParse(t, genQuery(t, 2))
		}
		set := NewSet(qs)
		for range 3 {
			it, f := genItem(t)
			var want []Hit
			for i := range len(qs) {
				name := fmt.Sprint("watch", i)
				if ok, ev := qs[name].Match(NewDocument(it, f)); ok {
					want = append(want, Hit{name, ev})
				}
			}
			if diff := cmp.Diff(want, set.Match(NewDocument(it, f))); diff != "" {
				t.Fatalf("(-alone +set):\n%s", diff)
			}
		}
	})
}

// TestSetIsAnchored makes sure that the set saves work at all: queries whose words are absent are not asked.
func TestSetIsAnchored(t *testing.T) {
	for src, want := range map[string]bool{
		"a": true, "a b OR c": true, "a OR lang:en": false, "lang:en": false, "lang:en a": true, "a -b": true, "title:abc*": true, "outlet:abc": false, "~Raisi": false,
		"~Raisi abc": true, "@agencies": true, "@ministers": false, "a NEAR (b OR c)": true, "ATLEAST/2(a)": true, "watch:energy": true, "/a/": false, `="A"`: true, `"a b"~3`: true,
	} {
		q, err := Parse(src, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		s := NewSet(map[string]*Query{"w": q})
		if anchored := len(s.always) == 0; anchored != want {
			t.Errorf("%s: anchored %v", src, anchored)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := mustParse(t, genQuery(t, 3))
		again := mustParse(t, q.String())
		if again.Hash() != q.Hash() || again.String() != q.String() {
			t.Fatalf("%s comes back as %s", q, again)
		}
		it, f := genItem(t)
		a, evA := q.Match(NewDocument(it, f))
		b, evB := again.Match(NewDocument(it, f))
		if diff := cmp.Diff(evA, evB); a != b || diff != "" {
			t.Fatalf("%s and %s answer differently: %s", q, again, diff)
		}
	})
}

// TestLaws checks the algebra of the operators on random items.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genQuery(t, 1), genQuery(t, 1)
		it, f := genItem(t)
		is := func(src string) bool {
			ok, _ := mustParse(t, src).Match(NewDocument(it, f))
			return ok
		}
		isA, isB := is(a), is(b)
		for src, want := range map[string]bool{
			"(%s) (%s)": isA && isB, "(%s) OR (%s)": isA || isB, "(%s) -(%s)": isA && !isB, "words:>=0 -((%s) (%s))": !(isA && isB), "words:>=0 NOT ((%s) OR (%s))": !(isA || isB),
		} {
			src = fmt.Sprintf(src, a, b)
			if is(src) != want {
				t.Fatalf("%s: %v; %s: %v; %s: %v", a, isA, b, isB, src, !want)
			}
		}
	})
}

// TestEvidenceStandsInTheText: whatever matches, the words of its evidence stand where it says, and Sentence holds them.
func TestEvidenceStandsInTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := mustParse(t, genQuery(t, 2))
		it, f := genItem(t)
		d := NewDocument(it, f)
		ok, found := q.Match(d)
		if !ok && found != nil {
			t.Fatalf("%s does not match and has evidence", q)
		}
		for _, ev := range found {
			if d.Field(ev.Field)[ev.Start:ev.End] != ev.Words {
				t.Fatalf("%s: %+v does not stand in %q", q, ev, d.Field(ev.Field))
			}
			if s, start, end := d.Sentence(ev); s[start:end] != ev.Words {
				t.Fatalf("%s: the sentence %q does not hold %+v", q, s, ev)
			}
		}
		for _, c := range q.Explain(d) {
			if c.Depth == 0 && c.Decides && c.True != ok {
				t.Fatalf("%s is %v, but %s decides", q, ok, c.Text)
			}
		}
	})
}

// TestNearAgainstBruteForce compares NEAR, ONEAR and "…"~n with the definition, tried on all pairs of words.
func TestNearAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 40).Draw(t, "words")
		n := rapid.IntRange(0, 6).Draw(t, "n")
		near, ordered := false, false
		for i := range words {
			for j := range words {
				if words[i] == "a" && words[j] == "b" && max(j-i, i-j)-1 <= n {
					near = true
					ordered = ordered || i < j
				}
			}
		}
		it := &news.Item{}
		it.Title = strings.Join(words, " ")
		for src, want := range map[string]bool{"a NEAR/%d b": near, "a ONEAR/%d b": ordered, `"a b"~%d`: near, `"b a"~%d`: near} {
			src = fmt.Sprintf(src, n)
			if ok, _ := mustParse(t, src).Match(NewDocument(it, Facts{})); ok != want {
				t.Fatalf("%s in %q: %v", src, it.Title, ok)
			}
		}
	})
}

// TestManyScans: the table of words that long queries get answers like the scan of short ones.
func TestManyScans(t *testing.T) {
	it := crash()
	var parts []string
	for _, w := range strings.Fields("a helicopter with president carbon tax who nobody sun moon the for or minister asked taxes free 東 京 on") {
		parts = append(parts, w, `"`+w+` tax"`)
	}
	long := mustParseT(t, strings.Join(parts, " OR "))
	d := NewDocument(it, Facts{})
	if _, found := long.Match(d); d.text(fieldBody).first == nil || len(found) == 0 {
		t.Fatal("no table was made")
	}
	for _, part := range parts {
		q := mustParseT(t, part)
		ok, ev := q.Match(d)
		want, wantEv := q.Match(NewDocument(it, Facts{}))
		if diff := cmp.Diff(wantEv, ev); ok != want || diff != "" {
			t.Errorf("%s: with a table %v, without %v\n%s", part, ok, want, diff)
		}
	}
}

func mustParseT(t testing.TB, src string) *Query {
	t.Helper()
	q, err := Parse(src, testOptions())
	if err != nil {
		t.Fatalf("Parse(%s): %v", src, err)
	}
	return q
}
