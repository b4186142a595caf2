package main

import (
	"fmt"
	"path/filepath"
	"testing"
)

func TestProf(t *testing.T) {
	g, err := newGrowth(filepath.Join(t.TempDir(), "s.db"), 30000)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{10000, 20000, 30000} {
		r, err := g.upTo(n)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(r)
	}
}
