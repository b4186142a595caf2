package daemon

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestT08B14_EditionsThatCannotBeWrittenAreTrouble: a digest folder that takes nothing stands in the state of the
// program until it takes something again, whatever the reason.
func TestT08B14_EditionsThatCannotBeWrittenAreTrouble(t *testing.T) {
	n := newNewsroom(t)
	folder := filepath.Join(n.dir, "digests")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	if found := CheckWritable(n.d.config.Load()); len(found) != 1 || found[0].Path != folder || found[0].Vital {
		t.Errorf("found %v, want the digest folder", found)
	}
	cfg := *n.d.config.Load()
	cfg.Backup.Path = filepath.Join(folder, "backups")
	if found := CheckWritable(&cfg); len(found) != 2 || found[0].Path != cfg.Backup.Path || found[0].Err.Error() != "not a directory" {
		t.Errorf("found %v, want the backup folder and the digest folder", found)
	}
	problems := strings.Join(n.d.status(context.Background()).Problems, "\n")
	if want := "the digest folder " + folder + " cannot be written"; !strings.Contains(problems, want) || strings.Count(problems, folder) > 2 {
		t.Errorf("the state of the program is %q, want %q once", problems, want)
	}

	// A folder that may be written and takes nothing all the same: the names of the edition's files are taken by folders.
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, ".morning-welcome-2026-11-16.html.tmp", "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	n.clock = n.clock.Add(deliveryLease)
	if err := n.d.deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
	problems = strings.Join(n.d.status(context.Background()).Problems, "\n")
	if !strings.Contains(problems, "the digest folder "+folder+": write edition: ") {
		t.Errorf("the state of the program is %q although an edition could not be written", problems)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	n.clock = n.clock.Add(deliveryLease)
	if err := n.d.deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
	if problems := n.d.status(context.Background()).Problems; len(problems) > 0 {
		t.Errorf("still %q after the edition was written", problems)
	}
}
