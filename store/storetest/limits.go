package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

func runLimits(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"lists return a page when they are not told", limitDefault},
		{"text that is not UTF-8, or holds NUL, is refused", limitText},
		{"names and ids that cannot be keys are refused", limitNames},
		{"times are cut to microseconds and kept as far as year 9999", limitTimes},
		{"large texts, long lists and odd ones survive", limitLarge},
		{"a story of many", limitStory},
		{"a cancelled context changes nothing", limitCancelled},
		{"values handed in are not kept, values handed out are the caller's", limitOwnership},
	})
}

func limitDefault(f *fixture) {
	of := feed(1)
	ids := f.addMany(of, 0, store.DefaultPage+5)
	for _, limit := range []int{0, -1} {
		f.same("events", len(must[[]store.Event](f)(f.Events(f.ctx, 0, limit))), store.DefaultPage)
		f.same("recent", len(must[[]news.Item](f)(f.Recent(f.ctx, 0, limit))), store.DefaultPage)
		f.same("resolve", len(must[[]news.ItemID](f)(f.Resolve(f.ctx, "", limit))), store.DefaultPage)
	}
	f.same("a limit beyond", len(must[[]store.Event](f)(f.Events(f.ctx, 0, 1<<30))), len(ids))
	many := append(append([]news.ItemID{}, ids...), append(ids, ids...)...)
	f.same("what is asked by id has no limit", len(must[[]store.Head](f)(f.Heads(f.ctx, many))), len(many))
}

func limitText(f *fixture) {
	of := feed(1)
	for _, bad := range []string{"\xff", "a\x00b", "\xc3\x28", "\xed\xa0\x80"} {
		for name, change := range map[string]func(*store.Document){
			"title":       func(d *store.Document) { d.Items[0].Item.Title = bad },
			"content":     func(d *store.Document) { d.Items[0].Item.Content = bad },
			"category":    func(d *store.Document) { d.Items[0].Item.Categories = []string{"ok", bad} },
			"tag":         func(d *store.Document) { d.Items[0].Item.Tags = []string{"ok", bad} },
			"author":      func(d *store.Document) { d.Items[0].Item.Authors = []news.Person{{Name: bad}} },
			"enclosure":   func(d *store.Document) { d.Items[0].Item.Enclosures = []news.Enclosure{{URL: bad}} },
			"final URL":   func(d *store.Document) { d.Items[0].Item.Origin.FinalURL = bad },
			"feed title":  func(d *store.Document) { d.Feed.Title = bad },
			"feed error":  func(d *store.Document) { d.Feed.Error = bad },
			"path":        func(d *store.Document) { d.Files = []news.File{{Feed: of.ID, Path: bad}} },
			"file error":  func(d *store.Document) { d.Files = []news.File{{Feed: of.ID, Path: "a", Error: bad}} },
			"feed's note": func(d *store.Document) { d.Feed.Warnings = []string{bad} },
		} {
			d := document(of, article(of, 1, "a"))
			change(&d)
			_, err := f.Append(f.ctx, store.Batch{Documents: []store.Document{d}})
			if err == nil {
				f.t.Fatalf("%s %q was kept", name, bad)
			}
			f.is(err, store.ErrInvalid)
		}
	}
	f.same("head", f.head(), news.Seq(0))
	ids := f.addMany(of, 1, 2)
	f.is(f.Forget(f.ctx, ids[0], "\xff", at(1)), store.ErrInvalid)
	m := matched("w", ids[0], ids[0], 1)
	m.Match.Evidence[0].Words = "\xff"
	f.is(f.Commit(f.ctx, store.Derivation{Follower: "x", Matches: []store.Matched{m}}), store.ErrInvalid)
}

func limitNames(f *fixture) {
	ids := f.addMany(feed(1), 1, 2)
	for _, bad := range []string{"", "a\x00b", "\xff", strings.Repeat("x", 1<<17)} {
		f.is(f.Commit(f.ctx, store.Derivation{Follower: bad}), store.ErrInvalid)
		f.is(f.Commit(f.ctx, store.Derivation{Follower: "x", Matches: []store.Matched{matched(bad, ids[0], ids[0], 1)}}), store.ErrInvalid)
		_, err := f.Digest(f.ctx, bad)
		f.is(err, store.ErrInvalid)
		_, err = f.Entries(f.ctx, bad, 0, 0)
		f.is(err, store.ErrInvalid)
		c := edition("daily", 1, 1)
		c.Deliveries[0].Recipient = bad
		f.is(f.CommitEdition(f.ctx, c), store.ErrInvalid)
	}
	for _, batch := range []store.Batch{
		{Documents: []store.Document{{}}},
		{Documents: []store.Document{document(feed(1), store.News{Item: news.Item{Feed: feed(1).ID}})}},
		{Documents: []store.Document{{Feed: feed(1), Files: []news.File{{Feed: feed(1).ID}}}}},
	} {
		_, err := f.Append(f.ctx, batch)
		f.is(err, store.ErrInvalid)
	}
	long := strings.Repeat("w", 500) + " – 報道"
	f.derive(store.Derivation{Matches: []store.Matched{matched(long, ids[0], ids[0], 1)}})
	f.same("a long name", groups(f.entries(long)), ids)
}

