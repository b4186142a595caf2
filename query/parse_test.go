package query

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var testNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func testOptions() Options {
	watches := map[string]string{
		"energy": `"carbon tax" OR (heat ONEAR/1 pump*)`,
		"sports": "football OR title:tennis",
		"nested": "watch:energy -watch:sports",
		"loop":   "oil watch:pool",
		"pool":   "watch:loop OR gas",
		"self":   "watch:self",
		"broken": "(a",
	}
	return Options{
		Lists: map[string][]string{
			"ministers": {"Smith", "~Raisi", "Jane Doe", `="WHO"`, "president*"},
			"agencies":  {"Reuters", "Agence France"},
			"all":       {"@ministers", "@agencies", "Other"},
			"circle":    {"@square"},
			"square":    {"@circle"},
			"bad":       {"fine", "~x"},
			"none":      {},
		},
		Watch: func(name string) (string, bool) { src, ok := watches[name]; return src, ok },
		Now:   func() time.Time { return testNow },
	}
}

// TestString checks how a query is read, by how it is written in its plainest form.
func TestString(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"word", "word"},
		{"a b OR c", "a b OR c"},
		{"a AND b AND c", "a b c"},
		{"a (b OR c)", "a (b OR c)"},
		{"(a) ((b))", "a b"},
		{"a OR b OR (c d)", "a OR b OR c d"},
		{"a -b !c NOT d", "a -b !c NOT d"},
		{"a -(b OR c)", "a -(b OR c)"},
		{"a NOT(b)", "a NOT b"},
		{"intitle:a headline:b", "title:a title:b"},
		{"TITLE:a", "title:a"},
		{"title:(a OR b) c", "(title:a OR title:b) c"},
		{"title:(apple ONEAR watch)", "title:(apple ONEAR watch)"},
		{"a NEAR/4 b ONEAR/2 c", "a NEAR b ONEAR/2 c"},
		{"-a NEAR b c", "-(a NEAR b) c"},
		{"(a OR b) NEAR (c OR \"d e\")", "(a OR b) NEAR (c OR \"d e\")"},
		{"ATLEAST/3(\"carbon tax\")", "ATLEAST/3(\"carbon tax\")"},
		{"body:(ATLEAST/2(a OR b))", "body:(ATLEAST/2((a OR b)))"},
		{`"a b"~10`, `"a b"~10`},
		{`="WHO" ~Raisi ~"Ebrahim Raisi"`, `="WHO" ~Raisi ~"Ebrahim Raisi"`},
		{"@ministers", "@ministers"},
		{`/a\/b/i /x+/`, `/a\/b/i /x+/`},
		{"“climate summit” «a b» „c d“", `"climate summit" "a b" "c d"`},
		{`"a \"b\" \\ c"`, `"a \"b\" \\ c"`},
		{"# a comment\na # more\nb #", "a b"},
		{"#MeToo", `"#MeToo"`},
		{"a\n#MeToo", `a "#MeToo"`},
		{"helicopter* \"apple orchard*\"", "helicopter* \"apple orchard*\""},
		{"url:https://example.org/politics", `url:"https://example.org/politics"`},
		{"url:(http://a.example OR http://b.example)", `url:"http://a.example" OR url:"http://b.example"`},
		{"site:example.org", "site:example.org"},
		{"words:>200 outlets:>=3 words:(<5 OR >9)", "words:>200 outlets:>=3 (words:<5 OR words:>9)"},
		{"date:2026-11-01/P1W seen:/2026-11", "date:2026-11-01/P1W seen:/2026-11"},
		{"date:(2026-11 OR 2026-12)", "date:2026-11 OR date:2026-12"},
		{"kind:seed is:original country:DE lang:(en OR de)", "kind:seed is:original country:DE (lang:en OR lang:de)"},
		{"watch:energy -watch:sports country:DE", "watch:energy -watch:sports country:DE"},
		{"near or and", "near or and"},
		{`"OR"`, `"OR"`},
		{"\ufeffa\u00a0b\u200b", "a b"},
		{"AFP-style Iran’s 12:30", `AFP-style Iran’s "12:30"`},
	} {
		q, err := Parse(c.src, testOptions())
		if err != nil {
			t.Errorf("Parse(%q): %v", c.src, err)
			continue
		}
		if got := q.String(); got != c.want {
			t.Errorf("Parse(%q) reads %s, want %s", c.src, got, c.want)
		}
		again, err := Parse(q.String(), testOptions())
		if err != nil {
			t.Errorf("Parse(%q): %v", q, err)
		} else if again.Hash() != q.Hash() || again.String() != q.String() {
			t.Errorf("%q comes back as %q", q, again)
		}
	}
}

