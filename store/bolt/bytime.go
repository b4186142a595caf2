package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// spotRecord is the part of a revisionRecord that says where the item stands in lists.
type spotRecord struct {
	Seen      int64 `cbor:"7,keyasint,omitempty"`
	Backlog   bool  `cbor:"8,keyasint,omitempty"`
	Published int64 `cbor:"20,keyasint,omitempty"`
}

// spot is where a revision puts its item in lists, in microseconds since the zero time.
func (r *spotRecord) spot() int64 {
	it := news.Item{Seen: fromMicros(r.Seen), Backlog: r.Backlog}
	it.Published.Time = fromMicros(r.Published)
	return micros(it.Listed())
}

func (r *revisionRecord) spot() int64 {
	return (&spotRecord{Seen: r.Seen, Backlog: r.Backlog, Published: r.Published}).spot()
}

// spot is where an item stands in lists; a forgotten one stands in none.
func (t *txn) spot(num uint64) (m int64, listed bool, err error) {
	h, err := t.head(num)
	if err != nil || h.Forgotten {
		return 0, false, err
	}
	var r spotRecord
	key := revisionKey(num, h.N)
	ok, err := t.getRecord(bkRevisions, key, &r)
	if err == nil && !ok {
		err = damaged(bkRevisions, key, "missing")
	}
	return r.spot(), err == nil, err
}

// enlist puts an item into the lists, of everything and of the watches it matches.
func (t *txn) enlist(num uint64, m int64) error {
	if err := t.put(bkTimes, spotKey(nil, m, num), nil); err != nil {
		return err
	}
	return t.watchesOf(num, func(watch string) error { return t.put(bkWatchTimes, spotKey(named(watch), m, num), nil) })
}

// delist takes an item out of the lists in which it stands at m.
func (t *txn) delist(num uint64, m int64) error {
	if err := t.del(bkTimes, spotKey(nil, m, num)); err != nil {
		return err
	}
	return t.watchesOf(num, func(watch string) error { return t.del(bkWatchTimes, spotKey(named(watch), m, num)) })
}

// watchesOf calls fn for each watch that an item matches. It reads no match, only that it is there.
func (t *txn) watchesOf(num uint64, fn func(watch string) error) error {
	prefix := numKey(num)
	c := t.cursorOf(bkMatches)
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		if err := fn(string(k[len(prefix):])); err != nil {
			return err
		}
	}
	return nil
}

// tallied adds to the number of a watch's matches when the transaction ends.
func (t *txn) tallied(watch string, add int64) {
	if t.tallies == nil {
		t.tallies = make(map[string]int64)
	}
	t.tallies[watch] += add
}

// writeTallies writes the numbers that changed.
func (t *txn) writeTallies() error {
	for _, watch := range slices.Sorted(maps.Keys(t.tallies)) {
		n, _, err := t.getNum(bkTallies, []byte(watch))
		if err != nil {
			return err
		}
		if n += uint64(t.tallies[watch]); n == 0 {
			err = t.del(bkTallies, []byte(watch))
		} else {
			err = t.putNum(bkTallies, []byte(watch), n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// upgraded says that a table is there; it is not in a store of an older schema that was opened read-only.
func (s *Store) upgraded(b bucket) error {
	if b.since() > s.schema {
		return fmt.Errorf("it has schema %d, serve or run brings it to %d: %w", s.schema, Schema, store.ErrOld)
	}
	return nil
}

// Latest returns the items that lists for people show first; see store.Journal.
func (s *Store) Latest(ctx context.Context, watch string, behind store.Spot, limit int) ([]news.Item, error) {
	if err := s.upgraded(bkTimes); err != nil {
		return nil, fmt.Errorf("list items: %w", err)
	}
	sp := span{bucket: bkTimes, falling: true}
	if watch != "" {
		if err := store.CheckName("watch", watch); err != nil {
			return nil, fmt.Errorf("list items: %w", err)
		}
		sp.bucket, sp.prefix = bkWatchTimes, named(watch)
	}
	if behind != (store.Spot{}) {
		if err := store.CheckTime("the time to begin behind", behind.At); err != nil {
			return nil, fmt.Errorf("list items: %w", err)
		}
		sp.from = spotKey(append([]byte(nil), sp.prefix...), micros(behind.At), uint64(behind.Seq))
	}
	var out []news.Item
	limit = pageSize(limit)
	err := s.walk(ctx, "list items", sp, func(t *txn, key, _ []byte) (bool, error) {
		at := key[len(sp.prefix):]
		if len(at) != 16 {
			return false, damaged(sp.bucket, key, "its key cannot be read")
		}
		num := binary.BigEndian.Uint64(at[8:])
		h, err := t.head(num)
		if err != nil {
			return false, err
		}
		it, err := t.item(num, &h, 0)
		if err != nil {
			return false, err
		}
		out = append(out, it)
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Tallies returns how much matches watches; see store.Derived.
func (s *Store) Tallies(ctx context.Context, watches []string) ([]store.Tally, error) {
	if err := s.upgraded(bkTallies); err != nil {
		return nil, fmt.Errorf("count matches: %w", err)
	}
	out := make([]store.Tally, len(watches))
	err := s.view(ctx, "count matches", func(t *txn) error {
		for i, watch := range watches {
			if err := store.CheckName("watch", watch); err != nil {
				return err
			}
			n, _, err := t.getNum(bkTallies, []byte(watch))
			if err != nil {
				return err
			}
			out[i].Matches = int64(n)
		}
		return nil
	})
	for i, watch := range watches {
		if err == nil {
			out[i].Last, err = s.lastMatch(ctx, watch)
		}
	}
	if err != nil || len(watches) == 0 {
		return nil, err
	}
	return out, nil
}

// lastMatch is when the newest match of a watch's log became one.
func (s *Store) lastMatch(ctx context.Context, watch string) (last time.Time, err error) {
	err = s.walk(ctx, "read the log of "+watch, span{bucket: bkLog, prefix: named(watch), falling: true}, func(t *txn, key, p []byte) (bool, error) {
		var r lineRecord
		if err := t.s.codec.unmarshal(bkLog, key, p, &r); err != nil {
			return false, err
		}
		last = fromMicros(r.At)
		return news.Change(r.Change) != news.ChangeNew, nil
	})
	return last, err
}
