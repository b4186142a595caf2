package store

import (
	"context"
	"errors"
	"time"

	"mediawatch/files"
	"mediawatch/news"
)

// DefaultPage is how many values a list returns when it is not told.
const DefaultPage = 100

// The errors an engine returns, wrapped with what it was doing.
var (
	ErrNotFound = errors.New("not found")
	ErrLocked   = errors.New("the store is in use by another process")
	ErrDamaged  = errors.New("the store is damaged")
	ErrFull     = errors.New("no space left for the store")
	ErrSchema   = errors.New("the store was written by a newer version")
	ErrOld      = errors.New("the store was written by an older version and is not upgraded yet") // only when it was opened read-only
	ErrInvalid  = errors.New("not a value the store can keep")
	ErrMoved    = errors.New("the cursor has moved") // compare-and-set failed: somebody else did this work
	ErrFenced   = errors.New("the lease was lost")
	ErrClosed   = errors.New("the store is closed")
)

// Journal is what ingest appends to and everybody reads.
type Journal interface {
	// Append writes whole documents: items, revisions, keys, feed and file states, and one event for each new item and revision, in one
	// transaction. Which items are new is decided inside it, by ItemID and, for known ones, by State:
	// an item whose State equals the newest kept one is only seen again; otherwise it becomes the next revision.
	// A forgotten item stays forgotten. Appending the same batch twice adds nothing the second time.
	Append(ctx context.Context, batch Batch) (Receipt, error)

	// Heads tells for each id whether it is known, in the order asked. It is how known items stop before any costly work.
	Heads(ctx context.Context, ids []news.ItemID) ([]Head, error)

	// Events returns events with Seq > after in order of Seq.
	Events(ctx context.Context, after news.Seq, limit int) ([]Event, error)

	// Head returns the newest Seq that a reader can see; 0 in an empty store. No event will ever appear at or below it.
	Head(ctx context.Context) (news.Seq, error)

	// Items returns the items in the revisions asked for, in the order asked. What does not exist or was forgotten is left zero.
	Items(ctx context.Context, refs []Ref) ([]news.Item, error)

	// Recent returns items in their newest revisions in falling order of Seq, beginning below before (0: at the newest).
	Recent(ctx context.Context, before news.Seq, limit int) ([]news.Item, error)

	// Latest returns items in their newest revisions as lists for people show them: by falling Item.Listed, those of
	// one time by falling Seq, beginning behind a spot (zero: at the newest). With a watch, only items that match it;
	// with "", all. What was forgotten is left out.
	Latest(ctx context.Context, watch string, behind Spot, limit int) ([]news.Item, error)

	// Resolve returns the ids of items whose hexadecimal form begins with prefix, at most limit, so that people may abbreviate.
	Resolve(ctx context.Context, prefix string, limit int) ([]news.ItemID, error)

	// Forget removes an item's texts for good and leaves a tombstone with the reason, so that it never returns. ErrNotFound for an
	// unknown id; forgetting twice is the same as once.
	Forget(ctx context.Context, id news.ItemID, reason string, at time.Time) error
}

// Batch is a number of documents that were read to the end, in the order they finished.
type Batch struct {
	Documents []Document
}

// Document is what one read of a feed or of seed files brought. Feed state and items are kept together or not at all.
type Document struct {
	Feed  news.Feed   // the whole new state; replaces the old. Items is maintained by the engine, the given value is ignored
	Items []News      // in document order; may be empty (304, or a failure that changes only the feed state)
	Files []news.File // seed files read, or failed to read
}

// News is an item on its way into the store.
type News struct {
	Item  news.Item // Seq and N are given by the store
	State news.Hash // of headline and words: another value under the same id is a revision
}

// Receipt tells what Append did. New and Revised hold the items as kept (Seq and N set), so that followers need not read them back.
type Receipt struct {
	New     []news.Item
	Revised []news.Item
	Known   int // items seen again
	Head    news.Seq
}

// Head is what is known of an item without reading it.
type Head struct {
	Known       bool
	Forgotten   bool
	Fingerprint uint64
	State       news.Hash
	N           int // of the newest revision
	Seq         news.Seq
}

// Ref names a revision of an item; N 0 is the newest.
type Ref struct {
	Item news.ItemID
	N    int
}

// Spot is where an item stands in lists for people. It is no cursor: what arrives later may stand before it.
type Spot struct {
	At  time.Time // Item.Listed
	Seq news.Seq
}

// SpotOf is where it stands.
func SpotOf(it *news.Item) Spot { return Spot{At: it.Listed(), Seq: it.Seq} }

// EventKind says what an event tells.
type EventKind uint8

// The kinds of event.
const (
	EventItem     EventKind = iota + 1 // a new item; N is 1
	EventRevision                      // N is the new revision
	EventStory                         // the story Item (its id) changed
	EventMatch                         // Watch has a new line for Item in its log
	EventForgot                        // the item was forgotten
)

