package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"mediawatch/daemon"
	"mediawatch/news"
	"mediawatch/web"
)

// order is something to be done by whoever has the store.
type order struct {
	path   string
	params url.Values
	body   io.Reader // nil: none
	sent   func()    // called before the answer is printed; nil: nothing

	beside func(context.Context, *client) // runs until the answer is there; nil: nothing

	connect func(context.Context) (*client, error) // nil: connect
}

// command sends an order and prints what was done.
func (a *app) command(ctx context.Context, path string, params url.Values) error {
	return a.order(ctx, order{path: path, params: params})
}

// order sends an order and prints what was done.
func (a *app) order(ctx context.Context, o order) error {
	connect := a.connect
	if o.connect != nil {
		connect = o.connect
	}
	conn, err := connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	var answer daemon.Done
	if o.beside != nil {
		var work sync.WaitGroup
		besideCtx, cancel := context.WithCancel(ctx)
		work.Go(func() { o.beside(besideCtx, conn) })
		sent := o.sent
		o.sent = func() {
			cancel()
			work.Wait()
			if sent != nil {
				sent()
			}
		}
		defer o.sent()
	}
	if err := conn.post(ctx, o, &answer); err != nil {
		return err
	}
	if o.sent != nil {
		o.sent()
	}
	for _, line := range answer.Lines {
		fmt.Fprintln(a.stdout, line)
	}
	if answer.Failed {
		return &exitError{code: exitFailed, err: errors.New(answer.Summary)}
	}
	if answer.Summary != "" {
		fmt.Fprintln(a.stdout, answer.Summary)
	}
	return nil
}

type feedCmd struct {
	List    feedListCmd    `cmd:"" help:"List subscriptions with their health."`
	Add     feedAddCmd     `cmd:"" help:"Subscribe to a feed, or to the feed behind a page."`
	Test    feedTestCmd    `cmd:"" help:"Ask a server twice and tell what it does right and wrong; keeps nothing."`
	Refresh feedRefreshCmd `cmd:"" help:"Read a feed now."`
	Pause   feedPauseCmd   `cmd:"" help:"Stop asking for a feed."`
	Resume  feedResumeCmd  `cmd:"" help:"Ask for a paused or gone feed again."`
	Remove  feedRemoveCmd  `cmd:"" help:"Unsubscribe from a feed that was added with feed add; its items stay."`
}

type feedListCmd struct{ wholeListing }

func (c *feedListCmd) Run(ctx context.Context, a *app) error {
	req := request{path: "/api/v1/subscriptions", params: url.Values{"limit": {strconv.Itoa(c.Limit)}}, as: c.listing()}
	if !c.JSON && !c.CSV {
		req.before = a.networkBanner(ctx)
	}
	return list(ctx, a, req, []column[web.SubscriptionView]{
		{head: "STATE", value: func(f web.SubscriptionView) string { return f.State }, colour: stateColour},
		{head: "ITEMS", right: true, value: func(f web.SubscriptionView) string { return strconv.FormatInt(f.Items, 10) }},
		when("LAST NEW", func(f web.SubscriptionView) *time.Time { return f.LastNew }).briefly(),
		when("NEXT", func(f web.SubscriptionView) *time.Time { return f.Next }).briefly(),
		{head: "DELAY", value: func(f web.SubscriptionView) string { return f.Delay }},
		{head: "TITLE", least: 16, value: func(f web.SubscriptionView) string { return cmp.Or(f.Title, f.Address) }, exact: func(f web.SubscriptionView) string { return f.Title }},
		{head: "ADDRESS", least: 24, extra: true, value: func(f web.SubscriptionView) string { return f.Address }},
		{head: "REASON", below: true, value: feedReason, colour: stateColour},
		id(func(f web.SubscriptionView) string { return f.ID }),
	})
}

// networkBanner says on standard error that the running daemon has no network: the states of the feeds do not show it.
func (a *app) networkBanner(ctx context.Context) func(*client) error {
	return func(conn *client) error {
		if !conn.live {
			return nil
		}
		problems, err := conn.healthz(ctx)
		for _, p := range problems {
			if strings.HasPrefix(p, "no network since ") {
				fmt.Fprintln(a.stderr, p)
			}
		}
		return err
	}
}

