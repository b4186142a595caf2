package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestT08A9_DirectionsAreBalanced(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing to do", "Port strike ends – “at last”", "Port strike ends – “at last”"},
		{"override without an end", "gnp\u202Eexe.", "gnp\u202Eexe.\u202C"},
		{"end without a beginning", "a\u202Cb\u2069c", "abc"},
		{"balanced stays", "a \u2067שלום\u2069 b", "a \u2067שלום\u2069 b"},
		{"an isolate ends the embeddings in it", "\u2066a\u202Bb\u2069c", "\u2066a\u202Bb\u202C\u2069c"},
		{"an embedding does not end an isolate", "\u2066a\u202Cb", "\u2066ab\u2069"},
		{"every line ends its own", "a\u202Eb\nc\u202C", "a\u202Eb\u202C\nc"},
		{"marks without an end are no concern", "a\u200F\u200Eb", "a\u200F\u200Eb"},
		{"half a character", "a\xE2\x80", "a\xE2\x80"},
	} {
		if got := Balanced(c.in); got != c.want {
			t.Errorf("%s: Balanced(%+q) = %+q, want %+q", c.name, c.in, got, c.want)
		}
		if got := Balanced(c.want); got != c.want {
			t.Errorf("%s: again gives %+q, want %+q as it was", c.name, got, c.want)
		}
	}
	if got := Line("a \u202E b"); open(got) != 0 {
		t.Errorf("Line leaves %+q open", got)
	}
	if got := Truncate("\u202Eone two three four five six", 12); open(got) != 0 {
		t.Errorf("Truncate leaves %+q open", got)
	}
}

// open counts what a line leaves open, by the rules of UAX #9 and nothing else: 1000 for an end without a beginning.
func open(line string) int {
	var stack []rune
	for _, r := range line {
		switch {
		case strings.ContainsRune("\u202A\u202B\u202D\u202E", r):
			stack = append(stack, 'e')
		case strings.ContainsRune("\u2066\u2067\u2068", r):
			stack = append(stack, 'i')
		case r == '\u202C':
			if len(stack) == 0 || stack[len(stack)-1] != 'e' {
				return 1000
			}
			stack = stack[:len(stack)-1]
		case r == '\u2069':
			if len(stack) == 0 || stack[len(stack)-1] != 'i' {
				return 1000
			}
			stack = stack[:len(stack)-1]
		}
	}
	return len(stack)
}

func FuzzBalanced(f *testing.F) {
	f.Add("a\u202Eb\u2066c\u202Cd\u2069\n\u2067")
	f.Add(strings.Repeat("\u202E", 200) + "x" + strings.Repeat("\u2069", 3))
	f.Fuzz(func(t *testing.T, s string) {
		got := Balanced(s)
		for line := range strings.SplitSeq(got, "\n") {
			if open(line) != 0 {
				t.Errorf("Balanced(%+q) = %+q leaves something open in %+q", s, got, line)
			}
		}
		if again := Balanced(got); again != got {
			t.Errorf("Balanced twice: %+q, then %+q", got, again)
		}
		if utf8.ValidString(s) && plainOf(got) != plainOf(s) {
			t.Errorf("Balanced(%+q) = %+q changed more than directions", s, got)
		}
	})
}

func plainOf(s string) string {
	for _, r := range "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069" {
		s = strings.ReplaceAll(s, string(r), "")
	}
	return s
}
