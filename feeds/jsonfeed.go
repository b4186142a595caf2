package feeds

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	gofeedjson "github.com/mmcdole/gofeed/json"

	"mediawatch/news"
)

// startsJSON reports whether a document is JSON: an object before any tag, perhaps behind a guard like ")]}',".
func startsJSON(s string) bool {
	if s[0] == '{' || s[0] == '[' {
		return true
	}
	head := s[:min(len(s), 256)]
	i := strings.IndexByte(head, '{')
	if i < 0 || strings.IndexByte(head[:i], '<') >= 0 {
		return false
	}
	rest := strings.TrimLeft(head[i+1:], " \t\r\n")
	return rest != "" && (rest[0] == '"' || rest[0] == '}')
}

// jsonBuilder walks a JSON Feed (versions 1.0 and 1.1, jsonfeed.org) once and writes for gofeed what is wanted of it, with the types
// the specification asks for.
type jsonBuilder struct {
	x        jsonScanner
	head     []byte  // members of the feed
	b        builder // for its items
	isFeed   bool
	seen     int // items
	small    int // tags, authors and attachments written
	deadline time.Time
	late     bool
}

// normalizeJSON is Normalize for JSON.
func normalizeJSON(d decoded, o Options) (*Normalized, error) {
	j := jsonBuilder{x: jsonScanner{s: d.text}, deadline: time.Now().Add(MaxTime)}
	j.b.format, j.b.dates = "json", dateReader{now: o.now()}
	if i := strings.IndexAny(d.text, "{["); i > 0 {
		j.x.repaired = strings.TrimSpace(d.text[:i]) != ""
		j.x.pos = i
	}
	j.head = append(j.head, '{')
	if j.x.peek() == '[' {
		j.isFeed = true
		j.items()
	} else {
		j.x.members(j.member)
	}
	switch {
	case j.late:
		return nil, ErrTooSlow
	case !j.isFeed:
		return nil, fmt.Errorf("%w: it is JSON without items", ErrNotFeed)
	}
	if j.x.peek() != 0 {
		j.x.repaired = true
	}
	j.b.prune()
	n := &Normalized{Format: "json", Charset: d.name, Truncated: j.x.truncated, head: pieces{string(append(j.head, `"items":[`...))}, tail: "]}", sides: j.b.items, base: o.Base}
	if len(n.sides) > 0 {
		last := n.sides[len(n.sides)-1].clean
		last[len(last)-1] = strings.TrimSuffix(last[len(last)-1], ",")
	}
	n.Warnings = d.warnings
	if j.x.truncated {
		n.Warnings = append(n.Warnings, "the document ends early: what was complete is kept")
	}
	if j.x.repaired {
		n.Warnings = append(n.Warnings, "the document is not well-formed JSON Feed and was repaired")
	}
	if j.b.dropped > 0 {
		n.Warnings = append(n.Warnings, fmt.Sprintf("more than %d items: the newest are kept, %d are left out", MaxItems, j.b.dropped))
	}
	return n, nil
}

// member reads one member of the feed.
func (j *jsonBuilder) member(key string) {
	switch key {
	case "items", "entries":
		if c := j.x.peek(); c == '[' || c == '{' {
			j.isFeed = true
			j.items()
		}
	case "version":
		v := j.x.text()
		j.isFeed = j.isFeed || strings.Contains(v, "jsonfeed.org/version")
	case "title", "description", "language", "icon", "favicon", "home_page_url", "feed_url":
		j.head = j.copyText(j.head, key, appendString)
	case "link", "links":
		j.head = j.copyText(j.head, "home_page_url", appendString)
	case "author", "authors":
		j.head = j.authors(j.head)
	}
}

// items reads the items. An item the document ends in is not kept.
func (j *jsonBuilder) items() {
	j.x.elements(func() {
		if j.seen++; j.seen&0xFFF == 0 && time.Now().After(j.deadline) {
			j.late, j.x.truncated = true, true
			return
		}
		if j.x.peek() != '{' {
			j.x.repaired = true
			return
		}
		s := &j.b.side
		*s = side{}
		j.b.parts, j.b.out = j.b.parts[:0], append(j.b.out[:0], '{')
		j.x.members(func(key string) { j.itemMember(key, s) })
		if j.x.truncated {
			return
		}
		if len(j.b.out) == 1 && len(j.b.items) >= MaxItems { // it says nothing
			j.b.dropped++
			return
		}
		if j.b.tooOld(s) {
			return
		}
		j.b.out = append(trimComma(j.b.out), '}', ',')
		s.raw = j.b.sum()
		j.b.keep(s)
	})
}

