package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/search"
	"mediawatch/text"
)

const (
	searchPage = 30  // results a page of the search shows at first
	searchMost = 300 // and at most
)

type searchBody struct {
	Query    string
	Spans    []searchSpan
	Mistakes []mistake
	Found    string
	Stories  []line
	More     string // the query of the address that shows more
	Examples []searchExample
}

// searchSpan is a choice of how far back to look.
type searchSpan struct {
	Value, Label string
	Chosen       bool
}

type searchExample struct{ Query, Means string }

// mistake is an error in a query, with the place pointed at.
type mistake struct {
	Where, Msg, Hint string
	Pointer          string // the line of the query, and below it a mark
}

var searchSpans = []searchSpan{{Value: "", Label: "any time"}, {Value: "24h", Label: "last 24 hours"}, {Value: "7d", Label: "last 7 days"}, {Value: "30d", Label: "last 30 days"}}

var searchExamples = []searchExample{
	{`harbour strike`, "both words, in any order"},
	{`"carbon tax"`, "the words side by side"},
	{`port OR harbour`, "either word"},
	{`vaccin*`, "every word that begins like this"},
	{`harbour -football`, "the first word without the second"},
	{`title:election`, "only in the headline"},
	{`outlet:"BBC News"`, "of one outlet"},
	{`lang:de`, "in one language"},
}

func (s *Server) searchPage(r *http.Request) (page, error) {
	b := searchBody{Query: strings.TrimSpace(r.FormValue("q")), Examples: searchExamples}
	since := r.FormValue("since")
	known := false
	for _, sp := range searchSpans {
		sp.Chosen = sp.Value == since
		known = known || sp.Chosen
		b.Spans = append(b.Spans, sp)
	}
	if !known {
		b.Spans = append(b.Spans, searchSpan{Value: since, Label: "since " + since, Chosen: true})
	}
	p := page{Title: "Search", Section: "search"}
	if b.Query == "" {
		p.Body = b
		return p, nil
	}
	p.Title = "Search: " + b.Query
	q, err := s.parseQuery(b.Query)
	var wrong *query.Errors
	if errors.As(err, &wrong) {
		b.Mistakes = mistakesIn(b.Query, wrong)
		p.Body = b
		return p, nil
	}
	if err != nil {
		return p, err
	}
	from, err := s.sinceOf(since)
	if err != nil {
		return p, err
	}
	limit := searchPage
	if n, err := strconv.Atoi(r.FormValue("n")); err == nil && n > 0 {
		limit = min(n, searchMost)
	}
	err = s.searchResults(r, &b, resultsOf{query: q, since: from, limit: limit})
	p.Body = b
	return p, err
}

// resultsOf is what a page of results is made from.
type resultsOf struct {
	query *query.Query
	since time.Time
	limit int
}

// searchResults fills in what is found. A search over very much is given up after a while, with what it found until then.
func (s *Server) searchResults(r *http.Request, b *searchBody, o resultsOf) error {
	var hits []search.Hit
	res, err := search.Scan(r.Context(), s.store, search.Options{Query: o.query, Facts: s.o.Facts, Since: o.since}, func(h search.Hit) bool {
		hits = append(hits, h)
		return len(hits) <= o.limit
	})
	late := isLate(r)
	if err != nil && !late {
		return err
	}
	more := len(hits) > o.limit
	hits = hits[:min(len(hits), o.limit)]
	switch {
	case late:
		b.Found = fmt.Sprintf("the first %s; it took too long to look through everything, most of it for %s: choose a shorter time", text.Number(len(hits)), res.Costliest)
	case more:
		b.Found = fmt.Sprintf("the newest %s", text.Number(len(hits)))
	default:
		b.Found = text.Number(len(hits))
	}
	if more && o.limit < searchMost {
		b.More = "search?" + url.Values{"q": {b.Query}, "since": {r.FormValue("since")}, "n": {strconv.Itoa(min(searchMost, o.limit*3))}}.Encode()
	}
	return s.searchLines(r, b, hits)
}

func (s *Server) searchLines(r *http.Request, b *searchBody, hits []search.Hit) error {
	ids := make([]news.ItemID, len(hits))
	for i := range hits {
		ids[i] = hits[i].Item.ID
	}
	stories, err := s.store.Stories(unhurried(r), ids)
	if err != nil {
		return err
	}
	matches, err := s.store.Matches(unhurried(r), ids)
	if err != nil {
		return err
	}
	for i := range hits {
		h := &hits[i]
		t := told{item: &h.Item, story: stories[i], matches: matches[i]}
		l := s.lineOf(&t, rootOf(r.URL.Path), "")
		l.Quotes = quotes(h.Document, h.Item.Title, h.Evidence)
		l.hits = spansIn(l.Title, "title", []news.Match{{Evidence: h.Evidence}})
		if n := len(stories[i].Members) - 1; n > 0 {
			l.Also = text.Count(n, "copy")
		}
		b.Stories = append(b.Stories, l)
	}
	s.byDay(b.Stories)
	return nil
}

// parseQuery reads a query; its mistakes are *query.Errors.
func (s *Server) parseQuery(src string) (*query.Query, error) {
	cfg := s.o.Config()
	return query.Parse(src, query.Options{Lists: cfg.Lists, Now: s.o.Now, Watch: func(name string) (string, bool) {
		w, ok := cfg.Watch(name)
		return w.Source, ok
	}})
}

// mistakesIn tells each mistake with its place in the query.
func mistakesIn(src string, wrong *query.Errors) []mistake {
	lines := strings.Split(src, "\n")
	var out []mistake
	for _, e := range wrong.List {
		m := mistake{Where: fmt.Sprintf("column %d", e.Col), Msg: e.Msg, Hint: e.Hint}
		if len(lines) > 1 {
			m.Where = fmt.Sprintf("line %d, column %d", e.Line, e.Col)
		}
		if e.Line >= 1 && e.Line <= len(lines) && e.Col >= 1 && e.Col <= len(lines[e.Line-1])+1 {
			m.Pointer = strings.TrimRight(lines[e.Line-1], "\r") + "\n" + strings.Repeat(" ", e.Col-1) + "^"
		}
		out = append(out, m)
	}
	return out
}
