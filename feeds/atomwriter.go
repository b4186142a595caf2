package feeds

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mediawatch/news"
)

// Published is a feed as we publish it. ID and Updated are required by RFC 4287, section 4.1.1; Title and author are
// filled in when empty.
type Published struct {
	ID        string // an absolute IRI, "urn:uuid:…"
	Title     string // plain text
	Subtitle  string // plain text
	Self      string // the address of this document
	Alternate string // the page that shows the same
	Updated   time.Time
	Generator string
	Author    string // a name; "" stands for the title
	Rights    string // plain text
	Icon      string
	Language  string
	Hub       string // WebSub hub; "" none
	First     string // RFC 5005, section 3; "" none
	Previous  string
	Next      string
	Last      string
	Entries   []PublishedEntry
}

// PublishedEntry is one entry of a published feed. Summary and Content are sanitised HTML with absolute URLs; the other texts are plain.
type PublishedEntry struct {
	ID         string // "urn:uuid:…"
	Title      string
	Link       string // the page of the original; "" none
	Published  time.Time
	Updated    time.Time
	Authors    []news.Person // without names and empty: the source's or the feed's name stands in
	Source     *PublishedSource
	Related    []Related
	Categories []string
	Summary    string
	Content    string
	Language   string
	Rights     string
	Image      string
	Enclosures []news.Enclosure
}

// PublishedSource is where an entry comes from (RFC 4287, section 4.2.11).
type PublishedSource struct {
	ID      string // an absolute IRI; "" stands for the link
	Title   string
	Link    string
	Updated time.Time
}

// Related is another outlet's publication of the same.
type Related struct {
	URL   string
	Title string
}

// ContentTypeAtom is the media type of what WriteAtom writes.
const ContentTypeAtom = "application/atom+xml; charset=utf-8"

// WriteAtom writes f as an Atom 1.0 document in UTF-8. Whatever the fields hold, the document is well formed and has
// every element RFC 4287 requires: illegal characters are left out, a missing title, author or date is stood in for.
// The only errors are those of w.
func WriteAtom(w io.Writer, f Published) error {
	a := atomWriter{w: bufio.NewWriterSize(w, 32<<10)}
	a.feed(&f)
	return a.w.Flush()
}

// atomWriter writes elements; bufio keeps the first error until Flush.
type atomWriter struct {
	w *bufio.Writer
}

