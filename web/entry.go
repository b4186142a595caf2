package web

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"slices"
	"strings"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/store"
	"mediawatch/text"
)

// excerptRunes is how much of the text an excerpt gives beside the sentences that hit.
const excerptRunes = 400

// entryWriter turns recorded entries into what a published feed says about them.
type entryWriter struct {
	server *Server
	config *config.Config
	watch  string
}

// told is everything known about one entry.
type told struct {
	entry   news.Entry
	item    *news.Item
	story   news.Story
	others  []*news.Item // the other members that can be shown
	match   news.Match
	matched bool
}

// entries loads and renders; an entry whose item was forgotten is left out.
func (w entryWriter) entries(ctx context.Context, entries []news.Entry) ([]feeds.PublishedEntry, error) {
	all, err := w.server.tell(ctx, w.watch, entries)
	if err != nil {
		return nil, err
	}
	out := make([]feeds.PublishedEntry, len(all))
	for i := range all {
		out[i] = w.entry(&all[i])
	}
	return out, nil
}

// tell loads items, stories and matches of entries in few reads.
func (s *Server) tell(ctx context.Context, watch string, entries []news.Entry) ([]told, error) {
	ids := make([]news.ItemID, len(entries))
	groups := make([]news.ItemID, len(entries))
	for i, e := range entries {
		ids[i], groups[i] = e.Item, e.Group
	}
	stories, err := s.store.Stories(ctx, groups)
	if err != nil {
		return nil, err
	}
	matches, err := s.store.Matches(ctx, ids)
	if err != nil {
		return nil, err
	}
	wanted := slices.Clone(ids)
	for _, story := range stories {
		for _, m := range story.Members {
			if !slices.Contains(ids, m.Item) {
				wanted = append(wanted, m.Item)
			}
		}
	}
	refs := make([]store.Ref, len(wanted))
	for i, id := range wanted {
		refs[i] = store.Ref{Item: id}
	}
	items, err := s.store.Items(ctx, refs)
	if err != nil {
		return nil, err
	}
	byID := make(map[news.ItemID]*news.Item, len(items))
	for i := range items {
		if !items[i].ID.IsZero() {
			byID[items[i].ID] = &items[i]
		}
	}
	folds := s.folds(watch)
	out := make([]told, 0, len(entries))
	for i, e := range entries {
		t := told{entry: e, item: byID[e.Item], story: stories[i]}
		if t.item == nil {
			continue
		}
		for _, m := range stories[i].Members {
			if it := byID[m.Item]; it != nil && it.ID != e.Item && folds {
				t.others = append(t.others, it)
			}
		}
		for _, m := range matches[i] {
			if m.Watch == watch {
				t.match, t.matched = m, true
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// folds reports whether an entry of the watch stands for a story.
func (s *Server) folds(watch string) bool {
	w, ok := s.o.Config().Watch(watch)
	return !ok || w.Group != config.GroupItem
}

func (w entryWriter) entry(t *told) feeds.PublishedEntry {
	it := t.item
	e := feeds.PublishedEntry{
		ID: t.entry.UUID, Title: it.Title, Link: w.link(it), Published: it.Time(), Updated: t.entry.Updated, Language: it.Lang, Rights: it.Rights, Image: it.Image,
		Categories: it.Categories, Enclosures: it.Enclosures,
	}
	if e.Updated.Before(e.Published) {
		e.Updated = e.Published
	}
	outlet := cmp.Or(it.Outlet, "unknown outlet")
	e.Authors = []news.Person{{Name: outlet}}
	for _, a := range it.Authors {
		if a.Name != "" && a.Name != outlet {
			e.Authors[0].Name = outlet + " (" + a.Name + ")"
			break
		}
	}
	e.Source = w.source(it)
	for _, o := range t.others {
		if o.URL != "" {
			e.Related = append(e.Related, feeds.Related{URL: o.URL, Title: cmp.Or(o.Outlet, o.Title)})
		}
	}
	e.Content = w.content(t)
	return e
}

// link leads to the original, or to our page for an item that has no address.
func (w entryWriter) link(it *news.Item) string {
	if it.URL != "" {
		return it.URL
	}
	return BaseURL(w.config) + "/items/" + it.ID.String()
}

// source is the feed or folder the original came through (RFC 4287 section 4.2.11).
func (w entryWriter) source(it *news.Item) *feeds.PublishedSource {
	facts := w.server.o.Facts.Facts(it)
	src := &feeds.PublishedSource{ID: "urn:mediawatch:feed:" + it.Feed.String(), Title: cmp.Or(it.Outlet, facts.FeedTitle, "unknown outlet"), Updated: it.At}
	if it.Kind == news.KindFeed {
		src.Link = facts.FeedAddress
	}
	return src
}

// content is the body of an entry: the sentences that hit, the text as configured, and who else has it.
func (w entryWriter) content(t *told) string {
	mode := config.ContentExcerpt
	if watch, ok := w.config.Watch(w.watch); ok {
		mode = watch.Content
	}
	var b strings.Builder
	hits := w.hits(t)
	for _, h := range hits {
		b.WriteString("<blockquote><p>" + h + "</p></blockquote>\n")
	}
	switch mode {
	case config.ContentFull:
		b.WriteString(text.Sanitize(t.item.HTML()))
	case config.ContentExcerpt:
		b.WriteString(text.Paragraphs(text.Truncate(excerptOf(t.item), excerptRunes)))
	}
	w.also(&b, t)
	return b.String()
}

// excerptOf is the beginning of an item's text.
func excerptOf(it *news.Item) string {
	if it.Summary != "" {
		return text.Plain(it.Summary)
	}
	return text.FirstParagraph(it.Content)
}

// maxHits is how many sentences an entry quotes.
const maxHits = 2

// hits returns the sentences that made the item match, as HTML with the words in bold.
func (w entryWriter) hits(t *told) []string {
	if !t.matched || len(t.match.Evidence) == 0 {
		return nil
	}
	doc := query.NewDocument(t.item, query.Facts{})
	return hitSentences(doc, t.item, t.match.Evidence)
}

// hitSentences marks the words of evidence in their sentences; hits in the headline are seen there already.
func hitSentences(doc *query.Document, it *news.Item, evidence []news.Evidence) []string {
	var out []string
	seen := map[string]bool{it.Title: true}
	for _, ev := range evidence {
		sentence, start, end := doc.Sentence(ev)
		if sentence == "" || seen[sentence] || start < 0 || end > len(sentence) || start >= end || sentence[start:end] != ev.Words {
			continue
		}
		seen[sentence] = true
		out = append(out, html.EscapeString(sentence[:start])+"<b>"+html.EscapeString(sentence[start:end])+"</b>"+html.EscapeString(sentence[end:]))
		if len(out) == maxHits {
			break
		}
	}
	return out
}

// also lists the other members of the story: outlet, address, time, relation.
func (w entryWriter) also(b *strings.Builder, t *told) {
	if len(t.others) == 0 {
		return
	}
	relation := make(map[news.ItemID]news.Relation)
	for _, m := range t.story.Members {
		relation[m.Item] = m.Relation
	}
	outlets := make(map[string]bool)
	for _, o := range t.others {
		outlets[outletKey(o)] = true
	}
	delete(outlets, t.item.Outlet)
	if n := len(outlets); n == 1 {
		b.WriteString("<p>Also covered by 1 outlet:</p>\n<ul>\n")
	} else if n > 1 {
		fmt.Fprintf(b, "<p>Also covered by %d outlets:</p>\n<ul>\n", n)
	} else {
		b.WriteString("<p>Also published as:</p>\n<ul>\n")
	}
	for _, o := range t.others {
		name := html.EscapeString(cmp.Or(o.Outlet, "unknown outlet"))
		fmt.Fprintf(b, `<li><a href="%s">%s</a>, %s (%s)`, html.EscapeString(w.link(o)), name, o.Time().UTC().Format("2 Jan 2006 15:04 MST"), relation[o.ID])
		if o.Title != t.item.Title {
			b.WriteString(": " + html.EscapeString(o.Title))
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ul>\n")
}
