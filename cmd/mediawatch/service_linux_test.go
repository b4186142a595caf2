package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/sys/unix"
)

// serviceUser is the user that plays the service's: no account of this machine.
const serviceUser = 64123

// unit is the [Service] section of the unit: the values of each key, in order.
type unit map[string][]string

func readUnit(t *testing.T, path string) unit {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(data), "[Service]\n")
	section, _, _ = strings.Cut(section, "\n[")
	u := unit{}
	for line := range strings.Lines(section) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
			u[key] = append(u[key], value)
		}
	}
	return u
}

func (u unit) one(t *testing.T, key, want string) {
	t.Helper()
	if len(u[key]) != 1 || u[key][0] != want {
		t.Fatalf("the unit has %s %q; this test plays %q", key, u[key], want)
	}
}

// stage is a machine on which the service is installed: a root folder of its own.
type stage struct {
	t      *testing.T
	root   string
	dir    string // where commands are typed
	unit   unit
	creds  bool // the unit's commented LoadCredential is in force
	port   int
	stderr lockedBuffer
}

// newStage installs the service into an empty root.
func newStage(t *testing.T) *stage {
	t.Helper()
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the service is installed and played by root; this is not root")
		}
		t.Skip("not root: the service is not installed and played")
	}
	s := &stage{t: t, root: t.TempDir(), dir: "/var/lib/mediawatch"}
	if err := os.Chmod(filepath.Dir(s.root), 0o755); err != nil {
		t.Fatal(err)
	}
	install := exec.Command("sh", "../../contrib/install")
	install.Env = append(os.Environ(), "DESTDIR="+s.root)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("contrib/install: %v\n%s", err, out)
	}
	s.unit = readUnit(t, filepath.Join(s.root, "etc/systemd/system/mediawatch.service"))
	s.unit.one(t, "ExecStart", "/usr/local/bin/mediawatch -c /etc/mediawatch/mediawatch.toml serve")
	s.unit.one(t, "User", "mediawatch")
	s.unit.one(t, "StateDirectory", "mediawatch")
	s.unit.one(t, "StateDirectoryMode", "0700")
	s.unit.one(t, "WorkingDirectory", "/var/lib/mediawatch")
	s.unit.one(t, "ProtectSystem", "strict")
	s.unit.one(t, "TimeoutStartSec", "infinity") // an upgrade of a large store takes its time
	if len(s.unit["Environment"]) > 0 {
		t.Errorf("the unit sets %q: a command that an administrator types would not have it", s.unit["Environment"])
	}
	for _, dir := range []string{"var/lib", "tmp", "proc", "run", "dev"} {
		if err := os.MkdirAll(filepath.Join(s.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"var/lib/mediawatch", "var/lib/mediawatch/saved"} {
		s.own(path, 0o700)
	}
	var err error
	if s.port, err = freePort(); err != nil {
		t.Fatal(err)
	}
	return s
}

// own makes a folder of the service's user.
func (s *stage) own(dir string, mode os.FileMode) {
	s.t.Helper()
	path := filepath.Join(s.root, dir)
	if err := os.Mkdir(path, mode); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chown(path, serviceUser, serviceUser); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) write(name, text string, owner int, mode os.FileMode) {
	s.t.Helper()
	path := filepath.Join(s.root, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chown(path, owner, owner); err != nil {
		s.t.Fatal(err)
	}
}

// edit changes the installed configuration as an administrator would; old must be there.
func (s *stage) edit(old, new string) {
	s.t.Helper()
	path := filepath.Join(s.root, "etc/mediawatch/mediawatch.toml")
	data, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		s.t.Fatalf("the installed configuration has no %q:\n%s", old, data)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// start runs a command line under the unit's user and what the kernel can be asked for of its restrictions: the root is
// read-only except for the state folder, /tmp is private, no capabilities can be had, and execve gives no rights. What
// systemd alone can do (the filter of system calls, a user namespace) is left out. The calling goroutine's thread ends
// with what it does, so that nothing leaks into other tests.
func (s *stage) start(args []string, out io.Writer) (*exec.Cmd, error) {
	cmd := &exec.Cmd{Path: args[0], Args: args, Dir: s.dir, Stdout: out, Stderr: &s.stderr}
	cmd.Env = []string{"STATE_DIRECTORY=/var/lib/mediawatch", "PATH=/usr/local/bin:/usr/bin"}
	if s.creds {
		cmd.Env = append(cmd.Env, "CREDENTIALS_DIRECTORY=/run/credentials/mediawatch.service")
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: s.root, Credential: &syscall.Credential{Uid: serviceUser, Gid: serviceUser}}
	errs := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if err := s.restrict(); err != nil {
			errs <- err
			return
		}
		errs <- cmd.Start()
	}()
	return cmd, <-errs
}

// restrict prepares the calling thread.
func (s *stage) restrict() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("a mount namespace: %w", err)
	}
	state := filepath.Join(s.root, "var/lib/mediawatch")
	for _, m := range []struct {
		source, target, kind string
		flags                uintptr
	}{
		{"", "/", "", unix.MS_REC | unix.MS_PRIVATE},
		{s.root, s.root, "", unix.MS_BIND},
		{"", s.root, "", unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY},
		{state, state, "", unix.MS_BIND},
		{"", state, "", unix.MS_BIND | unix.MS_REMOUNT},
		{"tmpfs", filepath.Join(s.root, "tmp"), "tmpfs", unix.MS_NOSUID | unix.MS_NODEV},
		{"proc", filepath.Join(s.root, "proc"), "proc", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC},
	} {
		if err := unix.Mount(m.source, m.target, m.kind, m.flags, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}

// serve starts the service and waits until it is ready; the function it returns stops it.
func (s *stage) serve() (stop func()) {
	s.t.Helper()
	cmd, err := s.start(strings.Fields(s.unit["ExecStart"][0]), io.Discard)
	if err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		if err := <-ended; err != nil {
			s.t.Errorf("the service ended with %v\n%s", err, s.stderr.String())
		}
	}
	s.t.Cleanup(stop)
	s.until("the service is ready", func() bool {
		select {
		case err := <-ended:
			stopped = true
			s.t.Fatalf("the service ended: %v\n%s", err, s.stderr.String())
		default:
		}
		status, _ := s.get("/readyz")
		return status == http.StatusOK
	})
	return stop
}

// until waits for what must come true.
func (s *stage) until(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(2 * patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("not yet after %s: %s\n%s", 2*patience, what, s.stderr.String())
		}
	}
}

