package feeds

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"mediawatch/news"
)

// bag holds all that a feed, an item or a source says, in document order, until it is known what counts.
type bag struct {
	cands  []cand
	links  []linkCand
	people []personCand
	files  []fileCand
	source Source
	lang   string
	hours  []string
	days   []string
	cut    bool // the document ended inside one of its elements
}

func (g *bag) reset() {
	*g = bag{cands: g.cands[:0], links: g.links[:0], people: g.people[:0], files: g.files[:0]}
}

// cand is one statement.
type cand struct {
	el    element
	sp    space
	kind  wordKind // of texts
	value string
	base  string
	extra string // of ids isPermaLink
}

// linkCand is a link with its relation; "" means alternate.
type linkCand struct {
	sp     space
	rel    string
	href   string
	typ    string
	length string
	base   string
}

// personCand is a person in a role.
type personCand struct {
	el element
	sp space
	p  news.Person
}

// fileCand is a file or picture.
type fileCand struct {
	el     element
	url    string
	typ    string
	medium string
	length string
	base   string
}

// maxStatements is how many statements, links and files of one item are looked at.
const maxStatements = 1000

// add keeps a statement that says something.
func (g *bag) add(c cand) {
	if c.value != "" && len(g.cands) < maxStatements {
		g.cands = append(g.cands, c)
	}
}

// best returns the first statement of an element in the vocabulary that decides.
func (g *bag) best(el element) *cand {
	var found *cand
	for i := range g.cands {
		if c := &g.cands[i]; c.el == el && (found == nil || rank(c.sp) < rank(found.sp)) {
			found = c
		}
	}
	return found
}

// text is the value of best, "" when there is none.
func (g *bag) text(el element) string {
	if c := g.best(el); c != nil {
		return c.value
	}
	return ""
}

// field reads one element into a bag.
func (b *builder) field(g *bag, t tag) {
	switch t.el {
	case elTitle, elSummary, elContent, elRights, elBody:
		b.words(g, t)
	case elLink:
		b.link(g, t)
	case elID:
		extra := b.value(t, "isPermaLink")
		if extra == "" {
			v, _ := attrFold(&t.token, "ispermalink")
			extra = b.decode(v)
		}
		g.add(cand{el: elID, sp: t.space, base: b.scope.base(), extra: extra, value: b.capture(t).value})
	case elPublished, elUpdated, elCreated, elOrigLink, elComments, elLanguage, elTTL, elGenerator, elPeriod, elFrequency:
		g.add(cand{el: t.el, sp: t.space, base: b.scope.base(), value: b.capture(t).value})
	case elAuthor, elCreator, elContributor, elPublisher:
		b.person(g, t)
	case elCategory, elKeywords:
		b.category(g, t)
	case elSource:
		b.source(g, t)
	case elEnclosure, elMedia, elThumbnail:
		b.file(g, t)
	case elImage, elLogo:
		b.image(g, t)
	case elGroup:
		if !t.empty {
			b.children(func(t tag) {
				if t.el != elItem && t.el != elFeed && t.el != elUnknown {
					b.field(g, t)
				}
			})
		}
	case elSkipHours, elSkipDays:
		b.skips(g, t)
	}
}

