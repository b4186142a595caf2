package follow

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/store"
)

// Settle divides all items of the window into stories at once, so that what belongs together does not depend on the
// order in which it arrived, and commits the difference to what the linker found step by step. Before that it learns
// the lines that outlets put around their texts, and signs anew the texts that may hold some. It returns how many items
// changed their story.
//
// Steps go on meanwhile: only what is written waits for them, and what they linked since Settle began stays until the
// next one. It does nothing while the linker has not caught up with a recomputation, or is set back on the way.
//
// Links to items that have left the window stay as they are.
func (l *Linker) Settle(ctx context.Context, now time.Time) (int, error) {
	l.settle.Lock()
	defer l.settle.Unlock()
	at, err := l.store.Cursor(ctx, LinkerName)
	if err != nil || at.Version != linkerVersion || at.Replay != 0 {
		return 0, err
	}
	s := &settling{linker: l, at: at.Seq, now: now}
	for _, part := range []func(context.Context) error{s.read, s.learn, s.sign, s.divide, s.keep, s.note} {
		switch err := part(ctx); {
		case errors.Is(err, errSetBack):
			return 0, nil
		case err != nil:
			return 0, fmt.Errorf("settle stories: %w", err)
		}
	}
	return s.moved, nil
}

// settledName is the follower that stands where the linker stood when it was settled last. Its version is the linker's and the day.
const settledName = LinkerName + "/settled"

const (
	// settleAt is when a day begins for settling: at night, UTC.
	settleAt = 2*time.Hour + 40*time.Minute
	// settleAfter is how many events since are worth settling for before a day is over,
	settleAfter = 500
	// settleShare of the window too, so that what it costs an item does not grow.
	settleShare = .25
)

func settleDay(now time.Time) dedupe.Day { return dedupe.DayOf(now.Add(-settleAt)) }

// SettleDue reports whether it is time to settle: once a day, at 02:40 UTC or as soon after it as somebody asks; and,
// when grown is set, as soon as the window has grown by a quarter since, or was never settled. Without grown, what came
// on the first day waits for the next.
func (l *Linker) SettleDue(ctx context.Context, now time.Time, grown bool) (bool, error) {
	at, err := l.store.Cursor(ctx, LinkerName)
	if err != nil || at.Version != linkerVersion || at.Replay != 0 {
		return false, err
	}
	page, err := l.store.Signatures(ctx, 0, 1)
	if err != nil || len(page) == 0 {
		return false, err
	}
	first, err := readRecord(page[0])
	if err != nil {
		return false, err
	}
	last, err := l.store.Cursor(ctx, settledName)
	if err != nil {
		return false, err
	}
	day, ok := settledDay(last.Version)
	if !ok {
		return grown || settleDay(now) > first.arrived, nil
	}
	window := float64(last.Seq) - float64(first.seq)
	return at.Seq > last.Seq && (settleDay(now) > day || grown && float64(at.Seq-last.Seq) >= max(settleAfter, settleShare*window)), nil
}

// settledDay reads the version of the last Settle; ok is false if it was one of another linker.
func settledDay(version string) (day dedupe.Day, ok bool) {
	s, ok := strings.CutPrefix(version, linkerVersion+" ")
	n, err := strconv.ParseInt(s, 10, 32)
	return dedupe.Day(n), ok && err == nil
}

// note remembers that what came before was settled.
func (s *settling) note(ctx context.Context) error {
	last, err := s.linker.store.Cursor(ctx, settledName)
	if err != nil {
		return err
	}
	to := store.Cursor{Seq: s.at, Version: fmt.Sprintf("%s %d", linkerVersion, settleDay(s.now))}
	return s.linker.store.Commit(ctx, store.Derivation{Follower: settledName, From: last, To: to})
}

// errSetBack says that the linker begins again.
var errSetBack = errors.New("the linker was set back")

// settling is one Settle.
type settling struct {
	linker  *Linker
	at      news.Seq // it sees the journal up to here
	now     time.Time
	learned boilerplate

	records []record // of the window, by item, then by revision
	items   []settled
	number  map[news.ItemID]int // of an item in items: first those of the window by id, then the other members of their stories
	window  int                 // how many are of the window
	linked  map[[2]int]bool     // the links of stories that have not changed since
	edges   []dedupe.Edge       // what holds stories together
	moved   int
}

// settled is an item with its present place.
type settled struct {
	id    news.ItemID
	seq   news.Seq
	story news.ItemID // its own id when it is alone
	link  news.Member // Of is zero for an original
}

