package seeds_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/seeds"
)

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func paths(files []seeds.File) []string {
	out := []string{}
	for _, f := range files {
		out = append(out, f.Path)
	}
	return out
}

func TestScanListsWhatIsIncluded(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.txt", "a.md", "page.HTML", "deep/er/c.txt", "notes.log", ".hidden.txt", ".git/x.txt", "draft.txt~", "a.toml", "alone.toml"} {
		write(t, dir, name, "words")
	}
	for _, c := range []struct {
		name   string
		folder seeds.Folder
		want   []string
	}{
		{"recursive", seeds.Folder{Recursive: true}, []string{"a.md", "b.txt", "deep/er/c.txt", "page.HTML"}},
		{"flat", seeds.Folder{}, []string{"a.md", "b.txt", "page.HTML"}},
		{"patterns", seeds.Folder{Recursive: true, Include: []string{"*.txt"}}, []string{"b.txt", "deep/er/c.txt"}},
		{"path pattern", seeds.Folder{Recursive: true, Include: []string{"deep/*/*.txt"}}, []string{"deep/er/c.txt"}},
	} {
		c.folder.Dir = dir
		files, problems, err := c.folder.Scan(context.Background())
		if err != nil || len(problems) > 0 {
			t.Fatalf("%s: %v %v", c.name, problems, err)
		}
		if diff := cmp.Diff(c.want, paths(files)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		for _, f := range files {
			if want := map[string]string{"a.md": "a.toml"}[f.Path]; f.Sidecar != want {
				t.Errorf("%s: side-car %q, want %q", f.Path, f.Sidecar, want)
			}
		}
	}
}

func TestScanTouchedSidecarMakesFileNew(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.txt", "words")
	write(t, dir, "a.txt.toml", "")
	later := time.Now().Add(time.Hour).Truncate(time.Second)
	if err := os.Chtimes(filepath.Join(dir, "a.txt.toml"), later, later); err != nil {
		t.Fatal(err)
	}
	files, _, err := seeds.Folder{Dir: dir}.Scan(context.Background())
	if err != nil || len(files) != 1 || files[0].Sidecar != "a.txt.toml" || !files[0].ModTime.Equal(later) {
		t.Fatalf("%+v %v", files, err)
	}
}

// Each thing that leads outside, or is no regular file, or is too large, is one line, and the article beside them is read.
func TestS15_S16_NoEscapeFromASeedFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no pipes and sockets in folders on Windows")
	}
	dir, outside := t.TempDir(), t.TempDir()
	write(t, dir, "good.txt", "An article.")
	write(t, outside, "secret.txt", "not ours")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(syscall.Mkfifo(filepath.Join(dir, "pipe.txt"), 0o644))
	must(os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "link.txt")))
	must(os.Symlink(outside, filepath.Join(dir, "linkdir")))
	must(os.Truncate(mustCreate(t, filepath.Join(dir, "huge.txt")), 1<<30)) // sparse
	// A socket's path is limited to about 100 bytes.
	t.Chdir(dir)
	l, err := net.Listen("unix", "sock")
	must(err)
	defer l.Close()

	f := seeds.Folder{Dir: dir, Recursive: true}
	files, problems, err := f.Scan(context.Background())
	must(err)
	if diff := cmp.Diff([]string{"good.txt"}, paths(files)); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{
		"huge.txt": "is 1.0 GiB, more than the 8.0 MiB", "link.txt": "symbolic link", "linkdir": "symbolic link", "pipe.txt": "named pipe", "sock": "socket",
	}
	for _, p := range problems {
		reason, ok := want[p.Path]
		if !ok || !strings.Contains(p.Reason, reason) || p.Hint == "" || strings.Contains(p.Error(), "\n") {
			t.Errorf("unexpected problem: %s", p.Error())
		}
		delete(want, p.Path)
	}
	if len(want) > 0 {
		t.Errorf("not named: %v", want)
	}
	for name, reason := range map[string]string{"pipe.txt": "named pipe", "link.txt": "symbolic link", "huge.txt": "1.0 GiB", "gone.txt": "no such file", "../secret.txt": ""} {
		data, err := f.ReadFile(name)
		var p *seeds.Problem
		if !errors.As(err, &p) || !strings.Contains(err.Error(), reason) || data != nil {
			t.Errorf("ReadFile(%s) = %d bytes, %v", name, len(data), err)
		}
	}
}

