package storetest

import (
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

func runPrune(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"texts of old items go, all else stays, and nothing comes back as new", pruneOld},
		{"what watches matched stays, as long as it is said", pruneMatched},
		{"a text that several items carry goes with the last of them", pruneShared},
	})
}

// prune removes texts, if the engine can.
func (f *fixture) prune(p store.Pruning) int {
	f.t.Helper()
	e, ok := f.Store.(store.Pruner)
	if !ok {
		f.t.Fatal("the engine removes no texts")
	}
	return must[int](f)(e.Prune(f.ctx, p))
}

func pruneOld(f *fixture) {
	of := feed(1)
	var ids []news.ItemID
	for n := range 250 { // more than a piece; each arrives at its minute
		ids = append(ids, article(of, n, "a").Item.ID)
		f.add(of, article(of, n, "a"))
	}
	f.add(of, article(of, 3, "b"))
	edited := article(of, 4, "b")
	edited.Item.At = at(500)
	f.add(of, edited)
	head := must[news.Seq](f)(f.Head(f.ctx))
	before := f.item(ids[3])
	f.same("pruned", f.prune(store.Pruning{Before: at(220)}), 219)
	f.same("pruned again", f.prune(store.Pruning{Before: at(220)}), 0)
	f.reopen()
	f.same("no event", must[news.Seq](f)(f.Head(f.ctx)), head)
	want := before
	want.Summary, want.Content, want.Caption, want.Cut, want.Pruned = "", "", "", nil, true
	f.same("all but the texts", f.item(ids[3]), want)
	f.same("of an earlier revision", must[[]news.Item](f)(f.Items(f.ctx, []store.Ref{{Item: ids[3], N: 1}}))[0].Content, "")
	if it := f.item(ids[4]); it.Content == "" || it.Pruned {
		f.t.Fatal("an old item that was edited lately lost its text")
	}
	if it := f.item(ids[220]); it.Content == "" || it.Pruned {
		f.t.Fatal("a young item lost its text")
	}
	for n := range 250 {
		state := "a"
		if n == 3 || n == 4 {
			state = "b"
		}
		again := article(of, n, state)
		again.Item.Fingerprint++ // in other bytes
		r := f.add(of, again)
		if len(r.New)+len(r.Revised) > 0 {
			f.t.Fatalf("item %d came back", n)
		}
	}
	r := f.add(of, article(of, 5, "c"))
	f.same("an edit is a revision", len(r.Revised), 1)
	if it := f.item(ids[5]); it.Content == "" || it.Pruned {
		f.t.Fatal("the new revision has no text")
	}
	keys := []store.Key{{Kind: store.KeyContent, Version: news.KeyVersion, Hash: hash("content", 9, "a")}}
	f.same("keys stay", len(must[[][]store.KeyHit](f)(f.ItemsByKey(f.ctx, keys, 10))[0]), 1)
	if v, ok := f.Store.(store.Verifier); ok {
		f.ok(v.Verify(f.ctx, func(line string) { f.t.Errorf("verify: %s", line) }))
	}
}

func pruneMatched(f *fixture) {
	of := feed(1)
	ids := f.addMany(of, 0, 4)
	match := func(n int, watch string) store.Matched {
		return store.Matched{UUID: "urn:uuid:" + watch + ids[n].String(), Time: at(n), Match: news.Match{
			Watch: watch, Item: ids[n], Group: ids[n], At: at(n), Rev: 1, Evidence: []news.Evidence{{Clause: "harbour", Field: "body", Words: "harbour"}},
		}}
	}
	f.ok(f.Commit(f.ctx, store.Derivation{Follower: "matcher", To: store.Cursor{Seq: 4}, Matches: []store.Matched{
		match(0, "all"), match(1, "all"), match(1, "ports"), match(2, "all"), match(2, "former"), match(3, "all"),
	}}))
	f.same("all but the one that a watch of today matched", f.prune(store.Pruning{Before: at(100), Watches: []string{"ports"}}), 3)
	if f.item(ids[1]).Content == "" {
		f.t.Fatal("what a watch matched is gone")
	}
	f.same("not yet", f.prune(store.Pruning{Before: at(100), MatchedBefore: at(1), Watches: []string{"ports"}}), 0)
	before := must[[][]news.Match](f)(f.Matches(f.ctx, ids))
	f.same("in the end", f.prune(store.Pruning{Before: at(100), MatchedBefore: at(50), Watches: []string{"ports"}}), 1)
	again := match(1, "ports")
	again.Match.Evidence = nil
	f.ok(f.Commit(f.ctx, store.Derivation{Follower: "matcher", From: store.Cursor{Seq: 4}, To: store.Cursor{Seq: 5}, Matches: []store.Matched{again}}))
	f.same("matches stay, with their evidence", must[[][]news.Match](f)(f.Matches(f.ctx, ids)), before)
}

func pruneShared(f *fixture) {
	of := feed(1)
	one, other := article(of, 1, "a"), article(of, 200, "x")
	other.Item.Content = one.Item.Content
	f.add(of, one, other)
	f.same("pruned", f.prune(store.Pruning{Before: at(100)}), 1)
	f.same("the other has it still", f.item(other.Item.ID).Content, one.Item.Content)
	f.same("bodies", must[store.Stats](f)(f.Stats(f.ctx)).Bodies, int64(1))
	f.same("pruned", f.prune(store.Pruning{Before: at(300)}), 1)
	f.same("bodies", must[store.Stats](f)(f.Stats(f.ctx)).Bodies, int64(0))
}
