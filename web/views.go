package web

import (
	"context"
	"time"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// ItemView is an item as the API and the commands show it. Times are RFC 3339.
type ItemView struct {
	ID        string     `json:"id"`
	Seq       news.Seq   `json:"seq"`
	URL       string     `json:"url"`
	Title     string     `json:"title"`
	Outlet    string     `json:"outlet"`
	Published *time.Time `json:"published"`
	Certainty string     `json:"certainty"`
	Seen      time.Time  `json:"seen"`
	Time      time.Time  `json:"time"`
	Listed    time.Time  `json:"listed"`
	Story     string     `json:"story"`
	Relation  string     `json:"relation"`
	Revision  int        `json:"revision"`
	Watches   []string   `json:"watches"`
	Lang      string     `json:"lang"`
	Kind      string     `json:"kind"`
	Feed      string     `json:"feed"`
	Backlog   bool       `json:"backlog"`
	Why       string     `json:"backlog_why"` // first reading, import, archive, old; "" not backlog
	Forgotten bool       `json:"forgotten,omitempty"`
}

// ItemDetail is everything kept of one item.
type ItemDetail struct {
	ItemView
	Identity       string         `json:"identity"`
	OutletEvidence string         `json:"outlet_evidence"`
	Section        []string       `json:"section"`
	Categories     []string       `json:"categories"`
	Tags           []string       `json:"tags"` // of the item; those of its feed and outlet are with these
	Authors        []string       `json:"authors"`
	Caption        string         `json:"caption"`
	Subheadings    []string       `json:"subheadings"`
	Summary        string         `json:"summary"`
	Content        string         `json:"content"`
	Text           string         `json:"text"`
	Cut            []string       `json:"cut"`
	Pruned         bool           `json:"pruned"` // its texts were removed by retention, [store] keep; identity, headline and matches stay
	ContentHash    string         `json:"content_hash"`
	Origin         OriginView     `json:"origin"`
	Revisions      []RevisionView `json:"revisions"`
	Matches        []MatchView    `json:"matches"`
}

// OriginView is the evidence of where an item came from.
type OriginView struct {
	SHA256   string    `json:"sha256"`
	Fetched  time.Time `json:"fetched"`
	FinalURL string    `json:"final_url"`
	Status   int       `json:"status"`
}

// RevisionView is one state of an item.
type RevisionView struct {
	N     int       `json:"n"`
	At    time.Time `json:"at"`
	Title string    `json:"title"`
	Text  string    `json:"text"`
}

// MatchView says why an item is in a watch.
type MatchView struct {
	Watch    string         `json:"watch"`
	Seq      news.Seq       `json:"seq"`
	At       time.Time      `json:"at"`
	Revision int            `json:"revision"`
	Backlog  bool           `json:"backlog"`
	Evidence []EvidenceView `json:"evidence"`
}

// EvidenceView is one clause that was true.
type EvidenceView struct {
	Clause  string `json:"clause"`
	Field   string `json:"field"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Words   string `json:"words"`
	Variant string `json:"variant,omitempty"`
}

// StoryView is a story and its members.
type StoryView struct {
	ID      string       `json:"id"`
	Seq     news.Seq     `json:"seq"`
	Title   string       `json:"title"`
	Outlets int          `json:"outlets"`
	Members []MemberView `json:"members"`
}

// MemberView is an item of a story, with the reason why it is there.
type MemberView struct {
	ID        string     `json:"id"`
	Outlet    string     `json:"outlet"`
	Title     string     `json:"title"`
	URL       string     `json:"url"`
	Published *time.Time `json:"published"`
	Certainty string     `json:"certainty"`
	Seen      time.Time  `json:"seen"`
	Relation  string     `json:"relation"`
	Score     float64    `json:"score"`
	Of        string     `json:"of,omitempty"`
}

// Views loads what is needed around items and puts it into views.
type Views struct{ Store store.Store }

// Items returns the views of items, in their order. Zero items are left out.
func (v Views) Items(ctx context.Context, items []news.Item) ([]ItemView, error) {
	kept := make([]*news.Item, 0, len(items))
	ids := make([]news.ItemID, 0, len(items))
	for i := range items {
		if !items[i].ID.IsZero() {
			kept = append(kept, &items[i])
			ids = append(ids, items[i].ID)
		}
	}
	stories, err := v.Store.Stories(ctx, ids)
	if err != nil {
		return nil, err
	}
	matches, err := v.Store.Matches(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]ItemView, len(kept))
	for i, it := range kept {
		out[i] = itemView(it, stories[i], matches[i])
	}
	return out, nil
}

func itemView(it *news.Item, story news.Story, matches []news.Match) ItemView {
	view := ItemView{
		ID: it.ID.String(), Seq: it.Seq, URL: it.URL, Title: text.Balanced(it.Title), Outlet: text.Balanced(it.Outlet), Published: stamp(it.Published),
		Certainty: it.Published.Certainty.String(), Seen: it.Seen, Time: it.Time(), Listed: it.Listed(), Story: it.ID.String(), Relation: string(news.Original),
		Revision: it.N, Watches: []string{}, Lang: it.Lang, Kind: it.Kind.String(), Feed: it.Feed.String(), Backlog: it.Backlog, Why: it.BacklogWhy,
	}
	if !story.ID.IsZero() {
		view.Story = story.ID.String()
	}
	for _, m := range story.Members {
		if m.Item == it.ID && m.Relation != "" {
			view.Relation = string(m.Relation)
		}
	}
	for _, m := range matches {
		view.Watches = append(view.Watches, m.Watch)
	}
	return view
}

func stamp(s news.Stamp) *time.Time {
	if s.IsZero() {
		return nil
	}
	t := s.Time
	return &t
}

// Item returns everything kept of one item; store.ErrNotFound when there is none or it was forgotten.
func (v Views) Item(ctx context.Context, id news.ItemID) (ItemDetail, error) {
	items, err := v.Store.Items(ctx, []store.Ref{{Item: id}})
	if err != nil {
		return ItemDetail{}, err
	}
	it := &items[0]
	if it.ID.IsZero() {
		return ItemDetail{}, store.ErrNotFound
	}
	views, err := v.Items(ctx, items)
	if err != nil {
		return ItemDetail{}, err
	}
	d := ItemDetail{
		ItemView: views[0], Identity: it.Identity, OutletEvidence: it.OutletEvidence, Section: list(it.Section), Categories: list(it.Categories), Tags: list(it.Tags),
		Caption: it.Caption, Subheadings: list(it.Subheadings), Summary: it.Summary, Content: it.Content, Text: text.Plain(it.HTML()), Cut: list(it.Cut), Pruned: it.Pruned,
		Origin:  OriginView{it.Origin.Raw.String(), it.Origin.At, text.HideSecrets(it.Origin.FinalURL), it.Origin.Status},
		Authors: []string{}, Revisions: []RevisionView{}, Matches: []MatchView{},
	}
	if !it.Keys.Content.IsZero() {
		d.ContentHash = it.Keys.Content.String()
	}
	for _, a := range it.Authors {
		d.Authors = append(d.Authors, text.Balanced(a.Name))
	}
	if d.Revisions, err = v.revisions(ctx, id, it.N); err != nil {
		return d, err
	}
	matches, err := v.Store.Matches(ctx, []news.ItemID{id})
	if err != nil {
		return d, err
	}
	for _, m := range matches[0] {
		d.Matches = append(d.Matches, matchView(m))
	}
	return d, nil
}

func (v Views) revisions(ctx context.Context, id news.ItemID, newest int) ([]RevisionView, error) {
	refs := make([]store.Ref, newest)
	for i := range refs {
		refs[i] = store.Ref{Item: id, N: i + 1}
	}
	items, err := v.Store.Items(ctx, refs)
	if err != nil {
		return nil, err
	}
	out := make([]RevisionView, 0, len(items))
	for i := range items {
		r := &items[i].Revision
		if !items[i].ID.IsZero() {
			out = append(out, RevisionView{N: r.N, At: r.At, Title: text.Balanced(r.Title), Text: text.Plain(r.HTML())})
		}
	}
	return out, nil
}

func matchView(m news.Match) MatchView {
	view := MatchView{Watch: m.Watch, Seq: m.Seq, At: m.At, Revision: m.Rev, Backlog: m.Backlog, Evidence: []EvidenceView{}}
	for _, e := range m.Evidence {
		view.Evidence = append(view.Evidence, EvidenceView(e))
	}
	return view
}

// Story returns a story with what is to know about its members. The id may be the story's, an alias or any member's.
func (v Views) Story(ctx context.Context, id news.ItemID) (StoryView, error) {
	stories, err := v.Store.Stories(ctx, []news.ItemID{id})
	if err != nil {
		return StoryView{}, err
	}
	if stories[0].ID.IsZero() {
		return StoryView{}, store.ErrNotFound
	}
	return v.story(ctx, stories[0])
}

func (v Views) story(ctx context.Context, s news.Story) (StoryView, error) {
	refs := make([]store.Ref, len(s.Members))
	for i, m := range s.Members {
		refs[i] = store.Ref{Item: m.Item}
	}
	items, err := v.Store.Items(ctx, refs)
	if err != nil {
		return StoryView{}, err
	}
	view := StoryView{ID: s.ID.String(), Seq: s.Seq, Members: []MemberView{}}
	outlets := make(map[string]bool)
	for i, m := range s.Members {
		it := &items[i]
		if it.ID.IsZero() {
			continue
		}
		if view.Title == "" {
			view.Title = text.Balanced(it.Title)
		}
		member := MemberView{
			ID: it.ID.String(), Outlet: text.Balanced(it.Outlet), Title: text.Balanced(it.Title), URL: it.URL, Published: stamp(it.Published),
			Certainty: it.Published.Certainty.String(), Seen: it.Seen, Relation: string(m.Relation), Score: m.Score,
		}
		if !m.Of.IsZero() {
			member.Of = m.Of.String()
		}
		view.Members = append(view.Members, member)
		outlets[outletKey(it)] = true
	}
	view.Outlets = len(outlets)
	return view, nil
}

// outletKey tells outlets apart; an unknown outlet equals no other.
func outletKey(it *news.Item) string {
	if it.Outlet == "" {
		return "item " + it.ID.String()
	}
	return it.Outlet
}

// list makes a nil list an empty one, so that JSON says [] and not null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
