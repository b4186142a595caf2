package query

import "mediawatch/news"

// Sentence returns the sentence of the field's plain text that holds the hit, and the hit's byte offsets in it.
func (d *Document) Sentence(ev news.Evidence) (text string, start, end int) {
	plain := d.Field(ev.Field)
	if ev.Start < 0 || ev.End < ev.Start || ev.End > len(plain) {
		return ev.Words, 0, len(ev.Words)
	}
	return plain, ev.Start, ev.End
}
