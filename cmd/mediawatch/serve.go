package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"mediawatch/config"
	"mediawatch/daemon"
	"mediawatch/files"
	"mediawatch/text"
)

type serveCmd struct {
	storeFlags
}

// Run serves until it is told to stop, which is no failure, however early it comes.
func (c *serveCmd) Run(ctx context.Context, a *app) error {
	a.serves = true
	d, done, err := a.daemon(ctx, c.storeFlags)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go func() {
		for range hup {
			a.reloadOnSignal(ctx, d)
		}
	}()
	return errors.Join(unlessStopped(ctx, d.Serve(ctx)), done())
}

// unlessStopped returns err, but nil when it only says that the program was told to stop.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// reloadOnSignal reads the configuration again; a bad one changes nothing and is told.
func (a *app) reloadOnSignal(ctx context.Context, d *daemon.Daemon) {
	notes, err := d.Reload(ctx)
	if err != nil {
		for _, line := range strings.Split(strings.TrimSpace(err.Error()), "\n") { // one for each mistake
			a.log().Error("the configuration was not taken over; the old one stays in force", "err", line)
		}
		return
	}
	for _, n := range notes {
		a.note(n)
	}
	a.note("the configuration was read again")
}

// daemon opens the store and makes a daemon over it; done closes what was opened.
func (a *app) daemon(ctx context.Context, f storeFlags) (*daemon.Daemon, func() error, error) {
	a.writes = true
	cfg, err := a.config()
	if err != nil {
		return nil, nil, err
	}
	if err := a.checkWritable(cfg); err != nil {
		return nil, nil, err
	}
	a.opener, a.storeFlags = a.makeStore, f
	s, err := a.take(ctx)
	if err != nil {
		return nil, nil, err
	}
	o := daemon.Options{Config: a.cfg, Load: a.loader(s), Store: s, Version: version, Out: a.reports()}
	if b := a.newBar(); b.terminal && o.Out != nil { // else the daemon's own lines say how far it is
		o.Show, o.Out, a.stderr = b.show, b.over(a.stdout), b.over(a.stderr)
	}
	o.Log = a.log()
	d, err := daemon.New(o)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return d, s.Close, nil
}

// checkWritable reports what the daemon could not write. What it cannot do without is the error.
func (a *app) checkWritable(cfg *config.Config) error {
	if err := workAsOwner(cfg.Store.Path); err != nil {
		return err
	}
	var vital []error
	for _, u := range daemon.CheckWritable(cfg) {
		if u.Vital {
			vital = append(vital, errors.New(u.String()))
		} else {
			a.log().Warn(u.String())
		}
	}
	if err := errors.Join(vital...); err != nil {
		return &exitError{code: exitFailed, err: err, hint: "give it to the user the program runs as: chown " + daemon.UserName() + " and the path"}
	}
	return nil
}

// checkForOwner reads the configuration and looks at what has to be written as the owner of the store's folder: what
// root may, the service may not.
func (a *app) checkForOwner(cfg *config.Config) error {
	if err := workAsOwner(cfg.Store.Path); err != nil {
		return err
	}
	if _, err := a.load(a.saved); err != nil {
		return err
	}
	var lines []error
	for _, u := range daemon.CheckWritable(cfg) {
		lines = append(lines, errors.New(u.String()))
	}
	if err := errors.Join(lines...); err != nil {
		return &exitError{code: exitUsage, err: err, hint: "the configuration is sound; give these to the user the program runs as"}
	}
	return nil
}

type runCmd struct {
	storeFlags
	Force bool `help:"Also feeds that are not due."`
}

func (c *runCmd) Run(ctx context.Context, a *app) error {
	d, done, err := a.daemon(ctx, c.storeFlags)
	if err != nil {
		return err
	}
	_, err = d.Run(ctx, daemon.RunOptions{Force: c.Force})
	return errors.Join(err, done())
}

type reloadCmd struct{}

func (c *reloadCmd) Run(ctx context.Context, a *app) error {
	if _, err := a.mustDial(ctx); err != nil {
		return err
	}
	return a.command(ctx, "/control/reload", nil)
}

type initCmd struct {
	File    string `arg:"" optional:"" placeholder:"FILE" complete:"file" help:"Where to write it (default: mediawatch.toml here). A file that is there stays."`
	Service bool   `help:"For the system's service: /etc/mediawatch/mediawatch.toml, and data in /var/lib/mediawatch."`
	overwriting
}

// serviceFolder is where the unit keeps the data of the service.
const serviceFolder = "/var/lib/mediawatch"

// target returns the file to write and the folder of the data; "" is the file's own.
func (c *initCmd) target() (file, folder string) {
	file = config.DefaultFile
	if c.Service {
		file, folder = config.SystemFile, serviceFolder
	}
	return cmp.Or(c.File, file), folder
}

func (c *initCmd) Run(_ context.Context, a *app) error {
	file, folder := c.target()
	o := files.Options{Kind: kindConfig, Existing: c.existing(), Mode: 0o644}
	if err := writeFile(file, o, func(w io.Writer) error { return config.Init(w, folder) }); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "wrote %s; edit it, then: mediawatch config check && mediawatch serve\n", file)
	return nil
}

type cfgCmd struct {
	Check cfgCheckCmd `cmd:"" help:"Report all mistakes of the configuration at once."`
	Dump  cfgDumpCmd  `cmd:"" help:"Print the configuration in force, secrets hidden."`

	Export cfgExportCmd `cmd:"" help:"Print what commands and pages saved, as TOML, secrets included."`
	Import cfgImportCmd `cmd:"" help:"Save what an export holds; what is there already stays."`
}

type cfgCheckCmd struct {
	Strict bool `help:"Take warnings for mistakes."`
}

func (c *cfgCheckCmd) Run(_ context.Context, a *app) error {
	a.writes = true
	cfg, err := a.config()
	if err != nil {
		return err
	}
	if err := a.checkForOwner(cfg); err != nil {
		return err
	}
	for _, w := range cfg.Warnings {
		fmt.Fprintln(a.stderr, "mediawatch: warning:", w)
	}
	if n := len(cfg.Warnings); n > 0 && c.Strict {
		return usageError("%s in %s, which --strict takes for mistakes", text.Count(n, "warning"), cfg.File)
	}
	fmt.Fprintf(a.stdout, "%s is sound: %s, %s, %s, %s\n", cfg.File,
		text.Count(len(cfg.Feeds), "feed"), text.Count(len(cfg.Seeds), "seed folder"), text.Count(len(cfg.Watches), "watch"), text.Count(len(cfg.Digests), "digest"))
	return nil
}

type cfgDumpCmd struct{ output }

func (c *cfgDumpCmd) Run(_ context.Context, a *app) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	return c.write(a, kindConfig, cfg.Dump)
}
