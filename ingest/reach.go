package ingest

import (
	"errors"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"

	"mediawatch/fetch"
	"mediawatch/news"
)

const (
	offlineHosts = 3           // with fewer hosts to ask, silence says nothing about the network
	answerHolds  = time.Minute // so long after an answer the network is taken to be there
)

// reach tells servers that fail from a machine that reaches nobody. Whatever comes from the other side is an answer: a
// refused connection, a failed TLS handshake, an error status. A feed without an answer counts as failing when another
// one was answered within the last minute, or since this one was last asked in vain; else the network is missing, and
// nobody's feed has failed. With names it is the same: one that has no address fails when a host with a name answered.
type reach struct {
	mu       sync.Mutex
	answered time.Time       // the last answer of any host
	resolved time.Time       // the last answer of a host that has a name
	silent   map[string]bool // hosts without an answer since
	since    time.Time       // the first of them
}

// question is what is known of a feed when its answer, or none, comes.
type question struct {
	state news.Feed
	hosts int // that feeds are asked from
	now   time.Time
}

// judge takes note of what became of a request and returns its error: as it is, or as that of a machine without network.
func (r *reach) judge(err error, q question) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var e *fetch.Error
	errors.As(err, &e)
	switch {
	case err != nil && e == nil, e != nil && (e.Kind == fetch.KindCanceled || e.Kind == fetch.KindURL || e.Kind == fetch.KindBlocked):
		return err // nobody was asked
	case e == nil || !noAnswer(e):
		r.answered, r.silent, r.since = q.now, nil, time.Time{}
		if named(q.state.Location) {
			r.resolved = q.now
		}
		return err
	}
	good := r.answered
	if e.Kind == fetch.KindDNS {
		good = r.resolved
	}
	vain := q.state.LastTry.After(q.state.LastOK)
	switch {
	case e.Kind == fetch.KindOffline: // this machine says so itself
	case q.hosts < offlineHosts, !good.IsZero() && q.now.Sub(good) <= answerHolds, vain && good.After(q.state.LastTry):
		return err
	}
	if r.silent == nil {
		r.silent, r.since = make(map[string]bool), q.now
	}
	r.silent[fetch.HostOf(e.URL)] = true
	offline := *e
	offline.Kind, offline.Hint = fetch.KindOffline, "no server answers: this machine seems to have no network"
	return &offline
}

// noAnswer reports whether nothing came from the other side.
func noAnswer(e *fetch.Error) bool {
	switch e.Kind {
	case fetch.KindOffline, fetch.KindDNS, fetch.KindTimeout:
		return true
	case fetch.KindRefused: // a refused or broken connection is an answer; a missing route is none
		return errors.Is(e.Err, syscall.EHOSTUNREACH) || errors.Is(e.Err, syscall.ENETUNREACH) || errors.Is(e.Err, syscall.ENETDOWN)
	}
	return false
}

// named reports whether the host of an address is a name, which somebody had to look up.
func named(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	_, err = netip.ParseAddr(u.Hostname())
	return err != nil
}

// OfflineSince returns since when no server has answered, at least three having been asked; zero while any does.
func (r *FeedReader) OfflineSince() time.Time {
	r.reach.mu.Lock()
	defer r.reach.mu.Unlock()
	if len(r.reach.silent) < offlineHosts {
		return time.Time{}
	}
	return r.reach.since
}
