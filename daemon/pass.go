package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// pass counts what happens between two summary lines.
type pass struct {
	mu       sync.Mutex
	inFlight map[news.FeedID]bool      // queued, being read or being kept
	putOff   map[news.FeedID]time.Time // until when feeds are left alone whose state could not be saved
	sum      Summary
	now      func() time.Time
	ended    time.Time     // when the last feed was through; zero while one is under way
	through  chan struct{} // told of that
}

// FailingFeed is a feed that a person should look at, and why.
type FailingFeed struct{ Feed, Err string }

// Summary is what one pass did.
type Summary struct {
	Started   time.Time
	Took      time.Duration
	Asked     int // feeds that were asked
	Unchanged int
	Failed    int
	Offline   int // of the failed: the machine has no network
	Files     int // seed files read
	Waiting   int // seed files still being written
	Problems  int // seed files and folders that could not be read
	New       int // items
	Backlog   int // of the new: older than our watching
	Archive   int // of the backlog: sent by a feed that was read before
	Revised   int
	Failures  []FailingFeed // the feeds that failed for the third time in a row
	Pages     int           // articles whose text came from their pages
	Gaps      []string      // the feeds whose document shares nothing with the one before
}

func newPass(now func() time.Time) *pass {
	return &pass{
		inFlight: make(map[news.FeedID]bool), putOff: make(map[news.FeedID]time.Time), now: now, sum: Summary{Started: now()},
		through: make(chan struct{}, 1),
	}
}

// begin marks a feed as under way; false when it already is.
func (p *pass) begin(id news.FeedID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inFlight[id] {
		return false
	}
	if len(p.inFlight) == 0 && p.sum.quiet() {
		p.sum.Started = p.now()
	}
	p.inFlight[id], p.ended = true, time.Time{}
	return true
}

func (p *pass) end(id news.FeedID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.inFlight, id)
	if len(p.inFlight) > 0 {
		return
	}
	p.ended = p.now()
	select {
	case p.through <- struct{}{}:
	default: // it is told already
	}
}

// hold leaves a feed alone until a time.
func (p *pass) hold(id news.FeedID, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.putOff[id] = until
}

func (p *pass) held(id news.FeedID, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	until, ok := p.putOff[id]
	if ok && !now.Before(until) {
		delete(p.putOff, id)
		ok = false
	}
	return ok
}

func (p *pass) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.inFlight) == 0
}

func (p *pass) appended(r store.Receipt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sum.New += len(r.New)
	p.sum.Revised += len(r.Revised)
	for i := range r.New {
		if r.New[i].Backlog {
			p.sum.Backlog++
			if r.New[i].BacklogWhy == news.WhyArchive {
				p.sum.Archive++
			}
		}
	}
}

func (p *pass) feed(sub ingest.Subscription, res ingest.FeedResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sum.Asked++
	p.sum.Pages += res.Pages
	switch {
	case res.Gap:
		p.sum.Gaps = append(p.sum.Gaps, sub.URL)
	case res.Unchanged:
		p.sum.Unchanged++
	case res.Err != nil:
		p.sum.Failed++
		if res.Offline {
			p.sum.Offline++
		}
		if res.Report {
			why := res.Document.Feed.Error
			if other := res.Document.Feed.Proposed; other != "" {
				why += "; its site offers " + other
			}
			p.sum.Failures = append(p.sum.Failures, FailingFeed{Feed: sub.URL, Err: why})
		}
	}
}

func (p *pass) folder(res ingest.FolderResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sum.Files += res.Read
	p.sum.Waiting += res.Waiting
	p.sum.Problems += len(res.Problems)
}

// take returns the summary so far and begins the next one.
func (p *pass) take(now time.Time) Summary {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sum
	s.Took = now.Sub(s.Started)
	if !p.ended.IsZero() {
		s.Took = p.ended.Sub(s.Started)
	}
	p.sum, p.ended = Summary{Started: now}, time.Time{}
	return s
}

// quiet reports whether nothing happened that a person wants to read about.
func (s Summary) quiet() bool {
	return s.Asked+s.Files+s.Problems+s.New+s.Revised == 0
}

// offline reports whether feeds were asked and none could be for want of a network.
func (s Summary) offline() bool { return s.Asked > 0 && s.Offline == s.Asked }

