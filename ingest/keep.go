package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mediawatch/fetch"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// Appender is the part of the journal that keeps documents.
type Appender interface {
	Append(ctx context.Context, batch store.Batch) (store.Receipt, error)
}

// leftOutMost is how many items and files one document may lose before it counts as refused as a whole.
const leftOutMost = 100

// messageMost is how many characters of a message are shown and kept: what is wrong may quote a value without end.
const messageMost = 2000

// message is a message for people: one line, of bounded length.
func message(s string) string { return text.Truncate(text.Line(s), messageMost) }

// warnedMost is how many of them are named in the state of their feed.
const warnedMost = 5

// LeftOut names what of a document could not be kept. Everything else of it is.
type LeftOut struct {
	Lines []string // one for each: its headline or path, and why
}

// Error says how much it is and names the first.
func (e *LeftOut) Error() string {
	if len(e.Lines) == 1 {
		return "left out: " + e.Lines[0]
	}
	return fmt.Sprintf("%d items left out, the first: %s", len(e.Lines), e.Lines[0])
}

// Keep appends a document, its items oldest first. Every value is brought into the range that stores keep. What still
// cannot be kept, because it is out of range or because the store's own record of it is damaged, is left out, named in
// the warnings of the feed's state, and returned as *LeftOut. With any other error nothing is kept.
func Keep(ctx context.Context, journal Appender, doc store.Document) (store.Receipt, error) {
	return fitted(doc).keep(ctx, journal)
}

// keeping is a document within the limits of the contract, and what it lost on the way there.
type keeping struct {
	doc      store.Document
	warnings []string // of the feed, as they came
	out      LeftOut
}

func fitted(doc store.Document) *keeping {
	k := &keeping{doc: doc}
	k.doc.Feed.Error = message(doc.Feed.Error)
	for _, w := range doc.Feed.Warnings {
		k.warnings = append(k.warnings, message(w))
	}
	for i := range k.doc.Files {
		k.doc.Files[i].Error = message(k.doc.Files[i].Error)
	}
	for _, r := range store.Fit(&k.doc) {
		k.out.add(r)
	}
	k.doc.Items = oldestFirst(doc.Feed.Kind, slices.Clone(k.doc.Items))
	k.warn()
	return k
}

// warn names in the state of the feed what was left out.
func (k *keeping) warn() { k.doc.Feed.Warnings = append(slices.Clip(k.warnings), k.out.warnings()...) }

// err is what to answer for a document that is kept.
func (k *keeping) err() error {
	if len(k.out.Lines) > 0 {
		return &k.out
	}
	return nil
}

// keep appends the document, each time without what the store refuses of it.
func (k *keeping) keep(ctx context.Context, journal Appender) (store.Receipt, error) {
	for {
		receipt, err := journal.Append(ctx, store.Batch{Documents: []store.Document{k.doc}})
		var r *store.Refusal
		switch {
		case err == nil:
			return receipt, k.err()
		case !errors.As(err, &r), !errors.Is(err, store.ErrInvalid) && !errors.Is(err, store.ErrDamaged):
			return receipt, err
		case len(k.out.Lines) >= leftOutMost, !without(&k.doc, r):
			return receipt, err
		}
		k.out.add(r)
		k.warn()
	}
}

func (e *LeftOut) add(r *store.Refusal) {
	name := cmp.Or(r.File, r.Title, r.Item.String())
	e.Lines = append(e.Lines, fmt.Sprintf("%q: %s", text.Truncate(text.Line(name), 80), text.Line(r.Err.Error())))
}

// warnings are the lines for the state of the feed.
func (e *LeftOut) warnings() []string {
	var out []string
	for i, line := range e.Lines {
		if i == warnedMost {
			return append(out, fmt.Sprintf("left out: %d more", len(e.Lines)-i))
		}
		out = append(out, "left out: "+line)
	}
	return out
}

// without removes what was refused and reports whether it was there. The file of an item that is left out stays, with
// the reason, so that it is read again only when it changes.
func without(doc *store.Document, r *store.Refusal) bool {
	if r.File != "" {
		before := len(doc.Files)
		doc.Files = slices.DeleteFunc(slices.Clone(doc.Files), func(f news.File) bool { return f.Path == r.File })
		return len(doc.Files) < before
	}
	before := len(doc.Items)
	doc.Items = slices.DeleteFunc(slices.Clone(doc.Items), func(n store.News) bool { return n.Item.ID == r.Item })
	doc.Files = slices.Clone(doc.Files)
	for i := range doc.Files {
		if doc.Files[i].Item == r.Item {
			doc.Files[i].Error = text.Line(doc.Files[i].Path + ": " + r.Err.Error())
		}
	}
	return len(doc.Items) < before
}

// PutOff notes in a feed's state that it could not be read or kept, so that it is asked again only after a while, each
// time a longer one. Validators and all that belongs to the last document that was kept stay. An error is one of the
// store.
func (r *FeedReader) PutOff(ctx context.Context, sub Subscription, why error) error {
	return r.Feeds.UpdateFeed(ctx, sub.ID, func(f *news.Feed) error {
		f.Kind, f.Address = news.KindFeed, sub.URL
		if f.Location == "" {
			f.Location = sub.URL
		}
		f.LastTry = r.Now()
		out := fetch.Outcome{At: f.LastTry, Err: why, Fixed: sub.Interval, Default: time.Duration(r.Pace.Load()), Roll: r.Rand()}
		*f = withPace(*f, fetch.Next(paceOf(*f), out))
		f.Error = text.Line(strings.TrimPrefix(why.Error(), "append: "))
		return nil
	})
}
