package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time, written 30m, 24h, 7d, 1h30m.
type Duration time.Duration

// day has 24 hours: durations know no calendar.
const day = 24 * time.Hour

var durationUnits = []struct {
	name string
	len  time.Duration
}{{"w", 7 * day}, {"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}}

// ParseDuration reads whole numbers with the units w, d, h, m, s, ms, the largest first.
func ParseDuration(s string) (Duration, error) {
	var total time.Duration
	rest, next := s, 0
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a duration", s)
		}
		rest = rest[digits:]
		letters := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit := -1
		for i := next; i < len(durationUnits); i++ {
			if durationUnits[i].name == rest[:letters] {
				unit = i
			}
		}
		if unit < 0 {
			return 0, fmt.Errorf("%q is not a duration", s)
		}
		per := durationUnits[unit].len
		if n > int64((math.MaxInt64-total)/per) {
			return 0, fmt.Errorf("%q is too long", s)
		}
		total += time.Duration(n) * per
		rest, next = rest[letters:], unit+1
	}
	if s == "" {
		return 0, fmt.Errorf("%q is not a duration", s)
	}
	return Duration(total), nil
}

// String returns d as ParseDuration reads it, without weeks: "7d", "1h30m", "0s".
func (d Duration) String() string {
	if d <= 0 {
		return "0s"
	}
	var b strings.Builder
	left := time.Duration(d)
	for _, u := range durationUnits[1:] {
		if n := left / u.len; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			left -= n * u.len
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

// Size is a number of bytes, written 500MB, 2GB, 64KiB.
type Size int64

var sizeUnits = []struct {
	name string
	len  int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

// ParseSize reads a whole number with a unit: B, kB, MB, GB, TB (powers of 1,000) or KiB, MiB, GiB, TiB (of 1,024), in any case.
func ParseSize(s string) (Size, error) {
	number := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := s[len(number):]
	n, err := strconv.ParseUint(strings.TrimSuffix(number, " "), 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	for _, u := range sizeUnits {
		if !strings.EqualFold(u.name, unit) {
			continue
		}
		if n > uint64(math.MaxInt64/u.len) {
			return 0, fmt.Errorf("%q is too large", s)
		}
		return Size(int64(n) * u.len), nil
	}
	return 0, fmt.Errorf("%q is not a size", s)
}

// String returns s in the largest unit that divides it: "500MB".
func (s Size) String() string {
	if s <= 0 {
		return "0B"
	}
	best := "" // the shortest wins: 500MB, not 500000kB; 64KiB, not 65536B
	for _, u := range sizeUnits {
		if int64(s)%u.len == 0 {
			if text := strconv.FormatInt(int64(s)/u.len, 10) + u.name; best == "" || len(text) < len(best) {
				best = text
			}
		}
	}
	return best
}
