package news

import "time"

// Edition is one issue of a digest, with the bytes it was rendered to. It is written once and never rendered again, only withdrawn.
type Edition struct {
	Digest    string
	Number    int    // from 1, without holes; 0 for the welcome edition and for previews
	Slot      string // local date and time the schedule asked for ("2026-11-20T07:00"), or what caused an extra edition
	From, To  Seq    // it covers matches with From < Seq <= To
	Date      time.Time
	Title     string // of the digest
	Sender    string // who the mails of this edition come from, as configured when it was made: sent again they are the same bytes
	Contact   string // the address its readers write to; "" is Sender's
	MessageID string // without angle brackets; each recipient's mail has one of its own, made from the same parts
	Subject   string
	Text      []byte // for readers
	HTML      []byte
	DeskText  []byte // for those who look after the program: with its troubles, and addresses of its machine; nil is Text
	DeskHTML  []byte
	Stories   []Reported
	Counts    EditionCounts
	Withdrawn bool // an article of it was forgotten: a notice stands in the place of its bytes, and nobody gets it any more
}

// For returns the bytes of an edition for its readers, or for the desk, which looks after the program.
func (e *Edition) For(who Audience) (text, html []byte) {
	if who == Desk && e.DeskText != nil {
		return e.DeskText, e.DeskHTML
	}
	return e.Text, e.HTML
}

// Audience is who reads an edition.
type Audience bool

// The audiences.
const (
	Readers Audience = false
	Desk    Audience = true
)

// EditionCounts are the figures in the head of an edition.
type EditionCounts struct {
	Stories   int // reported in full
	Articles  int // items that match, all stories together
	Spreading int // stories of earlier editions that grew
	Changed   int // items of earlier editions that were edited
	Backlog   int // older matches, counted and not announced
}

// Reported is a story that an edition reported in full.
type Reported struct {
	Group  ItemID
	Number int // of the edition
	Items  int // matching members when it was reported, or last mentioned
}

// DigestState is where a digest stands.
type DigestState struct {
	Digest   string
	Cursor   Seq       // matches up to here are in editions
	Number   int       // of the last edition
	LastSlot time.Time // the last slot that was run, or skipped as empty
	Welcomed bool
}

// DeliveryState is how far a delivery has come.
type DeliveryState string

// The states of a delivery: pending → sending → sent | unknown → sending again | failed. Held is nobody's work until it is released.
const (
	DeliveryPending DeliveryState = "pending"
	DeliverySending DeliveryState = "sending" // under a lease
	DeliverySent    DeliveryState = "sent"
	DeliveryUnknown DeliveryState = "unknown" // the receiver may have it; the same bytes are sent again
	DeliveryFailed  DeliveryState = "failed"  // given up
	DeliveryHeld    DeliveryState = "held"    // after a restore: the machine the backup came from may have sent it; a person decides
)

// Delivery is an edition on its way to one recipient.
type Delivery struct {
	Digest    string
	Number    int
	Recipient string // "mailto:desk@example.org" or "dir:digests"
	Audience  Audience
	State     DeliveryState
	Attempts  int
	NextTry   time.Time
	Lease     time.Time // while sending: when the lease runs out
	Fence     uint64    // rises with each claim; only its holder may settle
	Answer    string    // what the receiver last said
	Created   time.Time
	Settled   time.Time // when it reached sent or failed
}
