// Package follow holds the followers of the journal: the linker (items to stories) and the matcher (items to matches
// and published entries).
//
// A follower reads behind its own cursor, computes outside any transaction and commits what it derived together with
// the new cursor. It may be killed anywhere, run twice or be set back to the beginning: the result is the same, and
// what comes out equal announces nothing. It never reads a source and never writes primary data except a published
// entry's id, which the store records once.
package follow
