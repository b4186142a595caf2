package query

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mediawatch/news"
)

// crash is the item most tests look at.
func crash() *news.Item {
	it := &news.Item{
		URL:    "https://www.daily.example-times.com/politics/2026/helicopter-crash.html",
		Outlet: "Example Times",
		Seen:   time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC),
	}
	it.N = 1
	it.Title = "Minister’s helicopter down near the border"
	it.Content = "<p>A helicopter with President Raeisi aboard crashed on Friday, an AFP-style report says.</p>" +
		"<p>The WHO wants a carbon tax. Nobody knows who asked for the carbon tax, or for carbon-free taxes.</p>" +
		"<p>東京で会議が開かれた。</p>"
	it.Caption = "A rescue team, photographed by Jane Doe"
	it.Section = []string{"News", "World Politics"}
	it.Categories = []string{"Aviation", "Accidents"}
	it.Tags = []string{"of the side-car"}
	it.Authors = []news.Person{{Name: "Jane Doe"}, {Email: "desk@example.org"}}
	it.Published = news.Stamp{Time: time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC), Certainty: news.CertaintyExact}
	it.Lang = "en-gb"
	return it
}

func crashFacts() Facts {
	return Facts{FeedTitle: "Example Times: World", FeedAddress: "https://example-times.com/rss.xml", Tags: []string{"world", "state media"},
		Country: "DE", Outlets: 3, Relation: news.Original}
}

