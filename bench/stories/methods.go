package main

import (
	"hash/fnv"
	"math/bits"
	"slices"
	"strings"

	"mediawatch/dedupe"
	"mediawatch/news"
	"mediawatch/text"
)

// method divides a set into groups.
type method struct {
	name string
	run  func(set []sample) (partition, error)
}

// methods are ours and the usual ones, all over the same normal form.
var methods = []method{
	{"mediawatch", ours},
	{"nothing learned", unlearned},
	{"exact hash", exactHash},
	{"SimHash64 k=3", simHash},
	{"MinHash-LSH 14x8", minHash},
}

func ours(set []sample) (partition, error) { return divided(set, true) }

// unlearned is ours without learning what sites put around their texts.
func unlearned(set []sample) (partition, error) { return divided(set, false) }

func divided(set []sample, learn bool) (partition, error) {
	var c dedupe.Collection
	for i := range set {
		c.Add(dedupe.Prepare(&set[i].item))
	}
	load := func(i int) (*news.Item, error) { return &set[i].item, nil }
	if learn {
		if err := c.Learn(load); err != nil {
			return nil, err
		}
	}
	links, err := c.Divide(load)
	got := make(partition, len(set))
	for i, l := range links {
		got[i] = l.Story
	}
	return got, err
}

func exactHash(set []sample) (partition, error) {
	g := newGroups(len(set))
	first := make(map[news.Hash]int)
	for i := range set {
		key := set[i].item.Keys.Content
		if j, ok := first[key]; ok {
			g.join(i, j)
		} else {
			first[key] = i
		}
	}
	return g.partition(), nil
}

// runs returns the hashes of the different 3-word runs of a sample's body.
func runs(s *sample) []uint64 {
	t := dedupe.Normal(s.item.Title, text.Plain(s.item.HTML()), dedupe.Boilerplate{})
	words := t.Body()
	var out []uint64
	for i := 0; i+3 <= len(words); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(strings.Join(words[i:i+3], " "))) // never fails
		out = append(out, h.Sum64())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// simHash joins texts whose 64-bit SimHash over 3-word runs differs in at most 3 bits: such a pair agrees in one of four quarters.
func simHash(set []sample) (partition, error) {
	g := newGroups(len(set))
	hashes := make([]uint64, len(set))
	quarters := make(map[[2]uint64][]int)
	for i := range set {
		var votes [64]int
		for _, r := range runs(&set[i]) {
			for b := range votes {
				votes[b] += 1 - 2*int(spread(r)>>b&1)
			}
		}
		for b, v := range votes {
			if v < 0 {
				hashes[i] |= 1 << b
			}
		}
		for q := range uint64(4) {
			key := [2]uint64{q, hashes[i] >> (16 * q) & 0xffff}
			for _, j := range quarters[key] {
				if bits.OnesCount64(hashes[i]^hashes[j]) <= 3 {
					g.join(i, j)
				}
			}
			quarters[key] = append(quarters[key], i)
		}
	}
	return g.partition(), nil
}

// minHash joins texts that agree in one of 14 bands of 8 minima, the shape that most libraries and corpora use.
func minHash(set []sample) (partition, error) {
	const bands, rows = 14, 8
	g := newGroups(len(set))
	first := make(map[[rows + 1]uint64]int)
	for i := range set {
		grams := runs(&set[i])
		for b := range bands {
			key := [rows + 1]uint64{uint64(b)}
			for r := range rows {
				key[r+1] = ^uint64(0)
				for _, x := range grams {
					key[r+1] = min(key[r+1], spread(x^uint64(b*rows+r+1)*0x9E3779B97F4A7C15))
				}
			}
			if j, ok := first[key]; ok {
				g.join(i, j)
			} else {
				first[key] = i
			}
		}
	}
	return g.partition(), nil
}

// spread is the finaliser of SplitMix64.
func spread(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// groups is a union-find.
type groups []int

func newGroups(n int) groups {
	g := make(groups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

func (g groups) of(i int) int {
	for g[i] != i {
		g[i] = g[g[i]]
		i = g[i]
	}
	return i
}

func (g groups) join(a, b int) { g[g.of(a)] = g.of(b) }

func (g groups) partition() partition {
	p := make(partition, len(g))
	for i := range g {
		p[i] = g.of(i)
	}
	return p
}
