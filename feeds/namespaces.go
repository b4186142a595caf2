package feeds

import "strings"

// space is a vocabulary we know something about.
type space uint8

const (
	spaceNative  space = iota // no namespace, or one of RSS's
	spaceAtom                 // Atom 1.0 and 0.3
	spaceOther                // known to be something else, or unknown
	spaceDC                   // Dublin Core elements
	spaceTerms                // Dublin Core terms
	spaceContent              // content:encoded
	spaceITunes               // podcasts
	spaceMedia                // Media RSS
	spaceXHTML                //
	spaceRDF                  //
	spaceBurner               // feedburner
	spaceSy                   // syndication: update period
	spaceWFW                  // comment API
	spaceXML                  // xml:base, xml:lang
	spaceSVG                  // drawings
	spaceMath                 // formulas: MathML
	spaceXLink                // links in these two
)

// spaces are the vocabularies by namespace name, lower case and without a trailing slash or "#".
var spaces = map[string]space{
	"http://www.w3.org/2005/atom": spaceAtom, "http://purl.org/atom/ns": spaceAtom, "http://purl.org/atom": spaceAtom,
	"https://www.w3.org/2005/atom": spaceAtom,
	"http://purl.org/rss/1.0":      spaceNative, "http://my.netscape.com/rdf/simple/0.9": spaceNative,
	"http://channel.netscape.com/rdf/simple/0.9": spaceNative, "http://backend.userland.com/rss": spaceNative,
	"http://backend.userland.com/rss2": spaceNative, "http://backend.userland.com/rss091": spaceNative,
	"http://blogs.law.harvard.edu/tech/rss": spaceNative, "http://cyber.law.harvard.edu/rss": spaceNative,
	"http://purl.org/net/rss1.1": spaceNative, "http://my.netscape.com/publish/formats/rss-0.91.dtd": spaceNative,
	"http://www.rssboard.org/rss-specification": spaceNative, "http://example.com/newformat": spaceNative,
	"http://example.com/necho": spaceNative, "http://purl.org/echo": spaceNative, "uri/of/echo/namespace": spaceNative,
	"http://purl.org/pie": spaceNative, "http://purl.org/rss/1.0/modules/rss091": spaceNative,
	"http://purl.org/dc/elements/1.1": spaceDC, "http://purl.org/dc/elements/1.0": spaceDC, "http://purl.org/dc": spaceDC,
	"http://purl.org/dc/terms":                            spaceTerms,
	"http://purl.org/rss/1.0/modules/content":             spaceContent,
	"http://www.itunes.com/dtds/podcast-1.0.dtd":          spaceITunes,
	"http://example.com/dtds/podcast-1.0.dtd":             spaceITunes,
	"http://search.yahoo.com/mrss":                        spaceMedia,
	"https://search.yahoo.com/mrss":                       spaceMedia,
	"http://video.search.yahoo.com/mrss":                  spaceMedia,
	"http://www.rssboard.org/media-rss":                   spaceMedia,
	"http://www.w3.org/1999/xhtml":                        spaceXHTML,
	"http://www.w3.org/1999/02/22-rdf-syntax-ns":          spaceRDF,
	"http://rssnamespace.org/feedburner/ext/1.0":          spaceBurner,
	"http://purl.org/rss/1.0/modules/syndication":         spaceSy,
	"http://wellformedweb.org/commentapi":                 spaceWFW,
	"http://www.w3.org/xml/1998/namespace":                spaceXML,
	"http://www.w3.org/2000/svg":                          spaceSVG,
	"http://www.w3.org/1998/math/mathml":                  spaceMath,
	"http://www.w3.org/1999/xlink":                        spaceXLink,
	"http://www.georss.org/georss":                        spaceOther,
	"http://www.opengis.net/gml":                          spaceOther,
	"http://www.google.com/schemas/play-podcasts/1.0":     spaceOther,
	"https://podcastindex.org/namespace/1.0":              spaceOther,
	"http://purl.org/syndication/thread/1.0":              spaceOther,
	"http://purl.org/rss/1.0/modules/slash":               spaceOther,
	"http://schemas.xmlsoap.org/soap/envelope":            spaceOther,
	"http://madskills.com/public/xml/rss/module/pingback": spaceOther,
}

