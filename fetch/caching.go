package fetch

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longest is what absurdly long periods are read as, so that sums do not overflow. Next has limits of its own.
const longest = 365 * 24 * time.Hour

// freshness returns for how long an answer stays fresh from now on (RFC 9111 4.2): max-age less Age, else Expires less Date and Age.
// We are a private cache, so s-maxage is not ours. no-cache and no-store leave nothing: asking again makes sense at any time.
func freshness(h http.Header, now time.Time) time.Duration {
	lifetime, stated := time.Duration(0), false
	for _, line := range h["Cache-Control"] {
		for directive := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "no-store":
				return 0
			case "no-cache":
				if value == "" { // with a value it concerns single fields only
					return 0
				}
			case "max-age":
				d, ok := seconds(strings.Trim(strings.TrimSpace(value), `"`))
				if !ok { // RFC 9111 4.2.1: invalid information means stale
					return 0
				}
				if !stated || d < lifetime {
					lifetime, stated = d, true
				}
			}
		}
	}
	if !stated {
		expires, err := http.ParseTime(h.Get("Expires"))
		if err != nil { // also "0" and "-1", which mean "already"
			return 0
		}
		lifetime = expires.Sub(serverTime(h, now))
	}
	age, _ := seconds(strings.TrimSpace(h.Get("Age")))
	return min(max(0, lifetime-age), longest)
}

// retryAfter returns how long the server asks us to wait, given in seconds or as a date (RFC 9110 10.2.3); 0 when it does not.
// A date is compared with the server's own clock when it states one.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if d, ok := seconds(value); ok {
		return d
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(serverTime(h, now))), longest)
}

func serverTime(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

// seconds reads a delta-seconds (RFC 9111 1.2.2): digits only; what is too large for us is as long as we can say.
func seconds(s string) (time.Duration, bool) {
	if !isDigits(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > math.MaxInt32 {
		return longest, true
	}
	return min(time.Duration(n)*time.Second, longest), true
}
