package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"mediawatch/config"
	"mediawatch/daemon"
	"mediawatch/store/bolt"
)

// BenchmarkPass is for profiles: a whole pass in this process, over feeds that the farm serves from another.
//
//	go test ./bench -run '^$' -bench Pass/cold -benchtime 1x -cpuprofile cpu.out -memprofile mem.out
func BenchmarkPass(b *testing.B) {
	if testing.Short() {
		b.Skip("it takes seconds")
	}
	debug.SetGCPercent(100) // as the product, whatever the environment says
	b.Run("cold", func(b *testing.B) {
		f := newFixture(b)
		for b.Loop() {
			f.pass(f.store(b), daemon.RunOptions{})
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		f := newFixture(b)
		s := f.store(b)
		b.StopTimer()
		f.pass(s, daemon.RunOptions{})
		b.StartTimer()
		for b.Loop() {
			f.pass(s, daemon.RunOptions{Force: true})
		}
	})
}

// fixture is a farm with a configuration for it.
type fixture struct {
	b   *testing.B
	cfg *config.Config
}

func newFixture(b *testing.B) *fixture {
	b.Helper()
	ctx := context.Background()
	if err := os.Chdir(".."); err != nil { // where mediawatch.toml and the packages are
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.Chdir("bench") })
	run := &bench{o: options{feeds: 2000, items: 20, seed: 1, program: os.Args[0]}, dir: b.TempDir()}
	if err := run.build(ctx); err != nil {
		b.Fatal(err)
	}
	stop, err := run.startFarm(ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(stop)
	if _, err := run.subjects(ctx, 0); err != nil {
		b.Fatal(err)
	}
	cfg, err := config.Load(run.path("mediawatch-0.toml"), config.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return &fixture{b: b, cfg: cfg}
}

// store makes a new store.
func (f *fixture) store(b *testing.B) *bolt.Store {
	b.Helper()
	s, err := bolt.Open(filepath.Join(b.TempDir(), "bench.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// pass makes one pass over all feeds.
func (f *fixture) pass(s *bolt.Store, o daemon.RunOptions) {
	f.b.Helper()
	var said bytes.Buffer
	d, err := daemon.New(daemon.Options{Config: f.cfg, Store: s, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Out: &said, Version: "bench"})
	if err != nil {
		f.b.Fatal(err)
	}
	if _, err := d.Run(context.Background(), o); err != nil {
		f.b.Fatal(err)
	}
	f.b.Log(said.String())
}
