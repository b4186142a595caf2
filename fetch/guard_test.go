package fetch_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"mediawatch/fetch"
)

// refused are addresses that no fetch may reach: one or more of each special range, at its edges, and in each disguise.
var refused = []string{
	// IPv4: this network, loopback, private, link-local, carrier
	"0.0.0.0", "0.255.255.255", "127.0.0.1", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
	"169.254.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
	// IPv4: protocols, documentation, benchmarks, relays, multicast, reserved
	"192.0.0.1", "192.0.0.170", "192.0.2.1", "198.51.100.7", "203.0.113.200", "198.18.0.1", "198.19.255.255", "192.88.99.1", "224.0.0.1", "239.255.255.250",
	"240.0.0.1", "255.255.255.254", "255.255.255.255",
	// IPv4 inside IPv6: mapped
	"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:c0a8:101", "::ffff:0.0.0.0", "::ffff:100.64.0.1",
	// compatible, translated
	"::127.0.0.1", "::10.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8",
	// NAT64
	"64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::192.168.1.1", "64:ff9b:1::1", "64:ff9b:1:ffff::10.0.0.1",
	// 6to4, Teredo
	"2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2002:c0a8:101::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1", "2001:0:7f00:1::",
	// IPv6: unspecified, loopback, private, link-local, site-local, multicast
	"::", "::1", "fc00::1", "fd00:ec2::254", "fdff:ffff::1", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
	// IPv6: documentation, discard, ORCHID, benchmarks, segment routing, 6bone, unassigned
	"2001:db8::1", "3fff::1", "100::1", "2001:10::1", "2001:20::1", "2001:2::1", "5f00::1", "3ffe::1", "1::1", "4000::1", "8000::1", "e000::1",
}

// public are addresses at the edges of the special ranges and elsewhere that must stay reachable.
var public = []string{
	"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.1",
	"192.0.1.1", "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:200::1",
	"2001:4860:4860::8888", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2400:cb00::1", "2003::1", "3fff:1000::1",
}

func TestS01_SpecialAddressesAreRefusedAndPublicOnesAllowed(t *testing.T) {
	if len(refused) < 56 || len(public) < 13 {
		t.Fatalf("%d refused, %d public", len(refused), len(public))
	}
	g := fetch.NewGuard(nil)
	for _, a := range refused {
		addr := netip.MustParseAddr(a)
		err := g.Control("tcp", netip.AddrPortFrom(addr, 443).String(), nil)
		var blocked *fetch.BlockedError
		if !errors.As(err, &blocked) {
			t.Errorf("%s is let through: %v", a, err)
			continue
		}
		if !blocked.Network.IsValid() {
			t.Errorf("%s: no network to allow is named", a)
		}
		if err := fetch.NewGuard([]netip.Prefix{blocked.Network}).Check(addr); err != nil {
			t.Errorf("%s is refused although the named network %v is allowed: %v", a, blocked.Network, err)
		}
	}
	for _, a := range public {
		if err := g.Control("tcp", netip.AddrPortFrom(netip.MustParseAddr(a), 443).String(), nil); err != nil {
			t.Errorf("%s is refused: %v", a, err)
		}
	}
}

// TestS02_AnAddressIsJudgedWhereverItHides: an IPv4 address is judged the same wherever it hides, and never let through
// by a form that is not in use any more.
func TestS02_AnAddressIsJudgedWhereverItHides(t *testing.T) {
	g := fetch.NewGuard(nil)
	rapid.Check(t, func(t *rapid.T) {
		v4 := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address")))
		open := g.Check(v4) == nil
		b := v4.As4()
		in := func(prefix string, at int) netip.Addr {
			a := netip.MustParseAddr(prefix).As16()
			copy(a[at:], b[:])
			return netip.AddrFrom16(a)
		}
		for _, a := range []netip.Addr{in("::ffff:0:0", 12), in("64:ff9b::", 12)} {
			if got := g.Check(a) == nil; got != open {
				t.Fatalf("%v: %v, but %v: %v", v4, open, a, got)
			}
		}
		teredo := in("2001::", 12)
		for _, a := range []netip.Addr{in("::", 12), in("2002::", 2), in("64:ff9b:1::", 12), teredo, in("2001::", 4), in("::ffff:0:0:0", 12)} {
			if g.Check(a) == nil {
				t.Fatalf("%v is let through", a)
			}
		}
	})
}

