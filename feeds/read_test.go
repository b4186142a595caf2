package feeds

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gofeedatom "github.com/mmcdole/gofeed/atom"
	gofeedrss "github.com/mmcdole/gofeed/rss"

	"mediawatch/news"
)

// read parses a document that has to be readable.
func read(t *testing.T, doc string, o Options) *Document {
	t.Helper()
	if o.Now.IsZero() {
		o.Now = dateNow
	}
	d, err := Parse([]byte(doc), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	return d
}

// reading is a document, and what has to come out of its first item, or of its feed with "feed." before the name.
type reading struct {
	name string
	doc  string
	o    Options
	want map[string]string
}

func (r *reading) check(t *testing.T) {
	d := read(t, r.doc, r.o)
	dump := Dump(d)
	if len(dump.Items) == 0 {
		dump.Items = append(dump.Items, DumpItem{})
	}
	it, f := dump.Items[0], dump.Feed
	var names, terms, files []string
	for _, p := range it.Authors {
		names = append(names, p.Name+"<"+p.Email+">"+p.URI)
	}
	terms = it.Categories
	for _, x := range it.Enclosures {
		files = append(files, x.URL+" "+x.Type+" "+x.Length)
	}
	got := map[string]string{
		"title": it.Title, "url": it.URL, "id": it.ID, "summary": it.Summary, "content": it.Content, "authors": strings.Join(names, "; "),
		"published": it.Published, "updated": it.Updated, "categories": strings.Join(terms, "; "), "files": strings.Join(files, "; "),
		"image": it.Image, "comments": it.Comments, "rights": it.Rights, "lang": it.Language, "source": it.Source, "certainty": it.Certainty,
		"feed.title": f.Title, "feed.link": f.Link, "feed.subtitle": f.Subtitle, "feed.id": f.ID, "feed.author": f.Author, "feed.image": f.Image,
		"feed.lang": f.Language, "feed.rights": f.Rights, "feed.updated": f.Updated, "feed.categories": strings.Join(f.Categories, "; "),
		"warnings": strings.Join(d.Warnings, "; "), "format": d.Format, "charset": d.Charset,
	}
	for key, want := range r.want {
		value, ok := got[key]
		if !ok {
			t.Fatalf("the test knows no %q", key)
		}
		if key == "warnings" && want != "" {
			if !strings.Contains(value, want) {
				t.Errorf("warnings are %q, want %q among them", value, want)
			}
			continue
		}
		if value != want {
			t.Errorf("%s is %q, want %q", key, value, want)
		}
	}
}

func rss(item string) string {
	return `<rss version="2.0"><channel><title>F</title><link>https://f.example/</link><item>` + item + `</item></channel></rss>`
}

func atom(entry string) string {
	return `<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry>` + entry + `</entry></feed>`
}

func TestFields(t *testing.T) {
	for _, r := range []reading{
		{name: "rss", doc: rss(`<title>T</title><link>https://f.example/1</link><guid>https://f.example/?p=1</guid><description>D &lt;b&gt;x&lt;/b&gt;</description>` +
			`<pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate><author>ed@f.example (Ed)</author><category>A</category><category>B</category><category>A</category><comments>/c</comments>` +
			`<enclosure url="https://f.example/a.mp3" type="audio/mpeg" length="12"/><source url="https://o.example/rss">Other</source>`),
			want: map[string]string{"title": "T", "url": "https://f.example/1", "id": "https://f.example/?p=1", "summary": "D <b>x</b>", "published": "2004-01-01T19:48:21Z",
				"authors": "Ed<ed@f.example>", "categories": "A; B", "comments": "https://f.example/c", "files": "https://f.example/a.mp3 audio/mpeg 12", "source": "Other",
				"certainty": "exact", "warnings": "", "format": "rss"}},
		{name: "atom", doc: atom(`<id>tag:f.example,2004:1</id><title type="html">a &amp;amp; b</title><link rel="self" href="/s"/><link href="/1"/><summary>S</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>C</p></div></content>` +
			`<published>2004-01-01T00:00:00Z</published><updated>2004-01-02T00:00:00Z</updated><author><name>Ed</name><uri>/ed</uri></author><category term="t" label="l"/><rights>R</rights><source><title>Other</title><link href="https://o.example/"/></source>`),
			o: Options{Base: "https://f.example/feed"},
			want: map[string]string{"title": "a & b", "url": "https://f.example/1", "id": "tag:f.example,2004:1", "summary": "S", "content": "<p>C</p>", "published": "2004-01-01T00:00:00Z",
				"updated": "2004-01-02T00:00:00Z", "authors": "Ed<>https://f.example/ed", "categories": "t", "rights": "R", "source": "Other", "format": "atom"}},
		{name: "rdf", doc: `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://f.example/rdf"><title>F</title><items><rdf:Seq><rdf:li resource="x"/></rdf:Seq></items></channel>` +
			`<item rdf:about="https://f.example/1"><title>T</title><dc:creator>Ed</dc:creator><dc:creator>Al</dc:creator><dc:date>2004-01-01T00:00Z</dc:date><dc:subject>s</dc:subject><dc:rights>R</dc:rights><dc:language>FR</dc:language></item></rdf:RDF>`,
			want: map[string]string{"title": "T", "id": "https://f.example/1", "url": "https://f.example/1", "authors": "Ed<>; Al<>", "published": "2004-01-01T00:00:00Z", "categories": "s", "rights": "R", "lang": "fr", "feed.title": "F", "format": "rdf"}},
		{name: "cdf", doc: `<CHANNEL HREF="https://f.example/" LASTMOD="2004-01-01T00:00"><TITLE>F</TITLE><ITEM HREF="https://f.example/1" LASTMOD="2004-01-02T00:00"><TITLE>T</TITLE><ABSTRACT>A</ABSTRACT></ITEM></CHANNEL>`,
			want: map[string]string{"title": "T", "url": "https://f.example/1", "summary": "A", "updated": "2004-01-02T00:00:00Z", "feed.link": "https://f.example/", "format": "cdf"}},
		{name: "json 1.1", doc: `{"version":"https://jsonfeed.org/version/1.1","title":"F","home_page_url":"https://f.example/","language":"en-US","authors":[{"name":"Ed","url":"https://f.example/ed"}],"items":[{"id":"1","url":"/1","title":"a &amp; b","content_html":"<p>C</p>","summary":"S","image":"/i.png","date_published":"2004-01-01T00:00:00Z","tags":["x","y"],"attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg","size_in_bytes":5}]}]}`,
			o: Options{Base: "https://f.example/feed.json"},
			want: map[string]string{"title": "a & b", "url": "https://f.example/1", "id": "1", "content": "<p>C</p>", "summary": "S", "image": "https://f.example/i.png", "published": "2004-01-01T00:00:00Z",
				"categories": "x; y", "files": "https://f.example/a.mp3 audio/mpeg 5", "authors": "Ed<>https://f.example/ed", "lang": "en-us", "feed.lang": "en-US", "warnings": "", "format": "json"}},
		{name: "json 1.0 author", doc: `{"version":"https://jsonfeed.org/version/1","title":"F","items":[{"id":7,"content_text":"a < b","author":{"name":"Ed"}}]}`,
			want: map[string]string{"id": "7", "content": "a &lt; b", "authors": "Ed<>", "warnings": ""}},
		{name: "guid as permalink", doc: rss(`<guid>https://f.example/2</guid>`), want: map[string]string{"url": "https://f.example/2"}},
		{name: "guid is none", doc: rss(`<guid isPermaLink="false">https://f.example/2</guid>`), want: map[string]string{"url": "", "id": "https://f.example/2"}},
		{name: "feedburner", doc: `<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><item><link>https://p.example/x</link><feedburner:origLink>https://f.example/1</feedburner:origLink></item></channel></rss>`,
			want: map[string]string{"url": "https://f.example/1"}},
		{name: "atom link in rss", doc: `<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><atom:link rel="self" href="https://f.example/rss"/><link>https://f.example/</link><item><atom:link rel="alternate" href="https://f.example/1"/></item></channel></rss>`,
			want: map[string]string{"url": "https://f.example/1", "feed.link": "https://f.example/"}},
		{name: "content and description", doc: `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item><description>D</description><content:encoded><![CDATA[<p>C</p>]]></content:encoded></item></channel></rss>`,
			want: map[string]string{"summary": "D", "content": "<p>C</p>"}},
		{name: "undeclared prefixes", doc: rss(`<dc:creator>Ed</dc:creator><content:encoded>&lt;p&gt;C&lt;/p&gt;</content:encoded><media:thumbnail url="/t.jpg"/>`),
			want: map[string]string{"authors": "Ed<>", "content": "<p>C</p>", "image": "https://f.example/t.jpg"}},
		{name: "drawing with a prefix", doc: `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink"><entry xml:base="https://f.example/a/"><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">` +
			`<d:svg viewBox="0 0 300 90"><d:title>t</d:title><d:a l:href="b"><d:circle r="1"/></d:a><d:script>x</d:script></d:svg></div></content></entry></feed>`,
			want: map[string]string{"content": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 90"><title>t</title><a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://f.example/a/b"><circle r="1"></circle></a></svg>`}},
		{name: "undeclared prefixes of drawings and formulas", doc: atom(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><mml:math><mml:mi>x</mml:mi></mml:math><svg:svg><svg:rect/></svg:svg></div></content>`),
			want: map[string]string{"content": `<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math><svg xmlns="http://www.w3.org/2000/svg"><rect></rect></svg>`}},
		{name: "a prefix that is no drawing's", doc: atom(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml" xmlns:svg="http://x.example/"><svg:svg><svg:rect/>a</svg:svg></div></content>`), want: map[string]string{"content": "a"}},
		{name: "media group", doc: `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><entry><title>T</title><media:group><media:title>M</media:title><media:content url="https://f.example/v.mp4" type="video/mp4"/><media:thumbnail url="https://f.example/t.jpg"/><media:description>D</media:description></media:group></entry></feed>`,
			want: map[string]string{"title": "T", "summary": "D", "image": "https://f.example/t.jpg", "files": "https://f.example/v.mp4 video/mp4 "}},
		{name: "itunes", doc: `<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><itunes:author>C</itunes:author><itunes:image href="https://f.example/f.jpg"/><itunes:category text="News"><itunes:category text="Daily"/></itunes:category><item><title>T</title><itunes:author>Ed</itunes:author><itunes:summary>S</itunes:summary><itunes:keywords>a, b</itunes:keywords><itunes:image href="https://f.example/i.jpg"/></item></channel></rss>`,
			want: map[string]string{"authors": "Ed<>", "summary": "S", "categories": "a; b", "image": "https://f.example/i.jpg", "feed.author": "C", "feed.image": "https://f.example/f.jpg", "feed.categories": "News; Daily"}},
		{name: "feed image is no item's", doc: `<rss><channel><title>F</title><image><url>https://f.example/i.png</url><title>I</title><link>https://i.example/</link></image><item><title>T</title></item></channel></rss>`,
			want: map[string]string{"feed.title": "F", "feed.image": "https://f.example/i.png", "feed.link": "", "title": "T", "image": ""}},
		{name: "authors of the feed", doc: `<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Ed</name></author><entry><id>1</id></entry></feed>`, want: map[string]string{"authors": "Ed<>"}},
		{name: "authors of the source", doc: atom(`<source><author><name>So</name></author></source>`), want: map[string]string{"authors": "So<>"}},
		{name: "only updated", doc: atom(`<updated>2004-01-02T00:00:00Z</updated>`), want: map[string]string{"published": "2004-01-02T00:00:00Z", "certainty": "inferred"}},
		{name: "a day", doc: rss(`<pubDate>1 Jan 2004</pubDate>`), want: map[string]string{"published": "2004-01-01T00:00:00Z", "certainty": "day"}},
		{name: "no zone", doc: rss(`<pubDate>1 Jan 2004 10:00</pubDate>`), want: map[string]string{"certainty": "zone assumed", "warnings": "no zone"}},
		{name: "unknown zone", doc: rss(`<pubDate>1 Jan 2004 10:00 QQT</pubDate>`), want: map[string]string{"certainty": "zone assumed", "warnings": `"QQT" is unknown`}},
		{name: "a year nobody believes", doc: rss(`<pubDate>1679-01-01T00:00:00Z</pubDate>`), want: map[string]string{"published": "", "warnings": "not believed"}},
		{name: "html in names", doc: rss(`<dc:creator>&lt;a href="/ed"&gt;Ed&lt;/a&gt;</dc:creator><author>O&amp;#39;Brien &amp;amp; Co</author><category><![CDATA[Arts &amp; Life]]></category>`),
			want: map[string]string{"authors": "Ed<>; O'Brien & Co<>", "categories": "Arts & Life"}},
		{name: "items inside something of an item", doc: `<rss><channel><item><extra><item>no</item><item>no</item></extra><title>T</title></item></channel></rss>`, want: map[string]string{"title": "T", "warnings": ""}},
		{name: "a picture without a type", doc: rss(`<media:content url="https://f.example/p.JPG?w=1"/>`), want: map[string]string{"image": "https://f.example/p.JPG?w=1", "files": ""}},
		{name: "a relation in full", doc: atom(`<link rel="http://www.iana.org/assignments/relation/alternate" href="https://f.example/1"/>`), want: map[string]string{"url": "https://f.example/1"}},
		{name: "content elsewhere", doc: atom(`<content src="https://f.example/full" type="text/html"/>`), want: map[string]string{"url": "https://f.example/full"}},
		{name: "atom 0.3", doc: `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><tagline>G</tagline><modified>2004-01-03T00:00:00Z</modified><entry><title mode="escaped" type="text/html">a &lt;b&gt;c&lt;/b&gt;</title><content type="application/xhtml+xml" mode="xml"><p xmlns="http://www.w3.org/1999/xhtml">C</p></content><issued>2004-01-01T00:00:00Z</issued><modified>2004-01-02T00:00:00Z</modified></entry></feed>`,
			want: map[string]string{"title": "a c", "content": "<p>C</p>", "published": "2004-01-01T00:00:00Z", "updated": "2004-01-02T00:00:00Z", "feed.subtitle": "G", "feed.updated": "2004-01-03T00:00:00Z"}},
		{name: "base64", doc: atom(`<content type="application/octet-stream">PHA+QzwvcD4=</content>`), want: map[string]string{"content": "<p>C</p>"}},
		{name: "a picture in base64 is no text", doc: atom(`<title>T</title><content type="image/png">iVBORw0KGgo=</content>`), want: map[string]string{"content": "", "title": "T"}},
	} {
		t.Run(r.name, r.check)
	}
}

func TestTitles(t *testing.T) {
	for _, r := range []reading{
		{name: "rss html", doc: rss(`<title>&lt;b&gt;a&lt;/b&gt; &amp;amp; b</title>`), want: map[string]string{"title": "a & b"}},
		{name: "rss text", doc: rss(`<title>3 &lt; 4 &amp; so on</title>`), want: map[string]string{"title": "3 < 4 & so on"}},
		{name: "rss about html", doc: rss(`<title>The &lt;blink&gt; tag</title>`), want: map[string]string{"title": "The <blink> tag"}},
		{name: "rss markup", doc: rss(`<title>a <i>b</i> c</title>`), want: map[string]string{"title": "a b c"}},
		{name: "rss lines", doc: rss("<title>\n a\n   b </title>"), want: map[string]string{"title": "a b"}},
		{name: "atom text", doc: atom(`<title>&lt;b&gt;</title>`), want: map[string]string{"title": "<b>"}},
		{name: "atom html", doc: atom(`<title type="html">&lt;b&gt;x&lt;/b&gt; &amp;lt;y&amp;gt;</title>`), want: map[string]string{"title": "x <y>"}},
		{name: "atom xhtml", doc: atom(`<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a <em>b</em> &lt;c></div></title>`), want: map[string]string{"title": "a b <c>"}},
		{name: "atom prefixed xhtml", doc: atom(`<title type="xhtml"><h:div xmlns:h="http://www.w3.org/1999/xhtml">a <h:em>b</h:em></h:div></title>`), want: map[string]string{"title": "a b"}},
		{name: "atom formula", doc: atom(`<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml" xmlns:m="http://www.w3.org/1998/Math/MathML">a <m:math><m:mi>x</m:mi></m:math> b</div></title>`), want: map[string]string{"title": "a b"}},
		{name: "native before media", doc: rss(`<media:title>M</media:title><title>T</title>`), want: map[string]string{"title": "T"}},
	} {
		t.Run(r.name, r.check)
	}
}

func TestRepairs(t *testing.T) {
	const repaired = "not well-formed XML"
	for _, r := range []reading{
		{name: "junk before", doc: "Warning: x in y\n<br />\n" + rss(`<title>T</title>`), want: map[string]string{"title": "T"}},
		{name: "junk after", doc: rss(`<title>T</title>`) + "<script>x</script></html>", want: map[string]string{"title": "T"}},
		{name: "declaration late", doc: "\n\n<?xml version='1.0'?>" + rss(`<title>T</title>`), want: map[string]string{"title": "T", "warnings": ""}},
		{name: "bare ampersand", doc: rss(`<title>A&B &copy=1 &amp; C</title><link>https://f.example/?a=1&b=2</link>`), want: map[string]string{"title": "A&B &copy=1 & C", "url": "https://f.example/?a=1&b=2"}},
		{name: "bare less than", doc: rss(`<title>3 < 4</title>`), want: map[string]string{"title": "3 < 4", "warnings": repaired}},
		{name: "html entities", doc: rss(`<title>caf&eacute;&nbsp;&mdash; x</title>`), want: map[string]string{"title": "café — x"}},
		{name: "own entities", doc: `<!DOCTYPE rss [<!ENTITY who "Ed &amp; Al"><!ENTITY % p "x"><!ENTITY far SYSTEM "file:///etc/passwd">]>` + rss(`<title>&who;&far;</title>`), want: map[string]string{"title": "Ed & Al&far;"}},
		{name: "C1 references", doc: rss(`<title>&#147;a&#148;</title>`), want: map[string]string{"title": "“a”"}},
		{name: "surrogate pair", doc: rss(`<title>&#55357;&#56832;</title>`), want: map[string]string{"title": "😀"}},
		{name: "forbidden references", doc: rss(`<title>a&#1;b&#xFFFF;&#x110000;c</title>`), want: map[string]string{"title": "abc"}},
		{name: "forbidden characters", doc: rss("<title>a\x01b\x00c</title>"), want: map[string]string{"title": "abc"}},
		{name: "unquoted attributes", doc: rss(`<enclosure url=https://f.example/a.mp3 length=5 type=audio/mpeg>`), want: map[string]string{"files": "https://f.example/a.mp3 audio/mpeg 5", "warnings": repaired}},
		{name: "twice the same attribute", doc: atom(`<link href="https://f.example/1" href="https://f.example/2"/>`), want: map[string]string{"url": "https://f.example/1", "warnings": repaired}},
		{name: "unclosed html", doc: rss(`<description><p>a<br>b</description><title>T</title>`), want: map[string]string{"title": "T", "summary": "<p>a<br>b</p>"}},
		{name: "unclosed title", doc: rss(`<title>T<link>https://f.example/1</link>`), want: map[string]string{"title": "T", "url": "https://f.example/1", "warnings": repaired}},
		{name: "unclosed item", doc: `<rss><channel><item><title>T</title><item><title>U</title></item></channel></rss>`, want: map[string]string{"title": "T", "warnings": repaired}},
		{name: "wrong case", doc: `<RSS><Channel><Item><Title>T</title><PubDate>1 Jan 2004</pubdate></item></channel></RSS>`, want: map[string]string{"title": "T", "published": "2004-01-01T00:00:00Z"}},
		{name: "brackets in a text", doc: rss(`<description>a ]]&gt; b &lt;i&gt;c&lt;/i&gt;</description>`), want: map[string]string{"summary": "a ]]&gt; b <i>c</i>"}},
		{name: "comments in a text", doc: rss(`<title>a<!-- no -->b<?pi x?>c</title>`), want: map[string]string{"title": "abc", "warnings": ""}},
		{name: "cdata and text", doc: rss(`<title>a <![CDATA[<b>]]> &lt;c&gt;</title>`), want: map[string]string{"title": "a <b> <c>"}},
		{name: "json with a guard", doc: ")]}',\n" + `{"items":[{"id":"1","title":"T"}]}`, want: map[string]string{"title": "T", "warnings": "not well-formed JSON"}},
		{name: "json with commas", doc: `{"items":[{"id":"1","title":"T",},],}`, want: map[string]string{"title": "T"}},
		{name: "json with nulls", doc: `{"version":"https://jsonfeed.org/version/1","items":[null,{"id":"1","title":null,"authors":[null],"tags":[null,"a"],"content_text":"c"}]}`, want: map[string]string{"id": "1", "content": "c", "categories": "a"}},
		{name: "json with a tag as text", doc: `{"items":[{"id":"1","tags":"a,b","author":"Ed","title":5}]}`, want: map[string]string{"categories": "a; b", "authors": "Ed<>", "title": "5"}},
		{name: "json with line breaks", doc: "{\"items\":[{\"id\":\"1\",\"title\":\"a\nb\"}]}", want: map[string]string{"title": "a b"}},
	} {
		t.Run(r.name, r.check)
	}
}

func TestNamespacesAndRoots(t *testing.T) {
	for _, r := range []reading{
		{name: "atom root of an unknown namespace", doc: `<feed xmlns="http://x.example/atom-to-be"><entry><title>T</title></entry></feed>`, want: map[string]string{"title": "T"}},
		{name: "atom with a prefix", doc: `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>T</a:title><a:link href="https://f.example/1"/></a:entry></a:feed>`, want: map[string]string{"title": "T", "url": "https://f.example/1"}},
		{name: "atom without a namespace", doc: `<feed><entry><title>T</title></entry></feed>`, want: map[string]string{"title": "T"}},
		{name: "default namespace on rss", doc: `<rss xmlns="http://x.example/ns"><channel><item><title>T</title></item></channel></rss>`, want: map[string]string{"title": "T"}},
		{name: "rss in the namespace of atom", doc: `<rss xmlns="http://www.w3.org/2005/Atom"><channel><item><title>T</title><link>https://f.example/1</link></item></channel></rss>`, want: map[string]string{"title": "T", "url": "https://f.example/1"}},
		{name: "another prefix for dublin core", doc: `<rss xmlns:q="http://purl.org/dc/elements/1.1/"><channel><item><q:creator>Ed</q:creator></item></channel></rss>`, want: map[string]string{"authors": "Ed<>"}},
		{name: "a prefix that lies", doc: `<rss xmlns:dc="http://x.example/other"><channel><item><title>T</title><dc:title>no</dc:title><dc:creator>no</dc:creator></item></channel></rss>`, want: map[string]string{"title": "T", "authors": ""}},
		{name: "an entry alone", doc: `<entry xmlns="http://www.w3.org/2005/Atom"><title>T</title></entry>`, want: map[string]string{"title": "T", "format": "atom"}},
		{name: "a channel alone", doc: `<channel><title>F</title><item><title>T</title></item></channel>`, want: map[string]string{"title": "T", "feed.title": "F", "format": "rss"}},
		{name: "items beside the channel", doc: `<rss><channel><title>F</title></channel><item><title>T</title></item></rss>`, want: map[string]string{"title": "T", "feed.title": "F"}},
		{name: "items in something", doc: `<rss><channel><title>F</title><items><item><title>T</title></item></items></channel></rss>`, want: map[string]string{"title": "T"}},
	} {
		t.Run(r.name, r.check)
	}
}

func TestBases(t *testing.T) {
	const link = `<a href="1.html">x</a>`
	esc := strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(link)
	for _, c := range []struct {
		name, doc, base, want string
	}{
		{"the document", rss(`<description>` + esc + `</description>`), "https://d.example/a/feed", "https://d.example/a/1.html"},
		{"the site", rss(`<description>` + esc + `</description>`), "", "https://f.example/1.html"},
		{"xml:base of the feed", `<feed xml:base="https://b.example/x/"><entry><content type="html">` + esc + `</content></entry></feed>`, "https://d.example/", "https://b.example/x/1.html"},
		{"a chain", `<feed xml:base="https://b.example/x/"><entry xml:base="y/"><content type="html" xml:base="z/">` + esc + `</content></entry></feed>`, "", "https://b.example/x/y/z/1.html"},
		{"relative to the document", `<feed xml:base="/x/"><entry><content type="html">` + esc + `</content></entry></feed>`, "https://d.example/q/feed", "https://d.example/x/1.html"},
		{"only its own element", `<feed><title xml:base="https://no.example/">t</title><entry><content type="html">` + esc + `</content></entry></feed>`, "https://d.example/", "https://d.example/1.html"},
		{"inside markup", `<feed xml:base="https://b.example/"><entry><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p xml:base="in/">` + link + `</p></div></content></entry></feed>`, "", "https://b.example/in/1.html"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := read(t, c.doc, Options{Base: c.base})
			it := d.Entries[0].Item()
			if html := it.HTML(); !strings.Contains(html, `href="`+c.want+`"`) {
				t.Errorf("%s has no %s", html, c.want)
			}
		})
	}
}

// encoded is s in another encoding.
func encoded(t *testing.T, name, s string) string {
	t.Helper()
	enc, err := lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := enc.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCharsets(t *testing.T) {
	doc := func(decl, title string) string {
		return `<?xml version="1.0"` + decl + `?><rss><channel><item><title>` + title + `</title></item></channel></rss>`
	}
	wide := func(order string, s string) string {
		var b strings.Builder
		for _, r := range s {
			if order == "le" {
				b.WriteString(string([]byte{byte(r), byte(r >> 8)}))
			} else {
				b.WriteString(string([]byte{byte(r >> 8), byte(r)}))
			}
		}
		return b.String()
	}
	russian1251 := "\xCF\xEE\xF0\xF2 \xEE\xF2\xEA\xF0\xFB\xEB\xE8 \xEF\xEE\xF1\xEB\xE5 \xF0\xE5\xEC\xEE\xED\xF2\xE0"
	russianKOI8 := "\xF0\xCF\xD2\xD4 \xCF\xD4\xCB\xD2\xD9\xCC\xC9 \xD0\xCF\xD3\xCC\xC5 \xD2\xC5\xCD\xCF\xCE\xD4\xC1"
	for _, r := range []reading{
		{name: "utf-8", doc: doc("", "é"), want: map[string]string{"title": "é", "charset": "utf-8", "warnings": ""}},
		{name: "mark", doc: "\xEF\xBB\xBF" + doc(` encoding="iso-8859-1"`, "é"), want: map[string]string{"title": "é", "charset": "utf-8"}},
		{name: "utf-16 with a mark", doc: "\xFF\xFE" + wide("le", doc(` encoding="utf-16"`, "é")), want: map[string]string{"title": "é", "charset": "utf-16le"}},
		{name: "utf-16 without", doc: wide("be", doc("", "é")), want: map[string]string{"title": "é", "charset": "utf-16be"}},
		{name: "utf-8 that says utf-16", doc: doc(` encoding="utf-16"`, "é"), want: map[string]string{"title": "é", "charset": "utf-8"}},
		{name: "latin 1", doc: doc(` encoding="ISO-8859-1"`, "\xE9 \x93x\x94"), want: map[string]string{"title": "é “x”", "charset": "windows-1252", "warnings": ""}},
		{name: "utf-8 that says latin 1", doc: doc(` encoding="ISO-8859-1"`, "é"), want: map[string]string{"title": "é", "charset": "utf-8", "warnings": "but is UTF-8"}},
		{name: "header", doc: doc("", "\xE9"), o: Options{ContentType: "text/xml; charset=iso-8859-2"}, want: map[string]string{"title": "é", "charset": "iso-8859-2"}},
		{name: "header that does not fit", doc: doc(` encoding="windows-1251"`, "\xEF\xF0\xE8\xE2\xE5\xF2"), o: Options{ContentType: `text/xml; charset="utf-8"`}, want: map[string]string{"title": "привет", "charset": "windows-1251"}},
		{name: "unknown", doc: doc(` encoding="martian"`, "é"), want: map[string]string{"title": "é", "warnings": `"martian" is unknown`}},
		{name: "configured", doc: doc(` encoding="utf-8"`, russianKOI8), o: Options{Charset: "koi8-r"}, want: map[string]string{"title": "Порт открыли после ремонта", "charset": "koi8-r"}},
		{name: "undeclared 1251", doc: doc("", russian1251), want: map[string]string{"title": "Порт открыли после ремонта", "charset": "windows-1251", "warnings": "does not say how it is encoded"}},
		{name: "undeclared koi8", doc: doc("", russianKOI8), want: map[string]string{"title": "Порт открыли после ремонта", "charset": "koi8-r"}},
		{name: "undeclared shift_jis", doc: doc("", encoded(t, "shift_jis", "港の新しい岸壁がきのう開かれました")), want: map[string]string{"title": "港の新しい岸壁がきのう開かれました", "charset": "shift_jis"}},
		{name: "undeclared euc-jp", doc: doc("", encoded(t, "euc-jp", "港の新しい岸壁がきのう開かれました")), want: map[string]string{"title": "港の新しい岸壁がきのう開かれました", "charset": "euc-jp"}},
		{name: "undeclared euc-kr", doc: doc("", encoded(t, "euc-kr", "항구의 새 부두가 어제 문을 열었습니다")), want: map[string]string{"title": "항구의 새 부두가 어제 문을 열었습니다", "charset": "euc-kr"}},
		{name: "undeclared gbk", doc: doc("", encoded(t, "gbk", "港口的新码头在昨天开放了，这是我们国家最大的")), want: map[string]string{"title": "港口的新码头在昨天开放了，这是我们国家最大的", "charset": "gbk"}},
		{name: "undeclared big5", doc: doc("", encoded(t, "big5", "港口的新碼頭在昨天開放了，這是我們國家最大的")), want: map[string]string{"title": "港口的新碼頭在昨天開放了，這是我們國家最大的", "charset": "big5"}},
		{name: "undeclared greek", doc: doc("", encoded(t, "windows-1253", "Η νέα προβλήτα στο λιμάνι άνοιξε χθες")), want: map[string]string{"title": "Η νέα προβλήτα στο λιμάνι άνοιξε χθες", "charset": "windows-1253"}},
		{name: "undeclared hebrew", doc: doc("", encoded(t, "windows-1255", "הרציף החדש בנמל נפתח אתמול")), want: map[string]string{"title": "הרציף החדש בנמל נפתח אתמול", "charset": "windows-1255"}},
		{name: "undeclared arabic", doc: doc("", encoded(t, "windows-1256", "افتتح الرصيف الجديد في الميناء امس")), want: map[string]string{"title": "افتتح الرصيف الجديد في الميناء امس", "charset": "windows-1256"}},
		{name: "undeclared thai", doc: doc("", encoded(t, "windows-874", "ท่าเรือใหม่เปิดเมื่อวานนี้")), want: map[string]string{"title": "ท่าเรือใหม่เปิดเมื่อวานนี้", "charset": "windows-874"}},
		{name: "undeclared french", doc: doc("", encoded(t, "windows-1252", "Le nouveau quai a été inauguré à l'île d'Aurèle, où l'été s'achève")), want: map[string]string{"title": "Le nouveau quai a été inauguré à l'île d'Aurèle, où l'été s'achève", "charset": "windows-1252"}},
		{name: "undeclared polish", doc: `<rss><channel><language>pl</language><item><title>` + encoded(t, "windows-1250", "Otwarto nowe nabrzeże, mówią że służy łodziom") + `</title></item></channel></rss>`, want: map[string]string{"title": "Otwarto nowe nabrzeże, mówią że służy łodziom", "charset": "windows-1250"}},
		{name: "one bad byte", doc: doc(` encoding="utf-8"`, "naïve café d\xE9jà vu"), want: map[string]string{"title": "naïve café déjà vu", "warnings": "windows-1252"}},
		{name: "shift_jis", doc: doc(` encoding="Shift_JIS"`, "\x93\xFA\x96\x7B"), want: map[string]string{"title": "日本", "charset": "shift_jis"}},
		{name: "gb2312", doc: doc(` encoding="gb2312"`, "\xD6\xD0\xB9\xFA"), want: map[string]string{"title": "中国", "charset": "gbk"}},
		{name: "iso-2022-jp", doc: doc(` encoding="iso-2022-jp"`, "\x1B$BF|K\\\x1B(B"), want: map[string]string{"title": "日本", "charset": "iso-2022-jp"}},
		{name: "C1 controls", doc: doc("", "\u0093x\u0094"), want: map[string]string{"title": "“x”"}},
	} {
		t.Run(r.name, r.check)
	}
}

func TestNotFeeds(t *testing.T) {
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"nothing":     {"", ErrEmpty},
		"white space": {" \n\t", ErrEmpty},
		"a mark":      {"\xEF\xBB\xBF", ErrEmpty},
		"a web page":  {"<!doctype html><html><head><title>x</title></head><body><item>x</item></body></html>", ErrNotFeed},
		"text":        {"hello", ErrNotFeed},
		"opml":        {"<opml><body><outline/></body></opml>", ErrNotFeed},
		"a sitemap":   {`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>x</loc></url></urlset>`, ErrNotFeed},
		"some json":   {`{"a":1}`, ErrNotFeed},
		"a picture":   {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ErrNotFeed},
	} {
		t.Run(name, func(t *testing.T) {
			if d, err := Parse([]byte(c.doc), Options{}); !errors.Is(err, c.want) {
				t.Fatalf("got %v, %v", d, err)
			}
		})
	}
}

// A document that is cut anywhere gives only items that are as in the whole document, and says that it ends early.
func TestTruncation(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>F</title>`)
	for i := range 4 {
		n := string(rune('a' + i))
		b.WriteString(`<item><title>T` + n + `</title><link>https://f.example/` + n + `?x=1&amp;y=2</link><guid>` + n + `</guid><description><![CDATA[<p>` + n + ` "q"</p>]]></description><content:encoded>&lt;p&gt;` + n + `&lt;/p&gt;</content:encoded></item>`)
	}
	b.WriteString("</channel></rss>")
	json := `{"version":"https://jsonfeed.org/version/1.1","title":"F","items":[{"id":"a","title":"A","content_html":"<p>a \"q\"</p>"},{"id":"b","tags":["x","y"],"title":"B"}]}`
	for name, doc := range map[string]string{"rss": b.String(), "json": json} {
		whole := read(t, doc, Options{})
		for cut := range len(doc) {
			d, err := Parse([]byte(doc[:cut]), Options{Now: dateNow})
			if err != nil {
				continue
			}
			if !d.Truncated && len(d.Entries) < len(whole.Entries) && cut > 160 {
				t.Fatalf("%s cut at %d is not flagged: …%s", name, cut, doc[max(0, cut-20):cut])
			}
			for i, e := range d.Entries {
				if e.Fingerprint() != whole.Entries[i].Fingerprint() {
					t.Fatalf("%s cut at %d: item %d is not complete: %+v", name, cut, i, e)
				}
			}
		}
	}
}

func TestIdentity(t *testing.T) {
	item := func(s string) string { return "<item>" + s + "</item>" }
	d := read(t, "<rss><channel>"+
		item(`<guid>g1</guid><link>https://f.example/1</link>`)+
		item(`<link>HTTPS://F.example:443/2?utm_source=x&amp;b=1</link><title>b</title>`)+
		item(`<title>no link</title><description>d</description>`)+
		item(`<guid>same</guid><link>https://f.example/4</link>`)+
		item(`<guid>same</guid><link>https://f.example/5</link>`)+
		item(`<guid>g6</guid><link>https://f.example/6</link><pubDate>1 Jan 2004</pubDate><title>old</title>`)+
		item(`<guid>g6</guid><link>https://f.example/6</link><pubDate>2 Jan 2004</pubDate><title>new</title>`)+
		"</channel></rss>", Options{})
	if len(d.Entries) != 6 {
		t.Fatalf("%d entries", len(d.Entries))
	}
	want := []string{"g1", "https://f.example/2?b=1", "", "https://f.example/4", "https://f.example/5", "g6"}
	for i, w := range want {
		got := d.Entries[i].Identity()
		if w == "" {
			if !strings.HasPrefix(got, "text:") || len(got) != len("text:")+32 {
				t.Errorf("entry %d is known by %q", i, got)
			}
			continue
		}
		if got != w {
			t.Errorf("entry %d is known by %q, want %q", i, got, w)
		}
	}
	if title := d.Entries[5].Item().Title; title != "new" {
		t.Errorf("of two states %q is kept", title)
	}
	if w := strings.Join(d.Warnings, "; "); !strings.Contains(w, "shared by several") || !strings.Contains(w, "twice") {
		t.Errorf("warnings: %s", w)
	}
}

// A fingerprint changes with everything a publisher can say about an item, and with nothing else.
func TestFingerprint(t *testing.T) {
	base := `<title>T</title><link>https://f.example/1</link><description>D</description><pubDate>1 Jan 2004</pubDate><author>Ed</author><category>c</category>`
	print := func(doc string) uint64 { return read(t, doc, Options{}).Entries[0].Fingerprint() }
	same := print(rss(base))
	for name, doc := range map[string]string{
		"another feed title": strings.Replace(rss(base), "<title>F", "<title>G", 1),
		"another base":       rss(base),
		"spaces":             strings.ReplaceAll(rss(base), "><", ">\n<"),
		"cdata":              strings.Replace(rss(base), ">D<", "><![CDATA[D]]><", 1),
	} {
		if print(doc) != same {
			t.Errorf("%s changes the fingerprint", name)
		}
	}
	for _, change := range [][2]string{{">T<", ">U<"}, {">D<", ">E<"}, {"/1<", "/2<"}, {"1 Jan", "2 Jan"}, {">Ed<", ">Al<"}, {">c<", ">d<"}} {
		if print(rss(strings.Replace(base, change[0], change[1], 1))) == same {
			t.Errorf("%s does not change the fingerprint", change[1])
		}
	}
}

func TestPace(t *testing.T) {
	d := read(t, `<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><ttl>90</ttl><sy:updatePeriod>daily</sy:updatePeriod><skipHours><hour>0</hour><hour>24</hour><hour>x</hour><hour>7</hour></skipHours><skipDays><day>Sunday</day><day>monday</day></skipDays></channel></rss>`, Options{})
	if d.TTL != 90*time.Minute || len(d.SkipHours) != 3 || d.SkipHours[2] != 7 || len(d.SkipDays) != 2 || d.SkipDays[1] != time.Monday {
		t.Errorf("ttl %s, hours %v, days %v", d.TTL, d.SkipHours, d.SkipDays)
	}
	d = read(t, `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency></channel></rdf:RDF>`, Options{})
	if d.TTL != 6*time.Hour {
		t.Errorf("ttl %s", d.TTL)
	}
}

func TestX01_X03_X09_WhatAFeedSaysIsHarmless(t *testing.T) {
	d := read(t, `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">&lt;script&gt;x&lt;/script&gt;T</title><link href="javascript:alert(1)"/><link rel="enclosure" href="data:text/html,x"/><author><name>E</name><uri>javascript:x</uri></author>`+
		`<content type="html">&lt;p onclick="x"&gt;a&lt;script&gt;b&lt;/script&gt;&lt;a href="javascript:x"&gt;c&lt;/a&gt;&lt;/p&gt;</content></entry></feed>`, Options{Base: "https://f.example/"})
	it := d.Entries[0].Item()
	if it.URL != "" || len(it.Enclosures) > 0 || it.Title != "T" || it.Authors[0].URI != "" {
		t.Errorf("%+v", it)
	}
	if strings.Contains(it.Content, "script") || strings.Contains(it.Content, "onclick") {
		t.Errorf("content %s", it.Content)
	}
}

// Bytes that are markup only in another character set than the document's never become markup.
func TestX07_CharsetTricks(t *testing.T) {
	utf7 := "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"
	wide := "<\x00s\x00c\x00r\x00i\x00p\x00t\x00>\x00x\x00"
	for _, declared := range []string{"", ` encoding="utf-7"`, ` encoding="UTF-7"`, ` encoding="unicode-1-1-utf-7"`, ` encoding="utf-16"`, ` encoding="hz-gb-2312"`, ` encoding="iso-2022-kr"`} {
		for _, body := range []string{utf7, wide, "\xbcscript\xbealert(1)\xbc/script\xbe", "\x1b$B\x1b(B<script>x</script>", "\xc0\xbcscript\xc0\xbe", "~{<script>~}x"} {
			for _, header := range []string{"", "text/xml; charset=utf-7", "text/xml; charset=x-user-defined"} {
				doc := `<?xml version="1.0"` + declared + `?><rss version="2.0"><channel><title>F</title><item><title>T</title><description><![CDATA[<p>` + body + `</p>]]></description></item></channel></rss>`
				d, err := Parse([]byte(doc), Options{Now: dateNow, ContentType: header})
				if err != nil {
					continue // refused is harmless
				}
				for _, e := range d.Entries {
					it := e.Item()
					for _, text := range []string{it.Summary, it.Content} {
						if strings.Contains(strings.ToLower(text), "<script") || !utf8.ValidString(text) {
							t.Errorf("declared %q, header %q: %q became %q", declared, header, body, text)
						}
					}
				}
			}
		}
	}
}

// JSON Feed 1.1, "content_text": it is plain text, so what looks like markup in it is shown as it is.
func TestX08_ContentTextIsText(t *testing.T) {
	d := read(t, `{"version":"https://jsonfeed.org/version/1.1","title":"F","items":[{"id":"1","content_text":"<b>3 < 4</b> <script>alert(1)</script>"}]}`, Options{})
	it := d.Entries[0].Item()
	if strings.Contains(it.Content, "<b>") || strings.Contains(it.Content, "<script") {
		t.Errorf("content %q has markup", it.Content)
	}
	if !strings.Contains(it.Content, "&lt;b&gt;3 &lt; 4&lt;/b&gt;") {
		t.Errorf("content %q does not show the text as it is", it.Content)
	}
}

func TestPersons(t *testing.T) {
	for in, want := range map[string]news.Person{
		"ed@f.example (Ed Reed)":            {Name: "Ed Reed", Email: "ed@f.example"},
		"Ed Reed (ed@f.example)":            {Name: "Ed Reed", Email: "ed@f.example"},
		"Ed Reed <ed@f.example>":            {Name: "Ed Reed", Email: "ed@f.example"},
		`"Reed, Ed" <mailto:ed@f.example>`:  {Name: "Reed, Ed", Email: "ed@f.example"},
		"ed@f.example":                      {Email: "ed@f.example"},
		"mailto:ed@f.example":               {Email: "ed@f.example"},
		"ed@f.example Ed Reed":              {Name: "Ed Reed", Email: "ed@f.example"},
		"Ed Reed, ed@f.example":             {Name: "Ed Reed", Email: "ed@f.example"},
		"Ed Reed (Port Ellery)":             {Name: "Ed Reed (Port Ellery)"},
		"@edreed":                           {Name: "@edreed"},
		"  Ed \n Reed ":                     {Name: "Ed Reed"},
		"ed@f.example (al@f.example)":       {Name: "ed@f.example", Email: "al@f.example"},
		"a@f.example, b@f.example (Ed, Al)": {Name: "a@f.example, b@f.example (Ed, Al)"},
	} {
		if got := parsePerson(in); got != want {
			t.Errorf("%q: got %+v, want %+v", in, got, want)
		}
	}
}

// No snapshot of a real feed is lost, and none gives fewer items than gofeed alone finds.
func TestSnapshots(t *testing.T) {
	for _, d := range corpus(t, snapshots) {
		got, err := Parse(d.data, Options{Now: dateNow})
		if err != nil {
			t.Errorf("%s: %v", d.name, err)
			continue
		}
		if plain, err := plainGofeed(d.data); err == nil && len(plain.Items) > len(got.Entries) {
			if w := strings.Join(got.Warnings, "; "); !strings.Contains(w, "twice") && !got.Truncated {
				t.Errorf("%s: %d entries, gofeed alone finds %d (%s)", d.name, len(got.Entries), len(plain.Items), w)
			}
		}
		for _, e := range got.Entries {
			it := e.Item()
			if !utf8.ValidString(it.Title+it.Summary+it.Content+it.Identity) || strings.ContainsAny(it.Title, "\n\x00") {
				t.Errorf("%s: item %q is not clean", d.name, it.Identity)
			}
		}
	}
}

// checkNormal holds a clean document against its promise: strict XML that gofeed reads item by item.
func checkNormal(t *testing.T, n *Normalized) {
	t.Helper()
	if n.Format == "json" {
		return // the mapper counts
	}
	body, err := io.ReadAll(n.Reader())
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(string(body)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("not well formed: %v\n%.2000s", err, body)
		}
	}
	items := 0
	if n.tail == atomTail {
		f, err := (&gofeedatom.Parser{}).Parse(n.Reader())
		if err != nil {
			t.Fatalf("gofeed: %v", err)
		}
		items = len(f.Entries)
	} else {
		f, err := (&gofeedrss.Parser{}).Parse(n.Reader())
		if err != nil {
			t.Fatalf("gofeed: %v", err)
		}
		items = len(f.Items)
	}
	if items != n.Items() {
		t.Fatalf("%d items, gofeed reads %d\n%.2000s", n.Items(), items, body)
	}
}

