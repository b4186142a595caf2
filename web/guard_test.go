package web_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// served serves a world over a real connection as the program does, and returns the address.
func served(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	server, l := web.NewHTTPServer(h, l, slog.New(slog.DiscardHandler))
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return address
}

// raw sends bytes and returns the answer to them.
func raw(t *testing.T, address, request string) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() { _, _ = io.WriteString(c, request) }() // a server that refuses a head does not read all of it
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%.40q: %v", request, err)
	}
	return resp
}

// isSecure reports what an answer lacks of the headers that every answer has.
func isSecure(t *testing.T, what string, h http.Header) {
	t.Helper()
	if !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; ") || h.Get("X-Content-Type-Options") != "nosniff" || len(h.Values("Content-Security-Policy")) != 1 {
		t.Errorf("%s: Content-Security-Policy %q, X-Content-Type-Options %q", what, h.Values("Content-Security-Policy"), h.Get("X-Content-Type-Options"))
	}
}

// TestT08A8_EveryAnswerIsSecure asks for every kind of error, those among them that net/http answers without asking anybody.
func TestT08A8_EveryAnswerIsSecure(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	address := served(t, w.web)
	const host = "Host: 127.0.0.1\r\n"
	for request, status := range map[string]int{
		"GET /api/v1/items HTTP/1.1\r\n" + host + "\r\n":                                         200,
		"GET /healthz HTTP/1.1\r\n" + host + "\r\n":                                              200,
		"what is this\r\n\r\n":                                                                   400,
		"GET / HTTP/1.1\r\n\r\n":                                                                 400, // no host
		"GET / HTTP/1.1\r\n" + host + host + "\r\n":                                              400,
		"GET / HTTP/1.1\r\n" + host + "a b: c\r\n\r\n":                                           400,
		"GET /nothing HTTP/1.1\r\n" + host + "\r\n":                                              404,
		"POST / HTTP/1.1\r\n" + host + "\r\n":                                                    405,
		"OPTIONS * HTTP/1.1\r\n" + host + "\r\n":                                                 400,
		"GET / HTTP/1.1\r\n" + host + "Expect: more\r\n\r\n":                                     417,
		"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n":                                           421,
		"GET / HTTP/1.1\r\n" + host + "X: " + strings.Repeat("x", 200<<10) + "\r\n\r\n":          431,
		"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: rot13\r\n\r\n":                         501,
		"GET / HTTP/7.0\r\n" + host + "\r\n":                                                     505,
		"GET /api/v1/items/zz HTTP/1.1\r\n" + host + "\r\n":                                      400,
		"GET /watches HTTP/1.1\r\n" + host + "\r\n":                                              307,
		"GET /feeds/all.atom HTTP/1.1\r\n" + host + "Range: bytes=0-3\r\n\r\n":                   200,
		"GET /%zz HTTP/1.1\r\n" + host + "\r\n":                                                  400,
		"GET /digests/morning/1/raw HTTP/1.1\r\n" + host + "\r\n":                                404,
		"GET /api/v1/search?q=harbour HTTP/1.1\r\nAccept: application/jsonl\r\n" + host + "\r\n": 200,
		"GET /api/v1/items?limit=1 HTTP/1.1\r\nAccept: application/jsonl\r\n" + host + "\r\n":    200,
		"HEAD /api/v1/count?q=harbour HTTP/1.1\r\n" + host + "\r\n":                              200,
		"GET /api/v1/subscriptions.opml HTTP/1.1\r\n" + host + "Accept-Encoding: gzip\r\n\r\n":   200,
		"GET http://evil.example/ HTTP/1.1\r\n" + host + "\r\n":                                  421,
		"GET http://localhost:1/readyz HTTP/1.1\r\nHost: evil.example\r\n\r\n":                   200,
		"CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\n\r\n":                      421,
		"GET /readyz HTTP/1.0\r\n\r\n":                                                           421,
		"GET /readyz HTTP/1.0\r\n" + host + "\r\n":                                               200,
		"GET /healthz HTTP/1.1\r\n" + host + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n": 200,
	} {
		resp := raw(t, address, request)
		if resp.StatusCode != status {
			t.Errorf("%.60q: %s, want %d", request, resp.Status, status)
		}
		isSecure(t, fmt.Sprintf("%.60q: %s", request, resp.Status), resp.Header)
	}
}

