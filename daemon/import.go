package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/seeds"
	"mediawatch/store"
	"mediawatch/web"
)

// toldFaults is how many lines of an import that could not be read are named one by one.
const toldFaults = 100

// orderImport reads articles or subscriptions from the body, or a folder of seed files.
func (d *Daemon) orderImport(r *http.Request) (any, error) {
	name := seeds.KeptPath(strings.TrimSpace(r.FormValue("name")))
	if name == "" {
		return nil, web.BadRequest("an import needs a name")
	}
	if err := d.space(); err != nil {
		return nil, err
	}
	switch format := r.FormValue("as"); format {
	case "opml":
		return d.importSubscriptions(r, name)
	case "dir":
		return d.importFolder(r.Context(), r.FormValue("dir"), name)
	case string(ingest.FormatJSONL), string(ingest.FormatCSV):
		return d.importArticles(r, ingest.Format(format), name)
	default:
		return nil, web.BadRequest("articles come as jsonl, csv or dir, subscriptions as opml; not as %q", format)
	}
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// told gathers lines for people, not without end.
type told struct {
	lines []string
	more  int
}

func (t *told) add(line string) {
	if len(t.lines) < toldFaults {
		t.lines = append(t.lines, line)
		return
	}
	t.more++
}

func (t *told) all() []string {
	if t.more == 0 {
		return t.lines
	}
	return append(t.lines, fmt.Sprintf("and %d more", t.more))
}

func (d *Daemon) importArticles(r *http.Request, format ingest.Format, name string) (any, error) {
	var t told
	order := ingest.DateOrder(r.FormValue("dates"))
	if order != "" && order != ingest.DayFirst && order != ingest.MonthFirst {
		return nil, web.BadRequest("dates are %s or %s, not %q", ingest.DayFirst, ingest.MonthFirst, order)
	}
	work := d.works.begin("importing "+name, "article")
	defer work.end()
	importer := ingest.Importer{
		Journal: d.o.Store, Feeds: d.o.Store, Outlets: outletsOf(&d.facts), Now: d.o.Now, Tell: t.add, Dates: order, Charset: r.FormValue("charset"),
		Append: d.append, Progress: func(read int) { work.at(read, 0) },
	}
	res, err := importer.Import(r.Context(), r.Body, format, name)
	if err != nil {
		return nil, err
	}
	if err := d.CatchUp(r.Context()); err != nil {
		return nil, err
	}
	summary := fmt.Sprintf("%s: %d new, %d revised, %d known", counted(res.Read, "article"), res.New, res.Revised, res.Known)
	if res.Faults > 0 {
		summary += "; " + counted(res.Faults, "line") + " could not be imported"
	}
	return Done{Lines: t.all(), Summary: summary, Failed: res.Faults > 0}, nil
}

// append keeps one document and tells the followers. The error is *ingest.LeftOut when only a part of it was kept.
func (d *Daemon) append(ctx context.Context, doc store.Document) (store.Receipt, error) {
	receipt, err := ingest.Keep(ctx, d.o.Store, doc)
	var part *ingest.LeftOut
	if err == nil || errors.As(err, &part) {
		d.appended(receipt)
	}
	return receipt, err
}

// keep keeps what was read of a feed. What is left out of it is logged; the feed's warnings name it.
func (d *Daemon) keep(ctx context.Context, source string, doc store.Document) (store.Receipt, error) {
	receipt, err := d.append(ctx, doc)
	if err != nil && !d.notKept(source, err) {
		err = nil
	}
	return receipt, err
}

// importFolder reads a folder of seed files once.
func (d *Daemon) importFolder(ctx context.Context, dir, name string) (any, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, web.BadRequest("%s is not a folder that the daemon can read", dir)
	}
	folder := ingest.ImportFolder(dir, name)
	for _, o := range d.config.Load().Outlets {
		folder.Outlets = append(folder.Outlets, seeds.Outlet{Name: o.Name, Sites: o.Sites, Location: o.Location})
	}
	res, err := d.scanFolder(ctx, folder)
	if errors.Is(err, errUnderWay) {
		return nil, web.BadRequest("%s: %v", dir, err)
	}
	if err != nil {
		return nil, err
	}
	if err := d.CatchUp(ctx); err != nil {
		return nil, err
	}
	summary := fmt.Sprintf("%s: %d new, %d revised", counted(res.Read, "seed file"), res.New, res.Revised)
	if res.Waiting > 0 {
		summary += fmt.Sprintf("; %d are still being written: import again", res.Waiting)
	}
	return Done{Lines: res.Problems, Summary: summary}, nil
}

// importSubscriptions saves what an OPML file lists; the feeds are read when they are due, which is at once.
func (d *Daemon) importSubscriptions(r *http.Request, name string) (any, error) {
	list, err := feeds.ReadOPML(r.Body)
	if err != nil && len(list) == 0 {
		return nil, web.BadRequest("%s: %v", name, err)
	}
	cfg := d.config.Load()
	have := make(map[string]bool, len(cfg.Feeds))
	for _, f := range cfg.Feeds {
		have[f.URL] = true
	}
	var t told
	var changes []news.Saved
	added, known, faults := 0, 0, 0
	for _, fault := range faultsOf(err) {
		faults++
		t.add(fmt.Sprintf("%s:%d: %s", name, fault.Line, fault.Msg))
	}
	for _, sub := range list {
		if have[sub.URL] {
			known++
			continue
		}
		have[sub.URL] = true
		feed := config.Feed{URL: sub.URL, Tags: sub.Tags, Author: r.FormValue("author"), Time: d.o.Now()}
		record, err := cfg.SaveFeed(feed)
		if err != nil {
			faults++
			t.add(fmt.Sprintf("%s:%d: %s", name, sub.Line, mistakesOf(err)))
			continue
		}
		changes = append(changes, record)
		added++
	}
	if err := d.save(r.Context(), changes...); err != nil {
		return nil, err
	}
	summary := fmt.Sprintf("%s: %d new, %d known", counted(len(list), "subscription"), added, known)
	if faults > 0 {
		summary += fmt.Sprintf("; %d could not be imported", faults)
	}
	return Done{Lines: t.all(), Summary: summary, Failed: faults > 0}, nil
}

// mistakesOf says what is wrong with a value that was to be saved, without the place in a file that was never written.
func mistakesOf(err error) string {
	var mistakes *config.Errors
	if !errors.As(err, &mistakes) {
		return err.Error()
	}
	lines := make([]string, len(mistakes.List))
	for i, m := range mistakes.List {
		lines[i] = m.Msg
	}
	return strings.Join(lines, "; ")
}

// faultsOf takes apart what ReadOPML says of a file it could read in part.
func faultsOf(err error) []*feeds.OPMLError {
	var faults []*feeds.OPMLError
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			faults = append(faults, faultsOf(e)...)
		}
		return faults
	}
	var one *feeds.OPMLError
	if errors.As(err, &one) {
		faults = append(faults, one)
	}
	return faults
}
