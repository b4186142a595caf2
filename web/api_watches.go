package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"mediawatch/config"
	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/search"
	"mediawatch/store"
)

// WatchView is a watch as configured, with how much it has matched.
type WatchView struct {
	Name      string     `json:"name"`
	Title     string     `json:"title"`
	Query     string     `json:"query"`
	Group     string     `json:"group"`
	Feed      string     `json:"feed"`
	Matches   int64      `json:"matches"`
	LastMatch *time.Time `json:"last_match"`
	Lint      []string   `json:"lint"`
}

func (s *Server) watchList(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	views, err := s.watchViews(r.Context())
	return Page[WatchView]{Items: views[:min(limit, len(views))]}, err
}

func (s *Server) watchViews(ctx context.Context) ([]WatchView, error) {
	cfg := s.o.Config()
	views := []WatchView{}
	var names []string
	for _, w := range cfg.Watches {
		names = append(names, w.Name)
	}
	tallies, err := s.store.Tallies(ctx, names)
	if err != nil {
		return views, err
	}
	for i, w := range cfg.Watches {
		v := WatchView{Name: w.Name, Title: w.Title, Query: w.Source, Group: w.Group, Feed: FeedURL(cfg, w.Name), Lint: list(w.Query.Lint())}
		v.Matches, v.LastMatch = tallies[i].Matches, moment(tallies[i].Last)
		views = append(views, v)
	}
	return views, nil
}

// ExplainView says why an item matches a watch, or why not.
type ExplainView struct {
	Watch   string       `json:"watch"`
	Query   string       `json:"query"`
	Item    string       `json:"item"`
	Title   string       `json:"title"`
	Matched bool         `json:"matched"`
	Clauses []ClauseView `json:"clauses"`
}

// ClauseView is one clause of a query and its answer.
type ClauseView struct {
	Clause  string `json:"clause"`
	True    bool   `json:"true"`
	Why     string `json:"why"`
	Depth   int    `json:"depth"`
	Decides bool   `json:"decides"`
}

func (s *Server) explain(r *http.Request) (any, error) {
	w, ok := s.o.Config().Watch(r.PathValue("name"))
	if !ok {
		return nil, BadRequest("there is no watch %q", r.PathValue("name"))
	}
	ctx := r.Context()
	id, err := s.ItemID(ctx, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	items, err := s.store.Items(ctx, []store.Ref{{Item: id}})
	if err != nil {
		return nil, err
	}
	if items[0].ID.IsZero() {
		return nil, store.ErrNotFound
	}
	stories, err := s.store.Stories(ctx, []news.ItemID{id})
	if err != nil {
		return nil, err
	}
	doc := query.NewDocument(&items[0], search.AddStory(s.o.Facts.Facts(&items[0]), id, stories[0]))
	view := ExplainView{Watch: w.Name, Query: w.Query.String(), Item: id.String(), Title: items[0].Title, Clauses: []ClauseView{}}
	view.Matched, _ = w.Query.Match(doc)
	for _, c := range w.Query.Explain(doc) {
		view.Clauses = append(view.Clauses, ClauseView{c.Text, c.True, c.Why, c.Depth, c.Decides})
	}
	return view, nil
}

// SearchView is an item that was found, with the sentence that hit.
type SearchView struct {
	ItemView
	Hit string `json:"hit"`
}

// queryOf reads the query of a request: the name of a watch where that is allowed, else the language.
func (s *Server) queryOf(r *http.Request) (*query.Query, error) {
	cfg := s.o.Config()
	src := r.FormValue("q")
	if w, ok := cfg.Watch(src); ok {
		return w.Query, nil
	}
	q, err := s.parseQuery(src)
	var mistakes *query.Errors
	if errors.As(err, &mistakes) {
		return nil, BadRequest("%v", mistakes)
	}
	return q, err
}

// sinceOf reads how far back: a duration or a day; zero is "no bound".
func (s *Server) sinceOf(v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, v, time.UTC); err == nil {
		return t, nil
	}
	d, err := config.ParseDuration(v)
	if err != nil {
		return time.Time{}, BadRequest("%q: a duration such as 24h or 7d, or a day such as 2026-11-01 expected", v)
	}
	return s.o.Now().Add(-time.Duration(d)), nil
}

func (s *Server) search(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	return s.find(r, limit)
}

