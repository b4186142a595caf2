// Package files writes files whole, and never over a file that should stay.
package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrExists is what Write and Check return for a name that is taken and stays as it is.
var ErrExists = errors.New("exists already and stays as it is")

// Existing says what happens to a file that is there before.
type Existing int

// Replace is what a person asked for with --force. It never reaches a file that is not of the kind that is written.
const (
	Keep Existing = iota
	Replace
)

// Kind is a kind of file of this program.
type Kind struct {
	Name string                  // with its article, for messages: "a mediawatch store"
	Ours func(name string) error // why the file of that name is not of this kind; nil for one that is
}

// Options tell Write what it writes.
type Options struct {
	Kind     Kind
	Existing Existing
	Mode     fs.FileMode             // 0: 0600
	Verify   func(name string) error // called with the name of the complete file before it takes its place; nil: nothing to check
}

// Check reports whether a file may be written under name, before work is spent on it. The error wraps ErrExists when
// the name is taken: by any file with Keep, by one that is not of the kind, not a regular file, or a link with Replace.
func (o Options) Check(name string) error {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s %w: it is not a regular file", name, ErrExists)
	}
	var foreign error
	if o.Kind.Ours != nil {
		foreign = o.Kind.Ours(name)
	}
	switch {
	case foreign != nil:
		return fmt.Errorf("%s %w: it is not %s (%v)", name, ErrExists, o.Kind.Name, foreign)
	case o.Existing != Replace:
		return fmt.Errorf("%s %w (--force replaces it)", name, ErrExists)
	}
	return nil
}

// Write makes a file that is there complete or not at all: written under another name in the same folder, synced,
// checked, given its name, and the folder synced. What stands under the name already is treated as Check says, also
// when it appeared meanwhile.
func Write(name string, o Options, write func(*os.File) error) (err error) {
	if err := o.Check(name); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".partial-*") // mode 0600; a name of its own, so that it is nobody's file
	if err != nil {
		return err
	}
	temp := f.Name()
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(temp) // the error says more
		}
	}()
	if o.Mode != 0 {
		if err := f.Chmod(o.Mode); err != nil {
			return err
		}
	}
	if err := write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if o.Verify != nil {
		if err := o.Verify(temp); err != nil {
			return err
		}
	}
	if err := o.place(temp, name); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

// place gives the complete file its name.
func (o Options) place(temp, name string) error {
	if o.Existing == Replace {
		if err := o.Check(name); err != nil {
			return err
		}
		return os.Rename(temp, name)
	}
	err := os.Link(temp, name) // unlike a rename it never takes the place of another
	switch {
	case err == nil:
		return os.Remove(temp)
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s %w (--force replaces it)", name, ErrExists)
	}
	if err := o.Check(name); err != nil { // a file system without links
		return err
	}
	return os.Rename(temp, name)
}

// syncFolder makes a new name last.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Aside gives the file at path, if there is one, a second name that nothing has yet: path with suffix, else with
// suffix-2, suffix-3 and so on. It returns that name; "" when there is no file.
func Aside(path, suffix string) (string, error) {
	for n := 1; ; n++ {
		name := path + suffix
		if n > 1 {
			name = fmt.Sprintf("%s%s-%d", path, suffix, n)
		}
		err := os.Link(path, name)
		switch {
		case err == nil:
			return name, nil
		case errors.Is(err, fs.ErrExist):
			continue
		case errors.Is(err, fs.ErrNotExist):
			return "", nil
		}
		return "", err
	}
}
