package digest

import (
	"time"

	"mediawatch/news"
)

// Limits of an edition. What they leave out is counted and linked, never dropped silently.
const (
	MaxFull  = 200 // stories up to which all are shown
	Top      = 20  // stories shown beyond it, and in a welcome edition
	MaxLines = 60  // lines under "Still spreading" and "Changed"
	MaxAlso  = 5   // outlets named after "also:"
	MaxHits  = 2   // sentences quoted a story
)

// Composed is an edition before it is rendered: what to say, in order, with times already in the reader's words.
type Composed struct {
	Digest   string
	Title    string
	Number   int
	Kind     Kind
	Now      time.Time // in the digest's zone
	Date     string    // "Friday 20 November 2026"
	Window   string    // "Thu 19 Nov 07:00 to Fri 20 Nov 07:00 (Europe/Berlin, CET)"
	Counts   news.EditionCounts
	Folded   int  // articles that are copies: articles less stories
	Empty    bool // nothing to tell: no story, no growth, no change
	Capped   bool // only the top stories are shown
	Sections []ComposedSection
	Quiet    []string // titles of watches without anything new

	Spreading     []Growth
	MoreSpreading int // lines left out
	Changed       []Edit
	MoreChanged   int

	QuietEdits int // edits of older articles that were never reported
	Withdrawn  int // articles that ceased to match, or were forgotten, before this edition

	Chart   []Bar
	Silent  []string
	Trouble []string
	Failed  []Earlier
	Links   Links
	Version string

	// Reported is to be committed with the edition: what was told in full or mentioned as grown.
	Reported []news.Reported
}

// ComposedSection is the part of an edition that one watch fills.
type ComposedSection struct {
	Watch    string
	Title    string
	Total    int // stories, shown or not
	Articles int
	Stories  []Story
}

// Story is a story told in full.
type Story struct {
	Group    news.ItemID
	Index    int    // from 1 through the whole edition
	Headline string // never empty
	URL      string // where the headline leads; "" nowhere
	Outlet   string // never empty
	When     string // "08:14", "Thu 19 Nov 18:20 (zone assumed)"
	Lang     string
	Hits     []Hit
	Articles int // members that match, this one included
	Outlets  int // different known outlets among them, at least 1
	Also     []Also
	MoreAlso int // outlets not named in Also
	Outside  int // copies that no watch of the digest matches
	Edits    []Edit
	AlsoIn   []string // titles of the digest's other watches that match it
}

// Also is another outlet with the same story.
type Also struct {
	Outlet string
	URL    string
	Note   string // "shortened", "longer"; "" for the same text
}

// Hit is a sentence with the words that matched. Spans are byte ranges of Text, rising, without overlap, on character boundaries.
type Hit struct {
	Text  string
	Spans []Span
}

// Span is a byte range.
type Span struct{ Start, End int }

// Edit is a change of an article: of its headline, or, when Old is "", only of its text.
type Edit struct {
	When   string
	Outlet string
	Old    string
	New    string // the headline now
	URL    string
	Times  int // edits in this window
}

// Growth is a story of an earlier edition that further outlets took up.
type Growth struct {
	Group    news.ItemID
	Headline string
	URL      string
	Plus     int // articles since
	Outlets  int // now
	Number   int // of the edition that told it; 0 unknown
}

// Bar is a day of the chart.
type Bar struct {
	Label string // "Fri 20 Nov"
	Count int
	Level int // 0 to 8, 0 only for nothing
}
