package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	slugs "github.com/gosimple/slug"
	"golang.org/x/text/unicode/norm"

	"mediawatch/query"
	"mediawatch/schedule"
)

// reserved are the names that published feeds of the program itself have.
var reserved = []string{"all", "health", "alerts"}

// name checks a name that becomes part of addresses and file names.
func (k *checker) name(t *table, value string) bool {
	if !k.required(t, "name", value) {
		return false
	}
	if !slug.MatchString(value) {
		hint := "small letters, digits, - and _, at most 64"
		if s := suggestName(value); s != "" {
			hint = fmt.Sprintf("for example %q, with %q as title", s, value)
		}
		k.add(t.at("name"), hint, "name: %q cannot be part of an address", value)
		return false
	}
	return true
}

// suggestName makes a name out of a title in any script, or returns "": "Über Uns" gives "ueber-uns", "Экономика" "ekonomika".
func suggestName(title string) string {
	name := slugs.Make(umlauts.Replace(norm.NFC.String(title)))
	name = strings.Trim(name[:min(len(name), 64)], "-_")
	switch {
	case slices.Contains(reserved, name):
		return name + "-2"
	case !slug.MatchString(name):
		return ""
	}
	return name
}

// umlauts are written with e, as their readers do.
var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue")

func (k *checker) lists() {
	lists := k.raw.node
	if lists != nil {
		lists = lists.kids["lists"]
	}
	for _, name := range slices.Sorted(maps.Keys(k.raw.Lists)) {
		t := &table{node: lists}
		values := k.raw.Lists[name]
		if !slug.MatchString(name) {
			k.add(t.at(name), "small letters, digits, - and _", "lists: %q cannot be used as @%s", name, name)
		}
		if len(values) == 0 {
			k.add(t.at(name), "", "the list %q is empty", name)
		}
		for i, v := range values {
			if strings.TrimSpace(v) == "" {
				k.add(t.item(name, i), "", "the list %q has an empty element", name)
			}
		}
		k.cfg.Lists[name] = values
	}
}

// foundWatch is a raw watch with where it comes from.
type foundWatch struct {
	*rawWatch
	file    string
	version int
}

// watches collects the watches of the file, then the saved ones. A name that the file has twice is a mistake; a saved
// one of a name that the file has is left out, so that what a person wrote counts.
func (k *checker) watches() {
	var found []foundWatch
	seen, sources := map[string]place{}, map[string]string{}
	for i := range k.raw.Watch {
		r := &k.raw.Watch[i]
		if k.watchName(&r.table, r.Name) {
			k.unique(seen, r.Name, r.at("name"), "the watch")
		}
		if _, ok := sources[r.Name]; !ok {
			sources[r.Name] = r.Query
		}
		found = append(found, foundWatch{rawWatch: r, file: k.cfg.File})
	}
	for _, w := range k.savedWatches() {
		if _, ok := sources[w.Name]; !ok && k.watchName(&w.table, w.Name) {
			sources[w.Name] = w.Query
			found = append(found, w)
		}
	}
	for _, w := range found {
		k.cfg.Watches = append(k.cfg.Watches, k.watch(w, sources))
	}
}

func (k *checker) watchName(t *table, name string) bool {
	if !k.name(t, name) {
		return false
	}
	if slices.Contains(reserved, name) {
		k.add(t.at("name"), "choose another", "name: %q is reserved: the program publishes a feed of that name", name)
	}
	return true
}

