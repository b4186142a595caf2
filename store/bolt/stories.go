package bolt

import (
	"context"
	"encoding/binary"
	"fmt"

	"mediawatch/news"
	"mediawatch/store"
)

// A story of two and more has one record for each member, under the numbers of the story and of the member, the first
// member's among them. So adding a member writes two small records however large the story is. An item alone has none.

// storyOf is the number of the story that an item, or a story under its present or an earlier id, belongs to.
func (t *txn) storyOf(num uint64) (uint64, bool, error) {
	story, ok, err := t.getNum(bkMemberOf, numKey(num))
	if err != nil || !ok {
		return num, false, err
	}
	return story, true, nil
}

// place applies one Place: it changes nothing when the item is there already, and else tells each story it touches.
func (t *txn) place(p *store.Place) error {
	num, err := t.known("item", p.Item)
	if err != nil {
		return err
	}
	if err := store.CheckText("relation", string(p.Relation)); err != nil {
		return err
	}
	was, member, err := t.storyOf(num)
	if err != nil {
		return err
	}
	if p.Story == p.Item {
		if !member || was == num {
			return nil
		}
		return t.setApart(was, num)
	}
	named, err := t.known("story", p.Story)
	if err != nil {
		return err
	}
	story, _, err := t.storyOf(named)
	if err != nil {
		return err
	}
	if story == num {
		return nil // named by one of its members: it is the original already
	}
	if story > num {
		return fmt.Errorf("item %s arrived before the story %s it is placed in: %w", p.Item, p.Story, store.ErrInvalid)
	}
	rec := memberRecord{Relation: string(p.Relation), Score: p.Score}
	if !p.Of.IsZero() {
		rec.Of = p.Of[:]
	}
	switch {
	case !member:
		err = t.join(story, num, &rec)
	case was == story:
		changed, err := t.replaceRecord(bkMembers, pairKey(story, num), &rec)
		if err != nil || !changed {
			return err
		}
	case was == num:
		if err = t.merge(num, story, &rec); err == nil {
			err = t.touch(num)
		}
	default:
		if err = t.leave(was, num); err == nil {
			err = t.touch(was)
		}
		if err == nil {
			err = t.join(story, num, &rec)
		}
	}
	if err != nil {
		return err
	}
	return t.touch(story)
}

// setApart makes a member an item of its own again.
func (t *txn) setApart(story, num uint64) error {
	if err := t.leave(story, num); err != nil {
		return err
	}
	if err := t.touch(story); err != nil {
		return err
	}
	return t.touch(num)
}

// join adds a member, and the original with the second one.
func (t *txn) join(story, num uint64, rec *memberRecord) error {
	if _, ok, err := t.storyOf(story); err != nil {
		return err
	} else if !ok {
		c, err := t.count()
		if err != nil {
			return err
		}
		c.Stories++
		if err := t.putRecord(bkMembers, pairKey(story, story), &memberRecord{Relation: string(news.Original), Score: 1}); err != nil {
			return err
		}
		if err := t.putNum(bkMemberOf, numKey(story), story); err != nil {
			return err
		}
	}
	if err := t.putRecord(bkMembers, pairKey(story, num), rec); err != nil {
		return err
	}
	return t.putNum(bkMemberOf, numKey(num), story)
}

// leave removes a member that is not the original. A story that is left with its original alone is no story any more.
func (t *txn) leave(story, num uint64) error {
	if err := t.dropMember(story, num); err != nil {
		return err
	}
	others := false
	err := t.each(bkMembers, numKey(story), func(key, _ []byte) (bool, error) {
		others = binary.BigEndian.Uint64(key[8:]) != story
		return !others, nil
	})
	if err != nil || others {
		return err
	}
	if err := t.dropMember(story, story); err != nil {
		return err
	}
	return t.dropStory(story)
}

func (t *txn) dropMember(story, num uint64) error {
	if err := t.del(bkMembers, pairKey(story, num)); err != nil {
		return err
	}
	return t.del(bkMemberOf, numKey(num))
}

// dropStory removes what is kept of a story beside its members.
func (t *txn) dropStory(story uint64) error {
	c, err := t.count()
	if err != nil {
		return err
	}
	c.Stories--
	seq, ok, err := t.getNum(bkStories, numKey(story))
	if err != nil || !ok {
		return err
	}
	if err := t.del(bkStoryOrder, numKey(seq)); err != nil {
		return err
	}
	return t.del(bkStories, numKey(story))
}