// feedReason says why a feed is not simply ok.
func feedReason(f web.SubscriptionView) string {
	var said []string
	if f.Error != "" {
		said = append(said, f.Error)
	}
	if f.Failures > 1 {
		said = append(said, fmt.Sprintf("%d times in a row", f.Failures))
	}
	for _, w := range f.Warnings {
		if strings.HasPrefix(w, "left out: ") {
			said = append(said, w)
		}
	}
	if f.Silent != "" {
		said = append(said, "nothing new for "+f.Silent)
	}
	if f.Proposed != "" {
		said = append(said, "perhaps it is now "+f.Proposed)
	}
	return strings.Join(said, "; ")
}

func stateColour(f web.SubscriptionView) colour {
	switch f.State {
	case "ok":
		return green
	case "failing", "gone":
		return red
	case "silent", "moved", "paused":
		return yellow
	}
	return plain
}

type feedAddCmd struct {
	URL      string   `arg:"" help:"Address of the feed, or of a page that has one."`
	Outlet   string   `help:"The publisher's name."`
	Tag      []string `help:"A tag of yours; may be repeated."`
	Pick     int      `placeholder:"N" help:"Of several feeds behind a page, the one with this number."`
	FullText bool     `help:"Give new items the text of their pages."`
}

func (c *feedAddCmd) Run(ctx context.Context, a *app) error {
	params := url.Values{"url": {withScheme(c.URL)}, "outlet": {c.Outlet}, "tag": c.Tag, "author": {a.author()}}
	if c.Pick != 0 {
		params.Set("pick", strconv.Itoa(c.Pick))
	}
	if c.FullText {
		params.Set("full_text", "true")
	}
	return a.order(ctx, order{path: "/control/feeds", params: params, connect: a.connectToFill})
}

// withScheme adds what people leave out of an address they read from paper: "news.example.org" is https://news.example.org/.
func withScheme(address string) string {
	address = strings.TrimSpace(address)
	host, rest, _ := strings.Cut(address, "/")
	name, port, _ := strings.Cut(host, ":")
	_, err := strconv.ParseUint(cmp.Or(port, "0"), 10, 16)
	if strings.Contains(address, "://") || !strings.Contains(name, ".") || err != nil || strings.ContainsAny(name, "@ ") {
		return address
	}
	return "https://" + host + "/" + rest
}

// feedRef names one subscription.
type feedRef struct {
	Feed string `arg:"" help:"Its address, or the first digits of its id."`
}

// order sends an order about the subscription.
func (f feedRef) order(ctx context.Context, a *app, verb string) error {
	return a.command(ctx, "/control/feeds/"+verb, url.Values{"feed": {f.Feed}, "author": {a.author()}})
}

type feedRefreshCmd struct{ feedRef }

func (c *feedRefreshCmd) Run(ctx context.Context, a *app) error { return c.order(ctx, a, "refresh") }

type feedPauseCmd struct{ feedRef }

func (c *feedPauseCmd) Run(ctx context.Context, a *app) error { return c.order(ctx, a, "pause") }

type feedResumeCmd struct{ feedRef }

func (c *feedResumeCmd) Run(ctx context.Context, a *app) error { return c.order(ctx, a, "resume") }

type feedRemoveCmd struct{ feedRef }

func (c *feedRemoveCmd) Run(ctx context.Context, a *app) error { return c.order(ctx, a, "remove") }

type opmlCmd struct {
	Export opmlExportCmd `cmd:"" help:"Print all subscriptions as OPML."`
}

type opmlExportCmd struct {
	output
	JSON bool `name:"json" help:"One JSON object a line, with the state of each, instead of OPML."`
}

func (c *opmlExportCmd) Run(ctx context.Context, a *app) error {
	if c.JSON {
		return c.lines(ctx, a)
	}
	if err := c.check(kindOPML); err != nil {
		return err
	}
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	return c.write(a, kindOPML, func(w io.Writer) error { return copyAnswer(ctx, conn, "/api/v1/subscriptions.opml", w) })
}

// lines prints the subscriptions that the OPML holds, as feed list does.
func (c *opmlExportCmd) lines(ctx context.Context, a *app) error {
	if c.Output != "" {
		return usageError("--output writes OPML; send the lines of --json where you want them with >")
	}
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	enc := json.NewEncoder(a.stdout)
	return eachLine(ctx, conn, "/api/v1/subscriptions", url.Values{"limit": {"0"}}, func(f web.SubscriptionView) error {
		if f.Kind != news.KindFeed.String() {
			return nil
		}
		return enc.Encode(f)
	})
}

