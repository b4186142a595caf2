package storetest

import (
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

func runCursors(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"a follower that never committed stands at zero", func(f *fixture) {
			f.same("cursor", must[store.Cursor](f)(f.Cursor(f.ctx, "linker")), store.Cursor{})
		}},
		{"the cursor moves by compare and set of all of it", cursorSet},
		{"what came with a lost cursor is not kept", cursorLost},
		{"followers do not meet", cursorApart},
		{"a commit that cannot be kept leaves the cursor", cursorWhole},
	})
}

func cursorSet(f *fixture) {
	one := store.Cursor{Seq: 5, Replay: 9, Version: "v1"}
	f.ok(f.Commit(f.ctx, store.Derivation{Follower: "linker", To: one}))
	f.reopen()
	f.same("cursor", must[store.Cursor](f)(f.Cursor(f.ctx, "linker")), one)
	for _, from := range []store.Cursor{{}, {Seq: 5}, {Seq: 5, Replay: 9}, {Seq: 5, Replay: 9, Version: "v2"}, {Seq: 4, Replay: 9, Version: "v1"}, {Seq: 5, Version: "v1"}} {
		f.is(f.Commit(f.ctx, store.Derivation{Follower: "linker", From: from, To: store.Cursor{Seq: 7}}), store.ErrMoved)
	}
	f.ok(f.Commit(f.ctx, store.Derivation{Follower: "linker", From: one, To: store.Cursor{}}))
	f.same("cursor", must[store.Cursor](f)(f.Cursor(f.ctx, "linker")), store.Cursor{})
	f.same("head", f.head(), news.Seq(0))
}

func cursorLost(f *fixture) {
	ids := f.addMany(feed(1), 1, 3)
	f.ok(f.Commit(f.ctx, store.Derivation{Follower: "matcher", To: store.Cursor{Seq: 1}}))
	before := f.events(0)
	err := f.Commit(f.ctx, store.Derivation{
		Follower: "matcher", From: store.Cursor{Seq: 3}, To: store.Cursor{Seq: 9}, Matches: []store.Matched{matched("w", ids[0], ids[0], 1)},
		Places: []store.Place{{Item: ids[1], Story: ids[0], Relation: news.SameText}},
	})
	f.is(err, store.ErrMoved)
	f.same("events", f.events(0), before)
	f.same("matches", must[[][]news.Match](f)(f.Matches(f.ctx, ids)), [][]news.Match{nil, nil})
	f.same("story", len(f.story(ids[1]).Members), 1)
}

func cursorApart(f *fixture) {
	f.ok(f.Commit(f.ctx, store.Derivation{Follower: "match", To: store.Cursor{Seq: 1}}))
	f.ok(f.Commit(f.ctx, store.Derivation{Follower: "matcher", To: store.Cursor{Seq: 2}}))
	f.same("cursor", must[store.Cursor](f)(f.Cursor(f.ctx, "match")).Seq, news.Seq(1))
}

func cursorWhole(f *fixture) {
	ids := f.addMany(feed(1), 1, 3)
	for _, d := range []store.Derivation{
		{Follower: "m", To: store.Cursor{Seq: 2}, Matches: []store.Matched{matched("w", ids[0], ids[0], 1), matched("w", news.ItemID{1}, ids[0], 1)}},
		{Follower: "m", To: store.Cursor{Seq: 2}, Matches: []store.Matched{matched("w", ids[0], news.ItemID{1}, 1)}},
		{Follower: "m", To: store.Cursor{Seq: 2}, Places: []store.Place{{Item: ids[1], Story: ids[0]}, {Item: ids[0], Story: ids[1]}, {Item: news.ItemID{1}, Story: ids[0]}}},
		{Follower: "m", To: store.Cursor{Seq: 2}, Places: []store.Place{{Item: ids[0], Story: ids[1]}}},
		{Follower: "m", To: store.Cursor{Seq: 2}, Matches: []store.Matched{{Match: news.Match{Watch: "w", Item: ids[0], Group: ids[0], Rev: 1}}}},
	} {
		f.is(f.Commit(f.ctx, d), store.ErrInvalid)
		f.same("cursor", must[store.Cursor](f)(f.Cursor(f.ctx, "m")), store.Cursor{})
		f.same("head", f.head(), news.Seq(2))
	}
}

