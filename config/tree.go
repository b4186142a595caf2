package config

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// source is a file as read, and as people call it.
type source struct {
	name  string
	data  []byte
	lines []int // offset of each line
}

func newSource(name string, data []byte) *source {
	s := &source{name: name, data: data, lines: []int{0}}
	for i, b := range data {
		if b == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// place returns the position of a byte offset; a source without data is an environment variable.
func (s *source) place(offset int) place {
	if s.data == nil {
		return place{file: s.name}
	}
	offset = min(offset, len(s.data))
	line := sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > offset })
	text := bytes.TrimPrefix(s.data[s.lines[line-1]:offset], []byte("\ufeff"))
	return place{file: s.name, line: line, col: 1 + utf8.RuneCount(text)}
}

// kind is the TOML type of a node.
type kind uint8

const (
	kindTable kind = iota
	kindArray
	kindString
	kindInteger
	kindBool
	kindTime  // with or without date, zone
	kindFloat // nothing here takes one
)

var kindNames = [...]string{"a table", "a list", "a text", "a number", "true or false", "a date or time", "a number with a fraction"}

func (k kind) String() string { return kindNames[k] }

// node is a value of a document with its positions.
type node struct {
	kind  kind
	src   *source
	key   int    // offset of its key, or of the header that opened the table
	raw   string // as written: strings with their quotes, numbers, times
	start int    // offset of raw
	text  string // decoded, of a string
	keys  []string
	kids  map[string]*node
	items []*node
}

func newTable(src *source, key int) *node {
	return &node{kind: kindTable, src: src, key: key, kids: map[string]*node{}}
}

func (n *node) place() place { return n.src.place(n.key) }

func (n *node) set(name string, child *node) {
	if _, ok := n.kids[name]; !ok {
		n.keys = append(n.keys, name)
	}
	n.kids[name] = child
}

// parseTree reads a document. A document that is not TOML gives one Mistake.
func parseTree(src *source) (*node, *Mistake) {
	fault := func(offset int, msg string) *Mistake {
		at := src.place(offset)
		return &Mistake{File: at.file, Line: at.line, Col: at.col, Msg: "not TOML: " + msg}
	}
	if bytes.HasPrefix(src.data, []byte("\xff\xfe")) || bytes.HasPrefix(src.data, []byte("\xfe\xff")) {
		f := fault(0, "it is written in UTF-16")
		f.Hint = "save it as UTF-8"
		return nil, f
	}
	data := bytes.TrimPrefix(src.data, []byte("\ufeff"))
	shift := len(src.data) - len(data)
	var all map[string]any
	if err := toml.Unmarshal(data, &all); err != nil { // finds what the bare parser does not: keys and tables defined twice
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			line, col := decode.Position()
			start := src.lines[min(line-1, len(src.lines)-1)]
			if line == 1 {
				start += shift
			}
			return nil, fault(start+col-1, strings.TrimPrefix(decode.Error(), "toml: "))
		}
		return nil, fault(0, strings.TrimPrefix(err.Error(), "toml: "))
	}
	t := &treeBuilder{src: src, shift: shift, root: newTable(src, 0)}
	t.p.Reset(data)
	current := t.root
	for t.p.NextExpression() {
		var err error
		if current, err = t.expression(current, t.p.Expression()); err != nil {
			return nil, fault(0, err.Error())
		}
	}
	if err := t.p.Error(); err != nil {
		return nil, fault(0, err.Error())
	}
	return t.root, nil
}

type treeBuilder struct {
	src   *source
	shift int // length of the byte order mark
	p     unstable.Parser
	root  *node
}

var errShape = errors.New("a key stands for two different things")

// expression adds one line of the document to the tree and returns the table that the following lines belong to.
func (t *treeBuilder) expression(current *node, e *unstable.Node) (*node, error) {
	switch e.Kind {
	case unstable.KeyValue:
		return current, t.keyValue(current, e)
	case unstable.Table, unstable.ArrayTable:
		return t.header(e)
	}
	return current, fmt.Errorf("unexpected %s", e.Kind)
}

func (t *treeBuilder) header(e *unstable.Node) (*node, error) {
	at, names := t.names(e)
	table, err := t.descend(t.root, names[:len(names)-1], at)
	if err != nil {
		return nil, err
	}
	last := names[len(names)-1]
	if e.Kind == unstable.Table {
		return t.descend(table, []string{last}, at)
	}
	list, ok := table.kids[last]
	if !ok {
		list = &node{kind: kindArray, src: t.src, key: at}
		table.set(last, list)
	}
	if list.kind != kindArray {
		return nil, errShape
	}
	element := newTable(t.src, at)
	list.items = append(list.items, element)
	return element, nil
}

