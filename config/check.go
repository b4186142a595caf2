package config

import (
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/htmlindex"

	"mediawatch/news"
	"mediawatch/schedule"
)

// checker turns raw tables into a Config.
type checker struct {
	*collector
	raw   *rawConfig
	cfg   *Config
	env   []string
	dir   string // absolute folder of the configuration file
	shown string // the same, as it was named
	saved []news.Saved

	partial bool // a digest may name watches that are not there
}

// all makes every check. Its error is that of reading what was saved.
func (k *checker) all(saved func(storePath string) ([]news.Saved, error)) error {
	k.store()
	k.webTable()
	k.fetch()
	k.stories()
	k.log()
	k.backup()
	k.smtp()
	k.seeds()
	k.outlets()
	if saved != nil && k.cfg.Store.Path != "" { // after the secrets, which the user who may open the store need not be able to read
		var err error
		if k.saved, err = saved(k.cfg.Store.Path); err != nil {
			return err
		}
	}
	k.feeds()
	k.lists()
	k.watches()
	k.digests()
	k.links()
	return nil
}

// notBuilt reports a key whose part of the program does not exist yet: accepting it silently would promise what does not happen.
func (k *checker) notBuilt(at place, what string) {
	k.add(at, "remove it until then", "%s is not built yet", what)
}

// required reports an empty value.
func (k *checker) required(t *table, name, value string) bool {
	if strings.TrimSpace(value) == "" {
		k.add(t.at(name), "", "%s is missing", name)
		return false
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f }) {
		k.add(t.at(name), "", "%s has a control character in it", name)
		return false
	}
	return true
}

func (k *checker) duration(t *table, key, value string, least, most time.Duration) Duration {
	d, err := ParseDuration(value)
	switch {
	case err != nil:
		k.add(t.at(key), "for example 30m, 24h or 7d", "%s: %v", key, err)
	case time.Duration(d) < least || time.Duration(d) > most:
		k.add(t.at(key), "", "%s: %s is not between %s and %s", key, value, Duration(least), Duration(most))
	}
	return d
}

func (k *checker) zone(t *table, key, name string) *time.Location {
	loc, err := schedule.Zone(name)
	if err != nil {
		k.add(t.at(key), "a name such as Europe/Berlin or UTC", "%s: %q is not a time zone", key, name)
		return time.UTC
	}
	return loc
}

func (k *checker) store() {
	r := &k.raw.Store
	k.cfg.Folder = k.dir
	if r.Folder != "" && k.required(&r.table, "folder", r.Folder) {
		k.cfg.Folder = k.abs(r.Folder)
	}
	if k.required(&r.table, "path", r.Path) {
		k.cfg.Store.Path = k.cfg.DataPath(r.Path)
	}
	if r.URL != "" {
		if strings.HasPrefix(r.URL, "postgres://") || strings.HasPrefix(r.URL, "postgresql://") {
			k.notBuilt(r.at("url"), "url (PostgreSQL)")
		} else {
			k.add(r.at("url"), "the embedded store needs path alone", "url: %q is not the address of a store", r.URL)
		}
	}
	k.cfg.Store.Keep = k.age(&r.table, "keep", r.Keep)
	k.cfg.Store.KeepMatched = k.age(&r.table, "keep_matched", r.KeepMatched)
	if m := k.cfg.Store.KeepMatched; m > 0 && (k.cfg.Store.Keep == 0 || m < k.cfg.Store.Keep) {
		k.add(r.at("keep_matched"), "", "keep_matched: %s is shorter than keep, %s", r.KeepMatched, r.Keep)
	}
	if r.Raw {
		k.notBuilt(r.at("raw"), "raw = true")
	}
	size, err := ParseSize(r.MinFree)
	if err != nil {
		k.add(r.at("min_free"), "for example 500MB or 2GB", "min_free: %v", err)
	}
	k.cfg.Store.MinFree = size
}

// The bounds of how long texts are kept: copies are found among them for up to maxWindow.
const (
	minAge = maxWindow
	maxAge = 36500 * day
)

