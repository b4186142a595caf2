package follow

import (
	"context"
	"slices"
	"sync"
	"time"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/store"
)

const (
	// recentItems bounds how many fresh items wait in memory for the followers.
	recentItems = 1500
	// roomItems is how many may wait before ingest should.
	roomItems = 250
)

// Items gives followers the revisions they ask for: from memory while they keep up with ingest, else from the store.
type Items struct {
	journal    store.Journal
	signatures dedupe.Signatures

	mu     sync.Mutex
	recent map[store.Ref]*news.Item
	order  []store.Ref   // oldest first; some are gone from recent
	freed  chan struct{} // closed when some went
}

// NewItems returns a source of items over the journal.
func NewItems(journal store.Journal) *Items {
	return &Items{journal: journal, recent: make(map[store.Ref]*news.Item), freed: make(chan struct{})}
}

// Signatures is where ingest leaves the signatures of what it appends, for the linker.
func (s *Items) Signatures() *dedupe.Signatures { return &s.signatures }

// Remember keeps what ingest just appended until the matcher is through with it, or until there is too much of it.
func (s *Items) Remember(r store.Receipt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range [][]news.Item{r.New, r.Revised} {
		for i := range list {
			ref := store.Ref{Item: list[i].ID, N: list[i].N}
			it := list[i] // of its own, so that the list does not stay because of it
			s.recent[ref] = &it
			s.order = append(s.order, ref)
		}
	}
	for len(s.recent) > recentItems {
		delete(s.recent, s.order[0])
		s.order = s.order[1:]
	}
	if len(s.order) > 2*recentItems {
		s.order = slices.DeleteFunc(slices.Clone(s.order), func(ref store.Ref) bool { return s.recent[ref] == nil })
	}
}

// Room waits until the followers are nearly through with what is in memory, but not longer than limit. Ingest calls it
// so that it does not outrun them for long: they would have to read from the store what it has just written.
func (s *Items) Room(limit time.Duration) {
	var late <-chan time.Time
	for {
		s.mu.Lock()
		waiting, freed := len(s.recent), s.freed
		s.mu.Unlock()
		if waiting <= roomItems {
			return
		}
		if late == nil {
			timer := time.NewTimer(limit)
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-freed:
		case <-late:
			return
		}
	}
}

// drop lets go of revisions that every follower is through with.
func (s *Items) drop(events []store.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ev := range events {
		delete(s.recent, store.Ref{Item: ev.Item, N: ev.N})
	}
	close(s.freed)
	s.freed = make(chan struct{})
}

// Forget drops an item from memory.
func (s *Items) Forget(id news.ItemID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ref := range s.recent {
		if ref.Item == id {
			delete(s.recent, ref)
		}
	}
}

// one returns a revision; nil when it was forgotten. It is shared: read only.
func (s *Items) one(ctx context.Context, ref store.Ref) (*news.Item, error) {
	items, err := s.get(ctx, []store.Ref{ref})
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// get returns the revisions in the order asked; nil for what was forgotten. The items are shared: read only.
func (s *Items) get(ctx context.Context, refs []store.Ref) ([]*news.Item, error) {
	items := make([]*news.Item, len(refs))
	var missing []store.Ref
	var at []int
	s.mu.Lock()
	for i, ref := range refs {
		if it, ok := s.recent[ref]; ok {
			items[i] = it
			continue
		}
		missing = append(missing, ref)
		at = append(at, i)
	}
	s.mu.Unlock()
	if len(missing) == 0 {
		return items, nil
	}
	loaded, err := s.journal.Items(ctx, missing)
	if err != nil {
		return nil, err
	}
	for i := range loaded {
		if !loaded[i].ID.IsZero() {
			items[at[i]] = &loaded[i]
		}
	}
	return items, nil
}
