package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/feeds"
	"mediawatch/fetch"
	"mediawatch/news"
	"mediawatch/text"
)

// feedReport is what feed test finds out about a feed. The names of its JSON fields are stable.
type feedReport struct {
	Address     string `json:"address"`
	Status      int    `json:"status"`
	Bytes       int    `json:"bytes"`
	ContentType string `json:"content_type"`
	FinalURL    string `json:"final_url"`
	Moved       string `json:"moved"` // where permanent redirects lead
	Truncated   bool   `json:"truncated"`

	ETag         string `json:"etag"`
	LastModified string `json:"last_modified"`
	Conditional  string `json:"conditional"` // what the second request, with the validators, was answered: 304, same, changed, failed, none
	Fresh        string `json:"fresh"`       // for how long the answer says it stays fresh

	Title    string   `json:"title"`
	Format   string   `json:"format"`
	Charset  string   `json:"charset"`
	Language string   `json:"language"`
	Items    int      `json:"items"`
	Warnings []string `json:"warnings"`

	Dated   int    `json:"dated"`
	Exact   int    `json:"exact"`  // with a zone
	Future  int    `json:"future"` // stated later than now
	Ids     int    `json:"ids"`    // items with an id of their own
	Links   int    `json:"links"`
	Full    int    `json:"full"`    // items that carry more than an excerpt
	Excerpt int    `json:"excerpt"` // items that carry some words
	Span    string `json:"span"`    // from the oldest date to the newest
	PerDay  string `json:"per_day"` // items
	TTL     string `json:"ttl"`     // the feed asks to be polled no more often

	Wrong   []string `json:"wrong"`
	Verdict string   `json:"verdict"` // good, usable, poor

	span    time.Duration
	compare error // why the second request failed
}

func newFeedReport(address string, r *fetch.Response) *feedReport {
	f := &feedReport{
		Address: address, Status: r.Status, Bytes: len(r.Body), ContentType: r.ContentType, FinalURL: r.FinalURL, Moved: r.Moved, Truncated: r.Truncated,
		ETag: r.ETag, LastModified: r.LastModified, Conditional: "none", Warnings: []string{}, Wrong: []string{},
	}
	if r.Fresh > 0 {
		f.Fresh = config.Duration(r.Fresh).String()
	}
	return f
}

// letters of a text that is more than an excerpt.
const fullLetters = 1200

// document takes in what the feed holds.
func (f *feedReport) document(doc *feeds.Document, now time.Time) {
	f.Title, f.Format, f.Charset, f.Language, f.Items = doc.Feed.Title, doc.Format, doc.Charset, doc.Feed.Language, len(doc.Entries)
	f.Warnings = append(f.Warnings, doc.Warnings...)
	f.Truncated = f.Truncated || doc.Truncated
	if doc.TTL > 0 {
		f.TTL = config.Duration(doc.TTL).String()
	}
	var times []time.Time
	for _, e := range doc.Entries {
		it := e.Item()
		f.item(e, &it, now)
		if !it.Published.IsZero() {
			times = append(times, it.Published.Time)
		}
	}
	if len(times) > 1 {
		slices.SortFunc(times, time.Time.Compare)
		f.span = times[len(times)-1].Sub(times[0])
		f.Span = config.Duration(f.span.Round(time.Minute)).String()
		if f.span > 0 {
			f.PerDay = fmt.Sprintf("%.2g", float64(len(times)-1)/(f.span.Hours()/24))
		}
	}
}

func (f *feedReport) item(e *feeds.Entry, it *news.Item, now time.Time) {
	if e.ID != "" {
		f.Ids++
	}
	if it.URL != "" {
		f.Links++
	}
	if !it.Published.IsZero() {
		f.Dated++
		if it.Published.Certainty == news.CertaintyExact {
			f.Exact++
		}
		if it.Published.Time.After(now.Add(time.Hour)) {
			f.Future++
		}
	}
	switch n := len([]rune(text.Plain(it.HTML()))); {
	case n >= fullLetters:
		f.Full++
	case n > 0:
		f.Excerpt++
	}
}

// again takes in what the request with the validators was answered.
func (f *feedReport) again(first, second *fetch.Response, err error) {
	switch {
	case err != nil:
		f.Conditional, f.compare = "failed", err
	case second.NotModified:
		f.Conditional = "304"
	case second.Raw == first.Raw:
		f.Conditional = "same"
	default:
		f.Conditional = "changed"
	}
}

