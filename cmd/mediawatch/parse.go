package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/fetch"
	"mediawatch/seeds"
	"mediawatch/text"
)

type parseCmd struct {
	File        string `arg:"" complete:"file" help:"A feed document or seed file, or its address (https://…); - is standard input."`
	JSON        bool   `name:"json" help:"As one JSON object."`
	Base        string `help:"Address the document came from (default: the one it was fetched from)."`
	ContentType string `help:"Content-Type it came with (default: what its server said)."`
	Charset     string `help:"Encoding, whatever the document says."`
	Seed        bool   `help:"It is a seed file."`
	Timezone    string `default:"UTC" help:"Of a seed file's times without a zone."`
}

func (c *parseCmd) Run(ctx context.Context, a *app) error {
	data, err := c.read(ctx, a)
	if err != nil {
		return c.fail(a, err)
	}
	var dump any
	var lines []string
	if c.Seed {
		dump, lines, err = c.seed(a, data)
	} else {
		dump, lines, err = c.feed(data)
	}
	if err != nil {
		return c.fail(a, err)
	}
	if c.JSON {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(dump)
	}
	for _, l := range lines {
		fmt.Fprintln(a.stdout, l)
	}
	return nil
}

// read returns the document, fetched once when it is named by its address. Nothing is kept.
func (c *parseCmd) read(ctx context.Context, a *app) ([]byte, error) {
	if !isAddress(c.File) {
		return a.readInput(c.File)
	}
	cfg := &config.Config{}
	if exists(config.Find(a.configFile, a.env)) || a.configFile != "" {
		var err error
		if cfg, err = a.config(); err != nil {
			return nil, err
		}
	}
	client, err := fetchClient(cfg)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	resp, err := client.Get(ctx, fetch.Request{URL: c.File, Accept: acceptFeeds, Urgent: true})
	if err != nil {
		return nil, err
	}
	c.Base, c.ContentType = cmp.Or(c.Base, resp.FinalURL), cmp.Or(c.ContentType, resp.ContentType)
	return resp.Body, nil
}

// isAddress tells an address from the name of a file.
func isAddress(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}

// fail reports what could not be read, in the shape that was asked for.
func (c *parseCmd) fail(a *app, err error) error {
	if !c.JSON {
		return err
	}
	msg, encErr := json.Marshal(map[string]string{"error": err.Error()})
	if encErr != nil {
		return encErr
	}
	fmt.Fprintf(a.stdout, "%s\n", msg)
	return &exitError{code: exitFailed, err: errors.New("")}
}

// readInput reads a file, or standard input for "-", up to a little more than any document may have.
func (a *app) readInput(name string) ([]byte, error) {
	in := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, feeds.MaxBody*2))
}

func (c *parseCmd) feed(data []byte) (any, []string, error) {
	doc, err := feeds.Parse(data, feeds.Options{Base: c.Base, ContentType: c.ContentType, Charset: c.Charset, Now: time.Now()})
	if err != nil {
		return nil, nil, err
	}
	dump := feeds.Dump(doc)
	lines := []string{fmt.Sprintf("%s (%s, %s): %s", doc.Feed.Title, doc.Format, doc.Charset, text.Count(len(doc.Entries), "item"))}
	for _, e := range doc.Entries {
		it := e.Item()
		when := "undated"
		if !it.Published.IsZero() {
			when = it.Published.Time.Format(time.RFC3339) + " (" + it.Published.Certainty.String() + ")"
		}
		lines = append(lines, fmt.Sprintf("  %s\n      %s  %s", text.Truncate(it.Title, 100), when, it.URL))
	}
	for _, w := range doc.Warnings {
		lines = append(lines, "warning: "+w)
	}
	if doc.Truncated {
		lines = append(lines, "warning: the document ends early; its complete items were read")
	}
	return dump, lines, nil
}

func (c *parseCmd) seed(a *app, data []byte) (any, []string, error) {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return nil, nil, usageError("timezone %q: %v", c.Timezone, err)
	}
	o := seeds.Options{Location: loc, Outlets: a.outletsIfConfigured()}
	for _, name := range seeds.SidecarNames(c.File) {
		if side, err := os.ReadFile(name); err == nil {
			o.Sidecar, o.SidecarName = side, name
			break
		}
	}
	article, err := seeds.Read(c.seedName(), data, o)
	if err != nil {
		return nil, nil, err
	}
	return article.Dump(), describe(article), nil
}

// seedName is the name of the file that a seed file is read as: the last part of an address, with the ending that its type asks for.
func (c *parseCmd) seedName() string {
	if !isAddress(c.File) {
		return c.File
	}
	u, err := url.Parse(c.Base)
	if err != nil {
		return c.File
	}
	name := path.Base(u.Path)
	if strings.Contains(c.ContentType, "html") && !strings.HasSuffix(name, ".html") {
		name += ".html"
	}
	return name
}

// outletsIfConfigured returns the configured publishers; parse works without any configuration.
func (a *app) outletsIfConfigured() []seeds.Outlet {
	if !exists(config.Find(a.configFile, a.env)) {
		return nil
	}
	cfg, err := a.config()
	if err != nil {
		fmt.Fprintln(a.stderr, "mediawatch: note: read without the configuration, which has mistakes (mediawatch config check)")
		return nil
	}
	var out []seeds.Outlet
	for _, o := range cfg.Outlets {
		out = append(out, seeds.Outlet{Name: o.Name, Sites: o.Sites, Location: o.Location})
	}
	return out
}

// describe tells a person what was read from a seed file.
func describe(s *seeds.Article) []string {
	lines := []string{"headline     " + s.Title}
	add := func(key, value string) {
		if value != "" {
			lines = append(lines, fmt.Sprintf("%-12s %s", key, value))
		}
	}
	add("section", strings.Join(s.Section, " / "))
	if s.Published.IsZero() {
		add("published", "not stated")
	} else {
		add("published", s.Published.Time.Format(time.RFC3339)+" ("+s.Published.Certainty.String()+")")
	}
	add("outlet", name(s.Outlet)+because(s.OutletEvidence))
	add("address", s.URL)
	add("language", s.Lang)
	add("caption", s.Caption)
	for _, h := range s.Subheadings {
		add("sub-heading", h)
	}
	for _, cut := range s.Cut {
		add("cut", cut)
	}
	for _, w := range s.Warnings {
		add("warning", w)
	}
	return append(lines, "", text.Plain(s.Content))
}