// age checks how long something is kept; 0 is for ever.
func (k *checker) age(t *table, key, value string) Duration {
	if value == Forever {
		return 0
	}
	if _, err := ParseDuration(value); err != nil {
		k.add(t.at(key), `"forever", or a time such as 400d`, "%s: %v", key, err)
		return 0
	}
	return k.duration(t, key, value, minAge, maxAge)
}

func (k *checker) webTable() {
	r := &k.raw.Web
	k.cfg.Web.Listen, k.cfg.Web.AllowRemote = r.Listen, r.AllowRemote
	host, port, err := net.SplitHostPort(r.Listen)
	n, portErr := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || portErr != nil && port != "":
		k.add(r.at("listen"), "an address and a port, for example 127.0.0.1:8087", "listen: %q is not an address to listen on", r.Listen)
	case port == "":
		k.add(r.at("listen"), "for example 127.0.0.1:8087", "listen: %q has no port", r.Listen)
	case !isLoopback(host) && !isAddress(host):
		k.add(r.at("listen"), "for example 127.0.0.1:"+strconv.FormatUint(n, 10), "listen: %q is not an IP address", host)
	case !isLoopback(host) && !r.AllowRemote:
		k.add(r.at("listen"), "listen on 127.0.0.1, or set allow_remote = true if something in front of it asks for a password",
			"listen: %s can be reached from other machines, and nothing asks them for a password", r.Listen)
	}
	if r.Users != nil {
		k.notBuilt(r.at("users"), "users")
	}
	k.hosts(r)
	k.cfg.Web.QueryTime = k.duration(&r.table, "query_time", r.QueryTime, 100*time.Millisecond, time.Hour)
	if r.PublicURL != "" {
		k.cfg.Web.PublicURL = strings.TrimRight(r.PublicURL, "/")
		if u, ok := httpURL(r.PublicURL); !ok || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			k.add(r.at("public_url"), "for example https://news.example.org", "public_url: %q is not the address of a site", r.PublicURL)
		}
	}
}

// hosts checks the names that requests may ask for.
func (k *checker) hosts(r *rawWeb) {
	for i, name := range r.Hosts {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if u, err := url.Parse("http://" + name); err != nil || u.Host != name || u.Port() != "" || strings.ContainsAny(name, "*[]") || name == "" {
			k.add(r.item("hosts", i), "a name as browsers show it, without http:// and port: news.example.org", "hosts: %q is not the name of a host", r.Hosts[i])
			continue
		}
		k.cfg.Web.Hosts = append(k.cfg.Web.Hosts, name)
	}
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// isAddress reports whether host may be listened on; "" is every address.
func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return host == "" || err == nil
}

// httpURL parses an absolute http or https URL.
func httpURL(raw string) (*url.URL, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.ContainsAny(raw, " \t\r\n") {
		return nil, false
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return nil, false
		}
	}
	return u, true
}

// The bounds of the pace; below a minute a publisher would rightly block us.
const (
	minInterval = time.Minute
	maxInterval = 30 * day
)

// The bounds of the window in which copies are found. A text in it takes about 240 bytes of memory.
const (
	minWindow, maxWindow = day, 90 * day
	minTexts, maxTexts   = 1000, 50_000_000
)

// maxBackups is how many scheduled copies may be kept.
const maxBackups = 1000

func (k *checker) backup() {
	r := &k.raw.Backup
	if r.Keep < 1 || r.Keep > maxBackups {
		k.add(r.at("keep"), "", "keep: %d is not between 1 and %d", r.Keep, maxBackups)
	}
	s, err := schedule.Parse(r.At, k.zone(&r.table, "timezone", r.Timezone))
	var e *schedule.Error
	if errors.As(err, &e) {
		k.add(r.at("at"), e.Hint, "at: %q: %s", r.At, e.Msg)
	}
	if r.Dir != "" {
		k.cfg.Backup = Backup{Dir: r.Dir, Path: k.cfg.DataPath(r.Dir), Schedule: s, At: r.At, Keep: int(r.Keep)}
	}
}

func (k *checker) log() {
	r := &k.raw.Log
	k.cfg.Log.Format = k.oneOf(&r.table, "format", r.Format, LogAuto, LogHuman, LogFmt, LogJSON)
	k.cfg.Log.Level = k.oneOf(&r.table, "level", r.Level, "debug", "info", "warn", "error")
}

