package follow

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/store"
)

// record is what the linker keeps of a revision: enough to find its copies, and to divide the window into stories again, without its text.
type record struct {
	seq             news.Seq
	item            news.ItemID
	n               int
	stated, arrived dedupe.Day
	keys            news.Keys // of the hashes only the first bytes
	outlet          uint64    // dedupe.OutletHash
	learned         int       // version of the boilerplate that was left out
	sign            dedupe.Signature
}

// recordVersion is the version of what a record says.
const recordVersion = 1

// keptHash is how many bytes of a key a record has: enough to find by, since texts are judged afterwards.
const keptHash = 16

// newRecord makes the record of an arrival with that signature, made by a version of the boilerplate.
func newRecord(a arrival, sign dedupe.Signature, learned int) record {
	it := a.item
	r := record{seq: a.event.Seq, item: it.ID, n: it.N, sign: sign, outlet: dedupe.OutletHash(it.Outlet), learned: learned, stated: dedupe.DayOf(it.Published.Time), arrived: dedupe.DayOf(it.At)}
	if it.At.IsZero() {
		r.arrived = dedupe.DayOf(it.Seen)
	}
	if r.arrived == dedupe.NoDay {
		r.arrived = 0
	}
	if r.stated != dedupe.NoDay && r.stated > r.arrived {
		r.stated = r.arrived // nothing is published in the future
	}
	r.keys.Version = it.Keys.Version
	copy(r.keys.Content[:keptHash], it.Keys.Content[:])
	copy(r.keys.URL[:keptHash], it.Keys.URL[:])
	return r
}

// add puts a record into an index.
func (r *record) add(x *dedupe.Index) {
	x.Add(dedupe.Entry{Item: r.item, N: int32(r.n), Stated: r.stated, Seq: r.seq}, r.arrived, r.sign, r.keys.Content)
}

// signature is the record as the store keeps it.
func (r *record) signature() store.Signature {
	b := binary.AppendVarint(nil, int64(r.stated))
	b = binary.AppendVarint(b, int64(r.arrived))
	b = binary.LittleEndian.AppendUint64(b, r.outlet)
	b = binary.AppendUvarint(b, uint64(r.learned))
	b = append(b, r.keys.Version)
	b = append(b, r.keys.Content[:keptHash]...)
	b = append(b, r.keys.URL[:keptHash]...)
	return store.Signature{Seq: r.seq, Item: r.item, N: r.n, Data: append(b, r.sign.Encode()...)}
}

var errRecord = errors.New("it cannot be read")

// readRecord is the inverse of record.signature.
func readRecord(s store.Signature) (record, error) {
	r := record{seq: s.Seq, item: s.Item, n: s.N}
	b := s.Data
	for _, d := range []*dedupe.Day{&r.stated, &r.arrived} {
		v, used := binary.Varint(b)
		if used <= 0 {
			return r, errRecord
		}
		*d, b = dedupe.Day(v), b[used:]
	}
	if len(b) < 8 {
		return r, errRecord
	}
	r.outlet, b = binary.LittleEndian.Uint64(b), b[8:]
	learned, used := binary.Uvarint(b)
	if used <= 0 || learned > math.MaxInt32 {
		return r, errRecord
	}
	r.learned, b = int(learned), b[used:]
	if len(b) < 1+2*keptHash {
		return r, errRecord
	}
	r.keys.Version = b[0]
	copy(r.keys.Content[:], b[1:1+keptHash])
	copy(r.keys.URL[:], b[1+keptHash:1+2*keptHash])
	var err error
	r.sign, err = dedupe.DecodeSignature(b[1+2*keptHash:])
	return r, err
}

// signaturePage is how many signatures are read at a time.
const signaturePage = 5000

// eachSignature visits what is kept of revisions up to a place in the journal, in order.
func eachSignature(ctx context.Context, s store.Derived, upto news.Seq, visit func(record) error) error {
	for after := news.Seq(0); ; {
		page, err := s.Signatures(ctx, after, signaturePage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, kept := range page {
			if kept.Seq > upto {
				return nil
			}
			r, err := readRecord(kept)
			if err != nil {
				return fmt.Errorf("signature at %d: %w", kept.Seq, err)
			}
			if err := visit(r); err != nil {
				return err
			}
			after = kept.Seq
		}
	}
}