func mustCreate(t *testing.T, p string) string {
	t.Helper()
	f, err := os.Create(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReadFileRefusesBinaryData(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, reason string }{
		"a.txt": {"%PDF-1.7 ...", "PDF"}, "b.txt": {"PK\x03\x04 word/document.xml", "ZIP"}, "c.txt": {strings.Repeat("\x00\x01\x02\xff", 100), "binary"},
		"d.txt": {strings.Repeat("\x01\x02\x03", 100), "binary"}, "e.txt": {"\x89PNG\r\n\x1a\n", "picture"},
	} {
		write(t, dir, name, c.content)
		_, err := seeds.Folder{Dir: dir}.ReadFile(name)
		if !errors.Is(err, seeds.ErrBinary) || !strings.Contains(err.Error(), c.reason) || !strings.Contains(err.Error(), "(") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := seeds.Read(name, []byte(c.content), seeds.Options{}); !errors.Is(err, seeds.ErrBinary) {
			t.Errorf("Read(%s): %v", name, err)
		}
	}
}

func TestS16_AFileIsCapped(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.txt", strings.Repeat("word ", 20))
	f := seeds.Folder{Dir: dir, MaxSize: 100}
	if data, err := f.ReadFile("a.txt"); err != nil || len(data) != 100 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	f.MaxSize = 99
	if _, err := f.ReadFile("a.txt"); !errors.Is(err, seeds.ErrTooBig) {
		t.Fatalf("over the limit: %v", err)
	}
	if _, problems, _ := f.Scan(context.Background()); len(problems) != 1 {
		t.Fatalf("problems: %v", problems)
	}
}

func TestScanMissingFolderIsOneClearError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nowhere")
	_, _, err := seeds.Folder{Dir: dir}.Scan(context.Background())
	if err == nil || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "does not exist (create it") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("missing folder: %v", err)
	}
	file := mustCreate(t, filepath.Join(t.TempDir(), "file"))
	if _, _, err := (seeds.Folder{Dir: file}).Scan(context.Background()); err == nil {
		t.Fatal("a file as folder gives no error")
	}
}

func TestScanUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything: permissions cannot be tested")
	}
	dir := t.TempDir()
	write(t, dir, "a.txt", "words")
	write(t, dir, "closed/b.txt", "words")
	write(t, dir, "closed.txt", "words")
	for _, p := range []string{"closed", "closed.txt"} {
		if err := os.Chmod(filepath.Join(dir, p), 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	f := seeds.Folder{Dir: dir, Recursive: true}
	files, problems, err := f.Scan(context.Background())
	if err != nil || len(problems) != 1 || problems[0].Path != "closed" {
		t.Fatalf("%v %v", problems, err)
	}
	if diff := cmp.Diff([]string{"a.txt", "closed.txt"}, paths(files)); diff != "" {
		t.Error(diff)
	}
	if _, err := f.ReadFile("closed.txt"); err == nil || !strings.Contains(err.Error(), "permission") {
		t.Errorf("closed file: %v", err)
	}
}

func TestScanCancelled(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.txt", "words")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := (seeds.Folder{Dir: dir}).Scan(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled scan: %v", err)
	}
}

func TestRecurring(t *testing.T) {
	long := func(s string) string {
		return s + " is a sentence that is certainly long enough to carry the text of an article."
	}
	files := map[string][]string{
		"a": {"Headline one", long("Alpha"), long("Beta"), "This stock sentence recurs in every article of the house and stays where it is.", "Print edition", "Our town, our paper"},
		"b": {"Headline two", long("Gamma"), long("Delta"), "This stock sentence recurs in every article of the house and stays where it is.", "OUR TOWN – our paper!", "Only here"},
		"c": {"Headline three", long("Epsilon"), "She declined to comment."},
		"d": {"Headline three", long("Epsilon"), "She declined to comment."}, // a copy of c
		"e": {"Our town, our paper"},                                         // a headline is no closing line
	}
	got := seeds.Recurring(endings(files))
	if diff := cmp.Diff([]string{"OUR TOWN – our paper!"}, got); diff != "" {
		t.Error(diff)
	}
	a, err := seeds.Read("a.txt", []byte(strings.Join(files["a"], "\n")), seeds.Options{Boilerplate: got})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Print edition", "Our town, our paper"}, a.Cut); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(a.Content, "stock sentence") {
		t.Error("a long recurring sentence was cut")
	}
}

// Maps have no order; neither has the result, nor does an unrelated file change it.
func TestRecurringProperties(t *testing.T) {
	line := rapid.SampledFrom([]string{"Our paper", "Follow the town", "End of page", "The council met on Monday and talked for a very long time about its budget.", "The mayor opened the new bridge in the rain while two hundred people watched from boats."})
	rapid.Check(t, func(rt *rapid.T) {
		files := map[string][]string{}
		for _, name := range []string{"a", "b", "c", "d"} {
			files[name] = rapid.SliceOfN(line, 0, 6).Draw(rt, name)
		}
		got := seeds.Recurring(endings(files))
		if diff := cmp.Diff(got, seeds.Recurring(endings(files))); diff != "" {
			rt.Fatal(diff)
		}
		for _, l := range got {
			n := 0
			for _, lines := range files {
				for _, s := range lines {
					if s == l {
						n++
						break
					}
				}
			}
			if n < 2 || len(strings.Fields(l)) >= 12 {
				rt.Fatalf("%q is in %d files", l, n)
			}
		}
	})
}

// endings are the endings of files, given by their lines.
func endings(files map[string][]string) []seeds.Ending {
	var out []seeds.Ending
	for _, lines := range files {
		out = append(out, seeds.EndingOf("a.txt", []byte(strings.Join(lines, "\n"))))
	}
	return out
}

func TestAnEndingIsDecoded(t *testing.T) {
	files := []seeds.Ending{
		seeds.EndingOf("a.txt", []byte("\x89PNG\r\n\x1a\n")), seeds.EndingOf("a.txt", []byte("One headline\r\n\r\n  Unser Caf\xe9 \r\n")), seeds.EndingOf("a.txt", []byte("Another\n\nUnser Café")),
	}
	if diff := cmp.Diff([]string{"Unser Café"}, seeds.Recurring(files)); diff != "" {
		t.Error(diff)
	}
}
