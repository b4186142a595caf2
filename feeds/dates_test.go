package feeds

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"mediawatch/news"
)

// dateNow is the present of the date tests.
var dateNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// The table: what is written, the time in UTC ("" for no date), and e (exact), z (zone assumed) or d (day).
// Lines after "later" are from documents that were met after the parser was written, and from the standards' own examples.
const dateTable = `
2003-12-31T10:14:55Z | 2003-12-31T10:14:55Z | e
2003-12-31T10:14:55z | 2003-12-31T10:14:55Z | e
2003-12-31t10:14:55Z | 2003-12-31T10:14:55Z | e
2003-12-31T10:14:55+00:00 | 2003-12-31T10:14:55Z | e
2003-12-31T10:14:55-08:00 | 2003-12-31T18:14:55Z | e
2003-12-31T10:14:55.123456789+05:45 | 2003-12-31T04:29:55Z | e
2003-12-31T10:14:55,5Z | 2003-12-31T10:14:55Z | e
2003-12-31T10:14:55-0800 | 2003-12-31T18:14:55Z | e
2003-12-31T10:14:55+02 | 2003-12-31T08:14:55Z | e
2003-12-31T10:14:55 | 2003-12-31T10:14:55Z | z
2003-12-31T10:14Z | 2003-12-31T10:14:00Z | e
2003-12-31T10:14+01:00 | 2003-12-31T09:14:00Z | e
2003-12-31T10:14 | 2003-12-31T10:14:00Z | z
2003-12-31 10:14:55 | 2003-12-31T10:14:55Z | z
2003-12-31 10:14:55.0 | 2003-12-31T10:14:55Z | z
2003-12-31 10:14:55 +0300 | 2003-12-31T07:14:55Z | e
2003-12-31 10:14:55 UTC | 2003-12-31T10:14:55Z | e
2003-12-31 10:14:55 -0500 EST | 2003-12-31T15:14:55Z | e
2003-12-31 | 2003-12-31T00:00:00Z | d
2003-12 | 2003-12-01T00:00:00Z | d
2003 | 2003-01-01T00:00:00Z | d
20031231 | 2003-12-31T00:00:00Z | d
20031231T101455Z | 2003-12-31T10:14:55Z | e
20031231T101455+0200 | 2003-12-31T08:14:55Z | e
20031231T1014 | 2003-12-31T10:14:00Z | z
20031231101455 | 2003-12-31T10:14:55Z | z
200312311014 | 2003-12-31T10:14:00Z | z
2003-335 | 2003-12-01T00:00:00Z | d
2003-335T18:14:55Z | 2003-12-01T18:14:55Z | e
2003-W01-1 | 2002-12-30T00:00:00Z | d
2009-W53-7 | 2010-01-03T00:00:00Z | d
2003-12-31T24:00:00Z | 2004-01-01T00:00:00Z | e
2003-12-31T23:59:60Z | 2004-01-01T00:00:00Z | e
2003/12/31 10:14 | 2003-12-31T10:14:00Z | z
2003.12.31 10:14:55 | 2003-12-31T10:14:55Z | z
1072865695 | 2003-12-31T10:14:55Z | e
1072865695123 | 2003-12-31T10:14:55Z | e
Thu, 01 Jan 2004 19:48:21 GMT | 2004-01-01T19:48:21Z | e
Thu, 1 Jan 2004 19:48:21 +0000 | 2004-01-01T19:48:21Z | e
Thu, 01 Jan 2004 19:48:21 -0000 | 2004-01-01T19:48:21Z | e
Thu, 01 Jan 2004 19:48:21 UT | 2004-01-01T19:48:21Z | e
Thu, 01 Jan 2004 19:48:21 Z | 2004-01-01T19:48:21Z | e
Thu, 01 Jan 2004 19:48:21 EST | 2004-01-02T00:48:21Z | e
Thu, 01 Jan 2004 19:48:21 EDT | 2004-01-01T23:48:21Z | e
Thu, 01 Jan 2004 19:48:21 CST | 2004-01-02T01:48:21Z | e
Thu, 01 Jan 2004 19:48:21 MST | 2004-01-02T02:48:21Z | e
Thu, 01 Jan 2004 19:48:21 PDT | 2004-01-02T02:48:21Z | e
Thu, 01 Jan 2004 19:48:21 MSK | 2004-01-01T16:48:21Z | e
Thu, 01 Jan 2004 19:48:21 JST | 2004-01-01T10:48:21Z | e
Thu, 01 Jan 2004 19:48:21 HKT | 2004-01-01T11:48:21Z | e
Thu, 01 Jan 2004 19:48:21 AEST | 2004-01-01T09:48:21Z | e
Thu, 01 Jan 2004 19:48:21 BRT | 2004-01-01T22:48:21Z | e
Thu, 01 Jan 2004 19:48:21 CET | 2004-01-01T18:48:21Z | e
Thu, 01 Jan 2004 19:48:21 CEST | 2004-01-01T17:48:21Z | e
Thu, 01 Jan 2004 19:48:21 NZDT | 2004-01-01T06:48:21Z | e
Thu, 01 Jan 2004 19:48:21 IRST | 2004-01-01T16:18:21Z | e
Thu, 01 Jan 2004 19:48:21 IST | 2004-01-01T14:18:21Z | z
Thu, 01 Jan 2004 19:48:21 BST | 2004-01-01T18:48:21Z | z
Thu, 01 Jan 2004 19:48:21 GMT+2 | 2004-01-01T17:48:21Z | e
Thu, 01 Jan 2004 19:48:21 UTC+05:30 | 2004-01-01T14:18:21Z | e
Thu, 01 Jan 2004 19:48:21 GMT-0700 (MST) | 2004-01-02T02:48:21Z | e
Thu, 01 Jan 2004 19:48:21 +0100 (CET) | 2004-01-01T18:48:21Z | e
Thu, 01 Jan 2004 19:48:21 +01:00 | 2004-01-01T18:48:21Z | e
Thu, 01 Jan 2004 19:48:21 +1 | 2004-01-01T18:48:21Z | e
Thu, 01 Jan 2004 19:48:21 +530 | 2004-01-01T14:18:21Z | e
Thu, 01 Jan 2004 19:48:21 XYZT | 2004-01-01T19:48:21Z | z
Thu, 01 Jan 2004 19:48:21 +9900 | 2004-01-01T19:48:21Z | z
Thu, 01 Jan 2004 19:48:21 | 2004-01-01T19:48:21Z | z
Thu, 01 Jan 2004 19:48 GMT | 2004-01-01T19:48:00Z | e
Thu, 01 Jan 2004 | 2004-01-01T00:00:00Z | d
Thu, 01 Jan 04 19:48:21 GMT | 2004-01-01T19:48:21Z | e
Thu, 01 Jan 98 19:48:21 GMT | 1998-01-01T19:48:21Z | e
Thursday, 01 January 2004 19:48:21 GMT | 2004-01-01T19:48:21Z | e
01 Jan 2004 19:48:21 GMT | 2004-01-01T19:48:21Z | e
1 Jan 2004 | 2004-01-01T00:00:00Z | d
Thu,01 Jan 2004 19:48:21 GMT | 2004-01-01T19:48:21Z | e
Thu 01 Jan 2004 19:48:21 GMT | 2004-01-01T19:48:21Z | e
Thurs, 01 Jan 2004 19:48:21 GMT | 2004-01-01T19:48:21Z | e
Tues, 06 Jan 2004 19:48:21 GMT | 2004-01-06T19:48:21Z | e
Wed, 01 Sept 2004 19:48:21 GMT | 2004-09-01T19:48:21Z | e
Thu, 01-Jan-2004 19:48:21 GMT | 2004-01-01T19:48:21Z | e
Thu, 01-Jan-04 19:48:21 GMT | 2004-01-01T19:48:21Z | e
Thu, 01 Jan 2004 24:00:00 GMT | 2004-01-02T00:00:00Z | e
Thu, 01 Jan 2004 7:48 PM GMT | 2004-01-01T19:48:00Z | e
Thu Jan  1 19:48:21 2004 | 2004-01-01T19:48:21Z | z
Thu Jan 01 19:48:21 GMT 2004 | 2004-01-01T19:48:21Z | e
Thu Jan 01 19:48:21 PST 2004 | 2004-01-02T03:48:21Z | e
Thu Jan 01 2004 19:48:21 GMT+0100 (Central European Standard Time) | 2004-01-01T18:48:21Z | e
Thu Jan 01 19:48:21 +0300 2004 | 2004-01-01T16:48:21Z | e
January 1, 2004 | 2004-01-01T00:00:00Z | d
Jan 1st, 2004 7:48 pm | 2004-01-01T19:48:00Z | z
January 1, 2004, 7:48 p.m. EST | 2004-01-02T00:48:00Z | e
January 1, 2004 at 12:05 a.m. | 2004-01-01T00:05:00Z | z
Thursday, January 1, 2004 7:48 PM | 2004-01-01T19:48:00Z | z
1 January 2004, 19:48 | 2004-01-01T19:48:00Z | z
1/13/2004 7:48:21 PM | 2004-01-13T19:48:21Z | z
01/02/2004 19:48 | 2004-01-02T19:48:00Z | z
13/01/2004 | 2004-01-13T00:00:00Z | d
13.01.2004 19:48 | 2004-01-13T19:48:00Z | z
02.01.2004 | 2004-01-02T00:00:00Z | d
02-01-2004 19:48 | 2004-01-02T19:48:00Z | z
Do, 01 Jan 2004 19:48:21 +0100 | 2004-01-01T18:48:21Z | e
1. Januar 2004, 19:48 Uhr | 2004-01-01T19:48:00Z | z
Donnerstag, 4. März 2004 um 19.48 Uhr | 2004-03-04T19:48:00Z | z
Mi, 05 Mai 2004 10:00:00 MESZ | 2004-05-05T08:00:00Z | e
jeu, 01 janv. 2004 19:48:21 +0100 | 2004-01-01T18:48:21Z | e
mardi 3 août 2004 à 19h48 | 2004-08-03T19:48:00Z | z
ven., 06 févr. 2004 19:48:21 GMT | 2004-02-06T19:48:21Z | e
mié, 07 ene 2004 19:48:21 +0100 | 2004-01-07T18:48:21Z | e
mar, 06 ene 2004 19:48:21 +0100 | 2004-01-06T18:48:21Z | e
1 de enero de 2004 19:48 | 2004-01-01T19:48:00Z | z
lunedì 5 gennaio 2004 19:48 | 2004-01-05T19:48:00Z | z
Qui, 01 Jan 2004 19:48:21 -0300 | 2004-01-01T22:48:21Z | e
1 de fevereiro de 2004 | 2004-02-01T00:00:00Z | d
do, 01 mrt 2004 19:48:21 +0100 | 2004-03-01T18:48:21Z | e
Чт, 01 янв 2004 19:48:21 +0300 | 2004-01-01T16:48:21Z | e
1 января 2004 г., 19:48 | 2004-01-01T19:48:00Z | z
12 травня 2004 19:48 | 2004-05-12T19:48:00Z | z
czw, 01 sty 2004 19:48:21 +0100 | 2004-01-01T18:48:21Z | e
1 października 2004 | 2004-10-01T00:00:00Z | d
5. prosince 2004 19:48 | 2004-12-05T19:48:00Z | z
1 Ocak 2004 19:48 | 2004-01-01T19:48:00Z | z
Per, 05 Ağu 2004 19:48:21 +0300 | 2004-08-05T16:48:21Z | e
tor, 01 maj 2004 19:48:21 +0200 | 2004-05-01T17:48:21Z | e
2004-július-13T9:15-05:00 | 2004-07-13T14:15:00Z | e
Κυρ, 11 Ιούλ 2004 12:00:00 EST | 2004-07-11T17:00:00Z | e
3 Δεκεμβρίου 2004 | 2004-12-03T00:00:00Z | d
2004年1月2日 19:48:21 | 2004-01-02T19:48:21Z | z
2004年1月2日 19時48分 | 2004-01-02T19:48:00Z | z
2004년 05월 28일 01:31:15 | 2004-05-28T01:31:15Z | z
2004-05-25 오후 11:23:17 | 2004-05-25T23:23:17Z | z
2004-05-25 上午 11:23:17 | 2004-05-25T11:23:17Z | z
1 يناير 2004 | 2004-01-01T00:00:00Z | d
٢٠٠٤-٠١-٠٢ ١٩:٤٨ | 2004-01-02T19:48:00Z | z
۲ ژانویه ۲۰۰۴ | 2004-01-02T00:00:00Z | d
yesterday | | 
not a date | | 
Friday | | 
12:30 | | 
25 December | | 
Thu, 32 Jan 2004 19:48:21 GMT | | 
Mon, 30 Feb 2004 19:48:21 GMT | | 
2004-13-31T10:00:00Z | | 
Thu, 01 Jan 2004 25:48:21 GMT | | 
Thu, 01 Jan 2004 19:61:21 GMT | | 
0001-01-01T00:00:00Z | | 
1679-08-23T00:12:43Z | | 
Thu, 01 Jan 1970 00:00:00 GMT | | 
-1 | | 
99999999999999999999999999999999 | | 
3004-01-01T00:00:00Z | | 
<br/> | | 
`

