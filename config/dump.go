package config

import (
	_ "embed"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"mediawatch/text"
)

//go:embed starter.toml
var starter []byte

// starterPath is the line of the starter that names the store.
const starterPath = `path = "data/mediawatch.db"`

// Init writes a configuration file to start from. With a folder, the store and everything relative is kept there; "" keeps
// it beside the configuration file.
func Init(w io.Writer, folder string) error {
	out := string(starter)
	if folder != "" {
		where := fmt.Sprintf("folder = %q   # relative paths start here\npath = \"mediawatch.db\"", folder)
		out = strings.Replace(out, starterPath, where, 1)
	}
	if _, err := io.WriteString(w, out); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}

// Dump writes the effective configuration, with defaults, environment and saved files applied and with secrets hidden.
func (c *Config) Dump(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "# the effective configuration of %s\n", c.File); err != nil {
		return fmt.Errorf("dump the configuration: %w", err)
	}
	if err := toml.NewEncoder(w).Encode(c.effective()); err != nil {
		return fmt.Errorf("dump the configuration: %w", err)
	}
	return nil
}

// age is how long something is kept, as a file says it.
func age(d Duration) string {
	if d == 0 {
		return Forever
	}
	return d.String()
}

// redacted hides the secrets in a URL and shows that there is a login.
func redacted(raw string) string {
	shown := text.HideSecrets(raw)
	if u, err := url.Parse(raw); err == nil && u.User != nil {
		scheme, rest, _ := strings.Cut(shown, "://")
		return scheme + "://hidden@" + rest
	}
	return shown
}

// effective turns c back into what a file would say.
func (c *Config) effective() *rawConfig {
	r := &rawConfig{Lists: c.Lists}
	r.Store = rawStore{Folder: c.Folder, Path: c.Store.Path, Keep: age(c.Store.Keep), KeepMatched: age(c.Store.KeepMatched), MinFree: c.Store.MinFree.String()}
	r.Web = rawWeb{Listen: c.Web.Listen, PublicURL: c.Web.PublicURL, Hosts: append([]string{}, c.Web.Hosts...), QueryTime: c.Web.QueryTime.String(), AllowRemote: c.Web.AllowRemote}
	r.Fetch = rawFetch{
		Interval: c.Fetch.Interval.String(), HostGap: c.Fetch.HostGap.String(), Proxy: redacted(c.Fetch.Proxy),
		AllowNetworks: []string{}, OPML: append([]string{}, c.Fetch.OPML...), UserAgent: c.Fetch.UserAgent, Contact: c.Fetch.Contact,
	}
	for _, p := range c.Fetch.Allow {
		r.Fetch.AllowNetworks = append(r.Fetch.AllowNetworks, p.String())
	}
	r.Fetch.Heartbeat = redacted(c.Fetch.Heartbeat)
	r.Backup.defaults()
	if b := c.Backup; b.Dir != "" {
		r.Backup = rawBackup{Dir: b.Dir, At: b.At, Timezone: b.Schedule.Location().String(), Keep: int64(b.Keep)}
	}
	r.Log = rawLog{Format: c.Log.Format, Level: c.Log.Level}
	r.Stories = rawStories{Window: c.Stories.Window.String(), Texts: int64(c.Stories.Texts)}
	if s := c.SMTP; s != nil {
		r.SMTP = &rawSMTP{Host: s.Host, Port: int64(s.Port), TLS: s.TLS, Username: s.Username, From: s.From, Contact: s.Contact}
		if s.Password != "" {
			r.SMTP.Password = Secret
		}
	}
	for _, s := range c.Seeds {
		r.Seeds = append(r.Seeds, rawSeeds{
			Dir: s.Dir, Recursive: s.Recursive, Include: s.Include, Timezone: s.Location.String(),
			Tags: s.Tags, Outlet: s.Outlet, Announce: s.Announce, Every: s.Every.String(),
		})
	}
	for _, o := range c.Outlets {
		one := rawOutlet{Name: o.Name, Sites: o.Sites, Country: o.Country, Tags: o.Tags}
		if o.Location != nil {
			one.Timezone = o.Location.String()
		}
		r.Outlet = append(r.Outlet, one)
	}
	for _, f := range c.Feeds {
		one := f.raw()
		one.URL, one.Proxy = redacted(one.URL), redacted(one.Proxy)
		r.Feed = append(r.Feed, one)
	}
	for _, w := range c.Watches {
		r.Watch = append(r.Watch, w.raw())
	}
	for _, d := range c.Digests {
		r.Digest = append(r.Digest, rawDigest{
			Name: d.Name, Title: d.Title, Watches: d.Watches, At: d.At, Timezone: d.Location.String(), To: d.rawTo(), Dir: d.Dir, Empty: d.Empty,
		})
	}
	return r
}

// rawTo turns the recipients back into what a file would say.
func (d Digest) rawTo() []any {
	var out []any
	for _, to := range d.To {
		if slices.Contains(d.Admins, to) {
			out = append(out, map[string]any{"to": to, "admin": true})
		} else {
			out = append(out, to)
		}
	}
	return out
}

// raw turns f back into what a file would say.
func (f Feed) raw() rawFeed {
	r := rawFeed{URL: f.URL, Outlet: f.Outlet, Tags: f.Tags, Charset: f.Charset, Announce: f.Announce, FullText: f.FullText, Proxy: f.Proxy, Author: f.Author, Time: f.Time}
	if f.Interval > 0 {
		r.Interval = f.Interval.String()
	}
	return r
}

// raw turns w back into what a file would say.
func (w Watch) raw() rawWatch {
	return rawWatch{Name: w.Name, Title: w.Title, Query: w.Source, Group: w.Group, Content: w.Content, Author: w.Author, Time: w.Time}
}
