package web

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/text"
)

const (
	overviewStories = 20
	overviewWatches = 12
	overviewTrouble = 8
)

type overview struct {
	Today       string
	Figures     []figure
	Pass        string
	Progress    []string
	Problems    []string
	Watches     []watchRow
	MoreWatches int
	ConfigFile  string
	Which       string // stories of what
	Stories     []line
	Waiting     string
	Digests     []digestRow
	Trouble     []string
	Calm        string // what to say when there is no trouble
	Sources     string
}

type figure struct{ N, Noun string }

// watchRow is a watch in a list.
type watchRow struct {
	watchRef
	Count string
	Last  *when
}

// digestRow is a digest in a list.
type digestRow struct {
	watchRef
	Latest *editionRow
	Next   *when
}

func (s *Server) overviewPage(r *http.Request) (page, error) {
	ctx, cfg, now := r.Context(), s.o.Config(), s.o.Now()
	o := overview{Today: now.Format("Monday 2 January 2006"), ConfigFile: filepath.Base(cfg.File), Waiting: s.waiting()}
	st := s.o.Status(ctx)
	for _, p := range st.Problems {
		o.Problems = append(o.Problems, text.HideSecrets(p))
	}
	o.Pass = passLine(st, now)
	o.Progress = st.Progress
	subs, err := s.subscriptionStates(ctx)
	if err != nil {
		return page{}, err
	}
	o.trouble(subs)
	if err := s.overviewFigures(ctx, &o); err != nil {
		return page{}, err
	}
	rows, err := s.watchRows(ctx)
	if err != nil {
		return page{}, err
	}
	o.Watches = rows[:min(len(rows), overviewWatches)]
	o.MoreWatches = len(rows) - len(o.Watches)
	if err := s.overviewStories(ctx, &o, rootOf(r.URL.Path)); err != nil {
		return page{}, err
	}
	for _, d := range cfg.Digests {
		row := digestRow{watchRef: watchRef{d.Name, digestTitle(d)}, Next: whenOf(d.Schedule.Next(now), now)}
		latest, err := s.editionRows(ctx, editionList{digests: []string{d.Name}, limit: 1})
		if err != nil {
			return page{}, err
		}
		if len(latest) > 0 {
			row.Latest = &latest[0]
		}
		o.Digests = append(o.Digests, row)
	}
	return page{Feeds: s.watchFeeds(), Body: o}, nil
}

// overviewFigures counts what is kept and watched.
func (s *Server) overviewFigures(ctx context.Context, o *overview) error {
	stats, err := s.store.Stats(ctx)
	if err != nil {
		return err
	}
	cfg := s.o.Config()
	add := func(n int, noun string) {
		o.Figures = append(o.Figures, figure{text.Number(n), text.Plural(n, noun)})
	}
	add(int(stats.Items), "article")
	add(len(cfg.Watches), "watch")
	add(len(cfg.Feeds), "feed")
	if len(cfg.Seeds) > 0 {
		add(len(cfg.Seeds), "folder")
	}
	return nil
}

// overviewStories shows what the watches found, or everything when they found nothing.
func (s *Server) overviewStories(ctx context.Context, o *overview, root string) error {
	var names []string
	for _, w := range s.o.Config().Watches {
		names = append(names, w.Name)
	}
	o.Which = "in the watches"
	all, err := s.stories(ctx, listOf{watches: names, limit: overviewStories})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		if all, err = s.stories(ctx, listOf{watches: []string{allWatch}, limit: overviewStories}); err != nil {
			return err
		}
		o.Which = "of everything"
		if len(names) > 0 && len(all) > 0 {
			o.Which += "; no watch matched yet"
		}
	}
	if len(all) == 0 {
		o.Which = ""
	}
	for i := range all {
		o.Stories = append(o.Stories, s.lineOf(&all[i], root, ""))
	}
	s.byDay(o.Stories)
	return nil
}

// trouble fills in the feeds that people should look at.
func (o *overview) trouble(subs []news.Feed) {
	web, folders, lately := 0, 0, 0
	for _, f := range subs {
		if f.Kind == news.KindSeed {
			folders++
		} else {
			web++
		}
		if p := FeedProblem(f); p != "" {
			o.Trouble = append(o.Trouble, p)
		} else if f.Error != "" && !f.Paused {
			lately++
		}
	}
	if more := len(o.Trouble) - overviewTrouble; more > 0 {
		o.Trouble = append(o.Trouble[:overviewTrouble], "and "+text.Number(more)+" more")
	}
	switch {
	case lately > 0 && len(o.Trouble) == 0:
		o.Calm = "None for long; " + text.Count(lately, "feed") + " failed at the last try and will be asked again."
	case len(o.Trouble) == 0:
		o.Calm = "None."
	}
	var parts []string
	if web > 0 {
		parts = append(parts, text.Count(web, "feed"))
	}
	if folders > 0 {
		parts = append(parts, text.Count(folders, "folder"))
	}
	o.Sources = "All subscriptions"
	if len(parts) > 0 {
		o.Sources = "All " + strings.Join(parts, " and ")
	}
}

// passLine says what the last pass did.
func passLine(st Status, now time.Time) string {
	switch {
	case st.LastPass == "" && st.Queued > 0:
		return "The first pass is under way: " + text.Count(st.Queued, "feed") + " still to be read."
	case st.LastPass == "":
		return "Started " + ago(st.Started, now) + "; nothing has been read since."
	}
	return "Last pass " + ago(st.LastPassAt, now) + ": " + strings.TrimPrefix(st.LastPass, "pass: ") + "."
}

// watchRows are the configured watches with their figures.
func (s *Server) watchRows(ctx context.Context) ([]watchRow, error) {
	cfg, now := s.o.Config(), s.o.Now()
	var names []string
	for _, w := range cfg.Watches {
		names = append(names, w.Name)
	}
	tallies, err := s.store.Tallies(ctx, names)
	if err != nil {
		return nil, err
	}
	var out []watchRow
	for i, c := range tallies {
		out = append(out, watchRow{watchRef{names[i], watchTitle(cfg, names[i])}, text.Number(int(c.Matches)), whenOf(c.Last, now)})
	}
	return out, nil
}

func (s *Server) watchesPage(r *http.Request) (page, error) {
	rows, err := s.watchRows(r.Context())
	if err != nil {
		return page{}, err
	}
	stats, err := s.store.Stats(r.Context())
	rows = append(rows, watchRow{watchRef{allWatch, watchTitle(s.o.Config(), allWatch)}, text.Number(int(stats.Items)), nil})
	return page{Title: "Watches", Section: "watches/", Feeds: s.watchFeeds(), Body: rows}, err
}
