package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// format is a feed format.
type format uint8

const (
	rss format = iota
	atom
	rdf
	jsonFeed
)

// formatOf spreads the formats as they are met: mostly RSS.
func formatOf(at float64) format {
	switch {
	case at < 0.62:
		return rss
	case at < 0.84:
		return atom
	case at < 0.92:
		return rdf
	}
	return jsonFeed
}

func (f format) suffix() string { return [...]string{".rss", ".atom", ".rdf", ".json"}[f] }

func (f format) contentType() string {
	return [...]string{"application/rss+xml; charset=utf-8", "application/atom+xml", "application/rdf+xml", "application/feed+json"}[f]
}

// style is how an outlet sets a text. Whatever it is, the words are the same.
type style struct {
	curly   bool // quotes and apostrophes
	dashes  bool // an em dash for " - "
	nbsp    bool // no-break spaces after short words
	soft    bool // soft hyphens in long words
	markup  int  // paragraphs as <p>, <div>, or line breaks
	image   bool
	linked  bool
	heading uint32 // which headline the outlet gave it
}

func styleOf(r *rand.Rand) style {
	return style{
		curly: r.IntN(2) == 0, dashes: r.IntN(2) == 0, nbsp: r.IntN(4) == 0, soft: r.IntN(8) == 0,
		markup: r.IntN(4), image: r.IntN(3) == 0, linked: r.IntN(2) == 0, heading: r.Uint32(),
	}
}

// typeset applies the typography to a plain paragraph.
func (s style) typeset(p string) string {
	if s.curly {
		p = curl(p)
	}
	if s.dashes {
		p = strings.ReplaceAll(p, " - ", "—")
	}
	if s.nbsp {
		p = strings.NewReplacer(" a ", " a\u00a0", " in ", " in\u00a0", " of ", " of\u00a0").Replace(p)
	}
	if s.soft {
		p = strings.ReplaceAll(p, "ation", "a\u00adtion")
	}
	return p
}

