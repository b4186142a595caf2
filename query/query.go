package query

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"mediawatch/news"
)

// The limits of a query.
const (
	MaxBytes   = 64 << 10 // of the source
	MaxTerms   = 2000     // words, phrases, conditions, entries of lists and what other watches bring
	MaxRegexes = 20
	maxDepth   = 100 // of parentheses, and of watches in watches
	maxChain   = 20  // operands of a chain of NEARs: each keeps its hits until the chain is known
)

// Options are what a query may refer to, and where it is used.
type Options struct {
	// Lists are the entries behind @name: words, phrases (several words), ~names, ="exact" ones, and other @lists.
	Lists map[string][]string
	// Watch returns the query of a watch for watch:NAME; nil when there are none.
	Watch func(name string) (src string, ok bool)
	// InWatch makes relative times (P7D) an error: a watch must not change its mind by itself.
	InWatch bool
	// Now is what relative times are relative to; nil is time.Now. It is read once, by Parse.
	Now func() time.Time
	// Location is the zone of dates without one; nil is UTC.
	Location *time.Location
}

func (o *Options) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

func (o *Options) location() *time.Location {
	if o.Location == nil {
		return time.UTC
	}
	return o.Location
}

// Query is a parsed query. It never changes and may be used by several goroutines at once.
type Query struct {
	root node
	hash string
	lint []Error
}

// Parse reads a query. Its error is an *Errors with every mistake that could be found; nothing is ever ignored.
func Parse(src string, o Options) (*Query, error) {
	p := newParser(src, o)
	root := p.query()
	if len(p.wrong) > 0 {
		return nil, asErrors(src, p.wrong)
	}
	q := &Query{root: root, lint: p.lints(root)}
	sum := sha256.Sum256([]byte("mediawatch query 1\n" + root.key()))
	q.hash = hex.EncodeToString(sum[:16])
	return q, nil
}

// String returns the query in its plainest form: field names without aliases, parentheses only where needed, no comments. Parsing it
// gives a query of the same meaning, and the same Hash.
func (q *Query) String() string { return nodeString(q.root, bindsOr) }

// Hash returns 32 hexadecimal digits that stand for the meaning. Queries that differ in case, order of AND and OR, repetitions,
// parentheses or comments have the same; a changed list or referenced watch gives another.
func (q *Query) Hash() string { return q.hash }

// Lint returns what is legal and yet probably not what was meant, one sentence each, with its position.
func (q *Query) Lint() []string {
	var out []string
	for _, e := range q.lint {
		out = append(out, e.Error())
	}
	return out
}

// Warnings returns what Lint words, with the positions as numbers.
func (q *Query) Warnings() []Error { return slices.Clone(q.lint) }

// NeedsStory reports whether the answer depends on the item's story, so that it must be asked again when the story changes.
func (q *Query) NeedsStory() bool {
	needs := false
	walk(q.root, func(n node) {
		if c, ok := n.(*condition); ok {
			needs = needs || c.in == fieldOutlets || c.in == fieldIs && c.mean != isUndated
		}
	})
	return needs
}

// Match reports whether the query is true of the document, and where: for each clause that contributes, its first hits, at most 100
// in all. A match without evidence is possible (words that must be absent have no place).
func (q *Query) Match(d *Document) (bool, []news.Evidence) {
	if !q.root.eval(d) {
		return false, nil
	}
	return true, q.evidence(d)
}

func (q *Query) evidence(d *Document) []news.Evidence {
	c := &collector{}
	q.root.collect(d, c)
	return c.found
}
