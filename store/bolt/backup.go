package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"mediawatch/files"
	"mediawatch/store"
)

// Backup writes a copy of the store, as it is at one moment, to file, while the store is in use. The copy is written
// beside its place, synced, read back whole and verified, and only then given its name. A file that is there stays, and
// the error wraps files.ErrExists; with files.Replace a store of ours is replaced.
func (s *Store) Backup(ctx context.Context, file string, existing files.Existing) error {
	if err := s.backup(ctx, file, existing); err != nil {
		return fmt.Errorf("back up to %s: %w", file, err)
	}
	return nil
}

// Kind is what files that this package writes are.
var Kind = files.Kind{Name: "a mediawatch store", Ours: IsStore}

// IsStore returns nil when the file at path is a store of this program, else why it is none.
func IsStore(path string) error {
	s, err := Open(path, Options{ReadOnly: true, Timeout: time.Millisecond})
	if err != nil {
		return reason(err)
	}
	return s.Close()
}

// reason is the last error of a chain: what is wrong without where.
func reason(err error) error {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err
}

func (s *Store) backup(ctx context.Context, file string, existing files.Existing) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if same, err := samePath(file, s.path); err != nil || same {
		return either(err, orNil(same, fmt.Errorf("that is the store itself: %w", store.ErrInvalid)))
	}
	o := files.Options{Kind: Kind, Existing: existing, Verify: func(name string) error {
		if err := markBackup(name, s.now()); err != nil {
			return err
		}
		return verifyCopy(ctx, name)
	}}
	return translate(files.Write(file, o, func(f *os.File) error {
		return s.rawView(func(tx *bbolt.Tx) error {
			_, err := tx.WriteTo(&stoppable{ctx: ctx, w: f})
			return err
		})
	}))
}

func orNil(cond bool, err error) error {
	if cond {
		return err
	}
	return nil
}

// samePath reports whether two names lead to one file.
func samePath(a, b string) (bool, error) {
	x, err := os.Stat(a)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	y, err := os.Stat(b)
	if err != nil {
		return false, err
	}
	return os.SameFile(x, y), nil
}

// stoppable is a writer that a context can stop.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s *stoppable) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}

// syncFolder makes a rename last.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return either(d.Sync(), d.Close())
}

// verifyCopy reads a file that nobody writes, every page and every record, and returns the first problem.
func verifyCopy(ctx context.Context, path string) error {
	if err := InspectFile(path); err != nil {
		return err
	}
	s, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		return err
	}
	first, lines := "", 0
	err = s.Verify(ctx, func(line string) {
		if lines++; lines == 1 {
			first = line
		}
	})
	err = either(err, s.Close())
	if err == nil && lines > 0 {
		err = fmt.Errorf("%s, and %d more: %w", first, lines-1, store.ErrDamaged)
	}
	return err
}

// CheckFile runs bbolt's own check over a file that nobody has open for writing. It maps the file and starts a
// goroutine of bbolt's, so a badly damaged file can end the process: run it in a child. It returns the first problem,
// wrapping store.ErrDamaged.
func CheckFile(path string) error {
	if err := InspectFile(path); err != nil {
		return err
	}
	db, err := openFile(path, Options{ReadOnly: true, Timeout: DefaultTimeout, Now: time.Now})
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	first, n := error(nil), 0
	err = guard(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			for problem := range tx.Check() {
				if n++; n == 1 {
					first = problem
				}
			}
			return nil
		})
	})
	err = either(err, db.Close())
	if first != nil {
		err = fmt.Errorf("%w, and %d more: %w", first, n-1, store.ErrDamaged)
	}
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	return nil
}

// replacedSuffix is where Restore leaves the store that was there before.
const replacedSuffix = ".replaced"

// Restore puts a copy of backup in the place of the store at path, after verifying it. What was there, a damaged store
// for example, stays under the name that is returned: PATH.replaced, or PATH.replaced-2 when an earlier one has that;
// "" when nothing was there. It returns ErrLocked when the store is in use, ErrDamaged when the backup is not sound,
// and in both cases changes nothing.
func Restore(ctx context.Context, backup, path string, o Options) (aside string, err error) {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	aside, err = restore(ctx, backup, path, o)
	if err != nil {
		return "", fmt.Errorf("restore %s from %s: %w", path, backup, explainLock(path, err))
	}
	return aside, nil
}

