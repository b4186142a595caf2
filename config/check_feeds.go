package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"mediawatch/feeds"
	"mediawatch/text"
)

// maxOPML is the largest OPML file that is read, in bytes.
const maxOPML = 16 << 20

// feeds collects the subscriptions of the file, then the saved ones, then those of OPML files. A URL that the file has
// twice is a mistake; one that a later source repeats is left out, so that what a person wrote about it counts.
func (k *checker) feeds() {
	seen := map[string]place{}
	defer k.spellings(seen)
	for i := range k.raw.Feed {
		r := &k.raw.Feed[i]
		k.unique(seen, r.URL, r.at("url"), "the feed")
		k.cfg.Feeds = append(k.cfg.Feeds, k.feed(r, k.cfg.File))
	}
	for _, f := range k.savedFeeds() {
		if _, ok := seen[f.URL]; !ok {
			seen[f.URL] = place{file: f.Place}
			k.cfg.Feeds = append(k.cfg.Feeds, f)
		}
	}
	for i, name := range k.raw.Fetch.OPML {
		at := k.raw.Fetch.item("opml", i)
		if name == "" {
			k.add(at, "", "opml: an empty file name")
			continue
		}
		k.opml(k.abs(name), at, seen)
	}
}

func (k *checker) opml(path string, at place, seen map[string]place) {
	shown := k.show(path)
	k.cfg.Fetch.OPML = append(k.cfg.Fetch.OPML, path)
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxOPML) {
		err = fmt.Errorf("not a regular file of at most %d bytes", maxOPML)
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		k.add(at, "", "opml: %s cannot be read: %s", shown, plain(err))
		return
	}
	k.file(shown)
	list, err := feeds.ReadOPML(bytes.NewReader(data))
	k.opmlFaults(err, shown)
	for _, s := range list {
		if _, ok := seen[s.URL]; ok {
			continue
		}
		seen[s.URL] = place{file: shown, line: s.Line, col: 1}
		if _, ok := httpURL(s.URL); !ok {
			k.add(seen[s.URL], "it starts with https:// or http://", "xmlUrl: %q is not the address of a feed", s.URL)
			continue
		}
		k.cfg.Feeds = append(k.cfg.Feeds, Feed{URL: s.URL, Title: s.Title, Tags: s.Tags, Announce: AnnounceNew, Source: path, Place: seen[s.URL].String()})
	}
}

// opmlFaults reports each fault with its line.
func (k *checker) opmlFaults(err error, shown string) {
	if err == nil {
		return
	}
	faults := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		faults = joined.Unwrap()
	}
	for _, fault := range faults {
		var one *feeds.OPMLError
		if errors.As(fault, &one) {
			k.add(place{file: shown, line: one.Line, col: 1}, "", "%s", one.Msg)
		} else {
			k.add(place{file: shown}, "", "%s", fault)
		}
	}
}

// spellings warns of feeds that are there twice under addresses that lead to one place: with and without www or a slash
// at the end, http and https.
func (k *checker) spellings(seen map[string]place) {
	first := map[string]string{}
	for _, f := range k.cfg.Feeds {
		canonical, err := text.CanonicalURL(f.URL)
		if err != nil {
			continue // a mistake already
		}
		_, rest, _ := strings.Cut(canonical, "://")
		rest = strings.TrimRight(strings.TrimPrefix(rest, "www."), "/")
		if other, ok := first[rest]; ok && other != f.URL {
			k.warn(seen[f.URL], "keep one of them", "the feed %s is there as %s already", redacted(f.URL), redacted(other))
			continue
		}
		first[rest] = f.URL
	}
}
