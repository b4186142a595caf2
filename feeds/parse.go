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

// now is Options.Now, else the present.
func (o *Options) now() time.Time {
	if o.Now.IsZero() {
		return time.Now()
	}
	return o.Now
}

// Parse reads a feed document: Normalize, then gofeed, then the map. The error wraps ErrEmpty, ErrTooLarge, ErrNotFeed or
// ErrTooSlow. A document that had to be repaired, ends early or has no items is no error but says so in its Warnings.
func Parse(data []byte, o Options) (*Document, error) {
	n, err := Normalize(data, o)
	if err != nil {
		return nil, err
	}
	return n.Document(o)
}

// Normalize makes a clean document of what a publisher sent: UTF-8, well formed, within the limits of this package, with
// the dialects' variants brought into the form gofeed reads, and what gofeed has no place for noted beside it.
func Normalize(data []byte, o Options) (*Normalized, error) {
	if len(data) > MaxBody {
		return nil, ErrTooLarge
	}
	d := decodeText(data, o)
	if len(d.text) > MaxBody {
		return nil, ErrTooLarge
	}
	body := strings.TrimLeft(d.text, " \t\r\n")
	switch {
	case body == "":
		return nil, ErrEmpty
	case startsJSON(body):
		return normalizeJSON(d, o)
	}
	return normalizeXML(d, o)
}

// Document has gofeed parse the clean document and joins the result with what was noted.
func (n *Normalized) Document(o Options) (doc *Document, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, fmt.Errorf("%w: gofeed: %v", ErrNotFeed, r)
		}
	}()
	in := &timedReader{r: n.Reader(), until: time.Now().Add(MaxTime)}
	m := mapper{n: n, doc: &Document{Format: n.Format, Charset: n.Charset, Warnings: n.Warnings, Truncated: n.Truncated}}
	switch {
	case n.Format == "json":
		err = m.json(in)
	case n.tail == atomTail:
		err = m.atom(in)
	default:
		err = m.rss(in)
	}
	if in.late {
		return nil, ErrTooSlow
	}
	if err != nil {
		return nil, fmt.Errorf("%w: gofeed: %w", ErrNotFeed, err)
	}
	m.finish(o)
	return m.doc, nil
}

// timedReader stops a parser that reads from it when its time is up.
type timedReader struct {
	r     io.Reader
	until time.Time
	late  bool
}

func (t *timedReader) Read(p []byte) (int, error) {
	if time.Now().After(t.until) {
		t.late = true
		return 0, ErrTooSlow
	}
	return t.r.Read(p)
}

// mapper joins what gofeed parsed with what was noted beside it.
type mapper struct {
	n    *Normalized
	doc  *Document
	base string // where nothing else is known: the feed's own site
}

// entry starts the entry with number i from what was noted.
func (m *mapper) entry(i int) *Entry {
	s := &m.n.sides[i]
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
	m.info(f.Generator, rssCategories(f.Categories), stampOf(f.PubDateParsed))
	for i, it := range f.Items {
		e := m.entry(i)
		e.title.value, e.summary.value, e.content.value, e.rights.value = it.Title, it.Description, it.Content, it.Custom["rights"]
		e.Categories = rssCategories(it.Categories)
		if e.Published.IsZero() && e.Updated.IsZero() {
			e.Published = stampOf(it.PubDateParsed)
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
	m.info(generator, atomCategories(f.Categories), stampOf(f.UpdatedParsed))
	for i, it := range f.Entries {
		e := m.entry(i)
		e.title.value, e.summary.value, e.rights.value = it.Title, it.Summary, it.Rights
		if it.Content != nil {
			e.content.value = it.Content.Value
		}
		e.Categories = atomCategories(it.Categories)
		if e.Published.IsZero() && e.Updated.IsZero() {
			e.Published = stampOf(it.PublishedParsed)
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

// finish makes addresses absolute where only the feed's site says how, finds ids that several entries share, and says
// what is odd about the document.
func (m *mapper) finish(o Options) {
	d := m.doc
	m.base = o.Base
	if m.base == "" {
		m.base = d.Feed.Link
	}
	if !hasWebScheme(m.base) {
		m.base = ""
	}
	f := &d.Feed
	f.Title = m.n.feed.title.line()
	f.Subtitle = m.based(m.n.feed.summary).cut(maxBlurb).html()
	f.Rights = m.based(m.n.feed.rights).cut(maxBlurb).html()
	f.Image = resolveURL(m.base, f.Image)
	for _, e := range d.Entries {
		e.Link, e.Image, e.Comments = m.absolute(e.Link), m.absolute(e.Image), m.absolute(e.Comments)
		for i := range e.Enclosures {
			e.Enclosures[i].URL = m.absolute(e.Enclosures[i].URL)
		}
		e.summary, e.content, e.rights = m.based(e.summary), m.based(e.content), m.based(e.rights)
		if e.Lang == "" {
			e.Lang = f.Language
		}
		e.Lang = strings.ToLower(e.Lang)
	}
	m.shareds()
	if len(d.Entries) == 0 && !d.Truncated {
		m.warn("the feed has no items")
	}
}

// absolute resolves an address the document left relative.
func (m *mapper) absolute(u string) string {
	if u == "" || hasWebScheme(u) || m.base == "" {
		return u
	}
	return resolveURL(m.base, u)
}

// based gives a text the address its links are relative to.
func (m *mapper) based(w words) words {
	switch {
	case w.base == "":
		w.base = m.base
	case !hasWebScheme(w.base) && m.base != "":
		w.base = resolveURL(m.base, w.base)
	}
	return w
}

// shareds marks the entries whose id leads, in this document, to several pages, and drops all but the newest of those
// that say the same id and page twice (RFC 4287, section 4.1.1).
func (m *mapper) shareds() {
	byID := make(map[string]int, len(m.doc.Entries))
	entries := m.doc.Entries[:0]
	shared, twice := map[string]bool{}, 0
	for _, e := range m.doc.Entries {
		if e.ID == "" {
			entries = append(entries, e)
			continue
		}
		at, seen := byID[e.ID]
		switch {
		case !seen:
			byID[e.ID] = len(entries)
			entries = append(entries, e)
		case entries[at].Link != e.Link, e.Link == "" && entries[at].raw != e.raw:
			shared[e.ID] = true
			entries = append(entries, e)
		case e.Link == "" && e.title.value == "" && e.content.value == "" && e.summary.value == "":
			entries = append(entries, e)
		default:
			twice++
			if e.newer(entries[at]) {
				entries[at] = e
			}
		}
	}
	m.doc.Entries = entries
	if twice > 0 {
		m.warn(fmt.Sprintf("%d entries are in the document twice: the newer one counts", twice))
	}
	if len(shared) > 0 {
		m.warn(fmt.Sprintf("%d ids are shared by several entries: their links tell them apart", len(shared)))
		for _, e := range entries {
			e.shared = shared[e.ID]
		}
	}
}

// newer reports whether e is a later state than f.
func (e *Entry) newer(f *Entry) bool {
	a, b := e.Updated, f.Updated
	if a.IsZero() {
		a = e.Published
	}
	if b.IsZero() {
		b = f.Published
	}
	return a.Time.After(b.Time)
}

// stampOf is a time only gofeed could read; how sure it was of the zone it does not say.
func stampOf(t *time.Time) news.Stamp {
	if t == nil || t.Year() < earliestYear {
		return news.Stamp{}
	}
	return news.Stamp{Time: t.UTC(), Certainty: news.CertaintyZone}
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
	if term = oneLine(term); term == "" || len(list) >= maxTerms {
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
