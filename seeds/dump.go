package seeds

import (
	"time"

	"mediawatch/news"
)

// Dump is the JSON form of one seed file, as `mediawatch parse --seed --json` prints it: the shape of a parsed feed with one item, and the fields only seed files have.
type Dump struct {
	Feed      DumpFeed   `json:"feed"`
	Items     []DumpItem `json:"items"`
	Warnings  []string   `json:"warnings"`
	Truncated bool       `json:"truncated"`
}

// DumpFeed is the feed of the shape; a seed file has none, so its fields are empty.
type DumpFeed struct {
	Title      string       `json:"title"`
	Link       string       `json:"link"`
	Subtitle   string       `json:"subtitle"`
	ID         string       `json:"id"`
	Author     string       `json:"author"`
	Authors    []DumpPerson `json:"authors"`
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

// DumpEnclosure is a file that belongs to an item.
type DumpEnclosure struct {
	URL    string `json:"url"`
	Type   string `json:"type"`
	Length int64  `json:"length"`
}

// DumpItem is the article. Times are RFC 3339 in UTC, "" when none is stated.
type DumpItem struct {
	ID             string          `json:"id"`
	Title          string          `json:"title"`
	URL            string          `json:"url"`
	Summary        string          `json:"summary"`
	Content        string          `json:"content"`
	Author         string          `json:"author"`
	Authors        []DumpPerson    `json:"authors"`
	Published      string          `json:"published"`
	Updated        string          `json:"updated"`
	Categories     []string        `json:"categories"`
	Enclosures     []DumpEnclosure `json:"enclosures"`
	Language       string          `json:"language"`
	Rights         string          `json:"rights"`
	Image          string          `json:"image"`
	Comments       string          `json:"comments"`
	Section        []string        `json:"section"`
	Caption        string          `json:"caption"`
	Subheadings    []string        `json:"subheadings"`
	Certainty      string          `json:"certainty"` // of published: exact, zone assumed, day, inferred, none
	Outlet         string          `json:"outlet"`
	OutletEvidence string          `json:"outlet_evidence"`
	Cut            []string        `json:"cut"`
}

// Dump returns the article in the shape `parse --seed --json` prints. Lists are empty, never null.
func (a *Article) Dump() Dump {
	item := DumpItem{
		Title: a.Title, URL: a.URL, Summary: a.Summary, Content: a.Content, Authors: []DumpPerson{},
		Published: rfc3339(a.Published), Updated: rfc3339(a.Updated), Categories: list(a.Categories), Enclosures: []DumpEnclosure{},
		Language: a.Lang, Image: a.Image, Section: list(a.Section), Caption: a.Caption, Subheadings: list(a.Subheadings),
		Certainty: a.Published.Certainty.String(), Outlet: a.Outlet, OutletEvidence: a.OutletEvidence, Cut: list(a.Cut),
	}
	for _, p := range a.Authors {
		item.Authors = append(item.Authors, DumpPerson(p))
	}
	if len(a.Authors) > 0 {
		item.Author = a.Authors[0].Name
	}
	return Dump{
		Feed:     DumpFeed{Authors: []DumpPerson{}, Categories: []string{}},
		Items:    []DumpItem{item},
		Warnings: list(a.Warnings),
	}
}

func rfc3339(s news.Stamp) string {
	if s.IsZero() {
		return ""
	}
	return s.Time.UTC().Format(time.RFC3339)
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