// itemMember reads one member of an item.
func (j *jsonBuilder) itemMember(key string, s *side) {
	out := j.b.out
	switch key {
	case "id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image", "language":
		out = j.copyText(out, key, j.b.verbatim)
	case "link", "links":
		out = j.copyText(out, "url", j.b.verbatim)
	case "content":
		out = j.copyText(out, "content_html", j.b.verbatim)
	case "description":
		out = j.copyText(out, "summary", j.b.verbatim)
	case "date_published", "published", "date", "pubDate":
		v := j.x.text()
		s.published = cmpStamp(s.published, s.read(&j.b, v))
		out = appendMember(out, "date_published", v)
	case "date_modified", "updated", "modified":
		v := j.x.text()
		s.updated = cmpStamp(s.updated, s.read(&j.b, v))
		out = appendMember(out, "date_modified", v)
	case "author", "authors":
		out = j.authors(out)
	case "tags", "categories":
		out = j.tags(out)
	case "attachments":
		out = j.attachments(out)
	}
	j.b.out = out
}

// cmpStamp is have, else got.
func cmpStamp(have, got news.Stamp) news.Stamp {
	if have.IsZero() {
		return got
	}
	return have
}

// appendString writes v as it is.
func appendString(out []byte, v string) []byte { return append(out, v...) }

// copyText copies a value that has to be a text; write does with what is copied as it is.
func (j *jsonBuilder) copyText(out []byte, key string, write func([]byte, string) []byte) []byte {
	switch j.x.peek() {
	case '"':
		raw := j.x.raw()
		if j.x.truncated {
			return out
		}
		if len(raw) > MaxText {
			return appendMember(out, key, strings.ToValidUTF8(unquoteJSON(raw[:MaxText]+`"`), ""))
		}
		out = append(out, '"')
		out = append(out, key...)
		out = append(out, `":"`...)
		out = write(out, validJSON(raw[1:len(raw)-1]))
		return append(out, '"', ',')
	case '[':
		v := ""
		j.x.elements(func() {
			if t := j.x.text(); v == "" {
				v = t
			}
		})
		return appendMember(out, key, v)
	}
	v := j.x.text()
	j.x.repaired = j.x.repaired || v != "" && key != "id"
	return appendMember(out, key, v)
}

// appendMember writes a member with a text, nothing for no text.
func appendMember(out []byte, key, v string) []byte {
	if v == "" {
		return out
	}
	out = append(out, '"')
	out = append(out, key...)
	out = append(out, '"', ':')
	return append(appendJSONText(out, v), ',')
}

