package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// variables are the environment variables that are looked at besides MEDIAWATCH_TABLE_KEY.
var variables = []struct{ name, help string }{
	{"MEDIAWATCH_CONFIG", "the configuration file, when -c names none"},
	{"MEDIAWATCH_TABLE_KEY", "a single value of the configuration, for example MEDIAWATCH_STORE_PATH; docs/configuration.md says which"},
	{"CREDENTIALS_DIRECTORY", "where systemd puts the credentials of a service, smtp_password among them"},
	{"NO_COLOR", "not empty: no colours"},
	{"TERM", "dumb: no colours"},
	{"COLUMNS", "the width of a terminal that does not tell its own"},
	{"SUDO_USER", "who gave an order, for what commands save; else USER, else LOGNAME"},
	{"USER", "see SUDO_USER"},
	{"LOGNAME", "see SUDO_USER"},
}

type manCmd struct{}

func (c *manCmd) Run(a *app, model *kong.Application) error { return writeManual(a.stdout, model) }

// leaf is a command that can be given.
type leaf struct {
	*kong.Node
	name string // with those above it: "feed add"
}

// leaves returns the commands that can be given, in the order of the table.
func leaves(model *kong.Application) []leaf {
	var out []leaf
	var walk func(n *kong.Node, name string)
	walk = func(n *kong.Node, name string) {
		if n.Hidden {
			return
		}
		if n.Type == kong.CommandNode && n.Leaf() {
			out = append(out, leaf{n, name})
		}
		for _, child := range n.Children {
			walk(child, strings.TrimSpace(name+" "+child.Name))
		}
	}
	walk(model.Node, "")
	return out
}

// usage is the command with its arguments: "backup FILE".
func (l leaf) usage() string {
	s := l.name
	for _, p := range l.Positional {
		s += " " + argument(p)
	}
	return s
}

func argument(v *kong.Value) string {
	name := strings.ToUpper(v.Name)
	if v.Tag.PlaceHolder != "" {
		name = v.Tag.PlaceHolder
	}
	if v.IsCumulative() {
		name += "..."
	}
	if !v.Required {
		return "[" + name + "]"
	}
	return name
}

// flags are the flags of the command itself.
func (l leaf) flags() []*kong.Flag {
	var out []*kong.Flag
	for _, f := range l.Flags {
		if !f.Hidden {
			out = append(out, f)
		}
	}
	return out
}

// flagUsage is a flag with its value: "-o, --output=FILE".
func flagUsage(f *kong.Flag) string {
	s := "--" + f.Name
	if f.Short != 0 {
		s = "-" + string(f.Short) + ", " + s
	}
	if f.IsBool() {
		return s
	}
	value := strings.ToUpper(f.Name)
	if f.PlaceHolder != "" {
		value = f.PlaceHolder
	}
	if f.IsCumulative() {
		value += "..."
	}
	return s + "=" + value
}

// flagHelp is the help of a flag with its default.
func flagHelp(f *kong.Flag) string {
	if f.HasDefault && f.Default != "" && !strings.Contains(f.Help, "default") {
		return f.Help + " Default: " + f.Default + "."
	}
	return f.Help
}

// writeManual writes the manual page in the language of man(7).
func writeManual(w io.Writer, model *kong.Application) error {
	var b strings.Builder
	section := func(name string) { fmt.Fprintf(&b, ".SH %s\n", name) }
	fmt.Fprintf(&b, ".TH MEDIAWATCH 1 \"\" \"mediawatch %s\"\n", roff(version))
	section("NAME")
	b.WriteString("mediawatch \\- a media monitor\n")
	section("SYNOPSIS")
	b.WriteString(".B mediawatch\n[\\-c FILE] COMMAND [ARGUMENTS]\n")
	section("DESCRIPTION")
	b.WriteString(roff(about) + "\n.PP\nCommands ask the running daemon, or open the store themselves when none runs.\n")
	section("OPTIONS")
	for _, f := range model.Flags {
		writeFlag(&b, f)
	}
	section("COMMANDS")
	for _, l := range leaves(model) {
		fmt.Fprintf(&b, ".SS %s\n%s\n", roff("mediawatch "+l.usage()), roff(l.Help))
		for _, p := range paragraphs(l.Detail) {
			b.WriteString(".PP\n" + roff(p) + "\n")
		}
		for _, p := range l.Positional {
			if p.Help != "" {
				fmt.Fprintf(&b, ".TP\n.I %s\n%s\n", roff(argument(p)), roff(p.Help))
			}
		}
		for _, f := range l.flags() {
			writeFlag(&b, f)
		}
	}
	section("EXIT STATUS")
	for code, help := range exitCodes {
		fmt.Fprintf(&b, ".TP\n.B %d\n%s\n", code, roff(help))
	}
	section("ENVIRONMENT")
	for _, v := range variables {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(v.name), roff(v.help))
	}
	section("FILES")
	b.WriteString(".TP\n.I mediawatch.toml\nthe configuration; mediawatch init writes one, and docs/configuration.md has every key\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func writeFlag(b *strings.Builder, f *kong.Flag) {
	fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(flagUsage(f)), roff(flagHelp(f)))
}

// paragraphs divides a long help.
func paragraphs(s string) []string {
	var out []string
	for _, p := range strings.Split(s, "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// roff writes a text so that man(7) takes nothing of it for a command.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "…", "...", "–", `\(en`).Replace(strings.Join(strings.Fields(s), " "))
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}

// writeCommands writes docs/commands.md.
func writeCommands(w io.Writer, model *kong.Application) error {
	var b strings.Builder
	b.WriteString("# Commands\n\n*Every command and flag. This page is written from the program's own table of commands (`go test ./cmd/mediawatch -run CommandsPage -update`), like `--help`, `mediawatch man` and the completion of shells.*\n\n")
	b.WriteString("Commands ask the running daemon, or open the store themselves when none runs. What the listings answer is in [api.md](api.md), and so are the exit codes. ")
	b.WriteString("A table is fitted to the terminal, with the id last; in a pipe it is whole, with complete ids and without colours. `--json` and `--csv` are for programs.\n\n")
	b.WriteString("A query that begins with `-` goes behind `--`: `mediawatch search -- '-horoscope energy'`.\n\n## Everywhere\n\n")
	for _, f := range model.Flags {
		commandFlag(&b, f)
	}
	for _, l := range leaves(model) {
		fmt.Fprintf(&b, "\n## `%s`\n\n%s\n", l.usage(), l.Help)
		for _, p := range paragraphs(l.Detail) {
			b.WriteString("\n" + p + "\n")
		}
		first := true
		head := func() {
			if first {
				b.WriteString("\n")
				first = false
			}
		}
		for _, p := range l.Positional {
			if p.Help != "" {
				head()
				fmt.Fprintf(&b, "- `%s` %s\n", argument(p), p.Help)
			}
		}
		for _, f := range l.flags() {
			head()
			commandFlag(&b, f)
		}
	}
	b.WriteString("\n## Environment variables\n\n")
	for _, v := range variables {
		fmt.Fprintf(&b, "- `%s`: %s\n", v.name, v.help)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func commandFlag(b *strings.Builder, f *kong.Flag) {
	fmt.Fprintf(b, "- `%s` %s\n", flagUsage(f), flagHelp(f))
}
