package bolt

import (
	"context"
	"fmt"

	"mediawatch/store"
)

// Cursor returns where a follower stands; see store.Derived.
func (s *Store) Cursor(ctx context.Context, follower string) (store.Cursor, error) {
	var c store.Cursor
	if err := store.CheckName("follower", follower); err != nil {
		return c, fmt.Errorf("read a cursor: %w", err)
	}
	err := s.view(ctx, "read the cursor of "+follower, func(t *txn) (err error) {
		c, err = t.cursor(follower)
		return err
	})
	if err != nil {
		return store.Cursor{}, err
	}
	return c, nil
}

func (t *txn) cursor(follower string) (store.Cursor, error) {
	var r cursorRecord
	if _, err := t.getRecord(bkCursors, []byte(follower), &r); err != nil {
		return store.Cursor{}, err
	}
	return store.Cursor{Seq: seqOf(r.Seq), Replay: seqOf(r.Replay), Version: r.Version}, nil
}

// Commit keeps what a follower derived, together with its cursor; see store.Derived.
func (s *Store) Commit(ctx context.Context, d store.Derivation) error {
	if err := checkDerivation(&d); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return s.update(ctx, "commit for "+d.Follower, func(t *txn) error {
		at, err := t.cursor(d.Follower)
		if err != nil {
			return err
		}
		if at != d.From {
			return fmt.Errorf("it stands at %d: %w", at.Seq, store.ErrMoved)
		}
		if err := t.derive(&d); err != nil {
			return err
		}
		to := cursorRecord{Seq: uint64(d.To.Seq), Replay: uint64(d.To.Replay), Version: d.To.Version}
		_, err = t.replaceRecord(bkCursors, []byte(d.Follower), &to)
		return err
	})
}

// derive applies the parts in the order of their fields.
func (t *txn) derive(d *store.Derivation) error {
	for i := range d.Places {
		if err := t.place(&d.Places[i]); err != nil {
			return fmt.Errorf("place %d: %w", i, err)
		}
	}
	if err := t.signatures(d); err != nil {
		return err
	}
	for i := range d.Boilerplate {
		if err := t.learned(&d.Boilerplate[i]); err != nil {
			return fmt.Errorf("boilerplate %d: %w", i, err)
		}
	}
	if err := t.matches(d.Matches); err != nil {
		return err
	}
	for i := range d.Revised {
		if err := t.revised(&d.Revised[i]); err != nil {
			return fmt.Errorf("revised %d: %w", i, err)
		}
	}
	for i := range d.Unmatched {
		if err := t.unmatched(&d.Unmatched[i]); err != nil {
			return fmt.Errorf("unmatched %d: %w", i, err)
		}
	}
	return nil
}

func checkDerivation(d *store.Derivation) error {
	if err := store.CheckName("follower", d.Follower); err != nil {
		return err
	}
	if err := store.CheckText("cursor version", d.To.Version); err != nil {
		return err
	}
	for i := range d.Signatures {
		if s := &d.Signatures[i]; s.N < 1 || s.Seq == 0 || len(s.Data) > store.MaxSignature {
			return fmt.Errorf("signature %d: revision %d at %d of %d bytes: %w", i, s.N, s.Seq, len(s.Data), store.ErrInvalid)
		}
	}
	for i := range d.Boilerplate {
		if err := checkBoilerplate(&d.Boilerplate[i]); err != nil {
			return fmt.Errorf("boilerplate %d: %w", i, err)
		}
	}
	for i := range d.Matches {
		if err := checkMatch(&d.Matches[i]); err != nil {
			return fmt.Errorf("match %d: %w", i, err)
		}
	}
	for i := range d.Revised {
		r := &d.Revised[i]
		if err := store.CheckName("watch", r.Watch); err != nil {
			return fmt.Errorf("revised %d: %w", i, err)
		}
		if err := store.CheckTime("at", r.At); err != nil {
			return fmt.Errorf("revised %d: %w", i, err)
		}
	}
	for i := range d.Unmatched {
		if err := store.CheckName("watch", d.Unmatched[i].Watch); err != nil {
			return fmt.Errorf("unmatched %d: %w", i, err)
		}
	}
	return nil
}

func checkMatch(m *store.Matched) error {
	if err := store.CheckName("watch", m.Match.Watch); err != nil {
		return err
	}
	if m.Match.Rev < 1 {
		return fmt.Errorf("revision %d: %w", m.Match.Rev, store.ErrInvalid)
	}
	if len(m.UUID) > store.MaxName {
		return fmt.Errorf("the entry's id is longer than %d bytes: %w", store.MaxName, store.ErrInvalid)
	}
	if err := store.CheckText("entry id", m.UUID); err != nil {
		return err
	}
	for _, e := range m.Match.Evidence {
		if err := checkTexts("clause", e.Clause, "field", e.Field, "words", e.Words, "variant", e.Variant); err != nil {
			return err
		}
	}
	if err := store.CheckTime("at", m.Match.At); err != nil {
		return err
	}
	return store.CheckTime("time", m.Time)
}
