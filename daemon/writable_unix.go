//go:build unix

package daemon

import (
	"os"

	"golang.org/x/sys/unix"
)

// mayWrite returns why this process may not write a file, or put something into a folder; nil when it may. A file system that
// is mounted read-only is a reason, too.
func mayWrite(path string) error {
	mode := uint32(unix.W_OK | unix.R_OK)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		mode = unix.W_OK | unix.X_OK
	}
	return unix.Access(path, mode)
}
