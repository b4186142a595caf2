package ingest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"mediawatch/dedupe"
	"mediawatch/feeds"
	"mediawatch/fetch"
	"mediawatch/news"
	"mediawatch/page"
	"mediawatch/store"
	"mediawatch/text"
)

// How far the reading of pages goes for one document. What is not read within it keeps the feed's text.
const (
	pagesMost    = 30
	pagesTime    = 90 * time.Second
	pagesAtATime = 4       // on different hosts; a host has one request at a time
	pageLargest  = 2 << 20 // bytes; finding the article takes seconds and many times that in a hostile page
)

// Why a page did not give an article.
var (
	errNoPage  = errors.New("it is not a web page")
	errHuge    = errors.New("the page is too large")
	errElse    = errors.New("the page speaks of something else")
	errAway    = errors.New("the server leads to its front page")
	errShorter = errors.New("the feed has more of the text than the page")
	errTooMany = fmt.Errorf("more than %d new articles at once", pagesMost)
	errTooSlow = fmt.Errorf("the pages took more than %s", pagesTime)
)

// PageReader reads the pages of articles as politely as feeds are read: through the same client, and as each host's
// robots.txt permits. It is safe for concurrent use.
type PageReader struct {
	client *fetch.Client
	robots *robots
	turn   chan struct{} // one page is read at a time: other feeds come first
}

// NewPageReader returns a reader that calls itself agent towards robots.txt, the product token of the client's User-Agent.
func NewPageReader(client *fetch.Client, agent string, now func() time.Time) *PageReader {
	return &PageReader{client: client, robots: &robots{client: client, agent: agent, now: now}, turn: make(chan struct{}, 1)}
}

// Read reads the article of a page. It returns the address the page was found at after redirects.
func (r *PageReader) Read(ctx context.Context, address string) (*page.Article, string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, "", fmt.Errorf("%q is no address", text.Truncate(text.Line(address), 80))
	}
	if err := r.robots.permit(ctx, u); err != nil {
		return nil, "", err
	}
	resp, err := r.client.Get(ctx, fetch.Request{URL: address, Accept: "text/html, application/xhtml+xml, */*;q=0.1"})
	if err != nil {
		return nil, "", err
	}
	final, err := url.Parse(resp.FinalURL)
	switch {
	case err != nil:
		return nil, "", err
	case len(resp.Body) > pageLargest:
		return nil, "", errHuge
	case !looksHTML(resp):
		return nil, "", errNoPage
	case strings.Trim(final.Path, "/") == "" && final.RawQuery == "" && strings.Trim(u.Path, "/") != "":
		return nil, "", errAway // a consent form or a page that is gone
	}
	if final.Host != u.Host { // where a link leads is known only now; what that host does not permit is not used
		if err := r.robots.permit(ctx, final); err != nil {
			return nil, "", err
		}
	}
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	if err := context.Cause(ctx); err != nil {
		return nil, "", err
	}
	a, err := page.Read(resp.Body, page.Options{URL: resp.FinalURL, ContentType: resp.ContentType})
	return a, resp.FinalURL, err
}

// fullText gives the new items of a document the text of their pages. Whatever goes wrong with a page, its item keeps
// the feed's text; so do the rest when ctx ends. The error is one of the store.
func (r *FeedReader) fullText(ctx context.Context, d *document, f *found) error {
	if !d.sub.FullText || r.Pages == nil {
		return nil
	}
	before, err := r.before(context.WithoutCancel(ctx), f)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeoutCause(ctx, pagesTime, errTooSlow)
	defer cancel()
	failures := make([]error, len(f.items))
	turns := make(chan struct{}, pagesAtATime)
	var wg sync.WaitGroup
	asked := 0
	for i := range f.items {
		it := &f.items[i].Item
		switch {
		case it.Backlog || it.URL == "": // what was there before is never announced: not worth a request each
			continue
		case f.sources[i].known && !hasPageText(before[it.ID]): // or its full text would look like an edit
			continue
		case asked == pagesMost:
			failures[i] = errTooMany
			continue
		}
		asked++
		f.sources[i].paged = true
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			failures[i] = r.onePage(limited, d, &f.items[i], f.sources[i])
		})
	}
	wg.Wait()
	for i, err := range failures {
		switch {
		case err != nil:
			f.pagesFailed++
			if f.pageError == nil {
				f.pageError = fmt.Errorf("%s: %w", f.items[i].Item.URL, err)
			}
			if !errors.Is(err, errShorter) {
				keepPageText(&f.items[i], before[f.items[i].Item.ID])
			}
		case f.sources[i].paged:
			f.pages++
		}
	}
	return nil
}

