package main

import (
	"strings"
	"testing"

	"mediawatch/web"
)

// TestT08C25_AnItemWithoutItsTextSaysWhy: a person who looks at an old item is told that its text was removed, and by what.
func TestT08C25_AnItemWithoutItsTextSaysWhy(t *testing.T) {
	const note = "The text was removed because it is older than [store] keep"
	var it web.ItemDetail
	it.Title, it.Origin.SHA256 = "Bakery wins a prize", strings.Repeat("0", 64)
	for _, c := range []struct {
		pruned bool
		text   string
		want   bool
	}{{true, "", true}, {false, "", false}, {false, "Rye bread.", false}} {
		it.Pruned, it.Text = c.pruned, c.text
		var out strings.Builder
		printItem(&out, it)
		if got := out.String(); strings.Contains(got, note) != c.want || !strings.Contains(got, it.Title) || !strings.Contains(got, c.text) {
			t.Errorf("pruned %v, text %q: %s", c.pruned, c.text, got)
		}
	}
}
