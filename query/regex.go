package query

import (
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
)

// regexTerm is a regular expression over the plain text of a field.
type regexTerm struct {
	in    fieldID
	raw   string
	flags string
	re    *regexp.Regexp
	needs []literals // what every match has in it
}

func (t *regexTerm) kids() []node { return nil }

func (t *regexTerm) eval(d *Document) bool {
	for _, f := range d.fields(t.in) {
		if t.matches(d, d.plain(f)) {
			return true
		}
	}
	return false
}

// longText is from how many bytes on a regular expression looks now and then whether its time is over: below, it takes
// a fraction of a second in the worst case.
const longText = 32 << 10

func (t *regexTerm) matches(d *Document, ft *fieldText) bool {
	if d.over() {
		return false
	}
	for _, need := range t.needs {
		if !need.in(ft) {
			return false
		}
	}
	if d.ctx == nil || len(ft.plain) < longText {
		return t.re.MatchString(ft.plain)
	}
	return t.re.MatchReader(&endingReader{Reader: strings.NewReader(ft.plain), d: d})
}

// endingReader is a text that ends when the evaluation of its document does.
type endingReader struct {
	*strings.Reader
	d *Document
}

// ReadRune implements io.RuneReader.
func (r *endingReader) ReadRune() (rune, int, error) {
	if r.d.over() {
		return 0, 0, io.EOF
	}
	return r.Reader.ReadRune()
}

func (t *regexTerm) collect(d *Document, c *collector) {
	clause := nodeString(t, bindsOr)
	for _, f := range d.fields(t.in) {
		ft := d.plain(f)
		if !t.matches(d, ft) {
			continue
		}
		if d.ctx != nil && len(ft.plain) >= longText { // the first hit has to do
			if at := t.re.FindReaderIndex(&endingReader{Reader: strings.NewReader(ft.plain), d: d}); at != nil {
				c.bytes(d, hit{clause: clause, field: f}, at[0], at[1])
			}
			continue
		}
		for _, at := range t.re.FindAllStringIndex(ft.plain, hitsPerField) {
			c.bytes(d, hit{clause: clause, field: f}, at[0], at[1])
		}
	}
}

func (t *regexTerm) write(b *strings.Builder, _ int) {
	b.WriteString(t.in.prefix())
	b.WriteByte('/')
	b.WriteString(strings.ReplaceAll(t.raw, "/", `\/`))
	b.WriteByte('/')
	b.WriteString(t.flags)
}

func (t *regexTerm) key() string {
	return fmt.Sprintf("r/%s/%q/%s", t.in.name(), t.raw, t.flags)
}

func (t *regexTerm) why(d *Document) string { return whyTerm(t, t.in, d) }
func (t *term) why(d *Document) string      { return whyTerm(t, t.in, d) }

// regex compiles a regular expression.
func (p *parser) regex(t token) node {
	if p.shared.regexes++; p.shared.regexes > MaxRegexes {
		return p.bad(t.start, &mistake{0, fmt.Sprintf("the query has more than %d regular expressions", MaxRegexes), ""})
	}
	flags := t.extra
	expr := t.text
	if flags != "" {
		expr = "(?" + flags + ")" + expr
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return p.bad(t.start, &mistake{0, "bad regular expression: " + strings.TrimPrefix(err.Error(), "error parsing regexp: "), "the syntax is RE2"})
	}
	if size := regexSize(expr); size > maxRegexSize {
		return p.bad(t.start, &mistake{0, fmt.Sprintf("the regular expression has %d steps, more than %d", size, maxRegexSize), "use a list for many words"})
	}
	if re.MatchString("") {
		return p.bad(t.start, &mistake{0, "the regular expression matches the empty text", "say what must be there"})
	}
	return &regexTerm{in: p.field(), raw: t.text, flags: flags, re: re, needs: needsOf(expr)}
}

// maxRegexSize bounds the work a regular expression is for each character of a text.
const maxRegexSize = 2000

// regexSize is the number of instructions of a valid regular expression.
func regexSize(expr string) int {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return 0
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}
