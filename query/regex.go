package query

import (
	"fmt"
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
}

func (t *regexTerm) kids() []node { return nil }

func (t *regexTerm) eval(d *Document) bool {
	for _, f := range d.fields(t.in) {
		if t.re.MatchString(d.plain(f).plain) {
			return true
		}
	}
	return false
}

func (t *regexTerm) collect(d *Document, c *collector) {
	clause := nodeString(t, bindsOr)
	for _, f := range d.fields(t.in) {
		for _, at := range t.re.FindAllStringIndex(d.plain(f).plain, hitsPerField) {
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
	return &regexTerm{in: p.field(), raw: t.text, flags: flags, re: re}
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
