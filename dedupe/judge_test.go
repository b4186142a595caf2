package dedupe_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/dedupe"
	"mediawatch/news"
)

// topical is n different sentences of about 12 words on a topic; the numbers from to n choose which.
func topical(topic string, from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "The %s board met %s%c and heard how the %s plan %s%c was changed by voters. ", topic, topic, 'a'+i%26, topic, topic, 'a'+i%26)
	}
	return strings.TrimSpace(b.String())
}

// piece is an item of an outlet.
func piece(outlet, title, body string) *news.Item {
	it := &news.Item{Outlet: outlet}
	it.Title, it.Content = title, "<p>"+body+"</p>"
	it.Keys = dedupe.KeysOf(it)
	return it
}

// signOf and factsOf know no site.
func signOf(it *news.Item) dedupe.Signature { return dedupe.SignOf(it, dedupe.Boilerplate{}) }
func factsOf(it *news.Item) *dedupe.Facts   { return dedupe.FactsOf(it, dedupe.Boilerplate{}) }

func judge(a, b *news.Item) dedupe.Verdict { return dedupe.Judge(factsOf(a), factsOf(b)) }

func TestJudge(t *testing.T) {
	whole := topical("harbour", 0, 20)
	tests := []struct {
		name     string
		a, b     *news.Item
		relation news.Relation
		reason   string
	}{
		{"equal words", piece("A", "x", whole), piece("B", "y", strings.ToUpper(whole)), news.SameText, dedupe.ReasonWords},
		{"two sentences added", piece("A", "x", whole), piece("B", "y", whole+" "+topical("ferry", 0, 2)), news.SameText, dedupe.ReasonShared},
		{"cut to a quarter", piece("A", "x", topical("harbour", 0, 5)), piece("B", "y", whole), news.Abridges, dedupe.ReasonContained},
		{"held by a longer one", piece("A", "x", whole), piece("B", "y", topical("harbour", 0, 5)), news.AbridgedBy, dedupe.ReasonContained},
		{"another text", piece("A", "x", whole), piece("B", "x", topical("ferry", 0, 20)), "", dedupe.ReasonDifferent},
		{"no text", piece("A", "x", ""), piece("B", "x", ""), "", dedupe.ReasonShort},
		{"same outlet, other headline", piece("A", "One thing", whole), piece("A", "Else", whole+" "+topical("ferry", 0, 4)), "", dedupe.ReasonHeadline},
		{"same outlet, like headline", piece("A", "One thing", whole), piece("A", "One more", whole+" "+topical("ferry", 0, 4)), news.SameText, dedupe.ReasonShared},
		{"same outlet, other headline, hardly changed", piece("A", "One thing", whole), piece("A", "Else", whole+" And so on it went."), news.SameText, dedupe.ReasonShared},
		{"unknown outlets are not the same", piece("", "One thing", whole), piece("", "Else", whole+" "+topical("ferry", 0, 4)), news.SameText, dedupe.ReasonShared},
		{"template, other figures", piece("A", "x", template("Karsholm", 1)), piece("B", "x", template("Karsholm", 40)), "", dedupe.ReasonFigures},
		{"template, other names", piece("A", "x", template("Karsholm Veld Rask Tamm Orlo", 1)), piece("B", "x", template("Norwick Dunn Bregg Sool Ulm", 1)), "", dedupe.ReasonNames},
		{"short, other headline", piece("A", "One thing", short), piece("B", "Else", short+" Soon."), "", dedupe.ReasonHeadline},
		{"short, same headline", piece("A", "One thing", short), piece("B", "One thing", short+" Soon."), news.SameText, dedupe.ReasonShared},
		{"short, one outlet, another subject", piece("A", "Jones declares dividend", short), piece("A", "Smith declares dividend", short+" Soon."), "", dedupe.ReasonSubject},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := judge(tt.a, tt.b)
			if v.Relation != tt.relation || v.Reason != tt.reason {
				t.Errorf("%+v, want %q because %q", v, tt.relation, tt.reason)
			}
			if d := cmp.Diff(v.Turned(), judge(tt.b, tt.a)); d != "" {
				t.Errorf("the other way round:\n%s", d)
			}
		})
	}
}

const short = "The repair of the seabed cable will take until the end of the week because of high seas."

func template(names string, n int) string {
	return fmt.Sprintf("The service for %s sees clear skies with lows of %d and highs of %d degrees. Winds reach %d and gusts %d kilometres an hour. "+
		"The chance of rain is %d in the morning and the outlook stays as unsettled as it was all through this long autumn by the sea, "+
		"where the boats have stayed in harbour for most of the month and nobody expects them to leave before the wind has turned again.", names, n, n+12, n+20, n+44, n+5)
}

