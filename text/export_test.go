package text

// RawTokens returns the pieces the package's own tokeniser cuts a document into.
func RawTokens(s string) (out []string) {
	l := lexer{s: s}
	for t, ok := l.next(); ok; t, ok = l.next() {
		out = append(out, t.raw)
	}
	return out
}

// SanitizeSlowly is Sanitize without its quick paths.
func SanitizeSlowly(s string) string { return applyPolicy(Clean(s)) }
