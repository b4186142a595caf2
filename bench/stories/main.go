// Command stories measures how well copies are found, on generated texts with fourteen kinds of edit and on hard
// negatives, beside the usual methods.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"mediawatch/dedupe"
)

func main() {
	seed := flag.Uint64("seed", 1, "of the generated texts")
	texts := flag.Int("texts", 300, "texts, each with a copy for every edit")
	templates := flag.Int("templates", 300, "texts of each family of hard negatives")
	flag.Parse()
	if err := run(os.Stdout, *seed, size{*texts, *templates, *templates}); err != nil {
		fmt.Fprintln(os.Stderr, "stories:", err)
		os.Exit(1)
	}
}

// run prints the tables: for the texts alone, and for the same with their sites around them.
func run(out io.Writer, seed uint64, n size) error {
	set := makeSet(seed, n)
	fmt.Fprintf(out, "%d items: %d texts with %d edits each, %d hard negatives in %d families, %d events written twice; %d pairs, seed %d\n\n",
		len(set), n.texts, len(edits), n.templates*len(families), len(families), n.events, choose2(int64(len(set))), seed)
	if err := table(out, set, nil); err != nil {
		return err
	}
	fmt.Fprint(out, "\nThe same with the lines of their sites around them\n\n")
	set = onSites(seed, set)
	sites, err := learned(set)
	if err != nil {
		return err
	}
	return table(out, set, sites)
}

// table prints what the methods make of a set, whose sites are known to the copies that are judged alone.
func table(out io.Writer, set []sample, sites *dedupe.Sites) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "method\tprecision\trecall\tF1\tARI\tfalse pairs\tms\t")
	all, names := make([]scores, len(methods)), make([]string, len(methods))
	for i, m := range methods {
		begun := time.Now()
		got, err := m.run(set)
		if err != nil {
			return err
		}
		s := evaluate(set, got)
		all[i], names[i] = s, m.name
		fmt.Fprintf(t, "%s\t%.4f\t%.4f\t%.4f\t%.4f\t%d\t%d\t\n", m.name, s.precision, s.recall, s.f1, s.ari, s.falsePairs, time.Since(begun).Milliseconds())
	}
	fmt.Fprintln(t, "\t\t\t\t\t\t\t")
	single := alone(set, sites)
	fmt.Fprintf(t, "recall of copies by edit\ttarget\talone\t%s\t\n", strings.Join(names, "\t"))
	for _, e := range edits {
		fmt.Fprintf(t, "%s\t%.2f\t%.3f\t", e.name, e.reach, single[e.name])
		for i := range methods {
			fmt.Fprintf(t, "%.3f\t", all[i].byEdit[e.name])
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t, "\t\t\t\t\t\t")
	fmt.Fprintf(t, "items in a wrong group, by kind\t\t\t%s\t\n", strings.Join(names, "\t"))
	for _, k := range kinds(set) {
		fmt.Fprintf(t, "%s\t\t\t", k)
		for i := range methods {
			fmt.Fprintf(t, "%d\t", all[i].falseKinds[k])
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

func kinds(set []sample) []string {
	var out []string
	for _, s := range set {
		if !slices.Contains(out, s.kind) {
			out = append(out, s.kind)
		}
	}
	slices.Sort(out)
	return out
}
