package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/fetch"
	"mediawatch/files"
	"mediawatch/store"
)

// Scheduled backups are files of this form; nothing else in their folder is ever touched.
const (
	backupPrefix = "mediawatch-"
	backupSuffix = ".db"
	backupTime   = "20060102T150405Z"
)

// backupRetry is how long a scheduled backup that failed waits for its next try.
const backupRetry = time.Hour

// backupFile is where a backup goes.
type backupFile struct {
	name     string
	existing files.Existing
}

// backup writes a verified copy of the store, if there is room for it, and returns a line that says how much there was and is.
func (d *Daemon) backup(ctx context.Context, b store.Backuper, to backupFile) (string, error) {
	stats, err := d.o.Store.Stats(ctx)
	if err != nil {
		return "", err
	}
	room := "the disk does not say how much is free"
	if free, err := d.o.Free(filepath.Dir(to.name)); err == nil {
		room = fmt.Sprintf("%s are free", megabytes(free))
		if free < stats.Bytes {
			return "", fmt.Errorf("back up to %s: %w: the copy takes up to %s, %s there", to.name, store.ErrFull, megabytes(stats.Bytes), room)
		}
	}
	if err := b.Backup(ctx, to.name, to.existing); err != nil {
		return "", err
	}
	return fmt.Sprintf("the copy takes up to %s; %s", megabytes(stats.Bytes), room), nil
}

// megabytes is a size for people; large ones are in GB.
func megabytes(n int64) string {
	if n >= 10e9 {
		return fmt.Sprintf("%.0f GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// backupIfDue makes the newest scheduled backup that was missed, the first one at once, and then removes those beyond
// what is kept. A failure is a problem on the overview until one succeeds.
func (d *Daemon) backupIfDue(ctx context.Context) error {
	cfg := d.config.Load().Backup
	b, ok := d.o.Store.(store.Backuper)
	if cfg.Path == "" || !ok {
		d.health.backedUp(nil, time.Time{})
		return nil
	}
	now := d.o.Now()
	if !d.health.mayBackUp(now) {
		return nil
	}
	there, err := scheduledBackups(cfg.Path)
	if err == nil && len(there) > 0 {
		if _, due := cfg.Schedule.Latest(there[len(there)-1].at, now); !due {
			return nil
		}
	}
	if err == nil {
		err = d.scheduledBackup(ctx, b, cfg)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	d.health.backedUp(err, now)
	return err
}

// scheduledBackup makes a backup in the folder and removes the oldest beyond what is kept, never the one that was just made.
func (d *Daemon) scheduledBackup(ctx context.Context, b store.Backuper, cfg config.Backup) error {
	if err := os.MkdirAll(cfg.Path, 0o700); err != nil {
		return err
	}
	name := filepath.Join(cfg.Path, backupPrefix+d.o.Now().UTC().Format(backupTime)+backupSuffix)
	if _, err := d.backup(ctx, b, backupFile{name: name, existing: files.Keep}); err != nil {
		return err
	}
	d.o.Log.Info("backup written and verified", "file", name)
	there, err := scheduledBackups(cfg.Path)
	if err != nil {
		return err
	}
	for _, old := range there[:max(0, len(there)-cfg.Keep)] {
		if err := os.Remove(old.name); err != nil {
			return err
		}
	}
	return nil
}

// scheduled is a backup that was made by itself.
type scheduled struct {
	name string
	at   time.Time
}

// scheduledBackups returns the backups in a folder, oldest first.
func scheduledBackups(dir string) ([]scheduled, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []scheduled
	for _, e := range entries {
		stamp, ours := strings.CutPrefix(e.Name(), backupPrefix)
		stamp, complete := strings.CutSuffix(stamp, backupSuffix)
		if !ours || !complete || !e.Type().IsRegular() {
			continue
		}
		if at, err := time.Parse(backupTime, stamp); err == nil {
			out = append(out, scheduled{filepath.Join(dir, e.Name()), at})
		}
	}
	slices.SortFunc(out, func(a, b scheduled) int { return a.at.Compare(b.at) })
	return out, nil
}

// mayBackUp reports whether a scheduled backup may be tried.
func (h *health) mayBackUp(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.backup == nil || !now.Before(h.backupAt.Add(backupRetry))
}

// backedUp notes the outcome of a scheduled backup.
func (h *health) backedUp(err error, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.backup, h.backupAt = err, at
}

// heartbeat asks the address that watches over this program, while all is well. That it does not answer is said once.
func (d *Daemon) heartbeat(ctx context.Context) error {
	address := d.config.Load().Fetch.Heartbeat
	if address == "" || len(d.status(ctx).Problems) > 0 {
		return nil
	}
	_, err := d.client.Get(ctx, fetch.Request{URL: address, Urgent: true})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if d.health.unheard(err != nil) {
		return fmt.Errorf("ask %s: %w", fetch.HostOf(address), err)
	}
	return nil
}

// unheard notes whether the heartbeat was not heard, and reports whether that is new.
func (h *health) unheard(silent bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.silent
	h.silent = silent
	return silent && !was
}
