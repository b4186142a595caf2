package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// orderForget removes an item's texts, stops what is about to be sent with them, and names what holds them still.
func (d *Daemon) orderForget(r *http.Request) (any, error) {
	ctx := r.Context()
	id, err := d.web.ItemID(ctx, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(r.FormValue("reason"))
	if reason == "" {
		return nil, web.BadRequest("a reason is needed; it is kept with the tombstone")
	}
	d.digests.Lock() // no edition is made of it meanwhile
	defer d.digests.Unlock()
	items, err := d.o.Store.Items(ctx, []store.Ref{{Item: id}})
	if err != nil {
		return nil, err
	}
	var lines []string
	if !items[0].ID.IsZero() {
		if lines, err = d.recall(ctx, &items[0]); err != nil {
			return nil, err
		}
	}
	if err := d.o.Store.Forget(ctx, id, reason, d.o.Now()); err != nil {
		return nil, err
	}
	d.items.Forget(id)
	copies, err := d.copies()
	if err != nil {
		return nil, err
	}
	lines = append(lines, copies...)
	if len(lines) > 0 {
		lines = append(lines, "exports and copies that people made elsewhere are not known here")
	}
	return Done{Lines: lines, Summary: "item " + id.String() + " is forgotten and will not return"}, nil
}

// recall stops the deliveries of editions that tell of an item and names those editions. What a receiver may have already cannot be taken back.
func (d *Daemon) recall(ctx context.Context, it *news.Item) (lines []string, err error) {
	deliveries, err := d.o.Store.Deliveries(ctx, "", 0)
	if err != nil {
		return nil, err
	}
	for len(deliveries) > 0 {
		first, n := deliveries[0], 1
		for n < len(deliveries) && deliveries[n].Digest == first.Digest && deliveries[n].Number == first.Number {
			n++
		}
		e, err := d.o.Store.Edition(ctx, first.Digest, first.Number)
		if err != nil {
			return nil, err
		}
		if tells(&e, it) {
			stopped, err := d.stop(ctx, deliveries[:n])
			if err != nil {
				return nil, err
			}
			line := fmt.Sprintf("edition %s/%d tells of it", e.Digest, e.Number)
			if stopped > 0 {
				line += fmt.Sprintf("; what was not sent of it (%d of %d) is stopped", stopped, n)
			}
			lines = append(lines, line)
		}
		deliveries = deliveries[n:]
	}
	return lines, nil
}

// tells reports whether an edition has an item's headline, address or id.
func tells(e *news.Edition, it *news.Item) bool {
	in := func(s string) bool {
		return s != "" && (bytes.Contains(e.HTML, []byte(s)) || bytes.Contains(e.Text, []byte(s)))
	}
	headline := strings.Join(strings.Fields(it.Title), " ") // it is broken into lines there
	return in(it.ID.String()) || in(it.URL) || headline != "" && strings.Contains(strings.Join(strings.Fields(string(e.Text)), " "), headline)
}

// stop ends the deliveries that no receiver has had, and returns how many they were.
func (d *Daemon) stop(ctx context.Context, deliveries []news.Delivery) (stopped int, err error) {
	for _, dl := range deliveries {
		if dl.State != news.DeliveryPending && dl.State != news.DeliveryUnknown {
			continue
		}
		dl.State, dl.Answer, dl.Settled = news.DeliveryFailed, "stopped: an article in it was forgotten", d.o.Now()
		if err := d.o.Store.Settle(ctx, dl); err != nil {
			return stopped, err
		}
		stopped++
	}
	return stopped, nil
}

// copies names the files beside the store and in the backup folder that hold what was forgotten.
func (d *Daemon) copies() (lines []string, err error) {
	cfg := d.config.Load()
	var names []string
	for _, pattern := range []string{".replaced*", ".schema-*"} {
		found, err := filepath.Glob(cfg.Store.Path + pattern)
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	if cfg.Backup.Path != "" {
		there, err := scheduledBackups(cfg.Backup.Path)
		if err != nil {
			return nil, err
		}
		for _, b := range there {
			names = append(names, b.name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			lines = append(lines, "the copy "+name+" may hold it still")
		}
	}
	return lines, nil
}
