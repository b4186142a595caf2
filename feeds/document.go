package feeds

import (
	"errors"
	"time"

	"mediawatch/news"
)

// Options are what is known about a document beside its bytes. The zero value is useful.
type Options struct {
	Base        string    // the URL the document came from, or its Content-Location; relative addresses are resolved against it. "": the feed's own site
	ContentType string    // the Content-Type header as received
	Charset     string    // an encoding that overrides every declaration but a byte order mark; "" none
	Now         time.Time // for dates without a year and for flagging the future; zero: the present
}

// Limits that hold before any parser sees a document.
const (
	MaxBody       = 15 << 20         // bytes, after decompression and in UTF-8
	MaxDepth      = 128              // of elements
	MaxAttributes = 256              // of one element
	MaxNamespaces = 256              // declarations in one document
	MaxItems      = 5000             // the newest are kept
	MaxText       = 2 << 20          // bytes of one text
	MaxTime       = 10 * time.Second // for one document
)

// What Parse answers beside a Document. Errors wrap one of these.
var (
	ErrEmpty    = errors.New("the document is empty")
	ErrTooLarge = errors.New("the document is larger than 15 MiB")
	ErrNotFeed  = errors.New("the document is not a feed")
	ErrTooSlow  = errors.New("the document takes too long to parse")
)

// Document is a feed document as read.
type Document struct {
	Format    string // rss, rdf, atom, json, cdf
	Charset   string // the encoding it was read as, lower case
	Feed      Info
	Entries   []*Entry // in document order
	Warnings  []string // what had to be repaired or left out, for people
	Truncated bool     // it ends early: the entries are complete, but its validators must not be kept
	TTL       time.Duration
	SkipHours []int // 0 to 23, UTC
	SkipDays  []time.Weekday
}

// Info is what a document says about the feed itself. Title and Author are plain text; Subtitle and Rights are
// sanitised HTML; addresses are absolute.
type Info struct {
	Title      string
	Link       string // the site
	Self       string // the feed's own address as it states it
	Subtitle   string
	ID         string
	Author     string // of the first author: "Name (email)", the name or the address
	Authors    []news.Person
	Published  news.Stamp
	Updated    news.Stamp
	Language   string // BCP 47, as written
	Rights     string
	Image      string
	Generator  string
	Categories []string
}

// Source is the outlet an entry says it was taken from.
type Source struct {
	Name string
	URL  string
	ID   string
}

// Entry is one item of a document, before the costly part. Addresses are absolute where a base was known.
type Entry struct {
	ID         string // the publisher's own: atom:id, guid, rdf:about, JSON id; as written
	Link       string // the page, as published
	Published  news.Stamp
	Updated    news.Stamp
	Authors    []news.Person
	Categories []string
	Enclosures []news.Enclosure
	Image      string
	Comments   string
	Source     Source
	Lang       string // stated for the entry or its feed; lower case

	title, summary, content, rights words
	raw                             uint64 // of everything as received
	shared                          bool   // other entries of the document carry the same ID with another link
}

// words is a text as published with what is needed to read it.
type words struct {
	value string
	kind  wordKind
	base  string // absolute; "" unknown
}

// wordKind is the declared type of a text.
type wordKind uint8

const (
	kindGuess wordKind = iota // nothing is declared (RSS): plain or HTML by evidence
	kindText                  // plain text
	kindHTML                  // HTML
)
