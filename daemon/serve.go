package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	manager "github.com/coreos/go-systemd/v22/daemon"

	"mediawatch/config"
	"mediawatch/follow"
	"mediawatch/schedule"
	"mediawatch/text"
	"mediawatch/web"
)

const (
	stopWithin    = 9 * time.Second // everything that runs is stopped by then
	feedTick      = "every 5s"
	deliverTick   = "every 15s"
	settleTick    = "every 1m"  // looks whether it is time to settle
	retentionTick = "every 6h"  // removes the texts that are too old
	upkeepTick    = "every 1m"  // looks whether a backup is due, and says that all is well
	passAtLeast   = time.Minute // how often a summary is printed while the queues never empty
)

// Serve runs until ctx ends, then stops within ten seconds. The listeners are opened before anything is read, so that a
// port in use is told at once.
func (d *Daemon) Serve(ctx context.Context) error {
	cfg := d.config.Load()
	listener, err := net.Listen("tcp", cfg.Web.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", cfg.Web.Listen, err)
	}
	socket, err := listenSocket(SocketPath(cfg.Store.Path))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer os.Remove(SocketPath(cfg.Store.Path))
	if err := d.releaseLeases(ctx); err != nil { // before anybody can ask for a sender
		return errors.Join(err, listener.Close(), socket.Close())
	}
	public := d.serveHTTP(listener, d.web)
	private := d.serveHTTP(socket, d.Handler())
	defer func() {
		stop, cancel := context.WithTimeout(context.Background(), stopWithin/3)
		defer cancel()
		_ = public.Shutdown(stop)  // a reader that holds on is cut off
		_ = private.Shutdown(stop) // likewise
	}()
	d.greet(cfg)
	d.suggestContact(ctx, cfg)
	return d.work(ctx)
}

// serveHTTP serves in the background with limits for slow clients.
func (d *Daemon) serveHTTP(l net.Listener, h http.Handler) *http.Server {
	s, l := web.NewHTTPServer(h, l, d.o.Log)
	go func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			d.o.Log.Error("the web server stopped", "err", err)
		}
	}()
	return s
}

// greet reports where everything is.
func (d *Daemon) greet(cfg *config.Config) {
	page := web.BaseURL(cfg) + "/"
	lines := []string{"mediawatch " + d.o.Version, "  page     " + page}
	if local := web.LocalURL(cfg); local != web.BaseURL(cfg) {
		lines = append(lines, "  here     "+local+"/")
	}
	lines = append(lines, "  feed     "+web.FeedURL(cfg, follow.All)+"  (everything)")
	for _, w := range cfg.Watches {
		lines = append(lines, fmt.Sprintf("  feed     %s  (%s)", web.FeedURL(cfg, w.Name), d.watchTitle(w.Name)))
	}
	for _, dc := range cfg.Digests {
		lines = append(lines, fmt.Sprintf("  digest   %s, %s, to %s", dc.Name, dc.At, text.Count(len(receivers(dc)), "receiver")))
	}
	lines = append(lines, fmt.Sprintf("  reading  %s, %s; stop with Ctrl-C", text.Count(len(cfg.Feeds), "feed"), text.Count(len(cfg.Seeds), "seed folder")))
	d.report(event{msg: "started", lines: lines, fields: []slog.Attr{
		slog.String("version", d.o.Version), slog.String("page", page), slog.Int("feeds", len(cfg.Feeds)), slog.Int("folders", len(cfg.Seeds)),
		slog.Int("watches", len(cfg.Watches)), slog.Int("digests", len(cfg.Digests)),
	}})
}

// suggestContact asks once, over an empty store, for what publishers may turn to.
func (d *Daemon) suggestContact(ctx context.Context, cfg *config.Config) {
	if stats, err := d.o.Store.Stats(ctx); err != nil || stats.Items > 0 || cfg.Fetch.Contact != "" || cfg.Fetch.UserAgent != "" || len(cfg.Feeds) == 0 {
		return
	}
	const hint = `[fetch] contact = "desk@example.org" tells publishers whom to turn to`
	agent := UserAgent(cfg.Fetch, d.o.Version)
	d.report(event{msg: hint, fields: []slog.Attr{slog.String("user_agent", agent)}, lines: []string{"  hint     " + hint + "; without it they see only " + agent}})
}

// work reads, follows and delivers until ctx ends.
func (d *Daemon) work(ctx context.Context) error {
	if err := d.adopt(ctx); err != nil {
		return err
	}
	d.notify(manager.SdNotifyReady + "\nSTATUS=the first look at feeds and folders")
	defer d.startWatchdog(context.Background())()
	stopFollowing := d.startFollowing(context.Background(), func(err error) {
		d.health.followed(err)
		d.o.Log.Error("following the journal failed; it goes on where it stands", "err", err)
	})
	look := d.firstPass(ctx)
	d.ready.Store(true)
	ticks := d.ticks()
	ticks.Start(ctx)
	d.notify("STATUS=running")
	d.job("feeds", d.feedTick)(ctx, schedule.Slot{}) // the first one now, not at the next five seconds
	stopSumming := d.startSumming(ctx)
	<-ctx.Done()
	d.notify(manager.SdNotifyStopping)
	stopSumming()
	d.report(event{msg: "stopping", lines: []string{"stopping"}})
	stop, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	err := errors.Join(ticks.Stop(stop), d.queue.Stop(stop))
	<-look // it ends with ctx
	d.writer.Stop()
	stopFollowing()
	d.finishPass()
	d.client.Close()
	return err
}

