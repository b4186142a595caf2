package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediawatch/store"
	"mediawatch/web"
)

// TestO3_TroubleHasItsExitCode sends errors the way the daemon does: the command that asked must leave with the code,
// and say the hint, that it would have with the store in its own hands.
func TestO3_TroubleHasItsExitCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		hint string
	}{
		{fmt.Errorf("record 14: its checksum does not hold: %w", store.ErrDamaged), exitDamaged, "mediawatch restore FILE"},
		{fmt.Errorf("append: %w", store.ErrFull), exitFailed, hintFull},
		{web.BadRequest("no such watch"), exitUsage, ""},
		{fmt.Errorf("item: %w", store.ErrNotFound), exitFailed, ""},
	} {
		conn := &client{http: &http.Client{Transport: inProcess{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { web.WriteError(w, c.err) })}}}
		_, err := conn.do(t.Context(), http.MethodGet, "/", nil)
		if err == nil {
			t.Fatalf("%v: no error", c.err)
		}
		var said bytes.Buffer
		code := report(&said, err)
		want := "mediawatch: " + c.err.Error() + "\n"
		if code != c.code || !strings.HasPrefix(said.String(), want) || !strings.Contains(said.String(), c.hint) || c.hint == "" && said.String() != want {
			t.Errorf("%v: exit code %d, said %q", c.err, code, said.String())
		}
	}
}

// TestAnswerThatIsNoJSON: whoever else answers at the socket, the person reads the status.
func TestAnswerThatIsNoJSON(t *testing.T) {
	conn := &client{http: &http.Client{Transport: inProcess{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "gone", http.StatusBadGateway) })}}}
	if _, err := conn.do(t.Context(), http.MethodGet, "/", nil); err == nil || !strings.Contains(err.Error(), "502 Bad Gateway") {
		t.Errorf("error %v, want the status", err)
	}
}

// TestServeToldToStopWhileItStarts ends as it does later: with 0 and nothing to say.
func TestServeToldToStopWhileItStarts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := filepath.Join(t.TempDir(), "mediawatch.toml")
	if err := os.WriteFile(file, []byte("[store]\nmin_free = \"1MB\"\n[web]\nlisten = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, problems lockedBuffer
	if code := run(ctx, []string{"-c", file, "serve"}, world{stdout: &out, stderr: &problems}); code != exitDone || problems.String() != "" {
		t.Errorf("exit code %d, said %q; want 0 and nothing", code, problems.String())
	}
}
