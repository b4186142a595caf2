package follow_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/dedupe"
	"mediawatch/follow"
	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/store"
	"mediawatch/store/bolt"
)

var start = time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC)

// noFacts knows nothing about feeds and outlets.
type noFacts struct{}

func (noFacts) Facts(*news.Item) query.Facts { return query.Facts{} }

// house is a store with its followers.
type house struct {
	t       testing.TB
	store   *bolt.Store
	linker  *follow.Linker
	matcher *follow.Matcher
	items   *follow.Items
}

func open(t testing.TB, path string, watches ...follow.Watch) *house {
	t.Helper()
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h := &house{t: t, store: s, items: follow.NewItems(s)}
	h.linker = follow.NewLinker(s, h.items, dedupe.Window{})
	h.matcher = follow.NewMatcher(s, h.items, noFacts{}, func() time.Time { return start })
	h.matcher.SetWatches(append([]follow.Watch{{Name: follow.All, Version: "all"}}, watches...))
	return h
}

func (h *house) catchUp() {
	h.t.Helper()
	if err := follow.CatchUp(context.Background(), h.linker, h.matcher); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) append(docs ...store.Document) store.Receipt {
	h.t.Helper()
	r, err := h.store.Append(context.Background(), store.Batch{Documents: docs})
	if err != nil {
		h.t.Fatal(err)
	}
	h.items.Remember(r)
	return r
}

func watch(t testing.TB, name, src string) follow.Watch {
	t.Helper()
	q, err := query.Parse(src, query.Options{InWatch: true})
	if err != nil {
		t.Fatal(err)
	}
	return follow.Watch{Name: name, Query: q, Version: q.Hash()}
}

// article is what a test says about an item.
type article struct {
	feed, guid, outlet, title, text, url string
	at                                   time.Duration
	backlog                              bool
}

func (a article) document() store.Document {
	feed := news.NewFeedID(news.KindFeed, a.feed)
	it := news.Item{
		ID: news.NewItemID(feed, a.guid), Feed: feed, Identity: a.guid, Outlet: a.outlet, URL: a.url, Seen: start.Add(a.at), Backlog: a.backlog,
		Revision: news.Revision{At: start.Add(a.at), Title: a.title, Content: "<p>" + a.text + "</p>"},
	}
	it.Keys = dedupe.KeysOf(&it)
	return store.Document{Feed: news.Feed{ID: feed, Address: a.feed}, Items: []store.News{{Item: it, State: dedupe.StateOf(&it)}}}
}

func (a article) id() news.ItemID {
	return news.NewItemID(news.NewFeedID(news.KindFeed, a.feed), a.guid)
}

// prose is a text of about 80 words about a topic; equal topics give equal words.
func prose(topic string) string {
	words := strings.Fields("the council of the harbour town met on monday evening and discussed at length how the plan for")
	var b strings.Builder
	for i := range 5 {
		fmt.Fprintf(&b, "%s %s in year %d. ", strings.Join(words, " "), topic, 2020+i)
	}
	return b.String()
}

// long is sentences from to upto of an endless text about a topic.
func long(topic string, from, upto int) string {
	var b strings.Builder
	for i := from; i < upto; i++ {
		c := 'a' + i%26
		fmt.Fprintf(&b, "The %s board met %s%c and heard how the plan %s%c was changed by %s voters. ", topic, topic, c, topic, c, topic)
	}
	return b.String()
}

// forms are what outlets make of a text about a topic: the same words, edited, cut, in a longer text, in a roundup.
var forms = []func(string) string{
	prose,
	func(topic string) string { return long(topic, 0, 16) },
	func(topic string) string { return long(topic, 0, 20) },
	func(topic string) string { return long(topic, 3, 24) },
	func(topic string) string { return long(topic, 0, 4) },
	func(topic string) string { return long(topic, 12, 17) },
	func(topic string) string { return long(topic, 0, 7) + long("weather", 0, 9) },
}

