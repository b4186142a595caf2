package follow

import (
	"context"
	"crypto/sha1"
	"fmt"
	"time"

	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/search"
	"mediawatch/store"
)

// MatcherName is the matcher's name as a follower; a watch that is recomputed has a cursor of its own, MatcherName/watch.
const MatcherName = "matcher"

// All is the name of the watch that matches everything.
const All = "all"

// Watch is what the matcher needs to know of a watch.
type Watch struct {
	Name    string
	Query   *query.Query // nil matches everything
	ByItem  bool         // a published entry stands for an item, not for a story
	Version string       // of the query's meaning; another one recomputes the past
}

// Matcher decides which items are relevant to which watches.
type Matcher struct {
	store    store.Store
	items    *Items
	facts    search.Facts
	now      func() time.Time
	watches  map[string]Watch
	names    []string
	queries  *query.Set
	stories  *query.Set                    // the queries that ask about stories
	asks     struct{ items, stories bool } // whether the sets hold any query
	document query.Document                // the item being matched
	noted    bool                          // the store knows since when each watch is matched as it is now
}

// NewMatcher returns a matcher for the given watches. now stamps matches.
func NewMatcher(s store.Store, items *Items, facts search.Facts, now func() time.Time) *Matcher {
	m := &Matcher{store: s, items: items, facts: facts, now: now}
	m.SetWatches(nil)
	return m
}

// SetWatches replaces the watches. It must not be called while a step runs.
func (m *Matcher) SetWatches(watches []Watch) {
	m.watches = make(map[string]Watch, len(watches))
	m.names = m.names[:0]
	m.noted = false
	queries, stories := make(map[string]*query.Query), make(map[string]*query.Query)
	for _, w := range watches {
		m.watches[w.Name] = w
		m.names = append(m.names, w.Name)
		if w.Query == nil {
			continue
		}
		queries[w.Name] = w.Query
		if w.Query.NeedsStory() {
			stories[w.Name] = w.Query
		}
	}
	m.queries, m.stories = query.NewSet(queries), query.NewSet(stories)
	m.asks.items, m.asks.stories = len(queries) > 0, len(stories) > 0
}

