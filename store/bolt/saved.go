package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"mediawatch/news"
	"mediawatch/store"
)

// savedRecord is one version of what a person saved.
type savedRecord struct {
	Author  string `cbor:"1,keyasint,omitempty"`
	Time    int64  `cbor:"2,keyasint,omitempty"`
	Removed bool   `cbor:"3,keyasint,omitempty"`
	Data    []byte `cbor:"4,keyasint,omitempty"`
}

// savedKey is the key of all versions of a record; the number of one follows.
func savedKey(kind news.SavedKind, name string) []byte {
	return append(append(named(string(kind)), name...), 0)
}

// splitSaved is the inverse of savedKey with a version.
func splitSaved(key []byte) (kind news.SavedKind, name string, version int, err error) {
	k, rest, ok := splitNamed(key)
	if ok {
		name, rest, ok = splitNamed(rest)
	}
	if !ok || len(rest) != 4 {
		return "", "", 0, damaged(bkSaved, key, "its key cannot be read")
	}
	return news.SavedKind(k), name, int(binary.BigEndian.Uint32(rest)), nil
}

func checkSaved(r *news.Saved) error {
	err := store.CheckName("kind", string(r.Kind))
	if err == nil {
		err = store.CheckName("name", r.Name)
	}
	if err == nil {
		err = store.CheckText("author", r.Author)
	}
	if err == nil {
		err = store.CheckTime("time", r.Time)
	}
	switch {
	case err != nil:
	case r.Removed && len(r.Data) > 0:
		err = fmt.Errorf("a record that is removed has no data: %w", store.ErrInvalid)
	case len(r.Data) > store.MaxSaved:
		err = fmt.Errorf("the record is longer than %d bytes: %w", store.MaxSaved, store.ErrInvalid)
	}
	if err != nil {
		return fmt.Errorf("%s %q: %w", r.Kind, r.Name, err)
	}
	return nil
}

// Saved returns the newest versions; see store.Saved.
func (s *Store) Saved(ctx context.Context, after news.Saved, limit int) ([]news.Saved, error) {
	sp := span{bucket: bkSaved}
	if after.Kind != "" {
		sp.from = savedKey(after.Kind, after.Name)
		sp.from[len(sp.from)-1] = 1 // behind all versions of it
	}
	limit = pageSize(limit)
	var out []news.Saved
	var newest news.Saved // of the record that is being visited
	keep := func() {
		if newest.Version > 0 && !newest.Removed {
			out = append(out, newest)
		}
	}
	err := s.walk(ctx, "read what was saved", sp, func(t *txn, key, p []byte) (bool, error) {
		r, err := t.s.saved(key, p)
		if err != nil {
			return false, err
		}
		if r.Kind != newest.Kind || r.Name != newest.Name {
			keep()
			newest = news.Saved{}
		}
		if len(out) < limit {
			newest = r
			return true, nil
		}
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	keep()
	return out, nil
}

// saved decodes one version.
func (s *Store) saved(key, p []byte) (news.Saved, error) {
	kind, name, version, err := splitSaved(key)
	if err != nil {
		return news.Saved{}, err
	}
	var r savedRecord
	if err := s.codec.unmarshal(bkSaved, key, p, &r); err != nil {
		return news.Saved{}, err
	}
	return news.Saved{Kind: kind, Name: name, Version: version, Author: r.Author, Time: fromMicros(r.Time), Removed: r.Removed, Data: r.Data}, nil
}

// SavedHistory returns the versions of a record; see store.Saved.
func (s *Store) SavedHistory(ctx context.Context, kind news.SavedKind, name string) ([]news.Saved, error) {
	if err := checkSaved(&news.Saved{Kind: kind, Name: name}); err != nil {
		return nil, fmt.Errorf("read what was saved: %w", err)
	}
	var out []news.Saved
	err := s.walk(ctx, "read what was saved", span{bucket: bkSaved, prefix: savedKey(kind, name)}, func(t *txn, key, p []byte) (bool, error) {
		r, err := t.s.saved(key, p)
		out = append(out, r)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Save adds versions; see store.Saved.
func (s *Store) Save(ctx context.Context, changes []news.Saved) error {
	for i := range changes {
		if err := checkSaved(&changes[i]); err != nil {
			return fmt.Errorf("save: %w", err)
		}
	}
	if len(changes) == 0 {
		return ctx.Err()
	}
	return s.update(ctx, "save", func(t *txn) error {
		for i := range changes {
			if err := t.save(&changes[i]); err != nil {
				return fmt.Errorf("%s %q: %w", changes[i].Kind, changes[i].Name, err)
			}
		}
		return nil
	})
}

// save adds one version.
func (t *txn) save(r *news.Saved) error {
	prefix := savedKey(r.Kind, r.Name)
	var newest news.Saved
	err := t.each(bkSaved, prefix, func(key, p []byte) (_ bool, err error) {
		newest, err = t.s.saved(key, p)
		return true, err
	})
	if err != nil {
		return err
	}
	there := newest.Version > 0 && !newest.Removed
	if there && r.Version != newest.Version || !there && r.Version != 0 {
		return fmt.Errorf("somebody changed it meanwhile: %w", store.ErrMoved)
	}
	if r.Removed && !there || !r.Removed && there && bytes.Equal(r.Data, newest.Data) {
		return nil
	}
	rec := savedRecord{Author: r.Author, Time: micros(r.Time), Removed: r.Removed, Data: r.Data}
	return t.putRecord(bkSaved, binary.BigEndian.AppendUint32(prefix, uint32(newest.Version+1)), &rec)
}

// saved holds the versions of a record to their numbers.
func (v *verifier) saved(key, p []byte) error {
	r, err := v.t.s.saved(key, p)
	if err == nil && r.Version > 1 && !v.there(bkSaved, binary.BigEndian.AppendUint32(savedKey(r.Kind, r.Name), uint32(r.Version-1))) {
		err = damaged(bkSaved, key, "the version before it is missing")
	}
	return err
}
