package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"mediawatch/news"
	"mediawatch/store"
)

var monday = time.Date(2026, 11, 16, 6, 0, 0, 0, time.UTC)

func testFeed(n int) news.Feed {
	address := fmt.Sprintf("https://outlet-%d.example/feed", n)
	return news.Feed{ID: news.NewFeedID(news.KindFeed, address), Address: address, Location: address, Title: fmt.Sprintf("Outlet %d", n), NextDue: monday.Add(time.Hour)}
}

func testItem(of news.Feed, n int, state string) store.News {
	identity := fmt.Sprintf("https://outlet.example/%s/%d", of.ID, n)
	var text strings.Builder
	for i := range 40 {
		fmt.Fprintf(&text, "<p>Paragraph %d of report %d of %s in state %s.</p>", i, n, of.Title, state)
	}
	hash := func(kind string) news.Hash { return bodyHash(fmt.Append(nil, kind, identity, state)) }
	return store.News{State: hash("state"), Item: news.Item{
		ID: news.NewItemID(of.ID, identity), Feed: of.ID, Identity: identity, URL: identity, Outlet: of.Title, Seen: monday, Fingerprint: uint64(n),
		Origin: news.Origin{Raw: hash("raw"), At: monday, FinalURL: of.Address, Status: 200},
		Revision: news.Revision{
			At: monday, Title: fmt.Sprintf("Headline %d (%s)", n, state), Summary: "Short.", Content: text.String(),
			Keys: news.Keys{Version: 1, URL: bodyHash([]byte(identity)), Content: hash("content"), Gist: hash("gist")},
		},
	}}
}

func testOpen(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path, Options{Timeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// enrich puts something into every table of a store.
func enrich(t testing.TB, s *Store) (ids []news.ItemID) {
	t.Helper()
	ctx := context.Background()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range 3 {
		of := testFeed(n)
		d := store.Document{Feed: of, Files: []news.File{{Feed: of.ID, Path: fmt.Sprintf("note %d.txt", n), Size: 5}}}
		for i := range 60 {
			d.Items = append(d.Items, testItem(of, i, "a"))
			ids = append(ids, d.Items[i].Item.ID)
		}
		for i := range 10 {
			d.Items = append(d.Items, testItem(of, i*3, "b"))
		}
		_, err := s.Append(ctx, store.Batch{Documents: []store.Document{d}})
		ok(err)
	}
	d := store.Derivation{Follower: "linker", To: store.Cursor{Seq: 100, Version: "1"}}
	for i := 0; i < 60; i += 4 {
		d.Places = append(d.Places, store.Place{Item: ids[i+60], Story: ids[i], Relation: news.SameText, Score: 1, Of: ids[i]})
		d.Places = append(d.Places, store.Place{Item: ids[i+120], Story: ids[i], Relation: news.SamePage, Score: 0.5, Of: ids[i]})
	}
	for i, id := range ids {
		for _, watch := range []string{"all", "harbour"} {
			d.Matches = append(d.Matches, store.Matched{
				UUID: fmt.Sprintf("urn:uuid:%s-%d", watch, i), Time: monday.Add(time.Duration(i) * time.Minute),
				Match: news.Match{Watch: watch, Item: id, Group: id, At: monday, Rev: 1, Backlog: i%2 == 0, Evidence: []news.Evidence{{Clause: "report", Field: "body"}}},
			})
		}
	}
	heads, err := s.Heads(ctx, ids)
	ok(err)
	for i, id := range ids {
		d.Signatures = append(d.Signatures, store.Signature{Seq: heads[i].Seq, Item: id, N: 1, Data: []byte("signature")})
	}
	d.Boilerplate = []store.Boilerplate{{Outlet: "Courier", Lines: []store.SiteLine{{Line: "the courier appears daily", Version: 1}}}}
	d.Revised = []store.Revised{{Watch: "all", Item: ids[0], Rev: 2, At: monday.Add(time.Hour)}}
	d.Unmatched = []store.Unmatched{{Watch: "all", Item: ids[7], Rev: 1}, {Watch: "harbour", Item: ids[8], Rev: 1}}
	ok(s.Commit(ctx, d))
	ok(s.Forget(ctx, ids[5], "asked", monday))
	ok(s.Forget(ctx, ids[3], "asked", monday))
	state := news.DigestState{Digest: "daily"}
	for n := 1; n <= 3; n++ {
		to := news.DigestState{Digest: "daily", Number: n, Cursor: news.Seq(n)}
		e := news.Edition{Digest: "daily", Number: n, Date: monday, Text: []byte("text"), HTML: bytes.Repeat([]byte("html "), 200), Stories: []news.Reported{{Group: ids[n], Number: n, Items: 1}}}
		ok(s.CommitEdition(ctx, store.EditionCommit{From: state, To: to, Edition: &e, Deliveries: []news.Delivery{
			{Digest: "daily", Number: n, Recipient: "mailto:desk@outlet.example", State: news.DeliveryPending, NextTry: monday},
		}}))
		state = to
	}
	_, err = s.Claim(ctx, monday, monday.Add(time.Minute))
	ok(err)
	for from, query := range []string{"harbour", "harbour OR ferries"} {
		r := news.Saved{Kind: news.SavedWatch, Name: "ports", Author: "desk", Time: monday, Version: from, Data: []byte(query)}
		ok(s.Save(ctx, []news.Saved{r}))
	}
	return ids
}

// dump is every key and value of every table.
func dump(t testing.TB, s *Store) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := s.rawView(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				if string(k) != metaBackup { // what a copy says of itself is none of its content
					all[string(name)+"\x00"+string(k)] = string(v)
				}
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sameDump names the first difference.
func sameDump(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	for k, v := range want {
		if g, ok := got[k]; !ok || g != v {
			t.Fatalf("%s: %q is %x, want %x", what, k, g, v)
		}
	}
	for k := range got {
		if _, ok := want[k]; !ok {
			t.Fatalf("%s: there is a new %q", what, k)
		}
	}
}

// lines is what Verify reports.
func lines(t testing.TB, s *Store) (list []string) {
	t.Helper()
	if err := s.Verify(context.Background(), func(line string) { list = append(list, line) }); err != nil {
		t.Fatal(err)
	}
	return list
}

// richFile is a closed store with something in every table.
func richFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	s := testOpen(t, path)
	enrich(t, s)
	for b := range bucketCount {
		if err := s.view(context.Background(), "look", func(tx *txn) error {
			if k, _ := tx.bucket(b).Cursor().First(); k == nil {
				return fmt.Errorf("table %s is empty", b)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// scale is how often something is repeated: in the usual run, and in make torture.
func scale(usual, torture int) int {
	if os.Getenv("MEDIAWATCH_TORTURE") != "" {
		return torture
	}
	return usual
}

func oneOf(err error, kinds ...error) bool {
	for _, k := range kinds {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