// Event is a line of the journal.
type Event struct {
	Seq   news.Seq
	Kind  EventKind
	Item  news.ItemID // the item, or the story's id
	N     int
	Watch string
}

// Derived is what followers keep: stories, matches, published entries, and how far each follower has come.
type Derived interface {
	// Cursor returns where a follower stands; the zero Cursor when it never committed.
	Cursor(ctx context.Context, follower string) (Cursor, error)

	// Commit writes what a follower derived together with its new cursor, if its cursor is still d.From (compared whole), else ErrMoved.
	// See Derivation for the meaning of each part. Committing what is already there changes nothing but the cursor and makes no event.
	Commit(ctx context.Context, d Derivation) error

	// ItemsByKey returns for each key the items that carry it in any revision, in the order they came to carry it, at most limit each.
	ItemsByKey(ctx context.Context, keys []Key, limit int) ([][]KeyHit, error)

	// Stories returns the stories that the given items (or story ids, or aliases) belong to, in the order asked. An item without copies is a
	// story of one. Unknown ids give a zero Story.
	Stories(ctx context.Context, items []news.ItemID) ([]news.Story, error)

	// RecentStories returns stories of two and more members in falling order of Seq, beginning below before (0: at the newest).
	RecentStories(ctx context.Context, before news.Seq, limit int) ([]news.Story, error)

	// MatchEvents returns the log of a watch: lines with Seq > after in order of Seq.
	MatchEvents(ctx context.Context, watch string, after news.Seq, limit int) ([]news.MatchEvent, error)

	// Matches returns, for each item asked, its matches in all watches, ordered by watch.
	Matches(ctx context.Context, items []news.ItemID) ([][]news.Match, error)

	// Tallies returns, for each watch asked, how much matches it.
	Tallies(ctx context.Context, watches []string) ([]Tally, error)

	// Signatures returns what the linker keeps of revisions, those with Seq > after in order of Seq.
	Signatures(ctx context.Context, after news.Seq, limit int) ([]Signature, error)

	// Boilerplate returns the lines of outlets after the given name, in order of name; those of an outlet in the order of their bytes.
	Boilerplate(ctx context.Context, after string, limit int) ([]Boilerplate, error)

	// Entries returns what the watch's published feed may show, hidden ones left out: announced entries first, newest Seq first, then backlog
	// entries by falling effective time of their item at publication. Offset counts entries.
	Entries(ctx context.Context, watch string, offset, limit int) ([]news.Entry, error)
}

// Tally is how much matches a watch.
type Tally struct {
	Matches int64
	Last    time.Time // when the newest match of its log became one, whether it still holds or not; of backlog: when it was found
}

// Cursor is how far a follower has come.
type Cursor struct {
	Seq     news.Seq // everything up to here is derived
	Replay  news.Seq // up to here it is recomputing: what it finds is backlog; 0 when it is not
	Version string   // with what it was computed: algorithm version, hash of the query
}

// Derivation is what a follower commits.
type Derivation struct {
	Follower string
	From, To Cursor

	// Places tell for items whether they belong to another item's story. Equal places make no event; a changed one makes one
	// EventStory for each story it touches.
	Places []Place

	// Signatures are kept under the Seq of their events; one that is there already is replaced. They make no event.
	// With a forgotten item its signatures go, and are not kept again.
	Signatures []Signature

	// SignaturesFrom, when it is not 0, removes the signatures with a smaller Seq: they have left the window.
	SignaturesFrom news.Seq

	// Boilerplate adds lines to those of outlets. A line that is there already keeps its version. Nothing ever removes
	// one, and they make no event.
	Boilerplate []Boilerplate

	// Matches are items that match. A match that is already there keeps Seq, At, Rev and Backlog; its evidence is
	// replaced. A new one gets the next Seq, an EventMatch and a line in the watch's log, and publishes an Entry for
	// its Group when there is none: always when it is announced; a backlog one only while the watch has fewer than Fill
	// entries.
	Matches []Matched

	// Revised are items that already match and got a new revision: a ChangeRevised line in the log; Updated of the entry that shows the
	// item moves to At. A line that is already there (same item and revision) is not added again.
	Revised []Revised

	// Unmatched are items that do not match in revision Rev: their match is removed if it was made by that revision. An entry without any
	// match is hidden; it shows again, under the same id, when something in its group matches again.
	Unmatched []Unmatched
}

// Signature is what the linker keeps of a revision to find its near copies again after a restart without reading texts.
// It is derived: a linker that is set back computes and keeps it again. What Data says is the linker's own affair.
type Signature struct {
	Seq  news.Seq // of the revision's event
	Item news.ItemID
	N    int
	Data []byte // at most MaxSignature
}

