package feeds

import (
	"strconv"
	"time"

	"mediawatch/news"
)

// DumpDocument is a Document as `mediawatch parse --json` prints it. Titles are plain text, summary, content, subtitle
// and rights sanitised HTML, times RFC 3339 in UTC, lengths decimal.
type DumpDocument struct {
	Feed      DumpFeed   `json:"feed"`
	Items     []DumpItem `json:"items"`
	Warnings  []string   `json:"warnings"`
	Truncated bool       `json:"truncated"`
}

// DumpFeed is the feed itself.
type DumpFeed struct {
	Title      string       `json:"title"`
	Link       string       `json:"link"`
	Subtitle   string       `json:"subtitle"`
	ID         string       `json:"id"`
	Author     string       `json:"author"`
	Authors    []DumpPerson `json:"authors"`
	Published  string       `json:"published,omitempty"`
	Updated    string       `json:"updated"`
	Language   string       `json:"language"`
	Rights     string       `json:"rights"`
	Image      string       `json:"image"`
	Categories []string     `json:"categories"`
}

// DumpPerson is an author.
type DumpPerson struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	URI   string `json:"uri"`
}

// DumpEnclosure is an enclosure; Length is in bytes, "" unknown.
type DumpEnclosure struct {
	URL    string `json:"url"`
	Type   string `json:"type"`
	Length string `json:"length"`
}

// DumpItem is an item.
type DumpItem struct {
	ID         string          `json:"id"`
	Title      string          `json:"title"`
	URL        string          `json:"url"`
	Summary    string          `json:"summary"`
	Content    string          `json:"content"`
	Author     string          `json:"author"`
	Authors    []DumpPerson    `json:"authors"`
	Published  string          `json:"published"`
	Updated    string          `json:"updated"`
	Certainty  string          `json:"certainty,omitempty"` // of published, else of updated
	Categories []string        `json:"categories"`
	Enclosures []DumpEnclosure `json:"enclosures"`
	Language   string          `json:"language"`
	Rights     string          `json:"rights"`
	Image      string          `json:"image"`
	Comments   string          `json:"comments"`
	Source     string          `json:"source,omitempty"` // the outlet it was taken from
}

// Dump does the costly part for every entry and gives the document in the shape that is printed.
func Dump(d *Document) DumpDocument {
	f := &d.Feed
	out := DumpDocument{
		Feed: DumpFeed{
			Title: f.Title, Link: f.Link, Subtitle: f.Subtitle, ID: f.ID, Author: f.Author, Authors: dumpPersons(f.Authors),
			Published: dumpTime(f.Published), Updated: dumpTime(f.Updated), Language: f.Language, Rights: f.Rights,
			Image: f.Image, Categories: orNone(f.Categories),
		},
		Items: make([]DumpItem, 0, len(d.Entries)), Warnings: orNone(d.Warnings), Truncated: d.Truncated,
	}
	for _, e := range d.Entries {
		out.Items = append(out.Items, dumpEntry(e))
	}
	return out
}

func dumpEntry(e *Entry) DumpItem {
	it := e.Item()
	out := DumpItem{
		ID: e.ID, Title: it.Title, URL: it.URL, Summary: it.Summary, Content: it.Content, Author: personLine(it.Authors),
		Authors: dumpPersons(it.Authors), Published: dumpTime(it.Published), Updated: dumpTime(it.Updated),
		Categories: orNone(it.Categories), Language: it.Lang, Rights: e.rights.html(), Image: it.Image, Comments: it.Comments,
		Enclosures: make([]DumpEnclosure, 0, len(it.Enclosures)), Source: e.Source.Name,
	}
	for _, s := range []news.Stamp{it.Updated, it.Published} {
		if !s.IsZero() {
			out.Certainty = s.Certainty.String()
		}
	}
	for _, x := range it.Enclosures {
		d := DumpEnclosure{URL: x.URL, Type: x.Type}
		if x.Length > 0 {
			d.Length = strconv.FormatInt(x.Length, 10)
		}
		out.Enclosures = append(out.Enclosures, d)
	}
	return out
}

func dumpPersons(list []news.Person) []DumpPerson {
	out := make([]DumpPerson, 0, len(list))
	for _, p := range list {
		out = append(out, DumpPerson(p))
	}
	return out
}

// personLine is the first person as one line: "Name (email)", the name, or the address.
func personLine(list []news.Person) string {
	if len(list) == 0 {
		return ""
	}
	switch p := list[0]; {
	case p.Name != "" && p.Email != "":
		return p.Name + " (" + p.Email + ")"
	case p.Name != "":
		return p.Name
	default:
		return p.Email
	}
}

func dumpTime(s news.Stamp) string {
	if s.IsZero() {
		return ""
	}
	return s.Time.UTC().Format(time.RFC3339)
}

// orNone is list, or an empty list that prints as [].
func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
