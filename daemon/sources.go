package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mediawatch/config"
	"mediawatch/fetch"
	"mediawatch/ingest"
	"mediawatch/news"
	"mediawatch/seeds"
	"mediawatch/store"
)

// parked is when feeds are due that are not in the configuration any more: never. Their state stays, so that a feed
// that comes back is not taken for a new one.
var parked = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// dueAtOnce is how many due feeds a tick moves into the queues.
const dueAtOnce = 5000

func subscription(f config.Feed) ingest.Subscription {
	return ingest.Subscription{
		ID: news.NewFeedID(news.KindFeed, f.URL), URL: f.URL, Outlet: f.Outlet, Interval: time.Duration(f.Interval), Charset: f.Charset, AnnounceAll: f.Announce == config.AnnounceAll,
		FullText: f.FullText, Proxy: f.Proxy,
	}
}

// feedHosts counts the hosts that feeds are asked from.
func (d *Daemon) feedHosts() int {
	hosts := make(map[string]bool)
	for _, f := range d.config.Load().Feeds {
		hosts[fetch.HostOf(f.URL)] = true
	}
	return len(hosts)
}

// subscriptions returns the configured web feeds by id.
func (d *Daemon) subscriptions() map[news.FeedID]ingest.Subscription {
	cfg := d.config.Load()
	subs := make(map[news.FeedID]ingest.Subscription, len(cfg.Feeds))
	for _, f := range cfg.Feeds {
		s := subscription(f)
		subs[s.ID] = s
	}
	return subs
}

// adopt gives every configured feed a state, and parks the states of feeds that are configured no longer.
func (d *Daemon) adopt(ctx context.Context) error {
	subs := d.subscriptions()
	var batch store.Batch
	add := func(f news.Feed) {
		doc := store.Document{Feed: f}
		store.Fit(&doc)
		batch.Documents = append(batch.Documents, doc)
	}
	err := eachFeed(ctx, d.o.Store, func(f news.Feed) {
		if f.Kind != news.KindFeed {
			return
		}
		_, configured := subs[f.ID]
		delete(subs, f.ID)
		switch gone := !f.NextDue.Before(parked); {
		case configured && gone:
			f.NextDue = d.o.Now()
		case !configured && !gone:
			f.NextDue = parked
		default:
			return
		}
		add(f)
	})
	if err != nil {
		return err
	}
	for id, s := range subs { // never seen
		add(news.Feed{ID: id, Kind: news.KindFeed, Address: s.URL, Location: s.URL, NextDue: d.o.Now()})
	}
	if len(batch.Documents) == 0 {
		return nil
	}
	_, err = d.o.Store.Append(ctx, batch)
	return err
}

// eachFeed walks the states of all feeds.
func eachFeed(ctx context.Context, s store.Feeds, f func(news.Feed)) error {
	var after news.FeedID
	for {
		page, err := s.Feeds(ctx, after, 1000)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, feed := range page {
			f(feed)
		}
		after = page[len(page)-1].ID
	}
}

// submitDue moves the due feeds into the queues of their hosts.
func (d *Daemon) submitDue(ctx context.Context) error {
	ids, err := d.o.Store.Due(ctx, d.o.Now(), dueAtOnce)
	if err != nil {
		return err
	}
	subs := d.subscriptions()
	for _, id := range ids {
		if sub, ok := subs[id]; ok {
			d.submit(ctx, sub)
		}
	}
	return nil
}

// submitAll moves every configured feed that a person has not paused into the queues, due or not.
func (d *Daemon) submitAll(ctx context.Context) error {
	subs := d.subscriptions()
	return eachFeed(ctx, d.o.Store, func(f news.Feed) {
		if sub, ok := subs[f.ID]; ok && !f.Paused {
			d.submit(ctx, sub)
		}
	})
}

// submit queues one feed; one that waits, runs, is being kept already or has been put off is left alone.
func (d *Daemon) submit(ctx context.Context, sub ingest.Subscription) {
	if d.pass.held(sub.ID, d.o.Now()) || !d.pass.begin(sub.ID) {
		return
	}
	put := d.queue.Submit
	host := fetch.HostOf(sub.URL)
	if state, err := d.o.Store.Feed(ctx, sub.ID); err == nil {
		if state.Location != "" {
			host = fetch.HostOf(state.Location)
		}
		if state.LastTry.IsZero() {
			put = d.queue.SubmitUrgent
		}
	}
	if !put(sub.ID.String(), host, func(ctx context.Context) { d.readFeed(ctx, sub) }) {
		d.pass.end(sub.ID)
	}
}

