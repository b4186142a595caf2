package seeds

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/page"
	"mediawatch/text"
)

// MaxSize is the largest seed file that is read, in bytes.
const MaxSize = 8 << 20

// Outlet is what the reader needs to know of a configured publisher.
type Outlet struct {
	Name     string
	Sites    []string       // registrable sites or host names, lower case
	Location *time.Location // of its times without a zone; nil: Options.Location
}

// Options say what the caller knows beside the bytes. The zero value reads a file on its own.
type Options struct {
	Location    *time.Location // of times without a zone; nil: UTC
	Path        string         // below the seed folder, with slashes; its first folder is the outlet of last resort
	Outlets     []Outlet
	Boilerplate []string // closing lines that recur in the folder, as Recurring returns them
	Sidecar     []byte   // content of the side-car file; nil: there is none
	SidecarName string   // for messages; default: the file's name with .toml
}

// Article is what was read from one seed file. Plain fields hold one line each; Content is sanitised HTML.
type Article struct {
	Title          string
	Section        []string // the publisher's path, outermost first
	Published      news.Stamp
	Updated        news.Stamp
	Outlet         string // "" unknown
	OutletEvidence string // where the outlet was learned, in words
	Caption        string // of the pictures, one a line
	Subheadings    []string
	Content        string   // paragraphs and sub-headings, without caption and boilerplate
	Cut            []string // lines taken for boilerplate, as written
	Summary        string   // only when the file states one apart from the text; sanitised HTML
	URL            string
	Authors        []news.Person
	Lang           string
	Categories     []string
	Tags           []string // of the side-car
	Image          string
	Format         string // text, markdown or html
	Warnings       []string
}

// ErrEmpty is returned for a file without a single word.
var ErrEmpty = errors.New("the file holds no text")

// ErrBinary is returned for bytes that are no text in any encoding.
var ErrBinary = errors.New("not a text file")

// ErrTooBig is returned for more than MaxSize bytes.
var ErrTooBig = fmt.Errorf("larger than %d MiB", MaxSize>>20)

// Read reads one seed file. The name decides between Markdown (.md, .markdown) and HTML (.html, .htm, .xhtml); any other file is
// text, unless it begins like an HTML document. What is stated wins in this order: side-car, front matter or page
// metadata, the text itself, and for the outlet at last the sub-folder. Errors are ErrEmpty, ErrBinary, ErrTooBig, *SidecarError
// and what package page returns, wrapped with the file's name.
func Read(name string, data []byte, o Options) (*Article, error) {
	a, err := read(name, data, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

func read(name string, data []byte, o Options) (*Article, error) {
	if len(data) > MaxSize {
		return nil, ErrTooBig
	}
	side, err := parseSidecar(name, o)
	if err != nil {
		return nil, err
	}
	if kind := binaryKind(data); kind != "" {
		return nil, fmt.Errorf("%w: %s", ErrBinary, kind)
	}
	src := text.Clean(page.Decode(data, "").Text)
	if strings.TrimSpace(src) == "" {
		return nil, ErrEmpty
	}
	d := &draft{options: o}
	switch d.format = formatOf(name, src); d.format {
	case "html":
		err = d.readHTML(data)
	case "markdown":
		d.readMarkdown(src)
	default:
		d.readText(src)
	}
	if err != nil {
		return nil, err
	}
	d.apply(side)
	return d.article()
}

// formatOf tells the format by the name's ending, and by the first bytes where the ending says nothing.
func formatOf(name, src string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown":
		return "markdown"
	case ".html", ".htm", ".xhtml":
		return "html"
	}
	start := strings.ToLower(strings.TrimSpace(src[:min(len(src), 512)]))
	if strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") {
		return "html"
	}
	return "text"
}

// Item returns the article as an item. Feed, ID, Identity, Seq, Seen, Backlog, Fingerprint, Origin and Keys are left to
// the caller, who knows where the file came from.
func (a *Article) Item() news.Item {
	return news.Item{
		Kind:           news.KindSeed,
		URL:            a.URL,
		Outlet:         a.Outlet,
		OutletEvidence: a.OutletEvidence,
		Revision: news.Revision{
			Title:       a.Title,
			Summary:     a.Summary,
			Content:     a.Content,
			Caption:     a.Caption,
			Subheadings: slices.Clone(a.Subheadings),
			Section:     slices.Clone(a.Section),
			Categories:  slices.Clone(a.Categories),
			Tags:        slices.Clone(a.Tags),
			Authors:     slices.Clone(a.Authors),
			Published:   a.Published,
			Updated:     a.Updated,
			Lang:        a.Lang,
			Image:       a.Image,
			Cut:         slices.Clone(a.Cut),
		},
	}
}
