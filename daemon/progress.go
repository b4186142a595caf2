package daemon

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"mediawatch/text"
)

// sayEvery is how often long work is reported in a line.
const sayEvery = time.Minute

// Progress is how far long work has come.
type Progress struct {
	What    string        `json:"what"` // "reading saved"
	Noun    string        `json:"noun"` // what is counted: "file"
	Done    int           `json:"done"`
	All     int           `json:"all"`               // 0: not known
	Left    time.Duration `json:"left,omitempty"`    // nanoseconds, by the pace so far; 0: not known
	Elapsed time.Duration `json:"elapsed,omitempty"` // nanoseconds
	Ended   bool          `json:"ended,omitempty"`
}

// String is the progress in one line for people: "reading saved: 12,000 of 20,000 files, about 3m left".
func (p Progress) String() string {
	if p.All == 0 {
		return fmt.Sprintf("%s: %s", p.What, text.Count(p.Done, p.Noun))
	}
	line := fmt.Sprintf("%s: %s of %s", p.What, text.Number(p.Done), text.Count(p.All, p.Noun))
	if p.Left > 0 {
		line += fmt.Sprintf(", about %s left", roughly(p.Left))
	}
	return line
}

// roughly is a duration in seconds, or in minutes from two on.
func roughly(d time.Duration) string {
	if d < 2*time.Minute {
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// works are the long pieces of work under way.
type works struct {
	now  func() time.Time
	say  func(Progress) // once a minute for each
	show func(Progress) // every step; may be nil

	mu   sync.Mutex
	list []*work
}

// work is one of them.
type work struct {
	of            *works
	progress      Progress
	started, said time.Time
}

// begin adds a piece of work.
func (w *works) begin(what, noun string) *work {
	now := w.now()
	one := &work{of: w, progress: Progress{What: what, Noun: noun}, started: now, said: now}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, one)
	return one
}

// at says how far it has come.
func (w *work) at(done, all int) {
	now := w.of.now()
	w.of.mu.Lock()
	w.progress.Done, w.progress.All, w.progress.Elapsed, w.progress.Left = done, all, now.Sub(w.started), 0
	if 0 < done && done < all {
		w.progress.Left = time.Duration(float64(w.progress.Elapsed) / float64(done) * float64(all-done))
	}
	p, due := w.progress, now.Sub(w.said) >= sayEvery
	if due {
		w.said = now
	}
	w.of.mu.Unlock()
	if due {
		w.of.say(p)
	}
	if w.of.show != nil {
		w.of.show(p)
	}
}

// end takes it out.
func (w *work) end() {
	w.of.mu.Lock()
	w.of.list = slices.DeleteFunc(w.of.list, func(o *work) bool { return o == w })
	p := w.progress
	w.of.mu.Unlock()
	if p.Ended = true; w.of.show != nil {
		w.of.show(p)
	}
}

// all returns the progress of what is under way and has said how far it is.
func (w *works) all() []Progress {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []Progress{}
	for _, one := range w.list {
		if one.progress.Done+one.progress.All > 0 {
			out = append(out, one.progress)
		}
	}
	return out
}

// orderProgress tells how far long work has come.
func (d *Daemon) orderProgress(*http.Request) (any, error) { return d.works.all(), nil }
