package feeds

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// The document gofeed gets has only what its own structures hold, without prefixes, and every text in one run of
// characters or CDATA, which gofeed returns as it is: no HTML is parsed and no address touched on the way.
const (
	rssHead  = `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>`
	rssTail  = `</channel></rss>`
	atomHead = `<feed xmlns="http://www.w3.org/2005/Atom">`
	atomTail = `</feed>`
)

// atom reports whether gofeed gets the document as Atom.
func (b *builder) atom() bool { return b.format == "atom" }

// emit writes an item for gofeed into out, which is empty, and fills what goes beside it.
func (b *builder) emit(out []byte, g *bag, s *side) []byte {
	b.notes(g, s)
	title := pick(g.best(elTitle))
	summary, content := g.texts()
	s.title, s.summary, s.content = title.meta(), summary.meta(), content.meta()
	if b.atom() {
		out = append(out, "<entry>"...)
		out = b.element(out, "title", title.value)
		out = b.element(out, "summary", summary.value)
		out = b.element(out, "content", content.value)
		out = b.element(out, "rights", pick(g.best(elRights)).value)
		out = b.element(out, "published", s.undated)
		out = b.emitTerms(out, g)
		out = append(out, "</entry>"...)
	} else {
		out = append(out, "<item>"...)
		out = b.element(out, "title", title.value)
		out = b.element(out, "guid", s.id)
		out = b.element(out, "link", s.link)
		out = b.element(out, "description", summary.value)
		out = b.element(out, "content:encoded", content.value)
		out = b.element(out, "rights", pick(g.best(elRights)).value)
		out = b.element(out, "pubDate", s.undated)
		out = b.element(out, "comments", s.comments)
		out = b.emitTerms(out, g)
		out = append(out, "</item>"...)
	}
	return out
}

// texts chooses summary and content. A second description is the content where there is no other.
func (g *bag) texts() (summary, content *cand) {
	summary, content = g.best(elSummary), g.best(elContent)
	if summary == nil {
		return &nothing, pick(content)
	}
	if content == nil {
		for i := range g.cands {
			c := &g.cands[i]
			if c.el == elSummary && c != summary && c.sp == summary.sp && c.sp == spaceNative && len(c.value) > len(summary.value) {
				return summary, c
			}
		}
	}
	return summary, pick(content)
}

// maxDocumentTerms and maxTerm bound categories: how many of a document gofeed is given, and how long one may be in bytes.
const (
	maxDocumentTerms = 50_000
	maxTerm          = 1000
)

// emitTerms writes categories, and keywords one by one.
func (b *builder) emitTerms(out []byte, g *bag) []byte {
	n := 0
	for i := range g.cands {
		c := &g.cands[i]
		switch c.el {
		case elCategory:
			out = b.term(out, c.value, &n)
		case elKeywords:
			for w := range strings.SplitSeq(c.value, ",") {
				if w = strings.TrimSpace(w); w != "" && n < maxTerms {
					out = b.term(out, w, &n)
				}
			}
		}
	}
	return out
}

// term writes a category both of gofeed's parsers read.
func (b *builder) term(out []byte, v string, n *int) []byte {
	if len(v) > maxTerm || *n >= maxTerms || b.terms >= maxDocumentTerms {
		return out
	}
	*n++
	b.terms++
	out = append(out, `<category term="`...)
	for i := range len(v) {
		switch c := v[i]; c {
		case '"':
			out = append(out, "&#34;"...)
		case '\n', '\r', '\t':
			out = append(out, ' ')
		case '&':
			out = append(out, "&amp;"...)
		case '<':
			out = append(out, "&lt;"...)
		default:
			out = append(out, c)
		}
	}
	out = append(out, `">`...)
	out = b.appendText(out, v)
	return append(out, "</category>"...)
}

// element writes an element with a text, nothing for no text.
func (b *builder) element(out []byte, name, v string) []byte {
	if v == "" {
		return out
	}
	out = append(out, '<')
	out = append(out, name...)
	out = append(out, '>')
	out = b.appendText(out, v)
	out = append(out, "</"...)
	out = append(out, name...)
	return append(out, '>')
}

// manySections is how many "]]>" of one text are always written as ends of CDATA sections, which adds twelve bytes each.
const manySections = 1000