func TestThreeItemsOneStoryOneEntry(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "s.db"), watch(t, "ports", "harbour"))
	one := article{feed: "seeds", guid: "a.txt", outlet: "Gazette", title: "Harbour plan agreed", text: prose("cranes")}
	two := article{feed: "f1", guid: "1", outlet: "Courier", title: "Plan for harbour", text: strings.ReplaceAll(prose("cranes"), "town", "to\u00adwn")}
	three := article{feed: "f2", guid: "9", outlet: "", title: "Council meets", text: strings.ToUpper(prose("cranes"))}
	h.append(one.document())
	h.catchUp()
	h.append(two.document(), three.document())
	h.catchUp()

	stories, err := h.store.Stories(context.Background(), []news.ItemID{three.id()})
	if err != nil {
		t.Fatal(err)
	}
	if stories[0].ID != one.id() || len(stories[0].Members) != 3 {
		t.Fatalf("story %v, want the first-arrived item and three members", stories[0])
	}
	for i, want := range []news.Relation{news.Original, news.SameText, news.SameText} {
		if got := stories[0].Members[i].Relation; got != want {
			t.Errorf("member %d is %q, want %q", i, got, want)
		}
	}
	entries, err := h.store.Entries(context.Background(), "ports", 0, 10)
	if err != nil || len(entries) != 1 || entries[0].Item != one.id() {
		t.Errorf("entries %v (%v), want one that shows the first item", entries, err)
	}
	matches, err := h.store.Matches(context.Background(), []news.ItemID{two.id()})
	if err != nil || len(matches[0]) != 2 {
		t.Fatalf("matches of the copy %v (%v), want two watches", matches, err)
	}
	if ev := matches[0][1].Evidence; len(ev) == 0 || ev[0].Words != "harbour" {
		t.Errorf("evidence %v, want the word harbour", ev)
	}
}

func TestARevisionCanJoinTwoStoriesAndTheOlderIDStays(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "s.db"))
	old := article{feed: "f0", guid: "1", outlet: "A", title: "First", text: prose("bridges")}
	a := article{feed: "f1", guid: "1", outlet: "B", title: "Second", text: prose("ferries")}
	b := article{feed: "f2", guid: "1", outlet: "C", title: "Third", text: prose("ferries")}
	h.append(old.document(), a.document(), b.document())
	h.catchUp()
	edited := old
	edited.text = prose("ferries")
	h.append(edited.document())
	h.catchUp()
	stories, err := h.store.Stories(context.Background(), []news.ItemID{a.id(), b.id(), old.id()})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stories {
		if s.ID != old.id() || len(s.Members) != 3 {
			t.Errorf("story %s with %d members, want %s with 3", s.ID, len(s.Members), old.id())
		}
	}
}

func TestAChangedQueryFindsThePastAsBacklog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	h := open(t, path, watch(t, "w", "cranes"))
	crane := article{feed: "f", guid: "1", outlet: "A", title: "Cranes", text: prose("cranes")}
	ferry := article{feed: "f", guid: "2", outlet: "A", title: "Ferries", text: prose("ferries")}
	h.append(crane.document(), ferry.document())
	h.catchUp()
	before := matchesOf(t, h, "w")
	h.matcher.SetWatches([]follow.Watch{{Name: follow.All, Version: "all"}, watch(t, "w", "ferries")})
	h.catchUp()
	after := matchesOf(t, h, "w")
	if len(before) != 1 || len(after) != 1 || after[0].Item != ferry.id() || !after[0].Backlog {
		t.Fatalf("matches before %v, after %v: want the ferry alone, as backlog", before, after)
	}
	events, err := h.store.MatchEvents(context.Background(), "w", before[0].Seq, 10)
	if err != nil || len(events) != 1 || !events[0].Backlog {
		t.Errorf("log %v (%v), want one line, as backlog", events, err)
	}
	crane2 := article{feed: "f", guid: "3", outlet: "A", title: "Ferries again", text: prose("ferries") + " again"}
	h.append(crane2.document())
	h.catchUp()
	if got := matchesOf(t, h, "w"); len(got) != 2 || got[1].Backlog {
		t.Errorf("matches %v, want the new item announced", got)
	}
}

