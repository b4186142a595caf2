package seeds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"
	"syscall"
	"time"

	"mediawatch/text"
)

// Folder is a seed folder. Nothing outside it is ever opened: it is entered once by os.Root, and symbolic links are not followed.
type Folder struct {
	Dir       string
	Recursive bool     // also its sub-folders
	Include   []string // patterns of path.Match for names, or for whole paths where they hold a slash; none: DefaultInclude
	MaxSize   int64    // bytes; 0: MaxSize of the package
}

// DefaultInclude is what a folder is read for when nothing is configured.
var DefaultInclude = []string{"*.txt", "*.md", "*.html", "*.htm"}

// File is one regular file of a folder.
type File struct {
	Path    string    // below the folder, with slashes
	Size    int64     // bytes
	ModTime time.Time // the later of the file's and its side-car's: touching either makes it new
	Sidecar string    // path of its side-car; "" none
}

// Problem is one thing in a folder that was not read, for people. It is also the error of ReadFile.
type Problem struct {
	Path   string
	Reason string
	Hint   string // what to do next
	err    error
}

// Error returns the problem as one line.
func (p *Problem) Error() string {
	line := text.Line(p.Path) + ": " + text.Line(p.Reason)
	if p.Hint != "" {
		line += " (" + p.Hint + ")"
	}
	return line
}

// Unwrap returns the cause, which may be nil.
func (p *Problem) Unwrap() error { return p.err }

func (f Folder) limit() int64 {
	if f.MaxSize > 0 {
		return f.MaxSize
	}
	return MaxSize
}

// Scan lists the files to read, by path, without opening any. What cannot be read gives one Problem and stops nothing; the error is for a folder that
// cannot be listed at all, or a cancelled ctx.
func (f Folder) Scan(ctx context.Context) ([]File, []Problem, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, nil, f.unusable(err)
	}
	defer root.Close()
	s := &scan{folder: f, include: f.Include, sidecars: map[string]fs.FileInfo{}}
	if len(s.include) == 0 {
		s.include = DefaultInclude
	}
	err = fs.WalkDir(root.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return s.visit(p, e, err)
	})
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err != nil {
		return nil, nil, f.unusable(err)
	}
	s.pair()
	return s.files, s.problems, nil
}

// unusable words the error of a folder that cannot be listed.
func (f Folder) unusable(err error) error {
	p := &Problem{Path: f.Dir, Reason: "the seed folder cannot be listed: " + cause(err), Hint: "check dir under [[seeds]]", err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.Reason, p.Hint = "the seed folder does not exist", "create it, or correct dir under [[seeds]]"
	case errors.Is(err, fs.ErrPermission):
		p.Reason, p.Hint = "the seed folder may not be read", "give the user of this program read and search permission"
	case errors.Is(err, syscall.ENOTDIR):
		p.Reason, p.Hint = "the seed folder is not a folder", "dir under [[seeds]] takes a folder"
	}
	return p
}

// cause is the innermost message, without the path that stands beside it anyway.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

type scan struct {
	folder   Folder
	include  []string
	files    []File
	problems []Problem
	sidecars map[string]fs.FileInfo
}

func (s *scan) problem(p, reason, hint string) {
	s.problems = append(s.problems, Problem{Path: p, Reason: reason, Hint: hint})
}

func (s *scan) visit(p string, e fs.DirEntry, err error) error {
	if err != nil {
		if p == "." {
			return err
		}
		s.problem(p, "cannot be listed: "+cause(err), "check its permissions")
		if e != nil && e.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if p == "." {
		return nil
	}
	hidden := strings.HasPrefix(path.Base(p), ".")
	if e.IsDir() {
		if hidden || !s.folder.Recursive {
			return fs.SkipDir
		}
		return nil
	}
	if hidden || strings.HasSuffix(p, "~") {
		return nil
	}
	s.file(p, e)
	return nil
}

func (s *scan) file(p string, e fs.DirEntry) {
	if reason := irregular(e.Type()); reason != "" {
		s.problem(p, reason, "only regular files are read: put a copy there, or remove it")
		return
	}
	sidecar := strings.EqualFold(path.Ext(p), ".toml")
	if !sidecar && !s.wanted(p) {
		return
	}
	info, err := e.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return // removed while we were listing
	}
	if err != nil {
		s.problem(p, "cannot be examined: "+cause(err), "check its permissions")
		return
	}
	switch {
	case info.Size() > s.folder.limit():
		s.problem(p, fmt.Sprintf("is %s, more than the %s a seed file may have", sizeWords(info.Size()), sizeWords(s.folder.limit())), "split it, or move it elsewhere")
	case sidecar && !s.wanted(p):
		s.sidecars[p] = info
	default:
		s.files = append(s.files, File{Path: p, Size: info.Size(), ModTime: info.ModTime()})
	}
}

