package feeds

import "strings"

// tokenKind says what a token is. Comments, processing instructions and declarations never become tokens.
type tokenKind uint8

const (
	tokenEnd   tokenKind = iota // of the document
	tokenText                   // character data with references
	tokenCDATA                  // character data as it is
	tokenStart                  // a start tag, or an empty-element tag
	tokenClose                  // an end tag
)

// token is one piece of a document. All strings are parts of it.
type token struct {
	kind  tokenKind
	text  string // of text and CDATA
	name  string // of tags, with prefix, as written
	attrs []rawAttr
	empty bool // an empty-element tag
}

// rawAttr is an attribute with its value as written, references undecoded.
type rawAttr struct {
	name  string
	value string
}

// attr returns the raw value of an attribute by its exact name.
func (t *token) attr(name string) (string, bool) {
	for i := range t.attrs {
		if t.attrs[i].name == name {
			return t.attrs[i].value, true
		}
	}
	return "", false
}

// scanner splits what is meant to be XML into tokens, whatever it is. It never goes back and never fails.
type scanner struct {
	s         string
	pos       int
	buf       []rawAttr
	entities  *entitySet      // simple general entities of the document type
	truncated bool            // the document ends inside markup
	repaired  bool            // something was not well formed
	crowded   bool            // an element has more attributes than allowed
	missing   map[string]bool // what was searched for and is not in the rest of the document
}

// find returns the offset of what at or after from, or -1. A search that failed is never repeated: a document full of
// openings without an end would otherwise cost the square of its size.
func (x *scanner) find(what string, from int) int {
	if x.missing[what] {
		return -1
	}
	if i := strings.Index(x.s[from:], what); i >= 0 {
		return from + i
	}
	if x.missing == nil {
		x.missing = map[string]bool{}
	}
	x.missing[what] = true
	return -1
}

// next returns the next token.
func (x *scanner) next() token {
	for x.pos < len(x.s) {
		if x.s[x.pos] != '<' {
			return x.chars(x.pos)
		}
		rest := x.s[x.pos:]
		if len(rest) < 2 {
			x.truncated = true
			x.pos = len(x.s)
			break
		}
		switch c := rest[1]; {
		case nameStart(c):
			return x.start()
		case c == '/':
			if t, ok := x.close(); ok {
				return t
			}
		case c == '?':
			x.instruction()
		case c == '!':
			if strings.HasPrefix(rest, "<![CDATA[") || len(rest) >= 9 && strings.EqualFold(rest[:9], "<![CDATA[") {
				return x.cdata()
			}
			if len(rest) > 2 && (rest[2] == '-' || rest[2] == '[' || nameStart(rest[2])) {
				x.declaration(rest)
				continue
			}
			x.repaired = true
			return x.chars(x.pos + 1)
		default:
			x.repaired = true
			return x.chars(x.pos + 1)
		}
	}
	return token{kind: tokenEnd}
}

// chars returns the text from pos to the next "<" at or after from.
func (x *scanner) chars(from int) token {
	start := x.pos
	end := len(x.s)
	if i := strings.IndexByte(x.s[from:], '<'); i >= 0 {
		end = from + i
	}
	x.pos = end
	return token{kind: tokenText, text: x.s[start:end]}
}

func (x *scanner) cdata() token {
	start := x.pos + len("<![CDATA[")
	end := x.find("]]>", start)
	if end < 0 {
		x.truncated = true
		x.pos = len(x.s)
		return token{kind: tokenCDATA, text: x.s[start:]}
	}
	x.pos = end + len("]]>")
	return token{kind: tokenCDATA, text: x.s[start:end]}
}

// instruction skips a processing instruction. One without its "?>" ends at the next ">".
func (x *scanner) instruction() {
	end := x.find("?>", x.pos+2)
	if end >= 0 {
		x.pos = end + 2
		return
	}
	x.repaired = true
	x.skipTo(">")
}

// declaration skips a comment or a document type declaration.
func (x *scanner) declaration(rest string) {
	if strings.HasPrefix(rest, "<!--") {
		if end := x.find("-->", x.pos+4); end >= 0 {
			x.pos = end + 3
			return
		}
		x.repaired = true
		x.skipTo(">")
		return
	}
	if len(rest) > 9 && strings.EqualFold(rest[:9], "<!DOCTYPE") {
		x.doctype()
		return
	}
	x.skipTo(">")
}

// skipTo moves behind the next mark, or to the end.
func (x *scanner) skipTo(mark string) {
	end := x.find(mark, min(x.pos+2, len(x.s)))
	if end < 0 {
		x.truncated = true
		x.pos = len(x.s)
		return
	}
	x.pos = end + len(mark)
}

// maxDoctype bounds how far a document type declaration is followed, in bytes.
const maxDoctype = 64 << 10