func TestEntriesThatOneFeedHoldsApart(t *testing.T) {
	whole := topical("harbour", 0, 20)
	of := func(kind news.Kind, identity, title, body string) *news.Item {
		it := piece("A", title, body)
		it.Feed, it.Kind, it.Identity = news.NewFeedID(kind, "f"), kind, identity
		return it
	}
	for _, tt := range []struct {
		name string
		a, b *news.Item
		want news.Relation
	}{
		{"equal words, other headline", of(news.KindFeed, "1", "One", whole), of(news.KindFeed, "2", "Two", whole), ""},
		{"hardly changed, other headline", of(news.KindFeed, "1", "One", whole), of(news.KindFeed, "2", "Two", whole+" And so on."), ""},
		{"hardly changed, like headline", of(news.KindFeed, "1", "One day", whole), of(news.KindFeed, "2", "One night", whole+" And so on."), news.SameText},
		{"short", of(news.KindFeed, "1", "One", short), of(news.KindFeed, "2", "One", short+" Soon."), ""},
		{"a seed folder holds nothing apart", of(news.KindSeed, "1", "One", whole), of(news.KindSeed, "2", "Two", whole+" And so on."), news.SameText},
	} {
		if got := judge(tt.a, tt.b); got.Relation != tt.want {
			t.Errorf("%s: %+v, want %q", tt.name, got, tt.want)
		}
	}
}

// A verdict is symmetric, knows equal words by their key, and agrees with the exact verdicts.
func TestJudgeIsSymmetric(t *testing.T) {
	pick := func(t *rapid.T, name string) *news.Item {
		from := rapid.IntRange(0, 6).Draw(t, name+"from")
		body := topical(rapid.SampledFrom([]string{"harbour", "ferry"}).Draw(t, name+"topic"), from, from+rapid.IntRange(0, 14).Draw(t, name+"n"))
		it := piece(rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, name+"outlet"), rapid.SampledFrom([]string{"", "One thing", "One more", "Else"}).Draw(t, name+"title"), body)
		it.Feed, it.Identity = news.NewFeedID(news.KindFeed, rapid.SampledFrom([]string{"f", "g"}).Draw(t, name+"feed")), rapid.SampledFrom([]string{"1", "2"}).Draw(t, name+"id")
		it.URL = rapid.SampledFrom([]string{"", "https://news.example/a", "https://news.example/b"}).Draw(t, name+"url")
		it.Keys = dedupe.KeysOf(it)
		return it
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := pick(t, "a"), pick(t, "b")
		v := judge(a, b)
		if d := cmp.Diff(v.Turned(), judge(b, a)); d != "" {
			t.Fatalf("not symmetric:\n%s", d)
		}
		if exact := dedupe.SameText(a, b) || dedupe.SamePage(a, b); exact != (v.Related() && v.Score == 1 && (v.Reason == dedupe.ReasonWords || v.Reason == dedupe.ReasonPage)) {
			t.Fatalf("exact %v, verdict %+v", exact, v)
		}
		if v.Score < 0 || v.Score > 1 || v.Related() && v.Score < .4 {
			t.Fatalf("score of %+v", v)
		}
	})
}

func TestSignature(t *testing.T) {
	whole := topical("harbour", 0, 20)
	find := func(a, b string) int {
		x := dedupe.NewIndex(dedupe.Window{})
		x.Add(dedupe.Entry{Item: news.ItemID{1}, Seq: 1}, 0, signOf(piece("", "", a)), news.Hash{})
		if c := x.Find(signOf(piece("", "", b)), 0); len(c) == 1 {
			return c[0].Shared
		}
		return 0
	}
	if n := find(whole, "BERLIN, Feb 3 (Agency) — "+strings.ToUpper(whole)); n != dedupe.MaxPrints {
		t.Errorf("typography and dateline: %d prints shared, want all", n)
	}
	if find(whole, topical("harbour", 0, 4)) == 0 {
		t.Error("a text cut to its lead is not found")
	}
	if find(whole, topical("ferry", 0, 3)+" "+whole) == 0 {
		t.Error("a text behind another lead is not found")
	}
	if find(whole, topical("ferry", 0, 20)) != 0 {
		t.Error("another text is found")
	}
	for _, empty := range []string{"", "word", "two words"} {
		if s := signOf(piece("", "A headline of some words", empty)); len(s.Prints) != 0 {
			t.Errorf("%q has prints %v", empty, s.Prints)
		}
	}
}

