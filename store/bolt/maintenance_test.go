package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"mediawatch/files"
	"mediawatch/news"
	"mediawatch/store"
)

func TestVerifyIsSilentAboutASoundStore(t *testing.T) {
	s := testOpen(t, richFile(t))
	if got := lines(t, s); got != nil {
		t.Fatalf("lines %q", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := InspectFile(s.Path()); err != nil {
		t.Error(err)
	}
	if err := CheckFile(s.Path()); err != nil {
		t.Error(err)
	}
}

// TestVerifyNamesWhatIsMissing removes one record of each table in turn.
func TestVerifyNamesWhatIsMissing(t *testing.T) {
	path := richFile(t)
	for b := range bucketCount {
		switch b {
		case bkFiles, bkCursors, bkDigests, bkReported, bkEntries, bkLog, bkMatches, bkSignatures, bkBoilerplate:
			continue // nothing else follows from their being there but counts and indexes, which the next cases cover
		}
		t.Run(b.String(), func(t *testing.T) {
			victim := filepath.Join(t.TempDir(), "store.db")
			copyFile(t, path, victim)
			s := testOpen(t, victim)
			err := s.update(context.Background(), "damage", func(tx *txn) error {
				k, _ := tx.bucket(b).Cursor().First()
				return tx.del(b, append([]byte(nil), k...))
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := lines(t, s); len(got) == 0 {
				t.Error("verify noticed nothing")
			} else if strings.Contains(got[0], "\n") {
				t.Errorf("line %q", got[0])
			}
		})
	}
}

func TestVerifyNamesEveryBadRecord(t *testing.T) {
	s := testOpen(t, richFile(t))
	err := s.rawUpdate(func(tx *bbolt.Tx) error {
		for _, b := range []bucket{bkHeads, bkFeeds, bkFiles, bkCursors, bkMatches, bkLog, bkEntries, bkReported, bkDigests} {
			k, v := tx.Bucket([]byte(b.String())).Cursor().First()
			bad := append([]byte(nil), v...)
			bad[len(bad)/2] ^= 0x40
			if err := tx.Bucket([]byte(b.String())).Put(append([]byte(nil), k...), bad); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := lines(t, s)
	for _, b := range []bucket{bkHeads, bkFeeds, bkFiles, bkCursors, bkMatches, bkLog, bkEntries, bkReported, bkDigests} {
		if !strings.Contains(strings.Join(got, "\n"), " in "+b.String()+": its checksum does not hold") {
			t.Errorf("nothing of %s in %q", b, got)
		}
	}
}

func TestVerifyWhileOthersWrite(t *testing.T) {
	s := testOpen(t, richFile(t))
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		for n := 100; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			of := testFeed(n % 7)
			if _, err := s.Append(context.Background(), store.Batch{Documents: []store.Document{{Feed: of, Items: []store.News{testItem(of, n, "a")}}}}); err != nil {
				t.Error(err)
			}
		}
	})
	for range 10 {
		if got := lines(t, s); got != nil {
			t.Errorf("lines %q", got)
		}
	}
	close(stop)
	wg.Wait()
}

func TestD17_ReindexRebuildsTheSame(t *testing.T) {
	ctx := context.Background()
	s := testOpen(t, richFile(t))
	want := dump(t, s)
	if err := s.Reindex(ctx); err != nil {
		t.Fatal(err)
	}
	sameDump(t, "reindexed", dump(t, s), want)

	// Everything secondary is thrown away, and something wrong put in its place.
	err := s.update(ctx, "damage", func(tx *txn) error {
		for _, b := range indexTables {
			if err := tx.tx.DeleteBucket([]byte(b.String())); err != nil {
				return err
			}
			if _, err := tx.tx.CreateBucket([]byte(b.String())); err != nil {
				return err
			}
			if err := tx.put(b, []byte("something wrong"), []byte("x")); err != nil {
				return err
			}
		}
		c, err := tx.count()
		if err == nil {
			*c = countsRecord{Seq: c.Seq, Body: c.Body, Items: 5}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(t, s); len(got) == 0 {
		t.Error("verify noticed nothing")
	}
	if err := s.Reindex(ctx); err != nil {
		t.Fatal(err)
	}
	sameDump(t, "rebuilt", dump(t, s), want)
	if got := lines(t, s); got != nil {
		t.Errorf("lines %q", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := CheckFile(s.Path()); err != nil {
		t.Error(err)
	}
}

func TestReindexThatIsStoppedLeavesTheOldTables(t *testing.T) {
	path := richFile(t)
	s := testOpen(t, path)
	want := dump(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Reindex(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	sameDump(t, "cancelled", dump(t, s), want)

	// As if it had been killed after its first transactions.
	r := &rebuild{s: s, ctx: context.Background()}
	if err := r.start(); err != nil {
		t.Fatal(err)
	}
	if err := r.build(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = testOpen(t, path)
	sameDump(t, "killed and opened again", dump(t, s), want)

	// A damaged record stops it.
	err := s.rawUpdate(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bkMatches.String()))
		k, _ := b.Cursor().First()
		return b.Put(append([]byte(nil), k...), []byte("garbage"))
	})
	if err != nil {
		t.Fatal(err)
	}
	want = dump(t, s)
	if err := s.Reindex(context.Background()); !errors.Is(err, store.ErrDamaged) {
		t.Fatalf("error %v", err)
	}
	sameDump(t, "stopped by damage", dump(t, s), want)
}

func TestReindexOfManyRecords(t *testing.T) {
	ctx := context.Background()
	s := testOpen(t, filepath.Join(t.TempDir(), "store.db"))
	for n := range 12 {
		var batch store.Batch
		for i := range 5 {
			d := store.Document{Feed: testFeed(n*5 + i)}
			for j := range 100 {
				it := testItem(d.Feed, j, "a")
				it.Item.Content = it.Item.Content[:400]
				d.Items = append(d.Items, it)
			}
			batch.Documents = append(batch.Documents, d)
		}
		if _, err := s.Append(ctx, batch); err != nil {
			t.Fatal(err)
		}
	}
	want := dump(t, s)
	if err := s.Reindex(ctx); err != nil {
		t.Fatal(err)
	}
	sameDump(t, "reindexed", dump(t, s), want)
}

func TestD10_BackupWhileInUse(t *testing.T) {
	ctx := context.Background()
	s := testOpen(t, richFile(t))
	copyName := filepath.Join(t.TempDir(), "copy.db")
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		for n := 100; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			of := testFeed(n % 7)
			if _, err := s.Append(ctx, store.Batch{Documents: []store.Document{{Feed: of, Items: []store.News{testItem(of, n, "a")}}}}); err != nil {
				t.Error(err)
			}
		}
	})
	for range 3 { // the second replaces the first
		if err := s.Backup(ctx, copyName, files.Replace); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
	other := testOpen(t, copyName)
	if got := lines(t, other); got != nil {
		t.Errorf("lines %q", got)
	}
	if other.ID() != s.ID() {
		t.Error("the copy has another id")
	}
	if info, err := os.Stat(copyName); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	leftovers(t, filepath.Dir(copyName), "copy.db", "copy.db.owner")
	if err := s.Backup(ctx, s.Path(), files.Keep); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a backup over the store itself: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Backup(cancelled, copyName+"2", files.Keep); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := s.Backup(ctx, filepath.Join(copyName, "in a file"), files.Keep); err == nil {
		t.Error("a backup into a file")
	}
}

// leftovers holds a folder to the names given.
func leftovers(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

// TestT08B12_NoFileIsOverwritten: a backup never takes the place of a file unless that is asked for and the file is a store.
func TestT08B12_NoFileIsOverwritten(t *testing.T) {
	ctx := context.Background()
	s := testOpen(t, richFile(t))
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	older := filepath.Join(dir, "older.db")
	if err := s.Backup(ctx, older, files.Keep); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, older, files.Keep); !errors.Is(err, files.ErrExists) || !strings.Contains(err.Error(), "--force") {
		t.Errorf("over an older backup: %v", err)
	}
	if err := s.Backup(ctx, older, files.Replace); err != nil {
		t.Errorf("over an older backup, as asked: %v", err)
	}
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink(older, link); err != nil {
		t.Fatal(err)
	}
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.bolt")
	db, err := bbolt.Open(other, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{write("mediawatch.toml", "[store]\n"), write("empty", ""), link, sub, other} {
		before, _ := os.ReadFile(name) // a folder has none
		for _, existing := range []files.Existing{files.Keep, files.Replace} {
			err := s.Backup(ctx, name, existing)
			if !errors.Is(err, files.ErrExists) || strings.Contains(err.Error(), "--force") {
				t.Errorf("%s: error %v, want a refusal that offers nothing", name, err)
			}
		}
		if after, _ := os.ReadFile(name); !bytes.Equal(before, after) {
			t.Errorf("%s changed", name)
		}
	}
	partial := write("new.db.partial", "a file of somebody's")
	if err := s.Backup(ctx, filepath.Join(dir, "new.db"), files.Keep); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(partial); err != nil || string(b) != "a file of somebody's" {
		t.Errorf("%s: %q, %v", partial, b, err)
	}
}

// TestT08B12_RestoreKeepsEveryStore: restoring again and again loses nothing of what was there before.
func TestT08B12_RestoreKeepsEveryStore(t *testing.T) {
	ctx := context.Background()
	s := testOpen(t, richFile(t))
	dir := t.TempDir()
	backup, path := filepath.Join(dir, "backup.db"), filepath.Join(dir, "store.db")
	if err := s.Backup(ctx, backup, files.Keep); err != nil {
		t.Fatal(err)
	}
	for _, before := range []string{"", "first", "second"} {
		if before != "" {
			if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		aside, err := Restore(ctx, backup, path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if before == "" && aside != "" {
			t.Errorf("nothing was there, %s is named", aside)
		}
		if before == "" {
			continue
		}
		if b, err := os.ReadFile(aside); err != nil || string(b) != before {
			t.Errorf("%s: %q, %v, want %q", aside, b, err, before)
		}
	}
	leftovers(t, dir, "backup.db", "store.db", "store.db.replaced", "store.db.replaced-2")
}

func TestBackupOfADamagedStoreFails(t *testing.T) {
	s := testOpen(t, richFile(t))
	err := s.rawUpdate(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bkFeeds.String())).Put([]byte("12345678"), []byte("garbage"))
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := s.Backup(context.Background(), filepath.Join(dir, "copy.db"), files.Keep); !errors.Is(err, store.ErrDamaged) {
		t.Fatalf("error %v", err)
	}
	leftovers(t, dir)
}

func TestD11_Restore(t *testing.T) {
	ctx := context.Background()
	source := testOpen(t, richFile(t))
	dir := t.TempDir()
	backup, target := filepath.Join(dir, "backup.db"), filepath.Join(dir, "new", "store.db")
	if err := source.Backup(ctx, backup, files.Keep); err != nil {
		t.Fatal(err)
	}
	want := dump(t, source)
	if _, err := Restore(ctx, backup, target, Options{}); err != nil {
		t.Fatal(err)
	}
	s := testOpen(t, target)
	sameDump(t, "restored", dump(t, s), want)
	of := testFeed(9)
	if _, err := s.Append(ctx, store.Batch{Documents: []store.Document{{Feed: of, Items: []store.News{testItem(of, 1, "a")}}}}); err != nil {
		t.Fatal(err)
	}
	changed := dump(t, s)
	_, err := Restore(ctx, backup, target, Options{Timeout: 50_000_000})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Fatalf("a restore over an open store: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	// A damaged backup changes nothing.
	bad := filepath.Join(dir, "bad.db")
	copyFile(t, backup, bad)
	if err := os.Truncate(bad, 5*testPage); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, bad, target, Options{}); !errors.Is(err, store.ErrDamaged) {
		t.Fatalf("a restore of a damaged backup: %v", err)
	}
	s = testOpen(t, target)
	sameDump(t, "after refusals", dump(t, s), changed)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	if _, err := Restore(ctx, backup, target, Options{}); err != nil {
		t.Fatal(err)
	}
	s = testOpen(t, target)
	sameDump(t, "restored again", dump(t, s), want)
	replaced := testOpen(t, target+replacedSuffix)
	sameDump(t, "what was there", dump(t, replaced), changed)
	if _, err := Restore(ctx, target, target, Options{}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a restore from itself: %v", err)
	}
}

// TestT08B12_Compact: the space comes back, everything else stays, a file of somebody else beside the store included.
func TestT08B12_Compact(t *testing.T) {
	ctx := context.Background()
	path := richFile(t)
	s := testOpen(t, path)
	for n := range 6 { // room that is free again
		of := testFeed(n)
		var d store.Document
		d.Feed = of
		for i := range 50 {
			d.Items = append(d.Items, testItem(of, 1000+i, "a"))
		}
		r, err := s.Append(ctx, store.Batch{Documents: []store.Document{d}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.New {
			if err := s.Forget(ctx, r.New[i].ID, "asked", monday); err != nil {
				t.Fatal(err)
			}
		}
	}
	want, id := dump(t, s), s.ID()
	if _, _, err := Compact(ctx, path, Options{Timeout: 50_000_000}); !errors.Is(err, store.ErrLocked) {
		t.Fatalf("compacting an open store: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	foreign := path + ".compact"
	for name, what := range map[string]string{fmt.Sprintf("%s.compact-%x", path, id): "left by one that was killed", foreign: "a file of somebody else"} {
		if err := os.WriteFile(name, []byte(what), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before, after, err := Compact(ctx, path, Options{})
	if err != nil || after >= before {
		t.Fatalf("from %d to %d bytes: %v", before, after, err)
	}
	leftovers(t, filepath.Dir(path), "store.db", filepath.Base(foreign))
	if got, err := os.ReadFile(foreign); err != nil || string(got) != "a file of somebody else" {
		t.Errorf("a file that was there before: %q, %v", got, err)
	}
	s = testOpen(t, path)
	sameDump(t, "compacted", dump(t, s), want)
	if s.ID() != id {
		t.Error("the id changed")
	}
	if got := lines(t, s); got != nil {
		t.Errorf("lines %q", got)
	}
}

func TestCheckFileFindsWhatBoltFinds(t *testing.T) {
	path := richFile(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	meta, _, err := findMeta(strings.NewReader(string(data)), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	binary.NativeEndian.PutUint64(data[meta.root*testPage:], meta.root+1)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, check := range map[string]func(string) error{"check": CheckFile, "inspect": InspectFile} {
		if err := check(path); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if err := check(path + ".none"); err == nil {
			t.Errorf("%s: a file that is not there", name)
		}
	}
}

func TestStatsFollowFromRecords(t *testing.T) {
	s := testOpen(t, richFile(t))
	st, err := s.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want := store.Stats{
		Items: 178, Revisions: 207, Bodies: 207, Texts: 207, Stories: 15, Matches: 358, Entries: 200, Feeds: 3, Editions: 3, Deliveries: 3,
		Head: news.Seq(180 + 30 + 30 + 360 + 1 + 2), Schema: Schema, Bytes: st.Bytes,
	}
	if st != want {
		t.Errorf("stats %+v, want %+v", st, want)
	}
}
