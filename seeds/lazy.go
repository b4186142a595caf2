package seeds

import (
	"regexp"
	"sync"

	"mediawatch/text"
)

// lazyPattern is a pattern that is compiled when it is first asked, not when the program starts: most runs read no seed file.
type lazyPattern struct {
	compiled func() *regexp.Regexp
}

// lazily returns a pattern of three parts; the one in the middle is folded as the lines are that it is compared with.
func lazily(before, folded, after string) lazyPattern {
	return lazyPattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(before + text.Fold(folded) + after) })}
}

// MatchString reports whether the pattern occurs in s.
func (p lazyPattern) MatchString(s string) bool { return p.compiled().MatchString(s) }
