package bolt

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mediawatch/store"
)

type boilerplateRecord struct {
	Lines []siteLineRecord `cbor:"1,keyasint,omitempty"` // in the order of their bytes
}

type siteLineRecord struct {
	Line    string `cbor:"1,keyasint,omitempty"`
	Version int    `cbor:"2,keyasint,omitempty"`
}

func checkBoilerplate(b *store.Boilerplate) error {
	if err := store.CheckName("outlet", b.Outlet); err != nil {
		return err
	}
	for _, l := range b.Lines {
		if l.Line == "" || l.Version < 1 {
			return fmt.Errorf("line %q of version %d: %w", l.Line, l.Version, store.ErrInvalid)
		}
		if err := store.CheckText("line", l.Line); err != nil {
			return err
		}
	}
	return nil
}

// learned adds lines to those of an outlet.
func (t *txn) learned(b *store.Boilerplate) error {
	var r boilerplateRecord
	if _, err := t.getRecord(bkBoilerplate, []byte(b.Outlet), &r); err != nil {
		return err
	}
	for _, l := range b.Lines {
		at, found := slices.BinarySearchFunc(r.Lines, l.Line, func(x siteLineRecord, line string) int { return strings.Compare(x.Line, line) })
		if !found {
			r.Lines = slices.Insert(r.Lines, at, siteLineRecord(l))
		}
	}
	_, err := t.replaceRecord(bkBoilerplate, []byte(b.Outlet), &r)
	return err
}

// Boilerplate returns the lines that outlets put around their texts; see store.Derived.
func (s *Store) Boilerplate(ctx context.Context, after string, limit int) ([]store.Boilerplate, error) {
	var out []store.Boilerplate
	limit = pageSize(limit)
	err := s.walk(ctx, "read boilerplate", span{bucket: bkBoilerplate, from: named(after)}, func(_ *txn, key, p []byte) (bool, error) {
		var r boilerplateRecord
		if err := s.codec.unmarshal(bkBoilerplate, key, p, &r); err != nil {
			return false, err
		}
		b := store.Boilerplate{Outlet: string(key)}
		for _, l := range r.Lines {
			b.Lines = append(b.Lines, store.SiteLine(l))
		}
		out = append(out, b)
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
