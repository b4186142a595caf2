package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

// row is one measurement.
type row struct {
	subject, pass string
	usage
	served     served
	kept, want int   // items held and served, after the pass
	bytes      int64 // of the store on disk
}

// table gathers all measurements.
type table struct {
	rows    []row
	verdict verdict
}

// last returns what a program held before a pass of the same round.
func (t *table) last(subject, pass string) int {
	if pass == passes[0] {
		return 0
	}
	for i := len(t.rows) - 1; i >= 0; i-- {
		if t.rows[i].subject == subject {
			return t.rows[i].kept
		}
	}
	return 0
}

// of returns the measurements of one program and pass.
func (t *table) of(subject, pass string) []row {
	var out []row
	for _, r := range t.rows {
		if r.subject == subject && r.pass == pass {
			out = append(out, r)
		}
	}
	return out
}

// median of a figure over rows.
func median(rows []row, figure func(row) float64) float64 {
	values := make([]float64, len(rows))
	for i, r := range rows {
		values[i] = figure(r)
	}
	slices.Sort(values)
	if len(values) == 0 {
		return 0
	}
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// print writes the table as Markdown, so that it can be kept.
func (t *table) print(w io.Writer, b *bench) {
	fmt.Fprintf(w, "%d feeds, %d items, %.0f MB of documents, 100 loopback hosts, host_gap 0s; medians of %d rounds; %d CPUs, %s\n\n",
		b.farm.Feeds, b.farm.Items, float64(b.farm.Bytes)/1e6, b.o.rounds, runtime.NumCPU(), runtime.Version())
	tw := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintln(tw, "| pass\t| program\t| CPU s (range)\t| ms a feed\t| × floor\t| wall s\t| peak RSS MB\t| RssAnon MB\t| items kept\t| bytes an item\t| 304 / 200\t|")
	fmt.Fprintln(tw, "| ---\t| ---\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t| ---:\t|")
	for _, pass := range passes {
		floor := median(t.of("floor", pass), cpu)
		for _, subject := range []string{"floor", "mediawatch"} {
			rows := t.of(subject, pass)
			if len(rows) == 0 {
				continue
			}
			worst := slices.MinFunc(rows, func(a, b row) int { return a.kept*b.want - b.kept*a.want })
			low, high := slices.MinFunc(rows, byCPU), slices.MaxFunc(rows, byCPU)
			last := rows[len(rows)-1]
			fmt.Fprintf(tw, "| %s\t| %s\t| %.2f (%.2f–%.2f)\t| %.3f\t| %.2f\t| %.2f\t| %.0f\t| %.0f\t| %d of %d\t| %.0f\t| %d / %d\t|\n",
				pass, subject, median(rows, cpu), cpu(low), cpu(high), median(rows, cpu)*1000/float64(b.farm.Feeds), median(rows, cpu)/floor,
				median(rows, func(r row) float64 { return r.wall.Seconds() }), median(rows, func(r row) float64 { return float64(r.rss) / 1e6 }),
				median(rows, func(r row) float64 { return float64(r.anon) / 1e6 }), worst.kept, worst.want,
				median(rows, func(r row) float64 { return float64(r.bytes) / float64(r.kept) }), last.served.Status["304"], last.served.Status["200"])
		}
	}
	_ = tw.Flush() // to a terminal or a file; nothing to be done
	v := t.verdict
	fmt.Fprintf(w, "\nStories: %d of %d made were found, %d exactly as made; of the pairs of copies %.2f %% found, of the pairs found %.2f %% right.\n",
		v.stories, v.want, v.whole, 100*v.recall(), 100*v.precision())
}

func cpu(r row) float64 { return r.cpu.Seconds() }

func byCPU(a, b row) int { return int((a.cpu - b.cpu) / time.Microsecond) }
