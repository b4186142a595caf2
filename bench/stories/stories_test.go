package main

import (
	"slices"
	"strings"
	"testing"
)

// TestFigures holds the program to what docs/stories.md promises: a figure that falls fails here.
func TestFigures(t *testing.T) {
	set := makeSet(7, size{texts: 60, templates: 120, events: 120})
	got, err := ours(set)
	if err != nil {
		t.Fatal(err)
	}
	s := evaluate(set, got)
	single := alone(set, nil)
	for _, e := range edits {
		if s.byEdit[e.name] < e.reach || single[e.name] < e.reach {
			t.Errorf("%s: %.3f of the copies are found, %.3f when alone with their text; at least %.2f are promised", e.name, s.byEdit[e.name], single[e.name], e.reach)
		}
	}
	if s.falsePairs != 0 {
		t.Errorf("%d false pairs, among %v; none are promised", s.falsePairs, s.falseKinds)
	}
	if s.f1 < .99 || s.ari < .985 {
		t.Errorf("pair F1 %.4f and ARI %.4f, promised are .99 and .985", s.f1, s.ari)
	}
}

// TestFiguresOnSites is the same with whole pages: what each site puts around its texts is learned. The targets are those of real pages.
func TestFiguresOnSites(t *testing.T) {
	set := onSites(7, makeSet(7, size{texts: 100, templates: 60, events: 60}))
	got, err := ours(set)
	if err != nil {
		t.Fatal(err)
	}
	s := evaluate(set, got)
	if s.precision < .98 || s.f1 < .97 || s.ari < .95 {
		t.Errorf("precision %.4f, pair F1 %.4f, ARI %.4f; promised are .98, .97 and .95", s.precision, s.f1, s.ari)
	}
	if got, err = unlearned(set); err != nil {
		t.Fatal(err)
	}
	if without := evaluate(set, got); without.f1 > .5 {
		t.Errorf("pair F1 %.4f with nothing learned: the sites are no obstacle in this set", without.f1)
	}
}

// The measure itself: a partition as it should be, everything apart, everything together.
func TestEvaluate(t *testing.T) {
	set := make([]sample, 6)
	for i := range set {
		set[i] = sample{text: i / 2, edit: []string{"", "copy"}[i%2]}
	}
	if s := evaluate(set, partition{0, 0, 1, 1, 2, 2}); s.precision != 1 || s.recall != 1 || s.f1 != 1 || s.ari != 1 || s.byEdit["copy"] != 1 || s.falsePairs != 0 {
		t.Errorf("as it should be: %+v", s)
	}
	if s := evaluate(set, partition{0, 1, 2, 3, 4, 5}); s.recall != 0 || s.ari != 0 || s.byEdit["copy"] != 0 {
		t.Errorf("everything apart: %+v", s)
	}
	if s := evaluate(set, partition{0, 0, 0, 0, 0, 0}); s.recall != 1 || s.precision != 0.2 || s.falsePairs != 12 || s.ari != 0 {
		t.Errorf("everything together: %+v", s)
	}
}

// The other methods are measured fairly: each finds what it is known to find.
func TestMethods(t *testing.T) {
	set := makeSet(3, size{texts: 30, templates: 1, events: 1})
	for _, m := range methods {
		got, err := m.run(set)
		if err != nil {
			t.Fatal(err)
		}
		s := evaluate(set, got)
		if s.byEdit["typography"] != 1 || s.byEdit["headline"] != 1 {
			t.Errorf("%s does not find equal words: %v", m.name, s.byEdit)
		}
		if strings.HasPrefix(m.name, "MinHash") && s.byEdit["5 % of words"] < .8 {
			t.Errorf("%s finds %.2f of texts with 5 %% changed", m.name, s.byEdit["5 % of words"])
		}
	}
}

func TestSetFollowsFromItsSeed(t *testing.T) {
	n := size{texts: 3, templates: 2, events: 2}
	a, b := makeSet(5, n), makeSet(5, n)
	if !slices.EqualFunc(a, b, func(x, y sample) bool {
		return x.text == y.text && x.edit == y.edit && x.item.Content == y.item.Content
	}) {
		t.Error("the same seed makes another set")
	}
	if len(a) != 3*(1+len(edits))+2*len(families)+4 || len(edits) != 14 {
		t.Errorf("%d samples, %d edits", len(a), len(edits))
	}
}
