package seeds

import (
	"html"
	"regexp"
	"strings"

	"mediawatch/page"
	"mediawatch/text"
)

// readMarkdown reads front matter and the part of Markdown that articles use: headings, paragraphs, lists, quotations, code, pictures,
// emphasis and links. Lines of a paragraph are joined. A text without headings of either kind is read like plain text.
func (d *draft) readMarkdown(src string) {
	values, body := d.frontMatter(src)
	d.applyMatter(values)
	m := &markdown{d: d}
	m.run(strings.Split(body, "\n"))
	d.trimBlocks(m.blocks)
}

// markdown turns lines into blocks.
type markdown struct {
	d      *draft
	blocks []block
	para   []string
	quote  []string
	item   []string
}

var (
	reATX   = regexp.MustCompile(`^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$`)
	reItem  = regexp.MustCompile(`^\s{0,6}(?:[-*+]|\d{1,3}[.)])\s+(\S.*)$`)
	reImage = regexp.MustCompile(`^!\[([^\]]*)\]\(\s*<?([^)\s>]+)>?(?:\s+"([^"]*)")?\s*\)$`)
	reEmAll = regexp.MustCompile(`^(?:\*([^*]+)\*|_([^_]+)_)$`)
	reFence = regexp.MustCompile("^ {0,3}(```+|~~~+)")
	reRefer = regexp.MustCompile(`^ {0,3}\[[^\]]+\]:\s+\S+`)
)

func (m *markdown) run(lines []string) {
	fence := ""
	var code []string
	for _, raw := range lines {
		l := strings.TrimRight(raw, " \t\r")
		if f := reFence.FindStringSubmatch(l); f != nil && (fence == "" || strings.HasPrefix(f[1], fence)) {
			if fence == "" {
				m.flush()
				fence, code = f[1], nil
				continue
			}
			m.add(block{kind: blockHTML, text: strings.Join(code, "\n"), html: "<pre>" + html.EscapeString(strings.Join(code, "\n")) + "</pre>"})
			fence = ""
			continue
		}
		if fence != "" {
			code = append(code, raw)
			continue
		}
		m.line(l)
	}
	if fence != "" {
		m.para = code
	}
	m.flush()
}

func (m *markdown) line(l string) {
	t := trim(l)
	switch {
	case t == "":
		m.flush()
	case len(m.para) > 0 && (strings.Trim(t, "=") == "" || len(t) >= 2 && strings.Trim(t, "-") == ""):
		level := 1
		if t[0] == '-' {
			level = 2
		}
		s := strings.Join(m.para, " ")
		m.para = nil
		m.heading(level, s)
	case isRule(t) && strings.Trim(t, "-*_ ") == "", reRefer.MatchString(l):
		m.flush()
	case reATX.MatchString(l):
		m.flush()
		h := reATX.FindStringSubmatch(l)
		m.heading(len(h[1]), h[2])
	case strings.HasPrefix(t, ">"):
		m.flushPara()
		m.flushItem()
		m.quote = append(m.quote, trim(strings.TrimLeft(t, "> ")))
	case reItem.MatchString(l) && len(m.para) == 0:
		m.flush()
		m.item = []string{reItem.FindStringSubmatch(l)[1]}
	case len(m.item) > 0:
		m.item = append(m.item, t)
	case len(m.quote) > 0:
		m.quote = append(m.quote, t)
	default:
		m.para = append(m.para, t)
	}
}

func (m *markdown) heading(level int, s string) {
	s = plainInline(s)
	if s == "" {
		return
	}
	if m.d.title == "" && level == 1 && len(m.blocks) == 0 {
		m.d.title = s
		return
	}
	if key(s) == key(m.d.title) {
		return
	}
	m.add(block{kind: blockHead, text: s})
}

func (m *markdown) add(b block) {
	if b.text != "" {
		m.blocks = append(m.blocks, b)
	}
}

func (m *markdown) flush() {
	m.flushPara()
	m.flushItem()
	if len(m.quote) > 0 {
		s := strings.Join(m.quote, " ")
		m.quote = nil
		m.add(block{kind: blockHTML, text: plainInline(s), html: "<blockquote><p>" + m.inline(s) + "</p></blockquote>"})
	}
}

func (m *markdown) flushItem() {
	if len(m.item) > 0 {
		s := strings.Join(m.item, " ")
		m.item = nil
		m.add(block{kind: blockItem, text: plainInline(s)})
	}
}

