package daemon

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// restored is what is to know of a store that was a backup: the machine it came from went on after the backup was made,
// and sent what was pending in it.
type restored struct {
	mu    sync.Mutex
	asked bool         // the store
	at    time.Time    // when it was put to use; zero: never a backup
	now   atomic.Bool  // by this process
	held  atomic.Int64 // deliveries that wait for a person
}

func (r *restored) since() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

// begins is the state in which the deliveries of an edition are kept.
func (c *composition) begins() news.DeliveryState {
	if c.held {
		return news.DeliveryHeld
	}
	return news.DeliveryPending
}

// holdRestored holds what is pending in a backup that is put to use now, and remembers when that was: editions of slots
// before it are held as well. It comes before everything that makes or sends an edition. Killed on the way it does all
// of it again.
func (d *Daemon) holdRestored(ctx context.Context) error {
	d.restored.mu.Lock()
	defer d.restored.mu.Unlock()
	r, ok := d.o.Store.(store.Restorable)
	if !ok || d.restored.asked {
		return nil
	}
	copied, inUse, err := r.Copied(ctx)
	if err != nil {
		return err
	}
	if !copied.IsZero() {
		inUse = d.o.Now()
		if err := d.hold(ctx); err != nil {
			return err
		}
		if err := r.PutToUse(ctx, inUse); err != nil {
			return err
		}
		d.restored.now.Store(true)
		d.o.Log.Warn("this store is a backup of "+copied.Format(time.DateTime)+"; what it had not sent yet, and editions that were due before now, are held: "+
			"mediawatch digest release sends them, with --drop nobody gets them", "backup", copied)
	}
	if err := d.countHeld(ctx); err != nil {
		return err
	}
	d.restored.asked, d.restored.at = true, inUse
	return nil
}

// hold takes everything that is on its way off it.
func (d *Daemon) hold(ctx context.Context) error {
	return d.eachDelivery(ctx, func(dl *news.Delivery) bool {
		switch dl.State {
		case news.DeliveryPending, news.DeliverySending, news.DeliveryUnknown:
			dl.State = news.DeliveryHeld
			return true
		}
		return false
	})
}

// eachDelivery changes deliveries; change says whether it did.
func (d *Daemon) eachDelivery(ctx context.Context, change func(*news.Delivery) bool) error {
	list, err := d.o.Store.Deliveries(ctx, "", 0)
	if err != nil {
		return err
	}
	for i := range list {
		if change(&list[i]) {
			if err := d.o.Store.Settle(ctx, list[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Daemon) countHeld(ctx context.Context) error {
	n := int64(0)
	err := d.eachDelivery(ctx, func(dl *news.Delivery) bool {
		if dl.State == news.DeliveryHeld {
			n++
		}
		return false
	})
	d.restored.held.Store(n)
	return err
}

// heldLine says what a person has to decide.
func heldLine(n int) string {
	return text.Count(n, "delivery") + " held since the store was restored from a backup: they may have been sent before. mediawatch digest release sends them, with --drop nobody gets them"
}

// orderRelease sends what was held after a restore, or gives it up.
func (d *Daemon) orderRelease(r *http.Request) (any, error) {
	ctx, drop, now := r.Context(), r.FormValue("drop") != "", d.o.Now()
	if err := d.holdRestored(ctx); err != nil {
		return nil, err
	}
	var lines []string
	err := d.eachDelivery(ctx, func(dl *news.Delivery) bool {
		if dl.State != news.DeliveryHeld {
			return false
		}
		lines = append(lines, fmt.Sprintf("%s/%d to %s", dl.Digest, dl.Number, dl.Recipient))
		dl.State, dl.NextTry, dl.Created = news.DeliveryPending, now, now
		if drop {
			dl.State, dl.Settled, dl.Answer = news.DeliveryFailed, now, "not sent after a restore"
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	if err := d.countHeld(ctx); err != nil {
		return nil, err
	}
	switch {
	case len(lines) == 0:
		return Done{Summary: "nothing is held"}, nil
	case drop:
		return Done{Lines: lines, Summary: text.Count(len(lines), "delivery") + " given up"}, nil
	}
	return Done{Lines: lines, Summary: text.Count(len(lines), "delivery") + " released"}, d.deliver(ctx)
}
