package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"

	"mediawatch/news"
	"mediawatch/store"
)

// bring gathers the keys that a revision is the first of its item to carry; before are those of the revision before.
func (a *appender) bring(num uint64, keys, before []store.Key, r *revisionRecord, n int) error {
	for _, k := range keys {
		if slices.Contains(before, k) {
			continue
		}
		prefix := keyPrefix(k)
		if n > 1 {
			carries, err := a.carries(prefix, num)
			if err != nil {
				return err
			}
			if carries {
				continue
			}
		}
		a.keys = append(a.keys, pair{binary.BigEndian.AppendUint64(prefix, r.event(num)), keyValue(num, n)})
	}
	return nil
}

// carries reports whether an item has a key since a revision before the last, kept or of this batch.
func (a *appender) carries(prefix []byte, num uint64) (bool, error) {
	for ; a.upto < len(a.keys); a.upto++ {
		k := a.keys[a.upto]
		by, _, err := decodeKeyValue(k.key, k.payload)
		if err != nil {
			return false, err
		}
		a.held[holder(k.key[:len(k.key)-8], by)] = struct{}{}
	}
	if _, ok := a.held[holder(prefix, num)]; ok {
		return true, nil
	}
	return a.t.carries(prefix, num)
}

// holder names a key together with the number of an item.
func holder(prefix []byte, num uint64) string {
	return string(binary.BigEndian.AppendUint64(slices.Clone(prefix), num))
}

// keyValue is who carries a key since which revision.
func keyValue(num uint64, n int) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(make([]byte, 0, 8), num), uint64(n))
}

func decodeKeyValue(key, p []byte) (num uint64, n int, err error) {
	num, used := binary.Uvarint(p)
	if used <= 0 {
		return 0, 0, damaged(bkKeys, key, "it cannot be read")
	}
	rev, used := binary.Uvarint(p[used:])
	if used <= 0 {
		return 0, 0, damaged(bkKeys, key, "it cannot be read")
	}
	return num, int(rev), nil
}

// carries reports whether an item has a key since an earlier revision than the last.
func (t *txn) carries(prefix []byte, num uint64) (found bool, err error) {
	err = t.each(bkKeys, prefix, func(key, p []byte) (bool, error) {
		by, _, err := decodeKeyValue(key, p)
		found = by == num
		return !found, err
	})
	return found, err
}

// putKeys adds exact keys in order and counts texts: the distinct content keys.
func (a *appender) putKeys() error {
	slices.SortFunc(a.keys, func(x, y pair) int { return bytes.Compare(x.key, y.key) })
	for _, k := range a.keys {
		text := k.key[:len(k.key)-8]
		if store.KeyKind(k.key[0]) == store.KeyContent && !a.t.has(bkKeys, text) {
			a.counts.Texts++
		}
		if err := a.t.put(bkKeys, k.key, k.payload); err != nil {
			return err
		}
	}
	return nil
}

// delKey removes a key that came with the event seq, if it did.
func (t *txn) delKey(k store.Key, seq uint64) error {
	prefix := keyPrefix(k)
	key := binary.BigEndian.AppendUint64(slices.Clone(prefix), seq)
	if t.find(bkKeys, key) == nil {
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
	err = t.each(bkKeys, prefix, func(key, p []byte) (bool, error) {
		num, n, err := decodeKeyValue(key, p)
		if err != nil {
			return false, err
		}
		story, _, err := t.storyOf(num)
		if err != nil {
			return false, err
		}
		hit := store.KeyHit{N: n, Seq: news.Seq(binary.BigEndian.Uint64(key[len(prefix):]))}
		if hit.Item, hit.Story, err = t.idPair(num, story); err != nil {
			return false, err
		}
		hits = append(hits, hit)
		return len(hits) < limit, nil
	})
	return hits, err
}
