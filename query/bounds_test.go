package query

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"mediawatch/news"
)

// manyPrefixes is a query of n beginnings of words, none of which is in a harbour report.
func manyPrefixes(n int, sign string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf("%szq%c%c%c*", sign, 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26)
	}
	return strings.Join(parts, map[string]string{"": " OR ", "-": " "}[sign])
}

// TestT08A7_PrefixesAreLookedUp compares the table of sorted words with looking at each word, on random words.
func TestT08A7_PrefixesAreLookedUp(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 7))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abc"[r.IntN(3)]
		}
		return string(b)
	}
	for range 200 {
		words := make([]string, 1+r.IntN(80))
		for i := range words {
			words[i] = word(1 + r.IntN(6))
		}
		it := &news.Item{Revision: news.Revision{Content: "<p>" + strings.Join(words, " ") + "</p>"}}
		d := NewDocument(it, Facts{})
		for range 60 { // the first 23 by looking at each word, the others by the table
			term := word(3+r.IntN(3)) + "*"
			if r.IntN(3) == 0 {
				term = `"` + term + " " + word(2) + `"`
			}
			q := mustParseT(t, term)
			fresh := NewDocument(it, Facts{})
			got, gotHits := q.Match(d)
			want, wantHits := q.Match(fresh)
			if got != want || fmt.Sprint(gotHits) != fmt.Sprint(wantHits) {
				t.Fatalf("%s in %q: %v %v by the table, %v %v without", term, words, got, gotHits, want, wantHits)
			}
		}
	}
}

// TestT08A7_WhatARegularExpressionNeeds holds what is looked for before an expression is run.
func TestT08A7_WhatARegularExpressionNeeds(t *testing.T) {
	for expr, want := range map[string]string{
		`[a-z ]{1,500}qqq`: "[{[qqq] false}]", `(?i)Straße`: "", `abc|def`: "[{[abc def] false}]", `abc|x`: "", `(abc|def)+ ghi`: "[{[ ghi] false} {[abc def] false}]", `(abc)?`: "", `(abc){0,3}`: "",
		`(abc){2}`: "[{[abc] false}]", `x*y+`: "", `\bport\b.*strike`: "[{[strike] false} {[port] false}]", `[a]`: "", `ab\x{FFFD}`: "", `(?i)ab|(?-i)CD`: "[{[AB CD] true}]",
	} {
		got := needsOf(expr)
		if s := fmt.Sprint(got); want != "" && s != want || want == "" && expr != `(?i)Straße` && len(got) > 0 {
			t.Errorf("%s needs %s, want %s", expr, s, want)
		}
	}
	for _, c := range []struct{ expr, text string }{{`(?i)kelvin`, "\u212Aelvin"}, {`(?i)ſtop`, "STOP"}, {`(?i)σας`, "ΣΑΣ"}, {`(?i)straße`, "STRAẞE"}} {
		if !regexp.MustCompile(c.expr).MatchString(c.text) {
			t.Fatalf("%s does not match %s", c.expr, c.text)
		}
		for _, need := range needsOf(c.expr) {
			if !need.in(&fieldText{plain: c.text}) {
				t.Errorf("%s matches %s, which lacks %v", c.expr, c.text, need)
			}
		}
	}
}

// FuzzRegexNeeds: a text that an expression matches has what the expression needs.
func FuzzRegexNeeds(f *testing.F) {
	for _, expr := range []string{`a(b|c)+d`, `(?i)kelvin|ſtop`, `(?:xy){2,}z?`, `(?i:ab)cd`, `a.c|(?s)d.f`, `^ab$|\Qx.y\E`} {
		f.Add(expr, "abcd KELVIN \u212Aelvin xyxy stop ABcd x.y")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := regexp.Compile(expr)
		if err != nil || len(expr) > 200 || regexSize(expr) > maxRegexSize {
			return
		}
		text = strings.ToValidUTF8(text, "")
		if !re.MatchString(text) {
			return
		}
		for _, need := range needsOf(expr) {
			if !need.in(&fieldText{plain: text}) {
				t.Errorf("%q matches %q, which lacks %v", expr, text, need)
			}
		}
	})
}

