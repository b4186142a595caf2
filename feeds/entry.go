package feeds

import (
	"encoding/hex"
	"html"
	"strings"

	"github.com/zeebo/xxh3"

	"mediawatch/news"
	"mediawatch/text"
)

// Identity is what the publisher knows the entry by: its own id, else the canonical link, else a hash of headline and
// text. Where several entries of a document carry one id but lead to different pages, the id is no identity and the
// link decides.
func (e *Entry) Identity() string {
	if e.ID != "" && !e.shared {
		if len(e.ID) > maxIdentity {
			return "id:" + digest(e.ID)
		}
		return e.ID
	}
	if e.Link != "" {
		if u, err := text.CanonicalURL(e.Link); err == nil {
			return u
		}
		return e.Link
	}
	return "text:" + digest(e.title.value+"\x00"+e.content.value+"\x00"+e.summary.value)
}

// maxIdentity is the longest id that is its own identity, in bytes.
const maxIdentity = 1024

// digest is a hash of s as 32 hexadecimal digits.
func digest(s string) string {
	h := xxh3.HashString128(s).Bytes()
	return hex.EncodeToString(h[:])
}

// Fingerprint is a hash of everything the publisher said in the entry. Equal states have equal fingerprints.
func (e *Entry) Fingerprint() uint64 { return e.raw }

// Item does the costly part: the title becomes one line of plain text, summary and content sanitised HTML with absolute
// addresses, and where no language is stated it is recognised. An entry that states only when it was updated was published
// then, as far as we know (news.CertaintyInferred). Feed, Outlet, Seen, Origin, ID, Keys and the canonical form of the URL
// are left to the caller. The item shares no memory with the document.
func (e *Entry) Item() news.Item {
	it := news.Item{Kind: news.KindFeed, Identity: strings.Clone(e.Identity()), URL: strings.Clone(e.Link), Fingerprint: e.raw}
	it.Title = e.title.line()
	it.Summary, it.Content = e.summary.html(), e.content.html()
	if it.Content == it.Summary {
		it.Summary = ""
	}
	it.Rights = e.rights.cut(maxBlurb).line()
	for _, p := range e.Authors {
		it.Authors = append(it.Authors, news.Person{
			Name: text.Line(p.Name), Email: text.Line(p.Email), URI: strings.Clone(p.URI),
		})
	}
	for _, c := range e.Categories {
		it.Categories = append(it.Categories, text.Line(c))
	}
	for _, x := range e.Enclosures {
		it.Enclosures = append(it.Enclosures, news.Enclosure{URL: strings.Clone(x.URL), Type: text.Line(x.Type), Length: x.Length})
	}
	it.Published, it.Updated = e.Published, e.Updated
	if it.Published.IsZero() && !it.Updated.IsZero() {
		it.Published = news.Stamp{Time: it.Updated.Time, Certainty: news.CertaintyInferred}
	}
	it.Image, it.Comments = strings.Clone(e.Image), strings.Clone(e.Comments)
	it.Lang = strings.Clone(e.Lang)
	if it.Lang == "" {
		it.Lang = text.Language(it.Title + "\n" + text.Plain(it.HTML()))
	}
	return it
}

// plain reports whether the text is no HTML: declared so, or without anything that looks like it.
func (w *words) plain() bool {
	return w.kind == kindText || w.kind == kindGuess && !looksHTML(w.value)
}

// line is a text as one line of plain text.
func (w words) line() string {
	w = w.cut(maxTitle)
	if w.plain() {
		return text.Line(w.value)
	}
	return text.Line(text.Plain(w.value))
}

// maxTitle and maxBlurb bound what a title and a feed's own description may be, in bytes as published.
const (
	maxTitle = 16 << 10
	maxBlurb = 64 << 10
)

// cut is the text up to n bytes.
func (w words) cut(n int) words {
	if len(w.value) > n {
		w.value = strings.ToValidUTF8(w.value[:n], "")
	}
	return w
}

// html is a text as sanitised HTML with absolute addresses. Plain text of one paragraph needs no element around it.
func (w words) html() string {
	v := strings.TrimSpace(w.value)
	switch {
	case v == "":
		return ""
	case !w.plain():
		return strings.TrimSpace(text.Sanitize(text.Resolve(v, w.base)))
	case strings.Contains(v, "\n\n"), strings.Contains(v, "\r\n\r\n"):
		return text.Paragraphs(v)
	}
	return html.EscapeString(text.Clean(v))
}