func TestExamples(t *testing.T) {
	for _, src := range []string{
		`"climate summit" lang:en`,
		`(~Raisi OR "Iranian president") NEAR/10 (crash OR helicopter*) -site:example-tabloid.com`,
		`title:(apple ONEAR watch) NOT ("apple juice" OR "apple orchard*")`,
		`(@ministers OR @agencies) AND (resign* OR "steps down") outlets:>=3`,
		`="WHO" NEAR/6 (vaccine OR outbreak) -lead:"world cup"`,
		`ATLEAST/3("carbon tax") words:>150 is:original`,
		`watch:energy -watch:sports country:DE`,
		`("carbon tax" OR heat ONEAR/1 pump*) -title:horoscope`,
	} {
		q, err := Parse(src, testOptions())
		if err != nil {
			t.Errorf("Parse(%s): %v", src, err)
			continue
		}
		if len(q.Lint()) != 0 {
			t.Errorf("%s: %v", src, q.Lint())
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		src       string
		line, col int
		msg, hint string // parts
	}{
		{"", 1, 1, "empty", ""},
		{" \n# nothing\n", 3, 1, "empty", ""},
		{"-x", 1, 1, "only says what must be absent", "word -other"},
		{"NOT (a OR b)", 1, 1, "must be absent", ""},
		{"# c\n -a -b", 2, 2, "must be absent", ""},
		{"(-x)", 1, 1, "must be absent", ""},
		{"-a OR -b", 1, 1, "must be absent", ""},
		{"(a", 1, 1, "never closed", ""},
		{"a (b (c) d", 1, 3, "never closed", ""},
		{"a)", 1, 2, "no opening", ""},
		{"é (a))", 1, 6, "no opening", ""},
		{"a ()", 1, 4, "empty", ""},
		{"a OR", 1, 3, "OR has nothing after it", "quotes"},
		{"a AND", 1, 3, "AND has nothing after it", ""},
		{"OR a", 1, 1, "OR has nothing before it", ""},
		{"a OR OR b", 1, 3, "OR has nothing after", ""},
		{"a AND OR b", 1, 3, "AND has nothing after", ""},
		{"NOT", 1, 1, "NOT has nothing after it", ""},
		{"a NOT", 1, 3, "NOT has nothing after it", ""},
		{"a NEAR", 1, 3, "NEAR has nothing after it", ""},
		{"(a OR) b", 1, 4, "OR has nothing after it", ""},
		{"a -", 1, 3, "stands alone", ""},
		{"a - b", 1, 3, "stands alone", ""},
		{"--a", 1, 2, "double negation", ""},
		{"a NOT NOT b", 1, 7, "double negation", ""},
		{"foo:x", 1, 1, "foo: is no field", "the fields are title"},
		{"iran\nAND titel:x", 2, 5, "titel: is no field", "title:"},
		{"Iran: crisis", 1, 1, "no field", "quotes"},
		{"https://example.org", 1, 1, "https: is no field", "quotes"},
		{"a titel:x outlett:y", 1, 3, "titel", "title"},
		{"title: a", 1, 1, "has no value", "without a space"},
		{"a title:", 1, 3, "has no value", ""},
		{"title:-a", 1, 7, "can not stand here", "-title:word"},
		{"title:(a body:b)", 1, 10, "inside a group of title", ""},
		{"a \"b", 1, 3, "never closed", ""},
		{"a \"b\"c", 1, 6, "space is missing", ""},
		{"a b\"c\"", 1, 4, "quotation mark stands inside", ""},
		{"helicopter(s)", 1, 11, "space is missing", ""},
		{"he*", 1, 3, "at least 3 letters", ""},
		{"*foo", 1, 1, "end of a word", ""},
		{"a foo*bar", 1, 6, "end of a word", ""},
		{"\"carbon * tax\"", 1, 1, "end of a word", ""},
		{"foo**", 1, 4, "end of a word", ""},
		{"wom?n", 1, 4, "? has no meaning", ""},
		{"a && b", 1, 3, "&& has no meaning", "AND"},
		{"a || b", 1, 3, "| has no meaning", "OR"},
		{"+a", 1, 1, "+ has no meaning", ""},
		{"roam~2", 1, 5, "inside a word", ""},
		{"[a TO b]", 1, 1, "[a TO b]", "interval"},
		{"a –b", 1, 3, "dash", "hyphen"},
		{"=WHO", 1, 1, "quotes", ""},
		{"a >3", 1, 3, "compares nothing", "words:"},
		{"&", 1, 1, "no letters or digits", ""},
		{"\"...\"", 1, 1, "no letters or digits", ""},
		{"/a", 1, 1, "never closed", ""},
		{"/a(/", 1, 1, "regular expression", "RE2"},
		{"/a/x", 1, 4, "flags", ""},
		{"/a*/", 1, 1, "empty text", ""},
		{"/a{900}b{900}c{900}/", 1, 1, "steps", "list"},
		{"NEAR/x a", 1, 1, "needs a number", ""},
		{"a NEAR/9999 b", 1, 3, "needs a number", ""},
		{"ATLEAST a", 1, 1, "needs a number", ""},
		{"ATLEAST/0(a)", 1, 1, "needs a number", ""},
		{"ATLEAST/2 a", 1, 11, "needs a group", ""},
		{"ATLEAST/2(a b)", 1, 10, "can not count", ""},
		{"a NEAR (b c)", 1, 8, "can not be an operand", ""},
		{"a NEAR /x/", 1, 8, "can not be an operand", ""},
		{"a NEAR -b", 1, 8, "negation", ""},
		{"lang:en NEAR b", 1, 1, "can not be an operand", ""},
		{"title:a NEAR body:b", 1, 14, "one field", ""},
		{`"a"~3`, 1, 4, "two words", ""},
		{`"a b"~x`, 1, 6, "not a distance", ""},
		{`="a*"`, 1, 2, "can not be combined", ""},
		{"~ab", 1, 2, "too short", ""},
		{"~東京都", 1, 2, "Latin", ""},
		{"@nobody", 1, 1, "no list @nobody", ""},
		{"a @minister", 1, 3, "no list", "@ministers"},
		{"@circle", 1, 1, "circle", ""},
		{"@bad", 1, 1, `entry 2 of the list @bad, "~x"`, ""},
		{"@none", 1, 1, "is empty", ""},
		{"watch:nobody", 1, 7, "no watch", ""},
		{"a watch:loop", 1, 9, "circle: loop → pool → loop", ""},
		{"watch:self", 1, 7, "circle: self → self", ""},
		{"watch:broken", 1, 7, "line 1, column 1: the parenthesis", ""},
		{"kind:web", 1, 6, "kind:web is unknown", "feed, seed"},
		{"is:orginal", 1, 4, "unknown", "is:original"},
		{"country:Germany", 1, 9, "not a country", "DE"},
		{"lang:english", 1, 6, "not a language", "en"},
		{"lang:/x/", 1, 6, "plain value", ""},
		{"words:many", 1, 7, "not a number", ">=3"},
		{"words:-5", 1, 7, "not a number", ""},
		{"site:a/b", 1, 6, "more than a domain", "url:"},
		{"site:*.example.org", 1, 6, "", ""},
		{"date:2026-13", 1, 6, "not a date", ""},
		{"date:2026-02-30", 1, 6, "not a date", ""},
		{"date:2026-W47", 1, 6, "not built yet", "P1W"},
		{"date:/", 1, 6, "no date", ""},
		{"date:2026-11-20/2026-11-01", 1, 6, "ends before it begins", ""},
		{"date:P", 1, 6, "not a duration", ""},
		{"date:>=P7D", 1, 6, "not a date", ""},
		{"a \xff", 1, 3, "UTF-8", ""},
	} {
		_, err := Parse(c.src, testOptions())
		var all *Errors
		if !errors.As(err, &all) {
			t.Errorf("Parse(%q) = %v, want an error", c.src, err)
			continue
		}
		e := all.List[0]
		if e.Line != c.line || e.Col != c.col || !strings.Contains(e.Msg, c.msg) || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("Parse(%q) = %v, want %d:%d %q %q", c.src, e, c.line, c.col, c.msg, c.hint)
		}
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := Parse("foo:a OR\nlang:english /(/ watch:nobody @nobody", testOptions())
	var all *Errors
	if !errors.As(err, &all) || len(all.List) != 5 {
		t.Fatalf("got %v, want 5 mistakes", err)
	}
	for i, at := range [][2]int{{1, 1}, {2, 6}, {2, 14}, {2, 24}, {2, 31}} {
		if e := all.List[i]; e.Line != at[0] || e.Col != at[1] {
			t.Errorf("mistake %d is at %d:%d, want %v", i, e.Line, e.Col, at)
		}
	}
}

func TestRelativeTimesAreForSearch(t *testing.T) {
	o := testOptions()
	if _, err := Parse("a date:P7D", o); err != nil {
		t.Error(err)
	}
	o.InWatch = true
	for _, src := range []string{"a date:P7D", "a seen:PT6H", "a published:(P1M OR 2026)"} {
		if _, err := Parse(src, o); err == nil || !strings.Contains(err.Error(), "moves with the clock") {
			t.Errorf("Parse(%s) in a watch = %v", src, err)
		}
	}
	if _, err := Parse("a date:2026-11-01/P1W", o); err != nil {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	words := func(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }
	big := func(name string) (string, bool) { return words(900), true }
	for _, c := range []struct {
		name, src string
		o         Options
		want      string
	}{
		{"bytes", strings.Repeat(" ", MaxBytes) + "a", Options{}, "bytes"},
		{"terms", words(MaxTerms + 1), Options{}, "more than 2000 terms"},
		{"terms of watches", "watch:a watch:b watch:a", Options{Watch: big}, "more than 2000 terms"},
		{"terms of lists", "@l", Options{Lists: map[string][]string{"l": slices.Repeat([]string{"x"}, MaxTerms)}}, "more than 2000 terms"},
		{"regexes", strings.Repeat("/x/ ", MaxRegexes+1), Options{}, "more than 20 regular"},
		{"operands of NEAR", "a" + strings.Repeat(" NEAR b", maxChain), Options{}, "more than 20 operands"},
		{"depth", strings.Repeat("(", 101) + "a" + strings.Repeat(")", 101), Options{}, "inside each other"},
	} {
		if _, err := Parse(c.src, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, src := range []string{words(MaxTerms), strings.Repeat("/x/ ", MaxRegexes), "a" + strings.Repeat(" NEAR b", maxChain-1), strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100)} {
		if _, err := Parse(src, Options{}); err != nil {
			t.Errorf("%.20s…: %v", src, err)
		}
	}
}

// TestWatchesDoNotExplode reads a ladder of watches each of which names the next one twice.
func TestWatchesDoNotExplode(t *testing.T) {
	o := Options{Watch: func(name string) (string, bool) {
		if len(name) > 60 {
			return "(", true
		}
		return "watch:" + name + "x watch:" + name + "x", true
	}}
	if _, err := Parse("watch:x", o); err == nil {
		t.Error("a broken watch at the end of the ladder was not reported")
	}
}

func TestHash(t *testing.T) {
	same := [][]string{
		{"a b", "b a", "a AND b", "(a) (b)", "A B a", "# note\na b", `"a" b`},
		{"a OR (b OR c)", "c OR b OR a"},
		{"title:(a OR b)", "headline:a OR title:b"},
		{"AFP-style", `"AFP style"`, `"afp-style"`},
		{"Trump’s", "trump", "TRUMP'S"},
		{"a -b", "a NOT b", "a !b"},
		{"watch:energy", `("carbon tax" OR (heat ONEAR/1 pump*))`},
		{"lang:EN x", "x lang:en"},
		{"site:www.example.org x", "site:Example.ORG x"},
		{"date:2026-11 x", "date:2026-11-01/2026-11-30 x", "date:2026-11-01/P1M x"},
	}
	all := map[string]string{}
	for _, group := range same {
		first := ""
		for _, src := range group {
			q, err := Parse(src, testOptions())
			if err != nil {
				t.Fatalf("Parse(%s): %v", src, err)
			}
			if first == "" {
				first = q.Hash()
				if other := all[first]; other != "" {
					t.Errorf("%s has the hash of %s", src, other)
				}
				all[first] = src
			}
			if q.Hash() != first {
				t.Errorf("%s and %s have different hashes", src, group[0])
			}
		}
	}
	for _, src := range []string{"a", "a*bc", "abc*", "abc", `="abc"`, `="Abc"`, "title:abc", "~abcd", "abcd", `"b a"`, `"a b"`, `"a b"~1`, `"a b"~2`, "a NEAR b", "a ONEAR b", "a NEAR/3 b",
		"ATLEAST/2(a)", "ATLEAST/3(a)", "/a/", "/a/i", "x -b", "x OR b", "x b", "words:>3", "words:>=3", "seen:2026", "date:2026", "published:2026"} {
		q, err := Parse(src, testOptions())
		if err != nil {
			continue // a*bc is a mistake
		}
		if other := all[q.Hash()]; other != "" {
			t.Errorf("%s has the hash of %s", src, other)
		}
		all[q.Hash()] = src
	}
}

func TestHashFollowsLists(t *testing.T) {
	hash := func(entries ...string) string {
		q, err := Parse("@l x", Options{Lists: map[string][]string{"l": entries}})
		if err != nil {
			t.Fatal(err)
		}
		return q.Hash()
	}
	if hash("a", "b") != hash("b", "a") || hash("a", "b") == hash("a", "c") {
		t.Error("the hash does not follow what the list holds")
	}
}

func TestLint(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"a b OR c", "read as (a b) OR c"},
		{"a OR b -c", "read as a OR (b -c)"},
		{"iran or tax", `line 1, column 6: "or" is looked for as a word`},
		{"iran Not tax", "capitals: NOT"},
		{"a OR -b", "-b as an alternative matches nearly everything"},
		{"a B a", "a says the same as a"},
		{"a x -a", "can never match"},
		{"C++", `"C++" is looked for as "c"`},
		{"a\n#sports", "line 2, column 1: a # directly before a word"},
	} {
		q, err := Parse(c.src, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(q.Lint()); !strings.Contains(got, c.want) {
			t.Errorf("Lint(%s) = %s, want %q", c.src, got, c.want)
		}
	}
	for _, src := range []string{"a OR b", "(a b) OR c", "a -b", "iran near tax-office", `"or" a`, "a (b OR c)"} {
		q, err := Parse(src, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		if src == "iran near tax-office" {
			if len(q.Lint()) != 1 {
				t.Errorf("Lint(%s) = %v", src, q.Lint())
			}
			continue
		}
		if len(q.Lint()) != 0 {
			t.Errorf("Lint(%s) = %v", src, q.Lint())
		}
	}
}

func TestNeedsStory(t *testing.T) {
	for src, want := range map[string]bool{
		"a": false, "a outlets:>=3": true, "a -is:syndicated": true, "a is:edited": true, "a is:original": true, "a is:undated": false,
		"words:>3 kind:feed": false, "(a OR (b outlets:2))": true,
	} {
		q, err := Parse(src, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		if q.NeedsStory() != want {
			t.Errorf("NeedsStory(%s) = %v", src, !want)
		}
	}
}
