package daemon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"mediawatch/config"
)

func TestT08B23_WhoWeSayWeAre(t *testing.T) {
	for _, tt := range []struct {
		f    config.Fetch
		want string
	}{
		{config.Fetch{}, "mediawatch/1.2"},
		{config.Fetch{Contact: "desk@example.org"}, "mediawatch/1.2 (+desk@example.org)"},
		{config.Fetch{Contact: "https://news.example.org/about", UserAgent: "desk/1.0"}, "desk/1.0"},
	} {
		if got := UserAgent(tt.f, "1.2"); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.f, got, tt.want)
		}
	}
	n := newNewsroom(t)
	n.publish("1", "First", "Words")
	agent := ""
	n.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { agent = r.UserAgent(); n.feed(w, r) })
	n.pass()
	if agent != "mediawatch/test" {
		t.Errorf("a server sees %q", agent)
	}
}

// TestT08B23_AFeedMayHaveAProxyOfItsOwn: what is asked for it goes there, and nothing else does.
func TestT08B23_AFeedMayHaveAProxyOfItsOwn(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "First", "Words")
	var mu sync.Mutex
	var through []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		through = append(through, r.URL.String())
		mu.Unlock()
		n.feed(w, r)
	}))
	t.Cleanup(proxy.Close)
	n.configure(fmt.Sprintf(newsroomConfig, n.server.URL) + fmt.Sprintf("[[feed]]\nurl = \"http://far.example/feed\"\nproxy = %q\n", proxy.URL))
	n.restart()
	n.pass()
	mu.Lock()
	defer mu.Unlock()
	if len(through) != 1 || through[0] != "http://far.example/feed" {
		t.Errorf("through the proxy went %q, want the one feed", through)
	}
}

// TestT08D31_D32_FeedAdd: what servers answer is no mistake of the caller, and a page and its feed are asked a host's gap apart.
func TestT08D31_D32_FeedAdd(t *testing.T) {
	n := newNewsroom(t)
	n.configure(strings.Replace(fmt.Sprintf(newsroomConfig, n.server.URL), `host_gap = "0s"`, `host_gap = "300ms"`, 1))
	n.restart()
	var mu sync.Mutex
	var asked []time.Time
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, time.Now())
		mu.Unlock()
		switch r.URL.Path {
		case "/":
			fmt.Fprint(w, `<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>News</body></html>`)
		case "/rss":
			n.feed(w, r)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	add := func(address string) (int, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/control/feeds?url="+url.QueryEscape(address), nil)
		n.d.Handler().ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, address := range []string{site.URL + "/nothing", site.URL + "/gone", site.URL + "/busy", closed.URL + "/feed"} {
		if code, body := add(address); code != http.StatusOK || !strings.Contains(body, `"failed":true`) || !strings.Contains(body, "was not added") {
			t.Errorf("%s: %d %s, want a failed order", address, code, body)
		}
	}
	for _, address := range []string{"ftp://a.example/feed", "feed", "http://10.0.0.1/feed"} {
		if code, body := add(address); code != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want the caller's mistake", address, code, body)
		}
	}
	mu.Lock()
	asked = nil
	mu.Unlock()
	if code, body := add(site.URL + "/"); code != http.StatusOK || !strings.Contains(body, "subscribed to") {
		t.Fatalf("%d %s", code, body)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) != 2 || asked[1].Sub(asked[0]) < 300*time.Millisecond {
		t.Errorf("asked at %v, want two requests 300 ms apart", asked)
	}
}
