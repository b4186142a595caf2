package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// runLatest is about lists for people and the figures of watches.
func runLatest(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"the order of lists", latestOrder},
		{"pages go on behind a spot, whatever arrived meanwhile", latestPages},
		{"a revision moves an item when it states another time", latestRevised},
		{"a watch lists what matches it now", latestOfWatch},
		{"what was forgotten is in no list", latestForgotten},
		{"tallies", latestTallies},
	})
}

// published is an article that arrived at minute seen and says that it was published before.
func published(of news.Feed, n, seen int, before time.Duration) store.News {
	a := article(of, n, "a")
	a.Item.Seen, a.Item.At = at(seen), at(seen)
	a.Item.Published = news.Stamp{Time: at(seen).Add(-before), Certainty: news.CertaintyExact}
	return a
}

// latest is all that Latest lists, page after page of some size, as the numbers of the items.
func (f *fixture) latest(watch string, page int) (seqs []news.Seq) {
	f.t.Helper()
	for behind := (store.Spot{}); ; {
		items := must[[]news.Item](f)(f.Latest(f.ctx, watch, behind, page))
		if items == nil {
			return seqs
		}
		for i := range items {
			seqs = append(seqs, items[i].Seq)
		}
		behind = store.SpotOf(&items[len(items)-1])
	}
}

func latestOrder(f *fixture) {
	of := feed(1)
	undated := article(of, 2, "a")
	undated.Item.Seen, undated.Item.Published = at(100), news.Stamp{}
	f.add(of,
		published(of, 1, 100, 30*time.Minute),   // stands at 70
		undated,                                 // at 100
		published(of, 3, 100, -time.Hour),       // from the future: at 100
		published(of, 4, 100, 24*time.Hour),     // a day ago, still there
		published(of, 5, 100, 24*time.Hour+1e3), // longer ago: at its arrival
		published(of, 6, 90, 0),                 // at 90
	)
	f.same("order", f.latest("", 0), []news.Seq{5, 3, 2, 6, 1, 4})
	f.same("page by page", f.latest("", 1), []news.Seq{5, 3, 2, 6, 1, 4})
	f.reopen()
	f.same("order", f.latest("", 4), []news.Seq{5, 3, 2, 6, 1, 4})
}

