package bolt

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mediawatch/store"
)

// releasedFile lays out the store of a released schema: what enrich wrote with the program of that time.
func releasedFile(t *testing.T, schema int) (path string, data []byte) {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("testdata/schema-%d.db.gz", schema))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err == nil {
		data, err = io.ReadAll(packed)
	}
	path = filepath.Join(t.TempDir(), "store.db")
	if err := errors.Join(err, os.WriteFile(path, data, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path, data
}

func TestD14_TheStepsHaveNoGap(t *testing.T) {
	at := 1
	for _, s := range steps {
		if at++; s.schema != at || s.what == "" || s.piece == nil {
			t.Errorf("step %+v, want schema %d", s, at)
		}
		for _, b := range s.tables {
			if b.since() != at {
				t.Errorf("table %s is of schema %d, not %d", b, b.since(), at)
			}
		}
	}
	if at != Schema {
		t.Errorf("the steps lead to %d, the schema is %d", at, Schema)
	}
}

// TestD14_StoresOfEachReleasedSchemaAreUpgraded: nothing that was kept changes, what is new is as if it had always been
// there, and the file as it was stays.
func TestD14_StoresOfEachReleasedSchemaAreUpgraded(t *testing.T) {
	ctx := context.Background()
	for schema := 1; schema < Schema; schema++ {
		path, data := releasedFile(t, schema)
		before := readOnlyDump(t, path)
		var said []string
		s, err := Open(path, Options{Report: func(line string) { said = append(said, line) }})
		if err != nil {
			t.Fatal(err)
		}
		copied := fmt.Sprintf("%s.schema-%d", path, schema)
		if len(said) != 2 || !strings.Contains(said[0], copied) {
			t.Errorf("said %q", said)
		}
		if got, err := os.ReadFile(copied); err != nil || !bytes.Equal(got, data) {
			t.Errorf("the copy: %d bytes, %v", len(got), err)
		}
		if got := lines(t, s); got != nil {
			t.Errorf("lines %q", got)
		}
		after := dump(t, s)
		for k, v := range before {
			if after[k] != v && k != "meta\x00"+metaSchema {
				t.Fatalf("%q is %x, was %x", k, after[k], v)
			}
		}
		if err := s.Reindex(ctx); err != nil {
			t.Fatal(err)
		}
		sameDump(t, "reindexed", dump(t, s), after)
		_, err = s.Append(ctx, store.Batch{Documents: []store.Document{{Feed: testFeed(1), Items: []store.News{testItem(testFeed(1), 999, "a")}}}})
		if err := errors.Join(err, s.Close()); err != nil { // writing goes on
			t.Fatal(err)
		}
		said = nil
		if s, err = Open(path, Options{Report: func(line string) { said = append(said, line) }}); err != nil || said != nil {
			t.Fatalf("opened again: %v, said %q", err, said)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// readOnlyDump is what a store holds that is opened without an upgrade, which must be sound and say what it lacks.
func readOnlyDump(t *testing.T, path string) map[string]string {
	t.Helper()
	s, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := lines(t, s); got != nil {
		t.Errorf("before: lines %q", got)
	}
	if _, err := s.Latest(context.Background(), "", store.Spot{}, 1); !errors.Is(err, store.ErrOld) {
		t.Errorf("a list by time of an old store: %v", err)
	}
	if _, err := s.Tallies(context.Background(), []string{"all"}); !errors.Is(err, store.ErrOld) {
		t.Errorf("tallies of an old store: %v", err)
	}
	return dump(t, s)
}

// TestD15_AnInterruptedUpgradeResumes stops an upgrade before each of its transactions, in turn and again and again.
func TestD15_AnInterruptedUpgradeResumes(t *testing.T) {
	path, _ := releasedFile(t, 1)
	s := testOpen(t, path)
	want := dump(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	stops := 0
	for at := 1; ; at++ {
		path, _ := releasedFile(t, 1)
		_, err := Open(path, Options{piece: 17, stop: func(piece int) bool { return piece == at }})
		if err == nil {
			break
		}
		if stops++; !errors.Is(err, errStopped) {
			t.Fatal(err)
		}
		if at > 1 { // before, it is a whole store of the old schema
			if _, err := Open(path, Options{ReadOnly: true}); !errors.Is(err, store.ErrOld) {
				t.Fatalf("stopped at %d, a reader gets %v", at, err)
			}
		}
		sameDump(t, fmt.Sprint("stopped at ", at), resumed(t, path, Options{piece: 23}), want)
		if files, _ := filepath.Glob(path + ".schema*"); len(files) != 1 {
			t.Errorf("stopped at %d: copies %v", at, files)
		}
	}
	if stops < 10 {
		t.Errorf("stopped only %d times", stops)
	}
	path, _ = releasedFile(t, 1)
	for range 4 { // one piece a start
		if _, err := Open(path, Options{piece: 40, stop: func(piece int) bool { return piece == 2 }}); !errors.Is(err, errStopped) {
			t.Fatal(err)
		}
	}
	sameDump(t, "a piece a start", resumed(t, path, Options{}), want)
}

// resumed opens a store and returns what it holds.
func resumed(t *testing.T, path string, o Options) map[string]string {
	t.Helper()
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := lines(t, s); got != nil {
		t.Errorf("lines %q", got)
	}
	return dump(t, s)
}

// upgradedFile is the environment variable that makes a test process upgrade the store it names, one item a transaction.
const upgradedFile = "BOLT_TEST_UPGRADE"

// TestD15_AKilledUpgradeResumes kills the process with SIGKILL.
func TestD15_AKilledUpgradeResumes(t *testing.T) {
	if path := os.Getenv(upgradedFile); path != "" {
		_, err := Open(path, Options{piece: 1, stop: func(piece int) bool {
			fmt.Println("piece", piece)
			return false
		}})
		t.Fatal("it ended by itself: ", err)
	}
	path, _ := releasedFile(t, 1)
	want := resumed(t, path, Options{})
	for cycle := range scale(6, 100) {
		path, _ := releasedFile(t, 1)
		for range 2 { // the second one in what the first one left
			cmd := exec.Command(os.Args[0], "-test.run=^TestD15_AKilledUpgradeResumes$")
			cmd.Env = append(os.Environ(), upgradedFile+"="+path)
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			scanner := bufio.NewScanner(out)
			for n := 0; n < 1+cycle*13%60 && scanner.Scan(); n++ {
			}
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		sameDump(t, fmt.Sprint("cycle ", cycle), resumed(t, path, Options{}), want)
	}
}

func TestD15_WithoutRoomForACopyNothingIsDone(t *testing.T) {
	path, data := releasedFile(t, 1)
	tight := func(string) (int64, error) { return int64(len(data)), nil }
	_, err := Open(path, Options{free: tight})
	if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "--no-copy") {
		t.Errorf("error %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, data) {
		t.Errorf("the refused store was changed: %v", err)
	}
	resumed(t, path, Options{free: tight, NoCopy: true})
	if files, _ := filepath.Glob(path + "?*"); len(files) != 0 {
		t.Errorf("beside it: %v", files)
	}
}

func TestD15_TheCopyReplacesNoFile(t *testing.T) {
	path, data := releasedFile(t, 1)
	other := path + ".schema-1"
	for _, name := range []string{other, other + ".2.partial-123"} { // the second one as a killed copy leaves it
		if err := os.WriteFile(name, []byte("of somebody else"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	resumed(t, path, Options{})
	if got, _ := os.ReadFile(other); string(got) != "of somebody else" {
		t.Error("the file that was there is gone")
	}
	if got, err := os.ReadFile(other + ".2"); err != nil || !bytes.Equal(got, data) {
		t.Errorf("the copy: %d bytes, %v", len(got), err)
	}
	if left, _ := filepath.Glob(path + "*.partial-*"); left != nil {
		t.Errorf("left over: %v", left)
	}
}

// TestD14_ABackupOfAnOlderSchemaIsRestored: it is verified as what it is, and upgraded when it is opened.
func TestD14_ABackupOfAnOlderSchemaIsRestored(t *testing.T) {
	backup, _ := releasedFile(t, 1)
	path := filepath.Join(t.TempDir(), "store.db")
	if _, err := Restore(context.Background(), backup, path, Options{}); err != nil {
		t.Fatal(err)
	}
	resumed(t, path, Options{})
}

// TestD14_AnItemThatCannotBeReadStopsNoUpgrade: the rest is there, and Verify names it as before.
func TestD14_AnItemThatCannotBeReadStopsNoUpgrade(t *testing.T) {
	ctx := context.Background()
	path, _ := releasedFile(t, 1)
	s := testOpen(t, path)
	all, err := s.Latest(ctx, "", store.Spot{}, 1000)
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	path, data := releasedFile(t, 1)
	identity := []byte(all[10].Identity)
	for at := 0; ; at++ { // also where a longer one begins so, and in pages that are free
		i := bytes.Index(data[at:], identity)
		if i < 0 {
			break
		}
		at += i
		data[at] ^= 1
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s = testOpen(t, path)
	rest, err := s.Latest(ctx, "", store.Spot{}, 1000)
	if lost := len(all) - len(rest); err != nil || lost < 1 || lost > 11 {
		t.Errorf("%d of %d items are not listed, %v", lost, len(all), err)
	}
	if got := lines(t, s); len(got) == 0 {
		t.Error("nothing is reported")
	}
}
