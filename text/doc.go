// Package text holds the pure text functions of mediawatch: folding and words for matching, HTML to plain text and
// back, sanitising, canonical URLs and language.
//
// It keeps nothing, fetches nothing and knows nothing of feeds, items or queries. No function fails on bad input, however
// broken: invalid UTF-8 is repaired, unclosed markup is closed. What it gives back is always valid UTF-8 without NUL.
//
// The words of this package are for matching (queries, search). The tokens a content hash is made of are another, versioned
// matter and live in package dedupe; the two are never mixed.
package text
