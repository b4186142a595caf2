package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	views, err := s.watchViews(r.Context())
	if err != nil {
		return nil, err
	}
	return part(r, views)
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

// explainTime is for finding out which clause took the time of an explanation.
const explainTime = 300 * time.Millisecond

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
	document := func() *query.Document {
		return query.NewDocument(&items[0], search.AddStory(s.o.Facts.Facts(&items[0]), id, stories[0]))
	}
	doc := document()
	doc.Until(ctx)
	view := ExplainView{Watch: w.Name, Query: w.Query.String(), Item: id.String(), Title: items[0].Title, Clauses: []ClauseView{}}
	view.Matched, _ = w.Query.Match(doc)
	for _, c := range w.Query.Explain(doc) {
		view.Clauses = append(view.Clauses, ClauseView{c.Text, c.True, c.Why, c.Depth, c.Decides})
	}
	if isLate(r) {
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), explainTime)
		defer cancel()
		return nil, s.tooLong("the explanation", w.Query.Costliest(short, 1, func(int) *query.Document { return document() }))
	}
	return view, ctx.Err()
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

// searchRead is how many hits are found before they are written.
const searchRead = 50

// search answers GET /api/v1/search: what matches, newest first. When its time is over, it answers what was found until then and says so.
func (s *Server) search(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	o, err := s.scanOf(r, "since")
	if err != nil {
		return nil, err
	}
	if o.Behind, err = spotOf(r); err != nil {
		return nil, err
	}
	l := &rows{}
	l.each = func(yield func(any, error) bool) {
		complete := true
		l.tail.Complete = &complete
		for n := 0; n < limit; {
			views, res, err := s.find(r, o, min(searchRead, limit-n))
			l.tail.Looked += res.Looked
			if complete = !isLate(r); !complete {
				l.tail.Costliest, err = res.Costliest, nil
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, v := range views {
				if !yield(v, nil) {
					return
				}
			}
			if o.Behind = res.Behind; res.Done {
				return
			}
			n += len(views)
			if !complete {
				break
			}
		}
		if o.Behind != (store.Spot{}) {
			l.tail.Next = spotText(o.Behind)
		}
	}
	return l, nil
}

// scanOf reads what a request looks for, and from when on.
func (s *Server) scanOf(r *http.Request, from string) (search.Options, error) {
	q, err := s.queryOf(r)
	if err != nil {
		return search.Options{}, err
	}
	since, err := s.sinceOf(r.FormValue(from))
	return search.Options{Query: q, Facts: s.o.Facts, Since: since}, err
}

// find returns the next hits of a scan as views. They are made after the scan, when their texts are not held any more.
func (s *Server) find(r *http.Request, o search.Options, limit int) ([]SearchView, search.Result, error) {
	var items []news.Item
	var hits []string
	res, err := search.Scan(r.Context(), s.store, o, func(h search.Hit) bool {
		items = append(items, h.Item)
		hits = append(hits, hitSentence(h))
		return len(items) < limit
	})
	if err != nil && !isLate(r) {
		return nil, res, err
	}
	views, viewErr := s.searchViews(r, items, hits)
	if viewErr != nil {
		err = viewErr
	}
	return views, res, err
}

// searchViews returns items with the sentences that hit. It is asked also when the time of the query is over.
func (s *Server) searchViews(r *http.Request, items []news.Item, hits []string) ([]SearchView, error) {
	views, err := s.views.Items(unhurried(r), items)
	out := make([]SearchView, len(views))
	for i, v := range views {
		out[i] = SearchView{v, hits[i]}
	}
	return out, err
}

// unhurried is the context in which what was found is shown: it does not end with the time of the query.
func unhurried(r *http.Request) context.Context {
	if isLate(r) {
		return context.WithoutCancel(r.Context())
	}
	return r.Context()
}

// hitSentence is the first sentence that made the query true; "" when only the headline or a fact did.
func hitSentence(h search.Hit) string {
	if q := quotes(h.Document, h.Item.Title, h.Evidence); len(q) > 0 {
		return plainPieces(q[0])
	}
	return ""
}

// count answers GET /api/v1/count: the whole count, or 503 when its time is over. A part of a count is worth nothing.
func (s *Server) count(r *http.Request) (any, error) {
	o, err := s.scanOf(r, "from")
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
	res, err := search.Scan(r.Context(), s.store, o, func(h search.Hit) bool {
		if to.IsZero() || h.Item.Time().Before(to) {
			counts[keyOf(&h.Item)]++
			seen.hold(h.Item.Time())
		}
		return true
	})
	if isLate(r) {
		return nil, s.tooLong("the count", res.Costliest)
	}
	if !o.Since.IsZero() { // what was asked for, up to today
		seen.hold(o.Since)
		seen.hold(s.o.Now())
	}
	if !to.IsZero() {
		seen.to = to.Add(-1)
	}
	withZeros(counts, by, seen)
	return Page[CountView]{Items: countViews(counts)}, err
}

// inTime is an error as it is answered: what a query's time ended says so.
func (s *Server) inTime(t *turn, err error) error {
	if err != nil && t.late() && errors.Is(err, context.Canceled) {
		return s.tooLong("the answer", "")
	}
	return err
}

// tooLong is the answer of what cannot be answered in part.
func (s *Server) tooLong(what, costliest string) error {
	msg := fmt.Sprintf("%s is not complete after %s, what a query may take here ([web] query_time)", what, s.o.Config().Web.QueryTime)
	if costliest != "" {
		msg += "; most of it took " + costliest
	}
	return &Error{Status: http.StatusServiceUnavailable, Msg: msg + "; choose a shorter time, or use the command, which has no limit", Kind: KindTime, RetryAfter: retryAfter}
}

// BacktestView is what a query would have matched.
type BacktestView struct {
	Query     string       `json:"query"`
	Looked    int          `json:"looked"`
	Matched   int          `json:"matched"`
	Days      []CountView  `json:"days"`
	Outlets   []CountView  `json:"outlets"`
	Samples   []SearchView `json:"samples"`
	Lint      []string     `json:"lint"`
	Complete  bool         `json:"complete"`            // false: the newest Looked items only
	Costliest string       `json:"costliest,omitempty"` // then: the clause that took most of the time
}

const (
	samples  = 5
	tooBroad = 0.4 // share of everything that a useful watch hardly matches
)

func (s *Server) backtest(r *http.Request) (any, error) {
	o, err := s.scanOf(r, "since")
	if err != nil {
		return nil, err
	}
	view := BacktestView{Query: o.Query.String(), Lint: slices.Clone(list(o.Query.Lint()))}
	days, outlets, seen := make(map[string]int), make(map[string]int), covered{}
	var items []news.Item
	var hits []string
	res, err := search.Scan(r.Context(), s.store, o, func(h search.Hit) bool {
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
	if err != nil && !isLate(r) {
		return nil, err
	}
	view.Looked, view.Complete, view.Costliest = res.Looked, !isLate(r), res.Costliest
	if view.Looked > 0 && float64(view.Matched) > tooBroad*float64(view.Looked) {
		view.Lint = append(view.Lint, "matches more than 40 % of everything: too broad?")
	}
	withZeros(days, "day", seen)
	view.Days, view.Outlets = countViews(days), countViews(outlets)
	slices.SortStableFunc(view.Outlets, func(a, b CountView) int { return b.Items - a.Items })
	view.Samples, err = s.searchViews(r, items, hits)
	return view, err
}
