package dedupe_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/dedupe"
	"mediawatch/news"
)

// page is an item of an outlet with a page of its own; its lines are paragraphs.
func page(outlet, name, title string, lines ...string) *news.Item {
	it := piece(outlet, title, strings.Join(lines, "</p><p>"))
	it.URL = "https://news.example/" + name
	it.ID = news.NewItemID(news.FeedID{}, outlet+name)
	it.Keys = dedupe.KeysOf(it)
	return it
}

// learn is Learn from items in memory.
func learn(t testing.TB, items ...*news.Item) map[string][]string {
	t.Helper()
	samples := make([]dedupe.Sample, len(items))
	for i, it := range items {
		samples[i] = dedupe.Sample{Outlet: dedupe.OutletHash(it.Outlet), ID: it.ID}
	}
	lines, err := dedupe.Learn(samples, nil, func(i int) (*news.Item, error) { return items[i], nil })
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

const (
	tickets = "Tickets for the ferry at the pier’s office, daily from nine."
	owner   = "The Courier belongs to the Harbour Group, which publishes four papers on both shores of the sound."
)

func TestLearn(t *testing.T) {
	site := func(outlet string, n int) (out []*news.Item) {
		for i := range n {
			topic := fmt.Sprint("topic", i)
			out = append(out, page(outlet, topic, "About "+topic, tickets, topical(topic, 0, 3), topical(topic, 3, 5), strings.ToUpper(owner)))
		}
		return out
	}
	heads := []string{"Storm hits the coast", "Two dead on flooded roads", "Villages cut off", "Army sent to help", "Power lines down", "Wind eases at last"}
	updates := func(n int) (out []*news.Item) {
		for i := range n {
			lines := []string{topical("storm", 0, 3), topical("coast", 0, 3), topical("rescue", 0, 3), topical("power", 0, 3)}
			it := page("A", fmt.Sprint("update", i), heads[i], append(lines[:i%2+3], topical(fmt.Sprint("u", i), 0, 2))...)
			it.Published.Time = time.Date(2026, 11, 2, 20+i, 0, 0, 0, time.UTC) // into the second day
			out = append(out, it)
		}
		return out
	}
	quick := func(n int) (out []*news.Item) {
		for _, it := range site("A", n) {
			it.Published.Time = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
			out = append(out, it)
		}
		return out
	}
	wanted := map[string][]string{"A": {"the courier belongs to the harbour group which publishes four papers on both shores of the sound", "tickets for the ferry at the piers office daily from nine"}}
	again := []*news.Item{page("A", "a", "One", topical("x", 0, 3), topical("y", 0, 3)), page("A", "b", "Two", topical("x", 0, 3), topical("y", 0, 3)), page("A", "c", "Three", topical("x", 0, 3), topical("y", 0, 3))}
	tests := []struct {
		name  string
		items []*news.Item
		want  map[string][]string
	}{
		{"nothing", nil, map[string][]string{}},
		{"three pages", site("A", 3), wanted},
		{"two pages", site("A", 2), map[string][]string{}},
		{"two pages here, one there", append(site("A", 2), site("B", 1)...), map[string][]string{}},
		{"an unknown outlet", site("", 5), map[string][]string{}},
		{"one page three times", append(site("A", 1), append(site("A", 1), site("A", 1)...)...), map[string][]string{}},
		{"an article under three addresses and headlines", again, map[string][]string{}},
		{"updates of an article under other headlines", updates(6), map[string][]string{}},
		{"nine pages of one day", quick(9), map[string][]string{}},
		{"twenty pages of one day", quick(20), wanted},
		{"an outlet whose name is a novel", site(strings.Repeat("A", 2000), 3), map[string][]string{}},
		{"the headline of another page", []*news.Item{
			page("A", "a", "Ferry sails", topical("x", 0, 3)), page("A", "b", "Bridge opens", topical("y", 0, 3), "FERRY sails"), page("A", "c", "Mayor resigns", topical("z", 0, 3), "Mayor resigns"),
		}, map[string][]string{"A": {"ferry sails"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, learn(t, tt.items...)); d != "" {
				t.Error(d)
			}
		})
	}
}

// What is learned is not learned again, and a text that was forgotten on the way is left out.
func TestLearnOnlyWhatIsNew(t *testing.T) {
	items := []*news.Item{page("A", "a", "One", topical("x", 0, 3), tickets), page("A", "b", "Two", topical("y", 0, 3), tickets), page("A", "c", "Three", topical("z", 0, 3), tickets), nil}
	samples := make([]dedupe.Sample, len(items))
	for i := range samples {
		samples[i] = dedupe.Sample{Outlet: dedupe.OutletHash("A"), ID: news.ItemID{byte(i)}}
	}
	load := func(i int) (*news.Item, error) { return items[i], nil }
	first, err := dedupe.Learn(samples, nil, load)
	if err != nil || len(first["A"]) != 1 {
		t.Fatalf("learned %v (%v), want one line", first, err)
	}
	again, err := dedupe.Learn(samples, (*dedupe.Sites)(nil).With(first), load)
	if err != nil || len(again) != 0 {
		t.Errorf("learned %v again (%v)", again, err)
	}
}

// Which lines are learned follows from the set of texts, and more texts never make it less.
func TestLearningIsAUnion(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := []string{tickets, owner, topical("a", 0, 1), topical("b", 0, 1), topical("c", 0, 1), topical("d", 0, 1), "Ferry sails"}
		var items []*news.Item
		for i := range rapid.IntRange(0, 9).Draw(rt, "items") {
			of := rapid.SliceOfN(rapid.SampledFrom(lines), 1, 5).Draw(rt, "lines")
			title := rapid.SampledFrom([]string{"One", "Two", "Three", "Four", "Ferry sails"}).Draw(rt, "title")
			items = append(items, page("A", fmt.Sprint(rapid.IntRange(0, i).Draw(rt, "page")), title, of...))
		}
		all := learn(t, items...)
		if d := cmp.Diff(all, learn(t, rapid.Permutation(items).Draw(rt, "order")...)); d != "" {
			rt.Fatalf("another order: %s", d)
		}
		less := learn(t, items[:rapid.IntRange(0, len(items)).Draw(rt, "some")]...)
		for _, line := range less["A"] {
			if !slices.Contains(all["A"], line) {
				rt.Fatalf("%q is learned from some, not from all", line)
			}
		}
	})
}

