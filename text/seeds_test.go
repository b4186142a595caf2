package text_test

import (
	"os"
	"path/filepath"
	"testing"

	"mediawatch/text"
)

// The five sample seeds write "Iran" 20 times, 13 of them as "Iran’s" or "Iran-…": a query for it must find them all.
func TestWordsOfTheSeeds(t *testing.T) {
	files, _ := filepath.Glob("../../shared/seeds/*")
	if len(files) == 0 {
		t.Skip("../shared is absent: the sample seeds are not read")
	}
	n := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for _, w := range text.Words(string(data)) {
			if w.Text == "iran" {
				n++
			}
		}
	}
	if n != 20 {
		t.Errorf("%d times iran, want 20", n)
	}
}
