package config

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// notDefaults are the marks that docs/configuration.md puts where a key has no default of its own.
var notDefaults = regexp.MustCompile("^(needed|none|unknown|adapts|as stated|the |by |that of )")

var documentedKey = regexp.MustCompile("^\\| `([a-z_]+)` \\| (.*?) \\| ")

// documented returns the keys of each table that docs/configuration.md has, with the default it names.
func documented(t *testing.T) map[string]map[string]string {
	t.Helper()
	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	tables, at := map[string]map[string]string{}, ""
	for _, line := range strings.Split(string(page), "\n") {
		if head, ok := strings.CutPrefix(line, "## "); ok {
			at = strings.Trim(head, "`[]")
			tables[at] = map[string]string{}
		} else if m := documentedKey.FindStringSubmatch(line); m != nil && at != "" {
			tables[at][m[1]] = m[2]
		}
	}
	return tables
}

// TestT08D_KeysAreDocumented: every key of the schema is in docs/configuration.md with its default, and in
// mediawatch.example.toml; and every one there exists.
func TestT08D_KeysAreDocumented(t *testing.T) {
	page := documented(t)
	example, err := os.ReadFile("../mediawatch.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	schema := reflect.TypeFor[rawConfig]()
	for _, name := range keysOf(schema) {
		f, _ := fieldByKey(schema, name)
		if _, ok := page[name]; !ok {
			t.Errorf("docs/configuration.md has no section for [%s]: add a heading \"## `[%s]`\"", name, name)
			continue
		}
		table := elem(f.Type)
		if table == nil { // [lists] has names of its own
			continue
		}
		value := reflect.New(table)
		if d, ok := value.Interface().(interface{ defaults() }); ok {
			d.defaults()
		}
		for _, key := range keysOf(table) {
			stated, ok := page[name][key]
			if !ok {
				t.Errorf("docs/configuration.md, [%s]: the key %s is missing: add a line \"| `%s` | default | meaning |\"", name, key, key)
				continue
			}
			if want := shownDefault(value.Elem(), key); !notDefaults.MatchString(stated) && stated != "`"+want+"`" {
				t.Errorf("docs/configuration.md, [%s] %s: the default is `%s`, the page says %s", name, key, want, stated)
			}
			if !regexp.MustCompile(`(?m)^#? ?`+key+`\s*=`).Match(example) && !strings.Contains(string(example), key+" =") {
				t.Errorf("mediawatch.example.toml does not have the key %s of [%s]", key, name)
			}
		}
		for key := range page[name] {
			if !slices.Contains(keysOf(table), key) {
				t.Errorf("docs/configuration.md, [%s]: there is no key %s", name, key)
			}
		}
	}
	for name := range page {
		if !slices.Contains(keysOf(schema), name) {
			t.Errorf("docs/configuration.md: there is no table [%s]", name)
		}
	}
}

// shownDefault writes the default of a key as TOML.
func shownDefault(table reflect.Value, key string) string {
	for i := range table.NumField() {
		if fieldName(table.Type().Field(i)) != key {
			continue
		}
		v := table.Field(i)
		switch v.Kind() {
		case reflect.String:
			return fmt.Sprintf("%q", v.String())
		case reflect.Slice:
			var parts []string
			for j := range v.Len() {
				parts = append(parts, fmt.Sprintf("%q", fmt.Sprint(v.Index(j))))
			}
			return "[" + strings.Join(parts, ", ") + "]"
		}
		return fmt.Sprint(v.Interface())
	}
	return "?"
}

// TestT08D31_VariablesAreDocumented: the page names the tables that the environment can set.
func TestT08D31_VariablesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	want := "Every single value of `" + strings.NewReplacer(", ", "`, `", " and ", "` and `").Replace(singleTables(reflect.TypeFor[rawConfig]())) + "` can be set"
	if !strings.Contains(string(page), want) {
		t.Errorf("docs/configuration.md does not say: %s", want)
	}
	c, _ := mustLoad(t, "", []string{"MEDIAWATCH_STORIES_WINDOW=7d", "MEDIAWATCH_STORIES_TEXTS=5000"})
	if c.Stories != (Stories{Window: Duration(7 * day), Texts: 5000}) {
		t.Errorf("%+v", c.Stories)
	}
}