// TestSignatureVersion1 pins what is kept in stores: another outcome is another SignVersion.
func TestSignatureVersion1(t *testing.T) {
	const latin = "The harbour council said on Tuesday that the ferry would open in spring. Workers had asked for another year of trials."
	for _, tt := range []struct {
		body   string
		tokens int
		first  uint64
		n      int
	}{
		{latin, 21, 0x2a7ebea6e4afe8e1, 12},
		{"港口委员会星期二表示，新的轮渡航线将于春季开通。工人们曾要求再试行一年。", 33, 0xae72699dde26a29, 12},
		{"Совет гавани заявил во вторник, что новая паромная линия откроется весной.", 11, 0xdca40817e439817, 11},
	} {
		s := signOf(piece("", "", tt.body))
		if s.Tokens != tt.tokens || len(s.Prints) != tt.n || s.Prints[0] != tt.first {
			t.Errorf("%q: %d tokens, %d prints from %#x, want %d, %d, %#x", tt.body, s.Tokens, len(s.Prints), s.Prints[0], tt.tokens, tt.n, tt.first)
		}
	}
}

func TestSignatureEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := dedupe.Signature{Tokens: rapid.IntRange(0, 20000).Draw(t, "tokens"), Prints: rapid.SliceOfN(rapid.Uint64(), 1, dedupe.MaxPrints).Draw(t, "prints")}
		got, err := dedupe.DecodeSignature(s.Encode())
		if err != nil || cmp.Diff(s, got) != "" {
			t.Fatalf("%+v comes back as %+v (%v)", s, got, err)
		}
		if _, err := dedupe.DecodeSignature(s.Encode()[:len(s.Encode())-1]); err == nil {
			t.Fatal("a signature cut short is read")
		}
	})
	if _, err := dedupe.DecodeSignature([]byte{dedupe.SignVersion + 1, 0}); err == nil {
		t.Error("another version is read")
	}
}

func FuzzDecodeSignature(f *testing.F) {
	f.Add(signOf(piece("", "", topical("harbour", 0, 9))).Encode())
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := dedupe.DecodeSignature(b); err == nil && len(s.Prints) > dedupe.MaxPrints {
			t.Errorf("%d prints", len(s.Prints))
		}
	})
}

func TestIndexWindow(t *testing.T) {
	s := signOf(piece("", "", topical("harbour", 0, 20)))
	x := dedupe.NewIndex(dedupe.Window{})
	for i, stated := range []dedupe.Day{100, 114, 115, dedupe.NoDay} {
		x.Add(dedupe.Entry{Item: news.ItemID{byte(i + 1)}, Stated: stated, Seq: news.Seq(i + 1)}, 200, s, news.Hash{})
	}
	found := func(stated dedupe.Day) (seqs []news.Seq) {
		for _, c := range x.Find(s, stated) {
			seqs = append(seqs, c.Seq)
		}
		return seqs
	}
	for _, tt := range []struct {
		stated dedupe.Day
		want   []news.Seq
	}{{100, []news.Seq{1, 2, 4}}, {101, []news.Seq{1, 2, 3, 4}}, {129, []news.Seq{3, 4}}, {dedupe.NoDay, []news.Seq{1, 2, 3, 4}}} {
		if got := found(tt.stated); !slices.Equal(got, tt.want) {
			t.Errorf("published on day %d: %v, want %v", tt.stated, got, tt.want)
		}
	}
	x.Add(dedupe.Entry{Item: news.ItemID{9}, Stated: dedupe.NoDay, Seq: 9}, 217, s, news.Hash{})
	if got := found(dedupe.NoDay); len(got) != 5 {
		t.Errorf("17 days later %v are found, want all: their table reaches into the window", got)
	}
	x.Add(dedupe.Entry{Item: news.ItemID{10}, Stated: dedupe.NoDay, Seq: 10}, 218, s, news.Hash{})
	if got := found(dedupe.NoDay); !slices.Equal(got, []news.Seq{9, 10}) || x.First() != 9 || x.Len() != 2 {
		t.Errorf("18 days later %v are found of %d from %d, want 9 and 10", got, x.Len(), x.First())
	}
	x.Add(dedupe.Entry{Item: news.ItemID{11}, Stated: dedupe.NoDay, Seq: 11}, 100, s, news.Hash{})
	if x.Len() != 2 {
		t.Error("what arrived before the window is kept")
	}
}

