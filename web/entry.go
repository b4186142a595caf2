package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

const (
	excerptRunes = 400 // of the text an excerpt gives beside the sentences that hit
	maxAlso      = 10  // other publications an entry lists
)

// entryWriter turns recorded entries into what a published feed says about them.
type entryWriter struct {
	config *config.Config
	watch  string
	feeds  map[news.FeedID]news.Feed // the states of the feeds that items came through
}

// entryWriter reads what is needed to write the entries.
func (s *Server) entryWriter(ctx context.Context, watch string, all []told) (entryWriter, error) {
	w := entryWriter{config: s.o.Config(), watch: watch, feeds: make(map[news.FeedID]news.Feed)}
	for _, t := range all {
		if _, ok := w.feeds[t.item.Feed]; ok {
			continue
		}
		state, err := s.feedOf(ctx, t.item.Feed)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // a subscription that was removed leaves its items
			return w, err
		}
		w.feeds[t.item.Feed] = state
	}
	return w, nil
}

// entry renders one entry. Its published time is that of the first revision: a publisher that dates an old article anew moves nothing.
func (w entryWriter) entry(t *told) feeds.PublishedEntry {
	it := t.item
	e := feeds.PublishedEntry{
		ID: t.entry.UUID, Title: headline(it), Link: w.link(it), Published: t.first.Time(), Updated: t.entry.Updated, Authors: authors(it), Source: w.source(it),
		Language: it.Lang, Rights: it.Rights, Image: webURL(it.Image), Categories: it.Categories, Content: w.content(t),
	}
	if e.Updated.Before(e.Published) {
		e.Updated = e.Published
	}
	for _, x := range it.Enclosures {
		if x.URL = webURL(x.URL); x.URL != "" {
			e.Enclosures = append(e.Enclosures, x)
		}
	}
	for _, o := range w.listed(t) {
		if u := webURL(o.URL); u != "" && u != e.Link {
			e.Related = append(e.Related, feeds.Related{URL: u, Title: outletName(o)})
		}
	}
	return e
}

// authors names the outlet, since readers list no source, and who wrote it.
func authors(it *news.Item) []news.Person {
	outlet := outletName(it)
	for _, a := range it.Authors {
		if a.Name != "" && a.Name != outlet {
			return []news.Person{{Name: outlet + " (" + text.Balanced(a.Name) + ")"}}
		}
	}
	return []news.Person{{Name: outlet}}
}

// link leads to the original, or to our page for an item that has no address.
func (w entryWriter) link(it *news.Item) string {
	return cmp.Or(webURL(it.URL), BaseURL(w.config)+"/items/"+it.ID.String())
}

// source is the feed the original came through (RFC 4287 section 4.2.11), by its title and site. The address it is read
// at is nobody else's business: it may hold a key, and of a seed folder it is a path.
func (w entryWriter) source(it *news.Item) *feeds.PublishedSource {
	state := w.feeds[it.Feed]
	src := &feeds.PublishedSource{ID: "urn:mediawatch:feed:" + it.Feed.String(), Title: outletName(it), Updated: it.At}
	if it.Kind == news.KindFeed {
		src.Title, src.Link = cmp.Or(text.Balanced(state.Title), src.Title), webURL(state.Link)
	}
	return src
}

// content is the body of an entry: the sentences that hit, the text as configured, how it was edited, and who else has it.
func (w entryWriter) content(t *told) string {
	mode := config.ContentExcerpt
	if watch, ok := w.config.Watch(w.watch); ok {
		mode = watch.Content
	}
	var b strings.Builder
	for _, q := range t.quotes() {
		b.WriteString("<blockquote><p>")
		writePieces(&b, q)
		b.WriteString("</p></blockquote>\n")
	}
	switch mode {
	case config.ContentFull:
		b.WriteString(text.Sanitize(t.item.HTML()))
	case config.ContentExcerpt:
		b.WriteString(text.Paragraphs(text.Truncate(excerptOf(t.item), excerptRunes)))
	}
	b.WriteString(editedLine(t))
	w.also(&b, t)
	return b.String()
}

// editedLine says when an item was edited last, and from what to what its headline has changed since it came; "" for one that was not.
func editedLine(t *told) string {
	it := t.item
	if it.N < 2 {
		return ""
	}
	what, when, how := "Text edited ", it.At.UTC().Format("2 Jan 2006 15:04 MST"), ""
	if was, is := headline(t.first), headline(it); was != is {
		what, how = "Edited ", ": "+was+" → "+is
	}
	if it.N > 2 {
		when += fmt.Sprintf(" (%d times)", it.N-1)
	}
	return "<p>" + html.EscapeString(what+when+how) + "</p>\n"
}

// excerptOf is the beginning of an item's text.
func excerptOf(it *news.Item) string {
	if it.Summary != "" {
		return text.Plain(it.Summary)
	}
	return text.FirstParagraph(it.Content)
}

// listed are the other members an entry lists: at most maxAlso, each outlet once before any twice.
func (w entryWriter) listed(t *told) []*news.Item {
	seen := map[string]bool{outletKey(t.item): true}
	var fresh, again []*news.Item
	for _, o := range t.others {
		if key := outletKey(o); !seen[key] {
			seen[key] = true
			fresh = append(fresh, o)
			continue
		}
		again = append(again, o)
	}
	all := slices.Concat(fresh, again)
	return all[:min(len(all), maxAlso)]
}

// also lists the other members of the story: outlet, address, time, relation.
func (w entryWriter) also(b *strings.Builder, t *told) {
	if first, rest := firstOf(append([]*news.Item{t.item}, t.others...)); first != nil && len(t.others) > 0 {
		line := fmt.Sprintf("%s %s, %s. %s", firstHead, outletName(first), entryTime(first), rest)
		b.WriteString("<p>" + html.EscapeString(strings.TrimSpace(line)) + "</p>\n")
	}
	if line := t.alsoLine(); line != "" {
		b.WriteString("<p>" + strings.ToUpper(line[:1]) + line[1:])
		if len(t.others) > 0 {
			b.WriteString(":")
		}
		b.WriteString("</p>\n")
	}
	if len(t.others) == 0 {
		return
	}
	relations := t.story.RelationsTo(t.item.ID)
	listed := w.listed(t)
	b.WriteString("<ul>\n")
	for _, o := range listed {
		fmt.Fprintf(b, `<li><a href="%s">%s</a>, %s (%s)`, html.EscapeString(w.link(o)), html.EscapeString(outletName(o)), entryTime(o), relationNote(relations[o.ID]))
		if o.Title != t.item.Title {
			b.WriteString(": " + html.EscapeString(headline(o)))
		}
		b.WriteString("</li>\n")
	}
	if more := len(t.others) - len(listed); more > 0 {
		fmt.Fprintf(b, `<li><a href="%s/stories/%s">%s more</a></li>`+"\n", html.EscapeString(BaseURL(w.config)), t.story.ID, text.Number(more))
	}
	b.WriteString("</ul>\n")
}

// relationNote says how a member's text relates to the one that is shown.
func relationNote(r news.Relation) string {
	switch r {
	case news.Abridges:
		return "shortened"
	case news.AbridgedBy:
		return "longer"
	case news.SamePage:
		return "same page"
	case news.SameText:
		return "same text"
	}
	return "another part"
}

// entryTime is an item's time in the text of a feed, no more exact than it was stated.
func entryTime(it *news.Item) string {
	if it.Time().Equal(it.Published.Time) && it.Published.Certainty == news.CertaintyDay {
		return it.Time().UTC().Format("2 Jan 2006")
	}
	return it.Time().UTC().Format("2 Jan 2006 15:04 MST")
}
