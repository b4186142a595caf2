package query

import (
	"fmt"
	"strings"
	"testing"

	"mediawatch/news"
)

// benchItem is an item of 2.35 KB, the mean of the benchmark's feeds.
func benchItem() *news.Item {
	const sentences = "The committee heard on Tuesday that the harbour’s new terminal would open in spring, two years later than planned. " +
		"“We are confident,” said its chair, Maria Lund, “that well-run ports pay for themselves.” " +
		"Opponents pointed to rising costs of carbon permits and to a shortage of pilots. "
	it := &news.Item{URL: "https://news.example.org/economy/harbour-terminal", Outlet: "Example Post"}
	it.Title = "Harbour terminal to open two years late"
	var b strings.Builder
	for b.Len() < 2250 {
		b.WriteString("<p>" + sentences + "</p>\n")
	}
	it.Content = b.String()[:2250]
	it.Lang = "en"
	return it
}

func benchSet(b *testing.B, n int) *Set {
	templates := []string{`("carbon tax" OR heat ONEAR/1 pump*) -title:horoscope`, `"climate summit%d" lang:en`, `title:((minister%d OR chancellor%d) NEAR/6 (resign* OR "steps down"))`,
		`place%d (flood* OR storm) -sport`, `outlet:gazette%d economy%d`}
	qs := map[string]*Query{}
	for i := range n {
		src := templates[i%len(templates)]
		if i >= 3 || strings.Count(src, "%d") == 0 {
			src = strings.ReplaceAll(src, "%d", fmt.Sprint(i))
		} else {
			src = strings.ReplaceAll(src, "%d", "")
		}
		qs[fmt.Sprint("watch", i)] = mustParseT(b, src)
	}
	return NewSet(qs)
}

// BenchmarkSet measures an item from its HTML to the watches that match, tokenising included.
func BenchmarkSet(b *testing.B) {
	it := benchItem()
	for _, n := range []int{3, 30, 200} {
		set := benchSet(b, n)
		b.Run(fmt.Sprintf("watches=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(it.Content) + len(it.Title)))
			for b.Loop() {
				set.Match(NewDocument(it, Facts{}))
			}
		})
	}
}

// BenchmarkSetOnly leaves out what happens once an item, whatever the number of watches.
func BenchmarkSetOnly(b *testing.B) {
	d := NewDocument(benchItem(), Facts{})
	d.text(fieldTitle)
	d.text(fieldBody)
	for _, n := range []int{3, 30, 200} {
		set := benchSet(b, n)
		b.Run(fmt.Sprintf("watches=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set.Match(d)
			}
		})
	}
}

// BenchmarkTokenise measures what BenchmarkSetOnly leaves out.
func BenchmarkTokenise(b *testing.B) {
	it := benchItem()
	b.ReportAllocs()
	for b.Loop() {
		d := NewDocument(it, Facts{})
		d.text(fieldTitle)
		d.text(fieldBody)
	}
}

// BenchmarkName measures a watch that can not be anchored.
func BenchmarkName(b *testing.B) {
	set := NewSet(map[string]*Query{"w": mustParseT(b, "~Raisi")})
	d := NewDocument(benchItem(), Facts{})
	set.Match(d)
	for b.Loop() {
		set.Match(d)
	}
}

func BenchmarkParse(b *testing.B) {
	const src = `(~Raisi OR "Iranian president") NEAR/10 (crash OR helicopter*) -site:example-tabloid.com`
	for b.Loop() {
		if _, err := Parse(src, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
