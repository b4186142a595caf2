package config

import (
	"strings"
	"testing"
)

// watch begins a configuration with one watch.
const watch = "[[watch]]\nname = \"ports\"\nquery = \"ferries\"\n"

func TestT08B15_Warnings(t *testing.T) {
	const digest = "[[digest]]\nname = \"morning\"\nwatches = [\"ports\"]\nat = \"daily 07:00\"\n"
	const smtp = "[smtp]\nhost = \"mail.example.org\"\nfrom = \"mediawatch@example.org\"\n"
	feed := func(url string) string { return "[[feed]]\nurl = \"" + url + "\"\n" }
	for _, c := range []struct{ name, text, want string }{
		{"no folder", "[[seeds]]\ndir = \"articles\"", `mediawatch.toml:2:1: the seed folder articles does not exist (make the folder, or take the [[seeds]] out)`},
		{"a file", "[[seeds]]\ndir = \"mediawatch.toml\"", `mediawatch.toml:2:1: the seed folder mediawatch.toml is a file (name the folder it is in)`},
		{"mixed", "[[watch]]\nname = \"tax\"\nquery = \"carbon tax OR nuclear\"",
			`mediawatch.toml:3:10: query of tax: AND and OR are mixed without parentheses; it is read as (carbon tax) OR nuclear (write the parentheses)`},
		{"never", "[[watch]]\nname = \"tax\"\nquery = \"tax lang:de -tax\"", `mediawatch.toml:3:10: query of tax: it can never match: it asks for tax and excludes tax`},
		{"nobody", watch + digest, `mediawatch.toml:5:1: the digest "morning" reaches nobody (add to = ["desk@example.org"] or dir = "digests")`},
		{"links", watch + digest + "to = [\"desk@example.org\"]\n" + smtp,
			`mediawatch.toml:9:2: digests are mailed without public_url: their links lead to 127.0.0.1:8087, which only this machine can open (set [web] public_url, for example "https://news.example.org")`},
		{"slash", feed("https://a.example/rss/") + feed("https://a.example/rss"), `mediawatch.toml:4:1: the feed https://a.example/rss is there as https://a.example/rss/ already (keep one of them)`},
		{"scheme", feed("https://a.example/rss") + feed("http://a.example/rss"), `mediawatch.toml:4:1: the feed http://a.example/rss is there as https://a.example/rss already (keep one of them)`},
		{"www and port", feed("https://www.A.example:443/rss?a=1") + feed("https://a.example/rss?a=1#x"), `mediawatch.toml:4:1: the feed https://a.example/rss?a=1#x is there as https://www.A.example:443/rss?a=1 already (keep one of them)`},
		{"secret", feed("https://a.example/rss") + feed("https://me:sesame@a.example/rss/"), `mediawatch.toml:4:1: the feed https://a.example/rss/ is there as https://a.example/rss already (keep one of them)`},
		{"opml", "[fetch]\nopml = [\"more.opml\"]\n" + feed("http://stars.example/feed"), `more.opml:1:1: the feed https://stars.example/feed is there as http://stars.example/feed already (keep one of them)`},
		{"two", "[[seeds]]\ndir = \"b\"\n[[watch]]\nname = \"tax\"\nquery = \"tax -tax\"\n[[seeds]]\ndir = \"a\"",
			"mediawatch.toml:2:1: the seed folder b does not exist (make the folder, or take the [[seeds]] out)\n" +
				"mediawatch.toml:5:10: query of tax: it can never match: it asks for tax and excludes tax\n" +
				"mediawatch.toml:7:1: the seed folder a does not exist (make the folder, or take the [[seeds]] out)"},
		{"none", watch + digest + "dir = \"digests\"\n" + feed("https://a.example/rss") + feed("https://a.example/rss2") + feed("https://b.a.example/rss") + smtp, ""},
		{"public", "[web]\npublic_url = \"https://news.example\"\n" + watch + digest + "to = [\"desk@example.org\"]\n" + smtp, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, _ := mustLoad(t, c.text, nil, "more.opml", opml)
			var got []string
			for _, w := range cfg.Warnings {
				got = append(got, w.String())
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

func TestT08B15_Names(t *testing.T) {
	for title, want := range map[string]string{
		"Über Uns": "ueber-uns", "U\u0308ber Uns": "ueber-uns", "Straße": "strasse", "ÖPNV & Bahn": "oepnv-and-bahn", "Économie": "economie", "Łódź": "lodz", "İstanbul": "istanbul",
		"Экономика": "ekonomika", "Ενέργεια": "energeia", "气候": "qi-hou", "東京": "dong-jing", "한국": "hangug", "العربية": "l-rby", "हिन्दी": "hindii", "Energy & climate": "energy-and-climate",
		"  ": "", "…": "", "🚢 Ports": "ports", "all": "all-2", "a/b\\c": "a-b-c", strings.Repeat("ab ", 40): strings.Trim(strings.Repeat("ab-", 22)[:64], "-"),
	} {
		if got := suggestName(title); got != want {
			t.Errorf("%q gives %q, want %q", title, got, want)
		}
	}
}

// FuzzSuggestName: what is suggested is a name.
func FuzzSuggestName(f *testing.F) {
	f.Add("Über Uns")
	f.Fuzz(func(t *testing.T, title string) {
		if s := suggestName(title); s != "" && !slug.MatchString(s) {
			t.Errorf("%q gives %q", title, s)
		}
	})
}

func TestT08B15_NoConfiguration(t *testing.T) {
	for name, want := range map[string]string{
		"nix.toml": "nix.toml does not exist (mediawatch init nix.toml writes one)", "mediawatch.toml": "(mediawatch init writes one)",
		"my desk/it's.toml": `(mediawatch init 'my desk/it'\''s.toml' writes one)`,
	} {
		if _, err := Load(name, Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
