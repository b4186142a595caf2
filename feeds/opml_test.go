package feeds

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

const opmlSample = `<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.1">
<head><title>mine</title></head>
<body>
<outline text="News" title="News">
  <outline text="Coast">
    <outline type="rss" text="The Gazette" xmlUrl="https://gazette.example/feed" htmlUrl="https://gazette.example/" category="/daily/,north" custom="7"/>
  </outline>
  <outline type="rss" text="Caf` + "\xe9" + ` & Bar" title="" xmlUrl=" https://cafe.example/rss "/>
</outline>
<outline text="Herald" xmlurl="https://herald.example/"/>
</body>
</opml>`

func TestReadOPML(t *testing.T) {
	got, err := ReadOPML(strings.NewReader(opmlSample))
	if err != nil {
		t.Fatal(err)
	}
	want := []Subscription{
		{URL: "https://gazette.example/feed", Title: "The Gazette", Site: "https://gazette.example/", Tags: []string{"News", "Coast", "daily", "north"}, Attrs: []Attr{{"custom", "7"}}, Line: 7},
		{URL: "https://cafe.example/rss", Title: "Café & Bar", Tags: []string{"News"}, Line: 9},
		{URL: "https://herald.example/", Title: "Herald", Line: 11},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestBrokenOPMLNamesTheLine(t *testing.T) {
	for name, c := range map[string]struct {
		in    string
		lines []int
		kept  int
	}{
		"not closed":   {"<opml><body>\n<outline xmlUrl='https://a.example/'/>\n<outline text='x'>\n</body></opml>", []int{4}, 1},
		"cut":          {"<opml>\n<body>\n<outline xmlUrl='https://a.example/'/>\n<outline xml", []int{4}, 1},
		"no address":   {"<opml><body>\n<outline type='rss' text='a'/>\n<outline type='rss' text='b'/><outline xmlUrl='https://a.example/'/></body></opml>", []int{2, 3}, 1},
		"another root": {"\n\n<rss/>", []int{3}, 0},
		"no root":      {"hello", []int{1}, 0},
		"too deep":     {"<opml>\n" + strings.Repeat("<outline text='a'>", 200), []int{2}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := ReadOPML(strings.NewReader(c.in))
			if len(list) != c.kept {
				t.Errorf("%d subscriptions", len(list))
			}
			if err == nil {
				t.Fatal("no error")
			}
			joined, ok := err.(interface{ Unwrap() []error })
			if !ok {
				t.Fatalf("%T: %v", err, err)
			}
			var lines []int
			for _, e := range joined.Unwrap() {
				var o *OPMLError
				if !errors.As(e, &o) {
					t.Fatalf("%v has no line", e)
				}
				lines = append(lines, o.Line)
			}
			if diff := cmp.Diff(c.lines, lines); diff != "" {
				t.Errorf("%v: %s", err, diff)
			}
		})
	}
	if _, err := ReadOPML(strings.NewReader("  ")); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty: %v", err)
	}
}

// What is written is read back: addresses, titles, tags in their order, unknown attributes.
func TestOPMLRoundTrip(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-z\x{e0}-\x{ff}&<"']{1,8}( [a-z]{1,5})?`)
	sub := rapid.Custom(func(t *rapid.T) Subscription {
		s := Subscription{URL: "https://" + rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "host") + ".example/?a=1&b=2", Title: word.Draw(t, "title"), Tags: rapid.SliceOfNDistinct(word, 0, 4, rapid.ID).Draw(t, "tags")}
		if rapid.Bool().Draw(t, "more") {
			s.Site, s.Attrs = "https://site.example/", []Attr{{"custom", word.Draw(t, "value")}}
		}
		return s
	})
	rapid.Check(t, func(rt *rapid.T) {
		list := rapid.SliceOfNDistinct(sub, 0, 6, func(s Subscription) string { return s.URL }).Draw(rt, "list")
		var b bytes.Buffer
		if err := WriteOPML(&b, "all", list); err != nil {
			rt.Fatal(err)
		}
		got, err := ReadOPML(&b)
		if err != nil {
			rt.Fatal(err)
		}
		byURL := cmpopts.SortSlices(func(a, b Subscription) bool { return a.URL < b.URL })
		if diff := cmp.Diff(list, got, byURL, cmpopts.IgnoreFields(Subscription{}, "Line"), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func FuzzOPML(f *testing.F) {
	f.Add([]byte(opmlSample))
	f.Add([]byte("<opml><body><outline text='a'><outline xmlUrl='u' a:b='c' xmlns:a='d'/></outline>"))
	f.Add([]byte("\xff\xfe<\x00o\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := ReadOPML(bytes.NewReader(data))
		if err != nil && len(list) == 0 {
			return
		}
		var b bytes.Buffer
		if err := WriteOPML(&b, "x", list); err != nil {
			t.Fatal(err)
		}
		again, err := ReadOPML(bytes.NewReader(b.Bytes()))
		if err != nil || len(again) != len(list) {
			t.Fatalf("%d subscriptions became %d: %v\n%s", len(list), len(again), err, b.Bytes())
		}
	})
}
