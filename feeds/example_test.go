package feeds_test

import (
	"fmt"
	"os"
	"time"

	"mediawatch/feeds"
)

// A feed with a bare ampersand, an unquoted attribute and a date in Moscow's time.
func ExampleParse() {
	doc := []byte(`<rss><channel><title>Harbour News</title><item>
		<title>Quay & pier</title><link>/1</link><pubDate>Чт, 01 янв 2004 19:48:21 MSK</pubDate>
		<enclosure url=/quay.mp3 type=audio/mpeg length=12>
		<description>&lt;p&gt;Read &lt;a href="more"&gt;more&lt;/a&gt;.&lt;/p&gt;</description></item></channel></rss>`)
	d, err := feeds.Parse(doc, feeds.Options{Base: "https://harbour.example/news/feed", Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		fmt.Println(err)
		return
	}
	it := d.Entries[0].Item()
	fmt.Println(it.Title, it.URL)
	fmt.Println(it.Published.Time.Format(time.RFC3339), it.Published.Certainty)
	fmt.Println(it.Enclosures[0].URL, d.Warnings)
	// Output:
	// Quay & pier https://harbour.example/1
	// 2004-01-01T16:48:21Z exact
	// https://harbour.example/quay.mp3 [the document is not well-formed XML and was repaired]
}

func ExampleWriteOPML() {
	err := feeds.WriteOPML(os.Stdout, "mine", []feeds.Subscription{{URL: "https://harbour.example/feed", Title: "Harbour", Tags: []string{"coast"}}})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="utf-8"?>
	// <opml version="2.0">
	// <head><title>mine</title></head>
	// <body>
	//   <outline text="coast" title="coast">
	//     <outline type="rss" text="Harbour" title="Harbour" xmlUrl="https://harbour.example/feed"/>
	//   </outline>
	// </body>
	// </opml>
}
