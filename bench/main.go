// Command bench measures mediawatch beside the floor program on generated feeds and prints one table.
//
// It builds all three programs, starts the farm on loopback addresses, and lets the floor and mediawatch take the same
// three passes in alternation: cold (everything is new), unchanged (every answer is 304) and changed (a tenth of the
// feeds have news). It measures each process from outside, checks what was kept against what the farm served, and ends
// by itself.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	feeds, items, rounds int
	seed                 uint64
	edited               bool
	program              string // a built mediawatch to measure instead of this tree's
	keep                 bool
}

func run(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.feeds, "feeds", 2000, "number of feeds")
	flags.IntVar(&o.items, "items", 20, "items a feed holds")
	flags.IntVar(&o.rounds, "rounds", 3, "how often everything is measured; the table shows medians")
	flags.Uint64Var(&o.seed, "seed", 1, "of the generated feeds")
	flags.BoolVar(&o.edited, "edited", false, "most syndicated copies are cut or changed")
	flags.StringVar(&o.program, "mediawatch", "", "measure this `program` instead of building one")
	flags.BoolVar(&o.keep, "keep", false, "keep the stores and the configuration, and say where")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "mediawatch-bench-")
	if err != nil {
		return err
	}
	if o.keep {
		fmt.Fprintln(os.Stderr, "kept in", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	b := &bench{o: o, dir: dir, http: &http.Client{Timeout: time.Minute}}
	return b.run(ctx)
}

// bench is one run of the benchmark.
type bench struct {
	o     options
	dir   string
	http  *http.Client
	farm  ready
	truth truth
	table table
}

// ready is what the farm says when it is.
type ready struct {
	Control, OPML, Truth  string
	Feeds, Items, Changed int
	Bytes                 int64
}

func (b *bench) run(ctx context.Context) error {
	if err := b.build(ctx); err != nil {
		return err
	}
	stop, err := b.startFarm(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if b.truth, err = readTruth(b.farm.Truth); err != nil {
		return err
	}
	for round := range b.o.rounds {
		if err := b.round(ctx, round); err != nil {
			return err
		}
	}
	b.table.print(os.Stdout, b)
	return nil
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// build compiles the programs.
func (b *bench) build(ctx context.Context) error {
	packages := map[string]string{"farm": "./bench/farm", "floor": "./bench/floor", "mediawatch": "./cmd/mediawatch"}
	if b.o.program != "" {
		delete(packages, "mediawatch")
		target, err := filepath.Abs(b.o.program)
		if err != nil {
			return err
		}
		if err := os.Symlink(target, b.path("mediawatch")); err != nil {
			return err
		}
	}
	for name, pkg := range packages {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", b.path(name), pkg)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("build %s: %w", pkg, err)
		}
	}
	return nil
}

// startFarm starts the farm; it ends with this process, since its standard input does.
func (b *bench) startFarm(ctx context.Context) (stop func(), err error) {
	cmd := exec.CommandContext(ctx, b.path("farm"), "-dir", b.dir, "-feeds", fmt.Sprint(b.o.feeds), "-items", fmt.Sprint(b.o.items), "-seed", fmt.Sprint(b.o.seed), "-edited="+fmt.Sprint(b.o.edited))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		_ = in.Close()
		_ = cmd.Wait() // how it ends says nothing any more
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &b.farm)
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("start the farm: %w", err)
	}
	return stop, nil
}

// pass tells the farm what to serve, and to count anew.
func (b *bench) pass(ctx context.Context, name string) error {
	var s served
	return b.ask(ctx, http.MethodPost, "/control/pass?name="+url.QueryEscape(name), &s)
}

// served is what the farm counted.
type served struct {
	Requests, Conditional, Gzip int
	Status                      map[string]int
}

func (b *bench) ask(ctx context.Context, method, path string, v any) error {
	req, err := http.NewRequestWithContext(ctx, method, b.farm.Control+path, nil)
	if err != nil {
		return err
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		msg, _ := io.ReadAll(resp.Body) // the status is the news
		return fmt.Errorf("%s: %s %s", path, resp.Status, msg)
	}
	return json.NewDecoder(resp.Body).Decode(v)
}
