package daemon

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"mediawatch/config"
	"mediawatch/store"
	"mediawatch/web"
)

// health is what /healthz, the overview and the health of commands tell.
type health struct {
	mu        sync.Mutex
	last      Summary
	lastAt    time.Time
	store     error // the last failure to keep something
	storeAt   time.Time
	storeOver bool // something was kept since then
	following error
	noSpace   bool
	backup    error            // why the last scheduled backup was not made
	backupAt  time.Time        // and when it was tried
	silent    bool             // the heartbeat was not heard
	offline   bool             // the last pass that asked for feeds found no network
	folders   map[string]error // digest folders that the last edition could not be written to
}

// wrote notes what became of an edition for a folder.
func (h *health) wrote(dir string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		delete(h.folders, dir)
		return
	}
	if h.folders == nil {
		h.folders = make(map[string]error)
	}
	h.folders[dir] = err
}

// unwritten says what cannot be written: what may not be, and what failed although it might.
func (h *health) unwritten(cfg *config.Config) (lines []string) {
	denied := make(map[string]bool)
	for _, u := range CheckWritable(cfg) {
		denied[u.Path] = true
		if h.backup == nil || u.Path != cfg.Backup.Path { // else the failed backup has a line of its own
			lines = append(lines, u.String())
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(h.folders)) {
		if !denied[dir] {
			lines = append(lines, "the digest folder "+dir+": "+h.folders[dir].Error()+"; its editions wait")
		}
	}
	return lines
}

// paused notes whether reading pauses for want of space and reports whether that is new.
func (h *health) paused(err error) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.noSpace
	h.noSpace = err != nil
	return h.noSpace && !was
}

// offlineAgain reports whether a pass found no network, as the one before did that asked for feeds: that is said once.
func (h *health) offlineAgain(s Summary) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was, only := h.offline, s.offline()
	h.offline = only || was && s.Asked == 0
	return was && only && s.Files+s.Problems+s.New+s.Revised == 0
}

func (h *health) passed(s Summary) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.lastAt = s, s.Started.Add(s.Took)
}

func (h *health) storeFailed(err error, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.store, h.storeAt, h.storeOver = err, at, false
}

// storeKept notes that the store takes things again.
func (h *health) storeKept() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.storeOver = true
}

// storeError returns the last failure to keep something, and forgets it.
func (h *health) storeError() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	err := h.store
	h.store = nil
	return err
}

func (h *health) followed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.following = err
}

// storeTrouble is how long a failure to keep something counts as present.
const storeTrouble = 5 * time.Minute

// status is what the web server shows of the running program.
func (d *Daemon) status(context.Context) web.Status {
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	h := &d.health
	s := web.Status{Started: d.started, Ready: d.ready.Load(), Queued: d.queue.Len()}
	for _, p := range d.works.all() {
		s.Progress = append(s.Progress, p.String()+".")
	}
	if !h.lastAt.IsZero() {
		s.LastPass, s.LastPassAt = h.last.String(), h.lastAt
	}
	if h.store != nil && !h.storeOver && d.o.Now().Sub(h.storeAt) < storeTrouble {
		s.Problems = append(s.Problems, "the store: "+h.store.Error())
	}
	if h.following != nil {
		s.Problems = append(s.Problems, "following the journal: "+h.following.Error())
	}
	if since := d.feeds.OfflineSince(); !since.IsZero() {
		s.NoNetwork = "no network since " + since.Format("2 Jan 15:04") + ": no server answers; all are asked again every few minutes, and no feed counts as failing"
		s.Problems = append(s.Problems, s.NoNetwork)
	}
	if h.backup != nil {
		s.Problems = append(s.Problems, "the scheduled backup: "+h.backup.Error())
	}
	s.Problems = append(s.Problems, h.unwritten(d.config.Load())...)
	if n := d.restored.held.Load(); n > 0 {
		s.Problems = append(s.Problems, heldLine(int(n)))
	}
	if err := d.space(); err != nil {
		s.Problems = append(s.Problems, err.Error())
	}
	return s
}

// space returns an error when there is less room for the store than the configuration asks for: then ingest pauses and digests go on.
func (d *Daemon) space() error {
	cfg := d.config.Load()
	free, err := d.o.Free(filepath.Dir(cfg.Store.Path))
	if err != nil || free >= int64(cfg.Store.MinFree) { // a file system that cannot tell is not a reason to stop
		return nil
	}
	return fmt.Errorf("%w: %d MB free where [store] min_free asks for %d MB; reading pauses, digests go on", store.ErrFull, free/1e6, int64(cfg.Store.MinFree)/1e6)
}
