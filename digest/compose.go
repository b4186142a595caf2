package digest

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"mediawatch/news"
	"mediawatch/text"
)

// Compose decides what an edition tells. A story is told in full once a digest, and once an edition when several watches match it; later it
// only grows ("still spreading") or changes. Backlog is counted. Everything an edition leaves out is counted in it.
func Compose(in Input) Composed {
	b := newBuilder(&in)
	for i := range in.Sections {
		b.collect(i)
	}
	out := b.head()
	for _, g := range b.order {
		b.place(g, &out)
	}
	b.sections(&out)
	b.lists(&out)
	out.Counts.Backlog = len(b.older) + b.olderCount
	out.Empty = out.Counts.Stories == 0 && out.Counts.Spreading == 0 && out.Counts.Changed == 0
	return out
}

// builder is the work table of Compose.
type builder struct {
	in      *Input
	loc     *time.Location
	watches map[string]bool
	groups  map[groupKey]*group
	order   []*group // by first section, then first event
	shown   map[news.ItemID]*group
	full    []*group
	growth  []*group
	edits   []edited

	busy       map[int]bool // sections that have something new, shown there or elsewhere
	older      map[news.ItemID]bool
	olderCount int
}

// groupKey keeps an item that stands for itself apart from the story of the same id.
type groupKey struct {
	id     news.ItemID
	byItem bool
}

// group is what one story, or one item of a watch that does not fold, brought in the window.
type group struct {
	key      groupKey
	section  int
	alsoIn   []int
	fresh    []news.ItemID // newly relevant, in order of Seq
	revised  []revised     // in order of first Seq
	story    news.Story
	matching []news.ItemID // members that match, in the story's order
	outside  int
	story1   Story
	lead     news.Item
	told     news.Reported
}

// revised collects the revisions of one item within the window.
type revised struct {
	item  news.ItemID
	first int // the first new revision
	times int
}

// edited is a changed item of a story that was told earlier.
type edited struct {
	at   time.Time
	edit Edit
	id   news.ItemID
}

func newBuilder(in *Input) *builder {
	return &builder{
		in: in, loc: zone(in.Location), watches: in.watches(),
		groups: make(map[groupKey]*group), shown: make(map[news.ItemID]*group), older: make(map[news.ItemID]bool),
		busy: make(map[int]bool),
	}
}

// collect sorts the events of a section into groups, in order of Seq whatever order they came in.
func (b *builder) collect(section int) {
	s := b.in.Sections[section]
	b.olderCount += s.Older
	events := slices.Clone(s.Events)
	slices.SortStableFunc(events, func(x, y news.MatchEvent) int { return cmp.Compare(x.Seq, y.Seq) })
	for _, e := range events {
		if !b.in.covers(e.Seq) {
			continue
		}
		if !b.in.announced(e) {
			if e.Change == news.ChangeNew {
				b.older[e.Item] = true
			}
			continue
		}
		g := b.group(section, e)
		if e.Change == news.ChangeNew {
			if !slices.Contains(g.fresh, e.Item) {
				g.fresh = append(g.fresh, e.Item)
			}
			continue
		}
		i := slices.IndexFunc(g.revised, func(r revised) bool { return r.item == e.Item })
		if i < 0 {
			g.revised = append(g.revised, revised{item: e.Item, first: e.Rev, times: 1})
		} else if g.section == section { // another section tells the same edit again
			g.revised[i].times++
		}
	}
}

// group finds or makes the group that e belongs to, and notes further sections that it belongs to.
func (b *builder) group(section int, e news.MatchEvent) *group {
	key := groupKey{id: e.Item, byItem: true}
	if !b.in.Sections[section].ByItem {
		key = groupKey{id: e.Group}
		if s := b.in.Stories[e.Group]; !s.ID.IsZero() {
			key.id = s.ID // an alias leads to the story that took it over
		}
	}
	g := b.groups[key]
	if g == nil {
		g = &group{key: key, section: section}
		if !key.byItem {
			g.story = b.in.Stories[e.Group]
		}
		b.groups[key] = g
		b.order = append(b.order, g)
	} else if g.section != section && !slices.Contains(g.alsoIn, section) {
		g.alsoIn = append(g.alsoIn, section)
	}
	return g
}

