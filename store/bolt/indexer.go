package bolt

import (
	"bytes"
	"encoding/binary"

	"mediawatch/news"
	"mediawatch/store"
)

// indexSources are the tables that the secondary ones follow from, in the order an indexer wants them.
var indexSources = [...]bucket{
	bkHeads, bkTombstones, bkRevisions, bkBodies, bkFeeds, bkMembers, bkStories, bkMatches, bkEntries, bkLog, bkEditions, bkDeliveries,
}

// indexer says which secondary entries follow from primary and derived records. Reindex writes them, Verify compares them.
type indexer struct {
	s        *Store
	t        *txn // of the record being visited
	emit     func(b bucket, key, payload []byte) error
	hasGroup func(prefix []byte) (bool, error) // whether a watch has a match in a group, of what was emitted before

	refs   []uint32 // to each body
	item   uint64   // whose revisions are being visited
	held   map[store.Key]struct{}
	tally  map[string]int64 // matches of each watch
	counts countsRecord     // all but Seq, Body and Texts
}

// record visits a record of one of the sources.
func (x *indexer) record(b bucket, key, p []byte) error {
	switch b {
	case bkHeads:
		return x.head(key, p)
	case bkTombstones:
		return x.tombstone(key, p)
	case bkRevisions:
		return x.revision(key, p)
	case bkBodies:
		return x.body(key, p)
	case bkFeeds:
		return x.feed(key, p)
	case bkMembers:
		if len(key) != 16 {
			return damaged(b, key, "its key cannot be read")
		}
		return x.emit(bkMemberOf, bytes.Clone(key[8:]), bytes.Clone(key[:8]))
	case bkStories:
		if len(key) != 8 || len(p) != 8 {
			return damaged(b, key, "wrong length")
		}
		x.counts.Stories++
		return x.emit(bkStoryOrder, bytes.Clone(p), bytes.Clone(key))
	case bkMatches:
		return x.match(key, p)
	case bkEntries:
		return x.entry(key, p)
	case bkLog:
		return x.line(key, p)
	case bkEditions:
		x.counts.Editions++
		return nil
	case bkDeliveries:
		return x.delivery(key, p)
	}
	return nil
}

func (x *indexer) head(key, p []byte) error {
	var h headRecord
	if err := h.decode(key, p); err != nil {
		return err
	}
	if !h.Forgotten {
		x.counts.Items++
	}
	return x.emit(bkIDs, bytes.Clone(h.ID[:]), bytes.Clone(key))
}

func (x *indexer) tombstone(key, p []byte) error {
	var r tombstoneRecord
	if err := x.s.codec.unmarshal(bkTombstones, key, p, &r); err != nil {
		return err
	}
	for _, u := range r.URLs {
		k := store.Key{Kind: store.KeyURL, Version: u.Version, Hash: toHash(u.Hash)}
		full := binary.BigEndian.AppendUint64(keyPrefix(k), u.Seq)
		if err := x.emit(bkKeys, full, keyValue(binary.BigEndian.Uint64(key), u.N)); err != nil {
			return err
		}
	}
	return nil
}

func (x *indexer) revision(key, p []byte) error {
	var r revisionRecord
	if err := x.s.codec.unmarshal(bkRevisions, key, p, &r); err != nil {
		return err
	}
	if len(key) != 12 {
		return damaged(bkRevisions, key, "its key cannot be read")
	}
	x.counts.Revisions++
	for _, text := range r.texts() {
		if text.Body == 0 {
			continue
		}
		for uint64(len(x.refs)) <= text.Body {
			x.refs = append(x.refs, 0)
		}
		x.refs[text.Body]++
	}
	num, n := binary.BigEndian.Uint64(key), int(binary.BigEndian.Uint32(key[8:]))
	if h, err := x.t.head(num); err == nil && h.N == n && !h.Forgotten { // a missing head is found where revisions are held to it
		if err := x.emit(bkTimes, spotKey(nil, r.spot(), num), nil); err != nil {
			return err
		}
	}
	if x.held == nil || x.item != num {
		x.item, x.held = num, make(map[store.Key]struct{}, 3)
	}
	for _, k := range keysOf(r.keys()) {
		if _, ok := x.held[k]; ok {
			continue
		}
		x.held[k] = struct{}{}
		if err := x.emit(bkKeys, binary.BigEndian.AppendUint64(keyPrefix(k), r.event(num)), keyValue(num, n)); err != nil {
			return err
		}
	}
	return nil
}

