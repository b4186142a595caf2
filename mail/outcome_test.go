package mail

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
)

func tlsListener(l net.Listener, config *tls.Config) net.Listener { return tls.NewListener(l, config) }

func TestSettled(t *testing.T) {
	created := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	at := created.Add(time.Minute)
	claimed := news.Delivery{Digest: "morning", Number: 7, Recipient: "mailto:desk@example.org", State: news.DeliverySending,
		Attempts: 2, Created: created, Lease: at.Add(time.Hour), Fence: 9}
	for _, c := range []struct {
		outcome Outcome
		now     time.Time
		state   news.DeliveryState
		next    time.Time
		settled bool
	}{
		{Outcome{StateSent, 250, "queued"}, at, news.DeliverySent, time.Time{}, true},
		{Outcome{StateFailed, 550, "no such user"}, at, news.DeliveryFailed, time.Time{}, true},
		{Outcome{StateRetry, 451, "later"}, at, news.DeliveryPending, at.Add(2 * time.Minute), false},
		{Outcome{StateUnknown, 0, "closed"}, at, news.DeliveryUnknown, at.Add(2 * time.Minute), false},
		{Outcome{StateRetry, 451, "later"}, created.Add(GiveUpAfter), news.DeliveryFailed, time.Time{}, true},
		{Outcome{StateUnknown, 0, "closed"}, created.Add(GiveUpAfter), news.DeliveryFailed, time.Time{}, true},
	} {
		d := Settled(claimed, c.outcome, c.now)
		if d.State != c.state || !d.NextTry.Equal(c.next) || d.Settled.IsZero() == c.settled || !d.Lease.IsZero() || d.Fence != 9 || d.Attempts != 2 {
			t.Errorf("%+v at %s: %+v", c.outcome, c.now.Sub(created), d)
		}
		if !strings.Contains(d.Answer, c.outcome.Answer) {
			t.Errorf("answer %q", d.Answer)
		}
	}
}
