package bolt

import (
	"context"
	"encoding/binary"
	"slices"

	"bytes"

	"mediawatch/news"
	"mediawatch/store"
)

// putKeys adds exact keys in order and counts texts: the distinct content keys.
func (a *appender) putKeys(keys []pair) error {
	slices.SortFunc(keys, func(x, y pair) int { return bytes.Compare(x.key, y.key) })
	for _, k := range keys {
		text := k.key[:len(k.key)-8]
		if store.KeyKind(k.key[0]) == store.KeyContent && !a.t.has(bkKeys, text) {
			a.counts.Texts++
		}
		if err := a.t.put(bkKeys, k.key, nil); err != nil {
			return err
		}
	}
	return nil
}

// delKey removes a key of an item that may have been removed already.
func (t *txn) delKey(k store.Key, num uint64) error {
	prefix := keyPrefix(k)
	key := binary.BigEndian.AppendUint64(slices.Clone(prefix), num)
	if t.bucket(bkKeys).Get(key) == nil {
		return nil
	}
	if err := t.del(bkKeys, key); err != nil {
		return err
	}
	if k.Kind == store.KeyContent && !t.has(bkKeys, prefix) {
		c, err := t.count()
		if err != nil {
			return err
		}
		c.Texts--
	}
	return nil
}

// ItemsByKey finds the items that carry a key; see store.Derived.
func (s *Store) ItemsByKey(ctx context.Context, keys []store.Key, limit int) ([][]store.KeyHit, error) {
	limit = pageSize(limit)
	out := make([][]store.KeyHit, len(keys))
	err := chunks(len(keys), itemPage, func(from, to int) error {
		return s.view(ctx, "find items by key", func(t *txn) error {
			for i := from; i < to; i++ {
				hits, err := t.keyHits(keys[i], limit)
				if err != nil {
					return err
				}
				out[i] = hits
			}
			return nil
		})
	})
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	return out, nil
}

func (t *txn) keyHits(k store.Key, limit int) (hits []store.KeyHit, err error) {
	prefix := keyPrefix(k)
	err = t.each(bkKeys, prefix, func(key, _ []byte) (bool, error) {
		num := binary.BigEndian.Uint64(key[len(prefix):])
		id, err := t.idOf(num)
		if err != nil {
			return false, err
		}
		hits = append(hits, store.KeyHit{Item: id, Seq: news.Seq(num)})
		return len(hits) < limit, nil
	})
	return hits, err
}
