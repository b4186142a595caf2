package main

import (
	"fmt"
	"html"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"mediawatch/dedupe"
	"mediawatch/news"
)

// sample is an item of the set with what is true of it.
type sample struct {
	item news.Item
	text int    // samples of one text belong together
	edit string // how it was made from its text; "" the text itself
	kind string // of the text
}

// size says how large a set is.
type size struct{ texts, templates, events int }

// makeSet makes the whole set from a seed: texts with one copy for each edit, templates, and events that were written twice.
func makeSet(seed uint64, n size) []sample {
	w := writer{rand.New(rand.NewPCG(seed, 4))}
	var set []sample
	text := 0
	add := func(a article, kind, edit string) {
		set = append(set, sample{item: a.item(len(set)), text: text, edit: edit, kind: kind})
	}
	outlets := make([]string, 40)
	for i := range outlets {
		outlets[i] = w.invented() + " " + pick(w, []string{"Courier", "Gazette", "Times", "Herald"})
	}
	for range n.texts {
		a := w.article(w.subject(), 140+w.IntN(760))
		w.Shuffle(len(outlets), func(i, j int) { outlets[i], outlets[j] = outlets[j], outlets[i] })
		a.outlet, a.day = outlets[0], w.IntN(20)
		add(a, "article", "")
		for i, e := range edits {
			b := a
			b.paragraphs = slices.Clone(a.paragraphs)
			b = e.rework(w, b)
			b.outlet, b.day = outlets[1+i], a.day+w.IntN(4)
			add(b, "article", e.name)
		}
		text++
	}
	for _, f := range families {
		for i := range n.templates {
			a := f.write(w)
			a.outlet, a.day = outlets[i%2], i%10 // two agencies write them all
			add(a, f.name, "")
			text++
		}
	}
	for range n.events {
		a, b := twice(w)
		for _, x := range []article{a, b} {
			x.outlet, x.day = pick(w, outlets), w.IntN(3)
			add(x, "event written twice", "")
			text++
		}
	}
	w.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
	return set
}

// item is an article as ingest would make it.
func (a article) item(n int) news.Item {
	var b strings.Builder
	for _, p := range a.paragraphs {
		b.WriteString("<p>" + html.EscapeString(p) + "</p>")
	}
	at := time.Date(2026, 11, 1+a.day, 7, 0, 0, 0, time.UTC)
	it := news.Item{
		ID: news.NewItemID(news.FeedID{}, fmt.Sprint(n)), Outlet: a.outlet, URL: fmt.Sprintf("https://news.example/%d", n), Seen: at,
		Revision: news.Revision{Title: a.title, Content: b.String(), Published: news.Stamp{Time: at, Certainty: news.CertaintyExact}},
	}
	it.Keys = dedupe.KeysOf(&it)
	return it
}
