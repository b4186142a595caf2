package dedupe

import (
	"runtime"

	"golang.org/x/sync/errgroup"

	"mediawatch/news"
)

// recentFacts is how many facts judges keep at hand, at least: about 5 MB.
const recentFacts = 512

// Judges relates revisions that are named by keys, and keeps the facts of those that were asked for last. It is not
// safe for concurrent use.
//
// A verdict leaves out the lines of both sites in both texts: a phrase that one site puts under everything it publishes
// says as little in the text of another.
type Judges[Key comparable] struct {
	load     func(Key) (*news.Item, error) // nil for what was forgotten
	sites    *Sites
	new, old map[factsKey[Key]]*Facts // two generations: when the new one is full it becomes the old one
}

// factsKey names facts: of a revision, without the lines of its site and of that of another outlet.
type factsKey[Key comparable] struct {
	of    Key
	other string
}

// NewJudges returns judges of revisions that load reads.
func NewJudges[Key comparable](load func(Key) (*news.Item, error)) *Judges[Key] {
	return &Judges[Key]{load: load, new: make(map[factsKey[Key]]*Facts)}
}

// Use tells which lines belong to which outlet from now on.
func (j *Judges[Key]) Use(sites *Sites) {
	if j.sites != sites {
		j.sites, j.new, j.old = sites, make(map[factsKey[Key]]*Facts), nil
	}
}

// Judge says how revision a relates to revision b; not at all when one was forgotten.
func (j *Judges[Key]) Judge(a, b Key) (Verdict, error) {
	x, err := j.facts(factsKey[Key]{of: a})
	if err != nil || x == nil {
		return Verdict{}, err
	}
	y, err := j.facts(factsKey[Key]{of: b})
	if err != nil || y == nil {
		return Verdict{}, err
	}
	if x.outlet == y.outlet {
		return Judge(x, y), nil
	}
	if j.sites.Of(y.outlet).holdsAny(x.lines) {
		if x, err = j.facts(factsKey[Key]{a, y.outlet}); err != nil || x == nil {
			return Verdict{}, err
		}
	}
	if j.sites.Of(x.outlet).holdsAny(y.lines) {
		if y, err = j.facts(factsKey[Key]{b, x.outlet}); err != nil || y == nil {
			return Verdict{}, err
		}
	}
	return Judge(x, y), nil
}

// facts returns facts from memory, or computes them; nil for a revision that was forgotten.
func (j *Judges[Key]) facts(key factsKey[Key]) (*Facts, error) {
	if f, ok := j.new[key]; ok {
		return f, nil
	}
	f, ok := j.old[key]
	if !ok {
		var err error
		if f, err = j.compute(key); err != nil || f == nil {
			return nil, err
		}
	}
	j.keep(key, f)
	return f, nil
}

// compute reads a revision and takes its facts; nil when it was forgotten.
func (j *Judges[Key]) compute(key factsKey[Key]) (*Facts, error) {
	it, err := j.load(key.of)
	if err != nil || it == nil {
		return nil, err
	}
	site := j.sites.Of(it.Outlet)
	if key.other != "" {
		site = site.with(j.sites.Of(key.other))
	}
	return FactsOf(it, site), nil
}

func (j *Judges[Key]) keep(key factsKey[Key], f *Facts) {
	if len(j.new) >= recentFacts {
		j.old, j.new = j.new, make(map[factsKey[Key]]*Facts, recentFacts)
	}
	j.new[key] = f
}

// Prepare takes the facts of revisions that will be judged soon, on all cores: of a few hundred at a time, since not
// many are kept. load is called from several goroutines.
func (j *Judges[Key]) Prepare(revisions []Key) error {
	var missing []factsKey[Key]
	asked := make(map[Key]bool, len(revisions))
	for _, of := range revisions {
		key := factsKey[Key]{of: of}
		if j.new[key] == nil && j.old[key] == nil && !asked[of] {
			missing = append(missing, key)
		}
		asked[of] = true
	}
	facts := make([]*Facts, len(missing))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, key := range missing {
		work.Go(func() (err error) {
			facts[i], err = j.compute(key)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, f := range facts {
		if f != nil {
			j.keep(missing[i], f)
		}
	}
	return nil
}
