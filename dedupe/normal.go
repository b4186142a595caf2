package dedupe

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
	"golang.org/x/text/unicode/norm"

	"mediawatch/text"
)

const (
	// shortBody is the number of body tokens below which a text is known by headline and body together.
	shortBody = 60
	// maxTokens is how many tokens of a body count.
	maxTokens = 20000
	// openingLines is how many lines are searched for a dateline or byline.
	openingLines = 2
)

// Text is a headline and a body in normal form: sequences of tokens.
type Text struct {
	title, body tokens
	lines       []int // where the body's lines end, in its buffer
}

// Title returns the tokens of the headline.
func (t *Text) Title() []string { return t.title.list() }

// Body returns the tokens of the body.
func (t *Text) Body() []string { return t.body.list() }

// Len returns the number of body tokens.
func (t *Text) Len() int { return t.body.n }

// Normal returns a headline and a plain text in the normal form of news.KeyVersion, which docs/identities.md specifies.
// Lines are apart by line breaks of any kind. The plain text must not be HTML: use text.Plain first.
func Normal(title, plain string, bp Boilerplate) Text {
	t, _ := normal(title, plain, bp, false)
	return t
}

// dropped says what a normal form has not of its text.
type dropped struct {
	any     bool
	learned bool  // a line that was learned is in the text, dropped or not
	kept    []int // the lines that were learned and stay
	apart   bool  // those do not matter to what else was dropped: the opening is before them, and nothing was capped
}

// normal is Normal. With keep, lines that were learned stay.
func normal(title, plain string, bp Boilerplate, keep bool) (t Text, d dropped) {
	t.title.buf = make([]byte, 0, len(title)+8)
	t.title.add(decode(title))
	t.title.ends = nil
	t.body.buf = make([]byte, 0, len(plain)+len(plain)/8+16)
	t.body.ends = make([]int, 0, len(plain)/80+4)
	t.lines = make([]int, 0, 16)
	kept, first := 0, true
	for line := range lines(decode(plain)) {
		before := t.body.mark()
		t.body.add(line)
		words, n := t.body.buf[before.size:], t.body.n-before.n
		site := n > 0 && bp.learnt(words)
		d.learned = d.learned || site
		switch {
		case n == 0:
			continue
		case site && !keep, general(words, n):
			t.body.reset(before)
			d.any = true
			continue
		case first && n == t.title.n && string(words) == string(t.title.buf):
			t.body.reset(before)
			first, d.any = false, true
			continue
		}
		first = false
		if site {
			d.apart = kept >= openingLines && (d.apart || len(d.kept) == 0)
			d.kept = append(d.kept, len(t.lines))
		}
		if kept++; kept <= openingLines {
			if cut := opening(line); cut > 0 {
				t.body.reset(before)
				t.body.add(line[cut:])
				d.any = true
			}
		}
		if t.body.n >= maxTokens {
			t.body.cap()
			d.any, d.apart = true, false
		}
		t.lines = append(t.lines, len(t.body.buf))
		if t.body.n >= maxTokens {
			break
		}
	}
	return t, d
}

// without returns the text without some lines of its body, by their numbers, rising.
func (t *Text) without(lines []int) Text {
	out := Text{title: t.title}
	out.body.buf = make([]byte, 0, len(t.body.buf))
	start, end := 0, 0 // of the line, and of its next sentence among all
	for n, to := range t.lines {
		from := start
		start = to
		if len(lines) > 0 && lines[0] == n {
			lines = lines[1:]
			for end < len(t.body.ends) && t.body.ends[end] <= to {
				end++
			}
			continue
		}
		shift := len(out.body.buf) - from
		out.body.buf = append(out.body.buf, t.body.buf[from:to]...)
		for ; end < len(t.body.ends) && t.body.ends[end] <= to; end++ {
			out.body.ends = append(out.body.ends, t.body.ends[end]+shift)
		}
		out.lines = append(out.lines, len(out.body.buf))
	}
	out.body.n = bytes.Count(out.body.buf, []byte{' '})
	return out
}

// lineHashes returns the hash of each line of the body.
func (t *Text) lineHashes() []uint64 {
	out := make([]uint64, 0, len(t.lines))
	start := 0
	for _, end := range t.lines {
		out = append(out, xxh3.Hash(t.body.buf[start:end]))
		start = end
	}
	return out
}

// all returns a headline and a plain text as tokens with nothing dropped.
func all(title, plain string) Text {
	var t Text
	t.title.add(decode(title))
	t.body.buf = make([]byte, 0, len(plain)+len(plain)/8+16)
	for line := range lines(decode(plain)) {
		t.body.add(line)
	}
	return t
}

// decode repairs UTF-8 and resolves character references, at most twice.
func decode(s string) string {
	s = text.Clean(s)
	for range 2 {
		if !strings.Contains(s, "&") {
			return s
		}
		d := html.UnescapeString(s)
		if d == s {
			return s
		}
		s = text.Clean(d)
	}
	return s
}

// lines yields the lines of s that are not empty.
func lines(s string) func(func(string) bool) {
	return func(yield func(string) bool) {
		start := 0
		for i := 0; i < len(s); {
			c := s[i]
			n := 1
			end := c == '\n'
			if c >= 0x80 && (c == 0xC2 || c == 0xE2) {
				var r rune
				r, n = utf8.DecodeRuneInString(s[i:])
				end = r == 0x85 || r == 0x2028 || r == 0x2029
			}
			if end {
				if i > start && !yield(s[start:i]) {
					return
				}
				start = i + n
			}
			i += n
		}
		if start < len(s) {
			yield(s[start:])
		}
	}
}

