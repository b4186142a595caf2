package ingest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mediawatch/fetch"
	"mediawatch/news"
	"mediawatch/page"
)

// How far a search for feeds goes. Every request waits for its host's turn and gap like any other.
const (
	tryAnchors = 6 // links that look like feeds and are asked
)

// Discovery is what came of looking for a feed at an address.
type Discovery struct {
	Page  string  // the page that was looked at; "" when the address itself is a feed, or did not answer
	Found []Found // the declared ones in the order of the page, else those that turned out to be feeds
	Best  int     // index of the one clearly wanted; -1 when there is none or it is a matter of taste
	Asked int     // requests made
	Err   error   // why the address could not be read; nil otherwise
}

// Found is a feed behind an address.
type Found struct {
	page.FeedLink
	Read *FeedResult // it was read on the way: asking again is not needed; nil otherwise
}

// Discover looks for a feed at sub.URL with as few requests as possible: one when the address is a feed or a page that
// declares some; else the links of the page that look like feeds are asked, else where feeds usually are, one after the
// other, each in its host's turn. The found feeds carry what sub says beside its address. An error is one of the store,
// or the end of ctx.
func (r *FeedReader) Discover(ctx context.Context, sub Subscription) (Discovery, error) {
	s := &search{r: r, sub: sub, d: Discovery{Best: -1}, tried: map[string]bool{}, urgent: true}
	err := s.run(fetch.WithProxy(ctx, sub.Proxy))
	return s.d, err
}

// search is one Discover under way.
type search struct {
	r      *FeedReader
	sub    Subscription
	d      Discovery
	tried  map[string]bool
	urgent bool // the next request is the first
}

func (s *search) run(ctx context.Context) error {
	found, resp, err := s.try(ctx, page.FeedLink{URL: s.sub.URL})
	switch {
	case err != nil:
		return err
	case found:
		s.d.Best = 0
		return nil
	case resp == nil || s.d.Err != nil && !looksHTML(resp):
		return nil
	}
	s.d.Page, s.d.Err = resp.FinalURL, nil
	links := feedLinks(resp)
	if s.declared(links) {
		return nil
	}
	if err := s.anchors(ctx, links); err != nil || len(s.d.Found) > 0 {
		return err
	}
	return s.paths(ctx, resp.FinalURL)
}

// feedLinks are the links of a page that may lead to feeds, with their addresses as they are asked: what cannot be asked is no link.
func feedLinks(resp *fetch.Response) []page.FeedLink {
	links := page.FeedLinks(resp.Body, page.Options{URL: resp.FinalURL, ContentType: resp.ContentType})
	out := links[:0]
	for _, l := range links {
		if address, err := fetch.Address(l.URL); err == nil {
			l.URL = address
			out = append(out, l)
		}
	}
	return out
}

// declared takes over what the page declares, without asking for it.
func (s *search) declared(links []page.FeedLink) bool {
	for _, l := range links {
		if l.Declared {
			s.d.Found = append(s.d.Found, Found{FeedLink: l})
		}
	}
	s.best()
	return len(s.d.Found) > 0
}

func (s *search) best() {
	links := make([]page.FeedLink, len(s.d.Found))
	for i, f := range s.d.Found {
		links[i] = f.FeedLink
	}
	s.d.Best = page.BestFeed(links)
}

// anchors asks for the links that look like feeds. One that is a page that lists feeds ("All our RSS feeds") adds those
// that declare or clearly are ones.
func (s *search) anchors(ctx context.Context, links []page.FeedLink) error {
	var listed []page.FeedLink
	for _, l := range links[:min(len(links), tryAnchors)] {
		found, resp, err := s.try(ctx, l)
		if err != nil {
			return err
		}
		if !found && resp != nil && looksHTML(resp) && listed == nil {
			listed = feedLinks(resp)
		}
	}
	for _, l := range listed {
		if !s.tried[l.URL] && l.Type != "" {
			s.tried[l.URL] = true
			s.d.Found = append(s.d.Found, Found{FeedLink: l})
		}
	}
	s.best()
	return nil
}

// paths asks where feeds usually are: below the page, if that is a folder of its own, then at the site's root. The first feed ends it.
func (s *search) paths(ctx context.Context, at string) error {
	u, err := url.Parse(at)
	if err != nil {
		return nil
	}
	root := &url.URL{Scheme: u.Scheme, Host: u.Host}
	var addresses []string
	if dir := strings.TrimSuffix(u.Path, "/"); dir != "" && strings.Count(dir, "/") == 1 && !strings.Contains(dir, ".") {
		addresses = append(addresses, root.String()+dir+page.CommonFeedPaths()[0])
	}
	for _, p := range page.CommonFeedPaths() {
		addresses = append(addresses, root.String()+p)
	}
	for _, a := range addresses {
		found, _, err := s.try(ctx, page.FeedLink{URL: a})
		if err != nil {
			return err
		}
		if found {
			s.d.Best = 0
			return nil
		}
	}
	return nil
}

