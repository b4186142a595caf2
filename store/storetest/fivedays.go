package storetest

import (
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

// runFiveDays plays one working week as ingest, the followers and the digest would: feed, digest and ids are looked at each day.
func runFiveDays(t *testing.T, fresh Fresh) {
	w := &week{fixture: newFixture(t, fresh), daily: news.DigestState{Digest: "daily"}}
	for _, day := range []struct {
		name string
		run  func(*week)
	}{
		{"Monday is read, matched, published and digested", (*week).monday},
		{"Tuesday another outlet copies it", (*week).tuesday},
		{"Wednesday the original is edited", (*week).wednesday},
		{"Thursday the query changes", (*week).thursday},
		{"Friday everything restarts", (*week).friday},
	} {
		if !t.Run(day.name, func(t *testing.T) { w.on(t, day.run) }) {
			return // the days build on one another
		}
	}
}

type week struct {
	*fixture
	daily     news.DigestState
	a, b, old news.ItemID // the original, its copy, what was there before
	entry     news.Entry  // as published on Monday
	reported  news.Reported
}

func (w *week) on(t *testing.T, day func(*week)) {
	outer := w.t
	w.t = t
	defer func() { w.t = outer }()
	day(w)
}

// follow moves a follower behind everything, with what it derived.
func (w *week) follow(d store.Derivation) {
	w.t.Helper()
	d.From = must[store.Cursor](w.fixture)(w.Cursor(w.ctx, d.Follower))
	if d.To == (store.Cursor{}) {
		d.To = store.Cursor{Seq: w.head(), Version: d.From.Version}
	}
	w.ok(w.Commit(w.ctx, d))
}

// digest commits an edition over what the log of the watch announced since the last one, and returns the groups it is about.
func (w *week) digest(minute int) []news.ItemID {
	w.t.Helper()
	var groups []news.ItemID
	to := w.daily
	for _, line := range must[[]news.MatchEvent](w.fixture)(w.MatchEvents(w.ctx, "harbour", w.daily.Cursor, 0)) {
		to.Cursor = line.Seq
		if line.Backlog || line.Change != news.ChangeNew {
			continue
		}
		if must[[]news.Reported](w.fixture)(w.Reported(w.ctx, "daily", []news.ItemID{line.Group}))[0].Number == 0 {
			groups = append(groups, line.Group)
		}
	}
	to.LastSlot = at(minute)
	c := store.EditionCommit{From: w.daily, To: to}
	if len(groups) > 0 {
		c.To.Number++
		c.Edition = &news.Edition{Digest: "daily", Number: c.To.Number, From: w.daily.Cursor, To: to.Cursor, Date: at(minute), Text: []byte("edition")}
		for _, g := range groups {
			c.Edition.Stories = append(c.Edition.Stories, news.Reported{Group: g, Number: c.To.Number, Items: 1})
		}
		c.Deliveries = []news.Delivery{pending("daily", c.To.Number, "dir:digests", minute)}
	}
	w.ok(w.CommitEdition(w.ctx, c))
	w.is(w.CommitEdition(w.ctx, c), store.ErrMoved) // a second run of the same slot
	w.daily = c.To
	return groups
}

func (w *week) monday() {
	before := article(feed(1), 1, "a")
	before.Item.Backlog = true
	w.add(feed(1), before)
	w.old = before.Item.ID
	w.follow(store.Derivation{Follower: "linker", Places: []store.Place{{Item: w.old, Story: w.old}}})
	w.follow(store.Derivation{
		Follower: "matcher/harbour", To: store.Cursor{Seq: w.head(), Version: "q1"}, Matches: []store.Matched{backlog(matched("harbour", w.old, w.old, 1))},
	})
	w.same("backlog is not announced", w.digest(60), []news.ItemID(nil))

	r := w.add(feed(1), before, article(feed(1), 2, "a"))
	w.same("only the new one", [2]int{len(r.New), r.Known}, [2]int{1, 1})
	w.a = r.New[0].ID
	w.follow(store.Derivation{Follower: "linker"})
	w.follow(store.Derivation{Follower: "matcher/harbour", Matches: []store.Matched{matched("harbour", w.a, w.a, 2)}})
	w.same("feed", groups(w.entries("harbour")), []news.ItemID{w.a, w.old})
	w.entry = w.entries("harbour")[0]
	w.same("digest", w.digest(120), []news.ItemID{w.a})
	w.reported = must[[]news.Reported](w.fixture)(w.Reported(w.ctx, "daily", []news.ItemID{w.a}))[0]
	w.same("reported", w.reported, news.Reported{Group: w.a, Number: 1, Items: 1})
	d := w.claim(120)
	d.State, d.Settled = news.DeliverySent, at(121)
	w.ok(w.Settle(w.ctx, d))
}

func (w *week) tuesday() {
	b := article(feed(2), 3, "a")
	w.b = b.Item.ID
	w.add(feed(2), b)
	w.follow(store.Derivation{Follower: "linker", Places: []store.Place{place(w.b, w.a)}})
	var kinds []store.EventKind
	for _, e := range w.events(must[store.Cursor](w.fixture)(w.Cursor(w.ctx, "matcher/harbour")).Seq) {
		if e.Kind != store.EventMatch { // its own of yesterday
			kinds = append(kinds, e.Kind)
		}
	}
	w.same("the matcher sees the item and the story", kinds, []store.EventKind{store.EventItem, store.EventStory})
	w.follow(store.Derivation{Follower: "matcher/harbour", Matches: []store.Matched{matched("harbour", w.b, w.a, 1500)}})
	w.same("no second entry", groups(w.entries("harbour")), []news.ItemID{w.a, w.old})
	w.same("the entry is as it was", w.entries("harbour")[0], w.entry)
	w.same("digest", w.digest(1560), []news.ItemID(nil))
	w.same("story", members(w.story(w.b)), []news.ItemID{w.a, w.b})
}

func (w *week) wednesday() {
	r := w.add(feed(1), article(feed(1), 2, "b"))
	w.same("a revision", [2]int{len(r.Revised), r.Revised[0].N}, [2]int{1, 2})
	w.follow(store.Derivation{Follower: "linker", Places: []store.Place{place(w.b, w.a)}})
	w.follow(store.Derivation{Follower: "matcher/harbour", Revised: []store.Revised{{Watch: "harbour", Item: w.a, Rev: 2, At: at(3000)}}})
	e := w.entries("harbour")[0]
	want := w.entry
	want.Updated = at(3000)
	w.same("the same entry, updated", e, want)
	w.entry = e
	w.same("digest", w.digest(3060), []news.ItemID(nil))
	w.same("log", w.log("harbour")[3].Change, news.ChangeRevised)
	w.same("the edit split no story", members(w.story(w.a)), []news.ItemID{w.a, w.b})
}

func (w *week) thursday() {
	// The new query does not match what was there before, and matches nothing that was not announced but the copy.
	head := w.head()
	w.follow(store.Derivation{Follower: "matcher/harbour", To: store.Cursor{Replay: head, Version: "q2"}})
	again := matched("harbour", w.a, w.a, 4500)
	again.Match.Evidence = []news.Evidence{{Clause: "quay", Field: "body", Words: "quay"}}
	w.follow(store.Derivation{
		Follower: "matcher/harbour", To: store.Cursor{Seq: head, Version: "q2"},
		Matches:   []store.Matched{backlog(again), backlog(matched("harbour", w.b, w.a, 4500))},
		Revised:   []store.Revised{{Watch: "harbour", Item: w.a, Rev: 2, At: at(3000), Backlog: true}},
		Unmatched: []store.Unmatched{{Watch: "harbour", Item: w.old, Rev: 1}},
	})
	w.same("nothing is told", w.head(), head)
	w.same("the evidence is new", w.matchesOf(w.a)[0].Evidence, again.Match.Evidence)
	w.same("what no longer matches is hidden", w.entries("harbour"), []news.Entry{w.entry})
	w.same("digest", w.digest(4560), []news.ItemID(nil))
}

func (w *week) friday() {
	w.reopen()
	w.same("entry", w.entries("harbour"), []news.Entry{w.entry})
	w.same("reported", must[[]news.Reported](w.fixture)(w.Reported(w.ctx, "daily", []news.ItemID{w.a})), []news.Reported{w.reported})
	w.same("digest", must[news.DigestState](w.fixture)(w.Digest(w.ctx, "daily")), w.daily)
	w.same("nothing to send", w.claim(9999), news.Delivery{})
	r := w.add(feed(1), article(feed(1), 1, "a"), article(feed(1), 2, "b"))
	w.same("nothing is new", [3]int{len(r.New), len(r.Revised), r.Known}, [3]int{0, 0, 2})

	// Both followers are set back to 0 and find the same.
	head := w.head()
	w.follow(store.Derivation{Follower: "linker", To: store.Cursor{Replay: head}})
	w.follow(store.Derivation{Follower: "linker", Places: []store.Place{{Item: w.old, Story: w.old}, {Item: w.a, Story: w.a}, place(w.b, w.a)}})
	w.follow(store.Derivation{Follower: "matcher/harbour", Matches: []store.Matched{backlog(matched("harbour", w.a, w.a, 9000)), backlog(matched("harbour", w.b, w.a, 9000))}})
	w.same("head", w.head(), head)
	w.same("entry", w.entries("harbour"), []news.Entry{w.entry})
	w.same("digest", w.digest(6000), []news.ItemID(nil))
	w.same("one edition in the week", len(must[[]news.Edition](w.fixture)(w.Editions(w.ctx, "daily", 0, 0))), 1)
}