func parse(t *testing.T, src string) *Query {
	t.Helper()
	q, err := Parse(src, testOptions())
	if err != nil {
		t.Fatalf("Parse(%s): %v", src, err)
	}
	return q
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		src  string
		want bool
	}{
		{"helicopter", true}, {"HELICOPTER", true}, {"helicopters", false}, {"copter", false},
		{"minister", true}, {"minister's", true}, {"afp", true}, {"AFP-style", true}, {`"AFP style"`, true}, {`"style AFP"`, false},
		{`"carbon tax"`, true}, {`"carbon   TAX"`, true}, {`"carbon taxes"`, false}, {"carbon tax", true}, {"carbon AND nothing", false},
		{"nothing OR carbon", true}, {"helicopter -border", false}, {"helicopter -ocean", true}, {"helicopter NOT (ocean OR sea)", true},
		{"helicopter !border", false}, {"helicopter -(border ocean)", true},
		{"heli*", true}, {`"carbon tax*"`, true}, {`"carbon free tax*"`, true}, {"helicopters*", false}, {"carbon-fre*", true},
		{`="WHO"`, true}, {`="Who"`, false}, {`="who asked"`, true}, {`="WHO asked"`, false}, {`="Minister"`, true}, {`="minister"`, false},
		{"title:helicopter", true}, {"title:carbon", false}, {"lead:afp", true}, {"lead:carbon", false}, {"body:afp", true}, {"body:border", false},
		{"caption:rescue", true}, {"rescue", true}, {"-caption:rescue helicopter", false},
		{"title:(carbon OR helicopter)", true}, {"title:(helicopter border)", true}, {"title:(helicopter carbon)", false}, {"title:(helicopter -carbon)", true},
		{"title:helicopter carbon", true},
		{"section:politics", true}, {`section:"news world"`, false}, {"category:aviation", true}, {"category:politics", true}, {"section:aviation", false},
		{"outlet:times", true}, {`source:"example times"`, true}, {"outlet:time", false}, {"feed:world", true}, {"feed:example-times.com", true}, {"feed:other", false},
		{`author:"jane doe"`, true}, {`author:"doe desk"`, false}, {"author:desk@example.org", true}, {"tag:world", true}, {"tag:side-car", true}, {`tag:"state media"`, true}, {`tag:"world state"`, false},
		{"url:politics", true}, {"url:politic", false}, {"url:politic*", true}, {"inurl:2026", true}, {`url:/\/20\d\d\//`, true}, {"url:helicopter-crash", true},
		{"site:example-times.com", true}, {"site:daily.example-times.com", true}, {"site:times.com", false}, {"site:www.example-times.com", true}, {"domain:com", true},
		{"country:de", true}, {"country:FR", false}, {"lang:en", true}, {"lang:en-GB", true}, {"lang:en-us", false}, {"lang:(de OR en)", true},
		{"kind:feed", true}, {"kind:seed", false}, {"is:original", true}, {"is:syndicated", true}, {"is:edited", false}, {"is:undated", false},
		{"date:2026", true}, {"date:2026-11", true}, {"date:2026-11-20", true}, {"date:2026-11-19", false}, {"date:2026-11-20T09", true},
		{"date:2026-11-20T09:30", true}, {"date:2026-11-20T09:31", false}, {"date:2026-11-20T10:30+01:00", true},
		{"seen:2026-11-20T10", true}, {"seen:2026-11-20T09", false}, {"published:/2026-11", true}, {"published:/2026-10", false}, {"published:2026-11/", true},
		{"published:2026-12/", false}, {"date:2026-11-01/P3W", true}, {"date:2026-11-01/P1W", false}, {"date:P1W/2026-11-20", true}, {"date:P1D/2026-11-18", false},
		{"date:2026-11-19/2026-11-20", true}, {"date:2026-11-18/2026-11-19", false}, {"date:>=2026-11-20", true}, {"date:>2026-11-20", false}, {"date:<=2026-11-20", true},
		{"date:<2026-11-20", false}, {"date:>2026-11-19", true}, {"date:P7D", true}, {"date:PT6H", true}, {"date:PT2H", false}, {"seen:PT2H", true},
		{"words:>20", true}, {"words:<20", false}, {"outlets:>=3", true}, {"outlets:3", true}, {"outlets:>3", false}, {"outlets:<=2", false},
		{"helicopter NEAR crashed", true}, {"helicopter NEAR/3 crashed", false}, {"helicopter NEAR/5 crashed", true}, {"crashed NEAR/5 helicopter", true}, {"crashed ONEAR/5 helicopter", false},
		{"helicopter ONEAR/5 crashed", true}, {"carbon NEAR/0 tax", true}, {"tax ONEAR/0 carbon", false}, {`"carbon tax" NEAR/1 who`, false}, {`who NEAR/3 "carbon tax"`, true},
		{"(plane OR helicopter) NEAR/9 (crash* OR down)", true}, {"minister NEAR/1 down", true}, {"border NEAR/50 aboard", false}, {"helicopter NEAR/50 helicopter", false},
		{"carbon NEAR/10 carbon", true}, {"helicopter ONEAR/3 aboard ONEAR/0 crashed", true}, {"helicopter ONEAR/3 crashed ONEAR/9 aboard", false},
		{"title:(helicopter NEAR down)", true}, {"title:(helicopter NEAR carbon)", false}, {"doe NEAR/0 desk", false}, {"author:(doe NEAR/0 desk)", false},
		{`"aboard helicopter"~3`, true}, {`"aboard helicopter"~2`, false}, {`"tax carbon"~0`, true}, {`"tax tax"~3`, false}, {`"tax tax"~20`, true}, {`"carbon carbon carbon"~20`, true}, {`"carbon carbon carbon carbon"~99`, false},
		{`ATLEAST/2("carbon tax")`, true}, {`ATLEAST/3("carbon tax")`, false}, {"ATLEAST/3(carbon OR nothing)", true}, {"ATLEAST/2(helicopter)", true}, {"title:(ATLEAST/2(helicopter))", false},
		{"/carb.n/", true}, {"/^minister/", false}, {"/^minister/i", true}, {"title:/border$/", true}, {"lead:/WHO/", false},
		{"東京", true}, {"京", true}, {"京東", false}, {"会議", true}, {"会議が開かれた", true}, {"東京 NEAR/1 会議", true}, {"body:東京", true}, {"title:東京", false},
		{"~Raisi", true}, {"lead:~Raisi", true}, {"title:~Raisi", false}, {`~"President Raisi"`, true}, {"@ministers", true}, {"@agencies", false}, {"@all", true}, {"title:@all", false},
		{"caption:@ministers", true}, {"(@agencies OR @ministers) NEAR/3 helicopter", true}, {"watch:energy", true}, {"watch:sports", false}, {"watch:nested", true},
		{"helicopter watch:energy -watch:sports country:DE", true},
		{"#helicopter", true}, {"reporting", false}, {"report", true}, {`"says the who"`, true},
	} {
		d := NewDocument(crash(), crashFacts())
		got, evidence := parse(t, c.src).Match(d)
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.src, got, c.want)
		}
		if !got && evidence != nil {
			t.Errorf("%s does not match and has evidence %v", c.src, evidence)
		}
		for _, ev := range evidence {
			if plain := d.Field(ev.Field); ev.Words == "" || plain[ev.Start:ev.End] != ev.Words {
				t.Errorf("%s: evidence %+v does not stand in %q", c.src, ev, plain)
			}
		}
	}
}

// TestEmptyItem: a missing field makes its clause false, and so its negation true.
func TestEmptyItem(t *testing.T) {
	d := NewDocument(&news.Item{}, Facts{})
	for _, f := range fieldTable {
		if f.id == fieldWatch {
			continue
		}
		want := f.id == fieldKind || f.id == fieldIs // an item is always of a kind, and alone it is original
		if ok, _ := parse(t, f.example).Match(d); ok != want {
			t.Errorf("%s: %v", f.example, ok)
		}
		if ok, _ := parse(t, "words:0 -"+f.example).Match(d); ok == want {
			t.Errorf("-%s: %v", f.example, ok)
		}
	}
}