func runKeys(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"items that carry a key, in the order they came to carry it", keysOrder},
		{"kind and version are part of a key", keysExact},
		{"a revision adds its keys, the old ones stay", keysRevision},
		{"a hit names the present story", keysStory},
	})
}

// withContent is an article with a content key of its own choice.
func withContent(n store.News, name string) store.News {
	n.Item.Keys.Content = hash("content", name)
	return n
}

func contentKey(name string) store.Key {
	return store.Key{Kind: store.KeyContent, Version: news.KeyVersion, Hash: hash("content", name)}
}

func (f *fixture) hits(k store.Key, limit int) []store.KeyHit {
	f.t.Helper()
	return must[[][]store.KeyHit](f)(f.ItemsByKey(f.ctx, []store.Key{k}, limit))[0]
}

func keysOrder(f *fixture) {
	var want []store.KeyHit
	for n := 1; n <= 9; n++ {
		a := withContent(article(feed(n), n, "a"), "shared")
		f.add(feed(n), a)
		want = append(want, store.KeyHit{Item: a.Item.ID, N: 1, Seq: news.Seq(n), Story: a.Item.ID})
	}
	f.same("hits", f.hits(contentKey("shared"), 0), want)
	f.same("limited", f.hits(contentKey("shared"), 3), want[:3])
	two := must[[][]store.KeyHit](f)(f.ItemsByKey(f.ctx, []store.Key{contentKey("none"), contentKey("shared")}, 1))
	f.same("in the order asked", two, [][]store.KeyHit{nil, want[:1]})
}

func keysExact(f *fixture) {
	a := article(feed(1), 1, "a")
	a.Item.Keys = news.Keys{Version: 1, Content: hash("x")}
	b := article(feed(1), 2, "a")
	b.Item.Keys = news.Keys{Version: 2, Content: hash("x"), URL: hash("x")}
	c := article(feed(1), 3, "a")
	c.Item.Keys = news.Keys{Version: 1}
	f.add(feed(1), a, b, c)
	count := func(kind store.KeyKind, version uint8, h news.Hash) int {
		return len(f.hits(store.Key{Kind: kind, Version: version, Hash: h}, 0))
	}
	f.same("hits", [5]int{
		count(store.KeyContent, 1, hash("x")), count(store.KeyContent, 2, hash("x")), count(store.KeyURL, 2, hash("x")),
		count(store.KeyURL, 1, hash("x")), count(store.KeyContent, 1, news.Hash{}),
	}, [5]int{1, 1, 1, 0, 0})
}

func keysRevision(f *fixture) {
	of := feed(1)
	a := withContent(article(of, 1, "a"), "old")
	f.add(of, a)
	f.add(feed(2), withContent(article(feed(2), 2, "a"), "new"))
	f.add(of, withContent(article(of, 1, "b"), "new"))
	f.add(of, withContent(article(of, 1, "c"), "old")) // back again: it carried that since revision 1
	id := a.Item.ID
	f.same("old", f.hits(contentKey("old"), 0), []store.KeyHit{{Item: id, N: 1, Seq: 1, Story: id}})
	other := article(feed(2), 2, "a").Item.ID
	f.same("new", f.hits(contentKey("new"), 0), []store.KeyHit{{Item: other, N: 1, Seq: 2, Story: other}, {Item: id, N: 2, Seq: 3, Story: id}})
	url := store.Key{Kind: store.KeyURL, Version: a.Item.Keys.Version, Hash: a.Item.Keys.URL}
	f.same("the URL that all revisions share", f.hits(url, 0), []store.KeyHit{{Item: id, N: 1, Seq: 1, Story: id}})

	// Twice in one batch, and then forgotten: only URLs are left.
	f.add(feed(3), withContent(article(feed(3), 3, "a"), "x"), withContent(article(feed(3), 3, "b"), "y"), withContent(article(feed(3), 3, "c"), "x"))
	third := article(feed(3), 3, "a").Item.ID
	f.same("x", f.hits(contentKey("x"), 0), []store.KeyHit{{Item: third, N: 1, Seq: 5, Story: third}})
	f.same("y", f.hits(contentKey("y"), 0), []store.KeyHit{{Item: third, N: 2, Seq: 6, Story: third}})
	f.ok(f.Forget(f.ctx, id, "asked", at(1)))
	f.same("old", f.hits(contentKey("old"), 0), []store.KeyHit(nil))
	f.same("new", f.hits(contentKey("new"), 0), []store.KeyHit{{Item: other, N: 1, Seq: 2, Story: other}})
}

