package page

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"mediawatch/news"
	"mediawatch/text"
)

// meta is what a page says about itself in its head and its data islands.
type meta struct {
	tags     map[string][]string // meta name, property or itemprop, lower case → contents
	links    map[string]string   // link rel → href
	ld       ldArticle
	body     string // JSON-LD articleBody
	title    string // <title>
	h1       []string
	times    []When // visible <time> elements, in order
	lang     string
	baseHref string
	crumbs   []string
	bylines  []string
	evidence map[string]string
}

// readMeta walks once through the tree.
func readMeta(doc *html.Node, o Options) *meta {
	m := &meta{tags: map[string][]string{}, links: map[string]string{}, evidence: map[string]string{}}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			m.element(n)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	m.body = m.ld.Body
	return m
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func (m *meta) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Html:
		m.lang = attr(n, "lang")
		if m.lang == "" {
			m.lang = attr(n, "xml:lang")
		}
	case atom.Base:
		if m.baseHref == "" {
			m.baseHref = attr(n, "href")
		}
	case atom.Title:
		if m.title == "" && !within(n, atom.Svg, 3) {
			m.title = text.Line(textOf(n))
		}
	case atom.Meta:
		m.meta(n)
	case atom.Link:
		for _, rel := range strings.Fields(strings.ToLower(attr(n, "rel"))) {
			if _, ok := m.links[rel]; !ok {
				m.links[rel] = attr(n, "href")
			}
		}
	case atom.Script:
		if t := strings.ToLower(attr(n, "type")); strings.HasPrefix(t, "application/ld+json") {
			m.ld.read(textOf(n))
		}
	case atom.H1:
		if len(m.h1) < 4 {
			m.h1 = append(m.h1, text.Line(textOf(n)))
		}
	case atom.Time:
		m.time(n)
	}
	m.visible(n)
}

func (m *meta) meta(n *html.Node) {
	content := strings.TrimSpace(attr(n, "content"))
	if content == "" {
		return
	}
	for _, k := range []string{"property", "name", "itemprop", "http-equiv"} {
		if v := strings.ToLower(strings.TrimSpace(attr(n, k))); v != "" && len(m.tags[v]) < 40 {
			m.tags[v] = append(m.tags[v], content)
		}
	}
}

func (m *meta) time(n *html.Node) {
	if len(m.times) >= 8 || within(n, atom.Aside, 6) || within(n, atom.Nav, 6) {
		return
	}
	for _, s := range []string{attr(n, "datetime"), textOf(n)} {
		if w, ok := ParseWhen(s); ok {
			class := strings.ToLower(attr(n, "class") + attr(n, "itemprop"))
			w.Updated = w.Updated || strings.Contains(class, "updat") || strings.Contains(class, "modif")
			m.times = append(m.times, w)
			return
		}
	}
}

// visible takes what the page shows in elements whose class or itemprop says what they are.
func (m *meta) visible(n *html.Node) {
	prop, class := attr(n, "itemprop"), strings.ToLower(attr(n, "class"))
	if n.DataAtom == atom.Meta || len(class) > 200 {
		return
	}
	switch {
	case prop == "datePublished" || prop == "dateModified":
		s := attr(n, "content")
		if s == "" {
			s = textOf(n)
		}
		m.tags[strings.ToLower(prop)] = append(m.tags[strings.ToLower(prop)], s)
	case (prop == "author" || attr(n, "rel") == "author" || strings.Contains(class, "byline") || strings.Contains(class, "author-name")) && len(m.bylines) < 6:
		if s := text.Line(textOf(n)); s != "" && len(s) < 120 {
			m.bylines = append(m.bylines, s)
		}
	case strings.Contains(class, "breadcrumb") && m.crumbs == nil && n.DataAtom != atom.Li && n.DataAtom != atom.A:
		for _, a := range find(n, "a") {
			if s := text.Line(textOf(a)); s != "" && len(s) < 60 {
				m.crumbs = append(m.crumbs, s)
			}
		}
	}
}

// base is the address relative ones start from: <base>, else where the page was, else what it calls itself.
func (m *meta) base(at string) string {
	own := m.links["canonical"]
	if own == "" {
		own = m.first("og:url")
	}
	if at == "" {
		at = own
	}
	if m.baseHref == "" {
		return at
	}
	b, err := url.Parse(at)
	if err != nil {
		return at
	}
	if r, err := b.Parse(m.baseHref); err == nil {
		return r.String()
	}
	return at
}

