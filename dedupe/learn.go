package dedupe

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/zeebo/xxh3"

	"mediawatch/news"
	"mediawatch/text"
)

// maxLearnedFrom is how many texts of an outlet are worth learning from: those with the smallest ids, so that which
// they are does not depend on their order.
const maxLearnedFrom = 20_000

// Sample is a text to learn from.
type Sample struct {
	Outlet uint64 // OutletHash
	ID     news.ItemID
}

// OutletHash stands for the name of an outlet; 0 for that of an unknown one.
func OutletHash(outlet string) uint64 {
	if outlet == "" {
		return 0
	}
	return xxh3.HashString(outlet)
}

// Learn returns the lines of each outlet that sites does not know yet, sorted. load reads sample i again, nil when it
// was forgotten; one outlet is in memory at a time.
func Learn(samples []Sample, sites *Sites, load func(i int) (*news.Item, error)) (map[string][]string, error) {
	order := make([]int, 0, len(samples))
	for i := range samples {
		if samples[i].Outlet != 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(samples[a].Outlet, samples[b].Outlet), bytes.Compare(samples[a].ID[:], samples[b].ID[:]), a-b)
	})
	learned := make(map[string][]string)
	for len(order) > 0 {
		n := 1
		for n < len(order) && samples[order[n]].Outlet == samples[order[0]].Outlet {
			n++
		}
		if n >= leastPages {
			outlet, lines, err := learn(order[:min(n, maxLearnedFrom)], load)
			if err != nil {
				return nil, err
			}
			if lines = sites.Of(outlet).without(lines); len(lines) > 0 {
				learned[outlet] = lines
			}
		}
		order = order[n:]
	}
	return learned, nil
}

// learn learns from the texts of one outlet.
func learn(samples []int, load func(i int) (*news.Item, error)) (outlet string, lines []string, err error) {
	var l learner
	for _, i := range samples {
		it, err := load(i)
		if err != nil {
			return "", nil, err
		}
		if it != nil && len(it.Outlet) <= maxOutlet {
			outlet = it.Outlet
			l.add(it)
		}
	}
	return outlet, l.result(), nil
}

const (
	// maxOutlet is how long, in bytes, the name of an outlet may be that lines are learned for.
	maxOutlet = 1000
	// maxLearned is how long a line may be, in bytes: a longer one is an article.
	maxLearned = 2000
)

const (
	// leastPages is how many different pages of an outlet must have a line before it is taken for the site's, under as
	// many headlines, beside as many other texts and on as many days;
	leastPages = 3
	// manyHeadlines is under how many headlines the days do not matter.
	manyHeadlines = 10
)

// learner finds the lines that one outlet puts around its texts: those on three different pages, under other headlines,
// beside other texts, on different days or under ten headlines; and those that are the headline of another page. All
// that is more than pages keeps an article that is published again and again, or updated under new addresses, from
// being taken for boilerplate. What it finds depends on the set of texts alone, and more texts never make it less. The
// zero learner is ready.
type learner struct {
	lines  map[uint64]*occurrences // by the hash of the line
	titles map[uint64]*headline    // by the hash of the headline
	found  []string                // in normal form
	row    []row
	buf    tokens
}

// headline is one with the pages under it.
type headline struct {
	words string
	pages distinctFew
}

// occurrences are the first few different surroundings of a line; beyond leastPages they do not matter.
type occurrences struct {
	pages, days distinctFew
	texts       [views]distinctFew // what else is in the text, as seen by each view
	headlines   [manyHeadlines]uint32
	n           int // headlines
	found       bool
}

// add notes where a line was found: b is what is beside it.
func (o *occurrences) add(p sighting, b *[views]besides, line uint64) {
	o.pages.add(p.page)
	o.days.add(p.day)
	if o.n < manyHeadlines && !slices.Contains(o.headlines[:o.n], p.headline) {
		o.headlines[o.n] = p.headline
		o.n++
	}
	for k := range b {
		o.texts[k].add(uint32(b[k].of(line)))
	}
}

// enough reports whether they are those of a line of the site.
func (o *occurrences) enough() bool {
	differ := slices.ContainsFunc(o.texts[:], func(d distinctFew) bool { return d.n == leastPages })
	return o.pages.n == leastPages && differ && (o.n >= leastPages && o.days.n == leastPages || o.n == manyHeadlines)
}

// sighting is where a line was found.
type sighting struct{ page, day, headline uint32 }

// distinctFew holds up to leastPages different values.
type distinctFew struct {
	n  uint8
	of [leastPages]uint32
}

