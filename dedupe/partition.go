package dedupe

import (
	"cmp"
	"slices"

	"mediawatch/news"
)

// Node is a revision among those that Partition divides into stories.
type Node struct {
	Item   int // revisions of one item belong together
	Sign   Signature
	Stated Day
	Keys   news.Keys
}

// Edge says how item A relates to item B.
type Edge struct {
	A, B int
	Verdict
}

// Division is what Partition needs to know.
type Division struct {
	Items int    // they are numbered from 0, in an order that does not depend on when they arrived
	Nodes []Node // by item
	Given []Edge // relations that hold whatever the nodes say
	Window
	// Judge says how node a relates to node b.
	Judge func(a, b int) (Verdict, error)
}

// maxCompared is how many candidates of a node are judged, those that share most prints first.
const maxCompared = 32

// Partition divides items into stories. It returns as many relations as are needed to hold each story together, so a
// story is what they connect; which items it connects depends on the set of items alone.
//
// Items that are the same text or page, by any of their revisions, form a core. A core of shorter texts hangs on the
// core of one longer text that holds most of one of its own, the one that holds most; never on two, and not when it has
// more than two items and more than that other core.
func Partition(d Division) ([]Edge, error) {
	d.Window = d.Window.complete()
	p := &partition{Division: d, core: newForest(d.Items), post: newPostings(d.Nodes)}
	for _, e := range d.Given {
		p.take(e)
	}
	if err := p.exact(); err != nil {
		return nil, err
	}
	if err := p.near(); err != nil {
		return nil, err
	}
	p.hang()
	return p.edges, nil
}

// partition is one Partition.
type partition struct {
	Division
	core  *forest
	post  *postings
	edges []Edge
	loose []Edge // from an abridged item to one that holds it
}

// take keeps what a relation says.
func (p *partition) take(e Edge) {
	switch {
	case e.Joins():
		if p.core.join(e.A, e.B) {
			p.edges = append(p.edges, e)
		}
	case e.Relation == news.Abridges:
		p.loose = append(p.loose, e)
	case e.Relation == news.AbridgedBy:
		p.loose = append(p.loose, Edge{e.B, e.A, e.Turned()})
	}
}

// compare judges two nodes unless they belong together already.
func (p *partition) compare(a, b int) error {
	x, y := p.Nodes[a].Item, p.Nodes[b].Item
	if p.core.of(x) == p.core.of(y) {
		return nil
	}
	v, err := p.Judge(a, b)
	if err == nil {
		p.take(Edge{x, y, v})
	}
	return err
}

// exact compares the nodes that share a key.
func (p *partition) exact() error {
	first := make(map[news.Hash][]int, len(p.Nodes))
	for i := range p.Nodes {
		for _, key := range [...]news.Hash{p.Nodes[i].Keys.Content, p.Nodes[i].Keys.URL} {
			if key.IsZero() {
				continue
			}
			holders := first[key]
			for _, j := range holders {
				if err := p.compare(j, i); err != nil {
					return err
				}
			}
			if len(holders) < maxCopies {
				first[key] = append(holders, i)
			}
		}
	}
	return nil
}

