package storetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// pending is a delivery that is due at a minute.
func pending(digest string, number int, recipient string, minute int) news.Delivery {
	return news.Delivery{Digest: digest, Number: number, Recipient: recipient, State: news.DeliveryPending, NextTry: at(minute), Created: at(0)}
}

// toDesk is d to somebody who looks after the program.
func toDesk(d news.Delivery) news.Delivery {
	d.Audience = news.Desk
	return d
}

// edition is the commit of the first edition of a digest, under a number, with two deliveries.
func edition(digest string, number, minute int) store.EditionCommit {
	return store.EditionCommit{
		From: news.DigestState{Digest: digest},
		To:   news.DigestState{Digest: digest, Cursor: 40, Number: number, LastSlot: at(minute), Welcomed: true},
		Edition: &news.Edition{
			Digest: digest, Number: number, Slot: "2026-11-16T07:00", From: 3, To: 40, Date: at(minute), MessageID: fmt.Sprintf("%d@mediawatch.example", number), Title: "Morning briefing", Sender: "desk@example.org", Contact: "press@example.org",
			DeskText: []byte("Two stories, one feed in trouble."), DeskHTML: []byte("<p>Two stories, one feed in trouble.</p>"),
			Subject: "Harbour: 2 stories", Text: []byte("Two stories."), HTML: bytes.Repeat([]byte("<p>Two stories.</p>"), 100),
			Stories: []news.Reported{{Group: news.ItemID{1}, Number: number, Items: 2}, {Group: news.ItemID{2}, Number: number, Items: 1}},
			Counts:  news.EditionCounts{Stories: 2, Articles: 3, Spreading: 1, Changed: 4, Backlog: 5},
		},
		Deliveries: []news.Delivery{toDesk(pending(digest, number, "mailto:a@outlet.example", minute)), pending(digest, number, "mailto:b@outlet.example", minute)},
	}
}

func runDigests(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"a digest that never ran", digestUnknown},
		{"state, edition and deliveries are committed together, by compare and set", digestCommit},
		{"every field survives", digestEveryField},
		{"a slot without anything new moves the state alone", digestEmptySlot},
		{"editions fall from the newest, by pages and without bytes", digestPages},
		{"an edition is written once", digestOnce},
		{"what was last reported of a group", digestReported},
	})
}

func digestUnknown(f *fixture) {
	f.same("state", must[news.DigestState](f)(f.Digest(f.ctx, "daily")), news.DigestState{Digest: "daily"})
	_, err := f.Edition(f.ctx, "daily", 1)
	f.is(err, store.ErrNotFound)
}

func digestCommit(f *fixture) {
	c := edition("daily", 1, 5)
	f.ok(f.CommitEdition(f.ctx, c))
	f.is(f.CommitEdition(f.ctx, c), store.ErrMoved)
	f.reopen()
	f.same("state", must[news.DigestState](f)(f.Digest(f.ctx, "daily")), c.To)
	f.same("edition", must[news.Edition](f)(f.Edition(f.ctx, "daily", 1)), *c.Edition)
	f.same("deliveries", must[[]news.Delivery](f)(f.Deliveries(f.ctx, "daily", 1)), c.Deliveries)

	next := edition("daily", 2, 9)
	for _, change := range []func(*news.DigestState){
		func(s *news.DigestState) { s.Cursor-- }, func(s *news.DigestState) { s.Number++ }, func(s *news.DigestState) { s.Welcomed = false },
		func(s *news.DigestState) { s.LastSlot = s.LastSlot.Add(time.Microsecond) }, func(s *news.DigestState) { s.LastSlot = time.Time{} },
	} {
		next.From = c.To
		change(&next.From)
		f.is(f.CommitEdition(f.ctx, next), store.ErrMoved)
	}
	_, err := f.Edition(f.ctx, "daily", 2)
	f.is(err, store.ErrNotFound)
	f.same("no delivery", len(must[[]news.Delivery](f)(f.Deliveries(f.ctx, "daily", 0))), 2)
	next.From = c.To
	next.From.LastSlot = next.From.LastSlot.In(time.FixedZone("elsewhere", 7200)).Add(999 * time.Nanosecond)
	f.ok(f.CommitEdition(f.ctx, next))
}

