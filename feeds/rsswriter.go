package feeds

import (
	"bufio"
	"io"
	"strconv"
	"time"
)

// ContentTypeRSS is the media type of what WriteRSS writes.
const ContentTypeRSS = "application/rss+xml; charset=utf-8"

// WriteRSS writes f as RSS 2.0 in UTF-8, with Atom's self link, Dublin Core's creators and full content in
// content:encoded. Like WriteAtom's, its document is always well formed and complete. The only errors are those of w.
func WriteRSS(w io.Writer, f Published) error {
	a := atomWriter{w: bufio.NewWriterSize(w, 32<<10)}
	a.raw(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	a.raw(`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">` + "\n<channel>\n")
	title := orElse(f.Title, "untitled")
	a.text("title", title)
	a.text("link", orElse(f.Alternate, orElse(f.Self, f.ID)))
	a.text("description", orElse(f.Subtitle, title))
	if f.Language != "" {
		a.text("language", f.Language)
	}
	if f.Rights != "" {
		a.text("copyright", f.Rights)
	}
	a.text("lastBuildDate", stampRSS(f.latest()))
	if f.Generator != "" {
		a.text("generator", f.Generator)
	}
	if f.Self != "" {
		a.raw("<atom:link")
		a.attr("rel", "self")
		a.attr("type", "application/rss+xml")
		a.attr("href", f.Self)
		a.raw("/>\n")
	}
	if f.Hub != "" {
		a.raw(`<atom:link rel="hub"`)
		a.attr("href", f.Hub)
		a.raw("/>\n")
	}
	for i := range f.Entries {
		a.item(&f.Entries[i], title)
	}
	a.raw("</channel>\n</rss>\n")
	return a.w.Flush()
}

func (a *atomWriter) item(e *PublishedEntry, feedTitle string) {
	a.raw("<item>\n")
	a.text("title", orElse(e.Title, "untitled"))
	if visible(e.Link) {
		a.text("link", e.Link)
	}
	a.raw(`<guid isPermaLink="false">`)
	a.escaped(orElse(e.ID, orElse(e.Link, nilUUID)))
	a.raw("</guid>\n")
	at := e.Published
	if at.IsZero() {
		at = e.Updated
	}
	a.text("pubDate", stampRSS(at))
	wrote := false
	for _, p := range e.Authors {
		if name := orElse(p.Name, p.Email); visible(name) {
			a.text("dc:creator", name)
			wrote = true
		}
	}
	if !wrote {
		name := feedTitle
		if e.Source != nil && visible(e.Source.Title) {
			name = e.Source.Title
		}
		a.text("dc:creator", name)
	}
	for _, c := range e.Categories {
		if visible(c) {
			a.text("category", c)
		}
	}
	if e.Source != nil && e.Source.Link != "" {
		a.raw("<source")
		a.attr("url", e.Source.Link)
		a.raw(">")
		a.escaped(orElse(e.Source.Title, e.Source.Link))
		a.raw("</source>\n")
	}
	if len(e.Enclosures) > 0 && visible(e.Enclosures[0].URL) { // RSS has one
		x := e.Enclosures[0]
		a.raw("<enclosure")
		a.attr("url", x.URL)
		a.attr("length", strconv.FormatInt(max(x.Length, 0), 10))
		a.attr("type", orElse(x.Type, "application/octet-stream"))
		a.raw("/>\n")
	}
	a.text("description", orElse(e.Summary, e.Content))
	if e.Content != "" && e.Summary != "" {
		a.text("content:encoded", e.Content)
	}
	a.raw("</item>\n")
}

// stampRSS is a date-time of RFC 822 with a four-digit year, in UTC.
func stampRSS(t time.Time) string {
	t = t.UTC()
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		t = time.Unix(0, 0).UTC()
	}
	return t.Format("Mon, 02 Jan 2006 15:04:05 +0000")
}
