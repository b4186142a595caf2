package feeds

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Subscription is a feed as an OPML file lists it.
type Subscription struct {
	URL   string   // xmlUrl
	Title string   // title, else text
	Site  string   // htmlUrl
	Tags  []string // the folders it is in, outermost first, then its categories
	Attrs []Attr   // attributes we have no use for, kept in their order
	Line  int      // where the outline starts, from 1; not written
}

// Attr is an attribute of an outline, its name as written.
type Attr struct {
	Name  string
	Value string
}

// OPMLError is a fault of an OPML file with the line it is in, from 1.
type OPMLError struct {
	Line int
	Msg  string
}

// Error returns "line N: what is wrong".
func (e *OPMLError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// ReadOPML reads the subscriptions of an OPML 1.0 or 2.0 file in any encoding feeds are read in. Folders become tags.
// What could be read is returned together with the error, which joins one *OPMLError for every fault.
func ReadOPML(r io.Reader) ([]Subscription, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read opml: %w", err)
	}
	if len(data) > MaxBody {
		return nil, fmt.Errorf("read opml: %w", ErrTooLarge)
	}
	body := decodeText(data, Options{}).text
	if strings.TrimSpace(body) == "" {
		return nil, fmt.Errorf("read opml: %w", ErrEmpty)
	}
	o := opmlReader{lines: lineCounter{s: body, line: 1}}
	d := xml.NewDecoder(strings.NewReader(body))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	o.read(d)
	return o.list, errors.Join(o.faults...)
}

// maxFaults is how many faults of one file are listed.
const maxFaults = 20

type opmlReader struct {
	list    []Subscription
	faults  []error
	folders []string // one an open outline; "" for an outline that is no folder
	open    []openElement
	lines   lineCounter
	root    bool
}

// openElement is an element that was started.
type openElement struct {
	name string
	line int
}

func (o *opmlReader) fault(line int, format string, args ...any) {
	if len(o.faults) < maxFaults {
		o.faults = append(o.faults, &OPMLError{Line: line, Msg: fmt.Sprintf(format, args...)})
	}
}

// read takes raw tokens: what is not closed, or closed in another order, is a fault with its line, and reading goes on.
func (o *opmlReader) read(d *xml.Decoder) {
	for {
		start := d.InputOffset()
		tok, err := d.RawToken()
		if err != nil {
			o.end(d, err)
			return
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if !o.start(t, o.lines.at(int(start))) {
				return
			}
		case xml.EndElement:
			o.close(t.Name.Local, o.lines.at(int(start)))
		}
	}
}

// start opens an element and reports whether to go on.
func (o *opmlReader) start(t xml.StartElement, line int) bool {
	if len(o.open) >= MaxDepth {
		o.fault(line, "outlines are nested more than %d deep", MaxDepth)
		return false
	}
	if !o.root {
		if !strings.EqualFold(t.Name.Local, "opml") {
			o.fault(line, "the document starts with <%s>, not with <opml>", t.Name.Local)
			return false
		}
		o.root = true
	}
	o.open = append(o.open, openElement{t.Name.Local, line})
	if strings.EqualFold(t.Name.Local, "outline") {
		o.outline(t, line)
	}
	return true
}

// close closes the nearest open element of a name and those inside it.
func (o *opmlReader) close(name string, line int) {
	for i := len(o.open) - 1; i >= 0; i-- {
		if !strings.EqualFold(o.open[i].name, name) {
			continue
		}
		for j := len(o.open) - 1; j >= i; j-- {
			if j > i {
				o.fault(line, "</%s> comes before the end of <%s> of line %d", name, o.open[j].name, o.open[j].line)
			}
			if strings.EqualFold(o.open[j].name, "outline") {
				o.folders = o.folders[:len(o.folders)-1]
			}
		}
		o.open = o.open[:i]
		return
	}
	o.fault(line, "</%s> closes nothing", name)
}

// end turns the decoder's last error into a fault.
func (o *opmlReader) end(d *xml.Decoder, err error) {
	line := o.lines.at(int(d.InputOffset()))
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		o.fault(syntax.Line, "%s", syntax.Msg)
	case !errors.Is(err, io.EOF):
		o.fault(line, "%v", err)
	case !o.root:
		o.fault(line, "there is no <opml> element")
	case len(o.open) > 0:
		last := o.open[len(o.open)-1]
		o.fault(line, "the document ends inside <%s> of line %d", last.name, last.line)
	}
}

