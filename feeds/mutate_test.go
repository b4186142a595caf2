package feeds

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// feedparser is half of the test suite of the library of that name; it is not part of this project.
const feedparser = "../../shared/corpora/feedparser"

// shards are what is put into documents to break them.
var shards = []string{
	"<", ">", "&", "]]>", "<![CDATA[", "</item>", "<item>", "</entry>", "<entry>", "</channel>", "</rss>", "<!--", "-->", "<?", "?>", `"`, "'", "&#1;", "&#xD83D;",
	"&nbsp;", "</title>", "<title>", "<b>", "</b>", "<br>", "xmlns=\"\"", " xml:base='x/'", "\x00", "\xff", "\xe9", "\xc2\x93", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;",
	"{", "}", "[", "]", ",", `"items":[`, "null", `\u00`, `\`, "<media:group>", "<author>", "<source>", "</", "<a b=", "/>", "<content type='xhtml'>", "<description>",
}

// mutate breaks a document in up to eight places.
func mutate(r *rand.Rand, data []byte) []byte {
	out := append([]byte(nil), data[:min(len(data), 20_000)]...)
	for range 1 + r.IntN(8) {
		if len(out) < 2 {
			break
		}
		i := r.IntN(len(out))
		j := min(len(out), i+1+r.IntN(60))
		switch r.IntN(5) {
		case 0: // cut out
			out = append(out[:i], out[j:]...)
		case 1: // double
			out = append(out[:j], append(append([]byte(nil), out[i:j]...), out[j:]...)...)
		case 2, 3: // put in
			out = append(out[:i], append([]byte(shards[r.IntN(len(shards))]), out[i:]...)...)
		case 4: // cut off
			if r.IntN(4) == 0 {
				out = out[:i]
			} else {
				out[i] = byte(r.IntN(256))
			}
		}
	}
	return out
}

// Real documents, broken at random: what Normalize makes of them is always well formed, gofeed always reads every item of
// it, and items are clean. MUTATIONS sets how many are tried.
func TestBrokenDocuments(t *testing.T) {
	docs := append(corpus(t, snapshots), corpus(t, feedparser)...)
	n, err := strconv.Atoi(os.Getenv("MUTATIONS"))
	if err != nil {
		n = 2000
	}
	r := rand.New(rand.NewPCG(1, uint64(n)))
	for range n {
		doc := docs[r.IntN(len(docs))]
		data := mutate(r, doc.data)
		norm, err := Normalize(data, Options{Base: "https://f.example/", Now: dateNow})
		if err != nil {
			if !errors.Is(err, ErrNotFeed) && !errors.Is(err, ErrEmpty) {
				t.Fatalf("%s: %v", doc.name, err)
			}
			continue
		}
		checkNormal(t, norm)
		d, err := norm.Document(Options{Base: "https://f.example/", Now: dateNow})
		if err != nil {
			t.Fatalf("%s: %v\n%q", doc.name, err, data)
		}
		for _, e := range d.Entries {
			if e.Identity() == "" {
				t.Fatalf("%s: an entry without identity\n%q", doc.name, data)
			}
		}
	}
}
