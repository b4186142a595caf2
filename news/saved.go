package news

import "time"

// SavedKind is what a saved record is.
type SavedKind string

// The kinds of saved record.
const (
	SavedFeed  SavedKind = "feed"  // a subscription; its name is the feed's id
	SavedWatch SavedKind = "watch" // its name is the watch's
)

// Saved is one version of what a person saved through a command or a page.
type Saved struct {
	Kind    SavedKind
	Name    string // unique within the kind
	Version int    // from 1, given by the store; of a change: the version that it follows, 0 when there is none or it was removed
	Author  string // who saved this version
	Time    time.Time
	Removed bool   // this version says that it is gone; it has no Data
	Data    []byte // as package config reads it
}
