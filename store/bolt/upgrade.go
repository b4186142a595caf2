package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"mediawatch/files"
	"mediawatch/store"
)

// step brings a store from the schema before to schema. It does so in pieces, each in a transaction of its own that
// also keeps how far it came, so that a killed upgrade goes on where it stood. IMPORTANT: a step that was released
// never changes; what it did is in stores for ever.
type step struct {
	schema int
	what   string   // what it does, for people
	tables []bucket // made before the first piece
	// piece does a part, beginning at from (nil: at the beginning), and returns where the next one begins; nil when the step is done.
	piece func(t *txn, from []byte, most int) (next []byte, err error)
}

// upgradePiece is how many items a piece visits at most.
const upgradePiece = 2000

// steps are all upgrades there are, in order, without a gap.
var steps = [...]step{
	{schema: 2, what: "lists by time", tables: []bucket{bkTimes, bkWatchTimes, bkTallies}, piece: listByTime},
}

// upgradeRecord is in bkMeta while an upgrade to the schema that stands there is not complete.
type upgradeRecord struct {
	At []byte `cbor:"1,keyasint,omitempty"` // where the next piece begins
}

// errStopped is what Options.stop ends an upgrade with.
var errStopped = errors.New("stopped")

// upgrade brings a store of an older schema to the present one. The schema is raised first and the step follows: an
// older program then refuses the half upgraded store instead of writing to it.
func (s *Store) upgrade(o Options) error {
	schema, unfinished, err := s.schemaOf()
	if err != nil || schema == 0 || schema == Schema && unfinished == nil {
		return err
	}
	begun, from := s.now(), schema
	if unfinished == nil {
		copied, err := s.copyBefore(schema, o)
		if err != nil {
			return err
		}
		o.report("the store has schema %d and is brought to %d%s", schema, Schema, copied)
	} else {
		o.report("the store's upgrade to schema %d was interrupted and goes on", schema)
		from--
	}
	pieces := 0
	for i := range steps {
		st := &steps[i]
		if st.schema <= from {
			continue
		}
		if unfinished == nil {
			if err := s.beginStep(st, o, &pieces); err != nil {
				return err
			}
		}
		if err := s.runStep(st, o, &pieces); err != nil {
			return fmt.Errorf("bring it to schema %d (%s): %w", st.schema, st.what, err)
		}
		unfinished = nil
	}
	o.report("the store was brought to schema %d in %s", Schema, s.now().Sub(begun).Round(1e7))
	return nil
}

func (o *Options) report(format string, args ...any) {
	if o.Report != nil {
		o.Report(fmt.Sprintf(format, args...))
	}
}

// schemaOf reads the schema of the file and holds an older one to what it must have; 0 in a new file.
func (s *Store) schemaOf() (schema int, unfinished *upgradeRecord, err error) {
	err = s.rawView(func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bkMeta.String())) == nil {
			return nil
		}
		t := s.txn(tx)
		if schema, unfinished, err = t.readSchema(); err != nil || schema == Schema {
			return err
		}
		return s.checkHead(t)
	})
	return schema, unfinished, err
}

// beginStep makes a step's tables and raises the schema.
func (s *Store) beginStep(st *step, o Options, pieces *int) error {
	if o.stops(pieces) {
		return errStopped
	}
	return s.rawUpdate(func(tx *bbolt.Tx) error {
		if err := makeTables(tx, st.tables); err != nil {
			return err
		}
		t := s.txn(tx)
		if err := t.putRecord(bkMeta, []byte(metaUpgrade), &upgradeRecord{}); err != nil {
			return err
		}
		return t.put(bkMeta, []byte(metaSchema), binary.AppendUvarint(nil, uint64(st.schema)))
	})
}

