package follow

import (
	"context"

	"mediawatch/news"
	"mediawatch/store"
)

// partition is what a linker's step knows of stories: what the store says, and what the step itself has decided since.
type partition struct {
	store  store.Derived
	story  map[news.ItemID]news.ItemID   // item → story
	member map[news.ItemID][]news.Member // story → members, for stories this step has touched
	places []store.Place
}

func newPartition(s store.Derived) *partition {
	return &partition{store: s, story: make(map[news.ItemID]news.ItemID), member: make(map[news.ItemID][]news.Member)}
}

// note learns the stories that the carriers of an arrival's keys are in.
func (p *partition) note(a arrival) {
	for _, h := range a.hits {
		if _, known := p.story[h.Item]; !known {
			p.story[h.Item] = h.Story
		}
	}
	if _, known := p.story[a.item.ID]; !known {
		p.story[a.item.ID] = a.item.ID
	}
}

// join puts two items into one story. The story that began first keeps its id; members of the other move over.
func (p *partition) join(ctx context.Context, it, other *news.Item, relation news.Relation) error {
	a, b := p.story[it.ID], p.story[other.ID]
	if a == b {
		return nil
	}
	am, err := p.members(ctx, a)
	if err != nil {
		return err
	}
	bm, err := p.members(ctx, b)
	if err != nil {
		return err
	}
	keep, lose, moving, link, to := b, a, am, it, other
	if am[0].Seq < bm[0].Seq {
		keep, lose, moving, link, to = a, b, bm, other, it
	}
	for _, m := range moving {
		if m.Relation == news.Original {
			m.Relation, m.Score, m.Of = relation, 1, to.ID
			if m.Item != link.ID {
				m.Of = link.ID
			}
		}
		p.story[m.Item] = keep
		p.member[keep] = append(p.member[keep], m)
		p.places = append(p.places, store.Place{Item: m.Item, Story: keep, Relation: m.Relation, Score: m.Score, Of: m.Of})
	}
	delete(p.member, lose)
	return nil
}

// members returns the members of a story, the original first.
func (p *partition) members(ctx context.Context, story news.ItemID) ([]news.Member, error) {
	if m, ok := p.member[story]; ok {
		return m, nil
	}
	stories, err := p.store.Stories(ctx, []news.ItemID{story})
	if err != nil {
		return nil, err
	}
	m := stories[0].Members
	if len(m) == 0 {
		m = []news.Member{{Item: story, Relation: news.Original}}
	}
	p.member[story] = m
	for i := range m {
		p.story[m[i].Item] = story
	}
	return m, nil
}
