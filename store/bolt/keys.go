package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"mediawatch/news"
	"mediawatch/store"
)

// bucket names a table of the file. The numbers are part of every checksum: never change one, add at the end.
type bucket uint8

// The tables. Numbers are 8 bytes, big endian, so that the order of bytes is the order wanted; num is the Seq of an item's first event.
const (
	bkMeta       bucket = iota // name → schema, store id, counts
	bkHeads                    // num → id, state, fingerprint, newest revision; also of forgotten items
	bkRevisions                // num, n (4 bytes) → the revision without its long texts
	bkOrigins                  // Seq of the first event that has it → origin
	bkBodies                   // number → codec, length, bytes
	bkTombstones               // num → reason, time, url keys
	bkJournal                  // Seq → kind, num, n, watch
	bkFeeds                    // feed id → state
	bkFiles                    // feed id, path → state
	bkCursors                  // follower → cursor
	bkMembers                  // num of the story, num of the item → relation, score, of
	bkStories                  // num of the story → Seq of its last change
	bkMatches                  // num, watch → match with evidence
	bkLog                      // watch, 0, Seq → line of the watch's log
	bkEntries                  // watch, 0, num of the group → published entry
	bkDigests                  // digest → state
	bkEditions                 // digest, 0, number → edition without its bytes
	bkRendered                 // digest, 0, number → its bytes, compressed
	bkReported                 // digest, 0, group → what was last said of it
	bkDeliveries               // digest, 0, number, recipient → delivery
	bkSignatures               // Seq → num, n, what the linker keeps

	// From here on: secondary, rebuilt by Reindex.
	bkIDs        // item id → num
	bkKeys       // kind, version, hash, Seq of the event that brought it → num, n
	bkBodyHashes // hash → number, references (4 bytes)
	bkDue        // next due, feed id →
	bkMemberOf   // num of the item → num of its story
	bkStoryOrder // Seq → num of the story
	bkGroups     // watch, 0, num of the group, num of the item →
	bkReading    // watch, 0, class, falling order → num of the group
	bkLines      // watch, 0, num, revision (4 bytes) → Seq of the line that told it
	bkWork       // due, delivery key →

	// From here on in the order in which they were added.
	bkBoilerplate // outlet → the lines it puts around its texts
	bkSaved       // kind, 0, name, 0, version (4 bytes) → what a person saved
	bkTimes       // secondary, schema 2: spot in lists, num →
	bkWatchTimes  // secondary, schema 2: watch, 0, spot in lists, num →
	bkTallies     // secondary, schema 2: watch → number of its matches

	bucketCount
)

// indexTables are the secondary tables.
var indexTables = [...]bucket{
	bkIDs, bkKeys, bkBodyHashes, bkDue, bkMemberOf, bkStoryOrder, bkGroups, bkReading, bkLines, bkWork, bkTimes, bkWatchTimes, bkTallies,
}

// index reports whether a table is secondary.
func (b bucket) index() bool { return slices.Contains(indexTables[:], b) }

// laterTables were added without a new schema, since they begin empty: a store without them gets them when it is opened
// for writing, and one that is only read may lack them.
var laterTables = [...]bucket{bkBoilerplate, bkSaved}

// must reports whether a store of a schema has the table.
func (b bucket) must(schema int) bool {
	return b.since() <= schema && !slices.Contains(laterTables[:], b)
}

// since is the schema that brought a table.
func (b bucket) since() int {
	switch b {
	case bkTimes, bkWatchTimes, bkTallies:
		return 2
	}
	return 1
}

var bucketNames = [bucketCount]string{
	"meta", "heads", "revisions", "origins", "bodies", "tombstones", "journal", "feeds", "files", "cursors", "members", "stories",
	"matches", "log", "entries", "digests", "editions", "rendered", "reported", "deliveries", "signatures",
	"index.ids", "index.keys", "index.bodyhashes", "index.due", "index.memberof", "index.storyorder", "index.groups", "index.reading",
	"index.lines", "index.work",
	"boilerplate", "saved", "index.times", "index.watchtimes", "index.tallies",
}

