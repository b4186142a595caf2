package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"mediawatch/news"
	"mediawatch/store"
)

// items answers GET /api/v1/items: newest first, or with after=SEQ the items that are new or changed since, oldest change first.
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
	before, err := seqOf(r, "before")
	if err != nil {
		return nil, err
	}
	if watch := r.FormValue("watch"); watch != "" {
		if !s.hasWatch(watch) {
			return nil, BadRequest("there is no watch %q", watch)
		}
		return s.watchItems(r.Context(), watch, before, limit)
	}
	return s.recentItems(r.Context(), before, limit)
}

func (s *Server) recentItems(ctx context.Context, before news.Seq, limit int) (any, error) {
	page := Page[ItemView]{Items: []ItemView{}}
	for len(page.Items) < limit {
		items, err := s.store.Recent(ctx, before, min(readPage, limit-len(page.Items)))
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
		before = items[len(items)-1].Seq
	}
	page.Next = strconv.FormatUint(uint64(before), 10)
	return page, nil
}

// watchItems lists the items that match a watch, newest match first, beginning below a match's Seq (0: at the newest).
func (s *Server) watchItems(ctx context.Context, watch string, before news.Seq, limit int) (any, error) {
	lines, err := s.matchLines(ctx, watch)
	if err != nil {
		return nil, err
	}
	page := Page[ItemView]{Items: []ItemView{}}
	for len(lines) > 0 && before > 0 && lines[0].Seq >= before {
		lines = lines[1:]
	}
	for len(lines) > 0 && len(page.Items) < limit {
		part := lines[:min(len(lines), readPage, limit-len(page.Items))]
		lines = lines[len(part):]
		refs := make([]store.Ref, len(part))
		for i, ev := range part {
			refs[i] = store.Ref{Item: ev.Item}
		}
		items, err := s.store.Items(ctx, refs)
		if err != nil {
			return nil, err
		}
		views, err := s.views.Items(ctx, items)
		if err != nil {
			return nil, err
		}
		for _, v := range views {
			if slices.Contains(v.Watches, watch) {
				page.Items = append(page.Items, v)
			}
		}
		if len(lines) > 0 {
			page.Next = strconv.FormatUint(uint64(part[len(part)-1].Seq), 10)
		} else {
			page.Next = ""
		}
	}
	return page, nil
}

// matchLines returns the lines of a watch's log that tell of new matches, newest first. An item that stopped matching and began again has its newest line only.
func (s *Server) matchLines(ctx context.Context, watch string) ([]news.MatchEvent, error) {
	var lines []news.MatchEvent
	for after := news.Seq(0); ; {
		events, err := s.store.MatchEvents(ctx, watch, after, readPage)
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			break
		}
		for _, ev := range events {
			if ev.Change == news.ChangeNew {
				lines = append(lines, ev)
			}
		}
		after = events[len(events)-1].Seq
	}
	slices.Reverse(lines)
	seen := make(map[news.ItemID]bool, len(lines))
	return slices.DeleteFunc(lines, func(ev news.MatchEvent) bool {
		again := seen[ev.Item]
		seen[ev.Item] = true
		return again
	}), nil
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
