package daemon

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// lineWriter hands over what is printed.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

// TestT08A11_ALookAtOneFeedTakesAsLongAsItsServer: it ends with the last feed, not with the next tick, and so is it told.
func TestT08A11_ALookAtOneFeedTakesAsLongAsItsServer(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "First", "Words")
	n.pass()
	n.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.clock = n.clock.Add(30 * time.Millisecond)
		n.feed(w, r)
	})
	lines := make(lineWriter, 10)
	n.d.o.Out = lines
	n.d.o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})) // also that nothing is new
	n.clock = n.clock.Add(3 * time.Hour)                                                                // idle until then
	ctx, cancel := context.WithCancel(t.Context())
	defer func(stop func()) { cancel(); stop() }(n.d.startSumming(ctx))
	if err := n.d.submitDue(ctx); err != nil { // and no tick after it
		t.Fatal(err)
	}
	select {
	case got := <-lines:
		if !strings.Contains(got, "1 feed asked, 1 unchanged, nothing new, in 30ms") {
			t.Errorf("printed %q", got)
		}
	case <-time.After(4 * time.Second):
		t.Fatal("no summary without a tick")
	}
}

func TestT08A11_TheTimeUntilTheNextTickDoesNotCount(t *testing.T) {
	n := newNewsroom(t)
	p := n.d.pass
	for range 2 {
		n.clock = n.clock.Add(4 * time.Second)
		for _, sub := range n.d.subscriptions() {
			p.begin(sub.ID)
			n.clock = n.clock.Add(30 * time.Millisecond)
			p.end(sub.ID)
		}
		n.clock = n.clock.Add(5 * time.Second)
		if got := p.take(n.clock).Took; got != 30*time.Millisecond {
			t.Errorf("took %v, want 30 ms", got)
		}
	}
}
