package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"mediawatch/config"
)

// pages returns the pages of the project by name, those of other times and figures left out.
func pages(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range append(names, "../../README.md", "../../CONTRIBUTING.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(name)] = string(text)
	}
	return out
}

var (
	namedCommand  = regexp.MustCompile("`(?:\\./)?mediawatch ([^`]+)`")
	namedVariable = regexp.MustCompile(`\bMEDIAWATCH_[A-Z_]*[A-Z]\b`)
)

// TestT08D_CommandsOnPages: every command and flag that a page names exists.
func TestT08D_CommandsOnPages(t *testing.T) {
	model := commandModel(t)
	found := 0
	for name, text := range pages(t) {
		for _, m := range namedCommand.FindAllStringSubmatch(text, -1) {
			if name == "identities.md" && strings.HasSuffix(m[1], " 1") || strings.ContainsAny(m[1][:1], "0123456789") {
				continue // what a hash begins with; a version
			}
			found++
			if problem := misnamed(model.Node, m[1]); problem != "" {
				t.Errorf("%s: `mediawatch %s`: %s", name, m[1], problem)
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d commands were found", found)
	}
}

// misnamed says what a command line names that does not exist.
func misnamed(at *kong.Node, line string) string {
	for i, word := range strings.Fields(line) {
		word = strings.Trim(word, "[],.;")
		switch {
		case word == "--":
			return ""
		case strings.HasPrefix(word, "-") && len(word) > 1 && word[1] != ' ':
			name, _, _ := strings.Cut(word, "=")
			if name != "--help" && flagOf(at, name) == nil && regexp.MustCompile(`^--?[a-z-]+$`).MatchString(name) {
				return "there is no flag " + name
			}
		case len(at.Children) > 0 && regexp.MustCompile(`^[a-z|]+$`).MatchString(word):
			for _, one := range strings.Split(word, "|") {
				if child := childOf(at, one); child != nil {
					at = child
				} else if i == 0 || at.DefaultCmd == nil {
					return "there is no command " + one
				}
			}
		}
	}
	return ""
}

// TestT08D_VariablesOnPages: every variable that a page names exists, and every one that exists is on a page.
func TestT08D_VariablesOnPages(t *testing.T) {
	known := []string{"MEDIAWATCH_TABLE_KEY", "MEDIAWATCH_TORTURE"} // the pattern; the long tests
	for _, v := range variables {
		known = append(known, v.name)
		if text := pages(t)["commands.md"]; !strings.Contains(text, "`"+v.name+"`") {
			t.Errorf("docs/commands.md does not name %s", v.name)
		}
	}
	for name, text := range pages(t) {
		for _, v := range namedVariable.FindAllString(text, -1) {
			if slices.Contains(known, v) || strings.HasSuffix(v, "_TABLE") {
				continue
			}
			file := filepath.Join(t.TempDir(), "mediawatch.toml")
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := config.Load(file, config.Options{Env: []string{v + "="}})
			if err != nil && strings.Contains(err.Error(), "unknown environment variable") {
				t.Errorf("%s: %s: %v", name, v, err)
			}
		}
	}
}

// TestT08D_ExitCodes: docs/api.md says of each code what the program says, and of no other.
func TestT08D_ExitCodes(t *testing.T) {
	_, section, ok := strings.Cut(pages(t)["api.md"], "\n## Exit codes\n")
	if !ok {
		t.Fatal("docs/api.md has no section Exit codes")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var want []string
	for code, help := range exitCodes {
		want = append(want, fmt.Sprintf("| %d | %s |", code, help))
	}
	if got := regexp.MustCompile(`(?m)^\| \d+ \| .* \|$`).FindAllString(section, -1); !slices.Equal(got, want) {
		t.Errorf("docs/api.md says\n%s\nthe program\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestT08D33_Make: nobody's data are cleaned away, and a check installs nothing.
func TestT08D33_Make(t *testing.T) {
	needed(t, "make")
	for target, check := range map[string]func(string) bool{
		"clean": func(s string) bool { return !regexp.MustCompile(`rm [^#]*\b(data|digests)\b`).MatchString(s) },
		"check": func(s string) bool { return strings.Contains(s, "--no-install") },
	} {
		out, err := exec.Command("make", "-n", "-C", "../..", target).CombinedOutput()
		if err != nil || !check(string(out)) {
			t.Errorf("make %s would run\n%s%v", target, out, err)
		}
	}
}
