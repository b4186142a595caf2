package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// newsboat is a reader with files of its own.
type newsboat struct {
	t    *testing.T
	args []string
	env  []string
	in   string
}

// newNewsboat subscribes to the given addresses.
func newNewsboat(t *testing.T, addresses ...string) *newsboat {
	t.Helper()
	if _, err := exec.LookPath("newsboat"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("newsboat is not installed, and this is CI: .ci/run installs it")
		}
		t.Skip("newsboat is not installed; apt-get install newsboat to run this test")
	}
	dir := t.TempDir()
	n := &newsboat{t: t, in: dir, env: append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "http_proxy=", "HTTP_PROXY=", "TERM=dumb", "LC_ALL=C.UTF-8")}
	for name, content := range map[string]string{"urls": strings.Join(addresses, "\n") + "\n", "config": "download-timeout 20\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n.args = []string{"-u", filepath.Join(dir, "urls"), "-C", filepath.Join(dir, "config"), "-c", filepath.Join(dir, "cache.db")}
	return n
}

func (n *newsboat) run(args ...string) string {
	n.t.Helper()
	cmd := exec.CommandContext(n.t.Context(), "newsboat", append(append([]string{}, n.args...), args...)...)
	cmd.Dir, cmd.Env = n.in, n.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		n.t.Fatalf("newsboat %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// poll asks all feeds and returns how many articles are unread.
func (n *newsboat) poll() int {
	n.t.Helper()
	out := n.run("-x", "reload", "print-unread")
	var unread int
	if _, err := fmt.Sscanf(out, "%d unread", &unread); err != nil {
		n.t.Fatalf("newsboat says %q", out)
	}
	return unread
}

// TestNewsboat subscribes as a person does: each story once, and nothing new without anything new.
func TestNewsboat(t *testing.T) {
	w := newWorld(t, basicConfig)
	var mu sync.Mutex // between the requests and what the test does
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		w.web.ServeHTTP(rw, r) // the one of now: a restart makes another
	}))
	defer server.Close()
	reader := newNewsboat(t, server.URL+"/feeds/ports.atom")

	w.read(article{guid: "old", backlog: true}, article{guid: "1"}, article{guid: "2", title: "Harbour <b>&amp;</b> “quotes” شهر"})
	w.read(article{feed: courierFeed, guid: "c", outlet: "Courier", url: "https://courier.example/c", title: "Plan for the harbour", html: "<p>" + prose("1") + "</p>"})
	if n := reader.poll(); n != 3 {
		t.Fatalf("%d unread, want 3: four items are three stories", n)
	}
	after := func(what string, do func(), want int) {
		t.Helper()
		mu.Lock()
		w.now = w.now.Add(time.Hour)
		do()
		mu.Unlock()
		if n := reader.poll(); n != want {
			t.Errorf("after %s: %d unread, want %d", what, n, want)
		}
	}
	after("nothing", func() {}, 3)
	after("a restart", w.restart, 3)
	after("a reindex", w.reindex, 3)
	after("another copy", func() {
		w.read(article{feed: courierFeed, guid: "d", outlet: "Herald", url: "https://herald.example/d", title: "Plan", html: "<p>" + prose("2") + "</p>"})
	}, 3)
	after("an edit", func() {
		w.read(article{guid: "1", title: "Harbour plan 1, edited", html: "<p>" + prose("1") + " More.</p>"})
	}, 3)
	after("a changed query", func() {
		w.configure(strings.Replace(basicConfig, `"harbour OR dock*"`, `"harbour OR docks"`, 1))
		w.follow()
	}, 3)
	after("a new story", func() { w.read(article{guid: "3"}) }, 4)
	mu.Lock()
	defer mu.Unlock()
	if asked != 8 {
		t.Errorf("%d requests", asked)
	}
}
