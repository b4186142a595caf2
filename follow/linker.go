package follow

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/store"
)

// LinkerName is the linker's name as a follower.
const LinkerName = "linker"

// linkerVersion names the algorithm; another one makes the linker recompute everything.
var linkerVersion = fmt.Sprintf("near-%d.%d.%d", news.KeyVersion, dedupe.SignVersion, recordVersion)

const (
	stepEvents   = 1000 // journal events a step reads
	linkedAtOnce = 50   // arrivals whose candidates are found before they are linked, so that their texts can be read on all cores
	keyHits      = 8    // first carriers of a key that are looked at
)

// Linker puts items that carry the same text, an abridged one, or show the same page, into one story.
//
// IMPORTANT: an event is judged only against events before it, and against the revisions those brought. So a recomputation, which sees a
// later state of the store, decides as the first run did.
type Linker struct {
	store  store.Store
	items  *Items
	window dedupe.Window

	settle  sync.Mutex // one Settle at a time
	mu      sync.Mutex // a step, or a part of settling that must not lie in one
	judges  *dedupe.Judges[store.Ref]
	learned boilerplate
	index   *dedupe.Index // of the signatures up to at; nil: not read yet, nor the boilerplate
	at      news.Seq
}

// NewLinker returns the linker of a store, which compares what lies within a window.
func NewLinker(s store.Store, items *Items, w dedupe.Window) *Linker {
	return &Linker{store: s, items: items, window: w, judges: judgesOf(context.Background(), items)}
}

// judgesOf returns judges of revisions.
func judgesOf(ctx context.Context, items *Items) *dedupe.Judges[store.Ref] {
	return dedupe.NewJudges(func(ref store.Ref) (*news.Item, error) { return items.one(ctx, ref) })
}

// Step links the next events and returns how many it took; 0 means it has caught up.
func (l *Linker) Step(ctx context.Context) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from, err := l.store.Cursor(ctx, LinkerName)
	if err != nil {
		return 0, err
	}
	start := from
	if start.Version != linkerVersion {
		start = store.Cursor{Replay: max(start.Seq, start.Replay), Version: linkerVersion}
	}
	events, err := l.store.Events(ctx, start.Seq, stepEvents)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	if err := l.ready(ctx, start.Seq); err != nil {
		return 0, fmt.Errorf("read the index of texts: %w", err)
	}
	d := store.Derivation{Follower: LinkerName, From: from, To: advance(start, events[len(events)-1].Seq)}
	if err := l.derive(ctx, &d, events); err != nil {
		l.index = nil
		return 0, fmt.Errorf("link after %d: %w", start.Seq, err)
	}
	if err := l.store.Commit(ctx, d); err != nil {
		l.index = nil
		return 0, err
	}
	l.at = d.To.Seq
	return len(events), nil
}

// ready makes the index hold what was kept up to a place in the journal.
func (l *Linker) ready(ctx context.Context, upto news.Seq) error {
	if l.index != nil && l.at == upto {
		return nil
	}
	learned, err := readBoilerplate(ctx, l.store)
	if err != nil {
		return err
	}
	l.use(learned)
	index := dedupe.NewIndex(l.window)
	err = eachSignature(ctx, l.store, upto, func(r record) error {
		r.add(index)
		return nil
	})
	if err != nil {
		return err
	}
	l.index, l.at = index, upto
	return nil
}

// use takes over what was learned.
func (l *Linker) use(b boilerplate) {
	l.learned = b
	l.judges.Use(b.sites)
	l.items.signatures.Use(b.sites)
}

// advance moves a cursor and ends its replay when it is through.
func advance(c store.Cursor, seq news.Seq) store.Cursor {
	c.Seq = seq
	if c.Seq >= c.Replay {
		c.Replay = 0
	}
	return c
}

// arrival is an item or revision among the events of a step.
type arrival struct {
	event store.Event
	item  *news.Item
	words []store.KeyHit // earlier carriers of its words, and itself
	page  []store.KeyHit // earlier carriers of its address, and itself
}

// derive decides for each arrival whether it joins a story, and signs it.
func (l *Linker) derive(ctx context.Context, d *store.Derivation, events []store.Event) error {
	arrivals, err := l.arrivals(ctx, events)
	if err != nil {
		return err
	}
	part := newPartition(l.store)
	for some := range slices.Chunk(arrivals, linkedAtOnce) {
		candidates := l.find(some, d)
		if err := l.prepare(ctx, part, some, candidates); err != nil {
			return err
		}
		for i, a := range some {
			if err := l.linkExact(ctx, part, a); err != nil {
				return err
			}
			if err := l.linkNear(ctx, part, a, candidates[i]); err != nil {
				return err
			}
		}
	}
	d.Places, d.SignaturesFrom = part.places, l.index.First()
	return nil
}

// find signs arrivals, puts them into the index one by one, and returns for each the texts before it that may be its copies.
func (l *Linker) find(arrivals []arrival, d *store.Derivation) [][]dedupe.Candidate {
	signs := make([]dedupe.Signature, len(arrivals))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, a := range arrivals {
		work.Go(func() error {
			signs[i] = l.items.signatures.Sign(a.item)
			return nil
		})
	}
	_ = work.Wait() // none can fail
	found := make([][]dedupe.Candidate, len(arrivals))
	for i, a := range arrivals {
		r := newRecord(a, signs[i], l.learned.version)
		found[i] = slices.DeleteFunc(l.index.Find(r.sign, r.stated), func(c dedupe.Candidate) bool { return c.Item == a.item.ID })
		r.add(l.index)
		d.Signatures = append(d.Signatures, r.signature())
	}
	return found
}

