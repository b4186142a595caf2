package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// released is a folder with a store of a released version and the documents it had read; see testdata/released/README.md.
type released struct {
	dir  string
	site *site
	port int
}

// openReleased lays the folder out. The feeds are at made-up hosts: the site answers for them as a proxy.
func openReleased(t *testing.T) *released {
	t.Helper()
	r := &released{dir: t.TempDir()}
	for _, part := range []string{"articles", "site"} {
		if err := os.CopyFS(filepath.Join(r.dir, part), os.DirFS("testdata/released/"+part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(r.dir, "data/feeds.d"), os.DirFS("testdata/released/feeds.d")); err != nil {
		t.Fatal(err)
	}
	r.unpack(t, "schema1.db.gz")
	var err error
	if r.port, err = freePort(); err != nil {
		t.Fatal(err)
	}
	r.site = newSite(filepath.Join(r.dir, "site"))
	t.Cleanup(r.site.Close)
	text, err := os.ReadFile("testdata/released/mediawatch.toml")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"PORT": fmt.Sprint(r.port), "SITE": r.site.URL}
	text = []byte(os.Expand(string(text), func(name string) string { return values[name] }))
	if err := os.WriteFile(filepath.Join(r.dir, "mediawatch.toml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *released) unpack(t *testing.T, name string) {
	t.Helper()
	packed, err := os.Open(filepath.Join("testdata/released", name))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	data, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(r.dir, "data/mediawatch.db"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(file, data); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// command prepares the program as a process of its own in the folder.
func (r *released) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("mediawatch") // testscript.Main puts it there
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = r.dir
	cmd.Env = []string{"HOME=" + r.dir, "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
	return cmd
}

// mediawatch runs a command and returns its standard output.
func (r *released) mediawatch(t *testing.T, args ...string) string {
	t.Helper()
	cmd := r.command(t, args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("mediawatch %v: %v\n%s%s", args, err, problems.String(), out)
	}
	return string(out)
}

// figures are the counts that reading the same documents again must not change.
func (r *released) figures(t *testing.T) (f struct{ Items, Revisions, Texts, Stories, Entries, Editions, Deliveries int }) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.mediawatch(t, "stats", "--json")), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// entries asks a daemon for the published feeds: a line "watch id updated" for each entry, sorted.
func (r *released) entries(t *testing.T, watches ...string) []string {
	t.Helper()
	var list []string
	for _, watch := range watches {
		resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/feeds/%s.atom", r.port, watch))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var feed struct {
			Entry []struct {
				ID      string `xml:"id"`
				Updated string `xml:"updated"`
			} `xml:"entry"`
		}
		if err := xml.NewDecoder(resp.Body).Decode(&feed); err != nil {
			t.Fatal(err)
		}
		for _, e := range feed.Entry {
			list = append(list, strings.Join([]string{watch, e.ID, e.Updated}, " "))
		}
	}
	slices.Sort(list)
	return list
}

// serve runs the daemon while use works.
func (r *released) serve(t *testing.T, use func()) {
	t.Helper()
	daemon := r.command(t, "serve")
	var problems lockedBuffer
	daemon.Stderr = &problems
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = daemon.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		if err := daemon.Wait(); err != nil {
			t.Errorf("serve: %v\n%s", err, problems.String())
		}
	}()
	address := fmt.Sprintf("http://127.0.0.1:%d/readyz", r.port)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(address)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(end) {
			t.Fatalf("the daemon is not ready after %s: %v\n%s", patience, err, problems.String())
		}
	}
	use()
}

// touch changes the bytes of every document and nothing of what it says, so that each is read anew.
func (r *released) touch(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "site", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		data = append(bytes.TrimRight(data, "\n"), "\n\n\n"...)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	later := time.Now().Add(-time.Hour)
	if err := filepath.WalkDir(filepath.Join(r.dir, "articles"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chtimes(path, later, later)
	}); err != nil {
		t.Fatal(err)
	}
}

// TestT08_ReleasedStore opens a store of the released version (commit 4cbe620): everything in it is there, and the same
// documents, unchanged and changed in bytes alone, bring no item, no revision, no entry and no edition.
func TestT08_ReleasedStore(t *testing.T) {
	r := openReleased(t)
	r.site.log = nil
	want := r.figures(t)
	if want.Items != 33 || want.Revisions != 35 || want.Stories != 1 || want.Entries != 92 || want.Editions != 2 {
		t.Fatalf("the store holds %+v, want 33 items, 35 revisions, 1 story, 92 entries, 2 editions", want)
	}
	for _, step := range []string{"the same documents", "documents with other bytes"} {
		r.mediawatch(t, "run", "--force")
		if got := r.figures(t); got != want {
			t.Errorf("after %s: %+v, want %+v", step, got, want)
		}
		r.touch(t)
	}
	r.mediawatch(t, "reindex")
	if got := r.figures(t); got != want {
		t.Errorf("after reindex: %+v, want %+v", got, want)
	}
	r.mediawatch(t, "verify")
	if asked := len(r.site.log); asked != 6 {
		t.Errorf("the three feeds were asked %d times in two runs, want 6: %q", asked, r.site.log)
	}
	if shown := r.mediawatch(t, "item", "show", "99b8882d"); !strings.Contains(shown, "Port strike ends after a long night") {
		t.Errorf("an item of the released store cannot be shown:\n%s", shown)
	}

	text, err := os.ReadFile("testdata/released/entries.txt")
	if err != nil {
		t.Fatal(err)
	}
	r.serve(t, func() {
		got := r.entries(t, "all", "energy", "ports", "notes")
		if want := strings.Split(strings.TrimSpace(string(text)), "\n"); !slices.Equal(got, want) {
			t.Errorf("the entries of the published feeds changed:\n got %q\nwant %q", got, want)
		}
	})
}
