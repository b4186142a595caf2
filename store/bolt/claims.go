package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// LapsedAnswer is what Claim writes into a delivery whose sender vanished.
const LapsedAnswer = "its sender is gone; the receiver may have it"

// Claim takes the delivery that is due first; see store.Deliveries. It comes back in the state sending; when its last
// sender is gone, its answer is LapsedAnswer.
func (s *Store) Claim(ctx context.Context, now, until time.Time) (news.Delivery, error) {
	var d news.Delivery
	err := store.CheckTime("now", now)
	if err == nil {
		err = store.CheckTime("until", until)
	}
	if err != nil {
		return d, fmt.Errorf("claim a delivery: %w", err)
	}
	due := false // whether there is work is looked up without the writer's turn
	err = s.view(ctx, "claim a delivery", func(t *txn) error {
		due = t.nextWork(now) != nil
		return nil
	})
	if err == nil && !due {
		err = fmt.Errorf("claim a delivery: %w", store.ErrNotFound)
	}
	if err != nil {
		return d, err
	}
	err = s.update(ctx, "claim a delivery", func(t *txn) error {
		key := t.nextWork(now)
		if key == nil {
			return store.ErrNotFound
		}
		var old deliveryRecord
		ok, err := t.getRecord(bkDeliveries, key, &old)
		if err == nil && !ok {
			err = damaged(bkDeliveries, key, "missing")
		}
		if err != nil {
			return err
		}
		r := old
		if news.DeliveryState(old.State) == news.DeliverySending {
			r.Answer = LapsedAnswer
		}
		r.State, r.Lease = string(news.DeliverySending), micros(until)
		r.Fence++
		r.Attempts++
		if d, err = r.delivery(key); err != nil {
			return err
		}
		return t.putDelivery(key, &old, &r)
	})
	if err != nil {
		return news.Delivery{}, err
	}
	return d, nil
}

// nextWork is the key of the delivery that is due first; nil when none is.
func (t *txn) nextWork(now time.Time) []byte {
	k, _ := t.bucket(bkWork).Cursor().First()
	if len(k) < 8 || binary.BigEndian.Uint64(k) > orderedTime(micros(now)) {
		return nil
	}
	return bytes.Clone(k[8:])
}

// Settle keeps the outcome of a claimed delivery: state, next try, answer, and when it was settled; see store.Deliveries.
func (s *Store) Settle(ctx context.Context, d news.Delivery) error {
	err := checkDelivery(&d)
	if err == nil && d.State == news.DeliverySending {
		err = fmt.Errorf("sending is no outcome: %w", store.ErrInvalid)
	}
	if err != nil {
		return fmt.Errorf("settle a delivery: %w", err)
	}
	return s.update(ctx, "settle the delivery to "+d.Recipient, func(t *txn) error {
		key := deliveryKey(d.Digest, d.Number, d.Recipient)
		var old deliveryRecord
		ok, err := t.getRecord(bkDeliveries, key, &old)
		if err == nil && !ok {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		if old.Fence != d.Fence {
			return fmt.Errorf("the fence is %d, not %d: %w", old.Fence, d.Fence, store.ErrFenced)
		}
		r := old
		r.State, r.NextTry, r.Answer, r.Settled, r.Lease = string(d.State), micros(d.NextTry), d.Answer, micros(d.Settled), 0
		return t.putDelivery(key, &old, &r)
	})
}

// ReleaseLeases makes the deliveries that a dead process was sending due at now; see store.LeaseReleaser.
func (s *Store) ReleaseLeases(ctx context.Context, now time.Time) (int, error) {
	if err := store.CheckTime("now", now); err != nil {
		return 0, fmt.Errorf("release leases: %w", err)
	}
	held := make(map[string]deliveryRecord)
	err := s.view(ctx, "release leases", func(t *txn) error { return t.leased(now, held) })
	if err != nil || len(held) == 0 {
		return 0, err
	}
	err = s.update(ctx, "release leases", func(t *txn) error {
		clear(held)
		if err := t.leased(now, held); err != nil {
			return err
		}
		for key, old := range held {
			r := old
			r.Lease = micros(now)
			if err := t.putDelivery([]byte(key), &old, &r); err != nil {
				return err
			}
		}
		return nil
	})
	return len(held), err
}

// leased puts the deliveries whose sender's lease ends after now into held, by their keys.
func (t *txn) leased(now time.Time, held map[string]deliveryRecord) error {
	c := t.bucket(bkWork).Cursor()
	for k, _ := c.Seek(timeKey(micros(now), nil)); len(k) >= 8; k, _ = c.Next() {
		var r deliveryRecord
		ok, err := t.getRecord(bkDeliveries, k[8:], &r)
		if err == nil && !ok {
			err = damaged(bkDeliveries, k[8:], "missing")
		}
		if err != nil {
			return err
		}
		if news.DeliveryState(r.State) == news.DeliverySending && r.Lease > micros(now) {
			held[string(k[8:])] = r
		}
	}
	return nil
}
