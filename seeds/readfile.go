package seeds

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// ReadFile returns the bytes of a file that Scan listed, by the path of the file or of its side-car as Scan gave it. It
// opens regular files only, never waits for a pipe, and reads at most the size limit even when the file has grown
// since. The error is a *Problem.
func (f Folder) ReadFile(p string) ([]byte, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, f.unusable(err)
	}
	defer root.Close()
	fail := func(reason, hint string, err error) ([]byte, error) {
		return nil, &Problem{Path: p, Reason: reason, Hint: hint, err: err}
	}
	name := rawPath(p)
	before, err := root.Lstat(name)
	if err != nil {
		return fail("cannot be read: "+cause(err), hintFor(err), err)
	}
	if reason := irregular(before.Mode().Type()); reason != "" {
		return fail(reason, "only regular files are read: put a copy there, or remove it", nil)
	}
	// O_NONBLOCK: should the file have become a pipe since, opening it must not wait for a writer.
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return fail("cannot be read: "+cause(err), hintFor(err), err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !os.SameFile(before, info) {
		return fail("changed while it was opened", "it is read again at the next scan", err)
	}
	if info.Size() > f.limit() {
		return fail(fmt.Sprintf("is %s, more than the %s a seed file may have", sizeWords(info.Size()), sizeWords(f.limit())), "split it, or move it elsewhere", ErrTooBig)
	}
	data, err := io.ReadAll(io.LimitReader(file, f.limit()+1))
	if err != nil {
		return fail("cannot be read: "+cause(err), hintFor(err), err)
	}
	if int64(len(data)) > f.limit() {
		return fail("grew beyond the size a seed file may have while it was read", "split it, or move it elsewhere", ErrTooBig)
	}
	if kind := binaryKind(data); kind != "" {
		return fail("is no text: "+kind, "save the article as text, Markdown or HTML", ErrBinary)
	}
	return data, nil
}

func hintFor(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it was removed or renamed; what was read of it before is kept"
	case errors.Is(err, fs.ErrPermission):
		return "give the user of this program read permission"
	}
	return "it is tried again at the next scan"
}

// Same reports whether a file that Scan listed, with its side-car, still has the size and time that it had then.
func (f Folder) Same(file File) bool {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return false
	}
	defer root.Close()
	info, err := root.Lstat(rawPath(file.Path))
	if err != nil {
		return false
	}
	at := info.ModTime()
	if file.Sidecar != "" {
		side, err := root.Lstat(rawPath(file.Sidecar))
		if err != nil {
			return false
		}
		at = later(at, side.ModTime())
	} else {
		for _, name := range SidecarNames(rawPath(file.Path)) {
			if _, err := root.Lstat(name); err == nil { // it came since
				return false
			}
		}
	}
	return info.Size() == file.Size && at.Equal(file.ModTime)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
