package ingest

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Format is how the articles of an import are written.
type Format string

// The formats of articles.
const (
	FormatJSONL Format = "jsonl" // one JSON object a line (RFC 8259): {"id","outlet","url","title","text","published"}
	FormatCSV   Format = "csv"   // RFC 4180, UTF-8, the same names in its first line; separated by commas, semicolons or tabs
)

// maxLine is the longest line of JSON that is read, in bytes.
const maxLine = 8 << 20

// openRecords returns what reads one record after the other, io.EOF at the end.
func openRecords(src io.Reader, format Format) (func() (numbered, error), error) {
	in := bufio.NewReaderSize(src, 64<<10)
	if head, err := in.Peek(3); err == nil && bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3) // they are in the buffer
	}
	switch format {
	case FormatJSONL:
		return (&jsonLines{in: in}).next, nil
	case FormatCSV:
		return openTable(in)
	}
	return nil, fmt.Errorf("unknown format %q: jsonl or csv expected", format)
}

// jsonLines reads one JSON object a line.
type jsonLines struct {
	in   *bufio.Reader
	line int
}

var errLongLine = fmt.Errorf("longer than %d MiB", maxLine>>20)

func (j *jsonLines) next() (numbered, error) {
	for {
		data, err := j.read()
		if err != nil && !errors.Is(err, errLongLine) {
			return numbered{}, err
		}
		n := numbered{line: j.line, fault: err}
		if data = bytes.TrimSpace(data); len(data) == 0 && err == nil {
			continue
		}
		if n.fault == nil {
			n.raw = data
			n.fault = decodeRecord(data, &n.record)
		}
		return n, nil
	}
}

// read returns the next line. Of one that is too long it reads the rest and returns errLongLine.
func (j *jsonLines) read() ([]byte, error) {
	j.line++
	var line []byte
	long := false
	for {
		part, err := j.in.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (len(line) > 0 || long):
			err = nil
		}
		if err == nil && long {
			return nil, errLongLine
		}
		return line, err
	}
}

// decodeRecord reads one object; what is wrong is said without Go's words.
func decodeRecord(data []byte, r *record) error {
	err := json.Unmarshal(data, r)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return fmt.Errorf("%s is a JSON %s, text expected", wrong.Field, wrong.Value)
	case errors.As(err, &wrong):
		return fmt.Errorf("a JSON %s, an object expected", wrong.Value)
	case err != nil:
		return fmt.Errorf("not JSON: %w", err)
	}
	return nil
}

// table reads CSV whose first line names the columns.
type table struct {
	in      *csv.Reader
	columns []string
}

func openTable(in *bufio.Reader) (func() (numbered, error), error) {
	t := table{in: csv.NewReader(in)}
	t.in.FieldsPerRecord = -1
	t.in.Comma = separator(in)
	header, err := t.in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("empty: a first line with the names of the columns expected")
	}
	if err != nil {
		return nil, fmt.Errorf("the first line: %w", err)
	}
	known := false
	for _, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		known = known || name == "title" || name == "text"
		t.columns = append(t.columns, name)
	}
	if !known {
		return nil, errors.New("the first line names neither title nor text; the columns are id, outlet, url, title, text, published")
	}
	return t.next, nil
}

// separator is the mark that the first line has most of.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(4096) // a short file is whole in it
	first, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, c := range []rune{';', '\t'} {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

func (t *table) next() (numbered, error) {
	fields, err := t.in.Read()
	var wrong *csv.ParseError
	switch {
	case errors.As(err, &wrong):
		return numbered{line: wrong.StartLine, fault: fmt.Errorf("not CSV: %w", wrong.Err)}, nil
	case err != nil:
		return numbered{}, err
	}
	line, _ := t.in.FieldPos(0)
	n := numbered{line: line, raw: []byte(strings.Join(fields, "\x1f"))}
	if len(fields) != len(t.columns) {
		n.fault = fmt.Errorf("%d columns where the first line has %d", len(fields), len(t.columns))
		return n, nil
	}
	for i, name := range t.columns {
		switch name {
		case "id":
			n.ID = fields[i]
		case "outlet":
			n.Outlet = fields[i]
		case "url":
			n.URL = fields[i]
		case "title":
			n.Title = fields[i]
		case "text":
			n.Text = fields[i]
		case "published":
			n.Published = fields[i]
		}
	}
	return n, nil
}
