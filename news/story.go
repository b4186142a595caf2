package news

import "time"

// Relation is the reason why an item belongs to a story.
type Relation string

// The relations of an item to the member it was linked to.
const (
	Original Relation = "original"  // the first-arrived member
	SameText Relation = "same text" // the same words, or most of them; the score says how much is shared
	SamePage Relation = "same page" // the same page under the same headline, seen through another feed

	Abridges   Relation = "abridges"    // a shorter text, most of which the other holds
	AbridgedBy Relation = "abridged by" // a longer text that arrived after its abridged copy
)

// Member is one item of a story.
type Member struct {
	Item     ItemID
	Seq      Seq    // of the item
	Outlet   string // of the item; "" unknown
	Relation Relation
	Score    float64 // 0 to 1: how much of the text is shared, of an abridged copy how much of the shorter one; 1 for exact relations
	Of       ItemID  // the member it was linked to; zero for the original
}

// Story is the group of items that carry the same text. An item that nobody copied is a story of one, with the item's id.
type Story struct {
	ID      ItemID // of the member that arrived first, for ever
	Seq     Seq    // of its last change; for a story of one, of the item
	Members []Member
}

// Evidence is one clause that made a query true: where, and in which words.
type Evidence struct {
	Clause  string // as written in the query
	Field   string // title, lead, body, ...
	Start   int    // byte offset in the field's plain text
	End     int
	Words   string // the exact words, or the field's value
	Variant string // the spelling that hit, when it is not the clause's own
}

// Match is the fact that an item became relevant to a watch.
type Match struct {
	Watch    string
	Item     ItemID
	Group    ItemID // story id, or item id for a watch that does not fold: what one published entry stands for
	Seq      Seq    // when it became relevant; kept when recomputed
	At       time.Time
	Rev      int  // the revision that matched first
	Backlog  bool // kept, never announced
	Evidence []Evidence
}

// Change says what a MatchEvent tells.
type Change uint8

// The changes.
const (
	ChangeNew     Change = iota // the item became relevant
	ChangeRevised               // an item that is relevant got a new revision
)

// MatchEvent is a line in a watch's log.
type MatchEvent struct {
	Seq     Seq
	Watch   string
	Item    ItemID
	Group   ItemID
	Rev     int
	Change  Change
	Backlog bool
	At      time.Time
}

// Entry is what a published feed shows for a group: recorded when first published and never given another id.
type Entry struct {
	Watch     string
	Group     ItemID // story id or item id at the time of publication
	Item      ItemID // the member that is shown
	UUID      string // "urn:uuid:…"
	Seq       Seq    // of the match that published it
	Published time.Time
	Updated   time.Time // moves only with a revision of Item
	Backlog   bool
}

// RelationsTo says how the text of each member relates to that of one of them, however they are linked: "" where two
// shorter texts hang on a third and nothing is known of the two.
func (s *Story) RelationsTo(one ItemID) map[ItemID]Relation {
	type text struct{ core, length int } // members of one core are one text; length is how many abridgements it is from the first member's
	of := make(map[ItemID]text, len(s.Members))
	for placed := -1; placed < len(of); { // a member may come before the one it is linked to
		placed = len(of)
		for i, m := range s.Members {
			linked, ok := of[m.Of]
			if _, done := of[m.Item]; done || !ok && !m.Of.IsZero() {
				continue
			}
			switch m.Relation {
			case SameText, SamePage:
				of[m.Item] = linked
			case Abridges:
				of[m.Item] = text{i, linked.length - 1}
			case AbridgedBy:
				of[m.Item] = text{i, linked.length + 1}
			default:
				of[m.Item] = text{core: i}
			}
		}
	}
	out := make(map[ItemID]Relation, len(of))
	for _, m := range s.Members {
		a, known := of[m.Item]
		b, too := of[one]
		switch {
		case !known || !too:
		case a.core == b.core && m.Relation == SamePage && m.Of == one:
			out[m.Item] = SamePage
		case a.core == b.core:
			out[m.Item] = SameText
		case a.length < b.length:
			out[m.Item] = Abridges
		case a.length > b.length:
			out[m.Item] = AbridgedBy
		}
	}
	return out
}