// matchesOf returns the matches of a watch in order of Seq.
func matchesOf(t testing.TB, h *house, watch string) []news.Match {
	t.Helper()
	var out []news.Match
	ids := allItems(t, h)
	matches, err := h.store.Matches(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range matches {
		for _, m := range list {
			if m.Watch == watch {
				out = append(out, m)
			}
		}
	}
	slices.SortFunc(out, func(a, b news.Match) int { return int(a.Seq) - int(b.Seq) })
	return out
}

func allItems(t testing.TB, h *house) []news.ItemID {
	t.Helper()
	var ids []news.ItemID
	var before news.Seq
	for {
		items, err := h.store.Recent(context.Background(), before, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(items) == 0 {
			return ids
		}
		for _, it := range items {
			ids = append(ids, it.ID)
			before = it.Seq
		}
	}
}

// derived is everything derived, in a form that can be compared, without the numbers of the journal.
func derived(t testing.TB, h *house, watches ...string) map[string]string {
	t.Helper()
	ctx := context.Background()
	out := make(map[string]string)
	ids := allItems(t, h)
	stories, err := h.store.Stories(ctx, ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		out["story of "+id.String()] = stories[i].ID.String()
		for _, m := range stories[i].Members {
			if m.Item == id {
				out["relation of "+id.String()] = fmt.Sprint(m.Relation, " of ", m.Of)
			}
		}
	}
	for _, w := range watches {
		for _, m := range matchesOf(t, h, w) {
			out["match of "+w+" "+m.Item.String()] = fmt.Sprint(m.Rev, m.Evidence)
		}
		entries, err := h.store.Entries(ctx, w, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			out["entry of "+w+" "+e.Group.String()] = e.UUID + " shows " + e.Item.String()
		}
	}
	return out
}

// TestAnyBatchingAndAnyRestartDerivesTheSame appends random articles, copies and edits, steps the followers at random
// points, and compares with a store that followed only at the end, and with itself after everything was recomputed.
func TestAnyBatchingAndAnyRestartDerivesTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		w := watch(t, "w", "cranes OR ferries")
		live := open(t, filepath.Join(dir, fmt.Sprintf("live%d.db", time.Now().UnixNano())), w)
		late := open(t, filepath.Join(dir, fmt.Sprintf("late%d.db", time.Now().UnixNano())), w)
		topics := []string{"cranes", "ferries", "roads", "bridges"}
		for i := range rapid.IntRange(1, 20).Draw(rt, "articles") {
			a := article{
				feed:  fmt.Sprintf("f%d", rapid.IntRange(0, 3).Draw(rt, "feed")),
				guid:  fmt.Sprint(rapid.IntRange(0, 6).Draw(rt, "guid")),
				title: rapid.SampledFrom([]string{"One", "Two"}).Draw(rt, "title"),
				text:  rapid.SampledFrom(forms).Draw(rt, "form")(rapid.SampledFrom(topics).Draw(rt, "topic")),
				url:   rapid.SampledFrom([]string{"", "https://example.org/a", "https://example.org/b"}).Draw(rt, "url"),
				at:    time.Duration(i) * time.Minute,
			}
			a.outlet = a.feed
			live.append(a.document())
			late.append(a.document())
			switch rapid.IntRange(0, 6).Draw(rt, "then") {
			case 0:
				live.catchUp()
			case 1: // one step of one follower, as if killed after it
				if _, err := live.linker.Step(context.Background()); err != nil {
					rt.Fatal(err)
				}
			case 2: // a new process over the same store knows nothing
				live.items = follow.NewItems(live.store)
				live.linker = follow.NewLinker(live.store, live.items, dedupe.Window{})
			case 3: // it goes back to the beginning
				if err := follow.Reset(context.Background(), live.store, nil); err != nil {
					rt.Fatal(err)
				}
			}
		}
		live.catchUp()
		late.catchUp()
		kept := derived(t, live, "w", follow.All)
		if d := cmp.Diff(withoutEntries(kept), withoutEntries(derived(t, late, "w", follow.All))); d != "" {
			rt.Fatalf("live and late differ:\n%s", d)
		}
		head, err := live.store.Head(context.Background())
		if err != nil {
			rt.Fatal(err)
		}
		if err := follow.Reset(context.Background(), live.store, []string{follow.All, "w"}); err != nil {
			rt.Fatal(err)
		}
		live.catchUp()
		if d := cmp.Diff(kept, derived(t, live, "w", follow.All)); d != "" {
			rt.Fatalf("recomputing changed:\n%s", d)
		}
		if again, err := live.store.Head(context.Background()); err != nil || again != head {
			rt.Fatalf("recomputing announced: the journal went from %d to %d (%v)", head, again, err)
		}
	})
}