// TestT08A7_EvaluationEnds has a document whose time is over: no clause goes on, whatever its kind and however long the text.
func TestT08A7_EvaluationEnds(t *testing.T) {
	long := strings.Repeat("harbour strike talks go on and on in the old town ", 20_000) // 1 MB
	it := &news.Item{Revision: news.Revision{Content: "<p>" + long + "</p>"}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, src := range []string{
		`/([a-z ]{1,200}town){3}qq/`, `"harbour strike talks zzz*"~100 OR "harbour town the"~100`, manyPrefixes(1900, ""), `harbour NEAR/100 town NEAR/100 (zzzz OR old)`,
	} {
		d := NewDocument(it, Facts{})
		d.text(fieldBody)
		d.Until(ctx)
		d.steps = 15 // the next question is answered
		q := mustParseT(t, src)
		q.Match(d)
		if !d.stopped {
			t.Errorf("%s does not ask whether its time is over", shorten(src))
		}
	}
}

// endsLater is a context that ends when it is asked for the time the nth time.
type endsLater struct {
	context.Context
	left int
}

func (c *endsLater) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// TestT08A7_AChainEndsInTheMiddle has a time that ends while the hits of a chain of NEARs are put together.
func TestT08A7_AChainEndsInTheMiddle(t *testing.T) {
	it := &news.Item{Revision: news.Revision{Content: "<p>" + strings.Repeat("harbour strike talks ", 10_000) + "</p>"}}
	ctx := &endsLater{t.Context(), 100}
	d := NewDocument(it, Facts{})
	d.Until(ctx)
	mustParseT(t, "harbour NEAR/1000 strike NEAR/1000 talks NEAR/1000 zzzz OR harbour NEAR/9 strike NEAR/9 harbour").Match(d)
	if !d.stopped || ctx.left < -1 {
		t.Errorf("stopped: %v, asked %d times after the end", d.stopped, -ctx.left-1)
	}
}

// TestT08A7_TheCostliestClause is named.
func TestT08A7_TheCostliestClause(t *testing.T) {
	it := benchItem()
	it.Content = strings.Repeat(it.Content+" qqq ", 5)
	document := func(int) *Document { return NewDocument(it, Facts{}) }
	for src, want := range map[string]string{
		`harbour /[a-z ]{1,500}qqq7|[b-z ]{1,400}qq/ lang:en`:                   `/[a-z ]{1,500}qqq7|[b-z ]{1,400}qq/`,
		`harbour (terminal OR -/(a[a-z ]{1,300}){2}x|.{1,300}b7/) -title:sport`: `/(a[a-z ]{1,300}){2}x|.{1,300}b7/`,
		"harbour": "harbour",
	} {
		got := ""
		for range 20 { // it is measured, and another process may take the time of a clause that costs none
			if got = mustParseT(t, src).Costliest(t.Context(), 2, document); got == want {
				break
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
	group := mustParseT(t, manyPrefixes(1000, "")).Costliest(t.Context(), 2, document)
	if !strings.HasPrefix(group, "zqaaa* OR zqbaa*") || len(group) > 110 {
		t.Errorf("of many alike: %q", group)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if got := mustParseT(t, `harbour strike`).Costliest(over, 2, document); got == "" {
		t.Error("nothing is named when there is no time")
	}
}

// TestT08A7_ExplainAsksEachClauseOnce explains a group of many parts: a clause is asked once, not once for each other clause.
func TestT08A7_ExplainAsksEachClauseOnce(t *testing.T) {
	d := NewDocument(benchItem(), Facts{})
	asked := 0
	part := &condition{in: fieldLang, raw: "xx", mean: "xx", test: func(*Document) bool { asked++; return false }}
	parts := make([]node, 500)
	for i := range parts {
		parts[i] = &condition{in: fieldLang, raw: "xx", mean: fmt.Sprint(i), test: part.test}
	}
	(&Query{root: newOr(parts)}).Explain(d)
	if asked > 3*len(parts) {
		t.Errorf("%d clauses were asked %d times", len(parts), asked)
	}
}

// BenchmarkCostly measures one item against queries that are as much work as a query may be.
func BenchmarkCostly(b *testing.B) {
	it := benchItem()
	for _, c := range []struct{ name, src string }{
		{"prefixes=1999", manyPrefixes(1999, "")}, {"prefixes=1999,absent", "harbour " + manyPrefixes(1998, "-")}, {"regex", `/[a-z ]{1,500}qqq/`}, {"regex,folded", `/[a-z ]{1,500}qqq/i`},
	} {
		set := NewSet(map[string]*Query{"q": mustParseT(b, c.src)})
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				set.Match(NewDocument(it, Facts{}))
			}
		})
	}
}
