package query

import (
	"maps"
	"slices"

	"mediawatch/news"
)

// Set holds many queries and finds the ones that match a document. Each query is filed under words of which at least one stands in
// every document that it matches, so that a document is asked only the queries its words call for; its answers are those of Query.Match.
// It never changes and may be used by several goroutines at once.
type Set struct {
	names    []string
	queries  []*Query
	always   []int32            // queries that no word can be told of
	words    map[string][]int32 // word → queries
	prefixes map[string][]int32 // beginning of a word → queries
	lengths  []int              // of those beginnings, each once
	filter   filter
	lead     bool // some anchor stands in the lead
}

// prefixKey is how many bytes of a beginning the filter looks at; a beginning has at least three letters.
const prefixKey = 3

// Hit is a query of a Set that matches.
type Hit struct {
	Name     string
	Evidence []news.Evidence
}

// NewSet prepares queries by name.
func NewSet(qs map[string]*Query) *Set {
	s := &Set{names: slices.Sorted(maps.Keys(qs)), words: map[string][]int32{}, prefixes: map[string][]int32{}}
	for i, name := range s.names {
		q := qs[name]
		s.queries = append(s.queries, q)
		a, ok := anchorsOf(q.root)
		if !ok {
			s.always = append(s.always, int32(i))
			continue
		}
		s.lead = s.lead || a.lead
		for _, w := range a.words {
			s.file(w, int32(i))
		}
	}
	return s
}

// file files a query under a word.
func (s *Set) file(w termWord, query int32) {
	if !w.prefix {
		if of := s.words[w.text]; len(of) == 0 || of[len(of)-1] != query {
			s.words[w.text] = append(of, query)
		}
		s.filter.addWord(w.text)
		return
	}
	if of := s.prefixes[w.text]; len(of) == 0 || of[len(of)-1] != query {
		s.prefixes[w.text] = append(of, query)
	}
	if !slices.Contains(s.lengths, len(w.text)) {
		s.lengths = append(s.lengths, len(w.text))
	}
	s.filter.addPrefix(w.text[:prefixKey])
}

// Match returns the queries that match, by name.
func (s *Set) Match(d *Document) []Hit {
	asked := make([]bool, len(s.queries))
	for _, i := range s.always {
		asked[i] = true
	}
	if len(s.words)+len(s.prefixes) > 0 {
		for _, f := range d.fields(fieldAny) {
			s.ask(d.text(f), asked)
		}
		if s.lead {
			s.ask(d.text(fieldLead), asked)
		}
	}
	var out []Hit
	for i, ask := range asked {
		if !ask {
			continue
		}
		if ok, ev := s.queries[i].Match(d); ok {
			out = append(out, Hit{s.names[i], ev})
		}
	}
	return out
}

// ask marks the queries that the words of a field call for.
func (s *Set) ask(t *fieldText, asked []bool) {
	for i := range t.words {
		w := t.words[i].Text
		if s.filter.mayBeWord(w) {
			for _, q := range s.words[w] {
				asked[q] = true
			}
		}
		if len(w) >= prefixKey && s.filter.mayBegin(w) {
			for _, n := range s.lengths { // one look-up for each length, however many beginnings there are
				if n <= len(w) {
					for _, q := range s.prefixes[w[:n]] {
						asked[q] = true
					}
				}
			}
		}
	}
}

// filter rules out most words without a look into a map: one bit for each pattern of length and three letters.
type filter struct {
	word, begin [64]uint64
}

func (f *filter) addWord(w string) { f.word[wordBit(w)>>6] |= 1 << (wordBit(w) & 63) }

func (f *filter) mayBeWord(w string) bool { return f.word[wordBit(w)>>6]&(1<<(wordBit(w)&63)) != 0 }

func (f *filter) addPrefix(w string) { f.begin[beginBit(w)>>6] |= 1 << (beginBit(w) & 63) }

func (f *filter) mayBegin(w string) bool { return f.begin[beginBit(w)>>6]&(1<<(beginBit(w)&63)) != 0 }

// wordBit is a number below 4096 for a word, which is never empty.
func wordBit(w string) uint {
	n := len(w)
	return (uint(w[0])*31 + uint(w[n-1])*137 + uint(w[n/2])*1021 + uint(n)*7) & 4095
}

// beginBit is a number below 4096 for the first three bytes of a word.
func beginBit(w string) uint {
	return (uint(w[0])*31 + uint(w[1])*137 + uint(w[2])*1021) & 4095
}

// anchors are words of which at least one stands in title, lead, body or caption of every document that a node matches.
type anchors struct {
	words []termWord
	lead  bool // some of them may stand in the lead only
}

// anchorsOf returns the anchors of a node, and false when it may match without any word in particular.
func anchorsOf(n node) (anchors, bool) {
	switch n := n.(type) {
	case *term:
		return n.anchor()
	case *listNode:
		return allAnchors(n.parts)
	case *anyOf:
		return allAnchors(n.parts)
	case *orNode:
		return allAnchors(n.parts)
	case *andNode:
		return bestAnchors(n.parts)
	case *nearNode:
		return bestAnchors(n.parts)
	case *atLeast:
		return anchorsOf(n.part)
	case *watchNode:
		return anchorsOf(n.part)
	}
	return anchors{}, false
}

// allAnchors joins the anchors of alternatives; each must have some.
func allAnchors[N node](parts []N) (anchors, bool) {
	var all anchors
	for _, p := range parts {
		a, ok := anchorsOf(p)
		if !ok {
			return anchors{}, false
		}
		all.words = append(all.words, a.words...)
		all.lead = all.lead || a.lead
	}
	return all, true
}

// bestAnchors chooses the anchors of the part that has the fewest, and of those the longest word.
func bestAnchors[N node](parts []N) (best anchors, ok bool) {
	for _, p := range parts {
		a, has := anchorsOf(p)
		if has && (!ok || len(a.words) < len(best.words) || len(a.words) == len(best.words) && len(a.words[0].text) > len(best.words[0].text)) {
			best, ok = a, true
		}
	}
	return best, ok
}

// anchor returns the longest word of a term; whole words are better than beginnings.
func (t *term) anchor() (anchors, bool) {
	if t.kind == termVariant {
		return anchors{}, false
	}
	switch t.in {
	case fieldAny, fieldTitle, fieldLead, fieldBody, fieldCaption:
	default:
		return anchors{}, false
	}
	best := t.words[0]
	for _, w := range t.words[1:] {
		if best.prefix && !w.prefix || best.prefix == w.prefix && len(w.text) > len(best.text) {
			best = w
		}
	}
	return anchors{words: []termWord{best}, lead: t.in == fieldLead}, true
}
