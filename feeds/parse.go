package feeds

import (
	"fmt"
	"strings"

	"github.com/mmcdole/gofeed"

	"mediawatch/news"
)

// Parse reads a feed document.
func Parse(data []byte, o Options) (doc *Document, err error) {
	if len(data) > MaxBody {
		return nil, ErrTooLarge
	}
	d := decodeText(data, o)
	if strings.TrimSpace(d.text) == "" {
		return nil, ErrEmpty
	}
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, fmt.Errorf("parse feed: gofeed: %v", r)
		}
	}()
	p := gofeed.NewParser()
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	f, err := p.ParseString(d.text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFeed, err)
	}
	doc = &Document{Format: f.FeedType, Charset: d.name, Warnings: d.warnings}
	doc.Feed = Info{Title: f.Title, Link: f.Link, Subtitle: f.Description, Self: f.FeedLink, Language: f.Language}
	for _, it := range f.Items {
		e := &Entry{ID: it.GUID, Link: it.Link, Categories: it.Categories, Lang: f.Language}
		if it.PublishedParsed != nil {
			e.Published = news.Stamp{Time: *it.PublishedParsed, Certainty: news.CertaintyExact}
		}
		if it.UpdatedParsed != nil {
			e.Updated = news.Stamp{Time: *it.UpdatedParsed, Certainty: news.CertaintyExact}
		}
		for _, a := range it.Authors {
			e.Authors = append(e.Authors, news.Person{Name: a.Name, Email: a.Email})
		}
		e.title = words{value: it.Title}
		e.summary = words{value: it.Description}
		e.content = words{value: it.Content}
		doc.Entries = append(doc.Entries, e)
	}
	return doc, nil
}