func keysStory(f *fixture) {
	var ids []news.ItemID
	for n := 1; n <= 3; n++ {
		a := withContent(article(feed(n), n, "a"), "shared")
		f.add(feed(n), a)
		ids = append(ids, a.Item.ID)
	}
	f.derive(store.Derivation{Places: []store.Place{{Item: ids[2], Story: ids[0], Relation: news.SameText, Score: 1, Of: ids[0]}}})
	var stories []news.ItemID
	for _, h := range f.hits(contentKey("shared"), 0) {
		stories = append(stories, h.Story)
	}
	f.same("stories", stories, []news.ItemID{ids[0], ids[1], ids[0]})
}

func runStories(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"an item alone is a story of one", storyAlone},
		{"members join in any number, the original is recorded with the second", storyJoin},
		{"equal places make no event", storyEqual},
		{"a changed relation is told", storyChanged},
		{"a member is set apart again", storyApart},
		{"the younger of two stories becomes an alias", storyMerge},
		{"a member moves to another story", storyMove},
		{"an alias or a member names its story", storyAlias},
		{"recent stories fall from the last change", storyRecent},
		{"the outlet is that of the newest revision", storyOutlet},
	})
}

// place puts an item into a story as the same text.
func place(item, story news.ItemID) store.Place {
	return store.Place{Item: item, Story: story, Relation: news.SameText, Score: 1, Of: story}
}

// members is the ids of a story's members.
func members(s news.Story) []news.ItemID {
	var ids []news.ItemID
	for _, m := range s.Members {
		ids = append(ids, m.Item)
	}
	return ids
}

// told is which stories events speak of, after a number.
func (f *fixture) told(after news.Seq) []news.ItemID {
	f.t.Helper()
	var ids []news.ItemID
	for _, e := range f.events(after) {
		f.same("kind", e.Kind, store.EventStory)
		ids = append(ids, e.Item)
	}
	return ids
}

func runSignatures(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"they are kept in order of Seq and replaced", signaturesKept},
		{"those before the window are dropped", signaturesDropped},
		{"they go with a forgotten item", signaturesForgotten},
		{"what cannot be one is refused", signaturesRefused},
	})
}

func (f *fixture) signatures(after news.Seq, limit int) []store.Signature {
	f.t.Helper()
	return must[[]store.Signature](f)(f.Signatures(f.ctx, after, limit))
}

func signaturesKept(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	sig := func(n int, data string) store.Signature {
		return store.Signature{Seq: news.Seq(n + 1), Item: ids[n], N: 1, Data: []byte(data)}
	}
	f.same("none", f.signatures(0, 0), []store.Signature(nil))
	f.derive(store.Derivation{Signatures: []store.Signature{sig(2, "c"), sig(0, "a")}})
	f.derive(store.Derivation{Signatures: []store.Signature{sig(1, "b"), sig(2, "d")}})
	f.reopen()
	f.same("all", f.signatures(0, 0), []store.Signature{sig(0, "a"), sig(1, "b"), sig(2, "d")})
	f.same("a page", f.signatures(1, 1), []store.Signature{sig(1, "b")})
	f.same("no event", f.head(), news.Seq(3))
}

func signaturesDropped(f *fixture) {
	ids := f.addMany(feed(1), 1, 6)
	var d store.Derivation
	for i, id := range ids {
		d.Signatures = append(d.Signatures, store.Signature{Seq: news.Seq(i + 1), Item: id, N: 1, Data: []byte{1}})
	}
	f.derive(d)
	f.derive(store.Derivation{SignaturesFrom: 4, Signatures: d.Signatures[1:2]})
	f.same("left", f.signatures(0, 0), d.Signatures[3:])
}

