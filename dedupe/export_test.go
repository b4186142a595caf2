package dedupe

// Opening returns the length of the dateline or byline of a line.
func Opening(line string) int { return opening(line) }

// Tokens returns the tokens of a text with nothing dropped.
func Tokens(plain string) []string {
	t := all("", plain)
	return t.Body()
}

// ScanBoth returns the tokens of a line read as it is and read in NFKC. ok is false when the line can not be read as it is.
func ScanBoth(line string) (quick, slow string, ok bool) {
	line = decode(line)
	var q, s tokens
	ok = q.scan(line, unitOf)
	s.scan(compose(line), composedUnitOf)
	return string(q.buf), string(s.buf), ok
}
