package seeds_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mediawatch/news"
	"mediawatch/seeds"
	"mediawatch/text"
)

const sharedSeeds = "../../shared/seeds"

// five is what an excellent reader takes from each of the five documents, by their line numbers.
var five = []struct {
	file        string
	title       int
	section     []string
	published   string
	certainty   news.Certainty
	caption     []int
	subheadings []int
	body        [2]int
	cut         []int
	outlet      string
}{
	{file: "000_", title: 3, section: []string{"News", "Politics"}, certainty: news.CertaintyNone, caption: []int{5}, body: [2]int{7, 29}, cut: []int{32, 34, 36, 37}, outlet: "Press TV"},
	{file: "001_", title: 1, published: "2024-02-07T17:20:20Z", certainty: news.CertaintyZone, body: [2]int{6, 22}, cut: []int{25}},
	{file: "002_", title: 1, published: "2023-06-22T20:34:00Z", certainty: news.CertaintyZone, subheadings: []int{20}, body: [2]int{6, 26}, cut: []int{29}},
	{file: "003_", title: 1, published: "2025-02-09T18:03:00Z", certainty: news.CertaintyZone, caption: []int{3}, subheadings: []int{10, 14}, body: [2]int{4, 22}},
	{file: "004_", title: 1, certainty: news.CertaintyNone, body: [2]int{4, 36}, cut: []int{38, 40}},
}

func TestTheFive(t *testing.T) {
	if _, err := os.Stat(sharedSeeds); err != nil {
		t.Skip("../shared is absent: the five real seed documents are not checked")
	}
	for _, want := range five {
		t.Run(want.file, func(t *testing.T) {
			name, data, lines := openFive(t, want.file)
			at := func(numbers []int) []string {
				var out []string
				for _, n := range numbers {
					out = append(out, lines[n])
				}
				return out
			}
			for _, o := range []seeds.Options{{}, {Outlets: []seeds.Outlet{{Name: "Press TV", Sites: []string{"presstv.ir"}}}}} {
				a, err := seeds.Read(name, data, o)
				if err != nil {
					t.Fatal(err)
				}
				title := strings.TrimPrefix(lines[want.title], "date 2025-02-09 ")
				var body []string
				for n := want.body[0]; n <= want.body[1]; n++ {
					if lines[n] != "" {
						body = append(body, lines[n])
					}
				}
				got := strings.Split(text.Plain(a.Content), "\n\n")
				for what, pair := range map[string][2]any{
					"title":       {title, a.Title},
					"section":     {want.section, a.Section},
					"caption":     {strings.Join(at(want.caption), "\n"), a.Caption},
					"subheadings": {at(want.subheadings), a.Subheadings},
					"cut":         {at(want.cut), a.Cut},
					"outlet":      {want.outlet, a.Outlet},
					"certainty":   {want.certainty, a.Published.Certainty},
					"body":        {flat(body), flat(got)},
					"published":   {want.published, a.Dump().Items[0].Published},
					"lang":        {"en", a.Lang},
				} {
					if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
						t.Errorf("%s (-want +got):\n%s", what, diff)
					}
				}
				if want.outlet != "" && !strings.HasPrefix(a.OutletEvidence, "lines 32–37: ") {
					t.Errorf("evidence %q does not cite lines 32–37", a.OutletEvidence)
				}
				if want.outlet == "" && a.OutletEvidence != "" {
					t.Errorf("evidence for no outlet: %q", a.OutletEvidence)
				}
			}
		})
	}
}

// flat collapses white space: text.Plain does, so the comparison has to.
func flat(lines []string) []string {
	var out []string
	for _, l := range lines {
		out = append(out, text.Line(l))
	}
	return out
}

func openFive(t *testing.T, prefix string) (string, []byte, map[int]string) {
	t.Helper()
	matches, err := filepath.Glob(filepath.Join(sharedSeeds, prefix+"*"))
	if err != nil || len(matches) != 1 {
		t.Fatalf("%s: %v, %v", prefix, matches, err)
	}
	data, err := os.ReadFile(matches[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := map[int]string{}
	for i, l := range strings.Split(string(data), "\n") {
		lines[i+1] = strings.Trim(l, " \u00a0\r")
	}
	return filepath.Base(matches[0]), data, lines
}