// TestT08A8_AnArticleIsNoAnswer has a second answer on one connection whose words look like one of net/http's own.
func TestT08A8_AnArticleIsNoAnswer(t *testing.T) {
	const words = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
	h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w := newWorld(t, basicConfig).web
		w.ServeHTTP(httptest.NewRecorder(), r) // marks the connection
		_, _ = io.WriteString(rw, strings.Repeat("x", 4096))
		_ = http.NewResponseController(rw).Flush()
		for range 3 {
			_, _ = io.WriteString(rw, words)
			_ = http.NewResponseController(rw).Flush()
		}
	})
	address := served(t, h)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for range 2 {
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if want := strings.Repeat("x", 4096) + words + words + words; err != nil || string(body) != want {
			t.Fatalf("%d bytes, want %d; %v", len(body), len(want), err)
		}
	}
}

// TestT08A8_Host asks under many names: only those that are ours are answered.
func TestT08A8_Host(t *testing.T) {
	conf := strings.Replace(basicConfig, "[web]\n", "[web]\npublic_url = \"https://News.example.org/desk\"\nhosts = [\"newsdesk.local\"]\n", 1)
	w := newWorld(t, conf)
	for host, want := range map[string]int{
		"127.0.0.1": 200, "127.0.0.1:8087": 200, "127.0.0.1:9": 200, "localhost": 200, "LOCALHOST:8087": 200, "localhost.:8087": 200, "news.example.org": 200, "news.example.org:443": 200,
		"newsdesk.local": 200, "NewsDesk.local.": 200,
		"": 421, "evil.example": 421, "evil.example:8087": 421, "127.0.0.2": 421, "10.0.0.1": 421, "[::1]:8087": 421, "0.0.0.0": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421,
		"news.example.org.evil.example": 421, "xnews.example.org": 421, "localhost:8087:x": 421, "2130706433": 421, "newsdesk.local@evil.example": 421, "[127.0.0.1": 200,
	} {
		r := httptest.NewRequest(http.MethodGet, "/readyz", nil)
		r.Host = host
		rec := httptest.NewRecorder()
		w.web.ServeHTTP(rec, r)
		if rec.Code != want {
			t.Errorf("%q: %d, want %d", host, rec.Code, want)
		}
		isSecure(t, host, rec.Header())
	}
	every := served(t, newWorld(t, strings.Replace(basicConfig, `"127.0.0.1:8087"`, "\"0.0.0.0:8087\"\nallow_remote = true", 1)).web)
	for host, want := range map[string]int{"127.0.0.1": 200, "10.9.8.7": 421, "0.0.0.0": 421, "evil.example": 421} { // listened on everywhere, reached at 127.0.0.1
		if resp := raw(t, every, "GET /readyz HTTP/1.1\r\nHost: "+host+"\r\n\r\n"); resp.StatusCode != want {
			t.Errorf("%q of a server that listens everywhere: %s, want %d", host, resp.Status, want)
		}
	}
}

// TestT08A8_TheOwnerNeedsNoName asks as the socket does.
func TestT08A8_TheOwnerNeedsNoName(t *testing.T) {
	w := newWorld(t, basicConfig)
	r := httptest.NewRequest(http.MethodGet, "http://mediawatch/api/v1/items", nil)
	rec := httptest.NewRecorder()
	w.web.Owner().ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	isSecure(t, "the socket", rec.Header())
}

// everyAddress returns an address for each pattern the server answers, filled in so that something is there.
func everyAddress(w *world) []string {
	fill := strings.NewReplacer("{$}", "", "{file}", "ports.atom", "{number}", "1")
	var out []string
	for _, p := range w.web.Patterns() {
		path, _ := strings.CutPrefix(p, "GET ")
		name := "ports"
		if strings.Contains(path, "/digests/") {
			name = "morning"
		}
		path = strings.NewReplacer("{name}", name, "{id}", article{guid: "1"}.id().String()).Replace(fill.Replace(path))
		out = append(out, path)
	}
	return out
}

// TestX12_PolicyOnEveryRoute asks for every address that is answered, by every method.
func TestX12_PolicyOnEveryRoute(t *testing.T) {
	w := filled(t)
	for _, path := range everyAddress(w) {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions, http.MethodTrace, "NONSENSE"} {
			rec := w.ask(method, path)
			isSecure(t, method+" "+path, rec.Header())
			if script := rec.Header().Get("Content-Security-Policy"); strings.Contains(script, "script-src") || strings.Contains(script, "default-src *") {
				t.Errorf("%s %s permits scripts: %s", method, path, script)
			}
		}
	}
}

