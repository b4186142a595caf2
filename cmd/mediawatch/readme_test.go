//go:build linux

package main

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// unplayed are the commands of the README that this test cannot run, and why. Each must stand there.
var unplayed = map[string]string{
	"go test ./...":                     "this test is part of it",
	"newsboat -r":                       "it is for a person; the tests of web subscribe with newsboat",
	"make install":                      "needs root; TestInstall of the service plays it",
	"systemctl enable --now mediawatch": "needs systemd",
	"systemctl reload mediawatch":       "needs systemd",
}

// elsewhere are the commands that need something a fresh clone does not have, with the exit code and words they must end with.
var elsewhere = map[string]struct {
	code int
	said string
}{
	"mediawatch mail test you@example.org": {exitUsage, "no [smtp] in "},
	"mediawatch reload":                    {exitFailed, "start one with: mediawatch serve"},
}

// silent are the commands that may have nothing to say: run is quiet when nothing is due, for cron.
var silent = regexp.MustCompile(`^(mkdir|echo .* >>|go build|mediawatch run$) ?`)

// TestT08B22_README follows the README to the letter, in a copy of this tree, with an empty home and without a network:
// what the commands ask the web for is answered by a proxy here.
func TestT08B22_README(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	played := playedCommands(t, string(text))
	for line := range unplayed {
		if !slices.Contains(played, line) {
			t.Errorf("the README does not say %q any more: take it out of this test", line)
		}
	}
	for line := range elsewhere {
		if !slices.Contains(played, line) {
			t.Errorf("the README does not say %q any more: take it out of this test", line)
		}
	}
	p := newReader(t)
	for _, line := range played {
		if _, ok := unplayed[line]; ok || t.Failed() {
			continue
		}
		if strings.HasSuffix(line, " serve") {
			p.serve(line)
			continue
		}
		p.run(line)
	}
}

var inline = regexp.MustCompile("`((?:\\./)?(?:mediawatch|systemctl) [^`]+)`")

// playedCommands returns the commands of the README in their order: the lines of its sh blocks, and what stands in backquotes.
func playedCommands(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	block := ""
	for i, line := range strings.Split(text, "\n") {
		if language, ok := strings.CutPrefix(line, "```"); ok {
			if block == "" {
				block = "text " + language
			} else {
				block = ""
			}
			continue
		}
		switch {
		case block == "text sh":
			command, _, _ := strings.Cut(line, "  #")
			if command = strings.TrimSpace(command); command != "" {
				out = append(out, command)
			}
		case block != "":
			if regexp.MustCompile(`^(\./mediawatch|go run|go build|mkdir|make) `).MatchString(line) {
				t.Errorf("README.md:%d: a command in a block that is not marked sh", i+1)
			}
		default:
			for _, m := range inline.FindAllStringSubmatch(line, -1) {
				if !strings.Contains(m[1], "URL") && m[1] != "mediawatch.toml" {
					out = append(out, m[1])
				}
			}
		}
	}
	if len(out) < 25 {
		t.Fatalf("only %d commands were found: %q", len(out), out)
	}
	return out
}

// reader is somebody who follows the README.
type reader struct {
	t   *testing.T
	dir string
	env []string
}

func newReader(t *testing.T) *reader {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(proxied))
	t.Cleanup(web.Close)
	dir := t.TempDir()
	copyTree(t, dir)
	home := t.TempDir()
	goEnv := func(key string) string {
		out, err := exec.Command("go", "env", key).Output()
		if err != nil {
			t.Skipf("the go command is missing: %v", err)
		}
		return strings.TrimSpace(string(out))
	}
	return &reader{t: t, dir: dir, env: []string{
		"HOME=" + home, "USER=reader", "PATH=" + dir + ":" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(), "LANG=C.UTF-8", "MEDIAWATCH_LOG_FORMAT=human", // a reader has a terminal
		"GOCACHE=" + goEnv("GOCACHE"), "GOMODCACHE=" + goEnv("GOMODCACHE"), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOTOOLCHAIN=local",
		"MEDIAWATCH_FETCH_PROXY=" + web.URL, "MEDIAWATCH_WEB_LISTEN=127.0.0.1:0", "MEDIAWATCH_STORE_MIN_FREE=1MB",
	}}
}