func digestEveryField(f *fixture) {
	e := filled[news.Edition](f.t, 50)
	for i := range e.Text {
		e.Text[i], e.HTML[i] = byte(i), 0xff
	}
	d := filled[news.Delivery](f.t, 500)
	d.Digest, d.Number, d.State = e.Digest, e.Number, news.DeliveryUnknown
	to := filled[news.DigestState](f.t, 900)
	to.Digest = e.Digest
	f.ok(f.CommitEdition(f.ctx, store.EditionCommit{From: news.DigestState{Digest: e.Digest}, To: to, Edition: &e, Deliveries: []news.Delivery{d}}))
	f.reopen()
	f.same("state", must[news.DigestState](f)(f.Digest(f.ctx, e.Digest)), to)
	f.same("edition", must[news.Edition](f)(f.Edition(f.ctx, e.Digest, e.Number)), e)
	f.same("deliveries", must[[]news.Delivery](f)(f.Deliveries(f.ctx, "", 0)), []news.Delivery{d})
}

func digestEmptySlot(f *fixture) {
	to := news.DigestState{Digest: "daily", LastSlot: at(60)}
	f.ok(f.CommitEdition(f.ctx, store.EditionCommit{From: news.DigestState{Digest: "daily"}, To: to}))
	f.same("state", must[news.DigestState](f)(f.Digest(f.ctx, "daily")), to)
	f.same("editions", must[[]news.Edition](f)(f.Editions(f.ctx, "daily", 0, 0)), []news.Edition(nil))
	f.is(f.CommitEdition(f.ctx, store.EditionCommit{From: news.DigestState{Digest: "weekly"}, To: to}), store.ErrInvalid)
}

func digestPages(f *fixture) {
	state := news.DigestState{Digest: "daily"}
	for n := range 8 {
		c := edition("daily", n, n)
		c.From, c.To.Number = state, n
		f.ok(f.CommitEdition(f.ctx, c))
		state = c.To
	}
	f.ok(f.CommitEdition(f.ctx, edition("daily two", 3, 1)))
	numbers := func(before, limit int) (out []int) {
		for _, e := range must[[]news.Edition](f)(f.Editions(f.ctx, "daily", before, limit)) {
			if e.Text != nil || e.HTML != nil {
				f.t.Fatal("a list with bytes")
			}
			f.same("subject", e.Subject, "Harbour: 2 stories")
			out = append(out, e.Number)
		}
		return out
	}
	f.same("first page", numbers(0, 3), []int{7, 6, 5})
	f.same("second page", numbers(5, 3), []int{4, 3, 2})
	f.same("third page, with the welcome edition", numbers(2, 3), []int{1, 0})
	want := *edition("daily", 4, 4).Edition
	want.Text, want.HTML, want.DeskText, want.DeskHTML = nil, nil, nil, nil
	f.same("without bytes", must[[]news.Edition](f)(f.Editions(f.ctx, "daily", 5, 1)), []news.Edition{want})
}

func digestOnce(f *fixture) {
	c := edition("daily", 1, 5)
	f.ok(f.CommitEdition(f.ctx, c))
	again := edition("daily", 1, 6)
	again.From, again.To.Cursor = c.To, 99
	f.is(f.CommitEdition(f.ctx, again), store.ErrInvalid)
	f.same("state", must[news.DigestState](f)(f.Digest(f.ctx, "daily")), c.To)
}

func digestReported(f *fixture) {
	c := edition("daily", 1, 5)
	f.ok(f.CommitEdition(f.ctx, c))
	next := edition("daily", 2, 9)
	next.From = c.To
	next.Edition.Stories = []news.Reported{{Group: news.ItemID{1}, Number: 2, Items: 7}}
	f.ok(f.CommitEdition(f.ctx, next))
	f.same("reported", must[[]news.Reported](f)(f.Reported(f.ctx, "daily", []news.ItemID{{3}, {2}, {1}})), []news.Reported{
		{}, {Group: news.ItemID{2}, Number: 1, Items: 1}, {Group: news.ItemID{1}, Number: 2, Items: 7},
	})
	f.same("another digest", must[[]news.Reported](f)(f.Reported(f.ctx, "weekly", []news.ItemID{{1}})), []news.Reported{{}})
}

func runDeliveries(t *testing.T, fresh Fresh) {
	cases(t, fresh, []testCase{
		{"what is due first is claimed first, under a lease and a fence", deliveryClaim},
		{"a lease that ran out is work again", deliveryLapsed},
		{"leases of a process that is gone are released", deliveryReleased},
		{"only the holder of the fence settles", deliveryFence},
		{"outcomes decide what happens next", deliveryOutcomes},
		{"lists of all, of a digest, of an edition", deliveryLists},
		{"an edition that is withdrawn has no bytes left, and nobody gets it", deliveryWithdrawn},
	})
}

