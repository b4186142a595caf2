package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"mediawatch/daemon"
	"mediawatch/text"
)

const (
	drawEvery = 200 * time.Millisecond // how often the bar of a terminal is drawn again
	lineEvery = time.Minute            // how often a line says how far it is where there is no terminal
	barWidth  = 16
)

// bar shows how far long work has come: on a terminal in a bar that is drawn over itself, else in a line a minute.
type bar struct {
	out      io.Writer
	terminal bool
	now      func() time.Time

	mu    sync.Mutex
	drawn string // what stands on the terminal's last line
	last  time.Time
}

// newBar returns a bar on standard error. The first line of one without a terminal comes after a minute.
func (a *app) newBar() *bar {
	b := &bar{out: a.stderr, now: time.Now}
	b.last = b.now()
	if f, ok := a.stderr.(*os.File); ok {
		b.terminal = isTerminal(f)
	}
	return b
}

// show shows progress, unless it did so a moment ago.
func (b *bar) show(p daemon.Progress) {
	if p.Ended {
		b.clear()
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	every := lineEvery
	if b.terminal {
		every = drawEvery
	}
	now := b.now()
	if now.Sub(b.last) < every {
		return
	}
	b.last = now
	if !b.terminal {
		fmt.Fprintln(b.out, p)
		return
	}
	b.drawn = barLine(p)
	fmt.Fprintf(b.out, "\r%s\x1b[K", b.drawn)
}

// barLine is the progress in at most 79 columns: "reading saved: [######----] 45 %, 9,000 of 20,000 files, about 2m left".
func barLine(p daemon.Progress) string {
	line := p.String()
	if p.All > 0 {
		full := min(barWidth, barWidth*p.Done/p.All)
		what, rest, _ := strings.Cut(line, ": ")
		line = fmt.Sprintf("%s: [%s%s] %d %%, %s", what, strings.Repeat("#", full), strings.Repeat("-", barWidth-full), min(100, 100*p.Done/p.All), rest)
	}
	return text.Truncate(line, 79)
}

// clear takes the bar away.
func (b *bar) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn != "" {
		fmt.Fprint(b.out, "\r\x1b[K")
		b.drawn = ""
	}
}

// over returns a writer to w that takes the bar away before each line and puts it back below.
func (b *bar) over(w io.Writer) io.Writer {
	if !b.terminal {
		return w
	}
	return overBar{b, w}
}

type overBar struct {
	bar *bar
	w   io.Writer
}

// Write implements io.Writer.
func (o overBar) Write(p []byte) (int, error) {
	o.bar.mu.Lock()
	defer o.bar.mu.Unlock()
	if o.bar.drawn == "" {
		return o.w.Write(p)
	}
	fmt.Fprint(o.bar.out, "\r\x1b[K")
	n, err := o.w.Write(p)
	fmt.Fprint(o.bar.out, o.bar.drawn)
	return n, err
}

// progress is a file on its way to an import. What is written to it is counted and dropped.
type progress struct {
	bar         *bar
	what        string
	size, bytes int64 // size 0: not known
	lines       int
}

func (a *app) progress(what string, size int64) *progress {
	return &progress{bar: a.newBar(), what: what, size: size}
}

// Write implements io.Writer.
func (s *progress) Write(p []byte) (int, error) {
	s.bytes += int64(len(p))
	s.lines += bytes.Count(p, []byte("\n"))
	progress := daemon.Progress{What: s.what, Noun: "line", Done: s.lines}
	if kilo := int64(1000); s.size >= kilo { // how many lines there are is only known at the end
		progress.Noun, progress.Done, progress.All = "kilobyte", int(s.bytes/kilo), int(s.size/kilo)
	}
	s.bar.show(progress)
	return len(p), nil
}

// followProgress shows how far a daemon's work is until ctx ends.
func (a *app) followProgress(ctx context.Context, conn *client) {
	b := a.newBar()
	defer b.clear()
	tick := time.NewTicker(2 * drawEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			var works []daemon.Progress
			if err := conn.get(ctx, http.MethodGet, "/control/progress", nil, &works); err == nil && len(works) > 0 { // what is shown is a comfort: it may be missing
				b.show(works[len(works)-1])
			}
		}
	}
}

// end takes it away.
func (s *progress) end() { s.bar.clear() }
