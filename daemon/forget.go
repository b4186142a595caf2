package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mediawatch/digest"
	"mediawatch/mail"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// orderForget removes an item's texts and the editions that tell of it, stops what is on its way with them, and names
// what holds them still.
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
	lines, err := d.recall(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := d.o.Store.Forget(ctx, id, reason, d.o.Now()); err != nil {
		return nil, err
	}
	d.items.Forget(id)
	if err := d.countHeld(ctx); err != nil { // some of it may have been stopped
		return nil, err
	}
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

// What stands in the place of an edition from then on, and what its deliveries say that are stopped.
const (
	withdrawnText = "An article of this edition was forgotten, so its text was removed.\n"
	withdrawnHTML = "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Removed</title>\n" +
		"<p>An article of this edition was forgotten, so its text was removed.</p></html>\n"
	stoppedAnswer  = "stopped: an article of this edition was forgotten"
	withdrawnWords = "an article of edition %s/%d was forgotten, so its text was removed; digest send --since makes a new edition without it"
)

// recall withdraws the editions that tell of an item, and names them. What a receiver may have already cannot be taken back.
func (d *Daemon) recall(ctx context.Context, id news.ItemID) (lines []string, err error) {
	w, err := d.wanted(ctx, id)
	if err != nil || w == nil {
		return nil, err
	}
	deliveries, err := d.o.Store.Deliveries(ctx, "", 0)
	if err != nil {
		return nil, err
	}
	of := make(map[string][]news.Delivery) // by edition
	for _, dl := range deliveries {
		key := web.EditionID(dl.Digest, dl.Number)
		of[key] = append(of[key], dl)
	}
	err = d.eachEdition(ctx, deliveries, func(e news.Edition) error {
		full, err := d.o.Store.Edition(ctx, e.Digest, e.Number)
		if err != nil || !w.in(&full) {
			return err
		}
		more, err := d.withdraw(ctx, e, of[web.EditionID(e.Digest, e.Number)])
		lines = append(lines, more...)
		return err
	})
	return lines, err
}

// wanted is what an edition that tells of an item is recognised by.
type wanted struct {
	revisions []news.Item
	groups    map[news.ItemID]bool // that it may have been told under
	since     news.Seq             // when it arrived
}

// wanted returns nil for an item that is not there.
func (d *Daemon) wanted(ctx context.Context, id news.ItemID) (*wanted, error) {
	items, err := d.o.Store.Items(ctx, []store.Ref{{Item: id}})
	if err != nil || items[0].ID.IsZero() {
		return nil, err
	}
	w := &wanted{groups: map[news.ItemID]bool{id: true}, since: items[0].Seq}
	refs := make([]store.Ref, items[0].N)
	for i := range refs {
		refs[i] = store.Ref{Item: id, N: i + 1}
	}
	if w.revisions, err = d.o.Store.Items(ctx, refs); err != nil {
		return nil, err
	}
	stories, err := d.o.Store.Stories(ctx, []news.ItemID{id})
	if err != nil {
		return nil, err
	}
	for _, m := range stories[0].Members { // a story is told under the id of one of its members
		w.groups[m.Item] = true
	}
	return w, nil
}

// in reports whether an edition tells of it: it reported its story when it was there already, or shows its headline or its address.
func (w *wanted) in(e *news.Edition) bool {
	if e.To < w.since {
		return false // it was made before
	}
	told := func(r news.Reported) bool { return w.groups[r.Group] }
	return slices.ContainsFunc(e.Stories, told) || digest.Tells(e.HTML, w.revisions) || digest.Tells(e.DeskHTML, w.revisions)
}

// eachEdition calls f for every edition, without its bytes, of the configured digests and of those that deliveries are of.
func (d *Daemon) eachEdition(ctx context.Context, deliveries []news.Delivery, f func(news.Edition) error) error {
	var names []string
	for _, dc := range d.config.Load().Digests {
		names = append(names, dc.Name, dc.Name+extraSuffix)
	}
	for _, dl := range deliveries {
		names = append(names, dl.Digest)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		for before := -1; before != 0; { // the welcome edition is number 0 and the last
			editions, err := d.o.Store.Editions(ctx, name, max(before, 0), logPage)
			if err != nil {
				return err
			}
			before = 0
			for _, e := range editions {
				if err := f(e); err != nil {
					return err
				}
				before = e.Number
			}
		}
	}
	return nil
}

// withdraw removes the bytes of an edition, stops its deliveries, and names the files that hold it.
func (d *Daemon) withdraw(ctx context.Context, e news.Edition, deliveries []news.Delivery) ([]string, error) {
	ended, err := d.o.Store.Withdraw(ctx, store.Withdrawal{
		Digest: e.Digest, Number: e.Number, Text: []byte(withdrawnText), HTML: []byte(withdrawnHTML), Answer: stoppedAnswer, At: d.o.Now(),
	})
	if err != nil {
		return nil, err
	}
	line := "edition " + web.EditionID(e.Digest, e.Number) + " tells of it; its text is removed from the store"
	if len(ended) > 0 {
		line += fmt.Sprintf("; what was not sent of it (%d of %d) is stopped", len(ended), len(deliveries))
	}
	lines := []string{line}
	for _, dl := range ended {
		if dl.State == news.DeliverySending {
			lines = append(lines, "it was being sent to "+dl.Recipient+", who may have it")
		}
	}
	for _, dl := range deliveries {
		to, mailed := strings.CutPrefix(dl.Recipient, toMail)
		if mailed {
			if dl.State == news.DeliverySent || dl.State == news.DeliveryUnknown {
				lines = append(lines, "it was mailed to "+to)
			}
			continue
		}
		files, err := editionFiles(d.config.Load().DataPath(strings.TrimPrefix(dl.Recipient, toFolder)), e)
		if err != nil {
			return nil, err
		}
		lines = append(lines, files...)
	}
	return lines, nil
}

// editionFiles names the files of an edition in a folder, whatever the day in their names: the zone of a digest may have changed.
func editionFiles(dir string, e news.Edition) ([]string, error) {
	begins := strings.TrimSuffix(mail.Name(e.Digest, e.Number, e.Date), e.Date.Format(time.DateOnly))
	names, err := regularFiles(dir, func(name string) bool { return strings.HasPrefix(strings.TrimPrefix(name, "."), begins) })
	for i := range names {
		names[i] = "the file " + names[i] + " holds it"
	}
	return names, err
}

// copies names the files beside the store and in the backup folder that may hold what was forgotten.
func (d *Daemon) copies() (lines []string, err error) {
	cfg := d.config.Load()
	own := filepath.Base(cfg.Store.Path)
	names, err := regularFiles(filepath.Dir(cfg.Store.Path), func(name string) bool {
		return name != own && !strings.HasSuffix(name, ".owner") && (strings.HasPrefix(name, own+".") || strings.Contains(name, backupSuffix))
	})
	if err != nil {
		return nil, err
	}
	if cfg.Backup.Path != "" {
		backups, err := regularFiles(cfg.Backup.Path, func(name string) bool { return strings.Contains(name, backupSuffix) && name != own })
		if err != nil {
			return nil, err
		}
		names = append(names, backups...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		lines = append(lines, "the copy "+name+" may hold it still")
	}
	imported, err := filesIn(filepath.Dir(cfg.Store.Path), func(e fs.DirEntry) bool { return e.IsDir() && strings.Contains(e.Name(), ".imported") })
	for _, name := range imported {
		lines = append(lines, "the folder "+name+" holds feeds and watches of version 0.1: a query there may have its words")
	}
	return lines, err
}

// regularFiles returns the paths of the files in a folder whose names are asked for; none when there is no such folder.
func regularFiles(dir string, asked func(name string) bool) ([]string, error) {
	return filesIn(dir, func(e fs.DirEntry) bool { return e.Type().IsRegular() && asked(e.Name()) })
}

func filesIn(dir string, asked func(fs.DirEntry) bool) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if info, statErr := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || statErr == nil && !info.IsDir() {
		return nil, nil
	}
	for _, e := range entries {
		if asked(e) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, err
}