// try asks for one address. When that is a feed it is found, read and not asked again; else what came is returned, nil
// when nothing did. What went wrong with the very first address is the Discovery's error.
func (s *search) try(ctx context.Context, l page.FeedLink) (found bool, resp *fetch.Response, err error) {
	if s.tried[l.URL] {
		return false, nil, nil
	}
	s.tried[l.URL] = true
	sub := s.sub
	sub.URL, sub.ID, sub.FullText = l.URL, news.NewFeedID(news.KindFeed, l.URL), false
	state, err := s.r.state(ctx, sub)
	if err != nil {
		return false, nil, err
	}
	req := s.r.request(sub, state)
	req.Accept, req.Urgent = acceptAny, s.urgent
	first := s.d.Asked == 0
	s.urgent = false
	s.d.Asked++
	resp, failed := s.r.Client.Get(ctx, req)
	if ctx.Err() != nil {
		return false, nil, ctx.Err()
	}
	res, err := s.r.take(ctx, sub, answer{state: state, resp: resp, err: failed})
	switch {
	case err != nil:
		return false, nil, err
	case res.Err != nil && first:
		s.d.Err = res.Err
	}
	if res.Err != nil || resp.Truncated && len(res.Document.Items) == 0 {
		return false, resp, nil
	}
	if l.Title == "" || !l.Declared {
		l.Title = res.Document.Feed.Title
	}
	s.d.Found = append(s.d.Found, Found{FeedLink: l, Read: &res})
	return true, resp, nil
}

const acceptAny = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.7, */*;q=0.1"

// looksHTML reports whether an answer is a web page.
func looksHTML(resp *fetch.Response) bool {
	kind := strings.ToLower(resp.ContentType)
	if strings.Contains(kind, "html") {
		return true
	}
	return strings.Contains(http.DetectContentType(resp.Body), "text/html")
}

// When a failing feed's site is searched for another one.
const (
	searchAfter = 3 * 24 * time.Hour  // of failing
	searchAgain = 30 * 24 * time.Hour // after a search
)

// propose looks at the site of a feed that is gone, or has failed for days, and notes the feed it finds there. It never
// changes where is asked. The error is one of the store.
func (r *FeedReader) propose(ctx context.Context, f *news.Feed) error {
	now := r.Now()
	lost := f.Gone || !f.FailSince.IsZero() && now.Sub(f.FailSince) >= searchAfter
	if !lost || !f.Searched.IsZero() && now.Sub(f.Searched) < searchAgain {
		return nil
	}
	was := f.Searched
	f.Searched, f.Proposed = now, ""
	site := f.Link
	if u, err := url.Parse(f.Location); site == "" && err == nil {
		site = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String()
	}
	s := &search{r: r, sub: Subscription{URL: site}, d: Discovery{Best: -1}, tried: map[string]bool{f.Address: true, f.Location: true}}
	err := s.run(ctx)
	if ctx.Err() != nil { // the failure itself is kept; the search is made another time
		f.Searched, f.Proposed = was, ""
		return nil
	}
	if err != nil {
		return err
	}
	if s.d.Err != nil { // the site does not answer either: sooner again
		f.Searched = now.Add(searchAfter - searchAgain)
	}
	var order []Found // the one clearly wanted, else the page's order: its main feed mostly comes first
	if s.d.Best >= 0 {
		order = append(order, s.d.Found[s.d.Best])
	}
	order = append(order, s.d.Found...)
	asked := 0
	for _, c := range order {
		if c.URL == f.Address || c.URL == f.Location || asked >= tryProposed {
			continue
		}
		if c.Read == nil { // declared: that it is a feed is to be seen
			delete(s.tried, c.URL)
			asked++
			found, _, err := s.try(ctx, c.FeedLink)
			if err != nil && ctx.Err() == nil {
				return err
			}
			if !found {
				continue
			}
		}
		f.Proposed = c.URL
		return nil
	}
	return nil
}

// tryProposed is how many declared feeds of a site are asked before none is proposed.
const tryProposed = 2

// errNoFeed is why an address was not subscribed to.
var errNoFeed = errors.New("it is a page, and no feed was found behind it")

// Problem returns why nothing was found; nil when something was.
func (d Discovery) Problem() error {
	switch {
	case len(d.Found) > 0:
		return nil
	case d.Err != nil:
		return d.Err
	}
	return errNoFeed
}
