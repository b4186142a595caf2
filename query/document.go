package query

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/text"
)

// Facts are what is known about an item beside the item itself. The zero value is an item alone, of a feed nothing is known about.
type Facts struct {
	FeedTitle   string
	FeedAddress string        // as configured: URL or folder
	Tags        []string      // given by us to the feed or outlet; those of the item are its own
	Country     string        // of the outlet
	Outlets     int           // that carry the item's story; 0 counts as 1
	Relation    news.Relation // of the item within its story; "" counts as news.Original
	Edited      bool          // the item or its story was edited; an item with more than one revision is edited in any case
}

// Document is an item prepared for matching. It reads and tokenises each field once, when a clause first asks for it,
// and is therefore not safe for use by several goroutines at once.
type Document struct {
	item  *news.Item
	facts Facts

	texts    [textFields]*fieldText
	any      []fieldID
	host     string
	hostRead bool

	ctx     context.Context // nil: evaluation takes as long as it takes
	stopped bool            // ctx has ended
	steps   int

	spare [textFields][]text.Word // memory of an earlier item's words
}

// NewDocument prepares an item. The item must not change while the document is in use.
func NewDocument(it *news.Item, f Facts) *Document {
	return &Document{item: it, facts: f}
}

// Reset prepares d for another item, in the memory it has. What was said of the earlier item, evidence and clauses, stays as it is.
func (d *Document) Reset(it *news.Item, f Facts) {
	spare := d.spare
	for i, t := range d.texts {
		if t != nil && cap(t.words) > cap(spare[i]) && cap(t.words) <= maxSpare {
			spare[i] = t.words[:0]
		}
	}
	*d = Document{item: it, facts: f, spare: spare}
}

// Until lets the evaluation of d end early when ctx does. What Match and Explain say after that means nothing.
func (d *Document) Until(ctx context.Context) { d.ctx = ctx }

// over reports whether evaluation has to end. Every clause that may take long asks; most times it costs next to nothing.
func (d *Document) over() bool {
	if d.ctx == nil || d.stopped {
		return d.stopped
	}
	if d.steps++; d.steps%16 == 0 {
		d.stopped = d.ctx.Err() != nil
	}
	return d.stopped
}

// maxSpare is how many words' memory is kept for the next item: more than nearly all have.
const maxSpare = 8192

// fieldText is a text field of a document: its plain text and its words.
type fieldText struct {
	plain  string
	values []string
	words  []text.Word
	value  []int32 // which value each word belongs to; nil when the field has one value
	read   bool    // words is filled
	scans  int
	first  map[string]int32
	next   []int32 // for each word where it stands next; -1 nowhere

	doc      *Document
	prefixes int     // searches for the beginning of a word
	sorted   []int32 // the places of all words, in the order of the words; nil until it pays
	folded   string  // plain, case folded
}

// manyScans is after how many searches through the words a table of them pays.
const manyScans = 24

// text returns a text field with its words.
func (d *Document) text(f fieldID) *fieldText {
	t := d.plain(f)
	if t.read {
		return t
	}
	t.read = true
	t.words, d.spare[f] = text.AppendWords(d.spare[f], t.plain), nil
	if len(t.values) > 1 {
		t.value = valueOf(t.words, t.values)
	}
	return t
}

// valueOf tells for each word which of the values, joined by two line ends, it stands in.
func valueOf(words []text.Word, values []string) []int32 {
	of := make([]int32, len(words))
	v, end := 0, len(values[0])
	for i, w := range words {
		for w.Start >= end && v+1 < len(values) {
			v++
			end += len(between) + len(values[v])
		}
		of[i] = int32(v)
	}
	return of
}

// between separates the values of a field that may have several.
const between = "\n\n"

// plain returns a text field whose words may not have been read yet.
func (d *Document) plain(f fieldID) *fieldText {
	if d.texts[f] == nil {
		values := d.values(f)
		d.texts[f] = &fieldText{plain: strings.Join(values, between), values: values, doc: d}
	}
	return d.texts[f]
}

// bodyText is the whole text, subheadings included.
func (d *Document) bodyText() string {
	plain := text.Plain(d.item.HTML())
	for _, s := range d.item.Subheadings {
		if !strings.Contains(plain, s) {
			plain += between + s
		}
	}
	return plain
}

// summary returns the summary of an item that has a content, too, if it says anything that the content does not.
func (d *Document) summary() string {
	if d.item.Content == "" || d.item.Summary == "" {
		return ""
	}
	own := text.Plain(d.item.Summary)
	if strings.Contains(d.plain(fieldBody).plain, own) {
		return ""
	}
	return own
}

// values returns the values of a text field.
func (d *Document) values(f fieldID) []string {
	it := d.item
	switch f {
	case fieldTitle:
		return filled(it.Title)
	case fieldBody:
		return filled(d.bodyText())
	case fieldLead:
		return filled(text.FirstParagraph(it.HTML()), d.summary())
	case fieldCaption:
		return filled(it.Caption)
	case fieldSection:
		return filled(it.Section...)
	case fieldURL:
		return filled(it.URL)
	case fieldOutlet:
		return filled(it.Outlet)
	case fieldFeed:
		return filled(d.facts.FeedTitle, d.facts.FeedAddress)
	case fieldTag:
		return filled(append(slices.Clone(d.facts.Tags), it.Tags...)...)
	case fieldCategory:
		return filled(append(slices.Clone(it.Categories), it.Section...)...)
	case fieldAuthor:
		var names []string
		for _, a := range it.Authors {
			name := a.Name
			if name == "" {
				name = a.Email
			}
			names = append(names, name)
		}
		return filled(names...)
	}
	return nil
}

