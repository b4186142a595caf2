package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/store"
)

// article is a text that no other number has.
func article(n int) string {
	words := ""
	for i := range 12 {
		words += fmt.Sprintf(" word%dx%d", n, i)
	}
	return fmt.Sprintf("Report %d\n\n2026-11-18 08:00:00\n\nOn Monday%s.\n", n, words)
}

// TestT08A5_ALargeFolderTakesTheMemoryOfABatch measures what is live at each batch: it does not grow with what was read before.
func TestT08A5_ALargeFolderTakesTheMemoryOfABatch(t *testing.T) {
	const files, size, slack = 50, 400 << 10, 3 << 20 // 20 MB of text in batches of 4 MB
	s := newShelf(t)
	long := strings.Repeat("longword", 30)
	for i := range files {
		s.write(fmt.Sprintf("%03d.txt", i), article(i)+strings.Repeat(strings.Repeat(fmt.Sprintf("%s%d ", long, i), size/1000)+"end.\n\n", 4), -60)
	}
	var live []int64
	keep := s.r.Keep
	s.r.Keep = func(ctx context.Context, doc store.Document) (store.Receipt, error) {
		if len(doc.Items) > 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			live = append(live, int64(m.HeapAlloc))
		}
		r, err := keep(ctx, doc)
		s.kept, s.got = nil, store.Receipt{}
		return r, err
	}
	var reports []ingest.FolderProgress
	res, err := s.r.Read(context.Background(), s.folder, func(p ingest.FolderProgress) { reports = append(reports, p) })
	if err != nil || res.Read != files || res.New != files {
		t.Fatalf("%d read, %d new, %v", res.Read, res.New, err)
	}
	if len(live) != 5 || live[4]-live[1] > slack { // the first one makes what the store needs
		t.Errorf("live at each batch: %d; want five that do not grow", live)
	}
	first, last := reports[0], reports[len(reports)-1]
	if first.Files != 0 || first.AllFiles != files || last.Files != files || last.Bytes != last.AllBytes || len(reports) != 6 {
		t.Errorf("progress from %+v to %+v in %d steps", first, last, len(reports))
	}
}

// TestT08A5_AFirstLookThatIsEndedGoesOn ends the first look after some batches. The second one reads the rest, all of
// it backlog, and nothing twice.
func TestT08A5_AFirstLookThatIsEndedGoesOn(t *testing.T) {
	const files = 170
	s := newShelf(t)
	for i := range files {
		s.write(fmt.Sprintf("%03d.txt", i), article(i), -60)
	}
	keep, killed := s.r.Keep, errors.New("killed")
	batches := 0
	s.r.Keep = func(ctx context.Context, doc store.Document) (store.Receipt, error) {
		if batches++; batches > 2 {
			return store.Receipt{}, killed
		}
		return keep(ctx, doc)
	}
	if _, err := s.r.Read(context.Background(), s.folder, nil); !errors.Is(err, killed) {
		t.Fatal(err)
	}
	first := len(s.got.New)
	s.r.Keep = keep
	r, res := s.scan()
	if first == 0 || first+len(r.New) != files || res.Read != len(r.New) {
		t.Errorf("%d items at first, %d then, of %d", first, len(r.New), files)
	}
	for _, it := range r.New {
		if !it.Backlog {
			t.Fatalf("%s is no backlog", it.Identity)
		}
	}
	s.write("later.txt", article(files), 0)
	if r, _ := s.scan(); len(r.New) != 1 || r.New[0].Backlog {
		t.Errorf("after the first look: %d new, want one that is news", len(r.New))
	}
}

