package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"mediawatch/dedupe"
	"mediawatch/feeds"
	"mediawatch/fetch"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// Subscription is what the configuration says about a web feed.
type Subscription struct {
	ID          news.FeedID
	URL         string
	Outlet      string        // "": by the site of each item's link
	Interval    time.Duration // 0: adaptive
	Charset     string        // overrides what the document declares
	AnnounceAll bool          // also what it held at its first reading
	FullText    bool          // new items get the text of their pages
	Proxy       string        // through which all is asked for this feed; "": the client's
	Patient     bool          // waits for its host's gap also when it is asked for the first time
}

// Outlets names publishers by their sites.
type Outlets interface {
	// OutletOf returns the name of the outlet that has the registrable domain; "" when none is known.
	OutletOf(site string) string
}

// FeedReader reads web feeds.
type FeedReader struct {
	Client     *fetch.Client
	Journal    store.Journal
	Feeds      store.Feeds
	Outlets    Outlets
	Pages      *PageReader // for feeds with FullText; nil: none
	Now        func() time.Time
	Rand       func() float64
	Signatures *dedupe.Signatures // of what is read, for the linker; nil: none are kept
	Turns      chan struct{}      // as many documents are parsed at a time as it has room for; nil: no limit. More than processors only take memory
	Pace       atomic.Int64       // nanoseconds between requests until a feed has shown its own pace; 0: fetch.DefaultInterval

	// Hosts tells from how many hosts feeds are asked; nil: from many. With few, silence says nothing about the network.
	Hosts func() int

	reach reach
}

// FeedResult is what came of asking for a feed: the document to append and, for people, how it went.
type FeedResult struct {
	Document  store.Document
	Unchanged bool  // 304, or the same bytes as last time
	Gap       bool  // nothing in the document was known: something in between may have been missed
	Err       error // nothing could be read; also kept in the feed's state
	Pages     int   // articles whose text came from their pages
	Report    bool  // this failure is the one to tell people about
	Offline   bool  // the machine has no network: nobody's fault

	PagesFailed int // articles that keep the feed's text although their pages were wanted
}

// Read asks for a feed and reads what is new in it. An error is one of the store, or the end of ctx; what the server
// does wrong is in the result.
func (r *FeedReader) Read(ctx context.Context, sub Subscription) (FeedResult, error) {
	state, err := r.state(ctx, sub)
	if err != nil {
		return FeedResult{}, err
	}
	ctx = fetch.WithProxy(ctx, sub.Proxy)
	resp, failed := r.Client.Get(ctx, r.request(sub, state))
	if failed != nil && ctx.Err() != nil {
		return FeedResult{}, ctx.Err()
	}
	res, err := r.take(ctx, sub, answer{state: state, resp: resp, err: r.reach.judge(failed, question{state: state, hosts: r.hosts(), now: r.Now()})})
	if err == nil && res.Err != nil && !res.Offline {
		err = r.propose(ctx, &res.Document.Feed)
	}
	return res, err
}

func (r *FeedReader) hosts() int {
	if r.Hosts == nil {
		return offlineHosts
	}
	return r.Hosts()
}

// state returns what is known of a feed, that of one never asked included.
func (r *FeedReader) state(ctx context.Context, sub Subscription) (news.Feed, error) {
	state, err := r.Feeds.Feed(ctx, sub.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return news.Feed{}, err
	}
	state.ID, state.Kind, state.Address = sub.ID, news.KindFeed, sub.URL
	if state.Location == "" {
		state.Location = sub.URL
	}
	return state, nil
}

// request is what to ask a feed's server in its present state.
func (r *FeedReader) request(sub Subscription, state news.Feed) fetch.Request {
	req := fetch.Request{URL: state.Location, Accept: acceptFeeds, Urgent: state.LastTry.IsZero() && !sub.Patient}
	if !paceOf(state).WantsFull(r.Now()) {
		req.ETag, req.LastModified = state.ETag, state.LastModified
	}
	return req
}

const acceptFeeds = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"

