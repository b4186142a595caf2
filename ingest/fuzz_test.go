package ingest_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"mediawatch/fetch"
	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/store"
)

// wire is a server that writes whatever bytes it is told to, which net/http would not.
type wire struct {
	net.Listener
	mu       sync.Mutex
	location string // of the redirect from /start; "" none
	header   string // further header lines
	body     []byte
}

func newWire(t testing.TB) *wire {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { w.talk(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	return w
}

func (w *wire) talk(c net.Conn) {
	defer c.Close()
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.URL.Path == "/start" && w.location != "" {
		fmt.Fprintf(c, "HTTP/1.1 301 Moved\r\nLocation: /to%s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", w.location)
		return
	}
	fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n", w.header, len(w.body))
	_, _ = c.Write(w.body)
}

// line makes one line of a header of any text.
func line(name, value string) string {
	return name + ": " + strings.NewReplacer("\r", "", "\n", "").Replace(value) + "\r\n"
}

// FuzzEveryDocumentIsKept carries whatever a server sends through fetching, reading and Append of the real engine: no
// document is refused, nothing is left out, and the state of the feed is saved with a later time to ask.
func FuzzEveryDocumentIsKept(f *testing.F) {
	const rss = `<rss version="2.0"><channel><title>G</title><link>https://g.example/</link><item><guid>1</guid><title>T</title><link>%s</link><pubDate>%s</pubDate></item></channel></rss>`
	for _, s := range []struct{ body, location, etag, kind string }{
		{fmt.Sprintf(rss, "https://g.example/1", "Fri, 31 Dec 9999 23:59:59 -0500"), "", `"1"`, "application/rss+xml"},
		{fmt.Sprintf(rss, "https://g.example/\x01\xff", "0000-01-01T00:00:00+14:00"), "?q=heat pump&l=w\xe4rme", "\xff", "text/xml; charset=utf-16"},
		{"{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"\\u0000\", \"home_page_url\": \"\\u0000\", \"items\": [{\"id\": \"\\ud800\", \"content_text\": \"x\", \"url\": \"\\u0000\"}]}", "/%zz", "", "application/json"},
		{`<feed xmlns="http://www.w3.org/2005/Atom"><id>&#xD800;</id><entry><id>1</id><title>T</title><updated>9999-12-31T23:59:59-05:00</updated><link href="&#1;"/></entry></feed>`, "/\x00", "", ""},
		{"<html><a href='\xff.xml'>RSS</a></html>", "#\xff", "", "text/html"},
	} {
		f.Add([]byte(s.body), s.location, s.etag, s.kind)
	}
	s, w := openStore(f), newWire(f)
	client, err := fetch.New(fetch.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(client.Close)
	r := &ingest.FeedReader{Client: client, Journal: s, Feeds: s, Outlets: noOutlets{}, Now: func() time.Time { return now }, Rand: rand.Float64}
	n := 0
	f.Fuzz(func(t *testing.T, body []byte, location, etag, kind string) {
		w.mu.Lock()
		w.body, w.location = body, strings.NewReplacer("\r", "", "\n", "").Replace(location)
		w.header = line("ETag", etag) + line("Content-Type", kind) + line("Last-Modified", etag)
		w.mu.Unlock()
		n++
		url := fmt.Sprintf("http://%s/start?%d", w.Addr(), n)
		sub := ingest.Subscription{ID: news.NewFeedID(news.KindFeed, url), URL: url}
		res, err := r.Read(context.Background(), sub)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ingest.Keep(context.Background(), s, res.Document); err != nil {
			t.Fatalf("not kept: %v", err)
		}
		state, err := s.Feed(context.Background(), sub.ID)
		if err != nil || !state.Gone && !state.NextDue.After(now) || (res.Err == nil) != (state.Error == "") {
			t.Fatalf("next %v, gone %v, error %q for %v (%v)", state.NextDue, state.Gone, state.Error, res.Err, err)
		}
		if _, err := s.Items(context.Background(), refs(res.Document.Items)); err != nil {
			t.Fatal(err)
		}
	})
}

func refs(items []store.News) []store.Ref {
	out := make([]store.Ref, len(items))
	for i := range items {
		out[i].Item = items[i].Item.ID
	}
	return out
}