// watch checks one watch; sources are the queries of all of them.
func (k *checker) watch(r foundWatch, sources map[string]string) Watch {
	w := Watch{Name: r.Name, Title: strings.TrimSpace(r.Title), Source: r.Query, File: r.file, Place: r.at("name").String(), Author: r.Author, Time: r.Time, Version: r.version}
	if w.Title == "" {
		w.Title = w.Name
	}
	w.Group = k.oneOf(&r.table, "group", r.Group, GroupStory, GroupItem)
	w.Content = k.oneOf(&r.table, "content", r.Content, ContentExcerpt, ContentFull, ContentNone)
	if r.Alert != nil {
		k.notBuilt(r.at("alert"), "alert")
	}
	if !k.required(&r.table, "query", r.Query) {
		return w
	}
	q, err := query.Parse(r.Query, query.Options{
		Lists:   k.raw.Lists,
		InWatch: true,
		Watch: func(name string) (string, bool) {
			src, ok := sources[name]
			return src, ok
		},
	})
	w.Query = q
	if q != nil {
		for _, e := range q.Warnings() {
			k.warn(k.inQuery(r.rawWatch, e.Line, e.Col), e.Hint, "query of %s: %s", r.Name, e.Msg)
		}
	}
	var mistakes *query.Errors
	switch {
	case errors.As(err, &mistakes):
		for _, m := range mistakes.List {
			k.add(k.inQuery(r.rawWatch, m.Line, m.Col), m.Hint, "query: %s", m.Msg)
		}
	case err != nil:
		k.add(r.at("query"), "", "query: %v", err)
	}
	return w
}

// inQuery returns where line and column of a query, in characters from 1, are in the file.
func (k *checker) inQuery(r *rawWatch, line, col int) place {
	n := r.node.kids["query"]
	if n == nil || n.kind != kindString {
		return r.at("query")
	}
	offset := 0
	for ; line > 1; line-- {
		offset += strings.IndexByte(n.text[offset:], '\n') + 1
	}
	for ; col > 1 && offset < len(n.text); col-- {
		_, size := utf8.DecodeRuneInString(n.text[offset:])
		offset += size
	}
	return n.inside(offset)
}

func (k *checker) digests() {
	names := map[string]place{}
	for i := range k.raw.Digest {
		r := &k.raw.Digest[i]
		d := Digest{Name: r.Name, Title: strings.TrimSpace(r.Title), At: r.At, Dir: r.Dir}
		if k.name(&r.table, r.Name) {
			k.unique(names, r.Name, r.at("name"), "the digest")
		}
		if d.Title == "" {
			d.Title = d.Name
		}
		d.Watches = k.digestWatches(r)
		d.Location = k.zone(&r.table, "timezone", r.Timezone)
		if k.required(&r.table, "at", r.At) {
			s, err := schedule.Parse(r.At, d.Location)
			var e *schedule.Error
			if errors.As(err, &e) {
				k.add(r.at("at"), e.Hint, "at: %q: %s", r.At, e.Msg)
			}
			d.Schedule = s
		}
		d.To, d.Admins = k.recipients(r)
		if r.has("dir") && k.required(&r.table, "dir", r.Dir) {
			d.Path = k.cfg.DataPath(r.Dir)
		}
		d.Empty = k.oneOf(&r.table, "empty", r.Empty, EmptySkip, EmptySend)
		if len(d.To) == 0 && d.Dir == "" && len(r.To) == 0 {
			k.warn(r.at("name"), "add to = [\"desk@example.org\"] or dir = \"digests\"", "the digest %q reaches nobody", d.Name)
		}
		if r.ApproveUntil != "" {
			k.notBuilt(r.at("approve_until"), "approve_until")
		}
		k.cfg.Digests = append(k.cfg.Digests, d)
	}
}

func (k *checker) digestWatches(r *rawDigest) []string {
	known := []string{"all"}
	for _, w := range k.cfg.Watches {
		known = append(known, w.Name)
	}
	if len(r.Watches) == 0 {
		k.add(r.at("watches"), `for example watches = ["`+known[len(known)-1]+`"]`, "watches is missing")
	}
	seen := map[string]place{}
	for i, name := range r.Watches {
		at := r.item("watches", i)
		k.unique(seen, name, at, "the watch")
		if k.partial || slices.Contains(known, name) {
			continue
		}
		hint := "known are " + strings.Join(known, ", ")
		if near := nearest(name, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		k.add(at, hint, "watches: there is no watch %q", name)
	}
	return r.Watches
}