// Two outlets print one agency report; one of them prints so many of the kind that it knows their stock lines. Both
// sites' lines are left out of both texts.
func TestLinesOfOneSiteSayNothingInAnother(t *testing.T) {
	stock := topical("stock", 0, 9)
	one, two := page("A", "a", "Report", topical("x", 0, 5), stock), page("B", "b", "Report", topical("x", 0, 5), stock)
	other := page("B", "c", "Report", topical("y", 0, 5), stock)
	sites := (*dedupe.Sites)(nil).With(map[string][]string{"A": {stock}})
	judges := dedupe.NewJudges(func(it *news.Item) (*news.Item, error) { return it, nil })
	judges.Use(sites)
	for _, tt := range []struct {
		a, b *news.Item
		want news.Relation
	}{{one, two, news.SameText}, {two, one, news.SameText}, {one, other, ""}, {other, one, ""}} {
		if v, err := judges.Judge(tt.a, tt.b); err != nil || v.Relation != tt.want {
			t.Errorf("%s of %s and %s of %s: %v (%v), want %q", tt.a.URL, tt.a.Outlet, tt.b.URL, tt.b.Outlet, v, err, tt.want)
		}
	}
	if v := judge(one, other); v.Relation != news.SameText {
		t.Errorf("without knowing, the stock lines are %v: the test tests nothing", v)
	}
	judges.Use(nil)
	if v, err := judges.Judge(one, other); err != nil || v.Relation != news.SameText {
		t.Errorf("what is no longer known is still left out: %v (%v)", v, err)
	}
}

// Identities do not depend on what is learned; signatures do, also those that were made before.
func TestSignaturesLeaveOutTheSite(t *testing.T) {
	it := page("A", "a", "One", topical("x", 0, 9), tickets)
	bare := page("A", "a", "One", topical("x", 0, 9))
	sites := (*dedupe.Sites)(nil).With(map[string][]string{"A": {tickets}})
	var s dedupe.Signatures
	keys, state := s.Identify(it)
	s.Use(sites)
	late := s.Sign(it)
	again, same := s.Identify(it)
	early := s.Sign(it)
	if keys != again || state != same {
		t.Error("the keys changed")
	}
	if want := dedupe.SignOf(bare, dedupe.Boilerplate{}); !cmp.Equal(late, want) || !cmp.Equal(early, want) {
		t.Errorf("signed %v and %v, want %v", late, early, want)
	}
	if cmp.Equal(early, dedupe.SignOf(it, dedupe.Boilerplate{})) {
		t.Error("the line makes no difference: the test tests nothing")
	}
}

// A text whose site's lines are taken out of its normal form is what it is when they are left out from the beginning.
func TestWithoutIsNormal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := []string{tickets, owner, "The harbour opens. It is late! Who knows", "By Jo Hale", "OSTRA, Feb 3 (HNA) - The council met.", "Read more", "Harbour opens", "One. Two. Three.", "  ", "…"}
		it := page("A", "a", rapid.SampledFrom([]string{"Harbour opens", "Else", ""}).Draw(rt, "title"), rapid.SliceOfN(rapid.SampledFrom(lines), 0, 9).Draw(rt, "lines")...)
		sites := (*dedupe.Sites)(nil).With(map[string][]string{"A": {tickets, owner}})
		var s dedupe.Signatures
		s.Use(sites)
		if keys, state := s.Identify(it); keys != dedupe.KeysOf(it) || state != dedupe.StateOf(it) {
			rt.Fatal("other keys")
		}
		if got, want := s.Sign(it), dedupe.SignOf(it, sites.Of("A")); !cmp.Equal(got, want) {
			rt.Fatalf("%q: signed %v, want %v", it.Content, got, want)
		}
	})
}

func BenchmarkLearn(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var items []*news.Item
	for i := range 200 {
		topic := fmt.Sprint("topic", r.IntN(1000))
		lines := []string{tickets, owner}
		for j := range 12 {
			lines = append(lines, topical(topic, j, j+3))
		}
		items = append(items, page("A", fmt.Sprint(i), "About "+topic, lines...))
	}
	for b.Loop() {
		learn(b, items...)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(items)), "µs/text")
}
