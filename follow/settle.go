package follow

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/store"
)

// Settle divides all items of the window into stories at once, so that what belongs together does not depend on the order in which it arrived, and commits the
// difference to what the linker found step by step. It returns how many items changed their story. It does nothing while the linker has not caught up with a
// recomputation, and must not run beside a step.
//
// Links to items that have left the window stay as they are.
func (l *Linker) Settle(ctx context.Context) (int, error) {
	at, err := l.store.Cursor(ctx, LinkerName)
	if err != nil || at.Version != linkerVersion || at.Replay != 0 {
		return 0, err
	}
	s := &settling{linker: l}
	if err := s.read(ctx, at.Seq); err != nil {
		return 0, fmt.Errorf("settle stories: %w", err)
	}
	links, err := s.divide(ctx)
	if err != nil {
		return 0, fmt.Errorf("settle stories: %w", err)
	}
	places, moved := s.difference(links)
	if len(places) == 0 {
		return 0, nil
	}
	return moved, l.store.Commit(ctx, store.Derivation{Follower: LinkerName, From: at, To: at, Places: places})
}

// settling is one Settle.
type settling struct {
	linker  *Linker
	records []record // of the window, by item, then by revision
	items   []settled
	number  map[news.ItemID]int // of an item in items: first those of the window by id, then the other members of their stories
	window  int                 // how many are of the window
}

// settled is an item with its present place.
type settled struct {
	id    news.ItemID
	seq   news.Seq
	story news.ItemID // its own id when it is alone
	link  news.Member // Of is zero for an original
}

// read gathers the window and the stories its items are in.
func (s *settling) read(ctx context.Context, upto news.Seq) error {
	st := s.linker.store
	err := eachSignature(ctx, st, upto, func(r record) error {
		s.records = append(s.records, r)
		return nil
	})
	if err != nil || len(s.records) == 0 {
		return err
	}
	first := s.records[0].seq
	slices.SortFunc(s.records, func(a, b record) int { return cmp.Or(bytes.Compare(a.item[:], b.item[:]), cmp.Compare(a.n, b.n)) })
	var ids []news.ItemID
	for i := range s.records {
		if i == 0 || s.records[i].item != s.records[i-1].item {
			ids = append(ids, s.records[i].item)
		}
	}
	heads, err := st.Heads(ctx, ids)
	if err != nil {
		return err
	}
	s.number, s.window = make(map[news.ItemID]int, len(ids)), len(ids)
	for i, id := range ids {
		s.number[id] = i
		s.items = append(s.items, settled{id: id, seq: heads[i].Seq, story: id})
	}
	return s.readStories(ctx, first)
}

// readStories takes over how items are placed now. A story that an item of the window is in has changed since the window began.
func (s *settling) readStories(ctx context.Context, first news.Seq) error {
	for before := news.Seq(0); ; {
		page, err := s.linker.store.RecentStories(ctx, before, 0)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, story := range page {
			if story.Seq < first {
				return nil
			}
			before = story.Seq
			if slices.ContainsFunc(story.Members, func(m news.Member) bool { _, ok := s.number[m.Item]; return ok }) {
				s.takeStory(story)
			}
		}
	}
}

func (s *settling) takeStory(story news.Story) {
	for _, m := range story.Members {
		n, ok := s.number[m.Item]
		if !ok {
			n = len(s.items)
			s.number[m.Item] = n
			s.items = append(s.items, settled{id: m.Item, seq: m.Seq})
		}
		s.items[n].story, s.items[n].link = story.ID, m
	}
}

// divide computes how items belong together.
func (s *settling) divide(ctx context.Context) ([]dedupe.Link, error) {
	d := dedupe.Division{Items: len(s.items), Nodes: make([]dedupe.Node, len(s.records)), Given: s.given()}
	for i := range s.records {
		r := &s.records[i]
		d.Nodes[i] = dedupe.Node{Item: s.number[r.item], Sign: r.sign, Stated: r.stated, Keys: r.keys}
	}
	facts := func(i int) (*dedupe.Facts, error) {
		r := &s.records[i]
		return s.linker.factsOf(ctx, store.Ref{Item: r.item, N: r.n})
	}
	d.Judge = func(a, b int) (dedupe.Verdict, error) {
		if err := ctx.Err(); err != nil {
			return dedupe.Verdict{}, err
		}
		x, err := facts(a)
		if err != nil || x == nil {
			return dedupe.Verdict{}, err
		}
		y, err := facts(b)
		if err != nil || y == nil {
			return dedupe.Verdict{}, err
		}
		return dedupe.Judge(x, y), nil
	}
	edges, err := dedupe.Partition(d)
	if err != nil {
		return nil, err
	}
	arrival := make([]int, len(s.items))
	for i := range s.items {
		arrival[i] = int(s.items[i].seq)
	}
	return dedupe.Arrange(edges, arrival), nil
}

// given is the links that have an end outside the window.
func (s *settling) given() []dedupe.Edge {
	var out []dedupe.Edge
	for n := range s.items {
		m := &s.items[n].link
		if m.Of.IsZero() {
			continue
		}
		of, ok := s.number[m.Of]
		if ok && (n >= s.window || of >= s.window) {
			out = append(out, dedupe.Edge{A: n, B: of, Verdict: dedupe.Verdict{Relation: m.Relation, Score: m.Score}})
		}
	}
	return out
}

// difference returns the places of all stories that are not as they should be, and how many items change theirs.
func (s *settling) difference(links []dedupe.Link) ([]store.Place, int) {
	stale, wanted := make(map[news.ItemID]bool), make(map[int]bool) // stories as they are, as they should be
	moved := 0
	for n, l := range links {
		if to := s.items[l.Story].id; to != s.items[n].story {
			moved++
			stale[s.items[n].story], stale[to] = true, true
		}
	}
	if moved == 0 {
		return nil, 0
	}
	for n, l := range links {
		if stale[s.items[n].story] || stale[s.items[l.Story].id] {
			wanted[l.Story] = true
		}
	}
	var members []int
	for n, l := range links {
		if wanted[l.Story] {
			members = append(members, n)
		}
	}
	slices.SortFunc(members, func(a, b int) int { return cmp.Compare(s.items[a].seq, s.items[b].seq) })
	var places []store.Place
	for _, n := range members { // whatever begins a story stands alone first
		if id := s.items[n].id; links[n].Story == n {
			places = append(places, store.Place{Item: id, Story: id, Relation: news.Original, Score: 1})
		}
	}
	for _, n := range members {
		if l := links[n]; l.Story != n {
			places = append(places, store.Place{Item: s.items[n].id, Story: s.items[l.Story].id, Relation: l.Relation, Score: l.Score, Of: s.items[l.Of].id})
		}
	}
	return places, moved
}