type watchCmd struct {
	List    watchListCmd    `cmd:"" help:"List watches."`
	Test    watchTestCmd    `cmd:"" help:"Try a watch or a query on what is kept: counts by day and outlet, samples, lint."`
	Explain watchExplainCmd `cmd:"" help:"Say why an item is in a watch, or why not."`
	Link    watchLinkCmd    `cmd:"" help:"Print the address to subscribe to."`
	Remove  watchRemoveCmd  `cmd:"" help:"Remove a saved watch."`
}

type watchListCmd struct{ wholeListing }

func (c *watchListCmd) Run(ctx context.Context, a *app) error {
	req := request{path: "/api/v1/watches", params: url.Values{"limit": {strconv.Itoa(c.Limit)}}, as: c.listing()}
	return list(ctx, a, req, []column[web.WatchView]{
		{head: "WATCH", value: func(w web.WatchView) string { return w.Name }},
		{head: "MATCHES", right: true, value: func(w web.WatchView) string { return strconv.FormatInt(w.Matches, 10) }},
		when("LAST", func(w web.WatchView) *time.Time { return w.LastMatch }),
		{head: "ADDRESS", below: true, value: func(w web.WatchView) string { return w.Feed }},
		{head: "QUERY", least: 20, value: func(w web.WatchView) string { return w.Query }},
	})
}

type watchTestCmd struct {
	Watch string `arg:"" complete:"watch" help:"Name of a watch, or a query."`
	Since string `default:"30d" help:"How far back: 24h, 7d, 2026-11-01."`
	JSON  bool   `name:"json" help:"As one JSON object."`
}

func (c *watchTestCmd) Run(ctx context.Context, a *app) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	params := url.Values{"q": {c.Watch}, "since": {c.Since}}
	if c.JSON {
		return copyAnswer(ctx, conn, "/api/v1/backtest?"+params.Encode(), a.stdout)
	}
	var t web.BacktestView
	if err := conn.get(ctx, http.MethodGet, "/api/v1/backtest", params, &t); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%d of %d items match %s (--since %s)\n", t.Matched, t.Looked, t.Query, c.Since)
	for _, l := range t.Lint {
		fmt.Fprintf(a.stdout, "note: %s\n", l)
	}
	printCounts(a, "by day", t.Days)
	printCounts(a, "by outlet", t.Outlets)
	for i, s := range t.Samples {
		if i == 0 {
			fmt.Fprintln(a.stdout, "\nsamples")
		}
		fmt.Fprintf(a.stdout, "  %s  %s: %s\n      %s\n", clock(s.Time), name(s.Outlet), s.Title, s.Hit)
	}
	return nil
}

func printCounts(a *app, head string, counts []web.CountView) {
	if len(counts) == 0 {
		return
	}
	fmt.Fprintf(a.stdout, "\n%s\n", head)
	for _, c := range counts {
		fmt.Fprintf(a.stdout, "  %-24s %6d\n", c.Key, c.Items)
	}
}

type watchExplainCmd struct {
	Watch string `arg:"" complete:"watch" help:"Name of a watch."`
	Item  string `arg:"" help:"Item id, or the first digits of one."`
	JSON  bool   `name:"json" help:"As one JSON object."`
}

func (c *watchExplainCmd) Run(ctx context.Context, a *app) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	path := "/api/v1/watches/" + url.PathEscape(c.Watch) + "/explain/" + url.PathEscape(c.Item)
	if c.JSON {
		return copyAnswer(ctx, conn, path, a.stdout)
	}
	var e web.ExplainView
	if err := conn.get(ctx, http.MethodGet, path, nil, &e); err != nil {
		return err
	}
	verdict := "does not match"
	if e.Matched {
		verdict = "matches"
	}
	fmt.Fprintf(a.stdout, "%q %s %s: %s\n", e.Title, verdict, e.Watch, e.Query)
	for _, clause := range e.Clauses {
		mark := "false"
		if clause.True {
			mark = "true "
		}
		fmt.Fprintf(a.stdout, "  %s  %s  %s\n", mark, clause.Clause, clause.Why)
	}
	return nil
}

type watchLinkCmd struct {
	Watch string `arg:"" complete:"watch" help:"Name of a watch."`
}

func (c *watchLinkCmd) Run(ctx context.Context, a *app) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	if c.Watch != "all" {
		if _, ok := cfg.Watch(c.Watch); !ok {
			return usageError("there is no watch %q; mediawatch watch list shows them", c.Watch)
		}
	}
	fmt.Fprintln(a.stdout, web.FeedURL(cfg, c.Watch))
	return nil
}
