package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// refusing is a store that takes no document with items, and while full nothing at all.
type refusing struct {
	store.Store
	full, panics bool
}

func (r *refusing) Heads(ctx context.Context, ids []news.ItemID) ([]store.Head, error) {
	if r.panics {
		panic("a bug")
	}
	return r.Store.Heads(ctx, ids)
}

func (r *refusing) Append(ctx context.Context, batch store.Batch) (store.Receipt, error) {
	for _, d := range batch.Documents {
		if len(d.Items) > 0 || r.full {
			return store.Receipt{}, fmt.Errorf("append: %w", store.ErrDamaged)
		}
	}
	return r.Store.Append(ctx, batch)
}

func (r *refusing) UpdateFeed(ctx context.Context, id news.FeedID, change func(*news.Feed) error) error {
	if r.full {
		return store.ErrFull
	}
	return r.Store.UpdateFeed(ctx, id, change)
}

// TestT08A1_AFeedThatCannotBeKeptIsNotAskedAgainAtOnce: whatever goes wrong behind the fetch, the next request waits,
// and the reason is in the state.
func TestT08A1_AFeedThatCannotBeKeptIsNotAskedAgainAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		full, panics bool
	}{
		{name: "refused", reason: "damaged"},
		{name: "nothing can be kept", full: true},
		{name: "reading panics", reason: "mediawatch", panics: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNewsroom(t)
			n.publish("1", "First", "Words")
			asked := 0
			n.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++; n.feed(w, r) })
			s := &refusing{Store: n.store}
			n.d.o.Store, n.d.feeds.Feeds, n.d.feeds.Journal = s, s, s
			n.d.writer.Stop()
			n.d.writer = newWriter(n.d)
			if err := n.d.adopt(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.full, s.panics = tt.full, tt.panics
			for range 14 { // 70 seconds of ticks
				if err := n.d.feedTick(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := n.d.queue.Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
				n.d.writer.Flush()
				n.clock = n.clock.Add(5 * time.Second)
			}
			if asked != 1 {
				t.Errorf("the server was asked %d times in 70 s", asked)
			}
			if tt.full {
				return
			}
			f, err := n.store.Feed(t.Context(), news.NewFeedID(news.KindFeed, n.server.URL+"/feed"))
			if err != nil || !strings.Contains(f.Error, tt.reason) || f.Failures != 1 || f.NextDue.Before(n.clock.Add(30*time.Minute)) || f.ETag != "" {
				t.Errorf("error %q, %d failures, next %v, validator %s (%v)", f.Error, f.Failures, f.NextDue, f.ETag, err)
			}
			w := httptest.NewRecorder()
			n.d.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/subscriptions", nil))
			if !strings.Contains(w.Body.String(), tt.reason) {
				t.Errorf("the list of subscriptions does not say why: %s", w.Body)
			}
		})
	}
}
