package seeds_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mediawatch/news"
	"mediawatch/page"
	"mediawatch/seeds"
	"mediawatch/text"
)

const body = `The ferry company has apologised to its passengers after the new ship arrived early on five days.

Shopkeepers on the quay said that they had been caught with their shutters down and their kettles cold.

From Monday the ferry will leave eleven minutes later than it has done since the spring timetable began.`

func read(t *testing.T, name, src string, o seeds.Options) *seeds.Article {
	t.Helper()
	a, err := seeds.Read(name, []byte(src), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Each way an outlet may be known beats those below it.
func TestOutletOrder(t *testing.T) {
	const tail = "\n\nVisit us at www.karsholmpacket.example\n"
	configured := []seeds.Outlet{{Name: "The Karsholm Packet", Sites: []string{"karsholmpacket.example"}}}
	for _, c := range []struct {
		name, src, want, evidence string
		o                         seeds.Options
	}{
		{"side-car", "Ferry early\n\n" + body + tail, "Northam Courier", "side-car x.toml", seeds.Options{Outlets: configured, Path: "reuters/x.txt", Sidecar: []byte("outlet = \"Northam Courier\"\n")}},
		{"text, configured", "Ferry early\n\n" + body + tail, "The Karsholm Packet", "line 9: Visit us at www.karsholmpacket.example; karsholmpacket.example is a site of the configured outlet", seeds.Options{Outlets: configured, Path: "reuters/x.txt"}},
		{"text, not configured", "Ferry early\n\n" + body + tail, "karsholmpacket.example", "line 9: Visit us", seeds.Options{Path: "reuters/x.txt"}},
		{"text, name beside its address", "Ferry early\n\n" + body + "\n\nThe Karsholm Packet – your island paper" + tail, "The Karsholm Packet", "lines 9–11", seeds.Options{}},
		{"sub-folder", "Ferry early\n\n" + body, "reuters", "sub-folder reuters", seeds.Options{Path: "reuters/2026/x.txt"}},
		{"sub-folder, configured spelling", "Ferry early\n\n" + body, "The Karsholm Packet", "sub-folder the-karsholm-packet", seeds.Options{Path: "the-karsholm-packet/x.txt", Outlets: configured}},
		{"sub-folder of a year", "Ferry early\n\n" + body, "reuters", "sub-folder reuters", seeds.Options{Path: "2026/reuters/x.txt"}},
		{"unknown", "Ferry early\n\n" + body, "", "", seeds.Options{Path: "x.txt"}},
		{"an address within the text is no evidence", "Ferry early\n\nThe timetable is at www.ferries.example and in every shop on the quay, the company said.\n\n" + body, "", "", seeds.Options{}},
		{"the source of a copy is no evidence", "Ferry early\n\n" + body + "\n\nSource: Meridian Wire", "", "", seeds.Options{}},
		{"an agency's copyright is no evidence", "Ferry early\n\n" + body + "\n\nCopyright 2026 The Coastal Press Agency. All rights reserved.", "", "", seeds.Options{}},
		{"sharing services publish nothing", "Ferry early\n\n" + body + "\n\nFollow us on www.facebook.com/ferry", "", "", seeds.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := read(t, "x.txt", c.src, c.o)
			if a.Outlet != c.want || !strings.HasPrefix(a.OutletEvidence, c.evidence) || (c.evidence == "") != (a.OutletEvidence == "") {
				t.Errorf("outlet %q, evidence %q", a.Outlet, a.OutletEvidence)
			}
			if !strings.Contains(a.Content, "shutters down") || strings.Contains(a.Content, "Visit us") {
				t.Errorf("content: %s", a.Content)
			}
		})
	}
}

func TestZoneIsTheOutletsElseTheFolders(t *testing.T) {
	tehran, oslo := time.FixedZone("", 12600), time.FixedZone("", 3600)
	outlets := []seeds.Outlet{{Name: "Karsholm Packet", Sites: []string{"karsholmpacket.example"}, Location: tehran}}
	src := "Ferry early\n2026-11-03 18:20\n\n" + body
	for _, c := range []struct {
		src, want string
		certainty news.Certainty
	}{
		{src, "2026-11-03T17:20:00Z", news.CertaintyZone},
		{src + "\n\nwww.karsholmpacket.example", "2026-11-03T14:50:00Z", news.CertaintyZone},
		{strings.Replace(src, "18:20", "18:20 UTC", 1), "2026-11-03T18:20:00Z", news.CertaintyExact},
		{strings.Replace(src, " 18:20", "", 1), "2026-11-03T00:00:00Z", news.CertaintyDay},
	} {
		a := read(t, "x.txt", c.src, seeds.Options{Location: oslo, Outlets: outlets})
		if got := a.Published.Time.Format(time.RFC3339); got != c.want || a.Published.Certainty != c.certainty {
			t.Errorf("%s %s, want %s %s", got, a.Published.Certainty, c.want, c.certainty)
		}
	}
}

// Nothing but a stated day with its year is a date: no weekday, no file name, no date of a picture or of an event.
func TestNoDateIsDeduced(t *testing.T) {
	for _, src := range []string{
		"Ferry early\n\nTuesday, 18:20\n\n" + body,
		"Ferry early\n\nAn empty quay in Karsholm is seen on 25 December 2023. (Photo by Jo Hale)\n\n" + body,
		"Ferry early\n\n" + body + "\n\nThe fair on 9 November 2026 is not affected, the company said on Saturday.",
		"Ferry early\n3 November\n\n" + body,
	} {
		if a := read(t, "2026-11-03.txt", src, seeds.Options{}); !a.Published.IsZero() || a.Published.Certainty != news.CertaintyNone {
			t.Errorf("%q is dated %v", src[:40], a.Published)
		}
	}
}

func TestEncodings(t *testing.T) {
	const want = "Überfähre – früh angekommen"
	for name, enc := range map[string][]byte{
		"utf-8": []byte(want), "utf-8 with mark": []byte("\xef\xbb\xbf" + want), "windows-1252": []byte("\xdcberf\xe4hre \x96 fr\xfch angekommen"),
		"utf-16le": utf16(want, false), "utf-16be": utf16(want, true), "utf-16le without mark": utf16(want, false)[2:],
	} {
		data := append([]byte{}, enc...)
		if a, err := seeds.Read("x.txt", data, seeds.Options{}); err != nil || a.Title != want {
			t.Errorf("%s: %v %+v", name, err, a)
		}
	}
}

func utf16(s string, big bool) []byte {
	out := []byte{0xff, 0xfe}
	if big {
		out = []byte{0xfe, 0xff}
	}
	for _, r := range s {
		lo, hi := byte(r), byte(r>>8)
		if big {
			lo, hi = hi, lo
		}
		out = append(out, lo, hi)
	}
	return out
}

func TestMarkdownAndFrontMatter(t *testing.T) {
	const src = `---
# a comment
title: "The ferry: early again"
date: 3 November 2026 18:20 +0100
author: [Jo Hale, 'Per O''Brien']
tags:
  - ferries
  - "time tables"
description: >
  A ship that
  does not wait.
section: News / Transport
url: https://www.karsholmpacket.example/ferry?utm_source=x
lang: en
draft: false
params:
  hero: big
broken
weight: {a: 1}
---

![The empty quay](https://www.karsholmpacket.example/quay.jpg "The empty quay at six. Photo: Jo Hale")

A **new ship** has arrived [early](/ferry) on _five_ days, the company said,
and it will do so again.

Why it hurries
--------------

> The ship does not care
> about the tide.

1. Monday
2. Tuesday

` + "```\n<b>not markup</b>\n```\n\nAn <script>alert(1)</script>end \\*as written\\*, after all of this, on the quay.\n"
	a := read(t, "x.md", src, seeds.Options{})
	want := &seeds.Article{
		Title: "The ferry: early again", Section: []string{"News", "Transport"}, Outlet: "karsholmpacket.example",
		OutletEvidence: "address https://www.karsholmpacket.example/ferry; its name is not stated, so the site stands for it",
		Published:      news.Stamp{Time: time.Date(2026, 11, 3, 17, 20, 0, 0, time.UTC), Certainty: news.CertaintyExact},
		Caption:        "The empty quay at six. Photo: Jo Hale", Subheadings: []string{"Why it hurries"}, Summary: "<p>A ship that does not wait.</p>",
		URL: "https://www.karsholmpacket.example/ferry", Authors: []news.Person{{Name: "Jo Hale"}, {Name: "Per O'Brien"}}, Lang: "en",
		Categories: []string{"ferries", "time tables"}, Image: "https://www.karsholmpacket.example/quay.jpg", Format: "markdown",
		Warnings: []string{
			`front matter, line 17: nested values are not read: hero: big`,
			`front matter, line 18: only "key: value" is read: broken`,
			`front matter, line 19: this kind of value is not read: {a: 1}`,
			`front matter: key "draft" is not used`, `front matter: key "params" is not used`,
		},
		Content: a.Content,
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	plain := text.Plain(a.Content)
	for _, s := range []string{"A new ship has arrived early on five days, the company said, and it will do so again.", "The ship does not care about the tide.", "- Monday", "<b>not markup</b>", "*as written*"} {
		if !strings.Contains(plain, s) {
			t.Errorf("the text lacks %q:\n%s", s, plain)
		}
	}
	for _, s := range []string{"<strong>new ship</strong>", `href="https://www.karsholmpacket.example/ferry"`, "<em>five</em>", "<h2>Why it hurries</h2>", "<blockquote>"} {
		if !strings.Contains(a.Content, s) {
			t.Errorf("the content lacks %s:\n%s", s, a.Content)
		}
	}
	if strings.Contains(a.Content, "<script") {
		t.Errorf("a script survived: %s", a.Content)
	}
}

func TestMarkdownTOMLMatter(t *testing.T) {
	a := read(t, "x.md", "+++\ntitle = \"Ferry\"\ndate = 2026-11-03\nauthors = [\"Jo Hale\"]\n[extra]\na = 1\n+++\n# Ferry\n\n"+body, seeds.Options{})
	if a.Title != "Ferry" || a.Published.Certainty != news.CertaintyDay || len(a.Authors) != 1 || len(a.Subheadings) != 0 {
		t.Errorf("%+v", a)
	}
	if len(a.Warnings) != 1 || !strings.Contains(a.Warnings[0], `"extra"`) {
		t.Errorf("warnings: %q", a.Warnings)
	}
	if a := read(t, "x.md", "---\n\nJust a rule at the top, and a text that goes on below it.\n", seeds.Options{}); !strings.Contains(a.Content, "Just a rule") {
		t.Errorf("%+v", a)
	}
}

func TestSidecar(t *testing.T) {
	side := "outlet = \"Northam Courier\"\nurl = \"https://northamcourier.example/a?utm_campaign=x\"\npublished = 2026-11-03T18:20:00\ntitle = \"Another headline\"\nauthor = [\"Jo Hale\"]\nsection = [\"News\", \"Sea\"]\nlang = \"en-GB\"\ntags = [\"ferries\"]\n"
	a := read(t, "f/x.txt", "Ferry early\n2020-01-01\n\n"+body, seeds.Options{Sidecar: []byte(side), Location: time.FixedZone("", 3600)})
	if a.Title != "Another headline" || a.Outlet != "Northam Courier" || a.URL != "https://northamcourier.example/a" || a.Lang != "en-gb" ||
		!a.Published.Time.Equal(time.Date(2026, 11, 3, 17, 20, 0, 0, time.UTC)) || a.Published.Certainty != news.CertaintyZone ||
		cmp.Diff([]string{"News", "Sea"}, a.Section) != "" || a.Authors[0].Name != "Jo Hale" || a.Categories[0] != "ferries" {
		t.Errorf("%+v", a)
	}
	for src, want := range map[string]string{
		"outlet = \"A\"\noutlett = 1\ncolor = 2\n":    "x.toml:2: unknown key \"outlett\"; known are " + "outlet, url, published, updated, title, author, section, lang, tags; x.toml:3: unknown key \"color\"",
		"# c\npublished = \"on Tuesday\"\n":           "x.toml:2: published is no date with a year: on Tuesday",
		"url = \"ftp://x\"\nauthor = 3\n":             "x.toml:1: url is no address of a web page: ftp://x; x.toml:2: author takes a string or a list of strings",
		"outlet = \n":                                 "x.toml:1: ",
		"tags = \"one\"\n":                            "x.toml:1: ",
		"lang = \"English, mostly\"\n":                "x.toml:1: lang is no language tag",
		"outlet = \"A\"\n\n\npublished = 12\n":        "x.toml:4: published is no date",
		"section = { a = 1 }\noutlet = \"\\u00e9\"\n": "x.toml:1: section takes a string",
	} {
		_, err := seeds.Read("x.txt", []byte("Ferry\n\n"+body), seeds.Options{Sidecar: []byte(src)})
		var e *seeds.SidecarError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", src, err)
		}
	}
}

func TestHTML(t *testing.T) {
	data, err := os.ReadFile("samples/glacier-survey.html")
	if err != nil {
		t.Fatal(err)
	}
	a := read(t, "glacier-survey.html", string(data), seeds.Options{})
	if a.Format != "html" || a.Outlet != "The Tarn Observer" || len(bodyOf(a.Content)) != 7 || cmp.Diff([]string{"Why a lake can slow a glacier"}, a.Subheadings) != "" {
		t.Errorf("%+v", a)
	}
	for _, s := range []string{"cookies", "Weather", "Moss returns", "Facebook", "rights reserved", "By Lucia", "9:30", "Surveyors pull"} {
		if strings.Contains(a.Content, s) {
			t.Errorf("the content holds %q", s)
		}
	}
	b := read(t, "glacier-survey.html", string(data), seeds.Options{Outlets: []seeds.Outlet{{Name: "Tarn Observer, The", Sites: []string{"tarnobserver.example"}}}})
	if b.Outlet != "Tarn Observer, The" || !strings.Contains(b.OutletEvidence, "configured") {
		t.Errorf("outlet %q %q", b.Outlet, b.OutletEvidence)
	}
	if c := read(t, "saved-without-ending", string(data), seeds.Options{}); c.Format != "html" {
		t.Errorf("an HTML document under another name is read as %s", c.Format)
	}
	if _, err := seeds.Read("x.html", []byte("<html><body><h1>We use cookies</h1><p>Before you continue, accept all cookies.</p><button>Accept all</button></body></html>"), seeds.Options{}); !errors.Is(err, page.ErrWall) {
		t.Errorf("cookie wall: %v", err)
	}
}

func TestReadErrors(t *testing.T) {
	for src, want := range map[string]error{"": seeds.ErrEmpty, " \n\t\u00a0\n": seeds.ErrEmpty, "\x00\x01\x02\x00": seeds.ErrBinary} {
		if _, err := seeds.Read("x.txt", []byte(src), seeds.Options{}); !errors.Is(err, want) || !strings.Contains(err.Error(), "x.txt") {
			t.Errorf("%q: %v", src, err)
		}
	}
	if _, err := seeds.Read("x.txt", make([]byte, seeds.MaxSize+1), seeds.Options{}); !errors.Is(err, seeds.ErrTooBig) {
		t.Errorf("too big: %v", err)
	}
}

func TestTextWithoutHeadline(t *testing.T) {
	a := read(t, "x.txt", strings.Repeat("A paragraph that goes on and on without a headline above it, as some people save them. ", 3), seeds.Options{})
	if a.Title == "" || len(a.Warnings) == 0 || !strings.Contains(a.Content, "goes on and on") {
		t.Errorf("%+v", a)
	}
}

func TestItemAndDump(t *testing.T) {
	a := read(t, "x.txt", "Ferry \"early\" & <late>\n2026-11-03 18:20\nBy Jo Hale\n\n"+body, seeds.Options{Path: "Packet/x.txt"})
	it := a.Item()
	if it.Kind != news.KindSeed || it.Title != a.Title || it.Outlet != "Packet" || it.Content != a.Content || !it.ID.IsZero() || it.Published != a.Published || !it.Seen.IsZero() {
		t.Errorf("%+v", it)
	}
	out, err := json.Marshal(a.Dump())
	if err != nil {
		t.Fatal(err)
	}
	var shape struct {
		Feed      map[string]any   `json:"feed"`
		Items     []map[string]any `json:"items"`
		Warnings  []string         `json:"warnings"`
		Truncated *bool            `json:"truncated"`
	}
	if err := json.Unmarshal(out, &shape); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"title", "link", "subtitle", "id", "author", "authors", "updated", "language", "rights", "image", "categories"} {
		if _, ok := shape.Feed[k]; !ok {
			t.Errorf("feed lacks %s", k)
		}
	}
	for _, k := range []string{"id", "title", "url", "summary", "content", "author", "authors", "published", "updated", "categories", "enclosures", "language", "rights", "image", "comments", "section", "caption", "subheadings", "certainty", "outlet", "outlet_evidence", "cut"} {
		if v, ok := shape.Items[0][k]; !ok || v == nil {
			t.Errorf("item lacks %s", k)
		}
	}
	if shape.Items[0]["published"] != "2026-11-03T18:20:00Z" || shape.Items[0]["certainty"] != "zone assumed" || shape.Items[0]["author"] != "Jo Hale" || shape.Truncated == nil || shape.Warnings == nil {
		t.Errorf("%s", out)
	}
}

