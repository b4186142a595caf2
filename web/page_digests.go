package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"mediawatch/config"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

const (
	digestsEditions = 5  // editions the page of all digests lists of each
	pageEditions    = 40 // editions the page of one digest lists
	foldStories     = 200
)

type digestBody struct {
	Name, Title string
	When        string
	Next        *when
	Rows        []editionRow
	More        bool
	Older       string // address below digests/
}

// editionRow is an edition in a list.
type editionRow struct {
	Root    string
	Path    string // below digests/
	Label   string // "No. 7", "Welcome edition"
	Subject string
	Date    *when
	Sent    string
	Bad     string
	number  int
}

// editionList says which editions are wanted: of the digests, merged by date.
type editionList struct {
	digests []string
	before  int
	limit   int
	root    string
}

// editionRows returns editions, newest first within a digest, with how their deliveries went.
func (s *Server) editionRows(ctx context.Context, o editionList) ([]editionRow, error) {
	var out []editionRow
	for _, name := range o.digests {
		editions, err := s.store.Editions(ctx, name, o.before, o.limit)
		if err != nil {
			return nil, err
		}
		for _, e := range editions {
			row := editionRow{Root: o.root, Path: editionPath(e.Digest, e.Number), Label: editionLabel(e), Subject: e.Subject, Date: whenOf(e.Date, s.o.Now()), number: e.Number}
			view, err := s.editionView(ctx, e)
			if err != nil {
				return nil, err
			}
			row.Sent, row.Bad = deliveryLines(view.Deliveries)
			out = append(out, row)
		}
	}
	return out, nil
}

func editionPath(digest string, number int) string {
	return url.PathEscape(digest) + "/" + strconv.Itoa(number)
}

// editionLabel is what people call an edition.
func editionLabel(e news.Edition) string {
	switch {
	case strings.HasSuffix(e.Digest, extraSuffix):
		return "Extra edition " + strconv.Itoa(e.Number)
	case e.Number == 0:
		return "Welcome edition"
	}
	return "No. " + strconv.Itoa(e.Number)
}

// deliveryLines sums up how deliveries went: what arrived or is on its way, and what was given up.
func deliveryLines(list []DeliveryView) (sent, bad string) {
	counts := make(map[string]int)
	for _, d := range list {
		counts[d.State]++
	}
	var parts []string
	if n := counts[string(news.DeliverySent)]; n > 0 {
		parts = append(parts, "delivered "+text.Count(n, "time"))
	}
	if n := len(list) - counts[string(news.DeliverySent)] - counts[string(news.DeliveryFailed)]; n > 0 {
		parts = append(parts, text.Number(n)+" on the way")
	}
	if n := counts[string(news.DeliveryFailed)]; n > 0 {
		bad = text.Number(n) + " not delivered"
	}
	return strings.Join(parts, ", "), bad
}

func digestTitle(d config.Digest) string { return cmp.Or(d.Title, d.Name) }

func (s *Server) digestBody(d config.Digest) digestBody {
	now := s.o.Now()
	return digestBody{Name: d.Name, Title: digestTitle(d), When: d.At + " (" + d.Location.String() + ")", Next: whenOf(d.Schedule.Next(now), now)}
}

func (s *Server) digestsPage(r *http.Request) (page, error) {
	var bodies []digestBody
	p := page{Title: "Digests", Section: "digests/"}
	for _, d := range s.o.Config().Digests {
		b := s.digestBody(d)
		rows, err := s.editionRows(r.Context(), editionList{digests: []string{d.Name}, limit: digestsEditions + 1, root: rootOf(r.URL.Path)})
		if err != nil {
			return page{}, err
		}
		b.Rows, b.More = rows[:min(len(rows), digestsEditions)], len(rows) > digestsEditions
		bodies = append(bodies, b)
		p.Feeds = append(p.Feeds, alternate{b.Title, "digests/" + d.Name + ".atom"})
	}
	p.Body = struct{ Digests []digestBody }{bodies}
	return p, nil
}

// digestFile answers /digests/morning with a page and /digests/morning.atom with a feed.
func (s *Server) digestFile(w http.ResponseWriter, r *http.Request) {
	name, atom := strings.CutSuffix(r.PathValue("name"), ".atom")
	if atom {
		s.digestFeed(w, r, name)
		return
	}
	t, err := s.answer(r)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	content, err := s.digestPage(t.within(r), name)
	t.end()
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, "digest", content)
}

