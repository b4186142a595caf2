package ingest

import (
	"time"

	"mediawatch/news"
)

// When new entries of a feed that was read before are not news but an archive that the publisher put there: after a
// move of the site, or a repair of the feed. A single old entry is news: journals, gazettes and registers publish under
// earlier dates.
const (
	oldAfter     = 7 * 24 * time.Hour  // stated so long before it came, an entry is old
	archiveLeast = 20                  // old entries that are new at once
	archiveSpan  = 30 * 24 * time.Hour // from the oldest to the newest of them
)

// archive makes backlog of the old ones among the new entries when they are an archive: at least archiveLeast, more
// than half of the document, over more than archiveSpan.
func (f *found) archive(now time.Time) {
	var old []*news.Item
	var first, last time.Time
	for i := range f.items {
		it := &f.items[i].Item
		if f.sources[i].known || it.Published.IsZero() || !it.Published.Time.Before(now.Add(-oldAfter)) {
			continue
		}
		if at := it.Published.Time; len(old) == 0 {
			first, last = at, at
		} else if at.Before(first) {
			first = at
		} else if at.After(last) {
			last = at
		}
		old = append(old, it)
	}
	if len(old) < archiveLeast || 2*len(old) <= f.entries || last.Sub(first) <= archiveSpan {
		return
	}
	for _, it := range old {
		if !it.Backlog {
			it.Backlog, it.BacklogWhy = true, news.WhyArchive
		}
	}
}
