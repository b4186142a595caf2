package main

import (
	"html"
	"math/rand/v2"
	"strings"

	"mediawatch/dedupe"
	"mediawatch/news"
)

// site is what an outlet puts around all its texts.
type site struct{ before, after []string }

// onSites returns the set as whole pages show it: every text between the lines of its outlet, some 100 to 300 words of
// which a third is shared by the outlets of one owner, and three to five headlines of other texts of the outlet.
func onSites(seed uint64, set []sample) []sample {
	w := writer{rand.New(rand.NewPCG(seed, 5))}
	owners := make([][]string, 10)
	for i := range owners {
		owners[i] = w.siteLines(4)
	}
	sites := make(map[string]site)
	titles := make(map[string][]string)
	for _, s := range set {
		titles[s.item.Outlet] = append(titles[s.item.Outlet], s.item.Title)
	}
	out := make([]sample, len(set))
	for i, s := range set {
		at, ok := sites[s.item.Outlet]
		if !ok {
			at = site{before: w.siteLines(1 + w.IntN(3)), after: append(w.siteLines(3+w.IntN(6)), pick(w, owners)...)}
			sites[s.item.Outlet] = at
		}
		var b strings.Builder
		put := func(lines []string) {
			for _, line := range lines {
				b.WriteString("<p>" + html.EscapeString(line) + "</p>")
			}
		}
		put(at.before)
		b.WriteString(s.item.Content)
		for range 3 + w.IntN(3) {
			put([]string{pick(w, titles[s.item.Outlet])})
		}
		put(at.after)
		s.item.Content = b.String()
		s.item.Keys = dedupe.KeysOf(&s.item)
		out[i] = s
	}
	return out
}

// learned is what can be learned of the sites of a set.
func learned(set []sample) (*dedupe.Sites, error) {
	samples := make([]dedupe.Sample, len(set))
	for i := range set {
		samples[i] = dedupe.Sample{Outlet: dedupe.OutletHash(set[i].item.Outlet), ID: set[i].item.ID}
	}
	lines, err := dedupe.Learn(samples, nil, func(i int) (*news.Item, error) { return &set[i].item, nil })
	return (*dedupe.Sites)(nil).With(lines), err
}

// siteLines is n lines of a site.
func (w writer) siteLines(n int) []string {
	out := make([]string, n)
	for i := range out {
		about := w.subject()
		out[i] = w.sentence(about)
		if w.IntN(2) == 0 {
			out[i] += " " + w.sentence(about)
		}
	}
	return out
}
