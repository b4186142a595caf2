package bolt

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"mediawatch/news"
)

// The records as kept. Numbers in the tags are part of the format: never change or reuse one, add at the end. Times are
// microseconds since the zero time. Items are referred to by num.

// headRecord is written by hand, since it is read for every item of every document that changed.
type headRecord struct {
	ID          news.ItemID
	State       news.Hash
	Fingerprint uint64
	N           int
	Forgotten   bool
	Pruned      bool // its texts were removed when it was old; the next revision brings some again
}

// What the last byte of a head says.
const (
	headForgotten = 1 << iota
	headPruned
)

const headSize = 16 + 32 + 8 + 4 + 1

func (h *headRecord) encode() []byte {
	b := make([]byte, 0, headSize)
	b = append(b, h.ID[:]...)
	b = append(b, h.State[:]...)
	b = binary.BigEndian.AppendUint64(b, h.Fingerprint)
	b = binary.BigEndian.AppendUint32(b, uint32(h.N))
	flags := byte(0)
	if h.Forgotten {
		flags |= headForgotten
	}
	if h.Pruned {
		flags |= headPruned
	}
	return append(b, flags)
}

func (h *headRecord) decode(key, p []byte) error {
	if len(p) != headSize {
		return damaged(bkHeads, key, "wrong length")
	}
	copy(h.ID[:], p)
	copy(h.State[:], p[16:])
	h.Fingerprint = binary.BigEndian.Uint64(p[48:])
	h.N = int(binary.BigEndian.Uint32(p[56:]))
	h.Forgotten, h.Pruned = p[60]&headForgotten != 0, p[60]&headPruned != 0
	return nil
}

// textRecord is a text inline, or the number of its body.
type textRecord struct {
	Inline string `cbor:"1,keyasint,omitempty"`
	Body   uint64 `cbor:"2,keyasint,omitempty"`
}

type originRecord struct {
	Raw      []byte `cbor:"1,keyasint,omitempty"`
	At       int64  `cbor:"2,keyasint,omitempty"`
	FinalURL string `cbor:"3,keyasint,omitempty"`
	Status   int    `cbor:"4,keyasint,omitempty"`
}

type personRecord struct {
	Name  string `cbor:"1,keyasint,omitempty"`
	Email string `cbor:"2,keyasint,omitempty"`
	URI   string `cbor:"3,keyasint,omitempty"`
}

type enclosureRecord struct {
	URL    string `cbor:"1,keyasint,omitempty"`
	Type   string `cbor:"2,keyasint,omitempty"`
	Length int64  `cbor:"3,keyasint,omitempty"`
}

// revisionRecord holds an item as it was in one revision. Feed, Kind, Identity, Seen, Backlog and BacklogWhy are those of the first one.
type revisionRecord struct {
	Feed        []byte            `cbor:"1,keyasint,omitempty"`
	Kind        uint8             `cbor:"2,keyasint,omitempty"`
	Identity    string            `cbor:"3,keyasint,omitempty"`
	URL         string            `cbor:"4,keyasint,omitempty"`
	Outlet      string            `cbor:"5,keyasint,omitempty"`
	Evidence    string            `cbor:"6,keyasint,omitempty"`
	Seen        int64             `cbor:"7,keyasint,omitempty"`
	Backlog     bool              `cbor:"8,keyasint,omitempty"`
	Origin      uint64            `cbor:"9,keyasint,omitempty"`  // key in bkOrigins
	FirstOrigin uint64            `cbor:"10,keyasint,omitempty"` // of revision 1; 0 in revision 1
	At          int64             `cbor:"11,keyasint,omitempty"`
	Title       string            `cbor:"12,keyasint,omitempty"`
	Summary     textRecord        `cbor:"13,keyasint,omitempty"`
	Content     textRecord        `cbor:"14,keyasint,omitempty"`
	Caption     textRecord        `cbor:"15,keyasint,omitempty"`
	Subheadings []string          `cbor:"16,keyasint,omitempty"`
	Section     []string          `cbor:"17,keyasint,omitempty"`
	Categories  []string          `cbor:"18,keyasint,omitempty"`
	Authors     []personRecord    `cbor:"19,keyasint,omitempty"`
	Published   int64             `cbor:"20,keyasint,omitempty"`
	PublishedAs uint8             `cbor:"21,keyasint,omitempty"`
	Updated     int64             `cbor:"22,keyasint,omitempty"`
	UpdatedAs   uint8             `cbor:"23,keyasint,omitempty"`
	Lang        string            `cbor:"24,keyasint,omitempty"`
	Image       string            `cbor:"25,keyasint,omitempty"`
	Enclosures  []enclosureRecord `cbor:"26,keyasint,omitempty"`
	Comments    string            `cbor:"27,keyasint,omitempty"`
	Rights      string            `cbor:"28,keyasint,omitempty"`
	Cut         []string          `cbor:"29,keyasint,omitempty"`
	KeyVersion  uint8             `cbor:"30,keyasint,omitempty"`
	KeyURL      []byte            `cbor:"31,keyasint,omitempty"`
	KeyContent  []byte            `cbor:"32,keyasint,omitempty"`
	KeyGist     []byte            `cbor:"33,keyasint,omitempty"`
	Seq         uint64            `cbor:"34,keyasint,omitempty"` // of its event; 0 in revision 1, where it is num
	SameURL     bool              `cbor:"35,keyasint,omitempty"` // URL is Identity, which is kept once
	Tags        []string          `cbor:"36,keyasint,omitempty"`
	BacklogWhy  string            `cbor:"37,keyasint,omitempty"`
}

