package seeds_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mediawatch/seeds"
	"mediawatch/text"
)

// golden is what an excellent reader takes from a shape. A field that a golden file leaves out is not compared.
type golden struct {
	Title       *string   `json:"title"`
	Section     *[]string `json:"section"`
	Published   *string   `json:"published"`
	Updated     *string   `json:"updated"`
	Certainty   *string   `json:"certainty"`
	Caption     *string   `json:"caption"`
	Subheadings *[]string `json:"subheadings"`
	Body        *[]string `json:"body"` // paragraphs, sub-headings and list items in order, plain
	Cut         *[]string `json:"cut"`
	Outlet      *string   `json:"outlet"`
	Authors     *[]string `json:"authors"`
	Categories  *[]string `json:"categories"`
	URL         *string   `json:"url"`
	Language    *string   `json:"language"`
}

func TestShapes(t *testing.T) {
	files, err := filepath.Glob("testdata/shapes/*.golden.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no shapes: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".golden.json") + ".txt"
		t.Run(filepath.Base(name), func(t *testing.T) { checkShape(t, name, file) })
	}
}

// The shapes of testdata/blind were written by somebody who had not seen the reader; what it got right at first sight
// is noted beside them. They may hold metadata_lines, which may be cut or not, and do not fix the marks of lists and
// headings.
func TestBlindShapes(t *testing.T) {
	files, err := filepath.Glob("testdata/blind/*.golden.json")
	if err != nil || len(files) == 0 {
		t.Skip("testdata/blind is absent: the shapes written by others are not checked")
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".golden.json") + ".txt"
		t.Run(filepath.Base(name), func(t *testing.T) { checkBlind(t, name, file) })
	}
}

// The shapes of testdata/blind2 are a second set by a writer who had not seen the reader; its first sight is noted beside them.
func TestBlind2Shapes(t *testing.T) {
	files, err := filepath.Glob("testdata/blind2/*.golden.json")
	if err != nil || len(files) == 0 {
		t.Skip("testdata/blind2 is absent: the second set written by others is not checked")
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".golden.json") + ".txt"
		t.Run(filepath.Base(name), func(t *testing.T) { checkBlind(t, name, file) })
	}
}

// anyCase are the fields of shapes whose golden spells them in other letters than the file does, which the design does
// not settle (FIRST_SIGHT.md).
var anyCase = map[string]bool{"es-diario.txt section": true}

type blindGolden struct {
	golden
	Metadata []string `json:"metadata_lines"`
	Evidence string   `json:"outlet_evidence"`
}

func checkBlind(t *testing.T, name, goldenFile string) {
	t.Helper()
	raw, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var want blindGolden
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := seeds.Read(filepath.Base(name), data, seeds.Options{})
	if err != nil {
		t.Fatal(err)
	}
	meta := map[string]bool{}
	for _, m := range want.Metadata {
		meta[text.Line(m)] = true
	}
	var cut []string
	for _, c := range a.Cut {
		if !meta[text.Line(c)] {
			cut = append(cut, c)
		}
	}
	authors := []string{}
	for _, p := range a.Authors {
		authors = append(authors, p.Name)
	}
	it := a.Dump().Items[0]
	address, err := url.PathUnescape(it.URL)
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]string{
		"title": {text.Line(*want.Title), it.Title}, "published": {*want.Published, it.Published}, "updated": {*want.Updated, it.Updated}, "certainty": {*want.Certainty, it.Certainty},
		"outlet": {*want.Outlet, it.Outlet}, "url": {*want.URL, address}, "caption": {bare(*want.Caption), bare(it.Caption)},
		"section": {bare(*want.Section...), bare(it.Section...)}, "subheadings": {bare(*want.Subheadings...), bare(it.Subheadings...)}, "body": {bare(*want.Body...), bare(bodyOf(it.Content)...)},
		"cut": {bare(*want.Cut...), bare(cut...)}, "authors": {bare(*want.Authors...), bare(authors...)}, "categories": {bare(*want.Categories...), bare(it.Categories...)},
	} {
		if anyCase[filepath.Base(name)+" "+what] && strings.EqualFold(pair[0], pair[1]) {
			continue
		}
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if base, _, _ := strings.Cut(*want.Language, "-"); base != it.Language {
		t.Errorf("language %q, want %q", it.Language, base)
	}
	if want.Evidence == "" {
		want.Evidence = *want.Outlet // the second set states no evidence
	}
	if (want.Evidence == "") != (it.OutletEvidence == "") {
		t.Errorf("evidence %q, want something like %q", it.OutletEvidence, want.Evidence)
	}
}

// bare returns lines without the marks at their beginning, white space collapsed, one a line.
func bare(lines ...string) string {
	var out []string
	for _, l := range lines {
		out = append(out, strings.TrimLeft(text.Line(l), "•*-▪■▲▼◆ "))
	}
	return strings.Join(out, "\n")
}

func checkShape(t *testing.T, name, goldenFile string) {
	t.Helper()
	raw, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var want golden
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&want); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := seeds.Read(filepath.Base(name), data, seeds.Options{})
	if err != nil {
		t.Fatal(err)
	}
	it := a.Dump().Items[0]
	same(t, "title", want.Title, it.Title)
	same(t, "section", want.Section, it.Section)
	same(t, "published", want.Published, it.Published)
	same(t, "updated", want.Updated, it.Updated)
	same(t, "certainty", want.Certainty, it.Certainty)
	same(t, "caption", want.Caption, it.Caption)
	same(t, "subheadings", want.Subheadings, it.Subheadings)
	same(t, "body", want.Body, bodyOf(it.Content))
	same(t, "cut", want.Cut, it.Cut)
	same(t, "outlet", want.Outlet, it.Outlet)
	same(t, "categories", want.Categories, it.Categories)
	same(t, "url", want.URL, it.URL)
	same(t, "language", want.Language, it.Language)
	authors := []string{}
	for _, p := range it.Authors {
		authors = append(authors, p.Name)
	}
	same(t, "authors", want.Authors, authors)
}

func same[T any](t *testing.T, what string, want *T, got T) {
	t.Helper()
	if want == nil {
		return
	}
	if diff := cmp.Diff(*want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// bodyOf returns the pieces of an article's HTML as plain lines.
func bodyOf(content string) []string {
	out := []string{}
	for _, part := range strings.Split(strings.NewReplacer("</p>", "\x00", "</h2>", "\x00", "</li>", "\x00").Replace(content), "\x00") {
		if s := text.Line(text.Plain(part)); s != "" {
			out = append(out, strings.TrimPrefix(s, "- "))
		}
	}
	return out
}