func (m *markdown) flushPara() {
	if len(m.para) == 0 {
		return
	}
	s := strings.Join(m.para, " ")
	first := m.para[0]
	m.para = nil
	if img := reImage.FindStringSubmatch(s); img != nil {
		m.picture(img)
		return
	}
	// A picture followed by one line in italics: its caption.
	if img := reImage.FindStringSubmatch(first); img != nil && len(s) > len(first) {
		rest := trim(s[len(first):])
		img[3] = strings.Trim(rest, "*_ ")
		m.picture(img)
		return
	}
	if e := reEmAll.FindStringSubmatch(s); e != nil && captionScore(e[1]+e[2]) >= 3 {
		m.d.addCaption(plainInline(e[1] + e[2]))
		return
	}
	plain := plainInline(s)
	if len(m.blocks) == 0 && m.meta(plain) {
		return
	}
	if captionScore(plain) >= 4 && len(m.blocks) < 2 || bodyCaption(plain) {
		m.d.addCaption(plain)
		return
	}
	m.add(block{kind: blockHTML, text: plain, html: "<p>" + m.inline(s) + "</p>"})
}

// meta takes a byline or a date that stands between headline and text.
func (m *markdown) meta(s string) bool {
	r := &reader{d: m.d, titleKey: key(m.d.title)}
	if m.d.title == "" {
		return false
	}
	probe := &reader{d: &draft{options: m.d.options}}
	if !probe.dateLine(s, true) && !probe.byline(s) {
		return false
	}
	if m.d.published.IsZero() {
		r.dateLine(s, true)
	}
	if len(m.d.authors) == 0 {
		r.byline(s)
		m.d.addAuthors(personNames(probe.d)...)
	}
	return true
}

func personNames(d *draft) []string {
	var out []string
	for _, p := range d.authors {
		out = append(out, p.Name)
	}
	return out
}

func (m *markdown) picture(img []string) {
	if m.d.image == "" {
		if u, err := text.CanonicalURL(img[2]); err == nil {
			m.d.image = u
		}
	}
	caption := img[3]
	if caption == "" && words(img[1]) >= 4 {
		caption = img[1]
	}
	if caption = plainInline(caption); caption != "" {
		m.d.addCaption(caption)
	}
}

var (
	reInlineImage = regexp.MustCompile(`!\[([^\]]*)\]\([^)]*\)`)
	reLink        = regexp.MustCompile(`\[([^\]]+)\]\(\s*&lt;?([^)\s]+?)(?:&gt;)?(?:\s+&#34;[^)]*&#34;)?\s*\)|\[([^\]]+)\]\(([^)\s]+)(?:\s+(?:&#34;|")[^)]*(?:&#34;|"))?\)`)
	rePlainLink   = regexp.MustCompile(`\[([^\]]+)\]\([^)]*\)|\[([^\]]+)\]\[[^\]]*\]`)
	reAuto        = regexp.MustCompile(`&lt;(https?://[^\s&]+)&gt;`)
	reStrong      = regexp.MustCompile(`\*\*([^*\s](?:[^*]*[^*\s])?)\*\*|__([^_\s](?:[^_]*[^_\s])?)__`)
	reEm          = regexp.MustCompile(`\*([^*\s](?:[^*]*[^*\s])?)\*`)
	reUnder       = regexp.MustCompile(`(^|[\s(])_([^_\s](?:[^_]*[^_\s])?)_($|[\s).,;:!?])`)
	reCode        = regexp.MustCompile("`([^`]+)`")
	reEscape      = regexp.MustCompile(`\\([\\*_{}\[\]()#+\-.!>~|` + "`" + `])`)
	reInlineHTML  = regexp.MustCompile(`<(?:/?[a-zA-Z][^<>]*|!--.*?--)>`)
)

// longestInline is the length in bytes beyond which a paragraph is not searched for marks: nobody writes such, and hostile ones are slow.
const longestInline = 64 << 10

// inline turns the marks within a paragraph into HTML, which is then sanitised.
func (m *markdown) inline(s string) string {
	if len(s) > longestInline {
		return escape(s)
	}
	s = reInlineImage.ReplaceAllString(reInlineHTML.ReplaceAllString(s, ""), "$1")
	var kept []string
	s = reEscape.ReplaceAllStringFunc(s, func(e string) string {
		kept = append(kept, e[1:])
		return "\x00"
	})
	s = html.EscapeString(s)
	s = reCode.ReplaceAllString(s, "<code>$1</code>")
	s = reLink.ReplaceAllString(s, `<a href="$2$4">$1$3</a>`)
	s = reAuto.ReplaceAllString(s, `<a href="$1">$1</a>`)
	s = reStrong.ReplaceAllString(s, "<strong>$1$2</strong>")
	s = reEm.ReplaceAllString(s, "<em>$1</em>")
	s = reUnder.ReplaceAllString(s, "$1<em>$2</em>$3")
	for _, k := range kept {
		s = strings.Replace(s, "\x00", html.EscapeString(k), 1)
	}
	return text.Sanitize(text.Resolve(s, m.d.url))
}

