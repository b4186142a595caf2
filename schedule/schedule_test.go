package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func mustParse(t testing.TB, expr string, loc *time.Location) *Schedule {
	t.Helper()
	s, err := Parse(expr, loc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// after is a Friday.
var after = time.Date(2026, 11, 20, 6, 30, 0, 0, time.UTC)

func TestParseWordsAndCronLines(t *testing.T) {
	tests := map[string]string{ // expression: the next three slots
		"daily 07:00":             "2026-11-20T07:00 2026-11-21T07:00 2026-11-22T07:00",
		"Daily at 7:00":           "2026-11-20T07:00 2026-11-21T07:00 2026-11-22T07:00",
		"daily 06:30":             "2026-11-21T06:30 2026-11-22T06:30 2026-11-23T06:30",
		"every day at 7am":        "2026-11-20T07:00 2026-11-21T07:00 2026-11-22T07:00",
		"daily 12am":              "2026-11-21T00:00 2026-11-22T00:00 2026-11-23T00:00",
		"daily 12pm":              "2026-11-20T12:00 2026-11-21T12:00 2026-11-22T12:00",
		"daily noon":              "2026-11-20T12:00 2026-11-21T12:00 2026-11-22T12:00",
		"daily midnight":          "2026-11-21T00:00 2026-11-22T00:00 2026-11-23T00:00",
		"daily 18:30, 7:15":       "2026-11-20T07:15 2026-11-20T18:30 2026-11-21T07:15",
		"daily 7:15 and 18:30":    "2026-11-20T07:15 2026-11-20T18:30 2026-11-21T07:15",
		"weekdays 07:00":          "2026-11-20T07:00 2026-11-23T07:00 2026-11-24T07:00",
		"every weekday 07:00":     "2026-11-20T07:00 2026-11-23T07:00 2026-11-24T07:00",
		"weekends 09:00":          "2026-11-21T09:00 2026-11-22T09:00 2026-11-28T09:00",
		"mon,thu 08:00":           "2026-11-23T08:00 2026-11-26T08:00 2026-11-30T08:00",
		"monday and thursday 8am": "2026-11-23T08:00 2026-11-26T08:00 2026-11-30T08:00",
		"every monday at 08:00":   "2026-11-23T08:00 2026-11-30T08:00 2026-12-07T08:00",
		"fri-sun 08:00":           "2026-11-20T08:00 2026-11-21T08:00 2026-11-22T08:00",
		"sat-mon 08:00":           "2026-11-21T08:00 2026-11-22T08:00 2026-11-23T08:00",
		"weekly sunday 10:00":     "2026-11-22T10:00 2026-11-29T10:00 2026-12-06T10:00",
		"monthly 08:00":           "2026-12-01T08:00 2027-01-01T08:00 2027-02-01T08:00",
		"monthly on the 15 08:00": "2026-12-15T08:00 2027-01-15T08:00 2027-02-15T08:00",
		"first monday 09:00":      "2026-12-07T09:00 2027-01-04T09:00 2027-02-01T09:00",
		"third friday 09:00":      "2026-11-20T09:00 2026-12-18T09:00 2027-01-15T09:00",
		"last friday 16:00":       "2026-11-27T16:00 2026-12-25T16:00 2027-01-29T16:00",
		"last day 18:00":          "2026-11-30T18:00 2026-12-31T18:00 2027-01-31T18:00",
		"last day of month 18:00": "2026-11-30T18:00 2026-12-31T18:00 2027-01-31T18:00",
		"first day 06:00":         "2026-12-01T06:00 2027-01-01T06:00 2027-02-01T06:00",
		"hourly":                  "2026-11-20T07:00 2026-11-20T08:00 2026-11-20T09:00",
		"hourly :45":              "2026-11-20T06:45 2026-11-20T07:45 2026-11-20T08:45",
		"every hour":              "2026-11-20T07:00 2026-11-20T08:00 2026-11-20T09:00",
		"every 15m":               "2026-11-20T06:45Z 2026-11-20T07:00Z 2026-11-20T07:15Z",
		"every 15 minutes":        "2026-11-20T06:45Z 2026-11-20T07:00Z 2026-11-20T07:15Z",
		"every 1h30m":             "2026-11-20T07:30Z 2026-11-20T09:00Z 2026-11-20T10:30Z",
		"every minute":            "2026-11-20T06:31Z 2026-11-20T06:32Z 2026-11-20T06:33Z",
		"every 30s":               "2026-11-20T06:30:30Z 2026-11-20T06:31:00Z 2026-11-20T06:31:30Z",
		"every 2d":                "2026-11-21T00:00Z 2026-11-23T00:00Z 2026-11-25T00:00Z",
		"@every 6h":               "2026-11-20T12:00Z 2026-11-20T18:00Z 2026-11-21T00:00Z",
		"@hourly":                 "2026-11-20T07:00 2026-11-20T08:00 2026-11-20T09:00",
		"@daily":                  "2026-11-21T00:00 2026-11-22T00:00 2026-11-23T00:00",
		"@weekly":                 "2026-11-22T00:00 2026-11-29T00:00 2026-12-06T00:00",
		"@monthly":                "2026-12-01T00:00 2027-01-01T00:00 2027-02-01T00:00",
		"@yearly":                 "2027-01-01T00:00 2028-01-01T00:00 2029-01-01T00:00",
		"0 7 * * mon-fri":         "2026-11-20T07:00 2026-11-23T07:00 2026-11-24T07:00",
		"0  7 * *  1-5":           "2026-11-20T07:00 2026-11-23T07:00 2026-11-24T07:00",
		"*/20 6-7 * * *":          "2026-11-20T06:40 2026-11-20T07:00 2026-11-20T07:20",
		"0 10 * * 7":              "2026-11-22T10:00 2026-11-29T10:00 2026-12-06T10:00",
		"0 10 * * 6-7":            "2026-11-21T10:00 2026-11-22T10:00 2026-11-28T10:00",
		"0 0 29 2 *":              "2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00",
		"0 9 13 * fri":            "2026-11-20T09:00 2026-11-27T09:00 2026-12-04T09:00", // either of the two, as in every cron
		"30 23 31 DEC *":          "2026-12-31T23:30 2027-12-31T23:30 2028-12-31T23:30",
	}
	for expr, want := range tests {
		s, err := Parse(expr, time.UTC)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		var keys []string
		at := after
		for range 3 {
			slot := s.NextSlot(at)
			if !slot.At.Equal(s.Next(at)) {
				t.Errorf("%s: Next and NextSlot differ", expr)
			}
			keys = append(keys, slot.Key)
			at = slot.At
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", expr, got, want)
		}
	}
}

func TestLeapDayAcrossACenturyWithoutOne(t *testing.T) {
	s := mustParse(t, "0 0 29 2 *", time.UTC)
	got := s.NextSlot(time.Date(2096, 3, 1, 0, 0, 0, 0, time.UTC))
	if got.Key != "2104-02-29T00:00" {
		t.Errorf("after 2096 comes %s, want 2104", got.Key)
	}
}

func TestG7_HostileExpressionsAreErrors(t *testing.T) {
	tests := []struct{ expr, msg, hint string }{
		{"", "empty", "weekdays 07:00"},
		{"   ", "empty", ""},
		{"CRON_TZ=UTC", "does not name its zone", "timezone"},
		{"CRON_TZ=Europe/Berlin 0 7 * * *", "does not name its zone", "timezone"},
		{"TZ=UTC", "does not name its zone", "timezone"},
		{"@every -5s", "between 1s and 366d", "positive"},
		{"@every 0s", "between 1s and 366d", ""},
		{"@every 1ns", "between 1s and 366d", ""},
		{"@every", "not a duration", ""},
		{"@every 9999999999h", "not a duration", ""},
		{"every 15ms", "between", ""},
		{"every 1500ms", "between", ""},
		{"every 400d", "not a duration", ""},
		{"every -15m", "between", ""},
		{"every", "every what?", ""},
		{"every second monday 08:00", "of the month?", "second Monday of each month"},
		{"@fortnightly", "unknown name", "@hourly"},
		{"@daily 07:00", "unknown name", ""},
		{"0 0 30 2 *", "never comes", ""},
		{"0 0 31 2,4,6,9,11 *", "never comes", ""},
		{"* * * *", "five fields", "minute hour"},
		{"0 0 7 * * *", "five fields", "seconds"},
		{", * * * *", "empty element", ""},
		{"1,,2 * * * *", "empty element", ""},
		{"60 * * * *", "above maximum", "minute 0-59"},
		{"* 24 * * *", "above maximum", ""},
		{"*/0 * * * *", "positive", ""},
		{"*/-1 * * * *", "", ""},
		{"*/99999999999999999999 * * * *", "parse int", ""},
		{"5-1 * * * *", "beyond end", ""},
		{"0 7 * * L", "", ""},
		{"0 7 * * mon#1", "unexpected", "list"},
		{"0 7 * * MON..FRI", "unexpected", ""},
		{"daily", "at what time?", "07:00"},
		{"weekdays 25:00", "not a time of day", "23:59"},
		{"weekdays 7", "not a time of day", ""},
		{"weekdays 07:60", "not a time of day", ""},
		{"daily 13pm", "not a time of day", ""},
		{"daily 07:00,", "not a time of day", ""},
		{"weekday's 07:00", "not a day", ""},
		{"someday 07:00", "not a day", "weekdays"},
		{"mon-funday 07:00", "not a day", ""},
		{"weekly", "which day?", ""},
		{"monthly 31 08:00", "not every month", "last day"},
		{"first 09:00", "not a day", "first monday"},
		{"last", "which day", ""},
		{"fifth monday 09:00", "not a day", ""},
		{"hourly 5", "after hourly", ":15"},
		{"hourly :75", "after hourly", ""},
		{strings.Repeat("*", 100_000), "longer than", ""},
		{"\x00", "", ""},
		{"٣ * * * *", "unexpected", ""},
		{"at", "not a schedule", ""},
	}
	for _, tt := range tests {
		s, err := Parse(tt.expr, time.UTC)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.40q: got %v, %v, want an *Error", tt.expr, s, err)
			continue
		}
		if !strings.Contains(e.Msg, tt.msg) || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("%.40q: message %q hint %q, want %q and %q", tt.expr, e.Msg, e.Hint, tt.msg, tt.hint)
		}
		if len(err.Error()) > 600 || strings.Contains(err.Error(), "runtime error") {
			t.Errorf("%.40q: unfit for people: %v", tt.expr, err)
		}
	}
}