// answer is what a server answered, for the state it was asked in, and what that means for the pace.
type answer struct {
	state news.Feed
	resp  *fetch.Response
	err   error // of the request
	out   fetch.Outcome
}

// take moves a feed's state by an answer, and reads what is new in it. What is here is kept even by a program that is
// being stopped, so that it is not asked for again: the end of ctx ends only the reading of pages.
func (r *FeedReader) take(ctx context.Context, sub Subscription, a answer) (FeedResult, error) {
	a.state.LastTry = r.Now()
	a.out = fetch.OutcomeOf(a.resp, a.err, a.state.LastTry)
	a.out.Fixed, a.out.Default, a.out.Roll = sub.Interval, time.Duration(r.Pace.Load()), r.Rand()
	if a.err != nil {
		return r.failed(a.state, a.out, a.err), nil
	}
	a.state.Status = a.resp.Status
	unchanged := a.resp.NotModified || news.Hash(a.resp.Raw) == a.state.Body
	if unchanged {
		a.state.ETag, a.state.LastModified = a.resp.ETag, a.resp.LastModified
		return r.succeeded(a.state, a.out, FeedResult{Unchanged: true}), nil
	}
	return r.read(ctx, sub, a)
}

// read parses a document and prepares what is new in it.
func (r *FeedReader) read(ctx context.Context, sub Subscription, a answer) (FeedResult, error) {
	state := a.state
	d := document{sub: sub, state: &state, resp: a.resp, now: r.Now(), outlets: r.Outlets, signatures: r.Signatures}
	found, err := r.parse(context.WithoutCancel(ctx), &d)
	var unread *unreadError
	if errors.As(err, &unread) {
		a.out.Err = unread.err
		return r.failed(state, a.out, unread.err), nil
	}
	if err == nil {
		err = r.fullText(ctx, &d, &found)
	}
	if err != nil {
		return FeedResult{}, err
	}
	doc := d.doc
	a.out.Truncated = a.out.Truncated || doc.Truncated
	a.out.Reading = &fetch.Reading{Items: len(doc.Entries), New: found.fresh, TTL: doc.TTL, SkipHours: doc.SkipHours, SkipDays: doc.SkipDays}
	state.Warnings = doc.Warnings
	gap := found.gap(state, a.out.Truncated)
	if gap {
		state.Warnings = append(slices.Clip(state.Warnings), gapWarning(len(doc.Entries), a.state.LastOK, d.now))
	}
	if w := found.pageWarning(); w != "" {
		state.Warnings = append(slices.Clip(state.Warnings), w)
	}
	if !a.out.Truncated {
		state.ETag, state.LastModified = a.resp.ETag, a.resp.LastModified
		state.Body = a.resp.Raw
	}
	state.Delays = found.delays(state.Delays)
	state.Title, state.Link = strings.Clone(doc.Feed.Title), strings.Clone(doc.Feed.Link) // see detach
	return r.succeeded(state, a.out, FeedResult{Document: store.Document{Items: found.items}, Gap: gap, Pages: found.pages, PagesFailed: found.pagesFailed}), nil
}

// unreadError is why a document cannot be read, which is the publisher's failure and not ours.
type unreadError struct{ err error }

func (e *unreadError) Error() string { return e.err.Error() }

// parse parses the document and makes items of what is new in it, in its turn. The error is an *unreadError, or one of the store.
func (r *FeedReader) parse(ctx context.Context, d *document) (found, error) {
	if r.Turns != nil {
		r.Turns <- struct{}{}
		defer func() { <-r.Turns }()
	}
	doc, err := feeds.Parse(d.resp.Body, feeds.Options{Base: d.resp.FinalURL, ContentType: d.resp.ContentType, Charset: d.sub.Charset, Now: d.now})
	if err != nil {
		return found{}, &unreadError{err}
	}
	d.doc = doc
	return d.news(ctx, r.Journal)
}

