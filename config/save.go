package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"

	"mediawatch/news"
	"mediawatch/query"
)

// ErrNotSaved is what removing returns for what nobody saved.
var ErrNotSaved = errors.New("not among the saved ones")

// ErrWritten is what saving or removing returns for what a person wrote into a file of their own.
var ErrWritten = errors.New("edit it there; no command changes that file")

// ErrUsed is what RemoveWatch returns for a watch that another one or a digest names.
var ErrUsed = errors.New("is used by")

// Change says who changes what is saved, and when.
type Change struct {
	Author string
	Time   time.Time
}

// SaveFeed returns the record that saves a subscription, with what follows from what is saved for its URL now. One with
// mistakes is refused (*Errors), as is one that a person's file has (ErrWritten). c itself is unchanged: load again.
func (c *Config) SaveFeed(f Feed) (news.Saved, error) {
	f.Version = 0
	for _, other := range c.Feeds {
		if other.URL != f.URL {
			continue
		}
		if other.Source != SourceSaved {
			return news.Saved{}, fmt.Errorf("%s is in %s: %w", redacted(f.URL), other.Place, ErrWritten)
		}
		f.Version = other.Version
	}
	if f.Announce == "" {
		f.Announce = AnnounceNew
	}
	r, err := f.record()
	if err != nil {
		return news.Saved{}, err
	}
	k, doc, err := c.recheck("the feed", r.Data)
	if err != nil {
		return news.Saved{}, err
	}
	for i := range doc.Feed {
		k.feed(&doc.Feed[i], SourceSaved)
	}
	return r, k.err()
}

// RemoveFeed returns the record that removes a saved subscription.
func (c *Config) RemoveFeed(address string, by Change) (news.Saved, error) {
	for _, f := range c.Feeds {
		if f.URL != address {
			continue
		}
		if f.Source != SourceSaved {
			return news.Saved{}, fmt.Errorf("%s is in %s: %w", redacted(address), f.Place, ErrWritten)
		}
		r, err := f.record()
		return removal(r, by), err
	}
	return news.Saved{}, fmt.Errorf("%s: %w", redacted(address), ErrNotSaved)
}

// removal is the version that says that a record is gone.
func removal(r news.Saved, by Change) news.Saved {
	r.Data, r.Removed, r.Author, r.Time = nil, true, by.Author, savedTime(by.Time)
	return r
}

// SaveWatch returns the record that saves a watch, with what follows from what is saved under its name now. One with
// mistakes is refused (*Errors), as is one that a person's file has (ErrWritten). c itself is unchanged: load again.
func (c *Config) SaveWatch(w Watch) (news.Saved, error) {
	if w.Group == "" {
		w.Group = GroupStory
	}
	if w.Content == "" {
		w.Content = ContentExcerpt
	}
	r, err := watchRecord(w.raw())
	if err != nil {
		return news.Saved{}, err
	}
	if old, ok := c.Watch(w.Name); ok {
		if old.File != SourceSaved {
			return news.Saved{}, fmt.Errorf("the watch %s is in %s: %w", w.Name, old.Place, ErrWritten)
		}
		r.Version = old.Version
	}
	k, doc, err := c.recheck("the watch", r.Data)
	if err != nil {
		return news.Saved{}, err
	}
	c.checkWatches(k, doc.Watch)
	return r, k.err()
}

// checkWatches checks watches that are about to be saved among those that are there.
func (c *Config) checkWatches(k *checker, list []rawWatch) {
	sources := map[string]string{}
	for _, w := range c.Watches { // so that watch:NAME is known
		sources[w.Name] = w.Source
	}
	for _, r := range list {
		sources[r.Name] = r.Query
	}
	for i := range list {
		if r := &list[i]; k.watchName(&r.table, r.Name) {
			k.watch(foundWatch{rawWatch: r}, sources)
		}
	}
}

// RemoveWatch returns the record that removes a saved watch, unless a digest or another watch needs it (ErrUsed).
func (c *Config) RemoveWatch(name string, by Change) (news.Saved, error) {
	w, ok := c.Watch(name)
	switch {
	case !ok:
		return news.Saved{}, fmt.Errorf("%s: %w", name, ErrNotSaved)
	case w.File != SourceSaved:
		return news.Saved{}, fmt.Errorf("the watch %s is in %s: %w", name, w.Place, ErrWritten)
	}
	if user := c.userOf(name); user != "" {
		return news.Saved{}, fmt.Errorf("%s %w %s", name, ErrUsed, user)
	}
	return removal(news.Saved{Kind: news.SavedWatch, Name: name, Version: w.Version}, by), nil
}

