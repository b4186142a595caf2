package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// feedRecord keeps validators as bytes, since servers send what they like.
type feedRecord struct {
	Kind         uint8           `cbor:"1,keyasint,omitempty"`
	Address      string          `cbor:"2,keyasint,omitempty"`
	Location     string          `cbor:"3,keyasint,omitempty"`
	Title        string          `cbor:"4,keyasint,omitempty"`
	Link         string          `cbor:"5,keyasint,omitempty"`
	ETag         []byte          `cbor:"6,keyasint,omitempty"`
	LastModified []byte          `cbor:"7,keyasint,omitempty"`
	Body         []byte          `cbor:"8,keyasint,omitempty"`
	FirstRead    int64           `cbor:"9,keyasint,omitempty"`
	LastTry      int64           `cbor:"10,keyasint,omitempty"`
	LastOK       int64           `cbor:"11,keyasint,omitempty"`
	LastNew      int64           `cbor:"12,keyasint,omitempty"`
	LastFull     int64           `cbor:"13,keyasint,omitempty"`
	NextDue      int64           `cbor:"14,keyasint,omitempty"`
	Interval     int64           `cbor:"15,keyasint,omitempty"` // nanoseconds
	MinGap       int64           `cbor:"16,keyasint,omitempty"` // nanoseconds
	Status       int             `cbor:"17,keyasint,omitempty"`
	Error        string          `cbor:"18,keyasint,omitempty"`
	Failures     int             `cbor:"19,keyasint,omitempty"`
	FailSince    int64           `cbor:"20,keyasint,omitempty"`
	Warnings     []string        `cbor:"21,keyasint,omitempty"`
	MovedTo      string          `cbor:"22,keyasint,omitempty"`
	MovedCount   int             `cbor:"23,keyasint,omitempty"`
	MovedSince   int64           `cbor:"24,keyasint,omitempty"`
	Gone         bool            `cbor:"25,keyasint,omitempty"`
	Paused       bool            `cbor:"26,keyasint,omitempty"`
	Items        int64           `cbor:"27,keyasint,omitempty"`
	SkipHours    uint32          `cbor:"28,keyasint,omitempty"`
	SkipDays     uint8           `cbor:"29,keyasint,omitempty"`
	Mean         int64           `cbor:"30,keyasint,omitempty"` // nanoseconds
	Longest      int64           `cbor:"31,keyasint,omitempty"` // nanoseconds
	Beats        int             `cbor:"32,keyasint,omitempty"`
	Searched     int64           `cbor:"33,keyasint,omitempty"`
	Proposed     string          `cbor:"34,keyasint,omitempty"`
	Delays       []time.Duration `cbor:"35,keyasint,omitempty"`
}

func newFeedRecord(f *news.Feed) feedRecord {
	return feedRecord{
		Kind: uint8(f.Kind), Address: f.Address, Location: f.Location, Title: f.Title, Link: f.Link, ETag: []byte(f.ETag),
		LastModified: []byte(f.LastModified), Body: hashBytes(&f.Body), FirstRead: micros(f.FirstRead), LastTry: micros(f.LastTry),
		LastOK: micros(f.LastOK), LastNew: micros(f.LastNew), LastFull: micros(f.LastFull), NextDue: micros(f.NextDue),
		Interval: int64(f.Interval), MinGap: int64(f.MinGap), Status: f.Status, Error: f.Error, Failures: f.Failures,
		FailSince: micros(f.FailSince), Warnings: f.Warnings, MovedTo: f.MovedTo, MovedCount: f.MovedCount,
		MovedSince: micros(f.MovedSince), Gone: f.Gone, Paused: f.Paused, Items: f.Items,
		SkipHours: f.SkipHours, SkipDays: f.SkipDays,
		Mean: int64(f.Rhythm.Mean), Longest: int64(f.Rhythm.Longest), Beats: f.Rhythm.Count, Searched: micros(f.Searched), Proposed: f.Proposed,
		Delays: f.Delays,
	}
}

