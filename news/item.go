package news

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Seq is a position in the store's journal, from 1. It is the only cursor of the program; 0 means "before everything".
type Seq uint64

// Hash is a SHA-256 sum. The zero Hash means "none".
type Hash [sha256.Size]byte

// IsZero reports whether h is "none".
func (h Hash) IsZero() bool { return h == Hash{} }

// String returns h as 64 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ItemID names an item for ever. It is derived from where the item was published, never from when it was read.
type ItemID [16]byte

// IsZero reports whether id names nothing.
func (id ItemID) IsZero() bool { return id == ItemID{} }

// String returns id as 32 hexadecimal digits.
func (id ItemID) String() string { return hex.EncodeToString(id[:]) }

// ErrBadID is what ParseItemID returns for anything that is not 32 hexadecimal digits.
var ErrBadID = errors.New("not an item id: 32 hexadecimal digits expected")

// ParseItemID is the inverse of ItemID.String.
func ParseItemID(s string) (ItemID, error) {
	var id ItemID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("%q: %w", s, ErrBadID)
	}
	copy(id[:], b)
	return id, nil
}

// NewItemID derives the id of the item that feed knows by identity. The identity is the publisher's own
// (atom:id, guid, rdf:about, JSON id), else the canonical link, else a hash of headline and text, else for a seed file its path.
func NewItemID(feed FeedID, identity string) ItemID {
	h := sha256.New()
	h.Write([]byte("mediawatch item 1\n"))
	h.Write(feed[:])
	h.Write([]byte(identity))
	var id ItemID
	copy(id[:], h.Sum(nil))
	return id
}

// Certainty says how sure we are of a stated time.
type Certainty uint8

// The certainties, from none to exact.
const (
	CertaintyNone     Certainty = iota // no time was stated
	CertaintyInferred                  // deduced from something that is not a statement of publication
	CertaintyDay                       // only the day is known; the time of day is 00:00
	CertaintyZone                      // date and time are stated, the zone is assumed
	CertaintyExact                     // date, time and zone are stated
)

var certaintyNames = [...]string{"none", "inferred", "day", "zone assumed", "exact"}

// String returns the word used in output: none, inferred, day, zone assumed, exact.
func (c Certainty) String() string {
	if int(c) < len(certaintyNames) {
		return certaintyNames[c]
	}
	return fmt.Sprintf("certainty(%d)", uint8(c))
}

// Stamp is a time as stated by a publisher, in UTC, with how sure we are of it. The zero Stamp is "not stated".
type Stamp struct {
	Time      time.Time
	Certainty Certainty
}

// IsZero reports whether nothing was stated.
func (s Stamp) IsZero() bool { return s.Time.IsZero() }

// Person is an author.
type Person struct {
	Name  string
	Email string
	URI   string
}

// Enclosure is a file that belongs to an item. Length is in bytes, 0 when unknown.
type Enclosure struct {
	URL    string
	Type   string
	Length int64
}

// KeyVersion is the version of the normal form and of the canonical URL that the current program computes keys with.
const KeyVersion = 1

// Keys are the exact identities of a revision, all computed with one Version. A zero Hash means "has no such identity".
type Keys struct {
	Version uint8
	URL     Hash // canonical URL
	Content Hash // the words of the text
	Gist    Hash // the longest sentences of the text
}

// Revision is one state of an item, as published. All text is valid UTF-8 without NUL; Title, Caption, Subheadings and
// Lead-like fields are plain text, Summary and Content are sanitised HTML with absolute URLs.
type Revision struct {
	N           int       // from 1
	At          time.Time // when we first saw this state, UTC
	Title       string
	Summary     string
	Content     string
	Caption     string
	Subheadings []string
	Section     []string // the publisher's path, outermost first
	Categories  []string
	Tags        []string // given by the person who saved the article (seed files), as others are to feeds and outlets
	Authors     []Person
	Published   Stamp
	Updated     Stamp
	Lang        string // BCP 47, lower case; "" unknown
	Image       string
	Enclosures  []Enclosure
	Comments    string
	Rights      string
	Cut         []string // lines taken for boilerplate (seed files)
	Keys        Keys
}

// HTML returns the fullest text of the revision: its content, else its summary.
func (r *Revision) HTML() string {
	if r.Content != "" {
		return r.Content
	}
	return r.Summary
}

// Origin says how the bytes an item was read from reached us. It is evidence and never changes.
type Origin struct {
	Raw      Hash // SHA-256 of the document or file as received
	At       time.Time
	FinalURL string // after redirects; for a seed file its path
	Status   int    // HTTP status; 0 for a file
}

// Why an item is backlog.
const (
	WhyFirst   = "first reading" // what a source held when it was first read
	WhyImport  = "import"
	WhyArchive = "archive" // many old entries at once in a feed that was read before
	WhyOld     = "old"     // a file of an old article in a folder that was read before
)

// Item is one publication by one outlet in its newest revision. Three outlets that print one text are three items.
type Item struct {
	ID             ItemID
	Seq            Seq // of its first event; 0 before it was appended
	Feed           FeedID
	Kind           Kind
	Identity       string    // what NewItemID was given
	URL            string    // canonical and absolute; "" unknown
	Outlet         string    // "" unknown; unknown is never equal to unknown
	OutletEvidence string    // why we think so
	Seen           time.Time // first seen by us, UTC
	Backlog        bool      // was there before we watched: kept, never announced
	BacklogWhy     string    // one of the Why words; "" not backlog, or of an item that an earlier version kept
	Pruned         bool      // old: its texts were removed, and are empty
	Fingerprint    uint64    // of the state as received; lets known items stop before any costly work
	Origin         Origin
	Revision       // the newest, or the one that was asked for
}

// Time is the effective time of the item: the earlier of published and first seen; undated or in the future is first seen.
func (it *Item) Time() time.Time {
	if !it.Published.IsZero() && it.Published.Time.Before(it.Seen) {
		return it.Published.Time
	}
	return it.Seen
}

// LateAfter is how long before its arrival an item may say that it was published and still stand at that time in lists.
const LateAfter = 24 * time.Hour

// Listed is where the item stands in lists for people: at its effective time, but at its arrival when it was published
// more than LateAfter before, so that nobody misses it below what was read already. Backlog stands at its effective
// time: an archive of old articles is not what is new.
func (it *Item) Listed() time.Time {
	if t := it.Time(); it.Backlog || it.Seen.Sub(t) <= LateAfter {
		return t
	}
	return it.Seen
}
