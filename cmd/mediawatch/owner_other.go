//go:build !unix

package main

import "mediawatch/config"

// workAsOwner has nothing to do where files have no such owners.
func workAsOwner(*config.Config) error { return nil }
