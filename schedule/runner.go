package schedule

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxSleep is how long the runner sleeps without looking at the clock: timers stand still while a machine is suspended
// and know nothing of a clock that is set.
const maxSleep = 30 * time.Second

// backJump is how far the clock must go back before slots are computed from it anew. Below it, slots that ran do not run again.
const backJump = 24 * time.Hour

// Job is what a Runner runs. Its context ends when the one given to Start does, or when Stop stops waiting.
type Job func(ctx context.Context, slot Slot)

// Runner runs jobs at their slots, each in a goroutine of its own. A slot that comes while the job's last run goes on
// is skipped, not queued; of several that passed unseen (a suspended machine, a clock set forward) the newest runs
// once; a panic ends one run and no more. Set the callbacks before Start; they are called from the job's or the
// runner's goroutine and must not call Stop.
type Runner struct {
	OnPanic func(name string, slot Slot, value any, stack []byte)
	OnSkip  func(name string, slot Slot)

	now  func() time.Time
	wake chan struct{}

	mu      sync.Mutex
	entries map[string]*entry
	state   runnerState
	jobs    context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup // jobs and the loop
}

type runnerState uint8

const (
	idle runnerState = iota
	started
	stopped
)

type entry struct {
	name     string
	schedule *Schedule
	job      Job
	seen     time.Time // slots up to here were run, skipped or came before Add
	next     Slot
	running  *bool // shared with the entry that replaces this one
}

// Entry is what Entries tells of one job.
type Entry struct {
	Name    string
	Next    Slot // the zero Slot: never again
	Running bool
}

// New returns a Runner that takes the time from now.
func New(now func() time.Time) *Runner {
	return &Runner{now: now, wake: make(chan struct{}, 1), entries: map[string]*entry{}}
}

// Add runs job at the slots of s after the present time, under a name of its own. It may be called before and after Start; a name that is
// already there gets the new schedule and job, and a run of the old job that goes on counts as a run of the new.
func (r *Runner) Add(name string, s *Schedule, job Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	e := &entry{name: name, schedule: s, job: job, seen: now, next: s.NextSlot(now), running: new(bool)}
	if old, ok := r.entries[name]; ok {
		e.running = old.running
	}
	r.entries[name] = e
	r.poke()
}

// Remove forgets a job. A run that goes on is not ended.
func (r *Runner) Remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, name)
}

// Entries returns the jobs by name.
func (r *Runner) Entries() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Entry, 0, len(r.entries))
	for _, e := range r.entries {
		out = append(out, Entry{Name: e.name, Next: e.next, Running: *e.running})
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Start begins running jobs and returns at once. When ctx ends, no further slot is run and the jobs' contexts end; Stop
// still waits for them. A second call does nothing.
func (r *Runner) Start(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state != idle {
		return
	}
	r.state = started
	r.jobs, r.cancel = context.WithCancel(ctx)
	loop := r.jobs
	r.running.Go(func() { r.loop(loop) })
}

// Stop lets no further slot run and waits for the jobs that do. When ctx ends first, the jobs' contexts are cancelled
// and the error names the jobs that were running. It may be called more than once, and before Start.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	if r.state != started {
		r.state = stopped
		if r.cancel == nil {
			r.mu.Unlock()
			return nil
		}
	}
	r.state = stopped
	cancel := r.cancel
	r.poke()
	r.mu.Unlock()
	defer cancel()

	done := make(chan struct{})
	go func() {
		r.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop jobs: still running: %s: %w", strings.Join(r.active(), ", "), context.Cause(ctx))
	}
}

// ErrNoJob is what Run returns for an unknown name.
var ErrNoJob = errors.New("no such job")

// Run starts a job now, outside its schedule, under the given slot. It reports whether the job was started: false when
// it is running already or the runner is not.
func (r *Runner) Run(name string, slot Slot) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[name]
	if !ok {
		return false, fmt.Errorf("%w: %s", ErrNoJob, name)
	}
	return r.begin(e, slot), nil
}

func (r *Runner) active() []string {
	var names []string
	for _, e := range r.Entries() {
		if e.Running {
			names = append(names, e.Name)
		}
	}
	return names
}

// poke makes the loop look again. The channel holds one token, so it never blocks.
func (r *Runner) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Runner) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-timer.C:
		}
		wait, ok := r.tick(ctx)
		if !ok {
			return
		}
		timer.Reset(wait)
	}
}

// tick starts what is due and returns how long to sleep, or false when the runner has stopped.
func (r *Runner) tick(ctx context.Context) (time.Duration, bool) {
	r.mu.Lock()
	var skipped []func()
	defer func() {
		r.mu.Unlock()
		for _, report := range skipped {
			report()
		}
	}()
	if r.state != started || ctx.Err() != nil {
		return 0, false
	}
	now := r.now()
	wait := maxSleep
	for _, e := range r.entries {
		slot, due := e.due(now)
		if due && !r.begin(e, slot) && r.OnSkip != nil {
			name := e.name
			skipped = append(skipped, func() { r.OnSkip(name, slot) })
		}
		if !e.next.At.IsZero() {
			wait = min(wait, max(e.next.At.Sub(now), 0))
		}
	}
	return wait, true
}

// due returns the newest slot that has come since the last look, and moves the entry past it.
func (e *entry) due(now time.Time) (Slot, bool) {
	if now.Before(e.seen.Add(-backJump)) {
		e.seen = now
		e.next = e.schedule.NextSlot(now)
	}
	if e.next.At.IsZero() || now.Before(e.next.At) {
		return Slot{}, false
	}
	slot, ok := e.schedule.Latest(e.seen, now)
	e.seen = now
	e.next = e.schedule.NextSlot(now)
	return slot, ok
}

// begin starts e's job unless it is running. The caller holds r.mu.
func (r *Runner) begin(e *entry, slot Slot) bool {
	if r.state != started || *e.running {
		return false
	}
	*e.running = true
	name, job, running, ctx := e.name, e.job, e.running, r.jobs
	r.running.Go(func() {
		defer func() {
			r.mu.Lock()
			*running = false
			r.mu.Unlock()
		}()
		r.guard(ctx, name, slot, job)
	})
	return true
}

// guard is the innermost layer: a panic ends the run, after which the job counts as finished.
func (r *Runner) guard(ctx context.Context, name string, slot Slot, job Job) {
	defer func() {
		if v := recover(); v != nil && r.OnPanic != nil {
			r.OnPanic(name, slot, v, debug.Stack())
		}
	}()
	job(ctx, slot)
}
