package config

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mediawatch/query"
	"mediawatch/schedule"
)

// loadText loads a configuration from a folder of its own, which is returned. Further files are name, content pairs.
func loadText(t testing.TB, text string, env []string, files ...string) (*Config, string, error) {
	t.Helper()
	dir := t.TempDir()
	files = append(files, "mediawatch.toml", text)
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load("mediawatch.toml", Options{Dir: dir, Env: env})
	return c, dir, err
}

func mustLoad(t testing.TB, text string, env []string, files ...string) (*Config, string) {
	t.Helper()
	c, dir, err := loadText(t, text, env, files...)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

func TestAnEmptyFileIsTheDefaults(t *testing.T) {
	c, dir := mustLoad(t, "", nil)
	want := &Config{
		File:    filepath.Join(dir, "mediawatch.toml"),
		Folder:  dir,
		Store:   Store{Path: filepath.Join(dir, "data/mediawatch.db"), MinFree: 500e6},
		Web:     Web{Listen: "127.0.0.1:8087", QueryTime: Duration(10 * time.Second)},
		Fetch:   Fetch{Interval: Duration(time.Hour), HostGap: Duration(2 * time.Second)},
		Stories: Stories{Window: Duration(14 * day), Texts: 1_000_000},
		Log:     Log{Format: LogAuto, Level: "info"},
		Lists:   map[string][]string{},
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
}

const full = `
[store]
path = "kept/store.db"
min_free = "2GB"
[web]
listen = "[::1]:9000"
public_url = "https://news.example.org/"
hosts = ["Desk.local", "news.example.org."]
query_time = "1m"
[fetch]
interval = "1h30m"
host_gap = "5s"
proxy = "socks5://127.0.0.1:9050"
allow_networks = ["127.0.0.0/8", "10.1.2.3", "fd00::/8"]
opml = ["more.opml"]
user_agent = "desk/1.0"
heartbeat = "https://monitor.example/ping"
[backup]
dir = "copies"
at = "daily 02:00"
timezone = "Europe/Berlin"
keep = 14
[log]
format = "json"
level = "warn"

[stories]
window = "3w"
texts = 50000
[[seeds]]
dir = "./articles"
recursive = false
include = ["*.txt"]
timezone = "Asia/Tehran"
tags = [" hand  picked "]
outlet = "Archive"
announce = "all"
every = "30s"
[[outlet]]
name = "Courier"
sites = ["WWW.Courier.Example", "courier.example.org"]
country = "de"
tags = ["daily"]
timezone = "Europe/Berlin"
[[feed]]
url = "https://example.org/rss.xml"
outlet = "Courier"
tags = ["world"]
interval = "15m"
charset = "cp1251"
announce = "all"
[lists]
ministers = ["Miller", "~Raisi"]
[[watch]]
name = "energy"
query = '''heat pump*'''
group = "item"
content = "full"
[[digest]]
name = "morning"
title = "Morning briefing"
watches = ["energy", "all"]
at = "weekdays 07:00"
timezone = "Europe/Berlin"
to = ["Desk <desk@example.org>"]
dir = "digests"
empty = "send"
[smtp]
host = "mail.example.org"
port = 465
tls = "tls"
username = "watcher"
password_file = "pw"
from = "Media watch <mw@example.org>"
`

const opml = `<opml version="2.0"><body><outline text="Science"><outline text="Stars" xmlUrl="https://stars.example/feed"/>
<outline text="again" xmlUrl="https://example.org/rss.xml"/></outline></body></opml>`

// closed compares zones and queries by what they are.
var closed = cmp.Options{
	cmp.Comparer(func(a, b *time.Location) bool {
		return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
	}),
	cmp.Comparer(func(a, b *query.Query) bool { return (a == nil) == (b == nil) && (a == nil || a.Hash() == b.Hash()) }),
	cmp.Comparer(func(a, b *schedule.Schedule) bool {
		return (a == nil) == (b == nil) && (a == nil || a.String() == b.String() && a.Location().String() == b.Location().String())
	}),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmpopts.EquateEmpty(),
}

func mustZone(t testing.TB, name string) *time.Location {
	loc, err := schedule.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestEveryKeyIsRead(t *testing.T) {
	c, dir := mustLoad(t, full, nil, "pw", "s3cret\n", "more.opml", opml, "articles/.keep", "")
	berlin := mustZone(t, "Europe/Berlin")
	q, err := query.Parse("heat pump*", query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.Parse("weekdays 07:00", berlin)
	if err != nil {
		t.Fatal(err)
	}
	nightly, err := schedule.Parse("daily 02:00", berlin)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "mediawatch.toml")
	want := &Config{
		File:    file,
		Folder:  dir,
		Store:   Store{Path: filepath.Join(dir, "kept/store.db"), MinFree: 2e9},
		Web:     Web{Listen: "[::1]:9000", PublicURL: "https://news.example.org", Hosts: []string{"desk.local", "news.example.org"}, QueryTime: Duration(time.Minute)},
		Stories: Stories{Window: Duration(21 * day), Texts: 50_000},
		Log:     Log{Format: LogJSON, Level: "warn"},
		Backup:  Backup{Dir: "copies", Path: filepath.Join(dir, "copies"), Schedule: nightly, At: "daily 02:00", Keep: 14},
		Fetch: Fetch{
			Interval: Duration(90 * time.Minute), HostGap: Duration(5 * time.Second), Proxy: "socks5://127.0.0.1:9050", UserAgent: "desk/1.0", Heartbeat: "https://monitor.example/ping",
			Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.1.2.3/32"), netip.MustParsePrefix("fd00::/8")},
			OPML:  []string{filepath.Join(dir, "more.opml")},
		},
		Seeds: []SeedFolder{{
			Dir: "./articles", Path: filepath.Join(dir, "articles"), Include: []string{"*.txt"}, Location: mustZone(t, "Asia/Tehran"),
			Tags: []string{"hand picked"}, Outlet: "Archive", Announce: AnnounceAll, Every: Duration(30 * time.Second),
		}},
		Outlets: []Outlet{{Name: "Courier", Sites: []string{"courier.example", "courier.example.org"}, Country: "DE", Tags: []string{"daily"}, Location: berlin}},
		Feeds: []Feed{
			{
				URL: "https://example.org/rss.xml", Outlet: "Courier", Tags: []string{"world"}, Interval: Duration(15 * time.Minute),
				Charset: "windows-1251", Announce: AnnounceAll, Source: file,
			},
			{URL: "https://stars.example/feed", Title: "Stars", Tags: []string{"Science"}, Announce: AnnounceNew, Source: filepath.Join(dir, "more.opml")},
		},
		Lists:   map[string][]string{"ministers": {"Miller", "~Raisi"}},
		Watches: []Watch{{Name: "energy", Title: "energy", Source: "heat pump*", Query: q, Group: GroupItem, Content: ContentFull, File: file}},
		Digests: []Digest{{
			Name: "morning", Title: "Morning briefing", Watches: []string{"energy", "all"}, Schedule: s, At: "weekdays 07:00", Location: berlin,
			To: []string{"desk@example.org"}, Dir: "digests", Path: filepath.Join(dir, "digests"), Empty: EmptySend,
		}},
		SMTP: &SMTP{Host: "mail.example.org", Port: 465, TLS: TLSFull, Username: "watcher", Password: "s3cret", From: "Media watch <mw@example.org>"},
	}
	if d := cmp.Diff(want, c, closed, cmpopts.IgnoreFields(Feed{}, "Place"), cmpopts.IgnoreFields(Watch{}, "Place")); d != "" {
		t.Error(d)
	}
	if got := c.Feeds[1].Place; got != "more.opml:1" {
		t.Errorf("the feed of the OPML file is in %s", got)
	}
}

func TestEnvironmentOverrides(t *testing.T) {
	c, dir := mustLoad(t, full, []string{
		"MEDIAWATCH_STORE_PATH=/var/lib/mediawatch/db", "MEDIAWATCH_WEB_LISTEN=0.0.0.0:80", "MEDIAWATCH_WEB_ALLOW_REMOTE=true",
		"MEDIAWATCH_SMTP_PORT=25", "MEDIAWATCH_SMTP_PORT=2525", "MEDIAWATCH_SMTP_PASSWORD=from the environment",
		"MEDIAWATCH_FETCH_HOST_GAP=0s", "MEDIAWATCH_WEB_PUBLIC_URL=",
		"MEDIAWATCH_CONFIG=elsewhere.toml", "MEDIAWATCH_TORTURE=1", "MEDIAWATCH_TEST_POINT=x", "PATH=/bin", "nonsense",
	}, "pw", "s3cret", "more.opml", opml)
	if c.Store.Path != "/var/lib/mediawatch/db" || c.Web.Listen != "0.0.0.0:80" || !c.Web.AllowRemote || c.SMTP.Port != 2525 ||
		c.SMTP.Password != "from the environment" || c.Fetch.HostGap != 0 || c.Web.PublicURL != "" {
		t.Errorf("%+v %+v %+v %+v", c.Store, c.Web, c.Fetch, c.SMTP)
	}
	if want := filepath.Join(dir, "digests"); c.Digests[0].Path != want {
		t.Errorf("digests go to %s, want %s", c.Digests[0].Path, want)
	}
	c, _ = mustLoad(t, "", []string{"MEDIAWATCH_SMTP_HOST=localhost", "MEDIAWATCH_SMTP_TLS=none", "MEDIAWATCH_SMTP_FROM=a@example.org"})
	if c.SMTP == nil || c.SMTP.Host != "localhost" || c.SMTP.Port != 587 {
		t.Errorf("%+v", c.SMTP)
	}
}

func TestSystemdCredential(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "smtp_password"), []byte("from systemd\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	const text = "[smtp]\nhost = \"localhost\"\nusername = \"u\"\nfrom = \"a@example.org\"\n"
	c, _ := mustLoad(t, text, []string{"CREDENTIALS_DIRECTORY=" + dir})
	if c.SMTP.Password != "from systemd" {
		t.Errorf("got %q", c.SMTP.Password)
	}
	if _, _, err := loadText(t, text, []string{"CREDENTIALS_DIRECTORY=" + t.TempDir()}); err == nil {
		t.Error("a username without a password was taken")
	}
}

// TestT08B14_PasswordFileAndCredential: one configuration serves the service, which has the credential and may not read
// the file, and the administrator, who may read the file and has no credential.
func TestT08B14_PasswordFileAndCredential(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "smtp_password"), []byte("from systemd\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	const text = "[smtp]\nhost = \"localhost\"\nusername = \"u\"\nfrom = \"a@example.org\"\npassword_file = \"smtp-password\"\n"
	for _, tt := range []struct {
		env   []string
		files []string
		want  string
	}{
		{nil, []string{"smtp-password", "from the file\n"}, "from the file"},
		{[]string{"CREDENTIALS_DIRECTORY=" + dir}, nil, "from systemd"},
		{[]string{"CREDENTIALS_DIRECTORY=" + dir}, []string{"smtp-password", "from the file\n"}, "from systemd"},
		{[]string{"CREDENTIALS_DIRECTORY=" + t.TempDir()}, []string{"smtp-password", "from the file\n"}, "from the file"},
	} {
		c, _ := mustLoad(t, text, tt.env, tt.files...)
		if c.SMTP.Password != tt.want {
			t.Errorf("%v %v: the password is %q, want %q", tt.env, tt.files, c.SMTP.Password, tt.want)
		}
	}
}

// TestT08B14_DataStartsAtTheStoresFolder: one key moves the store, seed folders and digest folders; what belongs to the
// configuration stays beside it.
func TestT08B14_DataStartsAtTheStoresFolder(t *testing.T) {
	const text = `
[store]
folder = "/var/lib/mediawatch"
path = "mediawatch.db"
[fetch]
opml = ["more.opml"]
[[seeds]]
dir = "saved"
[[seeds]]
dir = "/srv/saved"
[[digest]]
name = "morning"
watches = ["all"]
at = "daily 07:00"
dir = "digests"
[smtp]
host = "localhost"
from = "a@example.org"
username = "u"
password_file = "pw"
`
	c, _ := mustLoad(t, text, nil, "pw", "s3cret", "more.opml", opml)
	for got, want := range map[string]string{
		c.Store.Path: "/var/lib/mediawatch/mediawatch.db", c.Seeds[0].Path: "/var/lib/mediawatch/saved", c.Seeds[1].Path: "/srv/saved",
		c.Digests[0].Path: "/var/lib/mediawatch/digests", c.DataPath("digests"): "/var/lib/mediawatch/digests",
		c.SMTP.Password: "s3cret",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if c, dir := mustLoad(t, "[store]\nfolder = \"data\"\n", nil); c.Store.Path != filepath.Join(dir, "data/data/mediawatch.db") {
		t.Errorf("a relative folder: the store is %s", c.Store.Path)
	}
	var service bytes.Buffer
	if err := Init(&service, "/var/lib/mediawatch"); err != nil {
		t.Fatal(err)
	}
	c, _ = mustLoad(t, service.String(), nil)
	if c.Store.Path != "/var/lib/mediawatch/mediawatch.db" || c.Digests[0].Path != "/var/lib/mediawatch/digests" {
		t.Errorf("the service's starter keeps the store at %s and digests in %s", c.Store.Path, c.Digests[0].Path)
	}
}

func TestFind(t *testing.T) {
	env := []string{"MEDIAWATCH_CONFIG=/etc/mediawatch.toml"}
	for _, tt := range []struct {
		flag string
		env  []string
		want string
	}{{"", nil, DefaultFile}, {"", env, "/etc/mediawatch.toml"}, {"mine.toml", env, "mine.toml"}, {"", []string{"MEDIAWATCH_CONFIG="}, DefaultFile}} {
		if got := Find(tt.flag, tt.env); got != tt.want {
			t.Errorf("Find(%q, %v) is %q, want %q", tt.flag, tt.env, got, tt.want)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	_, err := Load("none.toml", Options{Dir: dir})
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "mediawatch init") {
		t.Errorf("missing: %v", err)
	}
	if _, err := Load(dir, Options{}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("folder: %v", err)
	}
	big := filepath.Join(dir, "big.toml")
	if err := os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, maxFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(big, Options{}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("large: %v", err)
	}
}

func TestSavedFilesAreRead(t *testing.T) {
	c, dir := mustLoad(t, full, nil, "pw", "s3cret", "more.opml", opml,
		"kept/feeds.d/b.toml", "[[feed]]\nurl = \"https://b.example/feed\"\nauthor = \"desk\"\ntime = 2026-11-20 07:00:00+01:00\n",
		"kept/feeds.d/a.toml", "[[feed]]\nurl = \"https://a.example/feed\"\n[[feed]]\nurl = \"https://example.org/rss.xml\"\n",
		"kept/feeds.d/.new-1.toml", "not toml at all", "kept/feeds.d/notes.txt", "neither",
		"kept/watches.d/w.toml", "[[watch]]\nname = \"heat\"\nquery = \"watch:energy heat\"\nauthor = \"desk\"\n")
	var urls []string
	for _, f := range c.Feeds {
		urls = append(urls, f.URL)
	}
	if want := []string{"https://example.org/rss.xml", "https://a.example/feed", "https://b.example/feed", "https://stars.example/feed"}; !slices.Equal(urls, want) {
		t.Errorf("feeds %v, want %v", urls, want)
	}
	b := c.Feeds[2]
	if b.Author != "desk" || !b.Time.Equal(time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)) || b.Source != filepath.Join(dir, "kept/feeds.d/b.toml") {
		t.Errorf("%+v", b)
	}
	w, ok := c.Watch("heat")
	if !ok || w.Author != "desk" || w.File != filepath.Join(dir, "kept/watches.d/w.toml") || w.Query == nil {
		t.Errorf("%+v", w)
	}
}

func TestTheRepositorysOwnFiles(t *testing.T) {
	c, err := Load("../mediawatch.toml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Feeds) < 12 || len(c.Watches) != 3 || len(c.Digests) != 1 || len(c.Seeds) != 1 || c.Seeds[0].Dir != "seeds/samples" || c.SMTP != nil {
		t.Errorf("%d feeds, %d watches, %d digests, %d seed folders", len(c.Feeds), len(c.Watches), len(c.Digests), len(c.Seeds))
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings %v", c.Warnings)
	}
	if _, err = Load("../mediawatch.example.toml", Options{}); err != nil {
		t.Fatal(err)
	}
	var starter bytes.Buffer
	if err := Init(&starter, ""); err != nil {
		t.Fatal(err)
	}
	if c, _ = mustLoad(t, starter.String(), nil); len(c.Watches) != 1 || len(c.Digests) != 1 || len(c.Feeds) != 1 {
		t.Errorf("the starter has %d watches, %d digests, %d feeds", len(c.Watches), len(c.Digests), len(c.Feeds))
	}
	if len(c.Warnings) > 0 {
		t.Errorf("the starter's warnings %v", c.Warnings)
	}
}

func TestDumpReadsBack(t *testing.T) {
	c, dir := mustLoad(t, full, nil, "pw", "s3cret", "more.opml", opml, "articles/.keep", "")
	c.Fetch.Proxy = "http://me:s3cret@127.0.0.1:3128"
	var out bytes.Buffer
	if err := c.Dump(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "s3cret") || !strings.Contains(out.String(), Secret) {
		t.Errorf("a secret in\n%s", out.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "again.toml"), out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Load("again.toml", Options{Dir: dir})
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	c.Fetch.Proxy, again.Fetch.Proxy = "", ""
	c.SMTP.Password = Secret
	ignore := cmp.Options{closed, cmpopts.IgnoreFields(Config{}, "File"), cmpopts.IgnoreFields(Feed{}, "Source", "Place", "Title"),
		cmpopts.IgnoreFields(Watch{}, "File", "Place"), cmpopts.IgnoreFields(Digest{}, "To")}
	if d := cmp.Diff(c, again, ignore); d != "" {
		t.Errorf("%s\n%s", d, out.String())
	}
}

func TestT08D33_ThePortFollowsTLS(t *testing.T) {
	for tls, want := range map[string]int{"starttls": 587, "tls": 465} {
		c, _ := mustLoad(t, "[smtp]\nhost = \"mail.example.org\"\nfrom = \"a@example.org\"\ntls = \""+tls+"\"\n", nil)
		if c.SMTP.Port != want {
			t.Errorf("tls = %q: port %d, want %d", tls, c.SMTP.Port, want)
		}
	}
	if c, _ := mustLoad(t, "[smtp]\nhost = \"mail.example.org\"\nfrom = \"a@example.org\"\ntls = \"tls\"\nport = 2465\n", nil); c.SMTP.Port != 2465 {
		t.Errorf("port %d, want the one that is written", c.SMTP.Port)
	}
}

func TestT08B20_RecipientsAndContact(t *testing.T) {
	const conf = `
[[digest]]
name = "d"
watches = ["all"]
at = "daily 07:00"
to = ["Desk <desk@example.org>", {to = "it@example.org", admin = true}, {to = "x@example.org"}]
[smtp]
host = "mail.example.org"
from = "Media watch <mw@example.org>"
`
	c, _ := mustLoad(t, conf, nil)
	d := c.Digests[0]
	if got, want := fmt.Sprint(d.To, d.Admins), "[desk@example.org it@example.org x@example.org] [it@example.org]"; got != want {
		t.Errorf("recipients %s, want %s", got, want)
	}
	if got := c.SMTP.ReaderContact(); got != "mw@example.org" {
		t.Errorf("contact %q, want the sender's address", got)
	}
	with, _ := mustLoad(t, conf+"contact = \"Press <press@example.org>\"\n", nil)
	if got := with.SMTP.ReaderContact(); got != "press@example.org" {
		t.Errorf("contact %q, want the one that is written", got)
	}
	var dump bytes.Buffer
	if err := c.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	read, _ := mustLoad(t, dump.String(), nil)
	if again := read.Digests[0]; !slices.Equal(again.To, d.To) || !slices.Equal(again.Admins, d.Admins) {
		t.Errorf("read back: %v and %v of\n%s", again.To, again.Admins, dump.String())
	}
}