// The samples are read without a complaint, and what they are samples of is there.
func TestSamples(t *testing.T) {
	f := seeds.Folder{Dir: "samples", Recursive: true}
	files, problems, err := f.Scan(t.Context())
	if err != nil || len(problems) > 0 || len(files) < 20 {
		t.Fatalf("%d files, %v, %v", len(files), problems, err)
	}
	var lines []seeds.Ending
	for _, file := range files {
		data, err := f.ReadFile(file.Path)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, seeds.EndingOf(file.Path, data))
	}
	stock := seeds.Recurring(lines)
	bodies := map[string][]string{}
	langs := map[string]bool{}
	for _, file := range files {
		o := seeds.Options{Path: file.Path, Boilerplate: stock}
		if file.Sidecar != "" {
			if o.Sidecar, err = f.ReadFile(file.Sidecar); err != nil {
				t.Fatal(err)
			}
		}
		data, err := f.ReadFile(file.Path)
		if err != nil {
			t.Fatal(err)
		}
		a := read(t, file.Path, string(data), o)
		if n := len([]rune(text.Plain(a.Content))); n < 400 && a.Lang != "ja" || n < 250 || n > 3000 {
			t.Errorf("%s: %d characters", file.Path, n)
		}
		if limit := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC); a.Published.Time.After(limit) {
			t.Errorf("%s: published %v", file.Path, a.Published.Time)
		}
		langs[a.Lang] = true
		plain := wordsOf(a)
		bodies[plain] = append(bodies[plain], file.Path)
	}
	if len(bodies) < 18 {
		t.Errorf("only %d different texts", len(bodies))
	}
	copies := 0
	for _, same := range bodies {
		if len(same) > 1 {
			copies++
		}
	}
	if copies != 4 {
		t.Errorf("%d texts have an exact copy, want 4: three with other typography and a wire text", copies)
	}
	for _, l := range []string{"en", "de", "fr", "es", "ar", "ja", "ru"} {
		if !langs[l] {
			t.Errorf("no sample in %s", l)
		}
	}
}

