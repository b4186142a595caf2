package fetch

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

const (
	// slowAfter is how long a job that waits for a server holds one of the workers; one that takes longer goes on beside them, so that
	// slow servers do not hold up the others. Get takes its job back among the workers when the answer is there: what comes then is this
	// machine's work, and starting more of that because it is slow would only make it slower and fill the memory.
	slowAfter = 250 * time.Millisecond
	// maxSlow is how many jobs may go on beside them.
	maxSlow = 256
)

// errStopped is the cause running jobs are canceled with.
var errStopped = errors.New("the queue is stopped")

// Queue runs jobs in one line for each host, as long as the process lives: nothing in it belongs to a tick. Within a line jobs run one at a
// time in the order they came, urgent ones first; the lines take turns, and one that waits for its host's gap holds no
// worker. So a host with 500 jobs delays nobody else. It is safe for concurrent use.
type Queue struct {
	// OnPanic is told of a job that panicked; the queue goes on. Nil lets the panic end the process. Set it before the first Submit.
	OnPanic func(key string, value any, stack []byte)

	workers int
	lanes   int                             // jobs of one host at a time
	gap     func(host string) time.Duration // how long a host's next ordinary job has to wait

	mu      sync.Mutex
	lines   map[string]*line
	keys    map[string]struct{} // waiting or running
	ready   []*line             // lines whose first job may start now, longest waiting first
	waiting int                 // jobs that have not started
	running int                 // jobs that have
	slow    int                 // of these, how many count no longer
	stopped bool
	empty   []chan struct{} // closed when nothing waits and nothing runs
	ctx     context.Context
	cancel  context.CancelCauseFunc
}

// line is the queue of one host.
type line struct {
	host   string
	urgent []job
	usual  []job
	busy   int
	queued bool // it is in ready
	timer  *time.Timer
}

type job struct {
	key string
	run func(context.Context)
}

// NewQueue returns a queue that runs so many jobs at a time, and beside them slow ones that have begun, one for each host, without gaps;
// see Client.NewQueue for those.
func NewQueue(workers int) *Queue {
	q := &Queue{
		workers: max(1, workers), lanes: 1,
		gap:   func(string) time.Duration { return 0 },
		lines: make(map[string]*line), keys: make(map[string]struct{}),
	}
	q.ctx, q.cancel = context.WithCancelCause(context.Background())
	return q
}

// NewQueue returns a queue that starts a host's next job when the client's gap for it has passed, so that Get need not wait. It must be
// submitted to with HostOf the URL.
func (c *Client) NewQueue(workers int) *Queue {
	q := NewQueue(workers)
	q.lanes = c.o.HostConns
	q.gap = c.hosts.wait
	return q
}

// Submit puts a job at the end of its host's line. It returns false, and the job never runs, when a job of that key waits or
// runs, or the queue is stopped. The job's context ends when the queue is stopped.
func (q *Queue) Submit(key, host string, run func(context.Context)) bool {
	return q.submit(host, job{key, run}, func(l *line, j job) { l.usual = append(l.usual, j) })
}

// SubmitUrgent is Submit for what need not wait for the host's gap: it runs before the host's ordinary jobs.
func (q *Queue) SubmitUrgent(key, host string, run func(context.Context)) bool {
	return q.submit(host, job{key, run}, func(l *line, j job) { l.urgent = append(l.urgent, j) })
}

func (q *Queue) submit(host string, j job, enqueue func(*line, job)) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, double := q.keys[j.key]; double || q.stopped {
		return false
	}
	q.keys[j.key] = struct{}{}
	l := q.lines[host]
	if l == nil {
		l = &line{host: host}
		q.lines[host] = l
	}
	enqueue(l, j)
	q.waiting++
	q.offer(l)
	q.dispatch()
	return true
}

// Len returns how many jobs wait or run.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting + q.running
}

// Hosts returns how many hosts have a job that waits or runs.
func (q *Queue) Hosts() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.lines)
}

// Running returns how many jobs run.
func (q *Queue) Running() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running
}

// Drain waits until nothing waits and nothing runs, or for ctx, whose cause it returns then. Jobs submitted meanwhile are waited for, too.
func (q *Queue) Drain(ctx context.Context) error {
	q.mu.Lock()
	if q.waiting+q.running == 0 {
		q.mu.Unlock()
		return nil
	}
	empty := make(chan struct{})
	q.empty = append(q.empty, empty)
	q.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Stop drops what waits, cancels what runs, and waits for it to end, or for ctx, whose cause it returns then. Submit refuses from now on.
// Stopping twice is the same as once.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	if !q.stopped {
		q.stopped = true
		q.cancel(errStopped)
		for host, l := range q.lines {
			q.waiting -= len(l.urgent) + len(l.usual)
			for _, j := range slices.Concat(l.urgent, l.usual) {
				delete(q.keys, j.key)
			}
			l.urgent, l.usual, l.queued = nil, nil, false
			l.stopTimer()
			if l.busy == 0 {
				delete(q.lines, host)
			}
		}
		q.ready = nil
		q.settle()
	}
	q.mu.Unlock()
	return q.Drain(ctx)
}

