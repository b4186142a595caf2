package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// readPage is how many values are read from the store at once.
const readPage = 200

// listOf is a list for people: what matches the watches, newest first, beginning behind a spot (zero: at the newest).
type listOf struct {
	watches []string
	behind  store.Spot
	limit   int
}

// shelf is what was read of one watch's list and not yet shown.
type shelf struct {
	watch  string
	items  []news.Item
	behind store.Spot
	ended  bool
}

// fill reads on when nothing is left.
func (sh *shelf) fill(ctx context.Context, s store.Store, n int) error {
	if len(sh.items) > 0 || sh.ended {
		return nil
	}
	items, err := s.Latest(ctx, sh.watch, sh.behind, n)
	if err != nil {
		return err
	}
	if sh.ended = len(items) == 0; !sh.ended {
		sh.items, sh.behind = items, store.SpotOf(&items[len(items)-1])
	}
	return nil
}

// stories returns what a list shows. A story stands where its member stands that a watch came to know first. A watch
// that takes each article by itself shows them all in a list of its own.
func (s *Server) stories(ctx context.Context, o listOf) ([]told, error) {
	shelves := make([]*shelf, len(o.watches))
	for i, w := range o.watches {
		shelves[i] = &shelf{watch: w, behind: o.behind}
	}
	var out []told
	for len(out) < o.limit {
		entries, err := s.merge(ctx, shelves, o.limit-len(out))
		if err != nil || len(entries) == 0 {
			return out, err
		}
		all, err := s.tell(ctx, entries)
		if err != nil {
			return nil, err
		}
		several := len(o.watches) > 1
		out = append(out, slices.DeleteFunc(all, func(t told) bool { return t.follows && (several || folds(s.o.Config(), t.entry.Watch)) })...)
		if several {
			out = oncePerStory(out)
		}
	}
	return out[:o.limit], nil // more than asked for were found in the last piece
}

// merge takes the next n of several lists, by where they stand.
func (s *Server) merge(ctx context.Context, shelves []*shelf, n int) ([]news.Entry, error) {
	piece := max(4, 2*n/max(1, len(shelves)))
	var out []news.Entry
	for len(out) < n {
		var next *shelf
		for _, sh := range shelves {
			if err := sh.fill(ctx, s.store, piece); err != nil {
				return nil, err
			}
			if len(sh.items) > 0 && (next == nil || compareSpots(store.SpotOf(&sh.items[0]), store.SpotOf(&next.items[0])) > 0) {
				next = sh
			}
		}
		if next == nil {
			break
		}
		it := &next.items[0]
		out = append(out, news.Entry{Watch: next.watch, Group: it.ID, Item: it.ID})
		next.items = next.items[1:]
	}
	return out, nil
}

func compareSpots(a, b store.Spot) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return int(min(1, max(-1, int64(a.Seq-b.Seq))))
}

// spotText is a spot as an address holds it; it means nothing to others.
func spotText(at store.Spot) string {
	return strconv.FormatInt(at.At.UnixMicro(), 10) + "-" + strconv.FormatUint(uint64(at.Seq), 10)
}

// spotOf reads the spot of a request; zero when it names none.
func spotOf(r *http.Request) (store.Spot, error) {
	v := r.FormValue("before")
	if v == "" {
		return store.Spot{}, nil
	}
	i := strings.LastIndexByte(v, '-')
	if i <= 0 {
		return store.Spot{}, BadRequest("before %q: the next of the page before expected", v)
	}
	at, err := strconv.ParseInt(v[:i], 10, 64)
	seq, wrong := strconv.ParseUint(v[i+1:], 10, 64)
	if year := time.UnixMicro(at).UTC().Year(); err != nil || wrong != nil || year < 0 || year > 9999 {
		return store.Spot{}, BadRequest("before %q: the next of the page before expected", v)
	}
	return store.Spot{At: time.UnixMicro(at).UTC(), Seq: news.Seq(seq)}, nil
}

// dayName heads what a list shows of one day.
func dayName(day, now time.Time) string {
	name := day.Format("Monday 2 January")
	if day.Year() != now.Year() {
		name = day.Format("Monday 2 January 2006")
	}
	switch day.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return "Today, " + name
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return "Yesterday, " + name
	}
	return name
}

// byDay puts a heading before the first line of each day.
func (s *Server) byDay(lines []line) []line {
	now, last := s.o.Now(), ""
	for i := range lines {
		if day := lines[i].at.Format(time.DateOnly); day != last {
			last, lines[i].Day = day, dayName(lines[i].at, now)
		}
	}
	return lines
}
