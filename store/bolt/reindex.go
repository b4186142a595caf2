package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"mediawatch/store"
)

// rebuildName is the table in which Reindex builds the others, until one transaction puts all of them in place.
const rebuildName = "rebuild"

// rebuildBatch is how many entries, and about how many bytes, one transaction of Reindex writes.
const (
	rebuildBatch = 20_000
	rebuildBytes = 8 << 20
)

// Reindex rebuilds every secondary table and the counts from primary and derived records. Readers go on with the old
// ones until the new ones are complete, writers wait. Killed on the way it leaves the old ones, and the next Open
// removes what it had built. Damage in a record is returned and changes nothing.
func (s *Store) Reindex(ctx context.Context) error {
	select {
	case <-s.writer:
		defer func() { s.writer <- struct{}{} }()
	case <-ctx.Done():
		return fmt.Errorf("reindex: %w", ctx.Err())
	}
	r := &rebuild{s: s, ctx: ctx}
	err := r.start()
	if err == nil {
		err = r.build()
	}
	if err == nil {
		err = r.swap()
	}
	if err != nil {
		return fmt.Errorf("reindex: %w", either(err, r.drop()))
	}
	return nil
}

// rebuild is one Reindex.
type rebuild struct {
	s       *Store
	ctx     context.Context
	pending [bucketCount][]pair
	n       int
	bytes   int
}

func (r *rebuild) start() error {
	if err := r.drop(); err != nil {
		return err
	}
	return r.s.rawUpdate(func(tx *bbolt.Tx) error {
		root, err := tx.CreateBucket([]byte(rebuildName))
		if err != nil {
			return fmt.Errorf("make a table: %w", err)
		}
		for _, b := range indexTables {
			if _, err := root.CreateBucket([]byte(b.String())); err != nil {
				return fmt.Errorf("make a table: %w", err)
			}
		}
		return nil
	})
}

func (r *rebuild) drop() error {
	return r.s.rawUpdate(func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket([]byte(rebuildName)); err != nil && !errors.Is(err, berrors.ErrBucketNotFound) {
			return fmt.Errorf("remove a table: %w", err)
		}
		return nil
	})
}

// build visits all sources. Entries want the groups before them.
func (r *rebuild) build() error {
	x := &indexer{s: r.s, emit: r.emit, hasGroup: r.hasGroup}
	for _, b := range indexSources {
		if b == bkEntries {
			if err := r.flush(); err != nil {
				return err
			}
		}
		if err := r.source(x, b); err != nil {
			return err
		}
	}
	if err := x.finish(); err != nil {
		return err
	}
	if err := r.flush(); err != nil {
		return err
	}
	return r.keepCounts(x)
}

// source visits one table in pieces, and writes between them.
func (r *rebuild) source(x *indexer, b bucket) error {
	const piece = 4 * pageSteps
	for sp, more := (span{bucket: b}), true; more; {
		n := 0
		err := r.s.walk(r.ctx, "read "+b.String(), sp, func(t *txn, key, p []byte) (bool, error) {
			n++
			sp.from = append(append(sp.from[:0:0], key...), 0)
			x.t = t
			return n < piece, x.record(b, key, p)
		})
		if err != nil {
			return err
		}
		more = n == piece
		if r.n >= rebuildBatch || r.bytes >= rebuildBytes {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *rebuild) emit(b bucket, key, payload []byte) error {
	r.pending[b] = append(r.pending[b], pair{key, payload})
	r.n++
	r.bytes += len(key) + len(payload) + 64
	return nil
}

// flush writes what is pending.
func (r *rebuild) flush() error {
	err := r.s.rawUpdate(func(tx *bbolt.Tx) error {
		t := r.s.txn(tx)
		root := tx.Bucket([]byte(rebuildName))
		for _, b := range indexTables {
			t.buckets[b] = root.Bucket([]byte(b.String()))
			if err := t.putSorted(b, r.pending[b]); err != nil {
				return err
			}
		}
		return nil
	})
	r.pending, r.n, r.bytes = [bucketCount][]pair{}, 0, 0
	return err
}

// hasGroup asks the groups built so far.
func (r *rebuild) hasGroup(prefix []byte) (found bool, err error) {
	err = r.s.rawView(func(tx *bbolt.Tx) error {
		k, _ := tx.Bucket([]byte(rebuildName)).Bucket([]byte(bkGroups.String())).Cursor().Seek(prefix)
		found = k != nil && bytes.HasPrefix(k, prefix)
		return nil
	})
	return found, err
}

// keepCounts writes the counts that follow from the records; the last numbers given stay.
func (r *rebuild) keepCounts(x *indexer) error {
	texts, err := r.countTexts()
	if err != nil {
		return err
	}
	return r.s.updateNow(func(t *txn) error {
		c, err := t.count()
		if err != nil {
			return err
		}
		seq, body := c.Seq, c.Body
		*c = x.counts
		c.Seq, c.Body, c.Texts = seq, body, texts
		return nil
	})
}

// countTexts counts the distinct content keys that were built.
func (r *rebuild) countTexts() (n int64, err error) {
	var last []byte
	err = r.s.rawView(func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(rebuildName)).Bucket([]byte(bkKeys.String())).Cursor()
		prefix := []byte{byte(store.KeyContent)}
		for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			if text := k[:len(k)-8]; !bytes.Equal(text, last) {
				last = append(last[:0], text...)
				n++
			}
		}
		return nil
	})
	return n, err
}

// swap puts the new tables in the place of the old ones.
func (r *rebuild) swap() error {
	return r.s.rawUpdate(func(tx *bbolt.Tx) error {
		root := tx.Bucket([]byte(rebuildName))
		for _, b := range indexTables {
			name := []byte(b.String())
			if err := tx.DeleteBucket(name); err != nil && !errors.Is(err, berrors.ErrBucketNotFound) {
				return fmt.Errorf("remove table %s: %w", b, err)
			}
			if err := tx.MoveBucket(name, root, nil); err != nil {
				return fmt.Errorf("put table %s in place: %w", b, err)
			}
		}
		return tx.DeleteBucket([]byte(rebuildName))
	})
}
