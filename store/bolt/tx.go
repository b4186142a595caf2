package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"mediawatch/news"
	"mediawatch/store"
)

func seqOf(n uint64) news.Seq { return news.Seq(n) }

// guard runs fn and turns a panic into an error that wraps store.ErrDamaged. A read beyond the end of a truncated file
// is a page fault, which kills the process unless the goroutine asks for a panic instead.
//
// IMPORTANT: SetPanicOnFault belongs to the goroutine, so guard must be on the stack of every access to mapped pages.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = panicError(r)
		}
	}()
	return fn()
}

// panicError is the one line for what was recovered.
func panicError(r any) error {
	what := fmt.Sprint(r)
	if re, ok := r.(runtime.Error); ok {
		what = re.Error()
		if _, fault := r.(interface{ Addr() uintptr }); fault {
			what = "a page of it cannot be read"
		}
	}
	what, _, _ = strings.Cut(what, "\n")
	return fmt.Errorf("%s: %w", what, store.ErrDamaged)
}

// translate gives bbolt's and the system's errors the names of package store.
func translate(err error) error {
	wrap := func(as error) error { return fmt.Errorf("%w: %w", as, err) }
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrLocked), errors.Is(err, store.ErrFull):
		return err
	case errors.Is(err, berrors.ErrTimeout):
		return wrap(store.ErrLocked)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch),
		strings.HasPrefix(err.Error(), "file size too small"):
		return wrap(store.ErrDamaged)
	case errors.Is(err, berrors.ErrDatabaseNotOpen), errors.Is(err, berrors.ErrTxClosed):
		return wrap(store.ErrClosed)
	case errors.Is(err, berrors.ErrDatabaseReadOnly), errors.Is(err, berrors.ErrTxNotWritable):
		return wrap(store.ErrInvalid)
	case errors.Is(err, berrors.ErrMaxSizeReached), noSpace(err):
		return wrap(store.ErrFull)
	case errors.Is(err, berrors.ErrKeyTooLarge), errors.Is(err, berrors.ErrValueTooLarge):
		return wrap(store.ErrInvalid)
	case errors.Is(err, syscall.EIO):
		return wrap(store.ErrDamaged)
	}
	return err
}

// either is the first of two errors that is one, so that what people read stays one line.
func either(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// noSpace also reads the text, since bbolt keeps only that of an error while growing the file.
func noSpace(err error) bool {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, e) || strings.Contains(err.Error(), e.Error()) {
			return true
		}
	}
	return false
}

// txn is a transaction with what every access needs. It lives on one goroutine and dies with the transaction.
type txn struct {
	s       *Store
	tx      *bbolt.Tx
	buckets [bucketCount]*bbolt.Bucket
	cursors [bucketCount]*bbolt.Cursor
	arena   []byte
	buf     bytes.Buffer
	origins map[uint64]news.Origin

	counts  countsRecord // as read, and as to be written
	counted bool
	before  countsRecord
	tallies map[string]int64 // what to add to those of watches
}

func (s *Store) txn(tx *bbolt.Tx) *txn { return &txn{s: s, tx: tx} }

// begin starts a transaction, or says why there can be none. Locks inside bbolt may stay held when it panics here or at
// the end of a transaction, so then the store is broken for good.
func (s *Store) begin(writable bool) (tx *bbolt.Tx, err error) {
	if broken := s.broken.Load(); broken != nil {
		return nil, *broken
	}
	err = s.fatal(func() error {
		tx, err = s.db.Begin(writable)
		return err
	})
	return tx, err
}

// fatal runs a part of bbolt that holds its locks.
func (s *Store) fatal(fn func() error) error {
	err := guard(fn)
	if errors.Is(err, store.ErrDamaged) {
		s.broken.CompareAndSwap(nil, &err)
	}
	return translate(err)
}

// rawView runs fn in a read transaction. Nothing of the transaction may be kept.
func (s *Store) rawView(fn func(*bbolt.Tx) error) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	return s.viewOpen(fn)
}

func (s *Store) viewOpen(fn func(*bbolt.Tx) error) error {
	tx, err := s.begin(false)
	if err != nil {
		return err
	}
	err = guard(func() error { return fn(tx) })
	return either(err, s.fatal(tx.Rollback))
}

