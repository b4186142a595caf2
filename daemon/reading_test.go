package daemon

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mediawatch/fetch"
	"mediawatch/news"
	"mediawatch/web"
)

// run makes a pass over what is due, as a daemon that was just started does.
func (n *newsroom) run() Summary {
	n.t.Helper()
	s, err := n.d.Run(context.Background(), RunOptions{})
	if err != nil {
		n.t.Fatal(err)
	}
	return s
}

func (n *newsroom) feedState() news.Feed {
	n.t.Helper()
	f, err := n.store.Feed(context.Background(), news.NewFeedID(news.KindFeed, n.server.URL+"/feed"))
	if err != nil {
		n.t.Fatal(err)
	}
	return f
}

// TestP31_TwentyRestartsInAnHourCauseNoEarlyPoll: what is due is in the store, so a restart asks nothing before its
// time, also after failures.
func TestP31_TwentyRestartsInAnHourCauseNoEarlyPoll(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			n := newNewsroom(t)
			var asked []time.Time
			n.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, n.clock)
				if status != http.StatusOK {
					w.WriteHeader(status)
					return
				}
				n.feed(w, r)
			})
			n.publish("1", "Harbour plan agreed", plan)
			start := n.clock
			n.run()
			due := n.feedState().NextDue
			for range 20 {
				n.clock = n.clock.Add(3 * time.Minute)
				n.restart()
				n.run()
			}
			for _, at := range asked[1:] {
				if at.Before(due) {
					t.Errorf("asked %v after the first reading, due after %v", at.Sub(start), due.Sub(start))
				}
			}
			if wait := due.Sub(start); wait < fetch.MinInterval || len(asked) > 3 {
				t.Errorf("asked %d times in an hour with a pace of %v", len(asked), wait)
			}
		})
	}
}

// TestP31_RestartsWithinThePaceAskNothing: twenty restarts within the pace of a feed ask exactly once.
func TestP31_RestartsWithinThePaceAskNothing(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "Harbour plan agreed", plan)
	total := n.run().Asked
	for range 20 {
		n.clock = n.clock.Add(time.Minute)
		n.restart()
		total += n.run().Asked
	}
	if total != 1 {
		t.Errorf("asked %d times in 20 minutes, want once", total)
	}
}

func TestAPossibleGapIsInTheSummary(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "One", "Words")
	n.publish("2", "Two", "Words")
	n.pass()
	n.items = nil
	n.publish("8", "Eight", "Words")
	n.publish("9", "Nine", "Words")
	n.clock = n.clock.Add(5 * time.Hour)
	s := n.pass()
	if !strings.Contains(s.String(), "1 possible gap") || !strings.Contains(n.out.String(), "possible gap: nothing in "+n.server.URL+"/feed was known") {
		t.Errorf("summary %q, said %q", s, n.out.String())
	}
	var subs web.Page[web.SubscriptionView]
	n.get(http.MethodGet, "/api/v1/subscriptions", &subs)
	if w := strings.Join(subs.Items[0].Warnings, "\n"); !strings.Contains(w, "possible gap") || !strings.Contains(w, "5h0m0s after the last reading") {
		t.Errorf("warnings %q", w)
	}
}

// TestASilentSourceIsReported: a source that spoke every two hours and then stops is in the list and in the digest, one
// that speaks weekly is not.
func TestASilentSourceIsReported(t *testing.T) {
	n := newNewsroom(t)
	for i := range 12 {
		n.publish(fmt.Sprint(i), fmt.Sprintf("Harbour news %d", i), "The harbour.")
		n.pass()
		n.clock = n.clock.Add(2 * time.Hour)
	}
	view := func() web.SubscriptionView {
		var subs web.Page[web.SubscriptionView]
		n.get(http.MethodGet, "/api/v1/subscriptions", &subs)
		return subs.Items[0]
	}
	if v := view(); v.State != "ok" || v.Silent != "" {
		t.Fatalf("state %q, silent %q", v.State, v.Silent)
	}
	n.clock = n.clock.Add(4 * 24 * time.Hour)
	if v := view(); v.State != "ok" {
		t.Errorf("nobody asked for four days, but the source is called %s", v.State)
	}
	n.pass() // it answers, and has nothing new
	if v := view(); v.State != "silent" || v.Silent != "4d2h" {
		t.Errorf("state %q, silent %q, want silent 4d2h", v.State, v.Silent)
	}
	var e web.EditionView
	n.get(http.MethodGet, "/control/digests/morning/preview", &e)
	if want := "Silent for unusually long: The Gazette for 4 days, usually every 2 hours."; !strings.Contains(strings.Join(strings.Fields(e.Text), " "), want) {
		t.Errorf("%q is not in the digest:\n%s", want, e.Text)
	}
}

// TestALostFeedIsProposedNotSwitched: a person reads in list and digest what the site offers, and decides.
func TestALostFeedIsProposedNotSwitched(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "Harbour plan agreed", plan)
	n.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feed":
			w.WriteHeader(http.StatusGone)
		case "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<link rel=alternate type=application/rss+xml href=/new.xml>`)
		default:
			n.feed(w, r)
		}
	})
	n.pass()
	var subs web.Page[web.SubscriptionView]
	n.get(http.MethodGet, "/api/v1/subscriptions", &subs)
	v := subs.Items[0]
	if v.State != "gone" || v.Proposed != n.server.URL+"/new.xml" || v.Location != n.server.URL+"/feed" {
		t.Errorf("state %s, proposed %q, asked at %s", v.State, v.Proposed, v.Location)
	}
	if want := "its site offers " + n.server.URL + "/new.xml"; !strings.Contains(n.out.String(), want) {
		t.Errorf("%q is not in the summary:\n%s", want, n.out.String())
	}
	var e web.EditionView
	n.get(http.MethodGet, "/control/digests/morning/preview", &e)
	if text := strings.Join(strings.Fields(e.Text), " "); !strings.Contains(text, "its site offers "+n.server.URL+"/new.xml (mediawatch feed add takes it)") {
		t.Errorf("the digest does not say what the site offers:\n%s", e.Text)
	}
}
