package bolt

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"mediawatch/news"
	"mediawatch/store"
)

func TestD8_ALockedStoreSaysSoAndByWhom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := testOpen(t, path)
	begun := time.Now()
	_, err := Open(path, Options{})
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d (", os.Getpid())) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	if err := os.Remove(path + ownerSuffix); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{Timeout: 30 * time.Millisecond}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("without a note: %v", err)
	}
	if _, err := Open(path, Options{Timeout: 30 * time.Millisecond, ReadOnly: true}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("for reading: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	testOpen(t, path)
}

func TestALockThatIsGivenBackInTimeIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := testOpen(t, path)
	closed := make(chan error, 1)
	go func() {
		time.Sleep(100 * time.Millisecond)
		closed <- s.Close()
	}()
	other, err := Open(path, Options{Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(<-closed, other.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestAStoreThatWasReplacedWhileWaitingIsNotWrittenTo: whoever waits for the lock of a file that compact or restore
// replaces must get the new one.
func TestAStoreThatWasReplacedWhileWaitingIsNotWrittenTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := testOpen(t, path)
	got := make(chan *Store, 1)
	go func() {
		other, err := Open(path, Options{Timeout: 10 * time.Second})
		if err != nil {
			t.Error(err)
		}
		got <- other
	}()
	time.Sleep(60 * time.Millisecond)
	copyFile(t, path, path+".new")
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	other := <-got
	if other == nil {
		return
	}
	enrich(t, other)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if head, err := testOpen(t, path).Head(context.Background()); err != nil || head == 0 {
		t.Errorf("head %d, %v: it was written to the old file", head, err)
	}
}

func TestD16_ModesOfFolderAndFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "store.db")
	testOpen(t, path)
	for name, want := range map[string]os.FileMode{dir: 0o700, filepath.Dir(dir): 0o700, path: 0o600, path + ownerSuffix: 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode().Perm(), want)
		}
	}
}

func TestD14_ANewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := testOpen(t, path)
	err := s.update(context.Background(), "age", func(tx *txn) error {
		return tx.put(bkMeta, []byte(metaSchema), binary.AppendUvarint(nil, Schema+1))
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = Open(path, Options{})
	if !errors.Is(err, store.ErrSchema) || errors.Is(err, store.ErrDamaged) {
		t.Fatalf("error %v", err)
	}
	if _, err = os.Stat(path + ownerSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Error("the refused store is still noted as open")
	}
}

func TestWhatIsNoStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.db")
	db, err := bbolt.Open(foreign, 0o600, nil)
	if err == nil {
		err = db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("accounts")); return err })
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{foreign, text} {
		before, _ := os.ReadFile(path)
		if _, err := Open(path, Options{}); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", path, err)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", path)
		}
	}
	if _, err := Open(dir, Options{}); err == nil {
		t.Error("a folder was opened")
	}
	if _, err := Open(filepath.Join(text, "store.db"), Options{}); err == nil {
		t.Error("a file in a file was opened")
	}
}

