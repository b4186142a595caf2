package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/daemon"
	"mediawatch/feeds"
	"mediawatch/fetch"
	"mediawatch/page"
	"mediawatch/text"
)

type feedTestCmd struct {
	URL  string `arg:"" help:"Address of the feed."`
	JSON bool   `name:"json" help:"As one JSON object."`
}

// Run asks twice: once as for a new feed, and once, after the host's gap, with the validators that came. It keeps nothing.
func (c *feedTestCmd) Run(ctx context.Context, a *app) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	client, err := fetchClient(cfg)
	if err != nil {
		return err
	}
	defer client.Close()
	address := withScheme(c.URL)
	first, err := client.Get(ctx, fetch.Request{URL: address, Accept: acceptFeeds, Urgent: true})
	if err != nil {
		return err
	}
	now := time.Now()
	doc, err := feeds.Parse(first.Body, feeds.Options{Base: first.FinalURL, ContentType: first.ContentType, Now: now})
	if err != nil {
		return notAFeed(address, first, err)
	}
	r := newFeedReport(address, first)
	r.document(doc, now)
	if first.ETag != "" || first.LastModified != "" {
		second, err := client.Get(ctx, fetch.Request{URL: address, Accept: acceptFeeds, ETag: first.ETag, LastModified: first.LastModified})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.again(first, second, err)
	}
	r.judge()
	if c.JSON {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	for _, line := range r.lines() {
		fmt.Fprintln(a.stdout, line)
	}
	return nil
}

// fetchClient asks servers for commands that ask for themselves, as the configuration says.
func fetchClient(cfg *config.Config) (*fetch.Client, error) {
	return fetch.New(fetch.Options{UserAgent: daemon.UserAgent(cfg.Fetch, version), Allow: cfg.Fetch.Allow, Proxy: cfg.Fetch.Proxy, HostGap: time.Duration(cfg.Fetch.HostGap)})
}

// acceptFeeds is what the daemon asks with: some servers answer others otherwise.
const acceptFeeds = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"

// notAFeed is the error for an answer that is no feed, with what it offers instead.
func notAFeed(address string, r *fetch.Response, err error) error {
	if !errors.Is(err, feeds.ErrNotFeed) {
		return fmt.Errorf("%s: %w", address, err)
	}
	hint := ""
	links := page.FeedLinks(r.Body, page.Options{URL: r.FinalURL, ContentType: r.ContentType})
	if len(links) > 0 {
		var offered []string
		for _, l := range links[:min(len(links), 5)] {
			offered = append(offered, l.URL)
		}
		hint = "the page offers " + strings.Join(offered, ", ")
	}
	return &exitError{code: exitFailed, err: fmt.Errorf("%s is no feed: %s, %d bytes that begin %q", address, r.ContentType, len(r.Body), text.Truncate(text.Line(beginning(r.Body)), 60)), hint: hint}
}

func beginning(body []byte) string {
	return strings.ToValidUTF8(string(body[:min(len(body), 200)]), "?")
}
