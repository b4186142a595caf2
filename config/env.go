package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// envPrefix starts the name of every environment variable we look at.
const envPrefix = "MEDIAWATCH_"

// lookup returns the value of a variable in a list such as os.Environ gives; of several the last one counts.
func lookup(env []string, name string) (string, bool) {
	for _, entry := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// applyEnv puts what the environment sets into the tree: MEDIAWATCH_TABLE_KEY for every single value of the tables that a file has once.
func applyEnv(c *collector, root *node, env []string) {
	schema := reflect.TypeFor[rawConfig]()
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		rest, ok := strings.CutPrefix(name, envPrefix)
		if !ok {
			continue
		}
		if last, _ := lookup(env, name); last != value {
			continue
		}
		tableName, key, ok := strings.Cut(strings.ToLower(rest), "_")
		if !ok {
			continue // MEDIAWATCH_CONFIG, and whatever is no table and key
		}
		at := place{file: name}
		f, ok := fieldByKey(schema, tableName)
		if !ok {
			if near := nearest(tableName, keysOf(schema)); near != "" {
				c.add(at, fmt.Sprintf("did you mean %s%s_%s?", envPrefix, strings.ToUpper(near), strings.ToUpper(key)), "unknown environment variable")
			}
			continue
		}
		t := elem(f.Type)
		if t == nil || f.Type.Kind() == reflect.Slice {
			c.add(at, "only "+singleTables(schema)+" can be set from the environment", "unknown environment variable")
			continue
		}
		setEnv(c, root, envSetting{name: name, value: value, table: tableName, key: key, schema: t})
	}
}

// singleTables names the tables that a file has once: "[store], [web] and [smtp]".
func singleTables(schema reflect.Type) string {
	var names []string
	for _, key := range keysOf(schema) {
		if f, ok := fieldByKey(schema, key); ok && f.Type.Kind() != reflect.Slice && elem(f.Type) != nil {
			names = append(names, "["+key+"]")
		}
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

type envSetting struct {
	name, value string
	table, key  string
	schema      reflect.Type
}

func setEnv(c *collector, root *node, s envSetting) {
	at := place{file: s.name}
	f, ok := fieldByKey(s.schema, s.key)
	if !ok {
		hint := ""
		if near := nearest(s.key, keysOf(s.schema)); near != "" {
			hint = fmt.Sprintf("did you mean %s%s_%s?", envPrefix, strings.ToUpper(s.table), strings.ToUpper(near))
		}
		c.add(at, hint, "unknown environment variable: [%s] has no key %q", s.table, s.key)
		return
	}
	n := &node{src: &source{name: s.name}, raw: s.value}
	switch f.Type.Kind() {
	case reflect.String:
		n.kind, n.text = kindString, s.value
	case reflect.Bool:
		n.kind = kindBool
		if s.value != "true" && s.value != "false" {
			c.add(at, "", "%q is neither true nor false", s.value)
			return
		}
	case reflect.Int64:
		n.kind = kindInteger
		if _, err := strconv.ParseInt(s.value, 10, 64); err != nil {
			c.add(at, "", "%q is not a whole number", s.value)
			return
		}
	default:
		c.add(at, "write it in the configuration file", "a list cannot be set from the environment")
		return
	}
	section := root.kids[s.table]
	if section == nil {
		section = newTable(&source{name: s.name}, 0)
		root.set(s.table, section)
	}
	if section.kind == kindTable {
		section.set(s.key, n)
	}
}