func (o *opmlReader) outline(t xml.StartElement, line int) {
	s := Subscription{Line: line}
	var text, kind, category string
	for _, a := range t.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		value := strings.TrimSpace(a.Value)
		switch strings.ToLower(name) {
		case "xmlurl":
			s.URL = value
		case "htmlurl":
			s.Site = value
		case "title":
			s.Title = value
		case "text":
			text = value
		case "type":
			kind = strings.ToLower(value)
		case "category":
			category = value
		default:
			s.Attrs = append(s.Attrs, Attr{Name: name, Value: a.Value})
		}
	}
	if s.Title == "" {
		s.Title = text
	}
	if s.URL == "" {
		if kind == "rss" || kind == "atom" || kind == "feed" {
			o.fault(line, "the feed %q has no xmlUrl", s.Title)
			o.folders = append(o.folders, "")
			return
		}
		o.folders = append(o.folders, s.Title)
		return
	}
	for _, f := range o.folders {
		s.tag(f)
	}
	for c := range strings.SplitSeq(category, ",") {
		s.tag(strings.Trim(strings.TrimSpace(c), "/"))
	}
	o.folders = append(o.folders, "")
	o.list = append(o.list, s)
}

// tag adds a tag once.
func (s *Subscription) tag(name string) {
	if name != "" && !slices.Contains(s.Tags, name) {
		s.Tags = append(s.Tags, name)
	}
}

// lineCounter counts the lines up to offsets that never go back.
type lineCounter struct {
	s    string
	off  int
	line int
}

func (l *lineCounter) at(off int) int {
	if off = min(off, len(l.s)); off > l.off {
		l.line += strings.Count(l.s[l.off:off], "\n")
		l.off = off
	}
	return l.line
}

// WriteOPML writes an OPML 2.0 file. A subscription's tags become nested folders, so that ReadOPML gives the same tags
// in the same order; subscriptions with equal tags share a folder. The only errors are those of w.
func WriteOPML(w io.Writer, title string, list []Subscription) error {
	b := bufio.NewWriter(w)
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n<opml version=\"2.0\">\n<head><title>")
	escapeXML(b, orElse(title, "subscriptions"))
	b.WriteString("</title></head>\n<body>\n")
	writeOutlines(b, list, 0)
	b.WriteString("</body>\n</opml>\n")
	return b.Flush()
}

// writeOutlines writes the subscriptions of one folder, which is depth folders deep, and its folders.
func writeOutlines(b *bufio.Writer, list []Subscription, depth int) {
	var order []string
	folders := map[string][]Subscription{}
	for _, s := range list {
		if depth >= len(s.Tags) || depth >= maxFolders {
			writeOutline(b, s, depth)
			continue
		}
		name := s.Tags[depth]
		if _, ok := folders[name]; !ok {
			order = append(order, name)
		}
		folders[name] = append(folders[name], s)
	}
	for _, name := range order {
		indent(b, depth)
		b.WriteString("<outline")
		writeAttr(b, "text", name)
		writeAttr(b, "title", name)
		b.WriteString(">\n")
		writeOutlines(b, folders[name], depth+1)
		indent(b, depth)
		b.WriteString("</outline>\n")
	}
}

// maxFolders is how deep folders are nested when written; further tags go into the category attribute.
const maxFolders = 16

func writeOutline(b *bufio.Writer, s Subscription, depth int) {
	indent(b, depth)
	b.WriteString("<outline")
	writeAttr(b, "type", "rss")
	title := orElse(s.Title, s.URL)
	writeAttr(b, "text", title)
	writeAttr(b, "title", title)
	writeAttr(b, "xmlUrl", s.URL)
	if s.Site != "" {
		writeAttr(b, "htmlUrl", s.Site)
	}
	if len(s.Tags) > depth {
		writeAttr(b, "category", strings.Join(s.Tags[depth:], ","))
	}
	seen := map[string]bool{"type": true, "text": true, "title": true, "xmlurl": true, "htmlurl": true, "category": true}
	for _, a := range s.Attrs {
		// a prefix would need its declaration, which an outline does not carry
		if key := strings.ToLower(a.Name); plainName(a.Name) && !seen[key] {
			seen[key] = true
			writeAttr(b, a.Name, a.Value)
		}
	}
	b.WriteString("/>\n")
}

// plainName reports whether s is an attribute name of ASCII letters, digits, "-", "_" and ".".
func plainName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '-' || c == '.')) {
			return false
		}
	}
	return s != "" && !strings.EqualFold(s, "xmlns")
}

func indent(b *bufio.Writer, depth int) {
	for range depth + 1 {
		b.WriteString("  ")
	}
}

func writeAttr(b *bufio.Writer, name, value string) {
	b.WriteString(" " + name + `="`)
	escapeXML(b, value)
	b.WriteString(`"`)
}