// MaxSignature is how many bytes a signature may have.
const MaxSignature = 1024

// Boilerplate is the lines that an outlet puts around its texts, as the linker learned them.
type Boilerplate struct {
	Outlet string
	Lines  []SiteLine
}

// SiteLine is one of them, in normal form, with the number of the learning that brought it. What a number says never changes.
type SiteLine struct {
	Line    string
	Version int // from 1
}

// Fill is how many entries a published feed has before backlog no longer adds to it.
const Fill = 100

// Place says which story an item belongs to. Story == Item means "alone, or the original".
type Place struct {
	Item     news.ItemID
	Story    news.ItemID // id of the first-arrived member
	Relation news.Relation
	Score    float64
	Of       news.ItemID
}

// Matched is a match to be kept and the entry that may stand for it.
type Matched struct {
	Match news.Match // Seq is given by the store
	UUID  string     // for the entry, if this match publishes one
	Time  time.Time  // effective time of the item: orders backlog entries
}

// Revised says that a relevant item has a new revision.
type Revised struct {
	Watch string
	Item  news.ItemID
	Rev   int
	At    time.Time
	// Backlog is set when this is found while recomputing.
	Backlog bool
}

// Unmatched says that an item does not match in a revision.
type Unmatched struct {
	Watch string
	Item  news.ItemID
	Rev   int
}

// KeyKind is the kind of an exact key.
type KeyKind uint8

// The kinds of exact key.
const (
	KeyURL KeyKind = iota + 1
	KeyContent
	KeyGist
)

// Key is an exact identity of a text or page.
type Key struct {
	Kind    KeyKind
	Version uint8
	Hash    news.Hash
}

// KeyHit is an item that carries a key.
type KeyHit struct {
	Item  news.ItemID
	N     int         // the first revision that carries the key
	Seq   news.Seq    // of that revision's event
	Story news.ItemID // the story the item is in now; its own id when it is alone
}

// Feeds is the state of subscriptions, seed folders and seed files.
type Feeds interface {
	// Feed returns one state; ErrNotFound when the feed was never saved.
	Feed(ctx context.Context, id news.FeedID) (news.Feed, error)

	// Feeds returns the states after the given id in order of id.
	Feeds(ctx context.Context, after news.FeedID, limit int) ([]news.Feed, error)

	// Due returns the ids of web feeds with NextDue <= now that are neither paused nor gone, earliest first.
	Due(ctx context.Context, now time.Time, limit int) ([]news.FeedID, error)

	// UpdateFeed changes one state in a transaction: change gets the kept state (zero but for ID when there is none) and edits it in
	// place; an error from it changes nothing and is returned.
	UpdateFeed(ctx context.Context, id news.FeedID, change func(*news.Feed) error) error

	// RemoveFeed removes the state, never the items. Removing what is not there is no error.
	RemoveFeed(ctx context.Context, id news.FeedID) error

	// Files returns the states of a folder's files after the given path in order of path.
	Files(ctx context.Context, feed news.FeedID, after string, limit int) ([]news.File, error)
}

// Deliveries is the state of digests and of what is on its way to people.
type Deliveries interface {
	// Digest returns where a digest stands; a zero state with the name when it never ran.
	Digest(ctx context.Context, name string) (news.DigestState, error)

	// CommitEdition moves a digest: if its state still equals c.From it becomes c.To and the edition and its deliveries
	// are kept, else ErrMoved.
	CommitEdition(ctx context.Context, c EditionCommit) error

	// Editions returns editions in falling order of number, beginning below before (0: at the newest), without their bytes.
	Editions(ctx context.Context, digest string, before int, limit int) ([]news.Edition, error)

	// Edition returns one with its bytes; ErrNotFound.
	Edition(ctx context.Context, digest string, number int) (news.Edition, error)

	// Reported returns what editions of the digest last said of each group, in the order asked; zero when never reported.
	Reported(ctx context.Context, digest string, groups []news.ItemID) ([]news.Reported, error)

	// Deliveries returns deliveries in the order of their keys (digest, number, recipient), those of one digest when it is not "", those
	// of one edition when number is not 0.
	Deliveries(ctx context.Context, digest string, number int) ([]news.Delivery, error)

	// Claim takes the delivery that is due first (pending or unknown with NextTry <= now, or sending with a lease that
	// ran out) under a lease until until, raises its fence and its attempts, and returns it; ErrNotFound when nothing
	// is due. A lease that ran out comes back as unknown work: the receiver may have it.
	Claim(ctx context.Context, now, until time.Time) (news.Delivery, error)

	// Settle keeps the outcome of a claimed delivery if its fence is still d.Fence, else ErrFenced.
	Settle(ctx context.Context, d news.Delivery) error

	// Withdraw replaces the bytes of an edition for good and ends those of its deliveries that were not made, those
	// that are being made included: they have failed with w.Answer, and who has claimed one cannot settle it. It
	// returns these deliveries as they were before; ErrNotFound without the edition.
	Withdraw(ctx context.Context, w Withdrawal) ([]news.Delivery, error)
}

