package config

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
)

// kept is what a store would keep, by kind and name.
type kept struct{ list []news.Saved }

func (k *kept) save(_ context.Context, changes []news.Saved) error {
	for _, r := range changes {
		at := slices.IndexFunc(k.list, func(old news.Saved) bool { return old.Kind == r.Kind && old.Name == r.Name })
		switch {
		case at < 0 && r.Version == 0:
			r.Version = 1
			k.list = append(k.list, r)
		case at < 0 || r.Version != k.list[at].Version && !k.list[at].Removed:
			return errors.New("somebody changed it meanwhile")
		default:
			r.Version = k.list[at].Version + 1
			k.list[at] = r
		}
	}
	return nil
}

func (k *kept) saved(string) ([]news.Saved, error) {
	return slices.DeleteFunc(slices.Clone(k.list), func(r news.Saved) bool { return r.Removed }), nil
}

// must keeps a change.
func (k *kept) must(t *testing.T) func(r news.Saved, err error) {
	return func(r news.Saved, err error) {
		t.Helper()
		if err == nil {
			err = k.save(context.Background(), []news.Saved{r})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// over loads a configuration again with what is kept laid over it.
func (k *kept) over(t *testing.T, c *Config) *Config {
	t.Helper()
	again, err := Load(c.File, Options{Saved: k.saved})
	if err != nil {
		t.Fatal(err)
	}
	return again
}

var byDesk = Change{Author: "desk", Time: time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC)}

func TestSaveAndRemoveFeed(t *testing.T) {
	c, dir := mustLoad(t, "\n[[feed]]\nurl = \"https://mine.example/feed\"\n", nil)
	before, err := os.ReadFile(c.File)
	if err != nil {
		t.Fatal(err)
	}
	var k kept
	f := Feed{
		URL: "https://a.example/feed?x=\"1\"", Outlet: "A \"quoted\" name", Tags: []string{"world", "日本"}, Interval: Duration(90 * time.Minute), Charset: "gbk",
		Announce: AnnounceAll, FullText: true, Author: byDesk.Author, Time: byDesk.Time,
	}
	k.must(t)(c.SaveFeed(f))
	got := k.over(t, c).Feeds
	want := f
	want.Source, want.Place, want.Version = SourceSaved, got[1].Place, 1
	if len(got) != 2 || !slices.Equal(got[1].Tags, want.Tags) || !strings.HasPrefix(got[1].Place, "saved feed https://a.example") {
		t.Fatalf("%+v", got)
	}
	got[1].Tags, want.Tags = nil, nil
	if g, w := got[1], want; g.URL != w.URL || g.Outlet != w.Outlet || g.Interval != w.Interval || g.Charset != w.Charset || g.Announce != w.Announce ||
		g.FullText != w.FullText || g.Author != w.Author || !g.Time.Equal(w.Time) || g.Source != w.Source || g.Version != w.Version {
		t.Errorf("%+v, want %+v", g, w)
	}
	k.must(t)(k.over(t, c).SaveFeed(Feed{URL: f.URL, Author: "another"}))
	if got := k.over(t, c).Feeds; len(got) != 2 || got[1].Outlet != "" || got[1].Author != "another" || got[1].Version != 2 {
		t.Errorf("%+v", got)
	}
	var mistakes *Errors
	if _, err := c.SaveFeed(Feed{URL: "gopher://x"}); !errors.As(err, &mistakes) {
		t.Errorf("saved a bad URL: %v", err)
	}
	written := "https://mine.example/feed is in " + filepath.Join(dir, "mediawatch.toml") + ":3: "
	if _, err := k.over(t, c).SaveFeed(Feed{URL: "https://mine.example/feed"}); !errors.Is(err, ErrWritten) || !strings.HasPrefix(err.Error(), written) {
		t.Errorf("saved what a person wrote: %v", err)
	}
	if _, err := k.over(t, c).RemoveFeed("https://mine.example/feed", byDesk); !errors.Is(err, ErrWritten) || !strings.HasPrefix(err.Error(), written) {
		t.Errorf("removed what a person wrote: %v", err)
	}
	if _, err := c.RemoveFeed("https://other.example/", byDesk); !errors.Is(err, ErrNotSaved) {
		t.Errorf("removed nothing: %v", err)
	}
	k.must(t)(k.over(t, c).RemoveFeed(f.URL, byDesk))
	if got := k.over(t, c).Feeds; len(got) != 1 || k.list[0].Author != "desk" {
		t.Errorf("left over: %+v", got)
	}
	k.must(t)(k.over(t, c).SaveFeed(f)) // it may come back
	if after, err := os.ReadFile(c.File); err != nil || string(after) != string(before) {
		t.Error("the person's file was changed")
	}
}

func TestSaveAndRemoveWatch(t *testing.T) {
	c, _ := mustLoad(t, "[lists]\nwords = [\"x\"]\n[[watch]]\nname = \"mine\"\nquery = \"y\"\n", nil)
	var k kept
	source := "watch:mine @words\nOR \"heat pump\" # '''\n"
	k.must(t)(c.SaveWatch(Watch{Name: "new", Title: "New", Source: source, Author: "desk", Time: byDesk.Time}))
	w, ok := k.over(t, c).Watch("new")
	if !ok || w.Source != source || w.Title != "New" || w.Group != GroupStory || w.Author != "desk" || !w.Time.Equal(byDesk.Time) || w.File != SourceSaved || w.Version != 1 {
		t.Errorf("%+v", w)
	}
	var mistakes *Errors
	for _, bad := range []Watch{{Name: "bad", Source: "(x"}, {Name: "Bad", Source: "x"}, {Name: "../bad", Source: "x"}, {Name: "health", Source: "x"}, {Name: "bad"}, {Name: "bad", Source: "x", Group: "y"}} {
		if _, err := c.SaveWatch(bad); !errors.As(err, &mistakes) {
			t.Errorf("%+v saved: %v", bad, err)
		}
	}
	if _, err := c.SaveWatch(Watch{Name: "mine", Source: "x"}); !errors.Is(err, ErrWritten) || !strings.Contains(err.Error(), "mediawatch.toml:4") {
		t.Errorf("saved over a person's watch: %v", err)
	}
	k.must(t)(k.over(t, c).SaveWatch(Watch{Name: "odd", Source: "watch:mine @words\n  OR \"\\ back\" # comment\n  '''quotes''' \"heat\""}))
	if _, ok := k.over(t, c).Watch("new"); !ok {
		t.Error("lost a watch")
	}
	if _, err := c.RemoveWatch("../new", byDesk); !errors.Is(err, ErrNotSaved) {
		t.Errorf("got %v", err)
	}
	if _, err := c.RemoveWatch("mine", byDesk); !errors.Is(err, ErrWritten) {
		t.Errorf("got %v", err)
	}
	k.must(t)(k.over(t, c).RemoveWatch("new", byDesk))
	if _, ok := k.over(t, c).Watch("new"); ok {
		t.Error("still there")
	}
}

func TestAWatchInUseStays(t *testing.T) {
	c, _ := mustLoad(t, "", nil)
	var k kept
	k.must(t)(c.SaveWatch(Watch{Name: "a", Source: "x"}))
	k.must(t)(k.over(t, c).SaveWatch(Watch{Name: "b", Source: "watch:a y"}))
	if _, err := k.over(t, c).RemoveWatch("a", byDesk); !errors.Is(err, ErrUsed) || !strings.Contains(err.Error(), "the watch b") {
		t.Errorf("got %v", err)
	}
	k.must(t)(k.over(t, c).RemoveWatch("b", byDesk))
	if err := os.WriteFile(c.File, []byte("[[digest]]\nname = \"d\"\nwatches = [\"a\"]\nat = \"hourly\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := k.over(t, c).RemoveWatch("a", byDesk); !errors.Is(err, ErrUsed) || !strings.Contains(err.Error(), "the digest d") {
		t.Errorf("got %v", err)
	}
}

// TestT08D30_WhatAPersonWroteCounts: a saved watch of a name that the file has is left out and causes no mistake.
func TestT08D30_WhatAPersonWroteCounts(t *testing.T) {
	c, _ := mustLoad(t, "", nil)
	var k kept
	k.must(t)(c.SaveWatch(Watch{Name: "a", Source: "saved"}))
	k.must(t)(c.SaveFeed(Feed{URL: "https://a.example/feed", Outlet: "saved"}))
	if err := os.WriteFile(c.File, []byte("[[watch]]\nname = \"a\"\nquery = \"written\"\n[[feed]]\nurl = \"https://a.example/feed\"\noutlet = \"written\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c = k.over(t, c)
	if len(c.Watches) != 1 || c.Watches[0].Source != "written" || len(c.Feeds) != 1 || c.Feeds[0].Outlet != "written" {
		t.Errorf("%+v %+v", c.Watches, c.Feeds)
	}
	if err := os.WriteFile(c.File, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if c = k.over(t, c); len(c.Watches) != 1 || c.Watches[0].Source != "saved" || len(c.Feeds) != 1 || c.Feeds[0].Outlet != "saved" {
		t.Errorf("%+v %+v", c.Watches, c.Feeds)
	}
}

// TestT08D30_AMistakeInWhatWasSavedIsNamed: the file may take away what a saved watch needs.
func TestT08D30_AMistakeInWhatWasSavedIsNamed(t *testing.T) {
	c, _ := mustLoad(t, "[lists]\nwords = [\"x\"]\n", nil)
	var k kept
	k.must(t)(c.SaveWatch(Watch{Name: "a", Source: "heat @words"}))
	if err := os.WriteFile(c.File, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(c.File, Options{Saved: k.saved})
	if got := mistakesOf(t, err); !strings.HasPrefix(got, "saved watch a:3:") || !strings.Contains(got, "@words") {
		t.Errorf("got %s", got)
	}
	broken := errors.New("the store cannot be read")
	_, err = Load(c.File, Options{Saved: func(string) ([]news.Saved, error) { return nil, broken }})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

const (
	lyingFeed  = "# Written by mediawatch\n[[feed]]\nurl = \"https://a.example/feed\"\noutlet = \"A\"\nannounce = \"new\"\nauthor = \"desk\"\ntime = 2026-11-20T07:00:00Z\n"
	lyingWatch = "[[watch]]\nname = \"w\"\nquery = \"\"\"\nheat OR cold\"\"\"\nauthor = \"desk\"\ntime = 2026-11-20T07:00:00Z\n"
)

func TestT08D30_FilesOfVersion01AreTakenInOnce(t *testing.T) {
	ctx := context.Background()
	text := "[[feed]]\nurl = \"https://mine.example/feed\"\noutlet = \"Mine\"\n"
	c, dir := mustLoad(t, text, nil, "data/feeds.d/a.toml", lyingFeed, "data/feeds.d/b.toml", "[[feed]]\nurl = \"https://mine.example/feed\"\n",
		"data/watches.d/w.toml", lyingWatch, "data/feeds.d.imported/old.toml", lyingFeed)
	var k kept
	before := k.over(t, c)
	if len(before.Feeds) != 2 || len(before.Watches) != 1 {
		t.Fatalf("%+v", before)
	}
	if _, err := before.TakeIn(ctx, func(context.Context, []news.Saved) error { return errors.New("full") }); err == nil {
		t.Fatal("no error")
	}
	if got := k.over(t, c); len(got.Feeds) != 2 || len(got.Watches) != 1 {
		t.Errorf("a failure lost something: %+v", got)
	}
	// killed after saving: the folders are there still
	if err := k.save(ctx, before.Lying); err != nil {
		t.Fatal(err)
	}
	line, err := k.over(t, c).TakeIn(ctx, k.save)
	if err != nil || !strings.Contains(line, "feeds.d.imported-2 and watches.d.imported") {
		t.Fatalf("%q %v", line, err)
	}
	after := k.over(t, c)
	if len(after.Feeds) != 2 || after.Feeds[1].Outlet != "A" || after.Feeds[1].Author != "desk" || !after.Feeds[1].Time.Equal(byDesk.Time) || after.Feeds[1].Source != SourceSaved {
		t.Errorf("%+v", after.Feeds)
	}
	if w, ok := after.Watch("w"); !ok || w.Source != "heat OR cold" || w.Author != "desk" || w.File != SourceSaved || w.Version != 1 {
		t.Errorf("%+v", after.Watches)
	}
	if len(k.list) != 3 { // the feed that the person's file has, too, is kept for the day it leaves the file
		t.Errorf("%d records", len(k.list))
	}
	if data, err := os.ReadFile(filepath.Join(dir, "data/feeds.d.imported-2/a.toml")); err != nil || string(data) != lyingFeed {
		t.Errorf("the file was not kept: %v", err)
	}
	if line, err := after.TakeIn(ctx, func(context.Context, []news.Saved) error { t.Error("taken in twice"); return nil }); line != "" || err != nil {
		t.Errorf("%q %v", line, err)
	}
}

func TestT08D30_ExportAndImport(t *testing.T) {
	c, _ := mustLoad(t, "[lists]\nwords = [\"x\"]\n", nil)
	var k kept
	k.must(t)(c.SaveFeed(Feed{URL: "https://me:secret@a.example/feed", Tags: []string{"a", "b"}, Interval: Duration(time.Hour), Author: "desk", Time: byDesk.Time}))
	k.must(t)(c.SaveFeed(Feed{URL: "https://b.example/feed", Author: "another", Time: byDesk.Time.Add(time.Hour)}))
	k.must(t)(c.SaveWatch(Watch{Name: "first", Title: "First", Source: "heat\n  OR \"x\" @words # \"\"\" '''\\", Author: "desk", Time: byDesk.Time}))
	k.must(t)(k.over(t, c).SaveWatch(Watch{Name: "second", Source: "watch:first y", Group: GroupItem, Content: ContentFull, Author: "desk", Time: byDesk.Time}))
	var out bytes.Buffer
	if err := Export(&out, k.list); err != nil {
		t.Fatal(err)
	}
	changes, known, err := c.Import("export.toml", out.Bytes(), Change{Author: "somebody", Time: time.Unix(0, 0)})
	if err != nil || len(known) != 0 {
		t.Fatalf("%v %v\n%s", known, err, out.String())
	}
	var other kept
	if err := other.save(context.Background(), changes); err != nil {
		t.Fatal(err)
	}
	if len(other.list) != len(k.list) {
		t.Fatalf("%d records, want %d", len(other.list), len(k.list))
	}
	for i, want := range k.list {
		got := other.list[i]
		if got.Kind != want.Kind || got.Name != want.Name || got.Author != want.Author || !got.Time.Equal(want.Time) || !bytes.Equal(got.Data, want.Data) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	changes, known, err = k.over(t, c).Import("export.toml", out.Bytes(), byDesk)
	if err != nil || len(changes) != 0 || len(known) != 4 || strings.Contains(known[0], "secret") {
		t.Errorf("%v %v %v", changes, known, err)
	}
	_, _, err = c.Import("bad.toml", []byte("[[feed]]\nurl = \"https://a.example/\"\n[[feed]]\nurl = \"https://a.example/\"\n[[watch]]\nname = \"w\"\nquery = \"(x\"\n[web]\nlisten = \"x\"\n"), byDesk)
	want := []string{"bad.toml:4:1: the feed", "bad.toml:7:10: query", `bad.toml:8:2: unknown table "web"`}
	for i, line := range strings.Split(mistakesOf(t, err), "\n") {
		if i >= len(want) || !strings.HasPrefix(line, want[i]) {
			t.Errorf("mistake %d: %s", i, line)
		}
	}
}
