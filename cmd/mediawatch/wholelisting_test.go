package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestT08B21_FeedListShowsAllFeeds has more feeds than a listing of articles shows: one in trouble may be the last.
func TestT08B21_FeedListShowsAllFeeds(t *testing.T) {
	var conf strings.Builder
	conf.WriteString("[store]\npath = \"s.db\"\nmin_free = \"1MB\"\n[web]\nlisten = \"127.0.0.1:0\"\n")
	for i := range 60 {
		fmt.Fprintf(&conf, "[[feed]]\nurl = \"http://127.0.0.1:9/%d\"\n[[watch]]\nname = \"w%d\"\nquery = \"harbour\"\n", i, i)
	}
	file := filepath.Join(t.TempDir(), "mediawatch.toml")
	if err := os.WriteFile(file, []byte(conf.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	said := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("mediawatch", append([]string{"-c", file}, args...)...).Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return string(out)
	}
	said("run")
	for _, what := range []string{"feed", "watch"} {
		for flag, want := range map[string]int{"--json": 60, "--limit=7": 8} { // with the head
			if n := strings.Count(said(what, "list", flag), "\n"); n != want {
				t.Errorf("%s list %s: %d lines, want %d", what, flag, n, want)
			}
		}
	}
}