// deliver commits an edition that has nothing but deliveries.
func (f *fixture) deliver(list ...news.Delivery) {
	f.t.Helper()
	digest := list[0].Digest
	from := must[news.DigestState](f)(f.Digest(f.ctx, digest))
	to := from
	to.Cursor++
	f.ok(f.CommitEdition(f.ctx, store.EditionCommit{From: from, To: to, Deliveries: list}))
}

// claim takes what is due at a minute, for ten minutes; a zero delivery when nothing is.
func (f *fixture) claim(minute int) news.Delivery {
	f.t.Helper()
	d, err := f.Claim(f.ctx, at(minute), at(minute+10))
	if err != nil {
		f.is(err, store.ErrNotFound)
	}
	return d
}

func deliveryClaim(f *fixture) {
	f.deliver(pending("daily", 1, "late", 9), pending("daily", 1, "b", 5), pending("daily", 1, "a", 5), pending("daily", 1, "early", 3))
	f.same("too early", f.claim(2), news.Delivery{})
	first := f.claim(5)
	want := pending("daily", 1, "early", 3)
	want.State, want.Attempts, want.Fence, want.Lease = news.DeliverySending, 1, 1, at(15)
	f.same("first", first, want)
	f.same("second", f.claim(5).Recipient, "a")
	f.same("third", f.claim(5).Recipient, "b")
	f.same("the rest is not due", f.claim(5), news.Delivery{})
	f.same("exactly due", f.claim(9).Recipient, "late")
	f.same("kept", must[[]news.Delivery](f)(f.Deliveries(f.ctx, "daily", 1))[2], first)
}

func deliveryLapsed(f *fixture) {
	f.deliver(pending("daily", 1, "a", 1))
	first := f.claim(1)
	f.same("leased", f.claim(10), news.Delivery{})
	f.reopen()
	again := f.claim(11)
	f.same("again", [4]any{again.Recipient, again.Attempts, again.Fence, again.State}, [4]any{"a", 2, uint64(2), news.DeliverySending})
	if again.Answer == "" {
		f.t.Fatal("it does not say that the receiver may have it")
	}
	first.State, first.Settled = news.DeliverySent, at(12)
	f.is(f.Settle(f.ctx, first), store.ErrFenced)
	again.State, again.Settled, again.Answer = news.DeliverySent, at(12), "250 ok"
	f.ok(f.Settle(f.ctx, again))
	f.same("sent", f.claim(999), news.Delivery{})
}

func deliveryReleased(f *fixture) {
	releaser, ok := f.Store.(store.LeaseReleaser)
	if !ok {
		return // the store belongs to no single process: leases run out by themselves
	}
	f.deliver(pending("daily", 1, "a", 1), pending("daily", 1, "b", 1), pending("daily", 1, "later", 9))
	first := f.claim(1)
	done := f.claim(1)
	done.State, done.Settled, done.Answer = news.DeliverySent, at(1), "250 ok"
	f.ok(f.Settle(f.ctx, done))
	f.same("released", must[int](f)(releaser.ReleaseLeases(f.ctx, at(2))), 1)
	f.same("released twice", must[int](f)(releaser.ReleaseLeases(f.ctx, at(2))), 0)
	again := f.claim(2)
	f.same("again", [4]any{again.Recipient, again.Attempts, again.Fence, again.State}, [4]any{first.Recipient, 2, uint64(2), news.DeliverySending})
	if again.Answer == "" {
		f.t.Fatal("it does not say that the receiver may have it")
	}
	first.State, first.Settled = news.DeliverySent, at(3)
	f.is(f.Settle(f.ctx, first), store.ErrFenced)
	f.same("nothing else is due", f.claim(2), news.Delivery{})
}

func deliveryFence(f *fixture) {
	f.deliver(pending("daily", 1, "a", 1))
	d := f.claim(1)
	for _, fence := range []uint64{0, d.Fence + 1} {
		other := d
		other.Fence, other.State = fence, news.DeliverySent
		f.is(f.Settle(f.ctx, other), store.ErrFenced)
	}
	unknown := d
	unknown.Recipient, unknown.State = "nobody", news.DeliverySent
	f.is(f.Settle(f.ctx, unknown), store.ErrNotFound)
	f.is(f.Settle(f.ctx, d), store.ErrInvalid) // sending is no outcome
	d.State, d.Settled, d.Answer = news.DeliverySent, at(2), "250 ok"
	f.ok(f.Settle(f.ctx, d))
	f.ok(f.Settle(f.ctx, d)) // the answer to the first may have been lost
	d.Lease = time.Time{}
	f.same("kept", must[[]news.Delivery](f)(f.Deliveries(f.ctx, "", 0)), []news.Delivery{d})
}

