package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"mediawatch/news"
	"mediawatch/store"
)

// signatures keeps what the linker wants to find again, and removes what has left its window.
func (t *txn) signatures(d *store.Derivation) error {
	for i := range d.Signatures {
		s := &d.Signatures[i]
		num, err := t.known("item", s.Item)
		if err != nil {
			return fmt.Errorf("signature %d: %w", i, err)
		}
		h, err := t.head(num)
		if err != nil {
			return err
		}
		if h.Forgotten || s.Seq < d.SignaturesFrom {
			continue
		}
		if err := t.putSignature(num, s); err != nil {
			return err
		}
	}
	if d.SignaturesFrom == 0 {
		return nil
	}
	end := seqKey(d.SignaturesFrom)
	c := t.bucket(bkSignatures).Cursor()
	for k, _ := c.First(); k != nil && bytes.Compare(k, end) < 0; k, _ = c.First() {
		if err := c.Delete(); err != nil {
			return fmt.Errorf("remove %x from %s: %w", k, bkSignatures, err)
		}
	}
	return nil
}

// putSignature writes a signature unless the same is there.
func (t *txn) putSignature(num uint64, s *store.Signature) error {
	p := make([]byte, 0, 12+len(s.Data))
	p = binary.AppendUvarint(p, num)
	p = binary.AppendUvarint(p, uint64(s.N))
	p = append(p, s.Data...)
	old, ok, err := t.get(bkSignatures, seqKey(s.Seq))
	if err != nil || ok && bytes.Equal(old, p) {
		return err
	}
	return t.put(bkSignatures, seqKey(s.Seq), p)
}

func decodeSignature(key, p []byte) (num uint64, n int, data []byte, err error) {
	num, used := binary.Uvarint(p)
	if used <= 0 || len(key) != 8 {
		return 0, 0, nil, damaged(bkSignatures, key, "it cannot be read")
	}
	p = p[used:]
	rev, used := binary.Uvarint(p)
	if used <= 0 {
		return 0, 0, nil, damaged(bkSignatures, key, "it cannot be read")
	}
	return num, int(rev), p[used:], nil
}

// Signatures returns what the linker keeps of revisions; see store.Derived.
func (s *Store) Signatures(ctx context.Context, after news.Seq, limit int) ([]store.Signature, error) {
	var out []store.Signature
	limit = pageSize(limit)
	if after == ^news.Seq(0) {
		return nil, ctx.Err()
	}
	err := s.walk(ctx, "read signatures", span{bucket: bkSignatures, from: seqKey(after + 1)}, func(t *txn, key, p []byte) (bool, error) {
		num, n, data, err := decodeSignature(key, p)
		if err != nil {
			return false, err
		}
		id, err := t.idOf(num)
		if err != nil {
			return false, err
		}
		out = append(out, store.Signature{Seq: seqOf(binary.BigEndian.Uint64(key)), Item: id, N: n, Data: bytes.Clone(data)})
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
