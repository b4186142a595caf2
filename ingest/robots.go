package ingest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/temoto/robotstxt"

	"mediawatch/fetch"
)

// How robots.txt is treated (RFC 9309).
const (
	robotsKept    = 24 * time.Hour   // an answer is not asked for again before
	robotsRetry   = 4 * time.Hour    // a server that did not answer is left in peace for so long
	robotsMost    = 500 << 10        // bytes that are read of one (2.5)
	robotsHosts   = 2000             // hosts remembered
	robotsSlowest = 30 * time.Second // a longer Crawl-delay means: not now
)

// errRobots is why a page is not asked for.
var errRobots = errors.New("robots.txt does not permit it")

// robots remembers what hosts permit. One robots.txt is asked for per host and day, in the host's turn like any
// request. It is safe for concurrent use.
type robots struct {
	client *fetch.Client
	agent  string // product token
	now    func() time.Time

	mu    sync.Mutex
	hosts map[string]*hostRules
}

// hostRules is what one host permits.
type hostRules struct {
	mu    sync.Mutex // held while robots.txt is asked for, so that it is asked for once
	until time.Time
	rules *robotstxt.Group // nil: nothing is permitted
	next  time.Time        // no page sooner: Crawl-delay
}

// permit returns nil when a page may be asked for now, having waited for the host's Crawl-delay; errRobots, or ctx's error.
func (r *robots) permit(ctx context.Context, u *url.URL) error {
	h := r.host(u.Scheme + "://" + u.Host)
	h.mu.Lock()
	if !r.now().Before(h.until) {
		group, kept, err := r.ask(ctx, u)
		if err != nil {
			h.mu.Unlock()
			return err
		}
		h.rules, h.until = group, r.now().Add(kept)
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if h.rules == nil || !h.rules.Test(path) || h.rules.CrawlDelay > robotsSlowest {
		h.mu.Unlock()
		return errRobots
	}
	now := time.Now()
	wait := h.next.Sub(now)
	h.next = now.Add(max(0, wait) + h.rules.CrawlDelay)
	h.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// host returns the rules of a host, and forgets those that have run out when there are many.
func (r *robots) host(name string) *hostRules {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hosts == nil {
		r.hosts = make(map[string]*hostRules)
	}
	if h := r.hosts[name]; h != nil {
		return h
	}
	if len(r.hosts) >= robotsHosts {
		clear(r.hosts)
	}
	h := &hostRules{}
	r.hosts[name] = h
	return h
}

// ask gets a host's robots.txt and says for how long the answer holds. No file permits everything, a server in trouble
// nothing (RFC 9309, 2.3.1).
func (r *robots) ask(ctx context.Context, u *url.URL) (*robotstxt.Group, time.Duration, error) {
	at := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	resp, err := r.client.Get(ctx, fetch.Request{URL: at.String(), Accept: "text/plain, */*;q=0.1"})
	if ctx.Err() != nil {
		return nil, 0, context.Cause(ctx)
	}
	var fe *fetch.Error
	switch {
	case errors.As(err, &fe) && fe.Status >= 400 && fe.Status < 500 && fe.Status != http.StatusTooManyRequests:
		return &robotstxt.Group{}, robotsKept, nil
	case err != nil:
		return nil, robotsRetry, nil
	}
	group := parseRobots(resp.Body, r.agent)
	return group, robotsKept, nil
}

// parseRobots returns the rules for an agent. Lines that are none, and values that the parser would refuse the whole
// file for, are left out: the rest counts (RFC 9309, 2.2: what cannot be parsed is ignored).
func parseRobots(data []byte, agent string) *robotstxt.Group {
	data = bytes.TrimPrefix(data[:min(len(data), robotsMost)], []byte("\xef\xbb\xbf"))
	var clean strings.Builder
	for line := range strings.FieldsFuncSeq(string(data), func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		if !ok {
			continue
		}
		switch key {
		case "user-agent", "useragent", "user agent":
			key = "User-agent"
			value, _, _ = strings.Cut(value, "/")
		case "allow", "disallow":
		case "crawl-delay":
			if d, err := strconv.ParseFloat(value, 64); err != nil || d < 0 || d > 1e6 {
				continue
			}
		default:
			continue
		}
		if value == "" && key != "disallow" || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }) {
			continue
		}
		clean.WriteString(key + ": " + value + "\n")
	}
	rules, err := robotstxt.FromString(clean.String())
	if err != nil {
		return nil
	}
	group := rules.FindGroup(agent)
	if group == nil {
		return &robotstxt.Group{}
	}
	return group
}
