// Package dedupe computes by which texts and pages are the same: the versioned normal form, the exact keys of an item
// and the verdicts over two items.
//
// It is pure and keeps nothing: finding the items that share a key is the store's work, linking them into stories the linker's.
// The specification of the normal form is docs/identities.md; testdata holds its golden vectors. What is written there for a
// version never changes: another rule is another version.
package dedupe
