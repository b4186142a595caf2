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

type digestRecord struct {
	Cursor   uint64 `cbor:"1,keyasint,omitempty"`
	Number   int    `cbor:"2,keyasint,omitempty"`
	LastSlot int64  `cbor:"3,keyasint,omitempty"`
	Welcomed bool   `cbor:"4,keyasint,omitempty"`
}

type reportedRecord struct {
	Group  []byte `cbor:"1,keyasint,omitempty"`
	Number int    `cbor:"2,keyasint,omitempty"`
	Items  int    `cbor:"3,keyasint,omitempty"`
}

type editionRecord struct {
	Slot      string           `cbor:"1,keyasint,omitempty"`
	From      uint64           `cbor:"2,keyasint,omitempty"`
	To        uint64           `cbor:"3,keyasint,omitempty"`
	Date      int64            `cbor:"4,keyasint,omitempty"`
	MessageID string           `cbor:"5,keyasint,omitempty"`
	Subject   string           `cbor:"6,keyasint,omitempty"`
	Stories   []reportedRecord `cbor:"7,keyasint,omitempty"`
	Counts    [5]int           `cbor:"8,keyasint,omitempty"` // stories, articles, spreading, changed, backlog
	Title     string           `cbor:"9,keyasint,omitempty"`
	Sender    string           `cbor:"10,keyasint,omitempty"`
	Contact   string           `cbor:"11,keyasint,omitempty"`
	Withdrawn bool             `cbor:"12,keyasint,omitempty"`
}

// renderedRecord holds the bytes, each packed like a body.
type renderedRecord struct {
	Text []byte `cbor:"1,keyasint,omitempty"`
	HTML []byte `cbor:"2,keyasint,omitempty"`

	DeskText []byte `cbor:"3,keyasint,omitempty"`
	DeskHTML []byte `cbor:"4,keyasint,omitempty"`
}

type deliveryRecord struct {
	State    string `cbor:"1,keyasint,omitempty"`
	Attempts int    `cbor:"2,keyasint,omitempty"`
	NextTry  int64  `cbor:"3,keyasint,omitempty"`
	Lease    int64  `cbor:"4,keyasint,omitempty"`
	Fence    uint64 `cbor:"5,keyasint,omitempty"`
	Answer   string `cbor:"6,keyasint,omitempty"`
	Created  int64  `cbor:"7,keyasint,omitempty"`
	Settled  int64  `cbor:"8,keyasint,omitempty"`
	Desk     bool   `cbor:"9,keyasint,omitempty"`
}

// Digest returns where a digest stands; see store.Deliveries.
func (s *Store) Digest(ctx context.Context, name string) (news.DigestState, error) {
	if err := store.CheckName("digest", name); err != nil {
		return news.DigestState{}, fmt.Errorf("read a digest: %w", err)
	}
	var d news.DigestState
	err := s.view(ctx, "read digest "+name, func(t *txn) (err error) {
		d, err = t.digest(name)
		return err
	})
	if err != nil {
		return news.DigestState{}, err
	}
	return d, nil
}

func (t *txn) digest(name string) (news.DigestState, error) {
	var r digestRecord
	_, err := t.getRecord(bkDigests, []byte(name), &r)
	return news.DigestState{Digest: name, Cursor: seqOf(r.Cursor), Number: r.Number, LastSlot: fromMicros(r.LastSlot), Welcomed: r.Welcomed}, err
}