// laterTable was written after the parser.
const laterTable = `
1996-12-19T16:39:57-08:00 | 1996-12-20T00:39:57Z | e
1990-12-31T23:59:60Z | 1991-01-01T00:00:00Z | e
1990-12-31T15:59:60-08:00 | 1991-01-01T00:00:00Z | e
1985-04-12T23:20:50.52Z | 1985-04-12T23:20:50Z | e
Fri, 21 Nov 1997 09:55:06 -0600 | 1997-11-21T15:55:06Z | e
Tue, 1 Jul 2003 10:52:37 +0200 | 2003-07-01T08:52:37Z | e
Thu, 13 Feb 1969 23:32:54 -0330 | | 
21 Nov 97 09:55:06 GMT | 1997-11-21T09:55:06Z | e
Fri, 21 Nov 1997 09(comment):   55  :  06 -0600 | 1997-11-21T15:55:06Z | e
Sat, Dec 16 2023 02:02:33 PM | 2023-12-16T14:02:33Z | z
mer, 16 nov 2022 00:38:15 +0100 | 2022-11-15T23:38:15Z | e
Seg, 24 Set 2018 19:42:40 -0300 | 2018-09-24T22:42:40Z | e
03 Apr 02 1500 GMT | 2002-04-03T15:00:00Z | e
2017-06-13T03:18:00+00:0 | 2017-06-13T03:18:00Z | e
2020/1/10 14:33:00 | 2020-01-10T14:33:00Z | z
2018-01-06T08:00 | 2018-01-06T08:00:00Z | z
Tue, 15 Nov 2022 20:15:04 Z | 2022-11-15T20:15:04Z | e
Wed, 27 July 2011 01:30:00 EST | 2011-07-27T06:30:00Z | e
Tue 11 Jan 2011 01:30:00 GMT | 2011-01-11T01:30:00Z | e
07 Nov 2015 12:00:00 EST | 2015-11-07T17:00:00Z | e
Thu, 01 Aug 2019 16:15 EDT | 2019-08-01T20:15:00Z | e
2020-01-04T01:00:00+0100 | 2020-01-04T00:00:00Z | e
Sun, 22 Aug 2021 10:00:00 +0000 | 2021-08-22T10:00:00Z | e
2009-08-31T18:55:12.569Z | 2009-08-31T18:55:12Z | e
2014-10-05T01:28:05.849-07:00 | 2014-10-05T08:28:05Z | e
Sunday, 09 February 2025 6:03 PM | 2025-02-09T18:03:00Z | z
2024-02-07 17:20:20 | 2024-02-07T17:20:20Z | z
Sunday, 09 February 2025 6:03 PM [ Last Update: Sunday, 09 February 2025 6:15 PM ] | | 
Wed Feb 7 2024, 5:20pm | 2024-02-07T17:20:00Z | z
7 Feb 2024 5:20pm GMT | 2024-02-07T17:20:00Z | e
February 7, 2024 5:20 PM UTC | 2024-02-07T17:20:00Z | e
Feb. 7, 2024, 5:20 PM GMT+1 | 2024-02-07T16:20:00Z | e
Published: 7 February 2024 17:20 | 2024-02-07T17:20:00Z | z
2024-02-07T17:20:20.123+03:30 | 2024-02-07T13:50:20Z | e
2024-02-07T17:20:20 +03:30 | 2024-02-07T13:50:20Z | e
2024-02-07 17:20:20+03 | 2024-02-07T14:20:20Z | e
2024-02-07 17:20:20Z | 2024-02-07T17:20:20Z | e
2024-02-07 5:20 pm | 2024-02-07T17:20:00Z | z
Wed, 07 Feb 2024 17:20:20 Europe/Paris | 2024-02-07T17:20:20Z | z
Wed, 07 Feb 2024 17:20:20 +03:30 | 2024-02-07T13:50:20Z | e
Wed, 07 Feb 2024 17:20:20 IRDT | 2024-02-07T12:50:20Z | e
Wed, 07 Feb 2024 17:20:20 PKT | 2024-02-07T12:20:20Z | e
Wed, 07 Feb 2024 17:20:20 SAST | 2024-02-07T15:20:20Z | e
Wed, 07 Feb 2024 17:20:20 WIB | 2024-02-07T10:20:20Z | e
Wed, 07 Feb 2024 17:20:20 KST | 2024-02-07T08:20:20Z | e
Wed, 07 Feb 2024 17:20:20 AKST | 2024-02-08T02:20:20Z | e
Mit, 07 Feb 2024 17:20:20 +0100 | 2024-02-07T16:20:20Z | e
mercredi 7 février 2024, 17:20:20 (UTC+0100) | 2024-02-07T17:20:20Z | z
miércoles, 7 de febrero de 2024 - 17:20 | 2024-02-07T17:20:00Z | z
среда, 07 февраля 2024 17:20:20 | 2024-02-07T17:20:20Z | z
Çar, 07 Şub 2024 17:20:20 +0300 | 2024-02-07T14:20:20Z | e
śr., 7 lut 2024 17:20:20 +0100 | 2024-02-07T16:20:20Z | e
ke 7. helmikuuta 2024 klo 17.20 | 2024-02-07T17:20:00Z | z
ons 7 feb. 2024 17:20 | 2024-02-07T17:20:00Z | z
2024. február 7. 17:20 | 2024-02-07T17:20:00Z | z
7 Ιανουαρίου 2024 | 2024-01-07T00:00:00Z | d
2024年02月07日(水) 17:20 | 2024-02-07T17:20:00Z | z
2024/02/07 17:20 JST | 2024-02-07T08:20:00Z | e
20240207172020 | 2024-02-07T17:20:20Z | z
1707326420 | 2024-02-07T17:20:20Z | e
Rabu, 7 Agustus 2024 17:20 WIB | 2024-08-07T10:20:00Z | e
`

