package bolt

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"mediawatch/news"
	"mediawatch/store"
)

// candidate is a new backlog match whose group has no entry yet.
type candidate struct {
	watch string
	group uint64
	entry entryRecord
}

// matches keeps matches in the order given, then fills what room the watches' feeds have with backlog, newest first.
func (t *txn) matches(list []store.Matched) error {
	var waiting []candidate
	for i := range list {
		c, err := t.match(&list[i])
		if err != nil {
			return fmt.Errorf("match %d: %w", i, err)
		}
		if c != nil {
			waiting = append(waiting, *c)
		}
	}
	return t.fillUp(waiting)
}

// match keeps one match. It returns a candidate when an entry for it depends on the room there is.
func (t *txn) match(m *store.Matched) (*candidate, error) {
	num, err := t.known("item", m.Match.Item)
	if err != nil {
		return nil, err
	}
	group, err := t.known("group", m.Match.Group)
	if err != nil {
		return nil, err
	}
	watch, key := m.Match.Watch, matchKey(num, m.Match.Watch)
	var r matchRecord
	there, err := t.getRecord(bkMatches, key, &r)
	if err != nil {
		return nil, err
	}
	h, err := t.head(num)
	if err != nil {
		return nil, err
	}
	if there && h.Pruned { // the evidence of a text that is gone is all there is of it
		return nil, nil
	}
	r.Evidence = evidenceRecords(m.Match.Evidence)
	if h.Forgotten { // the matcher read it before
		r.Evidence = nil
	}
	if there {
		_, err := t.replaceRecord(bkMatches, key, &r)
		return nil, err
	}
	r.Group, r.At, r.Rev, r.Backlog = group, micros(m.Match.At), m.Match.Rev, m.Match.Backlog
	if r.Seq, err = t.tell(event{kind: store.EventMatch, num: num, n: m.Match.Rev, watch: watch}); err != nil {
		return nil, err
	}
	if err := t.putRecord(bkMatches, key, &r); err != nil {
		return nil, err
	}
	if err := t.put(bkGroups, namedPair(watch, group, num), nil); err != nil {
		return nil, err
	}
	spot, listed, err := t.spot(num)
	if err != nil {
		return nil, err
	}
	if listed {
		if err := t.put(bkWatchTimes, spotKey(named(watch), spot, num), nil); err != nil {
			return nil, err
		}
	}
	t.tallied(watch, 1)
	line := lineRecord{Item: num, Group: group, Rev: r.Rev, Change: uint8(news.ChangeNew), Backlog: r.Backlog, At: r.At}
	if err := t.putRecord(bkLog, namedNum(watch, r.Seq), &line); err != nil {
		return nil, err
	}
	c, err := t.count()
	if err != nil {
		return nil, err
	}
	c.Matches++
	return t.publish(m, num, &r)
}

// publish shows the entry of a new match's group: one that is there already again, else a new one, unless that depends
// on the room there is.
func (t *txn) publish(m *store.Matched, num uint64, r *matchRecord) (*candidate, error) {
	watch := m.Match.Watch
	var e entryRecord
	there, err := t.getRecord(bkEntries, namedNum(watch, r.Group), &e)
	if err != nil {
		return nil, err
	}
	if there {
		return nil, t.putNum(bkReading, readingKey(watch, &e), r.Group)
	}
	e = entryRecord{Item: num, UUID: packUUID(m.UUID), Seq: r.Seq, Published: r.At, Updated: r.At, Backlog: r.Backlog, Time: micros(m.Time)}
	if r.Backlog {
		return &candidate{watch: watch, group: r.Group, entry: e}, nil
	}
	return nil, t.newEntry(watch, r.Group, &e)
}

// newEntry records an entry and shows it.
func (t *txn) newEntry(watch string, group uint64, e *entryRecord) error {
	if unpackUUID(e.UUID) == "" {
		return fmt.Errorf("a match that publishes an entry brings no id for it: %w", store.ErrInvalid)
	}
	c, err := t.count()
	if err != nil {
		return err
	}
	c.Entries++
	if err := t.putRecord(bkEntries, namedNum(watch, group), e); err != nil {
		return err
	}
	return t.putNum(bkReading, readingKey(watch, e), group)
}

