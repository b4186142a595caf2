package web

import (
	"time"

	"mediawatch/news"
	"mediawatch/text"
)

// line is a story in a list on a page.
type line struct {
	Day     string // heads the day that begins with this line; "" it goes on
	Root    string
	ID      string // of the item that is shown
	Story   string
	URL     string // of the original; "" unknown
	Title   string
	Lang    string
	Outlet  string
	Time    *when
	Also    string // who else carries it
	Edited  bool
	Watches []watchRef
	Quotes  [][]piece
	hits    []span    // what was found in the title
	at      time.Time // where it stands in lists, in our zone
}

// Heading is the title with what was found in it marked.
func (l line) Heading() []piece { return mark(l.Title, l.hits) }

// lineOf is how a page shows what is told, in a list that is not about the watch named without. The time is without its
// day when the item stands below that day.
func (s *Server) lineOf(t *told, root, without string) line {
	it := t.item
	at := it.Listed().In(s.o.Now().Location())
	l := line{
		Root: root, ID: it.ID.String(), Story: it.ID.String(), URL: webURL(it.URL), Title: headline(it), Lang: it.Lang, Outlet: text.Balanced(it.Outlet), Time: itemWhen(it, at), at: at,
		Also: t.alsoLine(), Edited: it.N > 1, Quotes: t.quotes(), Watches: s.watchRefs(t.matches, without),
	}
	l.hits = spansIn(l.Title, "title", t.matches)
	if !t.story.ID.IsZero() {
		l.Story = t.story.ID.String()
	}
	return l
}

// watchRefs names the configured watches among matches.
func (s *Server) watchRefs(matches []news.Match, without string) []watchRef {
	cfg := s.o.Config()
	var out []watchRef
	for _, m := range matches {
		if _, ok := cfg.Watch(m.Watch); ok && m.Watch != without {
			out = append(out, watchRef{m.Watch, watchTitle(cfg, m.Watch)})
		}
	}
	return out
}

// oncePerStory keeps the first of what is told of one story, and tells it there as the watch does that knows most of its copies.
func oncePerStory(all []told) []told {
	var out []told
	shown := make(map[news.ItemID]int)
	for _, t := range all {
		id := t.story.ID
		if id.IsZero() {
			id = t.item.ID
		}
		i, seen := shown[id]
		switch {
		case !seen:
			shown[id] = len(out)
			out = append(out, t)
		case t.item.ID == out[i].item.ID && len(t.others) > len(out[i].others):
			out[i] = t
		}
	}
	return out
}

// waiting says when something will be there, to somebody who looks at an empty page.
func (s *Server) waiting() string {
	cfg := s.o.Config()
	switch {
	case len(cfg.Feeds) > 0 && len(cfg.Seeds) > 0:
		return "Feeds are read every " + spoken(time.Duration(cfg.Fetch.Interval)) + ", folders of articles more often. What they bring appears here within a minute."
	case len(cfg.Feeds) > 0:
		return "Feeds are read every " + spoken(time.Duration(cfg.Fetch.Interval)) + ", new ones at once. What they bring appears here within a minute."
	case len(cfg.Seeds) > 0:
		return "The folders of articles are looked at every " + spoken(time.Duration(cfg.Seeds[0].Every)) + "."
	}
	return "Nothing is read yet: add a feed with “mediawatch feed add URL”, or a folder of articles in the configuration."
}

// spoken is a duration in words.
func spoken(d time.Duration) string {
	unit, n := "second", int(d/time.Second)
	switch {
	case d >= 24*time.Hour && d%(24*time.Hour) == 0:
		unit, n = "day", int(d/(24*time.Hour))
	case d >= time.Hour && d%time.Hour == 0:
		unit, n = "hour", int(d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		unit, n = "minute", int(d/time.Minute)
	}
	if n == 1 {
		return unit
	}
	return text.Count(n, unit)
}
