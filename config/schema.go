package config

import "time"

// The raw types are the schema: a key of a file is a field with that toml tag. Their values are as written; what a
// value means is decided by the checks. A field of type any belongs to a part of the program that is not built yet: its
// presence is a mistake.

// table is embedded in every raw table and remembers where it stands.
type table struct {
	node *node
}

func (t *table) locate(n *node) { t.node = n }

// has reports whether the key is written in the table, or set by the environment.
func (t *table) has(key string) bool { return t.node != nil && t.node.kids[key] != nil }

// at returns the position of a key, or of the table when it does not have the key.
func (t *table) at(key string) place {
	if t.node == nil {
		return place{}
	}
	if kid := t.node.kids[key]; kid != nil {
		return kid.place()
	}
	return t.node.place()
}

// item returns the position of an element of a list.
func (t *table) item(key string, i int) place {
	if t.node != nil {
		if kid := t.node.kids[key]; kid != nil && kid.kind == kindArray && i < len(kid.items) {
			return kid.items[i].place()
		}
	}
	return t.at(key)
}

type rawConfig struct {
	table   `toml:"-"`
	Store   rawStore            `toml:"store"`
	Web     rawWeb              `toml:"web"`
	Fetch   rawFetch            `toml:"fetch"`
	Stories rawStories          `toml:"stories"`
	Backup  rawBackup           `toml:"backup"`
	Log     rawLog              `toml:"log"`
	SMTP    *rawSMTP            `toml:"smtp,omitempty"`
	Lists   map[string][]string `toml:"lists,omitempty"`
	Seeds   []rawSeeds          `toml:"seeds,omitempty"`
	Outlet  []rawOutlet         `toml:"outlet,omitempty"`
	Feed    []rawFeed           `toml:"feed,omitempty"`
	Watch   []rawWatch          `toml:"watch,omitempty"`
	Digest  []rawDigest         `toml:"digest,omitempty"`
}

// rawSaved is the schema of what commands and pages saved: of a record, of an export, of the files that older versions
// kept beside the store.
type rawSaved struct {
	table `toml:"-"`
	Feed  []rawFeed  `toml:"feed,omitempty"`
	Watch []rawWatch `toml:"watch,omitempty"`
}

type rawStore struct {
	table       `toml:"-"`
	Folder      string `toml:"folder"`
	Path        string `toml:"path"`
	Keep        string `toml:"keep"`
	KeepMatched string `toml:"keep_matched"`
	Raw         bool   `toml:"raw"`
	MinFree     string `toml:"min_free"`
	URL         string `toml:"url,omitempty"`
}

func (r *rawStore) defaults() {
	r.Path, r.Keep, r.KeepMatched, r.MinFree = "data/mediawatch.db", Forever, Forever, "500MB"
}

type rawWeb struct {
	table       `toml:"-"`
	Listen      string   `toml:"listen"`
	PublicURL   string   `toml:"public_url"`
	Hosts       []string `toml:"hosts"`
	QueryTime   string   `toml:"query_time"`
	AllowRemote bool     `toml:"allow_remote"`
	Users       any      `toml:"users,omitempty"`
}

func (r *rawWeb) defaults() { r.Listen, r.QueryTime = "127.0.0.1:8087", "10s" }

type rawFetch struct {
	table         `toml:"-"`
	Interval      string   `toml:"interval"`
	HostGap       string   `toml:"host_gap"`
	Proxy         string   `toml:"proxy"`
	AllowNetworks []string `toml:"allow_networks"`
	OPML          []string `toml:"opml"`
	UserAgent     string   `toml:"user_agent"`
	Contact       string   `toml:"contact"`
	Heartbeat     string   `toml:"heartbeat"`
}

func (r *rawFetch) defaults() { r.Interval, r.HostGap = "60m", "2s" }

type rawStories struct {
	table  `toml:"-"`
	Window string `toml:"window"`
	Texts  int64  `toml:"texts"`
}

func (r *rawStories) defaults() { r.Window, r.Texts = "14d", 1_000_000 }