// words reads a text construct (RFC 4287, section 3.1; Atom 0.3 has MIME types and modes; RSS declares nothing).
func (b *builder) words(g *bag, t tag) {
	typ := strings.ToLower(b.value(t, "type"))
	mode := strings.ToLower(b.value(t, "mode"))
	src := b.value(t, "src")
	w := cand{el: t.el, sp: t.space, base: b.scope.base()}
	el := t.el
	if el == elBody {
		w.el = elContent
	}
	if src != "" && el == elContent {
		g.addLink(linkCand{sp: t.space, rel: "content", href: src, typ: typ, base: w.base})
	}
	c := b.capture(t)
	w.value, w.kind = c.value, kindGuess
	atom := t.space == spaceAtom || b.format == "atom" && t.space == spaceNative
	switch {
	case c.markup, el == elBody:
		w.kind = kindHTML
	case mode == "base64", atom && isBase64Type(typ):
		out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(w.value), ""))
		if err != nil || isMedia(typ) || mode != "base64" && !utf8.Valid(out) {
			return // a file, not words
		}
		w.value = cleanText(repairUTF8(out))
		if typ == "text/plain" {
			w.kind = kindText
		}
	case typ == "":
		if atom && (el == elTitle || !strings.Contains(w.value, "</")) {
			w.kind = kindText
		}
	case strings.Contains(typ, "html"), strings.Contains(typ, "xml"):
		w.kind = kindHTML
	case typ == "text", strings.HasPrefix(typ, "text/"), typ == "plain":
		if atom {
			w.kind = kindText
		}
	}
	if t.space == spaceITunes || t.space == spaceDC && el == elTitle {
		w.kind = kindGuess
	}
	g.add(w)
}

// isBase64Type reports whether Atom has content of a media type in base64: all but text and XML (RFC 4287, section 4.1.3.3).
func isBase64Type(typ string) bool {
	return strings.Contains(typ, "/") && !strings.HasPrefix(typ, "text/") && !strings.Contains(typ, "xml") && !strings.Contains(typ, "html")
}

// link reads RSS's link with a text, Atom's with attributes, and what mixes them.
func (b *builder) link(g *bag, t tag) {
	rel := strings.TrimPrefix(strings.ToLower(b.value(t, "rel")), "http://www.iana.org/assignments/relation/")
	l := linkCand{sp: t.space, base: b.scope.base(), rel: rel, typ: b.value(t, "type"), length: b.value(t, "length")}
	l.href = b.value(t, "href")
	if l.href == "" {
		l.href = b.value(t, "rdf:resource")
	}
	text := b.capture(t).value
	if l.href == "" {
		l.href = text
	}
	g.addLink(l)
}

// addLink keeps a link that leads somewhere.
func (g *bag) addLink(l linkCand) {
	if l.href != "" && len(g.links) < maxStatements {
		g.links = append(g.links, l)
	}
}

// addFile keeps a file that is somewhere.
func (g *bag) addFile(f fileCand) {
	if f.url != "" && len(g.files) < maxStatements {
		g.files = append(g.files, f)
	}
}

// category reads a category in any of its shapes. The term comes before the label.
func (b *builder) category(g *bag, t tag) {
	term, label := b.value(t, "term"), b.value(t, "label")
	if term == "" && t.space == spaceITunes {
		term = b.value(t, "text")
	}
	if term == "" {
		term = b.value(t, "rdf:resource")
	}
	c := cand{el: t.el, sp: t.space, value: term}
	if t.space == spaceITunes && t.el == elCategory {
		g.add(c)
		if !t.empty {
			b.children(func(t tag) {
				if t.el == elCategory {
					b.category(g, t)
				}
			})
		}
		return
	}
	if text := b.capture(t).value; c.value == "" {
		c.value = text
	}
	if c.value == "" {
		c.value = label
	}
	g.add(c)
}

// source reads where an item was taken from: RSS's with an address and a name, Atom's with a whole feed's head.
func (b *builder) source(g *bag, t tag) {
	address := b.value(t, "url")
	if t.space == spaceAtom || t.space == spaceNative && b.format == "atom" {
		b.atomSource(g, t)
		return
	}
	name := b.capture(t).value
	if t.space == spaceDC && (g.source != Source{}) {
		return
	}
	if address == "" && strings.Contains(name, "://") {
		address, name = name, ""
	}
	g.source = Source{Name: plainLine(name), URL: webURL(resolveURL(b.scope.base(), address))}
}

