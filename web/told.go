package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"mediawatch/config"
	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/store"
	"mediawatch/text"
)

// told is everything known about one entry of a watch: what its feed and the pages say.
type told struct {
	entry   news.Entry
	item    *news.Item // the member that is shown, as it is now
	first   *news.Item // the same as it was first read
	story   news.Story
	others  []*news.Item // further members that match the watch
	outside int          // members that do not
	follows bool         // a member of the story matched the watch before it
	matches []news.Match // of the item, in all watches
	match   *news.Match  // of the item, in this watch; nil: a member that does not match any more stands for the group
}

// tell loads items, stories and matches of entries in few reads. An entry whose item was forgotten is left out.
func (s *Server) tell(ctx context.Context, entries []news.Entry) ([]told, error) {
	groups := make([]news.ItemID, len(entries))
	for i, e := range entries {
		groups[i] = e.Group
	}
	stories, err := s.store.Stories(ctx, groups)
	if err != nil {
		return nil, err
	}
	var ids, shown []news.ItemID
	for i, e := range entries {
		ids, shown = append(ids, e.Item), append(shown, e.Item)
		for _, m := range stories[i].Members {
			ids = append(ids, m.Item)
		}
	}
	known, err := s.know(ctx, ids)
	if err != nil {
		return nil, err
	}
	if err := known.firsts(ctx, s.store, shown); err != nil {
		return nil, err
	}
	cfg := s.o.Config()
	out := make([]told, 0, len(entries))
	for i, e := range entries {
		if t := (told{entry: e, item: known.items[e.Item], story: stories[i]}); t.item != nil {
			t.first = cmp.Or(known.first[e.Item], t.item)
			t.matches = known.matches[e.Item]
			t.match = matchIn(e.Watch, t.matches)
			if t.follows = known.follows(&t); folds(cfg, e.Watch) {
				t.copies(known)
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// copies fills in the other members. What does not match the watch is only counted: a feed shows nothing that was not asked for.
func (t *told) copies(k *knowledge) {
	for _, m := range t.story.Members {
		it := k.items[m.Item]
		switch {
		case it == nil || it.ID == t.entry.Item:
		case matchIn(t.entry.Watch, k.matches[m.Item]) != nil:
			t.others = append(t.others, it)
		default:
			t.outside++
		}
	}
}

// follows reports whether another member of the story matched the watch before the one that is shown.
func (k *knowledge) follows(t *told) bool {
	return t.match != nil && slices.ContainsFunc(t.story.Members, func(m news.Member) bool {
		match := matchIn(t.entry.Watch, k.matches[m.Item])
		return match != nil && match.Seq < t.match.Seq
	})
}

// knowledge is items and their matches by id.
type knowledge struct {
	items   map[news.ItemID]*news.Item
	first   map[news.ItemID]*news.Item // first revisions of items that were edited
	matches map[news.ItemID][]news.Match
}

// know reads items, each once, and their matches. What was forgotten is not there.
func (s *Server) know(ctx context.Context, ids []news.ItemID) (*knowledge, error) {
	k := &knowledge{items: make(map[news.ItemID]*news.Item), first: make(map[news.ItemID]*news.Item), matches: make(map[news.ItemID][]news.Match)}
	slices.SortFunc(ids, func(a, b news.ItemID) int { return slices.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	refs := make([]store.Ref, len(ids))
	for i, id := range ids {
		refs[i] = store.Ref{Item: id}
	}
	items, err := s.store.Items(ctx, refs)
	if err != nil {
		return nil, err
	}
	matches, err := s.store.Matches(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if !items[i].ID.IsZero() {
			k.items[id], k.matches[id] = &items[i], matches[i]
		}
	}
	return k, nil
}

// firsts reads the first revisions of the items that were edited.
func (k *knowledge) firsts(ctx context.Context, s store.Journal, ids []news.ItemID) error {
	var refs []store.Ref
	for _, id := range ids {
		if it := k.items[id]; it != nil && it.N > 1 {
			refs = append(refs, store.Ref{Item: id, N: 1})
		}
	}
	items, err := s.Items(ctx, refs)
	for i := range items {
		if !items[i].ID.IsZero() {
			k.first[items[i].ID] = &items[i]
		}
	}
	return err
}

func matchIn(watch string, matches []news.Match) *news.Match {
	for i := range matches {
		if matches[i].Watch == watch {
			return &matches[i]
		}
	}
	return nil
}

// folds reports whether an entry of the watch stands for a story.
func folds(cfg *config.Config, watch string) bool {
	w, ok := cfg.Watch(watch)
	return !ok || w.Group != config.GroupItem
}

// otherOutlets counts the outlets of the other members, without the one that is shown. An unknown one equals no other.
func (t *told) otherOutlets() int {
	outlets := make(map[string]bool)
	for _, o := range t.others {
		outlets[outletKey(o)] = true
	}
	delete(outlets, outletKey(t.item))
	return len(outlets)
}

// alsoLine says who else carries an item; "" when nobody does.
func (t *told) alsoLine() string {
	switch n := t.otherOutlets(); {
	case n > 0:
		return "also covered by " + text.Count(n, "outlet")
	case len(t.others) > 0:
		return "also published " + text.Count(len(t.others), "time")
	case t.outside > 0:
		return "+" + text.Count(t.outside, "copy") + " outside this watch"
	}
	return ""
}

// quotes are the sentences that made the item match; hits in the headline are seen there already.
func (t *told) quotes() [][]piece {
	if t.match == nil || len(t.match.Evidence) == 0 {
		return nil
	}
	return quotes(query.NewDocument(t.item, query.Facts{}), t.item.Title, t.match.Evidence)
}

// headline is the title of an item, or the beginning of its text when it has none.
func headline(it *news.Item) string {
	if it.Title != "" {
		return text.Balanced(it.Title)
	}
	return cmp.Or(text.Truncate(text.Line(text.FirstParagraph(it.HTML())), headlineRunes), "without a headline")
}

// headlineRunes is how much of a text stands in for a headline.
const headlineRunes = 90

// unknownOutlet is what an outlet is called that we do not know.
const unknownOutlet = "unknown outlet"

// outletName is what an item's outlet is called.
func outletName(it *news.Item) string { return cmp.Or(text.Balanced(it.Outlet), unknownOutlet) }

// webURL is raw, with everything escaped that an address must not hold, if it is one of the web, else "": nothing else becomes a link.
func webURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}
