package daemon

import (
	"context"
	"slices"
	"sort"
	"time"

	"mediawatch/config"
	"mediawatch/digest"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// logPage is how many lines of a watch's log are read at once.
const logPage = 1000

// composition gathers what one edition is made of. It reads pages and holds no transaction.
type composition struct {
	daemon   *Daemon
	digest   config.Digest
	state    news.DigestState
	kind     digest.Kind
	slot     string
	number   int
	from, to news.Seq
	asOf     time.Time // zero: now
	held     bool      // the machine that a backup came from may have sent it

	readers digest.Composed // what compose made for them
	named   []string        // those of the silent sources that have a name to tell readers
}

// compose chooses the window and composes the edition for the desk; c.readers is the one for its readers then. It sets c.to.
func (c *composition) compose(ctx context.Context) (digest.Composed, error) {
	s := c.daemon.o.Store
	if c.to == 0 {
		head, err := s.Head(ctx)
		if err != nil {
			return digest.Composed{}, err
		}
		c.to = head
	}
	cfg := c.daemon.config.Load()
	in := digest.Input{
		Digest: c.digest.Name, Title: c.digest.Title, Number: c.number, Slot: c.slot, Kind: c.kind, Now: c.now(), Location: c.digest.Location,
		From: c.from, To: c.to, Version: c.daemon.o.Version,
		Links: c.links(web.BaseURL(cfg)),
	}
	if err := c.sections(ctx, &in); err != nil {
		return digest.Composed{}, err
	}
	if err := c.load(ctx, &in); err != nil {
		return digest.Composed{}, err
	}
	if err := c.surroundings(ctx, &in); err != nil {
		return digest.Composed{}, err
	}
	desk := digest.Compose(in)
	c.readers = digest.Compose(c.forReaders(in))
	return desk, nil
}

// links are where an edition leads to, on the pages at base; "" leads nowhere.
func (c *composition) links(base string) digest.Links {
	cfg := c.daemon.config.Load()
	var l digest.Links
	if cfg.SMTP != nil {
		l.Contact = cfg.SMTP.ReaderContact()
	}
	if base == "" {
		return l
	}
	l.Home, l.Feed, l.Items = base+"/digests/"+c.digest.Name, base+"/digests/"+c.digest.Name+".atom", base+"/items/"
	if c.number > 0 {
		l.Edition = web.EditionPage(base, c.state.Digest, c.number)
	}
	return l
}

// forReaders takes out of an edition what is for those who look after the program: feeds in trouble, raw answers of
// servers, and addresses of this machine.
func (c *composition) forReaders(in digest.Input) digest.Input {
	base := c.daemon.config.Load().Web.PublicURL
	in.Links, in.Trouble, in.Silent = c.links(base), nil, c.named
	in.Failed = slices.Clone(in.Failed)
	for i := range in.Failed {
		f := &in.Failed[i]
		f.Answer, f.URL = "", ""
		if base != "" {
			f.URL = web.EditionPage(base, c.state.Digest, f.Number)
		}
	}
	return in
}

func (c *composition) now() time.Time {
	if !c.asOf.IsZero() {
		return c.asOf
	}
	return c.daemon.o.Now()
}

// sections reads the window of each watch's log.
func (c *composition) sections(ctx context.Context, in *digest.Input) error {
	for _, name := range c.digest.Watches {
		section := digest.Section{Watch: name, Title: c.daemon.watchTitle(name)}
		if w, ok := c.daemon.config.Load().Watch(name); ok {
			section.ByItem = w.Group == config.GroupItem
		}
		after := c.from
		for {
			events, err := c.daemon.o.Store.MatchEvents(ctx, name, after, logPage)
			if err != nil {
				return err
			}
			for _, ev := range events {
				if ev.Seq > c.to {
					break
				}
				section.Events = append(section.Events, ev)
			}
			if len(events) == 0 || events[len(events)-1].Seq >= c.to {
				break
			}
			after = events[len(events)-1].Seq
		}
		in.Sections = append(in.Sections, section)
	}
	return nil
}

// load fills in what the events speak of, in the four steps that digest.Input describes.
func (c *composition) load(ctx context.Context, in *digest.Input) error {
	s := c.daemon.o.Store
	groups := in.Groups()
	stories, err := s.Stories(ctx, groups)
	if err != nil {
		return err
	}
	in.Stories = make(map[news.ItemID]news.Story, len(groups))
	for i, g := range groups {
		in.Stories[g] = stories[i]
	}
	members := in.Members()
	matches, err := s.Matches(ctx, members)
	if err != nil {
		return err
	}
	reported, err := s.Reported(ctx, c.digest.Name, members)
	if err != nil {
		return err
	}
	in.Matches = make(map[news.ItemID][]news.Match, len(members))
	in.Reported = make(map[news.ItemID]news.Reported, len(members))
	for i, id := range members {
		in.Matches[id] = matches[i]
		in.Reported[id] = reported[i]
	}
	wanted := in.Refs()
	refs := make([]store.Ref, len(wanted))
	for i, r := range wanted {
		refs[i] = store.Ref(r)
	}
	items, err := s.Items(ctx, refs)
	if err != nil {
		return err
	}
	in.Items = make(map[digest.Ref]news.Item, len(items))
	for i, r := range wanted {
		in.Items[r] = items[i]
	}
	return nil
}

// surroundings adds what stands around the stories: when the window began, coverage, feeds in trouble, undelivered editions.
func (c *composition) surroundings(ctx context.Context, in *digest.Input) error {
	editions, err := c.daemon.o.Store.Editions(ctx, c.state.Digest, 0, 1)
	if err != nil {
		return err
	}
	if len(editions) > 0 && c.kind != digest.Extra {
		in.Since = editions[0].Date
		if in.Failed, err = c.failed(ctx, editions[0]); err != nil {
			return err
		}
	}
	if in.Chart, err = c.chart(ctx); err != nil {
		return err
	}
	in.Trouble, in.Silent, c.named, err = c.daemon.trouble(ctx)
	return err
}

// failed returns the last edition if some delivery of it was given up.
func (c *composition) failed(ctx context.Context, last news.Edition) ([]digest.Earlier, error) {
	deliveries, err := c.daemon.o.Store.Deliveries(ctx, last.Digest, last.Number)
	if err != nil {
		return nil, err
	}
	for _, dl := range deliveries {
		if dl.State == news.DeliveryFailed {
			url := web.EditionURL(c.daemon.config.Load(), last.Digest, last.Number)
			return []digest.Earlier{{Number: last.Number, Date: last.Date, URL: url, Answer: dl.Answer}}, nil
		}
	}
	return nil, nil
}

// chart counts the items of the digest's watches over the last days.
func (c *composition) chart(ctx context.Context) ([]digest.Day, error) {
	now := c.now()
	since := now.AddDate(0, 0, -digest.ChartDays)
	seen := make(map[news.ItemID]bool)
	var times []time.Time
	for _, name := range c.digest.Watches {
		after, err := c.logSince(ctx, name, since)
		if err != nil {
			return nil, err
		}
		for {
			events, err := c.daemon.o.Store.MatchEvents(ctx, name, after, logPage)
			if err != nil {
				return nil, err
			}
			if len(events) == 0 {
				break
			}
			after = events[len(events)-1].Seq
			var refs []store.Ref
			for _, ev := range events {
				if ev.Change == news.ChangeNew && ev.Seq <= c.to && !seen[ev.Item] {
					seen[ev.Item] = true
					refs = append(refs, store.Ref{Item: ev.Item})
				}
			}
			items, err := c.daemon.o.Store.Items(ctx, refs)
			if err != nil {
				return nil, err
			}
			for i := range items {
				if !items[i].ID.IsZero() {
					times = append(times, items[i].Time())
				}
			}
		}
	}
	return digest.Days(times, now, c.digest.Location, digest.ChartDays), nil
}

// seqAt returns the position in the journal that matches of the digest's watches made after t lie behind.
func (c *composition) seqAt(ctx context.Context, t time.Time) (news.Seq, error) {
	var first news.Seq
	for i, name := range c.digest.Watches {
		seq, err := c.logSince(ctx, name, t)
		if err != nil {
			return 0, err
		}
		if i == 0 || seq < first {
			first = seq
		}
	}
	return first, nil
}

// logSince finds by bisection the position before the first line of a watch's log at or after t: lines are in order of time.
func (c *composition) logSince(ctx context.Context, watch string, t time.Time) (news.Seq, error) {
	head, err := c.daemon.o.Store.Head(ctx)
	if err != nil {
		return 0, err
	}
	var failed error
	n := sort.Search(int(head), func(i int) bool {
		if failed != nil {
			return true
		}
		events, err := c.daemon.o.Store.MatchEvents(ctx, watch, news.Seq(i), 1)
		if err != nil {
			failed = err
			return true
		}
		return len(events) == 0 || !events[0].At.Before(t)
	})
	return news.Seq(n), failed
}

// watchTitle is the title of a watch, or its name.
func (d *Daemon) watchTitle(name string) string {
	if w, ok := d.config.Load().Watch(name); ok && w.Title != "" {
		return w.Title
	}
	return name
}

// trouble lists the feeds that people should know about, one line each, those that have been silent for unusually long,
// and of these the ones with a title.
func (d *Daemon) trouble(ctx context.Context) (lines, silent, named []string, err error) {
	subs := d.subscriptions()
	err = eachFeed(ctx, d.o.Store, func(f news.Feed) {
		_, configured := subs[f.ID]
		if f.Kind == news.KindFeed && !configured {
			return
		}
		if problem := web.FeedProblem(f); problem != "" {
			lines = append(lines, problem)
		} else if quiet := web.FeedSilence(f); quiet != "" {
			silent = append(silent, quiet)
			if f.Title != "" {
				named = append(named, quiet)
			}
		}
	})
	return lines, silent, named, err
}
