package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// mutilation changes the bytes of a store.
type mutilation struct {
	name  string
	apply func(data []byte, r *rand.Rand) []byte
}

const testPage = 4096

// mutilations is at least 150 ways to damage a file of some size.
func mutilations(size int) (list []mutilation) {
	add := func(name string, apply func([]byte, *rand.Rand) []byte) {
		list = append(list, mutilation{name, apply})
	}
	for i, n := range []int{0, 1, 100, 4095, 4096, 8191, 8192, 12288, size / 3, size / 2, size - 5*testPage, size - testPage, size - 1} {
		add(fmt.Sprintf("cut to %d (%d)", n, i), func(d []byte, _ *rand.Rand) []byte { return d[:n] })
	}
	for i := range 70 {
		add(fmt.Sprintf("a flipped bit %d", i), func(d []byte, r *rand.Rand) []byte {
			d[usedPage(d, r)*testPage+r.IntN(testPage)] ^= 1 << r.IntN(8)
			return d
		})
	}
	for i := range 40 {
		add(fmt.Sprintf("a flipped bit in the header of a page or its elements %d", i), func(d []byte, r *rand.Rand) []byte {
			d[usedPage(d, r)*testPage+r.IntN(16+16*8)] ^= 1 << r.IntN(8)
			return d
		})
	}
	for i := range 20 {
		add(fmt.Sprintf("a page of garbage %d", i), func(d []byte, r *rand.Rand) []byte {
			at := usedPage(d, r) * testPage
			for j := range testPage {
				d[at+j] = byte(r.Uint32())
			}
			return d
		})
	}
	for i := range 15 {
		add(fmt.Sprintf("a page of nothing %d", i), func(d []byte, r *rand.Rand) []byte {
			clear(d[usedPage(d, r)*testPage:][:testPage])
			return d
		})
	}
	for i := range 15 {
		add(fmt.Sprintf("a page in the place of another %d", i), func(d []byte, r *rand.Rand) []byte {
			from, to := usedPage(d, r), usedPage(d, r)
			copy(d[to*testPage:][:testPage], d[from*testPage:][:testPage])
			binary.NativeEndian.PutUint64(d[to*testPage:], uint64(to))
			return d
		})
	}
	for i := range 15 {
		add(fmt.Sprintf("a branch that leads elsewhere %d", i), func(d []byte, r *rand.Rand) []byte {
			page := branchPage(d, r)
			count := int(binary.NativeEndian.Uint16(d[page*testPage+10:]))
			element := page*testPage + pageHeader + r.IntN(count)*pageElement
			target := uint64(page) // a circle
			if i%3 != 0 {
				target = uint64(r.IntN(len(d) / testPage * (1 + i%3)))
			}
			binary.NativeEndian.PutUint64(d[element+8:], target)
			return d
		})
	}
	for i := range 8 {
		add(fmt.Sprintf("a wild count of free pages %d", i), func(d []byte, r *rand.Rand) []byte {
			meta, _, err := findMeta(bytes.NewReader(d), int64(len(d)))
			if err != nil {
				return nil
			}
			page := meta.freelist
			binary.NativeEndian.PutUint16(d[page*testPage+10:], 0xFFFF)
			binary.NativeEndian.PutUint64(d[page*testPage+16:], r.Uint64()>>(i*8))
			return d
		})
	}
	for i := range 8 {
		add(fmt.Sprintf("a wild overflow %d", i), func(d []byte, r *rand.Rand) []byte {
			binary.NativeEndian.PutUint32(d[usedPage(d, r)*testPage+12:], r.Uint32()>>(i*4))
			return d
		})
	}
	add("no tables any more", func(d []byte, _ *rand.Rand) []byte {
		meta, _, err := findMeta(bytes.NewReader(d), int64(len(d)))
		if err != nil {
			return nil
		}
		binary.NativeEndian.PutUint16(d[meta.root*testPage+10:], 0)
		return d
	})
	add("both heads gone", func(d []byte, _ *rand.Rand) []byte { clear(d[:2*testPage]); return d })
	add("the first head gone", func(d []byte, _ *rand.Rand) []byte { clear(d[:testPage]); return d })
	add("the second head gone", func(d []byte, _ *rand.Rand) []byte { clear(d[testPage : 2*testPage]); return d })
	add("text", func([]byte, *rand.Rand) []byte { return []byte(strings.Repeat("This is no store.\n", 1000)) })
	add("garbage", func(d []byte, r *rand.Rand) []byte {
		for i := range d {
			d[i] = byte(r.Uint32())
		}
		return d
	})
	return list
}

// usedPage is a page that a tree of the file refers to, behind the heads. Half of all pages may be free.
func usedPage(d []byte, r *rand.Rand) int {
	in, _, err := newInspector(bytes.NewReader(d), int64(len(d)))
	if err == nil {
		in.deep = true
		err = in.trees()
	}
	for err == nil {
		if page := uint64(r.Int64N(int64(in.meta.high))); in.seen[page/64]&(1<<(page%64)) != 0 {
			return int(page)
		}
	}
	return 2
}

