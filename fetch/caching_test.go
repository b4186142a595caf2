package fetch_test

import (
	"net/http"
	"testing"
	"time"

	"mediawatch/fetch"
)

var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

// headerDates are relative to noon, which is the client's clock.
const (
	atNoon     = "Tue, 03 Feb 2026 12:00:00 GMT"
	atTwo      = "Tue, 03 Feb 2026 14:00:00 GMT"
	atFour     = "Tue, 03 Feb 2026 16:00:00 GMT"
	yesterday  = "Mon, 02 Feb 2026 12:00:00 GMT"
	twoDaysOff = "Thu, 05 Feb 2026 12:00:00 GMT"
)

// ask answers a conditional request with the status and header, and returns the response or error of it.
func ask(t *testing.T, status int, header ...string) (*fetch.Response, *fetch.Error) {
	t.Helper()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil // only what a case states
		answer(status, "", header...)(w, r)
	})
	c := newClient(t, fetch.Options{Now: func() time.Time { return noon }})
	r, err := c.Get(t.Context(), fetch.Request{URL: s.URL, ETag: `"1"`})
	if err != nil {
		return nil, err.(*fetch.Error)
	}
	return r, nil
}

func TestP13_P14_P15_P16_Freshness(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header []string
		want   time.Duration
	}{
		{"nothing stated", nil, 0},
		{"P13 max-age", []string{"Cache-Control: max-age=7200"}, 2 * time.Hour},
		{"P13 among others", []string{"Cache-Control: public, Max-Age=7200, must-revalidate"}, 2 * time.Hour},
		{"P13 quoted", []string{`Cache-Control: max-age="7200"`}, 2 * time.Hour},
		{"P13 on a second line", []string{"Cache-Control: public", "Cache-Control: max-age=60"}, time.Minute},
		{"P13 stated twice: the shorter", []string{"Cache-Control: max-age=600, max-age=60"}, time.Minute},
		{"P13 s-maxage is for shared caches", []string{"Cache-Control: s-maxage=7200, max-age=60"}, time.Minute},
		{"P13 s-maxage alone", []string{"Cache-Control: s-maxage=7200"}, 0},
		{"P13 zero", []string{"Cache-Control: max-age=0"}, 0},
		{"P13 negative", []string{"Cache-Control: max-age=-60"}, 0},
		{"P13 not a number", []string{"Cache-Control: max-age=soon"}, 0},
		{"P13 absurd", []string{"Cache-Control: max-age=99999999999999999999"}, 365 * 24 * time.Hour},
		{"P15 less Age", []string{"Cache-Control: max-age=7200", "Age: 3600"}, time.Hour},
		{"P15 older than it may be", []string{"Cache-Control: max-age=60", "Age: 3600"}, 0},
		{"P15 Age not a number", []string{"Cache-Control: max-age=60", "Age: old"}, time.Minute},
		{"P16 Expires", []string{"Expires: " + atTwo}, 2 * time.Hour},
		{"P16 Expires by the server's clock", []string{"Date: " + atTwo, "Expires: " + atFour}, 2 * time.Hour},
		{"P16 Expires less Age", []string{"Date: " + atTwo, "Expires: " + atFour, "Age: 3600"}, time.Hour},
		{"P16 max-age wins", []string{"Cache-Control: max-age=60", "Expires: " + atTwo}, time.Minute},
		{"P16 Expires past", []string{"Expires: " + yesterday}, 0},
		{"P16 Expires 0", []string{"Expires: 0"}, 0},
		{"P16 Expires -1", []string{"Expires: -1"}, 0},
		{"P17 no-cache", []string{"Cache-Control: no-cache, max-age=7200"}, 0},
		{"P17 no-store", []string{"Cache-Control: max-age=7200, no-store"}, 0},
		{"no-cache for a field", []string{`Cache-Control: no-cache=Set-Cookie, max-age=60`}, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, status := range []int{200, 304} { // P14: on 304 as on 200
				r, err := ask(t, status, tt.header...)
				if err != nil {
					t.Fatal(err)
				}
				if r.Fresh != tt.want {
					t.Errorf("%d: fresh for %v, want %v", status, r.Fresh, tt.want)
				}
				if !r.At.Equal(noon) {
					t.Errorf("%d: at %v", status, r.At)
				}
			}
		})
	}
}

func TestP18_P19_P20_P21_RetryAfter(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header []string
		want   time.Duration
	}{
		{"none", nil, 0},
		{"P18 seconds", []string{"Retry-After: 5400"}, 90 * time.Minute},
		{"P18 zero", []string{"Retry-After: 0"}, 0},
		{"P19 date", []string{"Retry-After: " + atTwo}, 2 * time.Hour},
		{"P19 date by the server's clock", []string{"Date: " + atTwo, "Retry-After: " + atFour}, 2 * time.Hour},
		{"P19 date in the old form", []string{"Date: " + atNoon, "Retry-After: Tuesday, 03-Feb-26 14:00:00 GMT"}, 2 * time.Hour},
		{"P19 past", []string{"Retry-After: " + yesterday}, 0},
		{"P22 two days in seconds", []string{"Retry-After: 172800"}, 48 * time.Hour},
		{"P22 two days as a date", []string{"Retry-After: " + twoDaysOff}, 48 * time.Hour},
		{"nonsense", []string{"Retry-After: later"}, 0},
		{"negative", []string{"Retry-After: -5"}, 0},
		{"absurd", []string{"Retry-After: 99999999999999999999"}, 365 * 24 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, status := range []int{429, 503} { // P20, P21
				_, err := ask(t, status, tt.header...)
				if err == nil || err.Status != status || err.RetryAfter != tt.want {
					t.Errorf("%d: %+v, want to wait %v", status, err, tt.want)
				}
			}
			if r, _ := ask(t, 200, tt.header...); r.RetryAfter != tt.want {
				t.Errorf("200: wait %v, want %v", r.RetryAfter, tt.want)
			}
		})
	}
}
