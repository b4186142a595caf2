package storetest

import (
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

func runMatches(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"a new match gets a number, an event and a line", matchNew},
		{"a match that is there keeps all but its evidence", matchAgain},
		{"matches of an item come by watch", matchByWatch},
		{"a revision of an item that matches is told once", matchRevised},
		{"a match is removed only by the revision that made it", matchUnmatched},
		{"every field of the evidence survives", matchEvidence},
		{"places come before matches in the journal", matchAfterPlaces},
		{"committing the same again changes nothing", matchIdempotent},
	})
}

// log is the whole log of a watch.
func (f *fixture) log(watch string) []news.MatchEvent {
	f.t.Helper()
	var all []news.MatchEvent
	for after := news.Seq(0); ; {
		page := must[[]news.MatchEvent](f)(f.MatchEvents(f.ctx, watch, after, 3))
		if page == nil {
			return all
		}
		all = append(all, page...)
		after = page[len(page)-1].Seq
	}
}

// matchesOf is the matches of one item.
func (f *fixture) matchesOf(id news.ItemID) []news.Match {
	f.t.Helper()
	return must[[][]news.Match](f)(f.Matches(f.ctx, []news.ItemID{id}))[0]
}

// entries is all entries that a watch shows.
func (f *fixture) entries(watch string) []news.Entry {
	f.t.Helper()
	return must[[]news.Entry](f)(f.Entries(f.ctx, watch, 0, 10_000))
}

func matchNew(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	m := matched("harbour", ids[1], ids[0], 7)
	f.derive(store.Derivation{Matches: []store.Matched{m}})
	want := m.Match
	want.Seq = 4
	f.same("matches", must[[][]news.Match](f)(f.Matches(f.ctx, []news.ItemID{ids[0], ids[1], {9}})), [][]news.Match{nil, {want}, nil})
	f.same("events", f.events(3), []store.Event{{Seq: 4, Kind: store.EventMatch, Item: ids[1], N: 1, Watch: "harbour"}})
	f.same("log", f.log("harbour"), []news.MatchEvent{{Seq: 4, Watch: "harbour", Item: ids[1], Group: ids[0], Rev: 1, Change: news.ChangeNew, At: at(7)}})
	f.same("entries", f.entries("harbour"), []news.Entry{
		{Watch: "harbour", Group: ids[0], Item: ids[1], UUID: uuid("harbour", ids[0]), Seq: 4, Published: at(7), Updated: at(7)},
	})
	f.same("another watch", f.log("har"), []news.MatchEvent(nil))
}

func matchAgain(f *fixture) {
	ids := f.addMany(feed(1), 1, 3)
	f.derive(store.Derivation{Matches: []store.Matched{matched("w", ids[0], ids[0], 1)}})
	before, entries := f.matchesOf(ids[0])[0], f.entries("w")
	m := backlog(matched("w", ids[0], ids[1], 99))
	m.Match.Rev, m.Match.Evidence, m.UUID = 2, []news.Evidence{{Clause: "port", Field: "title"}}, "urn:uuid:other"
	f.derive(store.Derivation{Matches: []store.Matched{m}})
	before.Evidence = m.Match.Evidence
	f.same("match", f.matchesOf(ids[0]), []news.Match{before})
	f.same("entries", f.entries("w"), entries)
	f.same("head", f.head(), news.Seq(3))
	m.Match.Evidence = nil
	f.derive(store.Derivation{Matches: []store.Matched{m}})
	f.same("no evidence", f.matchesOf(ids[0])[0].Evidence, []news.Evidence(nil))
}

func matchByWatch(f *fixture) {
	ids := f.addMany(feed(1), 1, 3)
	var list []store.Matched
	for _, watch := range []string{"b", "a b", "é", "a", "ab", "B"} {
		list = append(list, matched(watch, ids[1], ids[1], 1), matched(watch, ids[0], ids[0], 1))
	}
	f.derive(store.Derivation{Matches: list})
	for _, list := range must[[][]news.Match](f)(f.Matches(f.ctx, ids)) {
		var names []string
		for _, m := range list {
			names = append(names, m.Watch)
		}
		f.same("watches", names, []string{"B", "a", "a b", "ab", "b", "é"})
	}
}

