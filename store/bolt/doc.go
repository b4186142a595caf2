// Package bolt keeps a store in one bbolt file: journal, items, texts, stories, matches, feeds, editions and deliveries.
//
// It implements store.Store and the maintenance interfaces, and turns everything bbolt and a damaged file can do (panics, page faults,
// lost sums) into errors of package store. One process at a time has the file. It decides nothing about news: what a duplicate
// is, what matches, what is due to whom is worked out above. The layout is docs/store.md.
package bolt
