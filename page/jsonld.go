package page

import (
	"encoding/json"
	"html"
	"strings"
)

// ldArticle is what the data islands of a page say about its article (schema.org, JSON-LD 1.1).
type ldArticle struct {
	Headline, Description, Published, Modified string
	Publisher, URL, Image, Lang, Body          string
	Authors, Sections, Keywords, Crumbs        []string
}

// islandDepth is how deep an island is searched for an article.
const islandDepth = 12

// read takes in one island. What cannot be read is left out: an island is an offer, not a promise.
func (l *ldArticle) read(src string) {
	src = strings.TrimSpace(src)
	src = strings.TrimSuffix(strings.TrimPrefix(src, "<!--"), "-->")
	src = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(src), "//<![CDATA["), "//]]>")
	var v any
	dec := json.NewDecoder(strings.NewReader(src))
	if dec.Decode(&v) != nil {
		// Raw line breaks inside strings are the usual fault.
		clean := strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(src)
		if json.Unmarshal([]byte(clean), &v) != nil {
			return
		}
	}
	l.visit(v, 0)
}

func (l *ldArticle) visit(v any, depth int) {
	if depth > islandDepth {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			l.visit(e, depth+1)
		}
	case map[string]any:
		switch kind := types(v); {
		case articleType(kind):
			l.article(v)
		case strings.Contains(kind, " BreadcrumbList "):
			l.crumbs(v)
		case strings.Contains(kind, " WebPage "):
			if l.Lang == "" {
				l.Lang = str(v["inLanguage"])
			}
		}
		for _, k := range []string{"@graph", "mainEntity", "mainEntityOfPage", "breadcrumb", "itemListElement", "hasPart"} {
			switch e := v[k].(type) {
			case map[string]any, []any:
				if !strings.Contains(types(v), " BreadcrumbList ") {
					l.visit(e, depth+1)
				}
			}
		}
	}
}

// types returns @type, a string or a list, as words between spaces.
func types(v map[string]any) string {
	var words []string
	for _, t := range strs(v["@type"]) {
		words = append(words, t[strings.LastIndexAny(t, "/:")+1:])
	}
	return " " + strings.Join(words, " ") + " "
}

func articleType(kind string) bool {
	for _, t := range strings.Fields(kind) {
		if strings.HasSuffix(t, "Article") || strings.HasSuffix(t, "BlogPosting") || t == "Report" || t == "LiveBlogPosting" || t == "AnalysisNewsArticle" {
			return true
		}
	}
	return false
}

func (l *ldArticle) article(v map[string]any) {
	set := func(dst *string, values ...any) {
		for _, v := range values {
			if *dst == "" {
				*dst = html.UnescapeString(str(v))
			}
		}
	}
	if l.Headline != "" && l.Published != "" { // the first article is the page's; others are teasers
		return
	}
	set(&l.Headline, v["headline"], v["name"])
	set(&l.Description, v["description"])
	set(&l.Published, v["datePublished"], v["dateCreated"])
	set(&l.Modified, v["dateModified"])
	set(&l.Publisher, v["publisher"])
	set(&l.URL, v["url"], v["mainEntityOfPage"], v["@id"])
	set(&l.Image, v["image"], v["thumbnailUrl"])
	set(&l.Lang, v["inLanguage"])
	if l.Body == "" {
		l.Body = str(v["articleBody"]) // entities may be part of its HTML
	}
	if l.Authors == nil {
		l.Authors = names(v["author"])
	}
	if l.Authors == nil {
		l.Authors = names(v["creator"])
	}
	if l.Sections == nil {
		l.Sections = strs(v["articleSection"])
	}
	for _, k := range strs(v["keywords"]) {
		l.Keywords = append(l.Keywords, splitKeywords(k)...)
	}
}

func (l *ldArticle) crumbs(v map[string]any) {
	items, ok := v["itemListElement"].([]any)
	if !ok || l.Crumbs != nil || len(items) > 12 {
		return
	}
	for _, it := range items {
		m, ok := it.(map[string]any)
		if !ok {
			continue
		}
		name := str(m["name"])
		if name == "" {
			name = str(m["item"])
		}
		if !strings.Contains(name, "://") {
			l.Crumbs = append(l.Crumbs, html.UnescapeString(name))
		}
	}
}

// str returns a string, the first of a list, or the name, URL or id of an object.
func str(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case []any:
		for _, e := range v {
			if s := str(e); s != "" {
				return s
			}
		}
	case map[string]any:
		for _, k := range []string{"name", "url", "@id", "@value", "alternateName"} {
			if s, ok := v[k].(string); ok && s != "" {
				return strings.TrimSpace(s)
			}
		}
	}
	return ""
}

func strs(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{strings.TrimSpace(v)}
	case []any:
		var out []string
		for _, e := range v {
			if s := str(e); s != "" {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// names returns the names of people given as strings, objects or lists of either.
func names(v any) []string {
	switch v := v.(type) {
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, names(e)...)
		}
		return out
	case map[string]any:
		if s := str(v["name"]); s != "" {
			return []string{html.UnescapeString(s)}
		}
	case string:
		if v != "" {
			return []string{html.UnescapeString(v)}
		}
	}
	return nil
}
