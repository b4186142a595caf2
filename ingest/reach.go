package ingest

import (
	"errors"
	"sync"

	"mediawatch/fetch"
)

// offlineHosts is how many hosts in a row must give no answer at all before the machine counts as offline.
const offlineHosts = 3

// reach tells servers that fail from a machine that reaches nobody. While no host has answered since several gave no answer, nothing counts as a
// server's failure.
type reach struct {
	mu     sync.Mutex
	silent map[string]bool // hosts without an answer since the last one that came
}

// judge takes note of what became of a request and returns its error: as it is, or as that of a machine without network.
func (r *reach) judge(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var e *fetch.Error
	switch {
	case err == nil, errors.As(err, &e) && e.Status != 0:
		r.silent = nil
		return err
	case e == nil || !e.Kind.NoAnswer():
		return err
	}
	if r.silent == nil {
		r.silent = make(map[string]bool)
	}
	r.silent[fetch.HostOf(e.URL)] = true
	if len(r.silent) < offlineHosts {
		return err
	}
	offline := *e
	offline.Kind, offline.Hint = fetch.KindOffline, "no server answers: this machine seems to have no network"
	return &offline
}
