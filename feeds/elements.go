package feeds

import "strings"

// element is what an element is to us, whatever its name in its vocabulary.
type element uint8

const (
	elUnknown element = iota
	elItem            // item, entry
	elFeed            // rss, RDF, channel, feed: what items are in
	elTitle
	elLink
	elID
	elSummary
	elContent
	elPublished
	elUpdated
	elCreated
	elAuthor
	elCreator
	elContributor
	elPublisher
	elCategory
	elKeywords
	elComments
	elSource
	elEnclosure
	elImage
	elLogo
	elRights
	elLanguage
	elTTL
	elSkipHours
	elSkipDays
	elGenerator
	elOrigLink
	elGroup        // media:group and what else only wraps
	elMedia        // media:content
	elThumbnail    // media:thumbnail
	elPeriod       // sy:updatePeriod
	elFrequency    // sy:updateFrequency
	elBody         // xhtml:body, xhtml:div
	elSourceAuthor // of an Atom source
)

// nativeElements are RSS's, RDF's, Atom's and CDF's own, lower case.
var nativeElements = map[string]element{
	"item": elItem, "entry": elItem, "rss": elFeed, "rdf": elFeed, "channel": elFeed, "feed": elFeed,
	"title": elTitle, "link": elLink, "guid": elID, "id": elID, "description": elSummary, "summary": elSummary, "abstract": elSummary,
	"subtitle": elSummary, "tagline": elSummary, "content": elContent, "fullitem": elContent, "encoded": elContent, "body": elBody,
	"pubdate": elPublished, "published": elPublished, "issued": elPublished, "date": elPublished, "lastbuilddate": elUpdated,
	"updated": elUpdated, "modified": elUpdated, "created": elCreated, "author": elAuthor, "managingeditor": elAuthor,
	"contributor": elContributor, "webmaster": elPublisher, "category": elCategory, "comments": elComments, "source": elSource,
	"enclosure": elEnclosure, "image": elImage, "logo": elImage, "icon": elLogo, "rights": elRights, "copyright": elRights,
	"language": elLanguage, "ttl": elTTL, "skiphours": elSkipHours, "skipdays": elSkipDays, "generator": elGenerator,
	"items": elUnknown,
}

// foreignElements are those of other vocabularies, by local name in lower case.
var foreignElements = map[space]map[string]element{
	spaceDC: {
		"title": elTitle, "creator": elCreator, "author": elCreator, "publisher": elPublisher, "contributor": elContributor, "date": elPublished,
		"subject": elCategory, "description": elSummary, "language": elLanguage, "rights": elRights, "identifier": elID, "source": elSource,
	},
	spaceTerms: {
		"created": elCreated, "issued": elPublished, "date": elPublished, "available": elPublished, "modified": elUpdated, "creator": elCreator,
		"title": elTitle, "abstract": elSummary, "rights": elRights, "subject": elCategory, "language": elLanguage, "identifier": elID,
	},
	spaceContent: {"encoded": elContent},
	spaceITunes: {
		"author": elCreator, "owner": elPublisher, "summary": elSummary, "subtitle": elSummary, "image": elLogo, "category": elCategory,
		"keywords": elKeywords, "title": elTitle,
	},
	spaceMedia: {
		"group": elGroup, "content": elMedia, "thumbnail": elThumbnail, "title": elTitle, "description": elSummary, "category": elCategory,
		"keywords": elKeywords, "copyright": elRights, "credit": elContributor,
	},
	spaceXHTML:  {"body": elBody, "div": elBody},
	spaceBurner: {"origlink": elOrigLink},
	spaceSy:     {"updateperiod": elPeriod, "updatefrequency": elFrequency},
	spaceRDF:    {"rdf": elFeed},
	spaceWFW:    {},
}

// classify says what an element is. In Atom a "div" or "body" without a vocabulary is nothing.
func classify(sp space, local string) element {
	table := nativeElements
	if sp != spaceNative && sp != spaceAtom {
		table = foreignElements[sp]
	}
	if e, ok := table[local]; ok {
		return e
	}
	return table[strings.ToLower(local)]
}

// rank orders the vocabularies an element can come from: the smaller decides when several say the same.
func rank(sp space) int {
	switch sp {
	case spaceNative, spaceContent:
		return 0
	case spaceAtom:
		return 1
	case spaceTerms, spaceDC:
		return 2
	case spaceXHTML:
		return 3
	case spaceITunes:
		return 4
	}
	return 5
}

// closesText reports whether the start of element e inside a text construct of element open means that the end tag of the
// text was forgotten. Names that HTML has, too, prove nothing inside a long text.
func closesText(open, e element) bool {
	switch e {
	case elItem, elPublished, elUpdated, elID, elEnclosure, elComments, elOrigLink:
		return true
	case elSummary, elContent, elLink, elCategory, elAuthor, elCreator:
		return open != elSummary && open != elContent && open != elBody
	}
	return false
}

// htmlElements are the names that make "<name" in a text of unknown type evidence of HTML.
var htmlElements = makeSet("a abbr acronym address article aside audio b big blink blockquote body br button caption center cite code col colgroup " +
	"dd del details dfn dir div dl dt em embed figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd " +
	"label legend li main map mark marquee nav noscript object ol option p param picture pre q s samp script section select small source span strike " +
	"strong style sub summary sup svg table tbody td textarea tfoot th thead time title tr tt u ul var video wbr")

// voidElements have no end tag in HTML.
var voidElements = makeSet("area base br col embed hr img input link meta param source track wbr")

func makeSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// looksHTML reports whether a text of undeclared type is HTML: a tag of HTML's that is closed, has attributes or needs
// no end, or a reference. "3 < 4", "<3" and "the <blink> tag" are not.
func looksHTML(s string) bool {
	closed, last := strings.Contains(s, "</"), strings.LastIndexByte(s, '>')
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '<':
			if i < last {
				if sure, maybe := htmlTag(s[i:]); sure || maybe && closed {
					return true
				}
			}
		case '&':
			if out, n := appendReference(nil, s[i:], nil); n > 0 && len(out) > 0 && s[i+n-1] == ';' {
				return true
			}
		}
	}
	return false
}

// htmlTag reports whether s, which has a ">" somewhere, starts with a tag that is evidence of HTML, or would be if there
// are end tags.
func htmlTag(s string) (sure, maybe bool) {
	if strings.HasPrefix(s, "<!--") {
		return true, true
	}
	i := 1
	closing := i < len(s) && s[i] == '/'
	if closing {
		i++
	}
	start := i
	for i < len(s) && i-start < 12 && (nameStart(s[i]) || '0' <= s[i] && s[i] <= '9') {
		i++
	}
	if i == start || i >= len(s) {
		return false, false
	}
	name := strings.ToLower(s[start:i])
	if !htmlElements[name] {
		return false, false
	}
	switch c := s[i]; {
	case c == '>':
		return closing || voidElements[name] || name == "p" || name == "li", true
	case blank(c), c == '/':
		return true, true
	}
	return false, false
}
