package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// corpus is everything the feeds will carry.
type corpus struct {
	plan  Plan
	lex   *lexicon
	feeds []feed
	items []item // those of the cold pass first
	cold  int
	texts int
}

// feed is one feed and the items it holds, oldest first, by their place in the corpus.
type feed struct {
	url    string
	title  string
	site   string
	format format
	tongue int
	stated bool // it states its language
	items  []int
	news   []int // come on top in the changed pass
}

// item is one publication of a text.
type item struct {
	feed      int
	text      text
	copy      bool // the text is that of an earlier item
	style     style
	published time.Time
	url       string
	guid      string
}

// newCorpus decides which feed carries what. urlOf gives the base URL of a host.
func newCorpus(p Plan, urlOf func(host int) string) *corpus {
	c := &corpus{plan: p, lex: newLexicon(p.Seed)}
	r := rand.New(rand.NewPCG(p.Seed, 2))
	for i := range p.Feeds {
		f := feed{format: formatOf(r.Float64()), tongue: c.lex.tongueOf(r.Float64()), stated: r.IntN(3) > 0, site: fmt.Sprintf("https://outlet-%04d.example", i)}
		f.url = fmt.Sprintf("%s/feeds/%d%s", urlOf(i%p.Hosts), i, f.format.suffix())
		f.title = pick(r, c.lex.names) + " " + pick(r, []string{"Courier", "Observer", "Gazette", "Radio", "Review"})
		c.feeds = append(c.feeds, f)
	}
	held := make([][]text, p.Feeds) // the texts of each feed
	add := func(feed int, published time.Time) int {
		it := item{feed: feed, style: styleOf(r), published: published}
		it.text, it.copy = c.choose(r, c.feeds[feed].tongue, held[feed])
		held[feed] = append(held[feed], it.text)
		it.guid = fmt.Sprintf("%s/id/%d", c.feeds[feed].site, len(c.items))
		it.url = fmt.Sprintf("%s/%s/%d", c.feeds[feed].site, published.Format("2006/01/02"), len(c.items))
		c.items = append(c.items, it)
		return len(c.items) - 1
	}
	for n := range p.Items { // the oldest of every feed first, so that copies come later than their originals
		for f := range p.Feeds {
			age := time.Duration(p.Items-n)*3*time.Hour + time.Duration(r.IntN(7200))*time.Second
			c.feeds[f].items = append(c.feeds[f].items, add(f, p.Now.Add(-age)))
		}
	}
	c.cold = len(c.items)
	for f := range p.Feeds {
		if r.Float64() >= p.Changed {
			continue
		}
		for range 1 + r.IntN(2) {
			c.feeds[f].news = append(c.feeds[f].news, add(f, p.Now.Add(-time.Duration(r.IntN(3600))*time.Second)))
		}
	}
	return c
}

// choose returns a new text in a language, or one that is published already, but not in the same feed. Texts that many
// carry get more copies, as wire stories do.
func (c *corpus) choose(r *rand.Rand, tongue int, held []text) (t text, copied bool) {
	if len(c.items) > 0 && r.Float64() < c.plan.Copies {
		for range 40 {
			t := c.items[r.IntN(len(c.items))].text
			if t.tongue == tongue && !slices.Contains(held, t) {
				return t, true
			}
		}
	}
	c.texts++
	return text{c.texts, tongue}, false
}

// Truth is what a reader of the feeds should have found.
type Truth struct {
	Items   int        `json:"items"`   // after the cold pass
	Changed int        `json:"changed"` // after the changed pass
	Stories [][]string `json:"stories"` // URLs of the items that carry one text, two or more; those of the changed pass included
	Cold    int        `json:"cold"`    // stories there are after the cold pass
}

func (c *corpus) truth() Truth {
	by := make(map[int][]string)
	t := Truth{Items: c.cold, Changed: len(c.items)}
	for i, it := range c.items {
		by[it.text.number] = append(by[it.text.number], it.url)
		if i < c.cold && len(by[it.text.number]) == 2 {
			t.Cold++
		}
	}
	for text := range c.texts {
		if urls := by[text+1]; len(urls) > 1 {
			t.Stories = append(t.Stories, urls)
		}
	}
	return t
}

// opml lists the feeds.
func (c *corpus) opml() []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + "<opml version=\"2.0\"><head><title>farm</title></head><body>\n")
	for _, f := range c.feeds {
		fmt.Fprintf(&b, "<outline type=\"rss\" text=%q xmlUrl=%q/>\n", f.title, f.url)
	}
	b.WriteString("</body></opml>\n")
	return b.Bytes()
}

// drop gives back what serving does not need.
func (c *corpus) drop() { c.items, c.lex = nil, nil }