// wordsOf is the body's words without typography.
func wordsOf(a *seeds.Article) string {
	var b strings.Builder
	for _, w := range text.Words(text.Plain(a.Content)) {
		b.WriteString(w.Text)
	}
	return b.String()
}

func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"samples/*", "samples/*/*", "testdata/shapes/*.txt"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			if data, err := os.ReadFile(file); err == nil {
				f.Add(filepath.Ext(file), data, []byte(nil))
			}
		}
	}
	f.Add(".txt", []byte("A\nB"), []byte("outlet = \"x\""))
	f.Add(".md", []byte("---\na: [b\n---\n> x\n- y\n\\*"), []byte("published = 3"))
	f.Fuzz(func(t *testing.T, ext string, data, side []byte) {
		o := seeds.Options{Sidecar: side, Path: "a/b", Outlets: []seeds.Outlet{{Name: "A", Sites: []string{"a.example"}}}, Boilerplate: []string{"x"}}
		a, err := seeds.Read("x"+ext, data, o)
		if err != nil {
			return
		}
		if a.Title == "" || text.Line(a.Title) != a.Title || text.Clean(a.Content) != a.Content {
			t.Fatalf("title %q", a.Title)
		}
		if strings.Contains(strings.ToLower(a.Content), "<script") {
			t.Fatalf("script: %q", a.Content)
		}
		if (a.Published.Certainty == news.CertaintyNone) != a.Published.IsZero() {
			t.Fatalf("stamp %v", a.Published)
		}
		if (a.Outlet == "") != (a.OutletEvidence == "") {
			t.Fatalf("outlet %q without evidence %q", a.Outlet, a.OutletEvidence)
		}
		if _, err := json.Marshal(a.Dump()); err != nil {
			t.Fatal(err)
		}
	})
}

// What is wrong with a file is said behind its path, in words for who wrote it.
func TestT08A2_AFileThatIsNotReadIsNamedByItsPath(t *testing.T) {
	for _, c := range []struct{ data, side, want string }{
		{"", "", "sub/x.txt: the file holds no text"},
		{"Headline\n\nA text.", "title = 5\n", "sub/x.txt: x.toml:1: title takes another kind of value (tags a list of strings, all else text in quotes)"},
		{"Headline\n\nA text.", "tags = \"x\"\n", "sub/x.txt: x.toml:1: tags takes another kind of value (tags a list of strings, all else text in quotes)"},
	} {
		o := seeds.Options{}
		if c.side != "" {
			o.Sidecar = []byte(c.side)
		}
		if _, err := seeds.Read("sub/x.txt", []byte(c.data), o); err == nil || err.Error() != c.want {
			t.Errorf("%q, %q: %v, want %s", c.data, c.side, err, c.want)
		}
	}
}
