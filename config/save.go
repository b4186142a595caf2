package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"

	"mediawatch/query"
)

// ErrNotSaved is what RemoveFeed and RemoveWatch return for what is not in a machine-owned file.
var ErrNotSaved = errors.New("not among the saved ones")

// ErrWritten is what saving or removing returns for what a person wrote into a file of their own.
var ErrWritten = errors.New("is written in a file that only people change")

// ErrUsed is what RemoveWatch returns for a watch that another one or a digest names.
var ErrUsed = errors.New("is used by")

// SaveFeed writes a subscription to a file of its own in feeds.d and returns the file's name. What was saved for the URL before is replaced. A feed with mistakes is not written (*Errors), nor
// one that a person's file has (ErrWritten). c itself is unchanged: load again.
func (c *Config) SaveFeed(f Feed) (string, error) {
	if err := c.writtenFeed(f.URL); err != nil {
		return "", err
	}
	if f.Announce == "" {
		f.Announce = AnnounceNew
	}
	f.Time = f.Time.UTC().Truncate(time.Second)
	path := filepath.Join(c.FeedsDir(), feedFile(f.URL))
	data, err := encode(rawFeeds{Feed: []rawFeed{f.raw()}}, "feed")
	if err != nil {
		return "", err
	}
	k, root, err := c.recheck(path, data)
	if err != nil {
		return "", err
	}
	var file rawFeeds
	bind(k.collector, root, &file)
	for i := range file.Feed {
		k.feed(&file.Feed[i], path)
	}
	if err := k.err(); err != nil {
		return "", err
	}
	return path, writeWhole(path, data)
}

// RemoveFeed removes a saved subscription.
func (c *Config) RemoveFeed(address string) error {
	if err := c.writtenFeed(address); err != nil {
		return err
	}
	return remove(filepath.Join(c.FeedsDir(), feedFile(address)), address)
}

// SaveWatch writes a watch to a file of its own in watches.d and returns the file's name. What was saved under the name before is replaced. A
// watch with mistakes is not written (*Errors), nor one that a person's file has (ErrWritten). c itself is unchanged: load again.
func (c *Config) SaveWatch(w Watch) (string, error) {
	if err := c.writtenWatch(w.Name); err != nil {
		return "", err
	}
	if w.Group == "" {
		w.Group = GroupStory
	}
	if w.Content == "" {
		w.Content = ContentExcerpt
	}
	w.Time = w.Time.UTC().Truncate(time.Second)
	data, err := encode(rawWatches{Watch: []rawWatch{w.raw()}}, "watch")
	if err != nil {
		return "", err
	}
	path := filepath.Join(c.WatchesDir(), w.Name+".toml")
	k, root, err := c.recheck(path, data)
	if err != nil {
		return "", err
	}
	var file rawWatches
	bind(k.collector, root, &file)
	k.raw.Watch = file.Watch
	for _, other := range c.Watches { // so that watch:NAME is known
		if other.Name != w.Name {
			known := other.raw()
			k.raw.Watch = append(k.raw.Watch, known)
		}
	}
	k.savedWatch()
	if err := k.err(); err != nil {
		return "", err
	}
	return path, writeWhole(path, data)
}

// savedWatch checks the first of the raw watches among the others.
func (k *checker) savedWatch() {
	sources := map[string]string{}
	for i := range k.raw.Watch {
		sources[k.raw.Watch[i].Name] = k.raw.Watch[i].Query
	}
	r := &k.raw.Watch[0]
	k.watchName(&r.table, r.Name)
	k.watch(watchFile{r, ""}, sources)
}

// RemoveWatch removes a saved watch, unless a digest or another watch needs it (ErrUsed).
func (c *Config) RemoveWatch(name string) error {
	if err := c.writtenWatch(name); err != nil {
		return err
	}
	if !slug.MatchString(name) {
		return fmt.Errorf("%s: %w", name, ErrNotSaved)
	}
	if user := c.userOf(name); user != "" {
		return fmt.Errorf("%s %w %s", name, ErrUsed, user)
	}
	return remove(filepath.Join(c.WatchesDir(), name+".toml"), name)
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

func (c *Config) writtenFeed(address string) error {
	for _, f := range c.Feeds {
		if f.URL == address && filepath.Dir(f.Source) != c.FeedsDir() {
			return fmt.Errorf("%s %w: %s", address, ErrWritten, f.Source)
		}
	}
	return nil
}

func (c *Config) writtenWatch(name string) error {
	if w, ok := c.Watch(name); ok && filepath.Dir(w.File) != c.WatchesDir() {
		return fmt.Errorf("%s %w: %s", name, ErrWritten, w.File)
	}
	return nil
}

// recheck parses what is about to be written, ready to be checked like a file that is read.
func (c *Config) recheck(path string, data []byte) (*checker, *node, error) {
	root, fault := parseTree(newSource(filepath.Base(path), data))
	if fault != nil {
		return nil, nil, &Errors{List: []Mistake{*fault}}
	}
	return &checker{collector: newCollector(filepath.Base(path)), cfg: &Config{}, raw: &rawConfig{Lists: c.Lists}}, root, nil
}

func encode(file any, what string) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Written by mediawatch, which may replace it. To change it by hand, move the [[%s]] to mediawatch.toml and delete this file.\n", what)
	if err := toml.NewEncoder(&b).Encode(file); err != nil {
		return nil, fmt.Errorf("encode the %s: %w", what, err)
	}
	return b.Bytes(), nil
}

// feedFile names the file of a subscription: the host for people, a hash so that every URL has its own.
func feedFile(address string) string {
	sum := sha256.Sum256([]byte(address))
	host := ""
	if u, err := url.Parse(address); err == nil {
		host = asciiName(u.Hostname())
	}
	if host == "" {
		host = "feed"
	}
	return host + "-" + hex.EncodeToString(sum[:6]) + ".toml"
}

func remove(path, what string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", what, ErrNotSaved)
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", what, err)
	}
	return syncDir(filepath.Dir(path))
}

// writeWhole writes a file so that a reader, or a crash at any moment, meets the old content or the new and nothing between.
func writeWhole(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