// Step matches the next events for all watches, or recomputes a part of the past for one whose query changed. It returns how many events
// it took; 0 means that nothing is left to do.
func (m *Matcher) Step(ctx context.Context) (int, error) {
	live, err := m.store.Cursor(ctx, MatcherName)
	if err != nil {
		return 0, err
	}
	linked, err := m.store.Cursor(ctx, LinkerName)
	if err != nil {
		return 0, err
	}
	if err := m.note(ctx, live.Seq); err != nil {
		return 0, err
	}
	n, err := m.step(ctx, pass{follower: MatcherName, from: live, start: live, upto: linked.Seq, watches: m.names})
	if n > 0 || err != nil {
		return n, err
	}
	for _, name := range m.names {
		n, err := m.recompute(ctx, name)
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, nil
}

// recompute takes the next part of the past for one watch, if there is one.
func (m *Matcher) recompute(ctx context.Context, name string) (int, error) {
	follower := MatcherName + "/" + name
	from, err := m.store.Cursor(ctx, follower)
	if err != nil || from.Replay == 0 {
		return 0, err
	}
	return m.step(ctx, pass{follower: follower, from: from, start: from, upto: from.Replay, watches: []string{name}})
}

// pass is one step of a follower over a part of the journal.
type pass struct {
	follower    string
	from, start store.Cursor // as kept; where to begin
	upto        news.Seq
	watches     []string
}

func (m *Matcher) step(ctx context.Context, p pass) (int, error) {
	events, err := m.store.Events(ctx, p.start.Seq, stepEvents)
	if err != nil {
		return 0, err
	}
	for i, ev := range events {
		if ev.Seq > p.upto {
			events = events[:i]
			break
		}
	}
	to := p.start
	if len(events) > 0 {
		to = advance(p.start, events[len(events)-1].Seq)
	} else if p.start.Replay > 0 && p.start.Seq < p.start.Replay {
		to = advance(p.start, p.start.Replay) // the rest of the past holds no event
	}
	if to == p.from {
		return 0, nil
	}
	d := store.Derivation{Follower: p.follower, From: p.from, To: to}
	subjects, err := m.subjects(ctx, events)
	if err != nil {
		return 0, fmt.Errorf("match after %d: %w", p.start.Seq, err)
	}
	for _, s := range subjects {
		m.decide(&d, p, s)
	}
	if err := m.store.Commit(ctx, d); err != nil {
		return 0, err
	}
	if p.follower == MatcherName {
		m.items.drop(events)
	}
	return max(len(events), 1), nil
}

// subject is an item in the revision that an event tells of, with what there is to know about it.
type subject struct {
	event   store.Event
	item    *news.Item
	story   news.Story
	matches map[string]int // watches that it matches already → the revision that did first; shared by all events of the item
}

// subjects loads what the events tell of: items and revisions, and the members of changed stories when a query asks about stories.
func (m *Matcher) subjects(ctx context.Context, events []store.Event) ([]subject, error) {
	events, err := m.expand(ctx, events)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	refs := make([]store.Ref, len(events))
	ids := make([]news.ItemID, len(events))
	for i, ev := range events {
		refs[i] = store.Ref{Item: ev.Item, N: ev.N}
		ids[i] = ev.Item
	}
	items, err := m.items.get(ctx, refs)
	if err != nil {
		return nil, err
	}
	stories, err := m.store.Stories(ctx, ids)
	if err != nil {
		return nil, err
	}
	byItem, err := m.known(ctx, events)
	if err != nil {
		return nil, err
	}
	subjects := make([]subject, 0, len(events))
	for i, it := range items {
		if it == nil { // forgotten
			continue
		}
		known := byItem[it.ID]
		if known == nil {
			known = make(map[string]int, 1)
			byItem[it.ID] = known
		}
		subjects = append(subjects, subject{event: events[i], item: it, story: stories[i], matches: known})
	}
	return subjects, nil
}

// known returns, for the items that have a revision among the events, which watches they match already. For others nobody asks.
func (m *Matcher) known(ctx context.Context, events []store.Event) (map[news.ItemID]map[string]int, error) {
	byItem := make(map[news.ItemID]map[string]int)
	var ids []news.ItemID
	for _, ev := range events {
		if ev.Kind == store.EventRevision && byItem[ev.Item] == nil {
			byItem[ev.Item] = make(map[string]int)
			ids = append(ids, ev.Item)
		}
	}
	if len(ids) == 0 {
		return byItem, nil
	}
	matches, err := m.store.Matches(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, list := range matches {
		for _, match := range list {
			byItem[ids[i]][match.Watch] = match.Rev
		}
	}
	return byItem, nil
}

// expand keeps events about items and replaces a changed story by its members, for the queries that ask about stories.
func (m *Matcher) expand(ctx context.Context, events []store.Event) ([]store.Event, error) {
	var out []store.Event
	for _, ev := range events {
		switch ev.Kind {
		case store.EventItem, store.EventRevision:
			out = append(out, ev)
		case store.EventStory:
			if !m.asks.stories {
				continue
			}
			stories, err := m.store.Stories(ctx, []news.ItemID{ev.Item})
			if err != nil {
				return nil, err
			}
			for _, member := range stories[0].Members {
				out = append(out, store.Event{Seq: ev.Seq, Kind: ev.Kind, Item: member.Item})
			}
		}
	}
	return out, nil
}

// decide adds to the derivation what an event means for the watches of a pass.
func (m *Matcher) decide(d *store.Derivation, p pass, s subject) {
	replay := s.event.Seq <= p.start.Replay
	evidence := m.evaluate(s)
	for _, name := range p.watches {
		found, matched := evidence[name]
		w := m.watches[name]
		if w.Query == nil {
			matched = s.event.Kind != store.EventStory
		}
		first, known := s.matches[name]
		switch {
		case matched:
			if !known {
				s.matches[name] = s.item.N
			}
			d.Matches = append(d.Matches, m.matched(w, s, found, replay))
		case replay && s.event.Kind != store.EventStory && !s.item.Pruned: // what matched a text that is gone did match
			d.Unmatched = append(d.Unmatched, store.Unmatched{Watch: name, Item: s.item.ID, Rev: s.item.N})
		}
		if s.event.Kind == store.EventRevision && known && first < s.item.N {
			d.Revised = append(d.Revised, store.Revised{Watch: name, Item: s.item.ID, Rev: s.item.N, At: s.item.At, Backlog: replay})
		}
	}
}

// evaluate runs the queries over an item.
func (m *Matcher) evaluate(s subject) map[string][]news.Evidence {
	set, asks := m.queries, m.asks.items
	if s.event.Kind == store.EventStory {
		set, asks = m.stories, m.asks.stories
	}
	if !asks {
		return nil
	}
	m.document.Reset(s.item, m.factsOf(s))
	hits := set.Match(&m.document)
	if len(hits) == 0 {
		return nil
	}
	found := make(map[string][]news.Evidence, len(hits))
	for _, h := range hits {
		found[h.Name] = h.Evidence
	}
	return found
}

// factsOf adds to what the configuration knows what the story says.
func (m *Matcher) factsOf(s subject) query.Facts {
	f := m.facts.Facts(s.item)
	f.Edited = s.item.N > 1
	return search.AddStory(f, s.item.ID, s.story)
}

// matched is the match that a watch keeps for an item.
func (m *Matcher) matched(w Watch, s subject, evidence []news.Evidence, replay bool) store.Matched {
	group := s.story.ID
	if w.ByItem || group.IsZero() {
		group = s.item.ID
	}
	backlog := replay || s.item.Backlog && s.event.Kind == store.EventItem
	return store.Matched{
		Match: news.Match{Watch: w.Name, Item: s.item.ID, Group: group, At: m.now(), Rev: s.item.N, Backlog: backlog, Evidence: evidence},
		UUID:  entryUUID(m.store.ID(), s.item.ID),
		Time:  s.item.Time(),
	}
}

// entryUUID makes the id of a published entry from the store's id and the item's (RFC 9562 section 5.5, name-based). It is recorded
// when first published and never computed again.
func entryUUID(space [16]byte, id news.ItemID) string {
	h := sha1.New()
	h.Write(space[:])
	h.Write(id[:])
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
