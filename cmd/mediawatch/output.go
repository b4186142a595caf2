package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/files"
)

// output are the flags of every command that prints a document people keep.
type output struct {
	Output string `short:"o" placeholder:"FILE" complete:"file" help:"Write to this file instead of standard output. A file that is there stays."`
	overwriting
}

// overwriting is the flag of every command that writes a file.
type overwriting struct {
	Force bool `help:"Replace the file if it is there and is of the same kind. Any other file stays."`
}

func (o overwriting) existing() files.Existing {
	if o.Force {
		return files.Replace
	}
	return files.Keep
}

// The kinds of files that commands write; the engine names that of stores.
var (
	kindConfig = files.Kind{Name: "a configuration of mediawatch", Ours: config.IsConfig}
	kindOPML   = files.Kind{Name: "an OPML file", Ours: isOPML}
	kindLines  = files.Kind{Name: "a file of JSON lines", Ours: isJSONLines}
)

func isOPML(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = feeds.ReadOPML(f)
	return err
}

func isJSONLines(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	first, err := bufio.NewReader(f).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !strings.HasPrefix(first, "{") {
		return errors.New("it does not begin with a JSON object")
	}
	return nil
}

// write calls print with standard output or, with --output, with a file of that kind that is there complete or not at all.
func (o output) write(a *app, kind files.Kind, print func(io.Writer) error) error {
	if o.Output == "" || o.Output == "-" {
		return print(a.stdout)
	}
	return writeFile(o.Output, files.Options{Kind: kind, Existing: o.existing(), Mode: 0o644}, print)
}

// check refuses a name that is taken before any work is done.
func (o output) check(kind files.Kind) error {
	if o.Output == "" || o.Output == "-" {
		return nil
	}
	return taken(files.Options{Kind: kind, Existing: o.existing()}.Check(o.Output))
}

// writeFile writes a file whole, and never over one that should stay.
func writeFile(name string, o files.Options, print func(io.Writer) error) error {
	err := files.Write(name, o, func(f *os.File) error {
		w := bufio.NewWriter(f)
		return errors.Join(print(w), w.Flush())
	})
	if err != nil && !errors.Is(err, files.ErrExists) {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return taken(err)
}

// taken makes a name that is taken the caller's mistake.
func taken(err error) error {
	if errors.Is(err, files.ErrExists) {
		return &exitError{code: exitUsage, err: err}
	}
	return err
}
