package dedupe_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mediawatch/dedupe"
	"mediawatch/news"
)

// pile is a set of items with copies, abridged copies, chains of edits, and texts of their own.
func pile() []*news.Item {
	var out []*news.Item
	add := func(outlet, title, body string) {
		it := piece(outlet, title, body)
		it.ID = news.NewItemID(news.FeedID{}, fmt.Sprint(len(out)))
		out = append(out, it)
	}
	for i, topic := range []string{"harbour", "ferry", "orchard", "tunnel"} {
		whole := topical(topic, 0, 20)
		add("A", topic, whole)
		add("B", topic+" again", whole)
		add("C", "More", whole+" "+topical(topic, 20, 24))
		add("D", "Other", topical(topic, 3, 26))
		add("E", "Brief", topical(topic, 0, 4))
		add("F", "Brief, too", topical(topic, 0, 5))
		add("", "Notice", topical(topic, 15, 19))
		add("G", "Own", topical(fmt.Sprint("own", i), 0, 12))
	}
	return out
}

// divide returns for each item of the pile the smallest item of its story, by place in the pile, given the order of arrival.
func divide(t *testing.T, items []*news.Item, order []int) ([]int, []dedupe.Link) {
	t.Helper()
	var c dedupe.Collection
	for _, i := range order {
		c.Add(dedupe.Prepare(items[i]))
	}
	links, err := c.Divide(func(n int) (*news.Item, error) { return items[order[n]], nil })
	if err != nil {
		t.Fatal(err)
	}
	least := make(map[int]int) // story → smallest
	for n, l := range links {
		if at, ok := least[l.Story]; !ok || order[n] < at {
			least[l.Story] = order[n]
		}
	}
	got := make([]int, len(items))
	for n, l := range links {
		got[order[n]] = least[l.Story]
	}
	return got, links
}

func TestAnyOrderOfArrivalGivesOnePartition(t *testing.T) {
	items := pile()
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	want, links := divide(t, items, order)
	stories := make(map[int]int)
	for _, s := range want {
		stories[s]++
	}
	if len(stories) != 8 || stories[0] != 7 || stories[7] != 1 {
		t.Fatalf("stories %v, want four of 7 items and four of one", stories)
	}
	for i, relation := range []news.Relation{news.Original, news.SameText, news.SameText, news.SameText, news.Abridges, news.SameText, news.Abridges, news.Original} {
		if links[i].Relation != relation {
			t.Errorf("item %d is %q, want %q", i, links[i].Relation, relation)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		got, links := divide(t, items, order)
		if !slices.Equal(got, want) {
			t.Fatalf("arrived as %v: %v, want %v", order, got, want)
		}
		for n, l := range links {
			if l.Story > n || l.Story == n != (l.Relation == news.Original) || l.Of >= 0 && links[l.Of].Story != l.Story {
				t.Fatalf("item %d is linked by %+v", n, l)
			}
		}
	}
}

// An abridged copy that two texts hold belongs to one of them, and they stay apart.
func TestAnAbridgedCopyUnitesNothing(t *testing.T) {
	items := []*news.Item{
		piece("A", "One", topical("harbour", 0, 6)+" "+topical("ferry", 0, 16)),
		piece("B", "Two", topical("harbour", 0, 6)+" "+topical("tunnel", 0, 16)),
		piece("C", "Brief", topical("harbour", 0, 5)),
	}
	for i, it := range items {
		it.ID = news.ItemID{byte(i)}
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		got, _ := divide(t, items, order)
		if !slices.Equal(got, []int{0, 1, 0}) {
			t.Errorf("arrived as %v: %v, want the brief with the first", order, got)
		}
	}
}

// A story is not swallowed by a text that quotes it.
func TestAStoryIsNotHungOnOneItem(t *testing.T) {
	items := []*news.Item{piece("Z", "Roundup", topical("harbour", 0, 8)+" "+topical("ferry", 0, 8)+" "+topical("tunnel", 0, 8))}
	for i := range 6 {
		items = append(items, piece(string(rune('A'+i)), "Own", topical([]string{"harbour", "ferry"}[i%2], 0, 8)))
	}
	for i, it := range items {
		it.ID = news.ItemID{byte(i)}
	}
	got, _ := divide(t, items, []int{0, 1, 2, 3, 4, 5, 6})
	if want := []int{0, 1, 2, 1, 2, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
