// Package query parses boolean queries over news items, decides whether an item matches, and says why or why not.
//
// It is pure: it reads no clock but the one it is given, no file and no store, and it knows nothing of watches beyond
// their names. The language is described for users in docs/query.md. Everything that asks questions about items
// (watches, search, digest sections, alerts) goes through Parse and Query.Match, so that all of them agree; Set answers
// for many queries at once and gives the same answers.
//
// It does not rank, does not stem, does not search an index, and does not decide when a query is asked again.
package query
