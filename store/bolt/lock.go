package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	berrors "go.etcd.io/bbolt/errors"

	"mediawatch/store"
)

// ownerSuffix names the note beside the file that says who has it open. The lock on the file is what counts; the note only helps
// people, and is overwritten by the next owner when a killed one left it.
const ownerSuffix = ".owner"

func writeOwner(path string, now time.Time) string {
	name := path + ownerSuffix
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	note := fmt.Sprintf("process %d (%s) on %s since %s\n", os.Getpid(), filepath.Base(os.Args[0]), host, now.UTC().Format(time.RFC3339))
	if err := os.WriteFile(name, []byte(note), 0o600); err != nil {
		return ""
	}
	return name
}

// explainLock adds who holds the lock.
func explainLock(path string, err error) error {
	if !errors.Is(err, store.ErrLocked) {
		return err
	}
	note, readErr := os.ReadFile(path + ownerSuffix)
	who := strings.TrimSpace(string(note))
	if readErr != nil || who == "" || len(who) > 1024 {
		return err
	}
	return fmt.Errorf("%w: held by %s", store.ErrLocked, who)
}

// lockedOpener opens the file for bbolt: it takes the lock first, makes sure that the locked file is still the one with
// that name (compact and restore put another in its place), and inspects the structure, so that bbolt never maps a file
// that would kill the process. On systems without flock bbolt's own lock follows.
func lockedOpener(timeout time.Duration, readOnly bool) func(string, int, os.FileMode) (*os.File, error) {
	return func(path string, flag int, mode os.FileMode) (*os.File, error) {
		end := time.Now().Add(timeout)
		for {
			f, err := os.OpenFile(path, flag, mode)
			if err != nil {
				return nil, err
			}
			same, err := lockAndCompare(f, path, end, readOnly)
			if err == nil && same {
				if err = inspectFile(f, quickLimit); err == nil {
					return f, nil
				}
			}
			_ = f.Close()
			if err != nil {
				return nil, err
			}
		}
	}
}

// lockAndCompare waits for the lock until end and reports whether path still leads to f.
func lockAndCompare(f *os.File, path string, end time.Time, shared bool) (bool, error) {
	const retry = 25 * time.Millisecond
	for {
		locked, err := tryLock(f, shared)
		if err != nil {
			return false, fmt.Errorf("lock %s: %w", path, err)
		}
		if locked {
			break
		}
		if time.Now().After(end) {
			return false, berrors.ErrTimeout
		}
		time.Sleep(retry)
	}
	mine, err := f.Stat()
	if err != nil {
		return false, err
	}
	named, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !mine.Mode().IsRegular() {
		return false, fmt.Errorf("%s is not a regular file: %w", path, store.ErrInvalid)
	}
	return os.SameFile(mine, named), nil
}

// isMapError reports that the address space could not be had.
func isMapError(err error) bool {
	return errors.Is(err, syscall.ENOMEM) || strings.Contains(err.Error(), syscall.ENOMEM.Error())
}
