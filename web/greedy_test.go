package web_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"context"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// narrow accepts connections that hold little of what is written to them, so that a client that does not read is felt at once.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(4096)
	}
	return c, err
}

// many reads n articles, each with a long headline, text and outlet of its own.
func many(w *world, n int) {
	var articles []article
	for i := range n {
		articles = append(articles, article{
			guid: fmt.Sprint(i), title: fmt.Sprintf("Harbour report %d %s", i, strings.Repeat("long ", 60)), html: "<p>" + prose(fmt.Sprint("topic ", i)) + strings.Repeat(" More of it.", 200) + "</p>",
			published: exact(w.now.Add(-time.Duration(i) * time.Second)),
		})
		if len(articles) == 500 || i == n-1 {
			w.read(articles...)
			articles = nil
		}
	}
}

// until polls until ok, or fails.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatal(what)
		case <-tick.C:
		}
	}
}

// TestT08A6_StalledClients has 200 clients that ask for as much as there is and read nothing, and measures what they cost.
func TestT08A6_StalledClients(t *testing.T) {
	w := newWorld(t, strings.Replace(basicConfig, `listen = "127.0.0.1:8087"`, "listen = \"127.0.0.1:8087\"\nquery_time = \"5m\"", 1))
	many(w, 1500)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var written atomic.Int64
	server, wrapped := web.NewHTTPServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.web.ServeHTTP(counted{rw, &written}, r)
	}), narrow{l}, slog.New(slog.DiscardHandler))
	done := make(chan error, 1)
	go func() { done <- server.Serve(wrapped) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})

	memory := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapInuse + m.StackInuse)
	}
	paths := []string{
		"/api/v1/items?limit=0", "/api/v1/items?limit=0&watch=ports", "/api/v1/items?limit=0&after=0", "/api/v1/search?limit=0&q=harbour", "/search?q=harbour&n=300", "/feeds/all.atom",
		"/api/v1/items?limit=1000", "/watches/ports", "/api/v1/search?limit=0&q=harbour+OR+dock*",
	}
	w.body("/feeds/all.atom") // rendered once, for all
	before := memory()
	const clients = 200
	for i := range clients {
		c, err := (&net.Dialer{}).Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_ = c.(*net.TCPConn).SetReadBuffer(2048)
		accept := ""
		if i%2 == 0 {
			accept = "Accept: application/jsonl\r\n"
		}
		_, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", paths[i%len(paths)], accept)
		if i >= clients/2 { // half of them read the beginning
			if _, err := io.ReadFull(c, make([]byte, 12)); err != nil {
				t.Fatal(err)
			}
		}
	}
	last, same := int64(-1), 0
	until(t, "the answers never stall", func() bool { // nothing is written any more, and nobody works
		now := written.Load()
		if _, turns := w.web.Waiting(); now == last && turns == 0 {
			same++
		} else {
			same = 0
		}
		last = now
		return same >= 40
	})
	cost := memory() - before
	pending, _ := w.web.Waiting()
	t.Logf("%d stalled clients cost %.1f MB; %.1f MB of whole answers wait; %.1f MB were taken", clients, float64(cost)/1e6, float64(pending)/1e6, float64(last)/1e6)
	if cost > 64<<20 {
		t.Errorf("%d stalled clients cost %d MB, more than 64", clients, cost>>20)
	}
	started := time.Now()
	if rec := w.get("/api/v1/items"); rec.Code != http.StatusOK { // others are answered meanwhile
		t.Errorf("a reader beside them gets %d after %s", rec.Code, time.Since(started))
	}
}

// counted counts what is written.
type counted struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c counted) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.n.Add(int64(n))
	return n, err
}