// atomSource reads atom:source (RFC 4287, section 4.2.11). Its authors apply to an entry without any.
func (b *builder) atomSource(g *bag, t tag) {
	if t.empty {
		return
	}
	inner := bag{}
	b.children(func(t tag) {
		if t.el != elItem && t.el != elFeed && t.el != elUnknown && t.el != elSource {
			b.field(&inner, t)
		}
	})
	g.source = Source{Name: plainLine(inner.text(elTitle)), ID: inner.text(elID)}
	if l := inner.link("alternate"); l != nil {
		g.source.URL = webURL(resolveURL(l.base, l.href))
	} else if l := inner.link("self"); l != nil {
		g.source.URL = webURL(resolveURL(l.base, l.href))
	}
	for _, p := range inner.people {
		if p.el == elAuthor {
			p.el = elSourceAuthor
			g.people = append(g.people, p)
		}
	}
}

// file reads an enclosure, media:content or media:thumbnail; what is inside media:content belongs to the item.
func (b *builder) file(g *bag, t tag) {
	f := fileCand{el: t.el, base: b.scope.base(), url: b.value(t, "url"), typ: b.value(t, "type"), medium: b.value(t, "medium"), length: b.value(t, "length")}
	if f.url == "" {
		f.url = b.value(t, "href")
	}
	if f.url == "" {
		f.url = b.value(t, "rdf:resource")
	}
	if f.length == "" {
		f.length = b.value(t, "fileSize")
	}
	if !t.empty {
		if t.el == elMedia {
			b.children(func(t tag) {
				if t.el == elThumbnail || t.el == elTitle || t.el == elSummary || t.el == elRights {
					b.field(g, t)
				}
			})
		} else if text := b.capture(t).value; f.url == "" {
			f.url = text
		}
	}
	g.addFile(f)
}

// image reads a picture: RSS's with children, Atom's logo with a text, others with an attribute.
func (b *builder) image(g *bag, t tag) {
	f := fileCand{el: t.el, base: b.scope.base()}
	for _, name := range [...]string{"href", "url", "rdf:resource", "src"} {
		if f.url == "" {
			f.url = b.value(t, name)
		}
	}
	if !t.empty {
		text := b.mixed(func(t tag) {
			if strings.EqualFold(t.local, "url") {
				base := b.scope.base()
				if v := b.capture(t).value; v != "" && f.url == "" {
					f.url, f.base = v, base
				}
			}
		})
		if f.url == "" {
			f.url = text
		}
	}
	g.addFile(f)
}

// mixed reads the innermost open element: its children are visited, the text directly in it is returned.
func (b *builder) mixed(visit func(tag)) string {
	depth := len(b.open)
	var text string
	for {
		t := b.scan()
		switch t.kind {
		case tokenEnd:
			b.cut, b.item.cut = true, true
			b.popDepth(depth - 1)
		case tokenText:
			text += decodeReferences(t.text, b.x.entities)
		case tokenCDATA:
			text += t.text
		case tokenClose:
			b.close(t.name)
		case tokenStart:
			b.child(&t, visit)
		}
		if len(b.open) < depth {
			return strings.TrimSpace(text)
		}
		if len(text) > maxMixed {
			text = text[:maxMixed]
		}
	}
}

// maxMixed bounds the text beside elements that is looked at, in bytes.
const maxMixed = 4096

// skips reads skipHours and skipDays.
func (b *builder) skips(g *bag, t tag) {
	if t.empty {
		return
	}
	el := t.el
	b.children(func(t tag) {
		v := b.capture(t).value
		switch {
		case el == elSkipHours && strings.EqualFold(t.local, "hour") && len(g.hours) < 24:
			g.hours = append(g.hours, v)
		case el == elSkipDays && strings.EqualFold(t.local, "day") && len(g.days) < 7:
			g.days = append(g.days, v)
		}
	})
}

// link returns the link of a relation: RSS's and Atom's without one are alternate. Of several, HTML is preferred.
func (g *bag) link(rel string) *linkCand {
	var found *linkCand
	best := 0
	for i := range g.links {
		l := &g.links[i]
		if l.rel != rel && !(rel == "alternate" && l.rel == "") {
			continue
		}
		score := 8 - rank(l.sp)
		if l.typ == "" || strings.Contains(l.typ, "html") {
			score += 16
		}
		if score > best {
			best, found = score, l
		}
	}
	return found
}

// size is a length in bytes, 0 when it is no plain number.
func size(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
