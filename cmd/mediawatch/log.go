package main

import (
	"bytes"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"

	"mediawatch/config"
)

// logHandler writes records as [log] of the configuration says.
func (a *app) logHandler() slog.Handler {
	var c config.Log
	if a.cfg != nil {
		c = a.cfg.Log
	}
	level := slog.LevelInfo
	_ = level.UnmarshalText([]byte(c.Level)) // checked with the configuration; "" stays info
	o := &slog.HandlerOptions{Level: level}
	switch c.Format {
	case config.LogJSON:
		return slog.NewJSONHandler(a.stderr, o)
	case config.LogFmt:
		return slog.NewTextHandler(a.stderr, o)
	}
	o.ReplaceAttr = oneLine
	return slog.NewTextHandler(a.stderr, o)
}

// reports returns where the daemon's lines for people go: to standard output, or, when a program reads them, into the log, so that it has one format.
func (a *app) reports(log *slog.Logger) io.Writer {
	if a.cfg.Log.Format == config.LogAuto {
		return a.stdout
	}
	return &recorded{log: log}
}

// recorded makes a record of each line.
type recorded struct {
	log *slog.Logger
	mu  sync.Mutex
	buf []byte
}

// timeOfDay is what lines for people begin with; a record has its own time.
var timeOfDay = regexp.MustCompile(`^\d\d:\d\d:\d\d  `)

// Write implements io.Writer.
func (r *recorded) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buf = append(r.buf, p...)
	for {
		line, rest, ok := bytes.Cut(r.buf, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		r.record(string(line))
		r.buf = append(r.buf[:0], rest...)
	}
}

// record tells a line; a pass that brought nothing and failed nowhere is no news.
func (r *recorded) record(line string) {
	line = strings.Join(strings.Fields(timeOfDay.ReplaceAllString(line, "")), " ")
	switch {
	case line == "":
	case strings.HasPrefix(line, "pass: ") && strings.Contains(line, "nothing new") && !strings.Contains(line, "failed"):
		r.log.Debug(line)
	default:
		r.log.Info(line)
	}
}
