package torture_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallDisk is how large a small disk is, in bytes.
const smallDisk = 24 << 20

// mountTmpfs mounts a small disk in memory at dir. Where that is not allowed the test is skipped; in CI, as root, it fails.
func mountTmpfs(t *testing.T, dir string) {
	t.Helper()
	mounted(t, dir, syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("mode=0700,size=%d", smallDisk)))
}

// mountExt4 mounts a small disk with the file system that most machines have, kept in a file.
func mountExt4(t *testing.T, dir string) {
	t.Helper()
	image := filepath.Join(t.TempDir(), "ext4.img")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, smallDisk); err != nil {
		t.Fatal(err)
	}
	err := command("mkfs.ext4", "-q", "-m", "0", image)
	if err == nil {
		err = command("mount", "-o", "loop", image, dir)
	}
	mounted(t, dir, err)
}

func command(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// mounted ends the test without a disk, or sees to it that the disk goes with the test.
func mounted(t *testing.T, dir string, err error) {
	t.Helper()
	if err != nil {
		if os.Getenv("CI") == "true" && os.Geteuid() == 0 {
			t.Fatalf("no small disk can be mounted: %v", err)
		}
		t.Skipf("a full disk needs a mount, which is not permitted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
}

// fill writes a file until so many bytes are left on its disk.
func fill(t *testing.T, name string, leave int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(name, &fs); err != nil {
			t.Fatal(err)
		}
		if int64(fs.Bavail)*fs.Bsize <= leave {
			return
		}
		if _, err := f.Write(block); err != nil {
			return // full
		}
	}
}

// TestD4_FullDisk fills the disk of the store, one in memory.
func TestD4_FullDisk(t *testing.T) { fullDisk(t, mountTmpfs) }

// TestD5_FullExt4 fills the disk of the store, one with ext4.
func TestD5_FullExt4(t *testing.T) { fullDisk(t, mountExt4) }

// fullDisk fills the disk of the store: there is a clear error, reads go on, and once space is freed everything goes on by itself.
func fullDisk(t *testing.T, mount func(t *testing.T, dir string)) {
	cycles(t, 1, 1)
	t.Parallel()
	v := newVictim(t, 3, 21)
	v.site.most = 100000
	v.addSeed()
	if err := os.MkdirAll(v.path("data"), 0o700); err != nil {
		t.Fatal(err)
	}
	mount(t, v.path("data"))
	p := v.start("serve")
	p.await("/readyz")
	for feed := range v.site.feeds {
		v.refresh(p, feed)
	}
	ballast := v.path("data", "ballast")
	fill(t, ballast, 0)

	told := ""
	p.until("the full disk is told of", func() bool {
		d, err := p.order("/control/feeds/refresh", url.Values{"feed": {v.site.address(0)}})
		if err == nil && !d.Failed && d.Error == "" && strings.Contains(d.Summary, " new, ") {
			v.site.acknowledge(0) // there was still room in the file
		}
		told = d.Error
		return told != ""
	})
	if !strings.Contains(told, "no space left") || strings.Contains(told, "\n") {
		t.Errorf("the error is %q, want one line about space", told)
	}
	for _, path := range []string{"/api/v1/items?limit=100000", "/api/v1/stories", "/feeds/all.atom", "/api/v1/search?q=harbour", "/api/v1/stats"} {
		if status, body, err := p.get(path); err != nil || status != 200 {
			t.Errorf("GET %s on a full disk: %d %v\n%s", path, status, err, body)
		}
	}
	if status, body, _ := p.get("/healthz"); status != 503 || !strings.Contains(body, "space") {
		t.Errorf("healthz on a full disk: %d %q", status, body)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for feed := range v.site.feeds {
		v.refresh(p, feed)
	}
	p.until("healthz is well again", func() bool { status, _, err := p.get("/healthz"); return err == nil && status == 200 })
	p.stop()
	if strings.Contains(p.err.String(), "goroutine ") {
		t.Errorf("a trace\n%s", p.err.String())
	}
	v.heard(p)
	if v.said == 0 {
		t.Errorf("no pass reported what it kept\n%s%s", p.out.String(), p.err.String())
	}
	v.check("after a full disk")
	if out := v.run("verify"); !strings.HasPrefix(out, "sound: ") {
		t.Errorf("verify: %s", out)
	}
	v.compare()
}

// refresh reads a feed until it brings something, which has to work.
func (v *victim) refresh(p *process, feed int) {
	v.t.Helper()
	p.until("something new from "+v.site.address(feed), func() bool {
		d, err := p.order("/control/feeds/refresh", url.Values{"feed": {v.site.address(feed)}})
		if err != nil || d.Failed || d.Error != "" {
			v.t.Fatalf("refresh: %v %s %s", err, d.Summary, d.Error)
		}
		if strings.Contains(d.Summary, " new, ") {
			v.site.acknowledge(feed)
			return true
		}
		return false
	})
}

// TestD4_TooLittleSpace leaves less room than [store] min_free asks for: reading pauses and says so, digests go on, and
// reading goes on by itself later.
func TestD4_TooLittleSpace(t *testing.T) {
	cycles(t, 1, 1)
	t.Parallel()
	s := newSite(t, 2, 22)
	h := newHome(t, t.TempDir(), s.config()+seedFolder+watches+`
[[digest]]
name = "daily"
watches = ["all"]
at = "daily 07:00"
dir = "../digests"
`)
	config, err := os.ReadFile(h.path("mediawatch.toml"))
	if err != nil {
		t.Fatal(err)
	}
	h.write("mediawatch.toml", strings.Replace(string(config), `min_free = "1KB"`, `min_free = "8MB"`, 1))
	if err := os.MkdirAll(h.path("data"), 0o700); err != nil {
		t.Fatal(err)
	}
	mountTmpfs(t, h.path("data"))
	h.write("seeds/1.txt", "Seed report 1\n\n"+prose("seed-1", true)+"\n")
	h.run("run") // the welcome edition reports it
	h.write("seeds/2.txt", "Seed report 2\n\n"+prose("seed-2", true)+"\n")
	h.run("run")
	ballast := h.path("data", "ballast")
	fill(t, ballast, 4<<20)

	p := h.start("run", "--force")
	if code := p.code(); code != 1 || !strings.Contains(p.err.String(), "min_free") {
		t.Errorf("run with too little space: exit code %d\n%s", code, p.err.String())
	}
	asked := s.total()
	p = h.start("serve")
	p.await("/readyz")
	if status, body, _ := p.get("/healthz"); status != 503 || !strings.Contains(body, "reading pauses, digests go on") {
		t.Errorf("healthz with too little space: %d %q", status, body)
	}
	if d, err := p.order("/control/digests/daily/send", nil); err != nil || !strings.Contains(d.Summary, "daily/1 made") {
		t.Errorf("a digest with too little space: %v %s %s", err, d.Summary, d.Error)
	}
	h.write("seeds/3.txt", "Seed report 3\n\n"+prose("seed-3", true)+"\n")
	time.Sleep(3 * time.Second) // three looks at the folder
	if _, body, err := p.get("/api/v1/items"); err != nil || strings.Contains(body, "Seed report 3") {
		t.Errorf("a seed file was read though reading pauses (%v)", err)
	}
	if s.total() != asked {
		t.Error("feeds were asked though reading pauses")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	p.until("reading goes on", func() bool {
		_, body, err := p.get("/api/v1/items")
		return err == nil && strings.Contains(body, "Seed report 3")
	})
	p.await("/healthz")
	p.stop()
}

// total is how many requests came.
func (s *site) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, k := range s.asked {
		n += k
	}
	return n
}
