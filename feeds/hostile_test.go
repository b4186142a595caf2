package feeds

import (
	"errors"
	"fmt"
	"html"
	"strings"
	"testing"
)

// hostile makes the documents that end a process: deep, wide, endless, expanding. size is in bytes.
func hostile(size int) map[string]func() string {
	fill := func(head, unit, tail string) func() string {
		return func() string { return head + strings.Repeat(unit, max(1, (size-len(head)-len(tail))/len(unit))) + tail }
	}
	item, end := `<rss version="2.0"><channel><item>`, `</item></channel></rss>`
	numbered := func(head, unit, tail string) func() string {
		return func() string {
			var b strings.Builder
			b.WriteString(head)
			for i := 0; b.Len() < size-len(tail)-40 && (i == 0 || b.Len()+len(unit) < size-len(tail)); i++ {
				fmt.Fprintf(&b, unit, i)
			}
			return b.String() + tail
		}
	}
	return map[string]func() string{
		"deep extension":      fill(item, "<x:a>", ""),
		"deep native":         fill(item, "<group>", ""),
		"deep markup":         fill(item+"<description>", "<b>", ""),
		"deep media":          fill(`<rss xmlns:media="http://search.yahoo.com/mrss/"><channel><item>`, "<media:group>", ""),
		"deep feeds":          fill("<rss>", "<channel>", ""),
		"deep persons":        fill(item, "<author>", ""),
		"deep closed":         func() string { n := size / 9; return item + strings.Repeat("<a>", n) + strings.Repeat("</a>", n) + end },
		"nested namespaces":   numbered(item, `<a xmlns:n%d="u">`, ""),
		"namespaces of one":   numbered(`<rss `, ` xmlns:n%d="u"`, `><channel/></rss>`),
		"nested bases":        fill(item, `<x xml:base="a/">`, ""),
		"long nested bases":   fill(item, `<x xml:base="`+strings.Repeat("a/", 50_000)+`">`, ""),
		"empty items":         fill("<rss><channel>", "<item/>", "</channel></rss>"),
		"small items":         fill("<rss><channel>", "<item><title>a</title></item>", "</channel></rss>"),
		"ascending items":     numbered("<rss><channel>", "<item><title>a</title><pubDate>%d</pubDate></item>", "</channel></rss>"),
		"unclosed items":      fill("<rss><channel>", "<item><title>a", ""),
		"items in unknown":    numbered("<rss><channel><item>", "<a%d><item>", ""),
		"items in one":        fill("<rss><channel><item>", "<a><item></a>", ""),
		"atom entries":        fill("<feed>", "<entry><id>a</id></entry>", "</feed>"),
		"attributes of one":   numbered(item+"<a ", ` a%d="b"`, "/>"+end),
		"attributes of many":  fill(item, "<a "+strings.Repeat("b='c' ", 300)+"/>", end),
		"less than":           fill("", "<", ""),
		"open comments":       fill(item, "<!--", ""),
		"open cdata":          fill(item+"<title>", "<![CDATA[", ""),
		"open instructions":   fill(item, "<?a ", ""),
		"open quotes":         fill(item, `<a b="`, ""),
		"mixed quotes":        fill(item, `<a b='"`, ""),
		"open doctypes":       fill("", "<!DOCTYPE [", ""),
		"ampersands":          fill(item+"<description>", "&", "</description>"+end),
		"unknown references":  fill(item+"<description>", "&a;", "</description>"+end),
		"numeric references":  fill(item+"<description>", "&#1;", "</description>"+end),
		"surrogates":          fill(item+"<description>", "&#xD800;", "</description>"+end),
		"stray end tags":      fill(strings.Repeat("<rss>", 100), "</rsx>", ""),
		"stray ends in text":  fill(item+"<description><b>", "</rsx>", "</description>"+end),
		"categories":          fill(item, "<category>a</category>", end),
		"keywords":            fill(`<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><item><itunes:keywords>`, "a,", "</itunes:keywords>"+end),
		"many categories":     numbered("<rss><channel>", "<item>"+strings.Repeat("<category>b</category>", 90)+"<guid>%d</guid></item>", "</channel></rss>"),
		"titles":              fill(item, "<title>a</title>", end),
		"persons":             numbered("<feed><entry>", "<author><name>%d</name></author>", "</entry></feed>"),
		"links":               fill("<feed><entry>", "<link href='a'/>", "</entry></feed>"),
		"one long title":      fill(item+"<title>", "a &lt;b> ", "</title>"+end),
		"one long guid":       fill(item+"<guid>", "ab ", "</guid>"+end),
		"one long date":       fill(item+"<pubDate>", "1 ", "</pubDate>"+end),
		"one long author":     fill(item+"<author>", "a@b (", "</author>"+end),
		"one long link":       fill(item+"<link>", "a/", "</link>"+end),
		"one long text":       fill(item+"<description>", "word ", "</description>"+end),
		"one long html":       fill(item+"<description><![CDATA[", "<p>word</p>", "]]></description>"+end),
		"unclosed html":       fill(item+"<description><![CDATA[", "<b>", "]]></description>"+end),
		"halves of html":      fill(item+"<description><![CDATA[", "<b ", "]]></description>"+end),
		"escapes in xhtml":    fill(`<feed><entry><content type="xhtml"><div><![CDATA[`, "<&", "]]></div></content></entry></feed>"),
		"quotes in xhtml":     fill(`<feed><entry><content type="xhtml"><div a='`, `"`, "'></div></content></entry></feed>"),
		"bracket bracket":     fill(item+"<description>", "]]&gt;", "</description>"+end),
		"brackets in texts":   numbered("<rss><channel>", "<item><guid>%d</guid><description>"+strings.Repeat("&]]>", size/30)+"</description></item>", "</channel></rss>"),
		"long texts":          numbered("<rss><channel>", "<item><guid>%d</guid><description><![CDATA["+strings.Repeat("<p>word</p>", size/1600)+"]]></description></item>", "</channel></rss>"),
		"entity expansion":    fill(`<!DOCTYPE rss [<!ENTITY a "`+strings.Repeat("b", 1000)+`">]>`+item+"<description>", "&a;", "</description>"+end),
		"laughs":              func() string { return laughs + item + "<description>&lol9;</description>" + end },
		"zeros":               fill("", "\x00", ""),
		"high bytes":          fill(item+"<title>", "\xE9\xE8 ", "</title>"+end),
		"json arrays":         fill("", "[", ""),
		"json objects":        fill("", `{"items":`, ""),
		"json nulls":          fill(`{"items":[`, "null,", "null]}"),
		"json items":          fill(`{"items":[`, "{},", "{}]}"),
		"json attachments":    fill(`{"items":[{"attachments":[`, `{"url":"http://a.example/"},`, "{}]}]}"),
		"json tags":           fill(`{"items":[{"tags":[`, `"a",`, `"b"]}]}`),
		"json authors":        fill(`{"items":[{"authors":[`, `{"name":"a"},`, `{}]}]}`),
		"json deep inside":    fill(`{"items":[{"title":`, `{"a":`, ""),
		"json escapes":        fill(`{"items":[{"content_html":"`, `\u0000`, `"}]}`),
		"json open strings":   fill(`{"items":[{"a`, `":"`, ""),
		"json commas":         fill(`{"items":[`, ",", "]}"),
		"json comments":       fill(`{"items":[`, "/**/", "]}"),
		"json bad escapes":    fill(`{"items":[{"content_html":"`, `\q`, `"}]}`),
		"json without quotes": fill(`{"items":[{`, `a`, `}]}`),
	}
}

