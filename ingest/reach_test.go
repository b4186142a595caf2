package ingest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"mediawatch/ingest"
	"mediawatch/news"
)

func TestWhenNoHostAnswersNothingCountsAsAFailure(t *testing.T) {
	s := openStore(t)
	r := reader(t, s)
	dead := func() ingest.Subscription { // a port nobody listens on
		server := httptest.NewServer(http.NotFoundHandler())
		defer server.Close()
		return ingest.Subscription{ID: news.NewFeedID(news.KindFeed, server.URL), URL: server.URL}
	}
	read := func(sub ingest.Subscription) ingest.FeedResult {
		t.Helper()
		res, err := r.Read(context.Background(), sub)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	for i := range 6 {
		res := read(dead())
		if offline := i >= 2; res.Offline != offline || (res.Document.Feed.Failures == 0) != offline {
			t.Errorf("host %d without an answer: offline %v with %d failures counted", i+1, res.Offline, res.Document.Feed.Failures)
		}
		if i == 5 && res.Document.Feed.NextDue.Sub(now) > 15*time.Minute {
			t.Errorf("a machine without network tries again only after %s", res.Document.Feed.NextDue.Sub(now))
		}
	}
	live := newPublisher(t)
	live.answer = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<html>not a feed, but an answer</html>")
	}
	read(ingest.Subscription{ID: news.NewFeedID(news.KindFeed, live.URL), URL: live.URL})
	if res := read(dead()); res.Offline || res.Document.Feed.Failures != 1 {
		t.Errorf("one dead host beside a live one: offline %v with %d failures, want its own failure", res.Offline, res.Document.Feed.Failures)
	}
}