// branchPage is a used page that leads to others.
func branchPage(d []byte, r *rand.Rand) int {
	for {
		if page := usedPage(d, r); binary.NativeEndian.Uint16(d[page*testPage+8:]) == flagBranch {
			return page
		}
	}
}

// TestD6_DamagedFiles opens, reads, verifies and writes damaged files. Each call has to work or to return one line that
// wraps ErrDamaged; and what nobody found must be as it was written.
func TestD6_DamagedFiles(t *testing.T) {
	path := richFile(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := testOpen(t, path)
	want := dump(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	list := mutilations(len(data))
	if len(list) < 150 {
		t.Fatalf("only %d mutilations", len(list))
	}
	found, tried := 0, 0
	for round := range scale(1, 8) {
		for i, m := range list {
			if testing.Short() && i%5 != 0 {
				continue
			}
			tried++
			t.Run(fmt.Sprint(m.name, " in round ", round), func(t *testing.T) {
				victim := filepath.Join(t.TempDir(), "store.db")
				hurt := m.apply(append([]byte(nil), data...), rand.New(rand.NewPCG(uint64(i), uint64(round))))
				if err := os.WriteFile(victim, hurt, 0o600); err != nil {
					t.Fatal(err)
				}
				if useDamaged(t, victim, want) {
					found++
				}
			})
		}
	}
	t.Logf("%d of %d damages were found, the others hit nothing that is used", found, tried)
	if found < tried/2 {
		t.Errorf("only %d of %d damages were found", found, tried)
	}
}

// leaves returns the used pages that hold records, by table, each in the order of its first key.
func leaves(t *testing.T, data []byte) map[bucket][]int {
	t.Helper()
	in, _, err := newInspector(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	in.deep = true
	if err := in.trees(); err != nil {
		t.Fatal(err)
	}
	found, first := make(map[bucket][]int), make(map[int]string)
	for page := range int(in.meta.high) {
		at := page * testPage
		if in.seen[page/64]&(1<<(page%64)) == 0 || binary.NativeEndian.Uint16(data[at+8:]) != flagLeaf {
			continue
		}
		if binary.NativeEndian.Uint16(data[at+10:]) == 0 {
			continue
		}
		element := data[at+pageHeader:]
		key := element[binary.NativeEndian.Uint32(element[4:]):][:binary.NativeEndian.Uint32(element[8:])]
		value := element[binary.NativeEndian.Uint32(element[4:])+uint32(len(key)):][:binary.NativeEndian.Uint32(element[12:])]
		for b := range bucketCount {
			if _, err := unseal(b, key, value); err == nil {
				found[b], first[page] = append(found[b], page), string(key)
			}
		}
	}
	for _, pages := range found {
		slices.SortFunc(pages, func(a, b int) int { return strings.Compare(first[a], first[b]) })
	}
	return found
}

// TestD6_ALeafInThePlaceOfAnother of the same table has records whose sums hold; the records it replaced are missed.
func TestD6_ALeafInThePlaceOfAnother(t *testing.T) {
	path := richFile(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for b, pages := range leaves(t, data) {
		for i := range pages {
			from, to := pages[i], pages[(i+1)%len(pages)]
			if from == to {
				continue
			}
			tried++
			hurt := append([]byte(nil), data...)
			copy(hurt[to*testPage:][:testPage], hurt[from*testPage:][:testPage])
			binary.NativeEndian.PutUint64(hurt[to*testPage:], uint64(to))
			victim := filepath.Join(t.TempDir(), "store.db")
			if err := os.WriteFile(victim, hurt, 0o600); err != nil {
				t.Fatal(err)
			}
			noticed := InspectFile(victim) != nil
			if s, err := Open(victim, Options{ReadOnly: true}); err != nil {
				noticed = true
			} else {
				noticed = lines(t, s) != nil || noticed
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if !noticed {
				t.Errorf("table %s: leaf %d of %d in the place of the next is not noticed", b, i, len(pages))
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d pages were exchanged", tried)
	}
}

// useDamaged reports whether the damage was noticed.
func useDamaged(t *testing.T, path string, want map[string]string) bool {
	inspected := InspectFile(path)
	if inspected != nil {
		checkLine(t, "inspect", inspected)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{Timeout: 100 * time.Millisecond})
	if err != nil {
		checkLine(t, "open", err)
		return true
	}
	if before.Size() == 0 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return true // a new store
	}
	ctx := context.Background()
	noticed := inspected != nil
	if err := s.Verify(ctx, func(string) { noticed = true }); err != nil {
		checkLine(t, "verify", err)
		noticed = true
	}
	if !noticed {
		sameDump(t, "what verify took for sound", dump(t, s), want)
	}
	for name, err := range readAll(ctx, s) {
		if err != nil {
			checkLine(t, name, err)
			noticed = true
		}
	}
	for name, err := range writeAll(ctx, s) {
		if err != nil {
			checkLine(t, name, err)
		}
	}
	if err := s.Close(); err != nil {
		checkLine(t, "close", err)
	}
	return noticed
}

// checkLine holds an error to be one line of the right kind.
func checkLine(t *testing.T, name string, err error) {
	t.Helper()
	if !oneOf(err, store.ErrDamaged, store.ErrSchema) {
		t.Errorf("%s: %v does not say that the store is damaged", name, err)
	}
	if text := err.Error(); strings.ContainsAny(text, "\n\r") || strings.Contains(text, "goroutine") {
		t.Errorf("%s: more than a line: %q", name, text)
	}
}

// readAll calls everything that reads.
func readAll(ctx context.Context, s *Store) map[string]error {
	errs := make(map[string]error)
	var ids []news.ItemID
	var refs []store.Ref
	_, errs["head"] = s.Head(ctx)
	_, errs["stats"] = s.Stats(ctx)
	ids, errs["resolve"] = s.Resolve(ctx, "", 1000)
	for _, id := range ids {
		refs = append(refs, store.Ref{Item: id}, store.Ref{Item: id, N: 1})
	}
	_, errs["items"] = s.Items(ctx, refs)
	_, errs["heads"] = s.Heads(ctx, ids)
	_, errs["events"] = s.Events(ctx, 0, 10_000)
	_, errs["recent"] = s.Recent(ctx, 0, 10_000)
	_, errs["keys"] = s.ItemsByKey(ctx, []store.Key{{Kind: store.KeyURL, Version: 1}}, 0)
	_, errs["stories"] = s.Stories(ctx, ids)
	_, errs["recent stories"] = s.RecentStories(ctx, 0, 1000)
	_, errs["matches"] = s.Matches(ctx, ids)
	_, errs["log"] = s.MatchEvents(ctx, "all", 0, 10_000)
	_, errs["entries"] = s.Entries(ctx, "all", 0, 10_000)
	_, errs["cursor"] = s.Cursor(ctx, "linker")
	_, errs["feeds"] = s.Feeds(ctx, news.FeedID{}, 1000)
	_, errs["due"] = s.Due(ctx, monday.Add(1000*time.Hour), 1000)
	_, errs["files"] = s.Files(ctx, testFeed(0).ID, "", 0)
	_, errs["digest"] = s.Digest(ctx, "daily")
	_, errs["editions"] = s.Editions(ctx, "daily", 0, 0)
	_, errs["deliveries"] = s.Deliveries(ctx, "", 0)
	if _, err := s.Edition(ctx, "daily", 1); !oneOf(err, store.ErrNotFound) {
		errs["edition"] = err
	}
	return errs
}

// writeAll calls what writes to most tables.
func writeAll(ctx context.Context, s *Store) map[string]error {
	errs := make(map[string]error)
	for n := range 4 {
		var d store.Document
		d.Feed = testFeed(n)
		for i := range 70 {
			d.Items = append(d.Items, testItem(d.Feed, i, "c"))
		}
		_, errs[fmt.Sprint("append ", n)] = s.Append(ctx, store.Batch{Documents: []store.Document{d}})
	}
	if at, err := s.Cursor(ctx, "linker"); err == nil {
		d := store.Derivation{Follower: "linker", From: at, To: at}
		for i := range 60 {
			id := testItem(testFeed(2), i, "c").Item.ID
			d.Matches = append(d.Matches, store.Matched{UUID: "urn:uuid:new", Match: news.Match{Watch: "new", Item: id, Group: id, Rev: 1}})
		}
		if err := s.Commit(ctx, d); !oneOf(err, store.ErrInvalid) { // an item that cannot be found any more
			errs["commit"] = err
		}
	}
	if err := s.Forget(ctx, testItem(testFeed(1), 9, "a").Item.ID, "asked", monday); !oneOf(err, store.ErrNotFound) {
		errs["forget"] = err
	}
	if _, err := s.Claim(ctx, monday.Add(time.Hour), monday.Add(2*time.Hour)); !oneOf(err, store.ErrNotFound) {
		errs["claim"] = err
	}
	errs["reindex"] = s.Reindex(ctx)
	return errs
}

func TestAFileThatIsCutWhileOpenIsAnErrorAndNotTheEnd(t *testing.T) {
	path := richFile(t)
	s := testOpen(t, path)
	if err := os.Truncate(path, 3*testPage); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for name, err := range readAll(context.Background(), s) {
		if err != nil {
			checkLine(t, name, err)
			seen++
		}
	}
	if seen == 0 {
		t.Error("nobody noticed")
	}
	done := make(chan error, 1)
	go func() { done <- s.Close() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("closing it hangs")
	}
}
