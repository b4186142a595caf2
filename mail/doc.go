// Package mail turns a rendered edition into a mail message and hands it over: by SMTP, or as files in a folder.
//
// It decides nothing about editions and keeps no state: what became of a message is an Outcome, and who settles the
// delivery in the store is the caller. Building is deterministic over restarts and upgrades, so that a message sent
// again has the same bytes.
package mail
