package torture_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "torture")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "mediawatch")
	code := 1
	if out, err := exec.Command("go", "build", "-o", binary, "mediawatch/cmd/mediawatch").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// cycles is how often a test repeats itself: for each commit, or with MEDIAWATCH_TORTURE=1.
func cycles(t *testing.T, commit, long int) int {
	t.Helper()
	if testing.Short() {
		t.Skip("torture is not short")
	}
	if os.Getenv("MEDIAWATCH_TORTURE") == "1" {
		return long
	}
	return commit
}

// patience is how long to wait for what must happen; it matters only to a test that fails.
const patience = 60 * time.Second

// home is a folder in which the program runs.
type home struct {
	t   *testing.T
	dir string
}

// newHome makes a folder with a configuration: what every test needs, and more.
func newHome(t *testing.T, dir, more string) home {
	t.Helper()
	h := home{t, dir}
	h.write("mediawatch.toml", `[store]
path = "data/mediawatch.db"
min_free = "1KB"

[web]
listen = "127.0.0.1:0"

[fetch]
allow_networks = ["127.0.0.0/8"]
host_gap = "1ms"

`+more)
	return h
}

func (h home) path(parts ...string) string {
	return filepath.Join(append([]string{h.dir}, parts...)...)
}

func (h home) store() string { return h.path("data", "mediawatch.db") }

func (h home) write(name, content string) {
	h.t.Helper()
	path := h.path(filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// output gathers what a process says.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

// String is all that was said so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// process is a running program.
type process struct {
	home
	cmd      *exec.Cmd
	out, err output
	ended    chan struct{} // closed when it is gone
	result   error         // after ended
	client   http.Client   // of its socket
}

// start runs the program in the background. What is left of it at the end of the test is killed.
func (h home) start(args ...string) *process {
	h.t.Helper()
	p := &process{home: h, cmd: exec.Command(binary, args...), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = h.dir, &p.out, &p.err
	p.cmd.Env = []string{"HOME=" + h.dir, "PATH=" + os.Getenv("PATH"), "TZ=UTC", "USER=tester"}
	if err := p.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() {
		p.result = p.cmd.Wait()
		close(p.ended)
	}()
	p.client.Transport = &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", h.path("data", "mediawatch.sock"))
	}}
	h.t.Cleanup(p.kill)
	return p
}

// kill ends a process as power loss does, as far as the process can tell.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may be gone already
	<-p.ended
}

// stop ends a process as systemd does, and asks that it goes with 0 within ten seconds.
func (p *process) stop() {
	p.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("SIGTERM: %v\n%s", err, p.err.String())
	}
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		p.t.Fatalf("still runs 10 s after SIGTERM\n%s%s", p.out.String(), p.err.String())
	}
	if p.result != nil {
		p.t.Fatalf("SIGTERM: %v after %s\n%s", p.result, time.Since(began), p.err.String())
	}
}

// code is the exit code of a process that ended.
func (p *process) code() int {
	<-p.ended
	return p.cmd.ProcessState.ExitCode()
}

// get asks the process through its socket.
func (p *process) get(path string) (int, string, error) {
	resp, err := p.client.Get("http://mediawatch" + path)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// done is the answer to an order.
type done struct {
	Summary string
	Failed  bool
	Error   string
}

// order gives the process an order through its socket.
func (p *process) order(path string, params url.Values) (done, error) {
	resp, err := p.client.Post("http://mediawatch"+path+"?"+params.Encode(), "", nil)
	if err != nil {
		return done{}, err
	}
	defer resp.Body.Close()
	var d done
	err = json.NewDecoder(resp.Body).Decode(&d)
	return d, err
}

// await waits until a path answers 200, or the process is gone.
func (p *process) await(path string) {
	p.t.Helper()
	p.until("GET "+path, func() bool {
		status, _, err := p.get(path)
		return err == nil && status == http.StatusOK
	})
}

// until waits for something that must happen while the process runs.
func (p *process) until(what string, happened func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if happened() {
			return
		}
		select {
		case <-p.ended:
			p.t.Fatalf("%s: the program is gone: %v\n%s%s", what, p.result, p.out.String(), p.err.String())
		default:
		}
	}
	p.t.Fatalf("%s: not after %s\n%s%s", what, patience, p.out.String(), p.err.String())
}

// run runs a command to its end and returns its standard output. It must exit with 0.
func (h home) run(args ...string) string {
	h.t.Helper()
	p := h.start(args...)
	if code := p.code(); code != 0 {
		h.t.Fatalf("mediawatch %s: exit code %d\n%s%s", strings.Join(args, " "), code, p.out.String(), p.err.String())
	}
	return p.out.String()
}

// item is a line of "mediawatch items --json".
type item struct {
	ID       string
	Seq      uint64
	Title    string
	Story    string
	Relation string
	Revision int
	Watches  []string
	Feed     string
	URL      string
}

// items lists everything the store holds.
func (h home) items() []item {
	h.t.Helper()
	items, err := decodeItems(h.run("items", "--json", "--limit", "0"))
	if err != nil {
		h.t.Fatal(err)
	}
	return items
}

func decodeItems(lines string) ([]item, error) {
	var all []item
	dec := json.NewDecoder(strings.NewReader(lines))
	for {
		var it item
		err := dec.Decode(&it)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, it)
	}
}
