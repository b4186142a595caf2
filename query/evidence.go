package query

import (
	"mediawatch/news"
)

const (
	hitsPerField = 3   // of one clause in one field, kept as evidence
	maxEvidence  = 100 // of one match
)

// collector gathers the evidence of a match.
type collector struct {
	found []news.Evidence
	seen  map[news.Evidence]bool
}

// hit is a place where a clause hit.
type hit struct {
	clause  string
	field   fieldID
	span    span
	variant string
}

func (c *collector) full() bool { return len(c.found) >= maxEvidence }

func (c *collector) add(ev news.Evidence) {
	if c.full() || c.seen[ev] {
		return
	}
	if c.seen == nil {
		c.seen = map[news.Evidence]bool{}
	}
	c.seen[ev] = true
	c.found = append(c.found, ev)
}

// hit adds a hit of words.
func (c *collector) hit(d *Document, h hit) {
	start, end := d.text(h.field).bounds(h.span)
	c.bytes(d, h, start, end)
}

// bytes adds a hit of bytes.
func (c *collector) bytes(d *Document, h hit, start, end int) {
	c.add(news.Evidence{Clause: h.clause, Field: h.field.name(), Start: start, End: end,
		Words: d.plain(h.field).plain[start:end], Variant: h.variant})
}
