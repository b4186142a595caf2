package storetest

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

func runAppend(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"new items get numbers, events and are told in the receipt", appendNew},
		{"appending the same batch twice adds nothing", appendTwice},
		{"another state is a revision, the first sight stays", appendRevision},
		{"going back to an earlier state is a revision too", appendBackAndForth},
		{"an equal state with another fingerprint changes only the fingerprint", appendFingerprint},
		{"the same id twice in one batch is judged in order", appendSameID},
		{"every field of an item, a feed and a file survives", appendEveryField},
		{"receipts hold the items as kept", appendReceipt},
		{"one text is kept once however many items carry it", appendSharedText},
		{"a feed's state travels with its items", appendFeedState},
		{"a batch that cannot be kept leaves nothing behind", appendWhole},
		{"an empty batch is nothing", appendEmpty},
	})
}

func appendNew(f *fixture) {
	one, two := feed(1), feed(2)
	a, b, c := article(one, 1, "a"), article(one, 2, "a"), article(two, 3, "a")
	r := must[store.Receipt](f)(f.Append(f.ctx, store.Batch{Documents: []store.Document{document(one, a, b), document(two, c)}}))
	f.same("known, head", [2]any{r.Known, r.Head}, [2]any{0, news.Seq(3)})
	f.same("revised", r.Revised, []news.Item(nil))
	for i, want := range []store.News{a, b, c} {
		want.Item.Seq, want.Item.N = news.Seq(i+1), 1
		f.same("receipt", r.New[i], want.Item)
		f.same("item", f.item(want.Item.ID), want.Item)
	}
	f.same("events", f.events(0), []store.Event{
		{Seq: 1, Kind: store.EventItem, Item: a.Item.ID, N: 1}, {Seq: 2, Kind: store.EventItem, Item: b.Item.ID, N: 1},
		{Seq: 3, Kind: store.EventItem, Item: c.Item.ID, N: 1},
	})
	heads := must[[]store.Head](f)(f.Heads(f.ctx, []news.ItemID{c.Item.ID, {1}, a.Item.ID}))
	f.same("heads", heads, []store.Head{
		{Known: true, Fingerprint: c.Item.Fingerprint, State: c.State, N: 1, Seq: 3}, {},
		{Known: true, Fingerprint: a.Item.Fingerprint, State: a.State, N: 1, Seq: 1},
	})
}

func appendTwice(f *fixture) {
	batch := store.Batch{Documents: []store.Document{document(feed(1), article(feed(1), 1, "a"), article(feed(1), 2, "a"))}}
	must[store.Receipt](f)(f.Append(f.ctx, batch))
	before, stats := f.events(0), must[store.Stats](f)(f.Stats(f.ctx))
	r := must[store.Receipt](f)(f.Append(f.ctx, batch))
	f.same("receipt", r, store.Receipt{Known: 2, Head: 2})
	f.same("events", f.events(0), before)
	again := must[store.Stats](f)(f.Stats(f.ctx))
	again.Bytes, stats.Bytes = 0, 0
	f.same("stats", again, stats)
	f.same("ever appended", must[news.Feed](f)(f.Feed(f.ctx, feed(1).ID)).Items, int64(2))
}

