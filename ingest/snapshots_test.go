package ingest_test

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mediawatch/dedupe"
	"mediawatch/feeds"
	"mediawatch/fetch"
	"mediawatch/follow"
	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/store"
	"mediawatch/store/bolt"
)

const snapshots = "../../shared/corpora/snapshots"

// noOutlets knows no publisher.
type noOutlets struct{}

func (noOutlets) OutletOf(string) string { return "" }

// noFacts knows nothing about feeds.
type noFacts struct{}

func (noFacts) Facts(*news.Item) query.Facts { return query.Facts{} }

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func openStore(t testing.TB) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "s.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func reader(t testing.TB, s store.Store) *ingest.FeedReader {
	t.Helper()
	c, err := fetch.New(fetch.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &ingest.FeedReader{Client: c, Journal: s, Feeds: s, Outlets: noOutlets{}, Now: func() time.Time { return now }, Rand: rand.Float64}
}

// snapshotFiles lists the real feeds, as slash paths.
func snapshotFiles(t *testing.T) []string {
	t.Helper()
	if _, err := os.Stat(snapshots); err != nil {
		t.Skip("../shared is absent: the real feeds are not read")
	}
	var out []string
	err := fs.WalkDir(os.DirFS(snapshots), ".", func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEverySnapshotBecomesItems reads all real feeds through a server twice: every entry of every readable document is
// an item, and the second pass adds nothing.
func TestEverySnapshotBecomesItems(t *testing.T) {
	files := snapshotFiles(t)
	server := httptest.NewServer(http.FileServer(http.Dir(snapshots)))
	defer server.Close()
	s := openStore(t)
	r := reader(t, s)
	ctx := context.Background()
	read := func(file string) (ingest.FeedResult, ingest.Subscription) {
		address := server.URL + (&url.URL{Path: "/" + file}).EscapedPath()
		sub := ingest.Subscription{ID: news.NewFeedID(news.KindFeed, address), URL: address}
		res, err := r.Read(ctx, sub)
		if err != nil {
			t.Fatal(err)
		}
		return res, sub
	}
	items, unreadable := 0, 0
	for _, file := range files {
		res, sub := read(file)
		receipt, err := s.Append(ctx, store.Batch{Documents: []store.Document{res.Document}})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if res.Err != nil {
			unreadable++
			t.Logf("unreadable: %s: %v", file, res.Err)
			if res.Document.Feed.Error == "" {
				t.Errorf("%s: unreadable without a word in its state", file)
			}
			continue
		}
		checkEntries(t, file, sub, receipt)
		items += len(receipt.New)
	}
	t.Logf("%d documents, %d unreadable, %d items", len(files), unreadable, items)
	if unreadable > len(files)/10 {
		t.Errorf("%d of %d real documents were not read", unreadable, len(files))
	}
	for _, file := range files {
		res, _ := read(file)
		if receipt, err := s.Append(ctx, store.Batch{Documents: []store.Document{res.Document}}); err != nil || len(receipt.New)+len(receipt.Revised) > 0 {
			t.Errorf("%s: the second pass added %d and revised %d items (%v)", file, len(receipt.New), len(receipt.Revised), err)
		}
	}
	checkStories(t, s)
}

// checkEntries asks that different guids of a document became different items, and that nothing without a guid was lost.
func checkEntries(t *testing.T, file string, sub ingest.Subscription, receipt store.Receipt) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(snapshots, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := feeds.Parse(data, feeds.Options{Base: sub.URL, Now: now})
	if err != nil {
		return // differs only by the content type the server sent
	}
	type entry struct{ id, link, title, text string }
	different := make(map[entry]bool)
	for _, e := range doc.Entries {
		it := e.Item()
		different[entry{e.ID, e.Link, it.Title, it.HTML()}] = true
	}
	if len(receipt.New) != len(different) {
		t.Errorf("%s: %d items from %d different entries", file, len(receipt.New), len(different))
	}
}

// checkStories asks that no two entries of one feed with different guids are taken for one.
func checkStories(t *testing.T, s *bolt.Store) {
	t.Helper()
	ctx := context.Background()
	memory := follow.NewItems(s)
	if err := follow.CatchUp(ctx, follow.NewLinker(s, memory, dedupe.Window{}), follow.NewMatcher(s, memory, noFacts{}, time.Now)); err != nil {
		t.Fatal(err)
	}
	stories, err := s.RecentStories(ctx, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, story := range stories {
		seen := make(map[news.FeedID]news.Item)
		for _, m := range story.Members {
			items, err := s.Items(ctx, []store.Ref{{Item: m.Item}})
			if err != nil {
				t.Fatal(err)
			}
			it := items[0]
			if other, both := seen[it.Feed]; both {
				t.Errorf("two entries of one feed are one story: %q (%s) and %q (%s)", other.Title, other.Identity, it.Title, it.Identity)
			}
			seen[it.Feed] = it
		}
	}
	t.Logf("%d stories of two and more", len(stories))
}