// onePage reads the page of one item and joins the two.
func (r *FeedReader) onePage(ctx context.Context, d *document, n *store.News, src source) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	a, final, err := r.Pages.Read(ctx, n.Item.URL)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	it := n.Item
	err = withPage(&it, a, final)
	if err != nil && !errors.Is(err, errShorter) {
		return err
	}
	if text.Site(it.URL) != text.Site(n.Item.URL) { // the feed's link led through somebody else's server
		e := *src.entry
		e.Link = it.URL
		it.Outlet, it.OutletEvidence = d.outlet(&e)
	}
	it.Keys, n.State = dedupe.Identify(&it)
	n.Item = it
	return err
}

// withPage joins an item with the article of its page: the page gives the text, its own address, and what the feed does
// not say; the feed's text stays as the summary. An item whose feed has more text than the page keeps it (errShorter),
// one whose page is about something else is left alone (errElse).
func withPage(it *news.Item, a *page.Article, final string) error {
	if !sameSubject(it.Title, a) {
		return errElse
	}
	it.URL = pageAddress(it.URL, a.Canonical, final)
	if it.Title == "" {
		it.Title = a.Title
	}
	if it.Published.IsZero() {
		it.Published = a.Published
	}
	if it.Updated.IsZero() {
		it.Updated = a.Updated
	}
	if len(it.Authors) == 0 {
		it.Authors = a.Authors
	}
	if len(it.Section) == 0 {
		it.Section = a.Section
	}
	if len(it.Categories) == 0 {
		it.Categories = a.Categories
	}
	if it.Image == "" {
		it.Image = a.Image
	}
	if it.Caption == "" {
		it.Caption = a.Caption
	}
	own := it.HTML()
	if letters(text.Plain(own)) > letters(strings.Join(a.Paragraphs, " ")) {
		return errShorter
	}
	it.Summary, it.Content = own, a.Text
	if it.Lang == "" {
		it.Lang = a.Lang
	}
	return nil
}

// letters counts what is not white space.
func letters(s string) int {
	n := 0
	for _, f := range strings.Fields(s) {
		n += len(f)
	}
	return n
}

// sameSubject reports whether a page is about what the feed announced: a third of the headline's words are somewhere in
// it. Walls that nobody has described yet, front pages and "not found" pages without the status are none.
func sameSubject(title string, a *page.Article) bool {
	words := text.Words(title)
	if len(words) < 3 {
		return true
	}
	in := make(map[string]bool)
	for _, part := range append([]string{a.Title, a.Description, a.Caption}, a.Paragraphs...) {
		for _, w := range text.Words(part) {
			in[w.Text] = true
		}
	}
	hits := 0
	for _, w := range words {
		if in[w.Text] {
			hits++
		}
	}
	return 3*hits >= len(words)
}

// pageAddress is the address of an article: what the page calls its own when that is on the site it was found on, else
// the feed's link; the address it was found at when the link leads through somebody else's server.
func pageAddress(link, canonical, final string) string {
	at := text.Site(final)
	switch {
	case canonical != "" && text.Site(canonical) == at:
		return text.PageURL(canonical)
	case text.Site(link) == at:
		return link
	}
	return text.PageURL(final)
}

// before returns the kept states of the items that changed.
func (r *FeedReader) before(ctx context.Context, f *found) (map[news.ItemID]*news.Item, error) {
	var refs []store.Ref
	for i := range f.items {
		if f.sources[i].known {
			refs = append(refs, store.Ref{Item: f.items[i].Item.ID})
		}
	}
	if len(refs) == 0 {
		return nil, nil
	}
	items, err := r.Journal.Items(ctx, refs)
	if err != nil {
		return nil, fmt.Errorf("look up items: %w", err)
	}
	out := make(map[news.ItemID]*news.Item, len(items))
	for i := range items {
		out[items[i].ID] = &items[i]
	}
	return out, nil
}

// hasPageText reports whether a kept item has more text than its summary: that of its page, or of a feed that gives both.
func hasPageText(was *news.Item) bool {
	return was != nil && was.Summary != "" && letters(text.Plain(was.Content)) > letters(text.Plain(was.Summary))
}

// keepPageText gives an item that changed in the feed, and whose page could not be read again, the page's text of
// before: an edit of a headline does not take the text away. A feed that now says much more than it did stands for
// itself.
func keepPageText(n *store.News, was *news.Item) {
	own := n.Item.HTML()
	size := letters(text.Plain(own))
	if !hasPageText(was) || size > 200+2*letters(text.Plain(was.Summary)) || size >= letters(text.Plain(was.Content)) {
		return
	}
	n.Item.Summary, n.Item.Content, n.Item.URL = own, was.Content, was.URL
	n.Item.Keys, n.State = dedupe.Identify(&n.Item)
}

// pageWarning says how many pages could not be read, and why the first one.
func (f *found) pageWarning() string {
	if f.pagesFailed == 0 {
		return ""
	}
	return fmt.Sprintf("full text: %d of %d new articles keep the feed's text; %s", f.pagesFailed, f.pages+f.pagesFailed, text.Line(f.pageError.Error()))
}

// source is what an item was made from.
type source struct {
	entry *feeds.Entry
	known bool // an earlier revision is kept
	paged bool // its page was asked for
}
