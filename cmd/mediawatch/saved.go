package main

import (
	"context"
	"io"
	"net/url"
	"path/filepath"

	"mediawatch/config"
	"mediawatch/files"
)

// kindExport is what config export writes: never a configuration that a person wrote.
var kindExport = files.Kind{Name: "an export of mediawatch", Ours: config.IsExport}

type cfgExportCmd struct{ output }

func (c *cfgExportCmd) Run(ctx context.Context, a *app) error {
	if err := c.check(kindExport); err != nil {
		return err
	}
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	list, err := conn.saved(ctx)
	if err != nil {
		return err
	}
	export := func(w io.Writer) error { return config.Export(w, list) }
	if c.Output == "" || c.Output == "-" {
		return export(a.stdout)
	}
	return writeFile(c.Output, files.Options{Kind: kindExport, Existing: c.existing(), Mode: 0o600}, export)
}

type cfgImportCmd struct {
	File string `arg:"" help:"An export, - for standard input."`
}

func (c *cfgImportCmd) Run(ctx context.Context, a *app) error {
	body, _, err := a.open(c.File)
	if err != nil {
		return err
	}
	defer body.Close()
	a.importing = true
	params := url.Values{"name": {filepath.Base(c.File)}, "author": {a.author()}}
	return a.order(ctx, order{path: "/control/saved", params: params, body: body, connect: a.connectToFill})
}

type watchRemoveCmd struct {
	Watch string `arg:"" help:"Name of a watch."`
}

func (c *watchRemoveCmd) Run(ctx context.Context, a *app) error {
	return a.command(ctx, "/control/watches/"+url.PathEscape(c.Watch)+"/remove", url.Values{"author": {a.author()}})
}