func (k *checker) stories() {
	r, s := &k.raw.Stories, &k.cfg.Stories
	s.Window = k.duration(&r.table, "window", r.Window, minWindow, maxWindow)
	if time.Duration(s.Window)%day != 0 {
		k.add(r.at("window"), "for example 14d or 4w", "window: %s is not a number of days", r.Window)
	}
	if r.Texts < minTexts || r.Texts > maxTexts {
		k.add(r.at("texts"), "a million take about 240 MB of memory", "texts: %d is not between %d and %d", r.Texts, minTexts, maxTexts)
	}
	s.Texts = int(r.Texts)
}

func (k *checker) fetch() {
	r, f := &k.raw.Fetch, &k.cfg.Fetch
	f.Interval = k.duration(&r.table, "interval", r.Interval, minInterval, maxInterval)
	f.HostGap = k.duration(&r.table, "host_gap", r.HostGap, 0, time.Hour)
	f.Proxy, f.UserAgent, f.Contact = k.proxy(r.at("proxy"), r.Proxy), r.UserAgent, r.Contact
	if !isContact(r.Contact) {
		k.add(r.at("contact"), "for example https://news.example.org/about or desk@example.org", "contact: %q is neither the address of a page nor of mail", r.Contact)
	}
	if f.Heartbeat = r.Heartbeat; r.Heartbeat != "" {
		if _, ok := httpURL(r.Heartbeat); !ok {
			k.add(r.at("heartbeat"), "it starts with https:// or http://", "heartbeat: not an address that can be asked")
		}
	}
	if strings.ContainsFunc(r.UserAgent, func(c rune) bool { return c < ' ' || c > '~' }) {
		k.add(r.at("user_agent"), "printable ASCII only", "user_agent: %q cannot be sent in a header", r.UserAgent)
	}
	for i, s := range r.AllowNetworks {
		p, err := netip.ParsePrefix(s)
		if addr, addrErr := netip.ParseAddr(s); err != nil && addrErr == nil && addr.Zone() == "" {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		switch {
		case err != nil:
			k.add(r.item("allow_networks", i), "for example 127.0.0.0/8 or fd00::/8", "allow_networks: %q is not a network", s)
		case p.Masked() != p:
			k.add(r.item("allow_networks", i), "did you mean "+p.Masked().String()+"?", "allow_networks: %s has bits set behind its prefix", s)
		default:
			f.Allow = append(f.Allow, p)
		}
	}
}

// proxy checks the address of a proxy, which may be missing.
func (k *checker) proxy(at place, raw string) string {
	u, err := url.Parse(raw)
	if raw != "" && (err != nil || u.Host == "" || !isProxyScheme(u.Scheme)) {
		k.add(at, "for example http://127.0.0.1:3128 or socks5://127.0.0.1:9050", "proxy: not the address of a proxy")
	}
	return raw
}

// isContact reports whether s may stand behind the + of a User-Agent: nothing, a web address or an address of mail, in
// printable ASCII without parentheses.
func isContact(s string) bool {
	if s == "" {
		return true
	}
	if strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || c == '(' || c == ')' }) {
		return false
	}
	if _, ok := httpURL(s); ok {
		return true
	}
	local, domain, ok := strings.Cut(strings.TrimPrefix(s, "mailto:"), "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(domain, "@/")
}

func isProxyScheme(s string) bool {
	return s == "http" || s == "https" || s == "socks5" || s == "socks5h"
}

func (k *checker) seeds() {
	seen := map[string]place{}
	for i := range k.raw.Seeds {
		r := &k.raw.Seeds[i]
		s := SeedFolder{Dir: r.Dir, Recursive: r.Recursive, Include: r.Include, Outlet: strings.TrimSpace(r.Outlet)}
		if k.required(&r.table, "dir", r.Dir) {
			s.Path = k.cfg.DataPath(r.Dir)
			k.unique(seen, s.Path, r.at("dir"), "the folder")
			k.seedFolder(r.at("dir"), s.Path)
		}
		if len(r.Include) == 0 {
			k.add(r.at("include"), `for example ["*.txt", "*.md", "*.html"]`, "include is empty, so nothing would be read")
		}
		for j, pattern := range r.Include {
			if _, err := path.Match(pattern, "x"); err != nil || pattern == "" || strings.Contains(pattern, "/") {
				k.add(r.item("include", j), `a pattern of file names such as "*.txt"`, "include: %q is not a pattern", pattern)
			}
		}
		s.Location = k.zone(&r.table, "timezone", r.Timezone)
		s.Tags = k.tags(&r.table, r.Tags)
		s.Announce = k.oneOf(&r.table, "announce", r.Announce, AnnounceNew, AnnounceAll)
		s.Every = k.duration(&r.table, "every", r.Every, time.Second, 30*day)
		k.cfg.Seeds = append(k.cfg.Seeds, s)
	}
}

