package digest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mediawatch/news"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	welcome := func(t testing.TB) *desk {
		d := week(t)
		d.in.Kind, d.in.Number, d.in.From = Welcome, 0, 0
		d.past = make(map[news.ItemID]news.Reported)
		d.in.Failed, d.in.Links = nil, Links{Feed: "http://127.0.0.1:8087/digests/morning.atom"}
		return d
	}
	empty := func(t testing.TB) *desk {
		d := newDesk(t)
		d.section("energy")
		d.section("health")
		return d
	}
	for _, c := range []struct {
		name string
		desk func(testing.TB) *desk
	}{{"regular", week}, {"welcome", welcome}, {"empty", empty}, {"long", func(t testing.TB) *desk { return many(t, 12) }}, {"capped", func(t testing.TB) *desk { return many(t, MaxFull+1) }}} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Render(c.desk(t).compose())
			if err != nil {
				t.Fatal(err)
			}
			golden(t, c.name+".txt", []byte(r.Subject+"\n\n"+string(r.Text)))
			golden(t, c.name+".html", r.HTML)
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs from the golden file (-want +got); go test -update writes it anew:\n%s", name, diff)
	}
}
