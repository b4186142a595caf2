package text_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Real documents, read as if they were HTML fragments: feeds of all kinds, broken ones among them.
func TestCorpus(t *testing.T) {
	const root = "../../shared/corpora"
	if _, err := os.Stat(root); err != nil {
		t.Skip("../shared is absent: the corpora are not read")
	}
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s := string(data[:min(len(data), 1<<16)])
		checkSanitized(t, s)
		checkPlain(t, s)
		checkWords(t, s[:min(len(s), 1<<12)])
		n++
		return nil
	})
	if err != nil || n < 1000 {
		t.Errorf("read %d documents: %v", n, err)
	}
}
