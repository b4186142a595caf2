package ingest

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/store/bolt"
)

// eachLine reads a CSV or JSON lines and returns "title | day or time" of each article, and what was told.
func eachLine(t *testing.T, r Importer, src io.Reader, format Format) (got, told []string) {
	t.Helper()
	r.Outlets, r.Now = noOutlets{}, func() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }
	r.Tell = func(line string) { told = append(told, line) }
	_, err := r.Each(src, format, "papers", func(it news.Item) error {
		when := "undated"
		if !it.Published.IsZero() {
			when = strings.TrimSuffix(it.Published.Time.Format("2006-01-02 15:04"), " 00:00")
		}
		got = append(got, it.Title+" | "+when)
		return nil
	})
	if err != nil {
		told = append(told, err.Error())
	}
	return got, told
}

func TestT08B16_DatesThatCanBeReadInTwoWays(t *testing.T) {
	const both = "can be read day first or month first: say --dates day-first or --dates month-first"
	for _, c := range []struct {
		name        string
		order       DateOrder
		dates, want string // separated by |; a refusal begins with !
	}{
		{"of the issue", "", "01/10/2026|13/10/2026", "!" + both + "|2026-10-13"},
		{"day first", DayFirst, "01/10/2026|13/10/2026|10/13/2026", "2026-10-01|2026-10-13|!has no month 13 when it is read day first"},
		{"month first", MonthFirst, "01/10/2026|13/10/2026|10/13/2026", "2026-01-10|!has no month 13 when it is read month first|2026-10-13"},
		{"two orders in a column", "", "13/10/2026|10/14/2026|15/10/2026",
			"2026-10-13|!is month first, and that of line 2 is day first: say which is right with --dates day-first or --dates month-first|2026-10-15"},
		{"dots", "", "01.10.2026|1. 9. 2026|10.13.2026", "2026-10-01|2026-09-01|!has no month 13 when it is read day first"},
		{"dashes", "", "01-10-2026|31-10-2026", "!" + both + "|2026-10-31"},
		{"the same number", "", "05/05/2026|5/5/2026 14:30", "2026-05-05|2026-05-05 14:30"},
		{"short years", "", "01/10/26|26-10-01|13/10/26", "!" + both + "|!" + both + "|!" + both},
		{"short years, decided", DayFirst, "01/10/26|31/12/99", "2026-10-01|1999-12-31"},
		{"with a time", DayFirst, "01/10/2026 14:30|1/10/2026 2:30 PM|14:30 01/10/2026|Thu, 01/10/2026", "2026-10-01 14:30|2026-10-01 14:30|2026-10-01 14:30|2026-10-01"},
		{"other digits, marks nobody sees", DayFirst, "٠١/١٠/٢٠٢٦|\u200e01/10/2026|01／10／2026", "2026-10-01|2026-10-01|2026-10-01"},
		{"other digits, not decided", "", "٠١/١٠/٢٠٢٦|\u200e01/10/2026|(01/10/2026)", "!" + both + "|!" + both + "|!" + both},
		{"certain in any case", "", "2026-01-10|2026/01/10|10 January 2026|2026-01-10T08:00:00Z|1760000000", "2026-01-10|2026-01-10|2026-01-10|2026-01-10 08:00|2025-10-09 08:53"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := "title,text,published\n"
			var want, refused []string
			outcomes := strings.Split(c.want, "|")
			for i, date := range strings.Split(c.dates, "|") {
				src += "a,b,\"" + date + "\"\n"
				if why, no := strings.CutPrefix(outcomes[i], "!"); no {
					refused = append(refused, "papers:"+string(rune('2'+i))+": published \""+date+"\" "+why)
				} else {
					want = append(want, "a | "+outcomes[i])
				}
			}
			got, told := eachLine(t, Importer{Dates: c.order}, strings.NewReader(src), FormatCSV)
			if !slices.Equal(got, want) {
				t.Errorf("read %q, want %q", got, want)
			}
			if len(told) != len(refused) {
				t.Fatalf("told %q, want %q", told, refused)
			}
			for i := range told {
				if strings.NewReplacer("\u200e", "", `\u200e`, "").Replace(told[i]) != strings.ReplaceAll(refused[i], "\u200e", "") {
					t.Errorf("told %q, want %q", told[i], refused[i])
				}
			}
		})
	}
}

