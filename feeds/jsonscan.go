package feeds

import (
	"encoding/json"
	"strings"
)

// jsonScanner reads what is meant to be JSON. It never goes back, never fails and keeps no stack: what is not wanted is
// skipped by counting brackets.
type jsonScanner struct {
	s         string
	pos       int
	repaired  bool
	truncated bool
}

// peek is the next byte that is not white space or a comment, 0 at the end.
func (x *jsonScanner) peek() byte {
	for x.pos < len(x.s) {
		switch c := x.s[x.pos]; {
		case c <= ' ':
			x.pos++
		case c == '/' && strings.HasPrefix(x.s[x.pos:], "//"):
			x.repaired = true
			if i := strings.IndexByte(x.s[x.pos:], '\n'); i >= 0 {
				x.pos += i
			} else {
				x.pos = len(x.s)
			}
		case c == '/' && strings.HasPrefix(x.s[x.pos:], "/*"):
			x.repaired = true
			if i := strings.Index(x.s[x.pos:], "*/"); i >= 0 {
				x.pos += i + 2
			} else {
				x.pos = len(x.s)
			}
		default:
			return c
		}
	}
	return 0
}

// members calls visit for each member of the object that is next. visit reads the value; what it leaves is skipped.
func (x *jsonScanner) members(visit func(key string)) {
	if x.peek() != '{' {
		x.skip()
		return
	}
	x.pos++
	for {
		switch x.peek() {
		case 0:
			x.truncated = true
			return
		case '}':
			x.pos++
			return
		case ',':
			x.pos++
		case '"', '\'':
			key := x.text()
			if x.peek() == ':' {
				x.pos++
			} else {
				x.repaired = true
			}
			if c := x.peek(); c == ',' || c == '}' {
				x.repaired = true
				continue
			}
			at := x.pos
			visit(key)
			if x.pos == at {
				x.skip()
			}
		case ']', ':':
			x.repaired = true
			x.pos++
		default: // a name without quotes, or junk
			x.repaired = true
			if end := strings.IndexAny(x.s[x.pos:], ":,}\""); end > 0 && x.s[x.pos+end] == ':' {
				key := strings.TrimSpace(x.s[x.pos : x.pos+end])
				x.pos += end + 1
				at := x.pos
				visit(key)
				if x.pos == at {
					x.skip()
				}
			} else {
				x.skip()
			}
		}
		if x.truncated {
			return
		}
	}
}

// elements calls visit for each element of the array that is next; a single value counts as an array of one.
func (x *jsonScanner) elements(visit func()) {
	if x.peek() != '[' {
		at := x.pos
		visit()
		if x.pos == at {
			x.skip()
		}
		return
	}
	x.pos++
	for !x.truncated {
		switch x.peek() {
		case 0:
			x.truncated = true
		case ']':
			x.pos++
			return
		case ',':
			x.pos++
		case '}', ':':
			x.repaired = true
			x.pos++
		default:
			at := x.pos
			visit()
			if x.pos == at {
				x.skip()
			}
		}
	}
}

// skip reads over one value of any depth.
func (x *jsonScanner) skip() {
	depth := 0
	for {
		switch c := x.peek(); c {
		case 0:
			x.truncated = x.truncated || depth > 0
			return
		case '{', '[':
			depth++
			x.pos++
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
			x.pos++
		case '"', '\'':
			x.raw()
		case ',', ':':
			if depth == 0 {
				return
			}
			x.pos++
		default:
			x.bare()
		}
		if depth == 0 || x.truncated {
			return
		}
	}
}

// bare reads a number or a literal.
func (x *jsonScanner) bare() string {
	start := x.pos
	for x.pos < len(x.s) && !strings.ContainsRune(",:]}[{\"' \t\r\n", rune(x.s[x.pos])) {
		x.pos++
	}
	if x.pos == start {
		x.pos++
	}
	return x.s[start:x.pos]
}

// raw reads a string with its quotes. Quotes that were not escaped cannot be told from the end.
func (x *jsonScanner) raw() string {
	start, quote := x.pos, x.s[x.pos]
	for i := start + 1; i < len(x.s); i++ {
		c := x.s[i]
		if c == quote {
			x.pos = i + 1
			return x.s[start:x.pos]
		}
		if c == '\\' {
			i++
		}
	}
	x.truncated = true
	x.pos = len(x.s)
	return `""`
}

// text reads a value as text: a string, a number. Of an object what is called content, value, text or name; of an array
// its first text; of all else nothing.
func (x *jsonScanner) text() string {
	switch c := x.peek(); {
	case c == '"' || c == '\'':
		return unquoteJSON(x.raw())
	case c == '-' || '0' <= c && c <= '9':
		return x.bare()
	case c == '{':
		return x.inner()
	}
	x.skip()
	return ""
}

// inner finds the text in an object that stands where a text should.
func (x *jsonScanner) inner() string {
	found := ""
	x.members(func(key string) {
		switch key {
		case "content", "value", "text", "name", "term", "href", "url":
			if c := x.peek(); found == "" && (c == '"' || c == '\'') {
				found = unquoteJSON(x.raw())
			}
		}
	})
	return found
}

// unquoteJSON decodes a string with its quotes. What is not allowed in JSON strings is let through.
func unquoteJSON(raw string) string {
	body := raw[1 : len(raw)-1]
	if strings.IndexByte(body, '\\') < 0 {
		return body
	}
	if raw[0] == '\'' {
		body = strings.ReplaceAll(strings.ReplaceAll(body, `\'`, `'`), `"`, `\"`)
	}
	var s string
	if err := json.Unmarshal([]byte(`"`+validJSON(body)+`"`), &s); err != nil {
		return body
	}
	return s
}

// validJSON repairs the inside of a string: line breaks and other controls are escaped, unknown escapes lose their "\".
func validJSON(body string) string {
	clean := true
	for i := 0; i < len(body) && clean; i++ {
		if c := body[i]; c < 0x20 {
			clean = false
		} else if c == '\\' {
			clean = validEscape(body[i:])
			i++
		}
	}
	if clean {
		return body
	}
	out := make([]byte, 0, len(body)+16)
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '\n':
			out = append(out, `\n`...)
		case c == '\t':
			out = append(out, `\t`...)
		case c < 0x20:
			out = append(out, ' ')
		case c == '\\' && !validEscape(body[i:]):
		case c == '\\':
			out = append(out, c, body[i+1])
			i++
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// validEscape reports whether s starts with an escape of RFC 8259, section 7.
func validEscape(s string) bool {
	if len(s) < 2 {
		return false
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		if len(s) < 6 {
			return false
		}
		for i := 2; i < 6; i++ {
			if digit(s[i]) < 0 {
				return false
			}
		}
		return true
	}
	return false
}
