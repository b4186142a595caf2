package news

import (
	"strings"
	"time"
	"unicode/utf8"
)

// The years that RFC 3339 can write, and the first and last second, since 1970, of what is kept: times outside them
// cannot be written as JSON either.
const (
	firstSecond = -62167219200 // 0000-01-01T00:00:00Z
	lastSecond  = 253402300799 // 9999-12-31T23:59:59Z
)

// TimeInRange reports whether t lies, in UTC, in the years 0 to 9999.
func TimeInRange(t time.Time) bool {
	s := t.Unix()
	return s >= firstSecond && s <= lastSecond
}

// FitTime returns t in UTC; the nearest time that is kept when t lies outside the years 0 to 9999.
func FitTime(t time.Time) time.Time {
	switch s := t.Unix(); {
	case s < firstSecond:
		return time.Unix(firstSecond, 0).UTC()
	case s > lastSecond:
		return time.Unix(lastSecond, 0).UTC()
	}
	return t.UTC()
}

// TextInRange reports whether s is valid UTF-8 without NUL.
func TextInRange(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }

// FitText returns s without NUL and with U+FFFD in place of what is not UTF-8.
func FitText(s string) string {
	if TextInRange(s) {
		return s
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), string(utf8.RuneError))
}
