package bolt

import (
	"fmt"

	"mediawatch/news"
	"mediawatch/store"
)

// num finds the number of an item; pending ones of a running Append are not seen.
func (t *txn) num(id news.ItemID) (uint64, bool, error) { return t.getNum(bkIDs, id[:]) }

// head reads the head of a number.
func (t *txn) head(num uint64) (headRecord, error) {
	var h headRecord
	key := numKey(num)
	p, ok, err := t.get(bkHeads, key)
	if err != nil {
		return h, err
	}
	if !ok {
		return h, damaged(bkHeads, key, "missing")
	}
	return h, h.decode(key, p)
}

// headOf reads number and head of an id.
func (t *txn) headOf(id news.ItemID) (num uint64, h headRecord, ok bool, err error) {
	num, ok, err = t.num(id)
	if !ok || err != nil {
		return 0, h, false, err
	}
	h, err = t.head(num)
	if err == nil && h.ID != id {
		err = damaged(bkIDs, id[:], "it leads to another item")
	}
	return num, h, err == nil, err
}

// idOf is the id of a number.
func (t *txn) idOf(num uint64) (news.ItemID, error) {
	h, err := t.head(num)
	return h.ID, err
}

// known is the number of an item that must be there.
func (t *txn) known(what string, id news.ItemID) (uint64, error) {
	num, ok, err := t.num(id)
	if err == nil && !ok {
		err = fmt.Errorf("%s %s is not in the store: %w", what, id, store.ErrInvalid)
	}
	return num, err
}

func (t *txn) revision(num uint64, n int) (*revisionRecord, error) {
	r := new(revisionRecord)
	key := revisionKey(num, n)
	ok, err := t.getRecord(bkRevisions, key, r)
	if err == nil && !ok {
		err = damaged(bkRevisions, key, "missing")
	}
	return r, err
}

func (t *txn) origin(num uint64) (news.Origin, error) {
	if o, ok := t.origins[num]; ok {
		return o, nil
	}
	var r originRecord
	key := numKey(num)
	ok, err := t.getRecord(bkOrigins, key, &r)
	if err == nil && !ok {
		err = damaged(bkOrigins, key, "missing")
	}
	if err != nil {
		return news.Origin{}, err
	}
	o := news.Origin{Raw: toHash(r.Raw), At: fromMicros(r.At), FinalURL: r.FinalURL, Status: r.Status}
	if t.origins == nil {
		t.origins = make(map[uint64]news.Origin)
	}
	t.origins[num] = o
	return o, nil
}

// item reads an item in revision n; 0 is the newest, which comes with the origin of the first.
func (t *txn) item(num uint64, h *headRecord, n int) (news.Item, error) {
	at := n
	if at == 0 {
		at = h.N
	}
	r, err := t.revision(num, at)
	if err != nil {
		return news.Item{}, err
	}
	it := r.item()
	it.ID, it.Seq, it.N, it.Fingerprint, it.Pruned = h.ID, seqOf(num), at, h.Fingerprint, h.Pruned
	origin := r.Origin
	if n == 0 && r.FirstOrigin != 0 {
		origin = r.FirstOrigin
	}
	if it.Origin, err = t.origin(origin); err != nil {
		return news.Item{}, err
	}
	into := [...]*string{&it.Summary, &it.Content, &it.Caption}
	for i, text := range r.texts() {
		*into[i] = text.Inline
		if text.Body == 0 {
			continue
		}
		body, err := t.body(text.Body)
		if err != nil {
			return news.Item{}, err
		}
		*into[i] = string(body)
	}
	return it, nil
}

// item is what the record alone tells.
func (r *revisionRecord) item() news.Item {
	it := news.Item{
		Kind: news.Kind(r.Kind), Identity: r.Identity, URL: r.URL, Outlet: r.Outlet, OutletEvidence: r.Evidence,
		Seen: fromMicros(r.Seen), Backlog: r.Backlog, BacklogWhy: r.BacklogWhy,
		Revision: news.Revision{
			At: fromMicros(r.At), Title: r.Title, Subheadings: r.Subheadings, Section: r.Section, Categories: r.Categories, Tags: r.Tags,
			Published: news.Stamp{Time: fromMicros(r.Published), Certainty: news.Certainty(r.PublishedAs)},
			Updated:   news.Stamp{Time: fromMicros(r.Updated), Certainty: news.Certainty(r.UpdatedAs)},
			Lang:      r.Lang, Image: r.Image, Comments: r.Comments, Rights: r.Rights, Cut: r.Cut, Keys: r.keys(),
		},
	}
	if r.SameURL {
		it.URL = r.Identity
	}
	copy(it.Feed[:], r.Feed)
	for _, p := range r.Authors {
		it.Authors = append(it.Authors, news.Person(p))
	}
	for _, e := range r.Enclosures {
		it.Enclosures = append(it.Enclosures, news.Enclosure(e))
	}
	return it
}

// fill writes what it says into the record, all but texts and origins.
func (r *revisionRecord) fill(it *news.Item) {
	*r = revisionRecord{
		Feed: it.Feed[:], Kind: uint8(it.Kind), Identity: it.Identity, URL: it.URL, Outlet: it.Outlet, Evidence: it.OutletEvidence,
		Seen: micros(it.Seen), Backlog: it.Backlog, BacklogWhy: it.BacklogWhy, At: micros(it.At), Title: it.Title, Subheadings: it.Subheadings, Section: it.Section,
		Categories: it.Categories, Tags: it.Tags, Published: micros(it.Published.Time), PublishedAs: uint8(it.Published.Certainty),
		Updated: micros(it.Updated.Time), UpdatedAs: uint8(it.Updated.Certainty), Lang: it.Lang, Image: it.Image, Comments: it.Comments,
		Rights: it.Rights, Cut: it.Cut, KeyVersion: it.Keys.Version, KeyURL: hashBytes(&it.Keys.URL), KeyContent: hashBytes(&it.Keys.Content),
		KeyGist: hashBytes(&it.Keys.Gist),
	}
	if r.SameURL = r.URL != "" && r.URL == r.Identity; r.SameURL {
		r.URL = ""
	}
	for _, p := range it.Authors {
		r.Authors = append(r.Authors, personRecord(p))
	}
	for _, e := range it.Enclosures {
		r.Enclosures = append(r.Enclosures, enclosureRecord(e))
	}
}

// keep makes it what it will be when read back: times cut to microseconds in UTC, empty lists nil, memory of its own.
func keep(it news.Item) news.Item {
	it.Seen, it.At = keptTime(it.Seen), keptTime(it.At)
	it.Published.Time, it.Updated.Time = keptTime(it.Published.Time), keptTime(it.Updated.Time)
	it.Origin.At = keptTime(it.Origin.At)
	it.Subheadings, it.Section = cloned(it.Subheadings), cloned(it.Section)
	it.Categories, it.Tags, it.Cut = cloned(it.Categories), cloned(it.Tags), cloned(it.Cut)
	it.Authors, it.Enclosures = cloned(it.Authors), cloned(it.Enclosures)
	return it
}

// cloned is a copy; nil when empty.
func cloned[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return append(make([]T, 0, len(s)), s...)
}

// checkTexts takes names and texts in turn.
func checkTexts(pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := store.CheckText(pairs[i], pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}
