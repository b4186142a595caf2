package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"mediawatch/daemon"
	"mediawatch/store"
	"mediawatch/store/bolt"
	"mediawatch/web"
)

type backupCmd struct {
	File string `arg:"" complete:"file" help:"Where to write the copy. A file that is there stays."`
	overwriting
}

func (c *backupCmd) Run(ctx context.Context, a *app) error {
	file, err := filepath.Abs(c.File)
	if err != nil {
		return err
	}
	params := url.Values{"file": {file}}
	if c.Force {
		params.Set("force", "true")
	}
	return a.command(ctx, "/control/backup", params)
}

type restoreCmd struct {
	File string `arg:"" complete:"file" help:"A backup. The store that is there is kept beside it, as .replaced."`
}

func (c *restoreCmd) Run(ctx context.Context, a *app) error {
	path, err := a.storePath()
	if err != nil {
		return err
	}
	if err := workAsOwner(path); err != nil {
		return err
	}
	aside, err := bolt.Restore(ctx, c.File, path, bolt.Options{})
	if errors.Is(err, store.ErrDamaged) {
		return &exitError{code: exitDamaged, err: err, hint: "the store is as it was: name another file that mediawatch backup wrote"}
	}
	if err != nil {
		return taken(err)
	}
	kept := ""
	if aside != "" {
		kept = "; what was there before is kept as " + aside
	}
	fmt.Fprintf(a.stdout, "restored %s from %s%s\n", path, c.File, kept)
	return nil
}

type verifyCmd struct {
	Structure string `hidden:"" placeholder:"FILE" help:"Check only the structure of this file; for the child process."`
}

func (c *verifyCmd) Run(ctx context.Context, a *app) error {
	if c.Structure != "" {
		return bolt.CheckFile(c.Structure)
	}
	path, err := a.storePath()
	if err != nil {
		return err
	}
	if conn := dial(ctx, daemon.SocketPath(path)); conn == nil {
		if err := errors.Join(workAsOwner(path), a.storeExists(path)); err != nil {
			return err
		}
		if err := a.readable(path); err != nil {
			return err
		}
		if err := a.checkStructure(ctx, path); err != nil {
			return err
		}
	}
	return a.order(ctx, order{path: "/control/verify", connect: a.connectToRead})
}

// checkStructure checks the store's file in a process of its own: a badly damaged one can end the process that maps it.
func (a *app) checkStructure(ctx context.Context, path string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var said bytes.Buffer
	child := exec.CommandContext(ctx, self, "verify", "--structure", path)
	child.Env, child.Stdout, child.Stderr = a.env, a.stdout, &said
	err = child.Run()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &ended):
		return err
	case ended.ExitCode() == exitLocked:
		return fmt.Errorf("check %s: %w", path, store.ErrLocked)
	}
	first, _, _ := strings.Cut(said.String(), "\n")
	return fmt.Errorf("%w: %s", store.ErrDamaged, strings.TrimPrefix(first, "mediawatch: "))
}

type compactCmd struct{}

func (c *compactCmd) Run(ctx context.Context, a *app) error {
	a.writes = true
	path, err := a.storePath()
	if err != nil {
		return err
	}
	if err := a.storeExists(path); err != nil {
		return err
	}
	if err := workAsOwner(path); err != nil {
		return err
	}
	before, after, err := bolt.Compact(ctx, path, bolt.Options{})
	if err != nil {
		return a.refused(path, err)
	}
	fmt.Fprintf(a.stdout, "%s: %.1f MB, was %.1f MB\n", path, float64(after)/1e6, float64(before)/1e6)
	return nil
}

type reindexCmd struct{}

func (c *reindexCmd) Run(ctx context.Context, a *app) error {
	return a.command(ctx, "/control/reindex", nil)
}

type statsCmd struct {
	JSON bool `name:"json" help:"As one JSON object."`
}

func (c *statsCmd) Run(ctx context.Context, a *app) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	if c.JSON {
		return copyAnswer(ctx, conn, "/api/v1/stats", a.stdout)
	}
	var s web.StatsView
	if err := conn.get(ctx, http.MethodGet, "/api/v1/stats", nil, &s); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "items       %8d\nrevisions   %8d\ntexts       %8d\nstories     %8d (of two and more items)\nmatches     %8d\nentries     %8d\nfeeds       %8d\nimports     %8d\neditions    %8d\ndeliveries  %8d\njournal     %8d\nsize        %8.1f MB\n",
		s.Items, s.Revisions, s.Texts, s.Stories, s.Matches, s.Entries, s.Feeds, s.Imports, s.Editions, s.Deliveries, s.Head, float64(s.Bytes)/1e6)
	return nil
}

type healthcheckCmd struct{}

func (c *healthcheckCmd) Run(ctx context.Context, a *app) error {
	conn, err := a.mustDial(ctx)
	if err != nil {
		return err
	}
	problems, err := conn.healthz(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "\n"))
	}
	fmt.Fprintln(a.stdout, "healthy")
	return nil
}

type versionCmd struct{}

func (c *versionCmd) Run(_ context.Context, a *app) error {
	fmt.Fprintln(a.stdout, "mediawatch", version+fromCommit())
	return nil
}

// fromCommit says which commit the program was built from; "" when it was built outside of the repository.
func fromCommit() string {
	if commit != "" {
		return " (commit " + commit + ")"
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	said := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			said = " (commit " + s.Value[:min(len(s.Value), 12)] + ")"
		case s.Key == "vcs.modified" && s.Value == "true" && said != "":
			said = strings.TrimSuffix(said, ")") + ".changed)"
		}
	}
	return said
}

// exists reports whether a file is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