// appendJSONText writes a string of JSON.
func appendJSONText(out []byte, v string) []byte {
	out = append(out, '"')
	for _, r := range v {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < 0x20:
			out = append(out, `\u00`...)
			out = append(out, "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}

// trimComma takes off the comma behind the last member.
func trimComma(out []byte) []byte {
	if n := len(out); n > 0 && out[n-1] == ',' {
		return out[:n-1]
	}
	return out
}

// authors reads author and authors: objects, or just names.
func (j *jsonBuilder) authors(out []byte) []byte {
	out = append(out, `"authors":[`...)
	n := 0
	j.x.elements(func() {
		var name, address string
		switch j.x.peek() {
		case '"', '\'':
			name = j.x.text()
		case '{':
			j.x.members(func(key string) {
				switch key {
				case "name":
					name = j.x.text()
				case "url", "uri":
					address = j.x.text()
				}
			})
		}
		if name+address == "" || n >= maxPeople || j.small >= maxDocumentTerms {
			return
		}
		n++
		j.small++
		out = append(out, '{')
		out = appendMember(out, "name", name)
		out = appendMember(out, "url", address)
		out = append(trimComma(out), '}', ',')
	})
	return append(trimComma(out), ']', ',')
}

// tags reads tags: texts, or one text with commas.
func (j *jsonBuilder) tags(out []byte) []byte {
	out = append(out, `"tags":[`...)
	n := 0
	add := func(v string) {
		if v = strings.TrimSpace(v); v != "" && len(v) <= maxTerm && n < maxTerms && j.small < maxDocumentTerms {
			n++
			j.small++
			out = append(appendJSONText(out, v), ',')
		}
	}
	if c := j.x.peek(); c == '"' || c == '\'' {
		j.x.repaired = true
		for v := range strings.SplitSeq(j.x.text(), ",") {
			add(v)
		}
	} else {
		j.x.elements(func() { add(j.x.text()) })
	}
	return append(trimComma(out), ']', ',')
}

// attachments reads attachments.
func (j *jsonBuilder) attachments(out []byte) []byte {
	out = append(out, `"attachments":[`...)
	n := 0
	j.x.elements(func() {
		if j.x.peek() != '{' {
			return
		}
		var address, typ, bytes string
		j.x.members(func(key string) {
			switch key {
			case "url":
				address = j.x.text()
			case "mime_type":
				typ = j.x.text()
			case "size_in_bytes":
				bytes = j.x.text()
			}
		})
		if address == "" || n >= 100 || j.small >= maxDocumentTerms {
			return
		}
		n++
		j.small++
		out = append(out, '{')
		out = appendMember(out, "url", address)
		out = appendMember(out, "mime_type", typ)
		if v := size(bytes); v > 0 {
			out = append(out, `"size_in_bytes":`...)
			out = append(strconv.AppendInt(out, v, 10), ',')
		}
		out = append(trimComma(out), '}', ',')
	})
	return append(trimComma(out), ']', ',')
}

// json has gofeed parse JSON Feed.
func (m *mapper) json(in io.Reader) error {
	f, err := (&gofeedjson.Parser{}).Parse(in)
	if err != nil {
		return err
	}
	if err := m.count(len(f.Items)); err != nil {
		return err
	}
	base := m.n.base
	s := &m.n.feed
	s.title = jsonTitle(f.Title)
	s.summary = words{value: cleanText(f.Description), kind: kindText}
	s.lang = language(f.Language, "")
	s.link = webURL(resolveURL(base, f.HomePageURL))
	s.image = webURL(resolveURL(base, cmp.Or(f.Icon, f.Favicon)))
	s.authors = m.jsonAuthors(f.Authors)
	m.info("", nil, news.Stamp{})
	m.doc.Feed.ID = f.FeedURL
	m.doc.Feed.Self = webURL(resolveURL(base, f.FeedURL))
	for i, it := range f.Items {
		if it == nil {
			it = &gofeedjson.Item{}
		}
		e := m.entry(i)
		m.jsonItem(e, it)
		if len(e.Authors) == 0 {
			e.Authors = s.authors // JSON Feed 1.1: "authors" of the feed apply
		}
		m.doc.Entries = append(m.doc.Entries, e)
	}
	return nil
}

// jsonItem maps one item.
func (m *mapper) jsonItem(e *Entry, it *gofeedjson.Item) {
	base := m.n.base
	e.ID = cleanText(it.ID)
	e.Link = webURL(resolveURL(base, cmp.Or(it.URL, it.ExternalURL)))
	if e.Link == "" && hasWebScheme(e.ID) {
		e.Link = e.ID
	}
	e.Image = webURL(resolveURL(base, cmp.Or(it.Image, it.BannerImage)))
	e.Lang = language(it.Language, "")
	e.Authors = m.jsonAuthors(it.Authors)
	e.title = jsonTitle(it.Title)
	e.summary = words{value: cleanText(it.Summary), kind: kindText}
	e.content = words{value: cleanText(it.ContentHTML), kind: kindHTML, base: base}
	if it.ContentHTML == "" {
		e.content = words{value: cleanText(it.ContentText), kind: kindText}
	}
	for _, t := range it.Tags {
		e.Categories = addTerm(e.Categories, cleanText(t))
	}
	if it.Attachments == nil {
		return
	}
	for _, a := range *it.Attachments {
		if u := webURL(resolveURL(base, a.URL)); u != "" {
			e.Enclosures = append(e.Enclosures, news.Enclosure{URL: u, Type: a.MimeType, Length: a.SizeInBytes})
		}
	}
}

// jsonTitle is a title: plain text by the specification, but programs that export HTML leave references in it.
func jsonTitle(s string) words {
	return words{value: decodeReferences(cleanText(s), nil), kind: kindText}
}

// jsonAuthors maps authors.
func (m *mapper) jsonAuthors(list []*gofeedjson.Author) []news.Person {
	var out []news.Person
	for _, a := range list {
		if a != nil && (a.Name != "" || a.URL != "") {
			out = addPerson(out, tidyPerson(news.Person{Name: cleanText(a.Name), URI: webURL(resolveURL(m.n.base, a.URL))}))
		}
	}
	return out
}
