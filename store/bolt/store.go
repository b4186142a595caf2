package bolt

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.etcd.io/bbolt"

	"mediawatch/store"
)

// Schema is the version of the layout this program writes. A store with a higher one is refused, one with a lower one
// is brought to it by Open.
const Schema = 2

// DefaultTimeout is how long Open waits for a locked file.
const DefaultTimeout = 1500 * time.Millisecond

// The address space that is set aside for the file, so that it grows without making readers and writers wait for one another, and
// the steps in which it grows on disk.
const (
	minMap   = 16 << 30
	growStep = 4 << 20
)

// Options tell Open what differs from the usual.
type Options struct {
	Now      func() time.Time // nil: time.Now
	Timeout  time.Duration    // how long to wait for a locked file; 0: DefaultTimeout
	MaxBytes int64            // the file does not grow beyond this, writes return ErrFull; 0: no limit
	ReadOnly bool             // share the file with other readers; every write fails with ErrInvalid

	// A store of an older schema is brought to the present one, after a copy of its file was made beside it.
	NoCopy bool              // make no copy, and ask for no room for one
	Report func(line string) // told when such an upgrade begins and ends; nil: nobody

	free  func(dir string) (int64, error) // nil: freeBytes
	stop  func(piece int) bool            // ends an upgrade before a piece, for tests; nil: never
	piece int                             // how many items a piece of an upgrade visits; 0: upgradePiece
}

// Store is an open file. Make it with Open.
type Store struct {
	db    *bbolt.DB
	path  string
	owner string // the file that says who has the lock; "" when it could not be written
	id    [16]byte
	now   func() time.Time

	codec  *codec
	zip    *zstd.Encoder // only inside a write transaction
	unzip  *zstd.Decoder
	writer chan struct{} // holds one value: who has it may write
	broken atomic.Pointer[error]

	closing  sync.RWMutex // read-held by every transaction
	closed   bool
	readOnly bool
	schema   int // of the file: Schema, or less in one that was opened read-only
}

var (
	_ store.Store         = (*Store)(nil)
	_ store.Verifier      = (*Store)(nil)
	_ store.Backuper      = (*Store)(nil)
	_ store.Reindexer     = (*Store)(nil)
	_ store.Pruner        = (*Store)(nil)
	_ store.LeaseReleaser = (*Store)(nil)
	_ store.Restorable    = (*Store)(nil)
)

// Open opens the store at path, and makes it when it is not there: the folder with mode 0700, the file with 0600.
//
// It returns ErrLocked, naming the owner when known, when another process (or another Store of this one) keeps the file
// for longer than the timeout; ErrSchema when a newer program wrote it; ErrDamaged when its structure does not hold:
// the meta pages, the length, the tree of branch pages, and for files up to 256 MiB every page.
func Open(path string, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.piece <= 0 {
		o.piece = upgradePiece
	}
	if !o.ReadOnly {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("open store %s: %w", path, err)
		}
	}
	s, err := newStore(path, o)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	if err := s.open(o); err != nil {
		s.release()
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

func newStore(path string, o Options) (*Store, error) {
	c, err := newCodec()
	if err != nil {
		return nil, err
	}
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("set up compression: %w", err)
	}
	unzip, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxText))
	if err != nil {
		return nil, fmt.Errorf("set up decompression: %w", err)
	}
	s := &Store{path: path, now: o.Now, codec: c, zip: zip, unzip: unzip, writer: make(chan struct{}, 1), readOnly: o.ReadOnly}
	s.writer <- struct{}{}
	return s, nil
}

// open does what Open says, except that it leaves cleaning up to its caller.
func (s *Store) open(o Options) error {
	db, err := openFile(s.path, o)
	if err != nil {
		return err
	}
	s.db = db
	if !o.ReadOnly {
		s.owner = writeOwner(s.path, s.now())
		if err := s.upgrade(o); err != nil {
			return err
		}
		if err := s.prepare(); err != nil {
			return err
		}
	}
	return s.view(context.Background(), "read the store's head", s.checkHead)
}