// readFeed is a job of the queue. Whatever happens, a panic included, the feed's state says afterwards when it is due again.
func (d *Daemon) readFeed(ctx context.Context, sub ingest.Subscription) {
	err := errPanicked
	defer func() {
		if err != nil && ctx.Err() == nil {
			d.putOff(sub, err)
		}
		if err != nil {
			d.pass.end(sub.ID)
		}
	}()
	reading, done := finishing(ctx)
	defer done()
	var res ingest.FeedResult
	if res, err = d.readOne(reading, sub); err != nil {
		if ctx.Err() == nil {
			d.o.Log.Error("feed not read", "feed", sub.URL, "err", err)
		}
		return
	}
	d.pass.feed(sub, res)
	d.writer.Put(res.Document, func(err error) {
		if d.notKept(sub.URL, err) {
			d.putOff(sub, err)
		}
		d.pass.end(sub.ID)
	})
}

var errPanicked = errors.New("reading it failed inside mediawatch; please report this")

// heldFor is how long a feed is left alone whose state cannot even be saved: when its server is not asked every few
// seconds for what cannot be kept.
const heldFor = 10 * time.Minute

// putOff makes a feed that could not be read or kept wait, each time longer. When not even that can be kept, this process remembers it.
func (d *Daemon) putOff(sub ingest.Subscription, why error) {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin/2)
	defer cancel()
	if err := d.feeds.PutOff(ctx, sub, why); err != nil {
		d.pass.hold(sub.ID, d.o.Now().Add(heldFor))
	}
}

// finishWithin is how long a feed that is being read when the program is stopped may take to its end: what its server
// has sent would be asked for again.
const finishWithin = 3 * time.Second

// finishing returns a context that outlives ctx by finishWithin.
func finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var last *time.Timer
	ended := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		last = time.AfterFunc(finishWithin, cancel)
		close(ended)
	})
	return longer, func() {
		if !unhook() {
			<-ended
			last.Stop()
		}
		cancel()
	}
}

// notKept reports what the store did not take and whether it is a whole document, whose source is then asked again,
// since neither validators nor sizes were kept.
func (d *Daemon) notKept(source string, err error) bool {
	var part *ingest.LeftOut
	switch {
	case err == nil:
		return false
	case errors.As(err, &part):
		for _, line := range part.Lines {
			d.o.Log.Warn("left out", "feed", source, "item", line)
		}
		return false
	}
	d.health.storeFailed(err, d.o.Now())
	d.o.Log.Error("not kept", "feed", source, "err", err)
	return true
}

// seedFolder returns what the reader needs to know of a configured folder.
func seedFolder(cfg *config.Config, s config.SeedFolder) ingest.SeedFolder {
	f := ingest.SeedFolder{
		ID: news.NewFeedID(news.KindSeed, s.Dir), Dir: s.Dir, Location: s.Location, Outlet: s.Outlet, AnnounceAll: s.Announce == config.AnnounceAll,
		Folder: seeds.Folder{Dir: s.Path, Recursive: s.Recursive, Include: s.Include},
	}
	for _, o := range cfg.Outlets {
		f.Outlets = append(f.Outlets, seeds.Outlet{Name: o.Name, Sites: o.Sites, Location: o.Location})
	}
	return f
}

// scanFolders reads what is new in all seed folders and returns when it is kept. A folder that is being read already is left alone.
func (d *Daemon) scanFolders(ctx context.Context) error {
	var errs []error
	cfg := d.config.Load()
	for _, s := range cfg.Seeds {
		res, err := d.scanFolder(ctx, seedFolder(cfg, s))
		d.pass.folder(res)
		for _, line := range res.Problems {
			d.o.Log.Warn("seed folder", "folder", s.Dir, "err", line)
		}
		if err != nil && !errors.Is(err, errUnderWay) {
			errs = append(errs, fmt.Errorf("read %s: %w", s.Dir, err))
		}
	}
	return errors.Join(errs...)
}

// errUnderWay is returned for a folder that is being read already.
var errUnderWay = errors.New("it is being read already")

func (d *Daemon) scanFolder(ctx context.Context, f ingest.SeedFolder) (ingest.FolderResult, error) {
	if !d.pass.begin(f.ID) {
		return ingest.FolderResult{}, errUnderWay
	}
	defer d.pass.end(f.ID)
	work := d.works.begin("reading "+f.Dir, "file")
	defer work.end()
	return d.folder.Read(ctx, f, func(p ingest.FolderProgress) { work.at(p.Files, p.AllFiles) })
}

// keepFiles keeps a batch of seed files. There must be room for it: what has no room is read again later.
func (d *Daemon) keepFiles(ctx context.Context, doc store.Document) (store.Receipt, error) {
	if len(doc.Items) > 0 {
		if err := d.space(); err != nil {
			return store.Receipt{}, err
		}
	}
	receipt, err := d.append(ctx, doc)
	var part *ingest.LeftOut
	if err != nil && !errors.As(err, &part) {
		d.health.storeFailed(err, d.o.Now())
		return receipt, err
	}
	d.items.Room(followersLag)
	return receipt, err
}