// fillUp publishes backlog entries while the watch shows fewer than store.Fill. Of a group the first match stands for
// it; of the groups the newest go first.
func (t *txn) fillUp(waiting []candidate) error {
	slices.SortStableFunc(waiting, func(a, b candidate) int {
		if a.watch != b.watch {
			return strings.Compare(a.watch, b.watch)
		}
		return 0
	})
	for len(waiting) > 0 {
		watch := waiting[0].watch
		n := 1
		for n < len(waiting) && waiting[n].watch == watch {
			n++
		}
		if err := t.fillWatch(watch, waiting[:n]); err != nil {
			return err
		}
		waiting = waiting[n:]
	}
	return nil
}

func (t *txn) fillWatch(watch string, waiting []candidate) error {
	shown := 0
	err := t.each(bkReading, named(watch), func(_, _ []byte) (bool, error) {
		shown++
		return shown < store.Fill, nil
	})
	if err != nil {
		return err
	}
	seen := make(map[uint64]bool, len(waiting))
	firsts := waiting[:0:0]
	for _, c := range waiting {
		if !seen[c.group] {
			seen[c.group] = true
			firsts = append(firsts, c)
		}
	}
	slices.SortStableFunc(firsts, func(a, b candidate) int { return cmp.Compare(b.entry.Time, a.entry.Time) })
	for _, c := range firsts {
		if shown >= store.Fill {
			return nil
		}
		// An announced match of the same commit may have published the group since.
		if there, err := t.getRecord(bkEntries, namedNum(watch, c.group), &entryRecord{}); err != nil {
			return err
		} else if there {
			continue
		}
		if err := t.newEntry(watch, c.group, &c.entry); err != nil {
			return err
		}
		shown++
	}
	return nil
}

// revised adds a line for a new revision of an item that matches, once.
func (t *txn) revised(r *store.Revised) error {
	num, err := t.known("item", r.Item)
	if err != nil {
		return err
	}
	var m matchRecord
	there, err := t.getRecord(bkMatches, matchKey(num, r.Watch), &m)
	if err != nil || !there {
		return err
	}
	key := lineKey(r.Watch, num, r.Rev)
	if _, told, err := t.getNum(bkLines, key); err != nil || told {
		return err
	}
	seq, err := t.tell(event{kind: store.EventMatch, num: num, n: r.Rev, watch: r.Watch})
	if err != nil {
		return err
	}
	line := lineRecord{Item: num, Group: m.Group, Rev: r.Rev, Change: uint8(news.ChangeRevised), Backlog: r.Backlog, At: micros(r.At)}
	if err := t.putRecord(bkLog, namedNum(r.Watch, seq), &line); err != nil {
		return err
	}
	if err := t.putNum(bkLines, key, seq); err != nil {
		return err
	}
	entryKey := namedNum(r.Watch, m.Group)
	var e entryRecord
	there, err = t.getRecord(bkEntries, entryKey, &e)
	if err != nil || !there || e.Item != num || e.Updated >= line.At {
		return err
	}
	e.Updated = line.At
	return t.putRecord(bkEntries, entryKey, &e)
}

// unmatched removes a match that was made by the revision, and hides the entry of a group without any.
func (t *txn) unmatched(u *store.Unmatched) error {
	num, err := t.known("item", u.Item)
	if err != nil {
		return err
	}
	key := matchKey(num, u.Watch)
	var m matchRecord
	there, err := t.getRecord(bkMatches, key, &m)
	if err != nil || !there || m.Rev != u.Rev {
		return err
	}
	if err := t.del(bkMatches, key); err != nil {
		return err
	}
	if err := t.del(bkGroups, namedPair(u.Watch, m.Group, num)); err != nil {
		return err
	}
	spot, listed, err := t.spot(num)
	if err != nil {
		return err
	}
	if listed {
		if err := t.del(bkWatchTimes, spotKey(named(u.Watch), spot, num)); err != nil {
			return err
		}
	}
	t.tallied(u.Watch, -1)
	c, err := t.count()
	if err != nil {
		return err
	}
	c.Matches--
	group := namedNum(u.Watch, m.Group)
	if t.has(bkGroups, group) {
		return nil
	}
	var e entryRecord
	if there, err := t.getRecord(bkEntries, group, &e); err != nil || !there {
		return err
	}
	return t.del(bkReading, readingKey(u.Watch, &e))
}

func evidenceRecords(list []news.Evidence) []evidenceRecord {
	var out []evidenceRecord
	for _, e := range list {
		out = append(out, evidenceRecord(e))
	}
	return out
}

