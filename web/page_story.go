package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

type storyBody struct {
	Title   string
	Lang    string
	Summary string
	First   *firstSeen
	Members []storyMember
	Watches []watchRef
}

// firstSeen says who had it first, as far as can be known.
type firstSeen struct {
	Head   string
	Outlet string
	Time   *when
	Rest   string
}

type storyMember struct {
	ID        string
	Outlet    string
	Title     string
	URL       string
	Published *when
	Certainty string
	Seen      *when
	Why       string
	Edited    *when  // nil for never
	Was       string // the headline before, if that changed
}

func (s *Server) storyPage(r *http.Request) (page, error) {
	ctx := r.Context()
	id, err := s.ItemID(ctx, r.PathValue("id"))
	if err != nil {
		return page{}, store.ErrNotFound
	}
	stories, err := s.store.Stories(ctx, []news.ItemID{id})
	if err != nil {
		return page{}, err
	}
	var ids []news.ItemID
	for _, m := range stories[0].Members {
		ids = append(ids, m.Item)
	}
	known, err := s.know(ctx, ids)
	if err != nil {
		return page{}, err
	}
	if err := known.firsts(ctx, s.store, ids); err != nil {
		return page{}, err
	}
	b := s.storyBody(stories[0], known)
	if len(b.Members) == 0 {
		return page{}, store.ErrNotFound
	}
	return page{Title: b.Title, Section: "stories", Body: b}, nil
}

func (s *Server) storyBody(story news.Story, k *knowledge) storyBody {
	var b storyBody
	var items []*news.Item
	outlets := make(map[string]bool)
	now := s.o.Now()
	for _, m := range story.Members {
		it := k.items[m.Item]
		if it == nil { // forgotten
			continue
		}
		if len(items) == 0 {
			b.Title, b.Lang = headline(it), it.Lang
		}
		items = append(items, it)
		outlets[outletKey(it)] = true
		member := storyMember{
			ID: it.ID.String(), Outlet: text.Balanced(it.Outlet), Title: headline(it), URL: webURL(it.URL), Published: stampWhen(it.Published, now),
			Certainty: certaintyNote(it.Published.Certainty), Seen: whenOf(it.Seen, now), Why: whyMember(m, k),
		}
		if first := k.first[it.ID]; first != nil {
			member.Edited = whenOf(it.At, now)
			if was := headline(first); was != member.Title {
				member.Was = was
			}
		}
		b.Members = append(b.Members, member)
		for _, ref := range s.watchRefs(k.matches[m.Item], "") {
			if !slices.Contains(b.Watches, ref) {
				b.Watches = append(b.Watches, ref)
			}
		}
	}
	b.Summary = "One article; nobody else has been seen with its text."
	if len(items) > 1 {
		b.Summary = fmt.Sprintf("The same text in %s of %s.", text.Count(len(items), "article"), text.Count(len(outlets), "outlet"))
		b.First = s.first(items)
	}
	return b
}

// whyMember is why an item belongs to its story, in words.
func whyMember(m news.Member, k *knowledge) string {
	if m.Of.IsZero() || m.Relation == "" || m.Relation == news.Original {
		return "arrived first"
	}
	why, as, share := string(m.Relation), " as ", ", %.0f %% alike"
	if m.Relation == news.Abridges || m.Relation == news.AbridgedBy {
		as, share = " ", ", %.0f %% of the shorter text"
	}
	if of := k.items[m.Of]; of != nil {
		why += as + outletName(of)
	}
	if m.Score < 1 {
		why += fmt.Sprintf(share, m.Score*100)
	}
	return why
}

// first says who had a story first.
func (s *Server) first(items []*news.Item) *firstSeen {
	now := s.o.Now()
	it, rest := firstOf(items)
	if it == nil {
		it = slices.MinFunc(items, func(a, b *news.Item) int { return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(a.Seq, b.Seq)) })
		return &firstSeen{Head: "First seen by us:", Outlet: text.Balanced(it.Outlet), Time: whenOf(it.Seen, now), Rest: rest}
	}
	return &firstSeen{Head: firstHead, Outlet: text.Balanced(it.Outlet), Time: whenOf(it.Published.Time, now), Rest: rest}
}

const firstHead = "First by stated time:"

// firstOf returns who published first among those that state an exact time, nil when nobody does, and what is to be said of the others.
func firstOf(items []*news.Item) (first *news.Item, rest string) {
	exact := 0
	for _, it := range items {
		if it.Published.Certainty != news.CertaintyExact || it.Published.Time.After(it.Seen) {
			continue
		}
		if exact++; first == nil || it.Published.Time.Before(first.Published.Time) {
			first = it
		}
	}
	switch n := len(items) - exact; {
	case first == nil:
		return nil, "No exact time of publication is stated, so who was first is not known."
	case n == 0:
		return first, ""
	case n == 1:
		return first, "1 of the " + text.Number(len(items)) + " states no exact time and may be earlier."
	default:
		return first, text.Number(n) + " of the " + text.Number(len(items)) + " state no exact time and may be earlier."
	}
}