// withoutEntries leaves out what depends by design on when a store is followed: an entry stands for the story as it was
// when it was published, and its id is made from the store's own.
func withoutEntries(set map[string]string) map[string]string {
	out := make(map[string]string, len(set))
	for k, v := range set {
		if !strings.HasPrefix(k, "entry of ") {
			out[k] = v
		}
	}
	return out
}

func TestNearAndAbridgedCopiesAreFound(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "s.db"), watch(t, "three", "outlets:>=3 AND harbour"), watch(t, "copies", "is:syndicated"), watch(t, "first", "is:original"), watch(t, "edited", "is:edited"))
	whole := article{feed: "f1", guid: "1", outlet: "Gazette", title: "Harbour plan", text: long("harbour", 0, 20)}
	edited := article{feed: "f2", guid: "1", outlet: "Courier", title: "The plan", text: long("harbour", 0, 24)}
	brief := article{feed: "f3", guid: "1", outlet: "Herald", title: "In brief", text: long("harbour", 0, 4)}
	other := article{feed: "f4", guid: "1", outlet: "Times", title: "Harbour plan", text: long("ferry", 0, 20)}
	h.append(whole.document(), other.document())
	h.catchUp()
	h.append(edited.document())
	h.catchUp()
	if got := matchesOf(t, h, "three"); len(got) != 0 {
		t.Fatalf("two outlets match outlets:>=3: %v", got)
	}
	h.append(brief.document())
	h.catchUp()
	stories, err := h.store.Stories(context.Background(), []news.ItemID{whole.id(), other.id()})
	if err != nil {
		t.Fatal(err)
	}
	if len(stories[1].Members) != 1 {
		t.Errorf("another text under the same headline is in a story of %d", len(stories[1].Members))
	}
	m := stories[0].Members
	if len(m) != 3 || m[1].Relation != news.SameText || m[1].Score >= 1 || m[1].Score < .8 || m[1].Of != whole.id() {
		t.Fatalf("story %+v, want the edited copy second, with its score", m)
	}
	if m[2].Relation != news.Abridges || m[2].Score != 1 {
		t.Errorf("the brief came by %+v, want as abridged, all of it held", m[2])
	}
	for watch, want := range map[string]int{"three": 3, "copies": 3, "first": 2, "edited": 0} {
		if got := matchesOf(t, h, watch); len(got) != want {
			t.Errorf("watch %s has %d matches, want %d: decided again when the story changed", watch, len(got), want)
		}
	}
	changed := brief
	changed.text = long("harbour", 0, 5)
	h.append(changed.document())
	h.catchUp()
	if got := matchesOf(t, h, "edited"); len(got) != 1 || got[0].Item != brief.id() {
		t.Errorf("matches of is:edited %v, want the changed brief", got)
	}
}

// A brief that two longer texts hold belongs to one of them; neither unites what the other began, in whatever order they come.
func TestAnAbridgedCopyUnitesNothing(t *testing.T) {
	one := article{feed: "f1", guid: "1", outlet: "A", title: "One", text: long("harbour", 0, 6) + long("ferry", 0, 16)}
	two := article{feed: "f2", guid: "1", outlet: "B", title: "Two", text: long("harbour", 0, 6) + long("tunnel", 0, 16)}
	brief := article{feed: "f3", guid: "1", outlet: "C", title: "Brief", text: long("harbour", 0, 5)}
	for _, order := range [][]article{{one, two, brief}, {brief, one, two}, {two, brief, one}} {
		h := open(t, filepath.Join(t.TempDir(), "s.db"))
		for _, a := range order {
			h.append(a.document())
			h.catchUp()
		}
		stories, err := h.store.Stories(context.Background(), []news.ItemID{one.id(), two.id(), brief.id()})
		if err != nil {
			t.Fatal(err)
		}
		if stories[0].ID == stories[1].ID || len(stories[0].Members)+len(stories[1].Members) != 3 {
			t.Errorf("order %v: stories of %d and %d", order, len(stories[0].Members), len(stories[1].Members))
		}
	}
}

