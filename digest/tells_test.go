package digest

import (
	"testing"

	"mediawatch/news"
)

// TestT08C25_TellsFindsAnArticleInAllItsRevisions: what stands in an edition stands there as it was then.
func TestT08C25_TellsFindsAnArticleInAllItsRevisions(t *testing.T) {
	revision := func(title, url, summary string) (it news.Item) {
		it.ID, it.Title, it.URL, it.Summary = news.ItemID{1}, title, url, summary
		return it
	}
	revisions := []news.Item{
		revision("Harbour  & port: the plan", "https://a.example/1?x=1&y=2", ""), revision("Port", "", ""), revision("", "javascript:x", "Without a title it begins so."), revision("", "", ""),
	}
	for rendered, want := range map[string]bool{
		"<h3>Harbour &amp; port: the plan</h3>":                                         true,
		"<s><bdi>Harbour &amp; port:\n the plan</bdi></s> → other":                      true,
		"<a href=\"https://a.example/1?x=1&amp;y=2\">Other</a>":                         true,
		"<a href=\"https://a.example/1?x=1&amp;y=23\">Other</a>":                        false,
		"<a style=x href=\"http://h/items/" + revisions[0].ID.String() + "\">Other</a>": true,
		"<p>Without a title it begins so.</p>":                                          true,
		"<p>Port</p>":                                                                   true,
		"<p>Port of call</p><p>(without a headline)</p><a href=x>":                      false,
		"<a href=\"javascript:x\">x</a>":                                                false,
		"":                                                                              false,
	} {
		if got := Tells([]byte(rendered), revisions); got != want {
			t.Errorf("%s: %v, want %v", rendered, got, want)
		}
	}
	if Tells([]byte("<p></p><a href=\"\">(without a headline)</a>"), make([]news.Item, 2)) {
		t.Error("nothing is found")
	}
}
