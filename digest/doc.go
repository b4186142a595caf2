// Package digest turns the matches of a window into an edition, and an edition into a subject, plain text and HTML.
//
// It is pure: what it needs is in the Input, including the time, and the same Input gives the same bytes. It reads no
// store, commits nothing and sends nothing; package mail makes a message of what it renders. docs/digests.md says why
// an edition looks as it does.
package digest
