package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// binder copies a tree into raw tables and reports what the schema does not have.
type binder struct {
	c    *collector
	root reflect.Type // of the schema, to say where a misplaced key belongs
}

func bind(c *collector, n *node, into any) {
	v := reflect.ValueOf(into).Elem()
	b := &binder{c: c, root: v.Type()}
	b.table(n, v, "")
}

// fieldName returns the key of a field, "" when it is none.
func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	if name == "-" {
		return ""
	}
	return name
}

func fieldByKey(t reflect.Type, key string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); fieldName(f) == key && key != "" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if name := fieldName(t.Field(i)); name != "" {
			keys = append(keys, name)
		}
	}
	return keys
}

// elem returns the struct behind a pointer or list of structs, or nil.
func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return nil
	}
	return t
}

func prepare(v reflect.Value, n *node) {
	p := v.Addr().Interface()
	if d, ok := p.(interface{ defaults() }); ok {
		d.defaults()
	}
	if l, ok := p.(interface{ locate(*node) }); ok && n != nil {
		l.locate(n)
	}
}

func (b *binder) table(n *node, v reflect.Value, name string) {
	prepare(v, n)
	for i := range v.NumField() { // tables that are not written have their defaults, too
		if f := v.Field(i); f.Kind() == reflect.Struct && fieldName(v.Type().Field(i)) != "" && f.Type() != reflect.TypeFor[time.Time]() {
			prepare(f, nil)
		}
	}
	for _, key := range n.keys {
		kid := n.kids[key]
		f, ok := fieldByKey(v.Type(), key)
		if !ok {
			b.unknown(kid, key, v.Type(), name)
			continue
		}
		b.value(kid, v.FieldByIndex(f.Index), key)
	}
}

// meant are words that people bring from other programs.
var meant = map[string]string{
	"schedule": "at", "cron": "at", "when": "at", "tz": "timezone", "time_zone": "timezone", "zone": "timezone",
	"recipients": "to", "email": "to", "watch": "watches", "folder": "dir", "path": "dir", "directory": "dir", "link": "url", "xmlurl": "url",
	"address": "listen", "bind": "listen", "user": "username", "server": "host", "site": "sites", "domains": "sites", "filter": "query",
	"encoding": "charset", "agent": "user_agent", "useragent": "user_agent", "allow": "allow_networks", "freespace": "min_free", "glob": "include",
}

func (b *binder) unknown(n *node, key string, t reflect.Type, name string) {
	hint := ""
	keys := keysOf(t)
	if other := meant[strings.ToLower(key)]; other != "" && slices.Contains(keys, other) {
		hint = fmt.Sprintf("did you mean %q?", other)
	} else if home := b.homeOf(key); home != "" {
		hint = fmt.Sprintf("%q belongs in %s", key, home)
	} else if near := nearest(key, keys); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else {
		hint = "known here are " + strings.Join(keys, ", ")
	}
	where := ""
	if name != "" {
		where = " in " + bracket(name, t, b.root)
	}
	what := "key"
	if name == "" && (n.kind == kindTable || n.kind == kindArray && len(n.items) > 0 && n.items[0].kind == kindTable) {
		what = "table"
	}
	b.c.add(n.place(), hint, "unknown %s %q%s", what, key, where)
}

// homeOf returns the only table that knows the key, "" when none or several do.
func (b *binder) homeOf(key string) string {
	home := ""
	for i := range b.root.NumField() {
		f := b.root.Field(i)
		t := elem(f.Type)
		if name := fieldName(f); name != "" && t != nil {
			if _, ok := fieldByKey(t, key); ok {
				if home != "" {
					return ""
				}
				home = bracket(name, t, b.root)
			}
		}
	}
	return home
}

// bracket writes a table's header: [store] or [[feed]].
func bracket(name string, t, root reflect.Type) string {
	if f, ok := fieldByKey(root, name); ok && f.Type.Kind() == reflect.Slice && elem(f.Type) == t {
		return "[[" + name + "]]"
	}
	return "[" + name + "]"
}