func TestS13_OnlyNetworksOfTheConfigurationAreAllowed(t *testing.T) {
	g := fetch.NewGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::ffff:10.1.0.0/112"), netip.MustParsePrefix("fd00:1::7/64")})
	for a, open := range map[string]bool{
		"127.0.0.1": true, "::ffff:127.9.9.9": true, "10.1.2.3": true, "10.2.0.1": false, "192.168.0.1": false, "fd00:1::1": true, "fd00:2::1": false, "::1": false,
		"64:ff9b::10.1.2.3": true, "2002:7f00:1::": false,
	} {
		if got := g.Check(netip.MustParseAddr(a)) == nil; got != open {
			t.Errorf("%s let through: %v", a, got)
		}
	}
}

func TestControlRefusesWhatIsNotTCP(t *testing.T) {
	g := fetch.NewGuard(loopback)
	for _, tt := range [][2]string{{"udp", "8.8.8.8:443"}, {"unix", "/run/x"}, {"tcp", "nonsense"}, {"tcp", "8.8.8.8:0"}, {"tcp", "8.8.8.8:25"}, {"tcp", "127.0.0.1:6379"}} {
		if g.Control(tt[0], tt[1], nil) == nil {
			t.Errorf("%v is let through", tt)
		}
	}
}

func TestS03_S08_S09_LiteralsPortsAndSchemes(t *testing.T) {
	c := newClient(t, fetch.Options{Allow: []netip.Prefix{}})
	for _, tt := range []struct {
		url  string
		kind fetch.Kind
	}{
		{"", fetch.KindURL},
		{"news.example/feed", fetch.KindURL},
		{"/feed", fetch.KindURL},
		{"http://", fetch.KindURL},
		{"http:///feed", fetch.KindURL},
		{"http://:80/", fetch.KindURL},
		{"http://a b/", fetch.KindURL},
		{"http://news.example/\x00", fetch.KindURL},
		{"http://news.example/" + strings.Repeat("x", 20000), fetch.KindURL},
		{"http://[::1", fetch.KindURL},
		{"feed:https://news.example/", fetch.KindBlocked},
		{"file:///etc/passwd", fetch.KindBlocked},
		{"ftp://news.example/", fetch.KindBlocked},
		{"data:text/xml,<rss/>", fetch.KindBlocked},
		{"unix:/run/x.sock", fetch.KindBlocked},
		{"http://news.example:22/", fetch.KindBlocked},
		{"http://news.example:6379/", fetch.KindBlocked},
		{"http://news.example:0/", fetch.KindBlocked},
		{"https://news.example:99999/", fetch.KindBlocked},
		{"http://127.0.0.1:8080/", fetch.KindBlocked},
		{"http://[::1]:8080/", fetch.KindBlocked},
		{"http://[fe80::1%25eth0]/", fetch.KindBlocked},
		{"http://169.254.169.254/latest/meta-data/", fetch.KindBlocked},
		{"http://[64:ff9b::7f00:1]/", fetch.KindBlocked},
	} {
		mustFail(t, c, fetch.Request{URL: tt.url}, tt.kind)
	}
}

func TestS14_TheErrorSaysWhatToSet(t *testing.T) {
	s := serve(t, answer(200, body))
	c := newClient(t, fetch.Options{Allow: []netip.Prefix{}})
	for _, u := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)} {
		e := mustFail(t, c, fetch.Request{URL: u}, fetch.KindBlocked)
		for _, want := range []string{"loopback", `allow_networks = ["127.0.0.0/8"]`, "configuration"} {
			if !strings.Contains(e.Error(), want) && !strings.Contains(e.Error(), strings.Replace(want, "127.0.0.0/8", "::1/128", 1)) {
				t.Errorf("%q is not in %q", want, e.Error())
			}
		}
	}
	if s.count() != 0 {
		t.Errorf("the server was asked %d times", s.count())
	}
}

// TestS05_EveryHopIsGuarded: the guard sees the connected address, so that a redirect by name does not lead inside either.
func TestS05_EveryHopIsGuarded(t *testing.T) {
	inside, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("127.0.0.2 is absent: ", err)
	}
	var reached atomic.Int32
	hidden := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	hidden.Listener = inside
	hidden.Start()
	defer hidden.Close()
	s := serve(t, to(302, "http://"+inside.Addr().String()+"/"))
	c := newClient(t, fetch.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	mustFail(t, c, fetch.Request{URL: s.URL}, fetch.KindBlocked)
	if reached.Load() != 0 {
		t.Error("the inside was reached")
	}
}

