package dedupe

import (
	"mediawatch/news"
	"mediawatch/text"
)

// The thresholds of a verdict over two texts: J is the Jaccard similarity of their word 3-grams, C the share of the
// shorter one's grams that the longer one has, n the number of different grams of the shorter. IMPORTANT: they belong
// to SignVersion.
var tiers = [...]tier{
	{below: 60, join: .60, contain: .80, shared: 15},
	{below: 120, join: .45, contain: .70, shared: 25},
	{below: maxTokens + 1, join: .40, contain: .60, shared: 25},
}

// tier holds for texts of fewer than below grams.
type tier struct {
	below   int
	join    float64 // J from which two texts are the same
	contain float64 // C from which the shorter abridges the longer,
	shared  int     // when they share as many grams
}

const (
	// leastGrams is how long a text must be to be compared at all.
	leastGrams = 8
	// shortGrams is the length below which the headlines must agree too.
	shortGrams = 30
	// guardedGrams is the length below which names and figures must agree, whoever published.
	guardedGrams = 120
	// agreeing is the share of names, and of figures, of the poorer text that the richer must have; one may always be
	// missing, but no figure of a text of fewer than 60 grams.
	agreeing = .6
	// headlines is the share of the shorter headline's words that two pages of one outlet must have in common,
	headlines = .25
	// republished is the J from which they need not.
	republished = .9
	// alikeHeadlines is the share from which headlines follow one pattern.
	alikeHeadlines = .5
)

// Facts are what a verdict is taken from: a revision's words in forms that can be compared. They are not safe for concurrent use.
type Facts struct {
	outlet   string // "" unknown
	feed     news.FeedID
	seed     bool
	identity string
	keys     news.Keys
	place    string // within the page

	headline []uint64 // different words, rising; so are the others
	words    []uint64 // of the body; only of short texts
	grams    []uint64
	figures  []uint64
	lines    []uint64 // of the body, in order
	exact    tokens   // the headline
	tokens   int      // of the body

	plain string      // what names are taken from, once they are asked for,
	site  Boilerplate // without these lines
	named []uint64
}

// FactsOf returns the facts of a revision whose Keys are set, without the lines of a site.
func FactsOf(it *news.Item, site Boilerplate) *Facts {
	plain := text.Plain(it.HTML())
	t, d := normal(it.Title, plain, site, false)
	f := &Facts{
		outlet: it.Outlet, feed: it.Feed, seed: it.Kind == news.KindSeed, identity: it.Identity, keys: it.Keys, place: place(it.URL),
		exact: t.title, tokens: t.body.n, figures: figures(&t.body), lines: t.lineHashes(),
		plain: decode(plain),
	}
	if d.learned {
		f.site = site
	}
	for h := range t.title.hashes() {
		f.headline = append(f.headline, h)
	}
	f.headline = distinct(f.headline)
	f.grams = make([]uint64, 0, t.body.n)
	for g := range t.body.grams() {
		f.grams = append(f.grams, g)
	}
	f.grams = distinct(f.grams)
	if len(f.grams) < guardedGrams {
		for h := range t.body.hashes() {
			f.words = append(f.words, h)
		}
		f.words = distinct(f.words)
	}
	return f
}

// names returns the names in the text. Few verdicts ask for them.
func (f *Facts) names() []uint64 {
	if f.plain != "" {
		if len(f.site.learned) > 0 {
			f.plain = f.site.cut(f.plain)
		}
		f.named, f.plain = namesOf(f.plain), ""
	}
	return f.named
}

// Verdict says how one text relates to another.
type Verdict struct {
	Relation news.Relation // of the first to the second; "" when they are not related
	Score    float64       // J of same texts, C of abridged ones, 1 of exact relations
	Reason   string        // one of the reasons below
}

// Related reports whether there is a relation.
func (v Verdict) Related() bool { return v.Relation != "" }

// Joins reports whether the two are one text or one page, so that they belong together whatever else does.
func (v Verdict) Joins() bool { return v.Relation == news.SameText || v.Relation == news.SamePage }

// Turned is the verdict with the two texts exchanged.
func (v Verdict) Turned() Verdict {
	switch v.Relation {
	case news.Abridges:
		v.Relation = news.AbridgedBy
	case news.AbridgedBy:
		v.Relation = news.Abridges
	}
	return v
}

// The reasons of verdicts.
const (
	ReasonWords     = "the same words"
	ReasonPage      = "the same page under the same headline"
	ReasonShared    = "most word runs are shared"
	ReasonContained = "the longer text holds most word runs of the shorter"

	ReasonApart     = "the publisher holds them apart"
	ReasonShort     = "too short to tell"
	ReasonDifferent = "too few word runs are shared"
	ReasonHeadline  = "other headlines"
	ReasonNames     = "other names"
	ReasonFigures   = "other figures"
	ReasonSubject   = "headlines of one pattern about different subjects"
)