// offer puts a line among the ready ones if its first job may start, or sets its timer. Callers hold q.mu.
func (q *Queue) offer(l *line) {
	if l.queued || l.busy >= q.lanes || len(l.urgent)+len(l.usual) == 0 {
		return
	}
	if len(l.urgent) == 0 {
		if d := q.gap(l.host); d > 0 {
			if l.timer == nil {
				l.timer = time.AfterFunc(d, func() { q.wake(l) })
			} else {
				l.timer.Reset(d)
			}
			return
		}
	}
	l.stopTimer()
	l.queued = true
	q.ready = append(q.ready, l)
}

func (l *line) stopTimer() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// wake is a line's timer.
func (q *Queue) wake(l *line) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.offer(l)
	q.dispatch()
}

// dispatch starts workers for ready lines as long as there may be more. Callers hold q.mu.
func (q *Queue) dispatch() {
	for q.free() {
		l, j := q.take()
		go q.work(l, j)
	}
}

// free reports whether a job can start. Callers hold q.mu.
func (q *Queue) free() bool {
	return len(q.ready) > 0 && q.running-q.slow < q.workers
}

// take removes the first job of the first ready line; it counts as running. Callers hold q.mu.
func (q *Queue) take() (*line, job) {
	l := q.ready[0]
	q.ready[0] = nil
	q.ready = q.ready[1:]
	l.queued = false
	from := &l.urgent
	if len(*from) == 0 {
		from = &l.usual
	}
	j := (*from)[0]
	(*from)[0] = job{}
	*from = (*from)[1:]
	l.busy++
	q.waiting--
	q.running++
	q.offer(l) // with more than one lane the next job may start beside this one
	return l, j
}

// work runs a job, then others as long as there are any: one goroutine does the work of many jobs.
func (q *Queue) work(l *line, j job) {
	t := slowTimer{q: q}
	for {
		t.start()
		q.run(j, &t)
		q.mu.Lock()
		t.stop()
		q.running--
		l.busy--
		delete(q.keys, j.key)
		q.offer(l)
		if l.busy == 0 && len(l.urgent)+len(l.usual) == 0 {
			l.stopTimer()
			delete(q.lines, l.host)
		}
		q.settle()
		if !q.free() {
			q.mu.Unlock()
			return
		}
		l, j = q.take()
		q.mu.Unlock()
	}
}

// run runs one job, and keeps its panic from the others.
func (q *Queue) run(j job, t *slowTimer) {
	if q.OnPanic != nil {
		defer func() {
			if v := recover(); v != nil {
				q.OnPanic(j.key, v, debug.Stack())
			}
		}()
	}
	j.run(context.WithValue(q.ctx, slowKey{}, t))
}

// slowKey is under what a job's context holds its timer, for Get.
type slowKey struct{}

// answered tells the queue that runs the job of ctx, if one does, that the job no longer waits for a server.
func answered(ctx context.Context) {
	if t, ok := ctx.Value(slowKey{}).(*slowTimer); ok {
		t.q.mu.Lock()
		defer t.q.mu.Unlock()
		t.stop()
	}
}

// settle tells those who wait for an empty queue. Callers hold q.mu.
func (q *Queue) settle() {
	if q.waiting+q.running > 0 {
		return
	}
	for _, c := range q.empty {
		close(c)
	}
	q.empty = nil
}

// slowTimer lets a job count no longer once it has taken slowAfter.
type slowTimer struct {
	q     *Queue
	timer *time.Timer
	turn  int  // of the job being timed; a late timer of an earlier one does nothing
	slow  bool // it counts no longer
}

func (t *slowTimer) start() {
	t.q.mu.Lock()
	t.turn++
	turn := t.turn
	t.q.mu.Unlock()
	t.timer = time.AfterFunc(slowAfter, func() {
		t.q.mu.Lock()
		defer t.q.mu.Unlock()
		if t.turn == turn && t.q.slow < maxSlow {
			t.slow = true
			t.q.slow++
			t.q.dispatch()
		}
	})
}

// stop ends the timing; the job counts again. Callers hold q.mu.
func (t *slowTimer) stop() {
	t.timer.Stop()
	t.turn++
	if t.slow {
		t.slow = false
		t.q.slow--
	}
}