// curl turns straight quotes into typographic ones.
func curl(p string) string {
	var b strings.Builder
	b.Grow(len(p) + 16)
	open := false
	for _, c := range p {
		switch {
		case c == '"' && !open:
			b.WriteRune('“')
			open = true
		case c == '"':
			b.WriteRune('”')
			open = false
		case c == '\'':
			b.WriteRune('’')
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// entry is an item ready to be written in some format.
type entry struct {
	*item
	title, summary, html string
}

// entry sets an item's text.
func (c *corpus) entry(it *item) entry {
	s := c.lex.write(c.plan.Seed, it.text, c.plan.TextBytes)
	e := entry{item: it, title: s.title}
	if it.copy {
		w := writer{r: rand.New(rand.NewPCG(c.plan.Seed, uint64(it.style.heading))), l: c.lex, t: s.tongue}
		e.title = w.headline()
		if c.plan.Edited {
			s.paragraphs = w.rework(s.paragraphs)
		}
	}
	e.title = it.style.typeset(e.title)
	var b strings.Builder
	open, end := [...]string{"<p>", "<div>", "", "<p>"}[it.style.markup], [...]string{"</p>\n", "</div>", "<br /><br />\n", "</p>"}[it.style.markup]
	if it.style.image {
		fmt.Fprintf(&b, `<img src="%s.jpg" width="640" height="360" alt="" />`, it.url)
	}
	for i, p := range s.paragraphs {
		p = escape(it.style.typeset(p))
		if first, rest, ok := strings.Cut(p, " "); ok && i == 1 && it.style.linked {
			p = `<a href="` + it.url + `#more">` + first + "</a> " + rest
		}
		b.WriteString(open + p + end)
	}
	e.html = b.String()
	e.summary, _, _ = strings.Cut(it.style.typeset(s.paragraphs[0]), ". ")
	return e
}

// rework makes of a text what another outlet prints of it: the same, its first half or more, something before or behind
// it, another paragraph in the place of one. At least half of what is printed is the text.
func (w *writer) rework(text []string) []string {
	own := w.paragraph(250)
	switch n := len(text); w.r.IntN(5) {
	case 0:
		return text[:(n+1)/2+w.r.IntN(n/2+1)]
	case 1:
		return append([]string{own}, text...)
	case 2:
		return append(slices.Clip(text), own)
	case 3:
		if n > 2 {
			out := slices.Clone(text)
			out[w.r.IntN(n)] = own
			return out
		}
	}
	return text
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// document writes a feed with the given entries, newest first.
func (c *corpus) document(f *feed, items []int) []byte {
	entries := make([]entry, 0, len(items))
	for i := len(items) - 1; i >= 0; i-- {
		entries = append(entries, c.entry(&c.items[items[i]]))
	}
	var b bytes.Buffer
	switch f.format {
	case atom:
		writeAtom(&b, f, entries)
	case rdf:
		writeRDF(&b, f, entries)
	case jsonFeed:
		writeJSONFeed(&b, f, entries)
	default:
		writeRSS(&b, f, entries)
	}
	return b.Bytes()
}

// language puts the feed's language into a format, if the feed states it.
func (f *feed) language(format string) string {
	if !f.stated {
		return ""
	}
	return fmt.Sprintf(format, tongues()[f.tongue].code)
}

func writeRSS(b *bytes.Buffer, f *feed, entries []entry) {
	fmt.Fprintf(b, "%s<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel><title>%s</title><link>%s/</link><description>All of %s</description>%s<ttl>30</ttl>\n",
		xml.Header, escape(f.title), f.site, escape(f.title), f.language("<language>%s</language>"))
	for i, e := range entries {
		fmt.Fprintf(b, "<item><title>%s</title><link>%s</link><guid isPermaLink=\"false\">%s</guid><pubDate>%s</pubDate><dc:creator>Desk</dc:creator>",
			escape(e.title), e.url, e.guid, e.published.Format(time.RFC1123Z))
		if i%4 == 0 { // some put the whole text here
			fmt.Fprintf(b, "<description>%s</description></item>\n", escape(e.html))
			continue
		}
		fmt.Fprintf(b, "<description>%s</description><content:encoded><![CDATA[%s]]></content:encoded></item>\n", escape(e.summary), e.html)
	}
	b.WriteString("</channel></rss>\n")
}

func writeAtom(b *bytes.Buffer, f *feed, entries []entry) {
	fmt.Fprintf(b, "%s<feed xmlns=\"http://www.w3.org/2005/Atom\"%s><title>%s</title><id>%s/feed</id><link href=\"%s/\"/><updated>%s</updated>\n",
		xml.Header, f.language(` xml:lang="%s"`), escape(f.title), f.site, f.site, entries[0].published.Format(time.RFC3339))
	for _, e := range entries {
		at := e.published.Format(time.RFC3339)
		fmt.Fprintf(b, "<entry><title>%s</title><id>%s</id><link rel=\"alternate\" href=%q/><published>%s</published><updated>%s</updated><author><name>Desk</name></author><summary>%s</summary><content type=\"html\">%s</content></entry>\n",
			escape(e.title), e.guid, e.url, at, at, escape(e.summary), escape(e.html))
	}
	b.WriteString("</feed>\n")
}

func writeRDF(b *bytes.Buffer, f *feed, entries []entry) {
	fmt.Fprintf(b, "%s<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n<channel rdf:about=\"%s/\"><title>%s</title><link>%s/</link><description>All</description></channel>\n",
		xml.Header, f.site, escape(f.title), f.site)
	for _, e := range entries {
		fmt.Fprintf(b, "<item rdf:about=%q><title>%s</title><link>%s</link><dc:date>%s</dc:date><description>%s</description><content:encoded>%s</content:encoded></item>\n",
			e.guid, escape(e.title), e.url, e.published.Format(time.RFC3339), escape(e.summary), escape(e.html))
	}
	b.WriteString("</rdf:RDF>\n")
}

func writeJSONFeed(b *bytes.Buffer, f *feed, entries []entry) {
	type jsonItem struct {
		ID        string `json:"id"`
		URL       string `json:"url"`
		Title     string `json:"title"`
		Summary   string `json:"summary"`
		HTML      string `json:"content_html"`
		Published string `json:"date_published"`
	}
	doc := struct {
		Version string     `json:"version"`
		Title   string     `json:"title"`
		Home    string     `json:"home_page_url"`
		Feed    string     `json:"feed_url"`
		Lang    string     `json:"language,omitempty"`
		Items   []jsonItem `json:"items"`
	}{Version: "https://jsonfeed.org/version/1.1", Title: f.title, Home: f.site + "/", Feed: f.url, Lang: f.language("%s")}
	for _, e := range entries {
		doc.Items = append(doc.Items, jsonItem{e.guid, e.url, e.title, e.summary, e.html, e.published.Format(time.RFC3339)})
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		panic(err) // strings only: cannot happen
	}
}
