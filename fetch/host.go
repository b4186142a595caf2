package fetch

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"
)

// HostOf returns what a host's pace is counted by: the lower-case host in ASCII, without the scheme's own port; "" for
// what is not an http or https URL.
func HostOf(rawURL string) string {
	u, err := parseAddress(rawURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return hostOf(u)
}

func hostOf(u *url.URL) string {
	name := asciiHost(u.Hostname())
	switch port := u.Port(); {
	case port == "", u.Scheme == "http" && port == "80", u.Scheme == "https" && port == "443":
		return name
	default:
		return name + ":" + port
	}
}

// asciiHost returns a host's name in lower-case ASCII without the root's dot, as it is looked up.
func asciiHost(name string) string {
	if !plainHost(name) {
		if ascii, err := idna.Lookup.ToASCII(name); err == nil {
			name = ascii
		} else {
			name = strings.ToLower(name)
		}
	}
	return strings.TrimSuffix(name, ".")
}

// plainHost reports whether a host is already as hostOf wants it, which nearly all are.
func plainHost(name string) bool {
	for i := range len(name) {
		if b := name[i]; b >= 0x80 || 'A' <= b && b <= 'Z' {
			return false
		}
	}
	return true
}

// hosts gives out the turns: so many requests to a host at a time, and a gap from the end of one to the start of the next.
type hosts struct {
	conns int
	gap   time.Duration
	rand  func() float64

	mu      sync.Mutex
	byName  map[string]*host
	sweepAt int // number of hosts at which idle ones are forgotten
}

// host is the turn of one host.
type host struct {
	name    string
	busy    int
	next    time.Time // no ordinary request starts before
	waiting []*waiter // urgent ones first, else in the order they came
	timer   *time.Timer
}

type waiter struct {
	urgent bool
	turn   chan struct{} // closed when it is its turn
}

func newHosts(conns int, gap time.Duration, rand func() float64) *hosts {
	return &hosts{conns: conns, gap: gap, rand: rand, byName: make(map[string]*host), sweepAt: 1024}
}

// acquire waits for a turn. It must be given back with release unless there is an error, which is then ctx's cause.
func (hs *hosts) acquire(ctx context.Context, name string, urgent bool) (*host, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	hs.mu.Lock()
	h := hs.get(name)
	if h.busy < hs.conns && (urgent || len(h.waiting) == 0 && !time.Now().Before(h.next)) {
		h.busy++
		hs.mu.Unlock()
		return h, nil
	}
	w := &waiter{urgent: urgent, turn: make(chan struct{})}
	h.enqueue(w)
	hs.advance(h)
	hs.mu.Unlock()
	select {
	case <-w.turn:
		return h, nil
	case <-ctx.Done():
	}
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if i := slices.Index(h.waiting, w); i >= 0 {
		h.waiting = slices.Delete(h.waiting, i, i+1)
	} else { // the turn came in the same moment; nothing was asked, so the gap does not begin anew
		h.busy--
	}
	hs.advance(h)
	return nil, context.Cause(ctx)
}

// release ends a turn; the gap begins.
func (hs *hosts) release(h *host) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h.busy--
	if hs.gap > 0 {
		h.next = time.Now().Add(hs.gap + time.Duration(hs.rand()*gapJitter*float64(hs.gap)))
	}
	hs.advance(h)
}

// gapJitter is by how much of itself a gap is longer at most.
const gapJitter = 0.25

// wait returns how long an ordinary request to the host would wait for its gap.
func (hs *hosts) wait(name string) time.Duration {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if h := hs.byName[name]; h != nil {
		return max(0, time.Until(h.next))
	}
	return 0
}

// get returns the host's turn, and now and then forgets hosts that nobody has asked for longer than their gap.
func (hs *hosts) get(name string) *host {
	if h := hs.byName[name]; h != nil {
		return h
	}
	if len(hs.byName) >= hs.sweepAt {
		now := time.Now()
		for n, h := range hs.byName {
			if h.busy == 0 && len(h.waiting) == 0 && !now.Before(h.next) {
				delete(hs.byName, n)
			}
		}
		hs.sweepAt = max(1024, 2*len(hs.byName))
	}
	h := &host{name: name}
	hs.byName[name] = h
	return h
}

func (h *host) enqueue(w *waiter) {
	at := len(h.waiting)
	if w.urgent {
		at = 0
		for at < len(h.waiting) && h.waiting[at].urgent {
			at++
		}
	}
	h.waiting = slices.Insert(h.waiting, at, w)
}

// advance gives free turns to those who wait, or sets the timer for the next one. Callers hold hs.mu.
func (hs *hosts) advance(h *host) {
	for h.busy < hs.conns && len(h.waiting) > 0 {
		w := h.waiting[0]
		if d := time.Until(h.next); d > 0 && !w.urgent {
			if h.timer == nil {
				h.timer = time.AfterFunc(d, func() {
					hs.mu.Lock()
					defer hs.mu.Unlock()
					hs.advance(h)
				})
			} else {
				h.timer.Reset(d)
			}
			return
		}
		h.waiting = slices.Delete(h.waiting, 0, 1)
		h.busy++
		close(w.turn)
	}
	if h.timer != nil && len(h.waiting) == 0 {
		h.timer.Stop()
	}
}
