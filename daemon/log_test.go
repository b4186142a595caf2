package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode"
)

// plain writes records as no real handler should: as they are, one a line.
type plain struct {
	slog.Handler
	to *bytes.Buffer
}

func (p plain) Handle(_ context.Context, r slog.Record) error {
	fmt.Fprint(p.to, r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprint(p.to, " ", a.Key, "=", a.Value); return true })
	fmt.Fprintln(p.to)
	return nil
}

// TestX11_LogLines logs hostile values: whatever handler writes them, a record is one line without control characters and without secrets.
func TestX11_LogLines(t *testing.T) {
	const evil = "https://me:secretpw@a.example/f?token=secretpw\r\n\x1b[2J\x07time=12:00 level=INFO msg=\"all is well\"\x00\u0085\u2028\u202eabc\u2066\x9b31m"
	var out bytes.Buffer
	log := slog.New(discreet{plain{slog.NewTextHandler(&out, nil), &out}})
	log.Error(evil, "feed", evil, "err", errors.New(evil), "list", []string{evil}, slog.Group("g", "in", evil), "n", 3)
	log.With("with", "x").WithGroup("y").Warn("fine", "err", fmt.Errorf("a: %w", errors.New(evil)))
	text := out.String()
	if lines := strings.Count(text, "\n"); lines != 2 {
		t.Errorf("%d lines for 2 records:\n%q", lines, text)
	}
	for _, r := range strings.ReplaceAll(text, "\n", "") {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u202e' || r == '\u2066' {
			t.Errorf("a log line has %U", r)
		}
	}
	if strings.Contains(text, "secretpw") {
		t.Errorf("a log line has a password: %s", text)
	}
	if !strings.Contains(text, "a.example/f?token=hidden") || !strings.Contains(text, "n=3") {
		t.Errorf("too much is gone: %s", text)
	}
}