func limitTimes(f *fixture) {
	of := feed(1)
	moments := []time.Time{
		{}, time.Unix(0, 0), time.Unix(0, 1), time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC), time.Date(1583, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2026, 10, 25, 2, 30, 0, 1500, time.FixedZone("", -3600)),
	}
	for i, m := range moments {
		a := article(of, i, "a")
		a.Item.Published.Time, a.Item.Updated.Time = m, m
		f.add(of, a)
		want := m.UTC().Truncate(time.Microsecond)
		got := f.item(a.Item.ID)
		if !got.Published.Time.Equal(want) || got.Published.Time.Location() != time.UTC || got.Published.IsZero() != want.IsZero() {
			f.t.Fatalf("%v came back as %v", m, got.Published.Time)
		}
	}
	a := article(of, 99, "a")
	a.Item.Published.Time = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err := f.Append(f.ctx, store.Batch{Documents: []store.Document{document(of, a)}})
	f.is(err, store.ErrInvalid)
}

func limitLarge(f *fixture) {
	of := feed(1)
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]rune, 700_000)
	for i := range noise {
		noise[i] = rune(0x4e00 + r.IntN(5000))
	}
	var list []string
	for i := range 5000 {
		list = append(list, fmt.Sprintf("category %d", i))
	}
	a := article(of, 1, "a")
	a.Item.Content, a.Item.Summary, a.Item.Title = strings.Repeat("word ", 1_000_000), string(noise), strings.Repeat("long ", 20_000)
	a.Item.Categories, a.Item.Tags, a.Item.Caption = list, list, strings.Repeat("x", 193)
	f.add(of, a)
	got := f.item(a.Item.ID)
	want := a.Item
	want.Seq, want.N = 1, 1
	if got.Content != want.Content || got.Summary != want.Summary {
		f.t.Fatal("large texts changed")
	}
	f.same("item", got, want)
	for n := 150; n < 300; n += 3 { // around every threshold an engine may have
		b := article(of, n, "a")
		b.Item.Content, b.Item.Summary, b.Item.Caption = strings.Repeat("é", n), strings.Repeat("s", n), string(noise[:n])
		f.add(of, b)
		got := f.item(b.Item.ID)
		f.same("texts", [3]string{got.Content, got.Summary, got.Caption}, [3]string{b.Item.Content, b.Item.Summary, b.Item.Caption})
	}
}

func limitStory(f *fixture) {
	ids := f.addMany(feed(1), 0, 700)
	var places []store.Place
	for _, id := range ids[1:] {
		places = append(places, place(id, ids[0]))
	}
	f.derive(store.Derivation{Places: places[:300]})
	f.derive(store.Derivation{Places: places})
	f.same("members", members(f.story(ids[650])), ids)
	f.same("events", f.head(), news.Seq(700+699))
}

func limitCancelled(f *fixture) {
	f.add(feed(1))
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	_, err := f.Append(ctx, store.Batch{Documents: []store.Document{document(feed(1), article(feed(1), 1, "a"))}})
	f.is(err, context.Canceled)
	f.is(f.Commit(ctx, store.Derivation{Follower: "x", To: store.Cursor{Seq: 1}}), context.Canceled)
	f.is(f.UpdateFeed(ctx, feed(1).ID, func(s *news.Feed) error { s.Title = "x"; return nil }), context.Canceled)
	f.is(f.CommitEdition(ctx, edition("daily", 1, 1)), context.Canceled)
	_, err = f.Claim(ctx, at(1), at(2))
	f.is(err, context.Canceled)
	_, err = f.Events(ctx, 0, 0)
	f.is(err, context.Canceled)
	_, err = f.Head(ctx)
	f.is(err, context.Canceled)
	f.same("head", f.head(), news.Seq(0))
	f.same("cursor", must[store.Cursor](f)(f.Cursor(f.ctx, "x")), store.Cursor{})
	f.same("title", must[news.Feed](f)(f.Feed(f.ctx, feed(1).ID)).Title, feed(1).Title)
}

func limitOwnership(f *fixture) {
	of := feed(1)
	of.Warnings = []string{"one"}
	a := article(of, 1, "a")
	a.Item.Categories, a.Item.Authors = []string{"one"}, []news.Person{{Name: "one"}}
	r := f.add(of, a)
	a.Item.Categories[0], a.Item.Authors[0].Name, of.Warnings[0] = "two", "two", "two"
	f.same("receipt", [2]string{r.New[0].Categories[0], r.New[0].Authors[0].Name}, [2]string{"one", "one"})
	f.same("given", a.Item.N, 0)
	it := f.item(a.Item.ID)
	it.Categories[0] = "three"
	f.same("kept", f.item(a.Item.ID).Categories, []string{"one"})
	f.same("kept", must[news.Feed](f)(f.Feed(f.ctx, of.ID)).Warnings, []string{"one"})
	c := edition("daily", 1, 1)
	f.ok(f.CommitEdition(f.ctx, c))
	c.Edition.Text[0] = 'X'
	e := must[news.Edition](f)(f.Edition(f.ctx, "daily", 1))
	f.same("text", string(e.Text), "Two stories.")
	e.Text[0] = 'Y'
	f.same("text", string(must[news.Edition](f)(f.Edition(f.ctx, "daily", 1)).Text), "Two stories.")
}
