package fetch_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"mediawatch/fetch"
)

func to(status int, location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	}
}

// TestP25_P26 follows chains written as statuses; each hop leads to the next path, and the last path answers.
func TestP25_P26_OnlyThePermanentPrefixOfAChainIsMoved(t *testing.T) {
	for _, tt := range []struct {
		chain string
		moved string // path; "" none
	}{
		{"", ""},
		{"301", "/1"},
		{"308", "/1"},
		{"302", ""},
		{"303", ""},
		{"307", ""},
		{"301 301", "/2"},
		{"301 308 301", "/3"},
		{"301 302", "/1"},
		{"301 308 307 301", "/2"},
		{"302 301", ""},
		{"307 308 308", ""},
		{"301 301 301 301 301", "/5"},
	} {
		t.Run(tt.chain, func(t *testing.T) {
			codes := strings.Fields(tt.chain)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				at, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
				if at == len(codes) {
					answer(200, body)(w, r)
					return
				}
				code, _ := strconv.Atoi(codes[at])
				to(code, "/"+strconv.Itoa(at+1))(w, r)
			})
			r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL + "/0"})
			want := tt.moved
			if want != "" {
				want = s.URL + want
			}
			if r.Moved != want {
				t.Errorf("moved to %q, want %q", r.Moved, want)
			}
			if final := s.URL + "/" + strconv.Itoa(len(codes)); r.FinalURL != final {
				t.Errorf("final URL %q, want %q", r.FinalURL, final)
			}
		})
	}
}

func TestS10_AtMostFiveRedirects(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		at, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		to(301, "/"+strconv.Itoa(at+1))(w, r)
	})
	mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL + "/0"}, fetch.KindRedirect)
	if s.count() != 6 {
		t.Errorf("asked %d times, want 6", s.count())
	}
}

func TestS05_WhereRedirectsMayLead(t *testing.T) {
	for _, tt := range []struct {
		location, path string
		kind           fetch.Kind // "" it is followed
	}{
		{"/b", "/b", ""},
		{"b?x=1#top", "/a/b?x=1", ""},
		{"?x=1", "/a/start?x=1", ""},
		{"../c", "/c", ""},
		{"/sp ace", "/sp%20ace", ""},
		{"/caf\xc3\xa9", "/caf%C3%A9", ""},
		{"ftp://example.org/feed", "", fetch.KindBlocked},
		{"file:///etc/passwd", "", fetch.KindBlocked},
		{"javascript:alert(1)", "", fetch.KindBlocked},
		{"gopher://127.0.0.1:70/", "", fetch.KindBlocked},
		{"http://169.254.169.254/latest/meta-data/", "", fetch.KindBlocked},
		{"http://[::ffff:10.0.0.1]/", "", fetch.KindBlocked},
		{"http://127.0.0.1:22/", "", fetch.KindBlocked},
		{"http://", "", fetch.KindURL},
		{"http://[::1", "", fetch.KindRedirect},
		{"/" + strings.Repeat("x", 20000), "", fetch.KindRedirect},
	} {
		t.Run(tt.location[:min(30, len(tt.location))], func(t *testing.T) {
			s := serve(t, to(302, tt.location), answer(200, body))
			c := newClient(t, fetch.Options{})
			if tt.kind != "" {
				mustFail(t, c, fetch.Request{URL: s.URL + "/a/start"}, tt.kind)
				if s.count() != 1 {
					t.Errorf("asked %d times", s.count())
				}
				return
			}
			mustGet(t, c, fetch.Request{URL: s.URL + "/a/start"})
			if got := s.request(t, 1).RequestURI; got != tt.path {
				t.Errorf("asked %q, want %q", got, tt.path)
			}
		})
	}
}

func TestS11_WhatIsMeantForAHostStaysThere(t *testing.T) {
	other := serve(t, answer(200, body, `ETag: "other"`))
	var back *script
	start := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/same":
			to(302, "/feed")(w, r)
		case "/away":
			to(302, other.URL+"/feed")(w, r)
		case "/boomerang":
			to(302, back.URL+"/x")(w, r)
		default:
			answer(200, body)(w, r)
		}
	})
	back = serve(t, func(w http.ResponseWriter, r *http.Request) { to(302, start.URL+"/feed")(w, r) })
	request := func(path string) fetch.Request {
		return fetch.Request{
			URL: strings.Replace(start.URL, "http://", "http://reader:secret@", 1) + path, ETag: `"mine"`, LastModified: "Tue, 03 Feb 2026 10:00:00 GMT",
			Header: http.Header{"x-api-key": {"k"}, "Cookie": {"c=1"}, "User-Agent": {"other"}, "Host": {"evil"}},
		}
	}
	private := []string{"If-None-Match", "If-Modified-Since", "X-Api-Key", "Cookie", "Authorization"}
	check := func(t *testing.T, r *http.Request, sent bool) {
		t.Helper()
		for _, name := range private {
			if _, has := r.Header[name]; has != sent {
				t.Errorf("%s: %s sent is %v", r.URL.Path, name, has)
			}
		}
		if r.Header.Get("Referer") != "" || r.Header.Get("User-Agent") != fetch.DefaultUserAgent || r.Host == "evil" {
			t.Errorf("%s: %v", r.URL.Path, r.Header)
		}
	}
	c := newClient(t, fetch.Options{})

	same := mustGet(t, c, request("/same"))
	check(t, start.request(t, 0), true)
	check(t, start.request(t, 1), true)
	if strings.Contains(same.FinalURL, "secret") {
		t.Errorf("the password is in %q", same.FinalURL)
	}
	mustGet(t, c, request("/away"))
	check(t, start.request(t, 2), true)
	check(t, other.request(t, 0), false)
	mustGet(t, c, request("/boomerang"))
	check(t, start.request(t, 3), true)
	check(t, back.request(t, 0), false)
	check(t, start.request(t, 4), false)
}

func TestANotModifiedBehindARedirect(t *testing.T) {
	s := serve(t, to(301, "/new"), answer(304, ""))
	r := mustGet(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL + "/old", ETag: `"1"`})
	if !r.NotModified || r.Moved != s.URL+"/new" || r.ETag != `"1"` {
		t.Errorf("%+v", r)
	}
}

func TestAMovedAddressKeepsItsLoginOnItsHost(t *testing.T) {
	other := serve(t, answer(200, body))
	s := serve(t, to(301, "/new"), answer(200, body), to(301, other.URL), answer(200, body))
	c := newClient(t, fetch.Options{})
	login := strings.Replace(s.URL, "http://", "http://reader:secret@", 1)
	if r := mustGet(t, c, fetch.Request{URL: login + "/old"}); r.Moved != login+"/new" || r.FinalURL != s.URL+"/new" {
		t.Errorf("moved to %q, final %q", r.Moved, r.FinalURL)
	}
	if r := mustGet(t, c, fetch.Request{URL: login + "/old"}); r.Moved != other.URL {
		t.Errorf("moved to %q", r.Moved)
	}
}

func TestAnErrorBehindARedirectMovesNothing(t *testing.T) {
	s := serve(t, to(301, "/new"), answer(404, "gone fishing"))
	e := mustFail(t, newClient(t, fetch.Options{}), fetch.Request{URL: s.URL + "/old"}, fetch.KindStatus)
	if e.URL != s.URL+"/new" {
		t.Errorf("the error names %q", e.URL)
	}
}
