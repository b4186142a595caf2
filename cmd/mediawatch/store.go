package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"mediawatch/config"
	"mediawatch/daemon"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/store/bolt"
)

// This file is the one place that names an engine.

// opened is a store that a command opened.
type opened struct {
	*bolt.Store
	readOnly bool
}

// opener opens the store at a path.
type opener func(path string) (opened, error)

// makeStore opens a store, and makes it when it is not there: for those who fill it.
func (a *app) makeStore(path string) (opened, error) {
	a.writes = true
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return opened{}, a.refused(path, fmt.Errorf("make the store's folder: %w", err))
	}
	s, err := bolt.Open(path, bolt.Options{NoCopy: a.storeFlags.NoCopy, Report: a.upgrading})
	return opened{Store: s}, a.refused(path, err)
}

// openStore opens a store and never makes one. A store that cannot be written here, on a read-only file system for
// example, is opened for reading.
func (a *app) openStore(path string) (opened, error) {
	if err := a.storeExists(path); err != nil {
		return opened{}, err
	}
	s, err := bolt.Open(path, bolt.Options{Report: a.upgrading})
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return a.readStore(path)
	}
	return opened{Store: s}, err
}

// readStore opens a store for reading.
func (a *app) readStore(path string) (opened, error) {
	if err := a.storeExists(path); err != nil {
		return opened{}, err
	}
	s, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	return opened{Store: s, readOnly: true}, a.refused(path, err)
}

// storeExists says what is missing when the configured store is not there.
func (a *app) storeExists(path string) error {
	switch there, err := isStore(path); {
	case err != nil:
		return a.refused(path, fmt.Errorf("look for the store: %w", err))
	case !there:
		file := config.Find(a.configFile, a.env)
		return &exitError{code: exitFailed, err: fmt.Errorf("no store at %s (serve or run makes one)", path), hint: "is [store] path in " + file + " the right one?"}
	}
	return nil
}

// isStore reports whether a store is there. An empty file is none: somebody touched it.
func isStore(path string) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.Size() > 0, err
}

// saved returns what people saved in the store at the path: told by the daemon, or read from the file when none runs.
// The store that a command opens for its work is opened here and stays open.
func (a *app) saved(path string) ([]news.Saved, error) {
	ctx := context.Background()
	if c := dial(ctx, daemon.SocketPath(path)); c != nil {
		return c.saved(ctx)
	}
	switch there, err := isStore(path); {
	case errors.Is(err, fs.ErrPermission): // before watches and feeds are missed that are saved there
		return nil, a.refused(path, err)
	case err != nil || !there:
		return nil, nil // who opens it says what is wrong
	}
	open := a.opener
	if open == nil {
		open = a.readStore
	} else if err := workAsOwner(path); err != nil {
		return nil, err
	}
	s, err := open(path)
	if errors.Is(err, store.ErrLocked) {
		if c := dial(ctx, daemon.SocketPath(path)); c != nil { // it started meanwhile
			return c.saved(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	list, err := daemon.Saved(ctx, s)
	if a.opener != nil && err == nil {
		a.store = &s
		return list, nil
	}
	return list, errors.Join(err, s.Close())
}

// take returns the store that was opened on the way to the configuration, or opens it. What version 0.1 kept in files
// beside it is taken in, and the configuration read again over it.
func (a *app) take(ctx context.Context) (opened, error) {
	cfg, err := a.config()
	if err != nil {
		return opened{}, err
	}
	var s opened
	if a.store != nil {
		s, a.store = *a.store, nil
	} else if s, err = a.opener(cfg.Store.Path); err != nil {
		return opened{}, err
	}
	if s.readOnly {
		return s, nil
	}
	line, err := cfg.TakeIn(ctx, s.Save)
	if err == nil && line != "" {
		a.note(line)
		a.cfg, err = a.loader(s)()
	}
	if err != nil {
		return opened{}, errors.Join(err, s.Close())
	}
	return s, nil
}

// loader reads the configuration again over an open store.
func (a *app) loader(s store.Saved) func() (*config.Config, error) {
	return func() (*config.Config, error) {
		return a.load(func(string) ([]news.Saved, error) { return daemon.Saved(context.Background(), s) })
	}
}
