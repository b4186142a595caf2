package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/store"
	"mediawatch/text"
)

const (
	pageEvidence  = 20 // words listed for a watch
	pageRevisions = 20 // newest revisions compared
)

type itemBody struct {
	Outlet    string
	Section   string
	Title     []piece
	Lang      string
	Published *when
	Certainty string
	Authors   string
	URL       string
	Also      string
	Story     string
	Text      [][]piece
	Pruned    bool // the text was removed
	Caption   string
	Cut       []string
	Watches   []itemWatch
	Facts     []fact
	Revisions []itemRevision
	Revised   string
}

// itemWatch is a watch that an item matches, with what it was that matched.
type itemWatch struct {
	watchRef
	At       *when
	Backlog  bool
	Evidence []itemHits
}

// itemHits are the words that were found in one field.
type itemHits struct {
	Field string
	Words []string
}

// fact is a line of what is known about an item beside its text.
type fact struct {
	Name  string
	Time  *when
	Value string
	Mono  bool
	Note  string
}

// itemRevision is how an item changed from one revision to the next.
type itemRevision struct {
	N     int
	At    *when
	Title []edit
	Text  []edit
	Note  string
}

func (s *Server) itemPage(r *http.Request) (page, error) {
	ctx := r.Context()
	id, err := s.ItemID(ctx, r.PathValue("id"))
	if err != nil {
		return page{}, store.ErrNotFound
	}
	stories, err := s.store.Stories(ctx, []news.ItemID{id})
	if err != nil {
		return page{}, err
	}
	ids := []news.ItemID{id}
	for _, m := range stories[0].Members {
		ids = append(ids, m.Item)
	}
	known, err := s.know(ctx, ids)
	if err != nil {
		return page{}, err
	}
	it := known.items[id]
	if it == nil {
		return page{}, store.ErrNotFound
	}
	b := s.itemBody(it, known.matches[id])
	b.Also, b.Story = s.copiesOf(it, stories[0], known), stories[0].ID.String()
	feed, err := s.feedOf(ctx, it.Feed)
	if err != nil && !isNotFound(err) {
		return page{}, err
	}
	b.Facts = s.facts(it, feed)
	if err := s.revisionsOf(ctx, it, &b); err != nil {
		return page{}, err
	}
	return page{Title: headline(it), Section: "items", Body: b}, nil
}

func (s *Server) itemBody(it *news.Item, matches []news.Match) itemBody {
	now := s.o.Now()
	doc := query.NewDocument(it, query.Facts{})
	b := itemBody{
		Outlet: text.Balanced(it.Outlet), Section: strings.Join(it.Section, " / "), Lang: it.Lang, Published: stampWhen(it.Published, now),
		Certainty: certaintyNote(it.Published.Certainty), Authors: authorNames(it), URL: webURL(it.URL), Caption: it.Caption, Cut: it.Cut, Pruned: it.Pruned,
		Title: markField(doc, "title", matches), Text: paragraphs(markField(doc, "body", matches)),
	}
	if len(b.Title) == 0 {
		b.Title = []piece{{Text: headline(it)}}
	}
	cfg := s.o.Config()
	for _, m := range matches {
		if _, ok := cfg.Watch(m.Watch); ok {
			b.Watches = append(b.Watches, itemWatch{watchRef{m.Watch, watchTitle(cfg, m.Watch)}, whenOf(m.At, now), m.Backlog, hitsOf(m.Evidence)})
		}
	}
	return b
}

// hitsOf lists what made a match, field by field, each word once whatever its case.
func hitsOf(evidence []news.Evidence) []itemHits {
	var out []itemHits
	seen := make(map[[2]string]bool)
	for _, ev := range evidence {
		field, key := fieldWord(ev.Field), [2]string{ev.Field, text.Fold(ev.Words)}
		if seen[key] || len(seen) == pageEvidence {
			continue
		}
		seen[key] = true
		i := slices.IndexFunc(out, func(h itemHits) bool { return h.Field == field })
		if i < 0 {
			out = append(out, itemHits{Field: field})
			i = len(out) - 1
		}
		out[i].Words = append(out[i].Words, text.Truncate(ev.Words, headlineRunes))
	}
	return out
}

