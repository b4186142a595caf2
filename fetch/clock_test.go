package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a network without sockets, so that a server and a client can live in a synctest bubble, where hours pass at once.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// bubbled returns a client whose every connection ends at handler. It must be called in a bubble; all is closed at its end.
func bubbled(t *testing.T, o Options, handler http.HandlerFunc) *Client {
	t.Helper()
	o.Rand = func() float64 { return 0 }
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	p := newPipes()
	c.transport.DialContext = p.dial
	s := &http.Server{Handler: handler, ReadHeaderTimeout: time.Hour}
	go func() { _ = s.Serve(p) }()
	t.Cleanup(func() {
		c.Close()
		_ = s.Close()
		time.Sleep(time.Minute) // handlers that sleep notice
	})
	return c
}

func kindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func TestN01_SlowHeaders(t *testing.T) {
	for name, hold := range map[string]http.HandlerFunc{
		"nothing comes": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a byte a second": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			for _, err = conn.Write([]byte("HTTP/1.1 200 OK\r\nX: ")); err == nil; time.Sleep(time.Second) {
				_, err = conn.Write([]byte("x"))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := bubbled(t, Options{}, hold)
				start := time.Now()
				_, err := c.Get(t.Context(), Request{URL: "http://slow.example/"})
				if kindOf(err) != KindTimeout || time.Since(start) > headerTimeout+time.Second {
					t.Errorf("%v after %v", err, time.Since(start))
				}
			})
		})
	}
}

// drip answers with a byte a second, for ever.
func drip(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write([]byte("x")); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		time.Sleep(time.Second)
	}
}

func TestN02_SlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bubbled(t, Options{}, drip)
		start := time.Now()
		_, err := c.Get(t.Context(), Request{URL: "http://slow.example/"})
		if kindOf(err) != KindTimeout || time.Since(start) > 2*stallWindow {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// TestN02_SlowBodiesDelayNobody: 100 dripping feeds before 400 healthy ones, with 8 workers; the healthy ones take
// about as long as without.
func TestN02_SlowBodiesDelayNobody(t *testing.T) {
	p95 := func(slow int) (d time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			c := bubbled(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/slow" {
					drip(w, r)
					return
				}
				time.Sleep(100 * time.Millisecond)
				_, _ = w.Write([]byte("<rss/>"))
			})
			q := c.NewQueue(8)
			start := time.Now()
			var mu sync.Mutex
			var took []time.Duration
			submit := func(host, path string) {
				u := "http://" + host + path
				q.Submit(u, host, func(ctx context.Context) {
					_, err := c.Get(ctx, Request{URL: u})
					if path == "/slow" {
						if kindOf(err) != KindTimeout {
							t.Error(err)
						}
						return
					}
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					took = append(took, time.Since(start))
					mu.Unlock()
				})
			}
			for i := range slow {
				submit(fmt.Sprintf("slow%d.example", i), "/slow")
			}
			for i := range 400 {
				submit(fmt.Sprintf("host%d.example", i), "/")
			}
			if err := q.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			slices.Sort(took)
			d = took[len(took)*95/100]
		})
		return d
	}
	baseline, loaded := p95(0), p95(100)
	if loaded > 2*baseline {
		t.Errorf("p95 %v with 100 slow feeds, %v without", loaded, baseline)
	}
	t.Logf("p95 %v with 100 slow feeds, %v without", loaded, baseline)
}

// TestWorkAfterTheAnswerHoldsItsWorker: only waiting for a server lets others go first; a machine that is busy with
// what it got gets no more.
func TestWorkAfterTheAnswerHoldsItsWorker(t *testing.T) {
	for _, path := range []string{"/", "/slow"} {
		synctest.Test(t, func(t *testing.T) {
			c := bubbled(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/slow" {
					time.Sleep(4 * slowAfter)
				}
				_, _ = w.Write([]byte("<rss/>"))
			})
			q := c.NewQueue(4)
			var mu sync.Mutex
			working, most := 0, 0
			for i := range 100 {
				host := fmt.Sprintf("host%d.example", i)
				q.Submit(host, host, func(ctx context.Context) {
					if _, err := c.Get(ctx, Request{URL: "http://" + host + path}); err != nil {
						t.Error(err)
					}
					mu.Lock()
					working++
					most = max(most, working)
					mu.Unlock()
					time.Sleep(10 * slowAfter)
					mu.Lock()
					working--
					mu.Unlock()
				})
			}
			if err := q.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			if path == "/" && most != 4 {
				t.Errorf("%d jobs worked on their answers at once, want 4", most)
			}
			if q.slow != 0 || q.running != 0 {
				t.Errorf("in the end %d slow and %d running are counted", q.slow, q.running)
			}
		})
	}
}

