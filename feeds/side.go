package feeds

import (
	"cmp"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"mediawatch/news"
)

// side is what gofeed would drop or spoil of one item (or of the feed itself). Its addresses are resolved as far as the
// document says how; the texts themselves go through gofeed.
type side struct {
	clean     pieces // what gofeed is given
	id        string
	link      string
	published news.Stamp
	updated   news.Stamp
	undated   string // a date our parser cannot read and gofeed's may
	title     words  // without values
	summary   words
	content   words
	rights    words
	authors   []news.Person
	files     []news.Enclosure
	image     string
	comments  string
	lang      string
	source    Source
	raw       uint64
	assumed   string // what was assumed about a date; "" nothing
}

// keepItem turns the bag of an item that was read to its end into what gofeed gets and what goes beside it.
func (b *builder) keepItem() {
	if g := &b.item; len(b.items) >= MaxItems && len(g.cands)+len(g.links)+len(g.files) == 0 {
		b.dropped++
		return
	}
	s := &b.side
	*s = side{}
	s.dates(b, &b.item)
	if b.tooOld(s) {
		return
	}
	b.out = b.emit(b.out[:0], &b.item, s)
	s.raw = b.fingerprint(&b.item)
	b.keep(s)
}

// tooOld reports whether MaxItems items that come before s are kept already, and counts it then.
func (b *builder) tooOld(s *side) bool {
	if !b.full || s.when().Time.After(b.oldest) {
		return false
	}
	b.dropped++
	return true
}

// keep adds an item, of which gofeed gets what was written.
func (b *builder) keep(s *side) {
	kept := *s
	kept.clean = b.written()
	b.items = append(b.items, &kept)
	if len(b.items) >= 2*MaxItems {
		b.prune()
	}
}

// prune keeps the newest MaxItems items, undated ones last and otherwise in document order.
func (b *builder) prune() {
	if len(b.items) <= MaxItems {
		return
	}
	order := make([]int, len(b.items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return b.items[j].when().Time.Compare(b.items[i].when().Time) })
	order = order[:MaxItems]
	b.full, b.oldest = true, b.items[order[MaxItems-1]].when().Time
	slices.Sort(order)
	b.dropped += len(b.items) - MaxItems
	for to, from := range order {
		b.items[to] = b.items[from]
	}
	clear(b.items[MaxItems:])
	b.items = b.items[:MaxItems]
}

// when is the time an item is ordered by.
func (s *side) when() news.Stamp {
	if s.published.IsZero() {
		return s.updated
	}
	return s.published
}

// notes fills what goes beside an item, but its dates, from its bag.
func (b *builder) notes(g *bag, s *side) {
	s.lang = language(g.text(elLanguage), g.lang)
	s.authors = g.authors()
	s.rights = pick(g.best(elRights)).meta()
	s.source = g.source
	s.link = b.linkOf(g)
	if id := g.best(elID); id != nil {
		s.id = id.value
	} else {
		s.id = ""
	}
	if c := g.best(elComments); c != nil {
		s.comments = webURL(resolveURL(c.base, c.value))
	} else if l := g.link("replies"); l != nil {
		s.comments = webURL(resolveURL(l.base, l.href))
	}
	s.attachments(g)
}

// pick is c, or an empty statement.
func pick(c *cand) *cand {
	if c == nil {
		return &nothing
	}
	return c
}

// nothing is what was not stated. It is only read.
var nothing cand

// meta is how the text of a statement has to be read, without the text.
func (c *cand) meta() words { return words{kind: c.kind, base: c.base} }

// linkOf is the page an item is about: feedburner's original, RSS's link, Atom's alternate, the permanent link in the guid,
// content elsewhere, rdf:about.
func (b *builder) linkOf(g *bag) string {
	if c := g.best(elOrigLink); c != nil {
		if u := webURL(resolveURL(c.base, c.value)); u != "" {
			return u
		}
	}
	if l := g.link("alternate"); l != nil {
		if u := webURL(resolveURL(l.base, l.href)); u != "" {
			return u
		}
	}
	for i := range g.cands {
		c := &g.cands[i]
		if c.el != elID || strings.EqualFold(c.extra, "false") || strings.EqualFold(c.extra, "no") {
			continue
		}
		native := c.sp == spaceNative && b.format != "atom"
		if hasWebScheme(c.value) && (native || c.sp == spaceRDF || c.sp == spaceDC || c.sp == spaceTerms) {
			return c.value
		}
		if native && c.extra != "" || native && strings.HasPrefix(c.value, "/") {
			if u := webURL(resolveURL(c.base, c.value)); u != "" {
				return u
			}
		}
	}
	for _, rel := range [...]string{"content", "via", "related"} {
		if l := g.link(rel); l != nil && (rel != "content" || !isMedia(l.typ)) {
			if u := webURL(resolveURL(l.base, l.href)); u != "" {
				return u
			}
		}
	}
	return ""
}

