package follow

import (
	"context"
	"slices"
	"strings"

	"mediawatch/dedupe"
	"mediawatch/store"
)

// boilerplate is what was learned of the lines that outlets put around their texts, in its newest version.
type boilerplate struct {
	version int
	sites   *dedupe.Sites
	since   map[uint64]int // by dedupe.OutletHash: the version that brought an outlet's last lines
}

// boilerplatePage is how many outlets are read at a time.
const boilerplatePage = 500

// readBoilerplate reads what was learned.
func readBoilerplate(ctx context.Context, s store.Derived) (boilerplate, error) {
	b := boilerplate{since: make(map[uint64]int)}
	lines := make(map[string][]string)
	for after := ""; ; {
		page, err := s.Boilerplate(ctx, after, boilerplatePage)
		if err != nil {
			return b, err
		}
		if len(page) == 0 {
			break
		}
		for _, of := range page {
			after = of.Outlet
			for _, l := range of.Lines {
				lines[of.Outlet] = append(lines[of.Outlet], l.Line)
				b.note(of.Outlet, l.Version)
			}
		}
	}
	b.sites = b.sites.With(lines)
	return b, nil
}

// note takes over that an outlet has a line since a version.
func (b *boilerplate) note(outlet string, version int) {
	hash := dedupe.OutletHash(outlet)
	b.since[hash] = max(b.since[hash], version)
	b.version = max(b.version, version)
}

// stale reports whether a signature was made without lines that are known now.
func (b *boilerplate) stale(r *record) bool { return r.learned < b.since[r.outlet] }

// next returns the next version, which knows more lines, as the store is told of it. Versions never change once they are there.
func (b *boilerplate) next(lines map[string][]string) []store.Boilerplate {
	var out []store.Boilerplate
	for outlet, more := range lines {
		of := store.Boilerplate{Outlet: outlet}
		for _, line := range more {
			of.Lines = append(of.Lines, store.SiteLine{Line: line, Version: b.version + 1})
		}
		out = append(out, of)
	}
	slices.SortFunc(out, func(x, y store.Boilerplate) int { return strings.Compare(x.Outlet, y.Outlet) })
	return out
}