// openFile opens the bbolt file, inspected under its lock before anything of it is mapped.
func openFile(path string, o Options) (db *bbolt.DB, err error) {
	size := int64(0)
	if info, err := os.Stat(path); err == nil {
		size = info.Size()
	}
	options := bbolt.Options{
		Timeout:      o.Timeout,
		FreelistType: bbolt.FreelistMapType,
		ReadOnly:     o.ReadOnly,
		MaxSize:      int(min(o.MaxBytes, math.MaxInt)),
		OpenFile:     lockedOpener(o.Timeout, o.ReadOnly),
		NoStatistics: true,
	}
	if math.MaxInt > math.MaxInt32 {
		options.InitialMmapSize = int(max(minMap, 4*size))
	}
	fault := guard(func() error {
		db, err = bbolt.Open(path, 0o600, &options)
		if err != nil && options.InitialMmapSize > 0 && isMapError(err) {
			options.InitialMmapSize = 0 // address space is limited here: grow as needed
			db, err = bbolt.Open(path, 0o600, &options)
		}
		return err
	})
	if fault != nil {
		return nil, explainLock(path, translate(fault))
	}
	db.AllocSize = growStep
	return db, nil
}

// emptyPages is how many pages bbolt writes into a new file: two heads, the list of free pages, an empty tree.
const emptyPages = 4

// prepare makes the tables of a new store, and those that were added without a new schema, and takes away what a killed Reindex left.
func (s *Store) prepare() error {
	fresh, leftover := false, false
	var missing []bucket
	err := s.rawView(func(tx *bbolt.Tx) error {
		fresh = tx.Bucket([]byte(bucketNames[bkMeta])) == nil
		leftover = tx.Bucket([]byte(rebuildName)) != nil
		for _, b := range laterTables {
			if tx.Bucket([]byte(b.String())) == nil {
				missing = append(missing, b)
			}
		}
		if first, _ := tx.Cursor().First(); fresh && first != nil {
			return fmt.Errorf("this is a bbolt file of another program: %w", store.ErrDamaged)
		}
		if fresh && tx.Size() > emptyPages*int64(s.db.Info().PageSize) {
			return fmt.Errorf("its tables are gone: %w", store.ErrDamaged) // never take a damaged store for a new one
		}
		return nil
	})
	if err != nil || !fresh && !leftover && len(missing) == 0 {
		return err
	}
	return s.rawUpdate(func(tx *bbolt.Tx) error {
		if leftover {
			if err := tx.DeleteBucket([]byte(rebuildName)); err != nil {
				return err
			}
		}
		if !fresh {
			return makeTables(tx, missing)
		}
		var all []bucket
		for b := range bucketCount {
			all = append(all, b)
		}
		if err := makeTables(tx, all); err != nil {
			return err
		}
		t := s.txn(tx)
		var id [16]byte
		if _, err := rand.Read(id[:]); err != nil {
			return fmt.Errorf("make the store's id: %w", err)
		}
		if err := t.put(bkMeta, []byte(metaSchema), binary.AppendUvarint(nil, Schema)); err != nil {
			return err
		}
		if err := t.put(bkMeta, []byte(metaID), id[:]); err != nil {
			return err
		}
		if err := t.put(bkMeta, []byte(metaCreated), numKey(uint64(micros(s.now())))); err != nil {
			return err
		}
		return t.putRecord(bkMeta, []byte(metaCounts), &countsRecord{})
	})
}

func makeTables(tx *bbolt.Tx, tables []bucket) error {
	for _, b := range tables {
		if _, err := tx.CreateBucketIfNotExists([]byte(b.String())); err != nil {
			return fmt.Errorf("make table %s: %w", b, err)
		}
	}
	return nil
}

// The names in bkMeta.
const (
	metaSchema  = "schema"
	metaID      = "id"
	metaCreated = "created"
	metaCounts  = "counts"
	metaUpgrade = "upgrade" // how far an unfinished upgrade has come
)

