package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"mediawatch/dedupe"
	"mediawatch/news"
)

const (
	// maxLine is how many bytes a line of a file of texts may have.
	maxLine = 32 << 20
	// linesAtOnce is how many lines are read before they are worked on side by side.
	linesAtOnce = 512
)

// textLine is a line of a file of texts.
type textLine struct {
	ID        json.RawMessage `json:"id"` // a string or number; without one the number of the line
	Outlet    string          `json:"outlet"`
	URL       string          `json:"url"`
	Title     string          `json:"title"`
	Text      string          `json:"text"`      // plain, or HTML
	Published string          `json:"published"` // a day or a time; anything else counts as undated
}

// linkLine says how a text came into its story.
type linkLine struct {
	ID       json.RawMessage `json:"id"`
	Story    json.RawMessage `json:"story"` // id of its first text
	Relation news.Relation   `json:"relation"`
	Score    float64         `json:"score"`
	Of       json.RawMessage `json:"of"` // null for the first text
}

// storiesOf divides the texts of a file into stories and prints a line for each, in the order of the file. Texts stay on disk.
func (a *app) storiesOf(ctx context.Context, name string, out output) error {
	if err := out.check(kindLines); err != nil {
		return err
	}
	body, size, err := a.open(name)
	if err != nil {
		return usageError("%w", err)
	}
	defer body.Close()
	reading, learning, comparing := a.progress("read "+filepath.Base(name), size), a.progress("learn", 0), a.progress("compare", 0)
	defer reading.end()
	defer learning.end()
	defer comparing.end()
	f := &textFile{seen: make(map[news.ItemID]int)}
	if err := f.keep(body); err != nil {
		return err
	}
	defer f.close()
	f.src = io.TeeReader(f.src, reading)
	if err := f.read(ctx); err != nil {
		return err
	}
	reading.end()
	again := func(told io.Writer) func(i int) (*news.Item, error) {
		return func(i int) (*news.Item, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return f.item(i, told)
		}
	}
	if err := f.texts.Learn(again(learning)); err != nil {
		return err
	}
	learning.end()
	links, err := f.texts.Divide(again(comparing))
	if err != nil {
		return err
	}
	comparing.end()
	return out.write(a, kindLines, func(w io.Writer) error { return f.print(w, links) })
}

// textFile is a file of texts that is being divided.
type textFile struct {
	src   io.Reader
	at    io.ReaderAt // the same bytes, to read again
	spool *os.File    // the copy of what cannot be read again; nil
	lines []lineAt
	seen  map[news.ItemID]int // id → line
	texts dedupe.Collection
}

// lineAt is where a text is.
type lineAt struct {
	offset int64
	size   int
	number int
	id     json.RawMessage
}

// keep makes sure that the texts can be read again: what is no file on disk is copied to one as it is read.
func (f *textFile) keep(in io.Reader) error {
	if file, ok := in.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			if offset, err := file.Seek(0, io.SeekCurrent); err == nil && offset == 0 {
				f.src, f.at = file, file
				return nil
			}
		}
	}
	spool, err := os.CreateTemp("", "mediawatch-stories-*.jsonl")
	if err != nil {
		return fmt.Errorf("keep the texts while they are compared: %w", err)
	}
	f.spool, f.at, f.src = spool, spool, io.TeeReader(in, spool)
	return nil
}

func (f *textFile) close() {
	if f.spool != nil {
		_ = f.spool.Close()
		_ = os.Remove(f.spool.Name()) // a copy
	}
}

// read signs all texts, some hundred at a time.
func (f *textFile) read(ctx context.Context) error {
	r := bufio.NewReaderSize(f.src, 1<<20)
	var batch [][]byte
	var offset int64
	for number := 1; ; number++ {
		line, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("line %d: %w", number, err)
		}
		if len(strings.TrimSpace(string(line))) > 0 {
			batch = append(batch, line)
			f.lines = append(f.lines, lineAt{offset: offset, size: len(line), number: number})
		}
		offset += int64(len(line))
		if len(batch) >= linesAtOnce || err != nil {
			if err := f.sign(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
		if err != nil {
			return ctx.Err()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// readLine returns the next line with its end.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, fmt.Errorf("longer than %d MB", maxLine>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// sign adds the last lines, the texts of batch, to the collection.
func (f *textFile) sign(batch [][]byte) error {
	lines := f.lines[len(f.lines)-len(batch):]
	signed, ids, errs := make([]dedupe.Signed, len(batch)), make([]news.ItemID, len(batch)), make([]error, len(batch))
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(batch); i += workers {
				it, id, err := readText(batch[i], lines[i].number)
				if err != nil {
					errs[i] = err
					continue
				}
				signed[i], ids[i], lines[i].id = dedupe.Prepare(it), it.ID, id
			}
		})
	}
	wg.Wait()
	for i := range batch {
		if errs[i] != nil {
			return usageError("line %d: %w", lines[i].number, errs[i])
		}
		if before, ok := f.seen[ids[i]]; ok {
			return usageError("line %d: id %s is that of line %d already", lines[i].number, lines[i].id, before)
		}
		f.seen[ids[i]] = lines[i].number
		f.texts.Add(signed[i])
	}
	return nil
}

// item reads a text again, and tells of it.
func (f *textFile) item(i int, told io.Writer) (*news.Item, error) {
	l := f.lines[i]
	b := make([]byte, l.size)
	if _, err := f.at.ReadAt(b, l.offset); err != nil {
		return nil, fmt.Errorf("read line %d again: %w", l.number, err)
	}
	_, _ = told.Write(b) // a progress line
	it, _, err := readText(b, l.number)
	return it, err
}

// readText makes an item of a line, and returns the id as written.
func readText(line []byte, number int) (*news.Item, json.RawMessage, error) {
	var t textLine
	if err := json.Unmarshal(line, &t); err != nil {
		return nil, nil, err
	}
	switch {
	case len(t.ID) == 0 || string(t.ID) == "null":
		t.ID = json.RawMessage(fmt.Sprint(number))
	case t.ID[0] == '{' || t.ID[0] == '[':
		return nil, nil, errors.New("the id is neither a string nor a number")
	}
	it := &news.Item{ID: news.NewItemID(news.FeedID{}, string(t.ID)), URL: t.URL, Outlet: strings.TrimSpace(t.Outlet)}
	it.Title, it.Content = t.Title, asHTML(t.Text)
	it.Published.Time = readDay(t.Published)
	return it, t.ID, nil
}

// asHTML returns a text as it is when it is HTML, else its lines.
func asHTML(s string) string {
	if strings.Contains(s, "</p>") || strings.Contains(s, "<br") || strings.Contains(s, "</div>") {
		return s
	}
	return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>")
}

// readDay reads a day or a time; zero when it is neither.
func readDay(s string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly, time.DateTime, "2006-01-02T15:04:05", "2006-01-02T15:04", time.RFC1123Z, time.RFC1123} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// print writes how each text came into its story.
func (f *textFile) print(out io.Writer, links []dedupe.Link) error {
	w := bufio.NewWriterSize(out, 1<<16)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i, l := range links {
		line := linkLine{ID: f.lines[i].id, Story: f.lines[l.Story].id, Relation: l.Relation, Score: math.Round(l.Score*10000) / 10000, Of: json.RawMessage("null")}
		if l.Of >= 0 {
			line.Of = f.lines[l.Of].id
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return w.Flush()
}