// userOf returns who could not be without the watch, or "".
func (c *Config) userOf(name string) string {
	for _, d := range c.Digests {
		if slices.Contains(d.Watches, name) {
			return "the digest " + d.Name
		}
	}
	others := query.Options{Lists: c.Lists, InWatch: true, Watch: func(other string) (string, bool) {
		w, ok := c.Watch(other)
		return w.Source, ok && other != name
	}}
	for _, w := range c.Watches {
		if w.Name == name {
			continue
		}
		if _, err := query.Parse(w.Source, others); err != nil {
			return "the watch " + w.Name
		}
	}
	return ""
}

// exportHead begins every export.
const exportHead = "# What commands and pages saved. Read it with: mediawatch config import FILE\n\n"

// IsExport returns nil when the file is an export, else why it is none.
func IsExport(path string) error {
	data, err := readFile(path)
	if err == nil && !bytes.HasPrefix(data, []byte(exportHead)) {
		err = errors.New("it does not begin as an export does")
	}
	return err
}

// Export writes everything that is saved, with who saved it and when, as a TOML document that Import reads. It hides no secrets.
func Export(w io.Writer, list []news.Saved) error {
	var doc rawSaved
	k := &checker{collector: newCollector("the store"), cfg: &Config{}, raw: &rawConfig{}}
	for i := range list {
		r := &list[i]
		root := k.savedTree(r)
		if root == nil {
			continue
		}
		var one rawSaved
		bind(k.collector, root, &one)
		for j := range one.Feed {
			one.Feed[j].Author, one.Feed[j].Time = r.Author, r.Time
		}
		for j := range one.Watch {
			one.Watch[j].Author, one.Watch[j].Time = r.Author, r.Time
		}
		doc.Feed, doc.Watch = append(doc.Feed, one.Feed...), append(doc.Watch, one.Watch...)
	}
	if err := k.err(); err != nil {
		return err
	}
	data, err := encode(doc)
	if err == nil {
		_, err = w.Write(append([]byte(exportHead), data...))
	}
	if err != nil {
		return fmt.Errorf("export what was saved: %w", err)
	}
	return nil
}

// Import reads what Export wrote and returns the records to save. What is there already stays as it is and is returned
// by name. A document with mistakes brings nothing (*Errors, with the lines of the document called name).
func (c *Config) Import(name string, data []byte, by Change) (changes []news.Saved, known []string, err error) {
	k, doc, err := c.recheck(name, data)
	if err != nil {
		return nil, nil, err
	}
	add := func(r news.Saved, err error) {
		if err != nil {
			k.add(place{}, "", "%v", err)
			return
		}
		if r.Author == "" {
			r.Author = by.Author
		}
		if r.Time.IsZero() {
			r.Time = savedTime(by.Time)
		}
		changes = append(changes, r)
	}
	feeds, seen := map[string]bool{}, map[string]place{}
	for _, f := range c.Feeds {
		feeds[f.URL] = true
	}
	for i := range doc.Feed {
		r := &doc.Feed[i]
		f := k.feed(r, SourceSaved)
		k.unique(seen, f.URL, r.at("url"), "the feed")
		if feeds[f.URL] {
			known = append(known, redacted(f.URL))
			continue
		}
		add(f.record())
	}
	c.checkWatches(k, doc.Watch)
	seen = map[string]place{}
	for i := range doc.Watch {
		r := &doc.Watch[i]
		k.unique(seen, r.Name, r.at("name"), "the watch")
		if _, ok := c.Watch(r.Name); ok {
			known = append(known, r.Name)
			continue
		}
		add(watchRecord(*r))
	}
	if err := k.err(); err != nil {
		return nil, nil, err
	}
	return changes, known, nil
}

// recheck parses what is about to be saved, ready to be checked like a file that is read.
func (c *Config) recheck(name string, data []byte) (*checker, *rawSaved, error) {
	root, fault := parseTree(newSource(name, data))
	if fault != nil {
		return nil, nil, &Errors{List: []Mistake{*fault}}
	}
	k := &checker{collector: newCollector(name), cfg: &Config{}, raw: &rawConfig{Lists: c.Lists}}
	doc := new(rawSaved)
	bind(k.collector, root, doc)
	return k, doc, nil
}

func encode(doc rawSaved) ([]byte, error) {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(doc); err != nil {
		return nil, fmt.Errorf("encode what is to be saved: %w", err)
	}
	return b.Bytes(), nil
}
