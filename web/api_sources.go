package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/fetch"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// SubscriptionView is a web feed or seed folder with its health.
type SubscriptionView struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	Title    string     `json:"title"`
	Address  string     `json:"address"`
	Location string     `json:"location"`
	Outlet   string     `json:"outlet"`
	Tags     []string   `json:"tags"`
	State    string     `json:"state"` // new, ok, silent, failing, moved, gone, paused
	Items    int64      `json:"items"`
	Status   int        `json:"status"`
	Error    string     `json:"error"`
	Failures int        `json:"failures"`
	Warnings []string   `json:"warnings"`
	Proposed string     `json:"proposed"` // a feed found on the site of one that is gone or has failed for days
	Silent   string     `json:"silent"`   // for how long, when that is against its own rhythm
	LastTry  *time.Time `json:"last_try"`
	LastOK   *time.Time `json:"last_ok"`
	LastNew  *time.Time `json:"last_new"`
	Next     *time.Time `json:"next"`
	Interval string     `json:"interval"`
	Delay    string     `json:"delay"`  // median from publication to first sight; "" too little is known
	Source   string     `json:"source"` // the file that configures it
}

// subscriptions returns the configured feeds and folders with their states, in the order of the configuration.
func (s *Server) subscriptions(ctx context.Context) ([]SubscriptionView, error) {
	cfg := s.o.Config()
	var out []SubscriptionView
	for _, f := range cfg.Feeds {
		state, err := s.feedState(ctx, news.KindFeed, f.URL)
		if err != nil {
			return nil, err
		}
		v := subscriptionView(state)
		v.Outlet, v.Tags, v.Source = f.Outlet, list(f.Tags), f.Source
		if v.Title == "" {
			v.Title = f.Title
		}
		out = append(out, v)
	}
	for _, f := range cfg.Seeds {
		state, err := s.feedState(ctx, news.KindSeed, f.Dir)
		if err != nil {
			return nil, err
		}
		v := subscriptionView(state)
		v.Outlet, v.Tags, v.Source, v.Next, v.Interval = f.Outlet, list(f.Tags), cfg.File, nil, f.Every.String()
		out = append(out, v)
	}
	return out, nil
}

// feedOf returns the state of a feed as it may be shown.
func (s *Server) feedOf(ctx context.Context, id news.FeedID) (news.Feed, error) {
	f, err := s.store.Feed(ctx, id)
	return shown(f), err
}

// feedState returns the state of a feed, or that of one that was never asked, as it may be shown.
func (s *Server) feedState(ctx context.Context, kind news.Kind, address string) (news.Feed, error) {
	id := news.NewFeedID(kind, address)
	state, err := s.feedOf(ctx, id)
	if isNotFound(err) {
		return shown(news.Feed{ID: id, Kind: kind, Address: address, Location: address}), nil
	}
	return state, err
}

// shown is a feed as it may be shown: without the secrets in its addresses, or in what quotes them. A feed leaves the
// web server in no other form; the OPML that its owner asks for over the socket is made from the configuration.
func shown(f news.Feed) news.Feed {
	for _, s := range []*string{&f.Title, &f.Address, &f.Location, &f.Link, &f.Error, &f.Proposed} {
		*s = text.HideSecrets(*s)
	}
	f.Warnings = slices.Clone(f.Warnings)
	for i := range f.Warnings {
		f.Warnings[i] = text.HideSecrets(f.Warnings[i])
	}
	return f
}

func subscriptionView(f news.Feed) SubscriptionView {
	v := SubscriptionView{
		ID: f.ID.String(), Kind: f.Kind.String(), Title: f.Title, Address: f.Address, Location: f.Location, State: FeedState(f), Items: f.Items,
		Status: f.Status, Error: f.Error, Failures: f.Failures, Warnings: list(f.Warnings), Proposed: f.Proposed,
		LastTry: moment(f.LastTry), LastOK: moment(f.LastOK), LastNew: moment(f.LastNew), Next: moment(f.NextDue),
	}
	if f.Interval > 0 {
		v.Interval = config.Duration(f.Interval).String()
	}
	if d := f.Delay(); d > 0 {
		v.Delay = config.Duration(d.Round(time.Second)).String()
	}
	if d := silence(f); d > 0 {
		v.Silent = config.Duration(d.Round(time.Hour)).String()
	}
	if f.Paused || f.Gone {
		v.Next = nil
	}
	return v
}

// FeedStates are the words of FeedState.
func FeedStates() []string {
	return []string{"new", "ok", "silent", "failing", "moved", "gone", "paused"}
}

// FeedState is the state of a feed in one word.
func FeedState(f news.Feed) string {
	switch {
	case f.Paused:
		return "paused"
	case f.Gone:
		return "gone"
	case f.Error != "":
		return "failing"
	case f.LastOK.IsZero():
		return "new"
	case silence(f) > 0:
		return "silent"
	case f.Location != f.Address:
		return "moved"
	}
	return "ok"
}

// reportAfter is how often a feed must have failed before people hear of it.
const reportAfter = 3

