package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mediawatch/news"
	"mediawatch/text"
)

// Version 0.1 kept what people saved in files of these folders beside the store. What lies there is read like what is
// in the store, until TakeIn took it in.
const (
	feedsFolder   = "feeds.d"
	watchesFolder = "watches.d"
)

// importedSuffix is added to the name of a folder that was taken in.
const importedSuffix = ".imported"

// rawFeeds and rawWatches are the schemas of the files in them.
type rawFeeds struct {
	table `toml:"-"`
	Feed  []rawFeed `toml:"feed"`
}

type rawWatches struct {
	table `toml:"-"`
	Watch []rawWatch `toml:"watch"`
}

// folder reads the files of a folder beside the store. One that does not exist is empty.
func (k *checker) folder(name string, read func(path string, root *node)) {
	if k.cfg.Store.Path == "" {
		return
	}
	dir := filepath.Join(filepath.Dir(k.cfg.Store.Path), name)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.add(place{file: k.show(dir)}, "", "cannot be read: %s", plain(err))
		return
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".toml") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		src := &source{name: k.show(path)}
		k.file(src.name)
		data, err := readFile(path)
		if err != nil {
			k.add(place{file: src.name}, "", "cannot be read: %s", plain(err))
			continue
		}
		root, fault := parseTree(newSource(src.name, data))
		if fault != nil {
			k.list = append(k.list, *fault)
			continue
		}
		read(path, root)
	}
}

// TakeIn saves what lies in the folders of version 0.1 and renames them. It returns a line for people, "" when there
// was nothing. Killed between the two steps it begins again: what was saved already is not saved twice. Nothing is
// removed.
func (c *Config) TakeIn(ctx context.Context, save func(context.Context, []news.Saved) error) (string, error) {
	var dirs []string
	for _, name := range []string{feedsFolder, watchesFolder} {
		dir := filepath.Join(filepath.Dir(c.Store.Path), name)
		if _, err := os.Lstat(dir); err == nil {
			dirs = append(dirs, dir)
		}
	}
	if len(dirs) == 0 {
		return "", nil
	}
	if len(c.Lying) > 0 {
		if err := save(ctx, c.Lying); err != nil {
			return "", fmt.Errorf("take in %s: %w", strings.Join(dirs, " and "), err)
		}
	}
	for i, dir := range dirs {
		aside, err := setAside(dir)
		if err != nil {
			return "", fmt.Errorf("take in %s: it is in the store now, move it away: %w", dir, err)
		}
		dirs[i] = filepath.Base(aside)
	}
	return fmt.Sprintf("%s of files beside the store: in the store now, the files are kept in %s",
		text.Count(len(c.Lying), "saved record"), strings.Join(dirs, " and ")), nil
}

// setAside renames a folder to a name that nothing has, and returns it.
func setAside(dir string) (string, error) {
	aside := dir + importedSuffix
	for n := 2; ; n++ {
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			break
		}
		aside = fmt.Sprintf("%s%s-%d", dir, importedSuffix, n)
	}
	if err := os.Rename(dir, aside); err != nil {
		return "", err
	}
	return aside, syncDir(filepath.Dir(dir))
}

// syncDir makes a rename last.
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
