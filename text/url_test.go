package text_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mediawatch/text"
)

func TestCanonicalURL(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"as it is", "https://news.example/2026/ferry", "https://news.example/2026/ferry"},
		{"scheme and host", "HTTPS://News.EXAMPLE/Ferry", "https://news.example/Ferry"},
		{"no path", "http://news.example", "http://news.example/"},
		{"no path, query", "http://news.example?p=1", "http://news.example/?p=1"},
		{"default port", "https://news.example:443/a", "https://news.example/a"},
		{"default port of the other scheme", "http://news.example:443/a", "http://news.example:443/a"},
		{"empty port", "http://news.example:/a", "http://news.example/a"},
		{"other port", "http://news.example:8080/a", "http://news.example:8080/a"},
		{"port with zeros", "http://news.example:0080/a", "http://news.example/a"},
		{"root dot", "http://news.example./a", "http://news.example/a"},
		{"user", "https://u:p@news.example/a", "https://news.example/a"},
		{"fragment", "https://news.example/a#top", "https://news.example/a"},
		{"fragment that looks like a path", "https://news.example/a#!/b", "https://news.example/a"},
		{"international host", "https://BÜCHER.example/a", "https://xn--bcher-kva.example/a"},
		{"international host, ASCII form", "https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example/a"},
		{"IPv4", "http://192.0.2.7/a", "http://192.0.2.7/a"},
		{"IPv6", "http://[2001:DB8::0:1]:80/a", "http://[2001:db8::1]/a"},
		{"IPv6 with port", "http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a"},
		{"dot segments", "https://news.example/a/./b/../c/..", "https://news.example/a/"},
		{"dot segments above the root", "https://news.example/../../a", "https://news.example/a"},
		{"encoded dot segments", "https://news.example/a/%2e%2E/b", "https://news.example/b"},
		{"dots in names", "https://news.example/a/.b/...", "https://news.example/a/.b/..."},
		{"trailing slash stays", "https://news.example/a/", "https://news.example/a/"},
		{"double slash stays", "https://news.example//a", "https://news.example//a"},
		{"escapes of unreserved characters", "https://news.example/%7euser/%41", "https://news.example/~user/A"},
		{"escapes of reserved characters", "https://news.example/a%2fb%3f", "https://news.example/a%2Fb%3F"},
		{"not encoded", "https://news.example/étage/a b?q=ü", "https://news.example/%C3%A9tage/a%20b?q=%C3%BC"},
		{"Persian path", "https://news.example/خبر", "https://news.example/%D8%AE%D8%A8%D8%B1"},
		{"broken escape", "https://news.example/a?p=100%", "https://news.example/a?p=100%25"},
		{"query sorted", "https://news.example/a?b=2&a=1&b=1", "https://news.example/a?a=1&b=2&b=1"},
		{"empty query", "https://news.example/a?", "https://news.example/a"},
		{"empty parameters", "https://news.example/a?&&x&", "https://news.example/a?x"},
		{"value with question mark", "https://news.example/a?u=b?c", "https://news.example/a?u=b?c"},
		{"utm", "https://news.example/a?utm_source=rss&utm_medium=feed&UTM_Campaign=x&id=7", "https://news.example/a?id=7"},
		{"clicks", "https://news.example/a?fbclid=1&gclid=2&msclkid=3&yclid=4&mc_cid=5&mc_eid=6&igshid=7", "https://news.example/a"},
		{"campaigns", "https://news.example/a?at_medium=RSS&at_campaign=x&ns_mchannel=rss&xtor=RSS-1&CMP=rss&ocid=x", "https://news.example/a"},
		{"names that only look like tracking", "https://news.example/a?utmost=1&at=2&ref=3&source=4", "https://news.example/a?at=2&ref=3&source=4&utmost=1"},
		{"encoded tracking name", "https://news.example/a?utm%5Fsource=x", "https://news.example/a"},
		{"white space around and within", " \thttps://news.example/a\n/b ", "https://news.example/a/b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := text.CanonicalURL(tt.in)
			if err != nil || got != tt.want {
				t.Errorf("CanonicalURL(%q) = %q, %v, want %q", tt.in, got, err, tt.want)
			}
			checkURL(t, tt.in)
		})
	}
}

