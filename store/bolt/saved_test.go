package bolt

import (
	"context"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"mediawatch/files"
	"mediawatch/news"
)

// withoutSaved is a store as programs made it that had no saved records.
func withoutSaved(t *testing.T) string {
	t.Helper()
	path := richFile(t)
	s := testOpen(t, path)
	if err := s.rawUpdate(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bkSaved.String())) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestT08D30_AStoreWithoutSavedRecordsIsReadAndRestored(t *testing.T) {
	ctx := context.Background()
	path := withoutSaved(t)
	s, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := s.Saved(ctx, news.Saved{}, 0); err != nil || list != nil {
		t.Errorf("%v, %v; want none", list, err)
	}
	if list, err := s.SavedHistory(ctx, news.SavedWatch, "ports"); err != nil || list != nil {
		t.Errorf("%v, %v; want none", list, err)
	}
	if got := lines(t, s); got != nil {
		t.Errorf("verify says %q", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "data", "store.db")
	if _, err := Restore(ctx, path, elsewhere, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, elsewhere} {
		s := testOpen(t, file)
		r := news.Saved{Kind: news.SavedWatch, Name: "ports", Time: monday, Data: []byte("harbour")}
		if err := s.Save(ctx, []news.Saved{r}); err != nil {
			t.Error(err)
		}
		if list, err := s.Saved(ctx, news.Saved{}, 0); err != nil || len(list) != 1 {
			t.Errorf("%v, %v; want one", list, err)
		}
		if got := lines(t, s); got != nil {
			t.Errorf("verify says %q", got)
		}
	}
}

func TestT08D30_ABackupHasWhatWasSaved(t *testing.T) {
	ctx := context.Background()
	s := testOpen(t, richFile(t))
	want, err := s.SavedHistory(ctx, news.SavedWatch, "ports")
	if err != nil || len(want) != 2 {
		t.Fatalf("%v %v", want, err)
	}
	backup, elsewhere := filepath.Join(t.TempDir(), "copy.db"), filepath.Join(t.TempDir(), "data", "store.db")
	if err := s.Backup(ctx, backup, files.Keep); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, backup, elsewhere, Options{}); err != nil {
		t.Fatal(err)
	}
	got, err := testOpen(t, elsewhere).SavedHistory(ctx, news.SavedWatch, "ports")
	if err != nil || len(got) != 2 || string(got[1].Data) != "harbour OR ferries" || got[1].Author != "desk" {
		t.Errorf("%v %v", got, err)
	}
}
