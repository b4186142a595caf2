package search

import (
	"context"
	"time"

	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/store"
)

// page is how many items are read at once.
const page = 200

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
	Query *query.Query
	Facts Facts
	Since time.Time // effective time; zero: no bound
}

// Scan calls each for the items that match, in the order of lists for people, until it returns false. It returns how many items it looked at.
func Scan(ctx context.Context, src Source, o Options, each func(Hit) bool) (int, error) {
	var behind store.Spot
	looked := 0
	for {
		items, err := src.Latest(ctx, "", behind, page)
		if err != nil || len(items) == 0 {
			return looked, err
		}
		var stories []news.Story
		if o.Query.NeedsStory() {
			ids := make([]news.ItemID, len(items))
			for i := range items {
				ids[i] = items[i].ID
			}
			if stories, err = src.Stories(ctx, ids); err != nil {
				return looked, err
			}
		}
		for i := range items {
			it := &items[i]
			if it.Listed().Before(o.Since) { // which is never before its effective time
				return looked, nil
			}
			if it.Time().Before(o.Since) {
				continue
			}
			looked++
			facts := o.Facts.Facts(it)
			facts.Edited = it.N > 1
			if stories != nil {
				facts = AddStory(facts, it.ID, stories[i])
			}
			doc := query.NewDocument(it, facts)
			matched, evidence := o.Query.Match(doc)
			if matched && !each(Hit{Item: *it, Document: doc, Evidence: evidence}) {
				return looked, nil
			}
		}
		behind = store.SpotOf(&items[len(items)-1])
	}
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
