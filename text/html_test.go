package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"mediawatch/text"
)

func TestPlain(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"no markup", "  The\tharbour\n council ", "The harbour council"},
		{"references", "Tea &amp; scones &lt;br&gt; &#8220;so&#8221; &eacute;t&eacute; &nbsp;x", "Tea & scones <br> “so” été x"},
		{"reference without semicolon", "AT&amp T &copy 2026 &unknown;", "AT& T © 2026 &unknown;"},
		{"illegal references", "a&#0;b&#1;c&#xD800;d&#x110000;e", "a\uFFFDbc\uFFFDd\uFFFDe"},
		{"paragraphs", "<p>One</p><p>Two</p>", "One\n\nTwo"},
		{"paragraphs left open", "<p>One<p>Two", "One\n\nTwo"},
		{"white space between", "<p> One </p>\n\n <p> Two </p>\n", "One\n\nTwo"},
		{"inline elements", "<p>One <b>two</b>, <i>th</i>ree</p>", "One two, three"},
		{"line break", "One<br>two<br/>three", "One\ntwo\nthree"},
		{"two line breaks are a paragraph", "One<br><br />two", "One\n\ntwo"},
		{"heading", "<h2>Head</h2>Body", "Head\n\nBody"},
		{"list", "<p>x</p><ul><li>one</li><li>two <b>b</b></ul>y", "x\n\n- one\n- two b\n\ny"},
		{"list with paragraphs", "<ul><li><p>one</p></li><li></li></ul>", "- one"},
		{"table", "<table><tr><th>a</th><th>b</th></tr><tr><td>1<td>2</table>", "a\tb\n1\t2"},
		{"preformatted", "<pre>  a\n    b\n\nc</pre>d  e", "  a\n    b\n\nc\n\nd e"},
		{"script and style", "a<script>if (a < b) { x('</p>') }</script><STYLE>p{}</STYLE >b", "ab"},
		{"comment", "a<!-- > x --><!---->b<!-->c<!--x--!>d", "abcd"},
		{"declarations", "<!DOCTYPE html><?xml version='1.0'?>a</ x>b</>c", "abc"},
		{"CDATA is a comment in HTML", "a<![CDATA[x]]>b", "ab"},
		{"head", "<html><head><title>T</title><meta charset=x></head><body>a</body></html>", "a"},
		{"head left open", "<head><title>T</title><p>a", "a"},
		{"drawing", "a<svg viewBox='0 0 1 1'><title>t</title><text>x</text></svg>b", "ab"},
		{"drawing left open", "a<svg><g>b<p>c", "ab\n\nc"},
		{"frame closed as in XHTML", `a<iframe src="https://v.example/1"/>b<iframe src=x></iframe>c`, "abc"},
		{"frame left open", "a<iframe src=x>b", "ab"},
		{"stray end of a removed element", "a</svg></object>b<svg>x</svg>c", "abc"},
		{"script closed as in XHTML", `a<script src="x.js"/>b`, "ab"},
		{"less-than as text", "1 < 2 <3 a<", "1 < 2 <3 a<"},
		{"tag cut by the end", "a <a href='x", "a"},
		{"attributes with angle brackets", `a<img alt="x > y" title='<p>'>b`, "ab"},
		{"upper case tags", "<P>a<BR>b</P>", "a\nb"},
		{"invalid UTF-8", "a\xff\xfeb \xc3", "a\uFFFDb \uFFFD"},
		{"control characters", "a\x00b\x1bc\x7f", "abc"},
		{"no-break and ideographic space", "a\u00A0b\u3000c\u2003 d", "a b c d"},
		{"zero width joiner stays", "می\u200Cخواهم", "می\u200Cخواهم"},
		{"textarea and select", "a<textarea>x</textarea><select><option>y</select>b", "ab"},
		{"fallback of a video", "a<video src=x>Your reader cannot play this.</video>b", "ab"},
		{"rule", "a<hr>b", "a\n\nb"},
		{"caption", "<figure><img src=x alt=y><figcaption>The pier</figcaption></figure>Text", "The pier\n\nText"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := text.Plain(tt.in); got != tt.want {
				t.Errorf("Plain(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestFirstParagraph(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"just text", "just text"},
		{"<p> </p><p>&nbsp;</p><p>One\n<b>two</b></p><p>Three</p>", "One two"},
		{"<p>One<br>two</p><p>three</p>", "One two"},
		{"<img src=x><p>Text</p>", "Text"},
		{"<h2>Head</h2><p>Text</p>", "Head"},
		{"<script>x</script>", ""},
		{"<figure><img src=x><figcaption>The pier</figcaption></figure><p>Text</p>", "Text"},
		{"<figure><img src=x><figcaption>The pier</figcaption></figure>", "The pier"},
		{"<figcaption>The pier<p>Text", "The pier"},
	}
	for _, tt := range tests {
		if got := text.FirstParagraph(tt.in); got != tt.want {
			t.Errorf("FirstParagraph(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	tests := []struct {
		in   []string
		want string
	}{
		{nil, ""},
		{[]string{"", " \n"}, ""},
		{[]string{"One", "Two"}, "<p>One</p><p>Two</p>"},
		{[]string{"One\n\nTwo\nthree"}, "<p>One</p><p>Two<br>three</p>"},
		{[]string{"a < b & \"c\"\r\n\r\nd"}, "<p>a &lt; b &amp; &#34;c&#34;</p><p>d</p>"},
		{[]string{"x\x00\x1by"}, "<p>xy</p>"},
	}
	for _, tt := range tests {
		if got := text.Paragraphs(tt.in...); got != tt.want {
			t.Errorf("Paragraphs(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestParagraphsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.StringMatching(`[a-zA-Z<>&;"' é日]{0,12}`)).Draw(t, "lines")
		var want []string
		for _, l := range lines {
			if l = text.Line(l); l != "" {
				want = append(want, l)
			}
		}
		src := text.Paragraphs(lines...)
		if got := text.Plain(src); got != strings.Join(want, "\n\n") {
			t.Fatalf("Plain(%q) = %q, want %q", src, got, strings.Join(want, "\n\n"))
		}
		if got := text.Sanitize(src); got != src {
			t.Fatalf("Sanitize(%q) = %q", src, got)
		}
	})
}

func TestResolve(t *testing.T) {
	const base = "https://news.example/2026/ferry?x=1"
	tests := []struct{ name, in, base, want string }{
		{"no markup", "a & b", base, "a & b"},
		{"nothing relative", `<P CLASS=x><a href='https://o.example/?a=1&b=2'>x</A >`, base, `<P CLASS=x><a href='https://o.example/?a=1&b=2'>x</A >`},
		{"path", `<a href="/pier">`, base, `<a href="https://news.example/pier">`},
		{"relative, single quotes", `<img src='a b.png'>`, base, `<img src='https://news.example/2026/a%20b.png'>`},
		{"not quoted", `<img src=../a.png alt=x>`, base, `<img src="https://news.example/a.png" alt=x>`},
		{"scheme-relative", `<img src="//img.example/a.png">`, base, `<img src="https://img.example/a.png">`},
		{"query only", `<a href="?p=2&amp;q=3">`, base, `<a href="https://news.example/2026/ferry?p=2&amp;q=3">`},
		{"fragment only", `<a href="#n1">`, base, `<a href="https://news.example/2026/ferry?x=1#n1">`},
		{"mailto stays", `<a href="mailto:desk@news.example">`, base, `<a href="mailto:desk@news.example">`},
		{"upper case names", `<IMG SRC="/a.png">`, base, `<IMG SRC="https://news.example/a.png">`},
		{"link in a drawing", `<svg><a xlink:href="/1">`, base, `<svg><a xlink:href="https://news.example/1">`},
		{"srcset", `<img srcset="a.png 1x, /b.png 2x">`, base, `<img srcset="https://news.example/2026/a.png 1x, https://news.example/b.png 2x">`},
		{"several", `<a href="/1"><img src="/2" alt="&lt;"></a>`, base, `<a href="https://news.example/1"><img src="https://news.example/2" alt="&lt;"></a>`},
		{"text of a script", `<script>x='<a href="/1">'</script>`, base, `<script>x='<a href="/1">'</script>`},
		{"behind a frame closed as in XHTML", `<iframe src="/v"/><a href="/1"><script src="/x"/><a href="/2">`, base,
			`<iframe src="https://news.example/v"/><a href="https://news.example/1"><script src="https://news.example/x"/><a href="https://news.example/2">`},
		{"no base", `<a href="/1">`, "", `<a href="/1">`},
		{"relative base", `<a href="/1">`, "/feed", `<a href="/1">`},
		{"unparsable", `<a href="http://[::1">`, base, `<a href="http://[::1">`},
		{"cut", `x<a href="/1`, base, `x<a href="/1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := text.Resolve(tt.in, tt.base)
			if got != tt.want {
				t.Errorf("Resolve(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
			if again := text.Resolve(got, tt.base); again != got {
				t.Errorf("Resolve(%q) twice: %q", got, again)
			}
		})
	}
}

// checkPlain holds what is true of the plain text of anything.
func checkPlain(t failer, s string) {
	p := text.Plain(s)
	if !utf8.ValidString(p) || text.Clean(p) != p {
		t.Fatalf("Plain(%q) = %q is not clean", s, p)
	}
	if strings.HasSuffix(p, "\n") || strings.HasPrefix(p, "\n") || strings.Contains(p, "\n\n\n") {
		t.Fatalf("Plain(%q) = %q: empty lines", s, p)
	}
	if f := text.FirstParagraph(s); strings.Contains(f, "\n") || f == "" && strings.TrimSpace(p) != "" {
		t.Fatalf("FirstParagraph(%q) = %q of %q", s, f, p)
	}
	text.Resolve(s, "https://news.example/")
}

// wellKnown is how x/net/html reads what the package's own tokeniser reads.
func wellKnown(s string) (out []string) {
	z := html.NewTokenizer(strings.NewReader(s))
	text := false // the last token was text; x/net sometimes cuts that in two
	for {
		switch kind := z.Next(); {
		case kind == html.ErrorToken:
			return out
		case kind == html.TextToken && text:
			out[len(out)-1] += string(z.Raw())
		default:
			out = append(out, string(z.Raw()))
			text = kind == html.TextToken
		}
	}
}

func TestTokensAreThoseOfXNet(t *testing.T) {
	pieces := []string{"<", ">", "/", "<p", "</p", "<a href=", `"`, "'", " ", "=", "x", "!", "--", "<!--", "-->", "?", "&", "<title>", "</title>", "<TextArea", "</textarea ", "\n", "<b/>", "é", "-"}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 14).Draw(t, "pieces"), "")
		got, want := strings.Join(text.RawTokens(s), "\x00"), strings.Join(wellKnown(s), "\x00")
		if got != want {
			t.Fatalf("%q\n got %q\nwant %q", s, got, want)
		}
	})
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"<p>a<br>b", "<svg><p>x</svg>", "a&#0;&amp", "<pre> a\n\n</pre>", "<iframe/>x", "<li><td>", "\xff<p", "<!--><!--->", "<script></script >x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkPlain(t, s) })
}
