package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"mediawatch/config"
)

// TestT08B22_OneLogFormat: who reads decides the format of all that the daemon says; every other command speaks to people.
func TestT08B22_OneLogFormat(t *testing.T) {
	const (
		human   = `^\d\d:\d\d:\d\d  warning: edition not delivered: digest=morning edition=3 answer="450 later"\n$`
		logfmt  = `^time=20\S+ level=WARN msg="edition not delivered" digest=morning edition=3 answer="450 later"\n$`
		object  = `^\{"time":"20[^"]+","level":"WARN","msg":"edition not delivered","digest":"morning","edition":3,"answer":"450 later"\}\n$`
		columns = 80
	)
	for _, c := range []struct {
		name, format string
		serves       bool
		columns      int
		want         string
	}{
		{"serve on a terminal", config.LogAuto, true, columns, human},
		{"serve without one", config.LogAuto, true, 0, logfmt},
		{"serve told to speak to people", config.LogHuman, true, 0, human},
		{"serve told to record", config.LogFmt, true, columns, logfmt},
		{"serve told to record objects", config.LogJSON, true, columns, object},
		{"run without a terminal", config.LogAuto, false, 0, human},
		{"run beside a service that records", config.LogJSON, false, 0, human},
	} {
		var out, log bytes.Buffer
		a := &app{world: world{stdout: &out, stderr: &log, term: terminal{columns: c.columns}}, cfg: &config.Config{}, serves: c.serves}
		a.cfg.Log.Format, a.cfg.Log.Level = c.format, "info"
		a.log().Debug("nothing new")
		a.log().Warn("edition not delivered", "digest", "morning", "edition", 3, "answer", "450 later")
		if !regexp.MustCompile(c.want).MatchString(log.String()) {
			t.Errorf("%s: %q, want %s", c.name, log.String(), c.want)
		}
		if people := a.reports() != nil; people != (c.want == human) {
			t.Errorf("%s: the lines of passes are for people: %v", c.name, people)
		}
		log.Reset()
		a.note("the layout of the store changes")
		if plain := log.String() == "mediawatch: the layout of the store changes\n"; plain != (c.want == human) {
			t.Errorf("%s: %q", c.name, log.String())
		}
		if c.want == object && !json.Valid(log.Bytes()) {
			t.Errorf("%s: %q", c.name, log.String())
		}
	}
}

// TestT08B22_LinesOfRecords: a record for people is one line, whatever is in it.
func TestT08B22_LinesOfRecords(t *testing.T) {
	var log bytes.Buffer
	a := &app{world: world{stderr: &log}, cfg: &config.Config{}}
	a.log().With("job", "feeds").WithGroup("g").Error("failed", "err", "a\nb", "empty", "")
	if got := log.String(); !strings.HasSuffix(got, `  error: failed: job=feeds g.err="a\nb" g.empty=""`+"\n") {
		t.Errorf("%q", got)
	}
}
