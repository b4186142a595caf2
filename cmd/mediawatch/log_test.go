package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"mediawatch/config"
)

// TestT08B22_OneLogFormat: what the daemon says and what it warns of come in one format, and no news only when it is asked for.
func TestT08B22_OneLogFormat(t *testing.T) {
	const lines = "mediawatch 0.1.0\n  page     http://127.0.0.1:8087/\n12:03:11  pass: 2 feeds asked, 2 unchanged, nothing new, in 10ms\n12:04:11  pass: 2 feeds asked, 1 failed, nothing new, in 10ms\n"
	for _, c := range []struct {
		format, level string
		records       int
	}{{config.LogFmt, "info", 4}, {config.LogFmt, "debug", 5}, {config.LogJSON, "info", 4}, {config.LogJSON, "warn", 1}} {
		var out, log bytes.Buffer
		a := &app{world: world{stdout: &out, stderr: &log}, cfg: &config.Config{Log: config.Log{Format: c.format, Level: c.level}}}
		logger := a.log()
		w := a.reports(logger)
		for _, part := range []string{lines[:20], lines[20:]} { // not always whole lines
			fmt.Fprint(w, part)
		}
		logger.Warn("edition not delivered", "digest", "morning")
		got := strings.Split(strings.TrimRight(log.String(), "\n"), "\n")
		if len(got) != c.records || out.Len() > 0 {
			t.Errorf("%s, %s: %d records, want %d; on standard output %q\n%s", c.format, c.level, len(got), c.records, out.String(), log.String())
		}
		for _, l := range got {
			if c.format == config.LogJSON && !json.Valid([]byte(l)) || c.format == config.LogFmt && !strings.HasPrefix(l, "time=20") || strings.Contains(l, "12:03:11") {
				t.Errorf("%s: %s", c.format, l)
			}
		}
	}
	var out, log bytes.Buffer
	a := &app{world: world{stdout: &out, stderr: &log}, cfg: &config.Config{Log: config.Log{Format: config.LogAuto, Level: "info"}}}
	fmt.Fprint(a.reports(a.log()), lines)
	if out.String() != lines || log.Len() > 0 {
		t.Errorf("auto: %q and %q", out.String(), log.String())
	}
}