func (m *meta) first(names ...string) string {
	for _, n := range names {
		for _, v := range m.tags[n] {
			if v = text.Line(html.UnescapeString(v)); v != "" {
				return v
			}
		}
	}
	return ""
}

// source is one place a field may be read from.
type source struct{ value, how string }

// choose returns the first value and records what it rests on.
func (m *meta) choose(field string, from ...source) string {
	for _, s := range from {
		if v := text.Line(s.value); v != "" {
			m.evidence[field] = s.how
			return v
		}
	}
	return ""
}

func (m *meta) fill(a *Article, o Options, base string) {
	a.Site = m.choose("site", source{m.first("og:site_name"), "og:site_name"}, source{m.ld.Publisher, "JSON-LD publisher"}, source{m.first("application-name", "dc.publisher", "publisher"), "meta publisher"})
	a.Canonical = m.canonical(o)
	a.Title = m.headline(a.Site)
	a.Description = m.choose("description", source{m.ld.Description, "JSON-LD description"}, source{m.first("og:description"), "og:description"}, source{m.first("description", "dc.description", "twitter:description"), "meta description"})
	a.Lang = strings.ToLower(strings.ReplaceAll(m.choose("lang", source{m.ld.Lang, "JSON-LD inLanguage"}, source{m.lang, "html lang"}, source{m.first("og:locale"), "og:locale"}, source{m.first("content-language", "dc.language"), "meta language"}), "_", "-"))
	a.Image = absolute(m.choose("image", source{m.ld.Image, "JSON-LD image"}, source{m.first("og:image", "og:image:url", "twitter:image"), "og:image"}), base)
	a.Published, a.Updated = m.published(o.Location), m.updated(o.Location)
	if !a.Updated.IsZero() && a.Updated.Time.Equal(a.Published.Time) {
		a.Updated = news.Stamp{}
	}
	a.Authors = m.authors()
	a.Section = m.section(a.Title)
	for _, list := range [][]string{m.ld.Keywords, m.tags["article:tag"], splitKeywords(m.first("news_keywords", "keywords", "parsely-tags"))} {
		for _, k := range list {
			if k = text.Line(k); k != "" && len(k) < 80 && len(a.Categories) < 40 && !slices.Contains(a.Categories, k) {
				a.Categories = append(a.Categories, k)
			}
		}
	}
}

func splitKeywords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;،、，", r) })
}

// headline prefers what was written as one; <title> usually carries the site's name.
func (m *meta) headline(site string) string {
	h1 := ""
	if len(m.h1) > 0 {
		h1 = m.h1[0]
		for _, h := range m.h1 { // the site's name is often an h1, too
			if h != "" && foldTitle(h) != foldTitle(site) {
				h1 = h
				break
			}
		}
	}
	og := withoutSite(m.first("og:title"), site)
	title := m.choose("title", source{m.ld.Headline, "JSON-LD headline"}, source{og, "og:title"}, source{h1, "h1"}, source{m.first("dc.title", "twitter:title", "headline"), "meta title"}, source{withoutSite(m.title, site), "title"})
	// A data island may hold a shortened headline: the longer one on the page that begins with it is meant.
	cut := strings.TrimRight(title, ".… ")
	if h1 != "" && len(cut) < len(h1) && strings.HasPrefix(foldTitle(h1), foldTitle(cut)) && cut != title {
		m.evidence["title"] = "h1"
		return h1
	}
	return title
}

// withoutSite takes the site's name off the end of a title.
func withoutSite(title, site string) string {
	for _, sep := range []string{" | ", " - ", " – ", " — ", " :: ", " » ", " · "} {
		i := strings.LastIndex(title, sep)
		if i <= 0 {
			continue
		}
		name := strings.TrimSpace(title[i+len(sep):])
		if site != "" && foldTitle(name) == foldTitle(site) || site == "" && sep == " | " && len(strings.Fields(name)) <= 4 {
			return strings.TrimSpace(title[:i])
		}
	}
	return title
}

func (m *meta) canonical(o Options) string {
	for _, s := range []source{{m.links["canonical"], "link canonical"}, {m.first("og:url"), "og:url"}, {m.ld.URL, "JSON-LD url"}, {o.URL, "the address it was read from"}} {
		if s.value == "" {
			continue
		}
		if u, err := text.CanonicalURL(absolute(s.value, o.URL)); err == nil {
			if p, err := url.Parse(u); err == nil && s.how != "the address it was read from" && strings.Trim(p.Path, "/") == "" && p.RawQuery == "" && o.URL != "" {
				continue // some call their front page the canonical address of every article
			}
			m.evidence["canonical"] = s.how
			return u
		}
	}
	return ""
}