func TestGapAndRepeatedHour(t *testing.T) {
	berlin := mustZone(t, "Europe/Berlin") // 2026: gap 29 March 02:00-03:00, hour repeated 25 October 02:00-03:00
	tests := []struct{ expr, from, key, at string }{
		{"daily 02:30", "2026-03-28T12:00:00+01:00", "2026-03-29T02:30", "2026-03-29T03:00:00+02:00"},
		{"daily 02:30", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30", "2026-03-30T02:30:00+02:00"},
		{"daily 03:00", "2026-03-28T12:00:00+01:00", "2026-03-29T03:00", "2026-03-29T03:00:00+02:00"},
		{"daily 02:10,02:50,03:00", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00", "2026-03-29T03:00:00+02:00"},
		{"daily 02:10,02:50,03:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:10", "2026-03-30T02:10:00+02:00"},
		{"daily 02:10,02:50", "2026-03-29T01:00:00+01:00", "2026-03-29T02:50", "2026-03-29T03:00:00+02:00"},
		{"daily 02:30", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"},
		{"daily 02:30", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30", "2026-10-26T02:30:00+01:00"},
		{"daily 02:30", "2026-10-25T02:10:00+01:00", "2026-10-26T02:30", "2026-10-26T02:30:00+01:00"},
		{"hourly", "2026-10-25T02:00:00+02:00", "2026-10-25T03:00", "2026-10-25T03:00:00+01:00"},
		{"every 30m", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:00:00+01:00"},
		{"every 30m", "2026-03-29T01:30:00+01:00", "2026-03-29T03:00+02:00", "2026-03-29T03:00:00+02:00"},
	}
	for _, tt := range tests {
		from, _ := time.Parse(time.RFC3339, tt.from)
		slot := mustParse(t, tt.expr, berlin).NextSlot(from)
		if slot.Key != tt.key || slot.At.Format(time.RFC3339) != tt.at {
			t.Errorf("%s after %s: %s at %s, want %s at %s", tt.expr, tt.from, slot.Key, slot.At.Format(time.RFC3339), tt.key, tt.at)
		}
	}
}

func TestADayThatNeverWas(t *testing.T) {
	apia := mustZone(t, "Pacific/Apia") // went from 29 to 31 December 2011
	s := mustParse(t, "daily 07:00", apia)
	from := time.Date(2011, 12, 28, 12, 0, 0, 0, apia)
	slots := s.Between(from, from.AddDate(0, 0, 5))
	var keys []string
	for _, slot := range slots {
		keys = append(keys, slot.Key)
	}
	if got, want := strings.Join(keys, " "), "2011-12-29T07:00 2011-12-31T07:00 2012-01-01T07:00 2012-01-02T07:00"; got != want {
		t.Errorf("slots %s, want %s", got, want)
	}
}

func TestGapOfHalfAnHour(t *testing.T) {
	lord := mustZone(t, "Australia/Lord_Howe") // 4 October 2026: 02:00 becomes 02:30
	slot := mustParse(t, "daily 02:10", lord).NextSlot(time.Date(2026, 10, 4, 1, 0, 0, 0, lord))
	if slot.Key != "2026-10-04T02:10" || slot.At.Format("15:04") != "02:30" {
		t.Errorf("got %s at %s", slot.Key, slot.At)
	}
}

func TestG6_MissedSlots(t *testing.T) {
	s := mustParse(t, "daily 07:00", mustZone(t, "Europe/Berlin"))
	from := s.Next(after)
	for days := range 31 {
		upto := from.AddDate(0, 0, days)
		got := s.Between(from, upto)
		if len(got) != days {
			t.Fatalf("%d days: %d slots", days, len(got))
		}
		latest, ok := s.Latest(from, upto)
		if ok != (days > 0) || days > 0 && latest != got[days-1] {
			t.Errorf("%d days: latest %v %v", days, latest, ok)
		}
	}
	if got := s.Between(from, from.Add(-time.Hour)); got != nil {
		t.Errorf("an empty window has %d slots", len(got))
	}
}

func TestBetweenIsBounded(t *testing.T) {
	s := mustParse(t, "every 1s", time.UTC)
	got := s.Between(time.Time{}, after)
	if len(got) != MaxSlots || !got[MaxSlots-1].At.Equal(after) || !got[0].At.Equal(after.Add(-(MaxSlots-1)*time.Second)) {
		t.Errorf("%d slots from %v to %v", len(got), got[0], got[len(got)-1])
	}
	if latest, ok := mustParse(t, "0 0 29 2 *", time.UTC).Latest(time.Time{}, after); !ok || latest.Key != "2024-02-29T00:00" {
		t.Errorf("latest leap day is %v", latest)
	}
}

// The newest-first windows of Between give what walking forward gives, and Next gives increasing instants with distinct keys.
func TestBetweenEqualsWalking(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "America/Santiago"}
	exprs := []string{"daily 02:30", "hourly", "*/7 * * * *", "weekdays 00:00,23:59", "last sunday 02:00", "every 25m", "first sunday 01:30", "0 3 */5 * 2"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := Zone(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(rapid.SampledFrom(exprs).Draw(t, "expr"), loc)
		if err != nil {
			t.Fatal(err)
		}
		from := time.Unix(rapid.Int64Range(1.1e9, 2.2e9).Draw(t, "from"), 0)
		upto := from.Add(time.Duration(rapid.Int64Range(0, 40*24*3600).Draw(t, "span")) * time.Second)
		want := s.slots(from, upto)
		if len(want) > MaxSlots {
			want = want[len(want)-MaxSlots:]
		}
		got := s.Between(from, upto)
		if len(got) != len(want) {
			t.Fatalf("%d slots, walking gives %d", len(got), len(want))
		}
		keys := map[string]bool{}
		for i, slot := range got {
			if slot != want[i] {
				t.Fatalf("slot %d is %v, walking gives %v", i, slot, want[i])
			}
			if i > 0 && !slot.At.After(got[i-1].At) {
				t.Fatalf("%v does not come after %v", slot, got[i-1])
			}
			if keys[slot.Key] {
				t.Fatalf("key %s twice", slot.Key)
			}
			keys[slot.Key] = true
		}
	})
}

func TestZone(t *testing.T) {
	for _, bad := range []string{"", "Local", "Mars/Olympus", "../../etc/passwd", "CEST", "UTC+1"} {
		if loc, err := Zone(bad); err == nil {
			t.Errorf("%q gave %v", bad, loc)
		}
	}
	if loc := mustZone(t, "Asia/Tehran"); loc.String() != "Asia/Tehran" {
		t.Errorf("got %v", loc)
	}
}

func TestStringAndLocation(t *testing.T) {
	s := mustParse(t, "  Weekdays   07:00 ", nil)
	if s.String() != "Weekdays 07:00" || s.Location() != time.UTC {
		t.Errorf("%q in %v", s.String(), s.Location())
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"weekdays 07:00", "CRON_TZ=UTC", "@every -5s", "0 0 30 2 *", "*/15 * * * *", "first monday 09:00", "every 1h30m",
		"last day 23:59", "0 0 29 2 1", ",,,, * * * *", "TZ= ", "@every ", "mon-", "1-2-3 * * * *", "*/1/1 * * * *", "daily 7am,12pm", "0 10 * * 5-7/2"} {
		f.Add(seed, int64(1795000000))
	}
	berlin := mustZone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, expr string, from int64) {
		s, err := Parse(expr, berlin)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Msg == "" {
				t.Fatalf("%q: %v", expr, err)
			}
			return
		}
		at := time.Unix(from, 0)
		for range 3 {
			slot := s.NextSlot(at)
			if slot.At.IsZero() {
				if y := at.Year(); y >= 0 && y <= 8900 {
					t.Fatalf("%q: nothing after %v", expr, at)
				}
				return
			}
			if !slot.At.After(at) || slot.Key == "" {
				t.Fatalf("%q: %v after %v", expr, slot, at)
			}
			at = slot.At
		}
		if again, err := Parse(s.String(), berlin); err != nil || again.Next(time.Unix(0, 0)) != s.Next(time.Unix(0, 0)) {
			t.Fatalf("%q does not read back: %v", s.String(), err)
		}
	})
}
