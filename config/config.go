package config

import (
	"net/netip"
	"path/filepath"
	"time"

	"mediawatch/news"
	"mediawatch/query"
	"mediawatch/schedule"
)

// The words that keys take.
const (
	GroupStory = "story" // one published entry a story
	GroupItem  = "item"  // one published entry an item

	ContentExcerpt = "excerpt"
	ContentFull    = "full"
	ContentNone    = "none"

	AnnounceNew = "new" // what was there before is backlog
	AnnounceAll = "all"

	Forever = "forever"

	EmptySkip = "skip" // an empty window writes no edition
	EmptySend = "send"

	LogAuto  = "auto"   // lines for people on a terminal, else logfmt
	LogHuman = "human"  // lines for people
	LogFmt   = "logfmt" // key=value, one record a line
	LogJSON  = "json"   // one object a line

	TLSStart = "starttls"
	TLSFull  = "tls"
	TLSNone  = "none" // loopback only
)

// Config is a checked configuration. It is not changed after Load; all paths are absolute unless said otherwise.
type Config struct {
	File    string // the configuration file
	Folder  string // where relative paths of data start: the store, seed folders, digest folders
	Store   Store
	Web     Web
	Fetch   Fetch
	Stories Stories
	Backup  Backup
	Log     Log
	Seeds   []SeedFolder
	Outlets []Outlet
	Feeds   []Feed // of the file, then the saved ones, then those of OPML files; each URL once, the first wins
	Lists   map[string][]string
	Watches []Watch // of the file, then the saved ones; each name once, the first wins
	Digests []Digest
	SMTP    *SMTP // nil when there is no [smtp]

	Warnings []Mistake    // what is legal and probably not meant, file by file
	Lying    []news.Saved // what lies in feeds.d and watches.d still; TakeIn saves it
}

// Store is where things are kept.
type Store struct {
	Path        string
	Keep        Duration // how long texts are kept; 0: for ever
	KeepMatched Duration // and those that a watch matched; 0: for ever
	MinFree     Size     // below it ingest pauses
}

// Web is the HTTP side.
type Web struct {
	Listen      string   // host:port
	PublicURL   string   // without a slash at the end; "" none
	Hosts       []string // further names that requests may ask for, in lower case, without port
	QueryTime   Duration // how long a query may take over the network
	AllowRemote bool     // any address may be listened on without a password
}

// Fetch is how feeds are fetched.
type Fetch struct {
	Interval  Duration // the default pace
	HostGap   Duration // between two requests to one host
	Proxy     string   // URL; "" none
	Allow     []netip.Prefix
	OPML      []string
	UserAgent string // "" the program's own
	Contact   string // whom publishers may turn to: an address of a page or of mail; "" none
	Heartbeat string // URL that is asked while all is well; "" none
}

// Log is how the daemon reports.
type Log struct {
	Format string // LogAuto, LogFmt or LogJSON
	Level  string // debug, info, warn or error
}

// Backup says when copies of the store are made by themselves.
type Backup struct {
	Dir      string // as written; "" none are made
	Path     string // of Dir
	Schedule *schedule.Schedule
	At       string // the schedule as written
	Keep     int    // how many are kept
}

// Stories is what texts are compared with to find copies.
type Stories struct {
	Window Duration // whole days
	Texts  int      // in memory at most
}

// SeedFolder is a folder of seed files.
type SeedFolder struct {
	Dir       string // as written: it names the folder in the store
	Path      string
	Recursive bool
	Include   []string // patterns of file names, as path.Match reads them
	Location  *time.Location
	Tags      []string
	Outlet    string // "" unknown
	Announce  string // AnnounceNew or AnnounceAll
	Every     Duration
}

// Outlet is what we know of a publisher.
type Outlet struct {
	Name     string
	Sites    []string // host names in lower case
	Country  string   // ISO 3166-1, two capital letters; "" unknown
	Tags     []string
	Location *time.Location // nil unknown
}

// Feed is a subscription.
type Feed struct {
	URL      string
	Title    string // of an OPML file; "" none
	Outlet   string // "" by the site of each item's link
	Tags     []string
	Interval Duration // overrides the adaptive pace; 0 none
	Charset  string   // overrides what the document says; "" none
	Announce string
	FullText bool   // new items get the text of their pages
	Proxy    string // URL; "" that of [fetch]
	Source   string // the file it comes from, or SourceSaved
	Place    string // for people: file and line
	Author   string // who saved it, and when, for saved ones
	Time     time.Time
	Version  int // of its saved record; 0: it has none
}

// Watch is a named query and its published feed.
type Watch struct {
	Name    string
	Title   string
	Source  string // the query as written
	Query   *query.Query
	Group   string // GroupStory or GroupItem
	Content string
	File    string // the file it comes from, or SourceSaved
	Place   string // for people: file and line
	Author  string // who saved it, and when, for saved ones
	Time    time.Time
	Version int // of its saved record; 0: it has none
}

// Digest is a scheduled summary of watches.
type Digest struct {
	Name     string
	Title    string
	Watches  []string
	Schedule *schedule.Schedule
	At       string // the schedule as written
	Location *time.Location
	To       []string // bare addresses
	Admins   []string // those of To that look after the program: they read how it does, too
	Dir      string   // as written; "" none
	Path     string   // of Dir
	Empty    string
}

// SMTP is how mail leaves.
type SMTP struct {
	Host     string
	Port     int
	TLS      string
	Username string
	Password string
	From     string // as written: an address, or a name and an address in angle brackets
	Contact  string // the bare address that readers write to; "" From's, see ReaderContact
}

// SourceSaved is the Source of a feed and the File of a watch that a command or a page saved in the store.
const SourceSaved = "saved"

// Secret replaces a secret in what Dump prints.
const Secret = "(hidden)"

// DataPath returns the absolute path of data that is written as dir in the configuration.
func (c *Config) DataPath(dir string) string {
	if filepath.IsAbs(dir) {
		return filepath.Clean(dir)
	}
	return filepath.Join(c.Folder, dir)
}

// Watch returns the watch of that name.
func (c *Config) Watch(name string) (Watch, bool) {
	for _, w := range c.Watches {
		if w.Name == name {
			return w, true
		}
	}
	return Watch{}, false
}

// Digest returns the digest of that name.
func (c *Config) Digest(name string) (Digest, bool) {
	for _, d := range c.Digests {
		if d.Name == name {
			return d, true
		}
	}
	return Digest{}, false
}
