package query

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind says what a token is.
type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokBad           // what is wrong is in mistake
	tokOpen
	tokClose
	tokWord
	tokPhrase // text without quotes and escapes
	tokSlop   // ~n after a phrase
	tokField  // text is the name
	tokAnd
	tokOr
	tokNot // NOT, - or !; text tells which
	tokNear
	tokAtLeast
	tokExact   // = before a phrase
	tokVariant // ~ before a word or phrase
	tokList    // text is the name
	tokRegex   // text is the expression, flags are in extra
	tokRaw     // a number or a date, unread
)

type token struct {
	kind       tokenKind
	text       string
	extra      string
	n          int
	ordered    bool // ONEAR
	start, end int  // byte offsets in the source
	wrong      mistake
}

// lexMode says how the next token is to be read.
type lexMode struct {
	raw    bool // dates and numbers: up to white space or a parenthesis
	direct bool // right after a field's colon: operators of one character do not count
	plain  bool // a colon does not make a field: addresses
}

// lexer cuts a source into tokens. The parser says for each token in which mode.
type lexer struct {
	src   string
	at    int
	warns []mistake
}

const (
	defaultNear = 4    // words between the operands of NEAR without a number
	maxNear     = 1000 // words between
	maxSlop     = 100
	maxAtLeast  = 10000
)

func (l *lexer) bad(at int, msg, hint string) token {
	return token{kind: tokBad, start: at, end: l.at, wrong: mistake{at, msg, hint}}
}

func (l *lexer) rune(at int) rune {
	if at >= len(l.src) {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(l.src[at:])
	return r
}

// skip passes white space and comments.
func (l *lexer) skip() {
	for l.at < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.at:])
		switch {
		case isSpace(r):
			l.at += n
		case r == '#' && commentAt(l.src[l.at+1:]):
			if i := strings.IndexByte(l.src[l.at:], '\n'); i >= 0 {
				l.at += i
			} else {
				l.at = len(l.src)
			}
		case r == '#' && startsLine(l.src[:l.at]):
			l.warns = append(l.warns, mistake{l.at, "a # directly before a word is part of the word",
				"put a space after the # to make the line a comment"})
			return
		default:
			return
		}
	}
}

// commentAt reports whether a # followed by rest begins a comment.
func commentAt(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || isSpace(r) || r == '#'
}

func startsLine(before string) bool {
	return strings.TrimSpace(before[strings.LastIndexByte(before, '\n')+1:]) == ""
}

// next reads a token.
func (l *lexer) next(mode lexMode) token {
	if !mode.direct {
		l.skip()
	}
	start := l.at
	if start >= len(l.src) {
		return token{kind: tokEnd, start: start, end: start}
	}
	r, n := utf8.DecodeRuneInString(l.src[start:])
	switch {
	case r == '(' || r == ')':
		l.at += n
		kind := tokOpen
		if r == ')' {
			kind = tokClose
		}
		return token{kind: kind, start: start, end: l.at}
	case !mode.direct && (r == '-' || r == '!'):
		return l.negation(n)
	case mode.raw:
		return l.rawValue(mode)
	case r == '-' || r == '!':
		l.at += n
		return l.bad(start, fmt.Sprintf("%q can not stand here", r), "to exclude, put it first: -title:word")
	case isQuote(r):
		return l.phrase(r, n)
	}
	if strings.ContainsRune(`=~@/+[{^*<>`, r) || isDash(r) {
		return l.sign(r, n)
	}
	return l.word(mode)
}

// ends reports whether a token ends before r.
func ends(r rune) bool { return r == -1 || r == '(' || r == ')' || isSpace(r) }

// isSpace reports whether r is white space, or one of the invisible signs that come along when text is pasted: byte order mark, zero width
// space, marks of direction. The zero width joiner and non-joiner are not among them; Persian words need them.
func isSpace(r rune) bool {
	switch r {
	case 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF:
		return true
	}
	return unicode.IsSpace(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

func isQuote(r rune) bool { return strings.ContainsRune("\"“”„‟«»", r) }

// isDash reports whether r is a dash that people's writing programs put where a hyphen was typed.
func isDash(r rune) bool { return r >= 0x2010 && r <= 0x2015 || r == 0x2212 }

func (l *lexer) negation(n int) token {
	start := l.at
	l.at += n
	sign := l.src[start:l.at]
	if r := l.rune(l.at); r == -1 || r == ')' || isSpace(r) {
		return l.bad(start, fmt.Sprintf("%q stands alone", sign), "to exclude a word write "+sign+"word, without a space")
	}
	return token{kind: tokNot, text: sign, start: start, end: l.at}
}

func (l *lexer) rawValue(mode lexMode) token {
	start := l.at
	l.until(ends)
	text := l.src[start:l.at]
	if !mode.direct {
		if t, ok := l.operator(text, start); ok {
			return t
		}
	}
	return token{kind: tokRaw, text: text, start: start, end: l.at}
}

func (l *lexer) until(stop func(rune) bool) {
	for l.at < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.at:])
		if stop(r) {
			return
		}
		l.at += n
	}
}

// closes reports whether r closes a phrase that open began.
func closes(open, r rune) bool {
	switch open {
	case '"':
		return r == '"'
	case '«':
		return r == '»'
	case '»':
		return r == '«'
	}
	return r == '”' || r == '“' || r == '"' || r == '‟'
}

