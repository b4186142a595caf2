package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"go.etcd.io/bbolt"

	"mediawatch/dedupe"
	"mediawatch/follow"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/store/bolt"
)

// TestGrowth prints what an item costs while the window fills up to GROWTH items: texts of about 4.7 KB, three of ten
// of them copies, through the program's own store and linker. docs/performance.md has its figures; `make
// stories-growth` repeats them.
func TestGrowth(t *testing.T) {
	if err := grow(os.Stdout, filepath.Join(t.TempDir(), "store.db"), upTo(t)); err != nil {
		t.Fatal(err)
	}
}

// TestGrowthOfIndex goes on where texts would take too long: signatures alone, in an index of up to ten times as many.
func TestGrowthOfIndex(t *testing.T) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "signatures\tfind and add µs\tmemory B\t")
	for _, n := range milestones(10 * upTo(t)) {
		fmt.Fprintln(w, growIndex(n))
		runtime.GC()
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// upTo is how many items are asked for.
func upTo(t *testing.T) int {
	items, err := strconv.Atoi(os.Getenv("GROWTH"))
	if err != nil || items < 1 {
		t.Skip("GROWTH is not set to a number of items: a measurement, made by make stories-growth")
	}
	return items
}

func grow(out io.Writer, path string, items int) error {
	g, err := newGrowth(path, items)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "items\tsign, 2 cores µs\tappend µs\tfind, judge, commit µs\titems/s without append\tdisk B\tsettle s\tof it CPU s\tmoved\t")
	for _, n := range milestones(items) {
		row, err := g.upTo(n)
		if err != nil {
			return err
		}
		fmt.Fprintln(t, row)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return g.store.Close()
}

// milestones are where the cost is looked at.
func milestones(items int) []int {
	var out []int
	for n := 10_000; n < items; n *= 10 {
		out = append(out, n)
		if 3*n < items {
			out = append(out, 3*n)
		}
	}
	return append(out, items)
}

// growth is a store that grows.
type growth struct {
	w       writer
	path    string
	store   *bolt.Store
	items   *follow.Items
	linker  *follow.Linker
	outlets []string
	sites   []string
	recent  []article // to copy from
	made    int
	every   time.Duration // between arrivals
}

func newGrowth(path string, items int) (*growth, error) {
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		return nil, err
	}
	g := &growth{w: writer{rand.New(rand.NewPCG(1, 6))}, path: path, store: s, items: follow.NewItems(s), every: 13 * 24 * time.Hour / time.Duration(items)}
	g.linker = follow.NewLinker(s, g.items, dedupe.Window{})
	for range 500 {
		g.outlets = append(g.outlets, g.w.invented()+" "+pick(g.w, []string{"Courier", "Gazette", "Times", "Herald"}))
		g.sites = append(g.sites, "<p>"+strings.Join(g.w.siteLines(2), "</p><p>")+"</p>")
	}
	return g, nil
}

// cpu is the processor time used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// upTo lets items arrive until there are n, and tells what the last 10,000 cost each, and what settling all costs.
func (g *growth) upTo(n int) (string, error) {
	const batch = 1000
	last := min(10_000, n)
	var sign, add, link time.Duration
	for g.made < n {
		docs := g.documents(batch)
		from := time.Now()
		g.identify(docs)
		signed := time.Now()
		receipt, err := g.store.Append(context.Background(), store.Batch{Documents: docs})
		if err != nil {
			return "", err
		}
		g.items.Remember(receipt)
		appended := time.Now()
		for took := 1; took > 0; {
			if took, err = g.linker.Step(context.Background()); err != nil {
				return "", err
			}
		}
		if g.made > n-last {
			sign, add, link = sign+signed.Sub(from), add+appended.Sub(signed), link+time.Since(appended)
		}
	}
	g.items = follow.NewItems(g.store) // nothing waits in memory
	begun, before := time.Now(), cpu()
	moved, err := g.linker.Settle(context.Background(), time.Now())
	if err != nil {
		return "", err
	}
	settled, spent := time.Since(begun), cpu()-before
	disk, err := g.disk()
	per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(last) }
	return fmt.Sprintf("%d\t%.1f\t%.1f\t%.1f\t%.0f\t%d\t%.1f\t%.1f\t%d\t", n, per(sign), per(add), per(link), float64(last)/(sign+link).Seconds(),
		disk/n, settled.Seconds(), spent.Seconds(), moved), err
}

