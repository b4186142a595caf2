package store

import (
	"fmt"
	"time"

	"mediawatch/news"
)

// The limits of the contract, in bytes. Beside them: text is valid UTF-8 without NUL, times lie in the years 0 to 9999 (news.TimeInRange).
const (
	MaxName  = 1024      // a name in a key: of a watch, a digest, a follower, a recipient
	MaxPath  = 8192      // of a seed file; at least 1
	MaxTexts = 512 << 20 // summary, content and caption of an item together; text and HTML of an edition
)

// Refusal is why a document was refused: because of one of its items, or of one of its seed files. Without it the rest can be kept.
type Refusal struct {
	Item  news.ItemID // of the item, or that the file holds
	Title string      // of the item
	File  string      // path of the file; "": it is the item
	Err   error       // wraps ErrInvalid or ErrDamaged when the item or file itself is the reason
}

// Error names the item or file.
func (r *Refusal) Error() string {
	if r.File != "" {
		return fmt.Sprintf("file %q: %v", r.File, r.Err)
	}
	return fmt.Sprintf("item %s: %v", r.Item, r.Err)
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Fit brings every value of a document into the range of the contract, in place, so that no engine refuses it. What
// still cannot be kept (an item without id or with endless texts, a file whose path is no key) is removed from the
// document and returned. Whatever a person or a publisher wrote passes here on its way into a store; a new field of
// news.Item, news.Feed or news.File needs a line below, which a test demands.
func Fit(d *Document) []*Refusal {
	var refused []*Refusal
	fit := field{
		text: func(_ string, s *string) { *s = news.FitText(*s) },
		time: func(_ string, t *time.Time) {
			if !news.TimeInRange(*t) {
				*t = news.FitTime(*t)
			}
		},
	}
	fit.feed(&d.Feed)
	items := d.Items[:0]
	for i := range d.Items {
		fit.item(&d.Items[i].Item)
		if err := CheckItem(&d.Items[i].Item); err != nil {
			refused = append(refused, err)
			continue
		}
		items = append(items, d.Items[i])
	}
	d.Items = items
	files := d.Files[:0]
	for i := range d.Files {
		fit.file(&d.Files[i])
		if err := CheckFile(&d.Files[i]); err != nil {
			refused = append(refused, err)
			continue
		}
		files = append(files, d.Files[i])
	}
	d.Files = files
	return refused
}

// CheckFeed returns an error that wraps ErrInvalid when a state is outside the contract.
func CheckFeed(f *news.Feed) error {
	if f.ID.IsZero() {
		return fmt.Errorf("the feed %q has no id: %w", f.Address, ErrInvalid)
	}
	c := new(check)
	c.field().feed(f)
	if c.err != nil {
		return fmt.Errorf("feed %s: %w", f.ID, c.err)
	}
	return nil
}

// CheckItem returns what is wrong with an item that is outside the contract; nil when nothing is.
func CheckItem(it *news.Item) *Refusal {
	c := new(check)
	c.field().item(it)
	switch {
	case c.err != nil:
	case it.ID.IsZero():
		c.err = fmt.Errorf("it has no id: %w", ErrInvalid)
	case len(it.Summary)+len(it.Content)+len(it.Caption) > MaxTexts:
		c.err = fmt.Errorf("its texts are longer than %d bytes: %w", MaxTexts, ErrInvalid)
	}
	if c.err != nil {
		return &Refusal{Item: it.ID, Title: it.Title, Err: c.err}
	}
	return nil
}

// CheckFile returns what is wrong with the state of a seed file that is outside the contract; nil when nothing is.
func CheckFile(f *news.File) *Refusal {
	c := new(check)
	c.text("path", &f.Path)
	c.field().file(f)
	switch {
	case c.err != nil:
	case f.Feed.IsZero():
		c.err = fmt.Errorf("it belongs to no folder: %w", ErrInvalid)
	case f.Path == "" || len(f.Path) > MaxPath:
		c.err = fmt.Errorf("a path has 1 to %d bytes: %w", MaxPath, ErrInvalid)
	}
	if c.err != nil {
		return &Refusal{Item: f.Item, File: f.Path, Err: c.err}
	}
	return nil
}

// CheckName refuses what cannot be part of a key.
func CheckName(what, s string) error {
	if s == "" {
		return fmt.Errorf("%s is empty: %w", what, ErrInvalid)
	}
	if len(s) > MaxName {
		return fmt.Errorf("%s is longer than %d bytes: %w", what, MaxName, ErrInvalid)
	}
	return CheckText(what, s)
}

// CheckText refuses what is not UTF-8 without NUL.
func CheckText(what, s string) error {
	if !news.TextInRange(s) {
		return fmt.Errorf("%s is not UTF-8 without NUL: %w", what, ErrInvalid)
	}
	return nil
}

// CheckTime refuses years outside 0 to 9999.
func CheckTime(what string, t time.Time) error {
	if !news.TimeInRange(t) {
		return fmt.Errorf("%s lies outside the years 0 to 9999: %w", what, ErrInvalid)
	}
	return nil
}

// check remembers the first fault.
type check struct{ err error }

func (c *check) field() field {
	return field{text: c.text, time: func(what string, t *time.Time) {
		if c.err == nil {
			c.err = CheckTime(what, *t)
		}
	}}
}

func (c *check) text(what string, s *string) {
	if c.err == nil {
		c.err = CheckText(what, *s)
	}
}

// field is what is done to each text and each time of a value. It is the one list of them.
type field struct {
	text func(what string, s *string)
	time func(what string, t *time.Time)
}

func (f field) item(it *news.Item) {
	f.text("identity", &it.Identity)
	f.text("url", &it.URL)
	f.text("outlet", &it.Outlet)
	f.text("outlet evidence", &it.OutletEvidence)
	f.text("why it is backlog", &it.BacklogWhy)
	f.text("final url", &it.Origin.FinalURL)
	f.text("title", &it.Title)
	f.text("summary", &it.Summary)
	f.text("content", &it.Content)
	f.text("caption", &it.Caption)
	f.text("lang", &it.Lang)
	f.text("image", &it.Image)
	f.text("comments", &it.Comments)
	f.text("rights", &it.Rights)
	f.texts("subheading", it.Subheadings)
	f.texts("section", it.Section)
	f.texts("category", it.Categories)
	f.texts("tag", it.Tags)
	f.texts("cut line", it.Cut)
	for i := range it.Authors {
		a := &it.Authors[i]
		f.text("author", &a.Name)
		f.text("author email", &a.Email)
		f.text("author uri", &a.URI)
	}
	for i := range it.Enclosures {
		e := &it.Enclosures[i]
		f.text("enclosure", &e.URL)
		f.text("enclosure type", &e.Type)
	}
	f.time("seen", &it.Seen)
	f.time("at", &it.At)
	f.time("published", &it.Published.Time)
	f.time("updated", &it.Updated.Time)
	f.time("fetched", &it.Origin.At)
}

// feed leaves validators alone: they are kept as bytes.
func (f field) feed(s *news.Feed) {
	f.text("address", &s.Address)
	f.text("location", &s.Location)
	f.text("title", &s.Title)
	f.text("link", &s.Link)
	f.text("error", &s.Error)
	f.text("moved to", &s.MovedTo)
	f.text("proposed", &s.Proposed)
	f.texts("warning", s.Warnings)
	f.time("first read", &s.FirstRead)
	f.time("last try", &s.LastTry)
	f.time("last answer", &s.LastOK)
	f.time("last news", &s.LastNew)
	f.time("last full answer", &s.LastFull)
	f.time("next due", &s.NextDue)
	f.time("failing since", &s.FailSince)
	f.time("moved since", &s.MovedSince)
	f.time("searched", &s.Searched)
}

// file leaves the path alone: it is a key, and the way to the file.
func (f field) file(s *news.File) {
	f.text("identity", &s.Identity)
	f.text("error", &s.Error)
	f.time("modification time", &s.ModTime)
}

func (f field) texts(what string, list []string) {
	for i := range list {
		f.text(what, &list[i])
	}
}
