package daemon

import (
	"context"
	"net/http"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"mediawatch/config"
	"mediawatch/follow"
	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/web"
)

// What became of a request for a feed.
const (
	fetchRead        = "read" // a document was read, whether or not something in it was new
	fetchUnchanged   = "unchanged"
	fetchFailed      = "failed"
	fetchOffline     = "offline" // the machine had no network
	fetchInterrupted = "interrupted"
)

// metricsAge is how long figures that need a walk over the store are told again without one, so that asking often costs nothing.
const metricsAge = 10 * time.Second

// metrics are the figures for Prometheus; docs/administration.md has their names. No label holds an address, a
// recipient, or the name of anything that a person chose: who may see how the program does need not see what it
// watches.
type metrics struct {
	registry *prometheus.Registry
	fetches  *prometheus.CounterVec
	took     prometheus.Histogram
}

func newMetrics(d *Daemon) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		fetches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "mediawatch_fetches_total", Help: "Requests for feeds since the start, by outcome.",
		}, []string{"outcome"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "mediawatch_fetch_duration_seconds", Help: "How long it took to ask for a feed and read it, its article pages included.",
			Buckets: []float64{.1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120},
		}),
	}
	for _, outcome := range []string{fetchRead, fetchUnchanged, fetchFailed, fetchOffline, fetchInterrupted} {
		m.fetches.WithLabelValues(outcome)
	}
	m.registry.MustRegister(m.fetches, m.took, &figures{daemon: d})
	return m
}

// handler answers GET /metrics. Figures that cannot be had are left out; the others are told.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 2})
}

// readOne asks for a feed, reads it and counts that.
func (d *Daemon) readOne(ctx context.Context, sub ingest.Subscription) (ingest.FeedResult, error) {
	outcome, start := fetchInterrupted, d.o.Now() // a panic is an interruption, too
	defer func() {
		d.metrics.fetches.WithLabelValues(outcome).Inc()
		d.metrics.took.Observe(d.o.Now().Sub(start).Seconds())
	}()
	res, err := d.feeds.Read(ctx, sub)
	switch {
	case err != nil:
	case res.Offline:
		outcome = fetchOffline
	case res.Err != nil:
		outcome = fetchFailed
	case res.Unchanged:
		outcome = fetchUnchanged
	default:
		outcome = fetchRead
	}
	return res, err
}

// figures are the metrics that are looked up when somebody asks.
type figures struct {
	daemon *Daemon
	mu     sync.Mutex
	at     time.Time
	last   []prometheus.Metric
}

// describe makes the description of a figure.
func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("mediawatch_"+name, help, labels, nil)
}

var (
	descBuild      = describe("build_info", "1; the version is in the label.", "version", "go")
	descStarted    = describe("start_time_seconds", "When the program started, in seconds since 1970.")
	descFeeds      = describe("feeds", "Configured feeds and seed folders, by state.", "kind", "state")
	descQueued     = describe("feeds_queued", "Feeds that wait for their turn or are being read.")
	descItems      = describe("items", "Articles that are kept.")
	descRevisions  = describe("revisions", "States of articles that are kept.")
	descStories    = describe("stories", "Stories of two and more articles.")
	descMatches    = describe("matches", "Matches of all watches.")
	descEditions   = describe("editions", "Editions of all digests.")
	descLag        = describe("follower_lag", "Journal events that a follower has still to look at.", "follower")
	descDigests    = describe("digests", "Configured digests, by state.", "state")
	descDeliveries = describe("deliveries", "Deliveries of editions, by state.", "state")
	descPending    = describe("delivery_oldest_pending_seconds", "Age of the oldest delivery that is still to be made; 0 without one.")
	descBytes      = describe("store_bytes", "What the store takes on its disk.")
	descFree       = describe("store_free_bytes", "What may still be written to the store's disk.")
	descProblems   = describe("problems", "Lines of trouble in /healthz.")
	descGoroutines = describe("goroutines", "Goroutines of the program.")
)