func (a *atomWriter) feed(f *Published) {
	a.raw(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	a.raw(`<feed xmlns="http://www.w3.org/2005/Atom"`)
	if f.Language != "" {
		a.attr("xml:lang", f.Language)
	}
	a.raw(">\n")
	title := orElse(f.Title, "untitled")
	a.text("id", orElse(f.ID, orElse(f.Self, nilUUID)))
	a.text("title", title)
	if f.Subtitle != "" {
		a.text("subtitle", f.Subtitle)
	}
	a.text("updated", stampAtom(f.latest()))
	a.persons(nil, orElse(f.Author, title))
	a.links(f)
	if f.Generator != "" {
		a.text("generator", f.Generator)
	}
	if f.Icon != "" {
		a.text("icon", f.Icon)
	}
	if f.Rights != "" {
		a.text("rights", f.Rights)
	}
	for i := range f.Entries {
		a.entry(&f.Entries[i], title)
	}
	a.raw("</feed>\n")
}

// latest is Updated, else the newest of the entries', else the epoch: atom:updated is required.
func (f *Published) latest() time.Time {
	t := f.Updated
	if t.IsZero() {
		for i := range f.Entries {
			if u := f.Entries[i].updated(); u.After(t) {
				t = u
			}
		}
	}
	return t
}

// updated is Updated, else Published.
func (e *PublishedEntry) updated() time.Time {
	if e.Updated.IsZero() {
		return e.Published
	}
	return e.Updated
}

func (a *atomWriter) links(f *Published) {
	for _, l := range [...]struct{ rel, href, kind string }{
		{"self", f.Self, "application/atom+xml"}, {"alternate", f.Alternate, "text/html"}, {"hub", f.Hub, ""},
		{"first", f.First, "application/atom+xml"}, {"previous", f.Previous, "application/atom+xml"},
		{"next", f.Next, "application/atom+xml"}, {"last", f.Last, "application/atom+xml"},
	} {
		if visible(l.href) {
			a.link(l.rel, l.href, l.kind, "")
		}
	}
}

func (a *atomWriter) entry(e *PublishedEntry, feedTitle string) {
	a.raw("<entry")
	if e.Language != "" {
		a.attr("xml:lang", e.Language)
	}
	a.raw(">\n")
	a.text("id", orElse(e.ID, orElse(e.Link, nilUUID)))
	a.text("title", orElse(e.Title, "untitled"))
	a.text("updated", stampAtom(e.updated()))
	if !e.Published.IsZero() {
		a.text("published", stampAtom(e.Published))
	}
	name := feedTitle
	if e.Source != nil && visible(e.Source.Title) {
		name = e.Source.Title
	}
	a.persons(e.Authors, name)
	if visible(e.Link) {
		a.link("alternate", e.Link, "text/html", "")
	}
	for _, r := range e.Related {
		if visible(r.URL) {
			a.link("related", r.URL, "", r.Title)
		}
	}
	a.enclosures(e)
	for _, c := range e.Categories {
		if visible(c) {
			a.raw("<category")
			a.attr("term", c)
			a.raw("/>\n")
		}
	}
	if e.Rights != "" {
		a.text("rights", e.Rights)
	}
	a.source(e.Source, e.updated())
	a.html("summary", e.Summary)
	a.html("content", e.Content)
	if e.Content == "" && e.Summary == "" && !visible(e.Link) {
		a.html("content", "<p></p>") // RFC 4287, section 4.1.2: without content there must be an alternate link
	}
	a.raw("</entry>\n")
}

func (a *atomWriter) enclosures(e *PublishedEntry) {
	for _, x := range e.Enclosures {
		if !visible(x.URL) {
			continue
		}
		a.raw("<link")
		a.attr("rel", "enclosure")
		a.attr("href", x.URL)
		if x.Type != "" {
			a.attr("type", x.Type)
		}
		if x.Length > 0 {
			a.attr("length", strconv.FormatInt(x.Length, 10))
		}
		a.raw("/>\n")
	}
	if visible(e.Image) {
		a.raw("<link")
		a.attr("rel", "enclosure")
		a.attr("href", e.Image)
		a.attr("type", imageType(e.Image))
		a.raw("/>\n")
	}
}

// source writes atom:source. Its id, title and updated are what section 4.2.11 says it should hold.
func (a *atomWriter) source(s *PublishedSource, fallback time.Time) {
	if s == nil || !visible(s.Title) && !visible(s.Link) && !visible(s.ID) {
		return
	}
	id := orElse(s.ID, s.Link)
	a.raw("<source>\n")
	if visible(id) {
		a.text("id", id)
	}
	a.text("title", orElse(s.Title, id))
	updated := s.Updated
	if updated.IsZero() {
		updated = fallback
	}
	a.text("updated", stampAtom(updated))
	if visible(s.Link) {
		a.link("alternate", s.Link, "text/html", "")
	}
	a.raw("</source>\n")
}

// persons writes one atom:author a person; a name is always there (section 3.2.1), standIn when nobody has one.
func (a *atomWriter) persons(list []news.Person, standIn string) {
	wrote := false
	for _, p := range list {
		name := orElse(p.Name, orElse(p.Email, p.URI))
		if !visible(name) {
			continue
		}
		wrote = true
		a.raw("<author>")
		a.text("name", name)
		if validEmail(p.Email) {
			a.text("email", p.Email)
		}
		if visible(p.URI) {
			a.text("uri", p.URI)
		}
		a.raw("</author>\n")
	}
	if !wrote {
		a.raw("<author>")
		a.text("name", orElse(standIn, "unknown"))
		a.raw("</author>\n")
	}
}

func (a *atomWriter) link(rel, href, kind, title string) {
	a.raw("<link")
	a.attr("rel", rel)
	if kind != "" {
		a.attr("type", kind)
	}
	if visible(title) {
		a.attr("title", title)
	}
	a.attr("href", href)
	a.raw("/>\n")
}

func (a *atomWriter) html(name, html string) {
	if html == "" {
		return
	}
	a.raw("<" + name + ` type="html">`)
	a.escaped(html)
	a.raw("</" + name + ">\n")
}

func (a *atomWriter) text(name, s string) {
	a.raw("<" + name + ">")
	a.escaped(s)
	a.raw("</" + name + ">\n")
}

func (a *atomWriter) attr(name, value string) {
	a.raw(" " + name + `="`)
	a.escaped(value)
	a.raw(`"`)
}

// raw writes s as it is; bufio reports an error at Flush.
func (a *atomWriter) raw(s string) { a.w.WriteString(s) }

// escaped writes s as character data that is also safe in a quoted attribute. `]]>` becomes `]]&gt;`; characters that
// XML 1.0, section 2.2 does not allow are left out; a carriage return survives as a reference.
func (a *atomWriter) escaped(s string) { escapeXML(a.w, s) }

// escapeXML writes s escaped for text and attributes.
func escapeXML(w *bufio.Writer, s string) {
	last := 0
	for i := 0; i < len(s); {
		c := s[i]
		size, repl := 1, ""
		switch {
		case c == '&':
			repl = "&amp;"
		case c == '<':
			repl = "&lt;"
		case c == '>':
			repl = "&gt;"
		case c == '"':
			repl = "&#34;"
		case c == '\r':
			repl = "&#13;"
		case c >= 0x20 && c < 0x80, c == '\t', c == '\n':
			i++
			continue
		case c < 0x20:
		default:
			var legal bool
			if size, legal = legalRune(s[i:]); legal {
				i += size
				continue
			}
		}
		w.WriteString(s[last:i])
		w.WriteString(repl)
		i += size
		last = i
	}
	w.WriteString(s[last:])
}

// nilUUID stands for an id nobody gave.
const nilUUID = "urn:uuid:00000000-0000-0000-0000-000000000000"

// stampAtom is an RFC 3339 date-time in UTC. Years outside 1 to 9999 have none and become the epoch.
func stampAtom(t time.Time) string {
	t = t.UTC()
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		t = time.Unix(0, 0).UTC()
	}
	return t.Format("2006-01-02T15:04:05Z")
}

// orElse is s, or other when s shows nothing.
func orElse(s, other string) string {
	if visible(s) {
		return s
	}
	return other
}

// visible reports whether anything of s is left in an XML document beside white space.
func visible(s string) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c < 0x80 {
			if c > ' ' {
				return true
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if _, legal := legalRune(s[i:]); legal && !unicode.IsSpace(r) {
			return true
		}
		i += size
	}
	return false
}

// validEmail is the pattern of RFC 4287, appendix B: ".+@.+".
func validEmail(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at < len(s)-1 && visible(s[:at]) && visible(s[at+1:])
}

// imageType guesses a media type from the address.
func imageType(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	switch ext := strings.ToLower(url[strings.LastIndexByte(url, '.')+1:]); ext {
	case "png", "gif", "webp", "avif":
		return "image/" + ext
	case "svg":
		return "image/svg+xml"
	}
	return "image/jpeg"
}
