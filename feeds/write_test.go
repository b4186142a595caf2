package feeds

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/news"
)

// sample is a feed as we publish it.
func sample() Published {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	return Published{
		ID: "urn:uuid:00000000-0000-4000-8000-000000000001", Title: "Harbour & coast", Subtitle: "a watch", Self: "https://watch.example/feeds/harbour.atom",
		Alternate: "https://watch.example/harbour", Updated: at, Generator: "mediawatch", Next: "https://watch.example/feeds/harbour.atom?page=2",
		Entries: []PublishedEntry{{
			ID: "urn:uuid:00000000-0000-4000-8000-000000000002", Title: `New quay <opened> in "Port Ellery"`, Link: "https://gazette.example/a?b=1&c=2",
			Published: at.Add(-time.Hour), Updated: at, Authors: []news.Person{{Name: "Ada Reed", Email: "ada@gazette.example", URI: "https://gazette.example/ada"}},
			Source:     &PublishedSource{ID: "https://gazette.example/", Title: "The Gazette", Link: "https://gazette.example/"},
			Related:    []Related{{URL: "https://herald.example/1", Title: "The Herald"}},
			Categories: []string{"harbour", "news"}, Summary: "<p>A quay ]]&gt; was opened.</p>", Content: "<p>A quay was opened.</p><p>It is long.</p>", Language: "en",
			Enclosures: []news.Enclosure{{URL: "https://gazette.example/a.mp3", Type: "audio/mpeg", Length: 1234}},
		}},
	}
}

// What we write we read back, in all three formats.
func TestWritersRoundTrip(t *testing.T) {
	f := sample()
	for name, write := range map[string]func(io.Writer, Published) error{"atom": WriteAtom, "rss": WriteRSS, "json": WriteJSON} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b, f); err != nil {
				t.Fatal(err)
			}
			d, err := Parse(b.Bytes(), Options{Now: dateNow})
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Warnings) > 0 || d.Truncated || d.Format != name {
				t.Errorf("format %s, warnings %q", d.Format, d.Warnings)
			}
			if d.Feed.Title != f.Title || d.Feed.Link != f.Alternate || d.Feed.Self != f.Self {
				t.Errorf("feed is %+v", d.Feed)
			}
			if len(d.Entries) != 1 {
				t.Fatalf("%d entries", len(d.Entries))
			}
			it, want := d.Entries[0].Item(), f.Entries[0]
			if it.Identity != want.ID || it.Title != want.Title || it.URL != want.Link || !it.Published.Time.Equal(want.Published) {
				t.Errorf("item is %+v", it)
			}
			if diff := cmp.Diff(want.Categories, it.Categories); diff != "" {
				t.Error(diff)
			}
			if it.Content != want.Content || len(it.Authors) != 1 || it.Authors[0].Name != "Ada Reed" {
				t.Errorf("content %q, authors %v", it.Content, it.Authors)
			}
			if len(it.Enclosures) != 1 || it.Enclosures[0] != want.Enclosures[0] {
				t.Errorf("enclosures %v", it.Enclosures)
			}
			if name != "json" && d.Entries[0].Source.Name != "The Gazette" {
				t.Errorf("source %+v", d.Entries[0].Source)
			}
		})
	}
}

// atomElement is an Atom document as encoding/xml sees it.
type atomElement struct {
	XMLName xml.Name
	Attrs   []xml.Attr    `xml:",any,attr"`
	Kids    []atomElement `xml:",any"`
	Text    string        `xml:",chardata"`
}

func (e *atomElement) all(name string) []*atomElement {
	var list []*atomElement
	for i := range e.Kids {
		if e.Kids[i].XMLName.Local == name && e.Kids[i].XMLName.Space == "http://www.w3.org/2005/Atom" {
			list = append(list, &e.Kids[i])
		}
	}
	return list
}

func (e *atomElement) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// fatalf is what testing.T and rapid.T share.
type fatalf interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkAtom holds a document against RFC 4287: well formed, and every element that is required is there, once.
func checkAtom(t fatalf, doc []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	var root atomElement
	if err := d.Decode(&root); err != nil {
		t.Fatalf("not well formed: %v\n%s", err, doc)
	}
	if root.XMLName.Local != "feed" || root.XMLName.Space != "http://www.w3.org/2005/Atom" {
		t.Fatalf("the root is %v", root.XMLName)
	}
	one := func(e *atomElement, name string) string {
		list := e.all(name)
		if len(list) != 1 {
			t.Fatalf("%d %s in %s\n%s", len(list), name, e.XMLName.Local, doc)
		}
		return list[0].Text
	}
	for _, e := range append(root.all("entry"), &root) {
		if strings.TrimSpace(one(e, "id")) == "" || strings.TrimSpace(one(e, "title")) == "" {
			t.Fatalf("an empty id or title\n%s", doc)
		}
		if _, err := time.Parse(time.RFC3339, one(e, "updated")); err != nil {
			t.Fatalf("updated: %v", err)
		}
		authors := e.all("author")
		if len(authors) == 0 {
			t.Fatalf("no author in %s\n%s", e.XMLName.Local, doc)
		}
		for _, a := range authors {
			if strings.TrimSpace(one(a, "name")) == "" {
				t.Fatalf("an author without a name\n%s", doc)
			}
		}
		for _, l := range e.all("link") {
			if l.attr("href") == "" || l.attr("rel") == "" {
				t.Fatalf("a link without href or rel\n%s", doc)
			}
		}
		for _, c := range e.all("category") {
			if c.attr("term") == "" {
				t.Fatalf("a category without a term\n%s", doc)
			}
		}
	}
	for _, e := range root.all("entry") {
		alternate := false
		for _, l := range e.all("link") {
			alternate = alternate || l.attr("rel") == "alternate"
		}
		if !alternate && len(e.all("content")) == 0 && len(e.all("summary")) == 0 {
			t.Fatalf("an entry without content and alternate link\n%s", doc)
		}
	}
}