// find runs the query of a request.
func (s *Server) find(r *http.Request, limit int) (Page[SearchView], error) {
	page := Page[SearchView]{Items: []SearchView{}}
	q, err := s.queryOf(r)
	if err != nil {
		return page, err
	}
	since, err := s.sinceOf(r.FormValue("since"))
	if err != nil {
		return page, err
	}
	var items []news.Item
	var hits []string
	_, err = search.Scan(r.Context(), s.store, search.Options{Query: q, Facts: s.o.Facts, Since: since}, func(h search.Hit) bool {
		items = append(items, h.Item)
		hits = append(hits, hitSentence(h))
		return len(items) < limit
	})
	if err != nil {
		return page, err
	}
	views, err := s.views.Items(r.Context(), items)
	if err != nil {
		return page, err
	}
	for i, v := range views {
		page.Items = append(page.Items, SearchView{v, hits[i]})
	}
	return page, nil
}

// hitSentence is the first sentence that made the query true; "" when only the headline or a fact did.
func hitSentence(h search.Hit) string {
	if q := quotes(h.Document, h.Item.Title, h.Evidence); len(q) > 0 {
		return plainPieces(q[0])
	}
	return ""
}

func (s *Server) count(r *http.Request) (any, error) {
	q, err := s.queryOf(r)
	if err != nil {
		return nil, err
	}
	from, err := s.sinceOf(r.FormValue("from"))
	if err != nil {
		return nil, err
	}
	to, err := s.sinceOf(r.FormValue("to"))
	if err != nil {
		return nil, err
	}
	if !to.IsZero() {
		to = to.AddDate(0, 0, 1)
	}
	by := cmp.Or(r.FormValue("by"), "day")
	keyOf, err := countKey(by)
	if err != nil {
		return nil, err
	}
	counts, seen := make(map[string]int), covered{}
	_, err = search.Scan(r.Context(), s.store, search.Options{Query: q, Facts: s.o.Facts, Since: from}, func(h search.Hit) bool {
		if to.IsZero() || h.Item.Time().Before(to) {
			counts[keyOf(&h.Item)]++
			seen.hold(h.Item.Time())
		}
		return true
	})
	if !from.IsZero() { // what was asked for, up to today
		seen.hold(from)
		seen.hold(s.o.Now())
	}
	if !to.IsZero() {
		seen.to = to.Add(-1)
	}
	withZeros(counts, by, seen)
	return Page[CountView]{Items: countViews(counts)}, err
}

// BacktestView is what a query would have matched.
type BacktestView struct {
	Query   string       `json:"query"`
	Looked  int          `json:"looked"`
	Matched int          `json:"matched"`
	Days    []CountView  `json:"days"`
	Outlets []CountView  `json:"outlets"`
	Samples []SearchView `json:"samples"`
	Lint    []string     `json:"lint"`
}

const (
	samples  = 5
	tooBroad = 0.4 // share of everything that a useful watch hardly matches
)

func (s *Server) backtest(r *http.Request) (any, error) {
	q, err := s.queryOf(r)
	if err != nil {
		return nil, err
	}
	since, err := s.sinceOf(r.FormValue("since"))
	if err != nil {
		return nil, err
	}
	view := BacktestView{Query: q.String(), Lint: slices.Clone(list(q.Lint())), Samples: []SearchView{}}
	days, outlets, seen := make(map[string]int), make(map[string]int), covered{}
	var items []news.Item
	var hits []string
	view.Looked, err = search.Scan(r.Context(), s.store, search.Options{Query: q, Facts: s.o.Facts, Since: since}, func(h search.Hit) bool {
		view.Matched++
		days[h.Item.Time().Format(time.DateOnly)]++
		seen.hold(h.Item.Time())
		outlets[cmp.Or(h.Item.Outlet, "unknown")]++
		if len(items) < samples {
			items = append(items, h.Item)
			hits = append(hits, hitSentence(h))
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	if view.Looked > 0 && float64(view.Matched) > tooBroad*float64(view.Looked) {
		view.Lint = append(view.Lint, "matches more than 40 % of everything: too broad?")
	}
	withZeros(days, "day", seen)
	view.Days, view.Outlets = countViews(days), countViews(outlets)
	slices.SortStableFunc(view.Outlets, func(a, b CountView) int { return b.Items - a.Items })
	views, err := s.views.Items(r.Context(), items)
	for i, v := range views {
		view.Samples = append(view.Samples, SearchView{v, hits[i]})
	}
	return view, err
}
