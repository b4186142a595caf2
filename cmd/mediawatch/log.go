package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"mediawatch/config"
)

// logging returns what the configuration says of the log. While the configuration is still being read it is looked up alone.
func (a *app) logging() config.Log {
	if a.cfg != nil {
		return a.cfg.Log
	}
	l, err := config.LogOf(config.Find(a.configFile, a.env), config.Options{Env: a.env})
	if err != nil { // told with the other mistakes of the configuration
		return config.Log{}
	}
	return l
}

// logFormat is the format of what this process reports: [log] is about serve, every other command speaks to people. Without
// a word in the configuration serve speaks to people on a terminal, and to programs otherwise.
func (a *app) logFormat() string {
	format := cmp.Or(a.logging().Format, config.LogAuto)
	switch {
	case !a.serves, format == config.LogAuto && a.term.columns > 0:
		return config.LogHuman
	case format == config.LogAuto:
		return config.LogFmt
	}
	return format
}

// logHandler writes records as [log] of the configuration says, on standard error.
func (a *app) logHandler() slog.Handler {
	level := slog.LevelInfo
	_ = level.UnmarshalText([]byte(a.logging().Level)) // checked with the configuration; "" stays info
	if !a.serves {
		level = min(level, slog.LevelInfo)
	}
	o := &slog.HandlerOptions{Level: level}
	switch a.logFormat() {
	case config.LogJSON:
		return slog.NewJSONHandler(a.stderr, o)
	case config.LogFmt:
		return slog.NewTextHandler(a.stderr, o)
	}
	return newPeopleHandler(a.stderr, level)
}

// reports returns where the daemon's lines for people go; nil when programs read, who get records.
func (a *app) reports() io.Writer {
	if a.logFormat() == config.LogHuman {
		return a.stdout
	}
	return nil
}

// note reports something in a line on standard error, or in a record of the log where programs read.
func (a *app) note(line string) {
	if a.logFormat() == config.LogHuman {
		fmt.Fprintln(a.stderr, "mediawatch:", line)
		return
	}
	a.log().Info(line)
}

// peopleHandler writes a record as a line for people: "12:03:11  warning: edition not delivered: digest=morning edition=3".
type peopleHandler struct {
	level  slog.Level
	out    io.Writer
	mu     *sync.Mutex // one line at a time
	fields string      // of all records
	group  string      // before the keys: "a.b."
}

func newPeopleHandler(out io.Writer, level slog.Level) peopleHandler {
	return peopleHandler{level: level, out: out, mu: new(sync.Mutex)}
}

// Enabled implements slog.Handler.
func (h peopleHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

// Handle implements slog.Handler.
func (h peopleHandler) Handle(_ context.Context, r slog.Record) error {
	fields := h.fields
	r.Attrs(func(at slog.Attr) bool {
		fields += field(h.group, at)
		return true
	})
	line := r.Time.Format("15:04:05") + "  " + said(r.Level) + r.Message
	if fields != "" {
		line += ":" + fields
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.out, line+"\n")
	return err
}

// WithAttrs implements slog.Handler.
func (h peopleHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, at := range attrs {
		h.fields += field(h.group, at)
	}
	return h
}

// WithGroup implements slog.Handler.
func (h peopleHandler) WithGroup(name string) slog.Handler {
	h.group += name + "."
	return h
}

// said is the word for a level; what merely happened needs none.
func said(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return "error: "
	case level >= slog.LevelWarn:
		return "warning: "
	}
	return ""
}

// field is " key=value", quoted where it has to be.
func field(group string, at slog.Attr) string {
	v := at.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		all := ""
		for _, inner := range v.Group() {
			all += field(group+at.Key+".", inner)
		}
		return all
	}
	value := v.String()
	if v.Kind() == slog.KindTime {
		value = v.Time().Format(time.DateTime)
	}
	if value == "" || strings.ContainsAny(value, " =\"\n\t") {
		value = strconv.Quote(value)
	}
	return " " + group + at.Key + "=" + value
}
