package config

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// mistakesOf returns the lines of the error, with the hint where want has one.
func mistakesOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var all *Errors
	if !errors.As(err, &all) {
		t.Fatalf("not an *Errors: %v", err)
	}
	return strings.ReplaceAll(all.Error(), "mediawatch.toml:", "")
}

// Every kind of mistake with its exact position. The file's name is left out.
func TestMistakes(t *testing.T) {
	const w = "[[watch]]\nname = \"a\"\nquery = \"x\"\n"
	const smtp = "[smtp]\nhost = \"mail.example.org\"\nfrom = \"a@example.org\"\n"
	tests := []struct{ name, text, want string }{
		{"not names of hosts", "[web]\nhosts = [\"ok.example\", \"http://a.example\", \"a.example:80\", \"*\", \"\"]",
			"2:24: hosts: \"http://a.example\" is not the name of a host (a name as browsers show it, without http:// and port: news.example.org)\n" +
				"2:44: hosts: \"a.example:80\" is not the name of a host (a name as browsers show it, without http:// and port: news.example.org)\n" +
				"2:60: hosts: \"*\" is not the name of a host (a name as browsers show it, without http:// and port: news.example.org)\n" +
				"2:65: hosts: \"\" is not the name of a host (a name as browsers show it, without http:// and port: news.example.org)"},
		// keys and types
		{"unknown key", "[[digest]]\nname = \"m\"\n  tittle = \"M\"\nwatches = [\"all\"]\nat = \"hourly\"", `3:3: unknown key "tittle" in [[digest]] (did you mean "title"?)`},
		{"swapped letters", "[web]\nlisten = \"127.0.0.1:1\"\npubilc_url = \"\"", `3:1: unknown key "pubilc_url" in [web] (did you mean "public_url"?)`},
		{"another's word", w + "filter = \"x\"", `4:1: unknown key "filter" in [[watch]] (did you mean "query"?)`},
		{"another table's key", "[store]\nlisten = \"127.0.0.1:1\"", `2:1: unknown key "listen" in [store] ("listen" belongs in [web])`},
		{"no idea", "[store]\nflavour = 1", `2:1: unknown key "flavour" in [store] (known here are folder, path, keep, keep_matched, raw, min_free, url)`},
		{"unknown table", "[stor]\npath = \"x\"", `1:2: unknown table "stor" (did you mean "store"?)`},
		{"unknown tables", "[[wacth]]\nname = \"x\"", `1:3: unknown table "wacth" (did you mean "watch"?)`},
		{"key outside a table", "listen = \"x\"", `1:1: unknown key "listen" ("listen" belongs in [web])`},
		{"dotted key", "web.listn = \"x\"", `1:5: unknown key "listn" in [web] (did you mean "listen"?)`},
		{"inline table", "web = {listen = \"127.0.0.1:1\", lisen = \"x\"}", `1:32: unknown key "lisen" in [web] (did you mean "listen"?)`},
		{"columns count characters", "web = {public_url = \"https://é.example\", lisen = 1}", `1:42: unknown key "lisen" in [web] (did you mean "listen"?)`},
		{"text wanted", "[fetch]\ninterval = 60", `2:1: interval must be a text, not a number (write it in quotes: "…")`},
		{"truth wanted", "[store]\nraw = \"false\"", `2:1: raw must be true or false, not a text (without quotes)`},
		{"number wanted", smtp + "port = \"25\"", `4:1: port must be a number, not a text (a whole number without quotes)`},
		{"number too large", smtp + "port = 99999999999999999999", `4:8: not TOML: decimal number is too large to fit in a 64-bit signed integer`},
		{"list wanted", "[fetch]\nopml = \"a.opml\"", `2:1: opml must be a list, not a text (write it in brackets: ["…"])`},
		{"texts wanted", "[[outlet]]\nname = \"A\"\ntags = [\"x\", 2,\n  3.5]", "3:14: an element of tags must be a text, not a number (write it in quotes: \"…\")\n4:3: an element of tags must be a text, not a number with a fraction (write it in quotes: \"…\")"},
		{"table wanted", "web = 1", `1:1: web must be a table, not a number (write [web] and below it its keys)`},
		{"tables wanted", "feed = 1", `1:1: feed must be a list, not a number (write [[feed]] and below it its keys)`},
		{"tables in a list wanted", "feed = [1]", `1:9: an element of feed must be a table, not a number (write [[feed]] and below it its keys)`},
		{"one table too many", "[[store]]\npath = \"x\"", `1:3: write [store], not [[store]] (there is only one)`},
		{"single brackets", "[feed]\nurl = \"ftp://x\"", "1:2: write [[feed]], not [feed] (there can be several)\n2:1: url: \"ftp://x\" is not the address of a feed (it starts with https:// or http://)"},
		{"time wanted", "[[feed]]\nurl = \"https://a.example/\"\ntime = \"2026\"", `3:1: time must be a date or time, not a text (for example 2026-11-20T07:00:00Z, without quotes)`},
		{"time without zone", "[[feed]]\nurl = \"https://a.example/\"\ntime = 2026-11-20", `3:1: time must be a date and time with a zone, not 2026-11-20 (for example 2026-11-20T07:00:00Z, without quotes)`},
		{"not TOML", "[store]\npath = data", `2:8: not TOML: unexpected character U+0064 'd' at start of value`},
		{"defined twice", "[web]\nlisten = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:1\"", `3:1: not TOML: key listen is already defined`},

		// store, web, fetch
		{"empty path", "[store]\npath = \"\"", `2:1: path is missing`},
		{"window that is no number of days", "[stories]\nwindow = \"36h\"", `2:1: window: 36h is not a number of days (for example 14d or 4w)`},
		{"window too long", "[stories]\nwindow = \"1000d\"", `2:1: window: 1000d is not between 1d and 90d`},
		{"too few texts", "[stories]\ntexts = 0", `2:1: texts: 0 is not between 1000 and 50000000 (a million take about 240 MB of memory)`},
		{"bad size", "[store]\nmin_free = \"half\"", `2:1: min_free: "half" is not a size (for example 500MB or 2GB)`},
		{"keep too short", "[store]\nkeep = \"30d\"", `2:1: keep: 30d is not between 90d and 36500d`},
		{"keep_matched too short", "[store]\nkeep = \"400d\"\nkeep_matched = \"100d\"", `3:1: keep_matched: 100d is shorter than keep, 400d`},
		{"keep nonsense", "[store]\nkeep = \"always\"", `2:1: keep: "always" is not a duration ("forever", or a time such as 400d)`},
		{"raw not built", "[store]\nraw = true", `2:1: raw = true is not built yet (remove it until then)`},
		{"postgres not built", "[store]\nurl = \"postgres://db/x\"", `2:1: url (PostgreSQL) is not built yet (remove it until then)`},
		{"another store", "[store]\nurl = \"mysql://db/x\"", `2:1: url: "mysql://db/x" is not the address of a store (the embedded store needs path alone)`},
		{"no port", "[web]\nlisten = \"127.0.0.1\"", `2:1: listen: "127.0.0.1" is not an address to listen on (an address and a port, for example 127.0.0.1:8087)`},
		{"empty port", "[web]\nlisten = \"127.0.0.1:\"", `2:1: listen: "127.0.0.1:" has no port (for example 127.0.0.1:8087)`},
		{"port too high", "[web]\nlisten = \"127.0.0.1:70000\"", `2:1: listen: "127.0.0.1:70000" is not an address to listen on (an address and a port, for example 127.0.0.1:8087)`},
		{"a name", "[web]\nlisten = \"news.example:80\"", `2:1: listen: "news.example" is not an IP address (for example 127.0.0.1:80)`},
		{"open to all", "[web]\nlisten = \":8087\"", `2:1: listen: :8087 can be reached from other machines, and nothing asks them for a password (listen on 127.0.0.1, or set allow_remote = true if something in front of it asks for a password)`},
		{"open to the network", "[web]\nlisten = \"192.168.1.4:8087\"", `2:1: listen: 192.168.1.4:8087 can be reached from other machines, and nothing asks them for a password (listen on 127.0.0.1, or set allow_remote = true if something in front of it asks for a password)`},
		{"users not built", "[web]\nusers = [{name = \"desk\"}]", `2:1: users is not built yet (remove it until then)`},
		{"public url", "[web]\npublic_url = \"news.example.org\"", `2:1: public_url: "news.example.org" is not the address of a site (for example https://news.example.org)`},
		{"public url with query", "[web]\npublic_url = \"https://news.example.org/?a\"", `2:1: public_url: "https://news.example.org/?a" is not the address of a site (for example https://news.example.org)`},
		{"no unit", "[fetch]\ninterval = \"60\"", `2:1: interval: "60" is not a duration (for example 30m, 24h or 7d)`},
		{"impolite", "[fetch]\ninterval = \"5s\"", `2:1: interval: 5s is not between 1m and 30d`},
		{"negative", "[fetch]\nhost_gap = \"-2s\"", `2:1: host_gap: "-2s" is not a duration (for example 30m, 24h or 7d)`},
		{"proxy", "[fetch]\nproxy = \"127.0.0.1:3128\"", `2:1: proxy: not the address of a proxy (for example http://127.0.0.1:3128 or socks5://127.0.0.1:9050)`},
		{"agent", "[fetch]\nuser_agent = \"a\\nb\"", `2:1: user_agent: "a\nb" cannot be sent in a header (printable ASCII only)`},
		{"network", "[fetch]\nallow_networks = [\"127.0.0.0/8\", \"lan\"]", `2:34: allow_networks: "lan" is not a network (for example 127.0.0.0/8 or fd00::/8)`},
		{"network with host", "[fetch]\nallow_networks = [\"10.1.2.3/8\"]", `2:19: allow_networks: 10.1.2.3/8 has bits set behind its prefix (did you mean 10.0.0.0/8?)`},
		{"no OPML file", "[fetch]\nopml = [\"none.opml\"]", `2:9: opml: none.opml cannot be read: no such file or directory`},

		// seeds, outlets, feeds
		{"no dir", "\n[[seeds]]\nrecursive = true", `2:3: dir is missing`},
		{"same folder", "[[seeds]]\ndir = \"a\"\n[[seeds]]\ndir = \"./a/\"", "" /* set below */},
		{"empty include", "[[seeds]]\ndir = \"a\"\ninclude = []", `3:1: include is empty, so nothing would be read (for example ["*.txt", "*.md", "*.html"])`},
		{"bad pattern", "[[seeds]]\ndir = \"a\"\ninclude = [\"*.txt\", \"[\", \"a/b\"]", "3:21: include: \"[\" is not a pattern (a pattern of file names such as \"*.txt\")\n3:26: include: \"a/b\" is not a pattern (a pattern of file names such as \"*.txt\")"},
		{"zone", "[[seeds]]\ndir = \"a\"\ntimezone = \"Berlin\"", `3:1: timezone: "Berlin" is not a time zone (a name such as Europe/Berlin or UTC)`},
		{"announce", "[[seeds]]\ndir = \"a\"\nannounce = \"every\"", `3:1: announce: "every" is not known (write "new" or "all")`},
		{"every", "[[seeds]]\ndir = \"a\"\nevery = \"100ms\"", `3:1: every: 100ms is not between 1s and 30d`},
		{"outlet without name", "[[outlet]]\nsites = [\"a.example\"]", `1:3: name is missing`},
		{"outlet twice", "[[outlet]]\nname = \"A\"\n[[outlet]]\nname = \"A\"", `4:1: the outlet "A" is there twice (the first is in line 2)`},
		{"site", "[[outlet]]\nname = \"A\"\nsites = [\"https://a.example\"]", `3:10: sites: "https://a.example" is not a host name (a host name such as example.org)`},
		{"site twice", "[[outlet]]\nname = \"A\"\nsites = [\"a.example\"]\n[[outlet]]\nname = \"B\"\nsites = [\"www.a.example\"]", `6:10: the site "a.example" is there twice (the first is in line 3)`},
		{"country", "[[outlet]]\nname = \"A\"\ncountry = \"Germany\"", `3:1: country: "Germany" is not a country code (two letters such as DE or US)`},
		{"empty tag", "[[outlet]]\nname = \"A\"\ntags = [\"a\", \" \"]", `3:14: tags: an empty tag`},
		{"outlet zone", "[[outlet]]\nname = \"A\"\ntimezone = \"\"", `3:1: timezone: "" is not a time zone (a name such as Europe/Berlin or UTC)`},
		{"no url", "[[feed]]\ntags = [\"a\"]", `1:3: url is missing`},
		{"file url", "[[feed]]\nurl = \"file:///etc/passwd\"", `2:1: url: "file:///etc/passwd" is not the address of a feed (it starts with https:// or http://)`},
		{"feed twice", "[[feed]]\nurl = \"https://a.example/\"\n\n[[feed]]\nurl = \"https://a.example/\"", `5:1: the feed "https://a.example/" is there twice (the first is in line 2)`},
		{"charset", "[[feed]]\nurl = \"https://a.example/\"\ncharset = \"latin-17\"", `3:1: charset: "latin-17" is not known (for example windows-1251 or utf-8)`},
		{"feed interval", "[[feed]]\nurl = \"https://a.example/\"\ninterval = \"0s\"", `3:1: interval: 0s is not between 1m and 30d`},

		// lists, watches
		{"list name", "[lists]\nBig = [\"a\"]", `2:1: lists: "Big" cannot be used as @Big (small letters, digits, - and _)`},
		{"empty list", "[lists]\na = []", `2:1: the list "a" is empty`},
		{"empty element", "[lists]\na = [\"x\", \"\"]", `2:11: the list "a" has an empty element`},
		{"watch name", "[[watch]]\nname = \"Energy & climate\"\nquery = \"x\"", `2:1: name: "Energy & climate" cannot be part of an address (for example "energy-and-climate", with "Energy & climate" as title)`},
		{"watch without name", "[[watch]]\nquery = \"x\"", `1:3: name is missing`},
		{"reserved all", "[[watch]]\nname = \"all\"\nquery = \"x\"", `2:1: name: "all" is reserved: the program publishes a feed of that name (choose another)`},
		{"reserved health", "[[watch]]\nname = \"health\"\nquery = \"x\"", `2:1: name: "health" is reserved: the program publishes a feed of that name (choose another)`},
		{"reserved alerts", "[[watch]]\nname = \"alerts\"\nquery = \"x\"", `2:1: name: "alerts" is reserved: the program publishes a feed of that name (choose another)`},
		{"watch twice", w + w, `5:1: the watch "a" is there twice (the first is in line 2)`},
		{"no query", "[[watch]]\nname = \"a\"", `1:3: query is missing`},
		{"group", w + "group = \"storys\"", `4:1: group: "storys" is not known (did you mean "story"?)`},
		{"content", w + "content = \"all\"", `4:1: content: "all" is not known (write "excerpt" or "full" or "none")`},
		{"alert not built", w + "alert = {every = \"15m\"}", `4:1: alert is not built yet (remove it until then)`},

		// digests
		{"digest name", "[[digest]]\nname = \"a/b\"\nwatches = [\"all\"]\nat = \"hourly\"", `2:1: name: "a/b" cannot be part of an address (for example "a-b", with "a/b" as title)`},
		{"digest twice", strings.Repeat("[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\n", 2), `6:1: the digest "m" is there twice (the first is in line 2)`},
		{"unknown watch", w + "[[digest]]\nname = \"m\"\nwatches = [\"a\", \"al\"]\nat = \"hourly\"", `6:17: watches: there is no watch "al" (did you mean "all"?)`},
		{"watch twice in digest", w + "[[digest]]\nname = \"m\"\nwatches = [\"a\", \"a\"]\nat = \"hourly\"", `6:17: the watch "a" is there twice (the first is in line 6)`},
		{"no watches", w + "[[digest]]\nname = \"m\"\nat = \"hourly\"", `4:3: watches is missing (for example watches = ["a"])`},
		{"no time", "[[digest]]\nname = \"m\"\nwatches = [\"all\"]", `1:3: at is missing`},
		{"bad schedule", "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"0 0 30 2 *\"", `4:1: at: "0 0 30 2 *": this time never comes (there is no such day in any year)`},
		{"cron zone", "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"CRON_TZ=UTC\"", `4:1: at: "CRON_TZ=UTC": a schedule does not name its zone (write the zone under the key timezone)`},
		{"digest zone", "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\ntimezone = \"Local\"", `5:1: timezone: "Local" is not a time zone (a name such as Europe/Berlin or UTC)`},
		{"no smtp", "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\nto = [\"a@example.org\"]", `5:1: to needs [smtp] (add [smtp], or write to a folder with dir)`},
		{"bad address", smtp + "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\nto = [\"a@example.org\", \"b@\"]", `8:24: to: "b@" is not a mail address (for example desk@example.org)`},
		{"header injection", smtp + "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\nto = [\"\\\"a\\r\\nBcc: x\\\" <a@example.org>\"]", `8:7: to: "\"a\r\nBcc: x\" <a@example.org>" is not a mail address (for example desk@example.org)`},
		{"bad address of a table", smtp + "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\nto = [\"a@example.org\", {to = \"b@\", adm = true}, 3]",
			"8:24: to: \"b@\" is not a mail address (for example desk@example.org)\n" +
				"8:36: unknown key \"adm\" in [to] (known here are to, admin)\n" +
				"8:49: an element of to must be a text, not a number (write it in quotes: \"…\", or as a table: {to = \"…\", admin = true})"},
		{"bad contact", smtp + "contact = \"nobody\"", `4:1: contact: "nobody" is not a mail address (for example press@example.org)`},
		{"address twice", smtp + "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\nto = [\"a@example.org\", \"A <A@example.org>\"]", `8:24: the address "a@example.org" is there twice (the first is in line 8)`},
		{"empty", "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\nempty = \"sent\"", `5:1: empty: "sent" is not known (did you mean "send"?)`},
		{"empty dir", "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\ndir = \"\"", `5:1: dir is missing`},
		{"approval not built", "[[digest]]\nname = \"m\"\nwatches = [\"all\"]\nat = \"hourly\"\napprove_until = \"07:30\"", `5:1: approve_until is not built yet (remove it until then)`},

		// mail
		{"no host, no sender", "[smtp]\nport = 25", "1:2: host is missing\n1:2: from is missing"},
		{"host with port", "[smtp]\nhost = \"smtp://mail.example.org\"\nfrom = \"a@example.org\"", `2:1: host: "smtp://mail.example.org" is not a host name (for example mail.example.org; the port has a key of its own)`},
		{"port", smtp + "port = 0", `4:1: port: 0 is not a port (587 for starttls, 465 for tls, 25 within one machine)`},
		{"tls", smtp + "tls = \"ssl\"", `4:1: tls: "ssl" is not known (write "starttls" or "tls" or "none")`},
		{"no tls", smtp + "tls = \"none\"", `4:1: tls: without encryption mail only goes to this machine, and "mail.example.org" is not (write "starttls" or "tls")`},
		{"username alone", smtp + "username = \"u\"", `4:1: username without a password (password_file, MEDIAWATCH_SMTP_PASSWORD or the systemd credential smtp_password)`},
		{"password alone", smtp + "password = \"p\"", `1:2: a password without a username`},
		{"no password file", smtp + "username = \"u\"\npassword_file = \"none\"", `5:1: none cannot be read: no such file or directory`},
		{"line break in password", smtp + "username = \"u\"\npassword = \"a\\nb\"", `1:2: username or password has a line break in it`},
		{"empty password file", smtp + "username = \"u\"\npassword_file = \"empty\"", `5:1: empty is empty`},
		{"sender", "[smtp]\nhost = \"localhost\"\nfrom = \"mediawatch\"", `3:1: from: "mediawatch" is not a mail address (for example mediawatch@example.org)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, dir, err := loadText(t, tt.text, nil, "empty", "\n")
			want := tt.want
			if tt.name == "same folder" {
				want = `4:1: the folder "` + dir + `/a" is there twice (the first is in line 2)`
			}
			if got := mistakesOf(t, err); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

// A mistake in a query is shown where it is in the file, however the query is quoted.
func TestMistakesInQueries(t *testing.T) {
	tests := []struct{ name, text, at string }{
		{"basic", "[[watch]]\nname = \"a\"\nquery = \"x (y\"", "3:12"},
		{"literal", "[[watch]]\nname = \"a\"\nquery = 'x (y'", "3:12"},
		{"many lines", "[[watch]]\nname = \"a\"\nquery = '''\nx OR\n  (y'''", "5:3"},
		{"many lines, no break first", "[[watch]]\nname = \"a\"\nquery = '''x (y'''", "3:14"},
		{"many lines, basic", "[[watch]]\nname = \"a\"\nquery = \"\"\"\nx OR\n  (y\"\"\"", "5:3"},
		{"carriage returns", "[[watch]]\r\nname = \"a\"\r\nquery = '''\r\nx OR\r\n  (y'''", "5:3"},
		{"escapes", "[[watch]]\nname = \"a\"\nquery = \"\\\"x\\u00e9\\\" (y\"", "3:22"},
		{"escaped line break", "[[watch]]\nname = \"a\"\nquery = \"\"\"x \\\n   OR \\\n\n   (y\"\"\"", "6:4"},
		{"letters of several bytes", "[[watch]]\nname = \"a\"\nquery = '\"méxico 日本\" (y'", "3:22"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := loadText(t, tt.text, nil)
			got := mistakesOf(t, err)
			if !strings.HasPrefix(got, tt.at+": query: ") || strings.Contains(got, "\n") {
				t.Errorf("got %s, want one at %s", got, tt.at)
			}
		})
	}
}

func TestWatchesThatNeedEachOther(t *testing.T) {
	_, _, err := loadText(t, "[[watch]]\nname = \"a\"\nquery = 'x watch:b'\n[[watch]]\nname = \"b\"\nquery = 'watch:a y'\n[[watch]]\nname = \"c\"\nquery = 'watch:d'\n", nil)
	got := strings.Split(mistakesOf(t, err), "\n")
	for i, at := range []string{"3:18: query: ", "6:16: query: ", "9:16: query: "} {
		if i >= len(got) || !strings.HasPrefix(got[i], at) {
			t.Errorf("want one at %s in %q", at, got)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	const text = `[store]
pth = "x"
[web]
listen = "0.0.0.0:80"
[[feed]]
url = "nowhere"
[[watch]]
name = "a"
query = "(x"
[[digest]]
name = "d"
watches = ["b"]
at = "sometimes"
`
	_, _, err := loadText(t, text, []string{"MEDIAWATCH_STROE_PATH=x", "MEDIAWATCH_STORE_PAHT=x", "MEDIAWATCH_FETCH_OPML=x", "MEDIAWATCH_FEED_URL=x",
		"MEDIAWATCH_SMTP_PORT=many", "MEDIAWATCH_STORE_RAW=yes", "MEDIAWATCH_FETCH_INTERVAL=often"},
		"data/feeds.d/f.toml", "[[feed]]\nurl = 1\n[[watch]]\nname=\"x\"",
		"data/feeds.d/g.toml", "[[feed",
		"data/watches.d/a.toml", "[[watch]]\nname = \"C\"\nquery = \"y\"\n",
		"data/watches.d/folder.toml/x", "")
	var lines []string
	for line := range strings.Lines(mistakesOf(t, err)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	want := []string{ // the starts
		`2:1: unknown key "pth"`, `4:1: listen: 0.0.0.0:80`, `6:1: url: "nowhere"`, `9:10: query: `, `12:12: watches: there is no watch "b"`, `13:1: at: "sometimes"`,
		`data/feeds.d/f.toml:2:1: url must be a text`, `data/feeds.d/f.toml:3:3: unknown table "watch"`,
		`data/feeds.d/g.toml:1:6: not TOML`,
		`data/watches.d/a.toml:2:1: name: "C" cannot be part of an address`,
		`data/watches.d/folder.toml: cannot be read: not a regular file`,
		`MEDIAWATCH_FEED_URL: unknown environment variable (only [store]`,
		`MEDIAWATCH_FETCH_INTERVAL: interval: "often" is not a duration`,
		`MEDIAWATCH_FETCH_OPML: a list cannot be set`,
		`MEDIAWATCH_SMTP_PORT: "many" is not a whole number`,
		`MEDIAWATCH_STORE_PAHT: unknown environment variable: [store] has no key "paht" (did you mean MEDIAWATCH_STORE_PATH?)`,
		`MEDIAWATCH_STORE_RAW: "yes" is neither true nor false`,
		`MEDIAWATCH_STROE_PATH: unknown environment variable (did you mean MEDIAWATCH_STORE_PATH?)`,
	}
	for i := range max(len(lines), len(want)) {
		switch {
		case i >= len(lines):
			t.Errorf("missing %s", want[i])
		case i >= len(want):
			t.Errorf("unexpected %s", lines[i])
		case !strings.HasPrefix(lines[i], want[i]):
			t.Errorf("\n got %s\nwant %s", lines[i], want[i])
		}
	}
}

func TestMistakesInOPML(t *testing.T) {
	_, _, err := loadText(t, "[fetch]\nopml = [\"a.opml\"]", nil, "a.opml",
		"<opml><body>\n<outline xmlUrl=\"https://a.example/\"/>\n<outline xmlUrl=\"ftp://b.example/\"/>\n</body></opml>")
	if got := mistakesOf(t, err); !strings.Contains(got, "a.opml:3:1: ") || strings.Contains(got, "a.opml:2") {
		t.Errorf("got %s", got)
	}
	if _, _, err := loadText(t, "[fetch]\nopml = [\"a.opml\"]", nil, "a.opml", ""); err == nil || !strings.Contains(err.Error(), "a.opml: ") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestSyntaxErrorsLeaveTheEnvironmentChecked(t *testing.T) {
	_, _, err := loadText(t, "[store", []string{"MEDIAWATCH_STORE_PAHT=x"})
	if got := mistakesOf(t, err); !strings.HasPrefix(got, "1:6: not TOML") || !strings.Contains(got, "MEDIAWATCH_STORE_PAHT") {
		t.Errorf("got %s", got)
	}
}

func TestByteOrderMark(t *testing.T) {
	_, _, err := loadText(t, "\ufeffweb = {lisen = 1}\n[store]\npth = 1", nil)
	if got := mistakesOf(t, err); !strings.HasPrefix(got, "1:8: unknown key \"lisen\"") || !strings.Contains(got, "\n3:1: ") {
		t.Errorf("got %s", got)
	}
}

// A file that an editor saved as UTF-16 is told how to be saved.
func TestT08D_UTF16IsNamed(t *testing.T) {
	for _, text := range []string{"\xff\xfe[\x00w\x00e\x00b\x00]\x00", "\xfe\xff\x00[\x00w\x00e\x00b\x00]"} {
		_, _, err := loadText(t, text, nil)
		if got := mistakesOf(t, err); got != "1:1: not TOML: it is written in UTF-16 (save it as UTF-8)" {
			t.Errorf("got %q", got)
		}
	}
}

// The example has every key of the schema, the ones that are not built as comments, and nothing else.
func TestTheExampleHasEveryKey(t *testing.T) {
	data, err := readFile("../mediawatch.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`(?m)^# ([a-z_]+ = )`).ReplaceAllString(string(data), "$1")
	root, fault := parseTree(newSource("example", []byte(text)))
	if fault != nil {
		t.Fatal(fault)
	}
	c := newCollector("example")
	bind(c, root, &rawConfig{})
	for _, m := range c.list {
		t.Error(m)
	}
	schema := reflect.TypeFor[rawConfig]()
	for i := range schema.NumField() {
		name := fieldName(schema.Field(i))
		if name == "" {
			continue
		}
		n := root.kids[name]
		if n == nil {
			t.Errorf("[%s] is missing", name)
			continue
		}
		if n.kind == kindArray {
			n = n.items[0]
		}
		if inner := elem(schema.Field(i).Type); inner != nil {
			for _, key := range keysOf(inner) {
				if n.kids[key] == nil {
					t.Errorf("[%s] %s is missing", name, key)
				}
			}
		}
	}
}

// The reference has every key, too.
func TestTheReferenceHasEveryKey(t *testing.T) {
	data, err := readFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, part := range strings.Split(string(data), "\n## ")[1:] {
		head, body, _ := strings.Cut(part, "\n")
		sections[strings.Trim(head, "`[]")] = body
	}
	schema := reflect.TypeFor[rawConfig]()
	for i := range schema.NumField() {
		name := fieldName(schema.Field(i))
		if name == "" {
			continue
		}
		body, ok := sections[name]
		if !ok {
			t.Errorf("no section for [%s]", name)
			continue
		}
		if inner := elem(schema.Field(i).Type); inner != nil {
			for _, key := range keysOf(inner) {
				if !strings.Contains(body, "| `"+key+"` |") {
					t.Errorf("[%s] %s is missing", name, key)
				}
			}
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30m": 30 * time.Minute, "24h": day, "7d": 7 * day, "1w": 7 * day, "1h30m": 90 * time.Minute, "1d12h": 36 * time.Hour,
		"0s": 0, "500ms": 500 * time.Millisecond, "2s": 2 * time.Second,
	} {
		d, err := ParseDuration(text)
		if err != nil || time.Duration(d) != want {
			t.Errorf("%s: %v, %v", text, time.Duration(d), err)
		}
		if again, err := ParseDuration(d.String()); err != nil || again != d {
			t.Errorf("%s prints as %s", text, d)
		}
	}
	for _, bad := range []string{"", "5", "m", "-5m", "1.5h", "5 m", "5M", "30m1h", "1h1h", "99999999999999999999h", "9999999999h", "5µs", "1d "} {
		if d, err := ParseDuration(bad); err == nil {
			t.Errorf("%q is %v", bad, d)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"500MB": 500e6, "2 GB": 2e9, "64KiB": 64 << 10, "1gib": 1 << 30, "0B": 0, "10kb": 10e3, "1234B": 1234} {
		s, err := ParseSize(text)
		if err != nil || s != want {
			t.Errorf("%s: %d, %v", text, s, err)
		}
		if again, err := ParseSize(s.String()); err != nil || again != s {
			t.Errorf("%s prints as %s", text, s)
		}
	}
	if got := Size(500e6).String(); got != "500MB" {
		t.Errorf("500 MB print as %s", got)
	}
	for _, bad := range []string{"", "500", "MB", "-1MB", "1.5GB", "5XB", "99999999999TB", "1 000MB"} {
		if s, err := ParseSize(bad); err == nil {
			t.Errorf("%q is %v", bad, s)
		}
	}
}

// TestS13_NothingButTheConfigurationOpensNetworks: neither an OPML file nor what commands save can let the guard through.
func TestO5_OnlyLoopbackIsListenedOnWithoutPermission(t *testing.T) {
	c, _ := mustLoad(t, "", nil)
	if c.Web.Listen != "127.0.0.1:8087" {
		t.Errorf("the default is %s", c.Web.Listen)
	}
	for _, address := range []string{":8087", "0.0.0.0:8087", "[::]:8087", "192.168.1.4:8087", "[2001:db8::1]:80", "[::ffff:10.0.0.1]:80"} {
		text := "[web]\nlisten = \"" + address + "\"\n"
		if _, _, err := loadText(t, text, nil); err == nil || !strings.Contains(mistakesOf(t, err), "allow_remote") {
			t.Errorf("%s without permission: %v", address, err)
		}
		if _, _, err := loadText(t, text+"allow_remote = true\n", nil); err != nil {
			t.Errorf("%s with permission: %v", address, err)
		}
	}
	for _, address := range []string{"127.0.0.1:80", "127.9.9.9:80", "[::1]:8087"} {
		if _, _, err := loadText(t, "[web]\nlisten = \""+address+"\"\n", nil); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestS13_NothingButTheConfigurationOpensNetworks(t *testing.T) {
	c, _ := mustLoad(t, "[fetch]\nopml = [\"a.opml\"]\n", nil, "a.opml",
		`<opml><head><allow_networks>10.0.0.0/8</allow_networks></head><body><outline xmlUrl="http://10.0.0.1/feed" allow_networks="10.0.0.0/8"/></body></opml>`)
	if len(c.Fetch.Allow) != 0 || len(c.Feeds) != 1 {
		t.Errorf("networks %v of an OPML file with %d feeds", c.Fetch.Allow, len(c.Feeds))
	}
	for _, saved := range []string{"[fetch]\nallow_networks = [\"10.0.0.0/8\"]\n", "[[feed]]\nurl = \"http://10.0.0.1/feed\"\nallow_networks = [\"10.0.0.0/8\"]\n"} {
		c, _, err := loadText(t, "[store]\npath = \"kept/m.db\"\n", nil, "kept/feeds.d/x.toml", saved)
		if err == nil {
			t.Errorf("a saved file with %q is taken: %v", saved, c.Fetch.Allow)
		} else if !strings.Contains(mistakesOf(t, err), "x.toml") {
			t.Errorf("the mistake does not name the file: %v", err)
		}
	}
}
