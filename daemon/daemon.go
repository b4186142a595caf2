package daemon

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mediawatch/config"
	"mediawatch/dedupe"
	"mediawatch/fetch"
	"mediawatch/follow"
	"mediawatch/ingest"
	"mediawatch/schedule"
	"mediawatch/store"
	"mediawatch/web"
)

// Options are what a Daemon is made of.
type Options struct {
	Config  *config.Config
	Load    func() (*config.Config, error) // reads the configuration again, for reload
	Store   store.Store                    // closed by the caller
	Log     *slog.Logger                   // for what needs attention; its level holds for Out, too
	Out     io.Writer                      // for people: addresses, one line a pass; nil: all of it is recorded in Log
	Version string
	Now     func() time.Time // nil: time.Now
	Show    func(Progress)   // draws how far long work has come, on a terminal; nil: nobody looks

	Free func(dir string) (int64, error) // how many bytes may still be written there; nil: as the system says
}

// Daemon is the running program. Commands that find no daemon make one of their own over the store and use the same handlers.
type Daemon struct {
	o      Options
	config atomic.Pointer[config.Config]
	facts  atomic.Pointer[facts]
	client *fetch.Client
	queue  *fetch.Queue
	writer *ingest.Writer
	feeds  *ingest.FeedReader
	folder *ingest.FolderReader

	items   *follow.Items
	linker  *follow.Linker
	matcher *follow.Matcher
	follow  sync.Mutex    // one step at a time, and none while watches change
	wake    chan struct{} // something was appended

	pass      *pass
	works     works
	digests   sync.Mutex // one edition at a time
	saying    sync.Mutex // one line at a time
	newcomers newcomers
	restored  restored
	web       *web.Server
	ticking   atomic.Pointer[schedule.Runner] // nil until Serve
	started   time.Time
	ready     atomic.Bool
	health    health
	metrics   *metrics
}

// New makes a daemon over an open store. Nothing runs until Serve or Run.
func New(o Options) (*Daemon, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Free == nil {
		o.Free = freeBytes
	}
	o.Log = slog.New(discreet{o.Log.Handler()})
	d := &Daemon{o: o, wake: make(chan struct{}, 1), started: o.Now(), pass: newPass(o.Now)}
	d.metrics = newMetrics(d)
	client, err := fetch.New(fetchOptions(o))
	if err != nil {
		return nil, err
	}
	d.client = client
	d.queue = client.NewQueue(fetchWorkers)
	d.queue.OnPanic = func(key string, value any, stack []byte) {
		o.Log.Error("reading a feed panicked", "feed", key, "err", fmt.Sprint(value), "stack", string(stack))
	}
	d.items = follow.NewItems(o.Store)
	d.linker = follow.NewLinker(o.Store, d.items, windowOf(o.Config))
	d.matcher = follow.NewMatcher(o.Store, d.items, factsOf(&d.facts), o.Now)
	d.writer = newWriter(d)
	d.feeds = &ingest.FeedReader{Client: client, Journal: o.Store, Feeds: o.Store, Outlets: outletsOf(&d.facts), Now: o.Now, Rand: rand.Float64, Signatures: d.items.Signatures(), Turns: make(chan struct{}, runtime.GOMAXPROCS(0))}
	d.feeds.Hosts = d.feedHosts
	d.feeds.Pages = ingest.NewPageReader(client, productToken(UserAgent(o.Config.Fetch, o.Version)), o.Now)
	d.works = works{now: o.Now, show: o.Show, say: d.reportProgress}
	d.folder = &ingest.FolderReader{Journal: o.Store, Feeds: o.Store, Now: o.Now, Sleep: sleep, Keep: d.keepFiles}
	d.use(o.Config)
	d.web = web.New(web.Options{Store: o.Store, Config: d.config.Load, Facts: factsOf(&d.facts), Status: d.status, Metrics: d.metrics.handler(), Version: o.Version, Now: o.Now})
	return d, nil
}

// newWriter makes the one writer of what is read.
func newWriter(d *Daemon) *ingest.Writer {
	return ingest.NewWriter(d.o.Store, func(r store.Receipt) {
		d.appended(r)
		d.items.Room(followersLag)
	})
}

// fetchWorkers is how many feeds are read at a time; most of the time a worker waits for a server.
const fetchWorkers = 16

// followersLag is how long the writer waits after a transaction for followers that are behind.
const followersLag = time.Second

// windowOf is what a text is compared with.
func windowOf(c *config.Config) dedupe.Window {
	return dedupe.Window{Days: int(time.Duration(c.Stories.Window) / (24 * time.Hour)), Texts: c.Stories.Texts}
}

func fetchOptions(o Options) fetch.Options {
	f := o.Config.Fetch
	return fetch.Options{
		UserAgent: UserAgent(f, o.Version), Allow: f.Allow, Proxy: f.Proxy, HostGap: time.Duration(f.HostGap),
		MaxIdle: max(fetch.DefaultMaxIdle, len(o.Config.Feeds)), Now: o.Now,
	}
}

// UserAgent is who we say we are: as configured, else the program, with whom to turn to only when the configuration
// says so. The address that pages are published at is never told: who watches is not the watched ones' to know.
func UserAgent(f config.Fetch, version string) string {
	switch {
	case f.UserAgent != "":
		return f.UserAgent
	case f.Contact != "":
		return "mediawatch/" + version + " (+" + f.Contact + ")"
	}
	return "mediawatch/" + version
}

