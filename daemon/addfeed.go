package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"mediawatch/config"
	"mediawatch/fetch"
	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/text"
	"mediawatch/web"
)

// orderAddFeed subscribes to a feed, or to the feed behind a page. Of several it takes the one that is clearly meant,
// or the one picked; else it lists them and adds nothing.
func (d *Daemon) orderAddFeed(r *http.Request) (any, error) {
	address, err := fetch.Address(r.FormValue("url")) // as it is asked: what is saved is what works
	if err != nil {
		return nil, web.BadRequest("%s was not added: %v", text.Line(r.FormValue("url")), err)
	}
	feed := config.Feed{
		URL: address, Outlet: r.FormValue("outlet"), Tags: r.Form["tag"], FullText: r.FormValue("full_text") == "true", Author: r.FormValue("author"), Time: d.o.Now(),
	}
	if d.subscribed(address) {
		return Done{Summary: "already subscribed to " + address}, nil
	}
	found, err := d.feeds.Discover(r.Context(), subscription(feed))
	if err != nil {
		return nil, err
	}
	if err := found.Problem(); err != nil {
		return notAdded(address, err, asked(found))
	}
	choice := found.Best
	if v := r.FormValue("pick"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > len(found.Found) {
			return nil, web.BadRequest("pick %q: a number from 1 to %d expected", v, len(found.Found))
		}
		choice = n - 1
	}
	if choice < 0 {
		return Done{Lines: listFound(found), Summary: fmt.Sprintf("%d feeds at %s, nothing was added: choose one with --pick N", len(found.Found), found.Page), Failed: true}, nil
	}
	var lines []string
	if found.Page != "" && len(found.Found) > 1 {
		lines = listFound(found)
	}
	done, err := d.subscribe(r.Context(), feed, found.Found[choice])
	done.Lines = append(lines, done.Lines...)
	return done, err
}

// subscribe saves a subscription to a feed that was found, reading it first unless that was done on the way.
func (d *Daemon) subscribe(ctx context.Context, feed config.Feed, f ingest.Found) (Done, error) {
	feed.URL = f.URL
	if d.subscribed(f.URL) {
		return Done{Summary: "already subscribed to " + f.URL}, nil
	}
	sub := subscription(feed)
	sub.Patient = true // the page it was found on was asked for just now
	res := f.Read
	if res == nil {
		read, err := d.readOne(ctx, sub)
		if err != nil {
			return Done{}, err
		}
		res = &read
	}
	if res.Err != nil {
		return notAdded(f.URL, res.Err, "")
	}
	record, err := d.config.Load().SaveFeed(feed)
	if err != nil {
		return Done{}, web.BadRequest("%s was not added: %v", f.URL, err)
	}
	if err := d.o.Store.Save(ctx, []news.Saved{record}); err != nil {
		return Done{}, err
	}
	if _, err := d.keep(ctx, f.URL, res.Document); err != nil {
		return Done{}, err
	}
	if _, err := d.Reload(ctx); err != nil {
		return Done{}, err
	}
	if err := d.CatchUp(ctx); err != nil {
		return Done{}, err
	}
	summary := fmt.Sprintf("subscribed to %s (%s): %s", f.URL, res.Document.Feed.Title, text.Count(len(res.Document.Items), "item"))
	return Done{Summary: summary}, nil
}

// notAdded says why a feed was not subscribed to. What the caller wrote is a mistake only when it cannot be asked at
// all; what a server answers is none.
func notAdded(address string, err error, more string) (Done, error) {
	var fe *fetch.Error
	if errors.As(err, &fe) && (fe.Kind == fetch.KindURL || fe.Kind == fetch.KindBlocked) {
		return Done{}, web.BadRequest("%s was not added: %v%s", address, err, more)
	}
	return Done{Summary: fmt.Sprintf("%s was not added: %v%s", address, err, more), Failed: true}, nil
}

// subscribed reports whether the configuration has a feed at the address.
func (d *Daemon) subscribed(address string) bool {
	for _, f := range d.config.Load().Feeds {
		if f.URL == address {
			return true
		}
	}
	return false
}

// listFound lists the feeds of a page, one a line, as --pick counts them.
func listFound(found ingest.Discovery) []string {
	var lines []string
	for i, f := range found.Found {
		title := f.Title
		if title == "" {
			title = "(no title)"
		}
		kind := f.Type
		if kind == "" {
			kind = "feed"
		}
		lines = append(lines, fmt.Sprintf("%2d  %-4s  %s  %s", i+1, kind, f.URL, text.Truncate(text.Line(title), 80)))
	}
	return lines
}

// asked tells how many addresses were asked in vain.
func asked(found ingest.Discovery) string {
	if found.Asked < 2 {
		return ""
	}
	return fmt.Sprintf(" (%d addresses asked: its links, then where feeds usually are)", found.Asked)
}