func TestT08B16_CharactersAreNeverLost(t *testing.T) {
	const table = "title,text\nMüller kauft Größtes – „heute“,Der Käufer heißt Müller.\nPlain,words\n"
	latin, err := charmap.Windows1252.NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	whole := []string{"Müller kauft Größtes – „heute“ | undated", "Plain | undated"}
	for _, c := range []struct {
		name, src, charset string
		want               []string
		told               string
	}{
		{"UTF-8", table, "", whole, ""},
		{"UTF-8 with its mark, and another charset said", "\ufeff" + table, "windows-1252", whole, ""},
		{"windows-1252, not said", latin, "", whole[1:], "papers:2: not UTF-8: say --charset, windows-1252 for"},
		{"windows-1252", latin, "windows-1252", whole, ""},
		{"the same under another name", latin, " Latin1 ", whole, ""},
		{"UTF-16 with its mark", wide, "", whole, ""},
		{"UTF-16 without its mark", wide[2:], "utf-16le", whole, ""},
		{"UTF-16 without its mark, not said", wide[2:], "", nil, "papers: the first line is no plain text, it holds zero bytes"},
		{"the wrong one", latin, "shift_jis", nil, "papers:2: not shift_jis: say --charset with the right one"},
		{"none", latin, "nonsense", nil, `papers: charset "nonsense" is not known`},
		{"a header that is not UTF-8", "title,text,\xdcbung\n", "", nil, "papers: the first line is not UTF-8: say --charset"},
	} {
		got, told := eachLine(t, Importer{Charset: c.charset}, strings.NewReader(c.src), FormatCSV)
		if c.name == "the wrong one" {
			got = nil // whatever it made of the other line
		}
		if !slices.Equal(got, c.want) || len(told) > 1 || (c.told == "") != (len(told) == 0) || !strings.Contains(strings.Join(told, ""), c.told) {
			t.Errorf("%s: %q, told %q; want %q, %q", c.name, got, told, c.want, c.told)
		}
	}
	got, told := eachLine(t, Importer{}, strings.NewReader("{\"title\":\"M\xfcller\"}\n{\"title\":\"Plain\"}\n"), FormatJSONL)
	if !slices.Equal(got, whole[1:]) || len(told) != 1 || !strings.HasPrefix(told[0], "papers:1: not UTF-8: say --charset") {
		t.Errorf("JSON lines: %q, %q", got, told)
	}
}

func TestT08D33_WhatIsNotReadIsNamed(t *testing.T) {
	for format, src := range map[Format]string{
		FormatCSV:   "Title,text,Author,,date\na,b,c,d,e\n",
		FormatJSONL: "{\"Title\":\"a\",\"date\":1}\n{\"title\":\"a\",\"Author\":\"c\"}\n",
	} {
		_, told := eachLine(t, Importer{}, strings.NewReader(src), format)
		if want := []string{"papers: not read: Author, date; an import reads id, outlet, url, title, text, published"}; !slices.Equal(told, want) {
			t.Errorf("%s: %q, want %q", format, told, want)
		}
	}
	if _, told := eachLine(t, Importer{}, strings.NewReader("title,text,Title\na,b,c\n"), FormatCSV); len(told) != 1 || !strings.Contains(told[0], "names title twice") {
		t.Errorf("a column twice: %q", told)
	}
}

