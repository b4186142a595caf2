package follow

import (
	"context"
	"fmt"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/store"
)

// LinkerName is the linker's name as a follower.
const LinkerName = "linker"

// linkerVersion names the algorithm; another one makes the linker recompute everything.
const linkerVersion = "exact-1"

const (
	stepEvents = 1000 // journal events a step reads
	keyHits    = 8    // first carriers of a key that are looked at
)

// Linker puts items that carry the same text, or show the same page, into one story.
//
// IMPORTANT: an event is judged only against events before it, and against the revisions those brought. So a recomputation, which sees a
// later state of the store, decides as the first run did.
type Linker struct {
	store store.Store
	items *Items
}

// NewLinker returns the linker of a store.
func NewLinker(s store.Store, items *Items) *Linker { return &Linker{store: s, items: items} }

// Step links the next events and returns how many it took; 0 means it has caught up.
func (l *Linker) Step(ctx context.Context) (int, error) {
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
	places, err := l.places(ctx, events)
	if err != nil {
		return 0, fmt.Errorf("link after %d: %w", start.Seq, err)
	}
	to := advance(start, events[len(events)-1].Seq)
	err = l.store.Commit(ctx, store.Derivation{Follower: LinkerName, From: from, To: to, Places: places})
	return len(events), err
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
	hits  []store.KeyHit // earlier carriers of its keys, and itself
}

// places decides for each arrival whether it joins a story.
func (l *Linker) places(ctx context.Context, events []store.Event) ([]store.Place, error) {
	arrivals, err := l.arrivals(ctx, events)
	if err != nil {
		return nil, err
	}
	part := newPartition(l.store)
	for _, a := range arrivals {
		part.note(a)
		other, relation, err := l.judge(ctx, a)
		if err != nil {
			return nil, err
		}
		if other == nil {
			continue
		}
		if err := part.join(ctx, a.item, other, relation); err != nil {
			return nil, err
		}
	}
	return part.places, nil
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
		for _, h := range list {
			if h.Item == a.item.ID || h.Seq < a.event.Seq {
				a.hits = append(a.hits, h)
			}
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

// judge returns the earliest carrier that really is the same; the same text is a better reason than the same page. Carriers are loaded one by one, since
// the first one usually is it.
func (l *Linker) judge(ctx context.Context, a arrival) (*news.Item, news.Relation, error) {
	var page *news.Item
	for _, h := range a.hits {
		if h.Item == a.item.ID {
			continue
		}
		carriers, err := l.items.get(ctx, []store.Ref{{Item: h.Item, N: h.N}})
		if err != nil {
			return nil, "", err
		}
		switch c := carriers[0]; {
		case c == nil: // forgotten
		case dedupe.SameText(c, a.item):
			return c, news.SameText, nil
		case page == nil && dedupe.SamePage(c, a.item):
			page = c
		}
	}
	return page, news.SamePage, nil
}