// proxied is the web: a page with a feed behind it. What asks for TLS finds nobody.
func proxied(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		w.WriteHeader(http.StatusBadGateway)
	case strings.HasSuffix(r.URL.Path, ".xml"):
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<rss version="2.0"><channel><title>World</title><link>http://example.org/</link><item><guid>w</guid><title>Strait open again</title><link>http://example.org/w</link><pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>`)
	default:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<html><head><title>News</title><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head></html>`)
	}
}

// copyTree copies the files of the repository, as a clone would have them.
func copyTree(t *testing.T, to string) {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = "../.."
	out, err := list.Output()
	var names []string
	if err == nil {
		names = strings.Split(strings.Trim(string(out), "\x00"), "\x00")
	} else { // an export without git
		err = fs.WalkDir(os.DirFS("../.."), ".", func(name string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				names = append(names, name)
			}
			if err == nil && e.IsDir() && slices.Contains([]string{"data", "digests", ".git", "desk"}, name) {
				return fs.SkipDir
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) { // removed, and not yet committed
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// command is a line of the README, in a shell. The web is asked without TLS, which the proxy can answer.
func (p *reader) command(line string) *exec.Cmd {
	line = strings.ReplaceAll(line, "https://", "http://")
	line = strings.ReplaceAll(line, "feed add example.org", "feed add http://example.org/")
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// run runs a line, which must succeed and say something.
func (p *reader) run(line string) {
	p.t.Helper()
	var out, problems lockedBuffer
	cmd := p.command(line)
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	if want, ok := elsewhere[line]; ok {
		if cmd.ProcessState.ExitCode() != want.code || !strings.Contains(problems.String(), want.said) {
			p.t.Errorf("README: %s\nexit code %d, want %d and %q\n%s", line, cmd.ProcessState.ExitCode(), want.code, want.said, problems.String())
		}
		return
	}
	if err != nil {
		p.t.Errorf("README: %s\n%v\n%s%s", line, err, out.String(), problems.String())
		return
	}
	if out.String() == "" && !silent.MatchString(line) {
		p.t.Errorf("README: %s\nshows nothing\n%s", line, problems.String())
	}
}

// serve starts the daemon, waits for its first edition, and stops it with Ctrl-C.
func (p *reader) serve(line string) {
	p.t.Helper()
	var problems lockedBuffer
	cmd := p.command("exec " + line)
	cmd.Stderr = &problems
	read, write := io.Pipe()
	cmd.Stdout = write
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // whatever is left
	seen := make(chan string, 1)
	go watchFor(read, "/feeds/all.atom", seen)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait(); write.Close() }()
	select {
	case <-seen:
	case err := <-ended:
		p.t.Fatalf("README: %s\nended: %v\n%s", line, err, problems.String())
	case <-time.After(4 * patience):
		p.t.Fatalf("README: %s\nprints no addresses\n%s", line, problems.String())
	}
	p.edition(line)
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		p.t.Error(err)
	}
	select {
	case err := <-ended:
		if err != nil && !strings.HasPrefix(line, "go run") { // go run has its own way to end
			p.t.Errorf("README: %s\nCtrl-C ends it with %v\n%s", line, err, problems.String())
		}
	case <-time.After(patience):
		p.t.Errorf("README: %s\nruns on after Ctrl-C", line)
	}
}

// watchFor reads on to the end and tells when a line has the words.
func watchFor(r io.Reader, words string, seen chan<- string) {
	all, b := "", make([]byte, 4096)
	told := false
	for {
		n, err := r.Read(b)
		if all += string(b[:n]); !told && strings.Contains(all, words) {
			seen <- all
			told = true
		}
		if err != nil {
			return
		}
	}
}

// edition waits for what the README promises of the samples: the first edition within a minute.
func (p *reader) edition(line string) {
	p.t.Helper()
	if strings.Contains(line, "-c ") { // another configuration, without samples
		return
	}
	folder := filepath.Join(p.dir, "digests")
	for end := time.Now().Add(2 * patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if found, _ := filepath.Glob(filepath.Join(folder, "*.html")); len(found) > 0 { // the pattern is sound
			return
		}
	}
	p.t.Errorf("README: %s\nno edition in %s after %s", line, folder, 2*patience)
}