func deliveryOutcomes(f *fixture) {
	for i, outcome := range []news.DeliveryState{news.DeliverySent, news.DeliveryFailed, news.DeliveryPending, news.DeliveryUnknown} {
		f.deliver(pending("daily", i+1, string(outcome), i))
		d := f.claim(i)
		f.same("claimed", d.Recipient, string(outcome))
		d.State, d.NextTry, d.Answer = outcome, at(50), "said "+string(outcome)
		if outcome == news.DeliverySent || outcome == news.DeliveryFailed {
			d.Settled = at(i)
		}
		f.ok(f.Settle(f.ctx, d))
	}
	f.same("not before its time", f.claim(49), news.Delivery{})
	f.same("tried again", f.claim(50).Recipient, "pending")
	again := f.claim(50)
	f.same("tried again", [3]any{again.Recipient, again.Attempts, again.Answer}, [3]any{"unknown", 2, "said unknown"})
	f.same("done", f.claim(50), news.Delivery{})
}

func deliveryLists(f *fixture) {
	f.deliver(pending("daily", 2, "a", 1), pending("daily", 10, "a", 1), pending("daily", 2, "b", 1))
	f.deliver(pending("daily two", 1, "a", 1))
	list := func(digest string, number int) (out []string) {
		for _, d := range must[[]news.Delivery](f)(f.Deliveries(f.ctx, digest, number)) {
			out = append(out, fmt.Sprint(d.Digest, " ", d.Number, " ", d.Recipient))
		}
		return out
	}
	f.same("all", list("", 0), []string{"daily 2 a", "daily 2 b", "daily 10 a", "daily two 1 a"})
	f.same("digest", list("daily", 0), []string{"daily 2 a", "daily 2 b", "daily 10 a"})
	f.same("edition", list("daily", 2), []string{"daily 2 a", "daily 2 b"})
	f.same("none", list("weekly", 0), []string(nil))
}

func deliveryWithdrawn(f *fixture) {
	c := edition("daily", 1, 5)
	states := []news.DeliveryState{news.DeliveryPending, news.DeliveryUnknown, news.DeliveryHeld, news.DeliverySent, news.DeliveryFailed}
	c.Deliveries = []news.Delivery{pending("daily", 1, "a being sent", 1)}
	for _, state := range states {
		d := pending("daily", 1, string(state), 5)
		d.State = state
		c.Deliveries = append(c.Deliveries, d)
	}
	f.ok(f.CommitEdition(f.ctx, c))
	f.deliver(pending("daily", 2, "other", 3))
	claimed := f.claim(1)
	w := store.Withdrawal{Digest: "daily", Number: 1, Text: []byte("gone"), HTML: []byte("<p>gone"), Answer: "stopped", At: at(6)}
	f.same("ended", len(must[[]news.Delivery](f)(f.Withdraw(f.ctx, w))), 4)
	f.same("ended twice", len(must[[]news.Delivery](f)(f.Withdraw(f.ctx, w))), 0)
	f.reopen()
	want := *c.Edition
	want.Text, want.HTML, want.DeskText, want.DeskHTML, want.Withdrawn = w.Text, w.HTML, nil, nil, true
	f.same("edition", must[news.Edition](f)(f.Edition(f.ctx, "daily", 1)), want)
	for _, d := range must[[]news.Delivery](f)(f.Deliveries(f.ctx, "daily", 1)) {
		switch state := news.DeliveryState(d.Recipient); state {
		case news.DeliverySent, news.DeliveryFailed:
			f.same(d.Recipient, [2]any{d.State, d.Answer}, [2]any{state, ""})
		default:
			f.same(d.Recipient, [3]any{d.State, d.Answer, d.Settled}, [3]any{news.DeliveryFailed, "stopped", at(6)})
		}
	}
	f.same("work left", [2]any{f.claim(999).Recipient, f.claim(999)}, [2]any{"other", news.Delivery{}})
	claimed.State, claimed.Settled = news.DeliverySent, at(7)
	f.is(f.Settle(f.ctx, claimed), store.ErrFenced)
	w.Number = 9
	_, err := f.Withdraw(f.ctx, w)
	f.is(err, store.ErrNotFound)
}
