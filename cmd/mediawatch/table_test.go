package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"mediawatch/web"
)

// listed is what a listing of items looks like.
func listed(t *testing.T, w world, rows []web.ItemView) []string {
	t.Helper()
	var out bytes.Buffer
	w.stdout = &out
	if err := writeTable(w, itemColumns(), rows); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
}

var someItems = []web.ItemView{
	{ID: "6ccc43455b2c14fda6f3c2ff4fa99359", Title: "Ferries between Saltmere and Brannoch will not sail next week while the harbour wall is repaired, the office said", Outlet: "Saltmere Courier and Evening Gazette", Watches: []string{"all", "ports", "transport"}, Time: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)},
	{ID: "f2bcc7412834789775445a840b64d3da", Title: "気候変動に関する国際会議が来週ジュネーブで開かれ、各国の代表が新しい目標について話し合う", Outlet: "朝の新聞", Watches: []string{"all"}, Time: time.Date(2026, 11, 20, 7, 30, 0, 0, time.UTC)},
	{ID: "0123456789abcdef0123456789abcdef", Title: "👩‍👩‍👧‍👦 e\u0301te\u0301: short", Outlet: "", Watches: []string{"all"}, Time: time.Date(2026, 11, 19, 7, 30, 0, 0, time.UTC)},
	{ID: "1123456789abcdef0123456789abcdef", Title: "Two\nlines\x1b[31m and a colour", Time: time.Date(2026, 11, 19, 7, 30, 0, 0, time.UTC)},
}

func TestT08B21_TableFitsTheTerminal(t *testing.T) {
	for _, columns := range []int{80, 100, 60} {
		lines := listed(t, world{term: terminal{columns: columns}, env: []string{"NO_COLOR=1"}}, someItems)
		if len(lines) != len(someItems)+1 {
			t.Fatalf("%d lines\n%s", len(lines), strings.Join(lines, "\n"))
		}
		at := width(lines[0][:strings.Index(lines[0], "ID")])
		for i, l := range lines {
			if width(l) > columns {
				t.Errorf("%d columns, want %d: %s", width(l), columns, l)
			}
			if strings.Contains(l, "\x1b") {
				t.Errorf("an escape in %q", l)
			}
			if i == 0 {
				continue
			}
			id := someItems[i-1].ID[:8]
			if !strings.HasSuffix(l, "  "+id) || width(strings.TrimSuffix(l, id)) != at {
				t.Errorf("the id does not stand at %d: %s", at, l)
			}
		}
		if !strings.Contains(lines[1], "…") || !strings.Contains(lines[2], "…") {
			t.Errorf("nothing is shortened\n%s", strings.Join(lines, "\n"))
		}
	}
}

func TestT08B21_TableInAPipeIsWhole(t *testing.T) {
	for i, l := range listed(t, world{}, someItems)[1:] {
		if it := someItems[i]; !strings.HasSuffix(l, it.ID) || i < 2 && !strings.Contains(l, it.Title) || strings.Contains(l, "…") {
			t.Errorf("%s", l)
		}
	}
}

func TestT08B21_Colours(t *testing.T) {
	for _, c := range []struct {
		w    world
		want bool
	}{
		{world{term: terminal{columns: 80}}, true},
		{world{term: terminal{columns: 80}, env: []string{"NO_COLOR=1"}}, false},
		{world{term: terminal{columns: 80}, env: []string{"NO_COLOR="}}, true},
		{world{term: terminal{columns: 80}, env: []string{"TERM=dumb"}}, false},
		{world{}, false},
	} {
		if got := strings.Contains(listed(t, c.w, someItems)[0], "\x1b["); got != c.want {
			t.Errorf("%+v: coloured %v, want %v", c.w, got, c.want)
		}
	}
}

func TestT08B21_CSV(t *testing.T) {
	var out bytes.Buffer
	rows := append(someItems[:1:1], web.ItemView{ID: "00", Title: `=HYPERLINK("http://x","y"), and "more"`, Watches: []string{}, Time: someItems[0].Time})
	if err := writeCSV(&out, itemColumns(), rows); err != nil {
		t.Fatal(err)
	}
	want := "time,outlet,headline,watches,id\n" +
		`2026-11-20T08:00:00Z,Saltmere Courier and Evening Gazette,"` + someItems[0].Title + `","all,ports,transport",6ccc43455b2c14fda6f3c2ff4fa99359` + "\n" +
		`2026-11-20T08:00:00Z,,"'=HYPERLINK(""http://x"",""y""), and ""more""",,00` + "\n"
	if out.String() != want {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
}

func TestT08B21_Cut(t *testing.T) {
	for _, c := range []struct {
		s    string
		room int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"a longer", 3, "a…"}, {"気候変動", 8, "気候変動"}, {"気候変動", 7, "気候変…"}, {"気候変動", 6, "気候…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, {"x", 0, ""}, {"", 0, ""}, {"👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3, "👩‍👩‍👧‍👦…"},
	} {
		if got := cut(c.s, c.room); got != c.want || width(got) > max(c.room, 0) {
			t.Errorf("cut(%q, %d) = %q, want %q", c.s, c.room, got, c.want)
		}
	}
}

func TestT08B21_ConfirmAsks(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "Yes\n": true, "n\n": false, "\n": false, "": false, "yellow\n": false} {
		var said bytes.Buffer
		w := world{stdin: strings.NewReader(answer), stderr: &said, term: terminal{asks: true}}
		got, err := w.confirm("Forget %q?", "Ferries")
		if err != nil || got != want || said.String() != `Forget "Ferries"? [y/N] ` {
			t.Errorf("%q: %v, %v, asked %q", answer, got, err, said.String())
		}
	}
}

// TestT08B17_DaysHeadAListing: on a terminal only; what stands on another day than its own keeps its date.
func TestT08B17_DaysHeadAListing(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 30, 0, 0, time.UTC) }
	rows := []web.ItemView{
		{ID: "1123456789", Title: "Noon", Time: at(20, 12), Listed: at(20, 12)},
		{ID: "2123456789", Title: "Late", Time: at(9, 8), Listed: at(20, 11)},
		{ID: "3123456789", Title: "Eve", Time: at(19, 18), Listed: at(19, 18)},
	}
	columns := []column[web.ItemView]{
		byTime(func(it web.ItemView) *web.ItemView { return &it }), {head: "HEADLINE", value: func(it web.ItemView) string { return it.Title }}, id(func(it web.ItemView) string { return it.ID }),
	}
	for width, want := range map[int]string{
		80: "TIME HEADLINE ID|Friday 20 November 2026|12:30 Noon 11234567|2026-11-09 08:30 Late 21234567|Thursday 19 November 2026|18:30 Eve 31234567|",
		0:  "TIME HEADLINE ID|2026-11-20 12:30 Noon 1123456789|2026-11-09 08:30 Late 2123456789|2026-11-19 18:30 Eve 3123456789|",
	} {
		var out bytes.Buffer
		if err := writeTable(world{stdout: &out, term: terminal{columns: width}, env: []string{"NO_COLOR=1"}}, columns, rows); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, line := range strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n") {
			got += strings.Join(strings.Fields(line), " ") + "|"
		}
		if got != want {
			t.Errorf("%d columns: %s\nwant %s", width, got, want)
		}
	}
}
