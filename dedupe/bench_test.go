package dedupe_test

import (
	"fmt"
	"math/rand/v2"
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

// longText is 4.7 KB of plain text in paragraphs.
func longText() string {
	var b strings.Builder
	for i := 0; b.Len() < 4700; i++ {
		fmt.Fprintf(&b, "The harbour council of Norwick said on Tuesday that ferry line %d would open in spring, although workers’ groups had asked for another year. ", i)
		fmt.Fprintf(&b, "“We have counted every berth and all %d of the boats,” said Mara Ellison, who leads the board.\n\n", i*7)
	}
	return b.String()[:4700]
}

func BenchmarkSign(b *testing.B) {
	s := longText()
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		t := dedupe.Normal("New ferry line to open in spring", s, dedupe.Boilerplate{})
		t.Sign()
	}
}

func BenchmarkSignAlone(b *testing.B) {
	t := dedupe.Normal("New ferry line to open in spring", longText(), dedupe.Boilerplate{})
	b.ReportAllocs()
	for b.Loop() {
		t.Sign()
	}
}

func BenchmarkJudge(b *testing.B) {
	it := &news.Item{}
	it.Content = longText()
	x := factsOf(it)
	it.Content += "<p>And so on it went.</p>"
	y := factsOf(it)
	for b.Loop() {
		dedupe.Judge(x, y)
	}
}

// BenchmarkIndex looks up and adds one text of 18 prints in an index of a million; it reports the memory an entry takes.
func BenchmarkIndex(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	x := dedupe.NewIndex(dedupe.Window{})
	s := dedupe.Signature{Prints: make([]uint64, dedupe.MaxPrints)}
	n := 0
	add := func() {
		for i := range s.Prints {
			s.Prints[i] = r.Uint64()
		}
		n++
		x.Add(dedupe.Entry{Seq: news.Seq(n)}, dedupe.Day(n/70_000), s, news.Hash{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	}
	for range 1_000_000 {
		add()
	}
	b.ReportMetric(float64(x.Bytes())/float64(x.Len()), "bytes/entry")
	for b.Loop() {
		x.Find(s, 0)
		add()
	}
	b.ReportMetric(float64(x.Bytes())/float64(x.Len()), "bytes/entry")
}
