package fetch_test

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"mediawatch/fetch"
)

// TestT08A1_AnAddressIsAskedAsItMayStand: what may not stand in a request line is encoded, wherever the address comes from.
func TestT08A1_AnAddressIsAskedAsItMayStand(t *testing.T) {
	var mu sync.Mutex
	var lines []string
	redirect := ""
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			first, err := bufio.NewReader(c).ReadString('\n')
			if err == nil {
				mu.Lock()
				lines = append(lines, strings.TrimSpace(first))
				if answer := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"; !strings.HasPrefix(first, "GET /go ") {
					_, _ = c.Write([]byte(answer))
				} else {
					_, _ = c.Write([]byte("HTTP/1.1 302 Found\r\nLocation: " + redirect + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
				}
				mu.Unlock()
			}
			_ = c.Close()
		}
	})
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	base := "http://" + l.Addr().String()
	for _, tt := range []struct{ written, asked string }{
		{"/feed?q=heat pump", "/feed?q=heat%20pump"},
		{"/my feed/a.xml", "/my%20feed/a.xml"},
		{"/feed?q=wärme&l=\xe4", "/feed?q=w%C3%A4rme&l=%E4"},
		{"/wärme/\xe4?x", "/w%C3%A4rme/%E4?x"},
		{`/feed?q="heat"&a=<b>&c=d|e&f[]={g}\^` + "`", "/feed?q=%22heat%22&a=%3Cb%3E&c=d%7Ce&f%5B%5D=%7Bg%7D%5C%5E%60"},
		{"/100%/feed?p=50%&q=%zz", "/100%25/feed?p=50%25&q=%25zz"},
		{"/feed?q=heat%20pump+x%2B'(1)*!,;:@/?$~", "/feed?q=heat%20pump+x%2B'(1)*!,;:@/?$~"}, // may stand: not touched
		{"/a%2Fb/c?d=%2f", "/a%2Fb/c?d=%2f"},
		{"/tab\there?x\ty", "/tabhere?xy"},
		{"/feed?q=a#part two\xff", "/feed?q=a"},
	} {
		for _, from := range []string{"", "/go"} {
			mu.Lock()
			lines, redirect = nil, tt.written
			mu.Unlock()
			address := base + tt.written
			if from != "" {
				address = base + from
			}
			r, err := newClient(t, fetch.Options{}).Get(t.Context(), fetch.Request{URL: address})
			if err != nil {
				t.Errorf("%q: %v", tt.written, err)
				continue
			}
			mu.Lock()
			got := lines[len(lines)-1]
			mu.Unlock()
			if got != "GET "+tt.asked+" HTTP/1.1" || r.FinalURL != base+tt.asked {
				t.Errorf("%q (redirected: %v) was asked as %q and is kept as %q, want %q", tt.written, from != "", got, r.FinalURL, tt.asked)
			}
		}
	}
}

// FuzzAddress: whatever is written, what is asked can be asked, is one word of ASCII, and stays the same when it is read again.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"http://a.example/b c?d e#f", "//x", "http://ä.example/\xff%", "http://[::1%25eth0]:80/?[]", "http://u:p|@h/?%", "\x00", "http://a%b/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := fetch.Address(raw)
		if err != nil {
			return
		}
		if i := strings.IndexFunc(once, func(r rune) bool { return r <= ' ' || r >= 0x7f }); i >= 0 {
			t.Fatalf("%q is asked as %q", raw, once)
		}
		if twice, err := fetch.Address(once); err != nil || twice != once {
			t.Fatalf("%q, then %q, then %q (%v)", raw, once, twice, err)
		}
		if _, err := http.NewRequest(http.MethodGet, once, nil); err != nil {
			t.Fatalf("%q: %v", once, err)
		}
	})
}
