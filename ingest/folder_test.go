package ingest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/seeds"
	"mediawatch/store"
)

// shelf is a seed folder with its reader.
type shelf struct {
	t       *testing.T
	dir     string
	store   store.Store
	journal ingest.Appender // the store, unless a test says otherwise
	r       *ingest.FolderReader
	folder  ingest.SeedFolder
	during  func() // runs between the two looks of a scan
	kept    []store.Document
	got     store.Receipt // of all that was kept since the last scan began
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{t: t, dir: t.TempDir(), store: openStore(t)}
	s.journal = s.store
	s.r = &ingest.FolderReader{Journal: s.store, Feeds: s.store, Now: func() time.Time { return now }, Sleep: func(context.Context, time.Duration) error {
		if s.during != nil {
			s.during()
		}
		return nil
	}, Keep: func(ctx context.Context, doc store.Document) (store.Receipt, error) {
		r, err := ingest.Keep(ctx, s.journal, doc)
		if len(r.New)+len(r.Revised) > 0 || err == nil {
			s.kept = append(s.kept, doc)
			s.got.New, s.got.Revised = append(s.got.New, r.New...), append(s.got.Revised, r.Revised...)
		}
		return r, err
	}}
	s.folder = ingest.SeedFolder{ID: news.NewFeedID(news.KindSeed, "saved"), Dir: "saved", Folder: seeds.Folder{Dir: s.dir, Recursive: true}, Location: time.UTC}
	return s
}

// write writes a file with a time of its own, so that no test depends on the clock's steps.
func (s *shelf) write(name, text string, at int) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
	when := now.Add(time.Duration(at) * time.Minute)
	if err := os.Chtimes(path, when, when); err != nil {
		s.t.Fatal(err)
	}
}

// scan reads the folder and keeps what was read.
func (s *shelf) scan() (store.Receipt, ingest.FolderResult) {
	s.t.Helper()
	s.kept, s.got = nil, store.Receipt{}
	res, err := s.r.Read(context.Background(), s.folder, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.New != len(s.got.New) || res.Revised != len(s.got.Revised) {
		s.t.Errorf("the result says %d new, %d revised; the store %d and %d", res.New, res.Revised, len(s.got.New), len(s.got.Revised))
	}
	return s.got, res
}

const harbour = "Harbour plan agreed\n\n2026-11-18 08:00:00\n\nThe council of the harbour town agreed on the plan for three new cranes on Monday evening.\n\n" +
	"The cranes arrive in spring, and the old ones go to a museum across the river.\n"

func TestAFileIsReadOnceAndAnEditIsARevision(t *testing.T) {
	s := newShelf(t)
	s.write("a.txt", harbour, 1)
	if r, _ := s.scan(); len(r.New) != 1 || !r.New[0].Backlog {
		t.Fatalf("first scan: %d new items, want one of the backlog", len(r.New))
	}
	if r, _ := s.scan(); len(r.New)+len(r.Revised) != 0 || len(s.kept) != 0 {
		t.Errorf("second scan: %d new, %d revised, %d documents written, want nothing", len(r.New), len(r.Revised), len(s.kept))
	}
	s.write("a.txt", strings.Replace(harbour, "three new cranes", "four new cranes", 1), 2)
	if r, _ := s.scan(); len(r.New) != 0 || len(r.Revised) != 1 {
		t.Errorf("edited: %d new, %d revised, want one revision", len(r.New), len(r.Revised))
	}
	s.write("a.txt", strings.Replace(harbour, "three new cranes", "four new cranes", 1), 3)
	if r, _ := s.scan(); len(r.New)+len(r.Revised) != 0 {
		t.Errorf("touched: %d new, %d revised, want nothing", len(r.New), len(r.Revised))
	}
	s.write("a.txt", "Museum opens\n\nVisitors queued around the block when another building altogether opened its doors at noon yesterday.\n", 4)
	r, _ := s.scan()
	if len(r.New) != 1 || len(r.Revised) != 0 {
		t.Errorf("another article under the path: %d new, %d revised, want a new item", len(r.New), len(r.Revised))
	}
	if err := os.Remove(filepath.Join(s.dir, "a.txt")); err != nil {
		t.Fatal(err)
	}
	s.scan()
	if items, err := s.store.Recent(context.Background(), 0, 10); err != nil || len(items) != 2 {
		t.Errorf("after the file was deleted %d items are kept (%v), want both", len(items), err)
	}
}

func TestAFileThatIsBeingWrittenWaits(t *testing.T) {
	s := newShelf(t)
	s.write("a.txt", "Harbour", 1)
	s.during = func() { s.write("a.txt", harbour, 2) }
	if r, res := s.scan(); len(r.New) != 0 || res.Waiting != 1 {
		t.Errorf("%d new items, %d waiting, want the file to wait", len(r.New), res.Waiting)
	}
	s.during = nil
	if r, _ := s.scan(); len(r.New) != 1 || !strings.Contains(r.New[0].Content, "museum") {
		t.Errorf("%d new items, want the whole article", len(r.New))
	}
}

func TestAFileThatArrivesLaterIsAnnounced(t *testing.T) {
	s := newShelf(t)
	s.scan()
	s.write("a.txt", harbour, 1)
	s.write("b.txt", "Undated\n\nNobody says when this happened, but it did happen somewhere along the coast.\n", 1)
	s.write("c.txt", strings.Replace(harbour, "2026-11-18", "2026-10-18", 1), 1)
	r, _ := s.scan()
	backlog := map[string]bool{}
	for _, it := range r.New {
		backlog[it.Identity] = it.Backlog
	}
	if len(r.New) != 3 || backlog["a.txt"] || backlog["b.txt"] || !backlog["c.txt"] {
		t.Errorf("backlog: %v, want only the article that is a month old", backlog)
	}
}

func TestTroubleIsToldOnceAndStopsNothing(t *testing.T) {
	s := newShelf(t)
	s.write("a.txt", harbour, 1)
	s.write("b.txt", "\x00\x01\x02\x03\x04binary\x00\x00\x00", 1)
	if err := os.Symlink("/etc/hostname", filepath.Join(s.dir, "c.txt")); err != nil {
		t.Fatal(err)
	}
	r, res := s.scan()
	if len(r.New) != 1 || len(res.Problems) != 2 {
		t.Errorf("%d new items, problems %q, want the article and two lines", len(r.New), res.Problems)
	}
	if _, res := s.scan(); len(res.Problems) != 0 {
		t.Errorf("told again: %q", res.Problems)
	}
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	if _, res := s.scan(); len(res.Problems) != 1 || !strings.Contains(res.Problems[0], "does not exist") {
		t.Errorf("missing folder: %q, want one clear line", res.Problems)
	}
	if _, res := s.scan(); len(res.Problems) != 0 {
		t.Errorf("missing folder told again: %q", res.Problems)
	}
}