const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">` +
	`<!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;"><!ENTITY lol9 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>`

// Every hostile document is answered, with a document within the limits or with an error that says what it is. What it
// costs at full size is TestHostileCosts.
func TestHostileDocuments(t *testing.T) {
	for name, make := range hostile(1 << 20) {
		t.Run(name, func(t *testing.T) {
			data := []byte(make())
			d, err := Parse(data, Options{Base: "http://hostile.example/feed", Now: dateNow})
			if err != nil {
				if !errors.Is(err, ErrNotFeed) && !errors.Is(err, ErrEmpty) {
					t.Fatal(err)
				}
				return
			}
			if len(d.Entries) > MaxItems {
				t.Fatalf("%d entries", len(d.Entries))
			}
			total := 0
			for _, e := range d.Entries {
				total += len(e.title.value) + len(e.summary.value) + len(e.content.value)
				if len(e.Categories) > maxTerms || len(e.Authors) > maxPeople || len(e.Identity()) > maxIdentity && e.Link == "" {
					t.Fatalf("%d categories, %d authors, an identity of %d bytes", len(e.Categories), len(e.Authors), len(e.Identity()))
				}
			}
			if total > len(data)+maxGrowth+maxExpansion {
				t.Fatalf("%d bytes of text from a document of %d", total, len(data))
			}
			if len(d.Entries) > 0 {
				d.Entries[0].Item()
			}
		})
	}
}