// appendText writes character data: as it is, or in CDATA sections that "]]>" cannot end. A text with more "]]>" than any
// real one is escaped where that is shorter, and left out where both add too much to the document.
func (b *builder) appendText(out []byte, v string) []byte {
	if strings.IndexByte(v, '&') < 0 && strings.IndexByte(v, '<') < 0 && strings.IndexByte(v, '>') < 0 {
		return b.verbatim(out, v)
	}
	if sections := strings.Count(v, "]]>"); sections > manySections {
		escapes := 3*(strings.Count(v, "<")+strings.Count(v, ">")) + 4*strings.Count(v, "&")
		switch added := min(escapes, 12*sections); {
		case b.grown+added > maxGrowth:
			b.x.repaired = true
			return out
		case added == escapes:
			b.grown += added
			return appendEscaped(slices.Grow(out, len(v)+added), v)
		default:
			b.grown += added
		}
	}
	out = append(out, "<![CDATA["...)
	for {
		i := strings.Index(v, "]]>")
		if i < 0 {
			break
		}
		out = append(out, v[:i+2]...)
		out = append(out, "]]><![CDATA["...)
		v = v[i+2:]
	}
	out = b.verbatim(out, v)
	return append(out, "]]>"...)
}

// longText is the length in bytes from which a text is referred to instead of copied.
const longText = 1024

// verbatim writes v as it is.
func (b *builder) verbatim(out []byte, v string) []byte {
	if len(v) < longText {
		return append(out, v...)
	}
	b.parts = append(b.parts, string(out), v)
	return out[:0]
}

// keepScratch is the size in bytes up to which what was written is copied out of its buffer.
const keepScratch = 256 << 10

// written takes over what was written.
func (b *builder) written() pieces {
	list := make(pieces, 0, len(b.parts)+1)
	list = append(list, b.parts...)
	clear(b.parts)
	b.parts = b.parts[:0]
	if len(b.out) > keepScratch {
		list = append(list, share(b.out))
		b.out = nil
		return list
	}
	return append(list, string(b.out))
}

// head writes what the document says about the feed, and fills what goes beside it.
func (b *builder) head(s *side) pieces {
	g := &b.feed
	s.dates(b, g)
	b.notes(g, s)
	title, sub := pick(g.best(elTitle)), pick(g.best(elSummary))
	s.title, s.summary = title.meta(), sub.meta()
	out := b.out[:0]
	if b.atom() {
		out = append(out, atomHead...)
		out = b.element(out, "title", title.value)
		out = b.element(out, "subtitle", sub.value)
		out = b.element(out, "rights", pick(g.best(elRights)).value)
		out = b.element(out, "generator", g.text(elGenerator))
		out = b.element(out, "updated", s.undated)
		b.out = b.emitTerms(out, g)
		return b.written()
	}
	out = append(out, rssHead...)
	out = b.element(out, "title", title.value)
	out = b.element(out, "link", s.link)
	out = b.element(out, "description", sub.value)
	out = b.element(out, "copyright", pick(g.best(elRights)).value)
	out = b.element(out, "generator", g.text(elGenerator))
	out = b.element(out, "pubDate", s.undated)
	out = b.element(out, "ttl", g.text(elTTL))
	b.out = b.emitTerms(out, g)
	return b.written()
}

// Normalized is a document made clean: what gofeed is given, and what it would lose.
type Normalized struct {
	Format    string // rss, rdf, atom, cdf or json
	Charset   string
	Warnings  []string
	Truncated bool
	head      pieces
	tail      string
	feed      side
	sides     []*side
	feedBag   bag
	base      string
}

// Items is the number of items.
func (n *Normalized) Items() int { return len(n.sides) }

// Reader returns the clean document: well-formed XML without namespaces but content:encoded's, or JSON.
func (n *Normalized) Reader() io.Reader {
	list := slices.Clone(n.head)
	for _, s := range n.sides {
		list = append(list, s.clean...)
	}
	list = append(list, n.tail)
	return &list
}

// pieces are read one after the other.
type pieces []string

// Read implements io.Reader. What was read is forgotten.
func (p *pieces) Read(to []byte) (int, error) {
	n := 0
	for n < len(to) && len(*p) > 0 {
		first := &(*p)[0]
		k := copy(to[n:], *first)
		n += k
		if *first = (*first)[k:]; *first == "" {
			*first, *p = "", (*p)[1:] // an empty rest would keep its text alive
		}
	}
	if n == 0 && len(to) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// normalizeXML is Normalize for everything but JSON.
func normalizeXML(d decoded, o Options) (*Normalized, error) {
	b := newBuilder(d.text, o.Base, dateReader{now: o.now()})
	b.document()
	switch {
	case b.late:
		return nil, ErrTooSlow
	case b.format == "" && b.html:
		return nil, fmt.Errorf("%w: it is a web page", ErrNotFeed)
	case b.format == "":
		return nil, fmt.Errorf("%w: there is no rss, RDF, feed or channel element", ErrNotFeed)
	}
	b.prune()
	n := &Normalized{Format: b.format, Charset: d.name, Truncated: b.truncated(), tail: rssTail, sides: b.items}
	n.head = b.head(&n.feed)
	n.feedBag = b.feed
	if b.atom() {
		n.tail = atomTail
	}
	n.Warnings = append(d.warnings, b.warnings()...)
	return n, nil
}
