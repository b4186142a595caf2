package main

import (
	"context"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

type importCmd struct {
	File string `arg:"" placeholder:"FILE" complete:"file" help:"Articles as .jsonl or .csv (id, outlet, url, title, text, published), a folder of seed files, or subscriptions as .opml; - is standard input."`
	As   string `enum:"jsonl,csv,opml,dir," default:"" help:"What it is, when the name does not say: jsonl, csv, opml or dir."`
	Name string `help:"Where the articles come from: the same name and article again add nothing (default: the name of the file)."`

	Dates   string `enum:"day-first,month-first," default:"" help:"How dates such as 1/10/2026 are meant: day-first or month-first. Without it those that can be read in both ways are refused."`
	Charset string `help:"The encoding of the file, such as windows-1252 for what a spreadsheet on Windows saved (default: UTF-8)."`
}

func (c *importCmd) Run(ctx context.Context, a *app) error {
	as, err := c.kind()
	if err != nil {
		return err
	}
	params := url.Values{"as": {as}, "name": {c.name()}, "author": {a.author()}, "dates": {c.Dates}, "charset": {c.Charset}}
	if as == "dir" {
		dir, err := filepath.Abs(c.File)
		if err != nil {
			return err
		}
		params.Set("dir", dir)
		return a.order(ctx, order{path: "/control/import", params: params, connect: a.connectToFill, beside: a.followProgress})
	}
	body, size, err := a.open(c.File)
	if err != nil {
		return err
	}
	defer body.Close()
	p := a.progress("import "+filepath.Base(c.File), size)
	defer p.end()
	return a.order(ctx, order{path: "/control/import", params: params, body: io.TeeReader(body, p), sent: p.end, connect: a.connectToFill})
}

// name is where the articles come from.
func (c *importCmd) name() string {
	switch {
	case c.Name != "":
		return c.Name
	case c.File == "-":
		return "stdin"
	}
	return filepath.Base(filepath.Clean(c.File))
}

// kind tells what is to be imported.
func (c *importCmd) kind() (string, error) {
	if c.As != "" {
		return c.As, nil
	}
	if info, err := os.Stat(c.File); err == nil && info.IsDir() {
		return "dir", nil
	}
	switch strings.ToLower(filepath.Ext(c.File)) {
	case ".jsonl", ".ndjson":
		return "jsonl", nil
	case ".csv", ".tsv":
		return "csv", nil
	case ".opml", ".xml":
		return "opml", nil
	}
	return "", usageError("what is %s? say --as jsonl, csv, opml or dir", c.File)
}

// open opens a file, or standard input for "-", and tells its size in bytes; 0 when that is not known.
func (a *app) open(name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(a.stdin), 0, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
