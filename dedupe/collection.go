package dedupe

import (
	"bytes"
	"slices"

	"mediawatch/news"
	"mediawatch/text"
)

// SignOf returns the signature of an item's fullest text without its site's lines.
func SignOf(it *news.Item, site Boilerplate) Signature {
	t := Normal(it.Title, text.Plain(it.HTML()), site)
	return t.Sign()
}

// Collection divides a set of items into stories at once. It keeps signatures and keys, not texts. The zero Collection is empty.
type Collection struct {
	samples []Sample
	nodes   []Node
	sites   *Sites
}

// Signed is what a collection keeps of an item.
type Signed struct {
	sample Sample
	node   Node
}

// Prepare computes what a collection keeps of an item, its keys among it.
func Prepare(it *news.Item) Signed {
	t := Normal(it.Title, text.Plain(it.HTML()), Boilerplate{})
	return Signed{Sample{OutletHash(it.Outlet), it.ID}, Node{Sign: t.Sign(), Stated: DayOf(it.Published.Time), Keys: keysOf(it, &t)}}
}

// Add puts an item into the collection. Items arrive in the order in which they are added.
func (c *Collection) Add(s Signed) {
	c.nodes = append(c.nodes, s.node)
	c.samples = append(c.samples, s.sample)
}

// Len returns the number of items.
func (c *Collection) Len() int { return len(c.samples) }

// Divide returns how each item came into its story, by its place in the order of arrival. load reads an item again by that place.
func (c *Collection) Divide(load func(i int) (*news.Item, error)) ([]Link, error) {
	order := make([]int, len(c.samples)) // by id, which does not depend on arrival
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(c.samples[a].ID[:], c.samples[b].ID[:]) })
	nodes := make([]Node, len(order))
	for n, i := range order {
		nodes[n] = c.nodes[i]
		nodes[n].Item = n
	}
	judges := NewJudges(func(n int) (*news.Item, error) {
		it, err := load(order[n])
		if it != nil {
			it.Keys = nodes[n].Keys
		}
		return it, err
	})
	judges.Use(c.sites)
	edges, err := Partition(Division{Items: len(nodes), Nodes: nodes, Judge: judges.Judge})
	if err != nil {
		return nil, err
	}
	links := Arrange(edges, order)
	out := make([]Link, len(links))
	for n, l := range links {
		l.Story = order[l.Story]
		if l.Of >= 0 {
			l.Of = order[l.Of]
		}
		out[order[n]] = l
	}
	return out, nil
}

// Learn learns the lines that outlets put around their texts, so that Divide leaves them out, and signs the texts again
// that may hold some. load reads an item again by its place in the order of arrival.
func (c *Collection) Learn(load func(i int) (*news.Item, error)) error {
	lines, err := Learn(c.samples, nil, load)
	if err != nil {
		return err
	}
	c.sites = c.sites.With(lines)
	with := make(map[uint64]bool, len(lines))
	for outlet := range lines {
		with[OutletHash(outlet)] = true
	}
	for i := range c.nodes {
		if !with[c.samples[i].Outlet] {
			continue
		}
		it, err := load(i)
		if err != nil {
			return err
		}
		if it != nil {
			c.nodes[i].Sign = SignOf(it, c.sites.Of(it.Outlet))
		}
	}
	return nil
}
