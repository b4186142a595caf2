package query

import (
	"maps"
	"slices"

	"mediawatch/news"
)

// Set holds many queries and finds the ones that match a document. It never changes and may be used by several goroutines at once.
type Set struct {
	names   []string
	queries []*Query
	always  []int // queries without anchors
}

// Hit is a query of a Set that matches.
type Hit struct {
	Name     string
	Evidence []news.Evidence
}

// NewSet prepares queries by name.
func NewSet(qs map[string]*Query) *Set {
	s := &Set{names: slices.Sorted(maps.Keys(qs))}
	for i, name := range s.names {
		s.queries = append(s.queries, qs[name])
		s.always = append(s.always, i)
	}
	return s
}

// Match returns the queries that match, by name.
func (s *Set) Match(d *Document) []Hit {
	var out []Hit
	for _, i := range s.always {
		if ok, ev := s.queries[i].Match(d); ok {
			out = append(out, Hit{s.names[i], ev})
		}
	}
	return out
}
