package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"mediawatch/news"
	"mediawatch/store"
)

// The codecs of a body: its first byte.
const (
	codecPlain = 0
	codecZstd  = 1
)

// inlineText is the length, in bytes, up to which a text stays in its revision, so that a teaser costs no body;
// smallText the one up to which compressing does not pay. maxText bounds what one body may unpack to.
const (
	inlineText = 384
	smallText  = 256
	maxText    = store.MaxTexts
)

// pack returns codec, length and bytes of a text, in new memory.
func (s *Store) pack(text []byte) []byte {
	head := binary.AppendUvarint(make([]byte, 0, 8+len(text)), uint64(len(text))<<1)
	if len(text) > smallText {
		head[0] |= codecZstd
		if packed := s.zip.EncodeAll(text, head); len(packed) < len(head)+len(text) {
			return packed
		}
		head[0] &^= codecZstd
	}
	return append(head, text...)
}

// unpack is the inverse of pack.
func (s *Store) unpack(b bucket, key, p []byte) ([]byte, error) {
	head, n := binary.Uvarint(p)
	size := head >> 1
	if n <= 0 || size > maxText {
		return nil, damaged(b, key, "its length does not hold")
	}
	if head&1 == codecPlain {
		if uint64(len(p)-n) != size {
			return nil, damaged(b, key, "its length does not hold")
		}
		return bytes.Clone(p[n:]), nil
	}
	text, err := s.unzip.DecodeAll(p[n:], make([]byte, 0, size))
	if err != nil {
		return nil, damaged(b, key, err.Error())
	}
	if uint64(len(text)) != size {
		return nil, damaged(b, key, "its length does not hold")
	}
	return text, nil
}

// bodyRef is the value in bkBodyHashes.
type bodyRef struct {
	num  uint64
	refs uint32
}

func (r bodyRef) encode() []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(make([]byte, 0, 12), r.num), r.refs)
}

func decodeBodyRef(key, p []byte) (bodyRef, error) {
	if len(p) != 12 {
		return bodyRef{}, damaged(bkBodyHashes, key, "wrong length")
	}
	return bodyRef{num: binary.BigEndian.Uint64(p), refs: binary.BigEndian.Uint32(p[8:])}, nil
}

func bodyHash(text []byte) news.Hash { return sha256.Sum256(text) }

// bodyRefOf finds the body that has these bytes.
func (t *txn) bodyRefOf(hash news.Hash) (bodyRef, bool, error) {
	p, ok, err := t.get(bkBodyHashes, hash[:])
	if !ok || err != nil {
		return bodyRef{}, false, err
	}
	ref, err := decodeBodyRef(hash[:], p)
	return ref, err == nil, err
}

// body returns the text of a number.
func (t *txn) body(num uint64) ([]byte, error) {
	key := numKey(num)
	p, ok, err := t.get(bkBodies, key)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, damaged(bkBodies, key, "missing")
	}
	return t.s.unpack(bkBodies, key, p)
}

// dropBody takes one reference from a body and removes it with the last one.
func (t *txn) dropBody(num uint64) error {
	text, err := t.body(num)
	if err != nil {
		return err
	}
	hash := bodyHash(text)
	ref, ok, err := t.bodyRefOf(hash)
	if err != nil {
		return err
	}
	if !ok || ref.num != num || ref.refs == 0 {
		return damaged(bkBodyHashes, hash[:], fmt.Sprintf("it does not know body %d", num))
	}
	if ref.refs--; ref.refs > 0 {
		return t.put(bkBodyHashes, hash[:], ref.encode())
	}
	c, err := t.count()
	if err != nil {
		return err
	}
	c.Bodies--
	if err := t.del(bkBodyHashes, hash[:]); err != nil {
		return err
	}
	return t.del(bkBodies, numKey(num))
}