// plainInline takes the marks out of a line.
func plainInline(s string) string {
	if len(s) > longestInline {
		return trim(s)
	}
	s = reInlineHTML.ReplaceAllString(s, "")
	s = reInlineImage.ReplaceAllString(s, "$1")
	s = rePlainLink.ReplaceAllString(s, "$1$2")
	s = reStrong.ReplaceAllString(s, "$1$2")
	s = reEm.ReplaceAllString(s, "$1")
	s = reUnder.ReplaceAllString(s, "$1$2$3")
	s = reCode.ReplaceAllString(s, "$1")
	return html.UnescapeString(trim(reEscape.ReplaceAllString(s, "$1")))
}

// trimBlocks takes what the site appended off blocks that were marked up, by the same rules as for plain text, and
// keeps the rest as the body.
func (d *draft) trimBlocks(blocks []block) {
	r := &reader{d: d, recurring: map[string]bool{}}
	for _, s := range d.options.Boilerplate {
		r.recurring[key(s)] = true
	}
	for i, b := range blocks {
		r.lines = append(r.lines, line{first: i + 1, last: i + 1, text: trim(b.text), raw: b.text, blank: trim(b.text) == ""})
	}
	end := r.tail(0)
	for i := range d.clues {
		d.clues[i].line = 0 // blocks have no line numbers
	}
	for i, b := range blocks[:end] {
		if b.kind != blockHead && i < checkedLines && len(d.body) > 0 && r.midPhrase(i, len(d.body)) {
			continue
		}
		d.body = append(d.body, b)
	}
	if d.published.IsZero() && d.stamps[0].IsZero() {
		r.dateline()
	}
}

// readHTML reads a saved web page.
func (d *draft) readHTML(data []byte) error {
	p, err := page.Read(data, page.Options{Location: d.options.Location})
	if err != nil {
		return err
	}
	d.title, d.section, d.url, d.image, d.lang = p.Title, p.Section, p.Canonical, p.Image, p.Lang
	d.authors, d.tags = p.Authors, p.Categories
	d.stamps[0], d.stamps[1] = p.Published, p.Updated
	if p.Caption != "" {
		d.captions = strings.Split(p.Caption, "\n")
	}
	if p.Description != "" {
		d.summary = text.Paragraphs(p.Description)
	}
	var blocks []block
	for _, b := range p.Blocks {
		kind := blockHTML
		switch b.Kind {
		case page.Heading:
			kind = blockHead
		case page.ListItem:
			kind = blockItem
		}
		blocks = append(blocks, block{kind: kind, text: b.Plain, html: b.HTML})
	}
	d.trimBlocks(d.pageHead(blocks))
	d.pageOutlet(p)
	return nil
}

// pageHead drops bylines and dates that the page shows above the text and its metadata has said already, and takes captions.
func (d *draft) pageHead(blocks []block) []block {
	r := &reader{d: d, titleKey: key(d.title)}
	out := blocks[:0:0]
	for i, b := range blocks {
		if i < 8 && len(out) < 2 && b.kind == blockHTML && b.text != "" {
			probe := &reader{d: &draft{options: d.options}}
			if probe.dateLine(b.text, true) || probe.byline(b.text) {
				if d.stamps[0].IsZero() {
					r.dateLine(b.text, true)
				}
				if len(d.authors) == 0 {
					d.addAuthors(personNames(probe.d)...)
				}
				continue
			}
			if words(b.text) <= 10 && phraseOf(b.text) == phraseJunk {
				d.cut = append(d.cut, cutLine{0, b.text})
				continue
			}
			if captionScore(b.text) >= 4 {
				d.addCaption(b.text)
				continue
			}
		}
		out = append(out, b)
	}
	return out
}

// pageOutlet takes the outlet from a page's metadata: a configured site by its address, else the name the site gives
// itself, else the address.
func (d *draft) pageOutlet(p *page.Article) {
	if name, site := d.outletOf(hostOf(p.Canonical)); name != "" {
		d.outlet, d.evidence = name, "page metadata, "+p.Evidence["canonical"]+" "+p.Canonical+"; "+site+" is a site of the configured outlet "+name
		return
	}
	if p.Site != "" {
		d.setOutlet(p.Site, "page metadata, "+p.Evidence["site"]+": "+p.Site)
	}
}