// filled returns the values that are not empty.
func filled(values ...string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// fields returns the text fields that a clause on f looks into. The lead is the beginning of the body, so without a field it is
// looked into only when a summary says more.
func (d *Document) fields(f fieldID) []fieldID {
	if f != fieldAny {
		return []fieldID{f}
	}
	if d.any == nil {
		d.any = []fieldID{fieldTitle}
		if d.summary() != "" {
			d.any = append(d.any, fieldLead)
		}
		d.any = append(d.any, fieldBody)
		if d.item.Caption != "" {
			d.any = append(d.any, fieldCaption)
		}
	}
	return d.any
}

// hostName returns the host of the item's address, in lower case, without www.
func (d *Document) hostName() string {
	if !d.hostRead {
		d.hostRead = true
		if u, err := url.Parse(d.item.URL); err == nil {
			d.host = strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
		}
	}
	return d.host
}

// Field returns the plain text of a field, or its value: what the offsets of an evidence refer to; several values are
// separated by an empty line. The name may be an alias. An unknown or missing field is "".
func (d *Document) Field(name string) string {
	f := fieldByName[name]
	if f == nil {
		return ""
	}
	if f.id < textFields {
		return d.plain(f.id).plain
	}
	return d.value(f.id)
}

// value returns the value of a field that is no text field, as output shows it; "" when the item has none.
func (d *Document) value(f fieldID) string {
	switch f {
	case fieldSite:
		return d.hostName()
	case fieldCountry:
		return d.facts.Country
	case fieldLang:
		return d.item.Lang
	case fieldKind:
		return d.item.Kind.String()
	case fieldIs:
		return strings.Join(d.states(), " ")
	case fieldDate, fieldPublished, fieldSeen:
		if t := d.time(f); !t.IsZero() {
			return t.UTC().Format(time.RFC3339)
		}
	case fieldWords, fieldOutlets:
		return itoa(d.number(f))
	}
	return ""
}

// time returns the time a clause on f compares with; zero when there is none.
func (d *Document) time(f fieldID) time.Time {
	switch f {
	case fieldPublished:
		return d.item.Published.Time
	case fieldSeen:
		return d.item.Seen
	}
	return d.item.Time()
}

func (d *Document) number(f fieldID) int {
	if f == fieldOutlets {
		return max(1, d.facts.Outlets)
	}
	return len(d.text(fieldBody).words)
}

// The states that is: asks for.
const (
	isOriginal   = "original"
	isSyndicated = "syndicated"
	isEdited     = "edited"
	isUndated    = "undated"
)

// states returns the states the item is in.
func (d *Document) states() []string {
	var out []string
	for _, s := range []string{isOriginal, isSyndicated, isEdited, isUndated} {
		if d.is(s) {
			out = append(out, s)
		}
	}
	return out
}

func (d *Document) is(state string) bool {
	first := d.facts.Relation == "" || d.facts.Relation == news.Original
	switch state {
	case isOriginal:
		return first
	case isSyndicated:
		return d.facts.Outlets > 1 || !first && d.facts.Relation != news.SamePage
	case isEdited:
		return d.facts.Edited || d.item.N > 1
	case isUndated:
		return d.item.Published.IsZero()
	}
	return false
}

// from returns the first place at or after i where word stands; -1 when there is none.
func (t *fieldText) from(word string, i int) int {
	if t.first == nil {
		for ; i < len(t.words); i++ {
			if t.words[i].Text == word {
				return i
			}
		}
		return -1
	}
	if i > 0 && t.words[i-1].Text == word {
		return int(t.next[i-1])
	}
	at, ok := t.first[word]
	if !ok {
		return -1
	}
	for at >= 0 && int(at) < i {
		at = t.next[at]
	}
	return int(at)
}

// search is called before a search through all words: from the 25th on there is a table.
func (t *fieldText) search() {
	t.scans++
	if t.scans != manyScans || t.first != nil {
		return
	}
	t.first = make(map[string]int32, len(t.words))
	t.next = make([]int32, len(t.words))
	for i := len(t.words) - 1; i >= 0; i-- {
		w := t.words[i].Text
		t.next[i] = -1
		if at, ok := t.first[w]; ok {
			t.next[i] = at
		}
		t.first[w] = int32(i)
	}
}

// beginning returns the places of the words that begin with prefix, in order, from a table of the sorted words; false
// while there have been too few searches for one to pay.
func (t *fieldText) beginning(prefix string) ([]int32, bool) {
	if t.prefixes++; t.prefixes < manyScans {
		return nil, false
	}
	if t.sorted == nil {
		t.sorted = make([]int32, len(t.words))
		for i := range t.sorted {
			t.sorted[i] = int32(i)
		}
		slices.SortFunc(t.sorted, func(a, b int32) int {
			return cmp.Or(strings.Compare(t.words[a].Text, t.words[b].Text), cmp.Compare(a, b))
		})
	}
	from, _ := slices.BinarySearchFunc(t.sorted, prefix, func(at int32, prefix string) int { return strings.Compare(t.words[at].Text, prefix) })
	to := from
	for to < len(t.sorted) && strings.HasPrefix(t.words[t.sorted[to]].Text, prefix) {
		to++
	}
	if from == to {
		return nil, true
	}
	places := slices.Clone(t.sorted[from:to])
	slices.Sort(places)
	return places, true
}

// together reports whether words i and j stand in the same value.
func (t *fieldText) together(i, j int) bool {
	return t.value == nil || t.value[i] == t.value[j]
}