func appendRevision(f *fixture) {
	of := feed(1)
	first, second := article(of, 1, "a"), article(of, 1, "b")
	second.Item.Seen, second.Item.Backlog, second.Item.At = at(500), true, at(500)
	second.Item.URL, second.Item.Outlet = "https://outlet.example/moved", "Outlet, renamed"
	second.Item.Origin = news.Origin{Raw: hash("later"), At: at(500), FinalURL: "https://outlet.example/later", Status: 200}
	f.add(of, first)
	f.add(of, article(of, 2, "a"))
	r := f.add(of, second)

	want := second.Item
	want.Seq, want.N, want.Seen, want.Backlog, want.Origin = 1, 2, first.Item.Seen, first.Item.Backlog, first.Item.Origin
	f.same("receipt", r, store.Receipt{Revised: []news.Item{want}, Head: 3})
	f.same("newest", f.item(want.ID), want)
	f.same("recent", must[[]news.Item](f)(f.Recent(f.ctx, 2, 5)), []news.Item{want})
	f.same("event", f.events(2), []store.Event{{Seq: 3, Kind: store.EventRevision, Item: want.ID, N: 2}})
	f.same("head", must[[]store.Head](f)(f.Heads(f.ctx, []news.ItemID{want.ID})), []store.Head{
		{Known: true, Fingerprint: second.Item.Fingerprint, State: second.State, N: 2, Seq: 1},
	})

	both := must[[]news.Item](f)(f.Items(f.ctx, []store.Ref{{Item: want.ID, N: 1}, {Item: want.ID, N: 2}, {Item: want.ID, N: 3}}))
	old := first.Item
	old.Seq, old.N, old.Fingerprint = 1, 1, second.Item.Fingerprint
	f.same("revision 1", both[0], old)
	want.Origin = second.Item.Origin
	f.same("revision 2 with its own origin", both[1], want)
	f.same("revision 3", both[2], news.Item{})
}

func appendBackAndForth(f *fixture) {
	of := feed(1)
	for i, state := range []string{"a", "b", "a", "a", "b"} {
		f.add(of, article(of, 1, state))
		want := []int{1, 2, 3, 3, 4}[i]
		f.same("revisions", f.item(article(of, 1, "a").Item.ID).N, want)
	}
	f.same("title", f.item(article(of, 1, "a").Item.ID).Title, "Headline 1 (b)")
}

func appendFingerprint(f *fixture) {
	of := feed(1)
	a := article(of, 1, "a")
	f.add(of, a)
	title := a.Item.Title
	a.Item.Fingerprint, a.Item.Title = 99, "not kept"
	r := f.add(of, a)
	f.same("receipt", r, store.Receipt{Known: 1, Head: 1})
	it := f.item(a.Item.ID)
	f.same("fingerprint and title", [2]any{it.Fingerprint, it.Title}, [2]any{uint64(99), title})
	f.same("head", must[[]store.Head](f)(f.Heads(f.ctx, []news.ItemID{a.Item.ID}))[0].Fingerprint, uint64(99))
}

func appendSameID(f *fixture) {
	of := feed(1)
	r := f.add(of, article(of, 1, "a"), article(of, 1, "a"), article(of, 1, "b"), article(of, 1, "b"))
	f.same("new, revised, known", [3]int{len(r.New), len(r.Revised), r.Known}, [3]int{1, 1, 2})
	f.same("newest", f.item(article(of, 1, "a").Item.ID).Title, "Headline 1 (b)")
	f.same("ever appended", must[news.Feed](f)(f.Feed(f.ctx, of.ID)).Items, int64(1))
}

func appendEveryField(f *fixture) {
	state := filled[news.Feed](f.t, 100)
	it := filled[news.Item](f.t, 1000)
	it.Pruned = false // is the engine's to say
	it.Feed, it.Seq, it.N = state.ID, 0, 0
	it.Summary = strings.Repeat("A summary of some length. ", 40)
	it.Content = strings.Repeat("A text of some length. ", 400)
	it.Caption = strings.Repeat("A caption of some length. ", 20)
	file := filled[news.File](f.t, 2000)
	file.Feed = state.ID
	n := store.News{Item: it, State: hash("x")}
	must[store.Receipt](f)(f.Append(f.ctx, store.Batch{Documents: []store.Document{{Feed: state, Items: []store.News{n}, Files: []news.File{file}}}}))
	f.reopen()
	it.Seq, it.N, state.Items = 1, 1, 1
	f.same("item", f.item(it.ID), it)
	f.same("feed", must[news.Feed](f)(f.Feed(f.ctx, state.ID)), state)
	f.same("files", must[[]news.File](f)(f.Files(f.ctx, state.ID, "", 0)), []news.File{file})

	bare := news.Item{ID: news.ItemID{7}, Feed: state.ID}
	r := f.add(state, store.News{Item: bare})
	bare.Seq, bare.N = 2, 1
	f.same("receipt of an item of which nothing is set", r.New, []news.Item{bare})
	f.same("item of which nothing is set", f.item(bare.ID), bare)
}