// TestANameWithAnAllowedAndARefusedAddress: localhost is ::1 first on most machines, and the server is found all the same.
func TestANameWithAnAllowedAndARefusedAddress(t *testing.T) {
	if _, err := net.LookupHost("localhost"); err != nil {
		t.Skip("localhost has no address: ", err)
	}
	s := serve(t, answer(200, body))
	c := newClient(t, fetch.Options{Allow: loopback[:1]})
	mustGet(t, c, fetch.Request{URL: strings.Replace(s.URL, "127.0.0.1", "localhost", 1)})
}

func TestS07_NoProxyFromTheEnvironmentAndOneGuardForOthers(t *testing.T) {
	s := serve(t, answer(200, body))
	tr := fetch.NewTransport(fetch.NewGuard(nil), fetch.TransportOptions{})
	defer tr.CloseIdleConnections()
	if tr.Proxy != nil {
		t.Error("a proxy is taken from the environment")
	}
	_, err := (&http.Client{Transport: tr}).Get(s.URL)
	var blocked *fetch.BlockedError
	if !errors.As(err, &blocked) || s.count() != 0 {
		t.Errorf("%v, asked %d times", err, s.count())
	}
}

func TestS07_AConfiguredProxy(t *testing.T) {
	var seen atomic.Pointer[http.Request]
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r)
		answer(200, body)(w, r)
	}))
	defer proxy.Close()
	c := newClient(t, fetch.Options{Allow: []netip.Prefix{}, Proxy: proxy.URL}) // the proxy itself may be inside
	if r := mustGet(t, c, fetch.Request{URL: "http://news.example/feed"}); string(r.Body) != body {
		t.Errorf("%q", r.Body)
	}
	if r := seen.Load(); r.RequestURI != "http://news.example/feed" {
		t.Errorf("the proxy was asked for %s", r.RequestURI)
	}
	// The proxy resolves names, so what can be seen in the address is refused before.
	for _, u := range []string{
		"http://127.0.0.1/", "http://10.0.0.1/", "http://[::1]/", "http://localhost/", "http://a.localhost./", "http://LOCALHOST/", "http://2130706433/", "http://0x7f000001/",
		"http://127.1/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://0177.0.0.1/", "http://0x7f.1/", proxy.URL,
	} {
		mustFail(t, c, fetch.Request{URL: u}, fetch.KindBlocked)
	}
	mustGet(t, newClient(t, fetch.Options{Proxy: proxy.URL}), fetch.Request{URL: "http://localhost/"}) // loopback is allowed here
	for _, bad := range []string{"ftp://proxy.example", "proxy.example:3128", "http://", "http://user:geheim@[::1/"} {
		if _, err := fetch.New(fetch.Options{Proxy: bad}); err == nil {
			t.Errorf("%q is taken", bad)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("the password is in %q", err)
		}
	}
}

func TestNoPasswordInErrors(t *testing.T) {
	c := newClient(t, fetch.Options{})
	dead := rawServer(t, func(net.Conn) {})
	u, err := url.Parse(dead)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("reader", "geheim")
	for _, raw := range []string{u.String(), "http://reader:geheim@127.0.0.1:22/", "http://reader:geheim@a b/", "http://reader:geheim@[::1/"} {
		_, err := c.Get(t.Context(), fetch.Request{URL: raw})
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v", err)
		}
	}
}

// FuzzLocation: whatever a Location says, it leads to the public web or nowhere.
func FuzzLocation(f *testing.F) {
	for _, s := range []string{
		"/a", "//127.0.0.1/", "http:127.0.0.1", "http:/\\127.0.0.1", "http://127.0.0.1%00@news.example/", "http://[::ffff:127.0.0.1]:80/", "HTTP://0/", "http://①②⑦.⓪.⓪.①/",
		"http://127。0。0。1/", "ftp:x", "http://a@b@127.0.0.1", "\thttp://x", "http://x:065536/", "?", "#",
	} {
		f.Add(s)
	}
	c := newClient(f, fetch.Options{Allow: []netip.Prefix{}, Proxy: "http://127.0.0.1:1"}) // with a proxy nothing is resolved here
	f.Fuzz(func(t *testing.T, location string) {
		_, err := c.Get(t.Context(), fetch.Request{URL: location})
		var e *fetch.Error
		if !errors.As(err, &e) {
			t.Fatalf("%v", err)
		}
		if strings.ContainsAny(e.Error(), "\r\n\x00") {
			t.Errorf("%q", e.Error())
		}
		if u, bad := url.Parse(location); bad == nil && e.Kind != fetch.KindBlocked && e.Kind != fetch.KindURL {
			if a, isAddr := netip.ParseAddr(u.Hostname()); isAddr == nil && fetch.NewGuard(nil).Check(a) != nil {
				t.Errorf("%q was asked: %v", location, e)
			}
		}
	})
}