func signaturesForgotten(f *fixture) {
	of := feed(1)
	f.add(of, article(of, 1, "a"))
	f.add(of, article(of, 1, "b"))
	id := article(of, 1, "a").Item.ID
	d := store.Derivation{Signatures: []store.Signature{{Seq: 1, Item: id, N: 1, Data: []byte{1}}, {Seq: 2, Item: id, N: 2, Data: []byte{2}}}}
	f.derive(d)
	f.ok(f.Forget(f.ctx, id, "asked", at(1)))
	f.same("left", f.signatures(0, 0), []store.Signature(nil))
	f.derive(d)
	f.same("kept again", f.signatures(0, 0), []store.Signature(nil))
}

func signaturesRefused(f *fixture) {
	ids := f.addMany(feed(1), 1, 2)
	for _, s := range []store.Signature{
		{Item: ids[0], N: 1}, {Seq: 1, Item: ids[0]}, {Seq: 1, Item: news.ItemID{9}, N: 1}, {Seq: 1, Item: ids[0], N: 1, Data: make([]byte, store.MaxSignature+1)},
	} {
		f.is(f.Commit(f.ctx, store.Derivation{Follower: "f", To: store.Cursor{Seq: 1}, Signatures: []store.Signature{s}}), store.ErrInvalid)
	}
	f.same("none", f.signatures(0, 0), []store.Signature(nil))
}

func runBoilerplate(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"lines are added and keep their version", boilerplateKept},
		{"what cannot be one is refused", boilerplateRefused},
	})
}

func boilerplateKept(f *fixture) {
	line := func(s string, version int) store.SiteLine { return store.SiteLine{Line: s, Version: version} }
	read := must[[]store.Boilerplate](f)
	f.same("none", read(f.Boilerplate(f.ctx, "", 0)), []store.Boilerplate(nil))
	f.derive(store.Derivation{Boilerplate: []store.Boilerplate{{Outlet: "b", Lines: []store.SiteLine{line("z", 1), line("x y", 1)}}, {Outlet: "a", Lines: []store.SiteLine{line("x", 1)}}}})
	f.derive(store.Derivation{Boilerplate: []store.Boilerplate{{Outlet: "b", Lines: []store.SiteLine{line("x", 2), line("z", 2)}}, {Outlet: "b c", Lines: []store.SiteLine{line("z", 2)}}}})
	f.reopen()
	want := []store.Boilerplate{
		{Outlet: "a", Lines: []store.SiteLine{line("x", 1)}},
		{Outlet: "b", Lines: []store.SiteLine{line("x", 2), line("x y", 1), line("z", 1)}},
		{Outlet: "b c", Lines: []store.SiteLine{line("z", 2)}},
	}
	f.same("all", read(f.Boilerplate(f.ctx, "", 0)), want)
	f.same("a page", read(f.Boilerplate(f.ctx, "a", 1)), want[1:2])
	f.same("no event", f.head(), news.Seq(0))
}

func boilerplateRefused(f *fixture) {
	for _, b := range []store.Boilerplate{
		{Lines: []store.SiteLine{{Line: "x", Version: 1}}},
		{Outlet: "a", Lines: []store.SiteLine{{Version: 1}}},
		{Outlet: "a", Lines: []store.SiteLine{{Line: "x"}}},
		{Outlet: "a\x00", Lines: []store.SiteLine{{Line: "x", Version: 1}}},
		{Outlet: "a", Lines: []store.SiteLine{{Line: "\xff", Version: 1}}},
	} {
		f.is(f.Commit(f.ctx, store.Derivation{Follower: "f", To: store.Cursor{Seq: 1}, Boilerplate: []store.Boilerplate{b}}), store.ErrInvalid)
	}
	f.same("none", must[[]store.Boilerplate](f)(f.Boilerplate(f.ctx, "", 0)), []store.Boilerplate(nil))
}

