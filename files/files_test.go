package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func text(s string) func(*os.File) error {
	return func(f *os.File) error { _, err := f.WriteString(s); return err }
}

// list is a kind whose files begin with "list".
var list = Kind{Name: "a list", Ours: func(name string) error {
	b, err := os.ReadFile(name)
	if err == nil && !strings.HasPrefix(string(b), "list") {
		err = errors.New("it begins otherwise")
	}
	return err
}}

func TestT08B12_Write(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out")
	got := func() string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if err := Write(name, Options{Kind: list}, text("list 1")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := Write(name, Options{Kind: list}, text("list 2")); !errors.Is(err, ErrExists) || got() != "list 1" {
		t.Errorf("a second time: %v; the file says %q", err, got())
	}
	if err := Write(name, Options{Kind: list, Existing: Replace, Mode: 0o644}, text("list 3")); err != nil || got() != "list 3" {
		t.Errorf("as asked: %v; the file says %q", err, got())
	}
	if err := os.WriteFile(name, []byte("diary"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(name, Options{Kind: list, Existing: Replace}, text("list 4")); !errors.Is(err, ErrExists) || got() != "diary" {
		t.Errorf("over something else: %v; the file says %q", err, got())
	}
}

// TestT08B12_WriteMeetsAFileThatAppears: what somebody else puts there while we write stays.
func TestT08B12_WriteMeetsAFileThatAppears(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out")
	for _, existing := range []Existing{Keep, Replace} {
		_ = os.Remove(name)
		err := Write(name, Options{Kind: list, Existing: existing}, func(f *os.File) error {
			return errors.Join(text("list")(f), os.WriteFile(name, []byte("diary"), 0o600))
		})
		if b, _ := os.ReadFile(name); !errors.Is(err, ErrExists) || string(b) != "diary" {
			t.Errorf("error %v; the file says %q", err, b)
		}
	}
}

// TestWriteFailed leaves nothing.
func TestWriteFailed(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("broken")
	for _, o := range []Options{{}, {Verify: func(string) error { return broken }}} {
		err := Write(filepath.Join(dir, "out"), o, func(*os.File) error {
			if o.Verify == nil {
				return broken
			}
			return nil
		})
		if !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left %v, %v", entries, err)
	}
	if err := Write(filepath.Join(dir, "no", "out"), Options{}, text("")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestT08B12_Aside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	for _, want := range []string{"", path + ".old", path + ".old-2", path + ".old-3"} {
		if want != "" {
			if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := Aside(path, ".old")
		if err != nil || got != want {
			t.Fatalf("%q, %v; want %q", got, err, want)
		}
		if want == "" {
			continue
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(got); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", got, b, err)
		}
	}
}
