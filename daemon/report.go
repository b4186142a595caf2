package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"mediawatch/text"
)

// event is something that happened: one record with its figures in fields of fixed keys, for programs, or lines for people.
type event struct {
	level  slog.Level // the zero value is info
	msg    string
	fields []slog.Attr
	lines  []string
}

// report hands an event to whoever follows along: as lines where people read (Options.Out), else as a record.
func (d *Daemon) report(e event) {
	ctx := context.Background()
	if d.o.Out == nil {
		d.o.Log.LogAttrs(ctx, e.level, e.msg, e.fields...)
		return
	}
	if !d.o.Log.Enabled(ctx, e.level) {
		return
	}
	d.saying.Lock()
	defer d.saying.Unlock()
	for _, line := range e.lines {
		fmt.Fprintln(d.o.Out, text.HideSecrets(line))
	}
}

// clocked is a line for people with the time of day before it.
func (d *Daemon) clocked(format string, args ...any) string {
	return d.o.Now().Format("15:04:05") + "  " + fmt.Sprintf(format, args...)
}

// seconds is a duration as a field: seconds with two decimals.
func seconds(key string, took time.Duration) slog.Attr {
	return slog.Float64(key, took.Round(10*time.Millisecond).Seconds())
}

// event is the summary for whoever follows along. One that brought nothing and failed nowhere is for those who ask for everything.
func (s Summary) event() event {
	e := event{msg: "pass", fields: []slog.Attr{
		slog.Int("feeds", s.Asked), slog.Int("unchanged", s.Unchanged), slog.Int("failed", s.Failed-s.Offline), slog.Int("offline", s.Offline),
		slog.Int("gaps", len(s.Gaps)), slog.Int("pages", s.Pages), slog.Int("files", s.Files), slog.Int("problems", s.Problems),
		slog.Int("new", s.New-s.Backlog), slog.Int("backlog", s.Backlog-s.Archive), slog.Int("archive", s.Archive), slog.Int("revised", s.Revised),
		seconds("took", s.Took),
	}}
	if s.New+s.Revised+s.Failed+len(s.Gaps) == 0 {
		e.level = slog.LevelDebug
	}
	return e
}

// reportPass reports a summary, and the feeds that a person should look at.
func (d *Daemon) reportPass(s Summary, e event) {
	e.lines = []string{d.clocked("%s", s)}
	d.report(e)
	for _, f := range s.Failures {
		d.report(event{level: slog.LevelWarn, msg: "feed fails", fields: []slog.Attr{slog.String("feed", f.Feed), slog.String("err", f.Err)},
			lines: []string{"          failing: " + f.Feed + ": " + f.Err}})
	}
	for _, address := range s.Gaps {
		const why = "nothing in it was known; something in between may have been missed"
		d.report(event{level: slog.LevelWarn, msg: "possible gap", fields: []slog.Attr{slog.String("feed", address), slog.String("err", why)},
			lines: []string{"          possible gap: nothing in " + address + " was known; something in between may have been missed"}})
	}
}

// reportProgress reports how far long work has come.
func (d *Daemon) reportProgress(p Progress) {
	d.report(event{msg: "progress", fields: []slog.Attr{
		slog.String("what", p.What), slog.Int("done", p.Done), slog.Int("all", p.All), slog.String("noun", p.Noun), seconds("left", p.Left),
	}, lines: []string{d.clocked("%s", p)}})
}