// fieldWord is a field's name for people.
func fieldWord(field string) string {
	switch field {
	case "title":
		return "the headline"
	case "body":
		return "the text"
	case "lead":
		return "the first paragraph"
	case "caption":
		return "the caption"
	}
	return field
}

func authorNames(it *news.Item) string {
	var names []string
	for _, a := range it.Authors {
		if a.Name != "" {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ", ")
}

// copiesOf says who else carries the text of an item; "" when nobody does.
func (s *Server) copiesOf(it *news.Item, story news.Story, k *knowledge) string {
	t := told{item: it}
	for _, m := range story.Members {
		if other := k.items[m.Item]; other != nil && m.Item != it.ID {
			t.others = append(t.others, other)
		}
	}
	return t.alsoLine()
}

// facts is where an item comes from and how we know.
func (s *Server) facts(it *news.Item, feed news.Feed) []fact {
	now := s.o.Now()
	outlet := fact{Name: "Outlet", Value: outletName(it)}
	if it.OutletEvidence != "" {
		outlet.Note = "by " + it.OutletEvidence
	}
	published := fact{Name: "Published", Time: stampWhen(it.Published, now), Note: "certainty: " + it.Published.Certainty.String()}
	if published.Time == nil {
		published.Value, published.Note = "not stated", ""
	}
	facts := []fact{outlet, published}
	if !it.Updated.IsZero() {
		facts = append(facts, fact{Name: "Updated", Time: stampWhen(it.Updated, now), Note: "certainty: " + it.Updated.Certainty.String()})
	}
	facts = append(facts, fact{Name: "First seen", Time: whenOf(it.Seen, now)}, fact{Name: "Language", Value: cmp.Or(it.Lang, "unknown")})
	through := fact{Name: "Came through", Value: cmp.Or(feed.Title, feed.Address, "a feed that was removed")}
	if it.Kind == news.KindSeed {
		through = fact{Name: "Came from", Value: text.HideSecrets(it.Origin.FinalURL), Mono: true, Note: "in the folder " + cmp.Or(feed.Address, "that was removed")}
	}
	facts = append(facts, through, fact{Name: "Fetched", Time: whenOf(it.Origin.At, now)})
	if it.Kind == news.KindFeed {
		facts = append(facts, fact{Name: "From", Value: text.HideSecrets(it.Origin.FinalURL), Mono: true, Note: fmt.Sprintf("status %d", it.Origin.Status)})
	}
	facts = append(facts, fact{Name: "SHA-256", Value: it.Origin.Raw.String(), Mono: true, Note: "of the document as received"})
	return append(facts, fact{Name: "Id", Value: it.ID.String(), Mono: true, Note: fmt.Sprintf("journal %d, version %d", it.Seq, it.N)})
}

// revisionsOf compares the revisions of an item, newest first.
func (s *Server) revisionsOf(ctx context.Context, it *news.Item, b *itemBody) error {
	if it.N < 2 {
		return nil
	}
	first := max(1, it.N-pageRevisions)
	var refs []store.Ref
	for n := first; n <= it.N; n++ {
		refs = append(refs, store.Ref{Item: it.ID, N: n})
	}
	items, err := s.store.Items(ctx, refs)
	if err != nil {
		return err
	}
	b.Revised = text.Count(it.N-1, "revision")
	for i := len(items) - 1; i > 0; i-- {
		old, new := &items[i-1], &items[i]
		v := itemRevision{
			N: new.N, At: whenOf(new.At, s.o.Now()), Title: compare(old.Title, new.Title), Text: compare(text.Plain(old.HTML()), text.Plain(new.HTML())),
		}
		if v.Title == nil && v.Text == nil {
			v.Note = "Headline and text are the same; only what surrounds them changed."
		}
		b.Revisions = append(b.Revisions, v)
	}
	return nil
}
