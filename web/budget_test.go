package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// endless is a store whose lists have a first page, and then take until somebody gives up.
type endless struct {
	store.Store
	items chan struct{} // closed: reading single items takes as long
}

func (e *endless) Latest(ctx context.Context, watch string, behind store.Spot, limit int) ([]news.Item, error) {
	if behind != (store.Spot{}) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return e.Store.Latest(ctx, watch, behind, min(limit, 3))
}

func (e *endless) Items(ctx context.Context, refs []store.Ref) ([]news.Item, error) {
	select {
	case <-e.items:
		<-ctx.Done()
		return e.Store.Items(context.WithoutCancel(ctx), refs)
	default:
		return e.Store.Items(ctx, refs)
	}
}

// withEndless is a server over a store that takes too long, where a query may take a tenth of a second.
func withEndless(t *testing.T) (*world, *endless) {
	t.Helper()
	w := newWorld(t, strings.Replace(basicConfig, "[web]\n", "[web]\nquery_time = \"100ms\"\n", 1))
	many(w, 5)
	e := &endless{Store: w.store, items: make(chan struct{})}
	w.web = web.New(web.Options{Store: e, Config: w.cfgNow, Facts: facts{}, Version: "test", Now: w.clock, Status: func(context.Context) web.Status { return w.status }})
	return w, e
}

// TestT08A7_AQueryEndsInTime asks what takes too long everywhere a query can be asked: what was found is answered and
// said to be a part; counts and explanations are 503.
func TestT08A7_AQueryEndsInTime(t *testing.T) {
	w, e := withEndless(t)
	const q = "q=harbour+%2F%5Ba-z+%5D%7B1%2C300%7Dtopic%2F" // harbour /[a-z ]{1,300}topic/
	const costly = "/[a-z ]{1,300}topic/"
	var found struct {
		listing[web.SearchView]
		Complete  *bool
		Costliest string
		Looked    int
	}
	if err := json.Unmarshal([]byte(w.body("/api/v1/search?"+q)), &found); err != nil {
		t.Fatal(err)
	}
	if len(found.Items) != 3 || found.Complete == nil || *found.Complete || found.Costliest != costly || found.Looked != 3 || found.Next == "" {
		t.Errorf("search: %d items, %+v", len(found.Items), found)
	}
	lines := strings.Split(strings.TrimSpace(w.get("/api/v1/search?"+q, "Accept", "application/jsonl").Body.String()), "\n")
	if len(lines) != 4 || !strings.Contains(lines[3], `"complete":false`) || !strings.Contains(lines[3], costly) {
		t.Errorf("search in lines: %q", lines)
	}
	var tested web.BacktestView
	if err := json.Unmarshal([]byte(w.body("/api/v1/backtest?"+q)), &tested); err != nil {
		t.Fatal(err)
	}
	if tested.Complete || tested.Looked != 3 || tested.Matched != 3 || len(tested.Samples) != 3 || tested.Costliest != costly {
		t.Errorf("backtest: %+v", tested)
	}
	wants(t, "the page", w.body("/search?"+q), "the first 3; it took too long", costly)

	id := article{guid: "1"}.id().String()
	close(e.items)
	for _, path := range []string{"/api/v1/count?" + q, "/api/v1/watches/ports/explain/" + id} {
		rec := w.get(path)
		var answer struct{ Error, Kind string }
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" || answer.Kind != web.KindTime || !strings.Contains(answer.Error, "100ms") {
			t.Errorf("%s: %d %v", path, rec.Code, answer)
		}
	}
}

// TestT08A7_AQueryInTimeIsComplete says so.
func TestT08A7_AQueryInTimeIsComplete(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	wants(t, "search", w.body("/api/v1/search?q=harbour"), `"complete":true`)
	wants(t, "search for nothing", w.body("/api/v1/search?q=nowhere"), `{"items":[],"complete":true,"looked":1}`)
	wants(t, "backtest", w.body("/api/v1/backtest?q=harbour"), `"complete":true`)
	lacks(t, "search in lines", w.get("/api/v1/search?q=harbour", "Accept", "application/jsonl").Body.String(), "complete")
}

// TestT08A7_AQueryEndsWithItsClient has a client that leaves: the query ends, long before its time; so does the owner's
// with Ctrl-C, which has no other end.
func TestT08A7_AQueryEndsWithItsClient(t *testing.T) {
	w := newWorld(t, strings.Replace(basicConfig, "[web]\n", "[web]\nquery_time = \"1h\"\n", 1))
	many(w, 5)
	e := &endless{Store: w.store, items: make(chan struct{})}
	w.web = web.New(web.Options{Store: e, Config: w.cfgNow, Facts: facts{}, Version: "test", Now: w.clock, Status: func(context.Context) web.Status { return w.status }})
	address := served(t, w.web)
	for _, path := range []string{"/api/v1/search?q=harbour", "/api/v1/count?q=harbour", "/api/v1/backtest?q=harbour", "/search?q=harbour"} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path))
		until(t, path+" never begins", func() bool { _, turns := w.web.Waiting(); return turns == 1 })
		_ = c.Close()
		until(t, path+" goes on without its client", func() bool { _, turns := w.web.Waiting(); return turns == 0 })

		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.web.Owner().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil).WithContext(ctx))
		}()
		cancel()
		<-done
	}
}
