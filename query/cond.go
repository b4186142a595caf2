package query

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mediawatch/news"
)

func itoa(n int) string { return strconv.Itoa(n) }

// condition is a clause about a value of the item that is not text.
type condition struct {
	in   fieldID
	raw  string // as written
	mean string // the meaning, for key
	test func(d *Document) bool
}

func (n *condition) kids() []node          { return nil }
func (n *condition) eval(d *Document) bool { return n.test(d) }
func (n *condition) key() string           { return "c/" + n.in.name() + "/" + n.mean }

func (n *condition) write(b *strings.Builder, _ int) {
	b.WriteString(n.in.prefix())
	if n.in != fieldSite && !plainWord(n.raw) || n.in == fieldSite && !plainHost(n.raw) {
		switch n.in {
		case fieldDate, fieldPublished, fieldSeen, fieldWords, fieldOutlets: // read up to white space
		default:
			writeQuoted(b, n.raw)
			return
		}
	}
	b.WriteString(n.raw)
}

// plainHost reports whether raw needs no quotes after site:.
func plainHost(raw string) bool { return raw != "" && plainWord(raw) }

func (n *condition) collect(d *Document, c *collector) {
	v := d.value(n.in)
	start, end := 0, len(v)
	if n.in == fieldIs { // one of the states
		start = strings.Index(v, n.mean)
		end = start + len(n.mean)
	}
	c.add(news.Evidence{Clause: nodeString(n, bindsOr), Field: n.in.name(), Start: start, End: end, Words: v[start:end]})
}

func (n *condition) why(d *Document) string {
	v := d.value(n.in)
	switch {
	case n.in == fieldIs && v == "":
		return "it is none of " + strings.Join(isNames, ", ")
	case v == "" && n.in == fieldPublished:
		return "the publisher states no time"
	case v == "":
		return "it has no " + n.in.name()
	}
	return "its " + whatIs[n.in] + " " + v
}

var whatIs = map[fieldID]string{
	fieldSite: "site is", fieldCountry: "country is", fieldLang: "language is", fieldKind: "kind is", fieldIs: "states are",
	fieldDate: "effective time is", fieldPublished: "stated time is", fieldSeen: "first sight was", fieldWords: "number of words is",
	fieldOutlets: "number of outlets is",
}

var (
	isNames   = []string{isOriginal, isSyndicated, isEdited, isUndated}
	kindNames = []string{"feed", "seed"}
)

// newName makes a clause on country, lang, kind or is.
func newName(in fieldID, raw string) (*condition, *mistake) {
	v := strings.ToLower(strings.TrimSpace(raw))
	c := &condition{in: in, raw: raw, mean: v}
	switch in {
	case fieldKind:
		if m := oneOf(in, v, kindNames); m != nil {
			return nil, m
		}
		c.test = func(d *Document) bool { return d.item.Kind.String() == v }
	case fieldIs:
		if m := oneOf(in, v, isNames); m != nil {
			return nil, m
		}
		c.test = func(d *Document) bool { return d.is(v) }
	case fieldCountry:
		if len(v) != 2 || strings.Trim(v, letters) != "" {
			return nil, &mistake{0, fmt.Sprintf("%q is not a country", raw), "write the two letters of ISO 3166: country:DE"}
		}
		c.test = func(d *Document) bool { return strings.EqualFold(d.facts.Country, v) }
	default:
		v = strings.ReplaceAll(v, "_", "-")
		first, _, _ := strings.Cut(v, "-")
		if len(first) < 2 || len(first) > 3 || strings.Trim(first, letters) != "" || strings.Trim(v, letters+"0123456789-") != "" {
			return nil, &mistake{0, fmt.Sprintf("%q is not a language", raw), "write its code: lang:en, lang:pt-br"}
		}
		c.mean = v
		c.test = func(d *Document) bool { return speaks(d.item.Lang, v) }
	}
	return c, nil
}

const letters = "abcdefghijklmnopqrstuvwxyz"

// speaks reports whether a language is the one asked for, or a part of it: en-GB is en (RFC 4647, section 3.3.1).
func speaks(lang, asked string) bool {
	return len(lang) >= len(asked) && strings.EqualFold(lang[:len(asked)], asked) &&
		(len(lang) == len(asked) || lang[len(asked)] == '-')
}

func oneOf(in fieldID, v string, names []string) *mistake {
	for _, name := range names {
		if v == name {
			return nil
		}
	}
	hint := "one of " + strings.Join(names, ", ")
	if near := nearest(v, names); near != "" {
		hint = "did you mean " + in.prefix() + near + "?"
	}
	return &mistake{0, fmt.Sprintf("%s%s is unknown", in.prefix(), v), hint}
}

// newNumber makes a clause on words or outlets.
func newNumber(in fieldID, raw string) (*condition, *mistake) {
	op, digits := cutComparison(raw)
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || digits[0] == '+' {
		return nil, &mistake{0, fmt.Sprintf("%q is not a number", raw), fmt.Sprintf("write %s>=3, or <, <=, > and nothing for equal", in.prefix())}
	}
	c := &condition{in: in, raw: raw, mean: op + itoa(n)}
	c.test = func(d *Document) bool { return compares(d.number(in), op, n) }
	return c, nil
}

func cutComparison(raw string) (op, rest string) {
	for _, op := range []string{">=", "<=", ">", "<"} {
		if rest, ok := strings.CutPrefix(raw, op); ok {
			return op, rest
		}
	}
	return "", raw
}

func compares(a int, op string, b int) bool {
	switch op {
	case ">=":
		return a >= b
	case "<=":
		return a <= b
	case ">":
		return a > b
	case "<":
		return a < b
	}
	return a == b
}

// newTime makes a clause on date, published or seen.
func newTime(in fieldID, raw string, o Options) (*condition, *mistake) {
	r, m := parseInterval(raw, o)
	if m != nil {
		return nil, m
	}
	c := &condition{in: in, raw: raw, mean: r.String()}
	c.test = func(d *Document) bool {
		t := d.time(in)
		return !t.IsZero() && r.holds(t)
	}
	return c, nil
}

// interval is a half-open span of time; a zero end is open.
type interval struct{ from, to time.Time }

func (r interval) holds(t time.Time) bool {
	return (r.from.IsZero() || !t.Before(r.from)) && (r.to.IsZero() || t.Before(r.to))
}

func (r interval) String() string {
	return r.from.UTC().Format(time.RFC3339) + "/" + r.to.UTC().Format(time.RFC3339)
}