// irregular says what a thing is that is not a regular file; "" for a regular file.
func irregular(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return ""
	case m&fs.ModeSymlink != 0:
		return "is a symbolic link"
	case m&fs.ModeNamedPipe != 0:
		return "is a named pipe"
	case m&fs.ModeSocket != 0:
		return "is a socket"
	case m&fs.ModeDevice != 0:
		return "is a device"
	case m.IsDir():
		return "is a folder"
	}
	return "is not a regular file"
}

// wanted reports whether an include pattern takes p. A broken pattern takes nothing; the configuration refuses it before.
func (s *scan) wanted(p string) bool {
	for _, pattern := range s.include {
		name := path.Base(p)
		if strings.Contains(pattern, "/") {
			name = p
		}
		if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(name)); err == nil && ok {
			return true
		}
	}
	return false
}

// pair gives each file its side-car: NAME.txt.toml, else NAME.toml.
func (s *scan) pair() {
	for i := range s.files {
		f := &s.files[i]
		for _, p := range SidecarNames(f.Path) {
			info, ok := s.sidecars[p]
			if !ok {
				continue
			}
			f.Sidecar = p
			if info.ModTime().After(f.ModTime) {
				f.ModTime = info.ModTime()
			}
			break
		}
	}
	sort.Slice(s.files, func(i, j int) bool { return s.files[i].Path < s.files[j].Path })
	sort.Slice(s.problems, func(i, j int) bool { return s.problems[i].Path < s.problems[j].Path })
}

// SidecarNames are the names under which the side-car of a seed file is looked for, best first.
func SidecarNames(p string) []string {
	return []string{p + ".toml", strings.TrimSuffix(p, path.Ext(p)) + ".toml"}
}

func sizeWords(n int64) string {
	const unit = 1 << 20
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= unit:
		return fmt.Sprintf("%.1f MiB", float64(n)/unit)
	}
	return fmt.Sprintf("%d bytes", n)
}

// ReadFile returns the bytes of a file that Scan listed (its path, or that of its side-car). It opens regular files only, never waits for a pipe, and reads at
// most the size limit even when the file has grown since. The error is a *Problem.
func (f Folder) ReadFile(p string) ([]byte, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, f.unusable(err)
	}
	defer root.Close()
	fail := func(reason, hint string, err error) ([]byte, error) {
		return nil, &Problem{Path: p, Reason: reason, Hint: hint, err: err}
	}
	before, err := root.Lstat(p)
	if err != nil {
		return fail("cannot be read: "+cause(err), hintFor(err), err)
	}
	if reason := irregular(before.Mode().Type()); reason != "" {
		return fail(reason, "only regular files are read: put a copy there, or remove it", nil)
	}
	// O_NONBLOCK: should the file have become a pipe since, opening it must not wait for a writer.
	file, err := root.OpenFile(p, os.O_RDONLY|syscall.O_NONBLOCK, 0)
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

// Settled returns those files of now that prev already held with the same size and time: what is still being written is left for the next scan.
func Settled(prev, now []File) []File {
	before := make(map[string]File, len(prev))
	for _, f := range prev {
		before[f.Path] = f
	}
	var out []File
	for _, f := range now {
		if b, ok := before[f.Path]; ok && b.Size == f.Size && b.ModTime.Equal(f.ModTime) && b.Sidecar == f.Sidecar {
			out = append(out, f)
		}
	}
	return out
}
