package main

import (
	"context"
	"fmt"
	"time"

	"mediawatch/feeds"
	"mediawatch/fetch"
	"mediawatch/news"
)

type feedTestCmd struct {
	URL string `arg:"" help:"Address of the feed."`
}

func (c *feedTestCmd) Run(ctx context.Context, a *app) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	client, err := fetch.New(fetch.Options{UserAgent: "mediawatch/" + version, Allow: cfg.Fetch.Allow, Proxy: cfg.Fetch.Proxy})
	if err != nil {
		return err
	}
	defer client.Close()
	resp, err := client.Get(ctx, fetch.Request{URL: c.URL, Urgent: true})
	if err != nil {
		return err
	}
	a.tellServer(c.URL, resp)
	doc, err := feeds.Parse(resp.Body, feeds.Options{Base: resp.FinalURL, ContentType: resp.ContentType, Now: time.Now()})
	if err != nil {
		return err
	}
	a.tellDocument(doc)
	return nil
}

// tellServer reports what the server does right and wrong.
func (a *app) tellServer(url string, r *fetch.Response) {
	fmt.Fprintf(a.stdout, "answer       %d, %d bytes, %s\n", r.Status, len(r.Body), r.ContentType)
	if r.FinalURL != url {
		fmt.Fprintf(a.stdout, "redirect     to %s\n", r.FinalURL)
	}
	if r.Moved != "" {
		fmt.Fprintf(a.stdout, "moved        permanently to %s\n", r.Moved)
	}
	switch {
	case r.ETag != "" && r.LastModified != "":
		fmt.Fprintln(a.stdout, "validators   ETag and Last-Modified: unchanged polls cost nothing")
	case r.ETag != "":
		fmt.Fprintln(a.stdout, "validators   ETag: unchanged polls cost nothing")
	case r.LastModified != "":
		fmt.Fprintln(a.stdout, "validators   Last-Modified: unchanged polls cost nothing")
	default:
		fmt.Fprintln(a.stdout, "validators   none: every poll transfers the whole feed")
	}
	if r.Fresh > 0 {
		fmt.Fprintf(a.stdout, "fresh for    %s\n", r.Fresh)
	}
	if r.Truncated {
		fmt.Fprintln(a.stdout, "warning      the answer ended early")
	}
}

// tellDocument reports what was read and how good it is.
func (a *app) tellDocument(doc *feeds.Document) {
	fmt.Fprintf(a.stdout, "feed         %s (%s, %s), %d items\n", doc.Feed.Title, doc.Format, doc.Charset, len(doc.Entries))
	dated, exact, full := 0, 0, 0
	for _, e := range doc.Entries {
		it := e.Item()
		if !it.Published.IsZero() {
			dated++
		}
		if it.Published.Certainty == news.CertaintyExact {
			exact++
		}
		if len(it.Content) > 1500 {
			full++
		}
	}
	fmt.Fprintf(a.stdout, "dates        %d of %d items dated, %d with a zone\n", dated, len(doc.Entries), exact)
	fmt.Fprintf(a.stdout, "text         %d of %d items carry more than an excerpt\n", full, len(doc.Entries))
	if doc.TTL > 0 {
		fmt.Fprintf(a.stdout, "pace         asks to be polled no more often than every %s\n", doc.TTL)
	}
	for _, w := range doc.Warnings {
		fmt.Fprintf(a.stdout, "warning      %s\n", w)
	}
}
