package text_test

import (
	"net/url"
	"strings"
	"testing"

	"mediawatch/text"
)

func TestT08A10_HideSecrets(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"nothing to hide: a@b.example, 10:30", "nothing to hide: a@b.example, 10:30"},
		{"https://example.org/feed?page=2#top", "https://example.org/feed?page=2#top"},
		{"https://me:secretpw@example.org/feed", "https://example.org/feed"},
		{"https://TOKEN@example.org:8443/feed", "https://example.org:8443/feed"},
		{"https://me:p@ss@example.org", "https://example.org"},
		{"https://me:p%40ss@[::1]:80/", "https://[::1]:80/"},
		{"https://example.org/@author/feed", "https://example.org/@author/feed"},
		{"https://example.org?mail=a@b.example", "https://example.org?mail=a@b.example"},
		{"socks5h://u:p@127.0.0.1:9050", "socks5h://127.0.0.1:9050"},
		{"get https://u:p@a.example/x: 404 Not Found; its site offers http://v:q@b.example/y (take it)", "get https://a.example/x: 404 Not Found; its site offers http://b.example/y (take it)"},
		{`parse "http://me:pw@host": bad`, `parse "http://host": bad`},
		{"https://example.org/feed?key=abc&n=3", "https://example.org/feed?key=hidden&n=3"},
		{"https://example.org/feed?n=3&api_key=abc#x", "https://example.org/feed?n=3&api_key=hidden#x"},
		{"https://example.org/feed?API-Key=abc;access.token=d", "https://example.org/feed?API-Key=hidden;access.token=hidden"},
		{"https://s3.example/f?X-Amz-Credential=a%2Fb&X-Amz-Signature=00ff", "https://s3.example/f?X-Amz-Credential=hidden&X-Amz-Signature=hidden"},
		{"https://example.org/feed?key=&token", "https://example.org/feed?key=&token"},
		{"a://b:c@d://e:f@g", "a://d://g"},
		{"http://", "http://"},
		{"https://proxy.example/https://me:pw@a.example/feed", "https://proxy.example/https://a.example/feed"},
		{"https://proxy.example/?url=https://me:pw@a.example/&token=x", "https://proxy.example/?url=https://a.example/&token=hidden"},
		{"https://proxy.example/?url=https%3A%2F%2Fme%3Apw%40a.example%2F%3Fkey%3D1&n=2", "https://proxy.example/?url=https%3A%2F%2Fa.example%2F%3Fkey%3Dhidden&n=2"},
		{"https://a.example/#access_token=x", "https://a.example/#access_token=hidden"},
		{"http://@/?token=%", "http:///?token=hidden"},
		{"https://me:secret\npw@example.org", "https://me:secret\npw@example.org"}, // no address: nothing takes it
	} {
		if got := text.HideSecrets(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

// FuzzHideSecrets holds for any text: hiding twice is hiding once, and no address that parses keeps a login.
func FuzzHideSecrets(f *testing.F) {
	f.Add("get https://me:pw@example.org/?token=1: 404")
	f.Add("a://b@c?key=d&e#f")
	f.Fuzz(func(t *testing.T, s string) {
		once := text.HideSecrets(s)
		if again := text.HideSecrets(once); again != once {
			t.Errorf("%q hidden is %q, and again %q", s, once, again)
		}
		if u, err := url.Parse(once); err == nil && u.User != nil && u.Host != "" && strings.Contains(once, "://"+u.User.String()+"@") {
			t.Errorf("%q keeps the login %q", once, u.User)
		}
	})
}
