package follow

import (
	"context"
	"sync"

	"mediawatch/news"
	"mediawatch/store"
)

// recentItems bounds how many fresh items wait in memory for the followers.
const recentItems = 8000

// Items gives followers the revisions they ask for: from memory while they keep up with ingest, else from the store.
type Items struct {
	journal store.Journal

	mu     sync.Mutex
	recent map[store.Ref]*news.Item
	order  []store.Ref // oldest first
}

// NewItems returns a source of items over the journal.
func NewItems(journal store.Journal) *Items {
	return &Items{journal: journal, recent: make(map[store.Ref]*news.Item)}
}

// Remember keeps what ingest just appended until the followers have had time to ask for it.
func (s *Items) Remember(r store.Receipt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range [][]news.Item{r.New, r.Revised} {
		for i := range list {
			ref := store.Ref{Item: list[i].ID, N: list[i].N}
			s.recent[ref] = &list[i]
			s.order = append(s.order, ref)
		}
	}
	if over := len(s.order) - recentItems; over > 0 {
		for _, ref := range s.order[:over] {
			delete(s.recent, ref)
		}
		s.order = append(s.order[:0], s.order[over:]...)
	}
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
