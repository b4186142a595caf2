package seeds

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"mediawatch/page"
	"mediawatch/text"
)

// frontMatter cuts the block at the top of a Markdown file: YAML between --- lines, TOML between +++ lines. The values
// are strings, lists of strings or, from TOML, dates.
func (d *draft) frontMatter(src string) (map[string]any, string) {
	first, rest, _ := strings.Cut(src, "\n")
	fence := trim(first)
	if fence != "---" && fence != "+++" {
		return nil, src
	}
	lines := strings.Split(rest, "\n")
	for i, l := range lines {
		if end := trim(l); end != fence && !(fence == "---" && end == "...") {
			continue
		}
		body := strings.Join(lines[i+1:], "\n")
		if fence == "+++" {
			return d.tomlMatter(strings.Join(lines[:i], "\n")), body
		}
		return d.yamlMatter(lines[:i]), body
	}
	return nil, src // a rule at the top, not front matter
}

func (d *draft) tomlMatter(src string) map[string]any {
	out := map[string]any{}
	if err := toml.Unmarshal([]byte(src), &out); err != nil {
		d.warn("front matter: " + text.Line(err.Error()))
		return nil
	}
	return out
}

// yamlMatter reads the strict subset of YAML that front matter is written in: "key: value", quoted or not, "[a, b]",
// lists of "- item", folded (>) and literal (|) text, comments. Anything else, such as nested values, anchors or tags,
// is named in a warning with its line and left out; line 1 is the fence.
func (d *draft) yamlMatter(lines []string) map[string]any {
	out := map[string]any{}
	for i := 0; i < len(lines); i++ {
		l := strings.TrimRight(lines[i], " \t\r")
		if l == "" || strings.HasPrefix(strings.TrimSpace(l), "#") {
			continue
		}
		name, value, ok := strings.Cut(l, ":")
		if !ok || indentOf(l) > 0 || strings.HasPrefix(l, "-") || (value != "" && value[0] != ' ' && value[0] != '\t') {
			d.warn(fmt.Sprintf("front matter, line %d: only \"key: value\" is read: %s", i+2, text.Truncate(text.Line(l), 60)))
			continue
		}
		name, value = strings.ToLower(strings.Trim(trim(name), `"'`)), trim(value)
		if value == "" || strings.HasPrefix(value, "|") || strings.HasPrefix(value, ">") {
			end := i + 1
			for end < len(lines) && (trim(lines[end]) == "" || indentOf(lines[end]) > 0 || strings.HasPrefix(lines[end], "- ")) {
				end++
			}
			out[name] = d.yamlBlock(lines[i+1:end], value, i+3)
			i = end - 1
			continue
		}
		v, err := yamlValue(value)
		if err != "" {
			d.warn(fmt.Sprintf("front matter, line %d: %s", i+2, err))
			continue
		}
		out[name] = v
	}
	return out
}

// yamlBlock reads the indented lines below a key: a list, or text. n is the number of their first line.
func (d *draft) yamlBlock(lines []string, mark string, n int) any {
	var items, prose []string
	for i, l := range lines {
		t := trim(l)
		switch {
		case mark != "":
			prose = append(prose, t)
		case t == "" || strings.HasPrefix(t, "#"):
		case strings.HasPrefix(t, "- "):
			v, err := yamlValue(trim(t[2:]))
			s, ok := v.(string)
			if err != "" || !ok || (strings.Contains(t, ": ") && !strings.ContainsAny(t[2:3], `"'`)) {
				d.warn(fmt.Sprintf("front matter, line %d: only plain items are read in a list", n+i))
				continue
			}
			items = append(items, s)
		default:
			d.warn(fmt.Sprintf("front matter, line %d: nested values are not read: %s", n+i, text.Truncate(text.Line(t), 60)))
		}
	}
	if mark != "" {
		return text.Line(strings.Join(prose, " "))
	}
	if items == nil {
		return ""
	}
	return items
}

// yamlValue reads a scalar or a [list]; the second result says what is wrong.
func yamlValue(s string) (any, string) {
	switch s[0] {
	case '"', '\'':
		return yamlQuoted(s)
	case '[':
		if !strings.HasSuffix(s, "]") {
			return nil, "a list has to end on its line"
		}
		out := []string{}
		for _, part := range splitFlow(s[1 : len(s)-1]) {
			if part = trim(part); part == "" {
				continue
			}
			v, err := yamlValue(part)
			item, ok := v.(string)
			if err != "" || !ok {
				return nil, "a list takes plain items only"
			}
			out = append(out, item)
		}
		return out, ""
	case '{', '&', '*', '!', '%', '@', '`':
		return nil, "this kind of value is not read: " + text.Truncate(s, 40)
	}
	if i := strings.Index(s, " #"); i >= 0 {
		s = trim(s[:i])
	}
	if s == "~" || s == "null" {
		s = ""
	}
	return s, ""
}

