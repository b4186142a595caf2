package storetest

import (
	"cmp"
	"maps"
	"slices"

	"mediawatch/news"
	"mediawatch/store"
)

// model is the contract of package store in maps and lists, as simply as it can be said, to compare engines with.
type model struct {
	events  []store.Event
	items   map[news.ItemID]*modelItem
	order   []news.ItemID // of arrival
	feeds   map[news.FeedID]news.Feed
	cursors map[string]store.Cursor

	root    map[news.ItemID]news.ItemID // of members of stories of two and more, and those that were
	member  map[news.ItemID]news.Member // how an item that is not an original came
	changed map[news.ItemID]news.Seq    // last change of a story

	signatures  []store.Signature         // in order of Seq
	boilerplate map[string]map[string]int // outlet → line → version

	matches map[watched]news.Match
	log     map[string][]news.MatchEvent
	entries map[watched]*modelEntry

	digests    map[string]news.DigestState
	deliveries map[string]news.Delivery
}

type modelItem struct {
	id        news.ItemID
	seq       news.Seq
	revisions []news.Item // as read by their number
	state     news.Hash
	print     uint64
	forgotten bool
	keys      map[store.Key]store.KeyHit
}

// watched is an item, or a group, as seen by a watch.
type watched struct {
	watch string
	id    news.ItemID
}

type modelEntry struct {
	news.Entry
	time int64
}

func newModel() *model {
	return &model{
		items: make(map[news.ItemID]*modelItem), feeds: make(map[news.FeedID]news.Feed), cursors: make(map[string]store.Cursor),
		root: make(map[news.ItemID]news.ItemID), member: make(map[news.ItemID]news.Member), changed: make(map[news.ItemID]news.Seq),
		boilerplate: make(map[string]map[string]int),
		matches:     make(map[watched]news.Match), log: make(map[string][]news.MatchEvent), entries: make(map[watched]*modelEntry),
		digests: make(map[string]news.DigestState), deliveries: make(map[string]news.Delivery),
	}
}

func (m *model) head() news.Seq { return news.Seq(len(m.events)) }

func (m *model) tell(e store.Event) news.Seq {
	e.Seq = m.head() + 1
	m.events = append(m.events, e)
	return e.Seq
}

func (m *model) append(b store.Batch) store.Receipt {
	var r store.Receipt
	for _, d := range b.Documents {
		state := d.Feed
		state.Items = m.feeds[state.ID].Items
		m.feeds[state.ID] = state
		for _, n := range d.Items {
			m.item(n, &r)
		}
	}
	r.Head = m.head()
	return r
}

func (m *model) item(n store.News, r *store.Receipt) {
	it := m.items[n.Item.ID]
	switch {
	case it == nil:
		it = &modelItem{id: n.Item.ID, keys: make(map[store.Key]store.KeyHit)}
		m.items[it.id] = it
		m.order = append(m.order, it.id)
		it.seq = m.tell(store.Event{Kind: store.EventItem, Item: it.id, N: 1})
		f := m.feeds[n.Item.Feed]
		f.Items++
		m.feeds[f.ID] = f
		m.revise(it, n, it.seq)
		r.New = append(r.New, m.newest(it))
	case it.forgotten:
		r.Known++
	case it.state != n.State:
		m.revise(it, n, m.tell(store.Event{Kind: store.EventRevision, Item: it.id, N: len(it.revisions) + 1}))
		r.Revised = append(r.Revised, m.newest(it))
	default:
		it.print = n.Item.Fingerprint
		r.Known++
	}
}

func (m *model) revise(it *modelItem, n store.News, seq news.Seq) {
	rev := n.Item
	rev.Seq, rev.N = it.seq, len(it.revisions)+1
	if rev.N > 1 {
		first := it.revisions[0]
		rev.Seen, rev.Backlog = first.Seen, first.Backlog
	}
	it.state, it.print = n.State, n.Item.Fingerprint
	it.revisions = append(it.revisions, rev)
	k := rev.Keys
	for _, key := range []store.Key{{Kind: store.KeyURL, Hash: k.URL}, {Kind: store.KeyContent, Hash: k.Content}, {Kind: store.KeyGist, Hash: k.Gist}} {
		key.Version = k.Version
		if _, ok := it.keys[key]; !ok && !key.Hash.IsZero() {
			it.keys[key] = store.KeyHit{Item: it.id, N: rev.N, Seq: seq}
		}
	}
}

// revision is an item as Items returns it; n 0 is the newest.
func (m *model) revision(id news.ItemID, n int) news.Item {
	it := m.items[id]
	if it == nil || it.forgotten || n < 0 || n > len(it.revisions) {
		return news.Item{}
	}
	if n == 0 {
		return m.newest(it)
	}
	rev := it.revisions[n-1]
	rev.Fingerprint = it.print
	return rev
}

func (m *model) newest(it *modelItem) news.Item {
	rev := it.revisions[len(it.revisions)-1]
	rev.Fingerprint, rev.Origin = it.print, it.revisions[0].Origin
	return rev
}

