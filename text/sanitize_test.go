package text_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"

	"mediawatch/text"
)

func TestSanitize(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "Tea & \"scones\" > none", "Tea &amp; &#34;scones&#34; &gt; none"},
		{"references", "Tea &amp; scones &eacute; &#1;", "Tea &amp; scones é "},
		{"paragraphs", "<p class=x style='y'>a</p>\n<p id=b>b</p>", "<p>a</p>\n<p>b</p>"},
		{"headings and lists", "<h2>a</h2><ul><li>b</li></ul><ol><li>c</li></ol>", "<h2>a</h2><ul><li>b</li></ul><ol><li>c</li></ol>"},
		{"link", `<a href="https://o.example/?a=1&b=2" target=_blank title=x>b</a>`, `<a href="https://o.example/?a=1&amp;b=2">b</a>`},
		{"mail link", `<a href="mailto:desk@o.example">b</a>`, `<a href="mailto:desk@o.example">b</a>`},
		{"relative link", `<a href="/x">b</a>`, `b`},
		{"image", `<img src="https://o.example/a.png" alt="the &quot;pier&quot;" width=10 height="20" loading=lazy onerror=x>`,
			`<img src="https://o.example/a.png" alt="the &#34;pier&#34;" width="10" height="20">`},
		{"relative image keeps its words", `<img src="a.png" alt="pier">`, `<img alt="pier">`},
		{"width in percent", `<img src="https://o.example/a.png" width="100%">`, `<img src="https://o.example/a.png">`},
		{"figure", `<figure><img src="https://o.example/a.png"><figcaption>c</figcaption></figure>`, `<figure><img src="https://o.example/a.png"><figcaption>c</figcaption></figure>`},
		{"table", `<table border=1><tr><td colspan=2 onclick=x>a</td></tr></table>`, `<table><tr><td colspan="2">a</td></tr></table>`},
		{"phrases", `<em>a</em><strong>b</strong><b>c</b><i>d</i><u>e</u><sub>f</sub><sup>g</sup><q>h</q><cite>i</cite><code>j</code>`,
			`<em>a</em><strong>b</strong><b>c</b><i>d</i><u>e</u><sub>f</sub><sup>g</sup><q>h</q><cite>i</cite><code>j</code>`},
		{"time and abbreviation", `<time datetime="2026-11-20T07:00:00Z">x</time><abbr title="United Ports">UP</abbr>`,
			`<time datetime="2026-11-20T07:00:00Z">x</time><abbr title="United Ports">UP</abbr>`},
		{"unknown elements leave their text", `<div><span>a</span> <font color=red>b</font><x-y>c</x-y></div>`, `a bc`},
		{"comment", `a<!-- b -->c`, `ac`},
		{"left open", `<p>a<b>b`, `<p>a<b>b</b></p>`},
		{"closed as in XHTML", `<p/>a<b/>b<a href="https://o.example/"/>c<br/>`, `<p></p>a<b></b>b<a href="https://o.example/"></a>c<br/>`},
		{"scheme without host", `<a href="https:pier">a</a><img src="mailto:x@o.example"><img src="https:a.png">b`, `ab`},
		{"stray ends", `</div></p>a</b></td></table></body></html>b`, `ab`},
		{"paragraph in paragraph", `<p>a<p>b<ul><li>c<li>d</ul>`, `<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>`},
		{"nested lists", `<ul><li>a<ul><li>b</ul><li>c</ul>`, `<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>`},
		{"crossed", `<p><b>a</p>b</b>`, `<p><b>a</b></p>b`},
		{"table left open", `<table><tr><td>a<td><p>b<tr><td>c</table>d`, `<table><tr><td>a</td><td><p>b</p></td></tr><tr><td>c</td></tr></table>d`},
		{"link in link", `<a href="https://o.example/1">a<a href="https://o.example/2">b</a></a>`,
			`<a href="https://o.example/1">a</a><a href="https://o.example/2">b</a>`},
		{"definitions", `<dl><dt>a<dd>b<dt>c<dd>d</dl>`, `<dl><dt>a</dt><dd>b</dd><dt>c</dt><dd>d</dd></dl>`},
		{"frame closed as in XHTML", `a<iframe src="https://v.example/1"/>b`, `ab`},
		{"drawing left open", `a<svg><g><p>b</p>`, `a<p>b</p>`},
		{"stray end of a removed element", `</svg>a<svg>x</svg>b</object>c`, `abc`},
		{"invalid UTF-8 and controls", "<p>a\xffb\x00c\x0bd</p>", "<p>a\uFFFDbcd</p>"},
		{"line ends", "<p>a\r\nb\rc</p>", "<p>a\nb\nc</p>"},
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

