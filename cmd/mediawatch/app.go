package main

import (
	"errors"
	"log/slog"
	"strings"

	"mediawatch/config"
	"mediawatch/news"
)

// app is what every command works with.
type app struct {
	world
	configFile string
	cfg        *config.Config
	opener     opener  // how the command opens the store when no daemon has it; nil: it needs none
	store      *opened // which was opened on the way to the configuration
	storeFlags storeFlags
	serves     bool // it is the daemon: [log] says how it reports
	writes     bool // the command writes to the store, or asks whether it can
	importing  bool // what the configuration needs may be about to be saved
}

// load reads the configuration file with what saved returns laid over it.
func (a *app) load(saved func(storePath string) ([]news.Saved, error)) (*config.Config, error) {
	var unread error
	o := config.Options{Env: a.env, Partial: a.importing, Saved: func(path string) (list []news.Saved, err error) {
		list, unread = saved(path)
		return list, unread
	}}
	cfg, err := config.Load(config.Find(a.configFile, a.env), o)
	if unread != nil {
		return nil, unread
	}
	if err != nil {
		return nil, &exitError{code: exitUsage, err: err}
	}
	return cfg, nil
}

// config returns the configuration in force, read once.
func (a *app) config() (*config.Config, error) {
	if a.cfg != nil {
		return a.cfg, nil
	}
	cfg, err := a.load(a.saved)
	if err != nil {
		if a.store != nil {
			err = errors.Join(err, a.store.Close())
			a.store = nil
		}
		return nil, err
	}
	a.cfg = cfg
	return cfg, nil
}

// storeFlags are those of the commands that bring a store of an older version to the present one.
type storeFlags struct {
	NoCopy bool `name:"no-copy" help:"Keep no copy of the store when this version has to change its layout."`
}

// upgrading tells a person that the store's layout is being changed, which may take a while.
func (a *app) upgrading(line string) { a.note(line) }

// storePath returns where the store is, for commands that must work whatever else is wrong.
func (a *app) storePath() (string, error) {
	path, err := config.StorePath(config.Find(a.configFile, a.env), config.Options{Env: a.env})
	if err != nil {
		return "", &exitError{code: exitUsage, err: err}
	}
	return path, nil
}

// log is where the daemon reports what needs attention.
func (a *app) log() *slog.Logger {
	return slog.New(a.logHandler())
}

// quietLog reports only errors: for commands that do their work and leave.
func (a *app) quietLog() *slog.Logger {
	return slog.New(newPeopleHandler(a.stderr, slog.LevelError))
}

// author is who gives an order, for what commands save.
func (a *app) author() string {
	for _, key := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if v := strings.TrimSpace(a.getenv(key)); v != "" {
			return v
		}
	}
	return "command line"
}