// runStep does what is left of a step.
func (s *Store) runStep(st *step, o Options, pieces *int) error {
	for done := false; !done; {
		if o.stops(pieces) {
			return errStopped
		}
		err := s.updateNow(func(t *txn) error {
			var at upgradeRecord
			if _, err := t.getRecord(bkMeta, []byte(metaUpgrade), &at); err != nil {
				return err
			}
			next, err := st.piece(t, at.At, o.piece)
			if err != nil {
				return err
			}
			if done = next == nil; done {
				return t.del(bkMeta, []byte(metaUpgrade))
			}
			return t.putRecord(bkMeta, []byte(metaUpgrade), &upgradeRecord{At: next})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) stops(pieces *int) bool {
	*pieces++
	return o.stop != nil && o.stop(*pieces)
}

// upgradeRoom is what an upgrade needs beside the copy: a part of the file, and something.
func upgradeRoom(size int64) int64 { return size/4 + 16<<20 }

// copyBefore makes a copy of the file beside it, and says so in words. Nobody writes meanwhile, so it is the file byte by byte.
func (s *Store) copyBefore(schema int, o Options) (words string, err error) {
	if o.NoCopy {
		return ", without a copy", nil
	}
	size, err := fileBytes(s.path)
	if err != nil {
		return "", err
	}
	name, there, err := copyName(s.path, schema)
	if err != nil {
		return "", err
	}
	if there {
		return fmt.Sprintf("; as it was it stays in %s", name), nil
	}
	free := o.free
	if free == nil {
		free = freeBytes
	}
	need := size + upgradeRoom(size)
	if has, err := free(filepath.Dir(s.path)); err != nil {
		return "", fmt.Errorf("ask how much room there is: %w", err)
	} else if has < need {
		return "", fmt.Errorf("before it is brought to schema %d it is copied: that takes %d MB in %s, %d MB are free; make room, or start with --no-copy: %w",
			Schema, need>>20+1, filepath.Dir(s.path), has>>20, store.ErrFull)
	}
	if err := copyWhole(s.path, name); err != nil {
		return "", fmt.Errorf("copy it to %s before its upgrade: %w", name, translate(err))
	}
	return fmt.Sprintf("; as it was it stays in %s", name), nil
}

// copyWhole copies a file that nobody writes, after taking away what killed copies of that name left.
func copyWhole(path, name string) error {
	left, err := filepath.Glob(name + ".partial-*")
	if err != nil {
		return err
	}
	for _, l := range left {
		if err := os.Remove(l); err != nil {
			return err
		}
	}
	same := func(copied string) error {
		same, err := sameBytes(copied, path)
		if err == nil && !same {
			err = errors.New("the copy differs from the store")
		}
		return err
	}
	return files.Write(name, files.Options{Kind: files.Kind{Name: "a file"}, Verify: same}, func(f *os.File) error {
		from, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, from)
		return either(err, from.Close())
	})
}

// copyName is a name for the copy that no other file has, or that of a copy that is there because an earlier start was
// killed just after making it.
func copyName(path string, schema int) (name string, there bool, err error) {
	for n := 1; ; n++ {
		name = fmt.Sprintf("%s.schema-%d", path, schema)
		if n > 1 {
			name = fmt.Sprintf("%s.%d", name, n)
		}
		if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
			return name, false, nil
		} else if err != nil {
			return "", false, err
		}
		if same, err := sameBytes(name, path); err != nil || same {
			return name, same, err
		}
	}
}

// sameBytes compares two files.
func sameBytes(a, b string) (bool, error) {
	f, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer f.Close()
	g, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer g.Close()
	x, y := make([]byte, 1<<20), make([]byte, 1<<20)
	for {
		n, errX := io.ReadFull(f, x)
		m, errY := io.ReadFull(g, y)
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		end := errors.Is(errX, io.EOF) || errors.Is(errX, io.ErrUnexpectedEOF)
		switch {
		case errX != nil && !end:
			return false, errX
		case errY != nil && !errors.Is(errY, io.EOF) && !errors.Is(errY, io.ErrUnexpectedEOF):
			return false, errY
		case end:
			return errY != nil, nil
		}
	}
}

// listByTime puts every item into the list of everything and into those of the watches it matches, and counts the
// matches of each watch. An item that cannot be read is in no list; Verify names it.
func listByTime(t *txn, from []byte, most int) (next []byte, err error) {
	c := t.bucket(bkHeads).Cursor()
	n := 0
	for k, _ := c.Seek(from); k != nil; k, _ = c.Next() {
		if n++; n > most {
			return bytes.Clone(k), nil
		}
		num := binary.BigEndian.Uint64(k)
		err := t.watchesOf(num, func(watch string) error {
			t.tallied(watch, 1)
			return nil
		})
		if err != nil {
			return nil, err
		}
		spot, listed, err := t.spot(num)
		if err == nil && listed {
			err = t.enlist(num, spot)
		}
		if err != nil && !errors.Is(err, store.ErrDamaged) {
			return nil, err
		}
	}
	return nil, nil
}