type rawLog struct {
	table  `toml:"-"`
	Format string `toml:"format"`
	Level  string `toml:"level"`
}

func (r *rawLog) defaults() { r.Format, r.Level = LogAuto, "info" }

type rawBackup struct {
	table    `toml:"-"`
	Dir      string `toml:"dir"`
	At       string `toml:"at"`
	Timezone string `toml:"timezone"`
	Keep     int64  `toml:"keep"`
}

func (r *rawBackup) defaults() { r.At, r.Timezone, r.Keep = "daily 03:30", "UTC", 7 }

type rawSMTP struct {
	table        `toml:"-"`
	Host         string `toml:"host"`
	Port         int64  `toml:"port"`
	TLS          string `toml:"tls"`
	Username     string `toml:"username"`
	Password     string `toml:"password,omitempty"`
	PasswordFile string `toml:"password_file"`
	From         string `toml:"from"`
	Contact      string `toml:"contact,omitempty"`
}

func (r *rawSMTP) defaults() { r.TLS = TLSStart }

type rawSeeds struct {
	table     `toml:"-"`
	Dir       string   `toml:"dir"`
	Recursive bool     `toml:"recursive"`
	Include   []string `toml:"include,omitempty"`
	Timezone  string   `toml:"timezone"`
	Tags      []string `toml:"tags,omitempty"`
	Outlet    string   `toml:"outlet,omitempty"`
	Announce  string   `toml:"announce"`
	Every     string   `toml:"every"`
}

func (r *rawSeeds) defaults() {
	r.Recursive, r.Include = true, []string{"*.txt", "*.md", "*.html", "*.htm"}
	r.Timezone, r.Announce, r.Every = "UTC", AnnounceNew, "1m"
}

type rawOutlet struct {
	table    `toml:"-"`
	Name     string   `toml:"name"`
	Sites    []string `toml:"sites,omitempty"`
	Country  string   `toml:"country,omitempty"`
	Tags     []string `toml:"tags,omitempty"`
	Timezone string   `toml:"timezone,omitempty"`
}

type rawFeed struct {
	table    `toml:"-"`
	URL      string    `toml:"url"`
	Outlet   string    `toml:"outlet,omitempty"`
	Tags     []string  `toml:"tags,omitempty"`
	Interval string    `toml:"interval,omitempty"`
	Charset  string    `toml:"charset,omitempty"`
	Announce string    `toml:"announce,omitempty"`
	FullText bool      `toml:"full_text,omitempty"`
	Proxy    string    `toml:"proxy,omitempty"`
	Author   string    `toml:"author,omitempty"`
	Time     time.Time `toml:"time,omitempty"`
}

func (r *rawFeed) defaults() { r.Announce = AnnounceNew }

type rawWatch struct {
	table   `toml:"-"`
	Name    string    `toml:"name"`
	Title   string    `toml:"title,omitempty"`
	Query   string    `toml:"query,multiline"`
	Group   string    `toml:"group,omitempty"`
	Content string    `toml:"content,omitempty"`
	Alert   any       `toml:"alert,omitempty"`
	Author  string    `toml:"author,omitempty"`
	Time    time.Time `toml:"time,omitempty"`
}

func (r *rawWatch) defaults() { r.Group, r.Content = GroupStory, ContentExcerpt }

type rawDigest struct {
	table        `toml:"-"`
	Name         string   `toml:"name"`
	Title        string   `toml:"title,omitempty"`
	Watches      []string `toml:"watches"`
	At           string   `toml:"at"`
	Timezone     string   `toml:"timezone"`
	To           []any    `toml:"to,omitempty"` // of texts and rawRecipients
	Dir          string   `toml:"dir,omitempty"`
	Empty        string   `toml:"empty"`
	ApproveUntil string   `toml:"approve_until,omitempty"`
}

// rawRecipient is how an address is written about which there is more to say.
type rawRecipient struct {
	table `toml:"-"`
	To    string `toml:"to"`
	Admin bool   `toml:"admin"`
}

func (r *rawDigest) defaults() { r.Timezone, r.Empty = "UTC", EmptySkip }