func TestReadOnly(t *testing.T) {
	path := richFile(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var open []*Store
	for range 2 { // readers share
		s, err := Open(path, Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, s)
		for name, err := range readAll(context.Background(), s) {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.RemoveFeed(context.Background(), news.FeedID{1}); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("a write: %v", err)
		}
	}
	for _, s := range open {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("reading changed the file")
	}
	if _, err := Open(path+".none", Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a store that is not there: %v", err)
	}
}

func TestD13_AtTheSizeLimitReadsGoOn(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(path, Options{MaxBytes: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := rand.New(rand.NewPCG(1, 1))
	kept, full := 0, error(nil)
	for n := 0; full == nil && n < 1000; n++ {
		it := testItem(testFeed(1), n, "a")
		var noise strings.Builder
		for range 20_000 {
			fmt.Fprintf(&noise, "%x ", r.Uint32())
		}
		it.Item.Content = noise.String()
		if _, full = s.Append(ctx, store.Batch{Documents: []store.Document{{Feed: testFeed(1), Items: []store.News{it}}}}); full == nil {
			kept++
		}
	}
	if !errors.Is(full, store.ErrFull) || strings.Contains(full.Error(), "\n") {
		t.Fatalf("after %d items: %v", kept, full)
	}
	if err := s.UpdateFeed(ctx, testFeed(1).ID, func(f *news.Feed) error { f.Title = "small"; return nil }); err != nil && !errors.Is(err, store.ErrFull) {
		t.Errorf("a small write: %v", err)
	}
	if items, err := s.Recent(ctx, 0, 1000); err != nil || len(items) != kept {
		t.Errorf("%d of %d items, %v", len(items), kept, err)
	}
	for name, err := range readAll(ctx, s) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Room is made, and writing goes on.
	for _, id := range []int{0, 1, 2} {
		if err := s.Forget(ctx, testItem(testFeed(1), id, "a").Item.ID, "room", monday); err != nil {
			t.Fatalf("forget: %v", err)
		}
	}
	it := testItem(testFeed(1), 5000, "a")
	if _, err := s.Append(ctx, store.Batch{Documents: []store.Document{{Feed: testFeed(1), Items: []store.News{it}}}}); err != nil {
		t.Errorf("after room was made: %v", err)
	}
	if got := lines(t, s); got != nil {
		t.Errorf("lines %q", got)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 8<<20 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
}

func TestErrorsOfTheSystemGetTheirNames(t *testing.T) {
	for text, want := range map[string]error{
		"file resize error: no space left on device": store.ErrFull, "write x: disk quota exceeded": store.ErrFull, "file size too small 3": store.ErrDamaged,
	} {
		if err := translate(errors.New(text)); !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if translate(nil) != nil {
		t.Error("no error became one")
	}
}

// killedFile is the environment variable that makes a test process write to the store it names until it is killed.
const killedFile = "BOLT_TEST_WRITE_UNTIL_KILLED"

// TestD1_KilledWhileWriting kills a writer with SIGKILL and holds the store to what it had acknowledged: nothing lost,
// nothing doubled, no feed state ahead of its items.
func TestD1_KilledWhileWriting(t *testing.T) {
	if path := os.Getenv(killedFile); path != "" {
		writeUntilKilled(t, path)
		return
	}
	path, next := "", 0
	for cycle := range scale(12, 1000) {
		if cycle%50 == 0 { // reading all of a store back takes longer than the cycle, once it is large
			path, next = filepath.Join(t.TempDir(), "store.db"), 0
		}
		acked := runAndKill(t, path, next, time.Duration(5+cycle*13%200)*time.Millisecond)
		s := testOpen(t, path)
		if got := lines(t, s); got != nil {
			t.Fatalf("cycle %d: lines %q", cycle, got)
		}
		items, err := s.Recent(context.Background(), 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Feed(context.Background(), testFeed(1).ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		if len(items) < acked || len(items) > acked+1 || f.Items != int64(len(items)) || len(items) > 0 && f.ETag != strconv.Itoa(len(items)) {
			t.Fatalf("cycle %d: %d acknowledged, %d kept, the feed counts %d under validator %s", cycle, acked, len(items), f.Items, f.ETag)
		}
		next = len(items)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if next == 0 {
		t.Error("no writer came to write anything")
	}
}

// compactedFile is the environment variable that makes a test process compact the store it names.
const compactedFile = "BOLT_TEST_COMPACT"

// TestD12_KilledWhileCompacting kills a compaction at different moments; the store is then either the old or the new
// file, with the same records.
func TestD12_KilledWhileCompacting(t *testing.T) {
	if path := os.Getenv(compactedFile); path != "" {
		fmt.Println("begun")
		if _, _, err := Compact(context.Background(), path, Options{}); err != nil {
			t.Fatal(err)
		}
		return
	}
	path := richFile(t)
	s := testOpen(t, path)
	want := dump(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for cycle := range scale(5, 50) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestD12_KilledWhileCompacting$")
		cmd.Env = append(os.Environ(), compactedFile+"="+path)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		bufio.NewScanner(out).Scan()
		time.Sleep(time.Duration(cycle*7%50) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		s := testOpen(t, path)
		sameDump(t, fmt.Sprint("cycle ", cycle), dump(t, s), want)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestD9_AReaderStopsNoWriter holds a read transaction while others write and read.
func TestD9_AReaderStopsNoWriter(t *testing.T) {
	ctx := context.Background()
	path := richFile(t)
	s := testOpen(t, path)
	err := s.rawView(func(tx *bbolt.Tx) error {
		before := string(tx.Bucket([]byte(bkMeta.String())).Get([]byte(metaCounts)))
		done := make(chan error, 1)
		go func() {
			for n := range 200 {
				of := testFeed(n % 5)
				if _, err := s.Append(ctx, store.Batch{Documents: []store.Document{{Feed: of, Items: []store.News{testItem(of, 5000+n, "a")}}}}); err != nil {
					done <- err
					return
				}
			}
			_, err := s.Recent(ctx, 0, 500)
			done <- err
		}()
		err := <-done
		if after := string(tx.Bucket([]byte(bkMeta.String())).Get([]byte(metaCounts))); after != before {
			t.Error("the reader sees what was written after it began")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 32<<20 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
}

// TestD9_AReaderThatLastsHoldsNoWriteUp holds a read transaction for 30 s (1 s in the usual run), as a backup does,
// while the program writes at its pace. The reader keeps pages from being used again, so the file grows by what is
// written meanwhile and by nothing more afterwards; and no write waits for the reader. How long writes take is only
// looked at in make torture, where the machine has nothing else to do.
func TestD9_AReaderThatLastsHoldsNoWriteUp(t *testing.T) {
	const pace, slowest = 50 * time.Millisecond, 100 * time.Millisecond
	ctx := context.Background()
	path := richFile(t)
	s := testOpen(t, path)
	at := 10_000
	write := func() (took time.Duration) {
		at++
		of, begun := testFeed(at%5), time.Now()
		if _, err := s.Append(ctx, store.Batch{Documents: []store.Document{{Feed: of, Items: []store.News{testItem(of, at, "a")}}}}); err != nil {
			t.Error(err)
		}
		return time.Since(begun)
	}
	size := func() int64 {
		n, err := fileBytes(path)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	held, writes, worst, before := time.Duration(scale(1, 30))*time.Second, 0, time.Duration(0), size()
	err := s.rawView(func(*bbolt.Tx) error {
		done := make(chan struct{})
		go func() {
			defer close(done)
			tick := time.NewTicker(pace)
			defer tick.Stop()
			for begun := time.Now(); time.Since(begun) < held; writes++ {
				worst = max(worst, write())
				<-tick.C
			}
		}()
		select {
		case <-done:
			return nil
		case <-time.After(held + time.Minute):
			return errors.New("a write waits for the reader")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	grown := size() - before
	t.Logf("%d writes, the slowest took %v; the file grew by %d KB", writes, worst, grown>>10)
	if most := int64(writes)*256<<10 + 2*growStep; grown > most {
		t.Errorf("the file grew by %d bytes in %d writes", grown, writes)
	}
	if os.Getenv("MEDIAWATCH_TORTURE") != "" && worst > slowest {
		t.Errorf("a write took %v", worst)
	}
	peak := size()
	for range writes / 2 {
		write()
	}
	if more := size() - peak; more > growStep {
		t.Errorf("without the reader it grew by %d bytes more", more)
	}
}

// runAndKill returns how many items the writer had acknowledged, counting those that were there.
func runAndKill(t *testing.T, path string, there int, after time.Duration) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestD1_KilledWhileWriting$")
	cmd.Env = append(os.Environ(), killedFile+"="+path)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	acked := there
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		n, err := strconv.Atoi(scanner.Text())
		if err != nil {
			continue
		}
		if acked == there {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		acked = n
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the writer ended by itself")
	}
	return acked
}

// writeUntilKilled appends one item after the other and acknowledges each on standard output.
func writeUntilKilled(t *testing.T, path string) {
	ctx := context.Background()
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for n := int(st.Items); ; n++ {
		of := testFeed(1)
		of.ETag = strconv.Itoa(n + 1)
		if _, err := s.Append(ctx, store.Batch{Documents: []store.Document{{Feed: of, Items: []store.News{testItem(of, n, "a")}}}}); err != nil {
			t.Fatal(err)
		}
		fmt.Println(n + 1)
	}
}

// TestAStoreThatWasKilledAtItsFirstStart has nothing but what bbolt itself writes.
func TestAStoreThatWasKilledAtItsFirstStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	db, err := bbolt.Open(path, 0o600, nil)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	enrich(t, testOpen(t, path))
}
