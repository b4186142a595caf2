package web

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

// The limits of answers over the network. docs/api.md names them. The owner, over the socket or in this process, has none.
const (
	answersMost  = 32              // answers that are worked out at a time
	turnWithin   = 2 * time.Second // how long a request waits for its turn before it is told to come again
	retryAfter   = 5 * time.Second // when
	pendingMost  = 12 << 20        // bytes of whole answers that wait for their readers at a time
	pendingSmall = 64 << 10        // an answer of so many bytes does not count
)

// searchesMost is how many queries are run at a time, of those answers: they may take a processor for as long as a query may take.
var searchesMost = max(2, runtime.GOMAXPROCS(0))

// turns bounds what is worked out at a time, and what waits to be read.
type turns struct {
	answers, searches chan struct{}
	pending           atomic.Int64
	within, write     time.Duration // turnWithin and writeWithin, except in tests
}

func newTurns() *turns {
	return &turns{
		answers: make(chan struct{}, answersMost), searches: make(chan struct{}, searchesMost), within: turnWithin, write: writeWithin,
	}
}

// busy is the answer to a request that came at a bad time.
func busy(msg string) error {
	return &Error{Status: http.StatusServiceUnavailable, Msg: msg, Kind: KindBusy, RetryAfter: retryAfter}
}

// errTime is why a query over the network ends before it has looked at everything.
var errTime = errors.New("the time of a query is over")

// turn is an answer's right to be worked out. It is paused while the client reads, so that slow readers keep nobody
// waiting and lose no time of their query.
type turn struct {
	ctx    context.Context // ends with the client, and with the time of the query
	of     chan struct{}   // nil: no limit
	cancel context.CancelCauseFunc
	timer  *time.Timer // nil: no limit of time
	left   time.Duration
	since  time.Time
}

// answer waits for a turn to work out an answer.
func (s *Server) answer(r *http.Request) (*turn, error) {
	return s.newTurn(r, s.turns.answers, 0)
}

// query waits for a turn to run a query; it ends when the time is over that [web] query_time gives it.
func (s *Server) query(r *http.Request) (*turn, error) {
	return s.newTurn(r, s.turns.searches, time.Duration(s.o.Config().Web.QueryTime))
}

func (s *Server) newTurn(r *http.Request, of chan struct{}, limit time.Duration) (*turn, error) {
	t := &turn{}
	t.ctx, t.cancel = context.WithCancelCause(r.Context())
	if isOwner(r) {
		return t, nil
	}
	wait, done := context.WithTimeout(t.ctx, s.turns.within)
	defer done()
	select {
	case of <- struct{}{}:
	case <-wait.Done():
		t.cancel(nil)
		return nil, busy("too much is being asked at a time; come again in a few seconds")
	}
	t.of = of
	if limit > 0 {
		t.left, t.since = limit, time.Now()
		t.timer = time.AfterFunc(limit, func() { t.cancel(errTime) })
	}
	return t, nil
}

type turnKey struct{}

// within returns a request that is answered in this turn.
func (t *turn) within(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(t.ctx, turnKey{}, t))
}

// isLate reports whether the time is over that the query of a request has.
func isLate(r *http.Request) bool {
	t, ok := r.Context().Value(turnKey{}).(*turn)
	return ok && t.late()
}

// late reports whether the time of the query is over.
func (t *turn) late() bool { return context.Cause(t.ctx) == errTime }

// pause gives the turn back for a while.
func (t *turn) pause() {
	if t.of == nil {
		return
	}
	if t.timer != nil && t.timer.Stop() {
		t.left -= time.Since(t.since)
	}
	<-t.of
}

// resume waits for another turn.
func (t *turn) resume() error {
	if t.of == nil {
		return nil
	}
	select {
	case t.of <- struct{}{}:
	case <-t.ctx.Done():
		t.of = nil // nothing to give back
		return t.ctx.Err()
	}
	if t.timer != nil {
		t.since = time.Now()
		t.timer.Reset(max(t.left, 1))
	}
	return nil
}

// end gives the turn back.
func (t *turn) end() {
	if t.timer != nil {
		t.timer.Stop()
	}
	if t.of != nil {
		<-t.of
		t.of = nil
	}
	t.cancel(nil)
}

// send writes a whole answer, unless too much waits to be read already.
func (s *Server) send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	if n := int64(len(body)); n > pendingSmall && !isOwner(r) {
		defer s.turns.pending.Add(-n)
		if waiting := s.turns.pending.Add(n); waiting > pendingMost && waiting > n { // one alone is always sent
			tellRetry(w, retryAfter)
			http.Error(w, "too many answers wait to be read; come again in a few seconds", http.StatusServiceUnavailable)
			return
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone
}

func tellRetry(w http.ResponseWriter, after time.Duration) {
	if after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(after/time.Second)))
	}
}

// The pace of a reader.
const (
	writeWithin = 30 * time.Second // a client takes writePiece bytes in this time, or it is cut off
	writePiece  = 64 << 10
)

// paced ends an answer that its client does not read. Only a client that reads too slowly is cut off, however long the answer is.
type paced struct {
	http.ResponseWriter
	within time.Duration
}

// Unwrap serves http.ResponseController.
func (p paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// Write implements http.ResponseWriter.
func (p paced) Write(b []byte) (int, error) {
	control := http.NewResponseController(p.ResponseWriter)
	written := 0
	for {
		_ = control.SetWriteDeadline(time.Now().Add(p.within)) // a recorder in a test has none
		piece := b[written:min(len(b), written+writePiece)]
		n, err := p.ResponseWriter.Write(piece)
		written += n
		if err != nil || written == len(b) {
			return written, err
		}
	}
}
