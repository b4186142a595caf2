package text

import (
	"cmp"
	"regexp"
	"strings"
	"sync"
)

// vocabulary is what is kept of SVG or MathML.
type vocabulary struct {
	namespace string
	elements  map[string]content
	attrs     map[string]foreignAttr // by name in lower case
	link      string                 // the element that may be a link, "" all
	loose     bool                   // characters are shown wherever they stand
}

// content is what an element may have in it.
type content uint8

const (
	dropped content = iota // it goes, with everything in it
	group                  // elements
	shape                  // elements, such as its title; it is itself something to see
	worded                 // characters, and elements
	label                  // characters only
	note                   // characters only, and they are not shown
)

// foreignAttr is an attribute: as it is written, with the values it may have.
type foreignAttr struct {
	name  string
	value func(string) (string, bool)
}

// vocabularies are those of foreign content, by the name of their root. SVG has nothing in it that refers to another
// part of a drawing or to a picture, that moves, or that is HTML: gradients, patterns, clips, markers and use would
// need ids, which an article must not bring into the page it is shown in.
var vocabularies = sync.OnceValue(newVocabularies)

func newVocabularies() map[string]*vocabulary {
	lengths := eachOf(`none|[-+]?([0-9]{1,9}\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,2})?(px|em|rem|ex|pt|pc|cm|mm|in|%)?`)
	// A formula is not clipped: nothing in it may reach far beyond its place.
	const unit = `(em|ex|px|pt|pc|cm|mm|in|mu|%)?`
	formulaLengths := eachOf(`[a-z]+|\+?([0-9]{1,3}(\.[0-9]*)?|\.[0-9]+)` + unit + `|-([0-9](\.[0-9]*)?|\.[0-9]+)` + unit)
	colour := matching(colourPattern)
	word := matching(`[a-zA-Z][a-zA-Z -]*`)
	return map[string]*vocabulary{
		"svg": {
			namespace: "http://www.w3.org/2000/svg",
			link:      "a",
			elements: newContents(map[content]string{
				group: "svg g a", shape: "path circle ellipse rect line polyline polygon", worded: "text tspan", note: "title desc",
			}),
			attrs: newForeignAttrs([]attrList{
				{"version baseProfile", matching(`[0-9a-z.]{1,10}`)},
				{"width height", matching(`[0-9]{1,5}(\.[0-9]*)?(px|em|rem|ex|pt|pc|cm|mm|in|%)?`)},
				{"viewBox points", only("0123456789.,+-eE \t\n")},
				{"d", only("MmLlHhVvCcSsQqTtAaZz0123456789.,+-eE \t\n")},
				{"transform", matching(`((matrix|translate|scale|rotate|skewX|skewY)\s*\([-+0-9.,eE\s]+\)[\s,]*)+`)},
				{"x y dx dy rotate cx cy r rx ry x1 y1 x2 y2 pathLength textLength stroke-dasharray stroke-dashoffset stroke-width font-size letter-spacing word-spacing " +
					"baseline-shift", lengths},
				{"fill stroke color", paint()},
				{"opacity fill-opacity stroke-opacity stroke-miterlimit", matching(`\+?[0-9]{0,4}(\.[0-9]*)?%?`)},
				{"font-weight", matching(`[a-z]{1,10}|[0-9]{1,4}`)},
				{"font-family", matching(`[\pL0-9 ,'"_-]+`)},
				{"fill-rule stroke-linecap stroke-linejoin font-style font-variant font-stretch text-anchor dominant-baseline alignment-baseline text-decoration display visibility " +
					"direction writing-mode lengthAdjust preserveAspectRatio paint-order vector-effect shape-rendering text-rendering", word},
				{"href xlink:href", webLink},
			}),
		},
		"math": {
			namespace: "http://www.w3.org/1998/Math/MathML",
			loose:     true,
			elements: newContents(map[content]string{
				group: "math mrow mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mtable mtr mtd mlabeledtr mstyle mpadded mphantom menclose mfenced " +
					"merror semantics mspace mprescripts none",
				label: "mi mo mn ms mtext",
			}),
			attrs: newForeignAttrs([]attrList{
				{"display dir mathvariant displaystyle fence separator stretchy symmetric largeop movablelimits accent accentunder bevelled align numalign denomalign columnalign " +
					"rowalign columnlines rowlines frame equalrows equalcolumns side notation form linebreak", word},
				{"scriptlevel columnspan rowspan", matching(`[-+]?[0-9]{1,3}`)},
				{"mathcolor mathbackground", colour},
				{"mathsize width height depth voffset lspace rspace maxsize minsize linethickness columnspacing rowspacing framespacing columnwidth subscriptshift superscriptshift", formulaLengths},
				{"open close separators", matching(`[^<>]{0,16}`)},
				{"alttext", matching(`[^<>]+`)},
				{"href xlink:href", webLink},
				{"xlink:type", matching(`simple`)},
				{"xlink:show", matching(`new|replace`)},
			}),
		},
	}
}

// attrList are attributes with the same values, which a function returns as they are written; ok is false if the value is none of theirs.
type attrList struct {
	names string
	value func(string) (string, bool)
}

func newForeignAttrs(lists []attrList) map[string]foreignAttr {
	m := make(map[string]foreignAttr)
	for _, l := range lists {
		for name := range strings.FieldsSeq(l.names) {
			m[strings.ToLower(name)] = foreignAttr{name: name, value: l.value}
		}
	}
	return m
}

func newContents(names map[content]string) map[string]content {
	m := make(map[string]content)
	for c, list := range names {
		for name := range strings.FieldsSeq(list) {
			m[name] = c
		}
	}
	return m
}

// maxValue is how long a value may be in bytes, but for a path and other lists of numbers.
const maxValue = 1000

// matching allows the values that are of the pattern from their beginning to their end.
func matching(pattern string) func(string) (string, bool) {
	re := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(v string) (string, bool) { return v, len(v) <= maxValue && re.MatchString(v) }
}

// only allows the values that consist of certain ASCII characters.
func only(chars string) func(string) (string, bool) {
	var ok [256]bool
	for i := range len(chars) {
		ok[chars[i]] = true
	}
	return func(v string) (string, bool) {
		for i := range len(v) {
			if !ok[v[i]] {
				return "", false
			}
		}
		return v, v != ""
	}
}

// eachOf allows lists, apart by spaces and commas, of what the pattern says.
func eachOf(pattern string) func(string) (string, bool) {
	re := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(v string) (string, bool) {
		for part := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' }) {
			if !re.MatchString(part) {
				return "", false
			}
		}
		return v, v != ""
	}
}

const colourPattern = `#[0-9a-fA-F]{3,8}|[a-zA-Z]+|(rgb|rgba|hsl|hsla)\([-+0-9.,%/ deg]+\)`

// paint allows colours. Where a gradient or pattern is meant, it is the colour that stands for one that is missing (SVG 2, section 13.2).
func paint() func(string) (string, bool) {
	colour, server := matching(colourPattern), regexp.MustCompile(`^url\([^()]*\)\s*`)
	return func(v string) (string, bool) {
		if at := server.FindStringIndex(v); at != nil {
			v = cmp.Or(v[at[1]:], "none")
		}
		return colour(v)
	}
}

// htmlVoid are the elements of HTML that have no end tag, as they occur in foreign content by mistake.
var htmlVoid = setOf("area base br col embed hr img input link meta param source track wbr image mglyph malignmark")