func TestDates(t *testing.T) {
	n := 0
	for line := range strings.SplitSeq(dateTable+laterTable, "\n") {
		f := strings.Split(line, "|")
		if len(f) != 3 {
			continue
		}
		n++
		in, want, certainty := strings.TrimSpace(f[0]), strings.TrimSpace(f[1]), strings.TrimSpace(f[2])
		got, note := ParseDate(in, dateNow)
		text := ""
		if !got.IsZero() {
			text = got.Time.Format(time.RFC3339)
		}
		if text != want {
			t.Errorf("%q: got %q, want %q (%s)", in, text, want, note)
			continue
		}
		letter := map[news.Certainty]string{news.CertaintyExact: "e", news.CertaintyZone: "z", news.CertaintyDay: "d", news.CertaintyNone: ""}[got.Certainty]
		if letter != certainty {
			t.Errorf("%q: certainty %s, want %s", in, got.Certainty, certainty)
		}
		if got.Certainty == news.CertaintyZone && note == "" {
			t.Errorf("%q: a zone was assumed and nobody is told", in)
		}
	}
	if n < 200 {
		t.Errorf("only %d dates in the tables", n)
	}
}

func TestDatesSayWhatTheyAssume(t *testing.T) {
	for in, want := range map[string]string{
		"Thu, 01 Jan 2004 19:48:21 XYZT": `the zone "XYZT" is unknown`,
		"Thu, 01 Jan 2004 19:48:21":      "no zone",
		"Thu, 01 Jan 2004 19:48:21 IST":  "IST is read as +05:30",
		"01/02/2004 19:48":               "month/day",
		"1679-08-23T00:12:43Z":           "not believed",
	} {
		if _, note := ParseDate(in, dateNow); !strings.Contains(note, want) {
			t.Errorf("%q: the note is %q, want %q in it", in, note, want)
		}
	}
}

