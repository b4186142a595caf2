package query

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mediawatch/news"
)

// TestReset: a document that served other items before says what a new one says, and what it said before stays as it was.
func TestReset(t *testing.T) {
	set := NewSet(map[string]*Query{
		"ports": mustParseT(t, `(port OR harbour*) AND -title:ferry`),
		"quote": mustParseT(t, `"new line" OR lead:council OR harbour ONEAR/3 line`),
	})
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"the", "port", "new", "line", "harbour’s", "council", "ferry", "opens.", "</p><p>", "&amp;"}), 0, 30)
	rapid.Check(t, func(t *rapid.T) {
		var used Document
		var before, want [][]Hit
		for range rapid.IntRange(2, 5).Draw(t, "items") {
			it := news.Item{}
			it.Title, it.Content, it.Summary = strings.Join(words.Draw(t, "title"), " "), "<p>"+strings.Join(words.Draw(t, "content"), " "), strings.Join(words.Draw(t, "summary"), " ")
			used.Reset(&it, Facts{})
			before = append(before, set.Match(&used))
			want = append(want, set.Match(NewDocument(&it, Facts{})))
		}
		if !reflect.DeepEqual(before, want) {
			t.Fatalf("a document used again says %v, new ones say %v", before, want)
		}
	})
}
