package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mediawatch/daemon"
)

// TestT08A5_TheBar: drawn over itself on a terminal, under what else is printed; a line a minute anywhere else.
func TestT08A5_TheBar(t *testing.T) {
	var out strings.Builder
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	b := &bar{out: &out, terminal: true, now: func() time.Time { return at }}
	b.show(daemon.Progress{What: "reading saved", Noun: "file", Done: 9000, All: 20_000, Left: 3 * time.Minute})
	b.show(daemon.Progress{What: "reading saved", Noun: "file", Done: 9001, All: 20_000})
	fmt.Fprintln(b.over(&out), "a line")
	b.show(daemon.Progress{What: "reading saved", Ended: true})
	fmt.Fprintln(b.over(&out), "another")
	drawn := "reading saved: [#######---------] 45 %, 9,000 of 20,000 files, about 3m left"
	if want := "\r" + drawn + "\x1b[K" + "\r\x1b[Ka line\n" + drawn + "\r\x1b[Kanother\n"; out.String() != want {
		t.Errorf("drawn %q, want %q", out.String(), want)
	}
	if n := utf8.RuneCountInString(barLine(daemon.Progress{What: strings.Repeat("reading ", 30), Noun: "file", All: 1})); n > 79 {
		t.Errorf("%d columns", n)
	}
	out.Reset()
	lines := &bar{out: &out, now: func() time.Time { return at }, last: at}
	for range 150 {
		at = at.Add(time.Second)
		lines.show(daemon.Progress{What: "importing archive.csv", Noun: "article", Done: 500})
	}
	lines.show(daemon.Progress{Ended: true})
	if want := strings.Repeat("importing archive.csv: 500 articles\n", 2); out.String() != want {
		t.Errorf("without a terminal: %q, want %q", out.String(), want)
	}
}
