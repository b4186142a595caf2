package main

import "mediawatch/dedupe"

// partition names the group of each sample.
type partition []int

// scores are what a partition is worth beside the truth.
type scores struct {
	precision, recall, f1, ari float64
	falsePairs                 int64
	byEdit                     map[string]float64 // share of copies in the group of their text
	falseKinds                 map[string]int64   // false pairs by the kind of text
}

func choose2(n int64) int64 { return n * (n - 1) / 2 }

// evaluate compares groups with the texts the samples were made from.
func evaluate(set []sample, got partition) scores {
	type cell struct{ text, group int }
	cells, texts, groups := make(map[cell]int64), make(map[int]int64), make(map[int]int64)
	for i, s := range set {
		cells[cell{s.text, got[i]}]++
		texts[s.text]++
		groups[got[i]]++
	}
	var both, inTexts, inGroups int64
	for _, n := range cells {
		both += choose2(n)
	}
	for _, n := range texts {
		inTexts += choose2(n)
	}
	for _, n := range groups {
		inGroups += choose2(n)
	}
	all := float64(choose2(int64(len(set))))
	s := scores{precision: part(both, inGroups), recall: part(both, inTexts), falsePairs: inGroups - both}
	if s.precision+s.recall > 0 {
		s.f1 = 2 * s.precision * s.recall / (s.precision + s.recall)
	}
	expected := float64(inTexts) * float64(inGroups) / all
	if most := float64(inTexts+inGroups) / 2; most != expected {
		s.ari = (float64(both) - expected) / (most - expected)
	}
	s.byEdit, s.falseKinds = byEdit(set, got), falseKinds(set, got)
	return s
}

func part(n, of int64) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

func byEdit(set []sample, got partition) map[string]float64 {
	home := make(map[int]int) // text → group of the text itself
	for i, s := range set {
		if s.edit == "" {
			home[s.text] = got[i]
		}
	}
	found, all := make(map[string]int64), make(map[string]int64)
	for i, s := range set {
		if s.edit == "" {
			continue
		}
		all[s.edit]++
		if got[i] == home[s.text] {
			found[s.edit]++
		}
	}
	out := make(map[string]float64)
	for e, n := range all {
		out[e] = part(found[e], n)
	}
	return out
}

// falseKinds counts the samples that share a group with the first of another text in it, by their kind.
func falseKinds(set []sample, got partition) map[string]int64 {
	first := make(map[int]int)
	out := make(map[string]int64)
	for i, s := range set {
		if _, ok := first[got[i]]; !ok {
			first[got[i]] = s.text
		}
		if first[got[i]] != s.text {
			out[s.kind]++
		}
	}
	return out
}

// alone is, by edit, the share of copies that are found when there is nothing but the text and that copy: candidates
// and verdict without help by a third. What their sites put around them may be known.
func alone(set []sample, sites *dedupe.Sites) map[string]float64 {
	home := make(map[int]*sample)
	for i := range set {
		if set[i].edit == "" {
			home[set[i].text] = &set[i]
		}
	}
	found, all := make(map[string]int64), make(map[string]int64)
	for i := range set {
		s := &set[i]
		if s.edit == "" {
			continue
		}
		all[s.edit]++
		text := home[s.text]
		x := dedupe.NewIndex(dedupe.Window{})
		x.Add(dedupe.Entry{Item: text.item.ID, Stated: dedupe.NoDay, Seq: 1}, 0, dedupe.SignOf(&text.item, sites.Of(text.item.Outlet)), text.item.Keys.Content)
		if s.item.Keys.Content != text.item.Keys.Content && len(x.Find(dedupe.SignOf(&s.item, sites.Of(s.item.Outlet)), dedupe.NoDay)) == 0 {
			continue
		}
		if dedupe.Judge(dedupe.FactsOf(&s.item, sites.Of(s.item.Outlet)), dedupe.FactsOf(&text.item, sites.Of(text.item.Outlet))).Related() {
			found[s.edit]++
		}
	}
	out := make(map[string]float64)
	for e, n := range all {
		out[e] = part(found[e], n)
	}
	return out
}