// documents makes the next n items up.
func (g *growth) documents(n int) []store.Document {
	const keep = 2000
	docs := make([]store.Document, n)
	for i := range docs {
		var a article
		if len(g.recent) > 0 && g.w.IntN(10) < 3 {
			a = pick(g.w, g.recent)
			a.paragraphs = slices.Clone(a.paragraphs)
			a = pick(g.w, edits).rework(g.w, a)
		} else {
			a = g.w.article(g.subject(), 730)
			if g.recent = append(g.recent, a); len(g.recent) > keep {
				g.recent = g.recent[1:]
			}
		}
		outlet := g.w.IntN(len(g.outlets))
		docs[i] = g.document(a, outlet)
		g.made++
	}
	return docs
}

// subject has things of its own: of the few hundred words of the small set a million texts would have many sentences in common.
func (g *growth) subject() subject {
	s := g.w.subject()
	for i := range s.things {
		s.things[i] = strings.ToLower(g.w.invented())
	}
	return s
}

// document is a feed that brings one item.
func (g *growth) document(a article, outlet int) store.Document {
	feed := news.NewFeedID(news.KindFeed, g.outlets[outlet])
	guid := fmt.Sprint(g.made)
	at := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.made) * g.every)
	it := news.Item{
		ID: news.NewItemID(feed, guid), Feed: feed, Identity: guid, Outlet: g.outlets[outlet], URL: "https://news.example/" + guid, Seen: at,
		Revision: news.Revision{
			At: at, Title: a.title, Published: news.Stamp{Time: at, Certainty: news.CertaintyExact},
			Content: "<p>" + strings.Join(escapeAll(a.paragraphs), "</p><p>") + "</p>" + g.sites[outlet],
		},
	}
	return store.Document{Feed: news.Feed{ID: feed, Address: g.outlets[outlet]}, Items: []store.News{{Item: it}}}
}

func escapeAll(paragraphs []string) []string {
	out := make([]string, len(paragraphs))
	for i, p := range paragraphs {
		out[i] = html.EscapeString(p)
	}
	return out
}

// identify gives the items their keys and leaves their signatures for the linker, on all cores, as ingest does.
func (g *growth) identify(docs []store.Document) {
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(docs); i += workers {
				n := &docs[i].Items[0]
				n.Item.Keys, n.State = g.items.Signatures().Identify(&n.Item)
			}
		})
	}
	wg.Wait()
}

// disk is how many bytes the linker's tables take in the file.
func (g *growth) disk() (int, error) {
	if err := g.store.Close(); err != nil {
		return 0, err
	}
	size := 0
	db, err := bbolt.Open(g.path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		for _, name := range []string{"signatures", "boilerplate", "members", "stories", "index.memberof", "index.storyorder"} {
			st := tx.Bucket([]byte(name)).Stats()
			size += st.LeafAlloc + st.BranchAlloc
		}
		return nil
	})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		return 0, err
	}
	if g.store, err = bolt.Open(g.path, bolt.Options{}); err != nil {
		return 0, err
	}
	g.items = follow.NewItems(g.store)
	g.linker = follow.NewLinker(g.store, g.items, dedupe.Window{})
	return size, nil
}

// growIndex fills an index with n made-up signatures, of which three of ten share prints with one before, and tells
// what the last 10,000 cost each.
func growIndex(n int) string {
	const last = 10_000
	r := rand.New(rand.NewPCG(2, 7))
	x := dedupe.NewIndex(dedupe.Window{Texts: n})
	before := make([][]uint64, 1000)
	var from time.Time
	var spent time.Duration
	for i := range n {
		s := dedupe.Signature{Tokens: 700, Prints: make([]uint64, dedupe.MaxPrints)}
		for k := range s.Prints {
			s.Prints[k] = r.Uint64()
		}
		if old := before[r.IntN(len(before))]; old != nil && r.IntN(10) < 3 {
			copy(s.Prints[:9], old)
		}
		before[i%len(before)] = slices.Clone(s.Prints)
		e := dedupe.Entry{Seq: news.Seq(i + 1), Stated: dedupe.Day(20_000 + 13*i/n)}
		var content news.Hash
		for k := range 8 {
			content[k] = byte(r.Uint32())
		}
		slices.Sort(s.Prints)
		if i >= n-last {
			from = time.Now()
		}
		x.Find(s, e.Stated)
		x.Add(e, e.Stated, s, content)
		if i >= n-last {
			spent += time.Since(from)
		}
	}
	return fmt.Sprintf("%d\t%.1f\t%d\t", n, float64(spent.Nanoseconds())/1000/last, x.Bytes()/n)
}
