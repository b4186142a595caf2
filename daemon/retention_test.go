package daemon

import (
	"context"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// TestT08C25_OldTextsGoAndNothingComesBackAsNew: the feed goes on listing an article whose text was removed, in other
// bytes even, and a query that changes looks at it again.
func TestT08C25_OldTextsGoAndNothingComesBackAsNew(t *testing.T) {
	n := newNewsroom(t)
	n.reload(strings.Replace(n.configuration(), "[store]\n", "[store]\nkeep = \"400d\"\n", 1))
	n.publish("old", "Bakery wins a prize", "The bakery won a prize for its rye bread.")
	n.publish("ours", "Council meets", "The council spoke about the harbour for a long time.")
	n.pass()
	n.clock = n.clock.Add(401 * 24 * time.Hour)
	n.publish("new", "Night train returns", "The night train runs again from the spring.")
	if s := n.pass(); s.New != 1 || s.Revised != 0 {
		t.Errorf("%+v", s)
	}
	recent, err := n.store.Recent(context.Background(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]bool{}
	for _, it := range recent {
		texts[it.Title] = it.Summary+it.Content != ""
	}
	if len(texts) != 3 || texts["Bakery wins a prize"] || !texts["Council meets"] || !texts["Night train returns"] {
		t.Errorf("which have a text: %v", texts)
	}
	for i := range recent {
		d, err := web.Views{Store: n.store}.Item(context.Background(), recent[i].ID)
		if err != nil || d.Pruned == texts[d.Title] || d.Pruned && d.Text+d.Revisions[0].Text != "" {
			t.Errorf("%s: pruned %v, text %q (%v)", d.Title, d.Pruned, d.Text, err)
		}
	}
	n.restart()
	n.version++ // the same document in other bytes
	n.items[0] += "\n"
	if s := n.pass(); s.New+s.Revised != 0 {
		t.Errorf("%+v", s)
	}
	n.reload(strings.Replace(n.configuration(), "harbour OR port", "bakery", 1))
	n.pass()
	if got := n.titlesOf("ports"); len(got) != 1 || got[0] != "Bakery wins a prize" {
		t.Errorf("a new query finds %q by their headlines, want one", got)
	}
}

// titlesOf are the headlines of what a watch's feed shows.
func (n *newsroom) titlesOf(watch string) (titles []string) {
	n.t.Helper()
	entries, err := n.store.Entries(context.Background(), watch, 0, 100)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, e := range entries {
		items, err := n.store.Items(context.Background(), []store.Ref{{Item: e.Item}})
		if err != nil {
			n.t.Fatal(err)
		}
		titles = append(titles, items[0].Title)
	}
	return titles
}

// TestT08C25_AWatchKeepsWhatMatchedATextThatIsGone: with keep_matched the text goes, the match does not, whatever is computed again.
func TestT08C25_AWatchKeepsWhatMatchedATextThatIsGone(t *testing.T) {
	n := newNewsroom(t)
	n.reload(strings.Replace(n.configuration(), "[store]\n", "[store]\nkeep = \"100d\"\nkeep_matched = \"200d\"\n", 1))
	n.publish("ours", "Council meets", "The council spoke about the harbour for a long time.")
	n.pass()
	n.clock = n.clock.Add(201 * 24 * time.Hour)
	n.pass()
	recent, err := n.store.Recent(context.Background(), 0, 10)
	if err != nil || len(recent) != 1 || !recent[0].Pruned || recent[0].Summary+recent[0].Content != "" {
		t.Fatalf("%+v %v", recent, err)
	}
	n.reload(strings.Replace(n.configuration(), "harbour OR port", "harbour OR quay", 1))
	n.pass()
	if got := n.titlesOf("ports"); len(got) != 1 {
		t.Errorf("the feed shows %q", got)
	}
	matches, err := n.store.Matches(context.Background(), []news.ItemID{recent[0].ID})
	if err != nil || len(matches[0]) != 2 || len(matches[0][1].Evidence) == 0 {
		t.Errorf("%+v %v", matches, err)
	}
}
