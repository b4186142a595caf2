package ingest

import (
	"slices"

	"mediawatch/news"
	"mediawatch/store"
)

// oldestFirst puts the items of one document in the order in which they are journalled, so that in every list that
// follows the journal the newest comes last. Feeds list the newest first, imports and folders the oldest, except where
// their dates say otherwise; that order decides between items of one time and those without one.
func oldestFirst(kind news.Kind, items []store.News) []store.News {
	up, down := 0, 0
	for i := 1; i < len(items); i++ {
		a, b := items[i-1].Item.Published, items[i].Item.Published
		switch {
		case a.IsZero() || b.IsZero():
		case a.Time.Before(b.Time):
			up++
		case b.Time.Before(a.Time):
			down++
		}
	}
	if down > up || down == up && kind == news.KindFeed {
		slices.Reverse(items)
	}
	slices.SortStableFunc(items, func(a, b store.News) int { return a.Item.Time().Compare(b.Item.Time()) })
	return items
}