func TestIndexLimits(t *testing.T) {
	x := dedupe.NewIndex(dedupe.Window{Texts: 300})
	same := signOf(piece("", "", topical("harbour", 0, 20)))
	for i := range 100 {
		x.Add(dedupe.Entry{Seq: news.Seq(i + 1)}, 0, same, news.Hash{7})
	}
	if x.Len() != 8 {
		t.Errorf("%d texts of equal words are kept, want 8", x.Len())
	}
	for i := range 250 {
		x.Add(dedupe.Entry{Seq: news.Seq(i + 101)}, 0, same, news.Hash{8, byte(i), byte(i >> 8)})
	}
	if got := x.Find(same, 0); got != nil {
		t.Errorf("a print of more than 200 texts finds %d", len(got))
	}
	for i := range 100 {
		s := signOf(piece("", "", topical(fmt.Sprint("t", i), 0, 5)))
		x.Add(dedupe.Entry{Seq: news.Seq(i + 1001)}, 4, s, news.Hash{})
	}
	if x.Len() > 300 || x.First() != 1001 {
		t.Errorf("full: %d texts from %d, want the oldest table gone", x.Len(), x.First())
	}
}

// What an index finds does not depend on how it grew: it is what a list would find.
func TestIndexFindsWhatAListFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := dedupe.NewIndex(dedupe.Window{})
		var all []dedupe.Signature
		for i := range rapid.IntRange(1, 300).Draw(t, "n") {
			var s dedupe.Signature
			for range rapid.IntRange(1, 5).Draw(t, "prints") {
				s.Prints = append(s.Prints, uint64(rapid.IntRange(0, 400).Draw(t, "print"))<<55|1)
			}
			slices.Sort(s.Prints)
			s.Prints = slices.Compact(s.Prints)
			all = append(all, s)
			x.Add(dedupe.Entry{Seq: news.Seq(i + 1)}, dedupe.Day(i/40), s, news.Hash{})
		}
		q := all[rapid.IntRange(0, len(all)-1).Draw(t, "query")]
		want := make(map[news.Seq]int)
		for i, s := range all {
			for _, p := range s.Prints {
				if slices.Contains(q.Prints, p) {
					want[news.Seq(i+1)]++
				}
			}
		}
		got := x.Find(q, 0)
		if len(got) != min(16, len(want)) {
			t.Fatalf("%d found, want %d", len(got), len(want))
		}
		for i, c := range got {
			if want[c.Seq] != c.Shared {
				t.Fatalf("%d shares %d, want %d", c.Seq, c.Shared, want[c.Seq])
			}
			if i > 0 && (got[i-1].Shared < c.Shared || got[i-1].Shared == c.Shared && got[i-1].Seq > c.Seq) {
				t.Fatalf("not in order: %v", got)
			}
		}
	})
}

// Prints are spread over all values, as the index counts on: the smallest sentence hashes would not be.
func TestPrintsAreSpread(t *testing.T) {
	low, all := 0, 0
	for i := range 500 {
		for _, p := range signOf(piece("", "", topical(fmt.Sprint("t", i), 0, 26))).Prints {
			if all++; p < 1<<63 {
				low++
			}
		}
	}
	if share := float64(low) / float64(all); share < .47 || share > .53 {
		t.Errorf("%.3f of %d prints lie in the lower half", share, all)
	}
}

// A window of other days is kept by index and division alike.
func TestWindow(t *testing.T) {
	a, b := piece("A", "One", topical("harbour", 0, 20)), piece("B", "Two", topical("harbour", 0, 18))
	for days, want := range map[int]bool{0: true, 2: false, 3: true, 30: true} {
		w := dedupe.Window{Days: days}
		x := dedupe.NewIndex(w)
		x.Add(dedupe.Entry{Item: news.ItemID{1}, Seq: 1, Stated: 100}, 100, signOf(a), a.Keys.Content)
		if got := len(x.Find(signOf(b), 103)) == 1; got != want {
			t.Errorf("%d days: found %v", days, got)
		}
		edges, err := dedupe.Partition(dedupe.Division{Items: 2, Window: w, Nodes: []dedupe.Node{{Item: 0, Sign: signOf(a), Stated: 100}, {Item: 1, Sign: signOf(b), Stated: 103}},
			Judge: func(int, int) (dedupe.Verdict, error) { return judge(a, b), nil }})
		if got := len(edges) == 1; err != nil || got != want {
			t.Errorf("%d days: joined %v (%v)", days, got, err)
		}
	}
}
