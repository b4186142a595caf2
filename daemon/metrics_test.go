package daemon

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// metricsPage asks for the metrics as Prometheus does and returns the values by name and labels, and the types by name.
func (n *newsroom) metricsPage() (values map[string]float64, types map[string]string, page string) {
	n.t.Helper()
	rec := httptest.NewRecorder()
	n.d.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != http.StatusOK {
		n.t.Fatalf("GET /metrics: %d %s", rec.Code, rec.Body)
	}
	values, types = make(map[string]float64), make(map[string]string)
	for line := range strings.Lines(rec.Body.String()) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			types[name] = kind
		} else if i := strings.LastIndexByte(line, ' '); i > 0 && !strings.HasPrefix(line, "#") {
			v, err := strconv.ParseFloat(line[i+1:], 64)
			if err != nil {
				n.t.Fatalf("%q: %v", line, err)
			}
			values[line[:i]] = v
		}
	}
	return values, types, rec.Body.String()
}

// TestT08C24_MetricsCountWhatHappened reads a feed well, unchanged and not at all, and asks for the figures of each step.
func TestT08C24_MetricsCountWhatHappened(t *testing.T) {
	n := newNewsroom(t)
	want := func(step string, wanted map[string]float64) {
		t.Helper()
		n.clock = n.clock.Add(metricsAge)
		got, _, _ := n.metricsPage()
		for name, v := range wanted {
			if have, ok := got["mediawatch_"+name]; !ok || have != v {
				t.Errorf("%s: %s is %v (%v), want %v", step, name, have, ok, v)
			}
		}
	}
	want("before", map[string]float64{`fetches_total{outcome="read"}`: 0, `feeds{kind="feed",state="new"}`: 1, `digests{state="new"}`: 1, "items": 0})
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	want("read", map[string]float64{
		`fetches_total{outcome="read"}`: 1, "fetch_duration_seconds_count": 1, `feeds{kind="feed",state="ok"}`: 1, `feeds{kind="feed",state="new"}`: 0,
		`feeds{kind="seed",state="ok"}`: 1, "items": 1, "revisions": 1, "problems": 0, `follower_lag{follower="linker"}`: 0, "editions": 1,
		`deliveries{state="sent"}`: 1, `deliveries{state="pending"}`: 0, "delivery_oldest_pending_seconds": 0, `digests{state="waiting"}`: 1,
	})
	n.pass()
	n.server.Config.Handler = http.NotFoundHandler()
	n.clock = n.clock.Add(24 * time.Hour)
	if err := os.RemoveAll(n.dir + "/digests"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(n.dir+"/digests", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	want("a day later", map[string]float64{`digests{state="due"}`: 1})
	n.pass()
	want("failed", map[string]float64{
		`fetches_total{outcome="read"}`: 1, `fetches_total{outcome="unchanged"}`: 1, `fetches_total{outcome="failed"}`: 1, "fetch_duration_seconds_count": 3,
		`feeds{kind="feed",state="failing"}`: 1, "problems": 1,
	})
	if v, _, _ := n.metricsPage(); v["mediawatch_store_bytes"] <= 0 || v["mediawatch_store_free_bytes"] <= 0 || v["mediawatch_goroutines"] < 1 {
		t.Errorf("store %v bytes, %v free, %v goroutines", v["mediawatch_store_bytes"], v["mediawatch_store_free_bytes"], v["mediawatch_goroutines"])
	}
}

// TestT08C24_TheOldestPendingDelivery: a digest whose receiver takes nothing shows how long that has lasted.
func TestT08C24_TheOldestPendingDelivery(t *testing.T) {
	n := newNewsroom(t)
	if err := os.WriteFile(n.dir+"/digests", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	n.clock = n.clock.Add(3 * time.Hour)
	v, _, _ := n.metricsPage()
	if v["mediawatch_delivery_oldest_pending_seconds"] != (3 * time.Hour).Seconds() {
		t.Errorf("the oldest pending delivery is %v s old, want 3 h", v["mediawatch_delivery_oldest_pending_seconds"])
	}
}

// walkCounter counts the walks over feeds and deliveries.
type walkCounter struct {
	store.Store
	walks int
}

func (c *walkCounter) Feeds(ctx context.Context, after news.FeedID, limit int) ([]news.Feed, error) {
	c.walks++
	return c.Store.Feeds(ctx, after, limit)
}

func (c *walkCounter) Deliveries(ctx context.Context, digest string, number int) ([]news.Delivery, error) {
	c.walks++
	return c.Store.Deliveries(ctx, digest, number)
}

// TestT08C24_AskingOftenCostsNothing: however often it is asked, the store is walked once in ten seconds.
func TestT08C24_AskingOftenCostsNothing(t *testing.T) {
	n := newNewsroom(t)
	c := &walkCounter{Store: n.store}
	n.d.o.Store = c
	n.metricsPage()
	once := c.walks
	if once == 0 {
		t.Fatal("this test sees no walk")
	}
	for range 50 {
		n.metricsPage()
	}
	if c.walks != once {
		t.Errorf("%d walks for 51 requests at the same time, want %d", c.walks, once)
	}
	n.clock = n.clock.Add(metricsAge)
	n.metricsPage()
	if c.walks != 2*once {
		t.Errorf("%d walks after ten seconds, want %d", c.walks, 2*once)
	}
}

// TestT08C24_MetricsSayNothingAboutWhatIsWatched: no address, login, recipient, or name that a person chose.
func TestT08C24_MetricsSayNothingAboutWhatIsWatched(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "Harbour plan agreed", plan)
	login := strings.Replace(n.server.URL, "http://", "http://desk:s3cret@", 1)
	n.configure(fmt.Sprintf(newsroomConfig, login))
	n.restart()
	n.pass()
	if err := os.RemoveAll(n.dir + "/digests"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(n.dir+"/digests", nil, 0o600); err != nil { // a line of trouble that has a path in it
		t.Fatal(err)
	}
	n.clock = n.clock.Add(metricsAge)
	v, _, page := n.metricsPage()
	if v["mediawatch_problems"] != 1 {
		t.Errorf("%v problems, want 1", v["mediawatch_problems"])
	}
	for _, secret := range []string{"s3cret", "desk", "127.0.0.1", "http", "/feed", "ports", "morning", "saved", "Gazette", n.dir} {
		if strings.Contains(page, secret) {
			t.Errorf("%q in\n%s", secret, page)
		}
	}
}

var tableLine = regexp.MustCompile("(?m)^\\| `(mediawatch_[a-z_]+)` \\| ([a-z]+) \\| (.*?) \\|")

// TestT08C24_TheTableOfMetrics holds the table of the page and the program equal: names, types, labels and their values.
func TestT08C24_TheTableOfMetrics(t *testing.T) {
	text, err := os.ReadFile("../docs/administration.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]string)
	labels := make(map[string]map[string]bool) // of a name: the labels and the values that the page gives
	for _, m := range tableLine.FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = m[2]
		labels[m[1]] = make(map[string]bool)
		for i, part := range strings.Split(m[3], "`") {
			if i%2 == 1 {
				labels[m[1]][part] = true
			}
		}
	}
	n := newNewsroom(t)
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	n.clock = n.clock.Add(metricsAge)
	values, types, _ := n.metricsPage()
	if !maps.Equal(documented, types) {
		t.Errorf("the page has\n%v\nthe program\n%v", slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(types)))
	}
	pair := regexp.MustCompile(`([a-z]+)="([^"]*)"`)
	for series := range values {
		name, _, _ := strings.Cut(series, "{")
		if types[name] == "" {
			continue // a part of a histogram
		}
		for _, l := range pair.FindAllStringSubmatch(series, -1) {
			listed := l[1] != "version" && l[1] != "go" && (l[1] != "state" || name != "mediawatch_feeds") // their values are anything, or on another page
			if !labels[name][l[1]] || listed && !labels[name][l[2]] {
				t.Errorf("%s is not on the page: %v", series, labels[name])
			}
		}
	}
}