func TestA01_A02_A03_A04_A08_AtomIsComplete(t *testing.T) {
	for name, f := range map[string]Published{
		"sample":      sample(),
		"nothing":     {},
		"empty entry": {Entries: []PublishedEntry{{}}},
		"controls":    {Title: "\x00\x01\uFFFE\xff", ID: "\x02", Entries: []PublishedEntry{{Title: "\x1f", Content: "a\x00b]]>c\r\n", Categories: []string{"\x01", "ok"}}}},
		"no name":     {Entries: []PublishedEntry{{Authors: []news.Person{{}, {Email: "@"}, {URI: "https://a.example/"}}}}},
		"old":         {Updated: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), Entries: []PublishedEntry{{Updated: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}}},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteAtom(&b, f); err != nil {
				t.Fatal(err)
			}
			checkAtom(t, b.Bytes())
		})
	}
}

func TestA01_A08_AtomIsCompleteForAll(t *testing.T) {
	person := rapid.Custom(func(t *rapid.T) news.Person {
		s := rapid.String()
		return news.Person{Name: s.Draw(t, "name"), Email: s.Draw(t, "email"), URI: s.Draw(t, "uri")}
	})
	at := rapid.Custom(func(t *rapid.T) time.Time { return time.Unix(rapid.Int64().Draw(t, "unix"), 0) })
	entry := rapid.Custom(func(t *rapid.T) PublishedEntry {
		s := rapid.String()
		return PublishedEntry{
			ID: s.Draw(t, "id"), Title: s.Draw(t, "title"), Link: s.Draw(t, "link"), Published: at.Draw(t, "published"), Updated: at.Draw(t, "updated"),
			Authors: rapid.SliceOfN(person, 0, 3).Draw(t, "authors"), Summary: s.Draw(t, "summary"), Content: s.Draw(t, "content"),
			Categories: rapid.SliceOfN(s, 0, 3).Draw(t, "categories"), Source: &PublishedSource{ID: s.Draw(t, "sid"), Title: s.Draw(t, "stitle"), Link: s.Draw(t, "slink")},
			Related: []Related{{URL: s.Draw(t, "related"), Title: s.Draw(t, "rtitle")}},
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.String()
		f := Published{ID: s.Draw(rt, "id"), Title: s.Draw(rt, "title"), Self: s.Draw(rt, "self"), Language: s.Draw(rt, "lang"), Entries: rapid.SliceOfN(entry, 0, 4).Draw(rt, "entries")}
		var b bytes.Buffer
		if err := WriteAtom(&b, f); err != nil {
			rt.Fatalf("%v", err)
		}
		checkAtom(rt, b.Bytes())
		b.Reset()
		if err := WriteRSS(&b, f); err != nil {
			rt.Fatalf("%v", err)
		}
		if err := xml.Unmarshal(b.Bytes(), &atomElement{}); err != nil {
			rt.Fatalf("rss: %v\n%s", err, b.Bytes())
		}
		b.Reset()
		if err := WriteJSON(&b, f); err != nil || !json.Valid(b.Bytes()) {
			rt.Fatalf("json: %v", err)
		}
	})
}

// brokenWriter fails after some bytes.
type brokenWriter struct{ left int }

var errBroken = errors.New("broken")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestWritersReportErrors(t *testing.T) {
	f := sample()
	for range 10 {
		f.Entries = append(f.Entries, f.Entries...)
	}
	list := make([]Subscription, 5000)
	for name, err := range map[string]error{
		"atom": WriteAtom(&brokenWriter{100_000}, f), "rss": WriteRSS(&brokenWriter{100_000}, f), "json": WriteJSON(&brokenWriter{100_000}, f),
		"opml": WriteOPML(&brokenWriter{10_000}, "t", list),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever is published, the Atom document is well formed and complete, and what is read from any document can be published.
func FuzzAtomWellFormed(f *testing.F) {
	f.Add("title", "<p>text</p>", "https://a.example/", "name", int64(0))
	f.Add("a\x00b", "]]>", "javascript:1", "\xff\xfe", int64(-1<<62))
	f.Add("\uFFFF", "<![CDATA[", "\"'&<>", "", int64(1<<40))
	f.Fuzz(func(t *testing.T, title, content, link, name string, unix int64) {
		at := time.Unix(unix, 0)
		feed := Published{ID: link, Title: title, Self: link, Subtitle: content, Updated: at, Author: name, Language: name, Entries: []PublishedEntry{
			{ID: link, Title: title, Link: link, Published: at, Content: content, Summary: title, Authors: []news.Person{{Name: name, Email: link}}, Categories: []string{name}},
			{Source: &PublishedSource{Title: name, Link: link}, Related: []Related{{link, title}}, Image: link},
		}}
		var b bytes.Buffer
		if err := WriteAtom(&b, feed); err != nil {
			t.Fatal(err)
		}
		checkAtom(t, b.Bytes())
		d, err := Parse(b.Bytes(), Options{Now: dateNow})
		if err != nil {
			t.Fatalf("%v\n%s", err, b.Bytes())
		}
		if d.Truncated || d.Format != "atom" {
			t.Fatalf("%s, truncated %v\n%s", d.Format, d.Truncated, b.Bytes())
		}
	})
}

func BenchmarkWriteAtom(b *testing.B) {
	f := sample()
	for len(f.Entries) < 100 {
		f.Entries = append(f.Entries, f.Entries[0])
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteAtom(io.Discard, f); err != nil {
			b.Fatal(err)
		}
	}
}