// startFollowing lets the followers work in the background whenever something was appended, so that they get items from
// memory. failed is told of each error; stop ends them and waits.
func (d *Daemon) startFollowing(ctx context.Context, failed func(error)) (stop func()) {
	var followers sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	followers.Go(func() {
		follow.Run(ctx, d.wake, follow.RunOptions{Followers: d.followers(), Failed: failed, CaughtUp: func() { d.health.followed(nil) }})
	})
	return func() {
		cancel()
		followers.Wait()
	}
}

// firstLookWait is how long the first look at the seed folders may hold up all else.
const firstLookWait = 10 * time.Second

// firstLook begins to read the seed folders; the channel is closed when that has ended.
func (d *Daemon) firstLook(ctx context.Context) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := d.seedsTick(ctx); err != nil && ctx.Err() == nil {
			d.o.Log.Error("reading the seed folders failed", "err", err)
		}
	}()
	return ended
}

// firstPass waits for the first look at the seed folders before the first tick, so that a newcomer sees something at
// once, and hands over what is due. A look that takes long goes on beside everything else; the channel is closed when
// it has ended.
func (d *Daemon) firstPass(ctx context.Context) (look <-chan struct{}) {
	look = d.firstLook(ctx)
	tell := func(what string, err error) {
		if err != nil && ctx.Err() == nil {
			d.o.Log.Error(what+" failed", "err", err)
		}
	}
	long := time.NewTimer(firstLookWait)
	defer long.Stop()
	select {
	case <-look:
	case <-long.C:
	case <-ctx.Done():
	}
	tell("following the journal", errors.Join(d.CatchUp(ctx), d.settleIfDue(ctx, true)))
	d.finishPass()
	tell("the welcome edition", d.welcomeWhenRead(ctx))
	tell("due digests", d.dueDigests(ctx))
	tell("delivering", d.deliver(ctx))
	return look
}

// ticks sets up everything that recurs.
func (d *Daemon) ticks() *schedule.Runner {
	r := schedule.New(d.o.Now)
	r.OnPanic = func(name string, slot schedule.Slot, value any, stack []byte) {
		d.o.Log.Error("a job panicked; it runs again at its next slot", "job", name, "slot", slot.Key, "err", fmt.Sprint(value), "stack", string(stack))
	}
	d.every(r, "feeds", feedTick, d.feedTick)
	d.every(r, "deliveries", deliverTick, d.deliver)
	d.every(r, "seeds", d.seedTick(), d.seedsTick)
	d.every(r, "backup", upkeepTick, d.backupIfDue)
	d.every(r, "retention", retentionTick, d.retain)
	d.every(r, "heartbeat", upkeepTick, d.heartbeat)
	d.every(r, "stories", settleTick, func(ctx context.Context) error { return d.settleIfDue(ctx, true) })
	d.ticking.Store(r)
	d.scheduleDigests(nil)
	return r
}

// scheduleDigests puts the slots of the configured digests into the ticks, and takes those of an older configuration out.
func (d *Daemon) scheduleDigests(old *config.Config) {
	r := d.ticking.Load()
	if r == nil {
		return
	}
	if old != nil {
		for _, dc := range old.Digests {
			r.Remove("digest " + dc.Name)
		}
	}
	for _, dc := range d.config.Load().Digests {
		r.Add("digest "+dc.Name, dc.Schedule, d.job("digest "+dc.Name, func(ctx context.Context) error {
			return errors.Join(d.welcomeWhenRead(ctx), d.dueDigests(ctx), d.deliver(ctx))
		}))
	}
}

// every adds a job at a fixed rhythm.
func (d *Daemon) every(r *schedule.Runner, name, rhythm string, f func(context.Context) error) {
	s, err := schedule.Parse(rhythm, time.UTC)
	if err != nil {
		d.o.Log.Error("bad rhythm", "job", name, "err", err)
		return
	}
	r.Add(name, s, d.job(name, f))
}

// job runs f and reports its error, once.
func (d *Daemon) job(name string, f func(context.Context) error) schedule.Job {
	return func(ctx context.Context, _ schedule.Slot) {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			d.o.Log.Error(name+" failed", "err", err)
		}
	}
}

// seedTick is the rhythm of the seed folder that is looked at most often.
func (d *Daemon) seedTick() string {
	shortest := time.Minute
	for i, s := range d.config.Load().Seeds {
		if every := time.Duration(s.Every); i == 0 || every < shortest {
			shortest = every
		}
	}
	return "every " + shortest.String()
}

// feedTick moves due feeds into the queues.
func (d *Daemon) feedTick(ctx context.Context) error {
	if err := d.sumUp(ctx); err != nil {
		return err
	}
	if !d.mayRead() {
		return nil
	}
	return d.submitDue(ctx)
}

// sumUp prints a summary when the last feeds are through, or have taken long, and writes the first editions that waited for them.
func (d *Daemon) sumUp(ctx context.Context) error {
	if d.pass.idle() || d.pass.age(d.o.Now()) > passAtLeast {
		d.finishPass()
	}
	return d.welcomeWhenRead(ctx)
}

// startSumming sums up whenever the last feed is through: a look at one feed takes as long as its server does, and not until the next tick.
func (d *Daemon) startSumming(ctx context.Context) (stop func()) {
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-d.pass.through:
				if err := d.sumUp(ctx); err != nil && ctx.Err() == nil {
					d.o.Log.Error("summing up failed", "err", err)
				}
			}
		}
	})
	return running.Wait
}

// mayRead reports whether there is room for more. That reading pauses is told once.
func (d *Daemon) mayRead() bool {
	err := d.space()
	if d.health.paused(err) {
		d.o.Log.Error("reading pauses", "err", err)
	}
	return err == nil
}

// seedsTick reads the seed folders, if there is room.
func (d *Daemon) seedsTick(ctx context.Context) error {
	if !d.mayRead() {
		return nil
	}
	return d.scanFolders(ctx)
}
