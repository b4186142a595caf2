// Package feeds reads and writes the feed formats: RSS, RDF, Atom and JSON Feed documents become entries and items, and
// what is published becomes Atom, RSS, JSON Feed and OPML.
//
// Reading is three stages that can be looked at alone: Normalize makes a clean document of what a publisher sent and
// notes what would get lost, gofeed parses it, and a map joins the two into a Document. Parse runs all three and does
// only what is cheap; what costs (HTML, language) waits in Entry.Item until the caller knows that the entry is new.
//
// It does not fetch, keep or compare anything, knows no clock but Options.Now, and does not decide what belongs to
// which outlet.
package feeds