func (s *Server) digestPage(r *http.Request, name string) (page, error) {
	d, ok := s.o.Config().Digest(name)
	if !ok {
		return page{}, store.ErrNotFound
	}
	before := 0
	if v := r.FormValue("before"); v != "" {
		var err error
		if before, err = strconv.Atoi(v); err != nil || before < 1 {
			return page{}, store.ErrNotFound
		}
	}
	b := s.digestBody(d)
	list := editionList{digests: []string{name}, before: before, limit: pageEditions + 1, root: rootOf(r.URL.Path)}
	rows, err := s.editionRows(r.Context(), list)
	if err != nil {
		return page{}, err
	}
	if len(rows) > pageEditions {
		rows = rows[:pageEditions]
		b.Older = url.PathEscape(name) + "?before=" + strconv.Itoa(rows[len(rows)-1].number)
	}
	b.Rows = rows
	if before == 0 {
		list.digests, list.limit = []string{name + extraSuffix}, digestsEditions
		extra, err := s.editionRows(r.Context(), list)
		if err != nil {
			return page{}, err
		}
		b.Rows = append(b.Rows, extra...)
	}
	return page{Title: b.Title, Section: "digests/", Feeds: []alternate{{b.Title, "digests/" + name + ".atom"}}, Body: b}, nil
}

type editionBody struct {
	Digest, Title string
	Path          string
	Label         string
	Subject       string
	Date          *when
	Deliveries    []deliveryRow
	Stories       []editionStory
	Fold          bool // the list is folded away: the edition itself shows it
}

type deliveryRow struct {
	To           string
	State, Words string
	Time         *when
	Attempts     int
	Answer       string
}

type editionStory struct{ ID, Title, Outlet, Items string }

// editionOf reads the edition a request names.
func (s *Server) editionOf(r *http.Request) (news.Edition, error) {
	name, number, err := ParseEdition(r.PathValue("name") + "/" + r.PathValue("number"))
	if err != nil {
		return news.Edition{}, store.ErrNotFound
	}
	return s.store.Edition(r.Context(), name, number)
}

func (s *Server) editionPage(r *http.Request) (page, error) {
	e, err := s.editionOf(r)
	if err != nil {
		return page{}, err
	}
	now := s.o.Now()
	base := strings.TrimSuffix(e.Digest, extraSuffix)
	b := editionBody{
		Digest: base, Title: base, Path: editionPath(e.Digest, e.Number), Label: editionLabel(e), Subject: e.Subject, Date: whenOf(e.Date, now), Fold: len(e.Stories) <= foldStories,
	}
	if d, ok := s.o.Config().Digest(base); ok {
		b.Title = digestTitle(d)
	}
	view, err := s.editionView(r.Context(), e)
	if err != nil {
		return page{}, err
	}
	for _, d := range view.Deliveries {
		b.Deliveries = append(b.Deliveries, deliveryRowOf(d, s))
	}
	b.Stories, err = s.editionStories(r.Context(), e)
	return page{Title: e.Subject, Section: "digests/", Body: b}, err
}

func deliveryRowOf(d DeliveryView, s *Server) deliveryRow {
	now := s.o.Now()
	row := deliveryRow{To: strings.TrimPrefix(d.Recipient, "mailto:"), State: d.State, Attempts: d.Attempts, Answer: d.Answer, Words: d.State}
	if dir, ok := strings.CutPrefix(d.Recipient, "dir:"); ok {
		row.To = "folder " + dir
	}
	switch news.DeliveryState(d.State) {
	case news.DeliverySent:
		row.State, row.Words = "ok", "delivered"
	case news.DeliveryUnknown:
		row.Words = "not confirmed; it will be tried again with the same content"
	case news.DeliveryFailed:
		row.Words = "given up"
	case news.DeliveryHeld:
		row.Words = "held since the store was restored"
	case news.DeliveryPending:
		row.Words = "waiting"
	}
	if d.Settled != nil {
		row.Time = whenOf(*d.Settled, now)
	} else if d.NextTry != nil {
		row.Time = whenOf(*d.NextTry, now)
	}
	return row
}

// editionStories lists every story an edition reported, also those it only counted. What was forgotten since is left out.
func (s *Server) editionStories(ctx context.Context, e news.Edition) ([]editionStory, error) {
	refs := make([]store.Ref, len(e.Stories))
	for i, r := range e.Stories {
		refs[i] = store.Ref{Item: r.Group}
	}
	items, err := s.store.Items(ctx, refs)
	if err != nil {
		return nil, err
	}
	var out []editionStory
	for i := range items {
		if items[i].ID.IsZero() {
			continue
		}
		st := editionStory{ID: items[i].ID.String(), Title: headline(&items[i]), Outlet: items[i].Outlet}
		if n := e.Stories[i].Items; n > 1 {
			st.Items = text.Count(n, "article")
		}
		out = append(out, st)
	}
	return out, nil
}

// rawEdition answers with an edition as the desk has it, in a sandbox.
func (s *Server) rawEdition(w http.ResponseWriter, r *http.Request) {
	e, err := s.editionOf(r)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	w.Header().Set("Content-Security-Policy", editionPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, doc := e.For(news.Desk)
	s.send(w, r, http.StatusOK, doc)
}
