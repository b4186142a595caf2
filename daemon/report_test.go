package daemon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

// keysOf are the keys of a record, in their order.
func keysOf(t *testing.T, record string) (keys []string) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(record))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return keys
		}
		if err != nil {
			t.Fatalf("%q: %v", record, err)
		}
		if key, ok := token.(string); ok {
			keys = append(keys, key)
			var value any
			if err := dec.Decode(&value); err != nil {
				t.Fatalf("%q: %v", record, err)
			}
		}
	}
}

// TestT08B22_RecordsHaveFiguresInFixedKeys: a program that reads the log counts without reading sentences.
func TestT08B22_RecordsHaveFiguresInFixedKeys(t *testing.T) {
	n := newNewsroom(t)
	var log bytes.Buffer
	n.d.o.Out, n.d.o.Log = nil, slog.New(discreet{slog.NewJSONHandler(&log, nil)})
	want := strings.Fields("time level msg feeds unchanged failed offline gaps pages files problems new backlog archive revised took")
	for _, s := range []Summary{
		{Asked: 3, Unchanged: 1, New: 7, Backlog: 5, Archive: 2, Took: 1234567890},
		{Asked: 3, Failed: 3, Offline: 1, Failures: []FailingFeed{{"https://me:secretpw@a.example/f", "refused"}}},
		{Asked: 1, Gaps: []string{"https://b.example/f"}},
	} {
		log.Reset()
		n.d.reportPass(s, s.event())
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if got := keysOf(t, lines[0]); !slices.Equal(got, want) {
			t.Errorf("keys %q, want %q", got, want)
		}
		if len(lines) != 1+len(s.Failures)+len(s.Gaps) || strings.Contains(log.String(), "secretpw") {
			t.Errorf("%+v is recorded as\n%s", s, log.String())
		}
		for _, line := range lines[1:] {
			if got := strings.Join(keysOf(t, line), " "); got != "time level msg feed err" || !strings.Contains(line, `"WARN"`) {
				t.Errorf("a feed to look at is recorded as %s", line)
			}
		}
		if s.New > 0 && !strings.Contains(lines[0], `"new":2,"backlog":3,"archive":2,"revised":0,"took":1.23}`) {
			t.Errorf("figures in %s", lines[0])
		}
	}
}

// TestT08B22_QuietWhenNothingIsNew: for people as for programs; who asks for everything, or for one pass, is told all the same.
func TestT08B22_QuietWhenNothingIsNew(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "First", "Words")
	n.pass()
	for _, c := range []struct {
		level  slog.Level
		people bool
		want   int // lines
	}{{slog.LevelInfo, true, 0}, {slog.LevelInfo, false, 0}, {slog.LevelDebug, true, 1}, {slog.LevelDebug, false, 1}} {
		var log, out bytes.Buffer
		n.d.o.Out, n.d.o.Log = nil, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: c.level}))
		if c.people {
			n.d.o.Out = &out
		}
		n.clock = n.clock.Add(3 * time.Hour)
		if err := n.d.submitDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := n.d.queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		n.d.writer.Flush()
		n.d.finishPass()
		if said := out.String() + log.String(); strings.Count(said, "\n") != c.want {
			t.Errorf("%+v: %q", c, said)
		}
	}
	var out bytes.Buffer
	n.d.o.Out, n.clock = &out, n.clock.Add(3*time.Hour)
	n.pass()
	if !strings.Contains(out.String(), "nothing new") {
		t.Errorf("run says %q", fmt.Sprint(&out))
	}
}
