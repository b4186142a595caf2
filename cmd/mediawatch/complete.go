package main

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// The scripts only ask this program, so that they never fall behind it.
var (
	//go:embed completion/bash
	completionBash string
	//go:embed completion/zsh
	completionZsh string
	//go:embed completion/fish
	completionFish string
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (c *completionCmd) Run(a *app) error {
	script := map[string]string{"bash": completionBash, "zsh": completionZsh, "fish": completionFish}[c.Shell]
	_, err := fmt.Fprint(a.stdout, script)
	return err
}

type completeCmd struct {
	Words []string `arg:"" optional:"" help:"The words after the program's name, the last one unfinished."`
}

// Run prints what may follow, one a line with a tab before its help. A line ":files" asks the shell for names of files.
func (c *completeCmd) Run(_ context.Context, a *app, model *kong.Application) error {
	if len(c.Words) == 0 {
		c.Words = []string{""}
	}
	for _, s := range a.suggest(model, c.Words) {
		if s.help == "" {
			fmt.Fprintln(a.stdout, s.word)
			continue
		}
		fmt.Fprintf(a.stdout, "%s\t%s\n", s.word, s.help)
	}
	return nil
}

// suggestion is a word that may follow.
type suggestion struct{ word, help string }

// askFiles stands for the names of files, which the shell knows best.
const askFiles = ":files"

// suggest returns what the last of the words may be.
func (a *app) suggest(model *kong.Application, words []string) []suggestion {
	words, last := words[:len(words)-1], words[len(words)-1]
	at := where(model.Node, words)
	a.configFile = at.config
	var all []suggestion
	switch {
	case at.value != nil:
		all = a.values(at.value)
	case !at.ended && strings.HasPrefix(last, "--") && strings.Contains(last, "="):
		name, _, _ := strings.Cut(last, "=")
		if f := flagOf(at.node, name); f != nil {
			for _, s := range a.values(f.Value) {
				all = append(all, suggestion{name + "=" + s.word, s.help})
			}
		}
	case !at.ended && strings.HasPrefix(last, "-"):
		for _, f := range flagsOf(at.node) {
			all = append(all, suggestion{"--" + f.Name, f.Help})
		}
	default:
		if at.args == 0 {
			for _, child := range at.node.Children {
				if !child.Hidden {
					all = append(all, suggestion{child.Name, child.Help})
				}
			}
		}
		if arg := positional(at.node, at.args); arg != nil {
			all = append(all, a.values(arg)...)
		}
	}
	return slices.DeleteFunc(all, func(s suggestion) bool { return s.word != askFiles && !strings.HasPrefix(s.word, last) })
}

// spot is where the words of a command line lead.
type spot struct {
	node   *kong.Node
	args   int         // that the node has already
	value  *kong.Value // of the flag that waits for one
	ended  bool        // by --: what follows is no flag
	config string      // after -c
}

func where(root *kong.Node, words []string) spot {
	at := spot{node: root}
	for _, w := range words {
		switch {
		case at.value != nil:
			if w == "=" { // bash makes three words of --by=day
				continue
			}
			if at.value.Name == "config" {
				at.config = w
			}
			at.value = nil
		case at.ended:
			at.args++
		case w == "--":
			at.ended = true
		case strings.HasPrefix(w, "-") && w != "-":
			if f := flagOf(at.node, w); f != nil && !f.IsBool() && !strings.Contains(w, "=") {
				at.value = f.Value
			}
		default:
			if child := childOf(at.node, w); child != nil && at.args == 0 {
				at.node = child
				continue
			}
			at.args++
		}
	}
	return at
}

func childOf(n *kong.Node, name string) *kong.Node {
	for _, child := range n.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

// positional returns the argument of that number, of the command or of the one it stands for.
func positional(n *kong.Node, i int) *kong.Value {
	if n.DefaultCmd != nil && len(n.Positional) == 0 {
		n = n.DefaultCmd
	}
	switch {
	case i < len(n.Positional):
		return n.Positional[i]
	case len(n.Positional) > 0 && n.Positional[len(n.Positional)-1].IsCumulative():
		return n.Positional[len(n.Positional)-1]
	}
	return nil
}

// flagsOf returns the flags that may stand at a command, its own first.
func flagsOf(n *kong.Node) []*kong.Flag {
	var out []*kong.Flag
	for at := n; at != nil; at = at.Parent {
		for _, f := range at.Flags {
			if !f.Hidden {
				out = append(out, f)
			}
		}
	}
	if n.DefaultCmd != nil {
		out = append(out, n.DefaultCmd.Flags...)
	}
	return out
}

// flagOf finds the flag of a word such as --limit, --limit=5 or -c.
func flagOf(n *kong.Node, word string) *kong.Flag {
	word, _, _ = strings.Cut(word, "=")
	for _, f := range flagsOf(n) {
		if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
			return f
		}
	}
	return nil
}

// values returns what a flag or argument takes: its words, names of the configuration, or files.
func (a *app) values(v *kong.Value) []suggestion {
	var out []suggestion
	switch kind := v.Tag.Get("complete"); {
	case v.Enum != "":
		for _, s := range v.EnumSlice() {
			if s != "" {
				out = append(out, suggestion{word: s})
			}
		}
	case kind == "file":
		return []suggestion{{word: askFiles}}
	case kind == "watch":
		if cfg, err := a.config(); err == nil {
			for _, w := range cfg.Watches {
				out = append(out, suggestion{w.Name, w.Title})
			}
			out = append(out, suggestion{"all", "everything"})
		}
	case kind == "digest":
		if cfg, err := a.config(); err == nil {
			for _, d := range cfg.Digests {
				out = append(out, suggestion{d.Name, d.Title})
			}
		}
	}
	return out
}
