package bolt

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mediawatch/files"
)

// TestT08C29_ABackupSaysThatItIsOne asks the store, its backup, the backup in use, a backup of that, and a restored plain copy.
func TestT08C29_ABackupSaysThatItIsOne(t *testing.T) {
	ctx := context.Background()
	path := richFile(t)
	source, dir := testOpen(t, path), t.TempDir()
	expect := func(what string, s *Store, copied, used bool) {
		t.Helper()
		at, inUse, err := s.Copied(ctx)
		if err != nil || at.IsZero() == copied || inUse.IsZero() == used {
			t.Errorf("%s: a copy of %v, in use since %v (%v); want a copy: %v, in use: %v", what, at, inUse, err, copied, used)
		}
	}
	first, second, plain := filepath.Join(dir, "first.db"), filepath.Join(dir, "second.db"), filepath.Join(dir, "plain.db")
	if err := source.Backup(ctx, first, files.Keep); err != nil {
		t.Fatal(err)
	}
	expect("the store itself", source, false, false)
	s := testOpen(t, first)
	expect("its backup", s, true, false)
	if err := s.PutToUse(ctx, time.Now()); err != nil {
		t.Fatal(err)
	}
	expect("the backup in use", s, false, true)
	if err := s.Backup(ctx, second, files.Keep); err != nil {
		t.Fatal(err)
	}
	expect("a backup of that", testOpen(t, second), true, true)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(plain, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, plain, filepath.Join(dir, "restored.db"), Options{}); err != nil {
		t.Fatal(err)
	}
	expect("a plain copy that was restored", testOpen(t, filepath.Join(dir, "restored.db")), true, false)
}
