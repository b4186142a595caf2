package follow

import (
	"context"
	"errors"
	"time"

	"mediawatch/store"
)

// Follower is the linker or the matcher.
type Follower interface {
	// Step derives and commits the next part and returns how much it took; 0 means that it has caught up.
	Step(ctx context.Context) (int, error)
}

// CatchUp steps the followers, in order, until none has anything left to do.
func CatchUp(ctx context.Context, followers ...Follower) error {
	for {
		took := 0
		for _, f := range followers {
			n, err := step(ctx, f)
			if err != nil {
				return err
			}
			took += n
		}
		if took == 0 {
			return nil
		}
	}
}

// step steps once; when another node moved the cursor meanwhile the next try begins where it stands now.
func step(ctx context.Context, f Follower) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.Step(ctx)
	if errors.Is(err, store.ErrMoved) {
		return 1, nil
	}
	return n, err
}

// Reset sets the linker and every watch back to the beginning. They recompute behind the readers' backs: what comes out equal keeps its
// place, what is found new is backlog.
func Reset(ctx context.Context, s store.Derived, watches []string) error {
	names := []string{LinkerName}
	for _, w := range watches {
		names = append(names, MatcherName+"/"+w)
	}
	if err := unsettle(ctx, s); err != nil {
		return err
	}
	live, err := s.Cursor(ctx, MatcherName)
	if err != nil {
		return err
	}
	for _, name := range names {
		from, err := s.Cursor(ctx, name)
		if err != nil {
			return err
		}
		to := store.Cursor{Replay: max(from.Seq, from.Replay), Version: from.Version}
		if name != LinkerName {
			to.Replay = live.Seq
		}
		if to == from {
			continue
		}
		if err := s.Commit(ctx, store.Derivation{Follower: name, From: from, To: to}); err != nil {
			return err
		}
	}
	return nil
}

// unsettle makes settling due.
func unsettle(ctx context.Context, s store.Derived) error {
	last, err := s.Cursor(ctx, settledName)
	if err != nil || last == (store.Cursor{}) {
		return err
	}
	return s.Commit(ctx, store.Derivation{Follower: settledName, From: last})
}

// retryAfter is how long a follower rests after an error before it tries again.
const retryAfter = 5 * time.Second

// Run catches up whenever woken and until ctx ends. failed is told of each error; caughtUp, which may be nil, of each
// time nothing is left to do.
func Run(ctx context.Context, wake <-chan struct{}, o RunOptions) {
	for {
		err := CatchUp(ctx, o.Followers...)
		var again <-chan time.Time
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			o.Failed(err)
			again = time.After(retryAfter)
		case o.CaughtUp != nil:
			o.CaughtUp()
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-again:
		}
	}
}

// RunOptions are what Run needs.
type RunOptions struct {
	Followers []Follower
	Failed    func(error)
	CaughtUp  func()
}