func matchRevised(f *fixture) {
	of := feed(1)
	ids := f.addMany(of, 1, 4)
	f.derive(store.Derivation{Matches: []store.Matched{matched("w", ids[0], ids[0], 1), matched("w", ids[1], ids[0], 2)}})
	revised := func(item news.ItemID, rev, minute int) store.Revised {
		return store.Revised{Watch: "w", Item: item, Rev: rev, At: at(minute)}
	}
	f.derive(store.Derivation{Revised: []store.Revised{revised(ids[0], 2, 50), revised(ids[1], 2, 60), revised(ids[2], 2, 70)}})
	f.same("events", f.events(5), []store.Event{
		{Seq: 6, Kind: store.EventMatch, Item: ids[0], N: 2, Watch: "w"}, {Seq: 7, Kind: store.EventMatch, Item: ids[1], N: 2, Watch: "w"},
	})
	line := news.MatchEvent{Seq: 6, Watch: "w", Item: ids[0], Group: ids[0], Rev: 2, Change: news.ChangeRevised, At: at(50)}
	f.same("line", f.log("w")[2], line)
	e := f.entries("w")
	f.same("updated moves with the item that is shown", [3]any{len(e), e[0].Updated, e[0].Published}, [3]any{1, at(50), at(1)})
	f.derive(store.Derivation{Revised: []store.Revised{revised(ids[0], 2, 90), revised(ids[1], 2, 90)}})
	f.same("told once", f.head(), news.Seq(7))
	f.same("updated", f.entries("w")[0].Updated, at(50))
	late := revised(ids[0], 3, 40)
	late.Backlog = true
	f.derive(store.Derivation{Revised: []store.Revised{late}})
	f.same("found while recomputing", f.log("w")[4].Backlog, true)
	f.same("updated never goes back", f.entries("w")[0].Updated, at(50))
}

func matchUnmatched(f *fixture) {
	ids := f.addMany(feed(1), 1, 3)
	m := matched("w", ids[0], ids[0], 1)
	m.Match.Rev = 2
	f.derive(store.Derivation{Matches: []store.Matched{m}})
	head, log := f.head(), f.log("w")
	f.derive(store.Derivation{Unmatched: []store.Unmatched{
		{Watch: "w", Item: ids[0], Rev: 1}, {Watch: "w", Item: ids[0], Rev: 3}, {Watch: "v", Item: ids[0], Rev: 2}, {Watch: "w", Item: ids[1], Rev: 2},
	}})
	f.same("kept", len(f.matchesOf(ids[0])), 1)
	f.derive(store.Derivation{Unmatched: []store.Unmatched{{Watch: "w", Item: ids[0], Rev: 2}}})
	f.same("removed", f.matchesOf(ids[0]), []news.Match(nil))
	f.same("hidden", f.entries("w"), []news.Entry(nil))
	f.same("the journal and the log stay", [2]any{f.head(), len(f.log("w"))}, [2]any{head, len(log)})
	f.same("stats", must[store.Stats](f)(f.Stats(f.ctx)).Matches, int64(0))
}

func matchEvidence(f *fixture) {
	ids := f.addMany(feed(1), 1, 2)
	m := filled[news.Match](f.t, 1)
	m.Item, m.Group = ids[0], ids[0]
	f.derive(store.Derivation{Matches: []store.Matched{{Match: m, UUID: "tag:outlet.example,2026:1", Time: at(1)}}})
	f.reopen()
	m.Seq = 2
	f.same("match", f.matchesOf(ids[0]), []news.Match{m})
	f.same("an id that is no uuid", f.entries(m.Watch)[0].UUID, "tag:outlet.example,2026:1")
}

func matchAfterPlaces(f *fixture) {
	ids := f.addMany(feed(1), 1, 3)
	f.derive(store.Derivation{Matches: []store.Matched{matched("w", ids[1], ids[0], 1)}, Places: []store.Place{place(ids[1], ids[0])}})
	var kinds []store.EventKind
	for _, e := range f.events(2) {
		kinds = append(kinds, e.Kind)
	}
	f.same("kinds", kinds, []store.EventKind{store.EventStory, store.EventMatch})
}