// merge moves all members of a younger story into an older one. The younger id stays as an alias, since its item is a member of the older.
func (t *txn) merge(younger, older uint64, rec *memberRecord) error {
	type member struct {
		num uint64
		rec memberRecord
	}
	var members []member
	err := t.each(bkMembers, numKey(younger), func(key, p []byte) (bool, error) {
		m := member{num: binary.BigEndian.Uint64(key[8:])}
		if err := t.s.codec.unmarshal(bkMembers, key, p, &m.rec); err != nil {
			return false, err
		}
		members = append(members, m)
		return true, nil
	})
	if err != nil {
		return err
	}
	if err := t.dropStory(younger); err != nil {
		return err
	}
	for _, m := range members {
		if err := t.del(bkMembers, pairKey(younger, m.num)); err != nil {
			return err
		}
		if m.num == younger {
			m.rec = *rec
		}
		if err := t.join(older, m.num, &m.rec); err != nil {
			return err
		}
	}
	return nil
}

// touch tells that a story changed, and moves it to the front of the stories when it has two members and more.
func (t *txn) touch(story uint64) error {
	seq, err := t.tell(event{kind: store.EventStory, num: story})
	if err != nil {
		return err
	}
	of, ok, err := t.storyOf(story)
	if err != nil || !ok || of != story {
		return err
	}
	old, ok, err := t.getNum(bkStories, numKey(story))
	if err != nil {
		return err
	}
	if ok {
		if err := t.del(bkStoryOrder, numKey(old)); err != nil {
			return err
		}
	}
	if err := t.putNum(bkStoryOrder, numKey(seq), story); err != nil {
		return err
	}
	return t.putNum(bkStories, numKey(story), seq)
}

// outletRecord reads of a revision or of a tombstone nothing but the outlet.
type outletRecord struct {
	OfRevision string `cbor:"5,keyasint,omitempty"`
}

type tombOutletRecord struct {
	Outlet string `cbor:"4,keyasint,omitempty"`
}

// member is one line of a story.
func (t *txn) member(num uint64) (news.Member, error) {
	h, err := t.head(num)
	if err != nil {
		return news.Member{}, err
	}
	m := news.Member{Item: h.ID, Seq: seqOf(num), Relation: news.Original, Score: 1}
	if h.Forgotten {
		var r tombOutletRecord
		_, err = t.getRecord(bkTombstones, numKey(num), &r)
		m.Outlet = r.Outlet
		return m, err
	}
	var r outletRecord
	_, err = t.getRecord(bkRevisions, revisionKey(num, h.N), &r)
	m.Outlet = r.OfRevision
	return m, err
}

// story reads a story by its number.
func (t *txn) story(num uint64) (news.Story, error) {
	var st news.Story
	err := t.each(bkMembers, numKey(num), func(key, p []byte) (bool, error) {
		var r memberRecord
		if err := t.s.codec.unmarshal(bkMembers, key, p, &r); err != nil {
			return false, err
		}
		m, err := t.member(binary.BigEndian.Uint64(key[8:]))
		if err != nil {
			return false, err
		}
		m.Relation, m.Score = news.Relation(r.Relation), r.Score
		copy(m.Of[:], r.Of)
		st.Members = append(st.Members, m)
		return true, nil
	})
	if err != nil {
		return st, err
	}
	if len(st.Members) == 0 {
		m, err := t.member(num)
		return news.Story{ID: m.Item, Seq: m.Seq, Members: []news.Member{m}}, err
	}
	seq, ok, err := t.getNum(bkStories, numKey(num))
	if err == nil && !ok {
		err = damaged(bkStories, numKey(num), "missing")
	}
	st.ID, st.Seq = st.Members[0].Item, seqOf(seq)
	return st, err
}

// Stories returns the stories of items; see store.Derived.
func (s *Store) Stories(ctx context.Context, items []news.ItemID) ([]news.Story, error) {
	out := make([]news.Story, len(items))
	err := chunks(len(items), itemPage, func(from, to int) error {
		return s.view(ctx, "read stories", func(t *txn) error {
			for i := from; i < to; i++ {
				num, ok, err := t.num(items[i])
				if err != nil {
					return err
				}
				if !ok {
					continue
				}
				if num, _, err = t.storyOf(num); err != nil {
					return err
				}
				if out[i], err = t.story(num); err != nil {
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

// RecentStories returns the stories that changed last; see store.Derived.
func (s *Store) RecentStories(ctx context.Context, before news.Seq, limit int) ([]news.Story, error) {
	sp := span{bucket: bkStoryOrder, falling: true}
	if before != 0 {
		sp.from = seqKey(before)
	}
	var out []news.Story
	limit = pageSize(limit)
	err := s.walk(ctx, "read recent stories", sp, func(t *txn, key, p []byte) (bool, error) {
		if len(p) != 8 {
			return false, damaged(bkStoryOrder, key, "wrong length")
		}
		st, err := t.story(binary.BigEndian.Uint64(p))
		if err != nil {
			return false, err
		}
		out = append(out, st)
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
