package text_test

import (
	"testing"

	"mediawatch/text"
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		n    int
		noun string
		want string
	}{
		{0, "story", "0 stories"}, {1, "story", "1 story"}, {2, "copy", "2 copies"}, {3, "day", "3 days"}, {2, "watch", "2 watches"}, {2, "match", "2 matches"},
		{2411, "article", "2,411 articles"}, {1234567, "further story", "1,234,567 further stories"}, {1, "address", "1 address"}, {5, "address", "5 addresses"},
		{-1, "day", "-1 days"}, {-1234, "item", "-1,234 items"}, {-123, "item", "-123 items"},
	} {
		if got := text.Count(c.n, c.noun); got != c.want {
			t.Errorf("Count(%d, %q) = %q, not %q", c.n, c.noun, got, c.want)
		}
	}
}
