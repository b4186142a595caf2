package seeds_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mediawatch/seeds"
	"mediawatch/text"
)

func TestT08A2_KeptPath(t *testing.T) {
	for raw, want := range map[string]string{
		"a.txt":               "a.txt",
		"Über uns/日本.txt":     "Über uns/日本.txt",
		"U\u0308ber.txt":      "U\u0308ber.txt",
		"می\u200cرود.txt":     "می\u200cرود.txt",
		"caf\xe9.txt":         `caf\xE9.txt`,
		"\x8eber/a.txt":       `\x8Eber/a.txt`,
		"a\nb\x1b[31m.txt":    `a\x0Ab\x1B[31m.txt`,
		"a\u0085b.txt":        `a\xC2\x85b.txt`,
		"a\u202etxt.exe":      `a\xE2\x80\xAEtxt.exe`,
		`C:\new\x.txt`:        `C:\new\x.txt`,
		`caf\xE9.txt`:         `caf\x5CxE9.txt`,
		`caf\x5CxE9.txt`:      `caf\x5Cx5CxE9.txt`,
		"a\xed\xa0\x80b.txt":  `a\xED\xA0\x80b.txt`,
		"two  spaces .txt":    "two  spaces .txt",
		"a\ufffdb\uffffc.txt": "a\ufffdb\\xEF\\xBF\\xBFc.txt",
	} {
		if got := seeds.KeptPath(raw); got != want {
			t.Errorf("KeptPath(%q) = %q, want %q", raw, got, want)
		}
	}
}

// FuzzKeptPath: what is kept can be kept and shown, leads back to the file, and plain names stay.
func FuzzKeptPath(f *testing.F) {
	for _, s := range []string{"a.txt", "caf\xe9", `\x5C`, `\x4` + "\xe9", "\n", "\u202e", `\\x41\x`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		kept := seeds.KeptPath(raw)
		if !utf8.ValidString(kept) || strings.ContainsAny(kept, "\x00\n\r") || strings.Join(strings.Fields(text.Line(kept)), "") != strings.Join(strings.Fields(kept), "") {
			t.Fatalf("KeptPath(%q) = %q cannot be shown", raw, kept)
		}
		if back := seeds.RawPath(kept); back != raw {
			t.Fatalf("KeptPath(%q) = %q leads to %q", raw, kept, back)
		}
	})
}

// Every kind of name that a file system takes is listed and read, with its side-car, also within folders of such names.
func TestT08A2_NamesOfAllKinds(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this file system may not take names that are not UTF-8")
	}
	dir := t.TempDir()
	names := []string{
		"plain.txt", "caf\xe9.txt", "caf\xc3\xa9.txt", "cafe\u0301.txt", `caf\xE9.txt`, "Pr\xe4sident/\x81.txt", "line\nbreak.txt", "\x1b[2J.txt", "\x7f.txt",
		strings.Repeat("n", 251) + ".txt", strings.Repeat("\xff", 251) + ".txt", "tab\t.txt", " .txt", "-rf.txt", `back\slash.txt`,
	}
	for _, name := range names {
		write(t, dir, name, "Words of "+seeds.KeptPath(name))
		if side := strings.TrimSuffix(name, ".txt") + ".toml"; len(filepath.Base(side)) < 255 {
			write(t, dir, side, "title = 'Stated'")
		}
	}
	f := seeds.Folder{Dir: dir, Recursive: true}
	files, problems, err := f.Scan(context.Background())
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	if len(files) != len(names) {
		t.Errorf("%d files listed, %d written", len(files), len(names))
	}
	if !slices.IsSortedFunc(files, func(a, b seeds.File) int { return strings.Compare(a.Path, b.Path) }) {
		t.Errorf("not sorted: %q", paths(files))
	}
	for _, file := range files {
		data, err := f.ReadFile(file.Path)
		if err != nil || string(data) != "Words of "+file.Path {
			t.Errorf("%q: %q, %v", file.Path, data, err)
		}
		if len(filepath.Base(seeds.RawPath(file.Path))) == 255 {
			continue // no room for a side-car's name
		}
		if side, err := f.ReadFile(file.Sidecar); err != nil || string(side) != "title = 'Stated'" {
			t.Errorf("%q: side-car %q: %q, %v", file.Path, file.Sidecar, side, err)
		}
		if !f.Same(file) {
			t.Errorf("%q is not the same at the second look", file.Path)
		}
	}
}

// A path that is too long to be kept is named, and those beside it are read.
func TestT08A2_APathThatIsTooLong(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	dir := ""
	for len(seeds.KeptPath(dir)) < seeds.MaxPath-1100 {
		dir = filepath.Join(dir, strings.Repeat("\xff", 200))
	}
	if err := root.MkdirAll(dir, 0o755); err != nil {
		t.Skip("this file system does not take such names: ", err)
	}
	for name, n := range map[string]int{"fits": 150, "long": 250} {
		if err := root.WriteFile(filepath.Join(dir, strings.Repeat("\xfe", n)+".txt"), []byte(name), 0o644); err != nil {
			t.Skip("this file system does not take such names: ", err)
		}
	}
	f := seeds.Folder{Dir: root.Name(), Recursive: true}
	files, problems, err := f.Scan(context.Background())
	if err != nil || len(files) != 1 || len(problems) != 1 || !strings.Contains(problems[0].Error(), "has a path longer than 8000 bytes (") {
		t.Fatalf("%d files, %v, %v", len(files), problems, err)
	}
	if data, err := f.ReadFile(files[0].Path); err != nil || string(data) != "fits" {
		t.Errorf("%q, %v", data, err)
	}
}

// A Mac writes names in another normal form than other systems. A side-car is found all the same, unless it is another file's.
func TestT08A2_SidecarsInAnotherNormalForm(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"\u00fcber.txt", "u\u0308ber.toml", "a\u0308.txt", "a\u0308.toml", "\u00e4.txt", "\u00d6.TXT"} {
		write(t, dir, name, "words")
	}
	files, _, err := seeds.Folder{Dir: dir, Include: []string{"a*.txt", "?*ber.txt", "O\u0308.txt", "\u00e4.txt"}}.Scan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range files {
		got[f.Path] = f.Sidecar
	}
	want := map[string]string{"\u00fcber.txt": "u\u0308ber.toml", "a\u0308.txt": "a\u0308.toml", "\u00e4.txt": "", "\u00d6.TXT": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestT08D33_TagsOfASidecarAreTags(t *testing.T) {
	a, err := seeds.Read("a.txt", []byte("Headline\n\nA text of the paper about the harbour.\n\nTags: Ports, Trade\n"), seeds.Options{Sidecar: []byte("tags = ['own']")})
	if err != nil {
		t.Fatal(err)
	}
	if it := a.Item(); !slices.Equal(it.Tags, []string{"own"}) || !slices.Equal(it.Categories, []string{"own"}) {
		t.Errorf("tags %q, categories %q", it.Tags, it.Categories)
	}
	a, err = seeds.Read("a.txt", []byte("Headline\n\nA text of the paper about the harbour.\n\nTags: Ports, Trade\n"), seeds.Options{})
	if err != nil || len(a.Item().Tags) > 0 {
		t.Errorf("the publisher's tags are ours: %q, %v", a.Item().Tags, err)
	}
}
