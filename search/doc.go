// Package search finds items by a query over everything that is kept.
//
// It evaluates the query on each item, newest first, so that its answers are the matcher's by construction. It keeps no
// index of its own yet; when it does, the index will be a file that can be deleted at any time.
package search