// CommitEdition moves a digest; see store.Deliveries.
func (s *Store) CommitEdition(ctx context.Context, c store.EditionCommit) error {
	if err := checkEditionCommit(&c); err != nil {
		return fmt.Errorf("commit an edition: %w", err)
	}
	name := c.To.Digest
	return s.update(ctx, "commit an edition of "+name, func(t *txn) error {
		at, err := t.digest(name)
		if err != nil {
			return err
		}
		from := c.From
		from.LastSlot = keptTime(from.LastSlot)
		if at != from {
			return fmt.Errorf("the digest stands at %d, edition %d: %w", at.Cursor, at.Number, store.ErrMoved)
		}
		to := digestRecord{Cursor: uint64(c.To.Cursor), Number: c.To.Number, LastSlot: micros(c.To.LastSlot), Welcomed: c.To.Welcomed}
		if err := t.putRecord(bkDigests, []byte(name), &to); err != nil {
			return err
		}
		if c.Edition != nil {
			if err := t.newEdition(c.Edition); err != nil {
				return err
			}
		}
		for i := range c.Deliveries {
			if err := t.newDelivery(&c.Deliveries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func checkEditionCommit(c *store.EditionCommit) error {
	name := c.To.Digest
	if err := store.CheckName("digest", name); err != nil {
		return err
	}
	if c.From.Digest != name {
		return fmt.Errorf("from digest %q to digest %q: %w", c.From.Digest, name, store.ErrInvalid)
	}
	err := store.CheckTime("last slot", c.To.LastSlot)
	if err == nil {
		err = store.CheckTime("last slot", c.From.LastSlot)
	}
	if e := c.Edition; e != nil && err == nil {
		if e.Digest != name || e.Number < 0 {
			return fmt.Errorf("edition %d of %q in a commit of %q: %w", e.Number, e.Digest, name, store.ErrInvalid)
		}
		texts := []string{"slot", e.Slot, "message id", e.MessageID, "subject", e.Subject, "title", e.Title, "sender", e.Sender, "contact", e.Contact}
		if err = checkTexts(texts...); err == nil {
			err = store.CheckTime("date", e.Date)
		}
		if err == nil && len(e.Text)+len(e.HTML)+len(e.DeskText)+len(e.DeskHTML) > maxText {
			err = fmt.Errorf("the edition is longer than %d bytes: %w", maxText, store.ErrInvalid)
		}
	}
	for i := range c.Deliveries {
		d := &c.Deliveries[i]
		if err == nil && d.Digest != name {
			err = fmt.Errorf("a delivery of %q in a commit of %q: %w", d.Digest, name, store.ErrInvalid)
		}
		if err == nil {
			err = checkDelivery(d)
		}
	}
	return err
}

func checkDelivery(d *news.Delivery) error {
	err := store.CheckName("digest", d.Digest)
	if err == nil {
		err = store.CheckName("recipient", d.Recipient)
	}
	if err == nil {
		err = store.CheckText("answer", d.Answer)
	}
	if err == nil && d.Number < 0 {
		err = fmt.Errorf("edition %d: %w", d.Number, store.ErrInvalid)
	}
	for _, at := range [...]time.Time{d.NextTry, d.Lease, d.Created, d.Settled} {
		if err == nil {
			err = store.CheckTime("a time", at)
		}
	}
	switch d.State {
	case news.DeliveryPending, news.DeliverySending, news.DeliverySent, news.DeliveryUnknown, news.DeliveryFailed, news.DeliveryHeld:
	default:
		if err == nil {
			err = fmt.Errorf("delivery state %q: %w", d.State, store.ErrInvalid)
		}
	}
	return err
}

// newEdition keeps an edition once and what it reports.
func (t *txn) newEdition(e *news.Edition) error {
	key := namedNum(e.Digest, uint64(e.Number))
	if t.find(bkEditions, key) != nil {
		return fmt.Errorf("edition %d is already there: %w", e.Number, store.ErrInvalid)
	}
	k := e.Counts
	r := editionRecord{
		Slot: e.Slot, From: uint64(e.From), To: uint64(e.To), Date: micros(e.Date), MessageID: e.MessageID, Subject: e.Subject, Title: e.Title, Sender: e.Sender, Contact: e.Contact,
		Counts: [5]int{k.Stories, k.Articles, k.Spreading, k.Changed, k.Backlog}, Withdrawn: e.Withdrawn,
	}
	for i := range e.Stories {
		st := reportedRecord{Group: e.Stories[i].Group[:], Number: e.Stories[i].Number, Items: e.Stories[i].Items}
		r.Stories = append(r.Stories, st)
		if err := t.putRecord(bkReported, append(named(e.Digest), st.Group...), &st); err != nil {
			return err
		}
	}
	if err := t.putRecord(bkEditions, key, &r); err != nil {
		return err
	}
	c, err := t.count()
	if err != nil {
		return err
	}
	c.Editions++
	rendered := renderedRecord{Text: t.s.pack(e.Text), HTML: t.s.pack(e.HTML)}
	if e.DeskText != nil {
		rendered.DeskText, rendered.DeskHTML = t.s.pack(e.DeskText), t.s.pack(e.DeskHTML)
	}
	return t.putRecord(bkRendered, key, &rendered)
}

func (t *txn) newDelivery(d *news.Delivery) error {
	key := deliveryKey(d.Digest, d.Number, d.Recipient)
	if t.find(bkDeliveries, key) != nil {
		return fmt.Errorf("the delivery of edition %d to %s is already there: %w", d.Number, d.Recipient, store.ErrInvalid)
	}
	c, err := t.count()
	if err != nil {
		return err
	}
	c.Deliveries++
	r := newDeliveryRecord(d)
	return t.putDelivery(key, nil, &r)
}

func newDeliveryRecord(d *news.Delivery) deliveryRecord {
	return deliveryRecord{
		State: string(d.State), Attempts: d.Attempts, NextTry: micros(d.NextTry), Lease: micros(d.Lease), Fence: d.Fence, Answer: d.Answer,
		Created: micros(d.Created), Settled: micros(d.Settled), Desk: bool(d.Audience),
	}
}

func (r *deliveryRecord) delivery(key []byte) (news.Delivery, error) {
	digest, rest, ok := splitNamed(key)
	if !ok || len(rest) < 8 {
		return news.Delivery{}, damaged(bkDeliveries, key, "its key cannot be read")
	}
	return news.Delivery{
		Digest: digest, Number: int(binary.BigEndian.Uint64(rest)), Recipient: string(rest[8:]), State: news.DeliveryState(r.State),
		Attempts: r.Attempts, NextTry: fromMicros(r.NextTry), Lease: fromMicros(r.Lease), Fence: r.Fence, Answer: r.Answer,
		Created: fromMicros(r.Created), Settled: fromMicros(r.Settled),
		Audience: news.Audience(r.Desk),
	}, nil
}

// workKey is the place of a delivery in the index of work; nil when there is nothing to do.
func (r *deliveryRecord) workKey(key []byte) []byte {
	if r == nil {
		return nil
	}
	switch news.DeliveryState(r.State) {
	case news.DeliveryPending, news.DeliveryUnknown:
		return timeKey(r.NextTry, key)
	case news.DeliverySending:
		return timeKey(r.Lease, key)
	}
	return nil
}

// putDelivery keeps a delivery and moves it in the index of work; old is nil when there was none.
func (t *txn) putDelivery(key []byte, old, r *deliveryRecord) error {
	if err := t.putRecord(bkDeliveries, key, r); err != nil {
		return err
	}
	from, to := old.workKey(key), r.workKey(key)
	if bytes.Equal(from, to) {
		return nil
	}
	if from != nil {
		if err := t.del(bkWork, from); err != nil {
			return err
		}
	}
	if to != nil {
		return t.put(bkWork, to, nil)
	}
	return nil
}

func (r *editionRecord) edition(digest string, number int) news.Edition {
	e := news.Edition{
		Digest: digest, Number: number, Slot: r.Slot, From: seqOf(r.From), To: seqOf(r.To), Date: fromMicros(r.Date), MessageID: r.MessageID, Title: r.Title, Sender: r.Sender,
		Contact: r.Contact, Subject: r.Subject, Withdrawn: r.Withdrawn,
		Counts: news.EditionCounts{Stories: r.Counts[0], Articles: r.Counts[1], Spreading: r.Counts[2], Changed: r.Counts[3], Backlog: r.Counts[4]},
	}
	for i := range r.Stories {
		e.Stories = append(e.Stories, r.Stories[i].reported())
	}
	return e
}

func (r *reportedRecord) reported() news.Reported {
	out := news.Reported{Number: r.Number, Items: r.Items}
	copy(out.Group[:], r.Group)
	return out
}

// Editions returns editions without their bytes; see store.Deliveries.
func (s *Store) Editions(ctx context.Context, digest string, before, limit int) ([]news.Edition, error) {
	if err := store.CheckName("digest", digest); err != nil {
		return nil, fmt.Errorf("read editions: %w", err)
	}
	sp := span{bucket: bkEditions, prefix: named(digest), falling: true}
	if before > 0 {
		sp.from = namedNum(digest, uint64(before))
	}
	var out []news.Edition
	limit = pageSize(limit)
	err := s.walk(ctx, "read the editions of "+digest, sp, func(t *txn, key, p []byte) (bool, error) {
		var r editionRecord
		if err := t.s.codec.unmarshal(bkEditions, key, p, &r); err != nil {
			return false, err
		}
		out = append(out, r.edition(digest, int(binary.BigEndian.Uint64(key[len(sp.prefix):]))))
		return len(out) < limit, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Edition returns one with its bytes; see store.Deliveries.
func (s *Store) Edition(ctx context.Context, digest string, number int) (news.Edition, error) {
	if err := store.CheckName("digest", digest); err != nil {
		return news.Edition{}, fmt.Errorf("read an edition: %w", err)
	}
	var e news.Edition
	err := s.view(ctx, fmt.Sprintf("read edition %d of %s", number, digest), func(t *txn) error {
		key := namedNum(digest, uint64(number))
		var r editionRecord
		ok, err := t.getRecord(bkEditions, key, &r)
		if err == nil && !ok {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		var bytes renderedRecord
		ok, err = t.getRecord(bkRendered, key, &bytes)
		if err == nil && !ok {
			err = damaged(bkRendered, key, "missing")
		}
		if err != nil {
			return err
		}
		e = r.edition(digest, number)
		if e.Text, err = s.unpack(bkRendered, key, bytes.Text); err != nil {
			return err
		}
		if e.HTML, err = s.unpack(bkRendered, key, bytes.HTML); err != nil || bytes.DeskText == nil {
			return err
		}
		if e.DeskText, err = s.unpack(bkRendered, key, bytes.DeskText); err != nil {
			return err
		}
		e.DeskHTML, err = s.unpack(bkRendered, key, bytes.DeskHTML)
		return err
	})
	if err != nil {
		return news.Edition{}, err
	}
	return e, nil
}

// Reported returns what editions last said of groups; see store.Deliveries.
func (s *Store) Reported(ctx context.Context, digest string, groups []news.ItemID) ([]news.Reported, error) {
	if err := store.CheckName("digest", digest); err != nil {
		return nil, fmt.Errorf("read what was reported: %w", err)
	}
	out := make([]news.Reported, len(groups))
	err := chunks(len(groups), pageSteps, func(from, to int) error {
		return s.view(ctx, "read what was reported", func(t *txn) error {
			for i := from; i < to; i++ {
				var r reportedRecord
				ok, err := t.getRecord(bkReported, append(named(digest), groups[i][:]...), &r)
				if err != nil {
					return err
				}
				if ok {
					out[i] = r.reported()
				}
			}
			return nil
		})
	})
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	return out, nil
}

// Deliveries returns deliveries in the order of their keys; see store.Deliveries.
func (s *Store) Deliveries(ctx context.Context, digest string, number int) ([]news.Delivery, error) {
	sp := span{bucket: bkDeliveries}
	if err := store.CheckText("digest", digest); err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	if digest != "" {
		sp.prefix = named(digest)
		if number != 0 {
			sp.prefix = namedNum(digest, uint64(number))
		}
	}
	var out []news.Delivery
	err := s.walk(ctx, "read deliveries", sp, func(t *txn, key, p []byte) (bool, error) {
		var r deliveryRecord
		if err := t.s.codec.unmarshal(bkDeliveries, key, p, &r); err != nil {
			return false, err
		}
		d, err := r.delivery(key)
		if err != nil {
			return false, err
		}
		if number == 0 || d.Number == number {
			out = append(out, d)
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