func (b *binder) value(n *node, v reflect.Value, key string) {
	switch t := v.Type(); {
	case t.Kind() == reflect.Interface:
		v.Set(reflect.ValueOf(true)) // present, of whatever shape
	case t == reflect.TypeFor[time.Time]():
		b.time(n, v, key)
	case t.Kind() == reflect.String:
		if b.want(n, kindString, key, `write it in quotes: "…"`) {
			v.SetString(n.text)
		}
	case t.Kind() == reflect.Bool:
		if b.want(n, kindBool, key, "without quotes") {
			v.SetBool(n.raw == "true")
		}
	case t.Kind() == reflect.Int64:
		if b.want(n, kindInteger, key, "a whole number without quotes") {
			i, err := strconv.ParseInt(strings.ReplaceAll(n.raw, "_", ""), 0, 64)
			if err != nil {
				b.c.add(n.place(), "", "%s: %s is not a number", key, n.raw)
				b.c.spoiled[n.place()] = true
			}
			v.SetInt(i)
		}
	case t.Kind() == reflect.Map:
		b.lists(n, v, key)
	case t == reflect.TypeFor[[]any]():
		b.recipients(n, v, key)
	case t.Kind() == reflect.Slice && elem(t) == nil:
		b.texts(n, v, key)
	case t.Kind() == reflect.Slice:
		b.tables(n, v, key)
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		b.single(n, v.Elem(), key)
	case t.Kind() == reflect.Struct:
		b.single(n, v, key)
	}
}

// want reports whether n is of the kind k, and if not, says so, and that nothing more need be said about that value.
func (b *binder) want(n *node, k kind, key, hint string) bool {
	if n.kind != k {
		b.c.add(n.place(), hint, "%s must be %s, not %s", key, k, n.kind)
		b.c.spoiled[n.place()] = true
	}
	return n.kind == k
}

func (b *binder) time(n *node, v reflect.Value, key string) {
	const hint = "for example 2026-11-20T07:00:00Z, without quotes"
	if !b.want(n, kindTime, key, hint) {
		return
	}
	at, err := time.Parse(time.RFC3339Nano, strings.Replace(strings.ToUpper(n.raw), " ", "T", 1))
	if err != nil {
		b.c.add(n.place(), hint, "%s must be a date and time with a zone, not %s", key, n.raw)
		b.c.spoiled[n.place()] = true
		return
	}
	v.Set(reflect.ValueOf(at.UTC()))
}

func (b *binder) texts(n *node, v reflect.Value, key string) {
	if !b.want(n, kindArray, key, `write it in brackets: ["…"]`) {
		return
	}
	list := make([]string, 0, len(n.items))
	for _, item := range n.items {
		if b.want(item, kindString, "an element of "+key, `write it in quotes: "…"`) {
			list = append(list, item.text)
		} else {
			list = append(list, "") // keeps the positions of the others
		}
	}
	v.Set(reflect.ValueOf(list))
}

// recipients binds a list of addresses: each a text, or a table where there is more to say about it.
func (b *binder) recipients(n *node, v reflect.Value, key string) {
	if !b.want(n, kindArray, key, `write it in brackets: ["…"]`) {
		return
	}
	list := make([]any, 0, len(n.items))
	for _, item := range n.items {
		if item.kind == kindTable {
			var one rawRecipient
			b.table(item, reflect.ValueOf(&one).Elem(), key)
			list = append(list, one)
			continue
		}
		if b.want(item, kindString, "an element of "+key, `write it in quotes: "…", or as a table: {to = "…", admin = true}`) {
			list = append(list, item.text)
		} else {
			list = append(list, "") // keeps the positions of the others
		}
	}
	v.Set(reflect.ValueOf(list))
}

func (b *binder) lists(n *node, v reflect.Value, key string) {
	if !b.want(n, kindTable, key, "write [lists] and below it: name = [\"…\"]") {
		return
	}
	m := map[string][]string{}
	for _, name := range n.keys {
		var list []string
		b.texts(n.kids[name], reflect.ValueOf(&list).Elem(), name)
		m[name] = list
	}
	v.Set(reflect.ValueOf(m))
}

func (b *binder) tables(n *node, v reflect.Value, key string) {
	items := n.items
	switch {
	case n.kind == kindTable: // read it all the same, to find its other mistakes
		b.c.add(n.place(), "there can be several", "write [[%s]], not [%s]", key, key)
		items = []*node{n}
	case !b.want(n, kindArray, key, "write [["+key+"]] and below it its keys"):
		return
	}
	out := reflect.MakeSlice(v.Type(), 0, len(items))
	for _, item := range items {
		if !b.want(item, kindTable, "an element of "+key, "write [["+key+"]] and below it its keys") {
			continue
		}
		one := reflect.New(v.Type().Elem()).Elem()
		b.table(item, one, key)
		out = reflect.Append(out, one)
	}
	v.Set(out)
}

func (b *binder) single(n *node, v reflect.Value, key string) {
	if n.kind == kindArray && len(n.items) > 0 && n.items[0].kind == kindTable {
		b.c.add(n.place(), "there is only one", "write [%s], not [[%s]]", key, key)
		n = n.items[0]
	}
	if !b.want(n, kindTable, key, "write ["+key+"] and below it its keys") {
		prepare(v, nil)
		return
	}
	b.table(n, v, key)
}