// productToken is the name in a User-Agent that robots.txt knows us by (RFC 9309, 2.2.1).
func productToken(agent string) string {
	token, _, _ := strings.Cut(agent, "/")
	token, _, _ = strings.Cut(token, " ")
	return token
}

// use takes over a configuration.
func (d *Daemon) use(cfg *config.Config) {
	d.follow.Lock()
	defer d.follow.Unlock()
	d.config.Store(cfg)
	d.facts.Store(newFacts(cfg))
	d.feeds.Pace.Store(int64(cfg.Fetch.Interval))
	d.matcher.SetWatches(watchesOf(cfg))
	d.newcomers.expect(d.o.Now())
}

// watchesOf returns the configured watches and the one that matches everything.
func watchesOf(cfg *config.Config) []follow.Watch {
	watches := []follow.Watch{{Name: follow.All, Version: "all"}}
	for _, w := range cfg.Watches {
		watches = append(watches, follow.Watch{Name: w.Name, Query: w.Query, ByItem: w.Group == config.GroupItem, Version: w.Query.Hash()})
	}
	return watches
}

// appended is told of each transaction of the writer.
func (d *Daemon) appended(r store.Receipt) {
	d.items.Remember(r)
	d.pass.appended(r)
	d.health.storeKept()
	if len(r.New)+len(r.Revised) > 0 {
		d.wakeFollowers()
	}
}

func (d *Daemon) wakeFollowers() {
	select {
	case d.wake <- struct{}{}:
	default: // they are awake already
	}
}

// CatchUp lets the followers derive everything there is to derive.
func (d *Daemon) CatchUp(ctx context.Context) error {
	return follow.CatchUp(ctx, d.followers()...)
}

// followers returns the followers in the order of their work.
func (d *Daemon) followers() []follow.Follower {
	return []follow.Follower{lockedStep{&d.follow, d.linker}, lockedStep{&d.follow, d.matcher}}
}

// settleIfDue settles once a day, and, when grown is set, as soon as much has come since the last time.
func (d *Daemon) settleIfDue(ctx context.Context, grown bool) error {
	due, err := d.linker.SettleDue(ctx, d.o.Now(), grown)
	if err != nil || !due {
		return err
	}
	return d.settle(ctx)
}

// settle divides the window into stories at once, so that they do not depend on the order in which items came, and
// derives what follows from that.
func (d *Daemon) settle(ctx context.Context) error {
	if err := d.CatchUp(ctx); err != nil {
		return err
	}
	moved, err := d.linker.Settle(ctx, d.o.Now()) // the followers go on meanwhile
	if err != nil {
		return err
	}
	if moved > 0 {
		d.o.Log.Info("stories settled", "moved", moved)
	}
	return d.CatchUp(ctx)
}

// lockedStep keeps a follower's step apart from a change of the watches.
type lockedStep struct {
	mu *sync.Mutex
	f  follow.Follower
}

// Step implements follow.Follower.
func (l lockedStep) Step(ctx context.Context) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.f.Step(ctx)
}

// Handler answers what the socket is asked: the API of the web server and the orders of commands.
func (d *Daemon) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", d.web.Owner())
	d.control(mux)
	return mux
}

// Reload reads the configuration again. A bad one changes nothing and is the error.
func (d *Daemon) Reload(ctx context.Context) ([]string, error) {
	defer d.notifyReload()()
	cfg, err := d.o.Load()
	if err != nil {
		return nil, err
	}
	old := d.config.Load()
	var notes []string
	for _, change := range []struct {
		key     string
		differs bool
	}{
		{"[store] path", old.Store.Path != cfg.Store.Path},
		{"[web] listen", old.Web.Listen != cfg.Web.Listen},
		{"[stories]", old.Stories != cfg.Stories},
		{"[log]", old.Log != cfg.Log},
		{"[fetch] proxy", old.Fetch.Proxy != cfg.Fetch.Proxy},
		{"[fetch] user_agent", old.Fetch.UserAgent != cfg.Fetch.UserAgent},
		{"[fetch] contact", old.Fetch.Contact != cfg.Fetch.Contact},
		{"[fetch] host_gap", old.Fetch.HostGap != cfg.Fetch.HostGap},
		{"[fetch] allow_networks", !slices.Equal(old.Fetch.Allow, cfg.Fetch.Allow)},
	} {
		if change.differs {
			notes = append(notes, "a change of "+change.key+" takes effect after a restart")
		}
	}
	d.use(untilRestart(old, cfg))
	d.scheduleDigests(old)
	if err := d.adopt(ctx); err != nil {
		return notes, err
	}
	d.wakeFollowers()
	return notes, nil
}

// untilRestart is a new configuration as it holds while the program runs: what takes effect only after a restart stays
// as it is, so that links lead to the address that answers.
func untilRestart(old, cfg *config.Config) *config.Config {
	now := *cfg
	now.Store.Path, now.Web.Listen, now.Stories = old.Store.Path, old.Web.Listen, old.Stories
	now.Fetch.Proxy, now.Fetch.HostGap, now.Fetch.Allow = old.Fetch.Proxy, old.Fetch.HostGap, old.Fetch.Allow
	return &now
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
