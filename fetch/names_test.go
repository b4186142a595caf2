package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers questions about names from a script: each name has answers that take turns, the last one for good.
type nameServer struct {
	mu      sync.Mutex
	answers map[string][][]string // name → per question: addresses, or "=other.name." for a CNAME
	address string
}

func newNameServer(t *testing.T, answers map[string][][]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{answers: answers, address: conn.LocalAddr().String()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.serve(conn)
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", s.address)
	}}
}

func (s *nameServer) serve(conn net.PacketConn) {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) != nil || len(m.Questions) == 0 {
			continue
		}
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		m.Answers = s.records(m.Questions[0])
		if out, err := m.Pack(); err == nil {
			_, _ = conn.WriteTo(out, from)
		}
	}
}

// records answers one question. The turn of a name moves with the questions for A, which a resolver asks once a lookup.
func (s *nameServer) records(q dnsmessage.Question) []dnsmessage.Resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []dnsmessage.Resource
	head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET, TTL: 0}
	name := strings.ToLower(q.Name.String())
	turns := s.answers[name]
	if len(turns) == 0 {
		return nil
	}
	for _, a := range turns[0] {
		if target, ok := strings.CutPrefix(a, "="); ok {
			to := dnsmessage.MustNewName(target)
			cname := head
			cname.Type = dnsmessage.TypeCNAME
			out = append(out, dnsmessage.Resource{Header: cname, Body: &dnsmessage.CNAMEResource{CNAME: to}})
			head.Name = to
			continue
		}
		addr := netip.MustParseAddr(a)
		switch {
		case addr.Is4() && q.Type == dnsmessage.TypeA:
			out = append(out, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: addr.As4()}})
		case addr.Is6() && q.Type == dnsmessage.TypeAAAA:
			out = append(out, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	if q.Type == dnsmessage.TypeA && len(turns) > 1 {
		s.answers[name] = turns[1:]
	}
	return out
}

// namedClient is a client that resolves by the script and may connect to 127.0.0.1 only.
func namedClient(t *testing.T, answers map[string][][]string) *Client {
	t.Helper()
	c, err := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	if err != nil {
		t.Fatal(err)
	}
	c.transport.DialContext = (&net.Dialer{Resolver: newNameServer(t, answers), Control: c.guard.Control}).DialContext
	c.transport.DisableKeepAlives = true // each request connects anew, as after an idle hour
	t.Cleanup(c.Close)
	return c
}

// TestS04_NamesThatLeadInside: whatever records a name has, the connected address is judged.
func TestS04_NamesThatLeadInside(t *testing.T) {
	c := namedClient(t, map[string][][]string{
		"a.example.": {{"10.0.0.1"}}, "meta.example.": {{"169.254.169.254"}}, "aaaa.example.": {{"fd00::1"}}, "mapped.example.": {{"::ffff:10.0.0.1"}}, "nat64.example.": {{"64:ff9b::10.0.0.1"}},
		"cname.example.": {{"=inside.example.", "192.168.1.1"}}, "both.example.": {{"10.0.0.1", "fd00::1"}}, "loop6.example.": {{"::1"}}, "zero.example.": {{"0.0.0.0"}},
	})
	for _, name := range []string{"a", "meta", "aaaa", "mapped", "nat64", "cname", "both", "loop6", "zero"} {
		_, err := c.Get(t.Context(), Request{URL: "http://" + name + ".example:8080/feed"})
		var e *Error
		var blocked *BlockedError
		if !errors.As(err, &e) || e.Kind != KindBlocked || !errors.As(err, &blocked) {
			t.Errorf("%s.example: %v, want it refused", name, err)
			continue
		}
		if !strings.Contains(e.Error(), name+".example resolves to") || !strings.Contains(e.Error(), "allow_networks") {
			t.Errorf("%s.example: %q says neither what the name resolves to nor what to set", name, e.Error())
		}
	}
}

// TestS06_Rebinding: a name that leads to a permitted server first and inside the next time is refused the next time,
// also in the middle of a redirect.
func TestS06_Rebinding(t *testing.T) {
	var inside atomic.Int32
	hidden, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("127.0.0.2 is absent: ", err)
	}
	_, port, _ := net.SplitHostPort(hidden.Addr().String())
	trap := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Add(1) })}
	go func() { _ = trap.Serve(hidden) }()
	defer trap.Close()
	permitted, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Skip("the port is taken on 127.0.0.1: ", err)
	}
	open := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://second.example:"+port+"/feed", http.StatusFound)
			return
		}
		_, _ = w.Write([]byte("<rss/>"))
	}))
	open.Listener = permitted
	open.Start()
	defer open.Close()
	c := namedClient(t, map[string][][]string{
		"news.example.": {{"127.0.0.1"}, {"127.0.0.2"}}, "first.example.": {{"127.0.0.1"}}, "second.example.": {{"127.0.0.2"}}, "half.example.": {{"127.0.0.2", "127.0.0.1"}},
	})
	if _, err := c.Get(t.Context(), Request{URL: "http://news.example:" + port + "/feed"}); err != nil {
		t.Fatalf("the permitted answer: %v", err)
	}
	for _, u := range []string{"http://news.example:" + port + "/feed", "http://first.example:" + port + "/away"} {
		if _, err := c.Get(t.Context(), Request{URL: u}); kindOf(err) != KindBlocked {
			t.Errorf("%s: %v, want it refused", u, err)
		}
	}
	// A name with both addresses is reached by the permitted one alone.
	if _, err := c.Get(t.Context(), Request{URL: "http://half.example:" + port + "/feed"}); err != nil {
		t.Errorf("half.example: %v", err)
	}
	if inside.Load() != 0 {
		t.Errorf("the inside was reached %d times", inside.Load())
	}
}
