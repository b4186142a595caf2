package daemon

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"

	"mediawatch/config"
	"mediawatch/web"
)

// TestT08D32_LinksKeepTheAddressThatAnswers: what takes effect after a restart stays as it is until then, links
// included; the rest changes at once.
func TestT08D32_LinksKeepTheAddressThatAnswers(t *testing.T) {
	old, cfg := &config.Config{}, &config.Config{}
	old.Web.Listen, cfg.Web.Listen = "127.0.0.1:8087", "127.0.0.1:9999"
	old.Store.Path, cfg.Store.Path = "/a/s.db", "/b/s.db"
	cfg.Fetch.Interval, cfg.Fetch.Proxy = 7, "http://proxy.example"
	now := untilRestart(old, cfg)
	if got := web.FeedURL(now, "all"); got != "http://127.0.0.1:8087/feeds/all.atom" {
		t.Errorf("links lead to %s, where nobody answers", got)
	}
	if now.Store.Path != "/a/s.db" || now.Fetch.Proxy != "" || now.Fetch.Interval != 7 || cfg.Web.Listen != "127.0.0.1:9999" {
		t.Errorf("%+v of %+v", now, cfg)
	}
}

// TestT08D32_ServeNamesTheLocalAddress beside the public one.
func TestT08D32_ServeNamesTheLocalAddress(t *testing.T) {
	var out bytes.Buffer
	cfg := &config.Config{}
	cfg.Web.Listen, cfg.Web.PublicURL = "127.0.0.1:8087", "https://news.example.org"
	(&Daemon{o: Options{Out: &out, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}}).greet(cfg)
	for _, want := range []string{"https://news.example.org/\n", "http://127.0.0.1:8087/\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q lacks %q", out.String(), want)
		}
	}
}