// Whatever time it is, what the standards print is read back, in any zone.
func TestDatesReadWhatIsPrinted(t *testing.T) {
	layouts := []string{
		time.RFC3339, time.RFC1123Z, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 -0700", "2006-01-02 15:04:05 -0700", "2 January 2006 15:04:05 -0700",
		"Monday, January 2, 2006 3:04:05 PM -0700", "20060102T150405-0700", "2006-01-02T15:04:05.000-07:00", "Mon Jan 2 15:04:05 -0700 2006",
	}
	rapid.Check(t, func(rt *rapid.T) {
		off := rapid.IntRange(-12*4, 14*4).Draw(rt, "quarters") * 900
		at := time.Unix(rapid.Int64Range(time.Date(1972, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), dateNow.Unix()).Draw(rt, "unix"), 0)
		layout := rapid.SampledFrom(layouts).Draw(rt, "layout")
		in := at.In(time.FixedZone("", off)).Format(layout)
		got, _ := ParseDate(in, dateNow)
		if !got.Time.Equal(at) || got.Certainty != news.CertaintyExact {
			rt.Fatalf("%q: got %s (%s), want %s", in, got.Time, got.Certainty, at.UTC())
		}
	})
}

func FuzzDates(f *testing.F) {
	for line := range strings.SplitSeq(dateTable+laterTable, "\n") {
		in, _, _ := strings.Cut(line, "|")
		f.Add(strings.TrimSpace(in))
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, note := ParseDate(in, dateNow)
		if got.IsZero() {
			return
		}
		if y := got.Time.Year(); y < earliestYear-1 || y > dateNow.Year()+11 || got.Time.Location() != time.UTC {
			t.Fatalf("%q is read as %s", in, got.Time)
		}
		if got.Certainty < news.CertaintyDay || got.Certainty == news.CertaintyZone && note == "" {
			t.Fatalf("%q: certainty %s, note %q", in, got.Certainty, note)
		}
		if !utf8.ValidString(note) && utf8.ValidString(in) {
			t.Fatalf("%q: the note is not UTF-8", in)
		}
		again, _ := ParseDate(got.Time.Format(time.RFC3339), dateNow)
		if !again.Time.Equal(got.Time.Truncate(time.Second)) {
			t.Fatalf("%q is read as %s, which is read as %s", in, got.Time, again.Time)
		}
	})
}

func BenchmarkDates(b *testing.B) {
	for _, in := range []string{"2003-12-31T10:14:55Z", "Thu, 01 Jan 2004 19:48:21 GMT", "Thu, 01 Jan 2004 19:48:21 +0100", "Чт, 01 янв 2004 19:48:21 +0300", "not a date"} {
		b.Run(fmt.Sprint(in), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ParseDate(in, dateNow)
			}
		})
	}
}
