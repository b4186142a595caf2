package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mediawatch/news"
	"mediawatch/store"
)

// runRandom applies random operations to an engine and to the model, and compares all that can be read after each.
func runRandom(t *testing.T, fresh Fresh) {
	rapid.Check(t, func(rt *rapid.T) {
		f := &fixture{t: rt, ctx: t.Context(), open: fresh(t)}
		f.reopen()
		m := &machine{fixture: f, model: newModel()}
		defer func() { f.ok(f.Close()) }()
		rt.Repeat(map[string]func(*rapid.T){
			"":          m.compare,
			"append":    m.append,
			"forget":    m.forget,
			"place":     m.place,
			"sign":      m.sign,
			"learn":     m.learn,
			"match":     m.match,
			"revise":    m.revise,
			"unmatch":   m.unmatch,
			"feed":      m.feed,
			"remove":    m.remove,
			"edition":   m.edition,
			"claim":     m.claim,
			"reopen":    m.restart,
			"wrongFrom": m.wrongCursor,
		})
	})
}

// machine is an engine and the model side by side.
type machine struct {
	*fixture
	model  *model
	minute int
	claims []news.Delivery
}

var watchNames = [...]string{"a", "ab"}

func (m *machine) now() int {
	m.minute++
	return m.minute
}

// pick draws an item that is there; skips the step when there is none.
func (m *machine) pick(rt *rapid.T, label string) news.ItemID {
	if len(m.model.order) == 0 {
		rt.Skip("nothing there yet")
	}
	return rapid.SampledFrom(m.model.order).Draw(rt, label)
}

func (m *machine) append(rt *rapid.T) {
	var b store.Batch
	for range rapid.IntRange(0, 3).Draw(rt, "documents") {
		of := feed(rapid.IntRange(1, 3).Draw(rt, "feed"))
		of.ETag, of.NextDue = fmt.Sprint(m.now()), at(rapid.IntRange(0, 30).Draw(rt, "due"))
		d := document(of)
		for range rapid.IntRange(0, 4).Draw(rt, "items") {
			n := article(of, rapid.IntRange(0, 7).Draw(rt, "number"), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "state"))
			if name := rapid.SampledFrom([]string{"", "x", "y"}).Draw(rt, "content"); name != "" {
				n = withContent(n, name)
				n.Item.Content = fmt.Sprintf("%0400s", name)
				n.State = hash(n.State, name)
			}
			n.Item.Seen, n.Item.Backlog, n.Item.Outlet = at(m.now()), rapid.Bool().Draw(rt, "backlog"), fmt.Sprint("outlet ", m.minute%3)
			n.Item.Fingerprint, n.Item.Origin.At = uint64(m.minute%5), at(m.minute)
			if before := rapid.IntRange(-2, 8).Draw(rt, "published"); before < 8 { // some a day and more before they arrived, some afterwards
				n.Item.Published = news.Stamp{Time: n.Item.Seen.Add(-6 * time.Hour * time.Duration(before)), Certainty: news.CertaintyExact}
			}
			d.Items = append(d.Items, n)
		}
		b.Documents = append(b.Documents, d)
	}
	got := must[store.Receipt](m.fixture)(m.Append(m.ctx, b))
	m.same("receipt", got, m.model.append(b))
}

func (m *machine) forget(rt *rapid.T) {
	id := m.pick(rt, "item")
	m.ok(m.Forget(m.ctx, id, "asked", at(m.now())))
	m.model.forget(id)
}

// commitBoth commits a derivation on both sides.
func (m *machine) commitBoth(d store.Derivation) {
	d.Follower = "follower"
	d.From = m.model.cursors[d.Follower]
	d.To = store.Cursor{Seq: d.From.Seq + 1, Version: "v"}
	m.ok(m.Commit(m.ctx, d))
	m.ok(m.model.commit(d))
}

func (m *machine) wrongCursor(rt *rapid.T) {
	d := store.Derivation{Follower: "follower", From: store.Cursor{Seq: 1 << 40}, Places: []store.Place{{Item: m.pick(rt, "item")}}}
	m.is(m.Commit(m.ctx, d), store.ErrMoved)
}

