package ingest

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Format is how the articles of an import are written.
type Format string

// The formats of articles.
const (
	FormatJSONL Format = "jsonl" // one JSON object a line (RFC 8259): {"id","outlet","url","title","text","published"}
	FormatCSV   Format = "csv"   // RFC 4180, the same names in its first line; separated by commas, semicolons or tabs
)

// maxLine is the longest line of JSON that is read, in bytes.
const maxLine = 8 << 20

// recordKeys are the names of what a record states.
const recordKeys = "id, outlet, url, title, text, published"

// records reads one record after the other.
type records interface {
	// next returns the next record; io.EOF at the end.
	next() (numbered, error)
	// unread returns the names of what the records state and nobody reads, as far as they were met.
	unread() []string
}

// openRecords reads the beginning of src.
func openRecords(src io.Reader, format Format, charset string) (records, error) {
	in, err := openArchive(src, charset)
	if err != nil {
		return nil, err
	}
	switch format {
	case FormatJSONL:
		return &jsonLines{in: in, others: make(map[string]bool)}, nil
	case FormatCSV:
		return openTable(in)
	}
	return nil, fmt.Errorf("unknown format %q: jsonl or csv expected", format)
}

// jsonLines reads one JSON object a line.
type jsonLines struct {
	in     archive
	line   int
	others map[string]bool // keys that nobody reads
}

// maxOthers is how many different keys are named that nobody reads.
const maxOthers = 50

func (j *jsonLines) unread() []string { return slices.Sorted(maps.Keys(j.others)) }

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
			if n.fault = j.in.check(string(data)); n.fault == nil {
				n.fault = j.decode(data, &n.record)
			}
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

// decode reads one object; what is wrong is said without Go's words.
func (j *jsonLines) decode(data []byte, r *record) error {
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
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil // null, which states nothing
	}
	for key := range keys {
		if known := strings.Split(recordKeys, ", "); len(j.others) < maxOthers && !slices.Contains(known, strings.ToLower(key)) {
			j.others[key] = true
		}
	}
	return nil
}

// table reads CSV whose first line names the columns.
type table struct {
	source  archive
	in      *csv.Reader
	before  int // lines above those that in counts
	columns []string
	others  []string // columns that nobody reads
}

func (t *table) unread() []string { return t.others }

func openTable(in archive) (*table, error) {
	if endsInCR(in.Reader) {
		in.Reader = bufio.NewReaderSize(crLines{in.Reader}, 64<<10)
	}
	t := &table{source: in}
	comma, stated := statedSeparator(in.Reader)
	if stated {
		t.before = 1
	} else {
		comma = separator(in.Reader)
	}
	t.in = csv.NewReader(in)
	t.in.FieldsPerRecord = -1
	t.in.Comma = comma
	header, err := t.in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("empty: a first line with the names of the columns expected")
	}
	if err != nil {
		return nil, fmt.Errorf("the first line: %w", err)
	}
	if err := in.check(strings.Join(header, "")); err != nil {
		return nil, fmt.Errorf("the first line is %w", err)
	}
	for _, field := range header {
		name := strings.ToLower(strings.TrimSpace(field))
		switch {
		case !slices.Contains(strings.Split(recordKeys, ", "), name):
			if name != "" {
				t.others = append(t.others, strings.TrimSpace(field))
			}
		case slices.Contains(t.columns, name):
			return nil, fmt.Errorf("the first line names %s twice", name)
		}
		t.columns = append(t.columns, name)
	}
	if !slices.Contains(t.columns, "title") && !slices.Contains(t.columns, "text") {
		return nil, errors.New("the first line names neither title nor text; the columns are " + recordKeys)
	}
	return t, nil
}

// reSeparator is the line by which spreadsheets tell each other what separates the columns.
var reSeparator = regexp.MustCompile(`^(?i:"?sep=([^"\r\n])"?\r?\n)`)

// statedSeparator reads a line such as "sep=;" above the names of the columns, if there is one.
func statedSeparator(in *bufio.Reader) (comma rune, stated bool) {
	head, _ := in.Peek(16) // a short file is whole in it
	m := reSeparator.FindSubmatch(head)
	if m == nil {
		return 0, false
	}
	_, _ = in.Discard(len(m[0])) // they are in the buffer
	comma, _ = utf8.DecodeRune(m[1])
	return comma, true
}

// endsInCR reports whether the first line ends in a carriage return alone, as spreadsheets for the Mac write.
func endsInCR(in *bufio.Reader) bool {
	head, _ := in.Peek(64 << 10) // a short file is whole in it
	quoted := false
	for i, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n':
			return false
		case c == '\r':
			return i+1 < len(head) && head[i+1] != '\n'
		}
	}
	return false
}

// crLines reads carriage returns as line ends.
type crLines struct{ in io.Reader }

func (r crLines) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
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
		n := numbered{line: t.before + wrong.StartLine, fault: fmt.Errorf("not CSV: %w", wrong.Err)}
		if wrong.Line > wrong.StartLine {
			n.fault = fmt.Errorf("not CSV, and all up to line %d is left out with it: %w", t.before+wrong.Line, wrong.Err)
		}
		return n, nil
	case err != nil:
		return numbered{}, err
	}
	line, _ := t.in.FieldPos(0)
	n := numbered{line: t.before + line, raw: []byte(strings.Join(fields, "\x1f"))}
	if len(fields) != len(t.columns) {
		n.fault = fmt.Errorf("%d columns where the first line has %d", len(fields), len(t.columns))
		return n, nil
	}
	if n.fault = t.source.check(strings.Join(fields, "")); n.fault != nil {
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