// FeedProblem says in one line what people should know about a feed; "" when all is well or it is too early to tell.
func FeedProblem(f news.Feed) string {
	f = shown(f)
	name := f.Title
	if name == "" {
		name = f.Address
	}
	switch {
	case f.Paused:
		return ""
	case f.Gone:
		return name + " is gone (410): its server says that it will not come back" + proposal(f)
	case f.Kind == news.KindSeed && f.Error != "":
		return f.Error
	case f.Failures >= reportAfter:
		return fmt.Sprintf("%s has failed %d times since %s: %s", name, f.Failures, f.FailSince.Format("2 Jan 15:04"), f.Error) + proposal(f)
	}
	return ""
}

// proposal says what was found on the site of a feed that is lost; "" for nothing.
func proposal(f news.Feed) string {
	if f.Proposed == "" {
		return ""
	}
	return "; its site offers " + f.Proposed + " (mediawatch feed add takes it)"
}

// silence is for how long a feed has been silent against its own rhythm; 0 while that is usual.
func silence(f news.Feed) time.Duration {
	if f.Kind != news.KindFeed || f.Paused || f.Gone {
		return 0
	}
	return fetch.Rhythm(f.Rhythm).Silence(f.FirstRead, f.LastNew, f.LastOK)
}

// silenceTold is for how long people are told of a silence; afterwards only the list of subscriptions shows it.
const silenceTold = 30 * 24 * time.Hour

// FeedSilence says of a feed that has been silent for unusually long how long and what is usual; "" for others.
func FeedSilence(f news.Feed) string {
	d := silence(f)
	if d == 0 || d > silenceTold {
		return ""
	}
	f = shown(f)
	return fmt.Sprintf("%s for %s, usually every %s", cmp.Or(f.Title, f.Address), roughly(d), roughly(f.Rhythm.Mean))
}

// roughly words a duration by its largest unit.
func roughly(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return text.Count(int(d.Round(24*time.Hour)/(24*time.Hour)), "day")
	case d >= 90*time.Minute:
		return text.Count(int(d.Round(time.Hour)/time.Hour), "hour")
	}
	return text.Count(max(1, int(d.Round(time.Minute)/time.Minute)), "minute")
}

func (s *Server) subscriptionList(r *http.Request) (any, error) {
	subs, err := s.subscriptions(r.Context())
	if err != nil {
		return nil, err
	}
	return part(r, subs)
}

// opml answers with all web feeds as OPML: tags become folders. Only their owner gets addresses with the secrets in
// them, since without they are of no use elsewhere.
func (s *Server) opml(w http.ResponseWriter, r *http.Request) {
	var out []feeds.Subscription
	for _, f := range s.o.Config().Feeds {
		state, err := s.feedState(r.Context(), news.KindFeed, f.URL)
		if err != nil {
			WriteError(w, err)
			return
		}
		if !isOwner(r) {
			f.URL = text.HideSecrets(f.URL)
		}
		out = append(out, feeds.Subscription{Title: cmp.Or(state.Title, f.Title), URL: f.URL, Tags: f.Tags})
	}
	w.Header().Set("Content-Type", "text/x-opml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="mediawatch.opml"`)
	var b bytes.Buffer
	_ = feeds.WriteOPML(&b, "mediawatch subscriptions", out) // a bytes.Buffer takes everything
	s.send(w, r, http.StatusOK, b.Bytes())
}

// OutletView is a publisher: what the configuration knows.
type OutletView struct {
	Name    string   `json:"name"`
	Sites   []string `json:"sites"`
	Country string   `json:"country"`
	Tags    []string `json:"tags"`
}

func (s *Server) outletList(r *http.Request) (any, error) {
	outlets := []OutletView{}
	for _, o := range s.o.Config().Outlets {
		outlets = append(outlets, OutletView{o.Name, list(o.Sites), o.Country, list(o.Tags)})
	}
	slices.SortFunc(outlets, func(a, b OutletView) int { return strings.Compare(a.Name, b.Name) })
	return part(r, outlets)
}

// StatsView is what is kept, in figures.
type StatsView struct {
	store.Stats
	Feeds   int64  `json:"feeds"`   // web feeds and seed folders; those of store.Stats are all sources
	Imports int64  `json:"imports"` // archives that were imported, by name
	Store   string `json:"store"`   // its id
	Version string `json:"version"`
}

func (s *Server) stats(r *http.Request) (any, error) {
	stats, err := s.store.Stats(r.Context())
	id := s.store.ID()
	v := StatsView{Stats: stats, Store: fmt.Sprintf("%x", id[:]), Version: s.o.Version}
	if err != nil {
		return v, err
	}
	v.Imports, err = s.imports(r.Context())
	v.Feeds = stats.Feeds - v.Imports
	return v, err
}

// imports counts the sources that are archives, not feeds.
func (s *Server) imports(ctx context.Context) (n int64, err error) {
	var after news.FeedID
	for {
		page, err := s.store.Feeds(ctx, after, 1000)
		if err != nil || len(page) == 0 {
			return n, err
		}
		for i := range page {
			if news.IsImport(page[i].Address) {
				n++
			}
		}
		after = page[len(page)-1].ID
	}
}

// moment is a time for JSON; zero is null.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