func latestPages(f *fixture) {
	of := feed(1)
	for n := range 8 {
		f.add(of, published(of, n, 10*n, 0))
	}
	first := must[[]news.Item](f)(f.Latest(f.ctx, "", store.Spot{}, 3))
	f.add(of, published(of, 20, 100, 0), published(of, 21, 45, 0))
	rest := must[[]news.Item](f)(f.Latest(f.ctx, "", store.SpotOf(&first[2]), 3))
	f.same("behind", [3]news.Seq{rest[0].Seq, rest[1].Seq, rest[2].Seq}, [3]news.Seq{10, 5, 4})
	f.same("behind a spot where nothing stands", must[[]news.Item](f)(f.Latest(f.ctx, "", store.Spot{At: at(15)}, 1))[0].Seq, news.Seq(2))
	f.same("behind all", must[[]news.Item](f)(f.Latest(f.ctx, "", store.Spot{At: at(0)}, 3)), []news.Item(nil))
	f.is(func() error { _, err := f.Latest(f.ctx, "a\x00b", store.Spot{}, 1); return err }(), store.ErrInvalid)
	f.is(func() error {
		_, err := f.Latest(f.ctx, "", store.Spot{At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, 1)
		return err
	}(), store.ErrInvalid)
}

func latestRevised(f *fixture) {
	of := feed(1)
	f.add(of, published(of, 1, 100, 0), published(of, 2, 100, 10*time.Minute))
	ids := []news.ItemID{article(of, 1, "a").Item.ID, article(of, 2, "a").Item.ID}
	f.derive(store.Derivation{Matches: []store.Matched{matched("harbour", ids[0], ids[0], 1), matched("harbour", ids[1], ids[1], 1)}})
	b := article(of, 1, "b")
	b.Item.Seen, b.Item.Published = at(300), news.Stamp{Time: at(80), Certainty: news.CertaintyExact}
	f.add(of, b)
	f.same("all", f.latest("", 0), []news.Seq{2, 1})
	f.same("watch", f.latest("harbour", 0), []news.Seq{2, 1})
	f.same("the revision", must[[]news.Item](f)(f.Latest(f.ctx, "", store.Spot{}, 0))[1].Title, "Headline 1 (b)")
}

func latestOfWatch(f *fixture) {
	of := feed(1)
	ids := f.addMany(of, 1, 5)
	f.derive(store.Derivation{Matches: []store.Matched{
		matched("harbour", ids[0], ids[0], 1), matched("harbour", ids[2], ids[2], 1), matched("harbours", ids[1], ids[1], 1), matched("harbour", ids[3], ids[0], 1),
	}})
	f.same("watch", f.latest("harbour", 1), []news.Seq{4, 3, 1})
	f.same("another", f.latest("harbours", 0), []news.Seq{2})
	f.same("none", f.latest("har", 0), []news.Seq(nil))
	f.derive(store.Derivation{Unmatched: []store.Unmatched{{Watch: "harbour", Item: ids[2], Rev: 1}}})
	f.same("after one left", f.latest("harbour", 0), []news.Seq{4, 1})
}

func latestForgotten(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	f.derive(store.Derivation{Matches: []store.Matched{matched("harbour", ids[0], ids[0], 1), matched("harbour", ids[1], ids[1], 1)}})
	f.ok(f.Forget(f.ctx, ids[1], "asked", at(9)))
	f.same("all", f.latest("", 0), []news.Seq{3, 1})
	f.same("watch", f.latest("harbour", 0), []news.Seq{1})
	f.derive(store.Derivation{Matches: []store.Matched{matched("pier", ids[1], ids[1], 1), matched("pier", ids[2], ids[2], 1)}})
	f.same("matched afterwards", f.latest("pier", 0), []news.Seq{3})
	f.derive(store.Derivation{Unmatched: []store.Unmatched{{Watch: "pier", Item: ids[1], Rev: 1}}})
	f.same("and no longer", f.latest("pier", 0), []news.Seq{3})
}

func latestTallies(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	f.derive(store.Derivation{Matches: []store.Matched{
		matched("harbour", ids[0], ids[0], 1), matched("harbour", ids[1], ids[0], 7), matched("pier", ids[1], ids[1], 3),
	}})
	f.derive(store.Derivation{
		Matches:   []store.Matched{matched("harbour", ids[1], ids[0], 30)}, // known
		Revised:   []store.Revised{{Watch: "harbour", Item: ids[0], Rev: 2, At: at(40)}},
		Unmatched: []store.Unmatched{{Watch: "pier", Item: ids[1], Rev: 1}},
	})
	f.ok(f.Forget(f.ctx, ids[0], "asked", at(50)))
	f.reopen()
	f.same("tallies", must[[]store.Tally](f)(f.Tallies(f.ctx, []string{"pier", "harbour", "none"})), []store.Tally{
		{Last: at(3)}, {Matches: 2, Last: at(7)}, {},
	})
	f.same("nothing asked", must[[]store.Tally](f)(f.Tallies(f.ctx, nil)), []store.Tally(nil))
}

// compareLatest holds lists and tallies to the model.
func (m *machine) compareLatest() {
	for _, watch := range append([]string{""}, watchNames[:]...) {
		m.same("latest of "+watch, m.latest(watch, 3), m.model.latest(watch))
	}
	var want []store.Tally
	for _, watch := range watchNames {
		want = append(want, m.model.tally(watch))
	}
	m.same("tallies", must[[]store.Tally](m.fixture)(m.Tallies(m.ctx, watchNames[:])), want)
}

// latest is what a list for people shows.
func (m *model) latest(watch string) (seqs []news.Seq) {
	var items []news.Item
	for _, id := range m.order {
		_, matches := m.matches[watched{watch, id}]
		if it := m.items[id]; !it.forgotten && (matches || watch == "") {
			items = append(items, m.newest(it))
		}
	}
	slices.SortFunc(items, func(a, b news.Item) int { return cmp.Or(b.Listed().Compare(a.Listed()), cmp.Compare(b.Seq, a.Seq)) })
	for i := range items {
		seqs = append(seqs, items[i].Seq)
	}
	return seqs
}

// tally is how much matches a watch.
func (m *model) tally(watch string) (t store.Tally) {
	for by := range m.matches {
		if by.watch == watch {
			t.Matches++
		}
	}
	for _, line := range m.log[watch] {
		if line.Change == news.ChangeNew {
			t.Last = line.At
		}
	}
	return t
}
