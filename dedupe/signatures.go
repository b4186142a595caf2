package dedupe

import (
	"sync"

	"github.com/zeebo/xxh3"

	"mediawatch/news"
	"mediawatch/text"
)

// maxSignatures is how many signatures wait to be asked for: about 1 MB.
const maxSignatures = 4000

// Signatures hands the signatures of items that were identified on their way into the store to whoever needs them right
// after it, so that a text is brought to its normal form once. What is not there, any more or yet, is computed. It is
// safe for concurrent use; a nil one only computes.
type Signatures struct {
	mu    sync.Mutex
	sites *Sites
	of    map[xxh3.Uint128]Signature // by what a signature depends on: headline and text
	order []xxh3.Uint128             // oldest first; some are gone
}

// Identify is the function of that name; the signature is remembered.
func (s *Signatures) Identify(it *news.Item) (news.Keys, news.Hash) {
	if s == nil {
		return Identify(it)
	}
	s.mu.Lock()
	sites := s.sites
	s.mu.Unlock()
	t, keys, state := identify(it, sites.Of(it.Outlet))
	sign, of := t.Sign(), signed(it)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sites != sites {
		return keys, state
	}
	if s.of == nil {
		s.of = make(map[xxh3.Uint128]Signature)
	}
	s.of[of] = sign
	if s.order = append(s.order, of); len(s.order) > maxSignatures {
		delete(s.of, s.order[0])
		s.order = s.order[1:]
	}
	return keys, state
}

// Use tells which lines belong to which outlet from now on. Signatures that were made without knowing are forgotten.
func (s *Signatures) Use(sites *Sites) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sites != sites {
		s.sites, s.of, s.order = sites, nil, nil
	}
}

// Sign returns SignOf an item with the lines of its site, and forgets it.
func (s *Signatures) Sign(it *news.Item) Signature {
	if s == nil {
		return SignOf(it, Boilerplate{})
	}
	of := signed(it)
	s.mu.Lock()
	sign, ok := s.of[of]
	delete(s.of, of)
	sites := s.sites
	s.mu.Unlock()
	if ok {
		return sign
	}
	return SignOf(it, sites.Of(it.Outlet))
}

// signed is a hash of all that a signature depends on, but for the sites.
func signed(it *news.Item) xxh3.Uint128 {
	return xxh3.HashString128Seed(it.HTML(), xxh3.HashString(it.Title)^xxh3.HashString(it.Outlet))
}

// Identify returns what KeysOf and StateOf return, for little more than the cost of one of them.
func Identify(it *news.Item) (news.Keys, news.Hash) {
	_, keys, state := identify(it, Boilerplate{})
	return keys, state
}

// identify returns the normal form without the site's lines as well. The keys are of the text with them: an identity
// depends on nothing that is learned.
func identify(it *news.Item, site Boilerplate) (Text, news.Keys, news.Hash) {
	plain := text.Plain(it.HTML())
	t, d := normal(it.Title, plain, site, true)
	a := t
	if d.any {
		a = all(it.Title, plain)
	}
	keys := news.Keys{Version: news.KeyVersion, URL: urlKey(it.URL), Content: t.Content(), Gist: t.Gist()}
	state := a.state()
	switch {
	case d.learned && d.apart:
		t = t.without(d.kept)
	case d.learned:
		t = Normal(it.Title, plain, site)
	}
	return t, keys, state
}
