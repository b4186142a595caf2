package search

import (
	"context"
	"time"

	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/store"
)

// page is how many items are read at once: they are held with their texts.
const page = 50

// Facts tells what the configuration knows about an item's feed and outlet.
type Facts interface {
	Facts(it *news.Item) query.Facts
}

// Source is what a scan reads.
type Source interface {
	Latest(ctx context.Context, watch string, behind store.Spot, limit int) ([]news.Item, error)
	Stories(ctx context.Context, items []news.ItemID) ([]news.Story, error)
}

// Hit is an item that the query matches.
type Hit struct {
	Item     news.Item
	Document *query.Document
	Evidence []news.Evidence
}

// Options bound a scan.
type Options struct {
	Query  *query.Query
	Facts  Facts
	Since  time.Time  // effective time; zero: no bound
	Behind store.Spot // where an earlier scan ended; zero: begin at the newest
}

// Result is how far a scan came.
type Result struct {
	Looked    int        // items it looked at
	Behind    store.Spot // the last of them
	Done      bool       // it looked at all there are
	Costliest string     // when ctx ended first: the clause that took most of the time
}

// Scan calls each for the items that match, newest first as lists show them, until it returns false or ctx ends; then
// the error is that of ctx, and what was found until then is right.
func Scan(ctx context.Context, src Source, o Options, each func(Hit) bool) (Result, error) {
	s := scan{o: o, src: src, set: query.NewSet(map[string]*query.Query{"": o.Query}), res: Result{Behind: o.Behind}}
	for {
		items, err := src.Latest(ctx, "", s.res.Behind, page)
		if err == nil && len(items) == 0 {
			s.res.Done = true
			return s.res, nil
		}
		more := false
		if err == nil {
			more, err = s.page(ctx, items, each)
		}
		if err != nil && ctx.Err() != nil {
			s.res.Costliest = s.costliest(ctx)
		}
		if err != nil || !more {
			return s.res, err
		}
	}
}

// scan is a scan under way.
type scan struct {
	o   Options
	src Source
	set *query.Set
	res Result

	items   []news.Item // the page, and their stories, if the query asks for them
	stories []news.Story
	at      int // of items, the one that is looked at
}

// page looks at some items and reports whether to go on.
func (s *scan) page(ctx context.Context, items []news.Item, each func(Hit) bool) (bool, error) {
	s.items, s.stories = items, nil
	if s.o.Query.NeedsStory() {
		ids := make([]news.ItemID, len(items))
		for i := range items {
			ids[i] = items[i].ID
		}
		var err error
		if s.stories, err = s.src.Stories(ctx, ids); err != nil {
			return false, err
		}
	}
	for i := range items {
		it := &items[i]
		s.at = i
		if it.Listed().Before(s.o.Since) { // no item is listed before its time, and the others are listed before this one
			s.res.Done = true
			return false, nil
		}
		if it.Time().Before(s.o.Since) {
			s.res.Behind = store.SpotOf(it)
			continue
		}
		doc := s.document(i)
		doc.Until(ctx)
		hits := s.set.Match(doc)
		if err := ctx.Err(); err != nil {
			return false, err
		}
		s.res.Behind = store.SpotOf(it)
		s.res.Looked++
		if len(hits) > 0 && !each(Hit{Item: *it, Document: doc, Evidence: hits[0].Evidence}) {
			return false, nil
		}
	}
	return true, nil
}

// document prepares an item of the page.
func (s *scan) document(i int) *query.Document {
	it := &s.items[i]
	facts := s.o.Facts.Facts(it)
	facts.Edited = it.N > 1
	if s.stories != nil {
		facts = AddStory(facts, it.ID, s.stories[i])
	}
	return query.NewDocument(it, facts)
}

const (
	sampled    = 8                      // items of the page on which the clauses are measured, the one that took the last of the time first
	sampleTime = 300 * time.Millisecond // for all clauses together
)

// costliest measures which clause it was that took so long.
func (s *scan) costliest(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sampleTime)
	defer cancel()
	return s.o.Query.Costliest(ctx, min(sampled, len(s.items)), func(i int) *query.Document { return s.document((s.at + i) % len(s.items)) })
}

// AddStory adds to the facts about an item what its story says.
func AddStory(f query.Facts, id news.ItemID, story news.Story) query.Facts {
	outlets := make(map[string]bool)
	unknown := 0
	for _, member := range story.Members {
		if member.Item == id && member.Relation != "" {
			f.Relation = member.Relation
		}
		if member.Outlet == "" {
			unknown++
			continue
		}
		outlets[member.Outlet] = true
	}
	f.Outlets = max(1, len(outlets)+unknown)
	return f
}