func (m *model) forget(id news.ItemID) {
	it := m.items[id]
	if it.forgotten {
		return
	}
	it.forgotten = true
	for key, match := range m.matches {
		if key.id == id {
			match.Evidence = nil
			m.matches[key] = match
		}
	}
	for k := range it.keys {
		if k.Kind != store.KeyURL {
			delete(it.keys, k)
		}
	}
	m.signatures = none(slices.DeleteFunc(m.signatures, func(s store.Signature) bool { return s.Item == id }))
	m.tell(store.Event{Kind: store.EventForgot, Item: id})
}

// none is nil for an empty list, as the contract has it.
func none(list []store.Signature) []store.Signature {
	if len(list) == 0 {
		return nil
	}
	return list
}

// sign keeps and drops signatures.
func (m *model) sign(d store.Derivation) {
	for _, s := range d.Signatures {
		if m.items[s.Item].forgotten {
			continue
		}
		at, found := slices.BinarySearchFunc(m.signatures, s.Seq, func(x store.Signature, seq news.Seq) int { return cmp.Compare(x.Seq, seq) })
		if found {
			m.signatures[at] = s
			continue
		}
		m.signatures = slices.Insert(m.signatures, at, s)
	}
	m.signatures = none(slices.DeleteFunc(m.signatures, func(s store.Signature) bool { return s.Seq < d.SignaturesFrom }))
}

// learn adds lines of outlets.
func (m *model) learn(list []store.Boilerplate) {
	for _, b := range list {
		if m.boilerplate[b.Outlet] == nil {
			m.boilerplate[b.Outlet] = make(map[string]int)
		}
		for _, l := range b.Lines {
			if _, there := m.boilerplate[b.Outlet][l.Line]; !there {
				m.boilerplate[b.Outlet][l.Line] = l.Version
			}
		}
	}
}

// lines is what was learned, as the contract has it.
func (m *model) lines() (out []store.Boilerplate) {
	for _, outlet := range slices.Sorted(maps.Keys(m.boilerplate)) {
		b := store.Boilerplate{Outlet: outlet}
		for _, line := range slices.Sorted(maps.Keys(m.boilerplate[outlet])) {
			b.Lines = append(b.Lines, store.SiteLine{Line: line, Version: m.boilerplate[outlet][line]})
		}
		out = append(out, b)
	}
	return out
}

func (m *model) headOf(id news.ItemID) store.Head {
	it := m.items[id]
	if it == nil {
		return store.Head{}
	}
	return store.Head{Known: true, Forgotten: it.forgotten, Fingerprint: it.print, State: it.state, N: len(it.revisions), Seq: it.seq}
}

func (m *model) hits(k store.Key) (hits []store.KeyHit) {
	for _, it := range m.items {
		if hit, ok := it.keys[k]; ok {
			hit.Story = m.rootOf(it.id)
			hits = append(hits, hit)
		}
	}
	slices.SortFunc(hits, func(a, b store.KeyHit) int { return cmp.Compare(a.Seq, b.Seq) })
	return hits
}

func (m *model) rootOf(id news.ItemID) news.ItemID {
	if root, ok := m.root[id]; ok {
		return root
	}
	return id
}

// membersOf is all items of the story with that id, by arrival.
func (m *model) membersOf(root news.ItemID) (ids []news.ItemID) {
	for _, id := range m.order {
		if m.rootOf(id) == root {
			ids = append(ids, id)
		}
	}
	return ids
}

func (m *model) story(id news.ItemID) news.Story {
	root := m.rootOf(id)
	it := m.items[root]
	if it == nil {
		return news.Story{}
	}
	s := news.Story{ID: root, Seq: it.seq}
	for _, id := range m.membersOf(root) {
		member := news.Member{Relation: news.Original, Score: 1}
		if id != root {
			member = m.member[id]
		}
		member.Item, member.Seq = id, m.items[id].seq
		revisions := m.items[id].revisions
		member.Outlet = revisions[len(revisions)-1].Outlet
		s.Members = append(s.Members, member)
	}
	if len(s.Members) > 1 {
		s.Seq = m.changed[root]
	}
	return s
}

func (m *model) touch(root news.ItemID) {
	m.changed[root] = m.tell(store.Event{Kind: store.EventStory, Item: root})
}

func (m *model) place(p store.Place) {
	was := m.rootOf(p.Item)
	if p.Story == p.Item {
		if was != p.Item {
			delete(m.root, p.Item)
			m.touch(was)
			m.touch(p.Item)
		}
		return
	}
	to := m.rootOf(p.Story)
	if to == p.Item {
		return
	}
	came := news.Member{Relation: p.Relation, Score: p.Score, Of: p.Of}
	switch {
	case was == to && m.member[p.Item] == came:
		return
	case was == to:
	case was == p.Item:
		all := m.membersOf(was)
		for _, id := range all {
			m.root[id] = to
		}
		if len(all) > 1 {
			m.touch(was)
		}
	default:
		m.root[p.Item] = to
		m.touch(was)
	}
	m.root[p.Item], m.member[p.Item] = to, came
	m.touch(to)
}