func (s *stage) get(path string) (status int, body string) {
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", s.port, path))
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(data)
}

// asUser runs a command under the unit's restrictions and returns its exit code and all it said.
func (s *stage) asUser(args ...string) (code int, said string) {
	s.t.Helper()
	var out bytes.Buffer
	s.stderr = lockedBuffer{}
	cmd, err := s.start(append([]string{"/usr/local/bin/mediawatch", "-c", "/etc/mediawatch/mediawatch.toml"}, args...), &out)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code says it
	return cmd.ProcessState.ExitCode(), out.String() + s.stderr.String()
}

// asRoot runs what an administrator types in a shell of the machine, without saying which configuration is meant.
func (s *stage) asRoot(args ...string) (code int, said string) {
	s.t.Helper()
	cmd := &exec.Cmd{Path: "/usr/local/bin/mediawatch", Args: append([]string{"mediawatch"}, args...), Dir: "/"}
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin", "HOME=/root"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: s.root}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// strangers lists what below the state folder does not belong to the service.
func (s *stage) strangers() (found []string) {
	s.t.Helper()
	err := filepath.WalkDir(filepath.Join(s.root, "var/lib/mediawatch"), func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if st := info.Sys().(*syscall.Stat_t); st.Uid != serviceUser {
			found = append(found, strings.TrimPrefix(path, s.root))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// sources lets the installed configuration read from this machine alone.
func (s *stage) sources(feed string) {
	s.t.Helper()
	s.edit(`listen = "127.0.0.1:8087"`, fmt.Sprintf("listen = \"127.0.0.1:%d\"\n\n[fetch]\nallow_networks = [\"127.0.0.0/8\"]\n\n[[seeds]]\ndir = \"saved\"", s.port))
	s.edit("https://feeds.bbci.co.uk/news/world/rss.xml", feed)
}

// TestT08B14_TheServicePlayedUnderItsUnit installs the service to the letter into a root of its own and plays its unit
// as an unprivileged user: store and digests are where the page says, the administrator's commands see the same store,
// running or not, and root leaves nothing that the service cannot use.
func TestT08B14_TheServicePlayedUnderItsUnit(t *testing.T) {
	s := newStage(t)
	site := newSite(t.TempDir())
	t.Cleanup(site.Close)
	s.sources(site.URL + "/feed.xml")
	const article = "Heat pump factory opens in Saltmere\n\n20 November 2026\n\nA factory for every kind of heat pump opened in Saltmere on Friday, the council said.\n"
	s.write("var/lib/mediawatch/saved/factory.txt", article, serviceUser, 0o600)
	if code, said := s.asRoot("config", "check"); code != 0 {
		t.Fatalf("config check: %d\n%s", code, said)
	}

	stop := s.serve()
	if status, body := s.get("/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d %s", status, body)
	}
	for _, want := range []string{"mediawatch.db", "mediawatch.sock", "digests/morning-welcome-*.html"} {
		s.until(want+" in /var/lib/mediawatch", func() bool {
			found, _ := filepath.Glob(filepath.Join(s.root, "var/lib/mediawatch", want))
			return len(found) == 1
		})
	}
	s.unit.one(t, "ExecReload", "/usr/local/bin/mediawatch -c /etc/mediawatch/mediawatch.toml reload")
	if code, said := s.asUser("reload"); code != 0 {
		t.Errorf("reload: %d\n%s", code, said)
	}
	_, running := s.asRoot("items", "--json")
	if !strings.Contains(running, "Heat pump factory") {
		t.Errorf("while the service runs, root sees\n%s", running)
	}
	stop()

	if _, stopped := s.asRoot("items", "--json"); stopped != running {
		t.Errorf("while the service is stopped, root sees\n%s\nwant\n%s", stopped, running)
	}
	if code, said := s.asRoot("feed", "add", site.URL+"/other.xml"); code == 0 {
		t.Errorf("a feed that is not there was added: %s", said)
	}
	if err := os.WriteFile(filepath.Join(site.dir, "other.xml"), []byte(`<rss version="2.0"><channel><title>The Gazette</title></channel></rss>`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, order := range [][]string{{"feed", "add", site.URL + "/other.xml"}, {"run"}, {"compact"}, {"backup", "/var/lib/mediawatch/monday.db"}} {
		if code, said := s.asRoot(order...); code != 0 {
			t.Errorf("root: mediawatch %v: %d\n%s", order, code, said)
		}
	}
	if left := s.strangers(); len(left) > 0 {
		t.Errorf("root left what the service does not own: %v", left)
	}
	s.serve()
	if status, body := s.get("/api/v1/subscriptions"); status != http.StatusOK || !strings.Contains(body, "/other.xml") {
		t.Errorf("the service does not know what root added: %d %s", status, body)
	}
}

// TestT08B14_TheServiceSaysWhatItCannotWrite: at the start, by config check, in healthz and on the overview.
func TestT08B14_TheServiceSaysWhatItCannotWrite(t *testing.T) {
	s := newStage(t)
	site := newSite(t.TempDir())
	t.Cleanup(site.Close)
	s.sources(site.URL + "/feed.xml")
	s.edit(`dir = "digests"`, `dir = "/srv/digests"`) // as an administrator may, without ReadWritePaths
	const want = "the digest folder /srv/digests cannot be written by user 64123: it does not exist, and /: permission denied"
	if code, said := s.asUser("config", "check"); code != exitUsage || !strings.Contains(said, want) {
		t.Errorf("config check: %d\n%s\nwant %s", code, said, want)
	}
	if code, said := s.asRoot("config", "check"); code != exitUsage || !strings.Contains(said, want) {
		t.Errorf("config check of root does not speak for the service: %d\n%s", code, said)
	}
	stop := s.serve()
	if !strings.Contains(s.stderr.String(), want) {
		t.Errorf("at the start it says\n%s\nwant %s", s.stderr.String(), want)
	}
	if status, body := s.get("/healthz"); status != http.StatusServiceUnavailable || !strings.Contains(body, want) {
		t.Errorf("healthz: %d %s", status, body)
	}
	if status, body := s.get("/"); status != http.StatusOK || !strings.Contains(body, want) {
		t.Errorf("the overview (%d) does not say %s", status, want)
	}
	stop()

	s.own("srv", 0o755) // the user's own now, but not in the unit
	const readOnly = "the digest folder /srv/digests cannot be written by user 64123: it does not exist, and /srv: read-only file system"
	if code, said := s.asUser("config", "check"); code != exitUsage || !strings.Contains(said, readOnly) {
		t.Errorf("config check: %d\n%s\nwant %s", code, said, readOnly)
	}

	db := filepath.Join(s.root, "var/lib/mediawatch/mediawatch.db")
	if err := os.Chown(db, 0, 0); err != nil {
		t.Fatal(err)
	}
	s.refuses("the store /var/lib/mediawatch/mediawatch.db", "/var/lib/mediawatch/mediawatch.db")
	if err := os.Chown(db, serviceUser, serviceUser); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Dir(db), 0, 0); err != nil { // 0700
		t.Fatal(err)
	}
	s.dir = "/"
	s.refuses("the store's folder /var/lib/mediawatch", "/var/lib/mediawatch")
}

// refuses asks that the program says, before anything else, what is closed to the service's user, whose it is, and what to do.
func (s *stage) refuses(what, path string) {
	s.t.Helper()
	for _, c := range []struct {
		verb    string
		command []string
	}{
		{"written", []string{"serve"}}, {"written", []string{"config", "check"}}, {"written", []string{"run"}}, {"written", []string{"compact"}},
		{"read", []string{"items"}}, {"read", []string{"verify"}}, {"read", []string{"config", "dump"}},
	} {
		want := fmt.Sprintf("mediawatch: %s cannot be %s by user 64123: permission denied\nmediawatch: it belongs to root: work as root, or give it to 64123 with: chown 64123 %s\n", what, c.verb, path)
		if code, said := s.asUser(c.command...); code != exitFailed || said != want {
			s.t.Errorf("%v: %d\n%s\nwant\n%s", c.command, code, said, want)
		}
	}
}

// TestT08B14_ThePasswordReachesTheService tries each way of the one instruction, as the service's user.
func TestT08B14_ThePasswordReachesTheService(t *testing.T) {
	s := newStage(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{}
	p.Server = smtp.NewServer(p)
	p.AllowInsecureAuth = true
	go func() { _ = p.Serve(l) }() // ends with Close
	t.Cleanup(func() { _ = p.Close() })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s.edit("[[feed]]", "[smtp]\nhost = \"127.0.0.1\"\nport = "+port+"\ntls = \"none\"\nusername = \"u\"\npassword_file = \"smtp-password\"\nfrom = \"a@example.org\"\n\n[[feed]]")
	const mail = "desk@example.org"

	s.write("etc/mediawatch/smtp-password", "letmein\n", 0, 0o600) // only root may read it, and nothing hands it over
	if code, said := s.asUser("mail", "test", mail); code != exitUsage || !strings.Contains(said, "chown root:mediawatch") || !strings.Contains(said, "LoadCredential=smtp_password:") {
		t.Errorf("a password that the service cannot read: %d\n%s", code, said)
	}
	if code, said := s.asRoot("config", "check"); code != exitUsage || !strings.Contains(said, "smtp-password cannot be read") {
		t.Errorf("config check of root does not speak for the service: %d\n%s", code, said)
	}
	s.loadCredential()
	if code, said := s.asUser("mail", "test", mail); code != 0 {
		t.Errorf("with the credential: %d\n%s", code, said)
	}
	s.creds = false
	if err := os.Chown(filepath.Join(s.root, "etc/mediawatch/smtp-password"), 0, serviceUser); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(s.root, "etc/mediawatch/smtp-password"), 0o640); err != nil {
		t.Fatal(err)
	}
	for who, run := range map[string]func(...string) (int, string){"the service": s.asUser, "root": s.asRoot} {
		if code, said := run("mail", "test", mail); code != 0 {
			t.Errorf("a file that its group may read, as %s: %d\n%s", who, code, said)
		}
	}
	if got := len(p.mails); got != 3 {
		t.Errorf("%d test mails came, want 3", got)
	}
}

// loadCredential does what the commented line of the unit does, once the administrator makes it count.
func (s *stage) loadCredential() {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.root, "etc/systemd/system/mediawatch.service"))
	if err != nil {
		s.t.Fatal(err)
	}
	_, line, ok := strings.Cut(string(text), "\n# LoadCredential=")
	if !ok {
		s.t.Fatal("the unit has no commented LoadCredential")
	}
	line, _, _ = strings.Cut(line, "\n")
	name, file, _ := strings.Cut(line, ":")
	secret, err := os.ReadFile(filepath.Join(s.root, file))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.root, "run/credentials"), 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.own("run/credentials/mediawatch.service", 0o500)
	s.write("run/credentials/mediawatch.service/"+name, string(secret), serviceUser, 0o400)
	s.creds = true
}

// TestO2_ExposureOfTheUnit asks systemd how exposed the service is.
func TestO2_ExposureOfTheUnit(t *testing.T) {
	needed(t, "systemd-analyze")
	out, err := exec.Command("systemd-analyze", "--no-pager", "security", "--offline=yes", "../../contrib/mediawatch.service").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, line, ok := strings.Cut(string(out), "Overall exposure level for mediawatch.service: ")
	if !ok {
		t.Fatalf("no exposure level in\n%s", out)
	}
	level, err := strconv.ParseFloat(strings.Fields(line)[0], 64)
	if err != nil || level > 1.5 {
		t.Errorf("exposure %v (%v), want at most 1.5", level, err)
	}
	t.Logf("exposure %v", level)
}
