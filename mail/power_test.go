package mail

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// disk is a folder on a machine that may lose power after any call. What was written to a file is sure to be there only
// once the file was synced; a name, only once the folder was. It may be there before: a power loss is seen in both
// ways.
type disk struct {
	names, durable map[string]*inode
	after          func() // every call that changes something
}

type inode struct{ data, durable []byte }

func newDisk() *disk {
	return &disk{names: make(map[string]*inode), durable: make(map[string]*inode), after: func() {}}
}

func (d *disk) Lstat(name string) (fs.FileInfo, error) {
	if n := d.names[name]; n != nil {
		return info{name, int64(len(n.data))}, nil
	}
	return nil, fs.ErrNotExist
}

func (d *disk) ReadFile(name string) ([]byte, error) {
	if n := d.names[name]; n != nil {
		return n.data, nil
	}
	return nil, fs.ErrNotExist
}

func (d *disk) Create(name string) (file, error) {
	defer d.after()
	if d.names[name] != nil {
		return nil, fs.ErrExist
	}
	n := &inode{}
	d.names[name] = n
	return &handle{d, n}, nil
}

func (d *disk) Rename(from, to string) error {
	defer d.after()
	if d.names[from] == nil {
		return fs.ErrNotExist
	}
	d.names[to] = d.names[from]
	delete(d.names, from)
	return nil
}

func (d *disk) Remove(name string) error {
	defer d.after()
	if d.names[name] == nil {
		return fs.ErrNotExist
	}
	delete(d.names, name)
	return nil
}

func (d *disk) Sync() error {
	defer d.after()
	d.durable = maps.Clone(d.names)
	return nil
}

func (d *disk) Close() error { return nil }

// handle is an open file of a disk.
type handle struct {
	disk *disk
	node *inode
}

func (h *handle) Write(p []byte) (int, error) {
	defer h.disk.after()
	h.node.data = append(h.node.data, p...)
	return len(p), nil
}

func (h *handle) Chmod(fs.FileMode) error { return nil }

func (h *handle) Sync() error {
	defer h.disk.after()
	h.node.durable = slices.Clone(h.node.data)
	return nil
}

func (h *handle) Close() error { return nil }

// info is a regular file.
type info struct {
	name string
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return 0o644 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }

// TestT08C27_AnEditionSurvivesAPowerLoss writes an edition to a machine that loses power after each call: what stands
// under an edition's name is whole, and once Write has returned, which counts as delivered, everything is there.
func TestT08C27_AnEditionSurvivesAPowerLoss(t *testing.T) {
	want := map[string][]byte{"morning.html": []byte("<p>html"), "morning.txt": []byte("text"), "morning.eml": []byte("mail")}
	d := newDisk()
	calls := 0
	d.after = func() {
		calls++
		for _, names := range []map[string]*inode{d.names, d.durable} {
			for name, node := range names {
				if whole, ours := want[name]; ours && !bytes.Equal(node.durable, whole) {
					t.Errorf("power lost after call %d: %s holds %q, want all of it or no file", calls, name, node.durable)
				}
			}
		}
	}
	folder := Folder{Dir: "digests", open: func(string) (root, error) { return d, nil }}
	files := Files{HTML: want["morning.html"], Text: want["morning.txt"], EML: want["morning.eml"]}
	if _, err := folder.Write("morning", files); err != nil {
		t.Fatal(err)
	}
	if calls < 3*4 {
		t.Errorf("%d calls seen, want the creation, writing, syncing and naming of three files", calls)
	}
	for name, whole := range want {
		if node := d.durable[name]; node == nil || !bytes.Equal(node.durable, whole) {
			t.Errorf("power lost after it was delivered: %s is not there", name)
		}
	}
	// A process that died before it synced the folder: what it named may be gone with the next power loss, so finding it there is not enough.
	d = newDisk()
	for name, whole := range want {
		d.names[name] = &inode{data: whole, durable: whole}
	}
	if _, err := folder.Write("morning", files); err != nil {
		t.Fatal(err)
	}
	if len(d.durable) != len(want) {
		t.Errorf("%d of %d files are sure to be there, after the earlier process died before it synced their names", len(d.durable), len(want))
	}
}

// TestT08C27_ANewFolderIsDurable makes a folder with its parents: each is an entry in the one above it.
func TestT08C27_ANewFolderIsDurable(t *testing.T) {
	top := t.TempDir()
	var synced []string
	note := func(dir string) error {
		rel, err := filepath.Rel(top, dir)
		synced = append(synced, rel)
		return err
	}
	for _, want := range []string{"[a/b a .]", "[]"} {
		synced = nil
		if err := makeDir(filepath.Join(top, "a", "b", "c"), note); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(synced); got != want {
			t.Errorf("synced %s, want %s", got, want)
		}
	}
	if info, err := os.Stat(filepath.Join(top, "a", "b", "c")); err != nil || !info.IsDir() {
		t.Errorf("the folder is not there: %v", err)
	}
}
