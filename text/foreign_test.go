package text_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"mediawatch/text"
)

const (
	svgRoot  = `<svg xmlns="http://www.w3.org/2000/svg"`
	mathRoot = `<math xmlns="http://www.w3.org/1998/Math/MathML"`
	xlink    = ` xmlns:xlink="http://www.w3.org/1999/xlink"`
	dot      = `<circle r="1"/>`
)

func TestSanitizeFigures(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"an icon by its size", `a<svg width="24px" height="24" viewBox="0 0 900 900"><path d="M0 0"/></svg>b`, "ab"},
		{"an icon by its units", `a<svg width="1em" viewBox="0,0 24 24"><path d="M0 0"/></svg>b`, "ab"},
		{"a wide line", `<svg width="300" height="2"><path d="M0 0"/></svg>`, svgRoot + ` width="300" height="2"><path d="M0 0"/></svg>`},
		{"a drawing of unknown size", `<svg width="100%"><path d="M0 0"/></svg>`, svgRoot + ` width="100%"><path d="M0 0"/></svg>`},
		{"chart", `a<svg viewBox='0 0 9 9' width=300px Height=200 id=x class=y style='fill:red' onload=x><title>t &amp; u</title><g transform="translate(1, 2) rotate(-3)"><path d="M0 0L1e1,-2.5z" fill=#f00 stroke="rgb(1, 2, 3)"/><rect x="1" width="2" height="3"></rect></g></svg>b`,
			`a` + svgRoot + ` viewBox="0 0 9 9" width="300px" height="200"><title>t &amp; u</title><g transform="translate(1, 2) rotate(-3)"><path d="M0 0L1e1,-2.5z" fill="#f00" stroke="rgb(1, 2, 3)"/><rect x="1" width="2" height="3"></rect></g></svg>b`},
		{"title of a bar", `<svg><rect width="2.123456789012345"><title>5 &lt; 6</title></rect></svg>`, svgRoot + `><rect width="2.123456789012345"><title>5 &lt; 6</title></rect></svg>`},
		{"words in a chart", `<svg><text x="1 2" font-family="Arial, 'Open Sans'">5 <tspan dy=1>%</tspan> more</text> loose</svg>`,
			svgRoot + `><text x="1 2" font-family="Arial, &#39;Open Sans&#39;">5 <tspan dy="1">%</tspan> more</text></svg>`},
		{"formula", `<math display="block"><mfrac linethickness=1px><mi mathvariant="bold">a</mi><mrow><mn>2</mn><mo stretchy='false'>&lt;</mo></mrow></mfrac></math>`,
			mathRoot + ` display="block"><mfrac linethickness="1px"><mi mathvariant="bold">a</mi><mrow><mn>2</mn><mo stretchy="false">&lt;</mo></mrow></mfrac></math>`},
		{"formula without its source", `<math><semantics><mi>x</mi><annotation encoding="application/x-tex">\x</annotation><annotation-xml encoding="text/html"><p>x</p></annotation-xml></semantics></math>`,
			mathRoot + `><semantics><mi>x</mi></semantics></math>`},
		{"words in a formula", `<math><mtext>if <i>x</i><script>y</script> holds</mtext><mi>z</mi></math>`, mathRoot + `><mtext>if x holds</mtext><mi>z</mi></math>`},
		{"empty elements of a formula", `<math><mspace width="1em"/><mi>x</mi><mspace width="-99em"/></math>`, mathRoot + `><mspace width="1em"></mspace><mi>x</mi><mspace></mspace></math>`},
		{"link in a chart", `<svg><a xlink:href="https://o.example/?a=1&amp;b" target=_top>` + dot + `</a></svg>`,
			svgRoot + `><a` + xlink + ` xlink:href="https://o.example/?a=1&amp;b">` + dot + `</a></svg>`},
		{"link of SVG 2", `<svg><a href="https://o.example/">` + dot + `</a></svg>`, svgRoot + `><a href="https://o.example/">` + dot + `</a></svg>`},
		{"links that are none", `<svg><a href="/x" xlink:href="mailto:x@o.example">` + dot + `</a><a href="javascript:x"></a></svg>`, svgRoot + `><a>` + dot + `</a><a></a></svg>`},
		{"links on what is none", `<svg href="https://o.example/"><circle r="1" xlink:href="https://o.example/"/></svg>`, svgRoot + `>` + dot + `</svg>`},
		{"link in a formula", `<math><mrow href="x" xlink:type=simple xlink:show=embed xlink:href="https://o.example"><mi>x</mi></mrow></math>`,
			mathRoot + `><mrow` + xlink + ` xlink:type="simple" xlink:href="https://o.example"><mi>x</mi></mrow></math>`},
		{"namespaces are ours", `<svg xmlns="http://evil.example/" xmlns:xlink="x" xmlns:x="y">` + dot + `</svg>`, svgRoot + `>` + dot + `</svg>`},
		{"gradient", `<svg><defs><linearGradient id="g"><stop/></linearGradient></defs><rect fill="url(#g)" stroke="url(https://evil.example/#x) red"/></svg>`,
			svgRoot + `><rect fill="none" stroke="red"/></svg>`},
		{"what is unknown goes with its content", `<svg><filter><feImage href="https://evil.example/"/></filter><use href="#x"/><image href=x>` + dot + `<style>circle{}</style><metadata><rdf>x</rdf></metadata></svg>`,
			svgRoot + `>` + dot + `</svg>`},
		{"HTML in a chart", `<svg><foreignObject><div><svg>x</svg><p>y</div></foreignObject>` + dot + `</svg>b`, svgRoot + `>` + dot + `</svg>b`},
		{"a block ends it", `<svg><g>` + dot + `<p>a</p></g></svg>b`, svgRoot + `><g>` + dot + `</g></svg><p>a</p>b`},
		{"a block of HTML in an element that goes ends it, too", `<svg>` + dot + `<use><p>a</svg>b`, svgRoot + `>` + dot + `</svg><p>ab</p>`},
		{"chart in chart", `<svg><svg>` + dot + `</svg></svg>b`, svgRoot + `><svg>` + dot + `</svg></svg>b`},
		{"formula in chart and chart in formula", `<svg><math><mi>x</mi></math>` + dot + `</svg><math><svg>` + dot + `</svg><mi>x</mi></math>`,
			svgRoot + `>` + dot + `</svg>` + mathRoot + `><mi>x</mi></math>`},
		{"nothing to see", `a<svg><title>t</title><g/></svg><math><mrow> </mrow></math><svg/><math/>b`, `ab`},
		{"CDATA", `<svg><text>a<![CDATA[ <b> & ]]>c<![CDATA[d</text></svg>`, svgRoot + `><text>a &lt;b&gt; &amp; c</text></svg>`},
		{"left open", `<svg><g>` + dot + `<text>a`, `a`},
		{"elements left open", `<svg><g>` + dot + `</svg>a`, svgRoot + `><g>` + dot + `</g></svg>a`},
		{"title left open", `<svg>` + dot + `<title>a</svg>b`, svgRoot + `>` + dot + `<title>a</title></svg>b`},
		{"in a table", `<table><tr><td><svg>` + dot + `</svg></td></tr></table>`, `<table><tr><td>` + svgRoot + `>` + dot + `</svg></td></tr></table>`},
		{"in a link", `<a href="https://o.example/">a<svg>` + dot + `</svg>b</a>c`, `<a href="https://o.example/">a` + svgRoot + `>` + dot + `</svg>b</a>c`},
		{"within what goes", `<select><svg>` + dot + `</svg></select><noscript><svg>` + dot + `</svg></noscript>a`, `a`},
		{"values", `<svg><rect fill="expression(x)" x="1;2" width="1e9" opacity=".5" transform="url(x)" display="a:b" font-family="a;b"/></svg>`, svgRoot + `><rect opacity=".5"/></svg>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := text.Sanitize(tt.in); got != tt.want {
				t.Errorf("Sanitize(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
			checkSanitized(t, tt.in)
		})
	}
}

func TestFiguresAreNoWords(t *testing.T) {
	const src = `<p>a</p><svg><title>t</title><text>x</text></svg><p>b <math><mi>y</mi></math></p>`
	if got := text.Plain(text.Sanitize(src)); got != "a\n\nb" || got != text.Plain(src) {
		t.Errorf("Plain = %q, of the source %q", got, text.Plain(src))
	}
}

// Of a figure that would nest too deep within its article nothing stays; within a figure, nothing below the limit.
func TestFigureDepth(t *testing.T) {
	const figure = "<svg><g>" + dot + "</g></svg>"
	for _, tt := range []struct {
		outer int
		want  bool
	}{{61, true}, {62, false}} {
		if got := text.Sanitize(strings.Repeat("<b>", tt.outer) + figure); strings.Contains(got, "<svg") != tt.want {
			t.Errorf("within %d: %q", tt.outer, got)
		}
	}
	deep := "<svg>" + dot + strings.Repeat("<g>", 100) + "<rect/>" + strings.Repeat("</g>", 100) + "</svg>"
	if got := text.Sanitize(deep); strings.Count(got, "<g>") != 63 || strings.Contains(got, "rect") {
		t.Errorf("%q", got)
	}
	checkSanitized(t, deep)
}

// foreignElements and foreignAttrs are what a drawing or formula may have. The test does not rely on the package's own lists.
var (
	foreignElements = map[string]string{
		"svg": " svg g path circle ellipse rect line polyline polygon text tspan a title desc ",
		"math": " math mrow mi mo mn ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr " +
			"mstyle mpadded mphantom menclose mfenced merror semantics ",
	}
	foreignAttrs = map[string]string{
		"svg": " xmlns xmlns:xlink xlink:href href version baseProfile width height viewBox points d transform x y dx dy rotate cx cy r rx ry x1 y1 x2 y2 pathLength textLength " +
			"stroke-dasharray stroke-dashoffset stroke-width stroke-linecap stroke-linejoin stroke-opacity stroke-miterlimit stroke font-size font-weight font-family font-style " +
			"font-variant font-stretch letter-spacing word-spacing baseline-shift fill fill-opacity fill-rule color opacity text-anchor dominant-baseline alignment-baseline " +
			"text-decoration display visibility direction writing-mode lengthAdjust preserveAspectRatio paint-order vector-effect shape-rendering text-rendering ",
		"math": " xmlns xmlns:xlink xlink:href xlink:type xlink:show href display dir mathvariant displaystyle fence separator stretchy symmetric largeop movablelimits accent " +
			"accentunder bevelled align numalign denomalign columnalign rowalign columnlines rowlines frame equalrows equalcolumns side notation form linebreak scriptlevel " +
			"columnspan rowspan mathcolor mathbackground mathsize width height depth voffset lspace rspace maxsize minsize linethickness columnspacing rowspacing framespacing " +
			"columnwidth subscriptshift superscriptshift open close separators alttext ",
	}
	foreignValue = regexp.MustCompile(`^[-+#%.,/'"()\pL0-9\s_]*$`)
	foreignCall  = regexp.MustCompile(`(?i)([a-z]+)\s*\(`)
)

// checkForeign checks an element of a drawing or formula as x/net reads it: all of it is known, nothing is of another
// namespace, and what holds characters holds nothing else.
func checkForeign(t failer, src, got string, n *html.Node) {
	if !strings.Contains(foreignElements[n.Namespace], " "+n.Data+" ") {
		t.Fatalf("Sanitize(%q) = %q: has <%s> of %s", src, got, n.Data, n.Namespace)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.TextNode && (c.Type != html.ElementNode || c.Namespace != n.Namespace || slices.Contains([]string{"title", "desc", "mi", "mo", "mn", "ms", "mtext"}, n.Data)) {
			t.Fatalf("Sanitize(%q) = %q: has %q in <%s> of %s", src, got, c.Data, n.Data, n.Namespace)
		}
	}
	for _, a := range n.Attr {
		name := a.Key
		if a.Namespace != "" {
			name = a.Namespace + ":" + a.Key
		}
		if !strings.Contains(foreignAttrs[n.Namespace], " "+name+" ") {
			t.Fatalf("Sanitize(%q) = %q: <%s %s>", src, got, n.Data, name)
		}
		switch name {
		case "xmlns":
			if a.Val != map[string]string{"svg": "http://www.w3.org/2000/svg", "math": "http://www.w3.org/1998/Math/MathML"}[n.Namespace] || n.Data != n.Namespace {
				t.Fatalf("Sanitize(%q) = %q: <%s xmlns=%q>", src, got, n.Data, a.Val)
			}
		case "xmlns:xlink":
			if a.Val != "http://www.w3.org/1999/xlink" {
				t.Fatalf("Sanitize(%q) = %q: <%s xmlns:xlink=%q>", src, got, n.Data, a.Val)
			}
		case "href", "xlink:href":
			if u, err := url.Parse(a.Val); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || !strings.HasPrefix(a.Val, u.Scheme+":") ||
				strings.ContainsFunc(a.Val, func(r rune) bool { return r <= ' ' || r == 0x7F }) || n.Namespace == "svg" && n.Data != "a" {
				t.Fatalf("Sanitize(%q) = %q: <%s %s=%q>", src, got, n.Data, name, a.Val)
			}
		case "alttext", "open", "close", "separators", "font-family":
		default:
			bad := !foreignValue.MatchString(a.Val)
			for _, call := range foreignCall.FindAllStringSubmatch(a.Val, -1) {
				bad = bad || !slices.Contains([]string{"rgb", "rgba", "hsl", "hsla", "matrix", "translate", "scale", "rotate", "skewX", "skewY"}, call[1])
			}
			if bad {
				t.Fatalf("Sanitize(%q) = %q: <%s %s=%q>", src, got, n.Data, name, a.Val)
			}
		}
	}
}

// figureAttacks are ways known to get past sanitisers with foreign content, after the DOMPurify, Mozilla Bleach,
// sanitize-html and HtmlSanitizer advisories and the cheat sheets of mutation attacks. Each has something to see, so
// that what could be kept is.
var figureAttacks = []string{
	`<math><mi>x</mi><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=xss()&gt;"></math>`,
	`<math><mi>x</mi><mtext><table><mglyph><style><![CDATA[</style><img title="]]&gt;&lt;/mglyph&gt;&lt;img&Tab;src=1&Tab;onerror=xss()&gt;"></math>`,
	`<form><math><mi>x</mi><mtext></form><form><mglyph><style></math><img src onerror=xss()></style></mglyph></form></mtext></math>`,
	`<math><mtext><mglyph><malignmark><style>x</style><img src=x onerror=xss()></malignmark></mglyph>y</mtext></math>`,
	`<math><mtext><option><FAKEFAKE><option></option><mglyph><svg><mtext><style><a title="</style><img src='#' onerror='xss()'>"></svg></mtext></math>`,
	`<math><annotation-xml encoding="text/html"><style><img src=x onerror=xss()></style></annotation-xml><mi>x</mi></math>`,
	`<math><annotation-xml encoding="application/xhtml+xml"><svg><style>&lt;img src=x onerror=xss()&gt;</style></svg></annotation-xml><mi>x</mi></math>`,
	`<math><mi>x</mi><semantics><annotation-xml><foreignObject><p title="</annotation-xml><img src=x onerror=xss()>"></semantics></math>`,
	`<math xlink:href="javascript:xss()"><mi>x</mi><maction actiontype="statusline#https://evil.example" xlink:href="javascript:xss()">click</maction></math>`,
	`<math><mi href="javascript:xss()" xlink:href=" java&Tab;script:xss()">x</mi></math>`,
	`<math><mi alttext='"><img src=x onerror=xss()>' mathcolor="red;x:expression(xss())" style="x:url(y)" id=a class=b>x</mi></math>`,
	`<math><mtext><script>xss()</script><img src=x onerror=xss()><svg onload=xss()></svg>y</mtext></math>`,
	`<math><mtext><h1><a><h6></a></h6><mglyph><svg><mtext><style><a title="</style><img src onerror='xss()'>"></style></h1></math>`,
	`<svg>` + dot + `<style><a id="</style><img src=1 onerror=xss()>"></svg>`,
	`<svg>` + dot + `</p><style><a id="</style><img src=1 onerror=xss()>"></svg>`,
	`<svg>` + dot + `</br><style><a id="</style><img src=1 onerror=xss()>"></svg>`,
	`<svg>` + dot + `<p><style><!--</style><img src=1 onerror=xss()>--></svg>`,
	`<svg>` + dot + `<title><style><a title="</title><img src=x onerror=xss()>"></style></title></svg>`,
	`<svg>` + dot + `<title><a id="</title><img src=x onerror=xss()>"></a></title></svg>`,
	`<svg>` + dot + `<title>&lt;img src=x onerror=xss()&gt;</title></svg>`,
	`<svg>` + dot + `<title><![CDATA[</title><script>xss()</script>]]></title></svg>`,
	`<svg>` + dot + `<desc><noscript><style><a title="</desc></noscript><img src=x onerror=xss()>"></style></desc></svg>`,
	`<svg>` + dot + `<desc><b><style></b><img src=x onerror=xss()></style></desc></svg>`,
	`<svg>` + dot + `<desc><table><tr><td></desc><style><a title="</style><img src=x onerror=xss()>"></svg>`,
	`<svg>` + dot + `<foreignObject><math><mtext><style><img src=x onerror=xss()></style></mtext></math></foreignObject></svg>`,
	`<svg>` + dot + `<foreignObject><iframe srcdoc="<script>xss()</script>"></iframe><body onload=xss()></foreignObject></svg>`,
	`<svg>` + dot + `<foreignobject><p></foreignobject><style><a title="</style><img src=x onerror=xss()>"></svg>`,
	`<svg>` + dot + `<![CDATA[><img src=x onerror=xss()>]]></svg>`,
	`<svg>` + dot + `<text><![CDATA[</text></svg><script>xss()</script>]]></text></svg>`,
	`<svg>` + dot + `<!--<img title="--><img src=x onerror=xss()>"></svg>`,
	`<svg>` + dot + `<!--></svg><script>xss()</script>--></svg>`,
	`<svg>` + dot + `<?xml-stylesheet href="javascript:xss()"?><!DOCTYPE x [<!ENTITY y "<script>xss()</script>">]>&y;</svg>`,
	`<svg>` + dot + `<xmp><svg></xmp><img src=x onerror=xss()></svg>`,
	`<svg>` + dot + `<noembed></svg></noembed><noframes><style></noframes><img src=x onerror=xss()></svg>`,
	`<svg>` + dot + `<textarea></svg></textarea><img src=x onerror=xss()></svg>`,
	`<svg>` + dot + `<plaintext></svg><img src=x onerror=xss()>`,
	`<svg>` + dot + `<select><svg></select><style></svg><img src=x onerror=xss()>`,
	`<svg>` + dot + `<template><style></template><img src=x onerror=xss()></svg>`,
	`<svg>` + dot + `<script href="data:,xss()"/><script>xss()</script><script xlink:href="https://evil.example/"></script></svg>`,
	`<svg>` + dot + `<a xlink:href="javascript:xss()"><text>x</text></a><a href="&#1;javascript:xss()"><text>y</text></a></svg>`,
	`<svg>` + dot + `<a xlink:href="https:xss()" xmlns:xlink="http://www.w3.org/1999/xlink"><text>x</text></a></svg>`,
	`<svg>` + dot + `<a xmlns:x="http://www.w3.org/1999/xlink" x:href="javascript:xss()"><text>x</text></a></svg>`,
	`<svg>` + dot + `<a><animate attributeName="href" values="javascript:xss()"/><text>x</text></a></svg>`,
	`<svg>` + dot + `<a><set attributeName="xlink:href" begin="0s" to="javascript:xss()"></set><text>x</text></a></svg>`,
	`<svg>` + dot + `<animateTransform onbegin=xss()><animateMotion onend=xss()><mpath xlink:href="#x"/></svg>`,
	`<svg>` + dot + `<use xlink:href="data:image/svg+xml;base64,PHN2Zz4#x"/><image xlink:href="https://evil.example/x.svg" onload=xss()></image></svg>`,
	`<svg>` + dot + `<feImage href="https://evil.example/"/><filter id=f><feImage xlink:href="https://evil.example/"/></filter></svg>`,
	`<svg>` + dot + `<rect fill="url(https://evil.example/#x)" style="fill:url(javascript:xss())" filter="url(#f)" mask="url(//evil.example)" clip-path="url(x)" cursor="url(x),auto"/></svg>`,
	`<svg>` + dot + `<rect fill="url(x) url(https://evil.example/)" stroke='"onload="xss()' marker-end="url(x)"/></svg>`,
	`<svg onload=xss() onfocus=xss() tabindex=1 autofocus ONCLICK=xss()>` + dot + `<g onmouseover=xss() /></svg>`,
	`<svg/onload=xss()/ >` + dot + `</svg>`,
	`<svg>` + dot + `<handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">xss()</handler><discard onbegin=xss()/></svg>`,
	`<svg xmlns="http://www.w3.org/1999/xhtml" xmlns:h="http://www.w3.org/1999/xhtml" xml:base="javascript:xss()//">` + dot + `<h:script>xss()</h:script></svg>`,
	`<svg:svg>` + dot + `<svg:script>xss()</svg:script></svg:svg><math:math><math:mi>x</math:mi></math:math>`,
	`<svg>` + dot + `<g id="body" name="cookie"><text id=location>x</text></g></svg>`,
	`<svg>` + dot + `<font color=red><style><a title="</style><img src=x onerror=xss()>"></font></svg>`,
	`<svg>` + dot + `<b><style></b><img src=x onerror=xss()></style></svg>`,
	`<table><svg>` + dot + `<tr><td><style><a title="</style><img src=x onerror=xss()>"></td></tr></svg></table>`,
	`<p><svg>` + dot + `<g></p><style><img src=x onerror=xss()></style></g></svg>`,
	`<b><a href="https://o.example/"><svg>` + dot + `<a href="https://o.example/"><text></b></text></a></svg></a>`,
	`<ul><li><b><p><ul><svg>` + dot + `<title>x</title><text>y</text></svg></ul></b>`,
	`<table><caption><b></caption><svg><text>x</text></svg><math><mi>y</mi></math></table>`,
	"<svg\x00>" + dot + "<sty\x00le><a title='</style><img src=x onerror=xss()>'></svg>",
	`<svg>` + dot + `<math><mtext><svg><style></math><img src=x onerror=xss()></svg>`,
	`<math><mi>x</mi><svg><foreignObject><math><mi>y<style></math><img src=x onerror=xss()></svg></math>`,
}

func TestX04_FigureAttacks(t *testing.T) {
	for _, a := range figureAttacks {
		checkSanitized(t, a)
		checkSanitized(t, "<p>before</p>"+a+"<p>after</p>")
		checkSanitized(t, a+a)
		checkSanitized(t, "<table><tr>"+a)
		checkSanitized(t, "<svg><text>x</text>"+a+"</svg>")
		checkSanitized(t, "<svg><title>"+a+"</svg>")
		checkSanitized(t, "<math><mtext>"+a+"</math>")
		for _, b := range figureAttacks {
			checkExecutes(t, a+b, text.Sanitize(a+b))
		}
	}
}

// figurePieces make drawings and formulas, and the borders between them and HTML.
var figurePieces = strings.Fields("<svg> </svg> <math> </math> <g> </g> <title> </title> <desc> </desc> <text> </text> <a> </a> <circle/> <circle> <rect/> <foreignObject> </foreignObject> " +
	"<mi> </mi> <mtext> </mtext> <mglyph> <mrow> </mrow> <annotation-xml> </annotation-xml> <style> </style> <script> </script> <table> </table> <td> <p> </p> </br> <b> </b> <font/color> <img> " +
	"<![CDATA[ ]]> <!-- --> --!> <a/xlink:href=https://o.example/> <image> <select> </select> <noscript> </noscript> <plaintext> <textarea> </textarea> <li> <ul> " +
	"<g/fill='\"><'> <circle/href=https://o.example/> <mi/href=https://o.example/> x &lt; & <xmp> </xmp> <template> </template> <iframe> </iframe>")

func TestFigureProperties(t *testing.T) {
	pieces := append(slices.Clone(figurePieces), figureAttacks...)
	rapid.Check(t, func(t *rapid.T) {
		inside := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
		checkSanitized(t, inside)
		checkSanitized(t, "<svg><circle/><text>"+inside+"</svg>")
		checkSanitized(t, "<math><mi>x</mi>"+inside+"</math>")
	})
}
