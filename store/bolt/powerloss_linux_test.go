package bolt

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

// poweredFile is the environment variable that makes a test process write a fixed history to the store it names.
const poweredFile = "BOLT_TEST_WRITE_HISTORY"

// historySteps is how many acknowledged steps the history has.
const historySteps = 90

// sector is what a disk writes whole or not at all, in bytes.
const sector = 512

// TestD3_PowerLoss writes a history under strace and makes from the log of its writes what a disk may hold when the
// power fails at some moment: all that was written before the last completed fsync, and of what was written after it
// any part, sector by sector. Each such image opens, is sound, and holds everything that had been acknowledged by then.
func TestD3_PowerLoss(t *testing.T) {
	if path := os.Getenv(poweredFile); path != "" {
		writeHistory(t, path)
		return
	}
	if _, err := exec.LookPath("strace"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("strace is needed")
		}
		t.Skip("strace is needed to record the writes")
	}
	log := recordHistory(t)
	if log.acks() != historySteps {
		t.Fatalf("%d of %d steps were acknowledged", log.acks(), historySteps)
	}
	r := rand.New(rand.NewPCG(3, 3))
	path := filepath.Join(t.TempDir(), "store.db")
	partial := 0
	for n := range scale(200, 2000) {
		at := log.opened + r.IntN(len(log.events)-log.opened+1)
		image := log.image(at, r)
		if image.lost > 0 && image.kept > 0 {
			partial++
		}
		if err := os.WriteFile(path, image.data, 0o600); err != nil {
			t.Fatal(err)
		}
		checkHistory(t, path, log.acked(at))
		if t.Failed() {
			t.Fatalf("image %d: power fails at event %d of %d; of the writes since the last fsync %d sectors are kept, %d lost",
				n, at, len(log.events), image.kept, image.lost)
		}
	}
	if partial == 0 {
		t.Error("no image holds a part of what was written after the last fsync")
	}
}

