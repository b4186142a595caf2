package bolt

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mediawatch/store"
)

// A named pipe in place of a backup is refused before it is opened, which would wait for its writer.
func TestT08B12_ANamedPipeIsNoBackup(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	for _, name := range []string{pipe, dir} {
		if _, err := Restore(t.Context(), name, filepath.Join(dir, "store.db"), Options{}); err == nil || errors.Is(err, store.ErrDamaged) ||
			!strings.Contains(err.Error(), "is not a regular file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
