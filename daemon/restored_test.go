package daemon

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediawatch/files"
	"mediawatch/news"
)

// states counts deliveries by state.
func (n *newsroom) states() string {
	n.t.Helper()
	list, err := n.store.Deliveries(n.t.Context(), "", 0)
	if err != nil {
		n.t.Fatal(err)
	}
	counts := make(map[news.DeliveryState]int)
	for _, dl := range list {
		counts[dl.State]++
	}
	return fmt.Sprint(counts)
}

// files returns the text files of the digest folder.
func (n *newsroom) texts() []string {
	n.t.Helper()
	found, err := filepath.Glob(filepath.Join(n.dir, "digests", "*.txt"))
	if err != nil {
		n.t.Fatal(err)
	}
	return found
}

// TestT08C29_ARestoredBackupSendsNobodyAnythingTwice makes a backup while an edition is pending, lets the machine go on
// for a day, and puts the backup to use on another one.
func TestT08C29_ARestoredBackupSendsNobodyAnythingTwice(t *testing.T) {
	for _, drop := range []bool{false, true} {
		t.Run(fmt.Sprintf("drop=%v", drop), func(t *testing.T) {
			n := newNewsroom(t)
			ctx := t.Context()
			n.pass()
			n.publish("1", "Harbour plan agreed", plan)
			n.pass()
			n.at(16, 7)
			if err := n.d.dueDigests(ctx); err != nil { // pending, and not sent before the backup is made
				t.Fatal(err)
			}
			backup := filepath.Join(n.dir, "copy.db")
			if err := n.store.Backup(ctx, backup, files.Keep); err != nil {
				t.Fatal(err)
			}
			if err := n.d.deliver(ctx); err != nil { // the machine goes on
				t.Fatal(err)
			}
			n.publish("2", "Port widened", "The port is wider now.")
			n.at(17, 7)
			n.pass()
			if got := n.states(); got != "map[sent:2]" {
				t.Fatalf("the machine of the backup has %s; its own store must hold nothing back", got)
			}

			n.at(17, 14) // and is lost; another machine has the backup and an empty folder
			n.bare(backup)
			for range 2 {
				n.pass()
			}
			if got := n.texts(); len(got) != 0 || n.states() != "map[held:2]" {
				t.Fatalf("deliveries %s, files %v; want the pending one and the slot that was missed held, and nothing sent", n.states(), got)
			}
			if s := n.d.status(ctx); len(s.Problems) != 1 || !strings.Contains(s.Problems[0], "2 deliveries held") || !strings.Contains(s.Problems[0], "digest release") {
				t.Errorf("health says %q, want that two deliveries are held and what to do", s.Problems)
			}
			n.restart() // what is held stays so
			n.publish("3", "Harbour master retires", "The harbour master retires after years.")
			n.at(18, 7)
			n.pass()
			if got := n.states(); got != "map[held:2 sent:1]" {
				t.Errorf("deliveries %s, want the next slot's edition sent", got)
			}
			path, want := "/control/release", "map[sent:3]"
			if drop {
				path, want = "/control/release?drop=true", "map[failed:2 sent:1]"
			}
			var done Done
			n.get(http.MethodPost, path, &done)
			if got := n.states(); got != want || len(done.Lines) != 2 || len(n.d.status(ctx).Problems) != 0 {
				t.Errorf("after %s: %s, %v, %v; want %s and no problem", path, got, done.Lines, n.d.status(ctx).Problems, want)
			}
		})
	}
}

// bare continues with a backup in the place of the store, and without the digest folder.
func (n *newsroom) bare(backup string) {
	n.t.Helper()
	n.d.writer.Stop()
	if err := n.store.Close(); err != nil {
		n.t.Fatal(err)
	}
	cfg := n.d.config.Load()
	for _, gone := range []string{cfg.Store.Path, filepath.Join(n.dir, "digests")} {
		if err := os.RemoveAll(gone); err != nil {
			n.t.Fatal(err)
		}
	}
	if err := os.Rename(backup, cfg.Store.Path); err != nil {
		n.t.Fatal(err)
	}
	n.open()
}

// TestT08C29_ACommandOnARestoredStoreSendsNothingPending sends an extra edition before anything else opened the store.
func TestT08C29_ACommandOnARestoredStoreSendsNothingPending(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	n.at(16, 7)
	if err := n.d.dueDigests(context.Background()); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(n.dir, "copy.db")
	if err := n.store.Backup(t.Context(), backup, files.Keep); err != nil {
		t.Fatal(err)
	}
	n.bare(backup)
	var done Done
	n.get(http.MethodPost, "/control/digests/morning/send?since=24h", &done)
	if got := n.states(); got != "map[held:1 sent:1]" {
		t.Errorf("deliveries %s, want what was asked for sent and what was pending held", got)
	}
}