func (m *model) recentStories() (list []news.Story) {
	for _, id := range m.order {
		if s := m.story(id); s.ID == id && len(s.Members) > 1 {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b news.Story) int { return cmp.Compare(b.Seq, a.Seq) })
	return list
}

func (m *model) commit(d store.Derivation) error {
	if m.cursors[d.Follower] != d.From {
		return store.ErrMoved
	}
	m.cursors[d.Follower] = d.To
	m.sign(d)
	m.learn(d.Boilerplate)
	for _, p := range d.Places {
		m.place(p)
	}
	var waiting []*modelEntry
	for _, one := range d.Matches {
		if e := m.match(one); e != nil {
			waiting = append(waiting, e)
		}
	}
	m.fillUp(waiting)
	for _, r := range d.Revised {
		m.revised(r)
	}
	for _, u := range d.Unmatched {
		key := watched{u.Watch, u.Item}
		if was, ok := m.matches[key]; ok && was.Rev == u.Rev {
			delete(m.matches, key)
		}
	}
	return nil
}

// match keeps a match and returns the entry that waits for a place.
func (m *model) match(one store.Matched) *modelEntry {
	key := watched{one.Match.Watch, one.Match.Item}
	if m.items[one.Match.Item].forgotten {
		one.Match.Evidence = nil
	}
	if was, ok := m.matches[key]; ok {
		was.Evidence = one.Match.Evidence
		m.matches[key] = was
		return nil
	}
	now := one.Match
	now.Seq = m.tell(store.Event{Kind: store.EventMatch, Item: now.Item, N: now.Rev, Watch: now.Watch})
	m.matches[key] = now
	m.log[now.Watch] = append(m.log[now.Watch], news.MatchEvent{
		Seq: now.Seq, Watch: now.Watch, Item: now.Item, Group: now.Group, Rev: now.Rev, Backlog: now.Backlog, At: now.At,
	})
	group := watched{now.Watch, now.Group}
	if m.entries[group] != nil {
		return nil
	}
	e := &modelEntry{time: one.Time.UnixMicro(), Entry: news.Entry{
		Watch: now.Watch, Group: now.Group, Item: now.Item, UUID: one.UUID, Seq: now.Seq, Published: now.At, Updated: now.At, Backlog: now.Backlog,
	}}
	if now.Backlog {
		return e
	}
	m.entries[group] = e
	return nil
}

func (m *model) fillUp(waiting []*modelEntry) {
	first := make(map[watched]bool)
	waiting = slices.DeleteFunc(waiting, func(e *modelEntry) bool {
		group := watched{e.Watch, e.Group}
		again := first[group]
		first[group] = true
		return again
	})
	slices.SortStableFunc(waiting, func(a, b *modelEntry) int { return cmp.Compare(b.time, a.time) })
	for _, e := range waiting {
		group := watched{e.Watch, e.Group}
		if m.entries[group] == nil && len(m.shown(e.Watch)) < store.Fill {
			m.entries[group] = e
		}
	}
}

func (m *model) revised(r store.Revised) {
	match, ok := m.matches[watched{r.Watch, r.Item}]
	told := slices.ContainsFunc(m.log[r.Watch], func(e news.MatchEvent) bool {
		return e.Change == news.ChangeRevised && e.Item == r.Item && e.Rev == r.Rev
	})
	if !ok || told {
		return
	}
	seq := m.tell(store.Event{Kind: store.EventMatch, Item: r.Item, N: r.Rev, Watch: r.Watch})
	m.log[r.Watch] = append(m.log[r.Watch], news.MatchEvent{
		Seq: seq, Watch: r.Watch, Item: r.Item, Group: match.Group, Rev: r.Rev, Change: news.ChangeRevised, Backlog: r.Backlog, At: r.At,
	})
	if e := m.entries[watched{r.Watch, match.Group}]; e != nil && e.Item == r.Item && r.At.After(e.Updated) {
		e.Updated = r.At
	}
}

// shown is the entries of a watch in reading order.
func (m *model) shown(watch string) (list []news.Entry) {
	var entries []*modelEntry
	for key, e := range m.entries {
		if key.watch != watch {
			continue
		}
		for by, match := range m.matches {
			if by.watch == watch && match.Group == key.id {
				entries = append(entries, e)
				break
			}
		}
	}
	slices.SortFunc(entries, func(a, b *modelEntry) int {
		switch {
		case a.Backlog != b.Backlog && a.Backlog:
			return 1
		case a.Backlog != b.Backlog:
			return -1
		case a.Backlog && a.time != b.time:
			return cmp.Compare(b.time, a.time)
		}
		return cmp.Compare(b.Seq, a.Seq)
	})
	for _, e := range entries {
		list = append(list, e.Entry)
	}
	return list
}