func (m *machine) place(rt *rapid.T) {
	var d store.Derivation
	trial := *m.model // places must be valid in turn; roots only matter for that
	roots := make(map[news.ItemID]news.ItemID)
	for k, v := range m.model.root {
		roots[k] = v
	}
	trial.root = roots
	for range rapid.IntRange(1, 3).Draw(rt, "places") {
		item, story := m.pick(rt, "item"), m.pick(rt, "story")
		root := trial.rootOf(story)
		if item != story && root != item && slices.Index(m.model.order, root) > slices.Index(m.model.order, item) {
			story = item
		}
		p := store.Place{
			Item: item, Story: story, Relation: rapid.SampledFrom([]news.Relation{news.SameText, news.SamePage}).Draw(rt, "relation"),
			Score: rapid.SampledFrom([]float64{0.5, 1}).Draw(rt, "score"), Of: story,
		}
		d.Places = append(d.Places, p)
		trial.member, trial.changed, trial.events = map[news.ItemID]news.Member{}, map[news.ItemID]news.Seq{}, nil
		trial.place(p)
	}
	m.commitBoth(d)
}

// sign keeps signatures of revisions, and drops some.
func (m *machine) sign(rt *rapid.T) {
	var d store.Derivation
	for _, e := range m.model.events {
		if (e.Kind == store.EventItem || e.Kind == store.EventRevision) && rapid.IntRange(0, 3).Draw(rt, "sign") == 0 {
			d.Signatures = append(d.Signatures, store.Signature{Seq: e.Seq, Item: e.Item, N: e.N, Data: []byte{byte(m.now())}})
		}
	}
	if rapid.Bool().Draw(rt, "drop") {
		d.SignaturesFrom = news.Seq(rapid.IntRange(0, int(m.model.head())).Draw(rt, "from"))
	}
	m.commitBoth(d)
}

// learn adds lines of outlets, some of them again.
func (m *machine) learn(rt *rapid.T) {
	var d store.Derivation
	for range rapid.IntRange(1, 3).Draw(rt, "outlets") {
		b := store.Boilerplate{Outlet: rapid.SampledFrom([]string{"a", "ab", "b c"}).Draw(rt, "outlet")}
		for range rapid.IntRange(1, 3).Draw(rt, "lines") {
			b.Lines = append(b.Lines, store.SiteLine{
				Line: rapid.SampledFrom([]string{"x", "x y", "é", "z"}).Draw(rt, "line"), Version: rapid.IntRange(1, 5).Draw(rt, "version"),
			})
		}
		d.Boilerplate = append(d.Boilerplate, b)
	}
	m.commitBoth(d)
}

func (m *machine) match(rt *rapid.T) {
	var d store.Derivation
	for range rapid.IntRange(1, 4).Draw(rt, "matches") {
		item := m.pick(rt, "item")
		one := matched(rapid.SampledFrom(watchNames[:]).Draw(rt, "watch"), item, m.model.rootOf(item), m.now())
		one.Match.Rev = rapid.IntRange(1, 2).Draw(rt, "rev")
		one.Match.Backlog = rapid.Bool().Draw(rt, "backlog")
		one.Time = at(rapid.IntRange(0, 20).Draw(rt, "time"))
		one.Match.Evidence[0].Words = fmt.Sprint("words ", m.minute)
		d.Matches = append(d.Matches, one)
	}
	m.commitBoth(d)
}

func (m *machine) revise(rt *rapid.T) {
	m.commitBoth(store.Derivation{Revised: []store.Revised{{
		Watch: rapid.SampledFrom(watchNames[:]).Draw(rt, "watch"), Item: m.pick(rt, "item"), Rev: rapid.IntRange(2, 4).Draw(rt, "rev"),
		At: at(rapid.IntRange(0, 400).Draw(rt, "at")), Backlog: rapid.Bool().Draw(rt, "backlog"),
	}}})
}

func (m *machine) unmatch(rt *rapid.T) {
	m.commitBoth(store.Derivation{Unmatched: []store.Unmatched{{
		Watch: rapid.SampledFrom(watchNames[:]).Draw(rt, "watch"), Item: m.pick(rt, "item"), Rev: rapid.IntRange(1, 2).Draw(rt, "rev"),
	}}})
}

