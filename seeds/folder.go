package seeds

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/text/unicode/norm"

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
	Path    string    // below the folder, with slashes, as KeptPath writes it
	Size    int64     // bytes
	ModTime time.Time // the later of the file's and its side-car's: touching either makes it new
	Sidecar string    // path of its side-car, as KeptPath writes it; "" none
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

// Scan lists the files to read, by path, without opening any. What cannot be read gives one Problem and stops nothing;
// the error is for a folder that cannot be listed at all, or a cancelled ctx.
func (f Folder) Scan(ctx context.Context) ([]File, []Problem, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, nil, f.unusable(err)
	}
	defer root.Close()
	s := &scan{ctx: ctx, root: root, folder: f, sidecars: map[string]fs.FileInfo{}}
	for _, pattern := range f.Include {
		s.include = append(s.include, foldName(pattern))
	}
	if len(s.include) == 0 {
		s.include = DefaultInclude
	}
	err = s.list("")
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

// scan is one listing of a folder. Paths are those of the file system until pair renders them.
type scan struct {
	ctx      context.Context
	root     *os.Root
	folder   Folder
	include  []string // folded
	files    []File
	problems []Problem
	sidecars map[string]fs.FileInfo
}

func (s *scan) problem(p, reason, hint string) {
	s.problems = append(s.problems, Problem{Path: KeptPath(p), Reason: reason, Hint: hint})
}

// list lists the folder at dir, "" the seed folder itself, and those below it. Package fs cannot: it refuses names that are not UTF-8.
func (s *scan) list(dir string) error {
	entries, err := s.entries(dir)
	if err != nil {
		if dir == "" {
			return err
		}
		s.problem(dir, "cannot be listed: "+cause(err), "check its permissions")
	}
	for _, e := range entries {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		p := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case len(KeptPath(p)) > MaxPath:
			s.problem(p[:80]+"…", fmt.Sprintf("has a path longer than %d bytes", MaxPath), "move it up, or give its folders shorter names")
		case e.IsDir():
			if s.folder.Recursive {
				if err := s.list(p); err != nil {
					return err
				}
			}
		case !strings.HasSuffix(p, "~"):
			s.file(p, e)
		}
	}
	return nil
}

// entries returns what stands in a folder, by name; with an error what could be listed.
func (s *scan) entries(dir string) ([]fs.DirEntry, error) {
	if dir == "" {
		dir = "."
	}
	d, err := s.root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
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
	info, err := s.root.Lstat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return // removed while we were listing
	}
	if err != nil {
		s.problem(p, "cannot be examined: "+cause(err), "check its permissions")
		return
	}
	switch {
	case info.Size() > s.folder.limit():
		s.problem(p, fmt.Sprintf("is %s, more than the %s a seed file may have", sizeWords(info.Size()), sizeWords(s.folder.limit())),
			"split it, or move it elsewhere")
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
	p = foldName(p)
	for _, pattern := range s.include {
		name := path.Base(p)
		if strings.Contains(pattern, "/") {
			name = p
		}
		if ok, err := path.Match(pattern, name); err == nil && ok {
			return true
		}
	}
	return false
}

// foldName is a name for comparisons: systems write one name in different cases and normal forms.
func foldName(s string) string { return strings.ToLower(norm.NFC.String(s)) }

// pair gives each file its side-car, renders the paths and sorts.
func (s *scan) pair() {
	byForm := make(map[string]string, len(s.sidecars)) // of side-cars that no file names byte by byte
	for p := range s.sidecars {
		byForm[norm.NFC.String(p)] = p
	}
	for i := range s.files {
		for _, p := range SidecarNames(s.files[i].Path) {
			if _, ok := s.sidecars[p]; ok {
				delete(byForm, norm.NFC.String(p))
				break
			}
		}
	}
	for i := range s.files {
		f := &s.files[i]
		if p := s.sidecarOf(f.Path, byForm); p != "" {
			f.Sidecar = KeptPath(p)
			f.ModTime = later(f.ModTime, s.sidecars[p].ModTime())
		}
		f.Path = KeptPath(f.Path)
	}
	slices.SortFunc(s.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(s.problems, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
}

// sidecarOf returns the side-car of the file at p: NAME.txt.toml, else NAME.toml, else one whose name differs from
// these only in its normal form, since a Mac may have written the one and not the other.
func (s *scan) sidecarOf(p string, byForm map[string]string) string {
	names := SidecarNames(p)
	for _, name := range names {
		if _, ok := s.sidecars[name]; ok {
			return name
		}
	}
	for _, name := range names {
		if other := byForm[norm.NFC.String(name)]; other != "" {
			return other
		}
	}
	return ""
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
