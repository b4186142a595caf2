package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"mediawatch/text"
	"mediawatch/web"
)

type itemsCmd struct {
	listing
	Watch string `complete:"watch" help:"Only what this watch matches."`
	After uint64 `help:"What is new or changed since this journal position, oldest change first."`
}

func (c *itemsCmd) Run(ctx context.Context, a *app) error {
	params := url.Values{"limit": {strconv.Itoa(c.Limit)}}
	if c.Watch != "" {
		params.Set("watch", c.Watch)
	}
	if c.After > 0 {
		params.Set("after", strconv.FormatUint(c.After, 10))
	}
	columns := itemColumns()
	if c.After == 0 {
		columns[0] = byTime(func(it web.ItemView) *web.ItemView { return &it })
	}
	return list(ctx, a, request{path: "/api/v1/items", params: params, as: c.listing}, columns)
}

func itemColumns() []column[web.ItemView] {
	return []column[web.ItemView]{
		when("TIME", func(it web.ItemView) *time.Time { return &it.Time }),
		outletColumn(func(it web.ItemView) string { return it.Outlet }),
		{head: "HEADLINE", least: 20, value: func(it web.ItemView) string {
			if it.Forgotten {
				return "(forgotten)"
			}
			return it.Title
		}},
		{head: "WATCHES", least: 8, extra: true, value: func(it web.ItemView) string { return strings.Join(it.Watches, ",") }},
		id(func(it web.ItemView) string { return it.ID }),
	}
}

// outletColumn is the column of a publisher.
func outletColumn[T any](of func(T) string) column[T] {
	return column[T]{head: "OUTLET", least: 8, value: func(v T) string { return name(of(v)) }, exact: of}
}

type storiesCmd struct {
	listing
	Jsonl string `name:"jsonl" placeholder:"FILE" complete:"file" help:"Find the stories in a file (- is standard input) of lines {\"id\",\"outlet\",\"url\",\"title\",\"text\",\"published\"}; needs neither configuration nor store."`
	output
}

func (c *storiesCmd) Run(ctx context.Context, a *app) error {
	if c.Jsonl != "" {
		return a.storiesOf(ctx, c.Jsonl, c.output)
	}
	if c.Output != "" {
		return usageError("--output goes with --jsonl")
	}
	req := request{path: "/api/v1/stories", params: url.Values{"limit": {strconv.Itoa(c.Limit)}}, as: c.listing}
	return list(ctx, a, req, []column[web.StoryView]{
		{head: "ITEMS", right: true, value: func(s web.StoryView) string { return strconv.Itoa(len(s.Members)) }},
		{head: "OUTLETS", right: true, value: func(s web.StoryView) string { return strconv.Itoa(s.Outlets) }},
		{head: "HEADLINE", least: 20, value: func(s web.StoryView) string { return s.Title }},
		{head: "CARRIED BY", least: 12, value: func(s web.StoryView) string {
			var by []string
			for _, m := range s.Members {
				by = append(by, name(m.Outlet))
			}
			return strings.Join(by, ", ")
		}},
		id(func(s web.StoryView) string { return s.ID }),
	})
}

type searchCmd struct {
	Query string `arg:"" help:"In the query language of watches."`
	listing
	Since string `help:"How far back, by the item's time: 24h, 7d, 2026-11-01."`
}

func (c *searchCmd) Run(ctx context.Context, a *app) error {
	params := url.Values{"q": {c.Query}, "limit": {strconv.Itoa(c.Limit)}, "since": {c.Since}}
	return list(ctx, a, request{path: "/api/v1/search", params: params, as: c.listing}, []column[web.SearchView]{
		byTime(func(h web.SearchView) *web.ItemView { return &h.ItemView }),
		outletColumn(func(h web.SearchView) string { return h.Outlet }),
		{head: "HEADLINE", least: 20, value: func(h web.SearchView) string { return h.Title }},
		{head: "HIT", below: true, value: func(h web.SearchView) string { return h.Hit }},
		id(func(h web.SearchView) string { return h.ID }),
	})
}

type countCmd struct {
	Query string `arg:"" help:"In the query language of watches."`
	By    string `enum:"day,week,month,outlet,lang" default:"day" help:"day, week, month, outlet or lang. Days, weeks and months without any item are counted as 0."`
	From  string `help:"First day, 2026-11-01."`
	To    string `help:"Last day."`
	forms
}

func (c *countCmd) Run(ctx context.Context, a *app) error {
	params := url.Values{"q": {c.Query}, "by": {c.By}, "from": {c.From}, "to": {c.To}}
	req := request{path: "/api/v1/count", params: params, as: listing{forms: c.forms}}
	if !c.JSON {
		req.before = func(conn *client) error { return a.countHead(ctx, conn, c) }
	}
	return list(ctx, a, req, []column[web.CountView]{
		{head: strings.ToUpper(c.By), least: 12, value: func(v web.CountView) string { return v.Key }},
		{head: "ITEMS", right: true, value: func(v web.CountView) string { return strconv.Itoa(v.Items) }},
	})
}

// countHead heads a count by what it depends on, so that it can be repeated.
func (a *app) countHead(ctx context.Context, conn *client, c *countCmd) error {
	var stats web.StatsView
	if err := conn.get(ctx, http.MethodGet, "/api/v1/stats", nil, &stats); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "# query %s; by %s of the item's time in UTC; mediawatch %s; store %s at %d\n", c.Query, c.By, version, stats.Store, stats.Head)
	return err
}

