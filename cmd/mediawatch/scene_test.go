package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a script waits for something that must happen; it matters only to a test that fails.
const patience = 30 * time.Second

// lockedBuffer may be written to and read by different goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// baseConfig begins every configuration of the scripts.
const baseConfig = `[store]
path = "data/mediawatch.db"
min_free = "1MB"

[web]
listen = "127.0.0.1:${PORT}"

[fetch]
allow_networks = ["127.0.0.0/8"]
host_gap = "1ms"

`

// config writes mediawatch.toml: the base, unless it is asked for the given files "only", then the files, with variables expanded.
func (s *scene) config(ts *testscript.TestScript, args []string) {
	all := baseConfig
	if len(args) > 0 && args[0] == "only" {
		all, args = "", args[1:]
	}
	for _, name := range args {
		all += ts.ReadFile(name) + "\n"
	}
	all = os.Expand(all, ts.Getenv)
	ts.Check(os.WriteFile(filepath.Join(s.dir, "mediawatch.toml"), []byte(all), 0o600))
}

// begin makes what the script is about come true: alone one pass is run, else a daemon is started.
func (s *scene) begin(ts *testscript.TestScript, args []string) {
	if s.how == "daemon" {
		s.start(ts, args)
		return
	}
	ts.Check(ts.Exec("mediawatch", append([]string{"run"}, args...)...))
}

// daemonCmd starts, stops or signals the daemon: daemon start, daemon stop, daemon kill, daemon HUP.
func (s *scene) daemonCmd(ts *testscript.TestScript, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: daemon start|stop|kill|HUP")
	}
	switch args[0] {
	case "start":
		s.start(ts, nil)
	case "stop":
		s.stop(ts)
	case "kill":
		s.kill()
	case "HUP":
		ts.Check(s.daemon.Process.Signal(syscall.SIGHUP))
	default:
		ts.Fatalf("unknown order %q", args[0])
	}
}

// start starts the daemon and waits until it is ready. What it says goes to daemon.out and daemon.err.
func (s *scene) start(ts *testscript.TestScript, args []string) {
	if s.daemon != nil {
		ts.Fatalf("the daemon runs already")
	}
	out, err := os.Create(filepath.Join(s.dir, "daemon.out"))
	ts.Check(err)
	defer out.Close()
	problems, err := os.Create(filepath.Join(s.dir, "daemon.err"))
	ts.Check(err)
	defer problems.Close()
	path, err := exec.LookPath("mediawatch")
	ts.Check(err)
	s.daemon = exec.Command(path, append([]string{"serve"}, args...)...)
	s.daemon.Dir, s.daemon.Stdout, s.daemon.Stderr = s.dir, out, problems
	for _, key := range []string{"HOME", "USER", "PATH", "TZ", "MEDIAWATCH_SMTP_PASSWORD", "MEDIAWATCH_LOG_FORMAT", "TMPDIR"} {
		if v := ts.Getenv(key); v != "" {
			s.daemon.Env = append(s.daemon.Env, key+"="+v)
		}
	}
	ts.Check(s.daemon.Start())
	s.ended = make(chan error, 1)
	go func(d *exec.Cmd, ended chan error) { ended <- d.Wait() }(s.daemon, s.ended)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-s.ended:
			s.daemon = nil
			ts.Fatalf("the daemon ended: %v\n%s", err, ts.ReadFile("daemon.err"))
		default:
		}
		resp, err := http.Get(ts.Getenv("WEB") + "/readyz")
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	ts.Fatalf("the daemon is not ready after %s:\n%s", patience, ts.ReadFile("daemon.err"))
}

// stop ends the daemon as systemd does: it must exit with 0 within ten seconds.
func (s *scene) stop(ts *testscript.TestScript) {
	if s.daemon == nil {
		ts.Fatalf("no daemon runs")
	}
	ts.Check(s.daemon.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-s.ended:
		s.daemon = nil
		if err != nil {
			ts.Fatalf("the daemon ended with %v\n%s", err, ts.ReadFile("daemon.err"))
		}
	case <-time.After(10 * time.Second):
		ts.Fatalf("the daemon still runs 10 seconds after SIGTERM")
	}
}

// exits runs a command and asks for its exit code: exits 3 mediawatch run. Codes 3, 4 and 5 must come with one line of
// what is wrong and one of what to do, and no command may ever print a trace.
func (s *scene) exits(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	said := ts.ReadFile("stderr")
	if strings.Contains(said, "goroutine ") || strings.Contains(said, "panic") {
		ts.Fatalf("a trace instead of a message")
	}
	for _, line := range strings.SplitAfter(said, "\n") {
		if line != "" && !strings.HasPrefix(line, "mediawatch: ") {
			ts.Fatalf("a line without the program's name: %q", line)
		}
	}
	if lines := strings.Count(said, "\n"); want >= 3 && lines != 2 {
		ts.Fatalf("%d lines, want one of what is wrong and one of what to do", lines)
	}
}