// An edited copy of a whole text joins it step by step, also when a brief that both hold was there first and shares more with it.
func TestACopyJoinsBehindABrief(t *testing.T) {
	whole := article{feed: "f1", guid: "1", outlet: "A", title: "One", text: long("tunnel", 0, 2) + long("harbour", 1, 20)}
	edited := article{feed: "f2", guid: "1", outlet: "B", title: "Two", text: long("harbour", 0, 18)}
	brief := article{feed: "f3", guid: "1", outlet: "C", title: "Brief", text: long("harbour", 0, 6)}
	for _, order := range [][]article{{brief, whole, edited}, {whole, brief, edited}, {edited, brief, whole}, {brief, edited, whole}} {
		h := open(t, filepath.Join(t.TempDir(), "s.db"))
		for _, a := range order {
			h.append(a.document())
			h.catchUp()
		}
		if got := h.stories(); len(got) != 1 {
			t.Errorf("%s, %s, %s: stories %q, want one", order[0].outlet, order[1].outlet, order[2].outlet, got)
		}
	}
}

// TestAnyOrderSettlesToOnePartition lets random items arrive in random orders, in random batches, with restarts and
// recomputations in between, and compares which of them belong together.
func TestAnyOrderSettlesToOnePartition(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var all []article
		for i := range rapid.IntRange(2, 16).Draw(rt, "articles") {
			all = append(all, article{
				feed: fmt.Sprint("f", i), guid: "1", outlet: rapid.SampledFrom([]string{"", "A", "B", "C"}).Draw(rt, "outlet"),
				title: rapid.SampledFrom([]string{"One thing", "Two"}).Draw(rt, "title"),
				text:  rapid.SampledFrom(forms).Draw(rt, "form")(rapid.SampledFrom([]string{"cranes", "ferries"}).Draw(rt, "topic")),
			})
		}
		want := ""
		for i := range 3 {
			order := rapid.Permutation(all).Draw(rt, "order")
			got := settled(rt, t, order)
			if i == 0 {
				want = got
			} else if got != want {
				rt.Fatalf("%s\nwant\n%s", got, want)
			}
		}
	})
}

// settled is which articles belong together after they arrived in an order and were settled.
func settled(rt *rapid.T, t *testing.T, order []article) string {
	ctx := context.Background()
	h := open(t, filepath.Join(t.TempDir(), fmt.Sprintf("s%d.db", time.Now().UnixNano())))
	defer h.store.Close()
	for len(order) > 0 {
		n := rapid.IntRange(1, len(order)).Draw(rt, "batch")
		var docs []store.Document
		for _, a := range order[:n] {
			docs = append(docs, a.document())
		}
		order = order[n:]
		h.append(docs...)
		switch rapid.IntRange(0, 4).Draw(rt, "then") {
		case 0:
			h.catchUp()
		case 1:
			h.items, h.linker = follow.NewItems(h.store), follow.NewLinker(h.store, follow.NewItems(h.store), dedupe.Window{})
		case 2:
			if err := follow.Reset(ctx, h.store, nil); err != nil {
				rt.Fatal(err)
			}
		case 3:
			h.catchUp()
			if _, err := h.linker.Settle(ctx, start); err != nil {
				rt.Fatal(err)
			}
		}
	}
	h.catchUp()
	if _, err := h.linker.Settle(ctx, start); err != nil {
		rt.Fatal(err)
	}
	if n, err := h.linker.Settle(ctx, start); n != 0 || err != nil {
		rt.Fatalf("settling again changes %d items (%v)", n, err)
	}
	return partitionOf(rt, h)
}

type failer interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// partitionOf is which items belong together, in a form that can be compared; it holds each story to be sound.
func partitionOf(rt failer, h *house) string {
	ids := allItems(h.t, h)
	stories, err := h.store.Stories(context.Background(), ids)
	if err != nil {
		rt.Fatal(err)
	}
	set := make(map[string]bool)
	for _, s := range stories {
		var names []string
		in := make(map[news.ItemID]bool)
		for _, m := range s.Members {
			names = append(names, m.Item.String()[:6])
			in[m.Item] = true
		}
		for i, m := range s.Members {
			if i > 0 && !in[m.Of] {
				rt.Fatalf("story %s: %s came by %s, which is elsewhere", s.ID, m.Item, m.Of)
			}
		}
		slices.Sort(names)
		set[strings.Join(names, " ")] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), "\n")
}