// near compares each node with those that share most prints with it.
func (p *partition) near() error {
	done := make(map[[2]int]bool)
	for i := range p.Nodes {
		for _, j := range p.candidates(i) {
			at := [2]int{min(i, j), max(i, j)}
			if done[at] || p.core.of(p.Nodes[i].Item) == p.core.of(p.Nodes[j].Item) {
				continue
			}
			done[at] = true
			if err := p.compare(at[0], at[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// candidates returns the nodes that share prints with a node and are near in time, those that share most first.
func (p *partition) candidates(i int) []int {
	type hit struct {
		node int
		band bool
	}
	var hits []hit
	sign := &p.Nodes[i].Sign
	for k, print := range sign.Prints {
		for _, h := range p.post.run(i, k) {
			if j := int(h.node); j != i && p.Nodes[j].Item != p.Nodes[i].Item && p.Window.near(p.Nodes[j].Stated, p.Nodes[i].Stated) {
				hits = append(hits, hit{j, isBand(print)})
			}
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return a.node - b.node })
	type candidate struct{ node, shared int }
	var list []candidate
	for n := 0; n < len(hits); {
		end := n + 1
		for end < len(hits) && hits[end].node == hits[n].node {
			end++
		}
		if j := hits[n].node; sign.finds(&p.Nodes[j].Sign.Lead, end-n, hits[n].band) {
			list = append(list, candidate{j, end - n})
		}
		n = end
	}
	slices.SortFunc(list, func(a, b candidate) int { return cmp.Or(b.shared-a.shared, a.node-b.node) })
	var out []int
	for _, c := range list[:min(len(list), maxCompared)] {
		out = append(out, c.node)
	}
	return out
}

// hang attaches cores of abridged texts to the cores that hold them best.
func (p *partition) hang() {
	size, length := make([]int, p.Items), make([]int, p.Items)
	for i := range p.Items {
		size[p.core.of(i)]++
	}
	for i := range p.Nodes {
		c := p.core.of(p.Nodes[i].Item)
		length[c] = max(length[c], p.Nodes[i].Sign.Tokens)
	}
	slices.SortFunc(p.loose, func(x, y Edge) int { return cmp.Or(cmp.Compare(y.Score, x.Score), x.B-y.B, x.A-y.A) })
	hung := make(map[int]bool)
	for _, e := range p.loose {
		a, b := p.core.of(e.A), p.core.of(e.B)
		if a == b || hung[a] || size[a] > max(2, size[b]) || length[a] >= length[b] {
			continue
		}
		hung[a] = true
		p.edges = append(p.edges, e)
	}
}

// postings are the nodes that hold each print, contiguous.
type postings struct {
	list   []posting
	starts []int    // of each run in list, and the end of the last
	runs   []uint32 // the run of each print, node by node
	at     []int    // where the prints of a node begin in runs
}

type posting struct {
	print uint64
	node  uint32
	flat  uint32
}

func newPostings(nodes []Node) *postings {
	p := &postings{at: make([]int, len(nodes)+1)}
	for i := range nodes {
		p.at[i+1] = p.at[i] + len(nodes[i].Sign.Prints)
	}
	p.runs = make([]uint32, p.at[len(nodes)])
	p.list = make([]posting, 0, len(p.runs))
	for i := range nodes {
		for k, print := range nodes[i].Sign.Prints {
			p.list = append(p.list, posting{print, uint32(i), uint32(p.at[i] + k)})
		}
	}
	slices.SortFunc(p.list, func(a, b posting) int { return cmp.Or(cmp.Compare(a.print, b.print), cmp.Compare(a.node, b.node)) })
	for i := range p.list {
		if i == 0 || p.list[i].print != p.list[i-1].print {
			p.starts = append(p.starts, i)
		}
		p.runs[p.list[i].flat] = uint32(len(p.starts) - 1)
	}
	p.starts = append(p.starts, len(p.list))
	p.thin(nodes)
	return p
}

// run returns the nodes that hold print k of a node; none when too many do.
func (p *postings) run(node, k int) []posting {
	r := p.runs[p.at[node]+k]
	list := p.list[p.starts[r]:p.starts[r+1]]
	for len(list) > 0 && list[len(list)-1].node == emptied {
		list = list[:len(list)-1]
	}
	return list
}

// emptied marks a posting that is not used.
const emptied = ^uint32(0)

// thin leaves of each run the first few of equal texts, and empties a run that is held by too many different ones.
func (p *postings) thin(nodes []Node) {
	for r := range len(p.starts) - 1 {
		run := p.list[p.starts[r]:p.starts[r+1]]
		if len(run) <= maxCopies {
			continue
		}
		seen := make(map[news.Hash]int, len(run))
		kept := 0
		for _, h := range run {
			key := nodes[h.node].Keys.Content
			if seen[key]++; seen[key] <= maxCopies || key.IsZero() {
				run[kept] = h
				kept++
			}
		}
		if kept > 2*maxHolders {
			kept = 0
		}
		for i := kept; i < len(run); i++ {
			run[i].node = emptied
		}
	}
}

// forest is a union-find over items.
type forest struct{ parent []int }

func newForest(n int) *forest {
	f := &forest{make([]int, n)}
	for i := range f.parent {
		f.parent[i] = i
	}
	return f
}

// of returns the item that stands for the tree of an item.
func (f *forest) of(i int) int {
	for f.parent[i] != i {
		f.parent[i] = f.parent[f.parent[i]]
		i = f.parent[i]
	}
	return i
}

// join makes one tree of two, whose smaller number stands for both, and reports whether they were two.
func (f *forest) join(a, b int) bool {
	a, b = f.of(a), f.of(b)
	if a == b {
		return false
	}
	f.parent[max(a, b)] = min(a, b)
	return true
}

// Link is how an item came into its story.
type Link struct {
	Story    int // the first-arrived item
	Relation news.Relation
	Score    float64
	Of       int // -1 for the original
}

// Arrange tells for each item how it came into its story, given the relations that hold stories together and when items
// arrived: arrival[i] of item i. Each is linked to the one through which the original is reached.
func Arrange(edges []Edge, arrival []int) []Link {
	next := make([][]Edge, len(arrival)) // from A
	for _, e := range edges {
		next[e.A] = append(next[e.A], e)
		next[e.B] = append(next[e.B], Edge{e.B, e.A, e.Turned()})
	}
	order := make([]int, len(arrival))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(arrival[a], arrival[b]) })
	out := make([]Link, len(arrival))
	placed := make([]bool, len(arrival))
	for _, first := range order {
		if placed[first] {
			continue
		}
		placed[first] = true
		out[first] = Link{Story: first, Relation: news.Original, Score: 1, Of: -1}
		for queue := []int{first}; len(queue) > 0; queue = queue[1:] {
			for _, e := range next[queue[0]] {
				if !placed[e.B] {
					placed[e.B] = true
					v := e.Turned()
					out[e.B] = Link{Story: first, Relation: v.Relation, Score: v.Score, Of: e.A}
					queue = append(queue, e.B)
				}
			}
		}
	}
	return out
}
