package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mediawatch/config"
	"mediawatch/digest"
	"mediawatch/news"
	"mediawatch/store"
)

// welcomeSlot is what caused a welcome edition.
const welcomeSlot = "welcome"

// welcomeWait is how long a welcome edition waits for feeds that have not been read yet.
const welcomeWait = time.Minute

// newcomers says whether there may be digests without an edition: after a start and after each change of the configuration.
type newcomers struct {
	mu       sync.Mutex
	expected bool
	since    time.Time
}

func (n *newcomers) expect(now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.expected, n.since = true, now
}

func (n *newcomers) waiting() (since time.Time, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.since, n.expected
}

// welcomed notes that all that were expected at since have their edition.
func (n *newcomers) welcomed(since time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.expected = n.expected && !n.since.Equal(since)
}

// welcomeWhenRead writes the welcome editions of new digests as soon as every feed was asked once, or after a minute: a
// newcomer's first edition shows more than the samples then.
func (d *Daemon) welcomeWhenRead(ctx context.Context) error {
	since, ok := d.newcomers.waiting()
	if !ok {
		return nil
	}
	if d.o.Now().Sub(since) < welcomeWait {
		if unread, err := d.unread(ctx); unread || err != nil {
			return err
		}
	}
	if err := errors.Join(d.CatchUp(ctx), d.welcome(ctx)); err != nil {
		return err
	}
	d.newcomers.welcomed(since)
	return nil
}

// unread reports whether a configured feed has never been asked, or is being read.
func (d *Daemon) unread(ctx context.Context) (bool, error) {
	if !d.pass.idle() {
		return true, nil
	}
	subs, unread := d.subscriptions(), false
	err := eachFeed(ctx, d.o.Store, func(f news.Feed) {
		_, configured := subs[f.ID]
		unread = unread || configured && f.LastTry.IsZero() && !f.Paused && !f.Gone
	})
	return unread, err
}

// welcome writes the first edition of each digest that never had one.
func (d *Daemon) welcome(ctx context.Context) error {
	d.digests.Lock()
	defer d.digests.Unlock()
	for _, dc := range d.config.Load().Digests {
		if _, err := d.welcomeTo(ctx, dc); err != nil {
			return err
		}
	}
	return nil
}

// welcomeTo writes the first edition of a digest that never had one, from what the store holds, and returns its
// subject; "" when none was made. What it told counts as told, and the next edition begins where it ended. Where
// nothing matches yet there is no edition, and the digest begins all the same: what comes is news. d.digests must be
// locked, and the followers have caught up.
func (d *Daemon) welcomeTo(ctx context.Context, dc config.Digest) (string, error) {
	state, err := d.o.Store.Digest(ctx, dc.Name)
	if err != nil || state.Welcomed || state.Number > 0 {
		return "", err
	}
	c := composition{daemon: d, digest: dc, state: state, slot: welcomeSlot, kind: digest.Welcome, held: d.restored.now.Load()}
	composed, err := c.compose(ctx)
	if err != nil {
		return "", fmt.Errorf("digest %s: %w", dc.Name, err)
	}
	to := state
	to.Welcomed, to.Cursor, to.LastSlot = true, c.to, d.o.Now()
	if composed.Empty {
		return "", d.o.Store.CommitEdition(ctx, store.EditionCommit{From: state, To: to})
	}
	return composed.Subject(), d.commitEdition(ctx, c, composed, to, receivers(dc))
}

// toldUpTo returns the place in the journal that the next edition begins at. The welcome editions of the first version
// left the digest's cursor at the beginning; what they told is not told again.
func (d *Daemon) toldUpTo(ctx context.Context, state news.DigestState) (news.Seq, error) {
	if state.Cursor > 0 || state.Number > 0 || !state.Welcomed {
		return state.Cursor, nil
	}
	e, err := d.o.Store.Edition(ctx, state.Digest, 0)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return e.To, err
}