func matchIdempotent(f *fixture) {
	of := feed(1)
	ids := f.addMany(of, 1, 6)
	f.add(of, article(of, 1, "b"))
	d := store.Derivation{
		Places:  []store.Place{place(ids[1], ids[0]), place(ids[3], ids[2])},
		Matches: []store.Matched{matched("w", ids[0], ids[0], 1), matched("w", ids[1], ids[0], 1), backlog(matched("w", ids[2], ids[2], 3)), matched("v", ids[4], ids[4], 4)},
		Revised: []store.Revised{{Watch: "w", Item: ids[0], Rev: 2, At: at(8)}},
	}
	f.derive(d)
	events, w, v, log := f.events(0), f.entries("w"), f.entries("v"), f.log("w")
	matches, stories := must[[][]news.Match](f)(f.Matches(f.ctx, ids)), must[[]news.Story](f)(f.Stories(f.ctx, ids))
	for range 2 {
		f.derive(d)
		f.reopen()
		f.same("events", f.events(0), events)
		f.same("entries", [2]any{f.entries("w"), f.entries("v")}, [2]any{w, v})
		f.same("log", f.log("w"), log)
		f.same("matches", must[[][]news.Match](f)(f.Matches(f.ctx, ids)), matches)
		f.same("stories", must[[]news.Story](f)(f.Stories(f.ctx, ids)), stories)
	}
}

func runEntries(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"announced ones first, newest first, then backlog by time", entriesOrder},
		{"one entry for a group, published by its first match", entriesGroup},
		{"backlog fills a feed and no more", entriesFill},
		{"the newest backlog of one commit gets the places that are left", entriesNewest},
		{"announced matches are published whatever there is", entriesAnnounced},
		{"a hidden entry makes room, and shows again under its id", entriesHidden},
		{"watches do not meet", entriesApart},
	})
}

// groups is what entries stand for.
func groups(list []news.Entry) []news.ItemID {
	var ids []news.ItemID
	for _, e := range list {
		ids = append(ids, e.Group)
	}
	return ids
}

func entriesOrder(f *fixture) {
	ids := f.addMany(feed(1), 1, 8)
	f.derive(store.Derivation{Matches: []store.Matched{
		backlog(matched("w", ids[0], ids[0], 30)), matched("w", ids[1], ids[1], 1), backlog(matched("w", ids[2], ids[2], 50)),
		matched("w", ids[3], ids[3], 0), backlog(matched("w", ids[4], ids[4], 40)), backlog(matched("w", ids[5], ids[5], 50)),
	}})
	want := []news.ItemID{ids[3], ids[1], ids[5], ids[2], ids[4], ids[0]}
	f.same("order", groups(f.entries("w")), want)
	f.same("offset and limit", groups(must[[]news.Entry](f)(f.Entries(f.ctx, "w", 1, 3))), want[1:4])
	f.same("behind the end", f.count("w", 6), 0)
}

func (f *fixture) count(watch string, offset int) int {
	f.t.Helper()
	return len(must[[]news.Entry](f)(f.Entries(f.ctx, watch, offset, 1000)))
}

func entriesGroup(f *fixture) {
	ids := f.addMany(feed(1), 1, 5)
	f.derive(store.Derivation{Matches: []store.Matched{matched("w", ids[2], ids[0], 2), matched("w", ids[0], ids[0], 3)}})
	f.derive(store.Derivation{Matches: []store.Matched{matched("w", ids[3], ids[0], 4)}})
	e := f.entries("w")
	f.same("one entry", groups(e), []news.ItemID{ids[0]})
	f.same("shows the first to match", [2]any{e[0].Item, e[0].Updated}, [2]any{ids[2], at(2)})
}

