package bolt

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"mediawatch/store"
)

// TestT08C27_TheFileIsSynced: no option of bbolt that trades durability for speed is set, not even after the file grew.
func TestT08C27_TheFileIsSynced(t *testing.T) {
	s := testOpen(t, filepath.Join(t.TempDir(), "store.db"))
	enrich(t, s)
	if s.db.NoSync || s.db.NoGrowSync || s.db.NoFreelistSync {
		t.Errorf("NoSync %v, NoGrowSync %v, NoFreelistSync %v", s.db.NoSync, s.db.NoGrowSync, s.db.NoFreelistSync)
	}
}

// syncedFile is the environment variable that makes a test process append to the store it names.
const syncedFile = "BOLT_TEST_SYNCED"

const syncedAppends = 20

// TestT08C27_EachCommitIsSyncedTwice counts system calls: pages first, then the head that leads to them.
func TestT08C27_EachCommitIsSyncedTwice(t *testing.T) {
	if path := os.Getenv(syncedFile); path != "" {
		s := testOpen(t, path)
		for n := range syncedAppends {
			if _, err := s.Append(context.Background(), store.Batch{Documents: []store.Document{{Feed: testFeed(1), Items: []store.News{testItem(testFeed(1), n, "a")}}}}); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	if _, err := exec.LookPath("strace"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("strace is needed")
		}
		t.Skip("strace is needed to count system calls")
	}
	dir := t.TempDir()
	path, trace := filepath.Join(dir, "store.db"), filepath.Join(dir, "trace")
	cmd := exec.Command("strace", "-f", "-qq", "-y", "-e", "signal=none", "-e", "trace=fsync,fdatasync", "-o", trace, os.Args[0], "-test.run=^TestT08C27_EachCommitIsSyncedTwice$")
	cmd.Env = append(os.Environ(), syncedFile+"="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	calls, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`f(data)?sync\(\d+<[^>]*/store\.db>`).FindAll(calls, -1)); n < 2*syncedAppends {
		t.Errorf("%d syncs in %d commits", n, syncedAppends)
	}
}
