package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/seeds"
	"mediawatch/store"
	"mediawatch/text"
)

// importBatch is how many articles of an import one transaction holds.
const importBatch = 500

// ImportAddress is the address that the items of an import have as their feed.
func ImportAddress(name string) string { return news.ImportPrefix + name }

// Importer brings articles that were kept elsewhere into the journal. They are backlog: kept, searchable, never announced.
type Importer struct {
	Journal store.Journal
	Feeds   store.Feeds
	Outlets Outlets
	Now     func() time.Time
	Dates   DateOrder // of dates in digits; "": those that can be read in two ways are refused
	Charset string    // of what is read; "": UTF-8, or what its byte-order mark says
	// Progress is told after each batch how many articles were read; nil: nobody asks.
	Progress func(read int)
	// Append keeps a document as Keep does; it is how receipts reach the followers.
	Append func(ctx context.Context, doc store.Document) (store.Receipt, error)
	// Tell is told of each line that could not be imported, and of what was assumed: "archive.csv:7: neither a title nor a text".
	Tell func(line string)
}

// ImportResult counts what became of the lines of an import.
type ImportResult struct {
	Read    int // articles that could be read
	New     int
	Revised int // known, with other words
	Known   int
	Faults  int // lines that could not be imported
}

// record is an article as the lines of an import state it.
type record struct {
	ID        string `json:"id"`
	Outlet    string `json:"outlet"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	Text      string `json:"text"`
	Published string `json:"published"`
}

// numbered is a record with the line it began on, or with what is wrong there.
type numbered struct {
	record
	line  int
	raw   []byte // the record as received, as far as the format keeps it
	fault error

	published news.Stamp
}

// Import reads articles in a format (FormatJSONL, FormatCSV) from src until its end. The name says where they come
// from: the same name and the same articles again add nothing. A line that cannot be read is told and left out; an
// error is one of src, the store, or the end of ctx.
func (r *Importer) Import(ctx context.Context, src io.Reader, format Format, name string) (ImportResult, error) {
	run := importRun{importer: r, name: name, feed: importFeed(name)}
	faults, err := r.Each(src, format, name, func(it news.Item) error {
		run.result.Read++
		run.items = append(run.items, it)
		if len(run.items) < importBatch {
			return nil
		}
		return run.flush(ctx, false)
	})
	run.result.Faults += faults
	if err != nil {
		err = errors.Join(err, run.flush(ctx, false))
		return run.result, err
	}
	err = run.flush(ctx, true)
	return run.result, err
}

// Each calls f for each article of src, in order, and keeps nothing: of r it needs Outlets, Now and Tell. It returns
// how many lines could not be read. An error is one of src or of f, which ends it.
func (r *Importer) Each(src io.Reader, format Format, name string, f func(news.Item) error) (faults int, err error) {
	in, err := openRecords(src, format, r.Charset)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	p := importRun{importer: r, name: name, feed: importFeed(name)}
	dates := dateColumn{order: r.Dates}
	for {
		n, err := in.next()
		switch {
		case errors.Is(err, io.EOF):
			p.unread(in.unread())
			return faults, nil
		case err != nil:
			return faults, fmt.Errorf("read %s: %w", name, err)
		}
		if n.fault == nil && strings.TrimSpace(n.Title+n.Text) == "" {
			n.fault = errors.New("neither a title nor a text")
		}
		if n.fault == nil && n.Published != "" {
			n.published, n.fault = dates.read(n.Published, n.line, r.Now())
		}
		if n.fault != nil {
			faults++
			p.tell(n.line, n.fault.Error())
			continue
		}
		if err := f(p.item(n)); err != nil {
			return faults, err
		}
	}
}

func importFeed(name string) news.FeedID { return news.NewFeedID(news.KindSeed, ImportAddress(name)) }

// importRun is one import under way.
type importRun struct {
	importer *Importer
	name     string
	feed     news.FeedID
	items    []news.Item
	result   ImportResult
}

func (p *importRun) tell(line int, what string) {
	if p.importer.Tell != nil {
		p.importer.Tell(message(fmt.Sprintf("%s:%d: %s", p.name, line, what)))
	}
}

func (p *importRun) leftOut(line string) {
	if p.importer.Tell != nil {
		p.importer.Tell(message(p.name + ": left out: " + line))
	}
}

// unread tells what the records state and nobody reads.
func (p *importRun) unread(names []string) {
	if len(names) == 0 || p.importer.Tell == nil {
		return
	}
	p.importer.Tell(fmt.Sprintf("%s: not read: %s; an import reads %s", p.name, message(strings.Join(names, ", ")), recordKeys))
}

// item is the record as an item.
func (p *importRun) item(n numbered) news.Item {
	now := p.importer.Now()
	it := news.Item{Feed: p.feed, Kind: news.KindSeed, Seen: now, Backlog: true, BacklogWhy: news.WhyImport, Fingerprint: xxh3.Hash(n.raw)}
	it.At, it.Title, it.Content = now, text.Line(n.Title), importedHTML(n.Text, n.URL)
	if n.URL != "" {
		url, err := text.CanonicalURL(n.URL)
		if err != nil {
			p.tell(n.line, fmt.Sprintf("url %q is not an address; imported without it", n.URL))
		}
		it.URL = url
	}
	if n.Published != "" && n.published.IsZero() {
		p.tell(n.line, fmt.Sprintf("published %q is not a time; imported without it", n.Published))
	}
	it.Published = n.published
	it.Outlet, it.OutletEvidence = p.outlet(text.Line(n.Outlet), it.URL)
	it.Lang = text.Language(it.Title + "\n" + text.Plain(it.Content))
	it.Identity = importIdentity(text.Line(n.ID), &it)
	it.ID = news.NewItemID(p.feed, it.Identity)
	it.Origin = news.Origin{Raw: sha256.Sum256(n.raw), At: now, FinalURL: fmt.Sprintf("%s:%d", p.name, n.line)}
	it.Keys = dedupe.KeysOf(&it)
	return it
}

// importedHTML is the text of a record as clean HTML: it is HTML already when it begins with a tag, else plain
// paragraphs apart by empty lines.
func importedHTML(s, base string) string {
	if strings.HasPrefix(strings.TrimSpace(s), "<") {
		return text.Sanitize(text.Resolve(s, base))
	}
	return text.Paragraphs(strings.ReplaceAll(s, "\r\n", "\n"))
}

// outlet is who published a record: as stated, else by the site of its address.
func (p *importRun) outlet(stated, url string) (name, evidence string) {
	if stated != "" {
		return stated, "stated in the import"
	}
	site := text.Site(url)
	if name := p.importer.Outlets.OutletOf(site); name != "" {
		return name, "link to " + site
	}
	if site != "" {
		return site, "site of the link"
	}
	return "", ""
}

// importIdentity is what tells records apart: their own id, else their address, else their words.
func importIdentity(id string, it *news.Item) string {
	switch {
	case id != "":
		return id
	case it.URL != "":
		return it.URL
	}
	sum := sha256.Sum256([]byte(it.Title + "\n" + it.Content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// flush keeps what was gathered and says how far the import is.
func (p *importRun) flush(ctx context.Context, last bool) error {
	err := p.keep(ctx, last)
	if p.importer.Progress != nil {
		p.importer.Progress(p.result.Read)
	}
	return err
}

// keep keeps what was gathered. What is known with the same bytes stays out of the transaction.
func (p *importRun) keep(ctx context.Context, last bool) error {
	ids := make([]news.ItemID, len(p.items))
	for i := range p.items {
		ids[i] = p.items[i].ID
	}
	heads, err := p.importer.Journal.Heads(ctx, ids)
	if err != nil {
		return fmt.Errorf("look up items: %w", err)
	}
	var doc store.Document
	for i := range p.items {
		if heads[i].Forgotten || heads[i].Known && heads[i].Fingerprint == p.items[i].Fingerprint {
			p.result.Known++
			continue
		}
		doc.Items = append(doc.Items, store.News{Item: p.items[i], State: dedupe.StateOf(&p.items[i])})
	}
	p.items = p.items[:0]
	if len(doc.Items) == 0 && !last {
		return nil
	}
	if doc.Feed, err = importState(ctx, p.importer.Feeds, ImportAddress(p.name), p.importer.Now()); err != nil {
		return err
	}
	receipt, err := p.importer.Append(ctx, doc)
	var part *LeftOut
	switch {
	case errors.As(err, &part):
		p.result.Faults += len(part.Lines)
		for _, line := range part.Lines {
			p.leftOut(line)
		}
	case err != nil:
		return fmt.Errorf("keep articles of %s: %w", p.name, err)
	}
	p.result.New += len(receipt.New)
	p.result.Revised += len(receipt.Revised)
	p.result.Known += receipt.Known
	return nil
}

// importState is the state of the feed that stands for an import.
func importState(ctx context.Context, s store.Feeds, address string, now time.Time) (news.Feed, error) {
	id := news.NewFeedID(news.KindSeed, address)
	state, err := s.Feed(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return state, err
	}
	state.ID, state.Kind, state.Address, state.Location, state.Title = id, news.KindSeed, address, address, address
	state.LastTry, state.LastOK = now, now
	if state.FirstRead.IsZero() {
		state.FirstRead = now
	}
	return state, nil
}

// ImportFolder is a folder of seed files to be read once: everything in it is backlog.
func ImportFolder(dir, name string) SeedFolder {
	address := ImportAddress(name)
	return SeedFolder{
		ID: news.NewFeedID(news.KindSeed, address), Dir: address, Location: time.UTC, AnnounceNone: true,
		Folder: seeds.Folder{Dir: dir, Recursive: true},
	}
}