type itemCmd struct {
	Show   itemShowCmd   `cmd:"" default:"withargs" help:"Show an item."`
	Forget itemForgetCmd `cmd:"" help:"Remove an item's texts for good; it never returns."`
}

type itemShowCmd struct {
	ID   string `arg:"" help:"Item id, or the first digits of one."`
	JSON bool   `name:"json" help:"As one JSON object."`
}

func (c *itemShowCmd) Run(ctx context.Context, a *app) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	path := "/api/v1/items/" + url.PathEscape(c.ID)
	if c.JSON {
		return copyAnswer(ctx, conn, path, a.stdout)
	}
	var it web.ItemDetail
	if err := conn.get(ctx, http.MethodGet, path, nil, &it); err != nil {
		return err
	}
	printItem(a.stdout, it)
	return nil
}

func printItem(w io.Writer, it web.ItemDetail) {
	fmt.Fprintf(w, "%s\n\n", it.Title)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(tw, "%s\t%s\n", key, value)
		}
	}
	line("outlet", name(it.Outlet)+because(it.OutletEvidence))
	line("address", it.URL)
	if it.Published != nil {
		line("published", it.Published.Format(time.RFC3339)+" ("+it.Certainty+")")
	}
	line("seen", it.Seen.Format(time.RFC3339))
	line("section", strings.Join(it.Section, " / "))
	line("authors", strings.Join(it.Authors, ", "))
	line("language", it.Lang)
	line("revision", strconv.Itoa(it.Revision))
	line("story", it.Story+" ("+it.Relation+")")
	line("id", it.ID)
	line("read from", fmt.Sprintf("%s, sha256 %s…", it.Origin.FinalURL, it.Origin.SHA256[:16]))
	for _, m := range it.Matches {
		for _, e := range m.Evidence {
			line("watch "+m.Watch, fmt.Sprintf("%s: %q in %s", e.Clause, e.Words, e.Field))
		}
	}
	_ = tw.Flush() // standard output
	if it.Pruned {
		it.Text = "The text was removed because it is older than [store] keep; the headline and what is known of the item stay."
	}
	fmt.Fprintf(w, "\n%s\n", it.Text)
	for _, cut := range it.Cut {
		fmt.Fprintf(w, "(cut) %s\n", cut)
	}
}

func because(evidence string) string {
	if evidence == "" {
		return ""
	}
	return " (" + evidence + ")"
}

type itemForgetCmd struct {
	ID     string `arg:"" help:"Item id, or the first digits of one."`
	Reason string `required:"" help:"Why; it is kept with the tombstone."`
	Yes    bool   `short:"y" help:"Do not ask."`
}

func (c *itemForgetCmd) Run(ctx context.Context, a *app) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	var it web.ItemDetail
	unknown := conn.get(ctx, http.MethodGet, "/api/v1/items/"+url.PathEscape(c.ID), nil, &it)
	if err := conn.close(); err != nil {
		return err
	}
	if unknown == nil { // else the order says what is wrong
		it.Title = text.Line(it.Title)
		if err := c.ask(a, it); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%s: %s, %s\n", it.Title, name(it.Outlet), clock(it.Time))
	}
	return a.command(ctx, "/control/items/"+url.PathEscape(c.ID)+"/forget", url.Values{"reason": {c.Reason}})
}

// ask lets a person at a terminal think again.
func (c *itemForgetCmd) ask(a *app, it web.ItemDetail) error {
	if c.Yes {
		return nil
	}
	yes, err := a.confirm("Forget %q of %s, %s? Its texts are removed for good.", it.Title, name(it.Outlet), clock(it.Time))
	if err == nil && !yes {
		err = errors.New("nothing was forgotten")
	}
	return err
}

// request is a listing to ask for.
type request struct {
	path   string
	params url.Values
	as     listing
	before func(*client) error // called before anything is printed; nil: nothing
}

// list prints a listing as a table, as CSV, or as it came with --json.
func list[T any](ctx context.Context, a *app, r request, columns []column[T]) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	if r.before != nil {
		if err := r.before(conn); err != nil {
			return err
		}
	}
	if r.as.JSON {
		resp, err := conn.do(ctx, http.MethodGet, r.path, r.params)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(a.stdout, resp.Body)
		return err
	}
	var rows []T
	err = eachLine(ctx, conn, r.path, r.params, func(v T) error {
		rows = append(rows, v)
		return nil
	})
	switch {
	case err != nil:
		return err
	case r.as.CSV:
		return writeCSV(a.stdout, columns, rows)
	case len(rows) == 0:
		fmt.Fprintln(a.stderr, "mediawatch: nothing there")
		return nil
	}
	return writeTable(a.world, columns, rows)
}

// copyAnswer prints an answer as it came.
func copyAnswer(ctx context.Context, conn *client, path string, w io.Writer) error {
	resp, err := conn.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(w, resp.Body)
	return err
}

// clockLayout is a time as listings show it, in UTC.
const clockLayout = "2006-01-02 15:04"

func clock(t time.Time) string { return t.Format(clockLayout) }

// name shows an outlet; unknown is a dash.
func name(outlet string) string {
	if outlet == "" {
		return "–"
	}
	return outlet
}
