//go:build unix

package bolt

import "golang.org/x/sys/unix"

// freeBytes returns how much an ordinary user may still write to the file system of dir.
func freeBytes(dir string) (int64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil
}
