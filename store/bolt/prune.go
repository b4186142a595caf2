package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"mediawatch/store"
)

// prunePiece is how many items lose their texts in one transaction.
const prunePiece = 100

// Prune removes the texts of old items; see store.Pruner.
func (s *Store) Prune(ctx context.Context, p store.Pruning) (pruned int, err error) {
	if err := store.CheckTime("before", p.Before); err != nil {
		return 0, fmt.Errorf("prune: %w", err)
	}
	for sp := (span{bucket: bkHeads}); ; {
		nums, next, err := s.prunable(ctx, sp, p)
		if err != nil {
			return pruned, err
		}
		if len(nums) > 0 {
			n := 0
			err := s.update(ctx, "prune", func(t *txn) (err error) {
				n, err = t.prune(nums, p)
				return err
			})
			if err != nil {
				return pruned, err
			}
			pruned += n
		}
		if next == nil {
			return pruned, nil
		}
		sp.from = next
	}
}

// prunable returns the numbers of the next items whose texts go, and where to go on; nil at the first item that arrived
// too late, since those behind it arrived later still.
func (s *Store) prunable(ctx context.Context, sp span, p store.Pruning) (nums []uint64, next []byte, err error) {
	err = s.walk(ctx, "look for old items", sp, func(t *txn, key, value []byte) (bool, error) {
		var h headRecord
		if err := h.decode(key, value); err != nil {
			return false, err
		}
		if h.Forgotten || h.Pruned {
			return true, nil
		}
		num := binary.BigEndian.Uint64(key)
		first, err := t.revision(num, 1)
		if err != nil || !fromMicros(first.Seen).Before(p.Before) {
			return false, err
		}
		old, err := t.isOld(num, &h, p)
		if err != nil {
			return false, err
		}
		if old {
			nums = append(nums, num)
		}
		if len(nums) == prunePiece {
			next = append(append([]byte(nil), key...), 0)
			return false, nil
		}
		return true, nil
	})
	return nums, next, err
}

// isOld reports whether the texts of an item go.
func (t *txn) isOld(num uint64, h *headRecord, p store.Pruning) (bool, error) {
	r, err := t.revision(num, h.N)
	if err != nil {
		return false, err
	}
	came := fromMicros(max(r.Seen, r.At))
	if !came.Before(p.Before) {
		return false, nil
	}
	if p.MatchedBefore.After(time.Time{}) && came.Before(p.MatchedBefore) {
		return true, nil
	}
	matched := false
	err = t.each(bkMatches, numKey(num), func(key, _ []byte) (bool, error) {
		matched = slices.Contains(p.Watches, string(key[8:]))
		return !matched, nil
	})
	return !matched, err
}

// prune removes the texts of items that are old still.
func (t *txn) prune(nums []uint64, p store.Pruning) (pruned int, err error) {
	for _, num := range nums {
		h, err := t.head(num)
		if err != nil {
			return 0, err
		}
		if h.Forgotten || h.Pruned {
			continue
		}
		if old, err := t.isOld(num, &h, p); err != nil || !old {
			if err != nil {
				return 0, err
			}
			continue
		}
		for n := 1; n <= h.N; n++ {
			if err := t.pruneRevision(num, n); err != nil {
				return 0, err
			}
		}
		h.Pruned = true
		if err := t.put(bkHeads, numKey(num), h.encode()); err != nil {
			return 0, err
		}
		pruned++
	}
	return pruned, nil
}

// pruneRevision removes the texts of one revision. The lines that were cut out of them are text, too.
func (t *txn) pruneRevision(num uint64, n int) error {
	r, err := t.revision(num, n)
	if err != nil {
		return err
	}
	for _, text := range r.texts() {
		if text.Body != 0 {
			if err := t.dropBody(text.Body); err != nil {
				return err
			}
		}
		*text = textRecord{}
	}
	r.Cut = nil
	return t.putRecord(bkRevisions, revisionKey(num, n), r)
}