// succeeded moves the state of a feed that answered.
func (r *FeedReader) succeeded(state news.Feed, out fetch.Outcome, res FeedResult) FeedResult {
	state.LastOK, state.Error = out.At, ""
	state.Searched, state.Proposed = time.Time{}, ""
	res.Document.Feed = withPace(state, fetch.Next(paceOf(state), out))
	return res
}

// failed moves the state of a feed that could not be read. Its validators stay those of the last good document.
func (r *FeedReader) failed(state news.Feed, out fetch.Outcome, err error) FeedResult {
	pace := fetch.Next(paceOf(state), out)
	var fe *fetch.Error
	offline := errors.As(err, &fe) && fe.Kind == fetch.KindOffline
	if !offline { // or it would show as the feed's failure
		state.Status, state.Error = out.Status, text.Line(err.Error())
	}
	return FeedResult{Document: store.Document{Feed: withPace(state, pace)}, Err: err, Report: pace.Report() || pace.Gone, Offline: offline}
}

// paceOf is the part of a feed's state that decides when it is asked again.
func paceOf(f news.Feed) fetch.Pace {
	return fetch.Pace{
		Interval: f.Interval, Due: f.NextDue, MinGap: f.MinGap, SkipHours: f.SkipHours, SkipDays: f.SkipDays, FirstRead: f.FirstRead, LastNew: f.LastNew,
		LastFull: f.LastFull, Rhythm: fetch.Rhythm(f.Rhythm), Failures: f.Failures, FailSince: f.FailSince, MovedTo: f.MovedTo, MovedCount: f.MovedCount, MovedSince: f.MovedSince, Gone: f.Gone,
	}
}

// withPace puts a pace back into the state. A confirmed redirect changes where to ask; validators belong to the old address (P12).
func withPace(f news.Feed, p fetch.Pace) news.Feed {
	f.Interval, f.NextDue, f.MinGap, f.SkipHours, f.SkipDays = p.Interval, p.Due, p.MinGap, p.SkipHours, p.SkipDays
	f.FirstRead, f.LastNew, f.LastFull, f.Rhythm = p.FirstRead, p.LastNew, p.LastFull, news.Rhythm(p.Rhythm)
	f.Failures, f.FailSince, f.Gone = p.Failures, p.FailSince, p.Gone
	f.MovedTo, f.MovedCount, f.MovedSince = p.MovedTo, p.MovedCount, p.MovedSince
	if p.Location != "" && p.Location != f.Location {
		f.Location, f.ETag, f.LastModified, f.Body = p.Location, "", "", news.Hash{}
	}
	return f
}

// document is a parsed feed document on its way to items.
type document struct {
	sub     Subscription
	state   *news.Feed
	resp    *fetch.Response
	doc     *feeds.Document
	now     time.Time
	outlets Outlets

	signatures *dedupe.Signatures
}

// found is what a document holds that the journal does not have.
type found struct {
	items   []store.News // new and changed
	sources []source     // what each was made from
	entries int
	fresh   int // entries never seen before

	pages, pagesFailed int   // articles read, or not, from their pages
	pageError          error // of the first that was not
}

// gap reports whether a whole document shares nothing with what was read before, so that something may have come and
// gone in between. A document of one entry tells nothing.
func (f found) gap(state news.Feed, truncated bool) bool {
	return !state.FirstRead.IsZero() && !truncated && f.entries > 1 && f.fresh == f.entries && state.Items > 0
}

func gapWarning(entries int, before, now time.Time) string {
	return fmt.Sprintf("possible gap: none of the %d entries was known, %s after the last reading; the feed may be too short for its pace (an interval can be set for it)",
		entries, now.Sub(before).Round(time.Minute))
}