func TestIs(t *testing.T) {
	for _, c := range []struct {
		f    Facts
		n    int
		want string
	}{
		{Facts{}, 1, "original undated"},
		{Facts{Relation: news.Original, Outlets: 1}, 1, "original undated"},
		{Facts{Relation: news.Original, Outlets: 2}, 1, "original syndicated undated"},
		{Facts{Relation: news.SameText}, 1, "syndicated undated"},
		{Facts{Relation: news.SamePage, Outlets: 1}, 1, "undated"},
		{Facts{Edited: true}, 1, "original edited undated"},
		{Facts{}, 2, "original edited undated"},
	} {
		it := &news.Item{}
		it.N = c.n
		if got := NewDocument(it, c.f).Field("is"); got != c.want {
			t.Errorf("%+v: %s, want %s", c.f, got, c.want)
		}
	}
}

func TestSummaryBesideContent(t *testing.T) {
	it := &news.Item{}
	it.Content = "<p>First paragraph.</p><p>Second.</p>"
	it.Summary = "<p>A teaser of its own.</p>"
	d := NewDocument(it, Facts{})
	for src, want := range map[string]bool{"teaser": true, "lead:teaser": true, "body:teaser": false, "lead:first": true, "lead:second": false, `lead:"paragraph a"`: false, "second": true} {
		if ok, _ := parse(t, src).Match(d); ok != want {
			t.Errorf("%s: %v", src, ok)
		}
	}
	it.Summary = "First paragraph."
	if got := NewDocument(it, Facts{}).Field("lead"); got != "First paragraph." {
		t.Errorf("a summary that repeats the text is added to the lead: %q", got)
	}
}

func TestEvidence(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []news.Evidence
	}{
		{"minister", []news.Evidence{{Clause: "minister", Field: "title", Start: 0, End: 8, Words: "Minister"}}},
		{"lead:~raisi", []news.Evidence{{Clause: "lead:~raisi", Field: "lead", Start: 28, End: 34, Words: "Raeisi", Variant: "Raeisi"}}},
		{"body:~raeisi lang:en", []news.Evidence{{Clause: "body:~raeisi", Field: "body", Start: 28, End: 34, Words: "Raeisi"},
			{Clause: "lang:en", Field: "lang", End: 5, Words: "en-gb"}}},
		{"lead:@ministers", []news.Evidence{{Clause: "lead:@ministers", Field: "lead", Start: 28, End: 34, Words: "Raeisi", Variant: "Raeisi"},
			{Clause: "lead:@ministers", Field: "lead", Start: 18, End: 27, Words: "President", Variant: "President"}}},
		{"title:(helicopter NEAR border) -ocean", []news.Evidence{
			{Clause: "title:(helicopter NEAR border)", Field: "title", Start: 13, End: 23, Words: "helicopter"},
			{Clause: "title:(helicopter NEAR border)", Field: "title", Start: 38, End: 44, Words: "border"}}},
		{"nothing OR title:border OR outlets:>=2 OR is:original", []news.Evidence{{Clause: "title:border", Field: "title", Start: 38, End: 44, Words: "border"},
			{Clause: "outlets:>=2", Field: "outlets", End: 1, Words: "3"}, {Clause: "is:original", Field: "is", End: 8, Words: "original"}}},
		{"words:0 OR -ocean", nil},
		{"nothing", nil},
	} {
		_, got := parse(t, c.src).Match(NewDocument(crash(), crashFacts()))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.src, diff)
		}
	}
}

func TestEvidenceIsBounded(t *testing.T) {
	it := &news.Item{}
	it.Content = "<p>" + strings.Repeat("a b c d e f g h i j k l m n o p q r s t u v w x y z ", 50) + "</p>"
	it.Title = strings.Repeat("a b c d e f g h i j k l m n o p q r s t u v w x y z ", 50)
	src := strings.Join(strings.Split("abcdefghijklmnopqrstuvwxyz", ""), " OR ")
	_, got := parse(t, src).Match(NewDocument(it, Facts{}))
	if len(got) != maxEvidence {
		t.Errorf("%d pieces of evidence, want %d", len(got), maxEvidence)
	}
}

