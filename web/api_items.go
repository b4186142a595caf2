package web

import (
	"context"
	"net/http"
	"strconv"

	"mediawatch/news"
	"mediawatch/store"
)

// items answers GET /api/v1/items: as lists for people show them, or with after=SEQ the items that are new or changed since, oldest change first.
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
		return s.changedItems(r.Context(), after, limit)
	}
	behind, err := spotOf(r)
	if err != nil {
		return nil, err
	}
	watch := r.FormValue("watch")
	if watch != "" && !s.hasWatch(watch) {
		return nil, BadRequest("there is no watch %q", watch)
	}
	return s.latestItems(r.Context(), listOf{watches: []string{watch}, behind: behind, limit: limit})
}

// latestItems lists items as people read them: all, or what one watch matches.
func (s *Server) latestItems(ctx context.Context, o listOf) (any, error) {
	page := Page[ItemView]{Items: []ItemView{}}
	for len(page.Items) < o.limit {
		items, err := s.store.Latest(ctx, o.watches[0], o.behind, min(readPage, o.limit-len(page.Items)))
		if err != nil {
			return nil, err
		}
		if len(items) == 0 {
			return page, nil
		}
		views, err := s.views.Items(ctx, items)
		if err != nil {
			return nil, err
		}
		page.Items = append(page.Items, views...)
		o.behind = store.SpotOf(&items[len(items)-1])
	}
	page.Next = spotText(o.behind)
	return page, nil
}

// changedItems turns the journal into upserts: each item once, at its last change among the events read.
func (s *Server) changedItems(ctx context.Context, after news.Seq, limit int) (any, error) {
	last := make(map[news.ItemID]news.Seq)
	var order []news.ItemID
	next := after
	for len(order) < limit {
		events, err := s.store.Events(ctx, next, readPage)
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			break
		}
		for _, ev := range events {
			if len(order) >= limit {
				break
			}
			ids, err := s.touched(ctx, ev)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				if _, seen := last[id]; !seen {
					order = append(order, id)
				}
				last[id] = ev.Seq
			}
			next = ev.Seq
		}
	}
	page := Page[ItemView]{Items: []ItemView{}, Next: strconv.FormatUint(uint64(next), 10)}
	for start := 0; start < len(order); start += readPage {
		ids := order[start:min(start+readPage, len(order))]
		views, err := s.upserts(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i := range views {
			views[i].Seq = last[ids[i]]
		}
		page.Items = append(page.Items, views...)
	}
	return page, nil
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

// upserts returns one view for each id; a forgotten item says so.
func (s *Server) upserts(ctx context.Context, ids []news.ItemID) ([]ItemView, error) {
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
	out := make([]ItemView, len(ids))
	for i, k := 0, 0; i < len(ids); i++ {
		if k < len(views) && views[k].ID == ids[i].String() {
			out[i] = views[k]
			k++
			continue
		}
		out[i] = ItemView{ID: ids[i].String(), Watches: []string{}, Forgotten: true}
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
	page := Page[StoryView]{Items: []StoryView{}}
	for len(page.Items) < limit {
		stories, err := s.store.RecentStories(r.Context(), before, min(readPage, limit-len(page.Items)))
		if err != nil {
			return nil, err
		}
		if len(stories) == 0 {
			return page, nil
		}
		for _, story := range stories {
			view, err := s.views.story(r.Context(), story)
			if err != nil {
				return nil, err
			}
			page.Items = append(page.Items, view)
			before = story.Seq
		}
	}
	page.Next = strconv.FormatUint(uint64(before), 10)
	return page, nil
}

// story answers GET /api/v1/stories/{id}.
func (s *Server) story(r *http.Request) (any, error) {
	id, err := s.ItemID(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.views.Story(r.Context(), id)
}