func (m *machine) feed(rt *rapid.T) {
	id := feed(rapid.IntRange(1, 4).Draw(rt, "feed")).ID
	was, there := m.model.feeds[id]
	no := errors.New("no")
	fail, due, paused := rapid.Bool().Draw(rt, "fail"), at(rapid.IntRange(0, 30).Draw(rt, "due")), rapid.Bool().Draw(rt, "paused")
	err := m.UpdateFeed(m.ctx, id, func(s *news.Feed) error {
		if there {
			m.same("given", *s, was)
		}
		s.NextDue, s.Paused, s.Items = due, paused, 1000
		if fail {
			return no
		}
		return nil
	})
	if fail {
		m.is(err, no)
		return
	}
	m.ok(err)
	was.ID, was.NextDue, was.Paused = id, due, paused
	m.model.feeds[id] = was
}

func (m *machine) remove(rt *rapid.T) {
	id := feed(rapid.IntRange(1, 4).Draw(rt, "feed")).ID
	m.ok(m.RemoveFeed(m.ctx, id))
	delete(m.model.feeds, id)
}

func (m *machine) edition(rt *rapid.T) {
	state := m.model.digests["daily"]
	state.Digest = "daily"
	c := store.EditionCommit{From: state, To: state}
	c.To.Number, c.To.Cursor, c.To.LastSlot = state.Number+1, m.model.head(), at(m.now())
	for i := range rapid.IntRange(0, 3).Draw(rt, "recipients") {
		c.Deliveries = append(c.Deliveries, pending("daily", c.To.Number, fmt.Sprint("r", i), rapid.IntRange(0, 60).Draw(rt, "due")))
	}
	if rapid.Bool().Draw(rt, "stale") {
		c.From.Cursor += 1000
		m.is(m.CommitEdition(m.ctx, c), store.ErrMoved)
		return
	}
	m.ok(m.CommitEdition(m.ctx, c))
	m.model.digests["daily"] = c.To
	for _, d := range c.Deliveries {
		m.model.deliveries[deliveryName(d)] = d
	}
}

func deliveryName(d news.Delivery) string {
	return fmt.Sprintf("%s %08d %s", d.Digest, d.Number, d.Recipient)
}

// due is when a delivery is work again.
func due(d news.Delivery) (time.Time, bool) {
	switch d.State {
	case news.DeliveryPending, news.DeliveryUnknown:
		return d.NextTry, true
	case news.DeliverySending:
		return d.Lease, true
	}
	return time.Time{}, false
}

func (m *machine) claim(rt *rapid.T) {
	now, until := at(rapid.IntRange(0, 60).Draw(rt, "now")), at(rapid.IntRange(30, 90).Draw(rt, "until"))
	var best *news.Delivery
	for _, d := range m.model.deliveries {
		when, work := due(d)
		if !work || when.After(now) {
			continue
		}
		if best != nil {
			other, _ := due(*best)
			if cmp.Or(when.Compare(other), cmp.Compare(deliveryName(d), deliveryName(*best))) > 0 {
				continue
			}
		}
		best = &d
	}
	got, err := m.Claim(m.ctx, now, until)
	if best == nil {
		m.is(err, store.ErrNotFound)
		m.settle(rt)
		return
	}
	m.ok(err)
	best.State, best.Lease, best.Fence, best.Attempts = news.DeliverySending, until, best.Fence+1, best.Attempts+1
	best.Answer = got.Answer // its words are the engine's
	m.same("claimed", got, *best)
	m.model.deliveries[deliveryName(*best)] = *best
	m.claims = append(m.claims, got)
	m.settle(rt)
}

// settle settles one of all claims that were ever made: the fence tells which still hold.
func (m *machine) settle(rt *rapid.T) {
	if len(m.claims) == 0 {
		return
	}
	d := rapid.SampledFrom(m.claims).Draw(rt, "claim")
	d.State = rapid.SampledFrom([]news.DeliveryState{news.DeliverySent, news.DeliveryPending, news.DeliveryUnknown, news.DeliveryFailed}).Draw(rt, "outcome")
	d.NextTry, d.Answer = at(rapid.IntRange(0, 60).Draw(rt, "next")), "said"
	was := m.model.deliveries[deliveryName(d)]
	err := m.Settle(m.ctx, d)
	if was.Fence != d.Fence {
		m.is(err, store.ErrFenced)
		return
	}
	m.ok(err)
	d.Lease = time.Time{}
	m.model.deliveries[deliveryName(d)] = d
}

func (m *machine) restart(*rapid.T) { m.reopen() }

