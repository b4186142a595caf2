package news

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says what sort of feed an item came through.
type Kind uint8

// The kinds of feed.
const (
	KindFeed Kind = iota // a web feed
	KindSeed             // a folder of seed files
)

// String returns "feed" or "seed".
func (k Kind) String() string {
	if k == KindSeed {
		return "seed"
	}
	return "feed"
}

// FeedID names a subscription, or a seed folder, which is kept like one.
type FeedID [8]byte

// NewFeedID derives the id from the configured URL, or from the folder as written in the configuration.
func NewFeedID(kind Kind, address string) FeedID {
	sum := sha256.Sum256([]byte("mediawatch feed 1\n" + kind.String() + "\n" + address))
	return FeedID(sum[:8])
}

// ImportPrefix begins the address of what was imported: it stands where a seed folder has its name.
const ImportPrefix = "import:"

// IsImport reports whether the source with that address is an archive that was imported.
func IsImport(address string) bool { return strings.HasPrefix(address, ImportPrefix) }

// IsZero reports whether id names nothing.
func (id FeedID) IsZero() bool { return id == FeedID{} }

// String returns id as 16 hexadecimal digits.
func (id FeedID) String() string { return hex.EncodeToString(id[:]) }

// ParseFeedID is the inverse of FeedID.String.
func ParseFeedID(s string) (FeedID, error) {
	var id FeedID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("%q is not a feed id: 16 hexadecimal digits expected", s)
	}
	copy(id[:], b)
	return id, nil
}

// Feed is what the store knows about a subscription or a seed folder beside its items: where it is, what its server
// last said, and when it is due.
type Feed struct {
	ID       FeedID
	Kind     Kind
	Address  string // as configured: URL or folder
	Location string // the URL to ask now: Address, or where permanent redirects led
	Title    string // as the document states it
	Link     string // the site, as the document states it

	ETag         string // byte-exact; "" none
	LastModified string // byte-exact; "" none
	Body         Hash   // of the last 200 response; an unchanged body is not parsed

	FirstRead time.Time // when it was first read to the end; zero: never, so what it holds is backlog
	LastTry   time.Time
	LastOK    time.Time
	LastNew   time.Time // last time it held something new
	LastFull  time.Time // last unconditional answer
	NextDue   time.Time
	Interval  time.Duration // the current pace
	Rhythm    Rhythm        // of its news
	MinGap    time.Duration // the publisher's ttl or updatePeriod; 0 none
	SkipHours uint32        // bit h: the publisher asks not to be asked in hour h, UTC
	SkipDays  uint8         // bit d: nor on weekday d (Sunday is 0), UTC

	Status    int    // of the last answer; 0 when there was none
	Error     string // of the last try; "" when it went well
	Failures  int    // in a row
	FailSince time.Time
	Warnings  []string // of the last document that was read

	MovedTo    string // a permanent redirect waiting for confirmation
	MovedCount int
	MovedSince time.Time
	Gone       bool // 410: not asked again until a person says so
	Paused     bool
	Items      int64 // ever appended

	Searched time.Time // when its site was last searched for another feed, because this one failed; zero: not since it answered
	Proposed string    // what was found there: for a person to decide

	Delays []time.Duration // from publication to first sight, of the newest items that state a time of day; at most DelaysKept, the newest last
}

// DelaysKept is how many delays the state of a feed holds.
const DelaysKept = 31

// Delay returns the median time from publication to first sight; 0 while fewer than five items tell.
func (f *Feed) Delay() time.Duration {
	if len(f.Delays) < 5 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(f.Delays))
	return sorted[len(sorted)/2]
}

// Rhythm is how far apart a feed's news come.
type Rhythm struct {
	Mean    time.Duration // recent intervals count more
	Longest time.Duration // fading
	Count   int           // intervals seen
}

// File is what the store knows about one seed file.
type File struct {
	Feed     FeedID
	Path     string // below the folder, with slashes
	Size     int64
	ModTime  time.Time
	Raw      Hash
	Item     ItemID
	Identity string // of the item: the path, or the path with a counter when another article took it over
	Error    string // why it could not be read; "" when it was
}