// prefixes are the vocabularies by the prefix everybody uses, for documents that do not declare it.
var prefixes = map[string]space{
	"rss": spaceNative, "atom": spaceAtom, "atom10": spaceAtom, "a10": spaceAtom, "dc": spaceDC, "dcterms": spaceTerms, "dct": spaceTerms,
	"content": spaceContent, "itunes": spaceITunes, "media": spaceMedia, "xhtml": spaceXHTML, "rdf": spaceRDF, "feedburner": spaceBurner,
	"sy": spaceSy, "wfw": spaceWFW, "xml": spaceXML, "svg": spaceSVG, "mathml": spaceMath, "mml": spaceMath, "xlink": spaceXLink,
}

// spaceOf finds a namespace by name. A name nobody knows is spaceOther with false.
func spaceOf(uri string) (space, bool) {
	if sp, ok := spaces[uri]; ok {
		return sp, true
	}
	key := strings.TrimRight(strings.ToLower(strings.TrimSpace(uri)), "/#")
	sp, ok := spaces[key]
	if !ok {
		sp = spaceOther
	}
	return sp, ok
}

// binding is a prefix in scope.
type binding struct {
	prefix string
	space  space
	depth  int // of the element that declared it
}

// scope is the namespaces, base address and language that hold at a point of the document.
type scope struct {
	bindings []binding
	bases    []inherited // nearest last
	langs    []inherited
	root     space // what an unknown default namespace stands for
	rssRoot  bool  // the default namespace of the outer elements of RSS means nothing
	crowded  bool
}

// inherited is a value of xml:base or xml:lang.
type inherited struct {
	value string
	depth int
}

// enter takes over what the start tag t of an element at depth declares.
func (sc *scope) enter(t *token, depth int, entities *entitySet) {
	for i := range t.attrs {
		a := &t.attrs[i]
		if len(a.name) < 5 || a.name[0]|0x20 != 'x' {
			continue
		}
		switch {
		case a.name == "xmlns":
			sc.bind("", a.value, depth)
		case strings.HasPrefix(a.name, "xmlns:"):
			sc.bind(a.name[len("xmlns:"):], a.value, depth)
		case a.name == "xml:base":
			if base := resolveURL(sc.base(), decodeReferences(a.value, entities)); len(base) <= maxURL {
				sc.bases = append(sc.bases, inherited{base, depth})
			}
		case a.name == "xml:lang":
			sc.langs = append(sc.langs, inherited{decodeReferences(a.value, entities), depth})
		}
	}
}

// leave forgets what elements deeper than depth declared.
func (sc *scope) leave(depth int) {
	for n := len(sc.bindings); n > 0 && sc.bindings[n-1].depth > depth; n-- {
		sc.bindings = sc.bindings[:n-1]
	}
	for n := len(sc.bases); n > 0 && sc.bases[n-1].depth > depth; n-- {
		sc.bases = sc.bases[:n-1]
	}
	for n := len(sc.langs); n > 0 && sc.langs[n-1].depth > depth; n-- {
		sc.langs = sc.langs[:n-1]
	}
}

func (sc *scope) bind(prefix, uri string, depth int) {
	if len(sc.bindings) >= MaxNamespaces {
		sc.crowded = true
		return
	}
	sp, known := spaceOf(uri)
	switch {
	case prefix == "" && sc.rssRoot && depth <= 2:
		sp = spaceNative
	case prefix == "" && strings.TrimSpace(uri) == "":
		sp = spaceNative
	case prefix == "" && !known && depth <= 1:
		sp = sc.root
	}
	sc.bindings = append(sc.bindings, binding{prefix, sp, depth})
}

// resolve splits a name as written into its vocabulary and its local part.
func (sc *scope) resolve(name string) (space, string) {
	prefix, local := "", name
	if i := strings.IndexByte(name, ':'); i >= 0 {
		prefix, local = name[:i], name[i+1:]
	}
	for i := len(sc.bindings) - 1; i >= 0; i-- {
		if sc.bindings[i].prefix == prefix {
			return sc.bindings[i].space, local
		}
	}
	if prefix == "" {
		return spaceNative, local
	}
	if sp, ok := prefixes[strings.ToLower(prefix)]; ok {
		return sp, local
	}
	return spaceOther, local
}

// base is the address relative ones are resolved against.
func (sc *scope) base() string {
	if n := len(sc.bases); n > 0 {
		return sc.bases[n-1].value
	}
	return ""
}

// lang is the language in force.
func (sc *scope) lang() string {
	if n := len(sc.langs); n > 0 {
		return sc.langs[n-1].value
	}
	return ""
}
