package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzConfig: no file and no environment makes Load panic; every mistake has a position within the file; what loads can be dumped.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{full, "", "[store]\npath = 1", "[[watch]]\nname=\"a\"\nquery=\"\"\"\\\n (x\"\"\"", "web = {a.b = 1, c = [[1], {d = 2}]}",
		"[[a.b]]\n[a.b.c]\n[[a.b]]", "feed = [{url = 'x'}, 2]", "\ufeff[lists]\na = ['x']", "[digest]\nat = '@every -5s'", "[[digest]]\nto=[\"a\\r\\n@b\"]\n",
		"[smtp]\nport = 0x7fffffffffffffff\n", "[[feed]]\ntime = 07:00:00\n", "[[feed]]\ntime = 2026-11-20T07:00:00.5z\n", "a = inf\n\"\" = ''", "[fetch]\nallow_networks = ['::1%eth0', '1.2.3.4/33']"} {
		f.Add(seed, "MEDIAWATCH_WEB_LISTEN=:1")
	}
	f.Add("[[smtp]]\n[web]\nlisten=[1]", "MEDIAWATCH_SMTP_PORT=99")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, env string) {
		src := newSource("mediawatch.toml", []byte(text))
		text = strings.ReplaceAll(text, "opml", "0pml") // no files of this machine
		c, err := load(newSource("mediawatch.toml", []byte(text)), dir+"/mediawatch.toml", Options{Env: []string{env}})
		if err == nil {
			if err := c.Dump(new(bytes.Buffer)); err != nil {
				t.Fatal(err)
			}
			return
		}
		var all *Errors
		if !errors.As(err, &all) || len(all.List) == 0 {
			t.Fatalf("not an *Errors: %v", err)
		}
		lines := len(src.lines)
		for _, m := range all.List {
			if m.Msg == "" || m.File == "mediawatch.toml" && (m.Line < 1 || m.Line > lines || m.Col < 1) {
				t.Fatalf("%+v", m)
			}
		}
	})
}
