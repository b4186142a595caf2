package torture_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// crowd is many hosts, each with some feeds, that take their time.
type crowd struct {
	mu       sync.Mutex
	answered map[string]int // documents that were sent to a client that was still there, by URL
	asked    map[string]int
	delay    func(url string) time.Duration
}

// newCrowd starts a server on each of so many loopback addresses and returns the feeds' URLs.
func newCrowd(t *testing.T, hosts, feeds int) (*crowd, []string) {
	c := &crowd{answered: make(map[string]int), asked: make(map[string]int)}
	var urls []string
	for i := range hosts {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", i+2))
		if err != nil {
			t.Skipf("only one loopback address here: %v", err)
		}
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: c}}
		s.Start()
		t.Cleanup(s.CloseClientConnections)
		for k := range feeds {
			urls = append(urls, fmt.Sprintf("%s/%d.xml", s.URL, k))
		}
	}
	return c, urls
}

// ServeHTTP implements http.Handler.
func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	url := "http://" + r.Host + r.URL.Path
	c.mu.Lock()
	c.asked[url]++
	c.mu.Unlock()
	select {
	case <-r.Context().Done(): // the client has gone
		return
	case <-time.After(c.wait(url)):
	}
	if strings.HasSuffix(url, "/0.xml") {
		w.WriteHeader(http.StatusInternalServerError)
	} else {
		_, _ = w.Write(document(1, []article{{feed: 1, n: 0, edition: 1}})) // the client is gone
	}
	c.mu.Lock()
	c.answered[url]++
	c.mu.Unlock()
}

// wait is how long the answer takes.
func (c *crowd) wait(url string) time.Duration {
	c.mu.Lock()
	delay := c.delay
	c.mu.Unlock()
	return delay(url)
}

func (c *crowd) total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, k := range c.answered {
		n += k
	}
	return n
}

func subscribe(urls []string) string {
	var b strings.Builder
	for _, u := range urls {
		fmt.Fprintf(&b, "[[feed]]\nurl = %q\n\n", u)
	}
	return b.String()
}

// silentHost is a host of the crowd that does not answer.
const silentHost = "127.0.0.2:"

// TestO6_StopUnderLoad stops the daemon while a hundred feeds are being read: it leaves with 0 within ten seconds, and
// after the restart no server is asked again but the one that never answered.
func TestO6_StopUnderLoad(t *testing.T) {
	n := cycles(t, 3, 30)
	t.Parallel()
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 5))
	for round := range n {
		c, urls := newCrowd(t, 25, 4)
		c.delay = func(url string) time.Duration {
			if strings.Contains(url, silentHost) {
				return time.Minute // never, as far as this test goes
			}
			return time.Duration(50+rand.IntN(400)) * time.Millisecond
		}
		h := newHome(t, t.TempDir(), subscribe(urls))
		p := h.start("serve")
		stopAt := 1 + rng.IntN(len(urls)/2)
		p.until(fmt.Sprintf("%d feeds were answered", stopAt), func() bool { return c.total() >= stopAt })
		p.stop()
		c.mu.Lock()
		before := len(c.answered)
		c.delay = func(string) time.Duration { return 0 }
		c.mu.Unlock()
		h.run("run")
		c.mu.Lock()
		for url, times := range c.asked {
			if times > 1 && !strings.Contains(url, silentHost) {
				t.Errorf("round %d: %s was asked %d times", round+1, url, times)
			}
		}
		if len(c.answered) != len(urls) {
			t.Errorf("round %d: %d of %d feeds were read in the end", round+1, len(c.answered), len(urls))
		}
		c.mu.Unlock()
		t.Logf("round %d: stopped when %d of %d feeds were read", round+1, before, len(urls))
	}
}

// TestP31_RestartsPollNothingEarly restarts the program twenty times: each feed is asked once, at the first time.
func TestP31_RestartsPollNothingEarly(t *testing.T) {
	restarts := cycles(t, 20, 20)
	t.Parallel()
	c, urls := newCrowd(t, 2, 3)
	c.delay = func(string) time.Duration { return 0 }
	h := newHome(t, t.TempDir(), subscribe(urls))
	h.run("run")
	for i := range restarts {
		switch i % 10 {
		case 4: // a daemon that lives beyond its first tick, stopped
			p := h.start("serve")
			time.Sleep(7 * time.Second)
			p.stop()
		case 9: // and one that is killed
			p := h.start("serve")
			time.Sleep(7 * time.Second)
			p.kill()
		default:
			h.run("run")
		}
	}
	for _, url := range urls {
		if c.asked[url] != 1 {
			t.Errorf("%s was asked %d times in %d restarts, want once", url, c.asked[url], restarts)
		}
	}
}
