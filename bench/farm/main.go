// Command farm serves generated news feeds on loopback addresses, for benchmarks.
//
// Everything follows from its seed: the texts, which feed carries a copy of which text, and the bytes of every document. Documents are
// rendered and compressed before the first request, so that serving costs little beside reading. It prints one line of JSON when it is
// ready, and ends when its standard input does, or after -for.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "farm:", err)
		os.Exit(1)
	}
}

// Plan says what the farm grows.
type Plan struct {
	Feeds, Items, Hosts int
	Seed                uint64
	Copies              float64   // share of the items that carry the text of an earlier one
	Edited              bool      // most copies are cut, longer or have a paragraph of their own
	Changed             float64   // share of the feeds that have news in the changed pass
	TextBytes           int       // of a text, on average
	Now                 time.Time // the newest items are a little older
}

// Ready is the line the farm prints.
type Ready struct {
	Control string `json:"control"` // base URL of /control/pass and /stats
	OPML    string `json:"opml"`    // all feeds
	Truth   string `json:"truth"`
	Feeds   int    `json:"feeds"`
	Items   int    `json:"items"`   // in the cold pass
	Changed int    `json:"changed"` // more of them in the changed pass
	Bytes   int64  `json:"bytes"`   // of all documents, before compression
}

func run(ctx context.Context, args []string) error {
	p := Plan{TextBytes: 2350}
	flags := flag.NewFlagSet("farm", flag.ContinueOnError)
	flags.IntVar(&p.Feeds, "feeds", 2000, "number of feeds")
	flags.IntVar(&p.Items, "items", 20, "items a feed holds")
	flags.IntVar(&p.Hosts, "hosts", 100, "loopback addresses the feeds are spread over, at most 250")
	flags.Uint64Var(&p.Seed, "seed", 1, "what everything follows from")
	flags.Float64Var(&p.Copies, "copies", 0.3, "share of syndicated items")
	flags.BoolVar(&p.Edited, "edited", false, "cut and change most of the syndicated items")
	flags.Float64Var(&p.Changed, "changed", 0.1, "share of the feeds with news in the changed pass")
	day := flags.String("day", time.Now().UTC().Format(time.DateOnly), "day of the newest items; part of what is generated")
	dir := flags.String("dir", ".", "where feeds.opml and truth.json are written")
	life := flags.Duration("for", time.Hour, "end after this long at the latest")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var err error
	if p.Now, err = time.Parse(time.DateOnly, *day); err != nil {
		return err
	}
	if p.Feeds < 1 || p.Items < 1 || p.Hosts < 1 || p.Hosts > 250 {
		return errors.New("at least one feed, one item and one host, and at most 250 hosts")
	}
	ctx, cancel := context.WithTimeout(ctx, *life)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // its end is what matters
		cancel()
	}()
	return serve(ctx, p, *dir)
}

// serve grows the feeds, writes what others need to know of them, and answers until ctx ends.
func serve(ctx context.Context, p Plan, dir string) error {
	net, err := listen(p.Hosts)
	if err != nil {
		return err
	}
	defer net.close()
	c := newCorpus(p, net.url)
	f := newFarm(p, c)
	ready := Ready{
		Control: net.url(0), OPML: filepath.Join(dir, "feeds.opml"), Truth: filepath.Join(dir, "truth.json"),
		Feeds: p.Feeds, Items: c.cold, Changed: len(c.items) - c.cold, Bytes: f.bytes,
	}
	if err := writeJSON(ready.Truth, c.truth()); err != nil {
		return err
	}
	if err := os.WriteFile(ready.OPML, c.opml(), 0o644); err != nil {
		return err
	}
	c.drop()
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		return err
	}
	return net.serve(ctx, f)
}

func writeJSON(file string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}
