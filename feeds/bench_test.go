package feeds

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mmcdole/gofeed"
)

// snapshots are real feeds other projects keep; they are not part of this one.
const snapshots = "../../shared/corpora/snapshots"

// document is a file of a corpus.
type document struct {
	name string
	data []byte
}

// corpus reads the files below dir, the largest first, or skips the test where there are none.
func corpus(tb testing.TB, dir string) []document {
	tb.Helper()
	var list []document
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		list = append(list, document{path[len(dir)+1:], data})
		return err
	})
	if err != nil || len(list) == 0 {
		tb.Skipf("../shared is absent: %v", err)
	}
	slices.SortFunc(list, func(a, b document) int { return len(b.data) - len(a.data) })
	return list
}

// plainGofeed is gofeed as its users call it, without the search for images.
func plainGofeed(data []byte) (*gofeed.Feed, error) {
	p := gofeed.NewParser()
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	p.AtomTranslator = &gofeed.DefaultAtomTranslator{}
	return p.Parse(bytes.NewReader(data))
}

// Side by side on the twenty largest snapshots: Parse, Normalize alone, and plain gofeed.
func BenchmarkSnapshots(b *testing.B) {
	list := corpus(b, snapshots)
	list = list[:min(20, len(list))]
	run := func(name string, docs []document, work func([]byte)) {
		b.Run(name, func(b *testing.B) {
			var size int64
			for _, d := range docs {
				size += int64(len(d.data))
			}
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for _, d := range docs {
					work(d.data)
				}
			}
		})
	}
	parse := func(data []byte) {
		if _, err := Parse(data, Options{Now: dateNow}); err != nil {
			b.Fatal(err)
		}
	}
	gofeed := func(data []byte) { plainGofeed(data) } //nolint:errcheck // it may fail
	run("all/parse", list, parse)
	run("all/normalize", list, func(data []byte) { Normalize(data, Options{Now: dateNow}) }) //nolint:errcheck // parse checks
	run("all/gofeed", list, gofeed)
	for i, d := range list {
		run(fmt.Sprintf("%02d-%s/parse", i, filepath.Base(d.name)), list[i:i+1], parse)
		run(fmt.Sprintf("%02d-%s/gofeed", i, filepath.Base(d.name)), list[i:i+1], gofeed)
	}
}