func restore(ctx context.Context, backup, path string, o Options) (aside string, err error) {
	if same, err := samePath(path, backup); err != nil || same {
		return "", either(err, orNil(same, fmt.Errorf("that is the store itself: %w", store.ErrInvalid)))
	}
	if err := verifyCopy(ctx, backup); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	unlock, err := lockPath(path, o.Timeout)
	if err != nil {
		return "", err
	}
	defer unlock()
	keep := files.Options{
		Kind: files.Kind{Name: "a file"}, Existing: files.Replace, // what is there has a second name by then
		Verify: func(name string) (err error) {
			if err := InspectFile(name); err != nil {
				return err
			}
			if err := markBackup(name, o.Now()); err != nil {
				return err
			}
			if aside, err = files.Aside(path, replacedSuffix); err != nil {
				return fmt.Errorf("keep the present store, move it away and try again: %w", err)
			}
			return nil
		},
	}
	err = files.Write(path, keep, func(f *os.File) error {
		from, err := os.Open(backup)
		if err != nil {
			return err
		}
		_, err = io.Copy(&stoppable{ctx: ctx, w: f}, from)
		return either(err, from.Close())
	})
	return aside, translate(err)
}

// lockPath takes the lock of a store that may not be there, and returns how to give it back.
func lockPath(path string, timeout time.Duration) (unlock func(), err error) {
	end := time.Now().Add(timeout)
	for {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if errors.Is(err, os.ErrNotExist) {
			return func() {}, nil
		}
		if err != nil {
			return nil, err
		}
		same, err := lockAndCompare(f, path, end, false)
		if err == nil && same {
			return func() { _ = f.Close() }, nil
		}
		if err = either(err, f.Close()); err != nil {
			return nil, translate(err)
		}
	}
}

// Compact rewrites the store at path without the space that removed records left, while nobody has it open. It returns
// the file sizes before and after, in bytes. Killed on the way it leaves the store as it was and a file
// PATH.compact-ID, named after the store, that the next Compact replaces.
func Compact(ctx context.Context, path string, o Options) (before, after int64, err error) {
	s, err := Open(path, o)
	if err != nil {
		return 0, 0, err
	}
	before, after, err = s.compact(ctx)
	err = either(err, s.Close())
	if err != nil {
		return 0, 0, fmt.Errorf("compact %s: %w", path, err)
	}
	return before, after, nil
}

// compactTx is how many bytes one transaction of a compaction writes.
const compactTx = 4 << 20

func (s *Store) compact(ctx context.Context) (before, after int64, err error) {
	temp := fmt.Sprintf("%s.compact-%x", s.path, s.ID()) // with the id it can be nothing but what a killed compaction of this store left
	if err := os.Remove(temp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, err
	}
	err = s.copyCompact(temp)
	if err == nil {
		err = verifyCopy(ctx, temp)
	}
	if err == nil {
		before, err = fileBytes(s.path)
	}
	if err == nil {
		after, err = fileBytes(temp)
	}
	if err == nil {
		err = os.Rename(temp, s.path)
	}
	if err != nil {
		return 0, 0, either(translate(err), removeAny(temp))
	}
	return before, after, syncFolder(filepath.Dir(s.path))
}

func removeAny(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func fileBytes(name string) (int64, error) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// copyCompact copies all records to a new file and syncs it.
func (s *Store) copyCompact(temp string) error {
	dst, err := bbolt.Open(temp, 0o600, &bbolt.Options{Timeout: DefaultTimeout, NoSync: true, NoGrowSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return translate(err)
	}
	err = guard(func() error { return bbolt.Compact(dst, s.db, compactTx) })
	if err == nil {
		err = dst.Sync()
	}
	return translate(either(err, dst.Close()))
}
