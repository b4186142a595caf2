package dedupe_test

import (
	"strings"
	"testing"

	"mediawatch/dedupe"
	"mediawatch/news"
)

func benchItem() *news.Item {
	const para = `<p>The harbour council of Norwick said on Tuesday that the <a href="https://news.example/ferry?id=7&amp;src=x">new ferry line</a> would open in ` +
		`spring, although workers&#8217; groups had asked for another year. &#8220;We have counted every berth,&#8221; said <em>Mara Ellison</em>, who leads the board.</p>` + "\n"
	it := &news.Item{URL: "https://news.example/2026/11/20/ferry-line?utm_source=rss"}
	it.Title = "New ferry line to open in spring"
	it.Content = strings.Repeat(para, 8)[:2350-4] + "</p>"
	return it
}

func BenchmarkKeysOf(b *testing.B) {
	it := benchItem()
	b.SetBytes(int64(len(it.Content)))
	b.ReportAllocs()
	for b.Loop() {
		dedupe.KeysOf(it)
	}
}

func BenchmarkStateOf(b *testing.B) {
	it := benchItem()
	b.ReportAllocs()
	for b.Loop() {
		dedupe.StateOf(it)
	}
}