func TestCanonicalURLErrors(t *testing.T) {
	for _, in := range []string{"", " ", "ferry", "/a", "//news.example/a", "ftp://news.example/a", "mailto:a@news.example", "javascript:alert(1)", "http://", "http:///a", "http:a", "https://:80/",
		"http://[::1", "http://a b/", "tag:news.example,2026:1", "urn:uuid:1", "http://news.example:x/", "http://%zz/", "http://./", "http://news.example:99999/"} {
		got, err := text.CanonicalURL(in)
		if !errors.Is(err, text.ErrNotWeb) || got != "" {
			t.Errorf("CanonicalURL(%q) = %q, %v, want ErrNotWeb", in, got, err)
		}
		if p := text.PageURL(in); p != "" {
			t.Errorf("PageURL(%q) = %q", in, p)
		}
		if s := text.Site(in); s != "" {
			t.Errorf("Site(%q) = %q", in, s)
		}
	}
}

func TestPageURL(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://news.example/a", "https://news.example/a"},
		{" HTTPS://News.example:443/A/../b?z=1&utm_source=rss&a=2#n7 ", "https://news.example/A/../b?z=1&a=2#n7"},
		{"https://u:p@news.example/a?utm_source=x", "https://news.example/a"},
		{"https://news.example/é?q=é", "https://news.example/%C3%A9?q=%C3%A9"},
		{"https://news.example/a\"><script>", "https://news.example/a%22%3E%3Cscript%3E"},
		{"https://news.example/?q=\"><script>", "https://news.example/?q=%22%3E%3Cscript%3E"},
	}
	for _, tt := range tests {
		if got := text.PageURL(tt.in); got != tt.want {
			t.Errorf("PageURL(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestSite(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://www.news.example/a", "news.example"},
		{"https://rss.feeds.news.co.uk:8080/a", "news.co.uk"},
		{"https://WWW.News.COM.", "news.com"},
		{"https://www.bücher.de/", "xn--bcher-kva.de"},
		{"https://someone.github.io/x", "someone.github.io"},
		{"http://co.uk/", ""},
		{"http://localhost/", ""},
		{"http://192.0.2.7/", ""},
		{"http://[2001:db8::1]/", ""},
		{"news.example", ""},
	}
	for _, tt := range tests {
		if got := text.Site(tt.in); got != tt.want {
			t.Errorf("Site(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// checkURL holds what is true of the canonical form of anything.
func checkURL(t failer, s string) {
	got, err := text.CanonicalURL(s)
	page := text.PageURL(s)
	if err != nil {
		if got != "" || page != "" || !errors.Is(err, text.ErrNotWeb) {
			t.Fatalf("CanonicalURL(%q) = %q, PageURL %q, with %v", s, got, page, err)
		}
		return
	}
	if again, err := text.CanonicalURL(got); err != nil || again != got {
		t.Fatalf("CanonicalURL(%q) = %q, again %q, %v", s, got, again, err)
	}
	u, err := url.Parse(got)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Fragment != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") {
		t.Fatalf("CanonicalURL(%q) = %q, which is %#v, %v", s, got, u, err)
	}
	for _, r := range got + page {
		if r <= ' ' || r >= 0x7F || strings.ContainsRune("\"<>\\^`{|}", r) {
			t.Fatalf("CanonicalURL(%q) = %q, PageURL %q: %q in it", s, got, page, r)
		}
	}
	if ofPage, err := text.CanonicalURL(page); err != nil || ofPage != got {
		t.Fatalf("PageURL(%q) = %q is another page: %q, not %q, %v", s, page, ofPage, got, err)
	}
	if again := text.PageURL(page); again != page {
		t.Fatalf("PageURL(%q) = %q, again %q", s, page, again)
	}
	if site := text.Site(s); site != text.Site(got) {
		t.Fatalf("Site(%q) = %q, of %q %q", s, site, got, text.Site(got))
	}
}

func TestURLProperties(t *testing.T) {
	pieces := []string{"http", "https", "://", ":", "/", "//", "news.example", "É", "xn--", "%", "%2e", "%2F", "%zz", "..", ".", "?", "&", "=", "#", "utm_source", "a", "A", "[", "]", "@", " ", "\x00", "\xff", "443", "80", ";", "+", "'", "ß", "\u200D", "日本"}
	rapid.Check(t, func(t *rapid.T) {
		checkURL(t, "http://"+strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 9).Draw(t, "pieces"), ""))
	})
}

func FuzzCanonicalURL(f *testing.F) {
	for _, s := range []string{"https://News.example:443/a/../b/%7e?b=2&utm_source=x&a=1#f", "http://[::1]:80", "http://bücher.example", "http://a/%%2?%", "javascript:x", "http://a:80:80/", "http://a?=&=&;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkURL(t, s) })
}
