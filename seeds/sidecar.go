package seeds

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"mediawatch/news"
	"mediawatch/page"
	"mediawatch/text"
)

// sidecar is what a NAME.toml may state. A pointer tells "not stated" from "empty".
type sidecar struct {
	Outlet    string   `toml:"outlet"`
	URL       string   `toml:"url"`
	Published any      `toml:"published"`
	Updated   any      `toml:"updated"`
	Title     string   `toml:"title"`
	Author    any      `toml:"author"`
	Section   any      `toml:"section"`
	Lang      string   `toml:"lang"`
	Tags      []string `toml:"tags"`

	name string // of the side-car file
}

// SidecarError lists every mistake of a side-car file. The article is not read until they are corrected: without what the
// side-car states it would be kept as somebody else's.
type SidecarError struct {
	Name     string
	Mistakes []Mistake
}

// Mistake is one mistake, at a line from 1.
type Mistake struct {
	Line int
	Text string
}

// Error returns all mistakes in one line.
func (e *SidecarError) Error() string {
	parts := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		parts[i] = fmt.Sprintf("%s:%d: %s", e.Name, m.Line, m.Text)
	}
	return strings.Join(parts, "; ")
}

const sidecarKeys = "outlet, url, published, updated, title, author, section, lang, tags"

// parseSidecar reads Options.Sidecar; nil when there is none. The error is a *SidecarError.
func parseSidecar(name string, o Options) (*sidecar, error) {
	if o.Sidecar == nil {
		return nil, nil
	}
	s := &sidecar{name: o.SidecarName}
	if s.name == "" {
		s.name = strings.TrimSuffix(path.Base(name), path.Ext(name)) + ".toml"
	}
	data := []byte(page.Decode(o.Sidecar, "").Text)
	e := &SidecarError{Name: s.name}
	dec := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := dec.Decode(s); err != nil {
		e.toml(err)
		return nil, e
	}
	s.check(e, data)
	if len(e.Mistakes) > 0 {
		return nil, e
	}
	return s, nil
}

func (e *SidecarError) toml(err error) {
	var strict *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &strict):
		for _, m := range strict.Errors {
			row, _ := m.Position()
			e.add(row, fmt.Sprintf("unknown key %q; known are %s", strings.Join(m.Key(), "."), sidecarKeys))
		}
	case errors.As(err, &wrong):
		row, _ := wrong.Position()
		what := strings.TrimPrefix(wrong.Error(), "toml: ")
		if strings.Contains(what, " into struct field ") { // in words of Go, which say nothing to who wrote it
			what = strings.Join(wrong.Key(), ".") + " takes another kind of value (tags a list of strings, all else text in quotes)"
		}
		e.add(row, what)
	default:
		e.add(1, err.Error())
	}
}

func (e *SidecarError) add(line int, s string) {
	e.Mistakes = append(e.Mistakes, Mistake{Line: line, Text: text.Line(s)})
}

// check looks at the values. Keys are searched in the source only to tell the line of a mistake.
func (s *sidecar) check(e *SidecarError, data []byte) {
	if s.URL != "" {
		if _, err := text.CanonicalURL(s.URL); err != nil {
			e.add(lineOf(data, "url"), "url is no address of a web page: "+s.URL)
		}
	}
	for _, f := range []struct {
		key   string
		value any
	}{{"published", s.Published}, {"updated", s.Updated}} {
		if _, ok := tomlWhen(f.value); !ok {
			e.add(lineOf(data, f.key), fmt.Sprintf("%s is no date with a year: %v", f.key, f.value))
		}
	}
	for _, f := range []struct {
		key   string
		value any
	}{{"author", s.Author}, {"section", s.Section}} {
		if _, ok := stringList(f.value); !ok {
			e.add(lineOf(data, f.key), f.key+" takes a string or a list of strings")
		}
	}
	if len(s.Lang) > 35 || strings.ContainsAny(s.Lang, " ,;") {
		e.add(lineOf(data, "lang"), "lang is no language tag such as \"en\" or \"pt-br\": "+s.Lang)
	}
}

func lineOf(data []byte, key string) int {
	for i, l := range bytes.Split(data, []byte("\n")) {
		name, _, ok := bytes.Cut(l, []byte("="))
		if ok && strings.Trim(string(bytes.TrimSpace(name)), `"'`) == key {
			return i + 1
		}
	}
	return 1
}

// tomlWhen reads a date that TOML or a person wrote; nothing stated is fine.
func tomlWhen(v any) (page.When, bool) {
	switch v := v.(type) {
	case nil:
		return page.When{}, true
	case time.Time:
		return page.When{Year: v.Year(), Month: int(v.Month()), Day: v.Day(), Hour: v.Hour(), Min: v.Minute(), Sec: v.Second(), HasTime: true, Zone: v.Location()}, true
	case toml.LocalDateTime:
		return page.When{Year: v.Year, Month: v.Month, Day: v.Day, Hour: v.Hour, Min: v.Minute, Sec: v.Second, HasTime: true}, true
	case toml.LocalDate:
		return page.When{Year: v.Year, Month: v.Month, Day: v.Day}, true
	case string:
		return page.ParseWhen(v)
	}
	return page.When{}, false
}

// stringList takes a string or a list of strings.
func stringList(v any) ([]string, bool) {
	switch v := v.(type) {
	case nil:
		return nil, true
	case string:
		return []string{v}, true
	case []any:
		var out []string
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

// apply lets a side-car overrule what was read.
func (d *draft) apply(s *sidecar) {
	if s == nil {
		return
	}
	if s.Outlet != "" {
		d.setOutlet(s.Outlet, "side-car "+s.name)
	}
	if s.URL != "" {
		d.setURL(s.URL)
	}
	if s.Title != "" {
		d.title = s.Title
	}
	if w, _ := tomlWhen(s.Published); !w.IsZero() {
		d.published, d.stamps[0], d.inferred = w, news.Stamp{}, false
	}
	if w, _ := tomlWhen(s.Updated); !w.IsZero() {
		d.updated, d.stamps[1] = w, news.Stamp{}
	}
	if names, _ := stringList(s.Author); len(names) > 0 {
		d.authors = nil
		d.addAuthors(names...)
	}
	switch parts, _ := stringList(s.Section); {
	case len(parts) == 1:
		d.section = sectionParts(parts[0])
	case len(parts) > 1:
		d.section = parts
	}
	if s.Lang != "" {
		d.lang = s.Lang
	}
	if len(s.Tags) > 0 {
		d.tags, d.ownTags = s.Tags, s.Tags
	}
}

// setOutlet takes a stated name, in the spelling of the configured outlet it means.
func (d *draft) setOutlet(name, evidence string) {
	name = text.Line(name)
	if o := d.outletNamed(name); o != "" {
		name = o
	} else if o, _ := d.outletOf(name); o != "" {
		name = o
	}
	d.outlet, d.evidence = name, evidence
}
