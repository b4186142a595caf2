package web_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mediawatch/text"
)

// TestT08A9_NothingIsTurnedAroundOnPagesAndInFeeds shows items that were kept with changes of direction that nothing
// ends, as stores of earlier versions hold them.
func TestT08A9_NothingIsTurnedAroundOnPagesAndInFeeds(t *testing.T) {
	w := newWorld(t, "")
	const mark = "\u202E"
	a := article{guid: "1", outlet: "Post" + mark, title: "Council" + mark + " meets", html: "<p>" + prose("harbour "+mark+" plan") + "</p>"}
	w.read(a)
	id := a.id().String()
	for _, path := range []string{"/", "/items/" + id, "/stories/" + id, "/watches/all", "/search?q=council"} {
		page := w.body(path)
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page, mark) {
			t.Errorf("%s does not show the headline", path)
		}
		for n := range doc.Descendants() {
			if n.Type == html.TextNode && text.Balanced(n.Data) != n.Data {
				t.Errorf("%s: %+q is not balanced", path, n.Data)
			}
		}
	}
	for _, path := range []string{"/feeds/all.atom"} {
		for d := xml.NewDecoder(strings.NewReader(w.body(path))); ; {
			tok, err := d.Token()
			if err != nil {
				break
			}
			if data, ok := tok.(xml.CharData); ok && text.Balanced(string(data)) != string(data) {
				t.Errorf("%s: %+q is not balanced", path, data)
			}
		}
	}
	for _, path := range []string{"/api/v1/items", "/api/v1/search?q=council"} {
		var v any
		if err := json.Unmarshal([]byte(w.body(path)), &v); err != nil {
			t.Fatal(err)
		}
		eachString(v, func(s string) {
			if text.Balanced(s) != s {
				t.Errorf("%s: %+q is not balanced", path, s)
			}
		})
	}
}

// eachString visits the texts of a JSON value.
func eachString(v any, visit func(string)) {
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, e := range v {
			eachString(e, visit)
		}
	case map[string]any:
		for _, e := range v {
			eachString(e, visit)
		}
	}
}