func storyAlone(f *fixture) {
	ids := f.addMany(feed(1), 1, 3)
	got := must[[]news.Story](f)(f.Stories(f.ctx, []news.ItemID{ids[1], {9}}))
	want := news.Story{ID: ids[1], Seq: 2, Members: []news.Member{{Item: ids[1], Seq: 2, Outlet: feed(1).Title, Relation: news.Original, Score: 1}}}
	f.same("stories", got, []news.Story{want, {}})
	f.derive(store.Derivation{Places: []store.Place{{Item: ids[1], Story: ids[1], Relation: news.Original}}})
	f.same("placed alone", f.story(ids[1]), want)
	f.same("no event", f.head(), news.Seq(2))
}

func storyJoin(f *fixture) {
	ids := f.addMany(feed(1), 1, 5)
	f.derive(store.Derivation{Places: []store.Place{{Item: ids[3], Story: ids[1], Relation: news.SamePage, Score: 0.5, Of: ids[1]}}})
	outlet := feed(1).Title
	want := news.Story{ID: ids[1], Seq: 5, Members: []news.Member{
		{Item: ids[1], Seq: 2, Outlet: outlet, Relation: news.Original, Score: 1},
		{Item: ids[3], Seq: 4, Outlet: outlet, Relation: news.SamePage, Score: 0.5, Of: ids[1]},
	}}
	f.same("stories", must[[]news.Story](f)(f.Stories(f.ctx, []news.ItemID{ids[3], ids[1]})), []news.Story{want, want})
	f.same("event", f.events(4), []store.Event{{Seq: 5, Kind: store.EventStory, Item: ids[1]}})
	f.derive(store.Derivation{Places: []store.Place{place(ids[2], ids[1])}})
	f.same("members in order of arrival", members(f.story(ids[3])), []news.ItemID{ids[1], ids[2], ids[3]})
	f.same("seq", f.story(ids[3]).Seq, news.Seq(6))
}

func storyEqual(f *fixture) {
	ids := f.addMany(feed(1), 1, 5)
	places := []store.Place{place(ids[1], ids[0]), place(ids[2], ids[0]), {Item: ids[0], Story: ids[0]}, {Item: ids[3], Story: ids[3]}}
	f.derive(store.Derivation{Places: places})
	f.same("one event for each changed place", f.told(4), []news.ItemID{ids[0], ids[0]})
	head, story := f.head(), f.story(ids[0])
	f.derive(store.Derivation{Places: places})
	f.reopen()
	f.derive(store.Derivation{Places: places})
	f.same("head", f.head(), head)
	f.same("story", f.story(ids[2]), story)
}

func storyChanged(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	f.derive(store.Derivation{Places: []store.Place{place(ids[1], ids[0]), place(ids[2], ids[0])}})
	head := f.head()
	f.derive(store.Derivation{Places: []store.Place{{Item: ids[2], Story: ids[0], Relation: news.SamePage, Score: 1, Of: ids[1]}}})
	f.same("told", f.told(head), []news.ItemID{ids[0]})
	m := f.story(ids[0]).Members[2]
	f.same("member", [2]any{m.Relation, m.Of}, [2]any{news.SamePage, ids[1]})
}

func storyApart(f *fixture) {
	ids := f.addMany(feed(1), 1, 4)
	f.derive(store.Derivation{Places: []store.Place{place(ids[1], ids[0]), place(ids[2], ids[0])}})
	head := f.head()
	f.derive(store.Derivation{Places: []store.Place{{Item: ids[1], Story: ids[1]}}})
	f.same("told", f.told(head), []news.ItemID{ids[0], ids[1]})
	f.same("left", members(f.story(ids[0])), []news.ItemID{ids[0], ids[2]})
	f.same("alone", f.story(ids[1]), news.Story{ID: ids[1], Seq: 2, Members: f.story(ids[1]).Members[:1]})
	f.derive(store.Derivation{Places: []store.Place{{Item: ids[2], Story: ids[2]}}})
	f.same("the last two part: a story of one", f.story(ids[0]).Seq, news.Seq(1))
	f.same("no stories", must[[]news.Story](f)(f.RecentStories(f.ctx, 0, 0)), []news.Story(nil))
	f.same("stats", must[store.Stats](f)(f.Stats(f.ctx)).Stories, int64(0))
}