func (d *distinctFew) add(v uint32) {
	if int(d.n) < len(d.of) && !slices.Contains(d.of[:d.n], v) {
		d.of[d.n] = v
		d.n++
	}
}

// row is a line of the text at hand.
type row struct {
	hash       uint64
	start, end int // in the buffer
}

// add learns from a revision of an item whose Keys are set.
func (l *learner) add(it *news.Item) {
	if l.lines == nil {
		l.lines, l.titles = make(map[uint64]*occurrences), make(map[uint64]*headline)
	}
	p := sighting{page: uint32(xxh3.Hash(it.ID[:]))}
	if !it.Keys.URL.IsZero() {
		p.page = uint32(xxh3.Hash(it.Keys.URL[:]))
	}
	p.day = p.page // it may be any
	if day := DayOf(it.Published.Time); day != NoDay {
		p.day = uint32(day)
	}
	title := l.title(it.Title, p.page)
	p.headline = uint32(title)
	l.read(text.Plain(it.HTML()))
	var rest [views]besides
	for k := range rest {
		rest[k] = besidesOf(l.row, uint64(k), title)
	}
	for _, r := range l.row {
		o := l.lines[r.hash]
		if o == nil {
			o = &occurrences{}
			l.lines[r.hash] = o
		}
		if o.found {
			continue
		}
		if o.add(p, &rest, r.hash); o.enough() {
			o.found = true
			l.found = append(l.found, string(bytes.TrimSpace(l.buf.buf[r.start:r.end])))
		}
	}
}

// title notes the headline of a page, and returns its hash.
func (l *learner) title(words string, page uint32) uint64 {
	l.buf.reset(position{})
	l.buf.add(decode(words))
	hash := xxh3.Hash(l.buf.buf)
	if l.buf.n == 0 {
		return hash
	}
	h := l.titles[hash]
	if h == nil {
		h = &headline{words: string(bytes.TrimSpace(l.buf.buf))}
		l.titles[hash] = h
	}
	h.pages.add(page)
	return hash
}

// result returns the lines that were found, sorted.
func (l *learner) result() []string {
	for hash, h := range l.titles {
		if o := l.lines[hash]; o != nil && !o.found && (o.pages.n > 1 || h.pages.n > 1 || o.pages.of != h.pages.of) {
			l.found = append(l.found, h.words)
		}
	}
	return slices.Sorted(slices.Values(l.found))
}

// read makes rows of the lines of a text, those that every site has left out.
func (l *learner) read(plain string) {
	l.row = l.row[:0]
	l.buf.reset(position{})
	for line := range lines(decode(plain)) {
		before := l.buf.mark()
		l.buf.add(line)
		words := l.buf.buf[before.size:]
		if n := l.buf.n - before.n; n == 0 || len(words) > maxLearned || general(words, n) {
			l.buf.reset(before)
			continue
		}
		l.row = append(l.row, row{xxh3.Hash(words), before.size, len(l.buf.buf)})
		if l.buf.n >= maxTokens {
			return
		}
	}
}

// views is how many looks are taken at a text to see whether it is another. One could be caught by a line of the site.
const views = 4

// besides stands for the lines of a text: its line of the smallest hash, of one of several hash functions, and the next
// one. Texts that share most of their lines mostly share it.
type besides struct{ line, least, next uint64 }

// besidesOf returns what one view sees of the lines of a text; instead stands for lines that are not there.
func besidesOf(rows []row, view, instead uint64) besides {
	b := besides{0, instead, instead}
	first, second := ^uint64(0), ^uint64(0)
	for _, r := range rows {
		switch h := mix(r.hash + view); {
		case h < first:
			b.next, second = b.least, first
			b.line, b.least, first = r.hash, h, h
		case h > first && h < second:
			b.next, second = h, h
		}
	}
	return b
}

// of is what the text is beside one of its lines.
func (b besides) of(line uint64) uint64 {
	if line == b.line {
		return b.next
	}
	return b.least
}

// Sites says which lines belong to which outlet. The zero value and nil know none. It does not change: With makes another one.
type Sites struct {
	of map[string]Boilerplate
}

// With returns sites that know these lines of outlets, too.
func (s *Sites) With(lines map[string][]string) *Sites {
	out := &Sites{make(map[string]Boilerplate)}
	if s != nil {
		maps.Copy(out.of, s.of)
	}
	for outlet, more := range lines {
		out.of[outlet] = out.of[outlet].with(Learned(more...))
	}
	return out
}

// Of returns what is known of an outlet; of an unknown one nothing is.
func (s *Sites) Of(outlet string) Boilerplate {
	if s == nil || outlet == "" {
		return Boilerplate{}
	}
	return s.of[outlet]
}