// TestT08A5_OldFilesNeedOneLook: only a file that was written to a moment ago costs a pause.
func TestT08A5_OldFilesNeedOneLook(t *testing.T) {
	s := newShelf(t)
	looks := 0
	s.during = func() { looks++ }
	s.write("old.txt", article(1), -1)
	if r, _ := s.scan(); len(r.New) != 1 || looks != 0 {
		t.Errorf("an old file: %d new, %d pauses", len(r.New), looks)
	}
	s.write("young.txt", article(2), 0)
	s.write("ahead.txt", article(3), 60) // by a clock that is ahead of ours
	if r, _ := s.scan(); len(r.New) != 2 || looks != 1 {
		t.Errorf("young files: %d new, %d pauses", len(r.New), looks)
	}
	s.write("growing.txt", "Half an", 0)
	s.write("whole.txt", article(4), 0)
	s.during = func() {
		s.write("growing.txt", article(5), 0)
		s.write("side.toml", "outlet = 'Stated'", 0)
		s.write("new.txt", article(7), 0)
	}
	s.write("side.txt", article(6), 0)
	if r, res := s.scan(); len(r.New) != 1 || res.Waiting != 2 {
		t.Errorf("%d new, %d waiting, want the whole one, and that two wait", len(r.New), res.Waiting)
	}
	s.during = nil
	r, _ := s.scan()
	outlets := map[string]string{}
	for _, it := range r.New {
		outlets[it.Identity] = it.Outlet
	}
	if len(r.New) != 3 || outlets["side.txt"] != "Stated" {
		t.Errorf("then %v, want three, one with its side-car", outlets)
	}
}

// TestT08A5_ARenamedFileIsTheSameItem renames files and folders, also twice and in a circle.
func TestT08A5_ARenamedFileIsTheSameItem(t *testing.T) {
	s := newShelf(t)
	rename := func(from, to string) {
		t.Helper()
		to = filepath.Join(s.dir, to)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.Rename(filepath.Join(s.dir, from), to)); err != nil {
			t.Fatal(err)
		}
	}
	nothing := func(what string) {
		t.Helper()
		if r, res := s.scan(); len(r.New)+len(r.Revised) != 0 || len(res.Problems) > 0 {
			t.Errorf("%s: %d new, %d revised, %q", what, len(r.New), len(r.Revised), res.Problems)
		}
	}
	s.write("a.txt", harbour, -9)
	if err := os.Mkdir(filepath.Join(s.dir, "twice"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("twice/1.txt", article(1), -9)
	s.write("twice/2.txt", article(1), -9)
	s.write("side.txt", article(2), -9)
	s.write("side.toml", "outlet = 'Stated'", -9)
	if r, _ := s.scan(); len(r.New) != 4 {
		t.Fatalf("%d new", len(r.New))
	}
	rename("a.txt", "b.txt")
	rename("twice", "both")
	rename("side.txt", "moved/side.txt")
	rename("side.toml", "moved/side.toml")
	nothing("renamed")
	rename("b.txt", "a.txt")
	nothing("renamed back")
	nothing("looked at again")
	rename("a.txt", "c.txt")
	s.scan()
	s.write("c.txt", strings.Replace(harbour, "three new cranes", "four new cranes", 1), -8)
	if r, _ := s.scan(); len(r.New) != 0 || len(r.Revised) != 1 || r.Revised[0].Identity != "a.txt" {
		t.Errorf("edited under its new name: %d new, %d revised", len(r.New), len(r.Revised))
	}
	s.write("a.txt", article(3), -7)
	if r, _ := s.scan(); len(r.New) != 1 || r.New[0].Identity != "a.txt#2" {
		t.Errorf("another article under the old name: %v", r.New)
	}
	s.write("c.txt", article(4), -6)
	s.write("copy.txt", article(3), -6)
	if r, _ := s.scan(); len(r.New) != 2 {
		t.Errorf("another article under the new name, and a copy beside its original: %d new", len(r.New))
	}
}

// TestT08A2_ANameThatIsNotUTF8CostsNothing: such a file is read, those beside it are kept, and it is told once.
func TestT08A2_ANameThatIsNotUTF8CostsNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this file system may not take names that are not UTF-8")
	}
	s := newShelf(t)
	for i := range 60 {
		s.write(fmt.Sprintf("%02d.txt", i), article(i), -9)
	}
	names := []string{"10caf\xe9.txt", "10cafe\u0301.txt", "10caf\u00e9.txt", "11\n\x1b[31m.txt", "12\x81/\xff.txt", strings.Repeat("\xfe", 251) + ".txt"}
	if err := os.Mkdir(filepath.Join(s.dir, "12\x81"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		s.write(name, article(100+i), -9)
	}
	s.write("10caf\xe9.toml", "outlet = 'Stated'", -9)
	r, res := s.scan()
	if len(r.New) != 66 || len(res.Problems) != 4 || !strings.HasPrefix(res.Problems[0], `saved/10caf\xE9.txt: the name of the file holds bytes`) {
		t.Errorf("%d new, %q", len(r.New), res.Problems)
	}
	for _, it := range r.New {
		if it.Identity == `10caf\xE9.txt` && it.Outlet != "Stated" {
			t.Errorf("without its side-car: %q", it.Outlet)
		}
	}
	if r, res := s.scan(); len(r.New)+len(res.Problems)+len(s.kept) != 0 {
		t.Errorf("again: %d new, %q, %d documents", len(r.New), res.Problems, len(s.kept))
	}
	s.write("10caf\xe9.txt", article(500), -8)
	if r, res := s.scan(); len(r.New) != 1 || len(res.Problems) != 0 {
		t.Errorf("changed: %d new, %q", len(r.New), res.Problems)
	}
}