// texts are the parts of a revision that may be bodies.
func (r *revisionRecord) texts() [3]*textRecord {
	return [3]*textRecord{&r.Summary, &r.Content, &r.Caption}
}

// event is the Seq of its event.
func (r *revisionRecord) event(num uint64) uint64 {
	if r.Seq != 0 {
		return r.Seq
	}
	return num
}

func (r *revisionRecord) keys() news.Keys {
	return news.Keys{Version: r.KeyVersion, URL: toHash(r.KeyURL), Content: toHash(r.KeyContent), Gist: toHash(r.KeyGist)}
}

// urlKey is what a tombstone keeps of the keys of revision N, whose event is Seq.
type urlKey struct {
	Version uint8  `cbor:"1,keyasint,omitempty"`
	Hash    []byte `cbor:"2,keyasint,omitempty"`
	N       int    `cbor:"3,keyasint,omitempty"`
	Seq     uint64 `cbor:"4,keyasint,omitempty"`
}

type tombstoneRecord struct {
	Reason string   `cbor:"1,keyasint,omitempty"`
	At     int64    `cbor:"2,keyasint,omitempty"`
	URLs   []urlKey `cbor:"3,keyasint,omitempty"`
	Outlet string   `cbor:"4,keyasint,omitempty"`
}

// countsRecord is in bkMeta: the last numbers given, and what Stats tells.
type countsRecord struct {
	Seq        uint64 `cbor:"1,keyasint,omitempty"`
	Body       uint64 `cbor:"2,keyasint,omitempty"`
	Items      int64  `cbor:"3,keyasint,omitempty"`
	Revisions  int64  `cbor:"4,keyasint,omitempty"`
	Bodies     int64  `cbor:"5,keyasint,omitempty"`
	Texts      int64  `cbor:"6,keyasint,omitempty"`
	Stories    int64  `cbor:"7,keyasint,omitempty"`
	Matches    int64  `cbor:"8,keyasint,omitempty"`
	Entries    int64  `cbor:"9,keyasint,omitempty"`
	Feeds      int64  `cbor:"10,keyasint,omitempty"`
	Editions   int64  `cbor:"11,keyasint,omitempty"`
	Deliveries int64  `cbor:"12,keyasint,omitempty"`
}

type cursorRecord struct {
	Seq     uint64 `cbor:"1,keyasint,omitempty"`
	Replay  uint64 `cbor:"2,keyasint,omitempty"`
	Version string `cbor:"3,keyasint,omitempty"`
}

type memberRecord struct {
	Relation string  `cbor:"1,keyasint,omitempty"`
	Score    float64 `cbor:"2,keyasint,omitempty"`
	Of       []byte  `cbor:"3,keyasint,omitempty"`
}

type evidenceRecord struct {
	Clause  string `cbor:"1,keyasint,omitempty"`
	Field   string `cbor:"2,keyasint,omitempty"`
	Start   int    `cbor:"3,keyasint,omitempty"`
	End     int    `cbor:"4,keyasint,omitempty"`
	Words   string `cbor:"5,keyasint,omitempty"`
	Variant string `cbor:"6,keyasint,omitempty"`
}

type matchRecord struct {
	Group    uint64           `cbor:"1,keyasint,omitempty"`
	Seq      uint64           `cbor:"2,keyasint,omitempty"`
	At       int64            `cbor:"3,keyasint,omitempty"`
	Rev      int              `cbor:"4,keyasint,omitempty"`
	Backlog  bool             `cbor:"5,keyasint,omitempty"`
	Evidence []evidenceRecord `cbor:"6,keyasint,omitempty"`
}

type lineRecord struct {
	Item    uint64 `cbor:"1,keyasint,omitempty"`
	Group   uint64 `cbor:"2,keyasint,omitempty"`
	Rev     int    `cbor:"3,keyasint,omitempty"`
	Change  uint8  `cbor:"4,keyasint,omitempty"`
	Backlog bool   `cbor:"5,keyasint,omitempty"`
	At      int64  `cbor:"6,keyasint,omitempty"`
}

type entryRecord struct {
	Item      uint64 `cbor:"1,keyasint,omitempty"`
	UUID      []byte `cbor:"2,keyasint,omitempty"` // see packUUID
	Seq       uint64 `cbor:"3,keyasint,omitempty"`
	Published int64  `cbor:"4,keyasint,omitempty"`
	Updated   int64  `cbor:"5,keyasint,omitempty"`
	Backlog   bool   `cbor:"6,keyasint,omitempty"`
	Time      int64  `cbor:"7,keyasint,omitempty"` // orders backlog entries
}

const uuidPrefix = "urn:uuid:"

// packUUID turns a canonical urn:uuid into 0 and its 16 bytes, and anything else into 1 and the id as given.
func packUUID(s string) []byte {
	hexed, ok := strings.CutPrefix(s, uuidPrefix)
	if ok && len(hexed) == 36 {
		if b, err := hex.DecodeString(strings.ReplaceAll(hexed, "-", "")); err == nil && len(b) == 16 {
			if packed := append([]byte{0}, b...); unpackUUID(packed) == s {
				return packed
			}
		}
	}
	return append([]byte{1}, s...)
}

// unpackUUID is the inverse of packUUID.
func unpackUUID(b []byte) string {
	switch {
	case len(b) == 0:
		return ""
	case b[0] == 0 && len(b) == 17:
		h := hex.EncodeToString(b[1:])
		return uuidPrefix + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	}
	return string(b[1:])
}

func toHash(b []byte) news.Hash {
	var h news.Hash
	copy(h[:], b)
	return h
}

// hashBytes is h, or nothing when it is none.
func hashBytes(h *news.Hash) []byte {
	if h.IsZero() {
		return nil
	}
	return h[:]
}