func (l *lexer) phrase(open rune, n int) token {
	start := l.at
	var text strings.Builder
	for i := start + n; i < len(l.src); {
		r, size := utf8.DecodeRuneInString(l.src[i:])
		switch {
		case r == '\\' && (l.rune(i+1) == '\\' || isQuote(l.rune(i+1))):
			_, more := utf8.DecodeRuneInString(l.src[i+1:])
			text.WriteString(l.src[i+1 : i+1+more])
			i += 1 + more
			continue
		case closes(open, r):
			l.at = i + size
			return l.closed(token{kind: tokPhrase, text: text.String(), start: start, end: l.at})
		}
		text.WriteString(l.src[i : i+size])
		i += size
	}
	l.at = len(l.src)
	return l.bad(start, "the quotation mark is never closed", "add a closing quotation mark")
}

// closed checks what follows a phrase.
func (l *lexer) closed(t token) token {
	switch r := l.rune(l.at); {
	case ends(r), r == '~':
		return t
	case r == '*':
		return l.bad(l.at, "a * stands after the quotation mark", `put it inside: "apple orchard*"`)
	default:
		return l.bad(l.at, "a space is missing after the quotation mark", "")
	}
}

// slop reads ~n right after a phrase. Without one it returns no token.
func (l *lexer) slop() (token, bool) {
	if l.rune(l.at) != '~' {
		return token{}, false
	}
	start := l.at
	l.at++
	l.until(ends)
	n, err := strconv.Atoi(l.src[start+1 : l.at])
	if err != nil || n < 0 || n > maxSlop {
		return l.bad(start, fmt.Sprintf("%q is not a distance", l.src[start:l.at]),
			fmt.Sprintf(`write "a b"~10 for at most 10 words between, 0 to %d`, maxSlop)), true
	}
	return token{kind: tokSlop, n: n, start: start, end: l.at}, true
}

// sign reads a token that begins with a character of its own meaning.
func (l *lexer) sign(r rune, n int) token {
	start := l.at
	next := l.rune(start + n)
	switch {
	case r == '/':
		return l.regex()
	case r == '=' && isQuote(next):
		l.at += n
		return token{kind: tokExact, start: start, end: l.at}
	case r == '~' && !ends(next):
		l.at += n
		return token{kind: tokVariant, start: start, end: l.at}
	case r == '@' && isNameRune(next):
		l.at += n
		l.until(func(r rune) bool { return !isNameRune(r) })
		if !ends(l.rune(l.at)) {
			return l.bad(l.at, "a list's name holds letters, digits, - and _ only", "")
		}
		return token{kind: tokList, text: l.src[start+n : l.at], start: start, end: l.at}
	}
	msg, hint := signMistake(r)
	return l.bad(start, msg, hint)
}

func isNameRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_'
}

// regex reads /…/ims.
func (l *lexer) regex() token {
	start := l.at
	var expr strings.Builder
	for i := start + 1; i < len(l.src); i++ {
		c := l.src[i]
		switch {
		case c == '\n':
			l.at = i
			return l.bad(start, "the regular expression is never closed", `add a closing /, or put an address in quotes: url:"/politics/"`)
		case c == '\\' && i+1 < len(l.src):
			if l.src[i+1] != '/' {
				expr.WriteByte(c)
			}
			i++
			expr.WriteByte(l.src[i])
		case c == '/':
			l.at = i + 1
			l.until(ends)
			flags := l.src[i+1 : l.at]
			if strings.Trim(flags, "ims") != "" {
				return l.bad(i+1, fmt.Sprintf("%q after the regular expression is none of the flags i, m, s", flags),
					`put an address in quotes: url:"/politics/"; write \/ for a slash inside`)
			}
			return token{kind: tokRegex, text: expr.String(), extra: flags, start: start, end: l.at}
		default:
			expr.WriteByte(c)
		}
	}
	l.at = len(l.src)
	return l.bad(start, "the regular expression is never closed", `add a closing /, or put an address in quotes: url:"/politics/"`)
}

// word reads a word, an operator in capitals, or a field's name.
func (l *lexer) word(mode lexMode) token {
	start := l.at
	l.until(func(r rune) bool { return ends(r) || isQuote(r) })
	text := l.src[start:l.at]
	if !mode.plain {
		if i := fieldColon(text); i > 0 {
			l.at = start + i + 1
			return token{kind: tokField, text: text[:i], start: start, end: l.at}
		}
	}
	if t, ok := l.operator(text, start); ok {
		return t
	}
	switch r := l.rune(l.at); {
	case r == '(':
		return l.bad(l.at, "a space is missing before the parenthesis", "write the two apart, or put them in quotes")
	case isQuote(r):
		return l.bad(l.at, "a quotation mark stands inside a word", `write the two apart, or \" inside quotes`)
	}
	if msg, hint, i := foreign(text); msg != "" {
		return l.bad(start+i, msg, hint)
	}
	return token{kind: tokWord, text: text, start: start, end: l.at}
}

// fieldColon returns where the colon after a field's name is in text, 0 when text does not begin with a name.
func fieldColon(text string) int {
	for i, r := range text {
		if r == ':' {
			return i
		}
		if !unicode.IsLetter(r) && r != '_' && r != '-' {
			return 0
		}
	}
	return 0
}