// Judge says how text a relates to text b. It depends on the two alone, and Judge(b, a) is its turned verdict.
func Judge(a, b *Facts) Verdict {
	sameFeed := a.feed == b.feed && !a.feed.IsZero() && !a.seed && a.identity != b.identity
	words := a.keys.Version == b.keys.Version && a.keys.Content == b.keys.Content && !a.keys.Content.IsZero()
	switch {
	case words && sameFeed && (string(a.exact.buf) != string(b.exact.buf) || min(a.tokens, b.tokens) < shortBody):
		return Verdict{Reason: ReasonApart}
	case words:
		return Verdict{news.SameText, 1, ReasonWords}
	case samePage(a, b):
		return Verdict{news.SamePage, 1, ReasonPage}
	}
	v := compare(a, b)
	if !v.Related() {
		return v
	}
	if why := guard(a, b, pair{v: v, sameFeed: sameFeed}); why != "" {
		return Verdict{Reason: why}
	}
	return v
}

// samePage is SamePage over facts.
func samePage(a, b *Facts) bool {
	if a.keys.Version != b.keys.Version || a.keys.URL.IsZero() || a.keys.URL != b.keys.URL || a.feed == b.feed && !a.feed.IsZero() {
		return false
	}
	return (a.place == "" || b.place == "" || a.place == b.place) && !a.exact.empty() && string(a.exact.buf) == string(b.exact.buf)
}

// compare relates two texts by their grams alone.
func compare(a, b *Facts) Verdict {
	n := min(len(a.grams), len(b.grams))
	if n < leastGrams {
		return Verdict{Reason: ReasonShort}
	}
	both := shared(a.grams, b.grams)
	j := float64(both) / float64(len(a.grams)+len(b.grams)-both)
	c := float64(both) / float64(n)
	for _, t := range tiers {
		if n >= t.below {
			continue
		}
		switch {
		case j >= t.join:
			return Verdict{news.SameText, j, ReasonShared}
		case c >= t.contain && both >= t.shared && len(a.grams) < len(b.grams):
			return Verdict{news.Abridges, c, ReasonContained}
		case c >= t.contain && both >= t.shared && len(a.grams) > len(b.grams):
			return Verdict{news.AbridgedBy, c, ReasonContained}
		}
		break
	}
	return Verdict{Score: j, Reason: ReasonDifferent}
}

// pair is what a guard knows beside the two texts.
type pair struct {
	v        Verdict
	sameFeed bool // two entries that one feed holds apart
}

// guard says why two texts that share much are not related after all; "" when they are.
func guard(a, b *Facts, p pair) string {
	n := min(len(a.grams), len(b.grams))
	samePage := a.keys.URL == b.keys.URL && !a.keys.URL.IsZero() && !p.sameFeed
	sameOutlet := p.sameFeed || a.outlet != "" && a.outlet == b.outlet
	both := shared(a.headline, b.headline)
	title := ratio(both, min(len(a.headline), len(b.headline)))
	switch {
	case p.sameFeed && (n < shortBody || title < headlines):
		return ReasonApart
	case samePage:
		return ""
	case n < shortGrams && title < headlines:
		return ReasonHeadline
	case n >= guardedGrams && !sameOutlet:
		return ""
	case !agree(a.figures, b.figures) || n < shortBody && shared(a.figures, b.figures) < min(len(a.figures), len(b.figures)):
		return ReasonFigures
	case !agree(a.names(), b.names()):
		return ReasonNames
	case sameOutlet && title < headlines && p.v.Score < republished:
		return ReasonHeadline
	case sameOutlet && n < guardedGrams && title >= alikeHeadlines && others(a, b) && others(b, a):
		return ReasonSubject
	}
	return ""
}

// agree reports whether the richer of two sets has enough of the poorer.
func agree(a, b []uint64) bool {
	least := min(len(a), len(b))
	missing := least - shared(a, b)
	return missing <= 1 || float64(missing) <= (1-agreeing)*float64(least)
}

// others reports whether the headline of a has words that b has nowhere.
func others(a, b *Facts) bool {
	return shared(a.headline, b.headline)+shared(without(a.headline, b.headline), b.words) < len(a.headline)
}

// without returns what a has and b has not.
func without(a, b []uint64) []uint64 {
	var out []uint64
	j := 0
	for _, v := range a {
		for j < len(b) && b[j] < v {
			j++
		}
		if j == len(b) || b[j] != v {
			out = append(out, v)
		}
	}
	return out
}

// ratio is part of whole; 1 of nothing, which contradicts nothing.
func ratio(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}
