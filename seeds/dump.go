package seeds

import (
	"time"

	"mediawatch/feeds"
	"mediawatch/news"
)

// Dump is the JSON form of one seed file, as `mediawatch parse --seed --json` prints it: the shape of a parsed feed
// with one item, and the fields only seed files have.
type Dump struct {
	Feed      feeds.DumpFeed `json:"feed"` // a seed file has none, so its fields are empty
	Items     []DumpItem     `json:"items"`
	Warnings  []string       `json:"warnings"`
	Truncated bool           `json:"truncated"`
}

// DumpItem is the article. Times are RFC 3339 in UTC, "" when none is stated.
type DumpItem struct {
	feeds.DumpItem
	Section        []string `json:"section"`
	Caption        string   `json:"caption"`
	Subheadings    []string `json:"subheadings"`
	Certainty      string   `json:"certainty"` // of published: exact, zone assumed, day, inferred, none
	Outlet         string   `json:"outlet"`
	OutletEvidence string   `json:"outlet_evidence"`
	Cut            []string `json:"cut"`
}

// Dump returns the article in the shape `parse --seed --json` prints. Lists are empty, never null.
func (a *Article) Dump() Dump {
	item := DumpItem{
		DumpItem: feeds.DumpItem{
			Title: a.Title, URL: a.URL, Summary: a.Summary, Content: a.Content, Authors: []feeds.DumpPerson{}, Published: rfc3339(a.Published),
			Updated: rfc3339(a.Updated), Categories: list(a.Categories), Enclosures: []feeds.DumpEnclosure{}, Language: a.Lang, Image: a.Image,
		},
		Section: list(a.Section), Caption: a.Caption, Subheadings: list(a.Subheadings), Certainty: a.Published.Certainty.String(),
		Outlet: a.Outlet, OutletEvidence: a.OutletEvidence, Cut: list(a.Cut),
	}
	for _, p := range a.Authors {
		item.Authors = append(item.Authors, feeds.DumpPerson(p))
	}
	if len(a.Authors) > 0 {
		item.Author = a.Authors[0].Name
	}
	return Dump{
		Feed:     feeds.DumpFeed{Authors: []feeds.DumpPerson{}, Categories: []string{}},
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
