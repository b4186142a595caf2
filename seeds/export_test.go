package seeds

// RawPath is rawPath, for tests.
func RawPath(kept string) string { return rawPath(kept) }
