package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

func runFeeds(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"a feed that was never saved", feedUnknown},
		{"validators are kept to the byte", feedValidators},
		{"feeds come in order of id, by pages", feedPages},
		{"due feeds come earliest first", feedDue},
		{"changing a state moves it in the order of what is due", feedDueMoves},
		{"a state is changed in one transaction", feedUpdate},
		{"removing takes the state and leaves the items", feedRemove},
		{"files come in order of path, by pages", feedFiles},
	})
}

func feedUnknown(f *fixture) {
	_, err := f.Feed(f.ctx, feed(1).ID)
	f.is(err, store.ErrNotFound)
	f.ok(f.RemoveFeed(f.ctx, feed(1).ID))
}

func feedValidators(f *fixture) {
	for i, v := range []string{`"x"`, `W/"x"`, "unquoted", " spaces ", "ISO-8859-1 \xe9\xff", "\x00", string(slices.Repeat([]byte("v"), 8192))} {
		of := feed(i)
		of.ETag, of.LastModified = v, v+"!"
		f.add(of)
		got := must[news.Feed](f)(f.Feed(f.ctx, of.ID))
		f.same("validators", [2]string{got.ETag, got.LastModified}, [2]string{v, v + "!"})
	}
}

func feedPages(f *fixture) {
	var want []news.FeedID
	for n := range 30 {
		f.add(feed(n))
		want = append(want, feed(n).ID)
	}
	slices.SortFunc(want, func(a, b news.FeedID) int { return slices.Compare(a[:], b[:]) })
	var got []news.FeedID
	for after := (news.FeedID{}); ; {
		page := must[[]news.Feed](f)(f.Feeds(f.ctx, after, 7))
		if page == nil {
			break
		}
		for _, s := range page {
			got = append(got, s.ID)
		}
		after = page[len(page)-1].ID
	}
	f.same("ids", got, want)
}

func feedDue(f *fixture) {
	add := func(n, minute int, change func(*news.Feed)) news.FeedID {
		of := feed(n)
		of.NextDue = at(minute)
		if change != nil {
			change(&of)
		}
		f.add(of)
		return of.ID
	}
	add(1, 5, func(s *news.Feed) { s.Paused = true })
	add(2, 5, func(s *news.Feed) { s.Gone = true })
	add(3, 5, func(s *news.Feed) { s.Kind = news.KindSeed })
	later, never := add(4, 30, nil), add(5, 0, func(s *news.Feed) { s.NextDue = time.Time{} })
	first, exact := add(6, -500, nil), add(7, 10, nil)
	want := []news.FeedID{never, first, exact}
	f.same("due", must[[]news.FeedID](f)(f.Due(f.ctx, at(10), 0)), want)
	f.same("limit", must[[]news.FeedID](f)(f.Due(f.ctx, at(10), 2)), want[:2])
	f.same("a moment before", must[[]news.FeedID](f)(f.Due(f.ctx, at(10).Add(-time.Microsecond), 0)), want[:2])
	f.reopen()
	f.same("later", must[[]news.FeedID](f)(f.Due(f.ctx, at(99), 0)), append(want, later))
}

func feedDueMoves(f *fixture) {
	of := feed(1)
	f.add(of)
	due := func() int { return len(must[[]news.FeedID](f)(f.Due(f.ctx, at(60), 0))) }
	set := func(change func(*news.Feed)) {
		f.ok(f.UpdateFeed(f.ctx, of.ID, func(s *news.Feed) error { change(s); return nil }))
	}
	f.same("due", due(), 1)
	set(func(s *news.Feed) { s.Paused = true })
	f.same("paused", due(), 0)
	set(func(s *news.Feed) { s.Paused, s.NextDue = false, at(61) })
	f.same("not yet", due(), 0)
	of.NextDue = at(2)
	f.add(of)
	f.same("again", due(), 1)
	f.ok(f.RemoveFeed(f.ctx, of.ID))
	f.same("removed", due(), 0)
}

func feedUpdate(f *fixture) {
	of := feed(1)
	f.ok(f.UpdateFeed(f.ctx, of.ID, func(s *news.Feed) error {
		f.same("nothing but its id", *s, news.Feed{ID: of.ID})
		*s = of
		return nil
	}))
	f.same("made", must[news.Feed](f)(f.Feed(f.ctx, of.ID)), of)
	f.add(of, article(of, 1, "a"))
	f.ok(f.UpdateFeed(f.ctx, of.ID, func(s *news.Feed) error {
		s.ID, s.Items, s.Title, s.Warnings = news.FeedID{9}, 55, "Renamed", []string{"one"}
		return nil
	}))
	want := of
	want.Items, want.Title, want.Warnings = 1, "Renamed", []string{"one"}
	f.same("changed, but for id and count", must[news.Feed](f)(f.Feed(f.ctx, of.ID)), want)
	no := errors.New("no")
	f.is(f.UpdateFeed(f.ctx, of.ID, func(s *news.Feed) error {
		s.Title = "Never"
		s.Warnings[0] = "never"
		return no
	}), no)
	f.same("unchanged", must[news.Feed](f)(f.Feed(f.ctx, of.ID)), want)

	func() {
		defer func() {
			if recover() == nil {
				f.t.Error("the caller's panic was swallowed")
			}
		}()
		_ = f.UpdateFeed(f.ctx, of.ID, func(*news.Feed) error { panic("the caller's own") })
	}()
	f.ok(f.UpdateFeed(f.ctx, of.ID, func(s *news.Feed) error { return nil }))
	f.same("unchanged", must[news.Feed](f)(f.Feed(f.ctx, of.ID)), want)
}