// Describe implements prometheus.Collector.
func (f *figures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		descBuild, descStarted, descFeeds, descQueued, descItems, descRevisions, descStories, descMatches, descEditions, descLag, descDigests, descDeliveries,
		descPending, descBytes, descFree, descProblems, descGoroutines,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (f *figures) Collect(ch chan<- prometheus.Metric) {
	for _, m := range f.current() {
		ch <- m
	}
	ch <- gauge(descGoroutines, float64(runtime.NumGoroutine()))
	ch <- gauge(descQueued, float64(f.daemon.queue.Len()))
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// current returns figures that are at most metricsAge old.
func (f *figures) current() []prometheus.Metric {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.daemon.o.Now()
	if f.last != nil && now.Sub(f.at) < metricsAge {
		return f.last
	}
	ctx, cancel := context.WithTimeout(context.Background(), metricsAge)
	defer cancel()
	f.at, f.last = now, f.lookUp(ctx, now)
	return f.last
}

// lookUp takes the figures from the store; those that it refuses become errors of their own.
func (f *figures) lookUp(ctx context.Context, now time.Time) (out []prometheus.Metric) {
	d := f.daemon
	cfg := d.config.Load()
	out = append(out, gauge(descBuild, 1, d.o.Version, runtime.Version()), gauge(descStarted, float64(d.started.Unix())),
		gauge(descProblems, float64(len(d.status(ctx).Problems))))
	if free, err := d.o.Free(filepath.Dir(cfg.Store.Path)); err == nil {
		out = append(out, gauge(descFree, float64(free)))
	}
	for _, part := range []struct {
		desc *prometheus.Desc // stands for the part when it fails
		get  func(context.Context, time.Time) ([]prometheus.Metric, error)
	}{{descItems, f.kept}, {descFeeds, f.feeds}, {descLag, f.lags}, {descDigests, f.digests}, {descDeliveries, f.deliveries}} {
		metrics, err := part.get(ctx, now)
		if err != nil {
			metrics = []prometheus.Metric{prometheus.NewInvalidMetric(part.desc, err)}
		}
		out = append(out, metrics...)
	}
	return out
}

func (f *figures) kept(ctx context.Context, _ time.Time) ([]prometheus.Metric, error) {
	s, err := f.daemon.o.Store.Stats(ctx)
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{
		gauge(descItems, float64(s.Items)), gauge(descRevisions, float64(s.Revisions)), gauge(descStories, float64(s.Stories)),
		gauge(descMatches, float64(s.Matches)), gauge(descEditions, float64(s.Editions)), gauge(descBytes, float64(s.Bytes)),
	}, nil
}

func (f *figures) feeds(ctx context.Context, _ time.Time) ([]prometheus.Metric, error) {
	configured := make(map[news.FeedID]news.Kind)
	cfg := f.daemon.config.Load()
	for _, s := range cfg.Feeds {
		configured[news.NewFeedID(news.KindFeed, s.URL)] = news.KindFeed
	}
	for _, s := range cfg.Seeds {
		configured[news.NewFeedID(news.KindSeed, s.Dir)] = news.KindSeed
	}
	type key struct{ kind, state string }
	counts := make(map[key]int)
	for _, kind := range []news.Kind{news.KindFeed, news.KindSeed} {
		for _, state := range web.FeedStates() {
			counts[key{kind.String(), state}] = 0
		}
	}
	err := eachFeed(ctx, f.daemon.o.Store, func(state news.Feed) {
		if kind, ok := configured[state.ID]; ok {
			counts[key{kind.String(), web.FeedState(state)}]++
			delete(configured, state.ID)
		}
	})
	if err != nil {
		return nil, err
	}
	for _, kind := range configured { // not read yet
		counts[key{kind.String(), web.FeedState(news.Feed{})}]++
	}
	var out []prometheus.Metric
	for k, n := range counts {
		out = append(out, gauge(descFeeds, float64(n), k.kind, k.state))
	}
	return out, nil
}

// lags are how far the followers are behind the journal; of the watches that are recomputed, the one with most before it.
func (f *figures) lags(ctx context.Context, _ time.Time) ([]prometheus.Metric, error) {
	head, err := f.daemon.o.Store.Head(ctx)
	if err != nil {
		return nil, err
	}
	lag := func(name string) (float64, error) {
		at, err := f.daemon.o.Store.Cursor(ctx, name)
		if err != nil || at.Seq >= head {
			return 0, err
		}
		return float64(head - at.Seq), nil
	}
	var out []prometheus.Metric
	for _, name := range []string{follow.LinkerName, follow.MatcherName} {
		n, err := lag(name)
		if err != nil {
			return nil, err
		}
		out = append(out, gauge(descLag, n, name))
	}
	var recomputing news.Seq
	for _, w := range watchesOf(f.daemon.config.Load()) {
		at, err := f.daemon.o.Store.Cursor(ctx, follow.MatcherName+"/"+w.Name)
		if err != nil {
			return nil, err
		}
		if at.Replay > at.Seq {
			recomputing = max(recomputing, at.Replay-at.Seq)
		}
	}
	return append(out, gauge(descLag, float64(recomputing), "recompute")), nil
}

func (f *figures) digests(ctx context.Context, now time.Time) ([]prometheus.Metric, error) {
	counts := map[string]int{"new": 0, "waiting": 0, "due": 0}
	for _, dc := range f.daemon.config.Load().Digests {
		state, err := f.daemon.o.Store.Digest(ctx, dc.Name)
		if err != nil {
			return nil, err
		}
		counts[digestState(dc, state, now)]++
	}
	var out []prometheus.Metric
	for state, n := range counts {
		out = append(out, gauge(descDigests, float64(n), state))
	}
	return out, nil
}

// digestState says in one word where a digest stands.
func digestState(dc config.Digest, state news.DigestState, now time.Time) string {
	if state.LastSlot.IsZero() {
		return "new"
	}
	if _, due := dc.Schedule.Latest(state.LastSlot, now); due {
		return "due"
	}
	return "waiting"
}

func (f *figures) deliveries(ctx context.Context, now time.Time) ([]prometheus.Metric, error) {
	counts := make(map[news.DeliveryState]int)
	for _, state := range []news.DeliveryState{
		news.DeliveryPending, news.DeliverySending, news.DeliverySent, news.DeliveryUnknown, news.DeliveryFailed, news.DeliveryHeld,
	} {
		counts[state] = 0
	}
	all, err := f.daemon.o.Store.Deliveries(ctx, "", 0)
	if err != nil {
		return nil, err
	}
	var oldest time.Duration
	for _, dl := range all {
		counts[dl.State]++
		if dl.State != news.DeliverySent && dl.State != news.DeliveryFailed {
			oldest = max(oldest, now.Sub(dl.Created))
		}
	}
	out := []prometheus.Metric{gauge(descPending, oldest.Seconds())}
	for state, n := range counts {
		out = append(out, gauge(descDeliveries, float64(n), string(state)))
	}
	return out, nil
}