// doctype skips a document type declaration and keeps the simple general entities of its internal subset.
func (x *scanner) doctype() {
	s := x.s[x.pos:min(len(x.s), x.pos+maxDoctype)]
	var quote byte
	depth := 0
	for i := 2; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.HasPrefix(s[i:], "<!--"):
			end := strings.Index(s[i:], "-->")
			if end < 0 {
				x.skipTo(">")
				return
			}
			i += end + 2
		case strings.HasPrefix(s[i:], "<!ENTITY"):
			x.entity(s[i+len("<!ENTITY"):])
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '>' && depth <= 0:
			x.pos += i + 1
			return
		}
	}
	x.repaired = true
	x.skipTo(">")
}

// maxEntities and maxEntityValue bound what a document type may define.
const (
	maxEntities    = 1024
	maxEntityValue = 1024
)

// entity keeps `name "value"` when the value is plain: no parameter entities, nothing external, no references to others.
func (x *scanner) entity(s string) {
	s = strings.TrimLeft(s[:min(len(s), 2*maxEntityValue)], " \t\r\n")
	i := strings.IndexAny(s, " \t\r\n")
	if i <= 0 || s[0] == '%' {
		return
	}
	name := s[:i]
	s = strings.TrimLeft(s[i:], " \t\r\n")
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return
	}
	end := strings.IndexByte(s[1:], s[0])
	if end < 0 || end > maxEntityValue {
		return
	}
	if x.entities == nil {
		x.entities = &entitySet{values: map[string]string{}, left: maxExpansion}
	}
	if _, ok := x.entities.values[name]; !ok && len(x.entities.values) < maxEntities {
		x.entities.values[name] = decodeReferences(s[1:1+end], nil)
	}
}

// close reads an end tag; what follows the name is of no interest. "</" before anything else is skipped to the next ">".
func (x *scanner) close() (token, bool) {
	i := x.pos + 2
	start := i
	for i < len(x.s) && nameByte(x.s[i]) {
		i++
	}
	name := x.s[start:i]
	for i < len(x.s) && x.s[i] != '>' && x.s[i] != '<' {
		i++
	}
	switch {
	case i >= len(x.s):
		x.truncated = true
		x.pos = i
		if name == "" {
			return token{}, false
		}
		// Cut inside "</item": what follows cannot be known, so the element stays open.
		return token{kind: tokenEnd}, true
	case x.s[i] == '>':
		i++
	default:
		x.repaired = true
	}
	x.pos = i
	return token{kind: tokenClose, name: name}, name != ""
}

// start reads a start tag with its attributes.
func (x *scanner) start() token {
	i := x.pos + 1
	begin := i
	for i < len(x.s) && nameByte(x.s[i]) {
		i++
	}
	t := token{kind: tokenStart, name: x.s[begin:i]}
	x.buf = x.buf[:0]
	for {
		for i < len(x.s) && blank(x.s[i]) {
			i++
		}
		if i >= len(x.s) {
			x.truncated = true
			x.pos = i
			return token{kind: tokenEnd}
		}
		switch c := x.s[i]; {
		case c == '>':
			x.pos = i + 1
			t.attrs = x.buf
			return t
		case c == '/':
			i++
			t.empty = i < len(x.s) && x.s[i] == '>'
		case c == '<': // the tag was never closed
			x.repaired = true
			x.pos = i
			t.attrs = x.buf
			return t
		case c == '=' || c == '"' || c == '\'':
			x.repaired = true
			i++
		default:
			i = x.attribute(i)
		}
	}
}

// attribute reads one attribute at i and returns where it ends. Of several with one name the first counts.
func (x *scanner) attribute(i int) int {
	start := i
	for i < len(x.s) && !blank(x.s[i]) && !strings.ContainsRune("=>/<\"'", rune(x.s[i])) {
		i++
	}
	a := rawAttr{name: x.s[start:i]}
	for i < len(x.s) && blank(x.s[i]) {
		i++
	}
	if i < len(x.s) && x.s[i] == '=' {
		i++
		for i < len(x.s) && blank(x.s[i]) {
			i++
		}
		a.value, i = x.value(i)
	} else {
		x.repaired = true
	}
	if len(x.buf) >= MaxAttributes {
		x.crowded = true
		return i
	}
	for k := range x.buf {
		if x.buf[k].name == a.name {
			x.repaired = true
			return i
		}
	}
	x.buf = append(x.buf, a)
	return i
}

// value reads an attribute's value at i, quoted or not.
func (x *scanner) value(i int) (string, int) {
	if i >= len(x.s) {
		return "", i
	}
	if q := x.s[i]; q == '"' || q == '\'' {
		if end := x.find(x.s[i:i+1], i+1); end >= 0 {
			return x.s[i+1 : end], end + 1
		}
		i++
	}
	x.repaired = true
	start := i
	for i < len(x.s) && !blank(x.s[i]) && x.s[i] != '>' && x.s[i] != '<' {
		i++
	}
	end := i
	if i < len(x.s) && x.s[i] == '>' && i-1 > start && x.s[i-1] == '/' && !strings.Contains(x.s[start:i], "://") {
		end--
		i--
	}
	return x.s[start:end], i
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func nameStart(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c >= 0x80
}

func nameByte(c byte) bool {
	return nameStart(c) || '0' <= c && c <= '9' || c == ':' || c == '-' || c == '.'
}
