package main

import (
	"context"
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
	Watch string `help:"Only what this watch matches, newest match first."`
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
	return list(ctx, a, request{path: "/api/v1/items", params: params, json: c.JSON}, "TIME\tOUTLET\tHEADLINE\tWATCHES\tID", itemRow)
}

func itemRow(it web.ItemView) string {
	if it.Forgotten {
		return row("", "", "(forgotten)", "", it.ID[:8])
	}
	return row(clock(it.Time), name(it.Outlet), text.Truncate(it.Title, 70), strings.Join(it.Watches, ","), it.ID[:8])
}

type storiesCmd struct {
	listing
	Jsonl string `name:"jsonl" placeholder:"FILE" help:"Find the stories in a file (- is standard input) of lines {\"id\",\"outlet\",\"url\",\"title\",\"text\",\"published\"}; needs neither configuration nor store."`
	output
}

func (c *storiesCmd) Run(ctx context.Context, a *app) error {
	if c.Jsonl != "" {
		return a.storiesOf(ctx, c.Jsonl, c.output)
	}
	if c.Output != "" {
		return usageError("--output goes with --jsonl")
	}
	req := request{path: "/api/v1/stories", params: url.Values{"limit": {strconv.Itoa(c.Limit)}}, json: c.JSON}
	return list(ctx, a, req, "ITEMS\tOUTLETS\tHEADLINE\tCARRIED BY\tID", func(s web.StoryView) string {
		var by []string
		for _, m := range s.Members {
			by = append(by, name(m.Outlet))
		}
		return row(strconv.Itoa(len(s.Members)), strconv.Itoa(s.Outlets), text.Truncate(s.Title, 60), text.Truncate(strings.Join(by, ", "), 60), s.ID[:8])
	})
}

type searchCmd struct {
	Query string `arg:"" help:"In the query language of watches."`
	listing
	Since string `help:"How far back, by the item's time: 24h, 7d, 2026-11-01."`
}

func (c *searchCmd) Run(ctx context.Context, a *app) error {
	params := url.Values{"q": {c.Query}, "limit": {strconv.Itoa(c.Limit)}, "since": {c.Since}}
	return list(ctx, a, request{path: "/api/v1/search", params: params, json: c.JSON}, "TIME\tOUTLET\tHEADLINE\tHIT\tID", func(h web.SearchView) string {
		return row(clock(h.Time), name(h.Outlet), text.Truncate(h.Title, 60), text.Truncate(h.Hit, 60), h.ID[:8])
	})
}

type countCmd struct {
	Query string `arg:"" help:"In the query language of watches."`
	By    string `enum:"day,outlet,lang" default:"day" help:"day, outlet or lang."`
	From  string `help:"First day, 2026-11-01."`
	To    string `help:"Last day."`
	CSV   bool   `name:"csv" help:"As CSV."`
	JSON  bool   `name:"json" help:"One JSON object a line."`
}

func (c *countCmd) Run(ctx context.Context, a *app) error {
	params := url.Values{"q": {c.Query}, "by": {c.By}, "from": {c.From}, "to": {c.To}}
	if c.JSON {
		return list(ctx, a, request{path: "/api/v1/count", params: params, json: true}, "", func(web.CountView) string { return "" })
	}
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	if err := a.countHead(ctx, conn, c); err != nil {
		return err
	}
	if c.CSV {
		fmt.Fprintf(a.stdout, "%s,items\n", c.By)
	}
	return eachLine(ctx, conn, "/api/v1/count", params, func(v web.CountView) error {
		format := "%-24s %6d\n"
		if c.CSV {
			format = "%q,%d\n"
		}
		_, err := fmt.Fprintf(a.stdout, format, v.Key, v.Items)
		return err
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
}

func (c *itemForgetCmd) Run(ctx context.Context, a *app) error {
	return a.command(ctx, "/control/items/"+url.PathEscape(c.ID)+"/forget", url.Values{"reason": {c.Reason}})
}

// request is a listing to ask for.
type request struct {
	path   string
	params url.Values
	json   bool
}

// list prints a listing as a table, or as it came with --json.
func list[T any](ctx context.Context, a *app, r request, head string, rowOf func(T) string) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	if r.json {
		resp, err := conn.do(ctx, http.MethodGet, r.path, r.params)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(a.stdout, resp.Body)
		return err
	}
	tw := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	rows := 0
	err = eachLine(ctx, conn, r.path, r.params, func(v T) error {
		if rows++; rows == 1 {
			fmt.Fprintln(tw, head)
		}
		_, err := fmt.Fprintln(tw, rowOf(v))
		return err
	})
	if err != nil {
		return err
	}
	if rows == 0 {
		fmt.Fprintln(a.stderr, "mediawatch: nothing there")
	}
	return tw.Flush()
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

// row joins cells for a tabwriter; a cell is one line.
func row(cells ...string) string {
	for i, c := range cells {
		cells[i] = text.Line(c)
	}
	return strings.Join(cells, "\t")
}

func clock(t time.Time) string { return t.Format("2006-01-02 15:04") }

// name shows an outlet; unknown is a dash.
func name(outlet string) string {
	if outlet == "" {
		return "–"
	}
	return outlet
}