// seeds are documents to start from: all the small ones of the hostile, and one of each kind.
func seeds(f *testing.F) {
	for _, doc := range hostile(400) {
		f.Add([]byte(doc()))
	}
	f.Add([]byte(rss(`<title>T</title><link>/1</link><description>&lt;b&gt;x&lt;/b&gt;</description><pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate>`)))
	f.Add([]byte(atom(`<id>1</id><content type="xhtml" xml:base="x/"><div xmlns="http://www.w3.org/1999/xhtml"><a href="y">z</a></div></content>`)))
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","authors":[{"name":"E"}],"tags":["a"],"attachments":[{"url":"u"}]}]}`))
	f.Add([]byte("\xFF\xFE<\x00r\x00s\x00s\x00>\x00"))
	f.Add([]byte("<rss><channel><item><title>a<![CDATA[b]]>&#x1F600;</item><item xmlns='x' a=b c='\"'>"))
}

func FuzzNormalize(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Normalize(data, Options{Base: "https://f.example/", Now: dateNow})
		if err == nil {
			checkNormal(t, n)
		}
	})
}

// Whatever comes in, Parse answers with a document whose items are clean, or with one of its errors; twice the same.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data, Options{Base: "https://f.example/", Now: dateNow})
		if err != nil {
			if !errors.Is(err, ErrNotFeed) && !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrTooLarge) {
				t.Fatal(err)
			}
			if strings.Contains(err.Error(), "gofeed") {
				t.Fatalf("gofeed cannot read what was normalised: %v", err)
			}
			return
		}
		again, err := Parse(data, Options{Base: "https://f.example/", Now: dateNow})
		if err != nil || len(again.Entries) != len(d.Entries) {
			t.Fatalf("the second time: %v", err)
		}
		for i, e := range d.Entries {
			if e.Fingerprint() != again.Entries[i].Fingerprint() || e.Identity() != again.Entries[i].Identity() {
				t.Fatalf("entry %d is not the same twice", i)
			}
			it := e.Item()
			for _, s := range []string{it.Title, it.Summary, it.Content, it.Identity, it.URL, it.Rights, it.Lang} {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Fatalf("%q is not clean", s)
				}
			}
			if strings.ContainsAny(it.Title, "\n\r\t") || it.Identity == "" {
				t.Fatalf("title %q, identity %q", it.Title, it.Identity)
			}
		}
	})
}
