package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mediawatch/daemon"
)

// refused makes an error about permissions at the store say what is closed, to whom, and what to do. Any other error stays.
func (a *app) refused(path string, err error) error {
	var known *exitError
	if !errors.Is(err, fs.ErrPermission) || errors.As(err, &known) {
		return err
	}
	what, verb, mode := "the store", "read", "u+rw"
	if dir := closedFolder(path); dir != "" {
		if what = "the folder"; dir == filepath.Dir(path) {
			what = "the store's folder"
		}
		path, mode = dir, "u+rwx"
	}
	if a.writes {
		verb = "written"
	}
	user := daemon.UserName()
	hint := fmt.Sprintf("give it to %s with: chown %s %s", user, user, path)
	switch owner := ownerOf(path); owner {
	case "":
	case user:
		hint = fmt.Sprintf("open it with: chmod %s %s", mode, path)
	default:
		hint = fmt.Sprintf("it belongs to %s: work as %s, or %s", owner, owner, hint)
	}
	return &exitError{code: exitFailed, hint: hint, err: fmt.Errorf("%s %s cannot be %s by user %s: %w", what, path, verb, user, fs.ErrPermission)}
}

// closedFolder returns the folder that keeps this process from the file at path; "" when it is the file itself.
func closedFolder(path string) string {
	_, err := os.Stat(path)
	for at := filepath.Dir(path); err != nil; at = filepath.Dir(at) {
		if _, err = os.Stat(at); err == nil || at == filepath.Dir(at) {
			return at
		}
	}
	return ""
}

// readable asks whether the file of the store can be read at all: the check of its structure would take one that is
// closed for a damaged one.
func (a *app) readable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return a.refused(path, err)
	}
	return f.Close()
}
