package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"mediawatch/store"
)

// What a copy of a store says about itself.
const (
	metaBackup   = "backup"   // it is a copy that nobody has put to use yet; made when, in microseconds
	metaRestored = "restored" // it was a copy until then
)

// markBackup notes in a complete copy, that nobody uses, that it is one.
func markBackup(path string, now time.Time) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: DefaultTimeout, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return translate(err)
	}
	db.AllocSize = 64 << 10 // it grows by no more than this
	err = guard(func() error {
		return db.Update(func(tx *bbolt.Tx) error {
			key := []byte(metaBackup)
			return tx.Bucket([]byte(bkMeta.String())).Put(key, seal(nil, bkMeta, key, timeBytes(now)))
		})
	})
	return translate(either(err, db.Close()))
}

func timeBytes(t time.Time) []byte { return binary.AppendVarint(nil, micros(t)) }

func (t *txn) metaTime(name string) (time.Time, error) {
	p, ok, err := t.get(bkMeta, []byte(name))
	if err != nil || !ok {
		return time.Time{}, err
	}
	us, n := binary.Varint(p)
	if n != len(p) {
		return time.Time{}, damaged(bkMeta, []byte(name), "it is no time")
	}
	return fromMicros(us), nil
}

// Copied implements store.Restorable.
func (s *Store) Copied(ctx context.Context) (at, inUse time.Time, err error) {
	err = s.view(ctx, "ask whether this is a backup", func(t *txn) error {
		if at, err = t.metaTime(metaBackup); err != nil {
			return err
		}
		inUse, err = t.metaTime(metaRestored)
		return err
	})
	return at, inUse, err
}

// PutToUse implements store.Restorable.
func (s *Store) PutToUse(ctx context.Context, now time.Time) error {
	if err := store.CheckTime("now", now); err != nil {
		return fmt.Errorf("put a backup to use: %w", err)
	}
	return s.update(ctx, "put a backup to use", func(t *txn) error {
		if err := t.del(bkMeta, []byte(metaBackup)); err != nil {
			return err
		}
		return t.put(bkMeta, []byte(metaRestored), timeBytes(now))
	})
}
