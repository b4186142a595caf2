package mail

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func edition(s string) Files {
	return Files{HTML: []byte("<p>" + s), Text: []byte(s), EML: []byte("Subject: " + s + "\r\n\r\n")}
}

func TestName(t *testing.T) {
	date := time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		digest string
		number int
		want   string
	}{
		{"morning", 7, "morning-0007-2026-11-20"},
		{"morning", 12345, "morning-12345-2026-11-20"},
		{"morning", 0, "morning-welcome-2026-11-20"},
		{"../../etc/x", 1, "------etc-x-0001-2026-11-20"},
	} {
		if got := Name(c.digest, c.number, date); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestFolderWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "digests")
	d := Folder{Dir: dir}
	paths, err := d.Write("morning-0007-2026-11-20", edition("one"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != 3 {
		t.Fatalf("%v", paths)
	}
	for i, ext := range []string{".html", ".txt", ".eml"} {
		if want := filepath.Join(dir, "morning-0007-2026-11-20"+ext); paths[i] != want {
			t.Errorf("got %s, want %s", paths[i], want)
		}
		info, err := os.Stat(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o644 {
			t.Errorf("%s has mode %o", paths[i], info.Mode().Perm())
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("folder: %v %v", info.Mode(), err)
	}
	if got, err := os.ReadFile(paths[0]); err != nil || !bytes.Equal(got, edition("one").HTML) {
		t.Errorf("%q %v", got, err)
	}
}

func TestFolderWritingTwiceIsOnce(t *testing.T) {
	d := Folder{Dir: t.TempDir()}
	first, err := d.Write("e", edition("one"))
	if err != nil {
		t.Fatal(err)
	}
	stamp := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, p := range first {
		if err := os.Chtimes(p, stamp, stamp); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(first[1]); err != nil { // killed between two files
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.Dir, ".e.txt.tmp"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := d.Write("e", edition("one"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(first, " ") != strings.Join(again, " ") {
		t.Errorf("%v, then %v", first, again)
	}
	if info, err := os.Stat(first[0]); err != nil || !info.ModTime().Equal(stamp) {
		t.Errorf("a file that was right was written again (%v)", err)
	}
	if got, err := os.ReadFile(first[1]); err != nil || string(got) != "one" {
		t.Errorf("the missing file: %q %v", got, err)
	}
	entries, err := os.ReadDir(d.Dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("%v %v", entries, err)
	}
}

func TestFolderNeverOverwrites(t *testing.T) {
	d := Folder{Dir: t.TempDir()}
	for i, want := range []string{"e.html", "e-2.html", "e-3.html", "e-2.html"} {
		paths, err := d.Write("e", edition([]string{"one", "two", "three", "two"}[i]))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(paths[0]) != want {
			t.Errorf("got %s, want %s", paths[0], want)
		}
	}
	if got, err := os.ReadFile(filepath.Join(d.Dir, "e.html")); err != nil || string(got) != "<p>one" {
		t.Errorf("%q %v", got, err)
	}
}

func TestFolderTrouble(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"", "a/b", "..", ".hidden", "/x"} {
		if _, err := (Folder{Dir: dir}).Write(name, edition("x")); err == nil {
			t.Errorf("%q was written", name)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := (Folder{Dir: file}).Write("e", edition("x")); err == nil {
		t.Error("a file was taken for a folder")
	}
	// A link under the name that leads elsewhere is not followed.
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("keep"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "e.html")); err != nil {
		t.Skip("no symbolic links here: " + err.Error())
	}
	paths, err := (Folder{Dir: dir}).Write("e", edition("x"))
	if err != nil || filepath.Base(paths[0]) != "e-2.html" {
		t.Errorf("%v %v", paths, err)
	}
	if got, err := os.ReadFile(outside); err != nil || string(got) != "keep" {
		t.Errorf("written through a link: %q", got)
	}
	if _, err := os.Lstat(filepath.Join(dir, "e-2.eml")); err != nil {
		t.Errorf("the forms of one edition have different names: %v", err)
	}
}
