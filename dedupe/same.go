package dedupe

import (
	"bytes"
	"net/url"
	"strings"

	"mediawatch/news"
	"mediawatch/text"
)

// SameText reports whether two items carry the same text: equal content keys of one version. Within one web feed, two
// entries the publisher holds apart are one text only if their headlines agree as well and the text is long enough to
// be known by itself (60 tokens): feeds are full of different entries with equal short bodies. A seed folder has no
// publisher who holds things apart. It is symmetric and depends on nothing but the two.
func SameText(a, b *news.Item) bool {
	if a.Keys.Version != b.Keys.Version || a.Keys.Content.IsZero() || a.Keys.Content != b.Keys.Content {
		return false
	}
	if a.Feed != b.Feed || a.Kind == news.KindSeed || a.Identity == b.Identity {
		return true
	}
	return sameTitle(a, b) && long(a) && long(b)
}

// SamePage reports whether two items of different feeds are the same page under the same headline: equal URL keys of
// one version, and no two different places within that page. Within one feed the publisher's own identities decide. It
// is symmetric and depends on nothing but the two.
func SamePage(a, b *news.Item) bool {
	if a.Keys.Version != b.Keys.Version || a.Keys.URL.IsZero() || a.Keys.URL != b.Keys.URL || a.Feed == b.Feed {
		return false
	}
	fa, fb := place(a.URL), place(b.URL)
	return (fa == "" || fb == "" || fa == fb) && !titleOf(a).empty() && sameTitle(a, b)
}

// place returns the fragment of a URL when it names a place within the page; "#xtor=RSS-1" and "#:~:text=…" do not.
func place(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || strings.ContainsAny(u.Fragment, "=~") {
		return ""
	}
	return u.Fragment
}

func titleOf(it *news.Item) tokens {
	var t tokens
	t.add(decode(it.Title))
	return t
}

func (t tokens) empty() bool { return t.n == 0 }

func sameTitle(a, b *news.Item) bool {
	return bytes.Equal(titleOf(a).buf, titleOf(b).buf)
}

// long reports whether the body of an item is known by itself.
func long(it *news.Item) bool {
	t := Normal(it.Title, text.Plain(it.HTML()), Boilerplate{})
	return t.body.n >= shortBody
}