// TestT08A2_OneRefusedFileCostsTheOthersNothing: should the store refuse an article, its file is named once and all others are kept.
func TestT08A2_OneRefusedFileCostsTheOthersNothing(t *testing.T) {
	s := newShelf(t)
	for i := range 9 {
		s.write(fmt.Sprintf("%d.txt", i), article(i), -9)
	}
	s.journal = &picky{Store: s.store, refuse: func(doc store.Document) error {
		for i := range doc.Items {
			if it := &doc.Items[i].Item; it.Identity == "4.txt" {
				return &store.Refusal{Item: it.ID, Title: it.Title, Err: fmt.Errorf("odd: %w", store.ErrInvalid)}
			}
		}
		return nil
	}}
	r, res := s.scan()
	if len(r.New) != 8 || res.Read != 8 || len(res.Problems) != 1 || !strings.Contains(res.Problems[0], `saved: read and not kept: "Report 4": odd`) {
		t.Errorf("%d new, %d read, %q", len(r.New), res.Read, res.Problems)
	}
	if r, res := s.scan(); len(r.New)+len(res.Problems) != 0 {
		t.Errorf("again: %d new, %q", len(r.New), res.Problems)
	}
	s.journal = s.store
	s.write("4.txt", article(4), -8)
	if r, _ := s.scan(); len(r.New) != 1 {
		t.Errorf("once it is mended: %d new", len(r.New))
	}
}

// A path that an earlier version kept as it stood on disk, with a line break in it, is the same item under the path as it is written now.
func TestT08A2_AnEarlierSpellingOfAPathIsTheSameItem(t *testing.T) {
	s := newShelf(t)
	s.write("line\nbreak.txt", harbour, -9)
	s.scan()
	files, err := s.store.Files(context.Background(), s.folder.ID, "", 10)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	old := newShelf(t)
	old.dir, old.folder.Folder.Dir = s.dir, s.dir
	state := files[0]
	state.Path, state.Identity = "line\nbreak.txt", "line\nbreak.txt"
	it := s.got.New[0]
	it.Identity = state.Identity
	it.ID = news.NewItemID(s.folder.ID, it.Identity)
	state.Item = it.ID
	doc := store.Document{Feed: news.Feed{ID: s.folder.ID, Kind: news.KindSeed, Address: "saved", FirstRead: now.Add(-time.Hour)}, Files: []news.File{state},
		Items: []store.News{{Item: it}}}
	if _, err := old.store.Append(context.Background(), store.Batch{Documents: []store.Document{doc}}); err != nil {
		t.Fatal(err)
	}
	if r, _ := old.scan(); len(r.New)+len(r.Revised) != 0 {
		t.Errorf("%d new, %d revised", len(r.New), len(r.Revised))
	}
}
