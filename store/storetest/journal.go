package storetest

import (
	"slices"
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

func runJournal(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"an empty store has nothing and says so", journalEmpty},
		{"events come in order of number, by pages", journalEvents},
		{"items come in the order asked, unknown ones zero", journalItems},
		{"recent items fall from the newest, by pages", journalRecent},
		{"ids are found by their beginning", journalResolve},
		{"stats count", journalStats},
		{"the store's id stays", journalID},
	})
}

func journalEmpty(f *fixture) {
	f.same("head", f.head(), news.Seq(0))
	f.same("events", f.events(0), []store.Event(nil))
	f.same("recent", must[[]news.Item](f)(f.Recent(f.ctx, 0, 0)), []news.Item(nil))
	f.same("heads", must[[]store.Head](f)(f.Heads(f.ctx, nil)), []store.Head(nil))
	f.same("items", must[[]news.Item](f)(f.Items(f.ctx, nil)), []news.Item(nil))
	f.same("resolve", must[[]news.ItemID](f)(f.Resolve(f.ctx, "", 0)), []news.ItemID(nil))
	f.same("stories", must[[]news.Story](f)(f.RecentStories(f.ctx, 0, 0)), []news.Story(nil))
	f.same("feeds", must[[]news.Feed](f)(f.Feeds(f.ctx, news.FeedID{}, 0)), []news.Feed(nil))
	f.same("log", must[[]news.MatchEvent](f)(f.MatchEvents(f.ctx, "none", 0, 0)), []news.MatchEvent(nil))
	f.same("entries", must[[]news.Entry](f)(f.Entries(f.ctx, "none", 0, 0)), []news.Entry(nil))
	f.same("editions", must[[]news.Edition](f)(f.Editions(f.ctx, "none", 0, 0)), []news.Edition(nil))
	f.same("deliveries", must[[]news.Delivery](f)(f.Deliveries(f.ctx, "", 0)), []news.Delivery(nil))
	f.same("due", must[[]news.FeedID](f)(f.Due(f.ctx, at(0), 0)), []news.FeedID(nil))
	if f.ID() == [16]byte{} {
		f.t.Fatal("the store has no id")
	}
}

func journalEvents(f *fixture) {
	of := feed(1)
	ids := f.addMany(of, 1, 21)
	f.add(of, article(of, 3, "b"))
	all := f.events(0)
	f.same("number of events", len(all), 21)
	for i, e := range all {
		f.same("number", e.Seq, news.Seq(i+1))
	}
	f.same("a page", must[[]store.Event](f)(f.Events(f.ctx, 18, 2)), all[18:20])
	f.same("revision", all[20], store.Event{Seq: 21, Kind: store.EventRevision, Item: ids[2], N: 2})
	f.same("behind the end", must[[]store.Event](f)(f.Events(f.ctx, 21, 5)), []store.Event(nil))
	f.same("far behind the end", must[[]store.Event](f)(f.Events(f.ctx, ^news.Seq(0), 5)), []store.Event(nil))
}

func journalItems(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	got := must[[]news.Item](f)(f.Items(f.ctx, []store.Ref{
		{Item: ids[2]}, {Item: news.ItemID{9}}, {Item: ids[0]}, {Item: ids[2], N: 1}, {Item: ids[1], N: 2}, {Item: ids[1], N: -1},
	}))
	var titles []string
	for _, it := range got {
		titles = append(titles, it.Title)
	}
	f.same("titles", titles, []string{"Headline 3 (a)", "", "Headline 1 (a)", "Headline 3 (a)", "", ""})
}

func journalRecent(f *fixture) {
	of := feed(1)
	f.addMany(of, 1, 31)
	f.add(of, article(of, 5, "b")) // does not move it
	var seqs []news.Seq
	for before := news.Seq(0); ; {
		page := must[[]news.Item](f)(f.Recent(f.ctx, before, 7))
		if page == nil {
			break
		}
		for _, it := range page {
			seqs = append(seqs, it.Seq)
		}
		before = page[len(page)-1].Seq
	}
	f.same("number", len(seqs), 30)
	if !slices.IsSortedFunc(seqs, func(a, b news.Seq) int { return int(b) - int(a) }) {
		f.t.Fatalf("order %v", seqs)
	}
	f.same("newest revision", must[[]news.Item](f)(f.Recent(f.ctx, 6, 1))[0].Title, "Headline 5 (b)")
}

func journalResolve(f *fixture) {
	ids := f.addMany(feed(1), 1, 60)
	slices.SortFunc(ids, func(a, b news.ItemID) int { return slices.Compare(a[:], b[:]) })
	f.same("all", must[[]news.ItemID](f)(f.Resolve(f.ctx, "", 100)), ids)
	for _, id := range ids[:5] {
		for _, n := range []int{1, 2, 3, 7, 31, 32} {
			prefix := id.String()[:n]
			var want []news.ItemID
			for _, other := range ids {
				if other.String()[:n] == prefix {
					want = append(want, other)
				}
			}
			f.same("prefix "+prefix, must[[]news.ItemID](f)(f.Resolve(f.ctx, prefix, 100)), want)
		}
	}
	f.same("limit", must[[]news.ItemID](f)(f.Resolve(f.ctx, "", 2)), ids[:2])
	for _, none := range []string{"xyz", ids[0].String() + "0", "--", "0x"} {
		f.same(none, must[[]news.ItemID](f)(f.Resolve(f.ctx, none, 0)), []news.ItemID(nil))
	}
}