// judge lists what is wrong and comes to a verdict.
func (f *feedReport) judge() {
	wrong := func(when bool, format string, args ...any) {
		if when {
			f.Wrong = append(f.Wrong, fmt.Sprintf(format, args...))
		}
	}
	wrong(f.Truncated, "the document is cut off")
	wrong(f.Items == 0, "it has no items")
	wrong(f.Conditional == "none", "no validators: every poll transfers all of it")
	wrong(f.Conditional == "same", "its validators do not work: the same document is sent again")
	wrong(f.Conditional == "changed", "its validators do not work: a document that differs each time is sent again")
	wrong(f.Conditional == "failed", "a second request with its validators fails")
	wrong(f.Items > 0 && f.Dated < f.Items, "%d of %d items have no date", f.Items-f.Dated, f.Items)
	wrong(f.Exact < f.Dated, "%d dates have no time zone that can be relied on", f.Dated-f.Exact)
	wrong(f.Future > 0, "%d dates lie in the future", f.Future)
	wrong(f.Items > 0 && f.Ids < f.Items, "%d of %d items have no id of their own: their links or words must do", f.Items-f.Ids, f.Items)
	wrong(f.Items > 0 && f.Links < f.Items, "%d of %d items have no link", f.Items-f.Links, f.Items)
	wrong(f.span > 0 && f.span < fetch.MinInterval && f.Items > 5, "its list goes back only %s: items may be missed", f.Span)
	wrong(len(f.Warnings) > 0, "%d things had to be repaired", len(f.Warnings))
	switch {
	case len(f.Wrong) == 0:
		f.Verdict = "good"
	case f.Truncated, f.Items == 0, f.Dated == 0, f.Ids+f.Links == 0:
		f.Verdict = "poor"
	default:
		f.Verdict = "usable"
	}
}

// lines words the report for people.
func (f *feedReport) lines() []string {
	var out []string
	say := func(label, format string, args ...any) {
		out = append(out, fmt.Sprintf("%-12s ", label)+text.Line(fmt.Sprintf(format, args...)))
	}
	say("answer", "%d, %d bytes, %s", f.Status, f.Bytes, f.ContentType)
	if f.FinalURL != f.Address {
		say("redirect", "to %s", f.FinalURL)
	}
	if f.Moved != "" {
		say("moved", "permanently to %s", f.Moved)
	}
	say("validators", "%s", f.validators())
	if w := f.conditional(); w != "" {
		say("conditional", "%s", w)
	}
	if f.Fresh != "" {
		say("fresh", "asks not to be asked again for %s", f.Fresh)
	}
	if f.Truncated {
		say("warning", "the answer ended early")
	}
	say("feed", "%s (%s, %s), %s", f.Title, f.Format, f.Charset, text.Count(f.Items, "item"))
	if f.Items > 0 {
		say("dates", "%d of %d %s dated, %d with a zone", f.Dated, f.Items, text.Plural(f.Items, "item"), f.Exact)
		say("identity", "%d with an id of their own, %d with a link", f.Ids, f.Links)
		say("text", "%s", f.words())
	}
	if f.PerDay != "" {
		say("pace", "about %s items a day; the list goes back %s", f.PerDay, f.Span)
	}
	if f.TTL != "" {
		say("pace", "asks to be polled no more often than every %s", f.TTL)
	}
	for _, w := range f.Warnings {
		say("warning", "%s", w)
	}
	for _, w := range f.Wrong {
		say("wrong", "%s", w)
	}
	say("verdict", "%s", f.verdict())
	return out
}

func (f *feedReport) validators() string {
	switch {
	case f.ETag != "" && f.LastModified != "":
		return "ETag and Last-Modified" + f.promise()
	case f.ETag != "":
		return "ETag" + f.promise()
	case f.LastModified != "":
		return "Last-Modified" + f.promise()
	}
	return "none: every poll transfers the whole feed"
}

// promise is what validators are for, said only when they work.
func (f *feedReport) promise() string {
	if f.Conditional == "304" {
		return ": unchanged polls cost nothing"
	}
	return ""
}

func (f *feedReport) conditional() string {
	switch f.Conditional {
	case "304":
		return "asked again with them, answered 304"
	case "same":
		return "asked again with them, the same document was sent once more"
	case "changed":
		return "asked again with them, another document was sent (it may really have changed, or differ each time)"
	case "failed":
		return "asked again with them: " + f.compare.Error()
	}
	return ""
}

// words says how much of the articles the feed carries.
func (f *feedReport) words() string {
	switch {
	case f.Full == f.Items:
		return fmt.Sprintf("full: %d of %d %s carry more than an excerpt", f.Full, f.Items, text.Plural(f.Items, "item"))
	case f.Full > 0:
		return fmt.Sprintf("partly full: %d of %d %s carry more than an excerpt", f.Full, f.Items, text.Plural(f.Items, "item"))
	case f.Excerpt > 0:
		return fmt.Sprintf("excerpts in %d of %d %s; full_text = true asks for the pages of new ones", f.Excerpt, f.Items, text.Plural(f.Items, "item"))
	}
	return "headlines only; full_text = true asks for the pages of new items"
}

func (f *feedReport) verdict() string {
	switch f.Verdict {
	case "good":
		return "good: nothing is wrong with it"
	case "poor":
		return fmt.Sprintf("poor: %s", strings.Join(f.Wrong, "; "))
	}
	return fmt.Sprintf("usable: %d %s could be better", len(f.Wrong), text.Plural(len(f.Wrong), "thing"))
}
