package feeds

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	gofeedatom "github.com/mmcdole/gofeed/atom"
	gofeedrss "github.com/mmcdole/gofeed/rss"

	"mediawatch/news"
)

// mapper joins what gofeed parsed with what was noted beside it.
type mapper struct {
	n    *Normalized
	now  time.Time
	doc  *Document
	base string // where nothing else is known: the feed's own site
}

// entry starts the entry with number i from what was noted.
func (m *mapper) entry(i int) *Entry {
	s := m.n.sides[i]
	if s.assumed != "" {
		m.warn(s.assumed)
	}
	return &Entry{
		ID: s.id, Link: s.link, Published: s.published, Updated: s.updated, Authors: s.authors, Enclosures: s.files,
		Image: s.image, Comments: s.comments, Source: s.source, Lang: s.lang,
		title: s.title, summary: s.summary, content: s.content, rights: s.rights, raw: s.raw,
	}
}

// warn adds a warning once.
func (m *mapper) warn(w string) {
	for _, have := range m.doc.Warnings {
		if have == w {
			return
		}
	}
	if len(m.doc.Warnings) < 20 {
		m.doc.Warnings = append(m.doc.Warnings, w)
	}
}

// count checks that gofeed saw every item.
func (m *mapper) count(got int) error {
	if got != len(m.n.sides) {
		return fmt.Errorf("%d items of %d were read", got, len(m.n.sides))
	}
	return nil
}

// rss has gofeed parse RSS, RDF and CDF.
func (m *mapper) rss(in io.Reader) error {
	f, err := (&gofeedrss.Parser{}).Parse(in)
	if err != nil {
		return err
	}
	if err := m.count(len(f.Items)); err != nil {
		return err
	}
	s := &m.n.feed
	s.title.value, s.summary.value, s.rights.value = f.Title, f.Description, f.Copyright
	m.doc.TTL = minutes(f.TTL)
	m.info(f.Generator, rssCategories(f.Categories), m.stamp(f.PubDateParsed))
	for i, it := range f.Items {
		e := m.entry(i)
		e.title.value, e.summary.value, e.content.value, e.rights.value = it.Title, it.Description, it.Content, it.Custom["rights"]
		e.Categories = rssCategories(it.Categories)
		if e.Published.IsZero() && e.Updated.IsZero() {
			e.Published = m.stamp(it.PubDateParsed)
		}
		m.doc.Entries = append(m.doc.Entries, e)
	}
	return nil
}

// atom has gofeed parse Atom.
func (m *mapper) atom(in io.Reader) error {
	f, err := (&gofeedatom.Parser{}).Parse(in)
	if err != nil {
		return err
	}
	if err := m.count(len(f.Entries)); err != nil {
		return err
	}
	s := &m.n.feed
	s.title.value, s.summary.value, s.rights.value = f.Title, f.Subtitle, f.Rights
	generator := ""
	if f.Generator != nil {
		generator = f.Generator.Value
	}
	m.info(generator, atomCategories(f.Categories), m.stamp(f.UpdatedParsed))
	for i, it := range f.Entries {
		e := m.entry(i)
		e.title.value, e.summary.value, e.rights.value = it.Title, it.Summary, it.Rights
		if it.Content != nil {
			e.content.value = it.Content.Value
		}
		e.Categories = atomCategories(it.Categories)
		if e.Published.IsZero() && e.Updated.IsZero() {
			e.Published = m.stamp(it.PublishedParsed)
		}
		if len(e.Authors) == 0 {
			e.Authors = s.authors // RFC 4287, section 4.2.1
		}
		m.doc.Entries = append(m.doc.Entries, e)
	}
	return nil
}

// info fills what is said about the feed.
func (m *mapper) info(generator string, categories []string, fallback news.Stamp) {
	s, f := &m.n.feed, &m.doc.Feed
	f.Generator, f.Categories = generator, categories
	f.ID, f.Link, f.Language, f.Image, f.Authors = s.id, s.link, s.lang, s.image, s.authors
	f.Author = personLine(s.authors)
	f.Published, f.Updated = s.published, s.updated
	if f.Published.IsZero() && f.Updated.IsZero() {
		f.Updated = fallback
	}
	g := &m.n.feedBag
	if l := g.link("self"); l != nil {
		f.Self = webURL(resolveURL(l.base, l.href))
	}
	m.skips(g)
	if m.doc.TTL == 0 {
		m.doc.TTL = period(g.text(elPeriod), g.text(elFrequency))
	}
}

// skips reads skipHours and skipDays (RSS 2.0).
func (m *mapper) skips(g *bag) {
	for _, h := range g.hours {
		if n, ok := number(strings.TrimSpace(h)); ok && n <= 24 {
			m.doc.SkipHours = append(m.doc.SkipHours, n%24)
		}
	}
	for _, d := range g.days {
		for day := time.Sunday; day <= time.Saturday; day++ {
			if strings.EqualFold(strings.TrimSpace(d), day.String()) {
				m.doc.SkipDays = append(m.doc.SkipDays, day)
			}
		}
	}
}

// stamp is a time only gofeed could read, if it can be true; how sure it was of the zone it does not say.
func (m *mapper) stamp(t *time.Time) news.Stamp {
	if t == nil {
		return news.Stamp{}
	}
	read := readDate{stamp: news.Stamp{Time: *t, Certainty: news.CertaintyZone}}
	return dateReader{now: m.now}.plausible(read, "").stamp
}

// rssCategories are the names of categories, each once.
func rssCategories(list []*gofeedrss.Category) []string {
	var out []string
	for _, c := range list {
		out = addTerm(out, c.Value)
	}
	return out
}

// atomCategories are the terms of categories, each once.
func atomCategories(list []*gofeedatom.Category) []string {
	var out []string
	for _, c := range list {
		out = addTerm(out, c.Term)
	}
	return out
}

// maxTerms is how many categories of an item are kept.
const maxTerms = 100

// addTerm adds a category once, as one line.
func addTerm(list []string, term string) []string {
	if term = plainLine(term); term == "" || len(list) >= maxTerms {
		return list
	}
	for _, have := range list {
		if have == term {
			return list
		}
	}
	return append(list, term)
}

// minutes reads RSS's ttl.
func minutes(s string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n <= 0 {
		return 0
	}
	return min(time.Duration(min(n, 1<<20))*time.Minute, maxTTL)
}

// maxTTL is the longest a feed may ask to be left alone.
const maxTTL = 7 * 24 * time.Hour

// period reads the syndication module's updatePeriod and updateFrequency.
func period(name, frequency string) time.Duration {
	var d time.Duration
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "hourly":
		d = time.Hour
	case "daily":
		d = 24 * time.Hour
	case "weekly", "monthly", "yearly":
		d = maxTTL
	default:
		return 0
	}
	if n, err := strconv.Atoi(strings.TrimSpace(frequency)); err == nil && n > 1 {
		d /= time.Duration(n)
	}
	return d
}