// attacks are the ways known to make a browser execute something, after the OWASP, html5sec and DOMPurify lists. Each
// would run "xss" or load from evil.example.
var attacks = []string{
	`<script>xss()</script>`,
	`<ScRiPt src=//evil.example/x.js></sCrIpT>`,
	`<script/xss src="https://evil.example/x.js"></script>`,
	`<script<x>xss()</script>`,
	`<<script>xss();//<</script>`,
	`<script>xss()`,
	`<scr<script>ipt>xss()</scr</script>ipt>`,
	`<script><!--<script></script>xss()--></script>`,
	"<script\x00>xss()</script>",
	"<scr\x00ipt>xss()</scr\x00ipt>",
	`<img src=x onerror=xss()>`,
	`<img src="https://o.example/a.png" onload="xss()">`,
	`<img/src=x/onerror=xss()>`,
	"<img src=x\nonerror\n=\nxss()>",
	`<img """><script>xss()</script>">`,
	`<img src="javascript:xss()">`,
	`<img src=javascript:xss()>`,
	`<img src="jav	ascript:xss();">`,
	`<img src="jav&#x0A;ascript:xss();">`,
	`<img dynsrc="javascript:xss()" lowsrc="javascript:xss()">`,
	`<img src="x:gif" srcset="https://evil.example/x 1x" onerror=xss()>`,
	`<img style="xss:expr/*x*/ession(xss())" src=x>`,
	`<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9eHNzKCk+">`,
	`<a href="javascript:xss()">x</a>`,
	`<a href="JaVaScRiPt:xss()">x</a>`,
	`<a href=" &#14;  javascript:xss()">x</a>`,
	`<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;xss()">x</a>`,
	`<a href="&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112&#0000116&#0000058xss()">x</a>`,
	`<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3Axss()">x</a>`,
	`<a href="java&Tab;script&colon;xss()">x</a>`,
	`<a href="java&NewLine;script:xss()">x</a>`,
	"<a href=\"java\nscript:xss()\">x</a>",
	"<a href=\"java\x00script:xss()\">x</a>",
	"<a href=\"\x01javascript:xss()\">x</a>",
	"<a href=\"\u00A0javascript:xss()\">x</a>",
	`<a href="vbscript:xss()">x</a>`,
	`<a href="livescript:xss()">x</a>`,
	`<a href="data:text/html,<script>xss()</script>">x</a>`,
	`<a href="data:text/html;base64,PHNjcmlwdD54c3MoKTwvc2NyaXB0Pg==">x</a>`,
	`<a href="file:///etc/passwd">x</a>`,
	`<a href="feed:javascript:xss()">x</a>`,
	`<a href="view-source:javascript:xss()">x</a>`,
	`<a href="blob:https://evil.example/x">x</a>`,
	`<a href="https://o.example" onmouseover=xss()>x</a>`,
	`<a href='https://o.example/"onmouseover="xss()'>x</a>`,
	"<a href=`https://o.example` onclick=xss()>x</a>",
	`<a xlink:href="javascript:xss()">x</a>`,
	`<a href="https://o.example" style="position:fixed;inset:0">x</a>`,
	`<p onclick="xss()" ONCLICK='xss()' oNcLiCk=xss()>x</p>`,
	`<p/onclick=xss()>x</p>`,
	`<p style="background:url(javascript:xss())">x</p>`,
	`<p style="behavior:url(#default#time2)" onbegin=xss()>x</p>`,
	`<style>@import 'https://evil.example/x.css';</style>`,
	`<style>p{-moz-binding:url("https://evil.example/x.xml#xss")}</style>`,
	`<link rel=stylesheet href="https://evil.example/x.css">`,
	`<meta http-equiv="refresh" content="0;url=javascript:xss()">`,
	`<base href="https://evil.example/">`,
	`<svg onload=xss()>`,
	`<svg/onload=xss()>`,
	`<svg><script>xss()</script></svg>`,
	`<svg><script href="data:,xss()"/></svg>`,
	`<svg><a xlink:href="javascript:xss()"><text y=1>x</text></a></svg>`,
	`<svg><animate onbegin=xss() attributeName=x dur=1s>`,
	`<svg><set attributeName=href to="javascript:xss()"></svg>`,
	`<svg><foreignObject><iframe src="javascript:xss()"></iframe></foreignObject></svg>`,
	`<svg><use href="data:image/svg+xml,<svg id='x' onload='xss()'>#x"></svg>`,
	`<svg></p><style><a id="</style><img src=1 onerror=xss()>">`,
	`<math><a xlink:href="javascript:xss()">x</a></math>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=xss()&gt;">`,
	`<math><annotation-xml encoding="text/html"><script>xss()</script></annotation-xml></math>`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=xss()>`,
	`<iframe src="javascript:xss()"></iframe>`,
	`<iframe srcdoc="<script>xss()</script>"></iframe>`,
	`<iframe srcdoc='&lt;script&gt;xss()&lt;/script&gt;'/>`,
	`<object data="javascript:xss()"></object>`,
	`<object type="text/html" data="data:text/html,<script>xss()</script>"></object>`,
	`<embed src="https://evil.example/x.swf" allowscriptaccess=always>`,
	`<applet code=xss.class></applet>`,
	`<frameset><frame src="javascript:xss()"></frameset>`,
	`<form action="javascript:xss()"><button formaction="javascript:xss()">x</button></form>`,
	`<input autofocus onfocus=xss()>`,
	`<input type=image src=x onerror=xss()>`,
	`<select autofocus onfocus=xss()>`,
	`<textarea autofocus onfocus=xss()></textarea>`,
	`<keygen autofocus onfocus=xss()>`,
	`<isindex type=image src=1 onerror=xss()>`,
	`<video><source onerror="xss()"></video>`,
	`<video poster=javascript:xss() src=x onloadstart=xss()></video>`,
	`<audio src=x onerror=xss()>`,
	`<details open ontoggle=xss()>x</details>`,
	`<marquee onstart=xss()>x</marquee>`,
	`<body onload=xss() background="javascript:xss()">`,
	`<bgsound src="javascript:xss()">`,
	`<layer src="https://evil.example/x.html"></layer>`,
	`<table background="javascript:xss()"><td background="javascript:xss()">x</td></table>`,
	`<template><img src=x onerror=xss()></template>`,
	`<noscript><p title="</noscript><img src=x onerror=xss()>">`,
	`<noembed><img title="</noembed><img src=x onerror=xss()>"></noembed>`,
	`<xmp><p title="</xmp><img src=x onerror=xss()>"></xmp>`,
	`<title><p title="</title><img src=x onerror=xss()>">`,
	`<textarea><img title="</textarea><img src=x onerror=xss()>"></textarea>`,
	`<plaintext><img src=x onerror=xss()>`,
	`<listing>&lt;img onerror=xss() src=x&gt;</listing>`,
	`<!--><img src=x onerror=xss()>-->`,
	`<!--[if gte IE 4]><script>xss()</script><![endif]-->`,
	`<! foo="><script>xss()</script>">`,
	`<? foo="><script>xss()</script>">`,
	`</ foo="><script>xss()</script>">`,
	`<![CDATA[<script>xss()</script>]]>`,
	`<x onclick=xss()>x</x>`,
	`<x:script xmlns:x="http://www.w3.org/1999/xhtml">xss()</x:script>`,
	`<div id=xss name=getElementById><img name=body></div>`,
	`<abbr title='"><img src=x onerror=xss()>'>x</abbr>`,
	`<time datetime='"onclick=xss()'>x</time>`,
	`<q cite="javascript:xss()">x</q><blockquote cite="javascript:xss()">y</blockquote>`,
	`+ADw-script+AD4-xss()+ADw-/script+AD4-`,
	"\xC0\xBCscript\xC0\xBExss()\xC0\xBC/script\xC0\xBE",
	"\u00BCscript\u00BExss()\u00BC/script\u00BE",
	`＜script＞xss()＜/script＞`,
	`&lt;script&gt;xss()&lt;/script&gt;`,
	`&amp;lt;script&amp;gt;xss()`,
	`<img src="https://o.example/a.png" alt="` + "``onerror=xss()" + `">`,
	`<a href="https://o.example/&quot;&gt;&lt;script&gt;xss()&lt;/script&gt;">x</a>`,
	`<a href="//evil.example/x">x</a>`,
	`<a href="https:javascript:xss()">x</a>`,
	`<a href="https://javascript:xss()@o.example/">x</a>`,
	`<a ping="https://evil.example/" href="https://o.example/">x</a>`,
	`<img src="https://o.example/a.png" crossorigin usemap="#x"><map name=x><area href="javascript:xss()">`,
	`<portal src="javascript:xss()"></portal>`,
	`<slot onslotchange=xss()></slot><custom-x is=y></custom-x>`,
}

func TestX01_X03_X04_SanitizeAttacks(t *testing.T) {
	if len(attacks) < 60 {
		t.Fatalf("only %d attacks", len(attacks))
	}
	for _, a := range attacks {
		checkSanitized(t, a)
		checkSanitized(t, "<p>before</p>"+a+"<p>after</p>")
		checkSanitized(t, a+a)
	}
	for _, a := range attacks {
		for _, b := range attacks {
			checkExecutes(t, a+b, text.Sanitize(a+b))
		}
	}
}

// checkSanitized holds what is true of the sanitised form of anything: it is harmless, clean, balanced and stays as it is.
func checkSanitized(t failer, s string) {
	got := text.Sanitize(s)
	checkExecutes(t, s, got)
	if !utf8.ValidString(got) || text.Clean(got) != got {
		t.Fatalf("Sanitize(%q) = %q is not clean", s, got)
	}
	if again := text.Sanitize(got); again != got {
		t.Fatalf("Sanitize(%q)\n  once %q\n twice %q", s, got, again)
	}
	if slow := text.SanitizeSlowly(got); slow != got {
		t.Fatalf("Sanitize(%q)\n  once %q\n then the policy says %q", s, got, slow)
	}
	if strings.Contains(s, "<") {
		if slow := text.SanitizeSlowly(s); slow != got {
			t.Fatalf("Sanitize(%q)\n      says %q\n the policy %q", s, got, slow)
		}
	}
	z := html.NewTokenizer(strings.NewReader(got))
	depth := 0
	for {
		switch z.Next() {
		case html.StartTagToken:
			if name, _ := z.TagName(); !slices.Contains([]string{"br", "hr", "img"}, string(name)) {
				depth++
			}
		case html.EndTagToken:
			depth--
		case html.ErrorToken:
			if depth != 0 {
				t.Fatalf("Sanitize(%q) = %q: %d elements open", s, got, depth)
			}
			return
		}
		if depth < 0 || depth > 64 {
			t.Fatalf("Sanitize(%q) = %q: %d elements open", s, got, depth)
		}
	}
}

// safeAttrs are the attributes a sanitised document may have.
var safeAttrs = []string{"a href", "img src", "img alt", "img width", "img height", "td colspan", "td rowspan", "th colspan", "th rowspan", "time datetime", "abbr title"}

// dangerous are the elements that execute, load or take part in forms. The test does not rely on the policy's own list of elements.
var dangerous = []string{"script", "style", "iframe", "object", "embed", "applet", "form", "input", "button", "select", "textarea", "link", "meta", "base", "template",
	"noscript", "frame", "frameset", "video", "audio", "source", "body-x", "marquee", "portal", "slot", "title", "xmp", "plaintext", "map", "area", "details", "keygen", "bgsound", "layer"}

// checkExecutes parses got as a browser does and looks for anything that could act; then again what a browser would
// write of it, and that sanitised once more: an attack by mutation is harmless only at first.
func checkExecutes(t failer, src, got string) {
	rendered := checkTree(t, src, got)
	if !strings.Contains(got, "<svg") && !strings.Contains(got, "<math") {
		return
	}
	checkTree(t, src, rendered)
	checkTree(t, src, text.Sanitize(rendered))
}

// checkTree checks got as a browser reads it, and returns it as a browser writes it.
func checkTree(t failer, src, got string) string {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(got), context)
	if err != nil {
		t.Fatalf("Sanitize(%q) = %q: %v", src, got, err)
	}
	var rendered strings.Builder
	for _, n := range nodes {
		checkNode(t, src, got, n)
		if err := html.Render(&rendered, n); err != nil {
			t.Fatalf("Sanitize(%q) = %q: %v", src, got, err)
		}
	}
	return rendered.String()
}

func checkNode(t failer, src, got string, n *html.Node) {
	if n.Type != html.ElementNode && n.Type != html.TextNode {
		t.Fatalf("Sanitize(%q) = %q: has a comment or the like, %q", src, got, n.Data)
	}
	if n.Type == html.ElementNode && n.Namespace != "" {
		checkForeign(t, src, got, n)
	} else if n.Type == html.ElementNode {
		if slices.Contains(dangerous, n.Data) {
			t.Fatalf("Sanitize(%q) = %q: has <%s>", src, got, n.Data)
		}
		for _, a := range n.Attr {
			checkAttr(t, src, got, n.Data, a)
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		checkNode(t, src, got, c)
	}
}

func checkAttr(t failer, src, got, element string, a html.Attribute) {
	if !slices.Contains(safeAttrs, element+" "+a.Key) {
		t.Fatalf("Sanitize(%q) = %q: <%s %s>", src, got, element, a.Key)
	}
	if a.Key != "href" && a.Key != "src" {
		return
	}
	u, err := url.Parse(a.Val)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" && (u.Scheme != "mailto" || a.Key == "src") {
		t.Fatalf("Sanitize(%q) = %q: <%s %s=%q>", src, got, element, a.Key, a.Val)
	}
	// A browser must see the same scheme: nothing that it would strip.
	if !strings.HasPrefix(a.Val, u.Scheme+":") || strings.ContainsFunc(a.Val, func(r rune) bool { return r <= ' ' || r == 0x7F }) {
		t.Fatalf("Sanitize(%q) = %q: odd URL %q", src, got, a.Val)
	}
}

func TestX06_SanitizeDepthBombs(t *testing.T) {
	for _, unit := range []string{"<div>", "<b>", "<blockquote>", "<ul><li>", "<table><tr><td>", "<a href='https://o.example/'>", "<svg>", "<svg><g>", "<svg><use>", "<svg><circle/></svg>", "<svg><![CDATA[>", "<svg></svg><title>", "<iframe>", "<object>", "<p>", "</p>", "<b></i>", "<!--", "<", "&", "<p a=", "<pre>", "<select>", "<a href=x>", "<math><mi>", "<script>", "<p a a a"} {
		size := 1 << 17
		if unit == "<div>" || unit == "<blockquote>" {
			size = 1 << 20
		}
		s := strings.Repeat(unit, size/len(unit))
		got := text.Sanitize(s)
		checkExecutes(t, unit, got)
		if again := text.Sanitize(got); again != got {
			t.Errorf("%q repeated: not idempotent", unit)
		}
		text.Plain(s)
		text.FirstParagraph(s)
		text.Resolve(s, "https://o.example/")
	}
}

func TestX05_SanitizeProperties(t *testing.T) {
	pieces := append([]string{"<", ">", "&", "'", `"`, "/", "=", " ", "x", "<p>", "</p>", "<b>", "</b>", "<li>", "<ul>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<br/>", "<img src='https://o.example/%zz é?a&b' alt=\"", "<a href=https://o.example/", "<a href='http:", "&#106;", "&lt", "&#0;", "&#13;", "\r", "\xff", "<pre>\n", "<caption>", "<figcaption>", "<dd>", "</"}, attacks...)
	rapid.Check(t, func(t *rapid.T) {
		checkSanitized(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), ""))
	})
}

func FuzzSanitize(f *testing.F) {
	for _, a := range slices.Concat(attacks, figureAttacks) {
		f.Add(a)
	}
	f.Add(`<table><tr><td><p>a<li>b<a href="https://o.example/a b?c&d#é">x`)
	f.Add(`<p>The "heat" tax &mdash; &amp;c&#46; it's <a href="https://o.example/">a &lt; b &#13;</a><br/>&nbsp;&#0;<li>x`)
	f.Fuzz(func(t *testing.T, s string) { checkSanitized(t, s) })
}
