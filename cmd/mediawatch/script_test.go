package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run this very program as "mediawatch".
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mediawatch": main})
}

// TestAlone runs the scripts without a daemon: every command opens the store itself.
func TestAlone(t *testing.T) { runScripts(t, "alone") }

// TestDaemon runs the same scripts while a daemon has the store: every command speaks to it.
func TestDaemon(t *testing.T) { runScripts(t, "daemon") }

// runScripts runs every script of testdata/script. The condition [daemon] tells them how they are run; a script that
// makes sense only one way skips the other.
func runScripts(t *testing.T, mode string) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			s, err := newScene(e, mode)
			if err != nil {
				return err
			}
			e.Values[sceneKey{}] = s
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "daemon":
				return mode == "daemon", nil
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"config":     scene1((*scene).config),
			"begin":      scene1((*scene).begin),
			"daemon":     scene1((*scene).daemonCmd),
			"exits":      scene1((*scene).exits),
			"eventually": scene1((*scene).eventually),
			"json":       scene1((*scene).json),
			"jsonkeys":   scene1((*scene).jsonKeys),
			"jsonvar":    scene1((*scene).jsonVar),
			"get":        scene1((*scene).get),
			"requests":   scene1((*scene).requests),
			"smtp":       scene1((*scene).smtp),
			"mails":      scene1((*scene).mails),
			"damage":     scene1((*scene).damage),
			"mode":       scene1((*scene).mode),
			"occupy":     scene1((*scene).occupy),
			"same":       scene1((*scene).same),
		},
	})
}

type sceneKey struct{}

// scene1 gives a script's command its scene. None of them can be negated.
func scene1(f func(*scene, *testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("this command cannot be negated")
		}
		s, ok := ts.Value(sceneKey{}).(*scene)
		if !ok {
			ts.Fatalf("no scene")
		}
		f(s, ts, args)
	}
}

// scene is what surrounds one script: a folder, a free port, a feed server over the folder "site", a mail server on
// demand, and the daemon if one runs.
type scene struct {
	dir    string
	how    string // alone or daemon
	port   int
	site   *site
	post   *post
	daemon *exec.Cmd
	ended  chan error // of the daemon
}

func newScene(e *testscript.Env, mode string) (*scene, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &scene{dir: e.WorkDir, how: mode, port: port}
	s.site = newSite(filepath.Join(e.WorkDir, "site"))
	e.Defer(func() {
		s.kill()
		s.site.Close()
		if s.post != nil {
			s.post.Close()
		}
	})
	home := filepath.Join(e.WorkDir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	for key, value := range map[string]string{
		"HOME": home, "USER": "tester", "SITE": s.site.URL, "PORT": fmt.Sprint(port), "WEB": fmt.Sprintf("http://127.0.0.1:%d", port), "TZ": "UTC",
	} {
		e.Setenv(key, value)
	}
	return s, nil
}

// kill ends the daemon at once if it runs.
func (s *scene) kill() {
	if s.daemon == nil {
		return
	}
	_ = s.daemon.Process.Kill() // it may have ended by itself
	<-s.ended
	s.daemon = nil
}

// TestInterrupted asks for what a person sees who stops a command.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	file := filepath.Join(dir, "mediawatch.toml")
	if err := os.WriteFile(file, []byte("[store]\npath = \"data/mediawatch.db\"\nmin_free = \"1MB\"\n[web]\nlisten = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := new(app).makeStore(filepath.Join(dir, "data", "mediawatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var out, problems lockedBuffer
	code := run(ctx, []string{"-c", file, "items"}, world{stdin: nil, stdout: &out, stderr: &problems})
	if code != exitFailed || problems.String() != "mediawatch: interrupted\n" {
		t.Errorf("exit code %d, said %q; want %d and one line", code, problems.String(), exitFailed)
	}
}