// rawUpdate runs fn in a write transaction and commits it when fn returns no error. The caller holds the writer's turn.
func (s *Store) rawUpdate(fn func(*bbolt.Tx) error) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	if s.readOnly {
		return fmt.Errorf("%w: %w", errReadOnly, store.ErrInvalid)
	}
	tx, err := s.begin(true)
	if err != nil {
		return err
	}
	if err := guard(func() error { return fn(tx) }); err != nil {
		return either(translate(err), s.fatal(tx.Rollback))
	}
	return s.fatal(tx.Commit)
}

// view runs fn in a short read transaction.
func (s *Store) view(ctx context.Context, op string, fn func(*txn) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if err := s.rawView(func(tx *bbolt.Tx) error { return fn(s.txn(tx)) }); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// update waits for the writer's turn and runs fn in a write transaction.
func (s *Store) update(ctx context.Context, op string, fn func(*txn) error) error {
	select {
	case <-s.writer:
		defer func() { s.writer <- struct{}{} }()
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", op, ctx.Err())
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if err := s.updateNow(fn); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// updateNow is update for who has the writer's turn.
func (s *Store) updateNow(fn func(*txn) error) error {
	return s.rawUpdate(func(tx *bbolt.Tx) error {
		t := s.txn(tx)
		if err := fn(t); err != nil {
			return err
		}
		return t.finish()
	})
}

// bucket returns a table, nil when it is missing.
func (t *txn) bucket(b bucket) *bbolt.Bucket {
	if t.buckets[b] == nil {
		t.buckets[b] = t.tx.Bucket([]byte(bucketNames[b]))
		if t.buckets[b] != nil {
			t.buckets[b].FillPercent = b.fillPercent()
		}
	}
	return t.buckets[b]
}

// cursorOf is the one cursor of a table for single look-ups, which saves making one for each.
func (t *txn) cursorOf(b bucket) *bbolt.Cursor {
	c := t.cursors[b]
	if c == nil {
		c = t.bucket(b).Cursor()
		t.cursors[b] = c
	}
	return c
}

// find returns the value under key, nil when there is none.
func (t *txn) find(b bucket, key []byte) []byte {
	if k, value := t.cursorOf(b).Seek(key); k != nil && bytes.Equal(k, key) {
		return value
	}
	return nil
}

// get returns the payload under key, which is valid while the transaction is.
func (t *txn) get(b bucket, key []byte) (payload []byte, ok bool, err error) {
	value := t.find(b, key)
	if value == nil {
		return nil, false, nil
	}
	payload, err = unseal(b, key, value)
	return payload, err == nil, err
}

// getRecord reads a CBOR record into v, and reports whether it is there.
func (t *txn) getRecord(b bucket, key []byte, v any) (bool, error) {
	p, ok, err := t.get(b, key)
	if !ok || err != nil {
		return false, err
	}
	return true, t.s.codec.unmarshal(b, key, p, v)
}

// getNum reads a number.
func (t *txn) getNum(b bucket, key []byte) (uint64, bool, error) {
	p, ok, err := t.get(b, key)
	if !ok || err != nil {
		return 0, false, err
	}
	if len(p) != 8 {
		return 0, false, damaged(b, key, "wrong length")
	}
	return binary.BigEndian.Uint64(p), true, nil
}

// put keeps payload under key. bbolt refers to the value until the commit, so it is built in memory of its own.
func (t *txn) put(b bucket, key, payload []byte) error {
	size := len(payload) + frameSize
	if cap(t.arena)-len(t.arena) < size {
		t.arena = make([]byte, 0, max(64<<10, size))
	}
	from := len(t.arena)
	t.arena = seal(t.arena, b, key, payload)
	if err := t.bucket(b).Put(key, t.arena[from:len(t.arena):len(t.arena)]); err != nil {
		return fmt.Errorf("keep %x in %s: %w", key, b, err)
	}
	return nil
}

func (t *txn) putNum(b bucket, key []byte, n uint64) error { return t.put(b, key, numKey(n)) }

// putRecord keeps v as CBOR.
func (t *txn) putRecord(b bucket, key []byte, v any) error {
	p, err := t.encode(v)
	if err != nil {
		return err
	}
	return t.put(b, key, p)
}

// encode returns v as CBOR, valid until the next call.
func (t *txn) encode(v any) ([]byte, error) {
	t.buf.Reset()
	err := t.s.codec.marshal(&t.buf, v)
	return t.buf.Bytes(), err
}

// replaceRecord keeps v unless the same is already there, and reports whether it wrote.
func (t *txn) replaceRecord(b bucket, key []byte, v any) (bool, error) {
	p, err := t.encode(v)
	if err != nil {
		return false, err
	}
	old, ok, err := t.get(b, key)
	if err != nil || ok && bytes.Equal(old, p) {
		return false, err
	}
	return true, t.put(b, key, p)
}

func (t *txn) del(b bucket, key []byte) error {
	if err := t.bucket(b).Delete(key); err != nil {
		return fmt.Errorf("remove %x from %s: %w", key, b, err)
	}
	return nil
}

// has reports whether any key begins with prefix.
func (t *txn) has(b bucket, prefix []byte) bool {
	k, _ := t.cursorOf(b).Seek(prefix)
	return k != nil && bytes.HasPrefix(k, prefix)
}

// each calls fn for the keys that begin with prefix, in order, until it returns false.
func (t *txn) each(b bucket, prefix []byte, fn func(key, payload []byte) (bool, error)) error {
	c := t.bucket(b).Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		p, err := unseal(b, k, v)
		if err != nil {
			return err
		}
		if more, err := fn(k, p); err != nil || !more {
			return err
		}
	}
	return nil
}

func (t *txn) readCounts() (countsRecord, error) {
	var c countsRecord
	ok, err := t.getRecord(bkMeta, []byte(metaCounts), &c)
	if err == nil && !ok {
		err = damaged(bkMeta, []byte(metaCounts), "missing")
	}
	return c, err
}

// count returns the counts of a write transaction, to be changed in place.
func (t *txn) count() (*countsRecord, error) {
	if !t.counted {
		c, err := t.readCounts()
		if err != nil {
			return nil, err
		}
		t.counts, t.before, t.counted = c, c, true
	}
	return &t.counts, nil
}

// finish writes the counts when they changed.
func (t *txn) finish() error {
	if err := t.writeTallies(); err != nil {
		return err
	}
	if !t.counted || t.counts == t.before {
		return nil
	}
	return t.putRecord(bkMeta, []byte(metaCounts), &t.counts)
}

// pair is a key with its payload, waiting to be written in order.
type pair struct{ key, payload []byte }

// putSorted writes pairs in the order of their keys, so that each page is visited once.
func (t *txn) putSorted(b bucket, pairs []pair) error {
	slices.SortFunc(pairs, func(x, y pair) int { return bytes.Compare(x.key, y.key) })
	for _, p := range pairs {
		if err := t.put(b, p.key, p.payload); err != nil {
			return err
		}
	}
	return nil
}

// pageSteps is how many records a read transaction visits before it ends and another goes on behind it.
const pageSteps = 500

// span is a part of a table.
type span struct {
	bucket  bucket
	prefix  []byte
	from    []byte // where to begin: at or after it, or, falling, before it; nil: at the end
	falling bool
}

// start puts c on the first key of sp.
func (sp *span) start(c *bbolt.Cursor) (k, v []byte) {
	switch {
	case !sp.falling && sp.from != nil:
		return c.Seek(sp.from)
	case !sp.falling:
		return c.Seek(sp.prefix)
	case sp.from != nil:
		k, _ = c.Seek(sp.from)
	default:
		end := after(sp.prefix)
		if end == nil {
			return c.Last()
		}
		k, _ = c.Seek(end)
	}
	if k == nil {
		return c.Last()
	}
	return c.Prev()
}

// after is the first key beyond all that begin with prefix; nil when there is none.
func after(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}

// walk visits a span in pages, each a transaction of its own, until fn returns false.
func (s *Store) walk(ctx context.Context, op string, sp span, fn func(t *txn, key, payload []byte) (bool, error)) error {
	for done := false; !done; {
		err := s.view(ctx, op, func(t *txn) error {
			if t.bucket(sp.bucket) == nil { // a later table, in an older file that is only read
				done = true
				return nil
			}
			c := t.bucket(sp.bucket).Cursor()
			steps := 0
			k, v := sp.start(c)
			for ; k != nil && bytes.HasPrefix(k, sp.prefix); steps++ {
				if steps == pageSteps {
					return nil
				}
				p, err := unseal(sp.bucket, k, v)
				if err != nil {
					return err
				}
				more, err := fn(t, k, p)
				if err != nil {
					return err
				}
				if !more {
					break
				}
				if sp.falling {
					sp.from = append(sp.from[:0:0], k...)
					k, v = c.Prev()
				} else {
					sp.from = append(append(sp.from[:0:0], k...), 0)
					k, v = c.Next()
				}
			}
			done = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pageSize is how many values a list returns.
func pageSize(limit int) int {
	if limit <= 0 {
		return store.DefaultPage
	}
	return limit
}