// TestT08A6_AStalledAnswerEnds has a client that reads nothing: its connection is cut, and everything it held is free again.
func TestT08A6_AStalledAnswerEnds(t *testing.T) {
	w := newWorld(t, basicConfig)
	many(w, 300)
	w.web.Hurry(100 * time.Millisecond)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan string, 10)
	server, wrapped := web.NewHTTPServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		defer func() { ended <- r.URL.Path }()
		w.web.ServeHTTP(rw, r)
	}), narrow{l}, slog.New(slog.DiscardHandler))
	done := make(chan error, 1)
	go func() { done <- server.Serve(wrapped) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	for _, path := range []string{"/api/v1/items?limit=0", "/search?q=harbour&n=300", "/feeds/all.atom", "/api/v1/search?q=harbour&limit=0"} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_ = c.(*net.TCPConn).SetReadBuffer(2048)
		_, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Fatalf("%s is never ended", path)
		}
	}
	until(t, "a stalled answer keeps its turn", func() bool {
		bytes, turns := w.web.Waiting()
		return bytes == 0 && turns == 0
	})
}

// TestT08A6_LimitsOfListings asks for more than a page may have: in JSON there are 1,000 and a next, in JSON lines and for the owner all.
func TestT08A6_LimitsOfListings(t *testing.T) {
	w := newWorld(t, basicConfig)
	many(w, 1203)
	for _, limit := range []string{"0", "1000", "1001", "999999999"} {
		for _, path := range []string{"/api/v1/items?", "/api/v1/items?watch=ports&", "/api/v1/items?after=0&", "/api/v1/search?q=harbour&"} {
			page := listOf[web.ItemView](w, path+"limit="+limit)
			if len(page.Items) != 1000 || page.Next == "" {
				t.Errorf("%slimit=%s: %d rows, next %q; want 1,000 and a next", path, limit, len(page.Items), page.Next)
			}
			going := "&before="
			if strings.Contains(path, "after") {
				path, going = strings.Replace(path, "after=0&", "", 1), "&after="
			}
			rest := listOf[web.ItemView](w, path+"limit="+limit+going+page.Next)
			if going == "&before=" && (len(rest.Items) != 203 || rest.Items[0].ID == page.Items[999].ID) {
				t.Errorf("%slimit=%s: %d rows on the second page, want 203", path, limit, len(rest.Items))
			}
			seen := map[string]bool{}
			for _, it := range slices.Concat(page.Items, rest.Items) {
				seen[it.ID] = true
			}
			if len(seen) != 1203 {
				t.Errorf("%slimit=%s: %d different items of 1,203", path, limit, len(seen))
			}
		}
	}
	for _, path := range []string{"/api/v1/items?limit=0", "/api/v1/items?limit=0&watch=ports", "/api/v1/items?limit=0&after=0", "/api/v1/search?limit=0&q=harbour"} {
		seen := map[string]bool{}
		for line := range strings.Lines(w.get(path, "Accept", "application/jsonl").Body.String()) {
			var it web.ItemView
			if err := json.Unmarshal([]byte(line), &it); err != nil || it.ID == "" {
				t.Fatalf("%s: %v in %q", path, err, line)
			}
			seen[it.ID] = true
		}
		lines := len(seen)
		rec := httptest.NewRecorder()
		w.web.Owner().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		var whole listing[web.ItemView]
		if err := json.Unmarshal(rec.Body.Bytes(), &whole); err != nil {
			t.Fatal(err)
		}
		if lines != 1203 || len(whole.Items) != 1203 {
			t.Errorf("%s: %d lines, %d rows for the owner; want all 1,203", path, lines, len(whole.Items))
		}
	}
	newest := listOf[web.ItemView](w, "/api/v1/items?limit=3").Items
	if !slices.IsSortedFunc(newest, func(a, b web.ItemView) int { return b.Time.Compare(a.Time) }) || !strings.HasPrefix(newest[0].Title, "Harbour report 0 ") {
		t.Errorf("the newest do not come first: %v", newest)
	}
}

