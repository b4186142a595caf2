package daemon

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mediawatch/store"
	"mediawatch/store/bolt"
)

// backups are the names in the backup folder.
func (n *newsroom) backups() (names []string) {
	n.t.Helper()
	list, err := scheduledBackups(filepath.Join(n.dir, "copies"))
	if err != nil {
		n.t.Fatal(err)
	}
	for _, b := range list {
		names = append(names, filepath.Base(b.name))
	}
	return names
}

func TestT08C25_BackupsAreMadeAtTheirTimeAndTheOldestGo(t *testing.T) {
	n := newNewsroom(t)
	n.reconfigure("[backup]\ndir = \"copies\"\nat = \"daily 03:30\"\nkeep = 3\n")
	due := func() {
		t.Helper()
		if err := n.d.backupIfDue(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	due() // the first one at once
	if got := n.backups(); len(got) != 1 || got[0] != "mediawatch-20261116T060000Z.db" {
		t.Fatalf("%q", got)
	}
	for _, name := range []string{"mediawatch-notes.db", "20200101T000000Z.db", "mediawatch-20200101T000000Z.txt"} {
		if err := os.WriteFile(filepath.Join(n.dir, "copies", name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	due()
	n.clock = n.clock.Add(21 * time.Hour) // 03:00: not yet
	due()
	if got := n.backups(); len(got) != 1 {
		t.Errorf("made too early: %q", got)
	}
	for range 5 {
		n.clock = n.clock.Add(24 * time.Hour)
		due()
		due()
	}
	n.clock = n.clock.Add(9 * 24 * time.Hour) // the machine was off: the newest slot that was missed, once
	due()
	due()
	got := n.backups()
	if len(got) != 3 || got[2] != "mediawatch-20261201T030000Z.db" || got[1] != "mediawatch-20261122T030000Z.db" {
		t.Errorf("%q", got)
	}
	if all, err := os.ReadDir(filepath.Join(n.dir, "copies")); err != nil || len(all) != 6 {
		t.Errorf("files that are none of ours were touched: %v %v", all, err)
	}
	if err := bolt.IsStore(filepath.Join(n.dir, "copies", got[2])); err != nil {
		t.Error(err)
	}
}

func TestT08C25_ABackupThatFailsIsToldAndTriedAgain(t *testing.T) {
	n := newNewsroom(t)
	n.reconfigure("[backup]\ndir = \"copies\"\n")
	if err := os.WriteFile(filepath.Join(n.dir, "copies"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := n.d.backupIfDue(ctx); err == nil {
		t.Fatal("no error")
	}
	if p := n.d.status(ctx).Problems; len(p) != 1 || !strings.HasPrefix(p[0], "the scheduled backup: ") {
		t.Errorf("problems %q", p)
	}
	if err := n.d.backupIfDue(ctx); err != nil {
		t.Errorf("tried again at once: %v", err)
	}
	if err := os.Remove(filepath.Join(n.dir, "copies")); err != nil {
		t.Fatal(err)
	}
	n.clock = n.clock.Add(backupRetry)
	if err := n.d.backupIfDue(ctx); err != nil {
		t.Fatal(err)
	}
	if p := n.d.status(ctx).Problems; len(p) != 0 || len(n.backups()) != 1 {
		t.Errorf("problems %q, backups %q", p, n.backups())
	}
}

// TestT08C25_ABackupWithoutRoomIsRefused: one byte too few is too few, for the command and for the schedule; nothing is
// left behind, and an earlier backup stays.
func TestT08C25_ABackupWithoutRoomIsRefused(t *testing.T) {
	ctx := context.Background()
	n := newNewsroom(t)
	n.reconfigure("[backup]\ndir = \"copies\"\nkeep = 1\n")
	if err := n.d.backupIfDue(ctx); err != nil {
		t.Fatal(err)
	}
	before := n.backups()
	n.clock = n.clock.Add(25 * time.Hour)
	stats, err := n.store.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	free, asked := stats.Bytes-1, ""
	n.d.o.Free = func(dir string) (int64, error) { asked = dir; return free, nil }
	file := filepath.Join(n.dir, "elsewhere.db")
	rec := n.order("/control/backup", url.Values{"file": {file}})
	if rec.Code == http.StatusOK || !strings.Contains(rec.Body.String(), "the copy takes up to") || !strings.Contains(rec.Body.String(), "are free there") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if left, err := filepath.Glob(file + "*"); err != nil || len(left) > 0 || asked != n.dir {
		t.Errorf("left %q %v; %q was asked how much is free", left, err, asked)
	}
	if err := n.d.backupIfDue(ctx); !errors.Is(err, store.ErrFull) {
		t.Errorf("the schedule: %v", err)
	}
	if got := n.backups(); len(got) != 1 || got[0] != before[0] || asked != filepath.Join(n.dir, "copies") {
		t.Errorf("backups %q, %q was asked", got, asked)
	}
	if p := n.d.status(ctx).Problems; !strings.Contains(strings.Join(p, "\n"), "the scheduled backup: ") {
		t.Errorf("problems %q", p)
	}
	free++
	if rec := n.order("/control/backup", url.Values{"file": {file}}); rec.Code != http.StatusOK || bolt.IsStore(file) != nil {
		t.Errorf("with just enough room: %d %s", rec.Code, rec.Body)
	}
	n.clock = n.clock.Add(backupRetry)
	if err := n.d.backupIfDue(ctx); err != nil || len(n.backups()) != 1 || n.backups()[0] == before[0] {
		t.Errorf("%v, backups %q", err, n.backups())
	}
}

func TestT08C25_TheHeartbeatIsSentWhileAllIsWell(t *testing.T) {
	var beats atomic.Int64
	monitor := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { beats.Add(1) }))
	defer monitor.Close()
	n := newNewsroom(t)
	n.reload(strings.Replace(n.configuration(), "[fetch]\n", "[fetch]\nheartbeat = \""+monitor.URL+"/ping\"\n", 1))
	if _, err := n.d.Run(context.Background(), RunOptions{}); err != nil {
		t.Fatal(err)
	}
	if beats.Load() != 1 {
		t.Errorf("%d beats after a good run, want 1", beats.Load())
	}
	n.d.health.backedUp(os.ErrPermission, n.clock)
	if err := n.d.heartbeat(context.Background()); err != nil || beats.Load() != 1 {
		t.Errorf("%d beats in trouble, want 1 (%v)", beats.Load(), err)
	}
	n.d.health.backedUp(nil, n.clock)
	monitor.Close()
	if err := n.d.heartbeat(context.Background()); err == nil {
		t.Error("a monitor that does not answer is not told")
	}
	if err := n.d.heartbeat(context.Background()); err != nil {
		t.Errorf("it is told twice: %v", err)
	}
}

// configuration is the text of the configuration file.
func (n *newsroom) configuration() string {
	n.t.Helper()
	data, err := os.ReadFile(filepath.Join(n.dir, "mediawatch.toml"))
	if err != nil {
		n.t.Fatal(err)
	}
	return string(data)
}

// reconfigure adds to the configuration.
func (n *newsroom) reconfigure(more string) {
	n.t.Helper()
	n.reload(n.configuration() + more)
}
