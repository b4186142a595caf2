package web

import (
	"context"
	"net/http"
	"strconv"

	"mediawatch/news"
	"mediawatch/store"
)

// items answers GET /api/v1/items: as lists for people show them, or with after=SEQ the items that are new or changed
// since, oldest change first.
func (s *Server) items(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	if r.Form.Has("after") {
		after, err := seqOf(r, "after")
		if err != nil {
			return nil, err
		}
		return s.changedItems(r, after, limit), nil
	}
	behind, err := spotOf(r)
	if err != nil {
		return nil, err
	}
	watch := r.FormValue("watch")
	if watch != "" && !s.hasWatch(watch) {
		return nil, BadRequest("there is no watch %q", watch)
	}
	return s.latestItems(r.Context(), watch, behind, limit), nil
}

// latestItems lists items, or those that match a watch, newest first.
func (s *Server) latestItems(ctx context.Context, watch string, behind store.Spot, limit int) *rows {
	l := &rows{}
	l.each = func(yield func(any, error) bool) {
		for n := 0; ; {
			items, err := s.store.Latest(ctx, watch, behind, min(rowsRead, limit-n)+1)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(items) == 0 {
				return
			}
			if more := len(items) > limit-n; more {
				items = items[:limit-n]
				l.tail.Next = spotText(store.SpotOf(&items[len(items)-1]))
			}
			views, err := s.views.Items(ctx, items)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(items) > 0 {
				behind = store.SpotOf(&items[len(items)-1])
			}
			items = nil // their texts are not needed while the client reads
			for _, v := range views {
				if !yield(v, nil) {
					return
				}
			}
			if l.tail.Next != "" {
				return
			}
			n += len(views)
		}
	}
	return l
}

// How many changed items are gathered before they are written; among so many each comes once.
const (
	changesRead      = mostRows
	changesReadOwner = 100_000
)

// changedItems turns the journal into upserts: each item once, at its last change among the events read. A listing in
// JSON lines that goes on for long may have an item again further down, at a later change: to remember all would cost
// memory without bounds.
func (s *Server) changedItems(r *http.Request, after news.Seq, limit int) *rows {
	ctx, most := r.Context(), changesRead
	if isOwner(r) {
		most = changesReadOwner
	}
	l := &rows{}
	l.each = func(yield func(any, error) bool) {
		for n := 0; n < limit; {
			c, err := s.changes(ctx, after, min(limit-n, most))
			if err != nil {
				yield(nil, err)
				return
			}
			for start := 0; start < len(c.order); start += rowsRead {
				ids := c.order[start:min(start+rowsRead, len(c.order))]
				views, err := s.upserts(ctx, ids)
				if err != nil {
					yield(nil, err)
					return
				}
				for i := range views {
					if v, ok := views[i].(ItemView); ok {
						v.Seq = c.last[ids[i]]
						views[i] = v
					}
					if !yield(views[i], nil) {
						return
					}
				}
			}
			l.tail.Next = strconv.FormatUint(uint64(c.next), 10)
			if c.next == after {
				return
			}
			after = c.next
			n += len(c.order)
		}
	}
	return l
}

// changes are the items that a stretch of the journal changes.
type changes struct {
	order []news.ItemID
	last  map[news.ItemID]news.Seq // the last change of each
	next  news.Seq                 // the end of the stretch
}

// changes reads the journal until at least limit items have changed or it ends. A change of a story brings all its
// members, so there may be a few more.
func (s *Server) changes(ctx context.Context, after news.Seq, limit int) (changes, error) {
	c := changes{last: make(map[news.ItemID]news.Seq), next: after}
	for len(c.order) < limit {
		events, err := s.store.Events(ctx, c.next, readPage)
		if err != nil || len(events) == 0 {
			return c, err
		}
		for _, ev := range events {
			if len(c.order) >= limit {
				break
			}
			ids, err := s.touched(ctx, ev)
			if err != nil {
				return c, err
			}
			for _, id := range ids {
				if _, seen := c.last[id]; !seen {
					c.order = append(c.order, id)
				}
				c.last[id] = ev.Seq
			}
			c.next = ev.Seq
		}
	}
	return c, nil
}

// touched returns the items that an event changes in the eyes of a client.
func (s *Server) touched(ctx context.Context, ev store.Event) ([]news.ItemID, error) {
	if ev.Kind != store.EventStory {
		return []news.ItemID{ev.Item}, nil
	}
	stories, err := s.store.Stories(ctx, []news.ItemID{ev.Item})
	if err != nil {
		return nil, err
	}
	ids := make([]news.ItemID, len(stories[0].Members))
	for i, m := range stories[0].Members {
		ids[i] = m.Item
	}
	return ids, nil
}

// ForgottenView is an item that was forgotten, in upserts: nothing is known of it but that.
type ForgottenView struct {
	ID        string `json:"id"`
	Forgotten bool   `json:"forgotten"`
}

// upserts returns one view for each id: an ItemView, or a ForgottenView.
func (s *Server) upserts(ctx context.Context, ids []news.ItemID) ([]any, error) {
	refs := make([]store.Ref, len(ids))
	for i, id := range ids {
		refs[i] = store.Ref{Item: id}
	}
	items, err := s.store.Items(ctx, refs)
	if err != nil {
		return nil, err
	}
	views, err := s.views.Items(ctx, items)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(ids))
	for i, k := 0, 0; i < len(ids); i++ {
		if k < len(views) && views[k].ID == ids[i].String() {
			out[i] = views[k]
			k++
			continue
		}
		out[i] = ForgottenView{ID: ids[i].String(), Forgotten: true}
	}
	return out, nil
}

// item answers GET /api/v1/items/{id}.
func (s *Server) item(r *http.Request) (any, error) {
	id, err := s.ItemID(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.views.Item(r.Context(), id)
}

// storyList answers GET /api/v1/stories: stories of two and more members, last changed first.
func (s *Server) storyList(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	before, err := seqOf(r, "before")
	if err != nil {
		return nil, err
	}
	l := &rows{}
	l.each = func(yield func(any, error) bool) {
		for n := 0; n < limit; {
			stories, err := s.store.RecentStories(r.Context(), before, min(rowsRead, limit-n))
			if err != nil {
				yield(nil, err)
				return
			}
			for _, story := range stories {
				view, err := s.views.story(r.Context(), story)
				if !yield(view, err) || err != nil {
					return
				}
				before = story.Seq
			}
			if len(stories) == 0 {
				return
			}
			n += len(stories)
		}
		l.tail.Next = strconv.FormatUint(uint64(before), 10)
	}
	return l, nil
}

// story answers GET /api/v1/stories/{id}.
func (s *Server) story(r *http.Request) (any, error) {
	id, err := s.ItemID(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.views.Story(r.Context(), id)
}