// prepare learns the stories of arrivals and their candidates, and lets the facts be taken of those that will be
// judged: of each story that carries neither the same words nor the same page the first candidate.
func (l *Linker) prepare(ctx context.Context, part *partition, arrivals []arrival, candidates [][]dedupe.Candidate) error {
	var items []news.ItemID
	for i, list := range candidates {
		part.note(arrivals[i])
		if len(list) > 0 {
			items = append(items, arrivals[i].item.ID)
		}
		for _, c := range list {
			items = append(items, c.Item)
		}
	}
	if err := part.learn(ctx, items); err != nil {
		return err
	}
	var refs []store.Ref
	for i, list := range candidates {
		if len(list) == 0 {
			continue
		}
		stories := map[news.ItemID]bool{part.story[arrivals[i].item.ID]: true}
		for _, h := range slices.Concat(arrivals[i].words, arrivals[i].page) {
			stories[part.story[h.Item]] = true
		}
		before := len(refs)
		for _, c := range list {
			if story := part.story[c.Item]; !stories[story] {
				stories[story] = true
				refs = append(refs, store.Ref{Item: c.Item, N: int(c.N)})
			}
		}
		if len(refs) > before {
			refs = append(refs, store.Ref{Item: arrivals[i].item.ID, N: arrivals[i].item.N})
		}
	}
	return l.judges.Prepare(refs)
}

// arrivals loads the items that events tell of, with the carriers of their keys.
func (l *Linker) arrivals(ctx context.Context, events []store.Event) ([]arrival, error) {
	var out []arrival
	var refs []store.Ref
	for _, ev := range events {
		if ev.Kind == store.EventItem || ev.Kind == store.EventRevision {
			out = append(out, arrival{event: ev})
			refs = append(refs, store.Ref{Item: ev.Item, N: ev.N})
		}
	}
	items, err := l.items.get(ctx, refs)
	if err != nil {
		return nil, err
	}
	var keys []store.Key
	var owner []int
	kept := out[:0]
	for i, it := range items {
		if it == nil { // forgotten
			continue
		}
		a := out[i]
		a.item = it
		kept = append(kept, a)
		for _, k := range exactKeys(it.Keys) {
			keys = append(keys, k)
			owner = append(owner, len(kept)-1)
		}
	}
	hits, err := l.store.ItemsByKey(ctx, keys, keyHits)
	if err != nil {
		return nil, err
	}
	for k, list := range hits {
		a := &kept[owner[k]]
		list = slices.DeleteFunc(list, func(h store.KeyHit) bool { return h.Item != a.item.ID && h.Seq >= a.event.Seq })
		if keys[k].Kind == store.KeyURL {
			a.page = list
		} else {
			a.words = list
		}
	}
	return kept, nil
}

// exactKeys returns the keys that can join items.
func exactKeys(k news.Keys) []store.Key {
	keys := make([]store.Key, 0, 2)
	if !k.Content.IsZero() {
		keys = append(keys, store.Key{Kind: store.KeyContent, Version: k.Version, Hash: k.Content})
	}
	if !k.URL.IsZero() {
		keys = append(keys, store.Key{Kind: store.KeyURL, Version: k.Version, Hash: k.URL})
	}
	return keys
}

// linkExact joins an arrival to the earliest carrier of its words, and to the earliest other one of its page.
func (l *Linker) linkExact(ctx context.Context, part *partition, a arrival) error {
	words, err := l.earliest(ctx, a, a.words, func(c *news.Item) bool { return dedupe.SameText(c, a.item) })
	if err != nil {
		return err
	}
	page, err := l.earliest(ctx, a, a.page, func(c *news.Item) bool { return (words == nil || c.ID != words.ID) && dedupe.SamePage(c, a.item) })
	if err != nil {
		return err
	}
	for _, e := range []struct {
		carrier  *news.Item
		relation news.Relation
	}{{words, news.SameText}, {page, news.SamePage}} {
		if e.carrier == nil {
			continue
		}
		if err := part.join(ctx, edge{a.item.ID, e.carrier.ID, dedupe.Verdict{Relation: e.relation, Score: 1}}); err != nil {
			return err
		}
	}
	return nil
}

// earliest returns the first other carrier that is the same, nil when none is. They are loaded one by one, since it usually is the first.
func (l *Linker) earliest(ctx context.Context, a arrival, hits []store.KeyHit, same func(*news.Item) bool) (*news.Item, error) {
	for _, h := range hits {
		if h.Item == a.item.ID {
			continue
		}
		carriers, err := l.items.get(ctx, []store.Ref{{Item: h.Item, N: h.N}})
		if err != nil {
			return nil, err
		}
		if c := carriers[0]; c != nil && same(c) {
			return c, nil
		}
	}
	return nil, nil
}

// linkNear joins an arrival to earlier texts of other stories that share most with it, and hangs abridged copies on the
// text that holds them.
func (l *Linker) linkNear(ctx context.Context, part *partition, a arrival, candidates []dedupe.Candidate) error {
	if len(candidates) == 0 {
		return nil
	}
	var loose []edge
	for _, c := range candidates {
		if part.story[c.Item] == part.story[a.item.ID] {
			continue
		}
		v, err := l.judges.Judge(store.Ref{Item: a.item.ID, N: a.item.N}, store.Ref{Item: c.Item, N: int(c.N)})
		if err != nil {
			return err
		}
		e := edge{a.item.ID, c.Item, v}
		switch {
		case v.Joins():
			if err := part.join(ctx, e); err != nil {
				return err
			}
		case v.Related():
			loose = append(loose, e)
		}
	}
	slices.SortStableFunc(loose, func(x, y edge) int { return -cmp.Compare(x.Score, y.Score) })
	for _, e := range loose {
		if err := part.join(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
