package mail

import (
	"fmt"
	"time"

	"mediawatch/news"
)

// State says what became of one attempt.
type State string

// What may become of an attempt.
const (
	StateSent    State = "sent"    // the receiver said it has the message
	StateRetry   State = "retry"   // it does not have it; a later attempt may succeed
	StateFailed  State = "failed"  // it refused it for good
	StateUnknown State = "unknown" // the end was sent and no answer came: it may have it. The same bytes are sent again
)

// Outcome is what became of one attempt to hand a message over.
type Outcome struct {
	State  State
	Code   int    // SMTP reply code; 0 when none was received
	Answer string // one line for people: the stage and what the receiver said, or the error
}

// The pace of attempts: doubling from the first to the longest gap, until the delivery is as old as GiveUpAfter.
const (
	FirstRetry  = time.Minute
	LongestGap  = 4 * time.Hour
	GiveUpAfter = 72 * time.Hour
)

// Retry says when to try again after attempts attempts (at least 1), the delivery having been made at first. The last
// attempt is at GiveUpAfter; once it has been made, giveUp is true and next is zero.
func Retry(attempts int, first, now time.Time) (next time.Time, giveUp bool) {
	end := first.Add(GiveUpAfter)
	if !now.Before(end) {
		return time.Time{}, true
	}
	gap := FirstRetry
	for i := 1; i < attempts && gap < LongestGap; i++ {
		gap *= 2
	}
	next = now.Add(min(gap, LongestGap))
	if next.After(end) {
		next = end
	}
	return next, false
}

// Settled returns d as it is to be kept after an attempt with outcome o at now: sent, failed, or to be tried again.
func Settled(d news.Delivery, o Outcome, now time.Time) news.Delivery {
	d.Answer = o.Answer
	d.Lease = time.Time{}
	d.NextTry = time.Time{}
	switch o.State {
	case StateSent:
		d.State, d.Settled = news.DeliverySent, now
		return d
	case StateFailed:
		d.State, d.Settled = news.DeliveryFailed, now
		return d
	}
	next, giveUp := Retry(d.Attempts, d.Created, now)
	if giveUp {
		d.State, d.Settled = news.DeliveryFailed, now
		d.Answer = fmt.Sprintf("given up after %d attempts in %s: %s", d.Attempts, now.Sub(d.Created).Round(time.Hour), o.Answer)
		return d
	}
	d.State, d.NextTry = news.DeliveryPending, next
	if o.State == StateUnknown {
		d.State = news.DeliveryUnknown
	}
	return d
}
