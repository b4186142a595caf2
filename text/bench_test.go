package text_test

import (
	"strings"
	"testing"

	"mediawatch/text"
)

// benchHTML is an article of about 2.35 KB as feeds carry them.
func benchHTML() string {
	const para = `<p>The harbour council of Norwick said on Tuesday that the <a href="https://news.example/ferry?id=7&amp;src=x">new ferry line</a> would open in ` +
		`spring, although workers&#8217; groups had asked for another year. &#8220;We have counted every berth,&#8221; said <em>Mara Ellison</em>, who leads the board.</p>` + "\n"
	return strings.Repeat(para, 8)[:2350-4] + "</p>"
}

func BenchmarkWords(b *testing.B) {
	s := text.Plain(benchHTML())
	for len(s) < 2300 {
		s += "\n\n" + s
	}
	s = s[:2300]
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		text.Words(s)
	}
}

func BenchmarkWordsASCII(b *testing.B) {
	s := strings.Repeat("The harbour council of Norwick said on Tuesday that the ferry line would open in spring. ", 26)[:2300]
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		text.Words(s)
	}
}

func BenchmarkWordsPersian(b *testing.B) {
	benchWords(b, "شورای بندر نورویک روز سه‌شنبه گفت خط کشتی تازه در بهار باز می‌شود. ")
}

func BenchmarkWordsJapanese(b *testing.B) {
	benchWords(b, "ノーウィック港湾評議会は火曜日、新しい航路を春に開くと発表した。")
}

func BenchmarkWordsThai(b *testing.B) {
	benchWords(b, "สภาท่าเรือกล่าวเมื่อวันอังคารว่าเส้นทางใหม่จะเปิดในฤดูใบไม้ผลิ ")
}

func benchWords(b *testing.B, s string) {
	s = text.Clean(strings.Repeat(s, 2300/len(s)+1)[:2300])
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		text.Words(s)
	}
}

func BenchmarkPlain(b *testing.B) {
	s := benchHTML()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		text.Plain(s)
	}
}

func BenchmarkSanitize(b *testing.B) {
	s := benchHTML()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		text.Sanitize(s)
	}
}

func BenchmarkResolve(b *testing.B) {
	s := benchHTML()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		text.Resolve(s, "https://news.example/feed")
	}
}

func BenchmarkCanonicalURL(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = text.CanonicalURL("https://news.example/2026/11/20/ferry-line?utm_source=rss&id=7&a=2#top")
	}
}

func BenchmarkLanguage(b *testing.B) {
	s := text.Plain(benchHTML())
	b.ReportAllocs()
	for b.Loop() {
		text.Language(s)
	}
}
