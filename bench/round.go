package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// passes are what every program does, in this order.
var passes = []string{"cold", "unchanged", "changed"}

// subject is one of the programs.
type subject struct {
	name  string
	args  func(pass string) []string // of its command for a pass
	store string
	kept  func() (int, error) // items it holds
}

// round measures all programs once, each on a fresh store. They take turns within a pass, and who begins changes with the round.
func (b *bench) round(ctx context.Context, round int) error {
	subjects, err := b.subjects(ctx, round)
	if err != nil {
		return err
	}
	if round%2 == 1 {
		slices.Reverse(subjects)
	}
	for _, pass := range passes {
		for _, s := range subjects {
			if err := b.measure(ctx, s, pass); err != nil {
				return fmt.Errorf("%s, %s: %w", s.name, pass, err)
			}
		}
	}
	for _, s := range subjects {
		if s.name == "mediawatch" && round == 0 {
			if err := b.stories(ctx, s.args("stories")); err != nil {
				return err
			}
		}
		if b.o.keep {
			continue
		}
		if err := os.Remove(s.store); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) subjects(ctx context.Context, round int) ([]subject, error) {
	floor := subject{name: "floor", store: b.path(fmt.Sprintf("floor-%d.db", round))}
	floor.args = func(string) []string { return []string{b.path("floor"), b.farm.OPML, floor.store} }
	product := subject{name: "mediawatch", store: b.path(fmt.Sprintf("mediawatch-%d.db", round))}
	file := b.path(fmt.Sprintf("mediawatch-%d.toml", round))
	product.args = func(pass string) []string {
		args := []string{b.path("mediawatch"), "-c", file}
		switch pass {
		case "cold":
			return append(args, "run")
		case "unchanged", "changed":
			return append(args, "run", "--force")
		case "stories":
			return append(args, "stories", "--json", "--limit", "0")
		}
		return append(args, pass, "--json")
	}
	product.kept = func() (int, error) {
		var stats struct{ Items int }
		out, err := output(ctx, product.args("stats"))
		if err == nil {
			err = json.Unmarshal(out, &stats)
		}
		return stats.Items, err
	}
	watches, err := repositoryWatches("mediawatch.toml")
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf("[store]\npath = %q\nmin_free = \"100MB\"\n\n[fetch]\nhost_gap = \"0s\"\nallow_networks = [\"127.0.0.0/8\"]\nopml = [%q]\n\n%s", product.store, b.farm.OPML, watches)
	return []subject{floor, product}, os.WriteFile(file, []byte(config), 0o600)
}

// repositoryWatches returns the watches of the repository's own configuration as they are written there.
func repositoryWatches(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	inside := false
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "[") {
			inside = strings.HasPrefix(line, "[[watch]]")
		}
		if inside {
			out.WriteString(line)
		}
	}
	return out.String(), nil
}

// measure has one program take one pass and notes what it cost and kept.
func (b *bench) measure(ctx context.Context, s subject, pass string) error {
	if err := b.pass(ctx, pass); err != nil {
		return err
	}
	args := s.args(pass)
	u, out, err := measure(ctx, exec.Command(args[0], args[1:]...))
	if err != nil {
		return err
	}
	row := row{subject: s.name, pass: pass, usage: u, bytes: diskBytes(s.store), want: b.truth.Items}
	if pass == "changed" {
		row.want = b.truth.Changed
	}
	if err := b.ask(ctx, "GET", "/stats", &row.served); err != nil {
		return err
	}
	if s.kept != nil {
		if row.kept, err = s.kept(); err != nil {
			return err
		}
	} else { // the floor says what it added
		var said struct{ Items int }
		if err := json.Unmarshal(out, &said); err != nil {
			return err
		}
		row.kept = b.table.last(s.name, pass) + said.Items
	}
	b.table.rows = append(b.table.rows, row)
	fmt.Fprintf(os.Stderr, "%-10s %-9s cpu %6.2f s  wall %6.2f s  anon %4d MB  kept %d of %d  %v\n",
		s.name, pass, u.cpu.Seconds(), u.wall.Seconds(), u.anon>>20, row.kept, row.want, row.served.Status)
	return nil
}

// output runs a command and returns what it prints.
func output(ctx context.Context, args []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	return cmd.Output()
}
