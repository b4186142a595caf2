package ingest

import (
	"strings"
	"testing"
	"time"
)

// FuzzRobots: whatever a robots.txt holds, reading it ends, and a file that forbids us everything does.
func FuzzRobots(f *testing.F) {
	for _, s := range []string{"User-agent: *\nDisallow: /", "Disallow: /*?*?*$\nAllow: /*", "User-agent:\nCrawl-delay: 1e999", "user-agent: a\nuser-agent: b\ndisallow: %zz", "\xff\xfe\x00U", "Sitemap: x\nHost: y\nClean-param: z"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if g := parseRobots(data, "mediawatch"); g != nil {
			g.Test("/a/b?c=d")
			if g.CrawlDelay < 0 {
				t.Errorf("a delay of %v", g.CrawlDelay)
			}
		}
		own := append([]byte("User-agent: mediawatch\nDisallow: /\n\nUser-agent: other\n"), data...)
		if strings.Contains(strings.ToLower(string(data)), "mediawatch") || strings.ContainsRune(string(data), '\ufffd') {
			return
		}
		if g := parseRobots(own, "mediawatch"); g != nil && g.Test("/") && !strings.Contains(strings.ToLower(string(data)), "allow") {
			t.Errorf("%q lets us in", own)
		}
	})
}

func TestCrawlDelay(t *testing.T) {
	for text, want := range map[string]time.Duration{"User-agent: *\nCrawl-delay: 2.5": 2500 * time.Millisecond, "User-agent: *\nCrawl-delay: 0": 0, "User-agent: *\nCrawl-delay: -1\nDisallow:": 0} {
		if g := parseRobots([]byte(text), "mediawatch"); g == nil || g.CrawlDelay != want {
			t.Errorf("%q: %+v, want %v", text, g, want)
		}
	}
}