// TestT08A6_ListsOfTheConfigurationHavePages asks for subscriptions in pages.
func TestT08A6_ListsOfTheConfigurationHavePages(t *testing.T) {
	w := newWorld(t, basicConfig)
	first := listOf[web.SubscriptionView](w, "/api/v1/subscriptions?limit=2")
	rest := listOf[web.SubscriptionView](w, "/api/v1/subscriptions?limit=2&after="+first.Next)
	if len(first.Items) != 2 || len(rest.Items) != 1 || rest.Next != "" || rest.Items[0].Kind != "seed" {
		t.Errorf("%+v\n%+v", first, rest)
	}
	if rec := w.get("/api/v1/watches?after=x"); rec.Code != http.StatusBadRequest {
		t.Errorf("after=x: %d", rec.Code)
	}
	beyond := w.body("/api/v1/watches?after=99")
	if strings.TrimSpace(beyond) != `{"items":[]}` {
		t.Errorf("behind the end: %s", beyond)
	}
}

// TestT08A6_TooManyAtATime asks while everything is taken: 503 says when to come again; the owner, feeds and health are answered.
func TestT08A6_TooManyAtATime(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	w.web.Hurry(10 * time.Millisecond)
	free := w.web.Occupy()
	for _, path := range []string{"/", "/search?q=harbour", "/api/v1/items", "/api/v1/search?q=harbour", "/api/v1/count?q=harbour", "/digests/morning", "/api/v1/stats"} {
		rec := w.get(path)
		if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") != "5" {
			t.Errorf("%s: %d, Retry-After %q", path, rec.Code, rec.Header().Get("Retry-After"))
		}
		isSecure(t, path, rec.Header())
	}
	for _, path := range []string{"/healthz", "/readyz", "/feeds/all.atom"} {
		w.body(path)
	}
	rec := httptest.NewRecorder()
	w.web.Owner().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/v1/search?q=harbour", nil))
	if rec.Code != http.StatusOK {
		t.Errorf("the owner gets %d", rec.Code)
	}
	free()
	w.body("/api/v1/items")
}

// breaking is a store whose lists fail after a while.
type breaking struct {
	store.Store
	left int
}

func (b *breaking) Latest(ctx context.Context, watch string, behind store.Spot, limit int) ([]news.Item, error) {
	if b.left--; b.left < 0 {
		return nil, errors.New("the disk is gone")
	}
	return b.Store.Latest(ctx, watch, behind, limit)
}

// TestT08A6_ABrokenListingIsNoWhole has the store fail in the middle of a listing: nobody can take what came for everything.
func TestT08A6_ABrokenListingIsNoWhole(t *testing.T) {
	w := newWorld(t, basicConfig)
	many(w, 400)
	for _, c := range []struct{ left, status int }{{0, 500}, {4, 200}} {
		b := &breaking{w.store, c.left}
		s := web.New(web.Options{Store: b, Config: w.cfgNow, Facts: facts{}, Version: "test", Now: w.clock, Status: func(context.Context) web.Status { return w.status }})
		address := served(t, s)
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET /api/v1/items?limit=0 HTTP/1.1\r\nHost: localhost\r\nAccept: application/jsonl\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(resp.Body)
		if resp.StatusCode != c.status || (err != nil) != (c.status == 200) {
			t.Errorf("%s, and reading ends with %v", resp.Status, err)
		}
	}
}

// TestT08D32_RangesAreNotPromised asks for a part of a feed.
func TestT08D32_RangesAreNotPromised(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	rec := w.get("/feeds/all.atom", "Range", "bytes=0-3")
	if rec.Code != http.StatusOK || rec.Header().Get("Accept-Ranges") != "none" || rec.Body.Len() < 100 {
		t.Errorf("%d, Accept-Ranges %q, %d bytes", rec.Code, rec.Header().Get("Accept-Ranges"), rec.Body.Len())
	}
}

// TestT08D32_AForgottenItemIsItsIdAlone asks for what happened since the beginning.
func TestT08D32_AForgottenItemIsItsIdAlone(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	id := article{guid: "1"}.id()
	if err := w.store.Forget(t.Context(), id, "asked to", w.now); err != nil {
		t.Fatal(err)
	}
	want := `{"id":"` + id.String() + `","forgotten":true}` + "\n"
	if got := w.get("/api/v1/items?after=0", "Accept", "application/jsonl").Body.String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
