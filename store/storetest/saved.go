package storetest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

func runSaved(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"every change is a version with its author and time", savedVersions},
		{"a change that expects another version changes nothing", savedMoved},
		{"what is removed is not listed, keeps its history and may return", savedRemoved},
		{"lists go by kind and name, in pages", savedPages},
		{"what cannot be kept is refused", savedLimits},
	})
}

// savedWatch is a version of a saved watch.
func savedWatch(name, data string, minute int) news.Saved {
	return news.Saved{Kind: news.SavedWatch, Name: name, Author: "desk", Time: at(minute), Data: []byte(data)}
}

// save adds one version.
func (f *fixture) save(r news.Saved, from int) error {
	r.Version = from
	return f.Save(f.ctx, []news.Saved{r})
}

func (f *fixture) saved() []news.Saved {
	f.t.Helper()
	return must[[]news.Saved](f)(f.Saved(f.ctx, news.Saved{}, 0))
}

func savedVersions(f *fixture) {
	f.same("none", f.saved(), []news.Saved(nil))
	f.same("no history", must[[]news.Saved](f)(f.SavedHistory(f.ctx, news.SavedWatch, "ports")), []news.Saved(nil))
	first, second := savedWatch("ports", "harbour", 1), savedWatch("ports", "harbour OR ferries", 2)
	second.Author = "another"
	f.ok(f.save(first, 0))
	f.ok(f.save(second, 1))
	f.ok(f.save(savedWatch("ports", "harbour OR ferries", 9), 2)) // says nothing else
	f.reopen()
	first.Version, second.Version = 1, 2
	f.same("newest", f.saved(), []news.Saved{second})
	f.same("history", must[[]news.Saved](f)(f.SavedHistory(f.ctx, news.SavedWatch, "ports")), []news.Saved{first, second})
	f.same("of another kind", must[[]news.Saved](f)(f.SavedHistory(f.ctx, news.SavedFeed, "ports")), []news.Saved(nil))
	filled := filled[news.Saved](f.t, 70)
	filled.Removed = false
	f.ok(f.save(filled, 0))
	filled.Version = 1
	f.same("every field", must[[]news.Saved](f)(f.SavedHistory(f.ctx, filled.Kind, filled.Name)), []news.Saved{filled})
}

func savedMoved(f *fixture) {
	f.is(f.save(savedWatch("ports", "a", 1), 1), store.ErrMoved)
	f.ok(f.save(savedWatch("ports", "a", 1), 0))
	f.ok(f.save(savedWatch("ports", "b", 2), 1))
	f.is(f.save(savedWatch("ports", "c", 3), 0), store.ErrMoved)
	f.is(f.save(savedWatch("ports", "c", 3), 1), store.ErrMoved)
	stale := savedWatch("ports", "c", 3)
	stale.Version = 1
	f.is(f.Save(f.ctx, []news.Saved{savedWatch("other", "x", 3), stale}), store.ErrMoved)
	want := savedWatch("ports", "b", 2)
	want.Version = 2
	f.same("nothing changed, not the first of the two either", f.saved(), []news.Saved{want})
	f.ok(f.Save(f.ctx, nil))
}

func savedRemoved(f *fixture) {
	gone := news.Saved{Kind: news.SavedWatch, Name: "ports", Author: "desk", Time: at(2), Removed: true}
	f.ok(f.save(gone, 0)) // what is not there
	f.ok(f.save(savedWatch("ports", "a", 1), 0))
	f.ok(f.save(gone, 1))
	f.same("removed", f.saved(), []news.Saved(nil))
	f.is(f.save(gone, 1), store.ErrMoved)
	f.ok(f.save(gone, 0)) // again
	f.is(f.save(savedWatch("ports", "a", 3), 2), store.ErrMoved)
	f.ok(f.save(savedWatch("ports", "a", 3), 0))
	back := savedWatch("ports", "a", 3)
	back.Version = 3
	f.same("back", f.saved(), []news.Saved{back})
	f.same("versions", len(must[[]news.Saved](f)(f.SavedHistory(f.ctx, news.SavedWatch, "ports"))), 3)
}

func savedPages(f *fixture) {
	var want []news.Saved
	var changes []news.Saved
	for _, kind := range []news.SavedKind{news.SavedFeed, news.SavedWatch} {
		for _, name := range []string{"a", "a b", "aa", "b", "c"} {
			changes = append(changes, news.Saved{Kind: kind, Name: name, Time: at(1), Data: []byte(name)})
		}
	}
	f.ok(f.Save(f.ctx, changes))
	f.ok(f.save(news.Saved{Kind: news.SavedFeed, Name: "b", Time: at(2), Removed: true}, 1))
	f.ok(f.save(news.Saved{Kind: news.SavedWatch, Name: "aa", Time: at(2), Data: []byte("second")}, 1))
	for _, r := range changes {
		r.Version = 1
		if r.Kind == news.SavedWatch && r.Name == "aa" {
			r.Version, r.Data, r.Time = 2, []byte("second"), at(2)
		}
		if r.Kind != news.SavedFeed || r.Name != "b" {
			want = append(want, r)
		}
	}
	f.same("all", f.saved(), want)
	for limit := 1; limit < 5; limit++ {
		var got []news.Saved
		for after := (news.Saved{}); ; after = got[len(got)-1] {
			page := must[[]news.Saved](f)(f.Saved(f.ctx, after, limit))
			if page == nil {
				break
			}
			if len(page) > limit {
				f.t.Fatalf("a page of %d, want at most %d", len(page), limit)
			}
			got = append(got, page...)
		}
		f.same(fmt.Sprintf("in pages of %d", limit), got, want)
	}
	changes = nil
	for n := range store.DefaultPage + 5 {
		changes = append(changes, savedWatch(fmt.Sprintf("more-%d", n), "x", 1))
	}
	f.ok(f.Save(f.ctx, changes))
	f.same("a page when it is not told", len(f.saved()), store.DefaultPage)
}

func savedLimits(f *fixture) {
	big := savedWatch("big", "", 1)
	big.Data = bytes.Repeat([]byte{0xff}, store.MaxSaved)
	f.ok(f.save(big, 0))
	f.same("the largest", len(f.saved()[0].Data), store.MaxSaved)
	for _, bad := range []news.Saved{
		{Name: "no kind"}, {Kind: news.SavedWatch}, {Kind: "a\x00b", Name: "x"}, {Kind: news.SavedWatch, Name: "a\x00b"}, {Kind: news.SavedWatch, Name: "\xff"},
		{Kind: news.SavedWatch, Name: strings.Repeat("x", 5000)}, {Kind: news.SavedWatch, Name: "x", Author: "\xff"},
		{Kind: news.SavedWatch, Name: "x", Removed: true, Data: []byte("x")}, {Kind: news.SavedWatch, Name: "x", Data: make([]byte, store.MaxSaved+1)},
	} {
		f.is(f.save(bad, 0), store.ErrInvalid)
	}
	f.same("nothing more", len(f.saved()), 1)
}
