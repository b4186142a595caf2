package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"mediawatch/text"
)

// discreet is a handler of log records that hides secrets and control characters before another one writes them.
// Everything the program logs passes through it: addresses, what servers answer and what files are called stand in
// records, and none of it may open a door or move a terminal's cursor.
type discreet struct{ slog.Handler }

// stackKey is the key of a stack, whose lines stay lines.
const stackKey = "stack"

// Handle implements slog.Handler.
func (h discreet) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, quiet(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(quietAttr(a))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (h discreet) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = quietAttr(a)
	}
	return discreet{h.Handler.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (h discreet) WithGroup(name string) slog.Handler { return discreet{h.Handler.WithGroup(name)} }

func quietAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		if a.Key == stackKey {
			return a
		}
		return slog.String(a.Key, quiet(v.String()))
	case slog.KindGroup:
		group := make([]slog.Attr, len(v.Group()))
		for i, inner := range v.Group() {
			group[i] = quietAttr(inner)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	case slog.KindAny:
		if said := fmt.Sprint(v.Any()); quiet(said) != said {
			return slog.String(a.Key, quiet(said))
		}
	}
	return a
}

// quiet is a text as one line without secrets and without characters that a terminal obeys.
func quiet(s string) string {
	return text.HideSecrets(strings.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' { // turn the rest of a line around
			return -1
		}
		return r
	}, text.Line(s)))
}
