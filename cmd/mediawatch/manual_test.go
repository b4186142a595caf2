package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write docs/commands.md")

func commandModel(t *testing.T) *kong.Application {
	t.Helper()
	p, err := newParser(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Model
}

const commandsPage = "../../docs/commands.md"

// TestT08B21_CommandsPage: every command and flag is on the page, and every one on the page exists.
func TestT08B21_CommandsPage(t *testing.T) {
	var want bytes.Buffer
	if err := writeCommands(&want, commandModel(t)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(commandsPage, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(commandsPage)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/commands.md is not what the commands say; write it again: go test ./cmd/mediawatch -run CommandsPage -update")
	}
}

// TestT08B21_EverythingHasHelp: no command, argument or flag is left without a word.
func TestT08B21_EverythingHasHelp(t *testing.T) {
	for _, l := range leaves(commandModel(t)) {
		if l.Help == "" {
			t.Errorf("%s has no help", l.name)
		}
		for _, p := range l.Positional {
			if p.Help == "" {
				t.Errorf("%s: the argument %s has no help", l.name, p.Name)
			}
		}
		for _, f := range l.flags() {
			if f.Help == "" {
				t.Errorf("%s: --%s has no help", l.name, f.Name)
			}
		}
	}
}

// TestT08B21_ManualPage: the page is one that man can show, and names every command, flag, exit code and variable.
func TestT08B21_ManualPage(t *testing.T) {
	var page bytes.Buffer
	if err := writeManual(&page, commandModel(t)); err != nil {
		t.Fatal(err)
	}
	shown := strings.NewReplacer(`\-`, "-", `\&`, "").Replace(page.String())
	for _, l := range leaves(commandModel(t)) {
		if !strings.Contains(shown, ".SS mediawatch "+l.usage()+"\n") {
			t.Errorf("%s is missing", l.usage())
		}
		for _, f := range l.flags() {
			if !strings.Contains(shown, ".B "+flagUsage(f)+"\n") {
				t.Errorf("%s: %s is missing", l.name, flagUsage(f))
			}
		}
	}
	needed(t, "groff")
	groff := exec.Command("groff", "-man", "-Tutf8", "-ww")
	groff.Stdin = bytes.NewReader(page.Bytes())
	var problems bytes.Buffer
	groff.Stderr = &problems
	if err := groff.Run(); err != nil || problems.Len() > 0 {
		t.Errorf("groff: %v\n%s", err, problems.String())
	}
}

func suggested(t *testing.T, words ...string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "mediawatch.toml")
	text := "[[watch]]\nname = \"ports\"\ntitle = \"Ports and rails\"\nquery = \"ferries\"\n[[digest]]\nname = \"morning\"\nwatches = [\"ports\"]\nat = \"daily 07:00\"\ndir = \"d\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a := &app{world: world{env: []string{"MEDIAWATCH_CONFIG=" + file}}}
	var out []string
	for _, s := range a.suggest(commandModel(t), words) {
		out = append(out, s.word)
	}
	return strings.Join(out, " ")
}

func TestT08B21_Suggestions(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"veri", "verify"}, {"feed pa", "pause"}, {"feed ", "list add test refresh pause resume remove"},
		{"count x --by ", "day week month outlet lang"}, {"count x --by = m", "month"}, {"count x --by=w", "--by=week"}, {"import --as c", "csv"},
		{"items --w", "--watch"}, {"items --watch ", "ports all"}, {"items --watch ports --li", "--limit"}, {"watch link p", "ports"}, {"digest preview ", "morning"}, {"digest list m", "morning"},
		{"backup ", ":files"}, {"-c x.toml backup ", ":files"}, {"-c ", ":files"}, {"opml export --output ", ":files"}, {"item fo", "forget"}, {"search -- --l", ""}, {"search ferries --l", "--limit"},
		{"-c none.toml watch link ", ""}, {"completion ", "bash zsh fish"}, {"nonsense ", ""}, {"comp", "compact completion"},
	} {
		got := suggested(t, strings.Split(c.line, " ")...)
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.line, got, c.want)
		}
	}
}

// TestT08B21_Shells loads each script into its shell, which asks for the completion of a line.
func TestT08B21_Shells(t *testing.T) {
	for shell, script := range map[string]string{
		"bash": `source <(mediawatch completion bash); COMP_WORDS=(mediawatch count ports --by w); COMP_CWORD=4; _mediawatch; echo "${COMPREPLY[@]}"
COMP_WORDS=(mediawatch feed ""); COMP_CWORD=2; _mediawatch; echo "${COMPREPLY[@]}"`,
		"zsh": `autoload -U compinit; compinit -D -u; source <(mediawatch completion zsh); _describe() { print -r -- "${(P)2[@]%%:*}" }
words=(mediawatch count ports --by w); CURRENT=5; _mediawatch
words=(mediawatch feed ""); CURRENT=3; _mediawatch`,
		"fish": `mediawatch completion fish | source; complete -C "mediawatch count ports --by w" | cut -f1 | string join " "; complete -C "mediawatch feed " | cut -f1 | sort | string join " "`,
	} {
		t.Run(shell, func(t *testing.T) {
			path := needed(t, shell)
			cmd := exec.Command(path, "-c", script)
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			first, second, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
			if first != "week" || !strings.Contains(second, "list") || !strings.Contains(second, "remove") {
				t.Errorf("%s", out)
			}
		})
	}
}

// needed returns where a program is. Without it the test is skipped; in CI, which installs it, it fails.
func needed(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is missing", program)
	default:
		t.Skipf("%s is missing", program)
	}
	return path
}
