package dedupe

import (
	"cmp"
	"math"
	"slices"
	"time"

	"mediawatch/news"
)

// Window bounds what a text is compared with.
type Window struct {
	Days  int // how many days apart two dated texts may be, and how long ago one may have arrived; DefaultDays when 0
	Texts int // how many texts an index holds, of about 240 bytes; DefaultTexts when 0
}

// What a window is when nothing is said.
const (
	DefaultDays  = 14
	DefaultTexts = 1_000_000
)

// complete puts the defaults in.
func (w Window) complete() Window {
	return Window{cmp.Or(w.Days, DefaultDays), cmp.Or(w.Texts, DefaultTexts)}
}

// near reports whether two texts were published close enough to be compared. One without a day is close to all.
func (w Window) near(a, b Day) bool {
	return a == NoDay || b == NoDay || int(max(a, b)-min(a, b)) <= w.Days
}

const (
	// tableDays is how many days of arrival share a table.
	tableDays = 4
	// maxHolders is how many texts of a table may share a print; beyond, it is a phrase of many and finds nothing.
	maxHolders = 200
	// maxCopies is how many texts with the same words are in a table: more would find nothing else.
	maxCopies = 8
	// maxCandidates is how many texts Find returns.
	maxCandidates = 16
)

// Day is a day in UTC, counted from 1970.
type Day int32

// NoDay is the day of a text that states none.
const NoDay Day = math.MinInt32

// DayOf returns the day of a time, NoDay of the zero time.
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return NoDay
	}
	return Day(math.Floor(float64(t.Unix()) / (24 * 60 * 60)))
}

// Entry is a revision in an index.
type Entry struct {
	Item   news.ItemID
	N      int32
	Stated Day // as published; NoDay
	Seq    news.Seq
}

// Candidate is an entry that shares prints with a text.
type Candidate struct {
	Entry
	Shared int // prints
}

// Index finds the texts that may be copies of a text, in memory. What it holds and finds follows from the sequence of additions alone.
//
// It keeps a table for each four days of arrival and forgets a table when all of it lies more than the window before
// the newest arrival, or, when the index is full, the oldest table. It is not safe for concurrent use.
type Index struct {
	window Window
	newest Day
	tables []*table // by first day, rising
	size   int
	hits   []uint64 // table, entry, and whether a band was shared
}

// NewIndex returns an empty index of a window.
func NewIndex(w Window) *Index {
	return &Index{window: w.complete(), newest: NoDay}
}

// Len returns the number of texts in the index.
func (x *Index) Len() int { return x.size }

// Bytes returns how much memory the index holds.
func (x *Index) Bytes() int {
	n := 0
	for _, t := range x.tables {
		n += 8*cap(t.slots) + entryBytes*cap(t.entries)
	}
	return n
}

const entryBytes = 48

// listed is an entry as a table keeps it.
type listed struct {
	Entry
	lead [leadBytes]byte
}

// First returns the smallest Seq in the index, 0 when it is empty: older signatures are not needed any more.
func (x *Index) First() news.Seq {
	var first news.Seq
	for _, t := range x.tables {
		if first == 0 || t.first < first {
			first = t.first
		}
	}
	return first
}

// Add puts a text into the index that arrived on a day. content is the hash of its words, zero when it has none: of
// equal texts only the first few are kept.
func (x *Index) Add(e Entry, arrived Day, s Signature, content news.Hash) {
	if len(s.Prints) == 0 {
		return
	}
	if arrived > x.newest {
		x.newest = arrived
		x.expire()
	}
	if arrived < x.oldest() {
		return
	}
	t := x.table(arrived)
	mark, marked := contentPrint(content)
	if marked && t.count(mark, maxCopies) >= maxCopies {
		return
	}
	if t.first == 0 || e.Seq < t.first {
		t.first = e.Seq
	}
	t.entries = append(t.entries, listed{e, s.Lead})
	x.size++
	id := uint32(len(t.entries) - 1)
	if marked {
		t.put(mark, id, maxCopies)
	}
	for _, p := range s.Prints {
		t.put(uint32(p>>32), id, maxHolders+1)
	}
	for x.size > x.window.Texts && len(x.tables) > 1 {
		x.drop(1)
	}
}

// oldest is the first day of arrival that may be kept.
func (x *Index) oldest() Day { return x.newest - Day(x.window.Days) - tableDays + 1 }

