package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"go.etcd.io/bbolt"

	"mediawatch/store"
)

// Verify reads everything as it is at one moment and reports each problem as one line: the structure of the file first,
// then every record with its sum, what refers to it and what follows from it. The returned error only says that it
// could not be done.
//
// It holds one read transaction, as a backup does, so the file grows while others write. Whoever must survive any
// damage runs it in a child process after CheckFile or InspectFile.
func (s *Store) Verify(ctx context.Context, report func(line string)) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	select {
	case <-s.writer: // so that the newest head in the file is that of the transaction
	case <-ctx.Done():
		return fmt.Errorf("verify: %w", ctx.Err())
	}
	goOn := sync.OnceFunc(func() { s.writer <- struct{}{} })
	defer goOn()
	err := s.rawView(func(tx *bbolt.Tx) error {
		if err := s.verifyPages(goOn); err != nil {
			if !errors.Is(err, store.ErrDamaged) {
				return err
			}
			report(oneLine(err))
			return nil // records behind broken pages cannot be told from missing ones
		}
		v := &verifier{ctx: ctx, t: s.txn(tx), report: report}
		return v.run()
	})
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}

// oneLine is an error without the words that every line would share.
func oneLine(err error) string {
	b, _, _ := bytes.Cut([]byte(err.Error()), []byte("\n"))
	return string(bytes.TrimSuffix(b, []byte(": "+store.ErrDamaged.Error())))
}

// verifyPages inspects the pages of a transaction that has just begun, which stay as they are while it runs; goOn lets writers write again.
func (s *Store) verifyPages(goOn func()) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	in, _, err := newInspector(f, info.Size())
	goOn()
	if err != nil {
		return err
	}
	in.deep = true
	return in.all()
}

// verifier is one Verify.
type verifier struct {
	ctx     context.Context
	t       *txn
	report  func(string)
	emitted [bucketCount]int64
	texts   int64
	bad     int64 // lines reported
	lastSeq uint64
	steps   int
}

func (v *verifier) line(format string, args ...any) {
	v.bad++
	v.report(fmt.Sprintf(format, args...))
}

// problem reports an error about records and passes on any other.
func (v *verifier) problem(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrSchema) {
		v.line("%s", oneLine(err))
		return nil
	}
	return err
}

func (v *verifier) run() error {
	for b := range bucketCount {
		if v.t.bucket(b) == nil && b.must(v.t.s.schema) {
			v.line("table %s is missing", b)
			return nil
		}
	}
	if err := v.problem(v.t.s.checkHead(v.t)); err != nil {
		return err
	}
	x := &indexer{s: v.t.s, t: v.t, emit: v.expect, hasGroup: func(prefix []byte) (bool, error) { return v.t.has(bkGroups, prefix), nil }}
	for _, b := range indexSources {
		err := v.table(b, func(key, p []byte) error {
			if err := v.problem(x.record(b, key, p)); err != nil {
				return err
			}
			return v.refers(b, key, p)
		})
		if err != nil {
			return err
		}
	}
	if err := v.problem(x.finish()); err != nil {
		return err
	}
	for b := range bucketCount {
		if err := v.others(b); err != nil {
			return err
		}
	}
	return v.totals(x)
}