// However many "]]>" a text has, it is read as it is, until what that adds to the clean document is more than any real one needs.
func TestManyBrackets(t *testing.T) {
	for unit, n := range map[string]int{"]]>": 2000, "&<a]]>": 2000, strings.Repeat("<&>", 8) + "]]>": 2000, "]]>a": 400_000} {
		v := strings.Repeat(unit, n)
		d, err := Parse([]byte("<rss><channel><item><description>"+html.EscapeString(v)+"</description></item></channel></rss>"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Entries[0].summary.value; got != v {
			t.Errorf("%d times %q: %d bytes of %d came back", n, unit, len(got), len(v))
		}
	}
	item := "<item><description>" + strings.Repeat("]]&gt;", 300_000) + "</description></item>"
	d, err := Parse([]byte("<rss><channel>"+strings.Repeat(item, 6)+"</channel></rss>"), Options{})
	if err != nil || len(d.Entries) != 6 {
		t.Fatal(d, err)
	}
	if w := strings.Join(d.Warnings, "\n"); d.Entries[0].summary.value == "" || d.Entries[5].summary.value != "" || !strings.Contains(w, "repaired") {
		t.Fatalf("%d and %d bytes; warnings: %s", len(d.Entries[0].summary.value), len(d.Entries[5].summary.value), w)
	}
}

func TestTooLarge(t *testing.T) {
	if _, err := Parse(make([]byte, MaxBody+1), Options{}); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("got %v", err)
	}
	for name, data := range map[string]string{
		"utf-16":           "\xFF\xFE" + strings.Repeat("\x00\x4E", 6<<20), // 12 MiB that become 18 in UTF-8
		"windows-1252":     `<?xml version="1.0" encoding="windows-1252"?><rss>` + strings.Repeat("\x80", 6<<20),
		"stray bytes":      "<rss>" + strings.Repeat("\xC3\xA9\x80\x80", 3<<20),
		"nothing declared": "<rss>" + strings.Repeat("\x80\x81\x82", 4<<20),
	} {
		if _, err := Parse([]byte(data), Options{}); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A document that grows when it is decoded costs its own size, the size of what may come of it, and no doublings on the way.
func TestGrowingDocumentIsNotHeldTwice(t *testing.T) {
	data := []byte(`<?xml version="1.0" encoding="windows-1252"?><rss>` + strings.Repeat("\x80", 14<<20))
	got := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = Parse(data, Options{})
		}
	}).AllocedBytesPerOp()
	if got > 48<<20 {
		t.Fatalf("%d MiB allocated for a document of 14 MiB", got>>20)
	}
}

// The newest 5,000 items are kept, in the order of the document, whatever that is.
func TestTooManyItems(t *testing.T) {
	var b strings.Builder
	b.WriteString("<rss><channel><title>many</title>")
	const n = MaxItems + 1234
	for i := range n {
		fmt.Fprintf(&b, "<item><guid>%d</guid><pubDate>%d</pubDate></item>", i, 1_000_000_000+(i*7919%n)*60)
	}
	b.WriteString("</channel></rss>")
	d, err := Parse([]byte(b.String()), Options{Now: dateNow})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Entries) != MaxItems {
		t.Fatalf("%d entries", len(d.Entries))
	}
	last := -1
	for _, e := range d.Entries {
		var id int
		fmt.Sscan(e.ID, &id)
		if id <= last {
			t.Fatalf("entry %d after %d", id, last)
		}
		last = id
		if age := id * 7919 % n; age < n-MaxItems {
			t.Fatalf("entry %d is not among the newest", id)
		}
	}
	if w := strings.Join(d.Warnings, "\n"); !strings.Contains(w, "1234 are left out") {
		t.Fatalf("warnings: %s", w)
	}
}

// An item that is left out leaves nothing in the next one, however long its texts are.
func TestTooManyItemsOfJSON(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"items":[`)
	const n = 2*MaxItems + 1000
	for i := range n {
		year := 2000 // all but the last item are as old as those that are kept
		if i == n-1 {
			year = 2020
		}
		fmt.Fprintf(&b, `{"id":"%d","content_text":"%d %s","date_published":"%d-01-01T00:00:00Z"},`, i, i, strings.Repeat("a", longText), year)
	}
	b.WriteString("]}")
	d, err := Parse([]byte(b.String()), Options{Now: dateNow})
	if err != nil || len(d.Entries) != MaxItems {
		t.Fatalf("%v, %d entries", err, len(d.Entries))
	}
	for i, e := range d.Entries {
		want := fmt.Sprint(i)
		if i == MaxItems-1 {
			want = fmt.Sprint(n - 1)
		}
		if e.ID != want || e.content.value != want+" "+strings.Repeat("a", longText) {
			t.Fatalf("entry %d: %s, %.20s", i, e.ID, e.content.value)
		}
	}
}
