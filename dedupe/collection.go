package dedupe

import (
	"bytes"
	"slices"

	"mediawatch/news"
	"mediawatch/text"
)

// SignOf returns the signature of an item's fullest text.
func SignOf(it *news.Item) Signature {
	t := Normal(it.Title, text.Plain(it.HTML()), Boilerplate{})
	return t.Sign()
}

// Collection divides a set of items into stories at once. It keeps signatures and keys, not texts. The zero Collection is empty.
type Collection struct {
	ids   []news.ItemID
	nodes []Node
}

// Signed is what a collection keeps of an item.
type Signed struct {
	id   news.ItemID
	node Node
}

// Prepare computes what a collection keeps of an item, its keys among it.
func Prepare(it *news.Item) Signed {
	t := Normal(it.Title, text.Plain(it.HTML()), Boilerplate{})
	return Signed{it.ID, Node{Sign: t.Sign(), Stated: DayOf(it.Published.Time), Keys: keysOf(it, &t)}}
}

// Add puts an item into the collection. Items arrive in the order in which they are added.
func (c *Collection) Add(s Signed) {
	c.nodes = append(c.nodes, s.node)
	c.ids = append(c.ids, s.id)
}

// Len returns the number of items.
func (c *Collection) Len() int { return len(c.ids) }

// recentFacts is how many facts Divide keeps at hand: about 10 MB.
const recentFacts = 1024

// Divide returns how each item came into its story, by its place in the order of arrival. load reads an item again by that place.
func (c *Collection) Divide(load func(i int) (*news.Item, error)) ([]Link, error) {
	order := make([]int, len(c.ids)) // by id, which does not depend on arrival
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(c.ids[a][:], c.ids[b][:]) })
	nodes := make([]Node, len(order))
	for n, i := range order {
		nodes[n] = c.nodes[i]
		nodes[n].Item = n
	}
	cache := NewFactsCache(recentFacts)
	facts := func(n int) (*Facts, error) {
		return cache.Get(FactsKey{Item: c.ids[order[n]]}, func() (*news.Item, error) {
			it, err := load(order[n])
			if it != nil {
				it.Keys = nodes[n].Keys
			}
			return it, err
		})
	}
	edges, err := Partition(Division{Items: len(nodes), Nodes: nodes, Judge: func(a, b int) (Verdict, error) {
		x, err := facts(a)
		if err != nil {
			return Verdict{}, err
		}
		y, err := facts(b)
		if err != nil {
			return Verdict{}, err
		}
		return Judge(x, y), nil
	}})
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

// FactsKey names a revision.
type FactsKey struct {
	Item news.ItemID
	N    int
}

// FactsCache keeps the facts that were used last. It is not safe for concurrent use.
type FactsCache struct {
	limit    int
	new, old map[FactsKey]*Facts // two generations: when the new one is full it becomes the old one
}

// NewFactsCache returns a cache of limit to twice as many facts.
func NewFactsCache(limit int) *FactsCache {
	return &FactsCache{limit: limit, new: make(map[FactsKey]*Facts)}
}

// Get returns the facts of a revision, whose item is loaded when they are not at hand; nil when it is nil.
func (c *FactsCache) Get(key FactsKey, load func() (*news.Item, error)) (*Facts, error) {
	if f, ok := c.new[key]; ok {
		return f, nil
	}
	f, ok := c.old[key]
	if !ok {
		it, err := load()
		if err != nil || it == nil {
			return nil, err
		}
		f = FactsOf(it)
	}
	if len(c.new) >= c.limit {
		c.old, c.new = c.new, make(map[FactsKey]*Facts, c.limit)
	}
	c.new[key] = f
	return f, nil
}

// Forget drops what is at hand of an item.
func (c *FactsCache) Forget(id news.ItemID) {
	for _, m := range []map[FactsKey]*Facts{c.new, c.old} {
		for key := range m {
			if key.Item == id {
				delete(m, key)
			}
		}
	}
}
