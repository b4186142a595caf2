// Command mediawatch is a media monitor: it reads web feeds and saved articles, finds what is the same story, and
// republishes what its watches match.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // schedules name zones on machines that have none installed

	"github.com/alecthomas/kong"

	"mediawatch/store"
)

// version and commit are set by the linker for releases (contrib/release).
var (
	version = "0.1.0"
	commit  = ""
)

// The exit codes.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2 // configuration or usage
	exitLocked  = 3
	exitDamaged = 4
	exitPort    = 5
)

// exitCodes says what they mean; the manual page and docs/api.md have the same words.
var exitCodes = [...]string{
	exitDone:    "done",
	exitFailed:  "failed; the last line of standard error says what and, where it helps, what to do",
	exitUsage:   "a mistake in the configuration or on the command line",
	exitLocked:  "the store is in use by another process",
	exitDamaged: "the store is damaged",
	exitPort:    "the port is in use",
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	w := world{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Environ()}
	w.term = terminalOf(os.Stdin, os.Stdout, os.Stderr, w.getenv)
	os.Exit(run(ctx, os.Args[1:], w))
}

// world is everything of the process that a command may touch.
type world struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            []string
	term           terminal
}

// getenv returns the value of an environment variable.
func (w world) getenv(key string) string {
	for _, kv := range w.env {
		if k, v, ok := strings.Cut(kv, "="); ok && k == key {
			return v
		}
	}
	return ""
}

// exitError is an error with the exit code it deserves and, where that is not plain from the code, what to do next.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usageError is the caller's mistake.
func usageError(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// run is the program without its process: it returns the exit code.
func run(ctx context.Context, args []string, w world) int {
	var cli commands
	exited := -1
	parser, err := newParser(&cli, kong.Writers(w.stdout, w.stderr), kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Exit(func(code int) { exited = code; panic(exitPanic{}) }))
	if err != nil {
		fmt.Fprintln(w.stderr, "mediawatch:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parse(parser, args)
	if exited >= 0 { // --help and --version end here
		return exited
	}
	if err != nil {
		fmt.Fprintf(w.stderr, "mediawatch: %v\nmediawatch: %s\n", err, usageHint(args))
		return exitUsage
	}
	err = parsed.Run(&app{world: w, configFile: cli.Config}, parser.Model)
	return report(w.stderr, err)
}

// about is what the program is, in one sentence.
const about = "A media monitor: reads web feeds and saved articles, finds what is the same story, and republishes what your watches match as Atom feeds and digests."

// newParser makes the parser of the command line. Its model is the one table of commands: help, completion, the manual
// page and docs/commands.md come from it.
func newParser(cli *commands, more ...kong.Option) (*kong.Kong, error) {
	return kong.New(cli, append([]kong.Option{
		kong.Name("mediawatch"),
		kong.Description(about),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	}, more...)...)
}

// usageHint says what to do about a command line that was not understood.
func usageHint(args []string) string {
	for i, a := range args {
		if a != "search" && a != "count" && (a != "test" || i == 0 || args[i-1] != "watch") {
			continue
		}
		if !slices.Contains(args, "--") && slices.ContainsFunc(args[i+1:], func(s string) bool { return len(s) > 2 && s[0] == '-' && s[1] != '-' }) {
			return "a query that begins with - goes behind --, for example: mediawatch search -- '-horoscope energy'"
		}
	}
	return "see mediawatch --help"
}

// exitPanic carries kong's wish to exit out of its depths.
type exitPanic struct{}

// parse reads the command line; kong's wish to exit ends it early.
func parse(parser *kong.Kong, args []string) (c *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exitPanic); !ok {
				panic(r)
			}
		}
	}()
	return parser.Parse(args)
}

// report tells a person what went wrong, once, and returns the exit code.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	code := exitFailed
	var known *exitError
	switch {
	case errors.As(err, &known):
		code = known.code
	case errors.Is(err, store.ErrLocked):
		code = exitLocked
	case errors.Is(err, store.ErrDamaged):
		code = exitDamaged
	case errors.Is(err, syscall.EADDRINUSE):
		code = exitPort
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	if msg := err.Error(); msg != "" {
		for _, line := range strings.Split(strings.TrimRight(msg, "\n"), "\n") {
			fmt.Fprintln(stderr, "mediawatch:", line)
		}
	}
	if hint := hintFor(code, err); hint != "" {
		fmt.Fprintln(stderr, "mediawatch:", hint)
	}
	return code
}

// hintFull is what to do when there is no space.
const hintFull = "free some space; nothing that was kept is lost"

// hintFor says what to do next.
func hintFor(code int, err error) string {
	var known *exitError
	switch {
	case errors.As(err, &known) && known.hint != "":
		return known.hint
	case code == exitLocked:
		return "stop the other process first (is mediawatch serve running?)"
	case code == exitDamaged:
		return "restore the last backup with: mediawatch restore FILE (keep a copy of the damaged file)"
	case code == exitPort:
		return "another program listens there: set [web] listen to a free port"
	case errors.Is(err, store.ErrFull):
		return hintFull
	}
	return ""
}
