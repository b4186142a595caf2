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
}

// Files is one edition in its three forms. A nil form is not written.
type Files struct {
	HTML, Text, EML []byte
}

// Name returns the file name of an edition without extension: "morning-0007-2026-11-20"; number 0 is the welcome edition. The date is taken in its own zone.
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

// Write writes f under name and returns the paths. Files that already hold these bytes are left as they are, so that writing twice is the same as once. Files of another
// edition under this name (of an earlier store) are never overwritten: "-2", "-3" is appended. Each file appears whole, readable by all, and survives a power loss.
func (d Folder) Write(name string, f Files) ([]string, error) {
	if name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return nil, fmt.Errorf("write edition: %q is no file name", name)
	}
	if err := os.MkdirAll(d.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("write edition: %w", err)
	}
	root, err := os.OpenRoot(d.Dir)
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
	wrote := false
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
		wrote = true
	}
	if wrote {
		if err := syncDir(root); err != nil {
			return nil, fmt.Errorf("write edition: %w", err)
		}
	}
	return paths, nil
}

type form struct {
	ext  string
	data []byte
}

// free returns the first of name, name-2, ... under which every form is absent or already there with the same bytes.
func free(root *os.Root, name string, forms []form) (string, error) {
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
func look(root *os.Root, name string, data []byte) (presence, error) {
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
func writeWhole(root *os.Root, name string, data []byte) (err error) {
	temp := "." + name + ".tmp"
	if err := root.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
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

// syncDir makes renames durable.
func syncDir(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
