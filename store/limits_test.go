package store_test

import (
	"context"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/store/bolt"
)

// odd gives every text and time of a value, in lists too, a value that no store keeps, but for what names it.
func odd(v reflect.Value, s string, at time.Time) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(at))
	case v.Kind() == reflect.String:
		v.SetString(s)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			odd(v.Field(i), s, at)
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			odd(v.Index(i), s, at)
		}
	case v.CanInt():
		v.SetInt(-7)
	case v.CanUint():
		v.SetUint(0)
	}
}

// sound fails when a text or time in a value is none that a store keeps. Validators are kept as bytes.
func sound(t *testing.T, v reflect.Value) {
	t.Helper()
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		if at := v.Interface().(time.Time); at.UTC().Year() < 0 || at.UTC().Year() > 9999 {
			t.Fatalf("%v is left", at)
		}
	case v.Kind() == reflect.String:
		if !utf8.ValidString(v.String()) || strings.Contains(v.String(), "\x00") {
			t.Fatalf("%q is left", v.String())
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "ETag" && name != "LastModified" {
				sound(t, v.Field(i))
			}
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			sound(t, v.Index(i))
		}
	}
}

// TestT08A1_EveryFieldIsBroughtIntoRange fails when a new field of an item, a feed or a file is missing in the one list of them.
func TestT08A1_EveryFieldIsBroughtIntoRange(t *testing.T) {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "s.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for n, bad := range []string{"\xff", "a\x00b", "\xed\xa0\x80", "\x00"} {
		for _, at := range []time.Time{time.Date(10000, 1, 1, 4, 59, 59, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<55, 0)} {
			var d store.Document
			var it news.Item
			var f news.File
			odd(reflect.ValueOf(&d.Feed).Elem(), bad, at)
			odd(reflect.ValueOf(&it).Elem(), bad, at)
			odd(reflect.ValueOf(&f).Elem(), bad, at)
			d.Feed.ID = news.NewFeedID(news.KindFeed, "feed")
			it.ID, f.Feed, f.Path = news.NewItemID(d.Feed.ID, string(rune('a'+n))), d.Feed.ID, "saved.txt"
			d.Items, d.Files = []store.News{{Item: it}}, []news.File{f}
			if refused := store.Fit(&d); len(refused) > 0 {
				t.Fatalf("%q at %v: %v was refused", bad, at, refused)
			}
			if _, err := s.Append(context.Background(), store.Batch{Documents: []store.Document{d}}); err != nil {
				t.Fatalf("%q at %v: %v", bad, at, err)
			}
			sound(t, reflect.ValueOf(d.Feed))
			sound(t, reflect.ValueOf(d.Items[0].Item))
			sound(t, reflect.ValueOf(d.Files[0]))
		}
	}
	items, err := s.Items(context.Background(), []store.Ref{{Item: news.NewItemID(news.NewFeedID(news.KindFeed, "feed"), "b")}})
	if err != nil || items[0].Title != "ab" {
		t.Errorf("title %q (%v), want what is left without NUL", items[0].Title, err)
	}
}

func TestT08A1_WhatCannotBeKeptIsNamedAndTheRestStays(t *testing.T) {
	of := news.Feed{ID: news.NewFeedID(news.KindSeed, "saved")}
	item := func(name string) store.News {
		return store.News{Item: news.Item{ID: news.NewItemID(of.ID, name), Revision: news.Revision{Title: name}}}
	}
	endless := item("endless")
	endless.Item.Content = strings.Repeat("x", store.MaxTexts/3+1)
	endless.Item.Summary, endless.Item.Caption = endless.Item.Content, endless.Item.Content
	d := store.Document{
		Feed:  of,
		Items: []store.News{item("one"), {Item: news.Item{Revision: news.Revision{Title: "no id"}}}, endless, item("two")},
		Files: []news.File{{Feed: of.ID, Path: "a"}, {Feed: of.ID, Path: "\xff"}, {Feed: of.ID}, {Feed: of.ID, Path: strings.Repeat("x", store.MaxPath+1)}, {Feed: of.ID, Path: "b"}},
	}
	refused := store.Fit(&d)
	if len(d.Items) != 2 || d.Items[1].Item.Title != "two" || len(d.Files) != 2 || d.Files[1].Path != "b" || len(refused) != 5 || refused[0].Title != "no id" {
		t.Errorf("%d items, %d files, refused %v", len(d.Items), len(d.Files), refused)
	}
}