// MatchEvents returns a page of a watch's log; see store.Derived.
func (s *Store) MatchEvents(ctx context.Context, watch string, after news.Seq, limit int) ([]news.MatchEvent, error) {
	if err := store.CheckName("watch", watch); err != nil {
		return nil, fmt.Errorf("read a log: %w", err)
	}
	if after == ^news.Seq(0) {
		return nil, ctx.Err()
	}
	var out []news.MatchEvent
	limit = pageSize(limit)
	sp := span{bucket: bkLog, prefix: named(watch), from: namedNum(watch, uint64(after)+1)}
	err := s.walk(ctx, "read the log of "+watch, sp, func(t *txn, key, p []byte) (bool, error) {
		var r lineRecord
		if err := t.s.codec.unmarshal(bkLog, key, p, &r); err != nil {
			return false, err
		}
		item, group, err := t.idPair(r.Item, r.Group)
		if err != nil {
			return false, err
		}
		out = append(out, news.MatchEvent{
			Seq: seqOf(binary.BigEndian.Uint64(key[len(sp.prefix):])), Watch: watch, Item: item, Group: group, Rev: r.Rev,
			Change: news.Change(r.Change), Backlog: r.Backlog, At: fromMicros(r.At),
		})
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// idPair is the ids of two numbers, which are often the same.
func (t *txn) idPair(a, b uint64) (x, y news.ItemID, err error) {
	if x, err = t.idOf(a); err != nil || a == b {
		return x, x, err
	}
	y, err = t.idOf(b)
	return x, y, err
}

// Matches returns the matches of items; see store.Derived.
func (s *Store) Matches(ctx context.Context, items []news.ItemID) ([][]news.Match, error) {
	out := make([][]news.Match, len(items))
	err := chunks(len(items), itemPage, func(from, to int) error {
		return s.view(ctx, "read matches", func(t *txn) error {
			for i := from; i < to; i++ {
				num, ok, err := t.num(items[i])
				if err != nil {
					return err
				}
				if !ok {
					continue
				}
				if out[i], err = t.matchesOf(num, items[i]); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return out, nil
}

func (t *txn) matchesOf(num uint64, item news.ItemID) (out []news.Match, err error) {
	err = t.each(bkMatches, numKey(num), func(key, p []byte) (bool, error) {
		var r matchRecord
		if err := t.s.codec.unmarshal(bkMatches, key, p, &r); err != nil {
			return false, err
		}
		group, err := t.idOf(r.Group)
		if err != nil {
			return false, err
		}
		m := news.Match{
			Watch: string(key[8:]), Item: item, Group: group, Seq: seqOf(r.Seq), At: fromMicros(r.At), Rev: r.Rev, Backlog: r.Backlog,
		}
		for _, e := range r.Evidence {
			m.Evidence = append(m.Evidence, news.Evidence(e))
		}
		out = append(out, m)
		return true, nil
	})
	return out, err
}

// Entries returns what a watch's feed shows; see store.Derived.
func (s *Store) Entries(ctx context.Context, watch string, offset, limit int) ([]news.Entry, error) {
	if err := store.CheckName("watch", watch); err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	var out []news.Entry
	limit = pageSize(limit)
	err := s.walk(ctx, "read the entries of "+watch, span{bucket: bkReading, prefix: named(watch)}, func(t *txn, key, p []byte) (bool, error) {
		if offset > 0 {
			offset--
			return true, nil
		}
		if len(p) != 8 {
			return false, damaged(bkReading, key, "wrong length")
		}
		e, err := t.entry(watch, binary.BigEndian.Uint64(p))
		if err != nil {
			return false, err
		}
		out = append(out, e)
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (t *txn) entry(watch string, group uint64) (news.Entry, error) {
	var r entryRecord
	key := namedNum(watch, group)
	ok, err := t.getRecord(bkEntries, key, &r)
	if err == nil && !ok {
		err = damaged(bkEntries, key, "missing")
	}
	if err != nil {
		return news.Entry{}, err
	}
	item, of, err := t.idPair(r.Item, group)
	return news.Entry{
		Watch: watch, Group: of, Item: item, UUID: unpackUUID(r.UUID), Seq: seqOf(r.Seq), Published: fromMicros(r.Published),
		Updated: fromMicros(r.Updated), Backlog: r.Backlog,
	}, err
}
