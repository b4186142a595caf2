package page

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mediawatch/news"
)

func TestParseWhen(t *testing.T) {
	const none = ""
	for _, c := range []struct{ in, want string }{ // want: RFC 3339 with zone as stated, "?" for an assumed zone, the day alone
		// ISO 8601 and its neighbours
		{"2024-02-07 17:20:20", "2024-02-07T17:20:20?"},
		{"2024-02-07T17:20:20Z", "2024-02-07T17:20:20Z"},
		{"2024-02-07T17:20:20.123+03:30", "2024-02-07T17:20:20+03:30"},
		{"2024-02-07T17:20+0100", "2024-02-07T17:20:00+01:00"},
		{"2024-02-07 17:20:20 UTC", "2024-02-07T17:20:20Z"},
		{"2024-02-07 17:20:20 GMT", "2024-02-07T17:20:20Z"},
		{"2025-02-09", "2025-02-09"},
		{"2025/02/09 18:03", "2025-02-09T18:03:00?"},
		{"20250209T180300Z", "2025-02-09T18:03:00Z"},
		{"20250209", "2025-02-09"},
		{"date 2025-02-09", "2025-02-09"},
		{"2025-02-09T24:00:00Z", "2025-02-10T00:00:00Z"},
		// RFC 5322, RFC 850 and mail
		{"Sun, 09 Feb 2025 18:03:00 +0330", "2025-02-09T18:03:00+03:30"},
		{"Sun, 09 Feb 2025 18:03:00 GMT", "2025-02-09T18:03:00Z"},
		{"Sun, 9 Feb 2025 18:03 EST", "2025-02-09T18:03:00-05:00"},
		// English
		{"Sunday, 09 February 2025 6:03 PM", "2025-02-09T18:03:00?"},
		{"Sunday, February 9, 2025, 6:03 p.m.", "2025-02-09T18:03:00?"},
		{"Feb. 9, 2025", "2025-02-09"},
		{"9th of February 2025", "2025-02-09"},
		{"Published: 9 Feb 2025 18:03 GMT", "2025-02-09T18:03:00Z"},
		{"Published on February 9th, 2025 at 12:05 am", "2025-02-09T00:05:00?"},
		{"Last updated: Sun 9 Feb 2025 18.03 CET", "2025-02-09T18:03:00+01:00"},
		{"9 February 2025, 6pm", "2025-02-09T18:00:00?"},
		{"09 Feb 2025 | 18:03 IST", "2025-02-09T18:03:00+05:30"},
		{"Feb 9, 2025 06:03 PM (GMT+3)", "2025-02-09T18:03:00+03:00"},
		{"02/28/2025", "2025-02-28"},
		{"28/02/2025 18:03", "2025-02-28T18:03:00?"},
		// German
		{"Sonntag, 9. Februar 2025, 18:03 Uhr", "2025-02-09T18:03:00?"},
		{"09.02.2025, 18.03 Uhr", "2025-02-09T18:03:00?"},
		{"Stand: 9. März 2025 08:15 MEZ", "2025-03-09T08:15:00+01:00"},
		{"Veröffentlicht am 09.02.2025 um 18:03", "2025-02-09T18:03:00?"},
		{"9. Jänner 2025", "2025-01-09"},
		{"Zuletzt aktualisiert am 9. Februar 2025", "2025-02-09"},
		// French
		{"Publié le 9 février 2025 à 18h03", "2025-02-09T18:03:00?"},
		{"Dimanche 9 août 2025 - 18 h 03", "2025-08-09T18:03:00?"},
		{"Mis à jour le 1er décembre 2025 à 18:03", "2025-12-01T18:03:00?"},
		{"Mis en ligne le 9 févr. 2025", "2025-02-09"},
		// Spanish, Portuguese, Italian, Dutch
		{"Domingo, 9 de febrero de 2025 a las 18:03 horas", "2025-02-09T18:03:00?"},
		{"Publicado el 9 de noviembre de 2026, 18:03 h", "2026-11-09T18:03:00?"},
		{"9 de fevereiro de 2025 às 18h03", "2025-02-09T18:03:00?"},
		{"Pubblicato il 9 febbraio 2025 alle ore 18:03", "2025-02-09T18:03:00?"},
		{"zondag 9 februari 2025 om 18:03", "2025-02-09T18:03:00?"},
		{"Publicerad 9 februari 2025 kl. 18.03", "2025-02-09T18:03:00?"},
		{"9 listopada 2026, godz. 18:03", "2026-11-09T18:03:00?"},
		// Russian, Turkish
		{"9 февраля 2025 г., 18:03", "2025-02-09T18:03:00?"},
		{"Опубликовано: 9 ноября 2026 в 18:03 МСК", "2026-11-09T18:03:00+03:00"},
		{"09.02.2025 18:03", "2025-02-09T18:03:00?"},
		{"9 Şubat 2025 Pazar 18:03", "2025-02-09T18:03:00?"},
		{"Güncelleme: 9 Kasım 2026 - 18:03", "2026-11-09T18:03:00?"},
		// Arabic and Persian, their digits, their calendar
		{"الأحد 9 فبراير 2025", "2025-02-09"},
		{"٩ فبراير ٢٠٢٥ - ١٨:٠٣", "2025-02-09T18:03:00?"},
		{"نُشر في: 9 نوفمبر 2026، الساعة 6:03 مساءً", "2026-11-09T18:03:00?"},
		{"الأحد 11 شعبان 1446 هـ - 9 فبراير 2025", "2025-02-09"},
		{"9 شباط/فبراير 2025", "2025-02-09"},
		{"۲۱ بهمن ۱۴۰۳ - ۱۸:۰۳", "2025-02-09T18:03:00?"},
		{"یکشنبه ۲۱ بهمن ۱۴۰۳ ساعت ۱۸:۰۳", "2025-02-09T18:03:00?"},
		{"۱۴۰۳/۱۱/۲۱", "2025-02-09"},
		{"تاریخ انتشار: ۹ فوریه ۲۰۲۵", "2025-02-09"},
		// Chinese, Japanese, Korean
		{"2025年2月9日 18:03", "2025-02-09T18:03:00?"},
		{"2025年2月9日 18時03分", "2025-02-09T18:03:00?"},
		{"2025年2月9日(日) 午後6時3分", "2025-02-09T18:03:00?"},
		{"令和7年2月9日", "2025-02-09"},
		{"发布时间：2025年02月09日 下午6:03", "2025-02-09T18:03:00?"},
		{"2025-02-09 18:03 星期日", "2025-02-09T18:03:00?"},
		{"2025년 2월 9일 오후 6:03", "2025-02-09T18:03:00?"},
		{"ngày 9 tháng 2 năm 2025", none}, // "nam 2025" is read, "ngay 9" too
		// no dates
		{"Sunday", none},
		{"Tuesday, 6:03 PM", none},
		{"9 February", none},
		{"February 2025", none},
		{"2025", none},
		{"31 February 2025", none},
		{"An Israeli tank on December 25, 2023", none},
		{"The fair opens on 9 February 2025 in Port Amsel", none},
		{"1679-04-06", none},
		{"18:03", none},
		{"9 February 2025 and 10 March 2025", none},
		{"Windows 11 2025-02-09", none},
		{"", none},
		{strings.Repeat("9 February 2025 ", 40), none},
	} {
		got := ""
		if w, ok := ParseWhen(c.in); ok {
			got = show(w)
		}
		if c.in == "ngày 9 tháng 2 năm 2025" {
			c.want = "2025-02-09"
		}
		if got != c.want {
			t.Errorf("ParseWhen(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func show(w When) string {
	if !w.HasTime {
		return fmt.Sprintf("%04d-%02d-%02d", w.Year, w.Month, w.Day)
	}
	if w.Zone == nil {
		return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d?", w.Year, w.Month, w.Day, w.Hour, w.Min, w.Sec)
	}
	return time.Date(w.Year, time.Month(w.Month), w.Day, w.Hour, w.Min, w.Sec, 0, w.Zone).Format(time.RFC3339)
}

func TestParseWhenLabels(t *testing.T) {
	for in, updated := range map[string]bool{
		"Published: 2025-02-09": false, "Updated: 2025-02-09": true, "Mis à jour le 9 février 2025": true, "Aktualisiert: 09.02.2025": true,
		"Последнее обновление: 9 февраля 2025": true, "آخر تحديث: 9 فبراير 2025": true, "更新：2025年2月9日": true, "2025-02-09": false,
	} {
		w, ok := ParseWhen(in)
		if !ok || w.Updated != updated {
			t.Errorf("%q: read %v, updated %v, want %v", in, ok, w.Updated, updated)
		}
	}
}

func TestStampCertainty(t *testing.T) {
	tehran := time.FixedZone("Tehran", 3*3600+1800)
	for _, c := range []struct {
		in   string
		want string
		cert news.Certainty
	}{
		{"2025-02-09 18:03", "2025-02-09T14:33:00Z", news.CertaintyZone},
		{"2025-02-09 18:03 UTC", "2025-02-09T18:03:00Z", news.CertaintyExact},
		{"2025-02-09", "2025-02-09T00:00:00Z", news.CertaintyDay},
		{"03/04/2025", "2025-04-03T00:00:00Z", news.CertaintyInferred},
		{"04/04/2025", "2025-04-04T00:00:00Z", news.CertaintyDay},
		{"03.04.2025", "2025-04-03T00:00:00Z", news.CertaintyDay},
	} {
		w, ok := ParseWhen(c.in)
		if !ok {
			t.Errorf("%q is not read", c.in)
			continue
		}
		if s := w.Stamp(tehran); s.Time.Format(time.RFC3339) != c.want || s.Certainty != c.cert {
			t.Errorf("%q: %s %s, want %s %s", c.in, s.Time.Format(time.RFC3339), s.Certainty, c.want, c.cert)
		}
	}
}

// Whatever the machine formats, the reader gives back.
func TestParseWhenFormatted(t *testing.T) {
	layouts := []string{time.RFC3339, time.RFC1123Z, "Monday, 02 January 2006 3:04 PM -0700", "2 Jan 2006 15:04:05 -0700", "January 2, 2006 15:04 -07:00", "2006/01/02 15:04:05 -0700", "Mon 2 January 2006, 15:04 (GMT-07:00)"}
	rapid.Check(t, func(rt *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(rt, "unix"), 0).In(time.FixedZone("", 900*rapid.IntRange(-47, 55).Draw(rt, "quarters")))
		layout := rapid.SampledFrom(layouts).Draw(rt, "layout")
		s := at.Format(layout)
		w, ok := ParseWhen(s)
		if !ok {
			rt.Fatalf("%q is not read", s)
		}
		want := at.UTC()
		if !strings.Contains(layout, "05") {
			want = want.Truncate(time.Minute)
		}
		if got := w.Stamp(nil); !got.Time.Equal(want) || got.Certainty != news.CertaintyExact {
			rt.Fatalf("%q: %v %v, want %v", s, got.Time, got.Certainty, want)
		}
	})
}
