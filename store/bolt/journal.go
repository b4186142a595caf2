package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// event is a line of the journal as kept: the item by its number.
type event struct {
	kind  store.EventKind
	num   uint64
	n     int
	watch string
}

// journal writes the line of a number.
func (t *txn) journal(seq uint64, e event) error {
	b := append(make([]byte, 0, 24+len(e.watch)), byte(e.kind))
	b = binary.AppendUvarint(b, e.num)
	b = binary.AppendUvarint(b, uint64(e.n))
	return t.put(bkJournal, numKey(seq), append(b, e.watch...))
}

// tell gives the next number to a line.
func (t *txn) tell(e event) (uint64, error) {
	c, err := t.count()
	if err != nil {
		return 0, err
	}
	c.Seq++
	return c.Seq, t.journal(c.Seq, e)
}

func decodeEvent(key, p []byte) (event, error) {
	var e event
	bad := damaged(bkJournal, key, "it cannot be read")
	if len(p) < 3 {
		return e, bad
	}
	e.kind = store.EventKind(p[0])
	num, n := binary.Uvarint(p[1:])
	if n <= 0 {
		return e, bad
	}
	p = p[1+n:]
	rev, n := binary.Uvarint(p)
	if n <= 0 {
		return e, bad
	}
	e.num, e.n, e.watch = num, int(rev), string(p[n:])
	return e, nil
}

// Heads tells what is known of ids; see store.Journal.
func (s *Store) Heads(ctx context.Context, ids []news.ItemID) ([]store.Head, error) {
	heads := make([]store.Head, len(ids))
	err := chunks(len(ids), pageSteps, func(from, to int) error {
		return s.view(ctx, "read heads", func(t *txn) error {
			for i := from; i < to; i++ {
				num, h, ok, err := t.headOf(ids[i])
				if err != nil {
					return err
				}
				if ok {
					heads[i] = store.Head{Known: true, Forgotten: h.Forgotten, Fingerprint: h.Fingerprint, State: h.State, N: h.N, Seq: seqOf(num)}
				}
			}
			return nil
		})
	})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return heads, nil
}

// chunks calls fn for [from, to) in steps.
func chunks(n, step int, fn func(from, to int) error) error {
	for from := 0; from < n; from += step {
		if err := fn(from, min(from+step, n)); err != nil {
			return err
		}
	}
	return nil
}

