package query

import (
	"context"
	"time"

	"mediawatch/text"
)

// Costliest returns the clause of the query that takes most of the time on documents like those of the sample, in at
// most 100 characters. It ends with ctx; the clause it is at then is the answer. make prepares a document anew, so that
// each clause pays for what it needs.
func (q *Query) Costliest(ctx context.Context, sample int, document func(i int) *Document) string {
	n := q.root
	for {
		kids := n.kids()
		if not, ok := n.(*notNode); ok {
			kids = []node{not.part}
		}
		var most, all time.Duration
		var worst node
		for _, kid := range kids {
			took := measure(ctx, kid, sample, document)
			all += took
			if took > most {
				most, worst = took, kid
			}
			if ctx.Err() != nil {
				break
			}
		}
		if worst == nil || ctx.Err() == nil && most*2 < all { // no part alone is to blame
			return text.Truncate(nodeString(n, bindsOr), 100)
		}
		if n = worst; ctx.Err() != nil {
			return text.Truncate(nodeString(n, bindsOr), 100)
		}
	}
}

// measure is how long a clause takes on the sample, the words of the texts ready.
func measure(ctx context.Context, n node, sample int, document func(i int) *Document) time.Duration {
	var took time.Duration
	for i := range sample {
		d := document(i)
		d.Until(ctx)
		for _, f := range d.fields(fieldAny) {
			d.text(f)
		}
		start := time.Now()
		n.eval(d)
		took += time.Since(start)
		if ctx.Err() != nil {
			break
		}
	}
	return took
}
