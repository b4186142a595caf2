package web

import (
	"time"

	"mediawatch/news"
	"mediawatch/text"
)

// when is a time as pages show it: short for the eye, whole for the pointer, exact for machines.
type when struct{ ISO, Short, Full string }

// whenOf shows a time in the zone of now: today's by the hour, this year's without the year.
func whenOf(t, now time.Time) *when {
	if t.IsZero() {
		return nil
	}
	t = t.In(now.Location())
	w := &when{ISO: t.UTC().Format(time.RFC3339), Full: t.Format("Monday 2 January 2006, 15:04:05 MST")}
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		w.Short = t.Format("15:04")
	case t.Year() == now.Year():
		w.Short = t.Format("2 Jan, 15:04")
	default:
		w.Short = t.Format("2 Jan 2006, 15:04")
	}
	return w
}

// stampWhen shows a stated time no more exactly than it was stated.
func stampWhen(s news.Stamp, now time.Time) *when {
	w := whenOf(s.Time, now)
	if w != nil && s.Certainty == news.CertaintyDay { // the day is the publisher's, whatever our zone
		t := s.Time.UTC()
		w.ISO, w.Short, w.Full = t.Format(time.DateOnly), t.Format("2 Jan 2006"), t.Format("Monday 2 January 2006")
	}
	return w
}

// certaintyNote says how sure we are of a stated time; "" when there is nothing to say.
func certaintyNote(c news.Certainty) string {
	switch c {
	case news.CertaintyInferred:
		return "deduced"
	case news.CertaintyDay:
		return "day only"
	case news.CertaintyZone:
		return "zone assumed"
	}
	return ""
}

// itemWhen is the time a list shows for an item: what was stated, if it can be true, else when we first saw it.
func itemWhen(it *news.Item, now time.Time) *when {
	if !it.Published.IsZero() && it.Published.Time.Before(it.Seen) {
		return stampWhen(it.Published, now)
	}
	w := whenOf(it.Seen, now)
	if w != nil {
		w.Short = "seen " + w.Short
	}
	return w
}

// ago says how long ago something was, roughly.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return text.Count(int(d/time.Minute), "minute") + " ago"
	case d < 48*time.Hour:
		return text.Count(int(d/time.Hour), "hour") + " ago"
	}
	return text.Count(int(d/(24*time.Hour)), "day") + " ago"
}