func (r *feedRecord) feed(id news.FeedID) news.Feed {
	return news.Feed{
		ID: id, Kind: news.Kind(r.Kind), Address: r.Address, Location: r.Location, Title: r.Title, Link: r.Link, ETag: string(r.ETag),
		LastModified: string(r.LastModified), Body: toHash(r.Body), FirstRead: fromMicros(r.FirstRead), LastTry: fromMicros(r.LastTry),
		LastOK: fromMicros(r.LastOK), LastNew: fromMicros(r.LastNew), LastFull: fromMicros(r.LastFull), NextDue: fromMicros(r.NextDue),
		Interval: time.Duration(r.Interval), MinGap: time.Duration(r.MinGap), Status: r.Status, Error: r.Error, Failures: r.Failures,
		FailSince: fromMicros(r.FailSince), Warnings: r.Warnings, MovedTo: r.MovedTo, MovedCount: r.MovedCount,
		MovedSince: fromMicros(r.MovedSince), Gone: r.Gone, Paused: r.Paused, Items: r.Items, SkipHours: r.SkipHours, SkipDays: r.SkipDays,
		Rhythm:   news.Rhythm{Mean: time.Duration(r.Mean), Longest: time.Duration(r.Longest), Count: r.Beats},
		Searched: fromMicros(r.Searched), Proposed: r.Proposed, Delays: r.Delays,
	}
}

func sortFeeds(ids []news.FeedID) {
	slices.SortFunc(ids, func(a, b news.FeedID) int { return bytes.Compare(a[:], b[:]) })
}

func (t *txn) feed(id news.FeedID) (news.Feed, bool, error) {
	var r feedRecord
	ok, err := t.getRecord(bkFeeds, id[:], &r)
	if !ok || err != nil {
		return news.Feed{}, false, err
	}
	return r.feed(id), true, nil
}

// dueKey is the place of a feed in the due index; nil when it is not asked.
func dueKey(f *news.Feed) []byte {
	if f == nil || f.Kind != news.KindFeed || f.Paused || f.Gone {
		return nil
	}
	return timeKey(micros(f.NextDue), f.ID[:])
}

// putFeed keeps a state and moves it in the due index; old is the state before, nil when there was none.
func (t *txn) putFeed(f, old *news.Feed) error {
	r := newFeedRecord(f)
	if err := t.putRecord(bkFeeds, f.ID[:], &r); err != nil {
		return err
	}
	if old == nil {
		c, err := t.count()
		if err != nil {
			return err
		}
		c.Feeds++
	}
	return t.moveDue(dueKey(old), dueKey(f))
}

func (t *txn) moveDue(from, to []byte) error {
	if bytes.Equal(from, to) {
		return nil
	}
	if from != nil {
		if err := t.del(bkDue, from); err != nil {
			return err
		}
	}
	if to != nil {
		return t.put(bkDue, to, nil)
	}
	return nil
}

// Feed returns one state; see store.Feeds.
func (s *Store) Feed(ctx context.Context, id news.FeedID) (news.Feed, error) {
	var f news.Feed
	err := s.view(ctx, "read feed "+id.String(), func(t *txn) error {
		var ok bool
		var err error
		f, ok, err = t.feed(id)
		if err == nil && !ok {
			err = store.ErrNotFound
		}
		return err
	})
	if err != nil {
		return news.Feed{}, err
	}
	return f, nil
}

