package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

func runConcurrency(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"no number ever appears at or below one that a reader has passed", concurrentCursor},
		{"of two followers with one name one moves the cursor", concurrentCommit},
		{"of two appenders of one item one brings it", concurrentAppend},
		{"a delivery is claimed by one sender at a time", concurrentClaim},
		{"feed states are changed one after the other", concurrentUpdate},
	})
}

// together runs functions at the same time and waits for all.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

// concurrentCursor lets readers follow the journal while appenders and a follower write, and compares what each saw with the whole.
func concurrentCursor(f *fixture) {
	const writers, batches, size = 3, 12, 5
	ctx, stop := context.WithCancel(f.ctx)
	defer stop()
	var done atomic.Bool
	seen := make([][]store.Event, 3)
	var readers sync.WaitGroup
	for r := range seen {
		readers.Go(func() {
			for last := false; ; {
				after := news.Seq(0)
				if n := len(seen[r]); n > 0 {
					after = seen[r][n-1].Seq
				}
				head, err := f.Head(ctx)
				page, err2 := f.Events(ctx, after, 4)
				if err := errors.Join(err, err2); err != nil {
					f.t.Error(err)
					return
				}
				if head > after && len(page) == 0 {
					f.t.Errorf("the head is %d, yet nothing follows %d", head, after)
					return
				}
				seen[r] = append(seen[r], page...)
				if len(page) == 0 && last {
					return
				}
				last = done.Load()
			}
		})
	}
	together(writers+1, func(w int) {
		if w == writers {
			followAlong(ctx, f, &done)
			return
		}
		of := feed(w)
		for b := range batches {
			var list []store.News
			for i := range size {
				list = append(list, article(of, b*size+i, "a"))
			}
			if _, err := f.Append(ctx, store.Batch{Documents: []store.Document{document(of, list...)}}); err != nil {
				f.t.Error(err)
			}
		}
	})
	done.Store(true)
	readers.Wait()
	all := f.events(0)
	f.same("number of events", len(all), writers*batches*size+followRounds)
	for r := range seen {
		f.same("events as seen", seen[r], all)
	}
	for i, e := range all {
		if i > 0 && e.Seq <= all[i-1].Seq {
			f.t.Fatalf("%d after %d", e.Seq, all[i-1].Seq)
		}
	}
}

// followRounds is how many matches followAlong commits.
const followRounds = 20

// followAlong commits matches of the first items that appear, so that followers' events mix with ingest's.
func followAlong(ctx context.Context, f *fixture, done *atomic.Bool) {
	for round := 0; round < followRounds && !done.Load(); {
		items, err := f.Recent(ctx, 0, 1)
		if err != nil || len(items) == 0 {
			continue
		}
		at, err := f.Cursor(ctx, "matcher")
		if err == nil {
			m := matched(fmt.Sprintf("watch %d", round), items[0].ID, items[0].ID, 1)
			err = f.Commit(ctx, store.Derivation{Follower: "matcher", From: at, To: store.Cursor{Seq: at.Seq + 1}, Matches: []store.Matched{m}})
		}
		if err != nil {
			f.t.Error(err)
			return
		}
		round++
	}
}

func concurrentCommit(f *fixture) {
	ids := f.addMany(feed(1), 0, 40)
	var won atomic.Int64
	together(4, func(i int) {
		for n, id := range ids {
			from := store.Cursor{Seq: news.Seq(n)}
			err := f.Commit(f.ctx, store.Derivation{
				Follower: "matcher", From: from, To: store.Cursor{Seq: from.Seq + 1},
				Matches: []store.Matched{matched(fmt.Sprint("by ", i), id, id, 1)},
			})
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, store.ErrMoved):
				f.t.Error(err)
			}
		}
	})
	stood := must[store.Cursor](f)(f.Cursor(f.ctx, "matcher"))
	f.same("as many commits as steps", won.Load(), int64(stood.Seq))
	f.same("as many matches as steps", must[store.Stats](f)(f.Stats(f.ctx)).Matches, int64(stood.Seq))
}

func concurrentAppend(f *fixture) {
	var fresh, known atomic.Int64
	together(4, func(i int) {
		for n := range 15 {
			r, err := f.Append(f.ctx, store.Batch{Documents: []store.Document{document(feed(1), article(feed(1), n, "a"))}})
			if err != nil {
				f.t.Error(err)
			}
			fresh.Add(int64(len(r.New)))
			known.Add(int64(r.Known))
		}
	})
	f.same("new and known", [2]int64{fresh.Load(), known.Load()}, [2]int64{15, 45})
	f.same("ever appended", must[news.Feed](f)(f.Feed(f.ctx, feed(1).ID)).Items, int64(15))
}

func concurrentClaim(f *fixture) {
	var list []news.Delivery
	for n := range 30 {
		list = append(list, pending("daily", 1, fmt.Sprintf("recipient %02d", n), 1))
	}
	f.deliver(list...)
	var mu sync.Mutex
	sent := make(map[string]int)
	together(4, func(int) {
		for {
			d, err := f.Claim(f.ctx, at(1), at(99))
			if errors.Is(err, store.ErrNotFound) {
				return
			}
			if err != nil {
				f.t.Error(err)
				return
			}
			mu.Lock()
			sent[d.Recipient]++
			mu.Unlock()
			d.State, d.Settled = news.DeliverySent, at(1)
			if err := f.Settle(f.ctx, d); err != nil {
				f.t.Error(err)
			}
		}
	})
	f.same("recipients", len(sent), 30)
	for who, n := range sent {
		f.same(who, n, 1)
	}
}

func concurrentUpdate(f *fixture) {
	f.add(feed(1))
	together(4, func(int) {
		for range 15 {
			if err := f.UpdateFeed(f.ctx, feed(1).ID, func(s *news.Feed) error { s.Failures++; return nil }); err != nil {
				f.t.Error(err)
			}
		}
	})
	f.same("failures", must[news.Feed](f)(f.Feed(f.ctx, feed(1).ID)).Failures, 60)
}