// place decides what a group is in this edition: told, grown, changed, or only counted.
func (b *builder) place(g *group, out *Composed) {
	b.settle(g, out)
	told, ok := b.reported(g)
	g.told = told
	if !ok {
		b.placeNew(g, out)
		return
	}
	if len(g.fresh) > 0 {
		b.growth = append(b.growth, g)
	}
	for _, r := range g.revised {
		if slices.Contains(g.fresh, r.item) {
			continue // the reader never saw the earlier state
		}
		if it := b.in.Items[Ref{Item: r.item}]; !it.ID.IsZero() {
			b.edits = append(b.edits, edited{at: it.At, edit: b.edit(r, &it), id: r.item})
		}
	}
}

func (b *builder) placeNew(g *group, out *Composed) {
	if len(g.fresh) == 0 {
		out.QuietEdits += len(g.revised)
		return
	}
	// A watch that does not fold and one that does may hold the same items: what was shown is not shown again.
	var by []*group
	for _, id := range g.fresh {
		other := b.shown[id]
		if other == nil {
			by = nil
			break
		}
		by = append(by, other)
	}
	for _, other := range by {
		for _, s := range append([]int{g.section}, g.alsoIn...) {
			if s != other.section && !slices.Contains(other.alsoIn, s) {
				other.alsoIn = append(other.alsoIn, s)
			}
		}
	}
	if len(by) > 0 {
		return
	}
	for _, id := range g.matching {
		b.shown[id] = g
	}
	b.full = append(b.full, g)
}

// settle finds the members of g that match, and drops fresh items that ceased to match or were forgotten since.
func (b *builder) settle(g *group, out *Composed) {
	fresh := g.fresh[:0]
	for _, id := range g.fresh {
		it := b.in.Items[Ref{Item: id}]
		_, asked := b.in.Matches[id]
		if it.ID.IsZero() || asked && !b.in.matches(id, b.watches) {
			out.Withdrawn++
			continue
		}
		fresh = append(fresh, id)
	}
	g.fresh = fresh
	var ids idList
	if !g.key.byItem {
		for _, m := range g.story.Members {
			switch {
			case b.in.matches(m.Item, b.watches) || slices.Contains(fresh, m.Item):
				ids.add(m.Item)
			case b.in.visible(m.Seq):
				g.outside++
			}
		}
	}
	for _, id := range fresh {
		ids.add(id)
	}
	g.matching = ids.list
}

// reported returns what an earlier edition last said of g.
func (b *builder) reported(g *group) (news.Reported, bool) {
	ids := []news.ItemID{g.key.id}
	if !g.key.byItem {
		for _, m := range g.story.Members {
			ids = append(ids, m.Item)
		}
	}
	for _, id := range ids {
		if r := b.in.Reported[id]; !r.Group.IsZero() {
			return r, true
		}
	}
	return news.Reported{}, false
}

// sections fills the sections of out with the stories told in full.
func (b *builder) sections(out *Composed) {
	for _, g := range b.full {
		b.tell(g)
	}
	for _, g := range b.full {
		for _, i := range append([]int{g.section}, g.alsoIn...) {
			b.busy[i] = true
		}
	}
	shown := b.choose(out)
	articles := make(map[news.ItemID]bool)
	for _, g := range b.full {
		for _, id := range g.matching {
			articles[id] = true
		}
	}
	out.Counts.Stories, out.Counts.Articles = len(b.full), len(articles)
	out.Folded = max(0, out.Counts.Articles-out.Counts.Stories)
	index := 0
	for i, s := range b.in.Sections {
		section := ComposedSection{Watch: s.Watch, Title: s.title()}
		var mine []*group
		for _, g := range b.full {
			if g.section == i {
				section.Total++
				section.Articles += len(g.matching)
				mine = append(mine, g)
			}
		}
		slices.SortFunc(mine, byWeight)
		for _, g := range mine {
			if !shown[g] {
				continue
			}
			index++
			g.story1.Index = index
			for _, j := range g.alsoIn {
				g.story1.AlsoIn = append(g.story1.AlsoIn, b.in.Sections[j].title())
			}
			section.Stories = append(section.Stories, g.story1)
		}
		if !b.busy[i] {
			out.Quiet = append(out.Quiet, section.Title)
		}
		if section.Total == 0 { // nothing, or what it has stands under another watch, or is not shown
			continue
		}
		out.Sections = append(out.Sections, section)
	}
}

