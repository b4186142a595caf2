package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"mediawatch/config"
	"mediawatch/store"
	"mediawatch/text"
)

// pageStories is how many stories a page lists.
const pageStories = 40

type watchBody struct {
	watchRef
	Summary      string
	Feed         string
	Query        string
	Lint         []string
	Range        string
	Stories      []line
	Waiting      string
	Newer, Older string // addresses below watches/
	Beyond       string
}

func (s *Server) watchPage(r *http.Request) (page, error) {
	ctx, cfg, name := r.Context(), s.o.Config(), r.PathValue("name")
	if !s.hasWatch(name) {
		return page{}, store.ErrNotFound
	}
	n, err := pageOf(r)
	if err != nil {
		return page{}, err
	}
	b := watchBody{watchRef: watchRef{name, watchTitle(cfg, name)}, Feed: FeedURL(cfg, name), Waiting: s.waiting()}
	matches, err := s.matchesOf(r, &b)
	if err != nil {
		return page{}, err
	}
	entries, err := s.store.Entries(ctx, name, (n-1)*pageStories, pageStories+1)
	if err != nil {
		return page{}, err
	}
	if len(entries) == 0 && n > 1 {
		return page{}, store.ErrNotFound
	}
	if n > 1 {
		b.Newer = url.PathEscape(name) + "?page=" + strconv.Itoa(n-1)
	}
	if len(entries) > pageStories {
		entries = entries[:pageStories]
		b.Older = url.PathEscape(name) + "?page=" + strconv.Itoa(n+1)
	} else if matches > 0 {
		b.Beyond = text.Count(matches, "article") + " match in all; older ones than these are kept, though not in the feed."
	}
	if n > 1 || b.Older != "" {
		b.Range = "page " + strconv.Itoa(n)
	}
	all, err := s.tell(ctx, entries)
	for i := range all {
		b.Stories = append(b.Stories, s.lineOf(&all[i], rootOf(r.URL.Path), name))
	}
	return page{Title: b.Title, Section: "watches/", Feeds: []alternate{{b.Title, "feeds/" + name + ".atom"}}, Body: b}, err
}

// matchesOf fills in what a watch asks, and returns how many articles match.
func (s *Server) matchesOf(r *http.Request, b *watchBody) (int, error) {
	w, ok := s.o.Config().Watch(b.Name)
	if !ok {
		b.Summary = "Everything that arrives, whatever it is about."
		return 0, nil
	}
	b.Query, b.Lint = strings.TrimSpace(w.Source), w.Query.Lint()
	c, err := s.tally.count(r.Context(), s.store, b.Name)
	parts := []string{text.Count(int(c.Matches), "article") + " so far"}
	if !c.Last.IsZero() {
		parts = append(parts, "last hit "+ago(c.Last, s.o.Now()))
	}
	if w.Group == config.GroupItem {
		parts = append(parts, "each article by itself")
	} else {
		parts = append(parts, "copies folded into one story")
	}
	b.Summary = strings.Join(parts, " · ")
	return int(c.Matches), err
}

// pageOf reads the number of a page, from 1.
func pageOf(r *http.Request) (int, error) {
	v := r.FormValue("page")
	if v == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 1_000_000 {
		return 0, store.ErrNotFound
	}
	return n, nil
}
