package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"

	"mediawatch/config"
)

// Unwritable is something that the program has to write and this process may not.
type Unwritable struct {
	What  string // for people: "the digest folder"
	Path  string
	Err   error
	Vital bool // without it the daemon does not start
}

// String says what cannot be written, by whom, and why.
func (u Unwritable) String() string {
	return fmt.Sprintf("%s %s cannot be written by user %s: %v", u.What, u.Path, UserName(), u.Err)
}

// CheckWritable looks at everything that the daemon of a configuration writes: the store, its socket, the backup
// folder and the digest folders. It writes nothing. A folder that does not exist counts as writable when it can be made.
func CheckWritable(cfg *config.Config) []Unwritable {
	var found []Unwritable
	add := func(u Unwritable, err error) {
		if err != nil {
			u.Err = err
			found = append(found, u)
		}
	}
	home := filepath.Dir(cfg.Store.Path)
	if err := writableDir(home); err != nil {
		add(Unwritable{What: "the store's folder", Path: home, Vital: true}, err)
	} else {
		add(Unwritable{What: "the store", Path: cfg.Store.Path, Vital: true}, writableFile(cfg.Store.Path))
		add(Unwritable{What: "the socket", Path: SocketPath(cfg.Store.Path), Vital: true}, replaceable(SocketPath(cfg.Store.Path)))
	}
	if dir := cfg.Backup.Path; dir != "" {
		add(Unwritable{What: "the backup folder", Path: dir}, writableDir(dir))
	}
	var folders []string
	for _, d := range cfg.Digests {
		if d.Path != "" && !slices.Contains(folders, d.Path) {
			folders = append(folders, d.Path)
			add(Unwritable{What: "the digest folder", Path: d.Path}, writableDir(d.Path))
		}
	}
	return found
}

// writableDir returns why nothing can be put into a folder, or why it cannot be made; nil when it can.
func writableDir(dir string) error {
	at := dir
	info, err := os.Stat(at)
	for errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) {
		at = filepath.Dir(at)
		info, err = os.Stat(at)
	}
	switch {
	case err != nil:
		return cause(err)
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", at)
	}
	if err := mayWrite(at); err != nil && at != dir {
		return fmt.Errorf("it does not exist, and %s: %w", at, err)
	} else if err != nil {
		return err
	}
	return nil
}

// writableFile returns why a file cannot be written; nil when it can, or does not exist.
func writableFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cause(err)
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	}
	return mayWrite(path)
}

// replaceable returns why a socket cannot take the place of what is there; its folder can be written.
func replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cause(err)
	case info.IsDir():
		return errors.New("a folder is in its place")
	}
	return nil
}

// cause is an error without the operation and the path that the os package puts before it.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// UserName is who this process runs as.
func UserName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Geteuid())
}