// broken is a connection that says something and then fails.
type broken struct {
	net.Conn
	asked chan struct{} // closed when a request was written
	once  sync.Once
	say   *strings.Reader
	fail  error
}

func (b *broken) Write(p []byte) (int, error) {
	b.once.Do(func() { close(b.asked) })
	return len(p), nil
}

func (b *broken) Read(p []byte) (int, error) {
	<-b.asked
	if n, err := b.say.Read(p); err == nil {
		return n, nil
	}
	return 0, b.fail
}

func TestN07_ResetInTheBody(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nETag: \"new\"\r\nContent-Length: 1000\r\n\r\n"
	for came, kind := range map[string]Kind{"<rss><channel>": "", "": KindRefused} {
		c, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			_ = far.Close()
			reset := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
			return &broken{Conn: near, asked: make(chan struct{}), say: strings.NewReader(head + came), fail: reset}, nil
		}
		r, err := c.Get(t.Context(), Request{URL: "http://news.example/", ETag: `"old"`})
		if kind != "" {
			if kindOf(err) != kind {
				t.Errorf("%v, %v; want %s", r, err, kind)
			}
			continue
		}
		if err != nil || !r.Truncated || !errors.Is(r.Cut, syscall.ECONNRESET) || r.ETag != `"old"` || string(r.Body) != came {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func TestTheWholeIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Fast enough never to stall, endless all the same; and a chain of hops that each take a while.
		c := bubbled(t, Options{Timeout: time.Minute}, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/body" {
				time.Sleep(25 * time.Second)
				http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
				return
			}
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, stallBytes)); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(time.Second)
			}
		})
		for _, path := range []string{"/body", "/hop"} {
			start := time.Now()
			_, err := c.Get(t.Context(), Request{URL: "http://slow.example" + path})
			if took := time.Since(start); kindOf(err) != KindTimeout || took != time.Minute {
				t.Errorf("%s: %v after %v", path, err, took)
			}
		}
	})
}

func TestASlowButSteadyBodyIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bubbled(t, Options{}, func(w http.ResponseWriter, _ *http.Request) {
			for range 25 {
				_, _ = w.Write(make([]byte, 200))
				w.(http.Flusher).Flush()
				time.Sleep(time.Second)
			}
		})
		r, err := c.Get(t.Context(), Request{URL: "http://steady.example/"})
		if err != nil || len(r.Body) != 5000 || r.Truncated {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// visits notes when requests began and ended on a server, by host.
type visits struct {
	mu     sync.Mutex
	starts map[string][]time.Time
	busy   map[string]int
	most   map[string]int
}

func newVisits() *visits {
	return &visits{starts: map[string][]time.Time{}, busy: map[string]int{}, most: map[string]int{}}
}

func (v *visits) serve(took time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		v.starts[r.Host] = append(v.starts[r.Host], time.Now())
		v.busy[r.Host]++
		v.most[r.Host] = max(v.most[r.Host], v.busy[r.Host])
		v.mu.Unlock()
		time.Sleep(took)
		v.mu.Lock()
		v.busy[r.Host]--
		v.mu.Unlock()
		w.WriteHeader(http.StatusOK)
	}
}

func TestP32_OneRequestAtATimeAndAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostGap: 2 * time.Second}, v.serve(500*time.Millisecond))
		start := time.Now()
		var all sync.WaitGroup
		for _, host := range []string{"a.example", "A.Example", "b.example"} {
			for i := range 5 {
				all.Go(func() {
					if _, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("http://%s/%d", host, i)}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		got := append(v.starts["a.example"], v.starts["A.Example"]...)
		slices.SortFunc(got, time.Time.Compare)
		if len(got) != 10 {
			t.Fatalf("%d requests", len(got))
		}
		for i, at := range got {
			if want := time.Duration(i) * 2500 * time.Millisecond; at.Sub(start) != want {
				t.Errorf("request %d after %v, want %v", i, at.Sub(start), want)
			}
		}
		if last := v.starts["b.example"][4].Sub(start); last != 10*time.Second {
			t.Errorf("the other host's last request after %v", last)
		}
	})
}

func TestP32_TheGapHasJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostGap: 2 * time.Second}, v.serve(0))
		c.hosts.rand = func() float64 { return 0.999 }
		for range 3 {
			_, _ = c.Get(t.Context(), Request{URL: "http://a.example/"})
		}
		for i, at := range v.starts["a.example"][1:] {
			if gap := at.Sub(v.starts["a.example"][i]); gap < 2400*time.Millisecond || gap > 2500*time.Millisecond {
				t.Errorf("gap of %v", gap)
			}
		}
	})
}