// Events returns a page of the journal; see store.Journal.
func (s *Store) Events(ctx context.Context, after news.Seq, limit int) ([]store.Event, error) {
	var out []store.Event
	limit = pageSize(limit)
	if after == ^news.Seq(0) {
		return nil, ctx.Err()
	}
	err := s.walk(ctx, "read events", span{bucket: bkJournal, from: seqKey(after + 1)}, func(t *txn, key, p []byte) (bool, error) {
		e, err := decodeEvent(key, p)
		if err != nil {
			return false, err
		}
		id, err := t.idOf(e.num)
		if err != nil {
			return false, err
		}
		out = append(out, store.Event{Seq: seqOf(binary.BigEndian.Uint64(key)), Kind: e.kind, Item: id, N: e.n, Watch: e.watch})
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Head returns the newest Seq; see store.Journal.
func (s *Store) Head(ctx context.Context) (news.Seq, error) {
	var head news.Seq
	err := s.view(ctx, "read the head", func(t *txn) error {
		c, err := t.readCounts()
		head = seqOf(c.Seq)
		return err
	})
	if err != nil {
		return 0, err
	}
	return head, nil
}

// itemPage is how many items one read transaction returns: about 2 ms.
const itemPage = 100

// Items returns items in the revisions asked for; see store.Journal. The newest revision asked for as 0 comes with the
// origin of the first one, a revision asked for by its number with its own.
func (s *Store) Items(ctx context.Context, refs []store.Ref) ([]news.Item, error) {
	items := make([]news.Item, len(refs))
	err := chunks(len(refs), itemPage, func(from, to int) error {
		return s.view(ctx, "read items", func(t *txn) error {
			for i := from; i < to; i++ {
				num, h, ok, err := t.headOf(refs[i].Item)
				if err != nil {
					return err
				}
				if !ok || h.Forgotten || refs[i].N < 0 || refs[i].N > h.N {
					continue
				}
				if items[i], err = t.item(num, &h, refs[i].N); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil || len(refs) == 0 {
		return nil, err
	}
	return items, nil
}

// Recent returns the newest items; see store.Journal. Forgotten ones are left out.
func (s *Store) Recent(ctx context.Context, before news.Seq, limit int) ([]news.Item, error) {
	sp := span{bucket: bkHeads, falling: true}
	if before != 0 {
		sp.from = seqKey(before)
	}
	var out []news.Item
	limit = pageSize(limit)
	err := s.walk(ctx, "read recent items", sp, func(t *txn, key, p []byte) (bool, error) {
		var h headRecord
		if err := h.decode(key, p); err != nil {
			return false, err
		}
		if h.Forgotten {
			return true, nil
		}
		it, err := t.item(binary.BigEndian.Uint64(key), &h, 0)
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

// Resolve finds ids by the beginning of their hexadecimal form; see store.Journal. What is not hexadecimal finds nothing.
func (s *Store) Resolve(ctx context.Context, prefix string, limit int) ([]news.ItemID, error) {
	prefix = strings.ToLower(prefix)
	whole, err := hex.DecodeString(prefix[:len(prefix)&^1])
	if err != nil || len(prefix) > 2*len(news.ItemID{}) {
		return nil, ctx.Err()
	}
	sp := span{bucket: bkIDs, prefix: whole}
	if len(prefix)%2 == 1 {
		nibble, err := hex.DecodeString(prefix[len(prefix)-1:] + "0")
		if err != nil {
			return nil, ctx.Err()
		}
		sp.from = append(slices.Clone(whole), nibble...)
	}
	var out []news.ItemID
	limit = pageSize(limit)
	err = s.walk(ctx, "resolve an id", sp, func(_ *txn, key, _ []byte) (bool, error) {
		var id news.ItemID
		copy(id[:], key)
		if !strings.HasPrefix(id.String(), prefix) {
			return false, nil
		}
		out = append(out, id)
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Forget removes an item's texts; see store.Journal. What stays is its id, the keys of its URLs, its outlet, and its
// place in stories and matches.
func (s *Store) Forget(ctx context.Context, id news.ItemID, reason string, at time.Time) error {
	err := store.CheckText("reason", reason)
	if err == nil {
		err = store.CheckTime("at", at)
	}
	if err != nil {
		return fmt.Errorf("forget %s: %w", id, err)
	}
	return s.update(ctx, "forget "+id.String(), func(t *txn) error {
		num, h, ok, err := t.headOf(id)
		if err != nil || ok && h.Forgotten {
			return err
		}
		if !ok {
			return store.ErrNotFound
		}
		spot, _, err := t.spot(num)
		if err != nil {
			return err
		}
		if err := t.delist(num, spot); err != nil {
			return err
		}
		tomb := tombstoneRecord{Reason: reason, At: micros(at)}
		for n := 1; n <= h.N; n++ {
			if err := t.forgetRevision(num, n, &tomb); err != nil {
				return err
			}
		}
		if err := t.putRecord(bkTombstones, numKey(num), &tomb); err != nil {
			return err
		}
		if err := t.dropEvidence(num); err != nil {
			return err
		}
		c, err := t.count()
		if err != nil {
			return err
		}
		c.Items--
		h.Forgotten = true
		if err := t.put(bkHeads, numKey(num), h.encode()); err != nil {
			return err
		}
		_, err = t.tell(event{kind: store.EventForgot, num: num})
		return err
	})
}

// dropEvidence removes the words of an item from its matches.
func (t *txn) dropEvidence(num uint64) error {
	var pairs []pair
	err := t.each(bkMatches, numKey(num), func(key, p []byte) (bool, error) {
		var r matchRecord
		if err := t.s.codec.unmarshal(bkMatches, key, p, &r); err != nil {
			return false, err
		}
		r.Evidence = nil
		payload, err := t.encode(&r)
		pairs = append(pairs, pair{bytes.Clone(key), bytes.Clone(payload)})
		return true, err
	})
	if err != nil {
		return err
	}
	return t.putSorted(bkMatches, pairs)
}

// forgetRevision removes one revision with its bodies and its keys, and moves its URL key to the tombstone.
func (t *txn) forgetRevision(num uint64, n int, tomb *tombstoneRecord) error {
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
	}
	seq := r.event(num)
	for _, k := range keysOf(r.keys()) {
		if k.Kind != store.KeyURL {
			if err := t.delKey(k, seq); err != nil {
				return err
			}
			continue
		}
		if slices.ContainsFunc(tomb.URLs, func(u urlKey) bool { return u.Version == k.Version && bytes.Equal(u.Hash, k.Hash[:]) }) {
			continue
		}
		tomb.URLs = append(tomb.URLs, urlKey{Version: k.Version, Hash: bytes.Clone(k.Hash[:]), N: n, Seq: seq})
	}
	tomb.Outlet = r.Outlet
	if err := t.del(bkSignatures, numKey(seq)); err != nil {
		return err
	}
	c, err := t.count()
	if err != nil {
		return err
	}
	c.Revisions--
	return t.del(bkRevisions, revisionKey(num, n))
}