// Withdrawal says what stands in the place of an edition from now on.
type Withdrawal struct {
	Digest     string
	Number     int
	Text, HTML []byte // for readers and desk
	Answer     string // of the deliveries that are ended
	At         time.Time
}

// EditionCommit is one step of a digest.
type EditionCommit struct {
	From, To   news.DigestState
	Edition    *news.Edition // nil when the slot was empty and is skipped
	Deliveries []news.Delivery
}

// Saved is what people save through commands and pages. Each change is a version of its own; none is overwritten or removed.
type Saved interface {
	// Saved returns the newest version of each record, removed ones left out, in order of kind and name: those after
	// the given record, of which only kind and name count.
	Saved(ctx context.Context, after news.Saved, limit int) ([]news.Saved, error)

	// Save adds a version to each of the records in one transaction, if the newest version of each is still the one
	// that the change follows (its Version; 0: there is no such record, or it was removed), else ErrMoved. A change
	// that says what the newest version says already, or that removes what is not there, adds none.
	Save(ctx context.Context, changes []news.Saved) error

	// SavedHistory returns the versions of one record, the oldest first; nil when there is none.
	SavedHistory(ctx context.Context, kind news.SavedKind, name string) ([]news.Saved, error)
}

// MaxSaved is how many bytes the data of a saved record may have.
const MaxSaved = 4 << 20

// Store is everything an engine offers.
type Store interface {
	Journal
	Derived
	Feeds
	Deliveries
	Saved

	// ID is made once with the store and never changes: a 16-byte random value.
	ID() [16]byte

	// Stats counts what is kept. It may cost a walk over keys, never over texts.
	Stats(ctx context.Context) (Stats, error)

	// Close waits for running transactions and releases the store.
	Close() error
}

// Stats counts what is kept.
type Stats struct {
	Items      int64    `json:"items"`
	Revisions  int64    `json:"revisions"`
	Bodies     int64    `json:"bodies"` // different bytes
	Texts      int64    `json:"texts"`  // different words
	Stories    int64    `json:"stories"`
	Matches    int64    `json:"matches"`
	Entries    int64    `json:"entries"`
	Feeds      int64    `json:"feeds"`
	Editions   int64    `json:"editions"`
	Deliveries int64    `json:"deliveries"`
	Head       news.Seq `json:"head"`
	Bytes      int64    `json:"bytes"` // on disk
	Schema     int      `json:"schema"`
}

// Pruning says whose texts are removed: of items whose newest revision came before Before, unless one of Watches
// matches them and, if MatchedBefore is not zero, that revision did not come before it either.
type Pruning struct {
	Before        time.Time
	MatchedBefore time.Time // zero: what the watches matched stays
	Watches       []string
}

// Maintenance that an engine may offer; ask by type assertion.
type (
	// Verifier reads everything and reports each problem as one line; no lines means sound.
	Verifier interface {
		Verify(ctx context.Context, report func(line string)) error
	}
	// Backuper writes a consistent copy while the store is in use. The copy is complete and verified when it returns. A
	// file that is there stays (files.ErrExists), unless it is a store and existing is files.Replace.
	Backuper interface {
		Backup(ctx context.Context, file string, existing files.Existing) error
	}
	// Pruner removes the texts of old items and leaves all else: ids, headlines, keys, stories, matches, so that none
	// of them comes back as new. It works in short transactions; stopped on the way it goes on the next time. It
	// returns of how many items it removed the texts.
	Pruner interface {
		Prune(ctx context.Context, p Pruning) (int, error)
	}
	// Reindexer rebuilds every secondary index from primary records, and leaves primary and derived records as they are.
	Reindexer interface {
		Reindex(ctx context.Context) error
	}
	// Restorable is an engine whose backups say of themselves that they are. Copied returns when this store was written
	// as a backup, zero when it is none or is in use by now; and since when one is in use that was a backup. PutToUse
	// notes that it is in use.
	Restorable interface {
		Copied(ctx context.Context) (at, inUse time.Time, err error)
		PutToUse(ctx context.Context, now time.Time) error
	}
	// LeaseReleaser is an engine whose store one process owns: when that process begins, no sender of an earlier one
	// can be alive, and what those had claimed need not wait for the end of their leases. ReleaseLeases makes it due at
	// now, as unknown work, and returns how much it was. Never call it beside a sender.
	LeaseReleaser interface {
		ReleaseLeases(ctx context.Context, now time.Time) (int, error)
	}
)