// TestX14_NothingChangesByGET asks for every address with parameters that order something; not a byte of the journal or
// of the saved files changes.
func TestX14_NothingChangesByGET(t *testing.T) {
	w := filled(t)
	state := func() string {
		stats := must(w.store.Stats(t.Context()))(t)
		stats.Bytes = 0
		files := must(os.ReadDir(w.dir))(t)
		return fmt.Sprint(stats, files)
	}
	before := state()
	const orders = "?action=delete&delete=1&forget=1&reason=x&pause=1&feed=http%3A%2F%2Fx.example&verb=remove&limit=3&q=harbour"
	for _, path := range everyAddress(w) {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if rec := w.ask(method, path+orders); rec.Code >= 500 {
				t.Errorf("%s %s: %d", method, path, rec.Code)
			}
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			if rec := w.ask(method, path+orders); rec.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, rec.Code)
			}
		}
	}
	for _, path := range []string{"/control/reload", "/control/feeds", "/control/backup", "/control/verify"} { // orders are for the socket
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if rec := w.ask(method, path); rec.Code != http.StatusNotFound && rec.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, rec.Code)
			}
		}
	}
	if after := state(); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

// TestX13_NoRedirectParameter offers every address another site to lead to.
func TestX13_NoRedirectParameter(t *testing.T) {
	w := filled(t)
	const to = "https%3A%2F%2Fevil.example%2F"
	var params []string
	for _, name := range []string{"url", "u", "next", "to", "redirect", "redirect_uri", "return", "returnTo", "continue", "dest", "goto", "link", "target", "back", "before", "after", "since", "page", "n", "q"} {
		params = append(params, name+"="+to)
	}
	addresses := everyAddress(w)
	addresses = append(addresses, "//evil.example/", "//evil.example/..", "/\\evil.example", "/.//evil.example/", "/watches", "/digests", "/items/https:%2F%2Fevil.example", "/feeds//evil.example/../x")
	leaves := regexp.MustCompile(`^(https?:)?//|^[\\/]{2}|evil\.example/?$`)
	for _, path := range addresses {
		for _, query := range append(slices.Clone(params), strings.Join(params, "&")) {
			r := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
			r.URL.Opaque, r.URL.Path, r.URL.RawQuery, r.RequestURI = "", path, query, path+"?"+query
			rec := httptest.NewRecorder()
			w.web.ServeHTTP(rec, r)
			location, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
			if rec.Header().Get("Refresh") != "" || strings.Contains(strings.ToLower(rec.Body.String()), `http-equiv="refresh"`) {
				t.Errorf("%s?%s leads elsewhere by a refresh", path, query)
			}
			if location != "" && leaves.MatchString(location) && !strings.HasPrefix(location, "/evil.example") {
				t.Errorf("%s?%s leads to %s", path, query, location)
			}
		}
	}
}

// TestT08A10_NoSecretLeaves has a password and a key wherever an address of a feed can stand, and asks for everything.
func TestT08A10_NoSecretLeaves(t *testing.T) {
	const address = "http://me:secretpw@127.0.0.1:18201/feed.xml?api_key=secretpw"
	w := newWorld(t, strings.Replace(basicConfig, "[[feed]]\n", "[[feed]]\nurl = \""+address+"\"\n[[feed]]\n", 1))
	a := article{feed: address, guid: "1", outlet: "-", edit: func(it *news.Item) { it.Origin.FinalURL = address }}
	w.read(a, article{guid: "1"})
	quoting := "get " + address + ": 404 (its page " + address + ")"
	for name, f := range map[string]news.Feed{
		"failing":  {Error: quoting, Failures: 5, FailSince: w.now, Proposed: address, Warnings: []string{quoting}},
		"untitled": {Warnings: []string{quoting}, Location: address + "&x=1"},
		"titled":   {Title: address, Link: address, Gone: true, Error: quoting},
	} {
		f.ID, f.Kind, f.Address, f.Status = a.feedID(), news.KindFeed, address, 404
		f.Location = or(f.Location, address)
		if _, err := w.store.Append(t.Context(), store.Batch{Documents: []store.Document{{Feed: f}}}); err != nil {
			t.Fatal(err)
		}
		w.status.Problems = []string{quoting}
		for _, path := range append(everyAddress(w), "/items/"+a.id().String(), "/api/v1/items/"+a.id().String(), "/api/v1/search?q=harbour", "/feeds/all.atom", "/feeds/health.atom", "/api/v1/items?after=0") {
			rec := w.get(path)
			lacks(t, name+" "+path, rec.Body.String()+fmt.Sprint(rec.Header()), "secretpw")
		}
		if said := web.FeedProblem(f) + web.FeedSilence(f); strings.Contains(said, "secretpw") {
			t.Errorf("digests say %q", said)
		}
	}
	wants(t, "subscriptions", w.body("/api/v1/subscriptions"), `"http://127.0.0.1:18201/feed.xml?api_key=hidden"`)
	wants(t, "opml", w.body("/api/v1/subscriptions.opml"), `"http://127.0.0.1:18201/feed.xml?api_key=hidden"`)
	rec := httptest.NewRecorder()
	w.web.Owner().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/v1/subscriptions.opml", nil))
	wants(t, "the owner's opml", rec.Body.String(), strings.ReplaceAll(address, "&", "&amp;"))
}
