//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// workAsOwner lets root go on as the owner of the store's folder: what root made there, the service could not read. It also keeps
// root's rights away from a folder whose files somebody else may replace. It holds for the whole process and cannot be taken back.
func workAsOwner(storePath string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	dir := filepath.Dir(storePath)
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	gid := int(owner.Gid)
	if err := errors.Join(syscall.Setgroups([]int{gid}), syscall.Setgid(gid), syscall.Setuid(int(owner.Uid))); err != nil {
		return fmt.Errorf("work as the owner of %s: %w", dir, err)
	}
	return nil
}

// ownerOf is the name of the user a file or folder belongs to, or the number where there is no name; "" when it cannot be known.
func ownerOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	if st.Uid == 0 {
		return "root" // also where no names are known
	}
	id := strconv.FormatUint(uint64(st.Uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}
