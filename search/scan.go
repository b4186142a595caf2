package search

import (
	"context"
	"time"

	"mediawatch/news"
	"mediawatch/query"
)

// page is how many items are read at once.
const page = 200

// Facts tells what the configuration knows about an item's feed and outlet.
type Facts interface {
	Facts(it *news.Item) query.Facts
}

// Source is what a scan reads.
type Source interface {
	Recent(ctx context.Context, before news.Seq, limit int) ([]news.Item, error)
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

// Scan calls each for the items that match, newest arrival first, until it returns false. It returns how many items it looked at.
func Scan(ctx context.Context, src Source, o Options, each func(Hit) bool) (int, error) {
	var before news.Seq
	looked := 0
	for {
		items, err := src.Recent(ctx, before, page)
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
		before = items[len(items)-1].Seq
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