// tokens is a sequence of tokens, each followed by a space in buf, with the ends of its sentences.
type tokens struct {
	buf  []byte
	n    int
	ends []int // offsets in buf, rising
}

// position is a state of tokens to return to.
type position struct{ size, n, ends int }

func (t *tokens) mark() position { return position{len(t.buf), t.n, len(t.ends)} }

func (t *tokens) reset(p position) { t.buf, t.n, t.ends = t.buf[:p.size], p.n, t.ends[:p.ends] }

// cap drops what is beyond maxTokens.
func (t *tokens) cap() {
	n := 0
	for i, c := range t.buf {
		if c != ' ' {
			continue
		}
		if n++; n == maxTokens {
			t.buf, t.n = t.buf[:i+1], n
			break
		}
	}
	for len(t.ends) > 0 && t.ends[len(t.ends)-1] > len(t.buf) {
		t.ends = t.ends[:len(t.ends)-1]
	}
}

func (t *tokens) list() []string { return strings.Fields(string(t.buf)) }

// add appends the tokens of one line, which is a sentence or more.
func (t *tokens) add(line string) {
	before := t.mark()
	if !t.scan(line, unitOf) {
		t.reset(before)
		t.scan(compose(line), composedUnitOf)
	}
	t.sentence()
}

// compose returns a line in NFKC and without joiners. They go first, because NFKC makes a space of the acute accent and
// does not compose across a joiner.
func compose(line string) string {
	return norm.NFKC.String(strings.Map(func(r rune) rune {
		if joiner(r) {
			return -1
		}
		return r
	}, line))
}

// sentence ends a sentence here.
func (t *tokens) sentence() {
	if n := len(t.ends); len(t.buf) == 0 || n > 0 && t.ends[n-1] == len(t.buf) {
		return
	}
	t.ends = append(t.ends, len(t.buf))
}

// scan appends the tokens of a line whose characters of gives. It stops and returns false when of does not know one.
func (t *tokens) scan(line string, of func(string) (unit, int)) bool {
	open, alone := false, false // a token is open; it is a single, so that only marks continue it
	stop := false               // a full stop has been read
	for i := 0; i < len(line); {
		if a := ascii[line[i]]; a != 0 {
			if alone {
				t.close(&open)
				alone = false
			}
			t.buf = append(t.buf, a)
			open, stop = true, false
			i++
			continue
		}
		u, n := asciiUnits[0], 1
		if c := line[i]; c < utf8.RuneSelf {
			u = asciiUnits[c]
		} else if u, n = of(line[i:]); n == 0 {
			return false
		}
		switch u.kind {
		case letter, single:
			if alone || u.kind == single {
				t.close(&open)
			}
			alone = u.kind == single
			open = t.put(u.fold, open)
			stop = false
		case mark:
			if open {
				t.buf = append(t.buf, u.fold...)
			}
		case joins:
		default:
			t.close(&open)
			alone = false
			quote := stop && closes(line[i:])
			if u.kind == stopsHere || stop && u.kind != stops && !quote {
				t.sentence()
			}
			stop = u.kind == stops || quote
		}
		i += n
	}
	t.close(&open)
	return true
}

// put appends a folded character and reports whether a token is open after it. A compatibility form may hold several tokens.
func (t *tokens) put(fold string, open bool) bool {
	for _, r := range fold {
		switch kindOf(r) {
		case letter, mark:
			t.buf = utf8.AppendRune(t.buf, r)
			open = true
		case single:
			t.close(&open)
			t.buf = utf8.AppendRune(t.buf, r)
			open = true
		case joins:
		default:
			t.close(&open)
		}
	}
	return open
}

func (t *tokens) close(open *bool) {
	if *open {
		t.buf = append(t.buf, ' ')
		t.n++
	}
	*open = false
}

// closes reports whether s begins with a quote or bracket that may stand between a full stop and the space after it.
func closes(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	switch r {
	case '"', ')', ']', 0x201C, 0x201D, 0xBB, 0xAB, 0x203A:
		return true
	}
	return false
}

// unitOf returns the first character of s and its size, 0 when the text must be brought to NFKC first.
func unitOf(s string) (unit, int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r < tableSize:
		return letters().of(r), n
	case r >= 0x2000 && r < 0x2070:
		return punctuation().of(r), n
	case r >= 0x4E00 && r <= 0x9FFF:
		return unit{single, s[:n]}, n
	case r >= 0xAC00 && r <= 0xD7A3:
		return unit{letter, s[:n]}, n
	case r >= 0x3000 && r < 0x3100:
		if u := kana().of(r); u.kind != mark {
			return u, n
		}
	case r >= 0xFF01 && r <= 0xFF5E: // fullwidth ASCII
		return asciiUnits[r-0xFF01+'!'], n
	}
	return unit{}, 0
}

// composedUnitOf returns the first character of s, a text in NFKC, and its size.
func composedUnitOf(s string) (unit, int) {
	if u, n := unitOf(s); n > 0 {
		return u, n
	}
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r >= 0x0900 && r < 0x0E00:
		return indic().of(r), n
	case r >= 0x0E00 && r < 0x0F00:
		return thai().of(r), n
	case r >= 0x1000 && r < 0x10A0:
		return mainland().of(r), n
	case r >= 0x1780 && r < 0x1800:
		return khmer().of(r), n
	}
	return unit{kindOf(r), foldRune(r)}, n
}

// ascii folds letters and digits; 0 stands for the others.
var ascii = func() (t [256]byte) {
	for c := range byte(0x80) {
		switch {
		case 'A' <= c && c <= 'Z':
			t[c] = c + 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			t[c] = c
		}
	}
	return t
}()
