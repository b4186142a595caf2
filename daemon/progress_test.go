package daemon

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mediawatch/store"
)

// TestT08A5_ALongLookIsBesideEverythingElse holds up the keeping of a first batch: the program says how far it is and
// reads its feeds meanwhile.
func TestT08A5_ALongLookIsBesideEverythingElse(t *testing.T) {
	n := newNewsroom(t)
	for _, name := range []string{"a.txt", "b.txt"} {
		path := filepath.Join(n.dir, "saved", name)
		text := "Harbour of " + name + "\n\nThe harbour of the town is open again, as " + name + " says in many words.\n"
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, n.clock.Add(-time.Hour), n.clock.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	n.publish("1", "Port closed", "The port is closed until the end of the week, the harbour office says.")
	holding, goOn := make(chan struct{}), make(chan struct{})
	keep := n.d.folder.Keep
	n.d.folder.Keep = func(ctx context.Context, doc store.Document) (store.Receipt, error) {
		if len(doc.Items) > 0 {
			close(holding)
			<-goOn
		}
		return keep(ctx, doc)
	}
	look := n.d.firstLook(t.Context())
	<-holding
	if got := n.d.status(t.Context()).Progress; len(got) != 1 || got[0] != "reading saved: 0 of 2 files." {
		t.Errorf("the overview says %q", got)
	}
	if _, err := n.d.Run(t.Context(), RunOptions{}); err != nil {
		t.Fatal(err)
	}
	items, err := n.store.Recent(t.Context(), 0, 10)
	if err != nil || len(items) != 1 || items[0].Title != "Port closed" {
		t.Errorf("%d items beside the look (%v), want that of the feed", len(items), err)
	}
	close(goOn)
	<-look
	if items, err := n.store.Recent(t.Context(), 0, 10); err != nil || len(items) != 3 {
		t.Errorf("%d items after the look (%v), want three", len(items), err)
	}
	if got := n.d.status(t.Context()).Progress; len(got) != 0 {
		t.Errorf("afterwards the overview says %q", got)
	}
}

// TestT08A5_ALineAMinute: long work says how far it is, once a minute.
func TestT08A5_ALineAMinute(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	w := works{now: func() time.Time { return at }, say: func(p Progress) { out.WriteString(p.String() + "\n") }}
	work := w.begin("reading saved", "file")
	for i := range 150 {
		work.at(i, 300)
		at = at.Add(time.Second)
	}
	work.end()
	if want := "reading saved: 60 of 300 files, about 4m left\nreading saved: 120 of 300 files, about 3m left\n"; out.String() != want {
		t.Errorf("said %q, want %q", out.String(), want)
	}
	if s := (Progress{What: "importing archive.csv", Noun: "article", Done: 12_500}).String(); !strings.HasSuffix(s, ": 12,500 articles") {
		t.Error(s)
	}
}