// table visits the records of a table whose sums hold, and reports the others. Keys that do not rise mean a page of the
// table in the place of another one: the records of that one are gone, though each that is there has the right sum.
func (v *verifier) table(b bucket, fn func(key, p []byte) error) error {
	err := guard(func() error {
		if v.t.bucket(b) == nil { // brought by a later schema
			return nil
		}
		c := v.t.bucket(b).Cursor()
		var last []byte
		for k, value := c.First(); k != nil; k, value = c.Next() {
			if last != nil && bytes.Compare(last, k) >= 0 {
				return damaged(b, k, "it is not in its place")
			}
			last = append(last[:0], k...)
			if v.steps++; v.steps%1000 == 0 && v.ctx.Err() != nil {
				return v.ctx.Err()
			}
			p, err := unseal(b, k, value)
			if err == nil {
				err = fn(k, p)
			}
			if err := v.problem(err); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, store.ErrDamaged) {
		v.line("table %s: %s", b, oneLine(err))
		return nil
	}
	return err
}

// expect holds an entry that follows from a record to the table it belongs in.
func (v *verifier) expect(b bucket, key, payload []byte) error {
	if b.since() > v.t.s.schema {
		return nil
	}
	v.emitted[b]++
	p, ok, err := v.t.get(b, key)
	if err != nil {
		return err
	}
	if !ok {
		return damaged(b, key, "missing, reindex restores it")
	}
	if !bytes.Equal(p, payload) {
		return damaged(b, key, "it says something else than the record it follows from, reindex restores it")
	}
	return nil
}

// refers checks what a record refers to.
func (v *verifier) refers(b bucket, key, p []byte) error {
	switch b {
	case bkHeads:
		return v.headRefers(key, p)
	case bkRevisions:
		var r revisionRecord
		if err := v.t.s.codec.unmarshal(b, key, p, &r); err != nil {
			return nil // reported by the indexer
		}
		return v.revisionRefers(key, &r)
	case bkMembers:
		var r memberRecord
		if err := v.t.s.codec.unmarshal(b, key, p, &r); err != nil {
			return err
		}
		if !v.there(bkStories, key[:8]) || !v.there(bkHeads, key[8:]) {
			return damaged(b, key, "its story or its item is missing")
		}
	case bkStories:
		if !v.there(bkMembers, append(bytes.Clone(key), key...)) {
			return damaged(b, key, "its original is missing")
		}
	case bkMatches:
		if !v.there(bkHeads, key[:8]) {
			return damaged(b, key, "its item is missing")
		}
	case bkEditions:
		var r editionRecord
		if err := v.t.s.codec.unmarshal(b, key, p, &r); err != nil {
			return err
		}
		if !v.there(bkRendered, key) {
			return damaged(b, key, "its bytes are missing")
		}
	}
	return nil
}

func (v *verifier) there(b bucket, key []byte) bool { return v.t.find(b, key) != nil }

func (v *verifier) headRefers(key, p []byte) error {
	var h headRecord
	if err := h.decode(key, p); err != nil {
		return nil // reported by the indexer
	}
	num := binary.BigEndian.Uint64(key)
	if !v.there(bkJournal, key) {
		return damaged(bkHeads, key, "its first event is missing")
	}
	if h.Forgotten {
		if !v.there(bkTombstones, key) {
			return damaged(bkHeads, key, "its tombstone is missing")
		}
		return nil
	}
	for n := 1; n <= h.N; n++ {
		if !v.there(bkRevisions, revisionKey(num, n)) {
			return damaged(bkHeads, key, fmt.Sprintf("revision %d of %d is missing", n, h.N))
		}
	}
	return nil
}

func (v *verifier) revisionRefers(key []byte, r *revisionRecord) error {
	if !v.there(bkHeads, key[:8]) {
		return damaged(bkRevisions, key, "its item is missing")
	}
	if !v.there(bkOrigins, numKey(r.Origin)) || r.FirstOrigin != 0 && !v.there(bkOrigins, numKey(r.FirstOrigin)) {
		return damaged(bkRevisions, key, "its origin is missing")
	}
	for _, text := range r.texts() {
		if text.Body != 0 && !v.there(bkBodies, numKey(text.Body)) {
			return damaged(bkRevisions, key, fmt.Sprintf("body %d is missing", text.Body))
		}
	}
	return nil
}

// others visits the tables that are no source of an index.
func (v *verifier) others(b bucket) error {
	var entries int64
	var lastText []byte
	decode := func(into any) func(key, p []byte) error {
		return func(key, p []byte) error { return v.t.s.codec.unmarshal(b, key, p, into) }
	}
	visit := func(_, _ []byte) error { return nil }
	switch b {
	case bkMeta, bkTombstones:
	case bkOrigins:
		visit = decode(&originRecord{})
	case bkFiles:
		visit = decode(&fileRecord{})
	case bkCursors:
		visit = decode(&cursorRecord{})
	case bkDigests:
		visit = decode(&digestRecord{})
	case bkBoilerplate:
		visit = decode(&boilerplateRecord{})
	case bkSaved:
		visit = v.saved
	case bkReported:
		visit = decode(&reportedRecord{})
	case bkJournal:
		visit = v.event
	case bkRendered:
		visit = v.rendered
	case bkKeys:
		visit = func(key, _ []byte) error {
			entries++
			if text := key[:len(key)-8]; key[0] == byte(store.KeyContent) && !bytes.Equal(text, lastText) {
				lastText = append(lastText[:0], text...)
				v.texts++
			}
			return nil
		}
	case bkSignatures:
		visit = v.signature
	default:
		if !b.index() {
			return nil
		}
		visit = func(_, _ []byte) error {
			entries++
			return nil
		}
	}
	if err := v.table(b, visit); err != nil {
		return err
	}
	if b.index() && entries != v.emitted[b] && v.bad == 0 {
		v.line("table %s has %d entries, %d follow from the records; reindex restores them", b, entries, v.emitted[b])
	}
	return nil
}

func (v *verifier) event(key, p []byte) error {
	e, err := decodeEvent(key, p)
	if err != nil {
		return err
	}
	seq := binary.BigEndian.Uint64(key)
	if seq != v.lastSeq+1 {
		v.line("the journal goes from %d to %d", v.lastSeq, seq)
	}
	v.lastSeq = seq
	if !v.there(bkHeads, numKey(e.num)) {
		return damaged(bkJournal, key, "its item is missing")
	}
	return nil
}

func (v *verifier) signature(key, p []byte) error {
	num, _, _, err := decodeSignature(key, p)
	if err == nil && !v.there(bkHeads, numKey(num)) {
		err = damaged(bkSignatures, key, "its item is missing")
	}
	return err
}

func (v *verifier) rendered(key, p []byte) error {
	var r renderedRecord
	if err := v.t.s.codec.unmarshal(bkRendered, key, p, &r); err != nil {
		return err
	}
	_, err := v.t.s.unpack(bkRendered, key, r.Text)
	if err == nil {
		_, err = v.t.s.unpack(bkRendered, key, r.HTML)
	}
	return err
}

// totals holds the counts to what was found. After other lines they would only repeat them.
func (v *verifier) totals(x *indexer) error {
	if v.bad > 0 {
		return nil
	}
	c, err := v.t.readCounts()
	if err != nil {
		return v.problem(err)
	}
	want := x.counts
	want.Seq, want.Body, want.Texts = c.Seq, c.Body, v.texts
	if c != want {
		v.line("the counts say %+v, the records %+v; reindex restores them", c, want)
	}
	return nil
}