func storyMerge(f *fixture) {
	ids := f.addMany(feed(1), 1, 7)
	f.derive(store.Derivation{Places: []store.Place{place(ids[1], ids[0]), place(ids[3], ids[2]), place(ids[4], ids[2])}})
	head := f.head()
	f.derive(store.Derivation{Places: []store.Place{{Item: ids[2], Story: ids[0], Relation: news.SamePage, Score: 0.9, Of: ids[1]}}})
	f.same("told", f.told(head), []news.ItemID{ids[2], ids[0]})
	s := f.story(ids[2])
	f.same("one story", s.ID, ids[0])
	f.same("members", members(s), ids[:5])
	f.same("how the younger original came", [3]any{s.Members[2].Relation, s.Members[2].Score, s.Members[2].Of}, [3]any{news.SamePage, 0.9, ids[1]})
	f.same("how the others came stays", [2]any{s.Members[3].Relation, s.Members[3].Of}, [2]any{news.SameText, ids[2]})
	f.same("recent", must[[]news.Story](f)(f.RecentStories(f.ctx, 0, 0)), []news.Story{s})
	f.same("alias", f.story(ids[4]), s)
	head = f.head()
	f.derive(store.Derivation{Places: []store.Place{place(ids[3], ids[2]), place(ids[4], ids[2])}})
	f.same("places under the alias are equal", f.head(), head)
	f.derive(store.Derivation{Places: []store.Place{place(ids[5], ids[2])}})
	f.same("a newcomer under the alias", members(f.story(ids[0])), ids[:6])
}

func storyMove(f *fixture) {
	ids := f.addMany(feed(1), 1, 6)
	f.derive(store.Derivation{Places: []store.Place{place(ids[2], ids[0]), place(ids[3], ids[1]), place(ids[4], ids[1])}})
	head := f.head()
	f.derive(store.Derivation{Places: []store.Place{place(ids[4], ids[0])}})
	f.same("told", f.told(head), []news.ItemID{ids[1], ids[0]})
	f.same("left", members(f.story(ids[1])), []news.ItemID{ids[1], ids[3]})
	f.same("joined", members(f.story(ids[4])), []news.ItemID{ids[0], ids[2], ids[4]})
	f.derive(store.Derivation{Places: []store.Place{place(ids[3], ids[0])}})
	f.same("a story of one is left", f.story(ids[1]).Seq, news.Seq(2))
	f.same("stats", must[store.Stats](f)(f.Stats(f.ctx)).Stories, int64(1))
}

func storyAlias(f *fixture) {
	ids := f.addMany(feed(1), 1, 5)
	f.derive(store.Derivation{Places: []store.Place{place(ids[1], ids[0]), place(ids[3], ids[1])}})
	f.same("named by a member", members(f.story(ids[3])), []news.ItemID{ids[0], ids[1], ids[3]})
	head := f.head()
	f.derive(store.Derivation{Places: []store.Place{place(ids[0], ids[3])}})
	f.same("the original, placed under a member", f.head(), head)
}

func storyRecent(f *fixture) {
	ids := f.addMany(feed(1), 1, 13)
	for n := 0; n < 12; n += 2 {
		f.derive(store.Derivation{Places: []store.Place{place(ids[n+1], ids[n])}})
	}
	f.derive(store.Derivation{Places: []store.Place{{Item: ids[5], Story: ids[4], Relation: news.SamePage}}})
	var got []news.ItemID
	for before := news.Seq(0); ; {
		page := must[[]news.Story](f)(f.RecentStories(f.ctx, before, 2))
		if page == nil {
			break
		}
		for _, s := range page {
			got = append(got, s.ID)
			before = s.Seq
		}
	}
	f.same("order", got, []news.ItemID{ids[4], ids[10], ids[8], ids[6], ids[2], ids[0]})
}

func storyOutlet(f *fixture) {
	of := feed(1)
	ids := f.addMany(of, 1, 3)
	f.derive(store.Derivation{Places: []store.Place{place(ids[1], ids[0])}})
	b := article(of, 2, "b")
	b.Item.Outlet = "Renamed"
	f.add(of, b)
	f.same("outlet", f.story(ids[0]).Members[1].Outlet, "Renamed")
}
