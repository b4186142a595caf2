package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/store/bolt"
)

func TestRecords(t *testing.T) {
	long := `{"title":"` + strings.Repeat("x", maxLine) + `"}`
	for _, c := range []struct {
		name   string
		format Format
		src    string
		want   []string // "line title" or "line !fault"
	}{
		{"json", FormatJSONL, "{\"title\":\"a\"}\n\n {\"title\":\"b\"}", []string{"1 a", "3 b"}},
		{"byte order mark, CR LF", FormatJSONL, "\ufeff{\"title\":\"a\"}\r\n{\"title\":\"b\"}\r\n", []string{"1 a", "2 b"}},
		{"a line that is too long", FormatJSONL, "{\"title\":\"a\"}\n" + long + "\n{\"title\":\"b\"}\n" + long, []string{"1 a", "2 !longer than 8 MiB", "3 b", "4 !longer than 8 MiB"}},
		{"not an object", FormatJSONL, "[1]\n\"x\"\nnull\n{\"title\":[]}", []string{"1 !a JSON array, an object expected", "2 !a JSON string, an object expected", "3 ", "4 !title is a JSON array, text expected"}},
		{"nothing", FormatJSONL, "", nil},
		{"csv", FormatCSV, "Title,text\na,1\nb,2\n", []string{"2 a", "3 b"}},
		{"tabs", FormatCSV, "title\ttext\na, and more\t1\n", []string{"2 a, and more"}},
		{"semicolons and lines in fields", FormatCSV, "\ufefftitle;text\n\"a;b\";\"1\n2\"\nc;3", []string{"2 a;b", "4 c"}},
		{"a stray quote", FormatCSV, "title,text\na\"b,1\nc,2\n", []string{"2 !not CSV: bare \" in non-quoted-field", "3 c"}},
		{"too few columns", FormatCSV, "title,text\na\nc,2\n", []string{"2 !1 columns where the first line has 2", "3 c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, err := openRecords(strings.NewReader(c.src), c.format, "")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for {
				n, err := in.next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if n.fault != nil {
					got = append(got, fmt.Sprintf("%d !%v", n.line, n.fault))
					continue
				}
				got = append(got, fmt.Sprintf("%d %s", n.line, n.Title))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("read\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}

func TestRecordsRefused(t *testing.T) {
	for _, c := range []struct {
		format Format
		src    string
	}{{FormatCSV, ""}, {FormatCSV, "a,b\n1,2\n"}, {FormatCSV, "\"title,text\n"}, {"xlsx", "PK"}} {
		if _, err := openRecords(strings.NewReader(c.src), c.format, ""); err == nil {
			t.Errorf("%s %q: no error", c.format, c.src)
		}
	}
}

// FuzzRecords: whatever comes in, reading ends, and lines are counted upwards.
func FuzzRecords(f *testing.F) {
	f.Add([]byte("{\"title\":\"a\"}\n"), true)
	f.Add([]byte("title;text\n\"a\nb\";c\n\"\n"), false)
	f.Add([]byte("\xef\xbb\xbftitle\r\nx\r"), false)
	f.Fuzz(func(t *testing.T, src []byte, isJSON bool) {
		format := FormatCSV
		if isJSON {
			format = FormatJSONL
		}
		in, err := openRecords(bytes.NewReader(src), format, "")
		if err != nil {
			return
		}
		last := 0
		for range len(src) + 2 {
			n, err := in.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Fatalf("error of a reader in memory: %v", err)
				}
				return
			}
			if n.line < last {
				t.Fatalf("line %d after %d", n.line, last)
			}
			last = n.line
		}
		t.Fatal("reading does not end")
	})
}

// noOutlets knows no publisher.
type noOutlets struct{}

func (noOutlets) OutletOf(string) string { return "" }

// TestImportTwiceAddsNothing imports more than one batch, again, and again with one article edited.
func TestImportTwiceAddsNothing(t *testing.T) {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	importer := Importer{Journal: s, Feeds: s, Outlets: noOutlets{}, Now: func() time.Time { return at },
		Append: func(ctx context.Context, doc store.Document) (store.Receipt, error) {
			return s.Append(ctx, store.Batch{Documents: []store.Document{doc}})
		}}
	const articles = importBatch*2 + 7
	archive := func(edited int) io.Reader {
		var b strings.Builder
		for i := range articles {
			word := "first"
			if i == edited {
				word = "second"
			}
			fmt.Fprintf(&b, "{\"url\":\"https://archive.example/%d\",\"title\":\"Report %d\",\"text\":\"The %s words of report %d.\"}\n", i, i, word, i)
		}
		return strings.NewReader(b.String())
	}
	for _, c := range []struct {
		edited int
		want   ImportResult
	}{
		{-1, ImportResult{Read: articles, New: articles}},
		{-1, ImportResult{Read: articles, Known: articles}},
		{3, ImportResult{Read: articles, Known: articles - 1, Revised: 1}},
	} {
		got, err := importer.Import(ctx, archive(c.edited), FormatJSONL, "archive.jsonl")
		if err != nil || got != c.want {
			t.Errorf("edited %d: %+v, %v; want %+v", c.edited, got, err, c.want)
		}
	}
	items, err := s.Recent(ctx, 0, articles+1)
	if err != nil || len(items) != articles {
		t.Fatalf("%d items, %v; want %d", len(items), err, articles)
	}
	for _, it := range items {
		if !it.Backlog || it.Outlet != "archive.example" || it.Kind != news.KindSeed {
			t.Fatalf("%s: backlog %v, outlet %q, kind %s", it.Title, it.Backlog, it.Outlet, it.Kind)
		}
	}
	feed, err := s.Feed(ctx, news.NewFeedID(news.KindSeed, "import:archive.jsonl"))
	if err != nil || feed.Items != articles || feed.FirstRead != at {
		t.Errorf("the state of the import: %d items, first read %v, %v", feed.Items, feed.FirstRead, err)
	}
}
