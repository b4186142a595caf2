package feeds

import (
	"fmt"
	"strings"
)

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
	f.Image = m.absolute(f.Image)
	for _, s := range []*string{&f.Title, &f.Link, &f.Self, &f.ID, &f.Language, &f.Image} { // they outlive the document
		*s = strings.Clone(*s)
	}
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