func appendReceipt(f *fixture) {
	of := feed(1)
	zone := time.FixedZone("somewhere", 3*3600+1800)
	n := article(of, 1, "a")
	n.Item.Seen = time.Date(2026, 11, 16, 10, 0, 0, 123_456_789, zone)
	n.Item.Subheadings, n.Item.Authors = []string{}, []news.Person{}
	r := f.add(of, n)
	f.same("item", f.item(n.Item.ID), r.New[0])
	f.same("seen", r.New[0].Seen, time.Date(2026, 11, 16, 6, 30, 0, 123_456_000, time.UTC))
	if r.New[0].Seen.Location() != time.UTC || r.New[0].Subheadings != nil {
		f.t.Fatalf("kept as %v, %#v", r.New[0].Seen, r.New[0].Subheadings)
	}
	if !reflect.DeepEqual(f.item(n.Item.ID), r.New[0]) {
		f.t.Fatal("the receipt differs from the kept item below what is printed")
	}
}

func appendSharedText(f *fixture) {
	text := strings.Repeat("The same words in three places. ", 50)
	for n := 1; n <= 3; n++ {
		a := article(feed(n), n, "a")
		a.Item.Content, a.Item.Keys.Content = text, hash("shared")
		f.add(feed(n), a)
	}
	s := must[store.Stats](f)(f.Stats(f.ctx))
	f.same("items, bodies, texts", [3]int64{s.Items, s.Bodies, s.Texts}, [3]int64{3, 1, 1})
	f.ok(f.Forget(f.ctx, article(feed(2), 2, "a").Item.ID, "asked", at(9)))
	f.same("a text that others carry", f.item(article(feed(3), 3, "a").Item.ID).Content, text)
	for _, n := range []int{1, 3} {
		f.ok(f.Forget(f.ctx, article(feed(n), n, "a").Item.ID, "asked", at(9)))
	}
	s = must[store.Stats](f)(f.Stats(f.ctx))
	f.same("items, bodies, texts", [3]int64{s.Items, s.Bodies, s.Texts}, [3]int64{})
}

func appendFeedState(f *fixture) {
	of := feed(1)
	of.ETag, of.LastModified = "W/\"one\"", "Mon, 16 Nov 2026 06:00:00 GMT"
	of.Items = 77 // the engine's own business
	f.add(of, article(of, 1, "a"), article(of, 2, "a"))
	of.Items = 2
	f.same("state", must[news.Feed](f)(f.Feed(f.ctx, of.ID)), of)
	of.ETag, of.NextDue, of.Items = "two", at(90), 0
	f.add(of) // not modified: state only
	of.Items = 2
	f.same("state", must[news.Feed](f)(f.Feed(f.ctx, of.ID)), of)
	f.same("no event", f.head(), news.Seq(2))

	// A feed twice in a batch: the later state holds, all items count.
	last := of
	last.ETag = "three"
	must[store.Receipt](f)(f.Append(f.ctx, store.Batch{Documents: []store.Document{
		document(of, article(of, 3, "a")), document(feed(2)), document(last, article(of, 4, "a")),
	}}))
	last.Items = 4
	f.same("state", must[news.Feed](f)(f.Feed(f.ctx, of.ID)), last)
}

func appendWhole(f *fixture) {
	of := feed(1)
	good, bad := article(of, 1, "a"), article(of, 2, "a")
	bad.Item.Title = "half a character: \xc3"
	_, err := f.Append(f.ctx, store.Batch{Documents: []store.Document{document(of, good), document(feed(2), bad)}})
	f.is(err, store.ErrInvalid)
	f.same("head", f.head(), news.Seq(0))
	f.same("item", f.item(good.Item.ID), news.Item{})
	_, err = f.Feed(f.ctx, of.ID)
	f.is(err, store.ErrNotFound)
}

func appendEmpty(f *fixture) {
	f.add(feed(1), article(feed(1), 1, "a"))
	f.same("receipt", must[store.Receipt](f)(f.Append(f.ctx, store.Batch{})), store.Receipt{Head: 1})
}
