package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
)

// socketName is the daemon's socket, beside the store.
const socketName = "mediawatch.sock"

// maxSocketPath is how long the path of a unix socket may be everywhere (sun_path of macOS less its end).
const maxSocketPath = 100

// SocketPath returns where the daemon that has the store at the path listens for commands.
func SocketPath(storePath string) string { return filepath.Join(filepath.Dir(storePath), socketName) }

// DialSocket connects to a daemon's socket.
func DialSocket(ctx context.Context, path string) (net.Conn, error) {
	short, done, err := shorten(path)
	if err != nil {
		return nil, err
	}
	defer done()
	return (&net.Dialer{}).DialContext(ctx, "unix", short)
}

// listenSocket listens on a socket that only this user may use. The store's lock is held, so a socket that lies there is a dead daemon's.
func listenSocket(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listen for commands: %w", err)
	}
	short, done, err := shorten(path)
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := net.Listen("unix", short)
	if err != nil {
		return nil, fmt.Errorf("listen for commands on %s: %w", path, err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // the short name is gone by then
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// shorten returns another name for a path that is too long for a socket, good until done is called.
func shorten(path string) (short string, done func(), err error) {
	if len(path) <= maxSocketPath || runtime.GOOS != "linux" {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)), func() { _ = dir.Close() }, nil
}