// FuzzImportIsKept: whatever an import reads, the store takes.
func FuzzImportIsKept(f *testing.F) {
	s, err := bolt.Open(filepath.Join(f.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Add([]byte("title,text,published\na,b,01/10/2026\n"), "", false)
	f.Add([]byte("{\"title\":\"\\u0000\",\"text\":\"<p>\\ud800\",\"url\":\"http://x/\\u0000\",\"published\":\"9999-12-31T23:59:59-05:00\",\"id\":\"\\u0000\",\"outlet\":\"\\n\"}"), "", true)
	f.Add([]byte("title,text\nM\xfcller,b\x00\n"), "windows-1252", false)
	f.Fuzz(func(t *testing.T, src []byte, charset string, isJSON bool) {
		format := FormatCSV
		if isJSON {
			format = FormatJSONL
		}
		importer := Importer{Journal: s, Feeds: s, Outlets: noOutlets{}, Now: time.Now, Dates: DayFirst, Charset: charset,
			Append: func(ctx context.Context, doc store.Document) (store.Receipt, error) { return Keep(ctx, s, doc) }}
		items := 0
		if _, err := importer.Each(bytes.NewReader(src), format, "fuzz", func(news.Item) error { items++; return nil }); err != nil {
			return
		}
		res, err := importer.Import(t.Context(), bytes.NewReader(src), format, "fuzz")
		if err != nil || res.Read != items || res.New+res.Revised+res.Known != items {
			t.Fatalf("%d items, %+v, %v", items, res, err)
		}
	})
}

// A spreadsheet's ways of writing a table: a line that states the separator, lines that end in a carriage return alone.
func TestT08B16_TablesOfSpreadsheets(t *testing.T) {
	two := []string{"One | 2026-10-01", "Two | 2026-10-02"}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("title\ttext\tpublished\rOne\ta\t2026-10-01\rTwo\tb\t2026-10-02\r")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, src string
		want      []string
		told      string
	}{
		{"separator stated", "sep=;\ntitle;text;published\nOne;a,b,c;2026-10-01\nTwo;b;2026-10-02\n", two, ""},
		{"separator stated in quotes", "\ufeff\"SEP=|\"\r\ntitle|text|published\r\nOne|a|2026-10-01\r\nTwo|b|2026-10-02\r\n", two, ""},
		{"lines are counted with it", "sep=;\ntitle;text;published\nOne;a;2026-10-01\nbad;row\nTwo;b;2026-10-02\n", two,
			"papers:4: 2 columns where the first line has 3"},
		{"carriage returns alone", "title,text,published\rOne,\"a\nb\",2026-10-01\rTwo,b,2026-10-02", two, ""},
		{"carriage returns alone, UTF-16", wide, two, ""},
		{"both", "title,text,published\r\nOne,\"a\rb\",2026-10-01\r\nTwo,b,2026-10-02\r\n", two, ""},
		{"a quote that does not end", "title,text,published\nOne,\"a,2026-10-01\nx,y,2026-10-02\nz,\"b\",2026-10-03\nTwo,b,2026-10-02\n", two[1:],
			`papers:2: not CSV, and all up to line 4 is left out with it: extraneous or missing " in quoted-field`},
		{"year, day, month", "title,text,published\nOne,a,2026-10-01\nThirteen,b,2026-13-10\nTwo,b,2026/10/02\n",
			[]string{"One | 2026-10-01", "Thirteen | undated", "Two | 2026-10-02"}, `papers:3: published "2026-13-10" is not a time; imported without it`},
	} {
		got, told := eachLine(t, Importer{}, strings.NewReader(c.src), FormatCSV)
		if !slices.Equal(got, c.want) || strings.Join(told, "\n") != c.told {
			t.Errorf("%s: %q, told %q; want %q, %q", c.name, got, told, c.want, c.told)
		}
	}
}

// A value without end that is wrong does not make a message without end.
func TestT08A1_MessagesAreBounded(t *testing.T) {
	long := strings.Repeat("9", 1<<20)
	for _, src := range []string{
		"title,published,url\na," + long + "/10/2026," + long + "\n", "title," + long + "\na,b\n", "title\na,b\n" + long + "\"",
	} {
		_, told := eachLine(t, Importer{}, strings.NewReader(src), FormatCSV)
		for _, line := range told {
			if len(line) > 2*messageMost {
				t.Errorf("a line of %d bytes: %.80s…", len(line), line)
			}
		}
		if len(told) == 0 {
			t.Errorf("%.30s: nothing told", src)
		}
	}
	doc := store.Document{Feed: news.Feed{Error: long, Warnings: []string{"a " + long, "short"}}, Files: []news.File{{Path: "x", Error: long}}}
	kept := fitted(doc).doc
	if w := kept.Feed.Warnings; len(kept.Feed.Error) > 2*messageMost || len(w) < 2 || len(w[0]) > 2*messageMost || w[1] != "short" {
		t.Errorf("kept: an error of %d bytes, %d warnings", len(kept.Feed.Error), len(w))
	}
}
