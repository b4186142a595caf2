package ingest

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"mediawatch/fetch"
	"mediawatch/news"
)

// TestT08A4_WhoIsToBlame plays answers one after the other: each step is a host, what came of asking it, and whether
// the network is to blame.
func TestT08A4_WhoIsToBlame(t *testing.T) {
	failure := func(kind fetch.Kind, cause error, status int) error {
		return &fetch.Error{Kind: kind, Err: cause, Status: status}
	}
	silent := failure(fetch.KindTimeout, errors.New("connecting took too long"), 0)
	unroutable := failure(fetch.KindRefused, fmt.Errorf("dial: %w", syscall.EHOSTUNREACH), 0)
	noName := failure(fetch.KindDNS, errors.New("no such host"), 0)
	type step struct {
		after   time.Duration
		host    string
		came    error
		vain    time.Duration // so long ago it was last asked in vain; 0: it went well
		offline bool
	}
	for name, tt := range map[string]struct {
		hosts int
		steps []step
		since time.Duration // of the banner, after the first step; -1: none
	}{
		"refusals, TLS failures and statuses are answers": {5, []step{
			{0, "a", failure(fetch.KindRefused, syscall.ECONNREFUSED, 0), 0, false}, {2 * time.Minute, "b", failure(fetch.KindTLS, nil, 0), 0, false},
			{2 * time.Minute, "c", failure(fetch.KindStatus, nil, 500), 0, false}, {2 * time.Minute, "d", failure(fetch.KindProto, nil, 0), 0, false},
			{2 * time.Minute, "e", failure(fetch.KindRefused, syscall.ECONNRESET, 0), 0, false}}, -1},
		"three dead hosts beside one that answers": {4, []step{
			{0, "live", nil, 0, false}, {20 * time.Second, "a", silent, 0, false}, {time.Second, "b", silent, 0, false}, {time.Second, "c", unroutable, 0, false}, {time.Second, "d", noName, 0, false}}, -1},
		"the same, asked again when nobody has answered for a while": {4, []step{
			{0, "live", nil, 0, false}, {30 * time.Minute, "a", silent, time.Hour, false}, {time.Second, "b", silent, time.Hour, false}, {time.Second, "c", silent, time.Hour, false}}, -1},
		"nothing answers": {12, []step{
			{0, "a", silent, 0, true}, {time.Second, "b", noName, 0, true}, {time.Second, "c", unroutable, 0, true}, {time.Second, "a", silent, time.Second, true}}, 0},
		"it goes away and comes back": {12, []step{
			{0, "live", nil, 0, false}, {5 * time.Minute, "live", silent, 0, true}, {time.Second, "b", silent, 0, true}, {time.Second, "c", silent, 0, true},
			{10 * time.Minute, "live", silent, 10 * time.Minute, true}, {10 * time.Minute, "live", nil, 0, false}, {time.Second, "b", silent, 20 * time.Minute, false}}, -1},
		"fewer than three hosts":              {2, []step{{0, "a", silent, 0, false}, {time.Hour, "b", noName, 0, false}, {time.Hour, "a", silent, time.Hour, false}}, -1},
		"no name resolves":                    {12, []step{{0, "a", noName, 0, true}, {0, "b", noName, 0, true}, {time.Hour, "c", noName, 0, true}}, 0},
		"one name does not while others do":   {12, []step{{0, "a", failure(fetch.KindStatus, nil, 404), 0, false}, {time.Second, "b", noName, 0, false}, {time.Hour, "b", noName, 2 * time.Hour, false}}, -1},
		"a host that was found but is silent": {12, []step{{0, "a", silent, 0, true}, {time.Second, "b", noName, 0, true}}, -1},
		"this machine has no route":           {1, []step{{0, "a", failure(fetch.KindOffline, nil, 0), 0, true}}, -1},
		"nobody was asked":                    {12, []step{{0, "a", failure(fetch.KindCanceled, nil, 0), 0, false}, {0, "b", failure(fetch.KindBlocked, nil, 0), 0, false}, {0, "c", failure(fetch.KindURL, nil, 0), 0, false}}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
			r, at := new(FeedReader), begin
			for i, s := range tt.steps {
				at = at.Add(s.after)
				address := "https://" + s.host + ".example/feed"
				state := news.Feed{Location: address, LastTry: at.Add(-time.Hour), LastOK: at.Add(-time.Hour)}
				if s.vain > 0 {
					state.LastTry, state.LastOK = at.Add(-s.vain), at.Add(-s.vain-time.Hour)
				}
				came := s.came
				var e *fetch.Error
				if errors.As(came, &e) {
					own := *e
					own.URL = address
					came = &own
				}
				judged := r.reach.judge(came, question{state: state, hosts: tt.hosts, now: at})
				offline := errors.As(judged, &e) && e.Kind == fetch.KindOffline
				if offline != s.offline || (judged == nil) != (s.came == nil) {
					t.Errorf("step %d, %s: %v, offline %v", i+1, s.host, judged, offline)
				}
			}
			since := r.OfflineSince()
			if tt.since < 0 && !since.IsZero() || tt.since >= 0 && !since.Equal(begin.Add(tt.since)) {
				t.Errorf("no network since %v", since)
			}
		})
	}
}

// TestT08A4_WithoutNetworkNoFeedFails: no failure is counted, nothing shows as failing, and all are asked again equally soon.
func TestT08A4_WithoutNetworkNoFeedFails(t *testing.T) {
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	r := &FeedReader{}
	for _, interval := range []time.Duration{15 * time.Minute, time.Hour, 24 * time.Hour} {
		state := news.Feed{Interval: interval, LastOK: at.Add(-time.Hour), LastTry: at, Status: 200, ETag: "x", FirstRead: at.Add(-time.Hour)}
		err := &fetch.Error{Kind: fetch.KindOffline, URL: "https://a.example/"}
		res := r.failed(state, fetch.Outcome{At: at, Err: err, Roll: 0.5}, err)
		if f := res.Document.Feed; !res.Offline || res.Report || f.Failures != 0 || f.Error != "" || f.Status != 200 || f.NextDue.Sub(at) != 10*time.Minute {
			t.Errorf("interval %v: offline %v, %d failures, error %q, again after %v", interval, res.Offline, f.Failures, f.Error, f.NextDue.Sub(at))
		}
	}
}