// news does the costly work for the entries that are new or changed.
func (d *document) news(ctx context.Context, journal store.Journal) (found, error) {
	ids := make([]news.ItemID, len(d.doc.Entries))
	for i, e := range d.doc.Entries {
		ids[i] = news.NewItemID(d.sub.ID, e.Identity())
	}
	heads, err := journal.Heads(ctx, ids)
	if err != nil {
		return found{}, fmt.Errorf("look up items: %w", err)
	}
	f := found{items: make([]store.News, 0, unknown(heads)), entries: len(d.doc.Entries)}
	for i, e := range d.doc.Entries {
		if heads[i].Forgotten || heads[i].Known && heads[i].Fingerprint == e.Fingerprint() {
			continue
		}
		if !heads[i].Known {
			f.fresh++
		}
		n := store.News{Item: d.item(e, ids[i])}
		n.Item.Keys, n.State = d.signatures.Identify(&n.Item)
		f.items = append(f.items, n)
		f.sources = append(f.sources, source{entry: e, known: heads[i].Known})
	}
	if !d.sub.AnnounceAll {
		f.archive(d.now)
	}
	return f, nil
}

// unknown counts the entries that are new.
func unknown(heads []store.Head) int {
	n := 0
	for i := range heads {
		if !heads[i].Known {
			n++
		}
	}
	return n
}

// item completes what the entry says by what only the reader knows.
func (d *document) item(e *feeds.Entry, id news.ItemID) news.Item {
	it := e.Item()
	it.ID, it.Feed, it.Kind = id, d.sub.ID, news.KindFeed
	it.URL = text.PageURL(it.URL)
	it.Outlet, it.OutletEvidence = d.outlet(e)
	it.Seen, it.At = d.now, d.now
	if d.state.FirstRead.IsZero() && !d.sub.AnnounceAll {
		it.Backlog, it.BacklogWhy = true, news.WhyFirst
	}
	it.Origin = news.Origin{Raw: d.resp.Raw, At: d.resp.At, FinalURL: d.resp.FinalURL, Status: d.resp.Status}
	detach(&it)
	return it
}

// delays adds how long the new items took from publication to first sight to those of before. Only a stated time of day
// tells; what was there before we came, and what states an old date, says nothing about our pace.
func (f *found) delays(before []time.Duration) []time.Duration {
	out := slices.Clone(before)
	for i := range f.items {
		it := &f.items[i].Item
		if f.sources[i].known || it.Backlog || it.Published.Certainty < news.CertaintyZone {
			continue
		}
		if d := it.Seen.Sub(it.Published.Time).Truncate(time.Second); d >= 0 && d < oldAfter {
			out = append(out, d)
		}
	}
	return out[max(0, len(out)-news.DelaysKept):]
}

// detach gives an item strings of its own: as parts of the document they would keep all of it in memory for as long as one item waits.
func detach(it *news.Item) {
	for _, s := range []*string{
		&it.Identity, &it.URL, &it.Outlet, &it.OutletEvidence, &it.Title, &it.Summary, &it.Content, &it.Lang, &it.Image, &it.Comments, &it.Rights,
	} {
		*s = strings.Clone(*s)
	}
	for i := range it.Categories {
		it.Categories[i] = strings.Clone(it.Categories[i])
	}
	for i, a := range it.Authors {
		it.Authors[i] = news.Person{Name: strings.Clone(a.Name), Email: strings.Clone(a.Email), URI: strings.Clone(a.URI)}
	}
	for i, e := range it.Enclosures {
		it.Enclosures[i] = news.Enclosure{URL: strings.Clone(e.URL), Type: strings.Clone(e.Type), Length: e.Length}
	}
}

// outlet decides who published an entry: as configured, else by the site of its link, named by the configuration, by
// the entry's own source, or by the feed's title when it is the feed's own site.
func (d *document) outlet(e *feeds.Entry) (name, evidence string) {
	if d.sub.Outlet != "" {
		return d.sub.Outlet, "configured for the feed"
	}
	site := text.Site(e.Link)
	if name := d.outlets.OutletOf(site); name != "" {
		return name, "link to " + site
	}
	if e.Source.Name != "" {
		return text.Line(e.Source.Name), "source stated by the entry"
	}
	own := site == "" || site == text.Site(d.doc.Feed.Link) || site == text.Site(d.sub.URL)
	if own && d.doc.Feed.Title != "" {
		return d.doc.Feed.Title, "title of the feed"
	}
	return site, "site of the link"
}