// writeHistory makes a store and keeps items, revisions, matches and editions in it. Each step is acknowledged by its
// number on standard output, in one write after the engine has returned.
func writeHistory(t *testing.T, path string) {
	ctx := context.Background()
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stdout, "opened")
	from, digest := store.Cursor{}, news.DigestState{Digest: "daily"}
	for n := 1; n <= historySteps; n++ {
		switch n % 3 {
		case 0:
			from, err = matchHistory(ctx, s, from, n)
		case 1:
			of := testFeed(1)
			of.ETag = strconv.Itoa(n)
			d := store.Document{Feed: of}
			for i := range 1 + n%7 {
				d.Items = append(d.Items, testItem(of, n*10+i, "a"))
			}
			if n > 20 {
				d.Items = append(d.Items, testItem(of, (n-9)*10, "b"))
			}
			_, err = s.Append(ctx, store.Batch{Documents: []store.Document{d}})
		case 2:
			to := news.DigestState{Digest: "daily", Number: digest.Number + 1, Cursor: news.Seq(n)}
			e := news.Edition{Digest: "daily", Number: to.Number, Date: monday, Text: []byte("text"), HTML: bytes.Repeat([]byte("html "), 50*n)}
			err = s.CommitEdition(ctx, store.EditionCommit{From: digest, To: to, Edition: &e, Deliveries: []news.Delivery{
				{Digest: "daily", Number: to.Number, Recipient: "mailto:desk@outlet.example", State: news.DeliveryPending, NextTry: monday},
			}})
			digest = to
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(os.Stdout, "step", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// matchHistory lets a follower keep a match for each item it has not seen, up to the journal's head.
func matchHistory(ctx context.Context, s *Store, from store.Cursor, n int) (store.Cursor, error) {
	events, err := s.Events(ctx, from.Seq, 1000)
	if err != nil || len(events) == 0 {
		return from, errors.Join(err, errors.New("nothing to follow"))
	}
	to := store.Cursor{Seq: events[len(events)-1].Seq, Version: strconv.Itoa(n)}
	d := store.Derivation{Follower: "matcher", From: from, To: to}
	for _, e := range events {
		if e.Kind == store.EventItem {
			d.Matches = append(d.Matches, store.Matched{
				UUID: "urn:uuid:" + e.Item.String(), Time: monday,
				Match: news.Match{Watch: "all", Item: e.Item, Group: e.Item, At: monday, Rev: 1},
			})
		}
	}
	return to, s.Commit(ctx, d)
}

// checkHistory opens an image and asks for everything up to the acknowledged step.
func checkHistory(t *testing.T, path string, acked int) {
	t.Helper()
	ctx := context.Background()
	s, err := Open(path, Options{})
	if err != nil {
		t.Error(err)
		return
	}
	defer s.Close()
	if got := lines(t, s); got != nil {
		t.Errorf("verify: %q", got)
	}
	cursor, err := s.Cursor(ctx, "matcher")
	if err != nil {
		t.Error(err)
	}
	digest, err := s.Digest(ctx, "daily")
	if err != nil {
		t.Error(err)
	}
	feed, err := s.Feed(ctx, testFeed(1).ID)
	if err != nil && (acked >= 1 || !errors.Is(err, store.ErrNotFound)) {
		t.Error(err)
	}
	tag, _ := strconv.Atoi(feed.ETag)          // "" is 0
	matched, _ := strconv.Atoi(cursor.Version) // "" is 0
	if kept := max(tag, matched, digest.Number*3-1); kept != acked && kept != acked+1 {
		t.Errorf("%d steps were acknowledged, %d are kept", acked, kept)
	}
	var ids []news.ItemID
	for n := 1; n <= acked; n++ {
		if n%3 == 1 {
			for i := range 1 + n%7 {
				ids = append(ids, testItem(testFeed(1), n*10+i, "a").Item.ID)
			}
		}
	}
	heads, err := s.Heads(ctx, ids)
	if err != nil {
		t.Error(err)
	}
	for i, h := range heads {
		if !h.Known {
			t.Errorf("item %s was acknowledged and is lost", ids[i])
		}
	}
	if editions, err := s.Editions(ctx, "daily", 0, 1000); err != nil || len(editions) < (acked+1)/3 {
		t.Errorf("%d editions, want at least %d: %v", len(editions), (acked+1)/3, err)
	}
}

// diskEvent is one thing the process did to the store's file, or an acknowledgement.
type diskEvent struct {
	kind byte   // w write, t change of length, s completed fsync, a acknowledgement
	at   int64  // of a write; the new length
	data []byte // of a write
	step int    // of an acknowledgement
}

// diskLog is what happened, in order.
type diskLog struct {
	events []diskEvent
	opened int // how many events came before the first acknowledgement that the store is open
}

// recordHistory runs writeHistory in a process of its own under strace.
func recordHistory(t *testing.T) *diskLog {
	t.Helper()
	dir := t.TempDir()
	file, trace := filepath.Join(dir, "store.db"), filepath.Join(dir, "trace")
	cmd := exec.Command("strace", "-f", "-qq", "-y", "-xx", "-s", "33554432", "-e", "signal=none",
		"-e", "trace=write,pwrite64,writev,pwritev,ftruncate,fallocate,fsync,fdatasync,msync,sync_file_range", "-o", trace,
		os.Args[0], "-test.run=^TestD3_PowerLoss$")
	cmd.Env = append(os.Environ(), poweredFile+"="+file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("strace: %v\n%s", err, out)
	}
	f, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	log := &diskLog{opened: -1}
	waiting := make(map[string]string) // process → its call that has not returned
	lines := bufio.NewReaderSize(f, 1<<20)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return log
		}
		pid, rest, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		log.read(t, waiting, pid, strings.TrimSpace(rest), file)
	}
}

var (
	straceCall   = regexp.MustCompile(`^(\w+)\(\d+<([^>]*)>(?:, )?(.*)$`)
	straceWrite  = regexp.MustCompile(`^"((?:\\x[0-9a-f]{2})*)", (\d+)(?:, (\d+))?`)
	straceResume = regexp.MustCompile(`^<\.\.\. (\w+) resumed>`)
)

// read adds what a line of strace says. A write counts from when it begins, an fsync when it has returned.
func (l *diskLog) read(t *testing.T, waiting map[string]string, pid, line, file string) {
	t.Helper()
	if m := straceResume.FindStringSubmatch(line); m != nil {
		if waiting[pid] == m[1] {
			l.events = append(l.events, diskEvent{kind: 's'})
		}
		delete(waiting, pid)
		return
	}
	m := straceCall.FindStringSubmatch(line)
	if m == nil {
		return
	}
	call, path, args := m[1], unhex(t, m[2]), m[3]
	if call == "write" && path != file {
		if w := straceWrite.FindStringSubmatch(args); w != nil {
			l.acknowledge(string(unhex(t, w[1])))
		}
		return
	}
	if path != file {
		return
	}
	switch call {
	case "pwrite64":
		w := straceWrite.FindStringSubmatch(args)
		if w == nil {
			t.Fatalf("not understood: %.200s", line)
		}
		at, err := strconv.ParseInt(w[3], 10, 64)
		data := []byte(unhex(t, w[1]))
		if err != nil || strconv.Itoa(len(data)) != w[2] {
			t.Fatalf("not understood: %.200s", line)
		}
		l.events = append(l.events, diskEvent{kind: 'w', at: at, data: data})
	case "ftruncate":
		length, _, _ := strings.Cut(args, ")")
		n, err := strconv.ParseInt(strings.Fields(length)[0], 10, 64)
		if err != nil {
			t.Fatalf("not understood: %.200s", line)
		}
		l.events = append(l.events, diskEvent{kind: 't', at: n})
	case "fsync", "fdatasync":
		if strings.Contains(line, "<unfinished") {
			waiting[pid] = call
			return
		}
		l.events = append(l.events, diskEvent{kind: 's'})
	default:
		t.Fatalf("the engine writes in a way this test does not know: %.200s", line)
	}
}

func (l *diskLog) acknowledge(said string) {
	for line := range strings.Lines(said) {
		switch word, number, _ := strings.Cut(strings.TrimSpace(line), " "); word {
		case "opened":
			l.opened = len(l.events)
		case "step":
			n, _ := strconv.Atoi(number) // our own digits
			l.events = append(l.events, diskEvent{kind: 'a', step: n})
		}
	}
}

// unhex decodes a string as strace -xx writes it: \x61\x62.
func unhex(t *testing.T, s string) string {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	if err != nil {
		return s // a path that is written plainly
	}
	return string(data)
}

func (l *diskLog) acks() int { return l.acked(len(l.events)) }

// acked is the last step that was acknowledged before an event.
func (l *diskLog) acked(at int) (step int) {
	for _, e := range l.events[:at] {
		step = max(step, e.step)
	}
	return step
}

// diskImage is what the disk may hold.
type diskImage struct {
	data       []byte
	kept, lost int // sectors written after the last fsync
}

// image is one of the states the disk may be in when the power fails before event at.
func (l *diskLog) image(at int, r *rand.Rand) (i diskImage) {
	synced := 0
	for n, e := range l.events[:at] {
		if e.kind == 's' {
			synced = n
		}
	}
	chance := []float64{0, 1, 0.5, r.Float64(), r.Float64()}[r.IntN(5)] // that a sector, or a whole write, is kept
	whole := r.IntN(2) == 0
	for n, e := range l.events[:at] {
		sure := n < synced
		switch e.kind {
		case 't':
			if sure || r.Float64() < chance {
				i.resize(e.at)
			}
		case 'w':
			together := r.Float64() < chance
			for from := 0; from < len(e.data); from += sector {
				part := e.data[from:min(from+sector, len(e.data))]
				switch {
				case sure:
				case whole && together, !whole && r.Float64() < chance:
					i.kept++
				default:
					i.lost++
					continue
				}
				i.put(e.at+int64(from), part)
			}
		}
	}
	return i
}

func (i *diskImage) resize(n int64) {
	if grow := n - int64(len(i.data)); grow > 0 {
		i.data = append(i.data, make([]byte, grow)...)
	}
	i.data = i.data[:n]
}

func (i *diskImage) put(at int64, part []byte) {
	if end := at + int64(len(part)); end > int64(len(i.data)) {
		i.resize(end)
	}
	copy(i.data[at:], part)
}