// String returns the name the table has in the file.
func (b bucket) String() string {
	if b < bucketCount {
		return bucketNames[b]
	}
	return fmt.Sprintf("bucket(%d)", uint8(b))
}

// fillPercent is how full a page may get when it is split: wholly where keys only grow, nearly where they grow behind a
// name, by half where they come anywhere.
func (b bucket) fillPercent() float64 {
	switch b {
	case bkHeads, bkRevisions, bkOrigins, bkBodies, bkJournal, bkMatches, bkStoryOrder, bkSignatures:
		return 1
	case bkLog, bkLines, bkReported, bkEditions, bkRendered, bkDeliveries, bkSaved, bkTimes, bkWatchTimes:
		return 0.9
	}
	return bbolt.DefaultFillPercent
}

func numKey(n uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 0, 8), n) }

func seqKey(s news.Seq) []byte { return numKey(uint64(s)) }

// pairKey is two numbers.
func pairKey(a, b uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(make([]byte, 0, 16), a), b)
}

func revisionKey(num uint64, n int) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(make([]byte, 0, 12), num), uint32(n))
}

func matchKey(num uint64, watch string) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(watch)), num), watch...)
}

// named is a name, a zero byte that ends it, and room for more. A name has no zero byte, so shorter names sort first.
func named(name string) []byte {
	return append(append(make([]byte, 0, len(name)+1+24), name...), 0)
}

func namedNum(name string, num uint64) []byte {
	return binary.BigEndian.AppendUint64(named(name), num)
}

func namedPair(name string, a, b uint64) []byte {
	return binary.BigEndian.AppendUint64(namedNum(name, a), b)
}

// splitNamed takes a name off a key.
func splitNamed(key []byte) (name string, rest []byte, ok bool) {
	i := bytes.IndexByte(key, 0)
	if i < 0 {
		return "", nil, false
	}
	return string(key[:i]), key[i+1:], true
}

func lineKey(watch string, num uint64, rev int) []byte {
	return binary.BigEndian.AppendUint32(namedNum(watch, num), uint32(rev))
}

// The classes of a published feed, in reading order.
const (
	classAnnounced = 0
	classBacklog   = 1
)

// readingKey orders the entries of a watch: announced ones by falling Seq, then backlog ones by falling time.
func readingKey(watch string, e *entryRecord) []byte {
	key := named(watch)
	if !e.Backlog {
		key = append(key, classAnnounced)
	} else {
		key = append(key, classBacklog)
		key = binary.BigEndian.AppendUint64(key, ^orderedTime(e.Time))
	}
	return binary.BigEndian.AppendUint64(key, ^e.Seq)
}

// orderedTime turns microseconds since the zero time into a number whose order is the order in time.
func orderedTime(m int64) uint64 { return uint64(m) ^ 1<<63 }

func timeKey(m int64, rest []byte) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(rest)), orderedTime(m)), rest...)
}

// spotKey is where an item stands in lists for people: behind prefix, by time and then by arrival.
func spotKey(prefix []byte, m int64, num uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(prefix, orderedTime(m)), num)
}

// keyPrefix is an exact key without who carries it.
func keyPrefix(k store.Key) []byte {
	b := append(make([]byte, 0, 2+len(k.Hash)+8), byte(k.Kind), k.Version)
	return append(b, k.Hash[:]...)
}

func fileKey(feed news.FeedID, path string) []byte {
	return append(append(make([]byte, 0, len(feed)+len(path)), feed[:]...), path...)
}

func deliveryKey(digest string, number int, recipient string) []byte {
	return append(namedNum(digest, uint64(number)), recipient...)
}

// keysOf lists the exact keys of a revision.
func keysOf(k news.Keys) []store.Key {
	keys := make([]store.Key, 0, 3)
	for _, key := range [...]store.Key{
		{Kind: store.KeyURL, Hash: k.URL}, {Kind: store.KeyContent, Hash: k.Content}, {Kind: store.KeyGist, Hash: k.Gist},
	} {
		if !key.Hash.IsZero() {
			key.Version = k.Version
			keys = append(keys, key)
		}
	}
	return keys
}
