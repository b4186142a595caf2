package digest

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"

	"mediawatch/news"
	"mediawatch/text"
)

// Tells reports whether a rendered edition shows an item in one of its revisions: its headline as a text of its own, its address, or its
// page. A headline that is only part of another one does not count.
func Tells(rendered []byte, revisions []news.Item) bool {
	shown, addresses := make(map[string]bool), make(map[string]bool)
	var pages []string
	for i := range revisions {
		it := &revisions[i]
		if it.ID.IsZero() {
			continue
		}
		shown[headlineOf(it)] = true
		addresses[webAddress(it)] = true
		pages = append(pages, "/items/"+it.ID.String())
	}
	delete(addresses, "")
	delete(shown, noHeadline)
	z := html.NewTokenizer(bytes.NewReader(rendered))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.TextToken:
			if line := text.Line(string(z.Text())); line != "" && shown[line] {
				return true
			}
		case html.StartTagToken:
			if href := hrefOf(z); addresses[href] || href != "" && endsWithAny(href, pages) {
				return true
			}
		}
	}
}

// hrefOf returns where the start tag that was just read leads to.
func hrefOf(z *html.Tokenizer) string {
	for more := true; more; {
		var key, value []byte
		if key, value, more = z.TagAttr(); string(key) == "href" {
			return string(value)
		}
	}
	return ""
}

func endsWithAny(s string, ends []string) bool {
	for _, end := range ends {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return false
}
