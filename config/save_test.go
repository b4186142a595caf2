package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func reload(t *testing.T, c *Config) *Config {
	t.Helper()
	again, err := Load(c.File, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestSaveAndRemoveFeed(t *testing.T) {
	c, _ := mustLoad(t, "[[feed]]\nurl = \"https://mine.example/feed\"\n", nil)
	before, err := os.ReadFile(c.File)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 7, 0, 0, 5, time.UTC)
	f := Feed{URL: "https://a.example/feed?x=\"1\"", Outlet: "A \"quoted\" name", Tags: []string{"world", "日本"}, Interval: Duration(90 * time.Minute), Charset: "gbk", Author: "desk", Time: at}
	path, err := c.SaveFeed(f)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info, err)
	}
	got := reload(t, c).Feeds
	if len(got) != 2 || got[1].URL != f.URL || got[1].Outlet != f.Outlet || !slices.Equal(got[1].Tags, f.Tags) || got[1].Interval != f.Interval ||
		got[1].Charset != "gbk" || got[1].Author != "desk" || !got[1].Time.Equal(at.Truncate(time.Second)) || got[1].Source != path {
		t.Errorf("%+v", got)
	}
	f.Tags = nil
	if again, err := c.SaveFeed(f); err != nil || again != path {
		t.Errorf("saved again as %s: %v", again, err)
	}
	if got := reload(t, c).Feeds; len(got) != 2 || len(got[1].Tags) != 0 {
		t.Errorf("%+v", got)
	}
	var mistakes *Errors
	if _, err := c.SaveFeed(Feed{URL: "gopher://x"}); !errors.As(err, &mistakes) {
		t.Errorf("saved a bad URL: %v", err)
	}
	if _, err := c.SaveFeed(Feed{URL: "https://mine.example/feed"}); !errors.Is(err, ErrWritten) {
		t.Errorf("saved what a person wrote: %v", err)
	}
	if err := c.RemoveFeed("https://mine.example/feed"); !errors.Is(err, ErrWritten) {
		t.Errorf("removed what a person wrote: %v", err)
	}
	if err := c.RemoveFeed("https://other.example/"); !errors.Is(err, ErrNotSaved) {
		t.Errorf("removed nothing: %v", err)
	}
	if err := reload(t, c).RemoveFeed(f.URL); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(c.FeedsDir()); err != nil || len(left) != 0 {
		t.Errorf("left over: %v %v", left, err)
	}
	if after, err := os.ReadFile(c.File); err != nil || string(after) != string(before) {
		t.Error("the person's file was changed")
	}
}

func TestSaveAndRemoveWatch(t *testing.T) {
	c, _ := mustLoad(t, "[lists]\nwords = [\"x\"]\n[[watch]]\nname = \"mine\"\nquery = \"y\"\n", nil)
	src := "watch:mine @words\n  OR \"\\ back\" # comment\n  '''quotes''' \"\"\"\"\"\""
	path, err := c.SaveWatch(Watch{Name: "new", Title: "New", Source: "watch:mine @words\nOR \"heat pump\" # '''\n", Author: "desk", Time: time.Unix(1.8e9, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(path) != "new.toml" {
		t.Errorf("written to %s", path)
	}
	w, ok := reload(t, c).Watch("new")
	if !ok || w.Source != "watch:mine @words\nOR \"heat pump\" # '''\n" || w.Title != "New" || w.Group != GroupStory || w.Author != "desk" || w.Time.Unix() != 1.8e9 {
		t.Errorf("%+v", w)
	}
	var mistakes *Errors
	for _, bad := range []Watch{{Name: "bad", Source: "(x"}, {Name: "Bad", Source: "x"}, {Name: "../bad", Source: "x"}, {Name: "health", Source: "x"}, {Name: "bad"}, {Name: "bad", Source: "x", Group: "y"}} {
		if _, err := c.SaveWatch(bad); !errors.As(err, &mistakes) {
			t.Errorf("%+v saved: %v", bad, err)
		}
	}
	if _, err := c.SaveWatch(Watch{Name: "mine", Source: "x"}); !errors.Is(err, ErrWritten) {
		t.Errorf("saved over a person's watch: %v", err)
	}
	_, _ = c.SaveWatch(Watch{Name: "odd", Source: src}) // whatever it thinks of that query, the folder stays readable:
	if _, ok := reload(t, c).Watch("new"); !ok {
		t.Error("lost a watch")
	}
	if err := c.RemoveWatch("../new"); !errors.Is(err, ErrNotSaved) {
		t.Errorf("got %v", err)
	}
	if err := c.RemoveWatch("mine"); !errors.Is(err, ErrWritten) {
		t.Errorf("got %v", err)
	}
	if err := reload(t, c).RemoveWatch("new"); err != nil {
		t.Error(err)
	}
	if err := c.RemoveWatch("new"); !errors.Is(err, ErrNotSaved) {
		t.Errorf("got %v", err)
	}
}

func TestAWatchInUseStays(t *testing.T) {
	c, _ := mustLoad(t, "", nil, "data/watches.d/a.toml", "[[watch]]\nname = \"a\"\nquery = \"x\"\n",
		"data/watches.d/b.toml", "[[watch]]\nname = \"b\"\nquery = \"watch:a y\"\n")
	if err := c.RemoveWatch("a"); !errors.Is(err, ErrUsed) || !strings.Contains(err.Error(), "the watch b") {
		t.Errorf("got %v", err)
	}
	if err := c.RemoveWatch("b"); err != nil {
		t.Error(err)
	}
	c, _ = mustLoad(t, "[[digest]]\nname = \"d\"\nwatches = [\"a\"]\nat = \"hourly\"\n", nil, "data/watches.d/a.toml", "[[watch]]\nname = \"a\"\nquery = \"x\"\n")
	if err := c.RemoveWatch("a"); !errors.Is(err, ErrUsed) || !strings.Contains(err.Error(), "the digest d") {
		t.Errorf("got %v", err)
	}
}

func TestAFailedWriteLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.toml")
	if err := writeWhole(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(dir, "sub.toml")
	if err := os.MkdirAll(filepath.Join(blocked, "full"), 0o700); err != nil { // a folder cannot be replaced by a file
		t.Fatal(err)
	}
	if err := writeWhole(blocked, []byte("new")); err == nil || !strings.Contains(err.Error(), blocked) {
		t.Errorf("got %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left over: %v %v", entries, err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
		t.Errorf("%s %v", data, err)
	}
}
