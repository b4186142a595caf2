// Package config reads the configuration files into a checked Config, with queries and schedules already parsed and all mistakes reported at once.
//
// It reads mediawatch.toml, what the environment overrides in it, the secrets and OPML files it names, and the files
// that commands and pages saved beside the store (feeds.d, watches.d), which it also writes. It never writes a person's
// file, never guesses at an unknown key, and opens neither the store nor any connection. docs/configuration.md lists every key.
package config