func journalStats(f *fixture) {
	of := feed(1)
	ids := f.addMany(of, 1, 5)
	f.add(of, article(of, 1, "b"))
	f.add(feed(2))
	f.derive(store.Derivation{
		Places:  []store.Place{{Item: ids[2], Story: ids[0], Relation: news.SameText, Score: 1, Of: ids[0]}},
		Matches: []store.Matched{matched("harbour", ids[0], ids[0], 1), matched("harbour", ids[2], ids[0], 2), matched("all", ids[3], ids[3], 3)},
	})
	f.ok(f.CommitEdition(f.ctx, edition("daily", 1, 5)))
	s := must[store.Stats](f)(f.Stats(f.ctx))
	if s.Bytes <= 0 || s.Schema <= 0 {
		f.t.Fatalf("bytes %d, schema %d", s.Bytes, s.Schema)
	}
	s.Bytes, s.Schema = 0, 0
	f.same("stats", s, store.Stats{
		Items: 4, Revisions: 5, Bodies: 5, Texts: 5, Stories: 1, Matches: 3, Entries: 2, Feeds: 2, Editions: 1, Deliveries: 2, Head: 9,
	})
}

func journalID(f *fixture) {
	id := f.ID()
	f.reopen()
	f.same("id", f.ID(), id)
}

func runForget(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"texts go, identity stays", forgetTexts},
		{"it never returns", forgetForever},
		{"unknown, and twice", forgetTwice},
		{"what a watch matched and where it stood stays", forgetDerived},
	})
}

func forgetTexts(f *fixture) {
	of := feed(1)
	a := article(of, 1, "a")
	f.add(of, a, article(of, 2, "a"))
	f.add(of, article(of, 1, "b"))
	f.ok(f.Forget(f.ctx, a.Item.ID, "asked by the outlet", at(30)))
	for _, n := range []int{0, 1, 2} {
		f.same("revision", must[[]news.Item](f)(f.Items(f.ctx, []store.Ref{{Item: a.Item.ID, N: n}})), []news.Item{{}})
	}
	f.same("recent", len(must[[]news.Item](f)(f.Recent(f.ctx, 0, 0))), 1)
	f.same("event", f.events(3), []store.Event{{Seq: 4, Kind: store.EventForgot, Item: a.Item.ID}})
	h := must[[]store.Head](f)(f.Heads(f.ctx, []news.ItemID{a.Item.ID}))[0]
	f.same("head", [3]any{h.Known, h.Forgotten, h.Seq}, [3]any{true, true, news.Seq(1)})
	k := a.Item.Keys
	hits := must[[][]store.KeyHit](f)(f.ItemsByKey(f.ctx, []store.Key{
		{Kind: store.KeyURL, Version: k.Version, Hash: k.URL}, {Kind: store.KeyContent, Version: k.Version, Hash: k.Content},
		{Kind: store.KeyGist, Version: k.Version, Hash: k.Gist},
	}, 0))
	f.same("its keys", hits, [][]store.KeyHit{{{Item: a.Item.ID, N: 1, Seq: 1, Story: a.Item.ID}}, nil, nil})
	f.same("its id", must[[]news.ItemID](f)(f.Resolve(f.ctx, a.Item.ID.String(), 0)), []news.ItemID{a.Item.ID})
}

func forgetForever(f *fixture) {
	of := feed(1)
	a := article(of, 1, "a")
	f.add(of, a)
	f.ok(f.Forget(f.ctx, a.Item.ID, "asked", at(1)))
	f.reopen()
	r := f.add(of, a, article(of, 1, "b"))
	f.same("receipt", r, store.Receipt{Known: 2, Head: 2})
	f.same("item", f.item(a.Item.ID), news.Item{})
}

func forgetTwice(f *fixture) {
	of := feed(1)
	a := article(of, 1, "a")
	f.add(of, a)
	f.is(f.Forget(f.ctx, news.ItemID{1}, "no", at(1)), store.ErrNotFound)
	f.ok(f.Forget(f.ctx, a.Item.ID, "once", at(1)))
	f.ok(f.Forget(f.ctx, a.Item.ID, "twice", at(2)))
	f.same("head", f.head(), news.Seq(2))
}

func forgetDerived(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	f.derive(store.Derivation{
		Places:  []store.Place{{Item: ids[1], Story: ids[0], Relation: news.SameText, Score: 1, Of: ids[0]}},
		Matches: []store.Matched{matched("harbour", ids[0], ids[0], 1)},
	})
	story, entries := f.story(ids[1]), must[[]news.Entry](f)(f.Entries(f.ctx, "harbour", 0, 0))
	f.ok(f.Forget(f.ctx, ids[0], "asked", at(9)))
	f.same("story", f.story(ids[1]), story)
	f.same("outlet", f.story(ids[1]).Members[0].Outlet, feed(1).Title)
	f.same("entries", must[[]news.Entry](f)(f.Entries(f.ctx, "harbour", 0, 0)), entries)
	f.same("matches", len(must[[][]news.Match](f)(f.Matches(f.ctx, ids[:1]))[0]), 1)
}