// readSchema reads the schema version, and how far an upgrade to it has come; nil when it is complete.
func (t *txn) readSchema() (schema int, unfinished *upgradeRecord, err error) {
	p, ok, err := t.get(bkMeta, []byte(metaSchema))
	if err != nil {
		return 0, nil, err
	}
	version, n := binary.Uvarint(p)
	if !ok || n <= 0 || version == 0 {
		return 0, nil, fmt.Errorf("no schema version: %w", store.ErrDamaged)
	}
	if version > Schema {
		return 0, nil, fmt.Errorf("it has schema %d, this program knows %d, use the program that wrote it or a newer one: %w", version, Schema, store.ErrSchema)
	}
	var r upgradeRecord
	if ok, err = t.getRecord(bkMeta, []byte(metaUpgrade), &r); ok && err == nil {
		unfinished = &r
	}
	return int(version), unfinished, err
}

// checkHead reads the schema version and the id, and holds the counts to the end of the journal.
func (s *Store) checkHead(t *txn) error {
	schema, unfinished, err := t.readSchema()
	if err != nil {
		return err
	}
	if unfinished != nil && s.readOnly {
		return fmt.Errorf("its upgrade to schema %d was interrupted, serve or run completes it: %w", schema, store.ErrOld)
	}
	s.schema = schema
	for b := range bucketCount {
		if t.bucket(b) == nil && b.must(schema) {
			return fmt.Errorf("table %s is missing: %w", b, store.ErrDamaged)
		}
	}
	id, ok, err := t.get(bkMeta, []byte(metaID))
	if err != nil {
		return err
	}
	if !ok || len(id) != len(s.id) {
		return fmt.Errorf("no store id: %w", store.ErrDamaged)
	}
	copy(s.id[:], id)
	counts, err := t.readCounts()
	if err != nil {
		return err
	}
	last := uint64(0)
	if k, _ := t.bucket(bkJournal).Cursor().Last(); len(k) == 8 {
		last = binary.BigEndian.Uint64(k)
	}
	if last != counts.Seq {
		return fmt.Errorf("the journal ends at %d, the head says %d: %w", last, counts.Seq, store.ErrDamaged)
	}
	return nil
}

// ID is the store's own id.
func (s *Store) ID() [16]byte { return s.id }

// Path is the file.
func (s *Store) Path() string { return s.path }

// Stats tells what is kept, from counts that every transaction moves.
func (s *Store) Stats(ctx context.Context) (store.Stats, error) {
	var st store.Stats
	err := s.view(ctx, "count", func(t *txn) error {
		c, err := t.readCounts()
		if err != nil {
			return err
		}
		st = store.Stats{
			Items: c.Items, Revisions: c.Revisions, Bodies: c.Bodies, Texts: c.Texts, Stories: c.Stories, Matches: c.Matches,
			Entries: c.Entries, Feeds: c.Feeds, Editions: c.Editions, Deliveries: c.Deliveries, Head: seqOf(c.Seq), Schema: Schema,
		}
		return nil
	})
	if err != nil {
		return store.Stats{}, err
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return store.Stats{}, fmt.Errorf("count: %w", err)
	}
	st.Bytes = diskBytes(info)
	return st, nil
}

// Close waits for running transactions and gives the file back. Closing twice is the same as once.
func (s *Store) Close() error {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.release()
}

// release gives back what open took. A store that broke inside bbolt may hold its locks for ever, so that is not waited for.
func (s *Store) release() error {
	s.unzip.Close()
	if s.db == nil {
		return nil
	}
	if s.owner != "" {
		_ = os.Remove(s.owner) // only a note for people; the lock is what counts
	}
	done := make(chan error, 1)
	go func() { done <- guard(s.db.Close) }()
	if s.broken.Load() == nil {
		if err := <-done; err != nil {
			return fmt.Errorf("close store %s: %w", s.path, translate(err))
		}
		return nil
	}
	select {
	case <-done:
	case <-time.After(time.Second):
	}
	return nil
}

// errReadOnly is what a write to a store opened with ReadOnly gets.
var errReadOnly = errors.New("the store was opened read-only")
