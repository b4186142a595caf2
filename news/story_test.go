package news

import (
	"maps"
	"testing"
)

// A brief came first, then the whole text, a copy of that, a copy of the brief, and another brief.
func TestRelationsTo(t *testing.T) {
	id := func(n byte) ItemID { return ItemID{n} }
	s := Story{ID: id(1), Members: []Member{
		{Item: id(1), Relation: Original},
		{Item: id(2), Relation: AbridgedBy, Of: id(1)},
		{Item: id(4), Relation: SamePage, Of: id(1)},
		{Item: id(3), Relation: SameText, Of: id(2)},
		{Item: id(5), Relation: Abridges, Of: id(3)},
		{Item: id(6), Relation: SameText, Of: id(9)}, // which was forgotten
	}}
	for one, want := range map[byte]map[ItemID]Relation{
		1: {id(1): SameText, id(2): AbridgedBy, id(3): AbridgedBy, id(4): SamePage},
		2: {id(1): Abridges, id(2): SameText, id(3): SameText, id(4): Abridges, id(5): Abridges},
		5: {id(2): AbridgedBy, id(3): AbridgedBy, id(5): SameText},
		6: {},
	} {
		if got := s.RelationsTo(id(one)); !maps.Equal(got, want) {
			t.Errorf("to %d: %v, want %v", one, got, want)
		}
	}
}
