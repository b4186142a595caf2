package feeds

import (
	"encoding/hex"
	"slices"
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
		return e.ID
	}
	if e.Link != "" {
		if u, err := text.CanonicalURL(e.Link); err == nil {
			return u
		}
		return e.Link
	}
	h := xxh3.HashString128(e.title.value + "\x00" + e.content.value + "\x00" + e.summary.value).Bytes()
	return "text:" + hex.EncodeToString(h[:])
}

// Fingerprint is a hash of everything the publisher said in the entry. Equal states have equal fingerprints.
func (e *Entry) Fingerprint() uint64 { return e.raw }

// Item does the costly part: the title becomes one line of plain text, summary and content sanitised HTML with absolute
// addresses, and where no language is stated it is recognised. Feed, Outlet, Seen, Origin, ID, Keys and the canonical
// form of the URL are left to the caller.
func (e *Entry) Item() news.Item {
	it := news.Item{Kind: news.KindFeed, Identity: e.Identity(), URL: e.Link, Fingerprint: e.raw}
	it.Title = e.title.line()
	it.Summary = e.summary.html()
	it.Content = e.content.html()
	if it.Content == it.Summary {
		it.Summary = ""
	}
	it.Rights = e.rights.line()
	it.Authors = slices.Clone(e.Authors)
	it.Categories = slices.Clone(e.Categories)
	it.Enclosures = slices.Clone(e.Enclosures)
	it.Published, it.Updated = e.Published, e.Updated
	it.Image, it.Comments = e.Image, e.Comments
	it.Lang = e.Lang
	if it.Lang == "" {
		it.Lang = text.Language(it.Title + "\n" + text.Plain(it.HTML()))
	}
	return it
}

// line is a text as one line of plain text.
func (w words) line() string {
	if w.kind == kindText || w.kind == kindGuess && !strings.ContainsAny(w.value, "<&") {
		return text.Line(w.value)
	}
	return text.Line(text.Plain(w.value))
}

// html is a text as sanitised HTML with absolute addresses.
func (w words) html() string {
	if strings.TrimSpace(w.value) == "" {
		return ""
	}
	if w.kind == kindText || w.kind == kindGuess && !strings.ContainsAny(w.value, "<&") {
		return text.Paragraphs(w.value)
	}
	return strings.TrimSpace(text.Sanitize(text.Resolve(w.value, w.base)))
}
