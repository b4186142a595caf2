package web

import (
	"context"
	"sync"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// readPage is how many values are read from the store at once.
const readPage = 200

// tally counts what matches each watch. Counting walks a watch's log, so it goes on where it stood; it begins anew when the watch was recomputed, since that may take
// matches away.
type tally struct {
	mu    sync.Mutex
	known map[string]watchCount
}

// watchCount is how much a watch matches.
type watchCount struct {
	Matches int64
	Last    time.Time    // when the last match became one; of backlog: when we found it
	after   news.Seq     // counted up to here
	cursor  store.Cursor // of the watch's own recomputation when it was counted
}

// recomputer is the name under which a watch's recomputation keeps its cursor.
func recomputer(watch string) string { return "matcher/" + watch }

// count returns the figures of a watch.
func (t *tally) count(ctx context.Context, s store.Store, watch string) (watchCount, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cursor, err := s.Cursor(ctx, recomputer(watch))
	if err != nil {
		return watchCount{}, err
	}
	c, ok := t.known[watch]
	if !ok || c.cursor != cursor && cursor.Replay == 0 { // while it is being recomputed the old figures stand
		c = watchCount{cursor: cursor}
	}
	seen := make(map[news.ItemID]bool)
	for {
		events, err := s.MatchEvents(ctx, watch, c.after, readPage)
		if err != nil {
			return c, err
		}
		if len(events) == 0 {
			break
		}
		if err := c.add(ctx, s, events, seen); err != nil {
			return c, err
		}
	}
	if t.known == nil {
		t.known = make(map[string]watchCount)
	}
	t.known[watch] = c
	return c, nil
}

// add counts the items of a page of the log that still match, each once.
func (c *watchCount) add(ctx context.Context, s store.Store, events []news.MatchEvent, seen map[news.ItemID]bool) error {
	var ids []news.ItemID
	for _, ev := range events {
		if ev.Change == news.ChangeNew && !seen[ev.Item] {
			seen[ev.Item] = true
			ids = append(ids, ev.Item)
			c.Last = ev.At
		}
	}
	c.after = events[len(events)-1].Seq
	matches, err := s.Matches(ctx, ids)
	if err != nil {
		return err
	}
	for i := range ids {
		if matchIn(events[0].Watch, matches[i]) != nil {
			c.Matches++
		}
	}
	return nil
}
