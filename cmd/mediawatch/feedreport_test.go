package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// feedTest runs feed test against a handler and returns what it said.
func feedTest(t *testing.T, h http.HandlerFunc, flags ...string) (code int, out, problems string) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	file := filepath.Join(t.TempDir(), "mediawatch.toml")
	if err := os.WriteFile(file, []byte("[fetch]\nallow_networks = [\"127.0.0.0/8\"]\nhost_gap = \"1ms\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr lockedBuffer
	code = run(context.Background(), append([]string{"-c", file, "feed", "test", s.URL + "/feed"}, flags...), world{stdout: &stdout, stderr: &stderr})
	return code, strings.ReplaceAll(stdout.String(), s.URL, "SITE"), strings.ReplaceAll(stderr.String(), s.URL, "SITE")
}

// gazette is a feed of n items an hour apart, with what stands in each.
func gazette(n int, inside string) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Gazette</title><link>https://gazette.example/</link>`)
	for i := range n {
		fmt.Fprintf(&b, `<item><title>Item %d</title><guid isPermaLink="false">g%d</guid><link>https://gazette.example/%d</link><pubDate>Thu, 19 Nov 2026 %02d:00:00 GMT</pubDate>%s</item>`, i, i, i, 23-i, inside)
	}
	return b.String() + "</channel></rss>"
}

func TestFeedTest(t *testing.T) {
	long := "<description>" + strings.Repeat("The harbour of Saltmere is being rebuilt for larger ships. ", 30) + "</description>"
	short := "<description>The harbour of Saltmere.</description>"
	tagged := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("Cache-Control", "max-age=1800")
			w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, body)
		}
	}
	asked := 0
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    []string
		not     []string
	}{
		{"all is well", tagged(gazette(6, long)), []string{
			"answer       200, ", "validators   ETag: unchanged polls cost nothing\n", "conditional  asked again with them, answered 304\n", "fresh        asks not to be asked again for 30m\n",
			"feed         Gazette (rss, utf-8), 6 items\n", "dates        6 of 6 items dated, 6 with a zone\n", "identity     6 with an id of their own, 6 with a link\n",
			"text         full: 6 of 6 items", "pace         about 24 items a day; the list goes back 5h\n", "verdict      good: nothing is wrong with it\n",
		}, []string{"wrong  "}},
		{"no validators, excerpts", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, gazette(3, short)) }, []string{
			"validators   none: every poll transfers the whole feed\n", "text         excerpts in 3 of 3 items; full_text = true", "wrong        no validators", "verdict      usable: 1 thing could be better\n",
		}, []string{"conditional"}},
		{"validators that do not work", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Last-Modified", "Thu, 19 Nov 2026 23:00:00 GMT")
			fmt.Fprint(w, gazette(3, ""))
		}, []string{"validators   Last-Modified\n", "conditional  asked again with them, the same document was sent once more\n", "wrong        its validators do not work", "text         headlines only"}, []string{"cost nothing"}},
		{"another document each time", func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, asked))
			fmt.Fprint(w, gazette(3, short), "<!-- ", asked, " -->")
		}, []string{"a document that differs each time"}, nil},
		{"a second request that fails", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			tagged(gazette(3, short))(w, r)
		}, []string{"conditional  asked again with them: get SITE/feed: ", "wrong        a second request with its validators fails"}, nil},
		{"moved", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/feed" {
				http.Redirect(w, r, "/new", http.StatusMovedPermanently)
				return
			}
			tagged(gazette(3, short))(w, r)
		}, []string{"redirect     to SITE/new\n", "moved        permanently to SITE/new\n"}, nil},
		{"dates of no use", tagged(strings.NewReplacer("2026", fmt.Sprint(time.Now().Year()+2), "GMT", "").Replace(gazette(3, short))), []string{
			"3 dates have no time zone that can be relied on", "3 dates lie in the future", "verdict      usable",
		}, nil},
		{"cut off", tagged(strings.TrimSuffix(gazette(3, short), "</channel></rss>") + "<item><guid>x</guid><ti"), []string{"warning      the answer ended early", "verdict      poor: the document is cut off"}, nil},
		{"empty", tagged(gazette(0, "")), []string{"feed         Gazette (rss, utf-8), 0 items\n", "verdict      poor: it has no items"}, []string{"dates  ", "NaN"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, problems := feedTest(t, tt.handler)
			if code != exitDone {
				t.Fatalf("exit code %d: %s", code, problems)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in:\n%s", want, out)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(out, not) {
					t.Errorf("%q is in:\n%s", not, out)
				}
			}
		})
	}
}

func TestFeedTestJSON(t *testing.T) {
	code, out, problems := feedTest(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, gazette(3, "")) }, "--json")
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); code != exitDone || err != nil {
		t.Fatalf("exit code %d, %v, %s", code, err, problems)
	}
	for key, want := range map[string]any{"address": "SITE/feed", "status": 200.0, "items": 3.0, "dated": 3.0, "conditional": "none", "format": "rss", "verdict": "usable", "span": "2h", "moved": ""} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	for _, key := range []string{"bytes", "content_type", "final_url", "etag", "last_modified", "fresh", "title", "charset", "language", "warnings", "exact", "future", "ids", "links", "full", "excerpt", "per_day", "ttl", "wrong", "truncated"} {
		if _, ok := got[key]; !ok {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestFeedTestOfAPage(t *testing.T) {
	code, _, problems := feedTest(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<html><head><link rel=alternate type=application/rss+xml href=/news.xml></head></html>`)
	})
	if code != exitFailed || !strings.Contains(problems, "SITE/feed is no feed: text/html") || !strings.Contains(problems, "the page offers SITE/news.xml") {
		t.Errorf("exit code %d: %s", code, problems)
	}
}
