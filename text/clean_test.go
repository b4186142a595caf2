package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"mediawatch/text"
)

func TestClean(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"The pier\n\tis open", "The pier\n\tis open"},
		{"a\r\nb\rc\n", "a\nb\nc\n"},
		{"a\x00b\x1b[31mc\x7fd\u0080e", "ab[31mcde"},
		{"a\xff\xfe\xfdb\xc3", "a\uFFFDb\uFFFD"},
		{"a\uFFFEb\uFFFFc\uFDD0d\U0001FFFFe", "abcde"},
		{"\uFFFD stays", "\uFFFD stays"},
		{"é日🚢", "é日🚢"},
	}
	for _, tt := range tests {
		if got := text.Clean(tt.in); got != tt.want {
			t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestLine(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{" ", ""},
		{"one line", "one line"},
		{"  two\r\n lines\u2028\u00A0x\v\ty ", "two lines x y"},
		{"bell\a and\x00 null", "bell and null"},
		{"a \x01 b", "a b"},
		{"naïve\xff", "naïve\uFFFD"},
	}
	for _, tt := range tests {
		if got := text.Line(tt.in); got != tt.want {
			t.Errorf("Line(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestTruncate(t *testing.T) {
	tests := []struct {
		in    string
		runes int
		want  string
	}{
		{"", 5, ""},
		{"short", 5, "short"},
		{"The new ferry line", 18, "The new ferry line"},
		{"The new ferry line", 17, "The new ferry…"},
		{"The new ferry line", 14, "The new ferry…"},
		{"The new ferry line", 13, "The new ferr…"[:len("The new")] + " ferr…"},
		{"The new, ferry", 9, "The new…"},
		{"Donaudampfschifffahrt", 10, "Donaudamp…"},
		{"北京大学宣布新的航线", 5, "北京大学…"},
		{"anything", 1, "…"},
		{"anything", 0, ""},
		{"anything", -1, ""},
	}
	for _, tt := range tests {
		if got := text.Truncate(tt.in, tt.runes); got != tt.want {
			t.Errorf("Truncate(%q, %d) = %q, want %q", tt.in, tt.runes, got, tt.want)
		}
	}
}

func TestCleanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(nasty(), rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "s")
		c, l := text.Clean(s), text.Line(s)
		if !utf8.ValidString(c) || text.Clean(c) != c || strings.ContainsAny(c, "\x00\r") {
			t.Fatalf("Clean(%q) = %q", s, c)
		}
		if !utf8.ValidString(l) || text.Line(l) != l || strings.ContainsAny(l, "\x00\r\n\t") || strings.Contains(l, "  ") || strings.TrimSpace(l) != l {
			t.Fatalf("Line(%q) = %q", s, l)
		}
		n := rapid.IntRange(0, 20).Draw(t, "n")
		cut := text.Truncate(l, n)
		seen := strings.TrimRight(cut, "\u202c\u2069") // what ends directions is not seen and not counted
		if cut != l && (utf8.RuneCountInString(seen) > n || !strings.HasPrefix(l, strings.TrimSuffix(seen, "…"))) {
			t.Fatalf("Truncate(%q, %d) = %q", l, n, cut)
		}
		if text.Balanced(cut) != cut {
			t.Fatalf("Truncate(%q, %d) = %q, which turns what follows it", l, n, cut)
		}
	})
}

// Eight bytes are looked at together: none of them may hide behind the others.
func TestCleanSeesEveryByte(t *testing.T) {
	for at := range 8 {
		for b := range 256 {
			word := []byte("sixteen letters.")
			word[at] = byte(b)
			keep := b >= ' ' && b < 0x7F || b == '\t' || b == '\n'
			if got := text.Clean(string(word)); (got == string(word)) != keep {
				t.Errorf("byte %#x at %d: %q", b, at, got)
			}
		}
	}
}
