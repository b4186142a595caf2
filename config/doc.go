// Package config reads the configuration files into a checked Config, with queries and schedules already parsed and all
// mistakes reported at once.
//
// It reads mediawatch.toml, what the environment overrides in it, and the secrets and OPML files it names, and lays
// over it what commands and pages saved in the store, which its caller hands in. It makes and checks the records that
// are to be saved. It never writes a person's file, never guesses at an unknown key, and opens neither the store nor
// any connection. docs/configuration.md lists every key.
package config
