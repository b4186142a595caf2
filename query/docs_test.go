package query

import (
	"os"
	"strings"
	"testing"
)

// TestDocs reads every query in docs/query.md: lines of ```query blocks must be right, lines of ```wrong blocks must be mistakes.
func TestDocs(t *testing.T) {
	raw, err := os.ReadFile("../docs/query.md")
	if err != nil {
		t.Fatal(err)
	}
	block, right, wrong := "", 0, 0
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		if kind, ok := strings.CutPrefix(line, "```"); ok {
			block = kind
			continue
		}
		src, _, _ := strings.Cut(line, "   ") // what follows explains
		switch block {
		case "query":
			right++
			if q, err := Parse(src, testOptions()); err != nil {
				t.Errorf("%s: %v", src, err)
			} else if len(q.Lint()) > 0 && !strings.Contains(line, "warns") {
				t.Errorf("%s: %v", src, q.Lint())
			}
		case "wrong":
			wrong++
			o := testOptions()
			o.InWatch = true
			if q, err := Parse(src, o); err == nil {
				t.Errorf("%s is read as %s", src, q)
			}
		}
	}
	if right < 20 || wrong < 5 {
		t.Errorf("only %d queries and %d mistakes were found", right, wrong)
	}
	for _, f := range fieldTable {
		for _, name := range append([]string{f.name}, f.aliases...) {
			if !strings.Contains(string(raw), "`"+name+":") {
				t.Errorf("docs/query.md does not tell about %s:", name)
			}
		}
	}
}
