package mediawatch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors is the house: a package may import only packages of lower floors, and those beside it on its own line. docs/house.md has the
// sentence for each.
var floors = map[string]int{
	"news": 0,
	"text": 1, "files": 1, "fetch": 1, "schedule": 1,
	"feeds": 2, "page": 2, "dedupe": 2, "query": 2,
	"seeds": 3, "config": 3, "store": 3, "digest": 3,
	"store/bolt": 4, "store/storetest": 4, "search": 4, "mail": 4,
	"ingest": 5, "follow": 5, "web": 5,
	"daemon":         6,
	"cmd/mediawatch": 7,
	"bench/farm":     7, "bench/folders": 7, "bench/floor": 7, "bench": 7, "bench/stories": 7, "bench/acceptance": 7,
	"torture": 8, "": 8, // tests of the whole
}

// only names what one package alone may import.
var only = map[string][]string{
	"github.com/robfig/cron/v3":          {"schedule"},
	"github.com/mmcdole/gofeed":          {"feeds", "bench/floor"},
	"go.etcd.io/bbolt":                   {"store/bolt", "bench/floor"},
	"github.com/alecthomas/kong":         {"cmd/mediawatch"},
	"mediawatch/store/bolt":              {"cmd/mediawatch"},
	"github.com/microcosm-cc/bluemonday": {"text"},

	"github.com/prometheus/client_golang/prometheus": {"daemon"},
	"github.com/coreos/go-systemd/v22/daemon":        {"daemon"},
}

// logFloor is the lowest floor that may log: leaves return errors.
const logFloor = 5

func TestFloors(t *testing.T) {
	for dir, files := range packages(t) {
		floor, known := floors[dir]
		if !known {
			t.Errorf("package %s has no floor: add it to floors and to docs/house.md", dir)
			continue
		}
		for name, file := range files {
			for _, spec := range file.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				checkImport(t, importer{dir: dir, floor: floor, file: name}, path)
			}
		}
	}
}

// importer is a file that imports.
type importer struct {
	dir   string
	floor int
	file  string
}

func checkImport(t *testing.T, from importer, path string) {
	t.Helper()
	test := strings.HasSuffix(from.file, "_test.go")
	if target, ok := strings.CutPrefix(path, "mediawatch/"); ok && !test {
		if to, known := floors[target]; known && to >= from.floor {
			t.Errorf("%s imports %s: floor %d must not import floor %d", from.file, path, from.floor, to)
		}
	}
	if allowed, restricted := only[path]; restricted && !test && !slices.Contains(allowed, from.dir) {
		t.Errorf("%s imports %s: only %v may", from.file, path, allowed)
	}
	if path == "log/slog" && from.floor < logFloor && !test && from.dir != "page" { // page silences a library's logger
		t.Errorf("%s logs: below floor %d errors are returned", from.file, logFloor)
	}
	if path == "log" && !test {
		t.Errorf("%s imports log: use log/slog", from.file)
	}
}

func TestEveryPackageHasOneSentence(t *testing.T) {
	for dir, files := range packages(t) {
		var docs []string
		for name, file := range files {
			if file.Doc != nil && !strings.HasSuffix(name, "_test.go") {
				docs = append(docs, name)
				checkSentence(t, name, file)
			}
		}
		if dir != "" && len(docs) != 1 {
			t.Errorf("package %s: %d package comments %v, want exactly one", dir, len(docs), docs)
		}
	}
}

// checkSentence asks that a package comment begins as Go's tools expect and ends its first sentence.
func checkSentence(t *testing.T, name string, file *ast.File) {
	t.Helper()
	text := file.Doc.Text()
	if !strings.HasPrefix(text, "Package "+file.Name.Name+" ") && !strings.HasPrefix(text, "Command ") {
		t.Errorf("%s: the package comment begins %q, want \"Package %s …\"", name, firstLine(text), file.Name.Name)
	}
	if !strings.Contains(text, ".") {
		t.Errorf("%s: the package comment is no sentence", name)
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// packages parses the imports and comments of every Go file, by folder.
func packages(t *testing.T) map[string]map[string]*ast.File {
	t.Helper()
	found := make(map[string]map[string]*ast.File)
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata" || e.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir == "." {
			dir = ""
		}
		if found[dir] == nil {
			found[dir] = make(map[string]*ast.File)
		}
		found[dir][path] = file
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
