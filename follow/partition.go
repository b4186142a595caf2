package follow

import (
	"context"
	"slices"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/store"
)

// partition is what a linker's step knows of stories: what the store says, and what the step itself has decided since.
//
// A story is a tree of members, each linked to the one it came by. Members that are the same text or page form a core;
// a core of abridged copies hangs on the core that holds it, and on no other.
type partition struct {
	store  store.Derived
	story  map[news.ItemID]news.ItemID   // item → story
	member map[news.ItemID][]news.Member // story → members, the original first, for stories this step has looked at
	places []store.Place
}

func newPartition(s store.Derived) *partition {
	return &partition{store: s, story: make(map[news.ItemID]news.ItemID), member: make(map[news.ItemID][]news.Member)}
}

// edge says how item a relates to item b.
type edge struct {
	a, b news.ItemID
	dedupe.Verdict
}

// note learns the stories that the carriers of an arrival's keys are in.
func (p *partition) note(a arrival) {
	for _, h := range slices.Concat(a.words, a.page) {
		if _, known := p.story[h.Item]; !known {
			p.story[h.Item] = h.Story
		}
	}
}

// learn learns the stories of items in one read.
func (p *partition) learn(ctx context.Context, items []news.ItemID) error {
	unknown := slices.DeleteFunc(items, func(id news.ItemID) bool { _, known := p.story[id]; return known })
	if len(unknown) == 0 {
		return nil
	}
	stories, err := p.store.Stories(ctx, unknown)
	if err != nil {
		return err
	}
	for i, id := range unknown {
		p.take(id, &stories[i])
	}
	return nil
}

// take takes over the story of an item and returns its members.
func (p *partition) take(item news.ItemID, s *news.Story) []news.Member {
	id, m := s.ID, s.Members
	if len(m) == 0 {
		id, m = item, []news.Member{{Item: item, Relation: news.Original}}
	}
	p.member[id] = m
	for i := range m {
		p.story[m[i].Item] = id
	}
	return m
}

// storyOf returns the story of an item.
func (p *partition) storyOf(ctx context.Context, id news.ItemID) (news.ItemID, error) {
	if s, known := p.story[id]; known {
		return s, nil
	}
	_, err := p.members(ctx, id)
	return p.story[id], err
}

// maxHung is how many items a core of abridged copies may have when it is hung on another: a larger one is a story of
// its own, and what holds it a roundup.
const maxHung = 2

// join puts two items into one story, unless one would hang on two. The story that began first keeps its id; members of
// the other move over.
func (p *partition) join(ctx context.Context, e edge) error {
	a, err := p.storyOf(ctx, e.a)
	if err != nil {
		return err
	}
	b, err := p.storyOf(ctx, e.b)
	if err != nil || a == b {
		return err
	}
	am, err := p.members(ctx, a)
	if err != nil {
		return err
	}
	bm, err := p.members(ctx, b)
	if err != nil {
		return err
	}
	ac, bc := coreOf(am, e.a), coreOf(bm, e.b)
	switch {
	case e.Joins() && ac.hangs && bc.hangs,
		e.Relation == news.Abridges && (ac.hangs || ac.size > maxHung),
		e.Relation == news.AbridgedBy && (bc.hangs || bc.size > maxHung):
		return nil
	}
	if am[0].Seq < bm[0].Seq {
		e, a, b, am, bm = edge{e.b, e.a, e.Turned()}, b, a, bm, am
	}
	reroot(am, e)
	for _, m := range am {
		p.story[m.Item] = b
		p.places = append(p.places, store.Place{Item: m.Item, Story: b, Relation: m.Relation, Score: m.Score, Of: m.Of})
	}
	p.member[b] = append(bm, am...)
	delete(p.member, a)
	return nil
}

// reroot links a tree through e.a to e.b: the links from e.a to the tree's original turn round.
func reroot(members []news.Member, e edge) {
	at := make(map[news.ItemID]int, len(members))
	for i, m := range members {
		at[m.Item] = i
	}
	v, of := e.Verdict, e.b
	for id, steps := e.a, 0; steps < len(members); steps++ {
		i, ok := at[id]
		if !ok {
			return
		}
		m := &members[i]
		old := *m
		m.Relation, m.Score, m.Of = v.Relation, v.Score, of
		if old.Relation == news.Original || old.Of.IsZero() {
			return
		}
		v, of, id = dedupe.Verdict{Relation: old.Relation, Score: old.Score}.Turned(), id, old.Of
	}
}

// core is what matters of the members that are one text.
type core struct {
	size  int
	hangs bool // on a core that holds it
}

// coreOf returns the core of a member.
func coreOf(members []news.Member, id news.ItemID) core {
	next := make(map[news.ItemID][]news.ItemID, len(members))
	for _, m := range members {
		if (m.Relation == news.SameText || m.Relation == news.SamePage) && !m.Of.IsZero() {
			next[m.Item] = append(next[m.Item], m.Of)
			next[m.Of] = append(next[m.Of], m.Item)
		}
	}
	in := map[news.ItemID]bool{id: true}
	for queue := []news.ItemID{id}; len(queue) > 0; queue = queue[1:] {
		for _, o := range next[queue[0]] {
			if !in[o] {
				in[o] = true
				queue = append(queue, o)
			}
		}
	}
	c := core{size: len(in)}
	for _, m := range members {
		if m.Relation == news.Abridges && in[m.Item] || m.Relation == news.AbridgedBy && in[m.Of] {
			c.hangs = true
		}
	}
	return c
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
	return p.take(story, &stories[0]), nil
}
