package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"mediawatch/config"
	"mediawatch/store/bolt"
)

// app is what every command works with.
type app struct {
	world
	configFile string
	cfg        *config.Config
}

// load reads the configuration file.
func (a *app) load() (*config.Config, error) {
	cfg, err := config.Load(config.Find(a.configFile, a.env), config.Options{Env: a.env})
	if err != nil {
		return nil, &exitError{code: exitUsage, err: err}
	}
	return cfg, nil
}

// config returns the configuration, read once.
func (a *app) config() (*config.Config, error) {
	if a.cfg != nil {
		return a.cfg, nil
	}
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	a.cfg = cfg
	return cfg, nil
}

// storeFlags are those of the commands that bring a store of an older version to the present one.
type storeFlags struct {
	NoCopy bool `name:"no-copy" help:"Keep no copy of the store when this version has to change its layout."`
}

// makeStore opens the store of a configuration, and makes it when it is not there: for those who fill it.
func (a *app) makeStore(cfg *config.Config, f storeFlags) (*bolt.Store, error) {
	if err := os.MkdirAll(filepath.Dir(cfg.Store.Path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the store's folder: %w", err)
	}
	return bolt.Open(cfg.Store.Path, bolt.Options{NoCopy: f.NoCopy, Report: a.upgrading})
}

// upgrading tells a person that the store's layout is being changed, which may take a while.
func (a *app) upgrading(line string) { fmt.Fprintln(a.stderr, "mediawatch:", line) }

// openStore opens the store of a configuration and never makes one. A store that cannot be written here, on a read-only file system for example, is opened for reading.
func (a *app) openStore(cfg *config.Config) (s *bolt.Store, readOnly bool, err error) {
	if err := storeExists(cfg); err != nil {
		return nil, false, err
	}
	s, err = bolt.Open(cfg.Store.Path, bolt.Options{Report: a.upgrading})
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		s, err = readStore(cfg)
		return s, true, err
	}
	return s, false, err
}

// readStore opens the store of a configuration for reading.
func readStore(cfg *config.Config) (*bolt.Store, error) {
	if err := storeExists(cfg); err != nil {
		return nil, err
	}
	return bolt.Open(cfg.Store.Path, bolt.Options{ReadOnly: true})
}

// storeExists says what is missing when the configured store is not there. An empty file is no store either: somebody touched it.
func storeExists(cfg *config.Config) error {
	info, err := os.Stat(cfg.Store.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Size() == 0:
		return &exitError{code: exitFailed, err: fmt.Errorf("no store at %s (serve or run makes one)", cfg.Store.Path), hint: "is [store] path in " + cfg.File + " the right one?"}
	case err != nil:
		return fmt.Errorf("look for the store: %w", err)
	}
	return nil
}

// log is where the daemon reports what needs attention.
func (a *app) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: oneLine}))
}

// quietLog reports only errors: for commands that do their work and leave.
func (a *app) quietLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelError, ReplaceAttr: oneLine}))
}

// oneLine leaves out what a person at a terminal does not need.
func oneLine(_ []string, at slog.Attr) slog.Attr {
	if at.Key == slog.TimeKey {
		return slog.String(slog.TimeKey, at.Value.Time().Format("15:04:05"))
	}
	return at
}

// author is who gives an order, for the files that commands save.
func (a *app) author() string {
	for _, key := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if v := strings.TrimSpace(a.getenv(key)); v != "" {
			return v
		}
	}
	return "command line"
}