// String is the summary in one line for people.
func (s Summary) String() string {
	var parts []string
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, text.Number(n)+" "+many)
		}
	}
	add(s.Asked, "feed asked", "feeds asked")
	add(s.Unchanged, "unchanged", "unchanged")
	add(s.Failed-s.Offline, "failed", "failed")
	add(s.Offline, "without network", "without network")
	add(len(s.Gaps), "possible gap", "possible gaps")
	add(s.Pages, "article page read", "article pages read")
	add(s.Files, "seed file read", "seed files read")
	add(s.Problems, "problem with seed files", "problems with seed files")
	if fresh := s.New - s.Backlog; fresh > 0 {
		add(fresh, "new item", "new items")
	}
	if first := s.Backlog - s.Archive; first > 0 {
		add(first, "item already there", "items already there")
	}
	add(s.Archive, "item of an archive", "items of archives")
	add(s.Revised, "revision", "revisions")
	if s.New+s.Revised == 0 {
		parts = append(parts, "nothing new")
	}
	return fmt.Sprintf("pass: %s, in %s", strings.Join(parts, ", "), s.Took.Round(10*time.Millisecond))
}

// finishPass reports what happened since the last report.
func (d *Daemon) finishPass() {
	s := d.takePass()
	if s.quiet() {
		return
	}
	e, again := s.event(), d.health.offlineAgain(s)
	if again {
		e.level = slog.LevelDebug
	}
	d.reportPass(s, e)
	if s.offline() && !again {
		const all = "no feed counts as failing; all are asked again every few minutes, which is not reported each time"
		d.report(event{level: slog.LevelWarn, msg: "no network", fields: []slog.Attr{slog.String("err", all)}, lines: []string{"          no network: " + all}})
	}
}

// takePass returns what happened since the last report and begins the next summary.
func (d *Daemon) takePass() Summary {
	s := d.pass.take(d.o.Now())
	if !s.quiet() {
		d.health.passed(s)
		d.notify("STATUS=" + s.String())
	}
	return s
}

// RunOptions say how to run one pass.
type RunOptions struct {
	Force bool // also feeds that are not due
}

// Run makes one pass: seed folders, due feeds, followers, due digests, deliveries.
func (d *Daemon) Run(ctx context.Context, o RunOptions) (Summary, error) {
	if err := errors.Join(d.adopt(ctx), d.releaseLeases(ctx)); err != nil {
		return Summary{}, err
	}
	var unread error
	noSpace := d.space() // then nothing is read, and the rest goes on
	if noSpace == nil {
		if unread = d.read(ctx, o); ctx.Err() != nil {
			return Summary{}, unread
		}
	}
	if err := errors.Join(d.CatchUp(ctx), d.settleIfDue(ctx, false)); err != nil {
		return Summary{}, err
	}
	err := errors.Join(d.welcome(ctx), d.dueDigests(ctx), d.deliver(ctx), d.backupIfDue(ctx), d.retain(ctx))
	sum := d.takePass()
	if e := sum.event(); !sum.quiet() {
		e.level = slog.LevelInfo // who asks for one pass wants to know, also that nothing is new
		d.reportPass(sum, e)
	}
	if err = errors.Join(noSpace, unread, err, d.health.storeError()); err == nil {
		err = d.heartbeat(ctx)
	}
	return sum, err
}

// read reads the seed folders and the feeds and returns when everything is kept. The followers work beside it; what
// they leave, and their errors, are for the caller's CatchUp.
func (d *Daemon) read(ctx context.Context, o RunOptions) error {
	defer d.startFollowing(ctx, func(error) {})()
	unread := d.scanFolders(ctx) // the feeds are read all the same
	if ctx.Err() != nil {
		return ctx.Err()
	}
	submit := d.submitDue
	if o.Force {
		submit = d.submitAll
	}
	if err := submit(ctx); err != nil {
		return err
	}
	if err := d.queue.Drain(ctx); err != nil {
		return d.interrupted(err)
	}
	d.writer.Flush()
	return unread
}

// interrupted stops what still runs and keeps what was read.
func (d *Daemon) interrupted(err error) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin/2)
	defer cancel()
	stopErr := d.queue.Stop(ctx)
	d.writer.Flush()
	return errors.Join(err, stopErr)
}

// age is how long ago the last summary was taken.
func (p *pass) age(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Sub(p.sum.Started)
}
