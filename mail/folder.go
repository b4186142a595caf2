package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Folder writes editions as files.
type Folder struct {
	Dir string // made, with its parents, when it is missing

	open func(dir string) (root, error) // nil: openRoot
}

// root is what Write asks of an open folder. What Rename did survives a power loss after Sync; what was written to a
// file, after the file's Sync.
type root interface {
	Lstat(name string) (fs.FileInfo, error)
	ReadFile(name string) ([]byte, error)
	Create(name string) (file, error) // that is not there
	Rename(from, to string) error
	Remove(name string) error
	Sync() error
	Close() error
}

type file interface {
	Write(p []byte) (int, error)
	Chmod(mode fs.FileMode) error
	Sync() error
	Close() error
}

// osRoot is a folder of the operating system. Nothing in it leads out of it.
type osRoot struct{ *os.Root }

func openRoot(dir string) (root, error) {
	if err := makeDir(dir, syncDir); err != nil {
		return nil, err
	}
	r, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return osRoot{r}, nil
}

// Create implements root.
func (r osRoot) Create(name string) (file, error) {
	return r.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// Sync implements root.
func (r osRoot) Sync() error { return syncFile(r.Open(".")) }

// syncDir makes the names in a folder durable.
func syncDir(dir string) error { return syncFile(os.Open(dir)) }

func syncFile(f *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// makeDir makes a folder and its parents, each durable in its own parent.
func makeDir(dir string, sync func(dir string) error) error {
	var grew []string // the folders that get a new entry
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) || d == filepath.Dir(d) {
			break
		}
		grew = append(grew, filepath.Dir(d))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, d := range grew {
		if err := sync(d); err != nil {
			return err
		}
	}
	return nil
}

// Files is one edition in its three forms. A nil form is not written.
type Files struct {
	HTML, Text, EML []byte
}

// Name returns the file name of an edition without extension: "morning-0007-2026-11-20"; number 0 is the welcome
// edition. The date is taken in its own zone.
func Name(digest string, number int, date time.Time) string {
	no := "welcome"
	if number > 0 {
		no = fmt.Sprintf("%04d", number)
	}
	slug := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, digest)
	return slug + "-" + no + "-" + date.Format(time.DateOnly)
}

// maxSameName bounds the search for a free name.
const maxSameName = 1000

// Write writes f under name and returns the paths. Files that already hold these bytes are left as they are, so that
// writing twice is the same as once. Files of another edition under this name (of an earlier store) are never
// overwritten: "-2", "-3" is appended. Each file appears whole, readable by all, and survives a power loss.
func (d Folder) Write(name string, f Files) ([]string, error) {
	if name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return nil, fmt.Errorf("write edition: %q is no file name", name)
	}
	open := d.open
	if open == nil {
		open = openRoot
	}
	root, err := open(d.Dir)
	if err != nil {
		return nil, fmt.Errorf("write edition: %w", err)
	}
	defer root.Close()
	forms := []form{{".html", f.HTML}, {".txt", f.Text}, {".eml", f.EML}}
	base, err := free(root, name, forms)
	if err != nil {
		return nil, fmt.Errorf("write edition: %w", err)
	}
	var paths []string
	for _, part := range forms {
		if part.data == nil {
			continue
		}
		paths = append(paths, filepath.Join(d.Dir, base+part.ext))
		if state, _ := look(root, base+part.ext, part.data); state == same {
			continue
		}
		if err := writeWhole(root, base+part.ext, part.data); err != nil {
			return nil, fmt.Errorf("write edition: %w", err)
		}
	}
	if err := root.Sync(); err != nil { // also of files that are there: who wrote them may have died before this
		return nil, fmt.Errorf("write edition: %w", err)
	}
	return paths, nil
}

type form struct {
	ext  string
	data []byte
}

// free returns the first of name, name-2, ... under which every form is absent or already there with the same bytes.
func free(root root, name string, forms []form) (string, error) {
	base := name
	for n := 2; n <= maxSameName; n++ {
		taken := false
		for _, part := range forms {
			if part.data == nil {
				continue
			}
			state, err := look(root, base+part.ext, part.data)
			if err != nil {
				return "", err
			}
			taken = taken || state == other
		}
		if !taken {
			return base, nil
		}
		base = name + "-" + strconv.Itoa(n)
	}
	return "", fmt.Errorf("%s: %d other editions have this name", name, maxSameName-1)
}

// presence says what stands under a name.
type presence int

const (
	absent presence = iota
	same            // a regular file with the bytes asked for
	other
)

// look says what stands under name, compared with data.
func look(root root, name string, data []byte) (presence, error) {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absent, nil
	case err != nil:
		return other, err
	case !info.Mode().IsRegular() || info.Size() != int64(len(data)):
		return other, nil
	}
	have, err := root.ReadFile(name)
	if err != nil || !bytes.Equal(have, data) {
		return other, err
	}
	return same, nil
}

// writeWhole makes the file appear whole: a temporary file, fsync, rename.
func writeWhole(root root, name string, data []byte) (err error) {
	temp := "." + name + ".tmp"
	if err := root.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := root.Create(temp)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = root.Remove(temp)
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil { // whatever the umask
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return root.Rename(temp, name)
}
