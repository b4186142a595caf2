package bolt

import (
	"context"
	"fmt"

	"mediawatch/news"
	"mediawatch/store"
)

// Withdraw replaces the bytes of an edition and ends what is on its way; see store.Deliveries.
func (s *Store) Withdraw(ctx context.Context, w store.Withdrawal) (ended []news.Delivery, err error) {
	if err := checkWithdrawal(&w); err != nil {
		return nil, fmt.Errorf("withdraw an edition: %w", err)
	}
	err = s.update(ctx, fmt.Sprintf("withdraw edition %d of %s", w.Number, w.Digest), func(t *txn) error {
		key := namedNum(w.Digest, uint64(w.Number))
		var r editionRecord
		ok, err := t.getRecord(bkEditions, key, &r)
		if err == nil && !ok {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		r.Withdrawn = true
		if err := t.putRecord(bkEditions, key, &r); err != nil {
			return err
		}
		if err := t.putRecord(bkRendered, key, &renderedRecord{Text: s.pack(w.Text), HTML: s.pack(w.HTML)}); err != nil {
			return err
		}
		ended, err = t.endDeliveries(&w)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

func checkWithdrawal(w *store.Withdrawal) error {
	err := store.CheckName("digest", w.Digest)
	if err == nil {
		err = store.CheckText("answer", w.Answer)
	}
	if err == nil {
		err = store.CheckTime("at", w.At)
	}
	if err == nil && (w.Number < 0 || len(w.Text)+len(w.HTML) > maxText) {
		err = fmt.Errorf("edition %d with %d bytes: %w", w.Number, len(w.Text)+len(w.HTML), store.ErrInvalid)
	}
	return err
}

// endDeliveries gives up the deliveries of an edition that were not made, and returns them as they were. A higher fence
// keeps out who is at it.
func (t *txn) endDeliveries(w *store.Withdrawal) (ended []news.Delivery, err error) {
	was := make(map[string]deliveryRecord)
	err = t.each(bkDeliveries, namedNum(w.Digest, uint64(w.Number)), func(key, p []byte) (bool, error) {
		var r deliveryRecord
		if err := t.s.codec.unmarshal(bkDeliveries, key, p, &r); err != nil {
			return false, err
		}
		switch news.DeliveryState(r.State) {
		case news.DeliverySent, news.DeliveryFailed:
			return true, nil
		}
		d, err := r.delivery(key)
		ended = append(ended, d)
		was[string(key)] = r
		return true, err
	})
	if err != nil {
		return nil, err
	}
	for key, old := range was {
		r := old
		r.State, r.Answer, r.Settled, r.NextTry, r.Lease = string(news.DeliveryFailed), w.Answer, micros(w.At), 0, 0
		r.Fence++
		if err := t.putDelivery([]byte(key), &old, &r); err != nil {
			return nil, err
		}
	}
	return ended, nil
}
