package follow

import (
	"context"
	"maps"
	"slices"
	"strings"

	"mediawatch/news"
	"mediawatch/store"
)

// rosterName is the follower whose version lists the watches that the live matcher works for. It is how a watch that
// was out of the configuration for a while is told from one that was there all the time.
const rosterName = MatcherName + ":watches"

// note marks, for each watch, the past that is to be recomputed: all of it for one that is new or changed, and for one
// that returns what came while it was away. What comes later is matched as it comes, so this must be known before the
// next live step, or that part would be matched twice.
//
// Each mark depends only on what is kept and on where the live matcher stands, which does not move before all are kept:
// interrupted, it is made again.
func (m *Matcher) note(ctx context.Context, live news.Seq) error {
	if m.noted {
		return nil
	}
	roster, err := m.store.Cursor(ctx, rosterName)
	if err != nil {
		return err
	}
	served := strings.Fields(roster.Version)
	for _, name := range served {
		if _, stays := m.watches[name]; !stays {
			if err := m.mark(ctx, name, func(c store.Cursor) store.Cursor { return left(c, live) }); err != nil {
				return err
			}
		}
	}
	for _, name := range m.names {
		version := m.watches[name].Version
		// A store of a version that kept no list: its watches count as having been there.
		away := roster.Version != "" && !slices.Contains(served, name)
		if err := m.mark(ctx, name, func(c store.Cursor) store.Cursor { return arrived(c, live, version, away) }); err != nil {
			return err
		}
	}
	now := strings.Join(slices.Sorted(maps.Keys(m.watches)), " ")
	if now != roster.Version {
		to := store.Cursor{Version: now}
		if err := m.store.Commit(ctx, store.Derivation{Follower: rosterName, From: roster, To: to}); err != nil {
			return err
		}
	}
	m.noted = true
	return nil
}

// mark moves the cursor of one watch.
func (m *Matcher) mark(ctx context.Context, name string, move func(store.Cursor) store.Cursor) error {
	follower := MatcherName + "/" + name
	from, err := m.store.Cursor(ctx, follower)
	if err != nil {
		return err
	}
	to := move(from)
	if to == from {
		return nil
	}
	return m.store.Commit(ctx, store.Derivation{Follower: follower, From: from, To: to})
}

// left returns the cursor of a watch that leaves the configuration: what comes after live is not matched for it. One
// that was still recomputing has to do the rest, and what follows, when it returns.
func left(c store.Cursor, live news.Seq) store.Cursor {
	if c.Replay == 0 {
		c.Seq = live
	}
	return c
}

// arrived returns the cursor of a watch that is in the configuration; away says that it was not when the matcher worked last.
func arrived(c store.Cursor, live news.Seq, version string, away bool) store.Cursor {
	switch {
	case c.Version != version:
		return store.Cursor{Replay: live, Version: version}
	case away && c.Seq < live:
		c.Replay = live
	}
	return c
}
