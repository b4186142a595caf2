package ingest

import (
	"context"
	"fmt"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// sameArticle is the share of words a changed file must keep to be the same article.
const sameArticle = 0.3

// complete adds what only the reader knows.
func (s *folderScan) complete(it *news.Item, file news.File) {
	now := s.reader.Now()
	it.ID, it.Feed, it.Kind, it.Identity = news.NewItemID(s.folder.ID, file.Identity), s.folder.ID, news.KindSeed, file.Identity
	it.URL = text.PageURL(it.URL)
	if s.folder.Outlet != "" {
		it.Outlet, it.OutletEvidence = s.folder.Outlet, "configured for the folder"
	}
	it.Seen, it.At = now, now
	old := !it.Published.IsZero() && it.Published.Time.Before(now.Add(-oldAfter))
	it.BacklogWhy = s.folder.why(s.state.FirstRead.IsZero(), old)
	it.Backlog = it.BacklogWhy != ""
	it.Origin = news.Origin{Raw: file.Raw, At: now, FinalURL: s.folder.Dir + "/" + file.Path}
	it.Keys = dedupe.KeysOf(it)
}

// identity tells whether a changed file still holds the article it held (a revision) or another one (a new item under the same path).
func (s *folderScan) identity(ctx context.Context, path string, old news.File, it *news.Item) (string, error) {
	if old.Identity == "" {
		return path, nil
	}
	items, err := s.reader.Journal.Items(ctx, []store.Ref{{Item: old.Item}})
	if err != nil {
		return "", err
	}
	was := &items[0]
	if was.ID.IsZero() { // forgotten: the path stays closed to that article
		return old.Identity, nil
	}
	if text.Fold(was.Title) == text.Fold(it.Title) || overlap(text.Plain(was.HTML()), text.Plain(it.HTML())) >= sameArticle {
		return old.Identity, nil
	}
	return s.free(ctx, path)
}

// free returns the identity for an article that is new under a path: the path, or the path with a counter when an
// earlier article has it, which may have moved to another path since.
func (s *folderScan) free(ctx context.Context, path string) (string, error) {
	for n := 1; ; n++ {
		identity := path
		if n > 1 {
			identity = fmt.Sprint(path, "#", n)
		}
		heads, err := s.reader.Journal.Heads(ctx, []news.ItemID{news.NewItemID(s.folder.ID, identity)})
		if err != nil || !heads[0].Known && !heads[0].Forgotten {
			return identity, err
		}
	}
}

// overlap is the share of distinct words of the shorter text that the other one has, too.
func overlap(a, b string) float64 {
	x, y := wordSet(a), wordSet(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 {
		return 0
	}
	shared := 0
	for w := range x {
		if y[w] {
			shared++
		}
	}
	return float64(shared) / float64(len(x))
}

// wordSet returns the distinct words of a text, without the short ones that every text has.
func wordSet(s string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range text.Words(s) {
		if len(w.Text) > 4 {
			set[w.Text] = true
		}
	}
	return set
}