func TestExplain(t *testing.T) {
	q := parse(t, `minister (plane OR "carbon tax") -helicopter lang:fr published:2026-11-21 (moon OR sun) (down NEAR/0 border) ATLEAST/5(carbon) author:smith`)
	got := q.Explain(NewDocument(crash(), crashFacts()))
	want := []Clause{
		{Text: "minister", True: true, Why: "“Minister” in title"},
		{Text: `plane OR "carbon tax"`, True: true},
		{Text: "plane", Why: "not in title, lead, body or caption", Depth: 1},
		{Text: `"carbon tax"`, True: true, Why: "“carbon tax” in body", Depth: 1},
		{Text: "-helicopter", Why: "“helicopter” in title, “helicopter” in body", Decides: true},
		{Text: "lang:fr", Why: "its language is en-gb", Decides: true},
		{Text: "published:2026-11-21", Why: "its stated time is 2026-11-20T09:30:00Z", Decides: true},
		{Text: "moon OR sun", Decides: true},
		{Text: "moon", Why: "not in title, lead, body or caption", Depth: 1, Decides: true},
		{Text: "sun", Why: "not in title, lead, body or caption", Depth: 1, Decides: true},
		{Text: "down NEAR/0 border", Why: "the words are there, but nowhere close enough to each other in one field", Decides: true},
		{Text: "ATLEAST/5(carbon)", Why: "found 3 times, not 5", Decides: true},
		{Text: "author:smith", Why: "not in author", Decides: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	empty := parse(t, "-author:x country:DE title:a published:2026").Explain(NewDocument(&news.Item{}, Facts{}))
	for i, want := range []string{"it has no author", "it has no country", "it has no title", "the publisher states no time"} {
		if empty[i].Why != want || empty[i].True != (i == 0) {
			t.Errorf("%+v, want %s", empty[i], want)
		}
	}
}

func TestExplainAgreesWithMatch(t *testing.T) {
	for _, src := range []string{"minister", "a OR minister", "minister -border", "-border minister (a OR (carbon tax))"} {
		q := parse(t, src)
		d := NewDocument(crash(), crashFacts())
		ok, _ := q.Match(d)
		decided := 0
		for _, c := range q.Explain(d) {
			if c.Depth == 0 && c.Decides {
				decided++
				if c.True != ok {
					t.Errorf("%s is %v, but %s is said to decide", src, ok, c.Text)
				}
			}
		}
		if decided == 0 {
			t.Errorf("%s: nothing decides", src)
		}
	}
}

func TestSentence(t *testing.T) {
	for _, c := range []struct{ plain, word, want string }{
		{"One here. Two there. Three.", "two", "Two there."},
		{"One here. Two there. Three.", "one", "One here."},
		{"One here. Two there. Three.", "three", "Three."},
		{"Mr. Smith met Dr. Doe. They spoke.", "doe", "Mr. Smith met Dr. Doe."},
		{"The U.S. Army left. It came back.", "army", "The U.S. Army left."},
		{"He said “Go!” and went. She stayed.", "went", "He said “Go!” and went."},
		{"“Go!” She went.", "went", "She went."},
		{"It rose 3.5 percent. Then it fell.", "percent", "It rose 3.5 percent."},
		{"東京で会議が開かれた。次の日。", "会議", "東京で会議が開かれた。"},
		{"No end\nNext line", "next", "Next line"},
		{"\n  Spaces first. B.", "spaces", "Spaces first."},
		{"Is it? Yes.", "yes", "Yes."},
	} {
		it := &news.Item{}
		it.Title = c.plain
		d := NewDocument(it, Facts{})
		_, found := parse(t, "title:"+c.word).Match(d)
		if len(found) == 0 {
			t.Errorf("%s is not in %q", c.word, c.plain)
			continue
		}
		got, start, end := d.Sentence(found[0])
		if got != c.want || got[start:end] != found[0].Words {
			t.Errorf("Sentence(%q, %s) = %q, %q", c.plain, c.word, got, got[start:end])
		}
	}
	d := NewDocument(crash(), crashFacts())
	_, found := parse(t, `body:("says the" NEAR/0 who)`).Match(d)
	if len(found) != 2 {
		t.Fatal(found)
	}
	found[0].End = found[1].End // a hit over the end of a paragraph
	if got, start, end := d.Sentence(found[0]); !strings.HasPrefix(got, "A helicopter") || !strings.HasSuffix(got, "carbon tax.") || !strings.HasSuffix(got[start:end], "WHO") {
		t.Errorf("%q %d %d", got, start, end)
	}
	if got, start, end := d.Sentence(news.Evidence{Field: "lang", End: 5, Words: "en-gb"}); got != "en-gb" || start != 0 || end != 5 {
		t.Errorf("%q %d %d", got, start, end)
	}
	if got, _, _ := d.Sentence(news.Evidence{Field: "title", Start: 5, End: 5000, Words: "w"}); got != "w" {
		t.Errorf("stale evidence: %q", got)
	}
}

func TestFieldAliases(t *testing.T) {
	d := NewDocument(crash(), crashFacts())
	if d.Field("headline") != d.Field("title") || d.Field("title") == "" || d.Field("nothing") != "" || d.Field("words") == "" {
		t.Error("Field does not know its names")
	}
}
