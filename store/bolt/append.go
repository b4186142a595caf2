package bolt

import (
	"context"
	"fmt"

	"mediawatch/news"
	"mediawatch/store"
)

// Append writes a batch of documents; see store.Journal.
func (s *Store) Append(ctx context.Context, batch store.Batch) (store.Receipt, error) {
	if err := checkBatch(&batch); err != nil {
		return store.Receipt{}, fmt.Errorf("append: %w", err)
	}
	var a *appender
	err := s.update(ctx, "append", func(t *txn) error {
		var err error
		if a, err = newAppender(t); err != nil {
			return err
		}
		for i := range batch.Documents {
			if err := a.document(&batch.Documents[i]); err != nil {
				return err
			}
		}
		return a.finish()
	})
	if err != nil {
		return store.Receipt{}, err
	}
	return a.receipt, nil
}

func checkBatch(batch *store.Batch) error {
	for i := range batch.Documents {
		d := &batch.Documents[i]
		if err := store.CheckFeed(&d.Feed); err != nil {
			return err
		}
		for j := range d.Items {
			if err := store.CheckItem(&d.Items[j].Item); err != nil {
				return err
			}
		}
		for j := range d.Files {
			if err := store.CheckFile(&d.Files[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// appender is one Append. What goes under random keys is gathered and written in order at the end.
type appender struct {
	t       *txn
	counts  *countsRecord
	receipt store.Receipt

	ids    map[news.ItemID]uint64 // new in this batch
	feeds  map[news.FeedID]*feedChange
	order  []news.FeedID
	bodies map[news.Hash]*bodyChange
	keys   []pair
	held   map[string]struct{} // the first of keys, by holder: filled when a revision wants to know
	upto   int                 // how many of keys are in held
	origin news.Origin         // the last one written
	at     uint64              // and its number
}

// feedChange is a feed's state before and after.
type feedChange struct {
	old   *news.Feed // nil when it is new
	new   *news.Feed // nil when only items are counted
	added int64
}

type bodyChange struct {
	bodyRef
	fresh bool
}

func newAppender(t *txn) (*appender, error) {
	c, err := t.count()
	if err != nil {
		return nil, err
	}
	return &appender{
		t: t, counts: c, ids: make(map[news.ItemID]uint64), feeds: make(map[news.FeedID]*feedChange),
		bodies: make(map[news.Hash]*bodyChange), held: make(map[string]struct{}),
	}, nil
}

func (a *appender) document(d *store.Document) error {
	fc, err := a.feed(d.Feed.ID)
	if err != nil {
		return err
	}
	fc.new = &d.Feed
	for i := range d.Items {
		if err := a.item(&d.Items[i]); err != nil {
			return &store.Refusal{Item: d.Items[i].Item.ID, Title: d.Items[i].Item.Title, Err: err}
		}
	}
	for i := range d.Files {
		if err := a.t.putFile(&d.Files[i]); err != nil {
			return err
		}
	}
	return nil
}

// feed returns what is known of a feed and about to change.
func (a *appender) feed(id news.FeedID) (*feedChange, error) {
	if fc := a.feeds[id]; fc != nil {
		return fc, nil
	}
	fc := new(feedChange)
	old, ok, err := a.t.feed(id)
	if err != nil {
		return nil, err
	}
	if ok {
		fc.old = &old
	}
	a.feeds[id] = fc
	a.order = append(a.order, id)
	return fc, nil
}

// item decides what an item is: new, a revision, or known.
func (a *appender) item(n *store.News) error {
	num, known := a.ids[n.Item.ID]
	if !known {
		var err error
		if num, known, err = a.t.num(n.Item.ID); err != nil {
			return err
		}
	}
	if !known {
		return a.first(n)
	}
	h, err := a.t.head(num)
	if err != nil {
		return err
	}
	if h.ID != n.Item.ID {
		return damaged(bkIDs, n.Item.ID[:], "it leads to another item")
	}
	switch {
	case !h.Forgotten && h.State != n.State:
		return a.next(num, &h, n)
	case !h.Forgotten && h.Fingerprint != n.Item.Fingerprint:
		h.Fingerprint = n.Item.Fingerprint
		if err := a.t.put(bkHeads, numKey(num), h.encode()); err != nil {
			return err
		}
	}
	a.receipt.Known++
	return nil
}

// first keeps a new item.
func (a *appender) first(n *store.News) error {
	it := keep(n.Item)
	a.counts.Seq++
	num := a.counts.Seq
	it.Seq, it.N = seqOf(num), 1
	var r revisionRecord
	r.fill(&it)
	if err := a.write(num, &it, &r); err != nil {
		return err
	}
	if err := a.bring(num, keysOf(it.Keys), nil, &r, 1); err != nil {
		return err
	}
	h := headRecord{ID: it.ID, State: n.State, Fingerprint: it.Fingerprint, N: 1}
	if err := a.t.put(bkHeads, numKey(num), h.encode()); err != nil {
		return err
	}
	if err := a.t.journal(num, event{kind: store.EventItem, num: num, n: 1}); err != nil {
		return err
	}
	if err := a.t.enlist(num, r.spot()); err != nil {
		return err
	}
	fc, err := a.feed(it.Feed)
	if err != nil {
		return err
	}
	fc.added++
	a.ids[it.ID] = num
	a.counts.Items++
	a.receipt.New = append(a.receipt.New, it)
	return nil
}

// next keeps a later state of an item. What tells where and when it was first seen stays that of the first.
func (a *appender) next(num uint64, h *headRecord, n *store.News) error {
	last, err := a.t.revision(num, h.N)
	if err != nil {
		return err
	}
	it := keep(n.Item)
	before := last.item()
	it.Feed, it.Kind, it.Identity, it.Seen = before.Feed, before.Kind, before.Identity, before.Seen
	it.Backlog, it.BacklogWhy = before.Backlog, before.BacklogWhy
	it.Seq, it.N = seqOf(num), h.N+1
	a.counts.Seq++
	var r revisionRecord
	r.fill(&it)
	r.Seq = a.counts.Seq
	if r.FirstOrigin = last.FirstOrigin; r.FirstOrigin == 0 {
		r.FirstOrigin = last.Origin
	}
	if err := a.write(num, &it, &r); err != nil {
		return err
	}
	if err := a.bring(num, keysOf(it.Keys), keysOf(last.keys()), &r, it.N); err != nil {
		return err
	}
	if was, is := last.spot(), r.spot(); was != is {
		if err := a.t.delist(num, was); err != nil {
			return err
		}
		if err := a.t.enlist(num, is); err != nil {
			return err
		}
	}
	h.State, h.Fingerprint, h.N, h.Pruned = n.State, it.Fingerprint, it.N, false
	if err := a.t.put(bkHeads, numKey(num), h.encode()); err != nil {
		return err
	}
	if err := a.t.journal(a.counts.Seq, event{kind: store.EventRevision, num: num, n: it.N}); err != nil {
		return err
	}
	if it.Origin, err = a.t.origin(r.FirstOrigin); err != nil {
		return err
	}
	a.receipt.Revised = append(a.receipt.Revised, it)
	return nil
}

// write keeps texts, origin and revision.
func (a *appender) write(num uint64, it *news.Item, r *revisionRecord) error {
	seq := r.event(num)
	texts := [...]string{it.Summary, it.Content, it.Caption}
	for i, into := range r.texts() {
		if err := a.text(texts[i], into); err != nil {
			return err
		}
	}
	if a.at == 0 || a.origin != it.Origin {
		o := originRecord{Raw: hashBytes(&it.Origin.Raw), At: micros(it.Origin.At), FinalURL: it.Origin.FinalURL, Status: it.Origin.Status}
		if err := a.t.putRecord(bkOrigins, numKey(seq), &o); err != nil {
			return err
		}
		a.origin, a.at = it.Origin, seq
	}
	r.Origin = a.at
	if err := a.t.putRecord(bkRevisions, revisionKey(num, it.N), r); err != nil {
		return err
	}
	a.counts.Revisions++
	return nil
}

// text keeps a text in the record when it is short, else as a body, once.
func (a *appender) text(text string, into *textRecord) error {
	if len(text) <= inlineText {
		into.Inline = text
		return nil
	}
	raw := []byte(text)
	hash := bodyHash(raw)
	b := a.bodies[hash]
	if b == nil {
		ref, ok, err := a.t.bodyRefOf(hash)
		if err != nil {
			return err
		}
		b = &bodyChange{bodyRef: ref, fresh: !ok}
		if !ok {
			a.counts.Body++
			a.counts.Bodies++
			b.num = a.counts.Body
			if err := a.t.put(bkBodies, numKey(b.num), a.t.s.pack(raw)); err != nil {
				return err
			}
		}
		a.bodies[hash] = b
	}
	b.refs++
	into.Body = b.num
	return nil
}

// finish writes what was gathered.
func (a *appender) finish() error {
	ids := make([]pair, 0, len(a.ids))
	for id, num := range a.ids {
		ids = append(ids, pair{append([]byte(nil), id[:]...), numKey(num)})
	}
	if err := a.t.putSorted(bkIDs, ids); err != nil {
		return err
	}
	hashes := make([]pair, 0, len(a.bodies))
	for hash, b := range a.bodies {
		hashes = append(hashes, pair{append([]byte(nil), hash[:]...), b.encode()})
	}
	if err := a.t.putSorted(bkBodyHashes, hashes); err != nil {
		return err
	}
	if err := a.putKeys(); err != nil {
		return err
	}
	if err := a.putFeeds(); err != nil {
		return err
	}
	a.receipt.Head = seqOf(a.counts.Seq)
	return nil
}

// putFeeds writes the feeds' states with their counts.
func (a *appender) putFeeds() error {
	sortFeeds(a.order)
	for _, id := range a.order {
		fc := a.feeds[id]
		state := fc.new
		if state == nil {
			state = fc.old // items of a feed whose document is not in the batch
		}
		if state == nil {
			continue
		}
		f := *state
		f.Items = fc.added
		if fc.old != nil {
			f.Items += fc.old.Items
		}
		if err := a.t.putFeed(&f, fc.old); err != nil {
			return err
		}
	}
	return nil
}