func yamlQuoted(s string) (any, string) {
	q := s[0]
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == q && q == '\'' && i+1 < len(s) && s[i+1] == '\'':
			b.WriteByte('\'')
			i++
		case c == q:
			if rest := trim(s[i+1:]); rest != "" && rest[0] != '#' {
				return nil, "text behind the closing quote"
			}
			return b.String(), ""
		case c == '\\' && q == '"' && i+1 < len(s):
			i++
			if e, ok := map[byte]string{'n': " ", 't': " ", '"': `"`, '\\': `\`, '/': "/"}[s[i]]; ok {
				b.WriteString(e)
			} else {
				return nil, "unknown escape \\" + string(rune(s[i]))
			}
		default:
			b.WriteByte(c)
		}
	}
	return nil, "the closing quote is missing"
}

// splitFlow cuts at commas outside quotes.
func splitFlow(s string) []string {
	var out []string
	start, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ',':
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// matterKeys maps the keys of front matter to what they state.
var matterKeys = map[string]string{
	"title": "title", "headline": "title", "date": "published", "published": "published", "publishdate": "published", "pubdate": "published", "published_at": "published", "publish_date": "published", "datepublished": "published", "created": "published",
	"updated": "updated", "lastmod": "updated", "modified": "updated", "updated_at": "updated", "last_modified_at": "updated", "date_modified": "updated",
	"author": "author", "authors": "author", "byline": "author", "outlet": "outlet", "publisher": "outlet", "publication": "outlet", "site": "outlet", "site_name": "outlet", "source": "source",
	"section": "section", "category": "section", "categories": "section", "tags": "tags", "keywords": "tags", "topics": "tags",
	"url": "url", "link": "url", "canonical": "url", "canonical_url": "url", "permalink": "url", "original_url": "url", "source_url": "url",
	"lang": "lang", "language": "lang", "locale": "lang", "description": "summary", "summary": "summary", "excerpt": "summary", "subtitle": "summary", "image": "image", "cover": "image", "caption": "caption", "image_caption": "caption",
}

// applyMatter takes the values of front matter; what has no meaning here is named.
func (d *draft) applyMatter(values map[string]any) {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		what, ok := matterKeys[strings.ToLower(k)]
		if !ok {
			d.warn(fmt.Sprintf("front matter: key %q is not used", k))
			continue
		}
		if !d.matter(what, values[k]) {
			d.warn(fmt.Sprintf("front matter: the value of %q cannot be used: %v", k, values[k]))
		}
	}
}

func (d *draft) matter(what string, value any) bool {
	if what == "published" || what == "updated" {
		w, ok := matterWhen(value)
		if ok && what == "published" {
			d.published = w
		} else if ok {
			d.updated = w
		}
		return ok
	}
	values, ok := matterList(value)
	if !ok {
		return false
	}
	if len(values) == 0 {
		return true
	}
	one := text.Line(values[0])
	switch what {
	case "title":
		d.title = one
	case "author":
		for _, v := range values {
			d.addAuthors(splitNames(v)...)
		}
	case "source":
		if strings.Contains(one, "://") {
			d.setURL(one)
			return d.url != ""
		}
		d.setOutlet(one, "front matter, source")
	case "outlet":
		d.setOutlet(one, "front matter, "+what)
	case "section":
		if d.section = values; len(values) == 1 {
			d.section = sectionParts(one)
		}
	case "tags":
		for _, v := range values {
			d.addTags(v)
		}
	case "url":
		if d.setURL(one); d.url == "" {
			return false
		}
	case "lang":
		d.lang = one
	case "summary":
		d.summary = text.Paragraphs(one)
	case "image":
		u, err := text.CanonicalURL(one)
		if err != nil {
			return false
		}
		d.image = u
	case "caption":
		d.addCaption(one)
	}
	return true
}

func matterWhen(v any) (page.When, bool) {
	if s, ok := v.(string); ok {
		return page.ParseWhen(s)
	}
	w, ok := tomlWhen(v)
	return w, ok && !w.IsZero()
}

// matterList makes a list of strings of what front matter holds.
func matterList(v any) ([]string, bool) {
	if l, ok := v.([]string); ok {
		return l, true
	}
	l, ok := stringList(v)
	if !ok {
		return nil, false
	}
	var out []string
	for _, s := range l {
		if s = text.Line(s); s != "" {
			out = append(out, s)
		}
	}
	return out, true
}
