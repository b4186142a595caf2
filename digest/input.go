package digest

import (
	"time"

	"mediawatch/news"
)

// Kind says what caused an edition.
type Kind string

// The kinds of edition.
const (
	Regular Kind = ""        // a slot of the schedule
	Welcome Kind = "welcome" // the first one of an empty store: what is there, backlog included
	Preview Kind = "preview" // looked at by a person; nothing is marked as reported
	Extra   Kind = "extra"   // asked for by a person, outside the schedule
)

// Input is everything an edition is made of. A caller fills it in four steps, each asking the store for what the step before named:
//
//  1. Sections from the watches' logs (store.MatchEvents after From up to To);
//  2. Stories for Groups;
//  3. Matches and Reported for Members;
//  4. Items for Refs.
//
// What is missing in a map is taken for unknown, never for an error.
type Input struct {
	Digest   string // its slug
	Title    string // "" shows the slug
	Number   int    // of the edition; 0 has none (welcome, preview)
	Slot     string // what the schedule asked for: local date and time
	Kind     Kind
	Now      time.Time
	Location *time.Location // nil is UTC
	Since    time.Time      // when the window began: the last edition's date; zero is "unknown"
	From, To news.Seq       // events with From < Seq <= To are covered; To 0 has no upper end

	Sections []Section                     // one for each watch, in the order of the configuration
	Stories  map[news.ItemID]news.Story    // by what Groups named
	Matches  map[news.ItemID][]news.Match  // by what Members named; an item that is present without a match no longer matches
	Reported map[news.ItemID]news.Reported // by what Members named; zero values are "never reported"
	Items    map[Ref]news.Item             // by what Refs named; zero values were forgotten
	Chart    []Day                         // coverage a day, oldest first; see Days
	Silent   []string                      // sources that have been silent for unusually long
	Trouble  []string                      // feeds in trouble, one line each
	Failed   []Earlier                     // earlier editions that could not be delivered
	Links    Links
	Version  string // of the program
}

// Section is one watch of the digest with its part of the window.
type Section struct {
	Watch  string // its slug
	Title  string // "" shows the slug
	ByItem bool   // the watch does not fold stories: each item stands for itself
	Events []news.MatchEvent
	Older  int // backlog matches the caller counted instead of listing them in Events
}

// Ref names a revision of an item; N 0 is the newest. It has the fields of store.Ref and converts to it.
type Ref struct {
	Item news.ItemID
	N    int
}

// Day is how many matching items one local day brought.
type Day struct {
	Date  time.Time // the day's first instant in the digest's zone
	Count int
}

// Earlier is an edition of the past that a reader may not have.
type Earlier struct {
	Number int
	Date   time.Time
	URL    string // its page; "" none
	Answer string // why it failed
}

// Links are the addresses an edition points to; each may be "".
type Links struct {
	Edition string // this edition's own page
	Home    string // the digest's page, with all editions
	Feed    string // the digest's Atom feed
	Items   string // prefix of items' pages, ending in a slash: for items without an address of their own
	Contact string // mail address to write to, also to get no more of it
}

// ChartDays is how many days a chart of coverage shows.
const ChartDays = 14

// Days counts the given times for the last n local days up to now, oldest first. Times outside are left out.
func Days(times []time.Time, now time.Time, loc *time.Location, n int) []Day {
	if n <= 0 {
		return nil
	}
	now = now.In(zone(loc))
	days := make([]Day, n)
	index := make(map[string]int, n)
	for i := range days {
		d := time.Date(now.Year(), now.Month(), now.Day()-(n-1-i), 0, 0, 0, 0, now.Location())
		// Where midnight does not exist the date may come out a day early; noon always exists and names the day.
		noon := time.Date(now.Year(), now.Month(), now.Day()-(n-1-i), 12, 0, 0, 0, now.Location())
		days[i].Date = d
		index[noon.Format(time.DateOnly)] = i
	}
	for _, t := range times {
		if i, ok := index[t.In(now.Location()).Format(time.DateOnly)]; ok {
			days[i].Count++
		}
	}
	return days
}

func zone(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}

// covers reports whether the window of in holds seq.
func (in *Input) covers(seq news.Seq) bool {
	return seq > in.From && in.visible(seq)
}

// visible reports whether seq was there when the window was chosen: what came while the edition was made belongs to the next one.
func (in *Input) visible(seq news.Seq) bool {
	return in.To == 0 || seq <= in.To
}

// announced reports whether e is something this edition tells, and not only counts.
func (in *Input) announced(e news.MatchEvent) bool {
	return in.covers(e.Seq) && (!e.Backlog || in.Kind == Welcome)
}

// Groups returns the groups that the announced events speak of, each once, in order of appearance: ask store.Stories.
func (in *Input) Groups() []news.ItemID {
	var ids idList
	for _, s := range in.Sections {
		for _, e := range s.Events {
			if in.announced(e) {
				ids.add(e.Group)
			}
		}
	}
	return ids.list
}

// Members returns the announced items and all members of their stories: ask store.Matches and store.Reported. A story
// is remembered under the id it had, and that id is always one of its members', so a later merge is seen here too.
func (in *Input) Members() []news.ItemID {
	var ids idList
	for _, s := range in.Sections {
		for _, e := range s.Events {
			if !in.announced(e) {
				continue
			}
			ids.add(e.Item)
			ids.add(e.Group)
			if s.ByItem {
				continue
			}
			for _, m := range in.Stories[e.Group].Members {
				ids.add(m.Item)
			}
		}
	}
	return ids.list
}

// Refs returns the revisions to load: the newest of every member that matches one of the digest's watches, and for
// items that were edited in the window also the one before the first edit. Ask store.Items.
func (in *Input) Refs() []Ref {
	watches := in.watches()
	var ids idList
	before := make(map[news.ItemID]int)
	for _, s := range in.Sections {
		for _, e := range s.Events {
			if !in.announced(e) {
				continue
			}
			ids.add(e.Item)
			if n, ok := before[e.Item]; e.Change == news.ChangeRevised && e.Rev > 1 && (!ok || e.Rev-1 < n) {
				before[e.Item] = e.Rev - 1
			}
			for _, m := range in.Stories[e.Group].Members {
				if !s.ByItem && in.matches(m.Item, watches) {
					ids.add(m.Item)
				}
			}
		}
	}
	refs := make([]Ref, 0, len(ids.list)+len(before))
	for _, id := range ids.list {
		refs = append(refs, Ref{Item: id})
		if n, ok := before[id]; ok {
			refs = append(refs, Ref{Item: id, N: n})
		}
	}
	return refs
}

// watches returns the names of the digest's watches.
func (in *Input) watches() map[string]bool {
	names := make(map[string]bool, len(in.Sections))
	for _, s := range in.Sections {
		names[s.Watch] = true
	}
	return names
}

// matches reports whether item matched one of watches when the window was chosen.
func (in *Input) matches(item news.ItemID, watches map[string]bool) bool {
	for _, m := range in.Matches[item] {
		if watches[m.Watch] && in.visible(m.Seq) {
			return true
		}
	}
	return false
}

// idList keeps ids in order of first appearance.
type idList struct {
	list []news.ItemID
	seen map[news.ItemID]bool
}

func (l *idList) add(id news.ItemID) {
	if id.IsZero() || l.seen[id] {
		return
	}
	if l.seen == nil {
		l.seen = make(map[news.ItemID]bool)
	}
	l.seen[id] = true
	l.list = append(l.list, id)
}
