package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// Benchmark measures an engine over the work that matters: 40,000 items of 2.35 KB from 2,000 feeds, the same feeds
// unchanged, known items, and the reads behind pages and feeds. Figures an item or a feed are reported beside the time
// of a whole run.
func Benchmark(b *testing.B, fresh Fresh) {
	b.Run("Append/new", func(b *testing.B) { benchAppend(b, fresh) })
	b.Run("Append/unchanged", func(b *testing.B) { benchUnchanged(b, fresh) })
	b.Run("Append/known", func(b *testing.B) { benchKnown(b, fresh) })
	loaded := newLoad(b, fresh)
	for _, read := range []struct {
		name string
		call func(*load) error
	}{
		{"Heads/20", (*load).heads},
		{"Events/500", (*load).events},
		{"Items/100", (*load).items},
		{"Recent/100", (*load).recent},
		{"ItemsByKey/60", (*load).keys},
		{"Entries/100", (*load).entries},
		{"Stories/100", (*load).stories},
		{"Due/100", (*load).due},
		{"Commit/500 matches", (*load).commit},
	} {
		b.Run(read.name, func(b *testing.B) {
			from := processTime()
			for b.Loop() {
				if err := read.call(loaded); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((processTime()-from).Seconds()*1e6/float64(b.N), "cpu-µs/op")
		})
	}
}

// The size of the work.
const (
	benchFeeds    = 2000
	benchItems    = 20 // of each feed
	benchBatch    = 40 // documents in a batch
	benchUnbatch  = 500
	benchItemSize = 2350
)

var benchWords = strings.Fields(`the board of harbour authority said on monday that trade through its eastern terminal rose by more than a tenth in
	the third quarter while officials from both ministries met to discuss new rules for shipping insurance and port security after weeks of delays caused by
	storms strikes and rising fuel prices analysts expect a slow recovery next year according to figures published by an independent institute which has
	followed freight markets since nineteen eighty four residents near river complain about noise dust traffic schools remain open councillors vote again`)

// prose is text of about n bytes with a distribution of words that compresses like news.
func prose(r *rand.Rand, n int) string {
	var b strings.Builder
	b.WriteString("<p>")
	for b.Len() < n {
		i := min(r.IntN(len(benchWords)), r.IntN(len(benchWords)))
		b.WriteString(benchWords[i])
		switch r.IntN(14) {
		case 0:
			fmt.Fprintf(&b, " %x", r.Uint32())
		case 1:
			b.WriteString(".</p>\n<p>")
		}
		b.WriteByte(' ')
	}
	return b.String() + "</p>"
}

// benchDocument is one read of a feed with its items.
func benchDocument(n int) store.Document {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	of := feed(n)
	of.ETag, of.LastModified, of.Body = fmt.Sprintf(`"%x"`, r.Uint64()), "Mon, 16 Nov 2026 06:00:00 GMT", hash("body", n)
	of.NextDue = at(n % 60)
	d := document(of)
	for i := range benchItems {
		a := article(of, i, "a")
		a.Item.Identity = fmt.Sprintf("https://outlet-%d.example/2026/11/16/%s-%d", n, strings.ReplaceAll(prose(r, 30)[3:30], " ", "-"), i)
		a.Item.URL, a.Item.ID = a.Item.Identity, news.NewItemID(of.ID, a.Item.Identity)
		a.Item.Title = strings.Trim(prose(r, 60), "<p/>\n ")
		a.Item.Summary, a.Item.Content = prose(r, 250), prose(r, benchItemSize-600)
		a.Item.Origin.Raw, a.Item.Origin.At = hash("raw", n), at(1)
		a.Item.Categories, a.Item.Authors = []string{"Trade", "Ports"}, []news.Person{{Name: "A. Writer"}}
		a.Item.Keys = news.Keys{Version: 1, URL: hash("url", n, i), Content: hash("content", n, i), Gist: hash("gist", n, i)}
		a.State = hash("state", n, i)
		d.Items = append(d.Items, a)
	}
	return d
}

func benchOpen(b *testing.B, fresh Fresh) store.Store {
	s, err := fresh(b)()
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// benchAppend makes each batch before it looks at the clock, so that neither the making nor the garbage of 40,000 items
// at once is measured.
func benchAppend(b *testing.B, fresh Fresh) {
	ctx := context.Background()
	var cpu time.Duration
	var size int64
	for b.Loop() {
		b.StopTimer()
		s := benchOpen(b, fresh)
		for n := 0; n < benchFeeds; n += benchBatch {
			var batch store.Batch
			for i := range benchBatch {
				batch.Documents = append(batch.Documents, benchDocument(n+i))
			}
			from := processTime()
			b.StartTimer()
			_, err := s.Append(ctx, batch)
			b.StopTimer()
			cpu += processTime() - from
			if err != nil {
				b.Fatal(err)
			}
		}
		st, err := s.Stats(ctx)
		if err != nil || st.Items != benchFeeds*benchItems {
			b.Fatal(st.Items, err)
		}
		size = st.Bytes
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	items := float64(benchFeeds * benchItems)
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(cpu.Seconds()*1e6/float64(b.N)/items, "cpu-µs/item")
	b.ReportMetric(float64(size)/items, "disk-B/item")
}

func benchUnchanged(b *testing.B, fresh Fresh) {
	ctx := context.Background()
	s := benchOpen(b, fresh)
	defer s.Close()
	docs := make([]store.Document, benchFeeds)
	for n := range docs {
		docs[n] = store.Document{Feed: benchDocument(n).Feed}
	}
	round := 0
	from := processTime()
	for b.Loop() {
		round++
		for n := range docs {
			docs[n].Feed.LastTry = at(round)
			docs[n].Feed.NextDue = at(round*60 + (n*7)%60)
		}
		for n := 0; n < len(docs); n += benchUnbatch {
			if _, err := s.Append(ctx, store.Batch{Documents: docs[n : n+benchUnbatch]}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric((processTime()-from).Seconds()*1e6/float64(b.N)/benchFeeds, "cpu-µs/feed")
}

func benchKnown(b *testing.B, fresh Fresh) {
	ctx := context.Background()
	s := benchOpen(b, fresh)
	defer s.Close()
	var docs []store.Document
	for n := range benchBatch {
		docs = append(docs, benchDocument(n))
	}
	for b.Loop() {
		if _, err := s.Append(ctx, store.Batch{Documents: docs}); err != nil {
			b.Fatal(err)
		}
	}
}

// load is a store with everything in it, to read from.
type load struct {
	store.Store
	ctx    context.Context
	r      *rand.Rand
	ids    []news.ItemID
	lookup []store.Key
	round  int
}

func newLoad(b *testing.B, fresh Fresh) *load {
	l := &load{Store: benchOpen(b, fresh), ctx: context.Background(), r: rand.New(rand.NewPCG(1, 1))}
	b.Cleanup(func() {
		if err := l.Close(); err != nil {
			b.Error(err)
		}
	})
	var at store.Cursor
	for n := 0; n < benchFeeds; n += benchBatch {
		var batch store.Batch
		for i := range benchBatch {
			batch.Documents = append(batch.Documents, benchDocument(n+i))
		}
		r, err := l.Append(l.ctx, batch)
		if err != nil {
			b.Fatal(err)
		}
		d := store.Derivation{Follower: "matcher", From: at, To: store.Cursor{Seq: r.Head}}
		for i := range r.New {
			id, k := r.New[i].ID, r.New[i].Keys
			l.ids = append(l.ids, id)
			l.lookup = append(l.lookup, store.Key{Kind: store.KeyURL, Version: 1, Hash: k.URL}, store.Key{Kind: store.KeyContent, Version: 1, Hash: k.Content})
			d.Matches = append(d.Matches, matched("all", id, id, i))
			if i%10 == 9 {
				d.Places = append(d.Places, place(id, r.New[i-5].ID))
			}
		}
		at = d.To
		if err := l.Commit(l.ctx, d); err != nil {
			b.Fatal(err)
		}
	}
	st, err := l.Stats(l.ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d items, %d matches, %d stories: %d bytes an item with everything", st.Items, st.Matches, st.Stories, st.Bytes/st.Items)
	return l
}

// some is n ids of one document, as ingest asks for them.
func (l *load) some(n int) []news.ItemID {
	from := l.r.IntN((len(l.ids)-n)/benchItems) * benchItems
	return l.ids[from : from+n]
}

func (l *load) heads() error {
	_, err := l.Heads(l.ctx, l.some(20))
	return err
}

func (l *load) events() error {
	_, err := l.Events(l.ctx, news.Seq(l.r.IntN(len(l.ids))), 500)
	return err
}

func (l *load) items() error {
	var refs []store.Ref
	for range 100 {
		refs = append(refs, store.Ref{Item: l.ids[l.r.IntN(len(l.ids))]})
	}
	_, err := l.Store.Items(l.ctx, refs)
	return err
}

func (l *load) recent() error {
	_, err := l.Recent(l.ctx, 0, 100)
	return err
}

func (l *load) keys() error {
	from := l.r.IntN(len(l.lookup) - 60)
	_, err := l.ItemsByKey(l.ctx, l.lookup[from:from+60], 10)
	return err
}

func (l *load) entries() error {
	_, err := l.Entries(l.ctx, "all", 0, 100)
	return err
}

func (l *load) stories() error {
	_, err := l.Stories(l.ctx, l.some(100))
	return err
}

func (l *load) due() error {
	_, err := l.Due(l.ctx, at(90), 100)
	return err
}

func (l *load) commit() error {
	l.round++
	d := store.Derivation{Follower: fmt.Sprint("bench ", l.round), To: store.Cursor{Seq: 1}}
	for _, id := range l.some(500) {
		d.Matches = append(d.Matches, matched(d.Follower, id, id, 1))
	}
	return l.Commit(l.ctx, d)
}