func (x *indexer) body(key, p []byte) error {
	text, err := x.s.unpack(bkBodies, key, p)
	if err != nil {
		return err
	}
	if len(key) != 8 {
		return damaged(bkBodies, key, "its key cannot be read")
	}
	ref := bodyRef{num: binary.BigEndian.Uint64(key)}
	if ref.num < uint64(len(x.refs)) {
		ref.refs = x.refs[ref.num]
	}
	if ref.refs == 0 {
		return damaged(bkBodies, key, "no revision refers to it")
	}
	x.counts.Bodies++
	hash := bodyHash(text)
	return x.emit(bkBodyHashes, bytes.Clone(hash[:]), ref.encode())
}

func (x *indexer) feed(key, p []byte) error {
	var r feedRecord
	if err := x.s.codec.unmarshal(bkFeeds, key, p, &r); err != nil {
		return err
	}
	x.counts.Feeds++
	var id news.FeedID
	copy(id[:], key)
	f := r.feed(id)
	if due := dueKey(&f); due != nil {
		return x.emit(bkDue, due, nil)
	}
	return nil
}

func (x *indexer) match(key, p []byte) error {
	var r matchRecord
	if err := x.s.codec.unmarshal(bkMatches, key, p, &r); err != nil {
		return err
	}
	if len(key) < 9 {
		return damaged(bkMatches, key, "its key cannot be read")
	}
	x.counts.Matches++
	num, watch := binary.BigEndian.Uint64(key), string(key[8:])
	if x.tally == nil {
		x.tally = make(map[string]int64)
	}
	x.tally[watch]++
	m, listed, err := x.t.spot(num)
	if err == nil && listed { // an item that cannot be read is found where it is kept
		if err := x.emit(bkWatchTimes, spotKey(named(watch), m, num), nil); err != nil {
			return err
		}
	}
	return x.emit(bkGroups, namedPair(watch, r.Group, num), nil)
}

// finish says what follows from all records together.
func (x *indexer) finish() error {
	for watch, n := range x.tally {
		if err := x.emit(bkTallies, []byte(watch), numKey(uint64(n))); err != nil {
			return err
		}
	}
	return nil
}

func (x *indexer) entry(key, p []byte) error {
	var r entryRecord
	if err := x.s.codec.unmarshal(bkEntries, key, p, &r); err != nil {
		return err
	}
	watch, rest, ok := splitNamed(key)
	if !ok || len(rest) != 8 {
		return damaged(bkEntries, key, "its key cannot be read")
	}
	x.counts.Entries++
	if shown, err := x.hasGroup(key); err != nil || !shown {
		return err
	}
	return x.emit(bkReading, readingKey(watch, &r), bytes.Clone(rest))
}

func (x *indexer) line(key, p []byte) error {
	var r lineRecord
	if err := x.s.codec.unmarshal(bkLog, key, p, &r); err != nil {
		return err
	}
	watch, rest, ok := splitNamed(key)
	if !ok || len(rest) != 8 {
		return damaged(bkLog, key, "its key cannot be read")
	}
	if news.Change(r.Change) != news.ChangeRevised {
		return nil
	}
	return x.emit(bkLines, lineKey(watch, r.Item, r.Rev), bytes.Clone(rest))
}

func (x *indexer) delivery(key, p []byte) error {
	var r deliveryRecord
	if err := x.s.codec.unmarshal(bkDeliveries, key, p, &r); err != nil {
		return err
	}
	x.counts.Deliveries++
	if work := r.workKey(key); work != nil {
		return x.emit(bkWork, work, nil)
	}
	return nil
}