// Feeds returns states in order of id; see store.Feeds.
func (s *Store) Feeds(ctx context.Context, after news.FeedID, limit int) ([]news.Feed, error) {
	var out []news.Feed
	limit = pageSize(limit)
	sp := span{bucket: bkFeeds}
	if !after.IsZero() {
		sp.from = append(append(sp.from, after[:]...), 0)
	}
	err := s.walk(ctx, "read feeds", sp, func(t *txn, key, p []byte) (bool, error) {
		var r feedRecord
		if err := t.s.codec.unmarshal(bkFeeds, key, p, &r); err != nil {
			return false, err
		}
		var id news.FeedID
		copy(id[:], key)
		out = append(out, r.feed(id))
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Due returns who is to be asked; see store.Feeds.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]news.FeedID, error) {
	var out []news.FeedID
	limit = pageSize(limit)
	if err := store.CheckTime("now", now); err != nil {
		return nil, fmt.Errorf("list due feeds: %w", err)
	}
	until := orderedTime(micros(now))
	err := s.walk(ctx, "list due feeds", span{bucket: bkDue}, func(_ *txn, key, _ []byte) (bool, error) {
		if len(key) != 16 {
			return false, damaged(bkDue, key, "wrong length")
		}
		if binary.BigEndian.Uint64(key) > until {
			return false, nil
		}
		out = append(out, news.FeedID(key[8:]))
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// UpdateFeed changes one state; see store.Feeds. The id and the number of items are the store's and cannot be changed.
func (s *Store) UpdateFeed(ctx context.Context, id news.FeedID, change func(*news.Feed) error) error {
	var panicked any
	err := s.update(ctx, "update feed "+id.String(), func(t *txn) error {
		old, there, err := t.feed(id)
		if err != nil {
			return err
		}
		f := old
		f.ID, f.Warnings = id, slices.Clone(old.Warnings)
		if panicked, err = callBack(change, &f); err != nil {
			return err
		}
		f.ID, f.Items = id, old.Items
		if err := store.CheckFeed(&f); err != nil {
			return err
		}
		if there {
			return t.putFeed(&f, &old)
		}
		return t.putFeed(&f, nil)
	})
	if panicked != nil {
		panic(panicked) // the caller's own, which must not be taken for a damaged file
	}
	return err
}

// callBack runs change and catches its panic, so that the transaction ends in order first.
func callBack(change func(*news.Feed) error, f *news.Feed) (panicked any, err error) {
	defer func() {
		if panicked = recover(); panicked != nil {
			err = store.ErrInvalid
		}
	}()
	return nil, change(f)
}

// RemoveFeed removes the state of a feed; see store.Feeds. The states of its files stay.
func (s *Store) RemoveFeed(ctx context.Context, id news.FeedID) error {
	return s.update(ctx, "remove feed "+id.String(), func(t *txn) error {
		old, there, err := t.feed(id)
		if err != nil || !there {
			return err
		}
		c, err := t.count()
		if err != nil {
			return err
		}
		c.Feeds--
		if err := t.moveDue(dueKey(&old), nil); err != nil {
			return err
		}
		return t.del(bkFeeds, id[:])
	})
}

type fileRecord struct {
	Size     int64  `cbor:"1,keyasint,omitempty"`
	ModTime  int64  `cbor:"2,keyasint,omitempty"`
	Raw      []byte `cbor:"3,keyasint,omitempty"`
	Item     []byte `cbor:"4,keyasint,omitempty"`
	Identity string `cbor:"5,keyasint,omitempty"`
	Error    string `cbor:"6,keyasint,omitempty"`
}

func (t *txn) putFile(f *news.File) error {
	r := fileRecord{Size: f.Size, ModTime: micros(f.ModTime), Raw: hashBytes(&f.Raw), Identity: f.Identity, Error: f.Error}
	if !f.Item.IsZero() {
		r.Item = f.Item[:]
	}
	return t.putRecord(bkFiles, fileKey(f.Feed, f.Path), &r)
}

// Files returns the states of a folder's files; see store.Feeds.
func (s *Store) Files(ctx context.Context, feed news.FeedID, after string, limit int) ([]news.File, error) {
	var out []news.File
	limit = pageSize(limit)
	sp := span{bucket: bkFiles, prefix: feed[:]}
	if after != "" {
		sp.from = append(fileKey(feed, after), 0)
	}
	err := s.walk(ctx, "read files", sp, func(t *txn, key, p []byte) (bool, error) {
		var r fileRecord
		if err := t.s.codec.unmarshal(bkFiles, key, p, &r); err != nil {
			return false, err
		}
		f := news.File{
			Feed: feed, Path: string(key[len(feed):]), Size: r.Size, ModTime: fromMicros(r.ModTime), Raw: toHash(r.Raw), Identity: r.Identity, Error: r.Error,
		}
		copy(f.Item[:], r.Item)
		out = append(out, f)
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