func (t *treeBuilder) keyValue(table *node, e *unstable.Node) error {
	at, names := t.names(e)
	table, err := t.descend(table, names[:len(names)-1], at)
	if err != nil {
		return err
	}
	value, err := t.value(e.Value())
	if err != nil {
		return err
	}
	value.key = at
	table.set(names[len(names)-1], value)
	return nil
}

// names returns the parts of a key and the offset of the last one.
func (t *treeBuilder) names(e *unstable.Node) (at int, names []string) {
	for it := e.Key(); it.Next(); {
		at = int(it.Node().Raw.Offset) + t.shift
		names = append(names, string(it.Node().Data))
	}
	return at, names
}

// descend returns the table at the end of a path, the last element of each list on it.
func (t *treeBuilder) descend(table *node, names []string, at int) (*node, error) {
	for _, name := range names {
		next, ok := table.kids[name]
		if !ok {
			next = newTable(t.src, at)
			table.set(name, next)
		}
		if next.kind == kindArray && len(next.items) > 0 {
			next = next.items[len(next.items)-1]
		}
		if next.kind != kindTable {
			return nil, errShape
		}
		table = next
	}
	return table, nil
}

func (t *treeBuilder) value(v *unstable.Node) (*node, error) {
	n := &node{src: t.src, start: int(v.Raw.Offset) + t.shift, raw: string(t.p.Raw(v.Raw))}
	n.key = n.start
	switch v.Kind {
	case unstable.String:
		n.kind, n.text = kindString, string(v.Data)
	case unstable.Integer:
		n.kind = kindInteger
	case unstable.Bool:
		n.kind = kindBool
	case unstable.Float:
		n.kind = kindFloat
	case unstable.LocalDate, unstable.LocalTime, unstable.LocalDateTime, unstable.DateTime:
		n.kind = kindTime
		n.raw = string(v.Data)
	case unstable.Array:
		n.kind = kindArray
		for it := v.Children(); it.Next(); {
			item, err := t.value(it.Node())
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
	case unstable.InlineTable:
		n.kind, n.kids = kindTable, map[string]*node{}
		for it := v.Children(); it.Next(); {
			if err := t.keyValue(n, it.Node()); err != nil {
				return nil, err
			}
			n.key = min(n.key, n.kids[n.keys[len(n.keys)-1]].key)
		}
	default:
		return nil, fmt.Errorf("unexpected %s", v.Kind)
	}
	return n, nil
}

// inside returns the position in the file of a byte offset in the decoded text of a string.
func (n *node) inside(offset int) place {
	if n.src.data == nil || n.raw == "" {
		return n.place()
	}
	return n.src.place(n.start + rawOffset(n.raw, offset))
}

// rawOffset maps an offset in the decoded string to one in the string as written with its quotes (TOML 1.0, "String").
func rawOffset(raw string, offset int) int {
	quotes := 1
	if strings.HasPrefix(raw, `"""`) || strings.HasPrefix(raw, `'''`) {
		quotes = 3
	}
	i := quotes
	if quotes == 3 { // a line break right after the quotes is not part of the string
		if strings.HasPrefix(raw[i:], "\r\n") {
			i += 2
		} else if strings.HasPrefix(raw[i:], "\n") {
			i++
		}
	}
	if raw[0] == '\'' {
		return min(i+offset, len(raw))
	}
	for decoded := 0; i < len(raw)-quotes; {
		skip, yields := 1, 1
		if raw[i] == '\\' {
			skip, yields = escape(raw[i:])
		}
		if decoded >= offset && yields > 0 {
			break
		}
		i += skip
		decoded += yields
	}
	return i
}

// escape returns how many bytes the escape at the start of s takes and how many it stands for.
func escape(s string) (skip, yields int) {
	if len(s) < 2 {
		return 1, 1
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[1]]
	if digits > 0 && len(s) >= 2+digits {
		code, err := strconv.ParseUint(s[2:2+digits], 16, 32)
		if err != nil {
			return 2, 1
		}
		return 2 + digits, utf8.RuneLen(rune(code))
	}
	if strings.IndexByte(" \t\r\n", s[1]) >= 0 { // an escaped line break swallows the white space around it
		return len(s) - len(strings.TrimLeft(s[1:], " \t\r\n")), 0
	}
	return 2, 1
}