func entriesFill(f *fixture) {
	ids := f.addMany(feed(1), 0, store.Fill+20)
	for from := 0; from < len(ids); from += 30 {
		var list []store.Matched
		for n := from; n < min(from+30, len(ids)); n++ {
			list = append(list, backlog(matched("w", ids[n], ids[n], n)))
		}
		f.derive(store.Derivation{Matches: list})
	}
	e := f.entries("w")
	f.same("entries", len(e), store.Fill)
	f.same("all are matches", must[store.Stats](f)(f.Stats(f.ctx)).Matches, int64(store.Fill+20))
	// The first ninety came while there was room, of the next thirty the newest ten.
	f.same("newest", e[0].Group, ids[119])
	f.same("tenth", e[9].Group, ids[110])
	f.same("eleventh", e[10].Group, ids[89])
	f.same("oldest", e[99].Group, ids[0])
}

func entriesNewest(f *fixture) {
	ids := f.addMany(feed(1), 0, store.Fill+50)
	var list []store.Matched
	for n, id := range ids {
		list = append(list, backlog(matched("w", id, id, (n*37)%len(ids))))
	}
	list = append(list, backlog(matched("w", ids[1], ids[0], 10_000))) // of a group and an item that are there already
	f.derive(store.Derivation{Matches: list})
	e := f.entries("w")
	f.same("entries", len(e), store.Fill)
	for i := range e {
		f.same("published", e[i].Published, at(len(ids)-1-i))
	}
}

func entriesAnnounced(f *fixture) {
	ids := f.addMany(feed(1), 0, store.Fill+10)
	var list []store.Matched
	for n, id := range ids {
		m := matched("w", id, id, n)
		if n < 5 {
			m = backlog(m)
		}
		list = append(list, m)
	}
	f.derive(store.Derivation{Matches: list})
	f.same("announced only: they had filled it", f.count("w", 0), store.Fill+5)
	extra := f.addMany(feed(2), 500, 502)
	f.derive(store.Derivation{Matches: []store.Matched{backlog(matched("w", extra[0], extra[0], 900)), matched("w", extra[1], extra[1], 901)}})
	f.same("one more", f.count("w", 0), store.Fill+6)
	f.same("newest", f.entries("w")[0].Group, extra[1])
}

func entriesHidden(f *fixture) {
	ids := f.addMany(feed(1), 0, store.Fill+2)
	var list []store.Matched
	for n, id := range ids[:store.Fill] {
		list = append(list, backlog(matched("w", id, id, n)))
	}
	f.derive(store.Derivation{Matches: list})
	old := f.entries("w")[99]
	f.same("oldest", old.Group, ids[0])
	f.derive(store.Derivation{Unmatched: []store.Unmatched{{Watch: "w", Item: ids[0], Rev: 1}}})
	f.same("hidden", f.count("w", 0), store.Fill-1)
	f.derive(store.Derivation{Matches: []store.Matched{backlog(matched("w", ids[100], ids[100], 500)), backlog(matched("w", ids[101], ids[101], 400))}})
	f.same("its place is taken", groups(f.entries("w"))[0], ids[100])
	again := backlog(matched("w", ids[101], ids[0], 700))
	again.UUID = "urn:uuid:never-used"
	f.derive(store.Derivation{
		Unmatched: []store.Unmatched{{Watch: "w", Item: ids[101], Rev: 1}},
	})
	f.derive(store.Derivation{Matches: []store.Matched{again}})
	f.reopen()
	e := f.entries("w")
	f.same("shown again, beyond the fill", len(e), store.Fill+1)
	f.same("as it was", e[store.Fill], old)
	f.same("stats count hidden ones too", must[store.Stats](f)(f.Stats(f.ctx)).Entries, int64(store.Fill+1))
}

func entriesApart(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	f.derive(store.Derivation{Matches: []store.Matched{
		matched("a", ids[0], ids[0], 1), matched("a b", ids[1], ids[1], 2), matched("ab", ids[2], ids[2], 3), matched("a", ids[2], ids[2], 3),
	}})
	f.same("a", groups(f.entries("a")), []news.ItemID{ids[2], ids[0]})
	f.same("a b", groups(f.entries("a b")), []news.ItemID{ids[1]})
	f.same("log of a", len(f.log("a")), 2)
	f.derive(store.Derivation{Unmatched: []store.Unmatched{{Watch: "a", Item: ids[2], Rev: 1}}})
	f.same("ab", groups(f.entries("ab")), []news.ItemID{ids[2]})
}
