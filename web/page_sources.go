package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

type subscriptionsBody struct {
	Summary   string
	NoNetwork string
	Rows      []subscriptionRow
	Files     []badFile
}

// subscriptionRow is a feed or folder with its health in words.
type subscriptionRow struct {
	Title, Address string
	Link           string // the site; "" unknown
	State, Words   string
	Notes          []string
	LastNew, Next  *when
	Rhythm         string
	Items          string
}

type badFile struct{ Path, Error string }

// subscriptionStates returns the states of all configured feeds and folders, in the order of the configuration.
func (s *Server) subscriptionStates(ctx context.Context) ([]news.Feed, error) {
	cfg := s.o.Config()
	var out []news.Feed
	add := func(kind news.Kind, address, title string) error {
		state, err := s.feedState(ctx, kind, address)
		state.Title = cmp.Or(state.Title, title)
		out = append(out, state)
		return err
	}
	for _, f := range cfg.Feeds {
		if err := add(news.KindFeed, f.URL, f.Title); err != nil {
			return nil, err
		}
	}
	for _, f := range cfg.Seeds {
		if err := add(news.KindSeed, f.Dir, ""); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Server) subscriptionsPage(r *http.Request) (page, error) {
	states, err := s.subscriptionStates(r.Context())
	if err != nil {
		return page{}, err
	}
	var b subscriptionsBody
	counts := make(map[string]int)
	seeds := s.o.Config().Seeds
	for _, f := range states {
		row := s.subscriptionRow(f)
		if f.Kind == news.KindSeed {
			row.Rhythm = "every " + spoken(time.Duration(seeds[0].Every)) // folders come in the order of the configuration
			seeds = seeds[1:]
		}
		counts[row.State]++
		b.Rows = append(b.Rows, row)
	}
	slices.SortStableFunc(b.Rows, func(a, b subscriptionRow) int { return cmp.Compare(rank(a.State), rank(b.State)) })
	b.NoNetwork = s.o.Status(r.Context()).NoNetwork
	b.Summary = healthLine(counts, len(b.Rows))
	b.Files, err = s.badFiles(r.Context())
	return page{Title: "Subscriptions", Section: "subscriptions", Body: b}, err
}

// rank puts what needs attention first.
func rank(state string) int {
	switch state {
	case "gone", "failing":
		return 0
	case "silent", "moved", "new":
		return 1
	}
	return 2
}

// healthLine sums up the states of all subscriptions.
func healthLine(counts map[string]int, all int) string {
	parts := []string{"What is read, and how it is doing."}
	var of []string
	for _, state := range []string{"failing", "gone", "silent", "new", "paused", "moved"} {
		if n := counts[state]; n > 0 {
			of = append(of, text.Number(n)+" "+stateNames[state])
		}
	}
	switch {
	case all == 0:
		return parts[0]
	case len(of) == 0:
		parts = append(parts, "All are well.")
	default:
		parts = append(parts, fmt.Sprintf("Of %s: %s.", text.Number(all), strings.Join(of, ", ")))
	}
	return strings.Join(parts, " ")
}

var stateNames = map[string]string{"ok": "well", "silent": "silent", "failing": "failing", "gone": "gone", "new": "not read yet", "paused": "paused", "moved": "moved"}

func (s *Server) subscriptionRow(f news.Feed) subscriptionRow {
	now := s.o.Now()
	row := subscriptionRow{
		Title: cmp.Or(f.Title, f.Address), Address: f.Address, Link: webURL(f.Link), State: FeedState(f), Items: text.Number(int(f.Items)),
		LastNew: whenOf(f.LastNew, now), Next: whenOf(f.NextDue, now),
	}
	row.Words = stateNames[row.State]
	if f.Kind == news.KindSeed || f.Paused || f.Gone {
		row.Next = nil
	}
	switch row.State {
	case "failing":
		row.Notes = append(row.Notes, strings.TrimPrefix(f.Error, "get "+f.Location+": "))
		if f.Failures > 1 {
			row.Words = fmt.Sprintf("failing: %s in a row", text.Count(f.Failures, "time"))
		}
		if !f.FailSince.IsZero() {
			row.Notes = append(row.Notes, "since "+whenOf(f.FailSince, now).Short)
		}
	case "gone":
		row.Notes = append(row.Notes, "its server says that it will not come back (410)")
	case "silent":
		row.Notes = append(row.Notes, "silent for "+roughly(silence(f))+", usually something new every "+roughly(f.Rhythm.Mean))
	case "moved":
		row.Notes = append(row.Notes, "read at "+f.Location)
	}
	if f.Proposed != "" {
		row.Notes = append(row.Notes, "its site offers "+f.Proposed)
	}
	row.Notes = append(row.Notes, f.Warnings[:min(len(f.Warnings), 2)]...)
	return row
}

const (
	filesLooked = 20_000 // seed files of a folder asked for their state
	filesShown  = 30
)

// badFiles lists seed files that could not be read.
func (s *Server) badFiles(ctx context.Context) ([]badFile, error) {
	var out []badFile
	for _, f := range s.o.Config().Seeds {
		id, after := news.NewFeedID(news.KindSeed, f.Dir), ""
		for looked := 0; looked < filesLooked && len(out) < filesShown; {
			files, err := s.store.Files(ctx, id, after, 1000)
			if err != nil {
				return nil, err
			}
			if len(files) == 0 {
				break
			}
			for _, file := range files {
				if file.Error != "" && len(out) < filesShown {
					out = append(out, badFile{f.Dir + "/" + file.Path, file.Error})
				}
			}
			looked += len(files)
			after = files[len(files)-1].Path
		}
	}
	return out, nil
}

type outletsBody struct {
	Summary string
	Rows    []outletRow
}

type outletRow struct {
	Name, Sites, About string
	Items              string
	ID, Newest         string
	Time               *when
	n                  int
}

// outletsLooked is how many of the newest articles the page of outlets counts.
const outletsLooked = 2000

func (s *Server) outletsPage(r *http.Request) (page, error) {
	rows := make(map[string]*outletRow)
	order := []string{}
	row := func(name string) *outletRow {
		if rows[name] == nil {
			rows[name] = &outletRow{Name: name}
			order = append(order, name)
		}
		return rows[name]
	}
	for _, o := range s.o.Config().Outlets {
		c := row(o.Name)
		c.Sites, c.About = strings.Join(o.Sites, ", "), aboutOutlet(o)
	}
	looked := 0
	for behind := (store.Spot{}); looked < outletsLooked; {
		items, err := s.store.Latest(r.Context(), "", behind, readPage)
		if err != nil {
			return page{}, err
		}
		if len(items) == 0 {
			break
		}
		for i := range items {
			c := row(outletName(&items[i]))
			if c.n++; c.n == 1 {
				c.ID, c.Newest, c.Time = items[i].ID.String(), headline(&items[i]), itemWhen(&items[i], s.o.Now())
			}
		}
		looked += len(items)
		behind = store.SpotOf(&items[len(items)-1])
	}
	b := outletsBody{Summary: "The publishers of what is read. The newest " + text.Number(looked) + " articles are counted."}
	for _, name := range order {
		rows[name].Items = text.Number(rows[name].n)
		b.Rows = append(b.Rows, *rows[name])
	}
	slices.SortStableFunc(b.Rows, func(a, b outletRow) int { return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.Name, b.Name)) })
	return page{Title: "Outlets", Section: "outlets", Body: b}, nil
}

func aboutOutlet(o config.Outlet) string {
	about := slices.Clone(o.Tags)
	if o.Country != "" {
		about = slices.Insert(about, 0, o.Country)
	}
	return strings.Join(about, ", ")
}
