package page

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"mediawatch/news"
	"mediawatch/text"
)

// Options say what the caller knows beside the bytes.
type Options struct {
	URL         string         // where the page was; relative addresses start there; "" unknown
	ContentType string         // as the server declared it
	Location    *time.Location // of times without a zone; nil: UTC
}

// BlockKind is what a Block is.
type BlockKind uint8

// The kinds of block.
const (
	Paragraph BlockKind = iota
	Heading
	ListItem
	Other // table, quotation, preformatted text, picture without text
)

// Block is one piece of an article in reading order. HTML is sanitised; Plain is its text.
type Block struct {
	Kind  BlockKind
	Plain string
	HTML  string
}

// Article is what a page says. Title and the other plain fields hold one line each; URLs are absolute.
type Article struct {
	Title       string
	Text        string   // sanitised HTML of the article, without headline and caption
	Paragraphs  []string // its plain text, block by block
	Blocks      []Block
	Published   news.Stamp
	Updated     news.Stamp
	Canonical   string // canonical URL; "" unknown
	Site        string // the site's name as the page states it; "" unknown
	Authors     []news.Person
	Image       string
	Caption     string // of the pictures, one a line
	Section     []string
	Categories  []string
	Lang        string
	Description string
	Evidence    map[string]string // field → what it rests on, such as "JSON-LD datePublished"
}

var (
	// ErrNoArticle is returned for a page without text that could be an article.
	ErrNoArticle = errors.New("no article found in the page")
	// ErrWall is returned for a page that holds a consent form, a login or a robot check instead of the article.
	ErrWall = errors.New("the page holds a wall instead of an article")
	// ErrNested is returned for markup nested deeper than a browser would keep.
	ErrNested = errors.New("the page's markup is nested too deeply")
)

// shortText is the number of characters below which the result of readability is not trusted and the second pass is made.
const shortText = 250

// leastText is the number of characters below which nothing is an article.
const leastText = 30

// Read reads the article of a page. Errors: ErrNoArticle, ErrWall, ErrNested.
func Read(data []byte, o Options) (*Article, error) {
	src := text.Clean(Decode(data, o.ContentType).Text)
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNested, err)
	}
	m := readMeta(doc, o)
	base := m.base(o.URL)
	a := &Article{Evidence: m.evidence}
	m.fill(a, o, base)
	var best extract
	if u, err := url.Parse(base); err == nil {
		best = byReadability(src, u)
	}
	if best.chars() < shortText {
		best = bestOf(best, secondPass(doc, m))
	}
	blocks := blocksOf(best.html, base)
	a.take(blocks)
	if runes(a.Paragraphs...) < leastText {
		if wall := wallOf(doc, nil); wall != "" {
			return nil, fmt.Errorf("%w: %s", ErrWall, wall)
		}
		return nil, ErrNoArticle
	}
	if wall := wallOf(doc, a.Paragraphs); wall != "" {
		return nil, fmt.Errorf("%w: %s", ErrWall, wall)
	}
	a.Evidence["text"] = best.how
	if a.Title == "" {
		a.Title, a.Evidence["title"] = text.Truncate(a.Paragraphs[0], 90), "first words of the text"
	}
	if a.Lang == "" {
		if a.Lang = text.Language(strings.Join(a.Paragraphs, "\n")); a.Lang != "" {
			a.Evidence["lang"] = "the words of the text"
		}
	}
	return a, nil
}

// take sorts the blocks into text and captions, and drops what repeats the headline at the top.
func (a *Article) take(blocks []captioned) {
	var captions []string
	title := foldTitle(a.Title)
	for _, b := range blocks {
		switch {
		case b.caption:
			captions = append(captions, b.Plain)
			continue
		case b.Kind == Heading && foldTitle(b.Plain) == title && title != "":
			continue
		case len(a.Blocks) == 0 && title != "" && foldTitle(b.Plain) == title:
			continue
		}
		a.Blocks = append(a.Blocks, b.Block)
	}
	a.Render()
	if len(captions) > 0 && a.Caption == "" {
		a.Caption, a.Evidence["caption"] = strings.Join(captions, "\n"), "figcaption"
	}
}

// Render sets Text and Paragraphs from Blocks; call it after changing those.
func (a *Article) Render() {
	var b strings.Builder
	a.Paragraphs = nil
	list := false
	for _, blk := range a.Blocks {
		if (blk.Kind == ListItem) != list {
			list = !list
			if list {
				b.WriteString("<ul>")
			} else {
				b.WriteString("</ul>\n")
			}
		}
		b.WriteString(blk.HTML)
		if !list {
			b.WriteByte('\n')
		}
		if blk.Plain != "" {
			a.Paragraphs = append(a.Paragraphs, blk.Plain)
		}
	}
	if list {
		b.WriteString("</ul>")
	}
	a.Text = strings.TrimSpace(b.String())
}

func foldTitle(s string) string {
	return strings.Join(strings.Fields(text.Fold(s)), " ")
}

func runes(parts ...string) int {
	n := 0
	for _, p := range parts {
		n += len([]rune(p))
	}
	return n
}
