// Package news is the vocabulary of mediawatch: items, their revisions, stories, feeds, matches and published entries as plain values.
//
// It imports nothing but the standard library and does nothing: reading, keeping, linking and matching live on the
// floors above. One word has one meaning everywhere in the program; docs/words.md lists them.
package news
