package feeds

import (
	"bufio"
	"encoding/json"
	"io"
)

// ContentTypeJSON is the media type of what WriteJSON writes.
const ContentTypeJSON = "application/feed+json; charset=utf-8"

// The members of JSON Feed 1.1 (jsonfeed.org/version/1.1) that we write.
type (
	jsonFeed struct {
		Version     string       `json:"version"`
		Title       string       `json:"title"`
		HomePageURL string       `json:"home_page_url,omitempty"`
		FeedURL     string       `json:"feed_url,omitempty"`
		Description string       `json:"description,omitempty"`
		NextURL     string       `json:"next_url,omitempty"`
		Icon        string       `json:"icon,omitempty"`
		Language    string       `json:"language,omitempty"`
		Authors     []jsonAuthor `json:"authors,omitempty"`
		Hubs        []jsonHub    `json:"hubs,omitempty"`
		Items       []jsonItem   `json:"items"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	jsonHub struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	jsonItem struct {
		ID            string       `json:"id"`
		URL           string       `json:"url,omitempty"`
		Title         string       `json:"title,omitempty"`
		ContentHTML   *string      `json:"content_html,omitempty"`
		ContentText   *string      `json:"content_text,omitempty"`
		Summary       string       `json:"summary,omitempty"`
		Image         string       `json:"image,omitempty"`
		DatePublished string       `json:"date_published,omitempty"`
		DateModified  string       `json:"date_modified,omitempty"`
		Authors       []jsonAuthor `json:"authors,omitempty"`
		Tags          []string     `json:"tags,omitempty"`
		Language      string       `json:"language,omitempty"`
		Attachments   []jsonFile   `json:"attachments,omitempty"`
	}
	jsonFile struct {
		URL      string `json:"url"`
		MimeType string `json:"mime_type"`
		Size     int64  `json:"size_in_bytes,omitempty"`
	}
)

// WriteJSON writes f as JSON Feed 1.1. Summaries lose their markup, as the format asks for. The only errors are those of w.
func WriteJSON(w io.Writer, f Published) error {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: orElse(f.Title, "untitled"), HomePageURL: f.Alternate, FeedURL: f.Self,
		Description: f.Subtitle, NextURL: f.Next, Icon: f.Icon, Language: f.Language, Items: make([]jsonItem, 0, len(f.Entries)),
	}
	if visible(f.Author) {
		out.Authors = []jsonAuthor{{Name: f.Author}}
	}
	if f.Hub != "" {
		out.Hubs = []jsonHub{{Type: "WebSub", URL: f.Hub}}
	}
	for i := range f.Entries {
		out.Items = append(out.Items, jsonEntry(&f.Entries[i]))
	}
	b := bufio.NewWriterSize(w, 32<<10)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return err
	}
	return b.Flush()
}

func jsonEntry(e *PublishedEntry) jsonItem {
	it := jsonItem{
		ID: orElse(e.ID, orElse(e.Link, nilUUID)), URL: e.Link, Title: e.Title, Image: e.Image, Tags: e.Categories, Language: e.Language,
		Summary: words{value: e.Summary, kind: kindHTML}.line(),
	}
	html := orElse(e.Content, e.Summary)
	if html != "" {
		it.ContentHTML = &html
	} else {
		it.ContentText = &html // one of the two is required
	}
	if !e.Published.IsZero() {
		it.DatePublished = stampAtom(e.Published)
	}
	if !e.Updated.IsZero() {
		it.DateModified = stampAtom(e.Updated)
	}
	for _, p := range e.Authors {
		if name := orElse(p.Name, p.Email); visible(name) {
			it.Authors = append(it.Authors, jsonAuthor{Name: name, URL: p.URI})
		}
	}
	if len(it.Authors) == 0 && e.Source != nil && visible(e.Source.Title) {
		it.Authors = []jsonAuthor{{Name: e.Source.Title, URL: e.Source.Link}}
	}
	for _, x := range e.Enclosures {
		if x.URL != "" {
			it.Attachments = append(it.Attachments, jsonFile{URL: x.URL, MimeType: orElse(x.Type, "application/octet-stream"), Size: max(x.Length, 0)})
		}
	}
	return it
}