// choose returns the stories that are shown, and reports which were told. A welcome edition shows the newest and leaves the others in the
// store; an edition above the limit shows the weightiest and counts the others as told, since they are behind its cursor.
func (b *builder) choose(out *Composed) map[*group]bool {
	ranked := slices.Clone(b.full)
	switch {
	case b.in.Kind == Welcome:
		slices.SortFunc(ranked, byTime)
		if len(ranked) > Top {
			for _, g := range ranked[Top:] {
				for _, id := range g.matching {
					b.older[id] = true
				}
			}
			ranked = ranked[:Top]
			b.full = ranked
			for _, g := range ranked { // an article may stand in a story and for itself
				for _, id := range g.matching {
					delete(b.older, id)
				}
			}
		}
	case len(ranked) > MaxFull:
		slices.SortFunc(ranked, byWeight)
		ranked = ranked[:Top]
		out.Capped = true
	}
	shown := make(map[*group]bool, len(ranked))
	for _, g := range ranked {
		shown[g] = true
	}
	for _, g := range b.full {
		out.Reported = append(out.Reported, news.Reported{Group: g.key.id, Number: b.in.Number, Items: len(g.matching)})
	}
	return shown
}

// lists fills "Still spreading" and "Changed".
func (b *builder) lists(out *Composed) {
	for _, g := range b.growth {
		lead := b.leadOf(g)
		out.Spreading = append(out.Spreading, Growth{
			Group: g.key.id, Headline: b.headline(&lead), URL: b.address(&lead),
			Plus: len(g.fresh), Outlets: b.outlets(g.matching), Number: g.told.Number,
		})
		out.Reported = append(out.Reported, news.Reported{Group: g.told.Group, Number: g.told.Number, Items: len(g.matching)})
	}
	slices.SortStableFunc(out.Spreading, func(x, y Growth) int {
		return cmp.Or(cmp.Compare(y.Plus, x.Plus), cmp.Compare(y.Outlets, x.Outlets), bytes.Compare(x.Group[:], y.Group[:]))
	})
	slices.SortStableFunc(b.edits, func(x, y edited) int { return cmp.Or(x.at.Compare(y.at), bytes.Compare(x.id[:], y.id[:])) })
	for _, e := range b.edits {
		out.Changed = append(out.Changed, e.edit)
	}
	out.Counts.Spreading, out.Counts.Changed = len(out.Spreading), len(out.Changed)
	if n := len(out.Spreading); n > MaxLines {
		out.Spreading, out.MoreSpreading = out.Spreading[:MaxLines], n-MaxLines
	}
	if n := len(out.Changed); n > MaxLines {
		out.Changed, out.MoreChanged = out.Changed[:MaxLines], n-MaxLines
	}
	slices.SortFunc(out.Reported, func(x, y news.Reported) int { return bytes.Compare(x.Group[:], y.Group[:]) })
	out.Reported = slices.CompactFunc(out.Reported, func(x, y news.Reported) bool { return x.Group == y.Group })
}

// byWeight orders stories as a reader wants them: most outlets first, then the newest.
func byWeight(x, y *group) int {
	return cmp.Or(cmp.Compare(y.story1.Outlets, x.story1.Outlets), byTime(x, y))
}

// byTime orders stories newest first.
func byTime(x, y *group) int {
	return cmp.Or(y.lead.Time().Compare(x.lead.Time()), bytes.Compare(x.key.id[:], y.key.id[:]))
}

func (s *Section) title() string { return cmp.Or(text.Line(s.Title), s.Watch) }
