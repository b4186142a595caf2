//go:build linux

package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestT08A9_ReadOnly reads a store that cannot be written: its file and folder belong to somebody else, and, where this
// machine lets us mount, a read-only file system.
func TestT08A9_ReadOnly(t *testing.T) {
	dir := publicFolder(t)
	file := filepath.Join(dir, "mediawatch.toml")
	write(t, file, "[store]\npath = \"data/mediawatch.db\"\nmin_free = \"1MB\"\n[web]\nlisten = \"127.0.0.1:0\"\n[[seeds]]\ndir = \"seeds\"\n")
	if err := os.Mkdir(filepath.Join(dir, "seeds"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "seeds", "ferries.txt"), "Ferries to Brannoch stop for a week\n\nThe ferries between Saltmere and Brannoch will not sail next week.\n")
	program := filepath.Join(dir, "mediawatch")
	copyProgram(t, program)
	if out, err := exec.Command(program, "-c", file, "run").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data := filepath.Join(dir, "data")
	for name, mode := range map[string]os.FileMode{"data/mediawatch.db": 0o444, "data": 0o555, "mediawatch.toml": 0o644, "seeds": 0o755} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(data, 0o700) }) // so that it can be removed

	t.Run("permissions", func(t *testing.T) {
		readsWithoutWriting(t, func(args ...string) *exec.Cmd {
			cmd := exec.Command(program, append([]string{"-c", file}, args...)...)
			if os.Geteuid() == 0 { // root may write everything
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			}
			return cmd
		})
	})
	t.Run("mount", func(t *testing.T) {
		mounted := func(args ...string) *exec.Cmd {
			script := "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && shift && exec \"$@\""
			return exec.Command("unshare", append([]string{"-m", "sh", "-c", script, "sh", dir, program, "-c", file}, args...)...)
		}
		if out, err := mounted("version").CombinedOutput(); err != nil {
			t.Skipf("this machine does not let us mount: %v %s", err, strings.TrimSpace(string(out)))
		}
		readsWithoutWriting(t, mounted)
	})
}

// readsWithoutWriting runs the commands that read, on a store of one item.
func readsWithoutWriting(t *testing.T, command func(args ...string) *exec.Cmd) {
	t.Helper()
	for _, c := range []struct{ args, want string }{
		{"items", "Ferries to Brannoch"},
		{"verify", "sound: 1 item, "},
		{"search ferries", "Ferries to Brannoch"},
		{"count ferries", "1"},
		{"stats", "items              1"},
		{"watch test ferries", "1 of 1 items match"},
		{"feed list", "seeds"},
	} {
		out, err := command(strings.Fields(c.args)...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %v, it said\n%s", c.args, err, out)
		}
	}
	out, err := command("item", "forget", "12345678", "--reason", "asked").CombinedOutput()
	if err == nil || strings.Contains(string(out), "goroutine") {
		t.Errorf("forget: %v\n%s", err, out)
	}
}

// publicFolder is a temporary folder that other users may look into.
func publicFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mediawatch-readonly-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// copyProgram copies the program that testscript gave the scripts to a place where everybody may run it.
func copyProgram(t *testing.T, name string) {
	t.Helper()
	path, err := exec.LookPath("mediawatch")
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
}