func absolute(ref, base string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return ""
	}
	r, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if b, err := url.Parse(base); err == nil && base != "" {
		r = b.ResolveReference(r)
	}
	if r.Scheme != "http" && r.Scheme != "https" {
		return ""
	}
	return r.String()
}

func (m *meta) stamp(field string, loc *time.Location, from ...source) news.Stamp {
	for _, s := range from {
		if w, ok := ParseWhen(s.value); ok {
			m.evidence[field] = s.how
			return w.Stamp(loc)
		}
	}
	return news.Stamp{}
}

func (m *meta) published(loc *time.Location) news.Stamp {
	s := m.stamp("published", loc,
		source{m.ld.Published, "JSON-LD datePublished"},
		source{m.first("article:published_time", "og:article:published_time", "article:published"), "article:published_time"},
		source{m.first("datepublished"), "itemprop datePublished"},
		source{m.first("dc.date.issued", "dcterms.created", "dc.date", "date", "pubdate", "publishdate", "publish-date", "publish_date", "sailthru.date", "parsely-pub-date", "cxenseparse:recs:publishtime", "dcterms.issued", "citation_publication_date", "article.published"), "meta date"})
	if !s.IsZero() {
		return s
	}
	for _, w := range m.times {
		if !w.Updated {
			m.evidence["published"] = "time element"
			return w.Stamp(loc)
		}
	}
	return news.Stamp{}
}

func (m *meta) updated(loc *time.Location) news.Stamp {
	s := m.stamp("updated", loc,
		source{m.ld.Modified, "JSON-LD dateModified"},
		source{m.first("article:modified_time", "og:updated_time", "article:modified"), "article:modified_time"},
		source{m.first("datemodified", "last-modified", "dcterms.modified", "revised"), "itemprop dateModified"})
	if !s.IsZero() {
		return s
	}
	for _, w := range m.times {
		if w.Updated {
			m.evidence["updated"] = "time element"
			return w.Stamp(loc)
		}
	}
	return news.Stamp{}
}

func (m *meta) authors() []news.Person {
	lists := []struct {
		how   string
		names []string
	}{{"JSON-LD author", m.ld.Authors}, {"meta author", append(append([]string{}, m.tags["author"]...), append(m.tags["article:author"], m.tags["dc.creator"]...)...)}, {"byline", m.bylines}}
	for _, l := range lists {
		var out []news.Person
		for _, n := range l.names {
			n = text.Line(html.UnescapeString(n))
			for _, by := range []string{"By ", "by ", "BY ", "Von ", "von ", "Par ", "par ", "Por ", "por ", "Di ", "Door "} {
				n = strings.TrimPrefix(n, by)
			}
			if n == "" || strings.Contains(n, "://") || len(n) > 100 || slices.ContainsFunc(out, func(p news.Person) bool { return p.Name == n }) {
				continue
			}
			out = append(out, news.Person{Name: n})
		}
		if len(out) > 0 {
			m.evidence["authors"] = l.how
			return out
		}
	}
	return nil
}

func (m *meta) section(title string) []string {
	lists := []struct {
		how   string
		parts []string
	}{{"JSON-LD breadcrumbs", m.ld.Crumbs}, {"breadcrumbs", m.crumbs}, {"JSON-LD articleSection", m.ld.Sections}, {"article:section", m.tags["article:section"]}, {"meta section", m.tags["section"]}}
	for _, l := range lists {
		var out []string
		for i, p := range l.parts {
			p = text.Line(html.UnescapeString(p))
			if p == "" || foldTitle(p) == foldTitle(title) || (i == 0 && len(l.parts) > 1 && homeWords[foldTitle(p)]) || slices.Contains(out, p) {
				continue
			}
			out = append(out, p)
		}
		if len(out) > 0 && len(out) <= 6 {
			m.evidence["section"] = l.how
			return out
		}
	}
	return nil
}

// homeWords are what the front page is called in breadcrumbs.
var homeWords = map[string]bool{"home": true, "homepage": true, "start": true, "startseite": true, "accueil": true, "inicio": true, "portada": true, "главная": true, "anasayfa": true, "首页": true, "ホーム": true, "トップ": true, foldTitle("الرئيسية"): true, foldTitle("خانه"): true}