// read gathers the window and the stories its items are in.
func (s *settling) read(ctx context.Context) error {
	st := s.linker.store
	err := eachSignature(ctx, st, s.at, func(r record) error {
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
	s.number, s.window, s.linked = make(map[news.ItemID]int, len(ids)), len(ids), make(map[[2]int]bool)
	for i, id := range ids {
		s.number[id] = i
		s.items = append(s.items, settled{id: id, seq: heads[i].Seq, story: id})
	}
	// A story that an item of the window is in has changed since the window began.
	return s.storiesSince(ctx, first-1, func(story *news.Story) {
		if slices.ContainsFunc(story.Members, func(m news.Member) bool { _, ok := s.number[m.Item]; return ok }) {
			s.take(story)
		}
		if story.Seq > s.at {
			return
		}
		for i := range story.Members {
			if pair, ok := s.pair(&story.Members[i]); ok {
				s.linked[pair] = true
			}
		}
	})
}

// storiesSince visits the stories that changed after a place in the journal.
func (s *settling) storiesSince(ctx context.Context, after news.Seq, visit func(*news.Story)) error {
	for before := news.Seq(0); ; {
		page, err := s.linker.store.RecentStories(ctx, before, 0)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if page[i].Seq <= after {
				return nil
			}
			before = page[i].Seq
			visit(&page[i])
		}
	}
}

// take takes over how the members of a story are placed.
func (s *settling) take(story *news.Story) {
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

// pair names the two ends of a member's link; ok is false for an original, and for ends that are not known.
func (s *settling) pair(m *news.Member) (pair [2]int, ok bool) {
	a, known := s.number[m.Item]
	b, too := s.number[m.Of]
	return [2]int{min(a, b), max(a, b)}, known && too && !m.Of.IsZero()
}

// learn learns from the texts of the window, in one outlet after another.
func (s *settling) learn(ctx context.Context) error {
	var err error
	if s.learned, err = readBoilerplate(ctx, s.linker.store); err != nil {
		return err
	}
	samples := make([]dedupe.Sample, len(s.records))
	for i := range s.records {
		samples[i] = dedupe.Sample{Outlet: s.records[i].outlet, ID: s.records[i].item}
	}
	lines, err := dedupe.Learn(samples, s.learned.sites, func(i int) (*news.Item, error) { return s.load(ctx, i) })
	if err != nil || len(lines) == 0 {
		return err
	}
	l := s.linker
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.commit(ctx, store.Derivation{Boilerplate: s.learned.next(lines)}); err != nil {
		return err
	}
	if s.learned, err = readBoilerplate(ctx, l.store); err != nil {
		return err
	}
	l.use(s.learned)
	return nil
}

// load reads the text of a record; nil when it was forgotten.
func (s *settling) load(ctx context.Context, i int) (*news.Item, error) {
	return s.linker.items.one(ctx, store.Ref{Item: s.records[i].item, N: s.records[i].n})
}

// commit keeps what moves no cursor. The linker must be locked.
func (l *Linker) commit(ctx context.Context, d store.Derivation) error {
	at, err := l.store.Cursor(ctx, LinkerName)
	if err != nil {
		return err
	}
	if at.Version != linkerVersion || at.Replay != 0 {
		return errSetBack
	}
	d.Follower, d.From, d.To = LinkerName, at, at
	return l.store.Commit(ctx, d)
}

// signatureBatch is how many signatures are replaced at a time.
const signatureBatch = 1000

// sign signs anew the texts of outlets of which more is known now.
func (s *settling) sign(ctx context.Context) error {
	var fresh []store.Signature
	signed := false
	flush := func() error {
		l := s.linker
		l.mu.Lock()
		defer l.mu.Unlock()
		err := l.commit(ctx, store.Derivation{Signatures: fresh})
		fresh = fresh[:0]
		return err
	}
	for i := range s.records {
		r := &s.records[i]
		if !s.learned.stale(r) {
			continue
		}
		it, err := s.load(ctx, i)
		if err != nil {
			return err
		}
		if it == nil {
			continue
		}
		signed = true
		r.sign, r.learned = dedupe.SignOf(it, s.learned.sites.Of(it.Outlet)), s.learned.version
		if fresh = append(fresh, r.signature()); len(fresh) == signatureBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if !signed {
		return nil
	}
	if err := flush(); err != nil {
		return err
	}
	s.linker.mu.Lock()
	defer s.linker.mu.Unlock()
	s.linker.index = nil // it holds the old ones
	return nil
}

// divide computes what holds stories together.
func (s *settling) divide(ctx context.Context) error {
	d := dedupe.Division{Items: len(s.items), Nodes: make([]dedupe.Node, len(s.records)), Given: s.given(), Window: s.linker.window}
	for i := range s.records {
		r := &s.records[i]
		d.Nodes[i] = dedupe.Node{Item: s.number[r.item], Sign: r.sign, Stated: r.stated, Keys: r.keys}
	}
	judges := judgesOf(ctx, s.linker.items)
	judges.Use(s.learned.sites)
	ref := func(i int) store.Ref { return store.Ref{Item: s.records[i].item, N: s.records[i].n} }
	d.Judge = func(a, b int) (dedupe.Verdict, error) {
		if err := ctx.Err(); err != nil {
			return dedupe.Verdict{}, err
		}
		return judges.Judge(ref(a), ref(b))
	}
	var err error
	s.edges, err = dedupe.Partition(d)
	return err
}

// given is the links that have an end outside the window.
func (s *settling) given() []dedupe.Edge {
	var out []dedupe.Edge
	for n := range s.items {
		m := &s.items[n].link
		if pair, ok := s.pair(m); ok && pair[1] >= s.window {
			out = append(out, s.edge(m))
		}
	}
	return out
}

// edge is the link of a member.
func (s *settling) edge(m *news.Member) dedupe.Edge {
	return dedupe.Edge{A: s.number[m.Item], B: s.number[m.Of], Verdict: dedupe.Verdict{Relation: m.Relation, Score: m.Score}}
}

// keep commits the difference between the stories as they are by now and as they should be.
func (s *settling) keep(ctx context.Context) error {
	l := s.linker
	l.mu.Lock()
	defer l.mu.Unlock()
	err := s.storiesSince(ctx, s.at, func(story *news.Story) {
		s.take(story)
		for i := range story.Members {
			if pair, ok := s.pair(&story.Members[i]); ok && !s.linked[pair] {
				s.edges = append(s.edges, s.edge(&story.Members[i])) // a step made it
			}
		}
	})
	if err != nil {
		return err
	}
	arrival := make([]int, len(s.items))
	for i := range s.items {
		arrival[i] = int(s.items[i].seq)
	}
	places, moved := s.difference(dedupe.Arrange(s.edges, arrival))
	if len(places) == 0 {
		return nil
	}
	s.moved = moved
	return l.commit(ctx, store.Derivation{Places: places})
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