func feedRemove(f *fixture) {
	ids := f.addMany(feed(1), 1, 3)
	f.ok(f.RemoveFeed(f.ctx, feed(1).ID))
	f.ok(f.RemoveFeed(f.ctx, feed(1).ID))
	_, err := f.Feed(f.ctx, feed(1).ID)
	f.is(err, store.ErrNotFound)
	f.same("item", f.item(ids[0]).Title, "Headline 1 (a)")
	f.same("stats", must[store.Stats](f)(f.Stats(f.ctx)).Feeds, int64(0))
	f.add(feed(1), article(feed(1), 1, "a"))
	f.same("counts from the start", must[news.Feed](f)(f.Feed(f.ctx, feed(1).ID)).Items, int64(0))
}

func feedFiles(f *fixture) {
	of, other := folder("seeds"), folder("seeds/more")
	paths := []string{"B.txt", "a", "a b.txt", "a-b.txt", "a/b.txt", "ab.txt", "é.txt", "日本.txt"}
	var files []news.File
	for i, p := range paths {
		files = append(files, news.File{Feed: of.ID, Path: p, Size: int64(i), ModTime: at(i), Raw: hash(p), Identity: p})
	}
	shuffled := slices.Clone(files)
	slices.Reverse(shuffled)
	must[store.Receipt](f)(f.Append(f.ctx, store.Batch{Documents: []store.Document{
		{Feed: of, Files: shuffled}, {Feed: other, Files: []news.File{{Feed: other.ID, Path: "a", Error: "a folder"}}},
	}}))
	f.same("files", must[[]news.File](f)(f.Files(f.ctx, of.ID, "", 0)), files)
	f.same("page", must[[]news.File](f)(f.Files(f.ctx, of.ID, "a", 3)), files[2:5])
	f.same("after a path that is not there", must[[]news.File](f)(f.Files(f.ctx, of.ID, "a/", 1)), files[4:5])
	f.same("end", must[[]news.File](f)(f.Files(f.ctx, of.ID, "日本.txt", 3)), []news.File(nil))
	files[1].Error, files[1].Item = "cut short", news.ItemID{1}
	must[store.Receipt](f)(f.Append(f.ctx, store.Batch{Documents: []store.Document{{Feed: of, Files: files[1:2]}}}))
	f.same("replaced", must[[]news.File](f)(f.Files(f.ctx, of.ID, "B.txt", 1)), files[1:2])
}

func runOrder(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"texts are ordered by their bytes, whatever the locale", orderBytes},
		{"numbers are ordered as numbers", orderNumbers},
	})
}

func orderBytes(f *fixture) {
	names := []string{"Z", "a", "a!", "a/b", "aB", "aa", "b", "z", "ä", "ж", "中"}
	var deliveries []news.Delivery
	for _, name := range names {
		deliveries = append(deliveries, pending("daily", 1, name, 1))
	}
	slices.Reverse(deliveries)
	f.ok(f.CommitEdition(f.ctx, store.EditionCommit{
		From: news.DigestState{Digest: "daily"}, To: news.DigestState{Digest: "daily", Number: 1}, Deliveries: deliveries,
	}))
	var got []string
	for _, d := range must[[]news.Delivery](f)(f.Deliveries(f.ctx, "", 0)) {
		got = append(got, d.Recipient)
	}
	f.same("recipients", got, names)
}

func orderNumbers(f *fixture) {
	state := news.DigestState{Digest: "daily"}
	for n := 1; n <= 300; n += 37 {
		c := edition("daily", n, n)
		c.From, c.To = state, news.DigestState{Digest: "daily", Number: n}
		f.ok(f.CommitEdition(f.ctx, c))
		state = c.To
	}
	var numbers []int
	for _, e := range must[[]news.Edition](f)(f.Editions(f.ctx, "daily", 0, 0)) {
		numbers = append(numbers, e.Number)
	}
	f.same("editions", numbers, []int{297, 260, 223, 186, 149, 112, 75, 38, 1})
}

func runReopen(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"what was acknowledged is there", reopenAll},
		{"a closed store says so", reopenClosed},
	})
}

func reopenAll(f *fixture) {
	ids := f.addMany(feed(1), 1, 6)
	f.derive(store.Derivation{
		Places:  []store.Place{place(ids[1], ids[0])},
		Matches: []store.Matched{matched("w", ids[0], ids[0], 1), backlog(matched("w", ids[2], ids[2], 2))},
	})
	f.ok(f.CommitEdition(f.ctx, edition("daily", 1, 3)))
	look := func() []any {
		return []any{
			f.events(0), must[[]news.Item](f)(f.Recent(f.ctx, 0, 0)), must[[]news.Story](f)(f.RecentStories(f.ctx, 0, 0)), f.entries("w"),
			f.log("w"), must[[]news.Delivery](f)(f.Deliveries(f.ctx, "", 0)), must[news.Edition](f)(f.Edition(f.ctx, "daily", 1)),
			must[[]news.Feed](f)(f.Feeds(f.ctx, news.FeedID{}, 0)),
		}
	}
	before := look()
	for range 3 {
		f.reopen()
		f.same("all", look(), before)
	}
	f.add(feed(2), article(feed(2), 50, "a"))
	f.same("numbers go on", f.item(article(feed(2), 50, "a").Item.ID).Seq, news.Seq(9))
}

func reopenClosed(f *fixture) {
	f.add(feed(1), article(feed(1), 1, "a"))
	s := f.Store
	f.reopen()
	_, err := s.Head(f.ctx)
	f.is(err, store.ErrClosed)
	_, err = s.Append(f.ctx, store.Batch{Documents: []store.Document{document(feed(1))}})
	f.is(err, store.ErrClosed)
	f.is(s.Commit(context.Background(), store.Derivation{Follower: "x"}), store.ErrClosed)
	f.ok(s.Close())
	f.same("the one that is open", f.head(), news.Seq(1))
}