// seedFolder warns of a folder that cannot be read: it may be on a disk that is not there yet.
func (k *checker) seedFolder(at place, path string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		k.warn(at, "make the folder, or take the [[seeds]] out", "the seed folder %s does not exist", k.show(path))
	case err != nil:
		k.warn(at, "", "the seed folder %s cannot be read: %s", k.show(path), plain(err))
	case !info.IsDir():
		k.warn(at, "name the folder it is in", "the seed folder %s is a file", k.show(path))
	}
}

func (k *checker) tags(t *table, tags []string) []string {
	out := make([]string, 0, len(tags))
	for i, tag := range tags {
		clean := strings.Join(strings.Fields(tag), " ")
		if clean == "" {
			k.add(t.item("tags", i), "", "tags: an empty tag")
			continue
		}
		out = append(out, clean)
	}
	return out
}

var (
	hostName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	country  = regexp.MustCompile(`^[A-Z]{2}$`)
	slug     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
)

func (k *checker) outlets() {
	names, sites := map[string]place{}, map[string]place{}
	for i := range k.raw.Outlet {
		r := &k.raw.Outlet[i]
		o := Outlet{Name: strings.Join(strings.Fields(r.Name), " "), Country: strings.ToUpper(r.Country)}
		if k.required(&r.table, "name", r.Name) {
			k.unique(names, o.Name, r.at("name"), "the outlet")
		}
		for j, site := range r.Sites {
			host := strings.TrimPrefix(strings.ToLower(site), "www.")
			if !hostName.MatchString(host) {
				k.add(r.item("sites", j), "a host name such as example.org", "sites: %q is not a host name", site)
				continue
			}
			k.unique(sites, host, r.item("sites", j), "the site")
			o.Sites = append(o.Sites, host)
		}
		if r.Country != "" && !country.MatchString(o.Country) {
			k.add(r.at("country"), "two letters such as DE or US", "country: %q is not a country code", r.Country)
		}
		o.Tags = k.tags(&r.table, r.Tags)
		if r.has("timezone") {
			o.Location = k.zone(&r.table, "timezone", r.Timezone)
		}
		k.cfg.Outlets = append(k.cfg.Outlets, o)
	}
}

// feed checks one subscription.
func (k *checker) feed(r *rawFeed, source string) Feed {
	f := Feed{URL: r.URL, Outlet: strings.TrimSpace(r.Outlet), Source: source, Place: r.at("url").String(), Author: r.Author, Time: r.Time}
	if k.required(&r.table, "url", r.URL) {
		if _, ok := httpURL(r.URL); !ok {
			k.add(r.at("url"), "it starts with https:// or http://", "url: %q is not the address of a feed", r.URL)
		}
	}
	f.Tags = k.tags(&r.table, r.Tags)
	if r.has("interval") {
		f.Interval = k.duration(&r.table, "interval", r.Interval, minInterval, maxInterval)
	}
	if r.Charset != "" {
		e, err := htmlindex.Get(r.Charset)
		if err != nil {
			k.add(r.at("charset"), "for example windows-1251 or utf-8", "charset: %q is not known", r.Charset)
		} else if f.Charset, err = htmlindex.Name(e); err != nil {
			f.Charset = r.Charset
		}
	}
	f.Announce = k.oneOf(&r.table, "announce", r.Announce, AnnounceNew, AnnounceAll)
	f.FullText = r.FullText
	f.Proxy = k.proxy(r.at("proxy"), r.Proxy)
	return f
}