// isMedia reports whether a media type is a picture's, a sound's or a film's.
func isMedia(typ string) bool {
	kind, _, _ := strings.Cut(typ, "/")
	return kind == "image" || kind == "audio" || kind == "video"
}

// attachments sorts files into enclosures and the item's picture.
func (s *side) attachments(g *bag) {
	for i := range g.links {
		l := &g.links[i]
		if l.rel == "enclosure" || l.rel == "content" && isMedia(l.typ) {
			s.addFile(resolveURL(l.base, l.href), l.typ, l.length)
		}
	}
	var thumbnail, logo string
	for i := range g.files {
		f := &g.files[i]
		u := resolveURL(f.base, f.url)
		switch f.el {
		case elEnclosure:
			s.addFile(u, f.typ, f.length)
		case elMedia:
			if f.medium == "image" || f.medium == "" && (strings.HasPrefix(f.typ, "image/") || f.typ == "" && isPicture(u)) {
				s.setImage(u)
			} else {
				s.addFile(u, f.typ, f.length)
			}
		case elThumbnail:
			thumbnail = cmp.Or(thumbnail, u)
		case elImage:
			s.setImage(u)
		case elLogo:
			logo = cmp.Or(logo, u)
		}
	}
	s.setImage(logo)
	s.setImage(thumbnail)
	for _, f := range s.files {
		if strings.HasPrefix(f.Type, "image/") {
			s.setImage(f.URL)
		}
	}
}

// isPicture reports whether an address ends like a picture's.
func isPicture(u string) bool {
	u, _, _ = strings.Cut(u, "?")
	for _, end := range [...]string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"} {
		if len(u) > len(end) && strings.EqualFold(u[len(u)-len(end):], end) {
			return true
		}
	}
	return false
}

// addFile adds an enclosure once.
func (s *side) addFile(u, typ, length string) {
	if u = webURL(u); u == "" || len(s.files) >= 100 {
		return
	}
	for i := range s.files {
		if s.files[i].URL == u {
			return
		}
	}
	s.files = append(s.files, news.Enclosure{URL: u, Type: typ, Length: size(length)})
}

// setImage sets the picture where there is none yet.
func (s *side) setImage(u string) {
	if s.image == "" {
		s.image = webURL(u)
	}
}

// dates reads when an item was published and updated. dcterms:issued and the like say published; where the only other
// date is that of creation, that is it.
func (s *side) dates(b *builder, g *bag) {
	var published, updated, second *cand
	for i := range g.cands {
		c := &g.cands[i]
		switch c.el {
		case elPublished:
			switch {
			case published == nil:
				published = c
			case rank(c.sp) < rank(published.sp):
				published, second = c, published
			case second == nil:
				second = c
			}
		case elUpdated:
			if updated == nil || rank(c.sp) < rank(updated.sp) {
				updated = c
			}
		}
	}
	if published == nil {
		published = g.best(elCreated)
	}
	if updated == nil {
		updated = second
	}
	if published != nil {
		s.published = s.read(b, published.value)
		if s.published.IsZero() && updated == nil && len(published.value) <= maxDate {
			s.undated = published.value
		}
	}
	if updated != nil {
		s.updated = s.read(b, updated.value)
		if s.updated.IsZero() && s.published.IsZero() && len(updated.value) <= maxDate {
			s.undated = updated.value
		}
	}
}

// read parses one date and notes what was assumed.
func (s *side) read(b *builder, v string) news.Stamp {
	d := b.dates.parse(v)
	if d.note != "" && s.assumed == "" {
		s.assumed = d.note
	}
	return d.stamp
}

// fingerprint hashes what was emitted and what gofeed does not get.
func (b *builder) fingerprint(g *bag) uint64 {
	h := b.hash[:0]
	for i := range g.cands {
		switch c := &g.cands[i]; c.el {
		case elTitle, elSummary, elContent, elBody, elCategory, elKeywords: // emitted
		default:
			h = append(append(h, byte(c.el)), c.value...)
		}
	}
	for i := range g.links {
		h = append(append(append(h, 0), g.links[i].rel...), g.links[i].href...)
	}
	for i := range g.people {
		h = append(append(append(h, 0), g.people[i].p.Name...), g.people[i].p.Email...)
	}
	for i := range g.files {
		h = append(append(h, 0), g.files[i].url...)
	}
	b.hash = h
	return xxh3.HashSeed(h, b.sum())
}

// sum hashes what was written.
func (b *builder) sum() uint64 {
	if len(b.parts) == 0 {
		return xxh3.Hash(b.out)
	}
	h := xxh3.New()
	for _, p := range b.parts {
		h.WriteString(p) //nolint:errcheck // it never fails
	}
	h.Write(b.out) //nolint:errcheck // it never fails
	return h.Sum64()
}

// language is a language tag as written but with hyphens: the stated one, else the one in force.
func language(stated, inForce string) string {
	tag := stated
	if tag == "" {
		tag = inForce
	}
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	if len(tag) > 35 || strings.ContainsAny(tag, " \t\n,;/<>&") {
		return ""
	}
	return tag
}
