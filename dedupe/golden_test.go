package dedupe_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/text"
)

// golden is testdata/v1.json: texts with their tokens written by hand and their hashes computed from these by another
// program. It is the specification of version 1 in examples and never changes; another normal form is another version
// with another file.
type golden struct {
	Version int
	Texts   []struct {
		Name          string
		Titles        []string
		TitleTokens   string `json:"title_tokens"`
		Tokens        string
		Content, Gist string   // "" none
		HTML          []string // the same text in different typography and surroundings
	}
	URLs []struct{ URL, Canonical, Key string }
}

func readGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if g.Version != news.KeyVersion || len(g.Texts) == 0 || len(g.URLs) == 0 {
		t.Fatalf("golden vectors are of version %d with %d texts and %d URLs; the program computes version %d", g.Version, len(g.Texts), len(g.URLs), news.KeyVersion)
	}
	return g
}

func hex(h news.Hash) string {
	if h.IsZero() {
		return ""
	}
	return h.String()
}

func TestGoldenTexts(t *testing.T) {
	for _, v := range readGolden(t).Texts {
		t.Run(v.Name, func(t *testing.T) {
			for _, title := range v.Titles {
				for _, src := range v.HTML {
					n := dedupe.Normal(title, text.Plain(src), dedupe.Boilerplate{})
					if got := strings.Join(n.Title(), " "); got != v.TitleTokens {
						t.Errorf("headline %q\n got %q\nwant %q", title, got, v.TitleTokens)
					}
					if got := strings.Join(n.Body(), " "); got != v.Tokens {
						t.Errorf("%q\n got %q\nwant %q", src, got, v.Tokens)
					}
					it := &news.Item{}
					it.Title, it.Content = title, src
					k := dedupe.KeysOf(it)
					if k.Version != 1 || hex(k.Content) != v.Content || hex(k.Gist) != v.Gist || !k.URL.IsZero() {
						t.Errorf("%q: keys %+v, want %s, %s", src, k, v.Content, v.Gist)
					}
				}
			}
		})
	}
}

func TestGoldenURLs(t *testing.T) {
	for _, v := range readGolden(t).URLs {
		if k := dedupe.KeysOf(&news.Item{URL: v.URL}); hex(k.URL) != v.Key {
			t.Errorf("URL key of %q is %q, want that of %q, %q", v.URL, hex(k.URL), v.Canonical, v.Key)
		}
	}
}