// eventually repeats a command until its standard output, or a file, matches: eventually REGEXP mediawatch items,
// eventually REGEXP file daemon.err.
func (s *scene) eventually(ts *testscript.TestScript, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: eventually REGEXP COMMAND ...")
	}
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	last := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if args[1] == "file" {
			last = ts.ReadFile(args[2])
		} else {
			_ = ts.Exec(args[1], args[2:]...) // it may fail until it does not
			last = ts.ReadFile("stdout")
		}
		if want.MatchString(last) {
			return
		}
	}
	ts.Fatalf("after %s still no match for %q:\n%s", patience, args[0], last)
}

// get asks the daemon's web server and checks the status: get 200 /feeds/all.atom. The body is kept in the file "body".
func (s *scene) get(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: get STATUS PATH")
	}
	resp, err := http.Get(ts.Getenv("WEB") + args[1])
	ts.Check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("body"), body, 0o600))
	if fmt.Sprint(resp.StatusCode) != args[0] {
		ts.Fatalf("GET %s: %s, want %s\n%s", args[1], resp.Status, args[0], body)
	}
}

// lines decodes the last standard output: one JSON value a line.
func lines(ts *testscript.TestScript) []any {
	all := []any{}
	for i, line := range strings.Split(strings.TrimRight(ts.ReadFile("stdout"), "\n"), "\n") {
		if line == "" {
			continue
		}
		var v any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			ts.Fatalf("line %d is not JSON: %v\n%s", i+1, err, line)
		}
		all = append(all, v)
	}
	return all
}

// find follows a path such as 0.members.1.outlet; len is the number of elements.
func find(ts *testscript.TestScript, path string) any {
	var at any = lines(ts)
	for _, step := range strings.Split(path, ".") {
		switch v := at.(type) {
		case []any:
			if step == "len" {
				return float64(len(v))
			}
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				ts.Fatalf("%s: no element %s among %d", path, step, len(v))
			}
			at = v[i]
		case map[string]any:
			next, ok := v[step]
			if !ok {
				ts.Fatalf("%s: no field %s", path, step)
			}
			at = next
		default:
			ts.Fatalf("%s: nothing below %v", path, at)
		}
	}
	return at
}

func show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
}

// json asks for a value in the last output: json 0.title 'Ferries stop'.
func (s *scene) json(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE")
	}
	if got := show(find(ts, args[0])); got != args[1] {
		ts.Fatalf("%s is %q, want %q", args[0], got, args[1])
	}
}

// jsonKeys asks that every line has the fields.
func (s *scene) jsonKeys(ts *testscript.TestScript, args []string) {
	all := lines(ts)
	if len(all) == 0 {
		ts.Fatalf("no lines")
	}
	for i, v := range all {
		object, ok := v.(map[string]any)
		for _, key := range args {
			if _, has := object[key]; !ok || !has {
				ts.Fatalf("line %d has no field %s", i+1, key)
			}
		}
	}
}

// jsonVar sets a variable to a value in the last output.
func (s *scene) jsonVar(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: jsonvar NAME PATH")
	}
	ts.Setenv(args[0], show(find(ts, args[1])))
}

// damage overwrites bytes of a file: damage FILE OFFSET LENGTH, an offset below 0 counts from the end.
func (s *scene) damage(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: damage FILE OFFSET LENGTH")
	}
	at, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_RDWR, 0)
	ts.Check(err)
	defer f.Close()
	if at < 0 {
		info, err := f.Stat()
		ts.Check(err)
		at += info.Size()
	}
	_, err = f.WriteAt(bytes.Repeat([]byte{0xA5}, n), at)
	ts.Check(err)
}

// mode asks for the permissions of files: mode 0600 FILE...
func (s *scene) mode(ts *testscript.TestScript, args []string) {
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
			ts.Fatalf("%s has mode %s, want %s", name, got, args[0])
		}
	}
}

// occupy listens on the scene's port until the script ends.
func (s *scene) occupy(ts *testscript.TestScript, _ []string) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	ts.Check(err)
	ts.Defer(func() { l.Close() })
}

// same asks that the last standard output is the text of the file, byte for byte, and says where it is not.
func (s *scene) same(ts *testscript.TestScript, args []string) {
	want, got := ts.ReadFile(args[0]), ts.ReadFile("stdout")
	if got != want {
		ts.Fatalf("standard output differs from %s:\n%s", args[0], got)
	}
}