// compare reads everything from both.
func (m *machine) compare(rt *rapid.T) {
	m.t = rt
	m.same("head", m.head(), m.model.head())
	m.same("events", m.events(0), m.model.events)
	m.compareItems()
	m.compareDerived()
	m.compareLatest()
	m.compareFeeds()
	m.same("digest", must[news.DigestState](m.fixture)(m.Digest(m.ctx, "daily")).Number, m.model.digests["daily"].Number)
	var deliveries []news.Delivery
	for _, d := range m.model.deliveries {
		deliveries = append(deliveries, d)
	}
	slices.SortFunc(deliveries, func(a, b news.Delivery) int { return cmp.Compare(deliveryName(a), deliveryName(b)) })
	m.same("deliveries", must[[]news.Delivery](m.fixture)(m.Deliveries(m.ctx, "", 0)), deliveries)
}

func (m *machine) compareItems() {
	var refs []store.Ref
	var want, recent []news.Item
	var heads []store.Head
	keys := make(map[store.Key]bool)
	for _, id := range m.model.order {
		it := m.model.items[id]
		for n := 0; n <= len(it.revisions)+1; n++ {
			refs = append(refs, store.Ref{Item: id, N: n})
			want = append(want, m.model.revision(id, n))
		}
		heads = append(heads, m.model.headOf(id))
		if !it.forgotten {
			recent = append(recent, m.model.newest(it))
		}
		for k := range it.keys {
			keys[k] = true
		}
	}
	slices.Reverse(recent)
	m.same("items", must[[]news.Item](m.fixture)(m.Items(m.ctx, refs)), want)
	m.same("heads", must[[]store.Head](m.fixture)(m.Heads(m.ctx, m.model.order)), heads)
	m.same("recent", must[[]news.Item](m.fixture)(m.Recent(m.ctx, 0, 1000)), recent)
	for k := range keys {
		m.same("hits", m.hits(k, 1000), m.model.hits(k))
	}
}

func (m *machine) compareDerived() {
	var stories []news.Story
	var matches [][]news.Match
	count := int64(0)
	for _, id := range m.model.order {
		stories = append(stories, m.model.story(id))
		var list []news.Match
		for _, watch := range watchNames {
			if one, ok := m.model.matches[watched{watch, id}]; ok {
				list = append(list, one)
				count++
			}
		}
		matches = append(matches, list)
	}
	m.same("boilerplate", must[[]store.Boilerplate](m.fixture)(m.Boilerplate(m.ctx, "", 1000)), m.model.lines())
	m.same("signatures", must[[]store.Signature](m.fixture)(m.Signatures(m.ctx, 0, 1000)), m.model.signatures)
	m.same("stories", must[[]news.Story](m.fixture)(m.Stories(m.ctx, m.model.order)), stories)
	recent := m.model.recentStories()
	m.same("recent stories", must[[]news.Story](m.fixture)(m.RecentStories(m.ctx, 0, 1000)), recent)
	m.same("matches", must[[][]news.Match](m.fixture)(m.Matches(m.ctx, m.model.order)), matches)
	for _, watch := range watchNames {
		m.same("entries", m.entries(watch), m.model.shown(watch))
		m.same("log", m.log(watch), m.model.log[watch])
	}
	s := must[store.Stats](m.fixture)(m.Stats(m.ctx))
	m.same("stats", [4]int64{s.Stories, s.Matches, s.Entries, s.Feeds}, [4]int64{
		int64(len(recent)), count, int64(len(m.model.entries)), int64(len(m.model.feeds)),
	})
}

func (m *machine) compareFeeds() {
	var all []news.Feed
	for _, s := range m.model.feeds {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b news.Feed) int { return slices.Compare(a.ID[:], b.ID[:]) })
	m.same("feeds", must[[]news.Feed](m.fixture)(m.Feeds(m.ctx, news.FeedID{}, 1000)), all)
	asked := slices.DeleteFunc(all, func(s news.Feed) bool { return s.Paused || s.NextDue.After(at(15)) })
	slices.SortStableFunc(asked, func(a, b news.Feed) int { return a.NextDue.Compare(b.NextDue) })
	var ids []news.FeedID
	for _, s := range asked {
		ids = append(ids, s.ID)
	}
	m.same("due", must[[]news.FeedID](m.fixture)(m.Due(m.ctx, at(15), 1000)), ids)
}