func TestP32_FirstFetchesAreImmediate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostGap: time.Minute}, v.serve(time.Second))
		start := time.Now()
		if _, err := c.Get(t.Context(), Request{URL: "http://a.example/"}); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() { _, _ = c.Get(t.Context(), Request{URL: "http://a.example/usual"}) })
		synctest.Wait()
		for range 3 {
			all.Go(func() { _, _ = c.Get(t.Context(), Request{URL: "http://a.example/first", Urgent: true}) })
		}
		all.Wait()
		want := []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second, 64 * time.Second}
		for i, at := range v.starts["a.example"] {
			if at.Sub(start) != want[i] {
				t.Errorf("request %d after %v, want %v", i, at.Sub(start), want[i])
			}
		}
		if v.most["a.example"] != 1 {
			t.Errorf("%d at a time", v.most["a.example"])
		}
	})
}

func TestHostConns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostConns: 3}, v.serve(time.Second))
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { _, _ = c.Get(t.Context(), Request{URL: "http://a.example/"}) })
		}
		all.Wait()
		if v.most["a.example"] != 3 {
			t.Errorf("%d at a time", v.most["a.example"])
		}
	})
}

func TestARedirectWaitsForTheTurnOfItsHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		serve := v.serve(0)
		c := bubbled(t, Options{HostGap: 2 * time.Second}, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/within":
				http.Redirect(w, r, "/", http.StatusFound)
			case "/away":
				http.Redirect(w, r, "http://hub.example/", http.StatusFound)
			default:
				serve(w, r)
			}
		})
		start := time.Now()
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				if _, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("http://h%d.example/away", i)}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for i, at := range v.starts["hub.example"] {
			if want := time.Duration(i) * 2 * time.Second; at.Sub(start) != want {
				t.Errorf("request %d after %v, want %v", i, at.Sub(start), want)
			}
		}
		start = time.Now()
		if _, err := c.Get(t.Context(), Request{URL: "http://other.example/within"}); err != nil || time.Since(start) != 0 {
			t.Errorf("a redirect within the host took %v, %v", time.Since(start), err)
		}
	})
}

func TestGivingUpATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostGap: time.Hour}, v.serve(time.Second))
		start := time.Now()
		_, _ = c.Get(t.Context(), Request{URL: "http://a.example/"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := c.Get(ctx, Request{URL: "http://a.example/"}); kindOf(err) != KindCanceled || time.Since(start) != time.Minute+time.Second {
				t.Errorf("%v after %v", err, time.Since(start))
			}
		})
		synctest.Wait()
		if _, err := c.Get(t.Context(), Request{URL: "http://a.example/"}); err != nil || time.Since(start) != time.Hour+2*time.Second {
			t.Errorf("the next one: %v after %v", err, time.Since(start))
		}
		all.Wait()
	})
}

func TestHostsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hs := newHosts(1, time.Second, func() float64 { return 0 })
		for i := range 10_000 {
			h, err := hs.acquire(t.Context(), fmt.Sprint(i), false)
			if err != nil {
				t.Fatal(err)
			}
			hs.release(h)
			time.Sleep(time.Millisecond)
		}
		if n := len(hs.byName); n > 3000 {
			t.Errorf("%d hosts are remembered", n)
		}
	})
}

func TestHostOf(t *testing.T) {
	for raw, want := range map[string]string{
		"https://News.Example/feed": "news.example", "http://news.example:80/": "news.example", "https://news.example:443/": "news.example", "http://news.example./": "news.example",
		"https://news.example:8443/": "news.example:8443", "http://user:pw@news.example/": "news.example", "https://Bücher.example/": "xn--bcher-kva.example",
		"http://127.0.0.1:8080/": "127.0.0.1:8080", "http://[::1]:8080/": "::1:8080", "ftp://news.example/": "", "nonsense": "", "": "", " https://news.example/ ": "news.example",
	} {
		if got := HostOf(raw); got != want {
			t.Errorf("HostOf(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestSameAuthority(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		same     bool
	}{
		{"http://a.example/", "https://a.example/x", true},
		{"https://a.example/", "http://a.example/x", false}, // what was said in private is not said aloud
		{"https://a.example/", "https://A.EXAMPLE:443/x", true},
		{"https://a.example/", "https://a.example:8443/", false},
		{"https://a.example/", "https://www.a.example/", false},
		{"https://a.example/", "https://a.example.evil.example/", false},
	} {
		c, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		a, e1 := c.parse(tt.from, false)
		b, e2 := c.parse(tt.to, false)
		if e1 != nil || e2 != nil {
			t.Fatal(e1, e2)
		}
		if got := sameAuthority(a, b); got != tt.same {
			t.Errorf("%s → %s: %v", tt.from, tt.to, got)
		}
	}
}