// expire forgets the tables that lie before the window.
func (x *Index) expire() {
	n := 0
	for n < len(x.tables) && x.tables[n].day+tableDays-1 < x.newest-Day(x.window.Days) {
		n++
	}
	x.drop(n)
}

// drop forgets the first n tables.
func (x *Index) drop(n int) {
	for _, t := range x.tables[:n] {
		x.size -= len(t.entries)
	}
	x.tables = slices.Delete(x.tables, 0, n)
}

// table returns the table of a day of arrival.
func (x *Index) table(d Day) *table {
	first := d - ((d%tableDays)+tableDays)%tableDays
	i, ok := slices.BinarySearchFunc(x.tables, first, func(t *table, d Day) int { return cmp.Compare(t.day, d) })
	if !ok {
		x.tables = slices.Insert(x.tables, i, &table{day: first})
	}
	return x.tables[i]
}

// Find returns the texts that share a print with a text published on a day, those that share most first, then by Seq; at most 16.
func (x *Index) Find(s Signature, stated Day) []Candidate {
	hits := x.hits[:0]
	for n, t := range x.tables {
		for _, p := range s.Prints {
			hits = t.find(hits, uint32(p>>32), uint64(n)<<33|p&1)
		}
	}
	x.hits = hits
	slices.Sort(hits)
	var out []Candidate
	for i := 0; i < len(hits); {
		end := i + 1
		for end < len(hits) && hits[end]>>1 == hits[i]>>1 {
			end++
		}
		e := &x.tables[hits[i]>>33].entries[uint32(hits[i]>>1)]
		if x.window.near(e.Stated, stated) && s.finds(&e.lead, end-i, isBand(hits[i])) {
			out = append(out, Candidate{e.Entry, end - i})
		}
		i = end
	}
	slices.SortFunc(out, func(a, b Candidate) int {
		return cmp.Or(b.Shared-a.Shared, cmp.Compare(a.Seq, b.Seq))
	})
	return out[:min(len(out), maxCandidates)]
}

// contentPrint stands for equal words among the prints.
func contentPrint(content news.Hash) (tag uint32, ok bool) {
	return uint32(content[0])<<24 | uint32(content[1])<<16 | uint32(content[2])<<8 | uint32(content[3]), !content.IsZero()
}

// table is an open-addressing multimap from the upper halves of prints to entries. A slot is a tag and a number of an
// entry plus one; 0 is free. The place of a tag follows from it alone, so that slots stay nearly sorted and growing
// needs no prints.
type table struct {
	day     Day
	first   news.Seq
	entries []listed
	slots   []uint64
	used    int
}

const (
	maxLoad = .85
	growth  = 1.2
)

// at is the slot where the search for a tag begins.
func (t *table) at(tag uint32) int { return int(uint64(tag) * uint64(len(t.slots)) >> 32) }

// put adds an entry to those that hold a tag, unless limit hold it.
func (t *table) put(tag, id uint32, limit int) {
	if float64(t.used+1) > maxLoad*float64(len(t.slots)) {
		t.grow()
	}
	i := t.at(tag)
	for t.slots[i] != 0 {
		if uint32(t.slots[i]>>32) == tag {
			if limit--; limit <= 0 {
				return
			}
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
	t.slots[i] = uint64(tag)<<32 | uint64(id+1)
	t.used++
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]uint64, max(256, int(growth*float64(len(old)))))
	t.used = 0
	for _, s := range old {
		if s != 0 {
			t.put(uint32(s>>32), uint32(s)-1, math.MaxInt)
		}
	}
}

// count returns how many entries hold a tag, at most limit.
func (t *table) count(tag uint32, limit int) int {
	n := 0
	for range t.holders(tag) {
		if n++; n == limit {
			break
		}
	}
	return n
}

// find appends base plus twice the number of each entry that holds a tag; none when too many do.
func (t *table) find(dst []uint64, tag uint32, base uint64) []uint64 {
	before := len(dst)
	for id := range t.holders(tag) {
		if dst = append(dst, base|uint64(id)<<1); len(dst)-before > maxHolders {
			return dst[:before]
		}
	}
	return dst
}

// holders yields the entries that hold a tag.
func (t *table) holders(tag uint32) func(func(uint32) bool) {
	return func(yield func(uint32) bool) {
		if len(t.slots) == 0 {
			return
		}
		for i := t.at(tag); t.slots[i] != 0; {
			if s := t.slots[i]; uint32(s>>32) == tag && !yield(uint32(s)-1) {
				return
			}
			if i++; i == len(t.slots) {
				i = 0
			}
		}
	}
}
