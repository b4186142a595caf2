package dedupe

import (
	"bytes"
	"crypto/sha256"
	"net/url"
	"slices"
	"strings"

	"mediawatch/news"
	"mediawatch/text"
)

const (
	// gistSentences is how many sentences make a gist.
	gistSentences = 3
	// gistTokens is how long a sentence must be to count.
	gistTokens = 8
)

// KeysOf returns the exact identities of an item, which depend on its URL, its headline and its fullest text only. The
// words of the text decide, not its markup or typography.
func KeysOf(it *news.Item) news.Keys {
	t := Normal(it.Title, text.Plain(it.HTML()), Boilerplate{})
	return keysOf(it, &t)
}

func keysOf(it *news.Item, t *Text) news.Keys {
	return news.Keys{Version: news.KeyVersion, URL: urlKey(it.URL), Content: t.Content(), Gist: t.Gist()}
}

// StateOf returns the hash of the words of an item's headline and text, nothing left out. A changed word changes it;
// white space, markup, case and typography do not. It is never zero.
func StateOf(it *news.Item) news.Hash {
	t := all(it.Title, text.Plain(it.HTML()))
	return t.state()
}

func (t *Text) state() news.Hash { return sum("mediawatch state 1\n", t.title.buf, t.body.buf) }

// Content returns the hash by which texts are the same: over the tokens of the body, under 60 of them over headline and body. It is zero
// when the body has no tokens.
func (t *Text) Content() news.Hash {
	switch {
	case t.body.n == 0:
		return news.Hash{}
	case t.body.n < shortBody:
		return sum("mediawatch short 1\n", t.title.buf, t.body.buf)
	}
	return sum("mediawatch content 1\n", t.body.buf)
}

// Gist returns the hash over the three longest different sentences of at least 8 tokens, sorted; zero when there are fewer than three.
func (t *Text) Gist() news.Hash {
	type sentence struct {
		words []byte
		n     int
	}
	var best []sentence
	start := 0
	for _, end := range t.body.ends {
		s := sentence{words: t.body.buf[start:end]}
		s.n = bytes.Count(s.words, []byte{' '})
		start = end
		if s.n < gistTokens {
			continue
		}
		at, found := slices.BinarySearchFunc(best, s, func(a, b sentence) int {
			if a.n != b.n {
				return b.n - a.n
			}
			return bytes.Compare(a.words, b.words)
		})
		if found || at >= gistSentences {
			continue
		}
		best = slices.Insert(best, at, s)
		best = best[:min(len(best), gistSentences)]
	}
	if len(best) < gistSentences {
		return news.Hash{}
	}
	slices.SortFunc(best, func(a, b sentence) int { return bytes.Compare(a.words, b.words) })
	return sum("mediawatch gist 1\n", best[0].words, best[1].words, best[2].words)
}

// urlKey returns the hash of the canonical URL, zero when there is none or it is a site's home page.
func urlKey(raw string) news.Hash {
	if raw == "" {
		return news.Hash{}
	}
	canonical, err := text.CanonicalURL(raw)
	if err != nil {
		return news.Hash{}
	}
	if u, err := url.Parse(canonical); err != nil || strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return news.Hash{}
	}
	return sum("mediawatch url 1\n", []byte(canonical))
}

// sum hashes parts, each ended by a line feed, under a name that keeps the kinds of key apart.
func sum(name string, parts ...[]byte) news.Hash {
	h := sha256.New()
	h.Write([]byte(name))
	for _, p := range parts {
		h.Write(p)
		h.Write([]byte{'\n'})
	}
	var out news.Hash
	h.Sum(out[:0])
	return out
}
